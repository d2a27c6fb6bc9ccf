//! The office's working clock: how much working time lies between two instants.
//!
//! Reads   the days of the office calendar
//! Gives   W(t), working seconds from the first covered day to t, so working time between a and b is W(b) − W(a);
//!         D(t), working days up to and including the day of t
//! Rule    Perpres 21/2023 (hours), yearly SKB 3 Menteri (holidays and joint leave)
//!
//! Invariant: W is monotone. Invariant: an instant outside the covered days is an error, never free time.

use crate::CalendarError;
use crate::office_days::{OfficeCalendar, Spans};
use crate::zone::Zone;
use chrono::NaiveDate;
use serde::Serialize;

const DAY_S: i64 = 86_400;
const SECOND_US: i64 = 1_000_000;

/// The working time of the office, as a clock that runs only while the office works.
#[derive(Clone, Debug, Serialize)]
pub struct WorkingClock {
    zone: Zone,
    from: NaiveDate,
    to: NaiveDate,
    first_day: i64,
    days: Vec<Day>,
}

#[derive(Clone, Debug, Serialize)]
struct Day {
    before_s: i64,
    working_days: i64,
    spans: Spans,
}

impl WorkingClock {
    pub(crate) fn new(calendar: &OfficeCalendar, zone: Zone) -> Result<Self, CalendarError> {
        let (Some(first), Some(last)) = (calendar.days().first(), calendar.days().last()) else {
            return Err(CalendarError::Data("no day is covered".into()));
        };
        let mut days = Vec::new();
        let (mut before_s, mut working_days) = (0, 0);
        for day in calendar.days() {
            working_days += i64::from(day.works());
            days.push(Day { before_s, working_days, spans: day.spans.clone() });
            before_s += day.working_s();
        }
        let first_day = first.date.signed_duration_since(unix_epoch()).num_days();
        Ok(Self { zone, from: first.date, to: last.date, first_day, days })
    }

    /// Creates a clock in UTC+7 that repeats one week: the spans of work from Monday to Sunday, except on the free days.
    ///
    /// # Errors
    /// [`CalendarError::Data`] when `from` lies after `to`.
    pub fn of_week(
        from: NaiveDate,
        to: NaiveDate,
        week: &[Vec<(i64, i64)>; 7],
        free: &[NaiveDate],
    ) -> Result<Self, CalendarError> {
        Self::new(&OfficeCalendar::of_week(from, to, week, free), Zone::Wib)
    }

    /// Returns the working seconds from the first covered day to the instant.
    ///
    /// # Errors
    /// [`CalendarError::NotCovered`] when the instant's date is outside the calendar.
    pub fn working_s(&self, epoch_s: i64) -> Result<i64, CalendarError> {
        let (day, second) = self.day(epoch_s)?;
        let today: i64 = day.spans.iter().map(|&(a, b)| (second.min(b) - a).max(0)).sum();
        Ok(day.before_s + today)
    }

    /// Returns the same in microseconds.
    ///
    /// # Errors
    /// [`CalendarError::NotCovered`] when the instant's date is outside the calendar.
    pub fn working_us(&self, epoch_us: i64) -> Result<i64, CalendarError> {
        let (day, second) = self.day(epoch_us.div_euclid(SECOND_US))?;
        let now = second * SECOND_US + epoch_us.rem_euclid(SECOND_US);
        let today: i64 = day.spans.iter().map(|&(a, b)| (now.min(b * SECOND_US) - a * SECOND_US).max(0)).sum();
        Ok(day.before_s * SECOND_US + today)
    }

    /// Returns the working days from the first covered day up to and including the day of the instant.
    ///
    /// # Errors
    /// [`CalendarError::NotCovered`] when the instant's date is outside the calendar.
    pub fn working_days(&self, epoch_s: i64) -> Result<i64, CalendarError> {
        self.day(epoch_s).map(|(day, _)| day.working_days)
    }

    /// Returns the spans of work on a date, in seconds from midnight. A free day has none.
    ///
    /// # Errors
    /// [`CalendarError::NotCovered`] when the date is outside the calendar.
    pub fn spans(&self, date: NaiveDate) -> Result<&[(i64, i64)], CalendarError> {
        let index = date.signed_duration_since(self.from).num_days();
        let day = usize::try_from(index).ok().and_then(|i| self.days.get(i));
        day.map(|d| d.spans.as_slice()).ok_or_else(|| self.not_covered(date.to_string()))
    }

    /// Returns whether the office works on a date; nothing when the calendar does not cover it.
    #[must_use]
    pub fn works_on(&self, date: NaiveDate) -> Option<bool> {
        let index = usize::try_from(date.signed_duration_since(self.from).num_days()).ok()?;
        self.days.get(index).map(|day| !day.spans.is_empty())
    }

