//! Checks the archive as `tertib verify` does. Without the office's key it cannot check everything, so the run then ends with
//! findings.

use super::{Pace, Report};
use crate::commands::verify::{self, Scope};
use crate::outcome::Outcome;
use crate::print;
use crate::workspace::Workspace;
use anyhow::Result;
use schemas::document::Unchecked;

/// Reads every file, or those that were added after a version.
pub(super) fn run(workspace: &Workspace, since: Option<u64>) -> Result<Report> {
    let pace = Pace::begin("files are checked");
    let result = verify::examine(workspace, Scope { since, ..Scope::default() }, &|done, of| pace.at(done, of))?;
    let mut message = format!("{} files, {} findings", result.files, result.findings.len());
    let places: Vec<String> =
        result.findings.iter().take(5).map(|f| format!("{} {}", f.code, print::place(f))).collect();
    if !places.is_empty() {
        message = format!("{message} {}", places.join(", "));
    }
    for unchecked in &result.unchecked {
        message = format!("{message}; not checked: {}", verify::unchecked_words(*unchecked));
    }
    let is_blind = result.commits == 0 || result.unchecked.contains(&Unchecked::KeyMissing);
    Ok(Report { outcome: Outcome::of(is_blind || workspace.facts.need_attention(&result.findings)), message })
}
