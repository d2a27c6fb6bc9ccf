//! Whether somebody runs the jobs: `serve` lives and is not held up, or another scheduler starts it.

use super::history::Memory;
use super::{Check, Subject, finding};
use crate::config::Config;
use crate::heartbeat;
use crate::portal::tls::Standing;
use chrono::{DateTime, Utc};

/// What is said of the scheduler. What is said of a job is left to `status`.
const OF_THE_SCHEDULER: [&str; 4] = ["J004", "J006", "J016", "T01"];

/// It looks twice a minute.
const SILENT_S: i64 = 600;

pub(super) fn check(config: &Config, memory: Option<&Memory>, now: DateTime<Utc>) -> Check {
    let certificate = Standing::of(config, now).and_then(Standing::told);
    let certificate = certificate.map(|(code, day)| finding(code, day));
    let Some(memory) = memory else {
        // Without a history the pages may be shown all the same.
        return certificate
            .map_or_else(|| Check::not_examined(Subject::Serving), |found| Check::of(Subject::Serving, vec![found]));
    };
    let beat = heartbeat::last(config);
    let hangs = beat.as_ref().filter(|beat| now.timestamp() - beat.at_s > SILENT_S);
    let mut found = if let Some(beat) = hangs {
        vec![finding("J035", beat.process)]
    } else if beat.is_none() && !memory.was_served && !config.jobs.is_empty() {
        vec![finding("J033", config.file.display())]
    } else {
        memory.lasting(&OF_THE_SCHEDULER).collect()
    };
    found.extend(certificate);
    Check::of(Subject::Serving, found)
}
