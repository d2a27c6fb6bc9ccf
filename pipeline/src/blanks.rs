//! The account of blank cards in a month.
//!
//! Reads   the stock log: blanks received, printed and spoilt by day
//! Gives   the stock at both ends of the month, and for how long it lasts; the review and the report of blanks say the same
//! Rule    the use is that of the last three months of which the log has days, in the office's working days; a log without a day up to
//!         the end of the month says nothing of it, and one that begins in the month does not say what was there before

use chrono::NaiveDate;
use schemas::document::Blanks;
use schemas::{Facts, Month};
use std::collections::BTreeMap;

/// Over how many months the use of blanks is measured.
const MONTHS_OF_USE: u32 = 3;

/// The stock in a month, and the use by which it is measured for how long it lasts.
pub(crate) struct Account {
    pub(crate) blanks: Blanks,
    /// The blanks printed and spoilt in the months of use.
    pub(crate) used: u64,
    /// The working days of these months.
    pub(crate) working_days: u64,
    /// The first of these months.
    pub(crate) since: Month,
}

/// Returns the blanks that were left before a month; `None` where the log has no day before it, since what nobody wrote down is not zero.
pub(crate) fn left_before(log: &BTreeMap<NaiveDate, [i64; 3]>, month: Month) -> Option<i64> {
    let mut days = log.range(..month.first_day()).peekable();
    days.peek()?;
    Some(days.map(|(_, [received, printed, spoilt])| received - printed - spoilt).sum())
}

/// Returns the account of a month; `None` if the log has no day up to its end.
pub(crate) fn account(log: &BTreeMap<NaiveDate, [i64; 3]>, facts: &Facts, month: Month) -> Option<Account> {
    let sums = |from: NaiveDate, to: NaiveDate| {
        log.range(from..=to).fold([0; 3], |sums, (_, day)| [sums[0] + day[0], sums[1] + day[1], sums[2] + day[2]])
    };
    let (first, last) = (month.first_day(), month.last_day());
    let begins = *log.keys().next().filter(|day| **day <= last)?;
    let left_before = left_before(log, month);
    let [received, printed, spoilt] = sums(first, last);
    let left = left_before.map(|before| before + received - printed - spoilt);
    // The use of whole months, of which the log has days.
    let since = month.back(MONTHS_OF_USE - 1).max(Month::of_date(begins));
    let [_, printed_lately, spoilt_lately] = sums(since.first_day(), last);
    let worked = |month: Month| facts.calendar.months(month.year()).into_iter().find(|(of, ..)| *of == month);
    let months = std::iter::successors(Some(since), |month| Some(month.next())).take_while(|of| *of <= month);
    let working_days: u64 = months.filter_map(worked).map(|(_, days, _)| days).sum();
    let used = u64::try_from(printed_lately + spoilt_lately).unwrap_or(0);
    let lasts_working_days =
        left.and_then(|left| u64::try_from(left).ok()).and_then(|left| (left * working_days).checked_div(used));
    let blanks = Blanks { left_before, received, printed, spoilt, left, lasts_working_days };
    Some(Account { blanks, used, working_days, since })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stock_adds_up_and_lasts_as_long_as_it_was_used() {
        let facts = Facts::embedded().unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let log = BTreeMap::from([
            (day("2026-09-01"), [1_000, 0, 0]),
            (day("2026-09-30"), [0, 90, 10]),
            (day("2026-10-05"), [200, 100, 20]),
            (day("2026-11-02"), [0, 500, 0]),
        ]);
        let of = |month: &str| account(&log, &facts, month.parse().unwrap()).map(|account| account.blanks);
        let october = of("2026-10").unwrap();
        assert_eq!([october.received, october.printed, october.spoilt], [200, 100, 20]);
        assert_eq!(october.left_before, Some(900));
        // 220 in the 44 working days of September and October: five a day.
        assert_eq!((october.left, october.lasts_working_days), (Some(980), Some(196)));
        assert_eq!(of("2026-08"), None, "a log that begins later says nothing");
        let december = of("2026-12").unwrap();
        assert_eq!((december.left_before, december.left, december.received), (Some(480), Some(480), 0));
        let begun = of("2026-09").unwrap();
        assert_eq!((begun.received, begun.printed, begun.spoilt), (1_000, 90, 10));
        let unknown = (begun.left_before, begun.left, begun.lasts_working_days);
        assert_eq!(unknown, (None, None, None), "what nobody wrote down is not zero");
        let unused = account(&BTreeMap::from([(day("2026-09-01"), [7, 0, 0])]), &facts, "2026-10".parse().unwrap());
        assert_eq!(
            unused.map(|of| (of.blanks.left, of.blanks.lasts_working_days)),
            Some((Some(7), None)),
            "nobody used any"
        );
    }
}
