//! When a job is due: a cron expression in the office's zone, on the days that the office's calendar allows.
//!
//! Expressions have the meaning of POSIX: 1–5 is Monday to Friday; a day matches when the day of month or the day of week does, if
//! both are given. Where clocks change, a single time of day that does not exist is due when the gap ends, and one that exists twice
//! is due once; expressions with several minutes or hours are due at each instant that matches.

use anyhow::{Result, anyhow, bail};
use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
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

    fn allows(self, date: NaiveDate, calendar: &WorkingClock) -> bool {
        match self {
            Self::Working => works(date, calendar),
            Self::WorkingDay(number) => {
                let first = Month::of_date(date).first_day();
                let before = first.iter_days().take_while(|day| *day < date).filter(|day| works(*day, calendar));
                works(date, calendar) && before.count() + 1 == usize::from(number)
            }
        }
    }
}

/// A day that the calendar does not cover counts as Monday to Friday, so that no run is lost.
fn works(date: NaiveDate, calendar: &WorkingClock) -> bool {
    match calendar.spans(date) {
        Ok(spans) => !spans.is_empty(),
        Err(_) => !matches!(date.weekday(), Weekday::Sat | Weekday::Sun),
    }
}

/// When a job is due.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    cron: Cron,
    day: Option<Day>,
    zone: Tz,
    text: String,
    /// The last question and its answer. Whoever waits asks for the same slot again and again.
    last: Cell<Option<(i64, i64)>>,
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
        Ok(Self { cron: read, day: day.map(Day::parse).transpose()?, zone, text, last: Cell::new(None) })
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
        if let Some((asked_s, next_s)) = self.last.get()
            && (asked_s..next_s).contains(&after_s)
        {
            return Ok(next_s);
        }
        let last_s = after_s.saturating_add(HORIZON_DAYS * 86_400);
        let mut at_s = after_s;
        loop {
            let next = self.match_after(at_s)?;
            at_s = next.timestamp();
            if self.day.is_none_or(|day| day.allows(next.date_naive(), calendar)) {
                self.last.set(Some((after_s, at_s)));
                return Ok(at_s);
            }
            if at_s > last_s {
                bail!("`{}` meets no working day; change its day or month", self.text);
            }
        }
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
