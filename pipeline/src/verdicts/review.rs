//! What the Kepala Dinas reads: the judged month, the month before, what moved, and where.
//!
//! Reads   figures of the month and of the one before; how good its data are
//! Gives   changes of at least one percent, the largest relative change first, growth from nothing before all; ties in order of id

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

/// Moves smaller than this share of the earlier value are not worth a sentence.
const WORTH_A_SENTENCE: f64 = 0.01;

/// The review of a month.
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
    // What lacks would be told as a fall.
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

/// How often each code was found.
fn counts(quality: &Quality, facts: &Facts) -> Vec<FindingCount> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in &quality.findings {
        *counts.entry(finding.code).or_insert(0) += finding.n;
    }
    counts.into_iter().map(|(code, n)| FindingCount { text: facts.finding_text(code), n }).collect()
}

fn changes(now: &MonthFigures, before: &MonthFigures) -> Vec<Change> {
    let mut changes: Vec<(f64, Change)> = FIGURES
        .iter()
        .flat_map(|figure| figure.followed)
        .filter_map(|Followed { id, words, more_is_better, value }| {
            let (now, before) = (value(now)?, value(before)?);
            let relative = if now.total_cmp(&before).is_eq() { 0.0 } else { ((now - before) / before).abs() };
            let better = (now > before) == *more_is_better;
            let change = Change { id: (*id).to_owned(), words: *words, now, before, better };
            (relative >= WORTH_A_SENTENCE).then_some((relative, change))
        })
        .collect();
    changes.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    changes.into_iter().map(|(_, change)| change).collect()
}

/// The times of every figure that lists some, in the order of the report.
fn times(figures: &Figures) -> Vec<NamedTime> {
    let times = FIGURES.iter().flat_map(|figure| figure.times);
    times.map(|(words, spread)| NamedTime { words, spread: spread(figures).clone() }).collect()
}
