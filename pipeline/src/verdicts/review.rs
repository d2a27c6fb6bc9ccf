//! The monthly review for the Kepala Dinas: the judged month, the month before, the changes, and the kecamatan.
//!
//! Reads   the figures of the month and of the one before; the quality of its data
//! Gives   the changes of at least one percent: growth from zero first, then by relative change, equal ones in order of id
//! Rule    a month that is not complete is not compared with the one before

use super::judge;
use crate::archive::Archive;
use crate::archive::waiting_in_quarantine;
use crate::figures::figure::Followed;
use crate::figures::metrics::FIGURES;
use crate::figures::{FigureBook, FigureError, PROBABLE, Quality, probable_duplicates, quality};
use schemas::document::{Change, Coverage, FindingCount, MonthlyReview, NamedTime};
use schemas::figures::{Figures, MonthFigures};
use schemas::{Decisions, Facts, Month};
use std::collections::BTreeMap;

/// The smallest change that is reported, as a share of the earlier value.
const MIN_CHANGE: f64 = 0.01;

/// Makes the review of a month.
///
/// # Errors
/// [`FigureError`] when the archive does not hold the month or is damaged.
pub fn review(
    archive: &Archive,
    book: &FigureBook,
    facts: &Facts,
    decisions: &Decisions,
    month: Month,
) -> Result<MonthlyReview, FigureError> {
    let before = month.back(1);
    let previous = if book.holds(before) { Some(book.month(before)?) } else { None };
    let sheet = judge(book, facts, decisions, month, archive.provenance()?)?;
    // Missing events would look like a decrease.
    let is_complete = sheet.provenance.coverage(month) == Coverage::Complete;
    let changes = previous.as_ref().filter(|_| is_complete).map(|p| changes(&sheet.figures, p)).unwrap_or_default();
    let probable = probable_duplicates(archive, facts, month, PROBABLE)?;
    Ok(MonthlyReview {
        times: times(&sheet.figures.figures),
        sheet,
        previous,
        changes,
        backlog_age: book.backlog_age(month)?,
        kecamatan: book.by_kecamatan(month)?,
        steps: facts.sop.steps.iter().map(|s| (s.number, s.label.clone())).collect(),
        documents: facts.dokumen.clone(),
        books: facts.ledgers.iter().map(|l| (l.id.clone(), l.title.clone())).collect(),
        roles: facts.pelaksana.clone(),
        quarantined: waiting_in_quarantine(archive)?,
        probable_duplicates: (probable.berkas(), probable.compared),
        quality: counts(&quality(archive, facts, month)?, facts),
    })
}

/// Counts the findings of each code.
fn counts(quality: &Quality, facts: &Facts) -> Vec<FindingCount> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in &quality.findings {
        *counts.entry(finding.code).or_insert(0) += finding.n;
    }
    counts.into_iter().map(|(code, n)| FindingCount { text: facts.finding_text(code), n }).collect()
}

/// Returns the changes between two months.
fn changes(now: &MonthFigures, before: &MonthFigures) -> Vec<Change> {
    let mut changes: Vec<(f64, Change)> = FIGURES
        .iter()
        .flat_map(|figure| figure.followed)
        .filter_map(|Followed { id, words, more_is_better, value }| {
            let (now, before) = (value(now)?, value(before)?);
            let relative = if now.total_cmp(&before).is_eq() { 0.0 } else { ((now - before) / before).abs() };
            let better = (now > before) == *more_is_better;
            let change = Change { id: (*id).to_owned(), words: *words, now, before, better };
            (relative >= MIN_CHANGE).then_some((relative, change))
        })
        .collect();
    changes.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    changes.into_iter().map(|(_, change)| change).collect()
}

/// Returns the times that figures list, in the order of the report.
fn times(figures: &Figures) -> Vec<NamedTime> {
    let times = FIGURES.iter().flat_map(|figure| figure.times);
    times.map(|(words, spread)| NamedTime { words, spread: spread(figures).clone() }).collect()
}
