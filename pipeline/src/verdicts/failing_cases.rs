//! Which berkas of a month fail a target?
//!
//! Reads   the events; a rule with its value
//! Gives   the ids of the berkas, in order; none if the value is the limit of a single case and the rule has none

use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use crate::figures::summary::texts;
use crate::figures::{FigureBook, FigureError};
use schemas::{Clock, Month, Rule, ShareMeasure, Standard, TimeMeasure};

/// The statements, one for each measure.
pub(crate) const FAILED: FigureSql =
    FigureSql::new("failed", include_str!("failing_cases.sql"), TimeScope::IncludingLater, EventScope::Berkas);

/// Returns the ids of the berkas that miss what a rule requires of each of them.
///
/// # Errors
/// [`FigureError::NoMonth`] when the archive does not hold the month.
pub fn failing_cases(book: &FigureBook, month: Month, rule: &Rule<'_>) -> Result<Vec<String>, FigureError> {
    // The limit of a single case: the value itself, or the limit that defines the share.
    let (name, limit) = match rule.target.standard {
        Standard::Time { measure: TimeMeasure::HandlingP90 { .. }, at_most_s, .. } => {
            ("handling_working_p90", at_most_s)
        }
        Standard::Time { measure: TimeMeasure::TurnaroundP90, at_most_s, .. } => ("turnaround_working_p90", at_most_s),
        Standard::Share { measure: ShareMeasure::CompleteAtFirstCheck, .. } => ("complete_at_first_check", Some(0)),
        Standard::Share { measure: ShareMeasure::Issued(within), .. } => ("issued", Some(within.limit())),
    };
    let in_days = rule.target.standard.clock() == Clock::HariKerja;
    let Some(limit) = limit else { return Ok(Vec::new()) };
    let fault = |reason: String| FigureError::Sql { figure: format!("failing_cases.sql, {name}"), reason };
    let statement = FAILED.statements().find(|(of, _)| *of == name);
    let (_, statement) = statement.ok_or_else(|| fault("there is no such statement".into()))?;
    let statement = statement
        .replace("$limit", &limit.to_string())
        .replace("$step", &rule.target.standard.step().unwrap_or(0).to_string())
        .replace("$jenis", &format!("'{}'", rule.jenis.as_deref().unwrap_or_default().replace('\'', "''")))
        .replace("$in_days", if in_days { "1" } else { "0" });
    let found = book.at(month)?.run(FAILED, &statement);
    found.and_then(|frame| texts(&frame, "berkas_id")).map_err(|e| fault(e.to_string()))
}
