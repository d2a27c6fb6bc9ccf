//! What `tertib serve` tells the service manager that started it (systemd: `Type=notify`, `WatchdogSec=`).
//!
//! Without a service manager every function does nothing. A message that cannot be sent is logged and stops no work: whether
//! the program still lives is then decided by the service manager, which hears no more of it.

use sd_notify::NotifyState;

/// Tells that start-up is over: the configuration can be used, and jobs will run.
pub(crate) fn ready() {
    tell(NotifyState::Ready);
}

/// Tells that the program still works. To be called from the loop whose standstill is to be noticed, far more often than the
/// unit's `WatchdogSec`.
pub(crate) fn alive() {
    tell(NotifyState::Watchdog);
}

/// Tells that the program has been asked to stop and finishes what it began.
pub(crate) fn stopping() {
    tell(NotifyState::Stopping);
}

fn tell(state: NotifyState<'_>) {
    if let Err(fault) = sd_notify::notify(&[state]) {
        tracing::warn!("the service manager cannot be told: {fault}");
    }
}
