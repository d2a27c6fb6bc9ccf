//! The monthly review for the Kepala Dinas: the judged month beside the twelve before it, what has to be decided, and the kecamatan.
//!
//! Reads   the figures of thirteen months; the quality of the month's data; the stock and outage logs
//! Gives   the review as `reports` prints it
//! Rule    a month is compared with those that the archive holds completely; one that is not complete itself is not compared. What only
//!         the rows that name residents or wait in quarantine tell is not known in a public copy, and never nothing

use super::measures::{less_outages, measures};
use super::pending::pending;
use super::touching::COMPARED_MONTHS;
use super::{Subject, judgements, sheet, supply};
use crate::figures::metrics::FIGURES;
use crate::figures::{FigureBook, FigureError, PROBABLE, Quality, needless_returns, probable_duplicates, quality};
use crate::pull::held_back::held_in;
use schemas::document::{ComplianceSheet, Coverage, FindingCount, MonthlyReview, NamedTime, PekonWaiting, Provenance};
use schemas::figures::{Figures, MonthFigures, TrendPoint};
use schemas::{Facts, FigureKey, Labels, Month, Narrowing, Rule};
use std::collections::BTreeMap;

/// The months before a month, oldest first, without figures where the archive does not hold all of them.
type Before = Vec<(Month, Option<MonthFigures>)>;

/// A review that does not say what has changed since the books of its month were closed.
pub(super) struct Made {
    pub(super) review: MonthlyReview,
    before: Before,
}

/// Makes such a review. `known` is one of another version of the archive, and a month before which no figure differs from it.
pub(super) fn made(subject: Subject<'_>, known: Option<(&Made, Month)>) -> Result<Made, FigureError> {
    let Subject { archive, book, facts, decisions, month } = subject;
    let all = Narrowing::default();
    let known_before = |earlier: Month| {
        let (known, _) = known.filter(|(_, from)| earlier < *from)?;
        known.before.iter().find(|(of, _)| *of == earlier).map(|(_, figures)| figures.clone())
    };
    let before = months_before(book, &archive.provenance()?, month, &all, known_before)?;
    let points: Vec<TrendPoint> = known.map_or_else(Vec::new, |(known, from)| {
        let points = known.review.sheet.figures.trend.iter().filter(|point| point.month < from);
        points.copied().collect()
    });
    let sheet = sheet(subject, &points)?;
    let cases = of_cases(book, facts, sheet, &before, &decisions.rules(facts, month), &all)?;
    let previous_judgements = match &cases.previous {
        Some(figures) => judgements(book, facts, decisions, month.back(1), figures)?,
        None => Vec::new(),
    };
    let (probable, found) = if archive.holds_persons_of(month)? {
        let probable = probable_duplicates(archive, facts, month, PROBABLE)?;
        (Some((probable.berkas(), probable.compared)), Some(counts(&quality(archive, facts, month)?, facts)))
    } else {
        (None, None)
    };
    let mut review = MonthlyReview {
        previous_judgements,
        blanks: supply::blanks(archive, facts, month)?,
        outages: supply::outages(archive, facts, month)?,
        needless_returns: needless_returns(archive, facts, month)?.map(|returned| returned.len() as u64),
        quarantined: book.held()?.map(|held| held_in(held, month)),
        probable_duplicates: probable,
        quality: found,
        ..cases
    };
    review.pending = pending(&review, facts);
    Ok(Made { review, before })
}

/// Returns the figures of the months with which a month is compared, of all cases or of a part of them; those that are known are not
/// computed.
pub(super) fn months_before(
    book: &FigureBook,
    provenance: &Provenance,
    month: Month,
    to: &Narrowing,
    known: impl Fn(Month) -> Option<Option<MonthFigures>>,
) -> Result<Before, FigureError> {
    let figures = |earlier: Month| match known(earlier) {
        Some(known) => Ok(known),
        None if book.holds(earlier) && provenance.coverage(earlier) == Coverage::Complete => {
            book.month_alone_within(earlier, to).map(Some)
        }
        None => Ok(None),
    };
    let months = (1..=COMPARED_MONTHS).rev().map(|back| month.back(back));
    months.map(|earlier| Ok((earlier, figures(earlier)?))).collect()
}

