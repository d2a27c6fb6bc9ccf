//! Compares figures with targets. Each target gets a verdict, and none passes silently.
//!
//! Reads   the figures of a month; the targets in force, with value and authority
//! Gives   in the order of the regulations: verdict, figure, n, value, authority, source
//! Rule    data/targets and the office's decisions; if several rules are about the same figure, the one of the first
//!         regulation decides and the others are shown; a target without a value gives `target belum ditetapkan`, a figure
//!         without cases `data tidak cukup`; a case open past its limit counts as late

mod beside;
pub(crate) mod case_verdicts;
pub(crate) mod deviations;
pub(crate) mod failing_cases;
mod measures;
mod narrowed;
mod pending;
mod review;
mod revision;
mod supply;
mod touching;
mod trial;

pub use beside::{cases_beside, origin_beside};
pub use deviations::{Departure, Deviation, deviations};
pub use failing_cases::failing_cases;
pub use narrowed::narrowed_review;
pub use trial::{TrialError, trial};

use crate::archive::Archive;
use crate::figures::figure::Followed;
use crate::figures::metrics::FIGURES;
use crate::figures::{FigureBook, FigureError};
use review::made;
use revision::revision;
use schemas::document::{ComplianceSheet, MonthlyReview};
use schemas::figures::{MonthFigures, Spread, TrendPoint};
use schemas::{
    Compared, Decisions, Facts, FigureKey, Finding, Judgement, MEASURES, Milestone, Month, Narrowing, Rule, Share,
    ShareMeasure, Standard, TimeMeasure, Verdict,
};

/// Judges a month by every target in force.
///
/// # Errors
/// [`FigureError`] when the archive does not hold the month, is damaged, or the month is outside the calendar.
pub fn judge(
    archive: &Archive,
    book: &FigureBook,
    facts: &Facts,
    decisions: &Decisions,
    month: Month,
) -> Result<ComplianceSheet, FigureError> {
    let subject = Subject { archive, book, facts, decisions, month };
    let sheet = sheet(subject, &[])?;
    Ok(ComplianceSheet { revision: revision(subject, || made(subject, None))?, ..sheet })
}

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
    let subject = Subject { archive, book, facts, decisions, month };
    let made = made(subject, None)?;
    let mut review = made.review.clone();
    review.sheet.revision = revision(subject, || Ok(made))?;
    Ok(review)
}

/// What is judged: a month of an archive, with the figures, facts and decisions by which it is.
#[derive(Clone, Copy)]
struct Subject<'a> {
    archive: &'a Archive,
    book: &'a FigureBook,
    facts: &'a Facts,
    decisions: &'a Decisions,
    month: Month,
}

/// Judges a month, of whose trend some points are known already, and leaves open what has changed since its books were closed.
fn sheet(subject: Subject<'_>, known: &[TrendPoint]) -> Result<ComplianceSheet, FigureError> {
    let Subject { archive, book, facts, decisions, month } = subject;
    let figures = book.month_knowing(month, known)?;
    let judgements = judgements(book, facts, decisions, month, &figures)?;
    sheet_of(archive, facts, month, figures, judgements)
}

/// Returns the sheet of what was judged of a month, of all its cases or of a part of them.
fn sheet_of(
    archive: &Archive,
    facts: &Facts,
    month: Month,
    figures: MonthFigures,
    judgements: Vec<Judgement>,
) -> Result<ComplianceSheet, FigureError> {
    Ok(ComplianceSheet {
        month,
        service: facts.sop.title.clone(),
        closing: archive.closing(month),
        revision: None,
        working_day_s: facts.calendar.working_day_s(month),
        judgements,
        figures,
        terms: facts.terms.clone(),
        outage_log: archive.outage_file().is_some(),
        provenance: archive.provenance()?,
        hide_small: false,
        list_unset: false,
    })
}

/// Returns the judgements of a month by every target in force, of all its cases or of a kind of application.
fn judgements(
    book: &FigureBook,
    facts: &Facts,
    decisions: &Decisions,
    month: Month,
    figures: &MonthFigures,
) -> Result<Vec<Judgement>, FigureError> {
    let judged = decisions.rules(facts, month).into_iter().map(|rule| match &rule.jenis {
        Some(jenis) => Ok(judgement(&rule, facts, &book.month_alone_within(month, &Narrowing::to_jenis(jenis))?)),
        None => Ok(judgement(&rule, facts, figures)),
    });
    judged.collect()
}

/// Returns what was judged of a number in a month by every target in force.
///
/// # Errors
/// [`FigureError`] when the archive does not hold the month or is damaged.
pub fn judgements_about(
    book: &FigureBook,
    facts: &Facts,
    decisions: &Decisions,
    month: Month,
    key: &FigureKey,
) -> Result<Vec<Judgement>, FigureError> {
    let rules = decisions.rules(facts, month);
    let about = rules.iter().filter(|rule| origin(rule) == *key);
    let judged = about.map(|rule| {
        let to = rule.jenis.as_ref().map_or_else(Narrowing::default, |jenis| Narrowing::to_jenis(jenis));
        Ok(judgement(rule, facts, &book.month_alone_within(month, &to)?))
    });
    judged.collect()
}

