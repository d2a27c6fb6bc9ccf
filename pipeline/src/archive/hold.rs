//! Holds on months: what must not be destroyed, whatever the retention schedule says, because a court, an audit or a request needs it.
//!
//! Reads   the log of the archive
//! Gives   a commit that begins or ends a hold; the holds in force
//! Rule    a hold goes before retention; it ends only when somebody ends it, with a reason

use super::commit_note::Hold;
use super::seal::is_readable;
use super::{Archive, ArchiveError, CommitRequest, Writer, WriterLock};
use crate::archive::commit_log::TableFacts;
use crate::archive::key::Key;
use crate::archive::tree::extend;
use crate::transparency::SigningKey;
use schemas::Month;
use std::collections::BTreeMap;
use std::path::Path;

/// Why a hold cannot begin or end.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// The archive cannot be read or written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The reason or the name cannot be kept.
    #[error("`{0}` must be one line of 1 to 200 characters, without a NIK")]
    Unreadable(&'static str),
    /// It is as it is asked to be.
    #[error("{month} is {}; `tertib hold list` shows all holds", if *held { "on hold already" } else { "not on hold" })]
    Nothing {
        /// The month.
        month: Month,
        /// Whether it is on hold.
        held: bool,
    },
}

/// A hold that begins or ends.
#[derive(Clone, Copy, Debug)]
pub struct HoldRequest<'a> {
    /// The month.
    pub month: Month,
    /// Whether it begins.
    pub held: bool,
    /// Why.
    pub reason: &'a str,
    /// By whom.
    pub by: &'a str,
    /// The current time, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The key that signs the log; `None` leaves it unsigned.
    pub signing: Option<&'a SigningKey>,
}

/// Begins or ends a hold. Returns the version of the commit. A month may be on hold before the archive has any of it.
///
/// # Errors
/// [`HoldError`] when the month is on hold already, or not on hold, or the reason or the name cannot be kept.
pub fn hold(root: &Path, key: &Key, lock_mode: WriterLock, asked: HoldRequest<'_>) -> Result<u64, HoldError> {
    let HoldRequest { month, held, reason, by, at_ms, signing } = asked;
    for (option, text) in [("--reason", reason), ("--by", by)] {
        if !is_readable(text) {
            return Err(HoldError::Unreadable(option));
        }
    }
    let mut writer = Writer::open(root, key, lock_mode)?;
    let archive = writer.archive().clone();
    if archive.hold(month).is_some() == held {
        return Err(HoldError::Nothing { month, held });
    }
    writer.hold(Hold { month, held, reason: reason.trim().to_owned(), by: by.trim().to_owned() });
    let archive = commit_note(writer, &archive, at_ms, signing)?;
    Ok(archive.version().ok_or_else(|| archive.empty())?)
}

/// Commits what a writer has noted, without rows, under the newest form, and adds it to the log.
pub(crate) fn commit_note(
    writer: Writer,
    archive: &Archive,
    at_ms: i64,
    signing: Option<&SigningKey>,
) -> Result<Archive, ArchiveError> {
    extend(archive, signing, &mut |_, _| {})?;
    let held = archive.facts().ok_or_else(|| archive.empty())?;
    let facts = TableFacts { form: archive.newest_form(), ..held.clone() };
    let (archive, _fence) = writer.commit(&CommitRequest {
        at_ms,
        source: None,
        cursor: None,
        complete_until_us: None,
        next_seq: archive.next_seq(),
        facts: &facts,
        findings: BTreeMap::new(),
    })?;
    extend(&archive, signing, &mut |_, _| {})?;
    Ok(archive)
}

impl Archive {
    /// Returns the holds in force, each with the time at which it began, in milliseconds since 1970 UTC, in the order of the months.
    #[must_use]
    pub fn holds(&self) -> Vec<(i64, &Hold)> {
        let mut last: BTreeMap<Month, (i64, &Hold)> = BTreeMap::new();
        for commit in &self.commits {
            last.extend(commit.note.hold.iter().map(|hold| (hold.month, (commit.at_ms, hold))));
        }
        last.into_values().filter(|(_, hold)| hold.held).collect()
    }

    /// Returns the hold on a month.
    #[must_use]
    pub fn hold(&self, month: Month) -> Option<&Hold> {
        self.holds().into_iter().map(|(_, hold)| hold).find(|hold| hold.month == month)
    }
}
