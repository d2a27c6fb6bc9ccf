//! The program that runs, to be started once more as a child.

use anyhow::{Context, Result};
use std::path::PathBuf;
use tokio::process::Command;

/// What Linux calls the file of the running program, also when another one has taken its place.
const RUNNING: &str = "/proc/self/exe";

/// The file of the program. While an upgrade has put another version in its place, it is still the version that runs: a process and
/// its children never differ.
///
/// # Errors
/// When the system does not say where it is.
pub(crate) fn program() -> Result<PathBuf> {
    let program = std::env::current_exe().context("the program tertib cannot find itself")?;
    let running = PathBuf::from(RUNNING);
    Ok(if !program.exists() && running.exists() { running } else { program })
}

/// Begins a child of the program, in a process group of its own. It does not speak to the service manager for its parent.
///
/// # Errors
/// When the system does not say where the program is.
pub(crate) fn child() -> Result<Command> {
    let mut command = Command::new(program()?);
    command.process_group(0);
    command.env_remove("NOTIFY_SOCKET").env_remove("WATCHDOG_USEC").env_remove("WATCHDOG_PID");
    Ok(command)
}

/// Binds the life of this process to that of the parent that waits for it.
///
/// # Errors
/// When the parent has ended already, or the system does not know how.
#[cfg(target_os = "linux")]
pub(crate) fn end_with(parent: i32) -> Result<()> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    set_parent_process_death_signal(Some(Signal::KILL)).context("the system does not end it with its parent")?;
    // Where the parent ended before, no signal comes.
    if getppid().is_none_or(|now| now.as_raw_nonzero().get() != parent) {
        anyhow::bail!("nobody waits for the answer any more");
    }
    Ok(())
}

/// The same where a process cannot be bound.
#[cfg(not(target_os = "linux"))]
pub(crate) fn end_with(_parent: i32) -> Result<()> {
    Ok(())
}
