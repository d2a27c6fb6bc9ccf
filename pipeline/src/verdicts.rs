//! Compares figures with targets. Each target gets a verdict, and none passes silently.
//!
//! Reads   the figures of a month; the targets in force, with value and authority
//! Gives   in the order of the regulations: verdict, figure, n, value, authority, source
//! Rule    data/targets and the office's decisions; if several rules are about the same figure, the one of the first
//!         regulation decides and the others are shown; a target without a value gives `target belum ditetapkan`, a figure
//!         without cases `data tidak cukup`; a case open past its limit counts as late

pub(crate) mod deviations;
pub(crate) mod failing_cases;
mod review;

pub use deviations::{Departure, Deviation, deviations};
pub use failing_cases::failing_cases;
pub use review::review;

use crate::figures::{FigureBook, FigureError};
use schemas::document::{ComplianceSheet, Provenance};
use schemas::figures::{MonthFigures, Spread};
use schemas::{
    Compared, Decisions, Facts, Finding, Judgement, Month, Rule, Share, ShareMeasure, Standard, TimeMeasure, Verdict,
};

/// Judges a month by every target in force.
///
/// # Errors
/// [`FigureError`] when the archive does not hold the month, is damaged, or the month is outside the calendar.
pub fn judge(
    book: &FigureBook,
    facts: &Facts,
    decisions: &Decisions,
    month: Month,
    provenance: Provenance,
) -> Result<ComplianceSheet, FigureError> {
    let figures = book.month(month)?;
    let mut judgements = Vec::new();
    for rule in decisions.rules(facts, month) {
        judgements.push(match &rule.jenis {
            Some(jenis) => judgement(&rule, facts, &book.month_of_jenis(month, jenis)?),
            None => judgement(&rule, facts, &figures),
        });
    }
    let signed_on = facts.clock.last_working_day(month)?;
    let service = facts.sop.title.clone();
    Ok(ComplianceSheet { month, service, signed_on, judgements, figures, provenance, hide_small: false })
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
    let jenis = rule.jenis.as_ref().map(|id| facts.jenis.get(id).unwrap_or(id));
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
        note: rule.note.clone(),
    }
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
        Batches, Completeness, Conformance, Deadline, Deadlines, Duplicates, Figures, Issuance, Turnaround,
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

    fn empty() -> MonthFigures {
        let figures = Figures {
            month: "2026-10".parse().unwrap(),
            time_per_step: BTreeMap::default(),
            completeness: Completeness::default(),
            issuance: Issuance::default(),
            turnaround: Turnaround::default(),
            batches: Batches::default(),
            duplicates: Duplicates::default(),
            conformance: Conformance::default(),
            backlog: BTreeMap::default(),
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
