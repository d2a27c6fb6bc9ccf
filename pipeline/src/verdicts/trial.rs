//! What would a target have said of past months, had it had another value?
//!
//! Reads   the figures of each month, and the exact histograms behind them
//! Gives   for each month the figure, the verdict by the value that is tried, how many cases were within it, and what was in force
//! Rule    a month is judged by the same figure and comparison as with `judge`; only the value differs

use super::compared;
use crate::archive::Archive;
use crate::figures::{FigureBook, FigureError};
use schemas::document::{Coverage, TargetTrial, TrialMonth, ValueInForce};
use schemas::{Decision, DecisionError, Decisions, Facts, Month, Narrowing, Standard, TimeMeasure};

/// A trial that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The target, the kind of application or the value cannot be meant.
    #[error(transparent)]
    Value(#[from] DecisionError),
    /// The figures cannot be computed.
    #[error(transparent)]
    Figures(#[from] FigureError),
}

/// Tries the value of a decision on the months from `first` to `last` that the archive holds.
///
/// # Errors
/// [`TrialError`] when the value cannot be meant, the archive does not hold the last month, or is damaged.
pub fn trial(
    archive: &Archive,
    book: &FigureBook,
    facts: &Facts,
    decisions: &Decisions,
    tried: &Decision,
    (first, last): (Month, Month),
) -> Result<TargetTrial, TrialError> {
    let standard = tried.standard(facts)?;
    let provenance = archive.provenance().map_err(FigureError::from)?;
    let of_jenis = Narrowing { jenis: tried.jenis.clone(), ..Narrowing::default() };
    let mut months = Vec::new();
    for month in std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month <= last) {
        if month < last && !book.holds(month) {
            continue;
        }
        let figures = book.month_alone_within(month, &of_jenis)?;
        let (with_value, n) = compared(standard, &figures);
        let rules = decisions.rules(facts, month);
        let rule = rules.iter().find(|rule| {
            rule.decides && rule.jenis == tried.jenis && rule.target.standard.is_of_same_figure(&standard)
        });
        let in_force = rule.map(|rule| {
            let (compared, _) = compared(rule.target.standard, &figures);
            let (value, verdict, authority) = (compared.value(), compared.verdict(), rule.target.authority);
            ValueInForce { compared, value, verdict, authority }
        });
        months.push(TrialMonth {
            month,
            is_complete: provenance.coverage(month) == Coverage::Complete,
            working_day_s: facts.calendar.working_day_s(month),
            n,
            compared: with_value,
            figure: with_value.figure(),
            verdict: with_value.verdict(),
            within: within(book, month, tried.jenis.as_deref(), standard)?,
            in_force,
        });
    }
    let (title, unit) = facts.target(&tried.target).map_or_else(
        || (tried.target.clone(), standard.unit()),
        |(_, target)| (target.title.clone(), target.standard.unit()),
    );
    Ok(TargetTrial {
        target: tried.target.clone(),
        title,
        jenis: tried.jenis.clone(),
        jenis_words: tried.jenis.as_deref().map(|id| facts.jenis_name(id).to_owned()),
        written: tried.value.unwrap_or_default(),
        unit,
        strictest: strictest(standard, &months),
        months,
        working_day_s: facts.calendar.working_day_s(last),
        provenance,
    })
}

/// Counts the cases that took no longer than the value of a standard; `None` for a share, whose value is not the limit of a case.
fn within(
    book: &FigureBook,
    month: Month,
    jenis: Option<&str>,
    standard: Standard,
) -> Result<Option<u64>, FigureError> {
    let Standard::Time { measure, at_most_s: Some(limit), .. } = standard else { return Ok(None) };
    let (figure, item, step) = match measure {
        TimeMeasure::HandlingP90 { step } => ("time_per_step", "handling_working", step),
        TimeMeasure::TurnaroundP90 => ("turnaround", "working", 0),
    };
    book.within(month, jenis, (figure, item, step), limit).map(Some)
}

/// Returns the strictest value that all whole months with a figure meet: the longest of their times, or the least of their shares.
fn strictest(standard: Standard, months: &[TrialMonth]) -> Option<f64> {
    let figures = months.iter().filter(|month| month.is_complete).filter_map(|month| month.figure);
    match standard {
        Standard::Time { .. } => figures.max_by(f64::total_cmp),
        Standard::Share { .. } => figures.min_by(f64::total_cmp),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::{Compared, Share, ShareMeasure, TimeUnit};

    #[test]
    fn the_strictest_value_is_that_of_whole_months() {
        let month = |month: &str, is_complete: bool, compared: Compared| TrialMonth {
            month: month.parse().unwrap(),
            is_complete,
            working_day_s: None,
            n: 10,
            compared,
            figure: compared.figure(),
            verdict: compared.verdict(),
            within: None,
            in_force: None,
        };
        let time = |seconds| Compared::Time { figure_s: Some(seconds), at_most_s: Some(0) };
        let times = [("2026-08", true, 300), ("2026-09", true, 420), ("2026-10", false, 900)];
        let times = times.map(|(of, is_complete, seconds)| month(of, is_complete, time(seconds)));
        let standard =
            Standard::Time { measure: TimeMeasure::TurnaroundP90, unit: TimeUnit::Menit, at_most_s: Some(0) };
        assert_eq!(strictest(standard, &times), Some(420.0));
        let share = |part| Compared::Share { figure: Share::new(part, 10), at_least: Share::new(0, 1) };
        let shares = [("2026-08", true, 9), ("2026-09", true, 7), ("2026-10", false, 1)];
        let shares = shares.map(|(of, is_complete, part)| month(of, is_complete, share(part)));
        let standard = Standard::Share { measure: ShareMeasure::CompleteAtFirstCheck, at_least: None };
        assert_eq!(strictest(standard, &shares), Some(0.7));
        assert_eq!(strictest(standard, &[]), None);
    }
}
