//! When a job is due: a cron expression in the office's zone, on the days that the office's calendar allows.
//!
//! Expressions have the meaning of POSIX: 1–5 is Monday to Friday; a day matches when the day of month or the day of week does, if
//! both are given. Where clocks change, a single time of day that does not exist is due when the gap ends, and one that exists twice
//! is due once; expressions with several minutes or hours are due at each instant that matches.

use anyhow::{Result, anyhow, bail};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use schemas::{Month, WorkingClock};
use std::cell::Cell;

/// A calendar has no more days of the month than this.
const DAYS: u8 = 23;

/// Days without a match after which a schedule is on no day that comes. A working day of that number is in most months.
const HORIZON_DAYS: i64 = 3 * 366;

/// Which days of the office's calendar a job is due on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Day {
    /// Every working day.
    Working,
    /// The working day of that number in its month.
    WorkingDay(u8),
}

impl Day {
    /// Reads `hari-kerja` or `hari-kerja N`.
    ///
    /// # Errors
    /// When it is neither.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let refused = || anyhow!("`{text}` is no day; write `hari-kerja`, or `hari-kerja 2` for the second of a month");
        let mut words = text.split_whitespace();
        if words.next() != Some("hari-kerja") {
            return Err(refused());
        }
        let day = match words.next() {
            None => Self::Working,
            Some(number) => {
                let number = number.parse().ok().filter(|number| (1..=DAYS).contains(number));
                Self::WorkingDay(number.ok_or_else(refused)?)
            }
        };
        if words.next().is_some() { Err(refused()) } else { Ok(day) }
    }

    /// Returns the first such day on a date or after it; nothing where none comes before the horizon.
    fn from(self, date: NaiveDate, calendar: &WorkingClock) -> Option<NaiveDate> {
        let horizon = date.checked_add_signed(TimeDelta::days(HORIZON_DAYS))?;
        let working = |from: NaiveDate| from.iter_days().filter(|day| works(*day, calendar));
        match self {
            Self::Working => working(date).next().filter(|day| *day <= horizon),
            Self::WorkingDay(number) => {
                let mut month = Month::of_date(date);
                while month.first_day() <= horizon {
                    let day = working(month.first_day()).nth(usize::from(number) - 1);
                    if let Some(day) = day.filter(|day| *day >= date && Month::of_date(*day) == month) {
                        return Some(day);
                    }
                    month = month.next();
                }
                None
            }
        }
    }
}

/// A day that the calendar does not cover counts as Monday to Friday, so that no run is lost.
fn works(date: NaiveDate, calendar: &WorkingClock) -> bool {
    calendar.works_on(date).unwrap_or_else(|| !matches!(date.weekday(), Weekday::Sat | Weekday::Sun))
}

/// When a job is due.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    cron: Cron,
    day: Option<Day>,
    zone: Tz,
    text: String,
    /// The last question and its answer. Whoever waits asks for the same slot again and again.
    asked: Cell<Option<(i64, i64)>>,
}