    /// Returns the range of instants, in seconds since 1970 UTC, whose dates the calendar covers.
    #[must_use]
    pub fn covered(&self) -> std::ops::Range<i64> {
        let start = |day: i64| day * DAY_S - i64::from(self.zone.offset_s());
        let days = i64::try_from(self.days.len()).unwrap_or(i64::MAX);
        start(self.first_day)..start(self.first_day.saturating_add(days))
    }

    fn day(&self, epoch_s: i64) -> Result<(&Day, i64), CalendarError> {
        let local = epoch_s.saturating_add(self.zone.offset_s().into());
        let index = local.div_euclid(DAY_S) - self.first_day;
        let day = usize::try_from(index).ok().and_then(|i| self.days.get(i));
        match day {
            Some(day) => Ok((day, local.rem_euclid(DAY_S))),
            None => Err(self
                .not_covered(self.zone.date(epoch_s).map_or_else(|| "a date out of range".into(), |d| d.to_string()))),
        }
    }

    fn not_covered(&self, date: String) -> CalendarError {
        CalendarError::NotCovered { date, from: self.from, to: self.to }
    }
}

fn unix_epoch() -> NaiveDate {
    chrono::DateTime::UNIX_EPOCH.date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Facts;

    fn clock() -> WorkingClock {
        Facts::embedded().unwrap().clock
    }

    fn at(date: &str, hour: i64, minute: i64) -> i64 {
        let date: NaiveDate = date.parse().unwrap();
        date.signed_duration_since(unix_epoch()).num_days() * DAY_S + hour * 3600 + minute * 60
            - i64::from(Zone::Wib.offset_s())
    }

    #[test]
    fn working_days_count_from_the_day_after_receipt() {
        // Vectors computed by hand from the holiday list: receipt, +1, +3 and +14 working days.
        for (receipt, after_1, after_3, after_14) in [
            ("2024-03-04", "2024-03-05", "2024-03-07", "2024-03-26"),
            ("2024-04-05", "2024-04-16", "2024-04-18", "2024-05-06"),
            ("2025-03-27", "2025-04-08", "2025-04-10", "2025-04-28"),
            ("2026-03-17", "2026-03-25", "2026-03-27", "2026-04-14"),
            ("2026-11-20", "2026-11-23", "2026-11-25", "2026-12-10"),
            ("2026-12-23", "2026-12-28", "2026-12-30", "2027-01-18"),
        ] {
            let clock = clock();
            let start = clock.working_days(at(receipt, 9, 0)).unwrap();
            for (date, days) in [(after_1, 1), (after_3, 3), (after_14, 14)] {
                assert_eq!(clock.working_days(at(date, 9, 0)).unwrap() - start, days, "{receipt} to {date}");
                assert_eq!(
                    clock.working_days(at(date, 9, 0) - DAY_S).unwrap() - start,
                    days - 1,
                    "the day before {date} is not yet day {days} after {receipt}"
                );
            }
        }
    }

    #[test]
    fn a_normal_week_has_37_and_a_half_hours() {
        let clock = clock();
        let week = clock.working_s(at("2026-10-12", 0, 0)).unwrap() - clock.working_s(at("2026-10-05", 0, 0)).unwrap();
        assert_eq!(week, 37 * 3600 + 1800);
    }

    #[test]
    fn breaks_nights_and_holidays_do_not_count() {
        let clock = clock();
        let w = |d: &str, h, m| clock.working_s(at(d, h, m)).unwrap();
        assert_eq!(w("2026-10-05", 13, 0), w("2026-10-05", 12, 0));
        assert_eq!(w("2026-10-06", 7, 30), w("2026-10-05", 16, 0));
        assert_eq!(w("2026-12-28", 0, 0), w("2026-12-23", 16, 0), "Christmas and joint leave");
        assert_eq!(w("2026-10-05", 8, 0) - w("2026-10-05", 7, 30), 1800);
    }

    #[test]
    fn the_clock_is_monotone_and_never_faster_than_time() {
        let clock = clock();
        let mut before = (at("2026-03-01", 0, 0), 0);
        before.1 = clock.working_s(before.0).unwrap();
        for step in 1..6000 {
            let t = before.0 + 1 + (step * 7919) % 1200;
            let w = clock.working_s(t).unwrap();
            assert!(w >= before.1 && w - before.1 <= t - before.0);
            before = (t, w);
        }
    }

    #[test]
    fn a_date_that_is_not_covered_is_an_error_that_names_the_range() {
        let fault = clock().working_s(at("2028-01-01", 0, 0)).unwrap_err();
        assert!(fault.to_string().contains("2028-01-01 is outside the office calendar (2020-01-01 to 2027-12-31)"));
        assert!(clock().working_s(at("2019-12-31", 23, 59)).is_err());
    }
}
