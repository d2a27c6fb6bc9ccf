//! Keeps apart those who write into the log of those who looked, which happens beside the archive's one writer.

use super::store::Store;
use super::{ArchiveError, layout};
use std::fs::File;
use std::time::{Duration, Instant};

/// How long to wait for somebody else who is adding an entry.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits for the lock of the log.
pub(super) fn locked(store: &dyn Store) -> Result<Option<File>, ArchiveError> {
    let begun = Instant::now();
    loop {
        match store.lock(layout::ACCESS_LOCK) {
            Err(ArchiveError::Locked { .. }) if begun.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(10));
            }
            other => return other,
        }
    }
}
