//! The measures of the review's first page: the month, the twelve before it, and whether the month is unusual.
//!
//! Reads   the measures that figures follow; the figures of thirteen months
//! Gives   each measure in the order of its place, with its range, the limits of its own variation, and what is unusual
//! Rule    a month is unusual only outside the range of the twelve before it, of which six have a value, and with five cases behind
//!         it. The limits are those of a control chart of single values: the mean and 2.66 mean moving ranges on either side. One that
//!         is the best only because its outages are left out is no news; without a log of outages nothing is said to leave them out

use crate::figures::figure::Followed;
use crate::figures::metrics::FIGURES;
use schemas::document::{Comparison, Measure, Measured, Side, Unusual};
use schemas::figures::MonthFigures;
use schemas::number::of_count;
use schemas::{Month, Rule};

/// The fewest months with which a month is compared.
const ENOUGH_MONTHS: usize = 6;
/// The fewest cases that are no chance.
const ENOUGH_CASES: f64 = 5.0;
/// How many mean moving ranges the limits of single values are from their mean.
const MOVING_RANGES: f64 = 2.66;

/// Returns the words of what is less outages: without a log of outages nobody knows that it is.
pub(super) fn less_outages(words: &str, is_logged: bool) -> String {
    let says = ", di luar gangguan";
    if is_logged { words.to_owned() } else { words.replace(says, ", catatan gangguan tidak ada") }
}

/// Returns the measures of a month. `is_logged` says whether the archive has a log of outages. `before` are the months before it, oldest first, without figures where the archive does not hold
/// all of them. `rules` are those by which the month was judged, in the order of its judgements.
pub(super) fn measures(
    now: &MonthFigures,
    is_complete: bool,
    is_logged: bool,
    before: &[(Month, Option<MonthFigures>)],
    rules: &[Rule<'_>],
) -> Vec<Measure> {
    let mut followed: Vec<&Followed> = FIGURES.iter().flat_map(|figure| figure.followed).collect();
    followed.sort_by_key(|followed| followed.place);
    let measure = |followed: &&Followed| {
        let (mut months, mut comparison) =
            followed_by(followed.value, now, is_complete, before, followed.more_is_better);
        if let Some(value) = followed.with_outages {
            let (_, with_outages) = followed_by(value, now, is_complete, before, followed.more_is_better);
            let is_highest = |unusual: &Unusual| unusual.side == Side::Highest;
            // Leaving outages out can only raise a share.
            comparison.unusual = comparison
                .unusual
                .filter(|of| !is_highest(of) || with_outages.unusual.as_ref().is_some_and(is_highest));
        }
        months.push((now.figures.month, (followed.value)(now)));
        let decides = |rule: &Rule<'_>| {
            let same = |standard| rule.target.standard.is_of_same_figure(&standard);
            rule.decides && rule.jenis.is_none() && followed.standard.is_some_and(same)
        };
        Measure {
            id: followed.id.to_owned(),
            words: less_outages(followed.words, is_logged),
            bad: followed.bad,
            more_is_better: followed.more_is_better,
            months,
            comparison,
            judgement: rules.iter().position(decides),
        }
    };
    followed.iter().map(measure).collect()
}

/// Returns the values of the months before, and how the month compares with them.
fn followed_by(
    value: fn(&MonthFigures) -> Option<Measured>,
    now: &MonthFigures,
    is_complete: bool,
    before: &[(Month, Option<MonthFigures>)],
    more_is_better: bool,
) -> (Vec<(Month, Option<Measured>)>, Comparison) {
    let values = before.iter().map(|(month, figures)| (*month, figures.as_ref().and_then(value)));
    let months: Vec<(Month, Option<Measured>)> = values.collect();
    let known: Vec<Measured> = months.iter().filter_map(|(_, value)| *value).collect();
    let comparison = compared(value(now).filter(|_| is_complete), &known, more_is_better);
    (months, comparison)
}

