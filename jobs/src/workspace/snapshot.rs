//! The archive of an office at one moment.

use super::Workspace;
use anyhow::{Context, Result};
use pipeline::{Archive, BookWriter, Disclosure, FigureBook};
use schemas::Month;
use schemas::document::{ComplianceSheet, Handover, LedgerBook, MonthlyReview};
use schemas::figures::{Figures, RegisterNumbers};
use std::sync::Arc;

/// The archive and its figures at one moment, with the configuration, facts and decisions by which they are read. A process that
/// runs for long takes another when it wants to know of later pulls and changes; the old one stays what it was.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// By which the archive is read.
    pub workspace: Arc<Workspace>,
    /// The archive.
    pub archive: Archive,
    /// Its figures.
    pub figures: FigureBook,
}

/// Threads can share one, and it can move to a thread that may block.
const _: fn() = || {
    fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<Snapshot>();
};

impl Workspace {
    /// The archive as it is now, and its figures.
    pub(crate) fn snapshot(self: &Arc<Self>) -> Result<Snapshot> {
        let archive = self.archive()?;
        Ok(Snapshot { figures: self.figures(&archive)?, archive, workspace: Arc::clone(self) })
    }

    /// The archive as it was in a version. All figures are computed anew: a check rests on nothing that was kept, and leaves what
    /// is kept of the archive as it is now.
    pub(crate) fn snapshot_at(self: &Arc<Self>, version: u64) -> Result<Snapshot> {
        let archive = self.archive()?.at(version);
        let archive =
            archive.with_context(|| format!("the archive has no version {version}; it was printed from another"))?;
        let figures = FigureBook::open(&archive, &self.facts)?;
        Ok(Snapshot { workspace: Arc::clone(self), archive, figures })
    }
}

impl Snapshot {
    /// The compliance sheet of a month.
    pub(crate) fn compliance(&self, month: Month) -> Result<ComplianceSheet> {
        let Workspace { facts, decisions, .. } = &*self.workspace;
        Ok(pipeline::judge(&self.figures, facts, decisions, month, self.archive.provenance()?)?)
    }

    /// The monthly review.
    pub(crate) fn review(&self, month: Month) -> Result<MonthlyReview> {
        let Workspace { facts, decisions, .. } = &*self.workspace;
        Ok(pipeline::review(&self.archive, &self.figures, facts, decisions, month)?)
    }

    /// The books and lists of the month of the figures, and what was handed over in it.
    pub(crate) fn books(&self, figures: &Figures, disclosure: Disclosure) -> Result<(Vec<LedgerBook>, Handover)> {
        let Workspace { config, facts, .. } = &*self.workspace;
        // Closed books are those of the archive as it was then.
        let closed = self.archive.seal(figures.month).and_then(|seal| self.archive.at(seal.version));
        let then = match &closed {
            Some(archive) => Some(FigureBook::open(archive, facts)?.month(figures.month)?),
            None => None,
        };
        let numbers = then.as_ref().map_or(&figures.ledgers, |then| &then.figures.ledgers);
        let archive = closed.as_ref().unwrap_or(&self.archive);
        let writer = BookWriter::open(archive, facts, figures.month, &config.office.dinas)?;
        let none = RegisterNumbers::default();
        let books = facts.ledgers.iter().map(|l| writer.book(l, numbers.get(&l.id).unwrap_or(&none), disclosure));
        let lists = facts.lists.iter().map(|list| writer.list(list, disclosure));
        Ok((books.chain(lists).collect::<Result<_, _>>()?, writer.handover(disclosure)?))
    }
}
