//! Writes the books and reports of a month.

use super::{Pace, Report};
use crate::access;
use crate::documents::{Batch, Folder, Selection, Step};
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use anyhow::Result;
use pipeline::Disclosure;
use schemas::Month;
use std::sync::Arc;

/// Why the office has full copies of its books.
const PURPOSE: &str = "buku kantor";

/// Writes all of them, masked or in full.
pub(super) fn run(workspace: &Arc<Workspace>, month: Month, disclosure: Disclosure) -> Result<Report> {
    let mut selection = Selection::everything();
    selection.disclosure = disclosure;
    let folder = Folder::of(None, &workspace.config, month, selection.disclosure);
    let pace = Pace::begin("documents are made");
    let told = |step: Step<'_>| pace.at(step.done as u64, step.of as u64);
    let snapshot = workspace.snapshot()?;
    let batch = Batch::of(&snapshot, month, &selection)?;
    let rendition = access::of_copies(workspace, (month, disclosure), Some(PURPOSE), || folder.fill(&batch, told))?;
    let (files, replaced) = (rendition.files.len(), rendition.replaced());
    let is_judged = workspace.decisions.rules(&workspace.facts, month).iter().any(|rule| rule.decides);
    let mut said = vec![format!("{files} files of {month}; {replaced} texts with unprintable characters")];
    if !is_judged {
        said.push("T001 no target is in force, so nothing was judged".to_owned());
    }
    said.extend(rendition.findings.iter().map(|f| format!("{} {}", f.code, f.place)));
    let attention = workspace.facts.need_attention(&rendition.findings);
    Ok(Report { outcome: Outcome::of(replaced > 0 || !is_judged || attention), message: said.join("; ") })
}