impl Schedule {
    /// Reads an expression of five fields and a day.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub(crate) fn new(cron: &str, day: Option<&str>, zone: Tz) -> Result<Self> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let text = format!("{cron} {} {zone}", day.unwrap_or("*"));
        let read = parser.parse(cron).map_err(|e| anyhow!("`{cron}` is not a cron expression of five fields: {e}"))?;
        Ok(Self { cron: read, day: day.map(Day::parse).transpose()?, zone, text, asked: Cell::new(None) })
    }

    /// Refuses an expression that is on no day that comes.
    ///
    /// # Errors
    /// Says which.
    pub(crate) fn check(&self, after_s: i64) -> Result<()> {
        self.match_after(after_s).map(drop)
    }

    /// The words by which a change of the schedule is noticed.
    pub(crate) fn words(&self) -> &str {
        &self.text
    }

    /// Returns the first instant after another at which the job is due, in seconds since 1970 UTC.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn next(&self, after_s: i64, calendar: &WorkingClock) -> Result<i64> {
        if let Some((asked_s, next_s)) = self.asked.get()
            && (asked_s..next_s).contains(&after_s)
        {
            return Ok(next_s);
        }
        let last_s = after_s.saturating_add(HORIZON_DAYS * 86_400);
        let mut at_s = after_s;
        loop {
            let next = self.match_after(at_s)?;
            at_s = next.timestamp();
            let date = next.date_naive();
            let allowed = self.day.map_or(Some(date), |day| day.from(date, calendar));
            if allowed == Some(date) {
                self.asked.set(Some((after_s, at_s)));
                return Ok(at_s);
            }
            let Some(allowed) = allowed.filter(|_| at_s <= last_s) else {
                bail!("`{}` meets no working day; change its day or month", self.text);
            };
            // The days between are not asked for one by one, but where clocks change at midnight.
            let midnight = self.zone.from_local_datetime(&allowed.and_time(NaiveTime::MIN)).earliest();
            at_s = midnight.map_or(at_s, |midnight| at_s.max(midnight.timestamp() - 1));
        }
    }

    /// Returns the last instant up to another at which the job was due; nothing where none was within a year and more.
    ///
    /// # Errors
    /// When it is never due.
    pub(crate) fn last(&self, until_s: i64, calendar: &WorkingClock) -> Result<Option<i64>> {
        // Seldom jobs are looked for far back, frequent ones are not counted for a year.
        for days in [1, 8, 40, 400] {
            let mut last_s = None;
            let mut at_s = self.next(until_s - days * 86_400, calendar)?;
            while at_s <= until_s {
                last_s = Some(at_s);
                at_s = self.next(at_s, calendar)?;
            }
            if last_s.is_some() {
                return Ok(last_s);
            }
        }
        Ok(None)
    }

    /// The first instant after another that the expression matches, on any day.
    fn match_after(&self, after_s: i64) -> Result<DateTime<Tz>> {
        let none = || anyhow!("`{}` is on no day that comes; change its day or month", self.cron.as_str());
        let from = DateTime::<Utc>::from_timestamp(after_s, 0).ok_or_else(none)?.with_timezone(&self.zone);
        self.cron.find_next_occurrence(&from, false).map_err(|_| none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(cron: &str, day: Option<&str>, after: &str) -> String {
        let facts = schemas::Facts::embedded().unwrap();
        let schedule = Schedule::new(cron, day, Tz::Asia__Jakarta).unwrap();
        let after: DateTime<Utc> = after.parse().unwrap();
        let next = schedule.next(after.timestamp(), &facts.clock).unwrap();
        DateTime::<Utc>::from_timestamp(next, 0).unwrap().with_timezone(&Tz::Asia__Jakarta).to_rfc3339()
    }

    #[test]
    fn days_of_the_week_and_the_zone_are_the_offices() {
        // 2026-10-02 is a Friday. 07:00 in Jakarta is midnight UTC.
        assert_eq!(next("0 7 * * 1-5", None, "2026-10-02T00:00:00Z"), "2026-10-05T07:00:00+07:00");
        // POSIX: the 1st of the month, and every Monday.
        assert_eq!(next("0 7 1 * 1", None, "2026-09-29T00:00:00Z"), "2026-10-01T07:00:00+07:00");
        assert_eq!(next("0 7 1 * 1", None, "2026-10-01T00:00:00Z"), "2026-10-05T07:00:00+07:00");
    }

    #[test]
    fn working_days_are_those_of_the_offices_calendar() {
        // Thursday 1 January and Friday 16 January 2026 are holidays.
        assert_eq!(next("0 6 * * *", Some("hari-kerja 2"), "2025-12-31T23:30:00Z"), "2026-01-05T06:00:00+07:00");
        assert_eq!(next("0 6 * * *", Some("hari-kerja"), "2026-01-15T00:00:00Z"), "2026-01-19T06:00:00+07:00");
        // No calendar covers that year, so Monday to Friday count.
        assert_eq!(next("0 6 * * *", Some("hari-kerja 2"), "2098-12-31T23:30:00Z"), "2099-01-02T06:00:00+07:00");
    }

    #[test]
    fn the_last_time_is_found_however_seldom_it_is() {
        let facts = schemas::Facts::embedded().unwrap();
        let until_s = "2026-11-10T03:10:00Z".parse::<DateTime<Utc>>().unwrap().timestamp();
        for (cron, day, last) in [
            ("* * * * *", None, Some("2026-11-10T03:10:00Z")),
            ("0 7 * * 1-5", None, Some("2026-11-10T00:00:00Z")),
            ("0 17 * * 5", None, Some("2026-11-06T10:00:00Z")),
            ("0 6 * * *", Some("hari-kerja 2"), Some("2026-11-02T23:00:00Z")),
            ("0 6 5 1 *", None, Some("2026-01-04T23:00:00Z")),
            ("0 6 29 2 *", None, None),
        ] {
            let schedule = Schedule::new(cron, day, Tz::Asia__Jakarta).unwrap();
            let found = schedule.last(until_s, &facts.clock).unwrap();
            assert_eq!(found, last.map(|last| last.parse::<DateTime<Utc>>().unwrap().timestamp()), "{cron}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in ["", "* * *", "61 * * * *", "* * * * * *", "setiap hari"] {
            assert!(Schedule::new(text, None, Tz::UTC).is_err(), "{text}");
        }
        for day in ["", "hari", "hari-kerja 0", "hari-kerja 24", "hari-kerja dua", "hari-kerja 2 3"] {
            assert!(Schedule::new("0 6 * * *", Some(day), Tz::UTC).is_err(), "{day}");
        }
        let never = Schedule::new("0 18 31 2 *", None, Tz::UTC).unwrap();
        assert!(never.check(0).unwrap_err().to_string().contains("no day that comes"));
    }
}
