//! `tertib verify --bag`: a bag from elsewhere, which may hold anything, is read by a process of its own.
//!
//! Rule    the process has a limit of memory and of time, and says what it found on standard output; whatever becomes of it, this
//!         one goes on

use crate::itself;
use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::stop;
use crate::workspace::facts_if_configured;
use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use pipeline::{BagExamination, BagTrust, Checkpoint, VerifyingKey};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::process::Child;

/// The hidden command by which tertib examines a bag for itself.
const EXAMINE: &str = "examine-bag";
/// How much memory it may take, in bytes of address space.
const MEMORY_BYTES: u64 = 1 << 30;
/// How long it may take.
const DEADLINE: Duration = Duration::from_secs(3_600);
/// What it says is not longer.
const LONGEST_ANSWER_BYTES: u64 = 16 << 20;

/// Exit code 1 when the bag is not what it says.
pub(super) async fn run(folder: &Path, trust: &BagTrust, place: &Where, common: Common) -> Result<Outcome> {
    let _reading = stop::reading(|| "the bag was not examined to its end; verify it again".to_owned());
    let bar = Progress::of_pieces(common, "verify");
    let examined = examined(folder, trust).await;
    drop(bar);
    let result = examined?;
    let (facts, language) = facts_if_configured(place.config.as_deref())?;
    let BagExamination { files, bytes, digest, log, rows, continued, .. } = &result;
    let findings = result.findings();
    let digest = if digest.is_empty() { "none" } else { digest };
    let mut said = print::paragraph(&format!("{files} files, {bytes} bytes checked; {} findings", findings.len()), 2);
    said.push_str(&format!("digest {digest}\n"));
    match log {
        Some((size, root)) => said.push_str(&format!("log {size} leaves, root {root}; {rows} rows are leaves\n")),
        None => said.push_str(&print::paragraph(
            "not checked: whether an archive gives it, since it has no signed statement",
            2,
        )),
    }
    if trust.keys.is_empty() && log.is_some() {
        let own =
            "not checked: who signed it, since no public key was given (--public-key) but those in the bag itself";
        said.push_str(&print::paragraph(own, 2));
    }
    let left = trust.kept.len() as u64 - continued;
    if left > 0 {
        said.push_str(&print::paragraph(
            &format!("not continued, or not to be told from the bag: {left} kept checkpoints"),
            2,
        ));
    }
    let speech = facts.speech(common.lang.unwrap_or(language));
    print::data(&format!("{said}{}", print::findings(speech, &findings)))?;
    Ok(Outcome::of(facts.need_attention(&findings)))
}

/// What the process finds.
async fn examined(folder: &Path, trust: &BagTrust) -> Result<BagExamination> {
    let folder = std::path::absolute(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut child = itself::child()?;
    child.arg(EXAMINE).arg(&folder).kill_on_drop(true);
    for key in &trust.keys {
        child.arg("--key").arg(key.to_string());
    }
    for (place, statement) in &trust.kept {
        child.arg("--kept").arg(format!("{place}\n{}", statement.text()));
    }
    child.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = child.spawn().context("a process that examines the bag cannot be started")?;
    limit(&child).context("the memory of a process cannot be limited")?;
    let mut answer = Vec::new();
    let out = child.stdout.take().context("a process that examines the bag says nothing")?;
    let ended = tokio::time::timeout(DEADLINE, async {
        out.take(LONGEST_ANSWER_BYTES).read_to_end(&mut answer).await?;
        child.wait().await
    });
    match ended.await {
        Err(_) => bail!(
            "the bag was not examined within {} minutes; it is too large, or its disk too slow",
            DEADLINE.as_secs() / 60
        ),
        Ok(Ok(status)) if status.success() => {
            serde_json::from_slice(&answer).map_err(|fault| anyhow!("the examination gave no answer: {fault}"))
        }
        Ok(ended) => {
            let how = ended.map_or_else(|fault| fault.to_string(), |status| status.to_string());
            bail!("the bag cannot be examined within {} MB ({how}); do not use it", MEMORY_BYTES >> 20)
        }
    }
}

#[cfg(target_os = "linux")]
fn limit(child: &Child) -> std::io::Result<()> {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let limit = Rlimit { current: Some(MEMORY_BYTES), maximum: Some(MEMORY_BYTES) };
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    prlimit(id, Resource::As, limit)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn limit(_child: &Child) -> std::io::Result<()> {
    Ok(())
}

/// What the process is told.
#[derive(Debug, Args)]
pub(crate) struct Examine {
    /// The folder of the bag.
    folder: PathBuf,
    /// Public keys that count.
    #[arg(long)]
    key: Vec<VerifyingKey>,
    /// Statements of the log that somebody kept, each below its place.
    #[arg(long)]
    kept: Vec<String>,
}

/// Examines a bag and says what was found, in the process that does nothing else.
///
/// # Errors
/// When it cannot be said.
pub(crate) fn examine_bag(asked: &Examine) -> Result<()> {
    let kept = asked.kept.iter().filter_map(|kept| {
        let (place, text) = kept.split_once('\n')?;
        Some((place.to_owned(), Checkpoint::printed(text)?))
    });
    let trust = BagTrust { keys: asked.key.clone(), kept: kept.collect() };
    print::data(&serde_json::to_string(&pipeline::examine_bag(&asked.folder, &trust))?)
}