/// Compares a value with those of the months before it, oldest first.
fn compared(now: Option<Measured>, before: &[Measured], more_is_better: bool) -> Comparison {
    let values: Vec<f64> = before.iter().map(|measured| measured.value()).collect();
    let least = values.iter().copied().min_by(f64::total_cmp);
    let greatest = values.iter().copied().max_by(f64::total_cmp);
    let range = least.zip(greatest);
    let is_share = matches!(before.first(), Some(Measured::Share { .. }));
    let limits = limits(&values, if is_share { 1.0 } else { f64::MAX });
    let unusual = now.zip(range).filter(|_| values.len() >= ENOUGH_MONTHS).and_then(|(now, (least, greatest))| {
        let value = now.value();
        let (side, edge) = match () {
            () if value < least => (Side::Lowest, least),
            () if value > greatest => (Side::Highest, greatest),
            () => return None,
        };
        let beyond_limits = limits.is_some_and(|(low, high)| value < low || value > high);
        let better = (side == Side::Highest) == more_is_better;
        (cases(now, edge, more_is_better) >= ENOUGH_CASES).then_some(Unusual { side, better, beyond_limits })
    });
    Comparison { months: values.len(), range, limits, unusual }
}

/// Returns how many cases are behind the difference between a value and an edge of the range: of a share those on its bad side, now or
/// as many as there would be at the edge.
fn cases(now: Measured, edge: f64, more_is_better: bool) -> f64 {
    match now {
        Measured::Share { part, of } => {
            let (bad, share) = if more_is_better { (of - part, 1.0 - edge) } else { (part, edge) };
            of_count(bad).max(share * of_count(of))
        }
        Measured::WorkingTime { of, .. } => of_count(of),
        Measured::Count(n) => of_count(n).max(edge),
    }
}

