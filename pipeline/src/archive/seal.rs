//! Closes the books of a month.
//!
//! Reads   the log of the archive
//! Gives   a commit that names the month; the books of the month stay as they are at this version, and what comes for it
//!         afterwards stands in the book of the first month that is still open, with a reference
//! Rule    months are closed in order, from the first to the last that the archive holds, each after its end and when a pull has
//!         seen all of it, or for a reason that is kept

use crate::archive::key::Key;
use crate::archive::{ArchiveError, CommitRequest, Seal, Writer, WriterLock};
use schemas::document::Coverage;
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
    /// A later month is closed, and what came for this one stands in the books after it.
    #[error("the books of {closed} are closed already, so {month} has none of its own; its rows stand in later books")]
    Passed {
        /// The month.
        month: Month,
        /// The last one that is closed.
        closed: Month,
    },
    /// The archive knows nothing of the month.
    #[error("the archive holds {first} to {last}, not {month}; look at the month, or run `tertib pull` first")]
    NotHeld {
        /// The month.
        month: Month,
        /// The first one that it holds.
        first: Month,
        /// The last one.
        last: Month,
    },
    /// The month goes on.
    #[error("{month} is not over; its books can be closed from the first day of the next month on")]
    NotOver {
        /// The month.
        month: Month,
    },
    /// Rows of the month may come yet.
    #[error(
        "not all of {month} is in the archive ({extent}); run `tertib pull{again}`, or give a reason with `--incomplete`"
    )]
    Incomplete {
        /// The month.
        month: Month,
        /// From when until when the data go.
        extent: String,
        /// What the pull must be told: nothing where the end of the month lacks.
        again: String,
    },
    /// A reason without need.
    #[error("all of {month} is in the archive; close its books without `--incomplete`")]
    Complete {
        /// The month.
        month: Month,
    },
    /// A reason that nobody could read.
    #[error("the reason of `--incomplete` must be one line of 1 to {LONGEST_REASON} characters, without a NIK")]
    Reason,
    /// An earlier month is open.
    #[error("the books of {earlier} are still open; close them first with `tertib seal --month {earlier}`")]
    Earlier {
        /// The first one.
        earlier: Month,
    },
}

/// Characters of a reason at most.
const LONGEST_REASON: usize = 200;

/// Which books to close.
#[derive(Clone, Copy, Debug)]
pub struct SealRequest<'a> {
    /// The month.
    pub month: Month,
    /// The office's zone.
    pub zone: Zone,
    /// Now, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Why they are closed although rows of the month may come yet.
    pub incomplete: Option<&'a str>,
}

/// Closes the books of a month.
///
/// # Errors
/// [`SealError`] when the month is not over, not of the archive, not complete without a reason, closed already or passed over, or an
/// earlier one is open.
pub fn seal(root: &Path, key: &Key, fence: WriterLock, request: SealRequest<'_>) -> Result<Seal, SealError> {
    let SealRequest { month, zone, at_ms, incomplete } = request;
    if incomplete.is_some_and(|reason| !is_readable(reason)) {
        return Err(SealError::Reason);
    }
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
    let (first, last) = archive.span().ok_or_else(|| archive.empty())?;
    let closed = archive.seals().map(|seal| seal.month).max();
    // A month that came late and lies before a closed one has no book of its own any more.
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
    let ready = CommitRequest { at_ms, source: None, cursor: None, complete_until_us: None, next_seq, facts, findings };
    let archive = writer.commit(&ready)?;
    archive.seal(month).ok_or_else(|| archive.empty().into())
}

/// Whether a reason can stand in a line of its own, and names nobody by NIK.
fn is_readable(reason: &str) -> bool {
    let digits = |part: &str| part.len() >= 16;
    let has_nik = reason.split(|c: char| !c.is_ascii_digit()).any(digits);
    let length = reason.chars().count();
    !reason.trim().is_empty() && length <= LONGEST_REASON && !reason.chars().any(char::is_control) && !has_nik
}
