//! The archive of an office at one moment.

use super::Workspace;
use crate::print::Progress;
use anyhow::{Context, Result};
use chrono::NaiveDate;
use pipeline::{Archive, BookWriter, Disclosure, FigureBook, TrialError};
use schemas::document::{ComplianceSheet, LedgerBook, MonthlyReview, PaperSet, TargetTrial};
use schemas::figures::{Figures, RegisterNumbers};
use schemas::{
    BESIDE, Decision, DocumentGroup, FigureCases, FigureKey, FigureOrigin, Month, NarrowedReview, Narrowing, Paper,
    PaperRows,
};
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
    /// Shows how many of the months from one to another have been computed.
    pub(crate) fn shown_by(self, bar: &Progress, first: Month, last: Month) -> Self {
        let told = bar.of_months(&self.archive, first, last);
        Self { figures: self.figures.telling(told), ..self }
    }

    /// The compliance sheet of a month.
    pub(crate) fn compliance(&self, month: Month) -> Result<ComplianceSheet> {
        let Workspace { facts, decisions, .. } = &*self.workspace;
        Ok(pipeline::judge(&self.archive, &self.figures, facts, decisions, month)?)
    }

    /// The monthly review.
    pub(crate) fn review(&self, month: Month) -> Result<MonthlyReview> {
        let Workspace { facts, decisions, remarks, .. } = &*self.workspace;
        let review = pipeline::review(&self.archive, &self.figures, facts, decisions, month)?;
        Ok(MonthlyReview { remarks: remarks.of_month(month).cloned().collect(), ..review })
    }

    /// The review of a part of a month's cases; none where the office knows no such kecamatan or kind of application.
    pub(crate) fn narrowed_review(&self, month: Month, to: &Narrowing) -> Result<Option<NarrowedReview>> {
        let Workspace { facts, decisions, .. } = &*self.workspace;
        Ok(pipeline::narrowed_review(&self.archive, &self.figures, facts, decisions, month, to)?)
    }

    /// What a target would have said of some months with the value of a decision.
    pub(crate) fn trial(&self, tried: &Decision, months: (Month, Month)) -> Result<TargetTrial, TrialError> {
        let Workspace { facts, decisions, .. } = &*self.workspace;
        pipeline::trial(&self.archive, &self.figures, facts, decisions, tried, months)
    }

    /// Where a number of the review comes from; `None` if there is no such number.
    pub(crate) fn origin(&self, month: Month, key: &FigureKey) -> Result<Option<FigureOrigin>> {
        let Workspace { facts, decisions, .. } = &*self.workspace;
        if key.figure != BESIDE {
            let Some(origin) = self.figures.origin(month, key)? else { return Ok(None) };
            let judgements = pipeline::judgements_about(&self.figures, facts, decisions, month, key)?;
            return Ok(Some(FigureOrigin { judgements, ..origin }));
        }
        let review = self.review(month)?;
        let found = pipeline::origin_beside(&self.archive, &self.figures, facts, &review, key)?;
        let command = match key.items.first().map(String::as_str) {
            Some("blangko") => "tertib render --only kartu_stok_blangko --month",
            Some("gangguan") => "tertib render --only log_gangguan --month",
            Some("kemungkinan_ganda") => "tertib duplicates --month",
            Some("hari_kerja") => {
                return Ok(found.map(|origin| FigureOrigin {
                    command: Some(format!("tertib calendar --year {}", month.year())),
                    ..origin
                }));
            }
            Some("tanpa_target") => "tertib compliance --month",
            Some("penomoran") => "tertib metrics --month",
            _ => "tertib quality --month",
        };
        Ok(found.map(|origin| FigureOrigin { command: Some(format!("{command} {month}")), ..origin }))
    }

    /// The cases behind a number of the review; `None` if there is no such number, or none of its cases is named.
    pub(crate) fn cases(&self, month: Month, key: &FigureKey) -> Result<Option<FigureCases>> {
        if key.figure != BESIDE {
            return Ok(self.figures.cases(month, key)?);
        }
        Ok(pipeline::cases_beside(&self.archive, &self.workspace.facts, month, key)?)
    }

    /// The books and lists of the month of the figures, and the papers of it; all are as they were when its books were closed, but for
    /// the letters that call for cards.
    pub(crate) fn books(&self, figures: &Figures, disclosure: Disclosure) -> Result<(Vec<LedgerBook>, Vec<PaperSet>)> {
        let Workspace { config, facts, .. } = &*self.workspace;
        // Closed books are those of the archive as it was then.
        let closed = self.archive.seal(figures.month).and_then(|seal| self.archive.at(seal.version));
        let then = match &closed {
            Some(archive) => Some(FigureBook::open(archive, facts)?.month(figures.month)?),
            None => None,
        };
        let numbers = then.as_ref().map_or(&figures.ledgers, |then| &then.figures.ledgers);
        let archive = closed.as_ref().unwrap_or(&self.archive);
        let writer = BookWriter::open(archive, facts, figures.month, &config.office.dinas)?.with_numbers(numbers);
        let none = RegisterNumbers::default();
        let books = facts.ledgers.iter().map(|l| writer.book(l, numbers.get(&l.id).unwrap_or(&none), disclosure));
        let lists = facts.lists.iter().map(|list| writer.list(list, disclosure));
        let books = books.chain(lists).collect::<Result<_, _>>()?;
        // A letter goes out now, whenever the books were closed: it calls nobody whose card was collected since.
        let calls = |paper: &&Paper| matches!(paper.rows, PaperRows::Uncollected);
        let today = match closed.as_ref().filter(|_| facts.papers.iter().any(|paper| calls(&paper))) {
            Some(_) => Some(BookWriter::open(&self.archive, facts, figures.month, &config.office.dinas)?),
            None => None,
        };
        let of = |paper| today.as_ref().filter(|_| calls(&paper)).unwrap_or(&writer).paper(paper, None, disclosure);
        Ok((books, facts.papers.iter().map(of).collect::<Result<_, _>>()?))
    }

    /// The papers of a day; those of a closed month are of the archive as it was then.
    pub(crate) fn papers_of_day(&self, day: NaiveDate, disclosure: Disclosure) -> Result<Vec<PaperSet>> {
        let Workspace { config, facts, .. } = &*self.workspace;
        let month = Month::of_date(day);
        let closed = self.archive.seal(month).and_then(|seal| self.archive.at(seal.version));
        let archive = closed.as_ref().unwrap_or(&self.archive);
        let writer = BookWriter::open(archive, facts, month, &config.office.dinas)?;
        let daily = facts.papers.iter().filter(|paper| paper.group == DocumentGroup::Harian);
        Ok(daily.map(|paper| writer.paper(paper, Some(day), disclosure)).collect::<Result<_, _>>()?)
    }
}
