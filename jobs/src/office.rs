//! One installed office: configuration, facts, key and archive together.

use crate::config::Config;
use anyhow::Result;
use pipeline::{Archive, BookWriter, Disclosure, FigureBook, Key, PullOptions, PullReport};
use schemas::document::{ComplianceSheet, LedgerBook, MonthlyReview};
use schemas::figures::{Figures, RegisterNumbers};
use schemas::{Facts, Month};
use std::path::Path;

/// What every command works with.
#[derive(Debug)]
pub(crate) struct Installed {
    /// The configuration.
    pub config: Config,
    /// The facts of law and office.
    pub facts: Facts,
}

impl Installed {
    /// Reads the configuration and the facts.
    pub(crate) fn open(config: Option<&Path>) -> Result<Self> {
        Ok(Self { config: Config::find(config)?, facts: Facts::embedded()? })
    }

    /// The archive as it is now.
    pub(crate) fn archive(&self) -> Result<Archive> {
        Ok(Archive::open(&self.config.archive_path())?)
    }

    /// Pulls once.
    pub(crate) async fn pull(
        &self,
        at_ms: i64,
        dry_run: bool,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<PullReport> {
        let key = Key::load(&self.config.key_path())?;
        let options = PullOptions {
            source_name: &self.config.source.name,
            lookback_s: i64::from(self.config.source.lookback_days) * 86_400,
            at_ms,
            dry_run,
        };
        let source = self.config.source_config()?;
        Ok(pipeline::pull(&source, &self.config.archive_path(), &key, &self.facts, options, progress).await?)
    }

    /// The compliance sheet of a month.
    pub(crate) fn compliance(&self, archive: &Archive, book: &FigureBook<'_>, month: Month) -> Result<ComplianceSheet> {
        Ok(pipeline::judge(book.month(month)?, &self.facts, archive.provenance()?)?)
    }

    /// The monthly review.
    pub(crate) fn review(&self, archive: &Archive, book: &FigureBook<'_>, month: Month) -> Result<MonthlyReview> {
        Ok(pipeline::review(archive, book, &self.facts, month)?)
    }

    /// The four books of the month of the figures.
    pub(crate) fn books(
        &self,
        archive: &Archive,
        figures: &Figures,
        disclosure: Disclosure,
    ) -> Result<Vec<LedgerBook>> {
        let numbers = &figures.ledgers;
        let writer = BookWriter::open(archive, &self.facts, figures.month)?;
        let none = RegisterNumbers::default();
        let ledgers = self.facts.ledgers.iter();
        Ok(ledgers.map(|l| writer.book(l, numbers.get(&l.id).unwrap_or(&none), disclosure)).collect())
    }
}
