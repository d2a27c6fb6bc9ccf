//! Lets the office's own programs go first on a machine that tertib shares with them.

use crate::cli::Command;
use crate::config::Config;

/// If the configuration limits the rate of the source, lets a pull have the processor only while no other program wants it. It must
/// be called before any thread is started, because threads inherit the priority.
pub(crate) fn yield_to_the_office(command: &Command) {
    let Some(place) = command.pulls() else { return };
    // A faulty configuration is reported by the command itself.
    let source = Config::find(place.config.as_deref()).map(|c| c.source);
    // A reader of SQLite can block its writers; with a low priority it would only block them longer.
    if source.is_ok_and(|s| s.rows_per_second.is_some() && !s.url.starts_with("sqlite:")) {
        stand_behind();
    }
}

#[cfg(target_os = "linux")]
fn stand_behind() {
    use thread_priority::unix::{NormalThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy};
    use thread_priority::{ThreadPriority, thread_native_id};
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    if let Err(fault) = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle) {
        tracing::warn!("the system does not let tertib work behind other programs: {fault:?}");
    }
}

#[cfg(not(target_os = "linux"))]
fn stand_behind() {
    tracing::warn!("rows-per-second slows the reading; working behind other programs is known for Linux only");
}
