//! The bag of a closed month goes into the archive, with a commit that records it: the seal.
//!
//! Reads   a bag that is whole and has no name yet
//! Gives   its files in the folder `seals`, and a leaf in the log with the digest of its tag manifest
//! Rule    the commit is the decision. What a stopped program prepared of it, the next writer puts in its place or removes

use super::error::BagError;
use super::writer::ClosedBag;
use crate::archive::key::Key;
use crate::archive::{Archive, Writer, WriterLock, commit_of_note};
use crate::transparency::SigningKey;
use schemas::Month;
use std::path::Path;

/// Which bag is kept, and when.
#[derive(Clone, Copy, Debug)]
pub struct KeptBagRequest<'a> {
    /// The closed month.
    pub month: Month,
    /// The current time, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The key that signs the log; `None` leaves it unsigned.
    pub signing: Option<&'a SigningKey>,
}

/// Keeps the bag of a closed month in the archive. Returns the version of the commit that records it; where one was recorded, that.
///
/// # Errors
/// [`BagError::Open`] when the books of the month are open, [`BagError::Archive`] when the archive cannot be written.
pub fn keep_bag(
    root: &Path,
    key: &Key,
    lock_mode: WriterLock,
    bag: &ClosedBag,
    request: KeptBagRequest<'_>,
) -> Result<u64, BagError> {
    let KeptBagRequest { month, at_ms, signing } = request;
    let mut writer = Writer::open(root, key, lock_mode)?;
    let archive: Archive = writer.archive().clone();
    if archive.seal(month).is_none() {
        return Err(BagError::Open { month });
    }
    if let Some((version, _)) = archive.bag(month) {
        return Ok(version);
    }
    writer.keep_bag(
        month,
        bag.digest(),
        bag.files().map(|path| (path.to_owned(), std::fs::read(bag.folder().join(path)))),
    )?;
    let archive = commit_of_note(writer, &archive, at_ms, signing)?;
    Ok(archive.version().ok_or_else(|| archive.empty())?)
}
