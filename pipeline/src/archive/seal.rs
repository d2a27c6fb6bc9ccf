//! Closes the books of a month, so that their content no longer changes.
//!
//! Reads   the log of the archive
//! Gives   a commit that names the month; the books of the month stay as they are at this version, and rows that arrive for it
//!         later appear in the book of the first month that is still open, with a reference
//! Rule    months are closed in order, from the first to the last in the archive; each after its end, and either when a pull has
//!         seen all of it, or for a stated reason that the archive keeps

use crate::archive::key::Key;
use crate::archive::tree::extend;
use crate::archive::{ArchiveError, CommitRequest, Seal, Writer, WriterLock};
use crate::transparency::SigningKey;
use schemas::document::Coverage;
use schemas::{Month, Zone};
use std::collections::BTreeMap;
use std::path::Path;

/// Why the books of a month cannot be closed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The archive cannot be read or written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The books are already closed.
    #[error("the books of {month} were closed by version {version} of the archive; nothing is to be done")]
    Closed {
        /// The month.
        month: Month,
        /// The version that closed them.
        version: u64,
    },
    /// A later month is already closed, so rows of this one appear in later books.
    #[error("the books of {closed} are closed already, so {month} has none of its own; its rows stand in later books")]
    Passed {
        /// The month.
        month: Month,
        /// The last month that is closed.
        closed: Month,
    },
    /// The month is outside the range of the archive.
    #[error("the archive holds {first} to {last}, not {month}; look at the month, or run `tertib pull` first")]
    NotHeld {
        /// The month.
        month: Month,
        /// The first month in the archive.
        first: Month,
        /// The last month in the archive.
        last: Month,
    },
    /// The month has not ended yet.
    #[error("{month} is not over; its books can be closed from the first day of the next month on")]
    NotOver {
        /// The month.
        month: Month,
    },
    /// More rows of the month may still arrive.
    #[error(
        "not all of {month} is in the archive ({extent}); run `tertib pull{again}`, or give a reason with `--incomplete`"
    )]
    Incomplete {
        /// The month.
        month: Month,
        /// The time range that the data cover.
        extent: String,
        /// The extra option for the pull; empty if only the end of the month is missing.
        again: String,
    },
    /// A reason was given, but the month is complete.
    #[error("all of {month} is in the archive; close its books without `--incomplete`")]
    Complete {
        /// The month.
        month: Month,
    },
    /// The reason cannot be printed.
    #[error("the reason of `--incomplete` must be one line of 1 to {LONGEST_REASON} characters, without a NIK")]
    Reason,
    /// The books of an earlier month are still open.
    #[error("the books of {earlier} are still open; close them first with `tertib seal --month {earlier}`")]
    Earlier {
        /// The first month that is open.
        earlier: Month,
    },
}

/// How many characters a reason may have.
const LONGEST_REASON: usize = 200;

/// Which books to close, when, and for which reason.
#[derive(Clone, Copy, Debug)]
pub struct SealRequest<'a> {
    /// The month.
    pub month: Month,
    /// The office's time zone.
    pub zone: Zone,
    /// The current time, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Why the books are closed although more rows of the month may still arrive.
    pub incomplete: Option<&'a str>,
    /// The key that signs the log; `None` leaves it unsigned.
    pub signing: Option<&'a SigningKey>,
}

/// Closes the books of a month.
///
/// # Errors
/// [`SealError`] when the month is not over, is outside the archive, is incomplete and no reason was given, is complete and a reason
/// was given, is already closed or lies before a closed one, when an earlier month is open, or when the reason cannot be printed.
pub fn seal(root: &Path, key: &Key, lock_mode: WriterLock, request: SealRequest<'_>) -> Result<Seal, SealError> {
    let SealRequest { month, zone, at_ms, incomplete, signing } = request;
    if incomplete.is_some_and(|reason| !is_readable(reason)) {
        return Err(SealError::Reason);
    }
    let mut writer = Writer::open(root, key, lock_mode)?;
    let archive = writer.archive().clone();
    archive.check_zone(zone)?;
    extend(&archive, signing, &mut |_, _| {})?;
    let facts = archive.facts().ok_or_else(|| archive.empty())?;
    if let Some(Seal { version, .. }) = archive.seal(month) {
        return Err(SealError::Closed { month, version });
    }
    if at_ms < month.end_s(zone).saturating_mul(1_000) {
        return Err(SealError::NotOver { month });
    }
    let (first, last) = archive.span().ok_or_else(|| archive.empty())?;
    let closed = archive.seals().map(|seal| seal.month).max();
    // A month whose first rows arrived after a later month was closed gets no book of its own.
    let open = closed.map_or(first, |closed| first.max(closed.next()));
    if open < month && open <= last {
        return Err(SealError::Earlier { earlier: open });
    }
    if month < first || month > last {
        return Err(SealError::NotHeld { month, first, last });
    }
    if let Some(closed) = closed.filter(|closed| *closed > month) {
        return Err(SealError::Passed { month, closed });
    }
    let provenance = archive.provenance()?;
    match (provenance.coverage(month), incomplete) {
        (Coverage::Provisional, None) => {
            let again =
                if provenance.lacks_the_beginning_of(month) { format!(" --again {month}") } else { String::new() };
            return Err(SealError::Incomplete { month, extent: provenance.extent(), again });
        }
        (Coverage::Complete, Some(_)) => return Err(SealError::Complete { month }),
        (Coverage::Provisional, Some(_)) | (Coverage::Complete, None) => {}
    }
    writer.seal(month, incomplete);
    let findings = BTreeMap::new();
    let next_seq = archive.next_seq();
    let commit =
        CommitRequest { at_ms, source: None, cursor: None, complete_until_us: None, next_seq, facts, findings };
    let (archive, _fence) = writer.commit(&commit)?;
    extend(&archive, signing, &mut |_, _| {})?;
    archive.seal(month).ok_or_else(|| archive.empty().into())
}

/// Returns whether a reason fits into one line and contains no NIK.
pub(crate) fn is_readable(reason: &str) -> bool {
    let digits = |part: &str| part.len() >= 16;
    let has_nik = reason.split(|c: char| !c.is_ascii_digit()).any(digits);
    let length = reason.chars().count();
    !reason.trim().is_empty() && length <= LONGEST_REASON && !reason.chars().any(char::is_control) && !has_nik
}