/// Returns the limits within which values vary by themselves, in order of time; they are not below 0 and not above `most`.
fn limits(values: &[f64], most: f64) -> Option<(f64, f64)> {
    if values.len() < ENOUGH_MONTHS {
        return None;
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / of_count(values.len() as u64);
    let moves: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let (middle, away) = (mean(values), MOVING_RANGES * mean(&moves));
    Some(((middle - away).max(0.0), (middle + away).min(most)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::figures::Deadline;

    fn shares(parts: &[u64]) -> Vec<Measured> {
        parts.iter().map(|part| Measured::share(*part, 250).unwrap()).collect()
    }

    fn unusual(now: Measured, before: &[Measured], more_is_better: bool) -> Option<(Side, bool)> {
        compared(Some(now), before, more_is_better).unusual.map(|unusual| (unusual.side, unusual.better))
    }

    #[test]
    fn what_is_inside_the_range_or_of_few_cases_is_no_news() {
        let complete = shares(&[196, 205, 211, 200, 203, 207, 198, 210]);
        let now = |part| Measured::share(part, 250).unwrap();
        assert_eq!(unusual(now(193), &complete, true), Some((Side::Lowest, false)));
        assert_eq!(unusual(now(212), &complete, true), Some((Side::Highest, true)));
        assert_eq!([unusual(now(196), &complete, true), unusual(now(211), &complete, true)], [None, None]);
        // Five months are too few.
        assert_eq!(unusual(now(100), &complete[..5], true), None);
        // Two cards more than ever: 4 of 250 are fewer than five cases, 6 are not.
        let duplicates = shares(&[1, 2, 1, 3, 2, 1]);
        assert_eq!(unusual(now(4), &duplicates, false), None);
        assert_eq!(unusual(now(6), &duplicates, false), Some((Side::Highest, false)));
        // Seven of seven are no improvement; that none of 250 is late where twenty were is one.
        let conforming = shares(&[240, 238, 241, 239, 240, 236]);
        assert_eq!(unusual(Measured::share(7, 7).unwrap(), &conforming, true), None);
        assert_eq!(unusual(now(250), &conforming, true), Some((Side::Highest, true)));
    }

    /// A month in which so many of 100 cards were out within an hour, with outages counted and less them.
    fn month(with_outages: u64, less_outages: u64) -> MonthFigures {
        let mut month = crate::verdicts::tests::empty();
        month.figures.issuance.printed = 100;
        month.figures.issuance.within_1_hour_wall = with_outages;
        month.deadlines.within_1_hour_less_outages =
            Deadline { on_time: less_outages, late: 100 - less_outages, open_past: 0 };
        month
    }

    #[test]
    fn the_best_month_only_because_outages_are_left_out_is_no_news() {
        let before: Vec<(Month, Option<MonthFigures>)> = [20, 22, 24, 21, 23, 20]
            .iter()
            .zip(1..)
            .map(|(n, at)| {
                let earlier = crate::verdicts::tests::empty().figures.month.back(7 - at);
                (earlier, Some(month(*n, *n)))
            })
            .collect();
        let unusual = |now: &MonthFigures| {
            let all = measures(now, true, true, &before, &[]);
            let hour = all.into_iter().find(|measure| measure.id == "issued_within_1_hour").unwrap();
            hour.comparison.unusual.map(|unusual| unusual.side)
        };
        assert_eq!(unusual(&month(22, 60)), None, "an outage alone makes the difference");
        assert_eq!(unusual(&month(60, 61)), Some(Side::Highest));
        // What is worse although outages are left out is news.
        assert_eq!(unusual(&month(5, 10)), Some(Side::Lowest));
    }

    #[test]
    fn without_a_log_nothing_is_said_to_leave_outages_out() {
        let words = |is_logged| {
            measures(&month(1, 1), true, is_logged, &[], &[])
                .into_iter()
                .map(|measure| measure.words)
                .collect::<Vec<_>>()
        };
        let says = |words: &[String]| words.iter().filter(|words| words.contains("di luar gangguan")).count();
        assert_eq!([says(&words(true)), says(&words(false))], [2, 0]);
        assert!(words(false).contains(&"Terbit ≤ 1 jam kalender, catatan gangguan tidak ada".to_owned()));
    }

    #[test]
    fn times_and_counts_need_five_cases_too() {
        let time = |seconds, of| Measured::WorkingTime { seconds, of };
        let times: Vec<Measured> = [900, 950, 910, 940, 930, 905].map(|s| time(s, 200)).to_vec();
        assert_eq!([unusual(time(990, 4), &times, false), unusual(time(940, 200), &times, false)], [None, None]);
        assert_eq!(unusual(time(990, 5), &times, false), Some((Side::Highest, false)));
        let open = [1, 2, 0, 3, 1, 2].map(Measured::Count);
        assert_eq!(unusual(Measured::Count(4), &open, false), None);
        assert_eq!(unusual(Measured::Count(9), &open, false), Some((Side::Highest, false)));
        assert_eq!(compared(None, &open, false).range, Some((0.0, 3.0)), "a month without a value has its range");
    }

    /// Against limits computed by hand.
    #[test]
    fn limits_are_those_of_a_control_chart() {
        let values = [9.0, 11.0, 9.0, 13.0, 9.0, 9.0];
        let (low, high) = limits(&values, f64::MAX).unwrap();
        // Moving ranges 2, 2, 4, 4, 0: mean 2.4.
        assert!((low - (10.0 - 2.66 * 2.4)).abs() < 1e-9 && (high - (10.0 + 2.66 * 2.4)).abs() < 1e-9, "{low} {high}");
        assert_eq!(limits(&values[..5], f64::MAX), None);
        let share = |values: &[f64]| limits(values, 1.0).unwrap().1;
        assert!((share(&[0.99; 6]) - 0.99).abs() < 1e-9 && (share(&[0.9, 1.0, 0.9, 1.0, 0.9, 1.0]) - 1.0).abs() < 1e-9);
        let beyond = |now| compared(Some(Measured::Count(now)), &[9, 11, 9, 13, 9, 9].map(Measured::Count), false);
        assert_eq!([14, 17].map(|now| beyond(now).unusual.unwrap().beyond_limits), [false, true]);
    }
}
