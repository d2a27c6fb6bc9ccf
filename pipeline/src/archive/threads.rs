//! Threads with a name, by which a debugger and the system tell them apart.

use super::ArchiveError;
use std::thread::JoinHandle;

/// Starts a thread that encodes something.
///
/// # Errors
/// [`ArchiveError::Encode`] when the system gives none.
pub(super) fn thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, ArchiveError> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map_err(|e| ArchiveError::Encode(format!("no thread for it: {e}")))
}