/// Returns what the review says of cases, of all or of a part of them, beside the months before, with what was judged of them by some
/// rules. What is not of cases is left out.
pub(super) fn of_cases(
    book: &FigureBook,
    facts: &Facts,
    sheet: ComplianceSheet,
    before: &Before,
    rules: &[Rule<'_>],
    to: &Narrowing,
) -> Result<MonthlyReview, FigureError> {
    let month = sheet.month;
    // Missing events would look like a decrease.
    let is_complete = sheet.provenance.coverage(month) == Coverage::Complete;
    let measures = measures(&sheet.figures, is_complete, sheet.outage_log, before, rules);
    let months = (0..=COMPARED_MONTHS).map(|back| month.back(back));
    let lengths = months.filter_map(|month| Some((month, facts.calendar.working_day_s(month)?)));
    Ok(MonthlyReview {
        working_days_s: lengths.collect(),
        times: times(&sheet),
        open_before: sheet.figures.trend.iter().rev().nth(1).map(|point| point.open),
        uncollected: uncollected(&sheet.figures.figures, facts),
        sheet,
        previous: before.last().and_then(|(_, figures)| figures.clone()),
        previous_judgements: Vec::new(),
        measures,
        pending: Vec::new(),
        blanks: None,
        outages: None,
        needless_returns: None,
        backlog_age: book.backlog_age(month, to)?,
        kecamatan: book.by_kecamatan(month, to)?,
        steps: facts.sop.steps.iter().map(|s| (s.number, s.label.clone())).collect(),
        documents: facts.dokumen.clone(),
        mandatory_steps: facts.sop.steps.iter().filter(|step| step.mandatory).map(|_| 1).sum(),
        book_steps: facts.ledgers.iter().map(|l| l.step).collect(),
        books: facts.ledgers.iter().map(|l| (l.id.clone(), l.title.clone())).collect(),
        roles: facts.pelaksana.clone(),
        outcomes: outcomes(facts),
        quarantined: None,
        probable_duplicates: None,
        quality: None,
        // What people say of a month is the office's, and not of its archive.
        remarks: Vec::new(),
    })
}

/// Returns the printed words of outcomes by their values.
fn outcomes(facts: &Facts) -> Labels {
    let outcomes = facts.sop.steps.iter().flat_map(|step| &step.outcomes);
    outcomes.map(|outcome| (outcome.hasil.clone(), outcome.label.clone())).collect()
}

/// Counts the findings of each code.
fn counts(quality: &Quality, facts: &Facts) -> Vec<FindingCount> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in &quality.findings {
        *counts.entry(finding.code).or_insert(0) += finding.n;
    }
    counts.into_iter().map(|(code, n)| FindingCount { text: facts.finding_text(code), n }).collect()
}

/// Returns the printed cards that nobody has collected by village, the most first.
fn uncollected(figures: &Figures, facts: &Facts) -> Vec<PekonWaiting> {
    let named = figures.uncollected.iter().map(|(code, waiting)| {
        let area = facts.wilayah.get(code);
        PekonWaiting {
            pekon: area.map_or_else(|| code.clone(), |area| area.name.clone()),
            kecamatan: area.map_or_else(String::new, |area| area.kecamatan.clone()),
            n: waiting.n,
            oldest_working_days: waiting.oldest_working_days,
        }
    });
    let mut by_number: Vec<PekonWaiting> = named.collect();
    by_number.sort_by_key(|waiting| std::cmp::Reverse((waiting.n, waiting.oldest_working_days)));
    by_number
}

/// Returns the times that figures list, in the order of the report.
fn times(sheet: &ComplianceSheet) -> Vec<NamedTime> {
    let times = FIGURES.iter().flat_map(|figure| figure.times.iter().map(move |time| (figure, time)));
    let named = times.map(|(figure, time)| NamedTime {
        key: FigureKey::of(figure.sql.name, time.item),
        words: less_outages(time.words, sheet.outage_log),
        is_working: time.is_working,
        note: time.note,
        spread: (time.spread)(&sheet.figures.figures).clone(),
    });
    named.collect()
}
