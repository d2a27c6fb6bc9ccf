//! What do the targets in force say of single berkas?
//!
//! Reads   the figures of these berkas; the rules of each month
//! Gives   for each month in which the figure of a target counts a berkas: what was measured of it, and whether it is within what the
//!         target requires of each
//! Rule    a berkas misses a target where the list of failing cases has it; one that the figure does not count is not judged, nor is one
//!         of which the target requires nothing

use super::failing_cases::failing_cases;
use super::{origin, outcome_is};
use crate::figures::{FigureBook, FigureError};
use schemas::{
    Authority, CaseValue, Compared, Decisions, Facts, FigureCase, FigureCases, FigureKey, Language, Milestone, Month,
    Rule, ShareMeasure, Standard, TimeMeasure, Verdict, Within,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a target says of a berkas in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CaseVerdict {
    pub(crate) berkas: String,
    pub(crate) month: Month,
    pub(crate) target: String,
    pub(crate) title: String,
    pub(crate) regulation: String,
    pub(crate) article: String,
    pub(crate) authority: Authority,
    pub(crate) decides: bool,
    pub(crate) measured: String,
    pub(crate) limit: Option<String>,
    pub(crate) verdict: Verdict,
}

/// What happened in a month, by which it is known that a figure cannot count anything of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct MonthOfCases {
    /// The steps that were taken.
    pub(crate) steps: BTreeSet<u8>,
    /// The milestones that were reached.
    pub(crate) milestones: BTreeSet<Milestone>,
}

impl MonthOfCases {
    /// Whether the figure of a standard may count something. A berkas that is still open counts for a deadline without an event.
    fn may_count(&self, standard: &Standard) -> bool {
        match standard {
            Standard::Time { measure: TimeMeasure::HandlingP90 { step }, .. } => self.steps.contains(step),
            Standard::Time { measure: TimeMeasure::TurnaroundP90, .. } => {
                self.milestones.contains(&Milestone::HandedOver)
            }
            Standard::Share { measure: ShareMeasure::CompleteAtFirstCheck, .. } => {
                [Milestone::Complete, Milestone::Returned].iter().any(|check| self.milestones.contains(check))
            }
            Standard::Share { measure: ShareMeasure::Issued(_), .. } => true,
        }
    }
}

/// Judges the berkas of a book of single cases by every target in force in some months.
///
/// # Errors
/// [`FigureError`] when a figure cannot be computed.
pub(crate) fn case_verdicts(
    book: &FigureBook,
    facts: &Facts,
    decisions: &Decisions,
    months: &BTreeMap<Month, MonthOfCases>,
) -> Result<Vec<CaseVerdict>, FigureError> {
    let mut verdicts = Vec::new();
    for (month, content) in months {
        // Rules of several regulations are often about one figure.
        let mut counted: Vec<(FigureKey, FigureCases)> = Vec::new();
        for rule in decisions.rules(facts, *month).iter().filter(|rule| content.may_count(&rule.target.standard)) {
            let key = origin(rule);
            if !counted.iter().any(|(known, _)| *known == key) {
                let Some(cases) = book.cases(*month, &key)? else { continue };
                counted.push((key.clone(), cases));
            }
            let cases = counted.iter().find(|(known, _)| *known == key).map(|(_, cases)| cases);
            let Some(cases) = cases.filter(|cases| !cases.cases.is_empty()) else { continue };
            let failed: BTreeSet<String> = failing_cases(book, *month, rule)?.into_iter().collect();
            verdicts.extend(of_rule(rule, facts, *month, cases, &failed));
        }
    }
    Ok(verdicts)
}

/// Returns what one rule says of each berkas that its figure counts.
fn of_rule(
    rule: &Rule<'_>,
    facts: &Facts,
    month: Month,
    counted: &FigureCases,
    failed: &BTreeSet<String>,
) -> Vec<CaseVerdict> {
    let mut by_berkas: BTreeMap<&str, Vec<&FigureCase>> = BTreeMap::new();
    for case in &counted.cases {
        by_berkas.entry(&case.berkas).or_default().push(case);
    }
    let jenis = rule.jenis.as_deref().map(|id| facts.jenis_name(id).to_lowercase());
    let title = jenis.map_or_else(|| rule.target.title.clone(), |jenis| format!("{} – {jenis}", rule.target.title));
    let of_berkas = by_berkas.into_iter().map(|(berkas, cases)| {
        // Of a step that was taken several times the longest counts.
        let most = cases.iter().filter_map(|case| case.value).max();
        let (measured, limit) = words(rule, facts, month, counted.value, most, failed.contains(berkas));
        let verdict = match &limit {
            None => Verdict::NoTarget,
            Some(_) if failed.contains(berkas) => Verdict::Missed,
            Some(_) => Verdict::Met,
        };
        CaseVerdict {
            berkas: berkas.to_owned(),
            month,
            target: rule.target.id.clone(),
            title: title.clone(),
            regulation: rule.regulation.title.clone(),
            article: rule.target.article.clone(),
            authority: rule.target.authority,
            decides: rule.decides,
            measured,
            limit,
            verdict,
        }
    });
    of_berkas.collect()
}

/// Returns what was measured, and what is required of a single berkas.
fn words(
    rule: &Rule<'_>,
    facts: &Facts,
    month: Month,
    of: Option<CaseValue>,
    value: Option<i64>,
    has_failed: bool,
) -> (String, Option<String>) {
    let id = Language::Indonesian;
    match rule.target.standard {
        Standard::Time { at_most_s, .. } => {
            let compared = Compared::Time { figure_s: value, at_most_s };
            let (measured, limit) = id.compared(compared, facts.calendar.working_day_s(month));
            (measured.unwrap_or_default(), limit.map(|limit| format!("paling lama {limit}")))
        }
        Standard::Share { measure: ShareMeasure::CompleteAtFirstCheck, .. } => {
            (outcome_is(facts, has_failed), Some("lengkap pada pemeriksaan pertama".to_owned()))
        }
        Standard::Share { measure: ShareMeasure::Issued(within), .. } => {
            let days = |n: i64| format!("{} hari kerja", id.integer(n.unsigned_abs()));
            let told = |n: i64| match of {
                Some(CaseValue::WorkingDays) => days(n),
                // The side on which it is must be seen.
                _ if n / 60 == within.limit() / 60 => id.duration_with_seconds(n),
                _ => id.duration(n),
            };
            let limit = match within {
                Within::FourteenWorkingDays => days(within.limit()),
                _ => id.duration(within.limit()),
            };
            (value.map(told).unwrap_or_default(), Some(format!("paling lama {limit}")))
        }
    }
}
