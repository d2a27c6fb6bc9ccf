//! When jobs are due: cron expressions of POSIX meaning, read in the office's zone.
//!
//! 1–5 is Monday to Friday; a day matches when the day of month or the day of week does, if both are given.

use crate::config::{CatchUp, JobSection};
use anyhow::{Result, anyhow};
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// No more than this many missed runs are caught up one by one.
const CATCH_UP_LIMIT: usize = 1_000;

/// A run that begins within this time of being due was not missed.
const PUNCTUAL: Duration = Duration::minutes(2);

/// Reads a five-field expression.
fn pattern(text: &str) -> Result<Cron> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(text).map_err(|e| anyhow!("`{text}` is not a cron expression of five fields: {e}"))
}

/// The first due time after an instant.
pub(crate) fn next(job: &JobSection, after: DateTime<Utc>, zone: Tz) -> Result<DateTime<Utc>> {
    let due = pattern(&job.cron)?.find_next_occurrence(&after.with_timezone(&zone), false);
    let due = due.map_err(|_| anyhow!("`{}` is on no day that comes; change its day or month", job.cron))?;
    Ok(due.with_timezone(&Utc))
}

/// Due times after an instant and up to now that are to be run, oldest first, by the job's rule for missed runs.
pub(crate) fn due(job: &JobSection, after: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> Result<Vec<DateTime<Utc>>> {
    let mut due = Vec::new();
    let mut at = next(job, after, zone)?;
    while at <= now {
        due.push(at);
        at = next(job, at, zone)?;
    }
    Ok(match job.catch_up {
        CatchUp::All => due.split_off(due.len().saturating_sub(CATCH_UP_LIMIT)),
        CatchUp::Last => due.into_iter().next_back().into_iter().collect(),
        CatchUp::None => due.into_iter().rfind(|at| now - at <= PUNCTUAL).into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::Task;

    fn job(cron: &str, catch_up: CatchUp) -> JobSection {
        JobSection { name: "j".into(), task: Task::Pull, cron: cron.into(), catch_up, retries: 0, deadline_minutes: 1 }
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn days_of_the_week_and_the_zone_are_the_offices() {
        // 2026-10-02 is a Friday. 07:00 in Jakarta is midnight UTC.
        let weekdays = job("0 7 * * 1-5", CatchUp::Last);
        assert_eq!(
            next(&weekdays, utc("2026-10-02T00:00:00Z"), Tz::Asia__Jakarta).unwrap(),
            utc("2026-10-05T00:00:00Z")
        );
        // POSIX: the 1st of the month, and every Monday.
        let either = job("0 7 1 * 1", CatchUp::Last);
        assert_eq!(next(&either, utc("2026-09-29T00:00:00Z"), Tz::Asia__Jakarta).unwrap(), utc("2026-10-01T00:00:00Z"));
        assert_eq!(next(&either, utc("2026-10-01T00:00:00Z"), Tz::Asia__Jakarta).unwrap(), utc("2026-10-05T00:00:00Z"));
    }

    #[test]
    fn a_pc_that_slept_a_week_catches_up_as_it_was_told() {
        let (from, to) = (utc("2026-10-01T01:00:00Z"), utc("2026-10-05T01:00:00Z"));
        let due = |c| due(&job("0 7 * * *", c), from, to, Tz::Asia__Jakarta).unwrap();
        assert_eq!(due(CatchUp::All).len(), 4);
        assert_eq!(due(CatchUp::All)[0], utc("2026-10-02T00:00:00Z"));
        assert_eq!(due(CatchUp::Last), vec![utc("2026-10-05T00:00:00Z")]);
        assert!(due(CatchUp::None).is_empty());
        let on_time =
            super::due(&job("0 7 * * *", CatchUp::None), from, utc("2026-10-05T00:00:40Z"), Tz::Asia__Jakarta);
        assert_eq!(on_time.unwrap(), vec![utc("2026-10-05T00:00:00Z")], "a job that is due now is not a missed one");
    }

    #[test]
    fn what_is_no_cron_expression_is_refused() {
        for text in ["", "* * *", "61 * * * *", "* * * * * *", "setiap hari"] {
            assert!(pattern(text).is_err(), "{text}");
        }
    }
}
