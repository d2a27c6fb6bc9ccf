//! Closes the books of a month and of those before it that are open, and renders each of them: masked, and in full for the office
//! itself.

use super::{Report, monthly_reports};
use crate::clock;
use crate::outcome::Outcome;
use crate::sealing::{self, Sealed};
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use pipeline::{Archive, Disclosure, SealRequest};
use schemas::Month;
use std::fmt;
use std::sync::Arc;

pub(super) fn run(workspace: &Arc<Workspace>, month: Month) -> Result<Report> {
    let (closed, message) = close(workspace, month)?;
    let (mut outcome, mut said) = (Outcome::Done, vec![message]);
    for month in closed {
        if sealing::keep(workspace, month, |_| {})? == Sealed::Unsigned {
            said.push(format!("no bag of {month}, since the log is not signed"));
            outcome = outcome.and(Outcome::Findings);
        }
        let masked = monthly_reports::run(workspace, month, Disclosure::Masked)?;
        let full = monthly_reports::run(workspace, month, Disclosure::Full)?;
        said.push(format!("{}; in full: {}", masked.message, full.message));
        outcome = outcome.and(masked.outcome).and(full.outcome);
    }
    Ok(Report { outcome, message: said.join("; ") })
}

/// What closing the books of a month does.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// They are closed already, by that version of the archive; their documents are made again.
    Done(u64),
    /// The books of these months are closed, in this order.
    Closes(Vec<Month>),
    /// No books were ever closed, and those of more than one month are open: a person closes this month first.
    First(Month),
    /// The archive does not reach the month.
    Beyond,
}

impl Closing {
    /// What closing the books of a month would do now.
    pub(crate) fn of(archive: &Archive, month: Month) -> Self {
        if let Some(seal) = archive.seal(month) {
            return Self::Done(seal.version);
        }
        let open = open_until(archive, month);
        match open.as_slice() {
            [first, _, ..] if archive.seals().next().is_none() => Self::First(*first),
            [.., last] if *last == month => Self::Closes(open),
            _ => Self::Beyond,
        }
    }
}

/// No books were ever closed, and those of more than one month are open: a person closes the first.
#[derive(Debug)]
pub(super) struct FirstClosing {
    /// The first month.
    pub(super) first: Month,
}

impl std::error::Error for FirstClosing {}

impl fmt::Display for FirstClosing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.first;
        write!(
            f,
            "no books were ever closed, and those from {first} on are open\n  close the first with `tertib seal --month {first}`; this job \
             then closes the others in their order"
        )
    }
}

/// Closes the books of a month and, where they were left open while nothing ran, of those before it; returns the months whose
/// documents are to be made, and what was done. The first closing of all is a person's: from then on late rows stand in later books.
fn close(workspace: &Workspace, month: Month) -> Result<(Vec<Month>, String)> {
    let archive = workspace.archive()?;
    let open = match Closing::of(&archive, month) {
        Closing::Done(version) => {
            return Ok((
                closed_together(&archive, version),
                format!("the books of {month} were closed by version {version}"),
            ));
        }
        Closing::First(first) => return Err(FirstClosing { first }.into()),
        Closing::Beyond => {
            bail!("the archive does not reach {month}; its books can be closed when a pull has seen it")
        }
        Closing::Closes(open) => open,
    };
    let (key, signing) = (workspace.config.key()?, workspace.config.signing_key()?);
    let mut closed = Vec::new();
    for month in &open {
        let request = SealRequest {
            month: *month,
            zone: workspace.facts.zone,
            at_ms: clock::now().timestamp_millis(),
            incomplete: None,
            signing: signing.as_ref(),
        };
        let seal = pipeline::seal(&workspace.config.archive_path(), &key, workspace.fence(), request)?;
        tracing::info!(month = %seal.month, version = seal.version, "books closed");
        closed.push(format!("{} by version {}", seal.month, seal.version));
    }
    Ok((open, format!("closed the books of {}", closed.join(" and "))))
}

/// The months whose books were closed one after another, the last of them by that version: a run that was cut off may have left their
/// documents unmade.
fn closed_together(archive: &Archive, mut version: u64) -> Vec<Month> {
    let mut together = Vec::new();
    while let Some(seal) = archive.seals().find(|seal| seal.version == version) {
        together.insert(0, seal.month);
        version = version.saturating_sub(1);
    }
    together
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
