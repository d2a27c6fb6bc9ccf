//! The workspace as its files are now or, while they cannot be used, as they last could be.

use super::kept;
use crate::config::Config;
use crate::options::Where;
use crate::stamp::{Seen, seen};
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::sync::Arc;

type Stamp = Vec<(PathBuf, Option<Seen>)>;

/// The workspace, read anew when a file of it changed.
#[derive(Debug)]
pub(super) struct Current {
    place: Where,
    pub(super) workspace: Arc<Workspace>,
    stamp: Stamp,
    /// The copy of what the workspace was read from.
    pub(super) kept: Option<PathBuf>,
    /// Why the files cannot be used. It is logged once.
    pub(super) fault: Option<String>,
}

impl Current {
    pub(super) fn open(place: Where) -> Result<Self> {
        match read(&place, None) {
            Ok((stamp, workspace, kept)) => Ok(Self { place, workspace, stamp, kept, fault: None }),
            Err(fault) => Self::as_it_was(place, fault),
        }
    }

    fn as_it_was(place: Where, fault: anyhow::Error) -> Result<Self> {
        let Some((workspace, copy)) = as_it_was(&place)? else { return Err(fault) };
        tracing::error!("{fault:#}\n  until it is mended, jobs run by what was last usable");
        let (stamp, fault) = (stamp(&workspace), Some(format!("{fault:#}")));
        Ok(Self { place, workspace, stamp, kept: Some(copy), fault })
    }

    /// Reads everything anew, if a file changed; says whether one did. What a broken file said before counts until it is mended.
    pub(super) fn renew(&mut self) -> bool {
        let now = stamp(&self.workspace);
        if now == self.stamp {
            return false;
        }
        self.stamp = now;
        match read(&self.place, self.kept.as_deref()) {
            Ok((stamp, workspace, kept)) => {
                // The configuration may name other files.
                (self.stamp, self.workspace, self.kept) = (stamp, workspace, kept);
                self.fault = None;
                tracing::info!("the changed configuration is used from now on");
            }
            Err(fault) => {
                let fault = format!("{fault:#}");
                tracing::error!("{fault}\n  until it is mended, jobs run by what was read before");
                self.fault = Some(fault);
            }
        }
        true
    }
}

/// The workspace as `serve` last could read it, which an edit, a power cut or an upgrade may have ended, and the copy of it.
pub(super) fn as_it_was(place: &Where) -> Result<Option<(Arc<Workspace>, PathBuf)>> {
    let Some(file) = place.config.clone().map_or_else(Config::usual, |file| Ok(Some(file)))? else { return Ok(None) };
    let Some(copy) = kept::newest(&file) else { return Ok(None) };
    Ok(Config::kept(&file, &copy).and_then(Workspace::of).ok().map(|workspace| (workspace, copy)))
}

fn with_jobs(place: &Where) -> Result<Arc<Workspace>> {
    let workspace = Workspace::open(place.config.as_deref())?;
    if workspace.config.jobs.is_empty() {
        bail!("the configuration has no [[job]]; add one or run `tertib pull` yourself");
    }
    Ok(workspace)
}

/// Reads everything, and keeps a copy of it. Without the copy, as on a full disk, jobs run by the files themselves.
fn read(place: &Where, last: Option<&Path>) -> Result<(Stamp, Arc<Workspace>, Option<PathBuf>)> {
    let workspace = with_jobs(place)?;
    // What is changed while it is read is seen at the next wake.
    let stamp = stamp(&workspace);
    let kept = kept::keep(&workspace, last).and_then(|copy| {
        let of_copy = Config::kept(&workspace.config.file, &copy).and_then(Workspace::of);
        of_copy.map(|_| copy)
    });
    let kept = kept.inspect_err(|fault| tracing::warn!("{fault:#}\n  jobs run by the files themselves")).ok();
    Ok((stamp, workspace, kept))
}

/// A folder that cannot be listed is one that changed.
fn stamp(workspace: &Workspace) -> Stamp {
    let files = kept::files(workspace).unwrap_or_default();
    files.into_values().map(|path| (seen(&path), path)).map(|(seen, path)| (path, seen)).collect()
}
