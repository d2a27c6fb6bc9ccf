//! How old the data of the archive are: the same for `status`, the doctor, messages and pages.

use chrono::{DateTime, Utc};
use schemas::Facts;

/// Two days of work: data that are older are late, whatever weekends and holidays lie between.
const FRESH_WORKING_S: i64 = 2 * 27_000;

/// Returns how old data are that are complete until an instant, in seconds of all time and of office hours; without the latter outside
/// every calendar.
pub(crate) fn age_s(facts: &Facts, until_s: i64, now: DateTime<Utc>) -> (i64, Option<i64>) {
    let worked = |s| facts.clock.working_s(s).ok();
    let working_s = worked(now.timestamp()).zip(worked(until_s)).map(|(now, until)| now - until);
    (now.timestamp() - until_s, working_s)
}

/// Whether data are late that are complete until an instant, or of which nobody knows until when. Outside every calendar they are not.
pub(crate) fn is_late(facts: &Facts, until_s: Option<i64>, now: DateTime<Utc>) -> bool {
    until_s.is_none_or(|until_s| age_s(facts, until_s, now).1.is_some_and(|working_s| working_s > FRESH_WORKING_S))
}
