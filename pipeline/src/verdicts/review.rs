//! What the Kepala Dinas reads: the judged month, the month before, what moved, and where.
//!
//! Reads   figures of the month and of the one before; how good its data are
//! Gives   changes of at least one percent, the largest relative change first, growth from nothing before all; ties in order of id

use super::judge;
use crate::archive::Archive;
use crate::archive::waiting_in_quarantine;
use crate::figures::{FigureBook, FigureError, PROBABLE, Quality, probable_duplicates, quality};
use schemas::document::{Change, Coverage, FindingCount, MonthlyReview};
use schemas::figures::{MonthFigures, share};
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

/// A figure worth following: its id, its value, and whether more is better.
type Followed = (&'static str, fn(&MonthFigures) -> Option<f64>, bool);

const FOLLOWED: [Followed; 7] = [
    ("complete_at_first_check", |f| share(f.figures.completeness.complete, f.figures.completeness.first_checks), true),
    ("conforming", |f| share(f.figures.conformance.conforming, f.figures.conformance.finished), true),
    ("issuance_working_p50", |f| f.figures.issuance.working.p50().map(number), false),
    (
        "issued_within_24_hours",
        |f| {
            let d = f.deadlines.within_24_hours_less_outages;
            share(d.on_time, d.n())
        },
        true,
    ),
    ("open", |f| Some(count(f.figures.backlog.values().sum())), false),
    ("record_duplicates", |f| share(f.figures.duplicates.record_duplicates, f.figures.duplicates.record_checks), false),
    ("turnaround_working_p50", |f| f.figures.turnaround.working.p50().map(number), false),
];

fn changes(now: &MonthFigures, before: &MonthFigures) -> Vec<Change> {
    let mut changes: Vec<(f64, Change)> = FOLLOWED
        .iter()
        .filter_map(|(id, value, more_is_better)| {
            let (now, before) = (value(now)?, value(before)?);
            let relative = if now.total_cmp(&before).is_eq() { 0.0 } else { ((now - before) / before).abs() };
            let change = Change { id: (*id).to_owned(), now, before, better: (now > before) == *more_is_better };
            (relative >= WORTH_A_SENTENCE).then_some((relative, change))
        })
        .collect();
    changes.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    changes.into_iter().map(|(_, change)| change).collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and seconds of one office are far below 2^52, where f64 is exact"
)]
fn count(n: u64) -> f64 {
    n as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and seconds of one office are far below 2^52, where f64 is exact"
)]
fn number(n: i64) -> f64 {
    n as f64
}
