//! The only place where the time is asked for.
//!
//! With the feature `simulated-clock`, which a program for an office is built without, a file that `TERTIB_CLOCK` names says what
//! time it is: the clock, the time since the machine was started, and the true time at which both were so, in seconds.

use chrono::{DateTime, Utc};
use std::time::SystemTime;

/// Now.
pub(crate) fn now() -> DateTime<Utc> {
    let now = true_now();
    #[cfg(feature = "simulated-clock")]
    if let Some([clock_s, _, then_s]) = simulated() {
        return DateTime::from_timestamp(clock_s + now.timestamp() - then_s, 0).unwrap_or(now);
    }
    now
}

/// The instant that was written down as seconds since 1970. What this program writes down lies within every calendar.
pub(crate) fn instant(at_s: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(at_s, 0).unwrap_or_default()
}

/// When a file was written that the file system says was written then.
pub(crate) fn of_file(written: SystemTime) -> DateTime<Utc> {
    let written = DateTime::<Utc>::from(written);
    #[cfg(feature = "simulated-clock")]
    if let Some([clock_s, _, then_s]) = simulated() {
        return DateTime::from_timestamp(written.timestamp() + clock_s - then_s, 0).unwrap_or(written);
    }
    written
}

/// Seconds since the machine was started, asleep or not. Nobody can set this clock.
pub(crate) fn machine_s() -> i64 {
    #[cfg(feature = "simulated-clock")]
    if let Some([_, machine_s, then_s]) = simulated() {
        return machine_s + true_now().timestamp() - then_s;
    }
    rustix::time::clock_gettime(rustix::time::ClockId::Boottime).tv_sec
}

/// The clock in seconds since 1970 and that of the machine, both of one moment: where the machine slept between the two questions, they
/// are asked again, or the clock would seem to have jumped.
pub(crate) fn both_s() -> (i64, i64) {
    loop {
        let (before_s, now_s) = (machine_s(), now().timestamp());
        let after_s = machine_s();
        if before_s.abs_diff(after_s) <= 1 {
            return (now_s, after_s);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "everything else takes the instant as an argument")]
fn true_now() -> DateTime<Utc> {
    Utc::now()
}

/// What the file says; nothing where there is none.
#[cfg(feature = "simulated-clock")]
fn simulated() -> Option<[i64; 3]> {
    let text = std::fs::read_to_string(std::env::var_os("TERTIB_CLOCK")?).ok()?;
    let numbers: Vec<i64> = text.split_whitespace().map_while(|word| word.parse().ok()).collect();
    numbers.try_into().ok()
}
