//! Whether a file changed since it was last looked at.

use std::path::Path;
use std::time::SystemTime;

/// What tells that a file changed: when, and how long it is.
pub(crate) type Seen = (SystemTime, u64);

/// How a file is now; nothing where it is not there.
pub(crate) fn seen(path: &Path) -> Option<Seen> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
