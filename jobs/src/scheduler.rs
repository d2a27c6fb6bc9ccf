//! Which runs of a job are owed, by its rule for those that were missed.

use crate::config::{CatchUp, JobSection};
use anyhow::Result;
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

/// No more than this many missed runs are caught up one by one.
const CATCH_UP_LIMIT: usize = 1_000;

/// A run that begins within this time of being due was not missed.
const PUNCTUAL: Duration = Duration::minutes(2);

/// Due times after an instant and up to now that are to be run, oldest first, by the job's rule for missed runs.
pub(crate) fn due(job: &JobSection, after: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> Result<Vec<DateTime<Utc>>> {
    let mut due = Vec::new();
    let mut at = job.next(after, zone)?;
    while at <= now {
        due.push(at);
        at = job.next(at, zone)?;
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
    use crate::config::Task;

    fn job(cron: &str, catch_up: CatchUp) -> JobSection {
        JobSection { name: "j".into(), task: Task::Pull, cron: cron.into(), catch_up, retries: 0, deadline_minutes: 1 }
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
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
}
