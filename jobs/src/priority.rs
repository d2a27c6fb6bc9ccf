//! Lets the office's own programs go first on a machine that tertib shares with them.

use crate::cli::Command;
use crate::config::{Config, Task};

/// If the configuration limits the rate of the source, lets a pull or the run of a job have the processor only while no other program
/// wants it; what the pages ask for, in any case. It must be called before any thread is started, because threads inherit the priority. `serve` itself never waits.
pub(crate) fn yield_to_the_office(command: &Command) {
    // A faulty configuration is reported by the command itself.
    let (config, task) = match command {
        // Whoever waits for a page waits longer, so that a pull does not.
        Command::Errand(_) => return stand_behind(),
        Command::Answer(options) if options.behind => return stand_behind(),
        Command::Pull(options) => (Config::find(options.place.config.as_deref()), Some(Task::Pull)),
        Command::Run(options) => {
            let config = options.config();
            let job = config.as_ref().ok().and_then(|config| config.jobs.iter().find(|job| job.name == options.job));
            let task = job.map(|job| job.task);
            (config, task)
        }
        _ => return,
    };
    let Ok(Config { source, .. }) = config else { return };
    // A reader of SQLite can block its writers; with a low priority it would only block them longer.
    let reads_a_file = matches!(task, Some(Task::Pull | Task::Reconcile)) && source.url.starts_with("sqlite:");
    if source.rows_per_second.is_some() && !reads_a_file {
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
