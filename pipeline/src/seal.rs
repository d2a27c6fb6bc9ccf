//! Closes the books of a month.
//!
//! Reads   the log of the archive
//! Gives   a commit that names the month; the books of the month stay as they are at this version, and what comes for it
//!         afterwards stands in the book of the first month that is still open, with a reference
//! Rule    months are closed in order, each after its end

use crate::archive::{Archive, ArchiveError, Fence, Ready, Seal, Writer};
use crate::key::Key;
use schemas::{Month, Zone};
use std::collections::BTreeMap;
use std::path::Path;

/// The books of a month cannot be closed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The archive failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// They are closed already.
    #[error("the books of {month} were closed by version {version} of the archive; nothing is to be done")]
    Closed {
        /// The month.
        month: Month,
        /// The version.
        version: u64,
    },
    /// The month goes on.
    #[error("{month} is not over; its books can be closed from the first day of the next month on")]
    NotOver {
        /// The month.
        month: Month,
    },
    /// An earlier month is open.
    #[error("the books of {earlier} are still open; close them first with `tertib seal --month {earlier}`")]
    Earlier {
        /// The first one.
        earlier: Month,
    },
}

/// Closes the books of a month of an office in that zone at the instant given, milliseconds since 1970 UTC.
///
/// # Errors
/// [`SealError`] when the month is not over, is closed already, or an earlier one is open.
pub fn seal(root: &Path, key: &Key, fence: Fence, zone: Zone, month: Month, at_ms: i64) -> Result<Seal, SealError> {
    let mut writer = Writer::open(root, key, fence)?;
    let archive = writer.archive().clone();
    archive.check_zone(zone)?;
    let facts = archive.facts().ok_or_else(|| archive.empty())?;
    if let Some(Seal { version, .. }) = archive.seal(month) {
        return Err(SealError::Closed { month, version });
    }
    if at_ms < month.end_s(zone).saturating_mul(1_000) {
        return Err(SealError::NotOver { month });
    }
    if let Some(earlier) = first_open(&archive).filter(|open| *open < month) {
        return Err(SealError::Earlier { earlier });
    }
    writer.seal(month);
    let archive = writer.commit(&Ready {
        at_ms,
        source: None,
        cursor: None,
        next_seq: archive.next_seq(),
        facts,
        findings: BTreeMap::new(),
    })?;
    archive.seal(month).ok_or_else(|| archive.empty().into())
}

/// The first month of the archive whose books are open, none where all are closed. A month that came late and lies before a
/// closed one has no book of its own any more.
fn first_open(archive: &Archive) -> Option<Month> {
    let months = archive.months();
    let (first, last) = (*months.first()?, *months.last()?);
    let all = || std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month <= last);
    let after = all().filter(|month| archive.seal(*month).is_some()).last().map_or(first, |closed| closed.next());
    (after <= last).then_some(after)
}
