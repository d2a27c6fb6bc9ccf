//! Jobs: what runs when. Cron expressions have the meaning of POSIX and are read in the office's zone.
//!
//! 1–5 is Monday to Friday; a day matches when the day of month or the day of week does, if both are given.

use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use schemas::Zone;
use serde::Deserialize;

/// One `[[job]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct JobSection {
    /// Its name in the history.
    pub name: String,
    /// What it does.
    pub task: Task,
    /// When: five fields, POSIX meaning.
    pub cron: String,
    /// What to do about runs that were missed.
    #[serde(default)]
    pub catch_up: CatchUp,
    /// How often to try again after a failure.
    #[serde(default = "default_retries")]
    pub retries: usize,
    /// After how many minutes to give up.
    #[serde(default = "default_deadline")]
    pub deadline_minutes: u64,
}

/// What to do about runs that were missed while the PC was off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CatchUp {
    /// Every one, in order.
    All,
    /// Only the last.
    #[default]
    Last,
    /// None.
    None,
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Task {
    /// Bring new events in.
    Pull,
    /// Check every file of the archive.
    Verify,
    /// Write the books and reports of the month before.
    MonthlyReports,
    /// Tell the summary of the day.
    Digest,
    /// Copy everything to the targets of the configuration.
    Backup,
    /// Try whether a backup can be restored.
    RestoreDrill,
}

impl Task {
    /// Its word in the configuration.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Verify => "verify",
            Self::MonthlyReports => "monthly-reports",
            Self::Digest => "digest",
            Self::Backup => "backup",
            Self::RestoreDrill => "restore-drill",
        }
    }

    /// What a run at that due time covers: a month of the office's zone, or the due time itself.
    ///
    /// # Errors
    /// When the due time lies outside every calendar.
    pub(crate) fn period(self, due: DateTime<Utc>, zone: Zone) -> Result<String> {
        Ok(match self {
            Self::Pull | Self::Verify | Self::Digest | Self::Backup | Self::RestoreDrill => {
                due.format("%Y-%m-%dT%H:%MZ").to_string()
            }
            Self::MonthlyReports => {
                let month = zone.month(due.timestamp()).with_context(|| format!("{due} lies in no month"))?;
                month.back(1).to_string()
            }
        })
    }
}

fn default_retries() -> usize {
    3
}

fn default_deadline() -> u64 {
    60
}

impl JobSection {
    /// The first due time after an instant.
    ///
    /// # Errors
    /// When the expression cannot be read, or names no day that comes.
    pub(crate) fn next(&self, after: DateTime<Utc>, zone: Tz) -> Result<DateTime<Utc>> {
        let due = pattern(&self.cron)?.find_next_occurrence(&after.with_timezone(&zone), false);
        let due = due.map_err(|_| anyhow!("`{}` is on no day that comes; change its day or month", self.cron))?;
        Ok(due.with_timezone(&Utc))
    }
}

/// Reads a five-field expression.
fn pattern(text: &str) -> Result<Cron> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(text).map_err(|e| anyhow!("`{text}` is not a cron expression of five fields: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(cron: &str) -> JobSection {
        let (name, cron, catch_up) = ("j".to_owned(), cron.to_owned(), CatchUp::Last);
        JobSection { name, task: Task::Pull, cron, catch_up, retries: 0, deadline_minutes: 1 }
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn days_of_the_week_and_the_zone_are_the_offices() {
        // 2026-10-02 is a Friday. 07:00 in Jakarta is midnight UTC.
        let weekdays = job("0 7 * * 1-5");
        assert_eq!(weekdays.next(utc("2026-10-02T00:00:00Z"), Tz::Asia__Jakarta).unwrap(), utc("2026-10-05T00:00:00Z"));
        // POSIX: the 1st of the month, and every Monday.
        let either = job("0 7 1 * 1");
        assert_eq!(either.next(utc("2026-09-29T00:00:00Z"), Tz::Asia__Jakarta).unwrap(), utc("2026-10-01T00:00:00Z"));
        assert_eq!(either.next(utc("2026-10-01T00:00:00Z"), Tz::Asia__Jakarta).unwrap(), utc("2026-10-05T00:00:00Z"));
    }

    #[test]
    fn what_is_no_cron_expression_is_refused() {
        for text in ["", "* * *", "61 * * * *", "* * * * * *", "setiap hari"] {
            assert!(pattern(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_month_before_is_of_the_offices_zone() {
        // 22:30 on the last day in the west, half past midnight of the first in the east.
        let due = "2026-10-31T15:30:00Z".parse().unwrap();
        let month = |zone| Task::MonthlyReports.period(due, zone).unwrap();
        assert_eq!(Zone::ALL.map(month), ["2026-09", "2026-09", "2026-10"]);
    }
}
