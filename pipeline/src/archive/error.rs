//! What can go wrong with an archive, in words that say what to do next.

use std::path::Path;

/// The archive cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The system refused.
    #[error("cannot {act} {path}: {reason}")]
    Io {
        /// What was tried.
        act: &'static str,
        /// The file or folder.
        path: String,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The commit log is broken.
    #[error(
        "commit {version} of the archive cannot be read: {reason}; run `tertib verify`, then restore from the backup"
    )]
    Log {
        /// Which commit.
        version: u64,
        /// What is wrong.
        reason: String,
    },
    /// A file is not what the log says.
    #[error(
        "{path} is damaged (its SHA-256 is not the recorded one); run `tertib verify`, then restore it from the backup"
    )]
    Damaged {
        /// The file.
        path: String,
    },
    /// What stands there is none of the archive's files or folders.
    #[error(
        "{path} is a link, a pipe, a device or of another kind than the archive's files and folders, and is not opened; \
         run `tertib verify` and find out who put it there"
    )]
    Foreign {
        /// The path.
        path: String,
    },
    /// What an interrupted writer is said to have decided cannot be carried out.
    #[error(
        "{path} is not followed: {reason}; it is not what tertib writes, so find out who changed it, then move it out of the archive"
    )]
    Intent {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The newest commit is another than the one that was written.
    #[error(
        "commit {version} is not the one that was written (its SHA-256 is not the one in {head}); \
         run `tertib verify`, then restore the archive from the backup"
    )]
    Altered {
        /// Which commit.
        version: u64,
        /// The file that says so.
        head: &'static str,
    },
    /// The newest commits are gone.
    #[error(
        "the log ends before commit {version}, which {head} names; run `tertib verify`, then restore the archive from the backup"
    )]
    CutOff {
        /// The commit that was the newest.
        version: u64,
        /// The file that says so.
        head: &'static str,
    },
    /// A part could not be decoded.
    #[error("{path} cannot be decoded: {reason}")]
    Decode {
        /// The file.
        path: String,
        /// What the reader said.
        reason: String,
    },
    /// A part could not be encoded.
    #[error("a part cannot be encoded: {0}")]
    Encode(String),
    /// There is nothing in it yet.
    #[error("the archive {path} holds no events yet; run `tertib pull` first")]
    Empty {
        /// The folder.
        path: String,
    },
    /// Nothing is there that could be verified.
    #[error(
        "nothing to verify: {path} holds no archive; look whether the path is the right one, or whether the archive was removed"
    )]
    Nothing {
        /// The folder.
        path: String,
    },
    /// Another program is writing.
    #[error("another tertib is writing to {path}; wait until it has finished")]
    Locked {
        /// The folder.
        path: String,
    },
    /// Another program committed first.
    #[error("another tertib committed to {path} at the same time; run the pull again")]
    Conflict {
        /// The folder.
        path: String,
    },
    /// Its tables are of another form.
    #[error(
        "the archive {path} was made by another version of tertib, in a form that this one does not know; \
         use that version, or pull everything anew into an empty folder"
    )]
    Form {
        /// The folder.
        path: String,
    },
    /// The office is in another zone.
    #[error(
        "the archive {path} was begun in {begun} ({}), the configuration says {zone} ({}); write zona = \"{begun}\" under \
         [office], or name another folder under [archive] and pull everything anew",
        begun.name(),
        zone.name()
    )]
    Zone {
        /// The folder.
        path: String,
        /// Of the archive.
        begun: schemas::Zone,
        /// Of the configuration.
        zone: schemas::Zone,
    },
    /// A column is classified otherwise than when the archive began.
    #[error(
        "columns.toml says that `{column}` is {} and {}, and the archive {path} was begun with it {} and {}; \
         use the tertib that began it, or pull everything anew into an empty folder",
        wanted.0, wanted.1, held.0, held.1
    )]
    Columns {
        /// The folder.
        path: String,
        /// The column.
        column: &'static str,
        /// Visibility and presence in its tables.
        held: (&'static str, &'static str),
        /// What the facts say.
        wanted: (&'static str, &'static str),
    },
    /// The facts that are compiled in cannot be used.
    #[error(transparent)]
    Facts(#[from] schemas::FactsError),
    /// The key is not the archive's.
    #[error(
        "the archive was written with another key (id {expected}, this one is {found}); restore the right key file"
    )]
    WrongKey {
        /// Id in the archive.
        expected: String,
        /// Id of the key at hand.
        found: String,
    },
    /// The source now gives another type of key.
    #[error("event_id was {expected} when this archive began and is {found} now; the source must keep its key")]
    KeyType {
        /// What the archive has.
        expected: &'static str,
        /// What the source gives.
        found: &'static str,
    },
}

impl ArchiveError {
    /// The private table lacks the row of an event of the public one.
    pub(crate) fn no_private_row(seq: i64) -> Self {
        let reason = format!("there is no row of event seq {seq}; run `tertib verify`, then restore from the backup");
        Self::Decode { path: "persons".to_owned(), reason }
    }

    /// Whether the file is not there.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Io { reason, .. } if reason.kind() == std::io::ErrorKind::NotFound)
    }
}

pub(super) fn io(act: &'static str, path: &Path, reason: std::io::Error) -> ArchiveError {
    ArchiveError::Io { act, path: path.display().to_string(), reason }
}
