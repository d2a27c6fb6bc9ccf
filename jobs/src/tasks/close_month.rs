//! Closes the books of a month and renders them: masked, and in full for the office itself.

use super::{Report, monthly_reports};
use crate::clock;
use crate::workspace::Workspace;
use anyhow::{Result, anyhow, bail};
use pipeline::{Archive, Disclosure, SealRequest};
use schemas::Month;
use std::sync::Arc;

pub(super) fn run(workspace: &Arc<Workspace>, month: Month) -> Result<Report> {
    let closed = close(workspace, month)?;
    let masked = monthly_reports::run(workspace, month, Disclosure::Masked)?;
    let full = monthly_reports::run(workspace, month, Disclosure::Full)?;
    let message = format!("{closed}; {}; in full: {}", masked.message, full.message);
    Ok(Report { outcome: masked.outcome.and(full.outcome), message })
}

/// Closes the books of a month and, where they were left open while nothing ran, of those before it. The first closing of all is a
/// person's: from then on late rows stand in later books.
fn close(workspace: &Workspace, month: Month) -> Result<String> {
    let archive = workspace.archive()?;
    if let Some(seal) = archive.seal(month) {
        return Ok(format!("the books of {month} were closed by version {}", seal.version));
    }
    let open = open_until(&archive, month);
    if let [first, _, ..] = open.as_slice()
        && archive.seals().next().is_none()
    {
        bail!(
            "no books were ever closed, and those from {first} on are open\n  close the first with `tertib seal --month {first}`; this job \
             then closes the others in their order"
        );
    }
    let key = workspace.config.key()?;
    let mut last = None;
    for month in open {
        let request =
            SealRequest { month, zone: workspace.facts.zone, at_ms: clock::now().timestamp_millis(), incomplete: None };
        last = Some(pipeline::seal(&workspace.config.archive_path(), &key, workspace.fence(), request)?);
    }
    let seal = last.ok_or_else(|| {
        anyhow!("the archive does not reach {month}; its books can be closed when a pull has seen it")
    })?;
    Ok(format!("closed the books of {} by version {}", seal.month, seal.version))
}

/// The months up to one whose books are open, in their order.
fn open_until(archive: &Archive, month: Month) -> Vec<Month> {
    let last_closed = archive.seals().map(|seal| seal.month).max();
    let Some((first, last)) = archive.span() else { return Vec::new() };
    let mut open = Vec::new();
    let mut next = last_closed.map_or(first, |closed| closed.next());
    while next <= month.min(last) {
        open.push(next);
        next = next.next();
    }
    open
}