/// Returns why a month without a missed target is still not compliant: no target is in force (T001), or some deciding targets have
/// no value (T002).
#[must_use]
pub fn unjudged(sheet: &ComplianceSheet) -> Vec<Finding> {
    let deciding = || sheet.judgements.iter().filter(|j| j.decides);
    if deciding().next().is_none() {
        return vec![Finding { code: "T001", place: sheet.month.to_string(), count: 1 }];
    }
    let without: Vec<&str> =
        deciding().filter(|j| j.verdict() == Verdict::NoTarget).map(|j| j.target.as_str()).collect();
    let count = without.len() as u64;
    without.first().map(|_| Finding { code: "T002", place: without.join(", "), count }).into_iter().collect()
}

fn judgement(rule: &Rule<'_>, facts: &Facts, figures: &MonthFigures) -> Judgement {
    let target = &rule.target;
    let (compared, n) = compared(target.standard, figures);
    let jenis = rule.jenis.as_deref().map(|id| facts.jenis_name(id));
    Judgement {
        target: target.id.clone(),
        title: jenis
            .map_or_else(|| target.title.clone(), |jenis| format!("{} – {}", target.title, jenis.to_lowercase())),
        step: target.standard.step(),
        jenis: rule.jenis.clone(),
        decides: rule.decides,
        compared,
        n,
        authority: target.authority,
        regulation: rule.regulation.title.clone(),
        article: target.article.clone(),
        source: rule.source.clone(),
        entered: rule.entered.clone(),
        note: rule.note.clone(),
        origin: origin(rule),
    }
}

/// Returns the number that a rule judges: a measure of the review where one is about it.
fn origin(rule: &Rule<'_>) -> FigureKey {
    let standard = rule.target.standard;
    let is_about = |followed: &&Followed| followed.standard.is_some_and(|about| about.is_of_same_figure(&standard));
    let key = match FIGURES.iter().flat_map(|figure| figure.followed).find(is_about) {
        Some(followed) => FigureKey::of(MEASURES, followed.id),
        None => FigureKey { step: standard.step(), ..FigureKey::of("time_per_step", "handling_working") },
    };
    FigureKey { jenis: rule.jenis.clone(), ..key }
}

/// Returns what a first check came to, in words.
fn outcome_is(facts: &Facts, is_returned: bool) -> String {
    let wanted = if is_returned { Milestone::Returned } else { Milestone::Complete };
    let outcomes = facts.sop.steps.iter().flat_map(|step| &step.outcomes);
    let labels: Vec<&str> =
        outcomes.filter(|of| of.milestone == Some(wanted)).map(|outcome| outcome.label.as_str()).collect();
    labels.join(" atau ")
}

/// Returns the figure and the value of a standard, and the number of cases behind the figure.
fn compared(standard: Standard, figures: &MonthFigures) -> (Compared, u64) {
    let f = &figures.figures;
    match standard {
        Standard::Time { measure, at_most_s, .. } => {
            let none = Spread::default();
            let spread = match measure {
                TimeMeasure::HandlingP90 { step } => f.time_per_step.get(&step).map_or(&none, |s| &s.handling_working),
                TimeMeasure::TurnaroundP90 => &f.turnaround.working,
            };
            (Compared::Time { figure_s: spread.p90(), at_most_s }, spread.n)
        }
        Standard::Share { measure, at_least } => {
            let (part, n) = match measure {
                ShareMeasure::CompleteAtFirstCheck => (f.completeness.complete, f.completeness.first_checks),
                ShareMeasure::Issued(within) => {
                    let deadline = within.of(&figures.deadlines);
                    (deadline.on_time, deadline.n())
                }
            };
            (Compared::Share { figure: Share::new(part, n), at_least }, n)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::figures::{
        Batches, Completeness, Conformance, Deadline, Deadlines, Duplicates, Figures, Issuance, Movement, Turnaround,
    };
    use std::collections::BTreeMap;

    fn check(value: Option<f64>, deadline: Deadline) -> (Verdict, Option<f64>, u64) {
        let facts = Facts::embedded().unwrap();
        let mut rules = Decisions::default().rules(&facts, "2026-10".parse().unwrap());
        let rule = rules.iter_mut().find(|rule| rule.target.id == "terbit_24_jam").unwrap();
        rule.target.standard = rule.target.standard.with_value(value).unwrap();
        let mut figures = empty();
        figures.deadlines.within_24_hours_less_outages = deadline;
        let j = judgement(rule, &facts, &figures);
        (j.verdict(), j.compared.figure(), j.n)
    }

    pub(super) fn empty() -> MonthFigures {
        let figures = Figures {
            month: "2026-10".parse().unwrap(),
            time_per_step: BTreeMap::default(),
            completeness: Completeness::default(),
            issuance: Issuance::default(),
            turnaround: Turnaround::default(),
            batches: Batches::default(),
            duplicates: Duplicates::default(),
            conformance: Conformance::default(),
            movement: Movement::default(),
            backlog: BTreeMap::default(),
            uncollected: BTreeMap::default(),
            ledgers: BTreeMap::default(),
        };
        MonthFigures { figures, deadlines: Deadlines::default(), trend: Vec::new(), left_out: Vec::new() }
    }

    #[test]
    fn a_verdict_is_never_silent() {
        let all = Deadline { on_time: 4, late: 0, open_past: 0 };
        assert_eq!(check(Some(1.0), all), (Verdict::Met, Some(1.0), 4));
        let one_open = Deadline { on_time: 3, late: 0, open_past: 1 };
        assert_eq!(check(Some(1.0), one_open), (Verdict::Missed, Some(0.75), 4), "open past the limit is late");
        assert_eq!(check(Some(1.0), Deadline::default()), (Verdict::NoData, None, 0));
        assert_eq!(check(None, all), (Verdict::NoTarget, Some(1.0), 4));
    }
}
