//! Whether another machine serves the same archive. Whoever came first goes on; the other only pulls until the first is silent.

use super::observer::is_over;
use pipeline::Presence;
use std::path::Path;

/// A server that said nothing for so long is gone.
const SILENT_S: i64 = 600;

/// How often this one says that it is there.
const ANNOUNCE_S: i64 = 240;

/// What is known of it.
#[derive(Debug)]
pub(super) struct Rival {
    own: String,
    other: Option<String>,
    announced_s: Option<i64>,
}

impl Rival {
    pub(super) fn new() -> Self {
        Self { own: host(), other: None, announced_s: None }
    }

    /// The other machine.
    pub(super) fn host(&self) -> Option<&str> {
        self.other.as_deref()
    }

    /// Looks whether there is one, and otherwise says that this one is there; jobs run also where that cannot be said, as on a full disk.
    /// Returns whether something changed.
    pub(super) fn look(&mut self, archive: &Path, now_s: i64) -> bool {
        let is_of_now = |at_s: i64| (now_s - at_s).abs() < SILENT_S;
        let last = Presence::last(archive).filter(|last| last.host != self.own && is_of_now(last.at_s));
        let other = last.map(|last| last.host);
        let is_new = other != self.other;
        if is_new {
            match &other {
                Some(host) => tracing::error!(host, "another machine serves this archive; only pulls run here"),
                None => tracing::info!("no other machine serves this archive any more"),
            }
        }
        self.other = other;
        if self.other.is_none() && is_over(self.announced_s, ANNOUNCE_S, now_s) {
            let own = Presence { host: self.own.clone(), process: std::process::id(), at_s: now_s };
            match own.announce(archive) {
                Ok(()) => self.announced_s = Some(now_s),
                Err(fault) => tracing::warn!("another machine could not see that this one serves the archive: {fault}"),
            }
        }
        is_new
    }
}

/// The name of this machine, and what tells it from another of that name.
fn host() -> String {
    let of = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let digest = pipeline::sha256(of("/etc/machine-id").trim().as_bytes());
    format!("{}-{}", of("/etc/hostname").trim(), digest.get(..8).unwrap_or_default())
}
