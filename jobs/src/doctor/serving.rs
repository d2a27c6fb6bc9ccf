//! Whether somebody runs the jobs: `serve` lives and is not held up, or another scheduler starts it.

use super::history::Memory;
use super::{Check, Subject, finding};
use crate::config::Config;
use crate::heartbeat;
use chrono::{DateTime, Utc};

/// What is said of the scheduler. What is said of a job is left to `status`.
const OF_THE_SCHEDULER: [&str; 3] = ["J004", "J006", "T01"];

/// It looks twice a minute.
const SILENT_S: i64 = 600;

pub(super) fn check(config: &Config, memory: Option<&Memory>, now: DateTime<Utc>) -> Check {
    let Some(memory) = memory else { return Check::not_examined(Subject::Serving) };
    let beat = heartbeat::last(config);
    let hangs = beat.as_ref().filter(|beat| now.timestamp() - beat.at_s > SILENT_S);
    let found = if let Some(beat) = hangs {
        vec![finding("J035", beat.process)]
    } else if beat.is_none() && !memory.was_served && !config.jobs.is_empty() {
        vec![finding("J033", config.file.display())]
    } else {
        memory.lasting(&OF_THE_SCHEDULER).collect()
    };
    Check::of(Subject::Serving, found)
}
