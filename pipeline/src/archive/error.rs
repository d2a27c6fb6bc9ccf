//! The errors of an archive. Each message says what failed, where, and what to do next.

use std::path::Path;

/// Why an archive cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The system refused an operation.
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
    /// Something at a path is neither a file nor a folder of the archive.
    #[error(
        "{path} is a link, a pipe, a device or of another kind than the archive's files and folders, and is not opened; \
         run `tertib verify` and find out who put it there"
    )]
    Foreign {
        /// The path.
        path: String,
    },
    /// The intent of an interrupted writer cannot be carried out.
    #[error(
        "{path} is not followed: {reason}; it is not what tertib writes, so find out who changed it, then move it out of the archive"
    )]
    Intent {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The newest commit is not the one that was written.
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
    /// The newest commits are missing.
    #[error(
        "the log ends before commit {version}, which {head} names; run `tertib verify`, then restore the archive from the backup"
    )]
    CutOff {
        /// The commit that was the newest.
        version: u64,
        /// The file that says so.
        head: &'static str,
    },
    /// The log is not the one that was written, so that nothing more is signed.
    #[error(
        "{path} does not fit the archive: {reason}; nothing was signed\n  \
         run `tertib verify`, then restore the archive from the backup"
    )]
    Forked {
        /// What does not fit.
        path: &'static str,
        /// How it differs.
        reason: String,
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
    /// The archive has no commits yet.
    #[error("the archive {path} holds no events yet; run `tertib pull` first")]
    Empty {
        /// The folder.
        path: String,
    },
    /// The archive is a public copy, and the rows that name residents are needed.
    #[error(
        "the archive {path} is a public copy: it holds no rows that name residents, and this needs them\n  \
         do it where the office's whole archive is; of the documents, \
         `tertib render --only laporan_bulanan,laporan_kepatuhan` makes those that name nobody"
    )]
    WithoutPersons {
        /// The folder.
        path: String,
    },
    /// The personal data of a month were destroyed.
    #[error(
        "the personal data of {month} were destroyed by version {version} of the archive, as a berita acara says; nobody can show \
         them any more\n  figures stay: `tertib metrics`, and `tertib render --only laporan_bulanan,laporan_kepatuhan`"
    )]
    Disposed {
        /// The month.
        month: schemas::Month,
        /// The version of the commit that says so.
        version: u64,
    },
    /// There is nothing to verify.
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
    /// The tables have a form that no longer exists.
    #[error(
        "the archive {path} was made by a trial version of tertib, in a form that this one does not know; \
         use that version, or pull everything anew into an empty folder"
    )]
    Form {
        /// The folder.
        path: String,
    },
    /// The tables have the form of a newer program.
    #[error(
        "the archive {path} has form {form}, which tertib {program} does not know yet; nothing was read or changed\n  \
         a newer tertib has written into it: install that version or a newer one",
        program = env!("CARGO_PKG_VERSION")
    )]
    NewerForm {
        /// The folder.
        path: String,
        /// The form.
        form: u32,
    },
    /// The office is in another time zone than the archive.
    #[error(
        "the archive {path} was begun in {begun} ({}), the configuration says {zone} ({}); write zona = \"{begun}\" under \
         [office], or name another folder under [archive] and pull everything anew",
        begun.name(),
        zone.name()
    )]
    Zone {
        /// The folder.
        path: String,
        /// The zone of the archive.
        begun: schemas::Zone,
        /// The zone in the configuration.
        zone: schemas::Zone,
    },
    /// A column is classified differently than when the archive was begun.
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
        /// The column's visibility and presence in the archive.
        held: (&'static str, &'static str),
        /// Its visibility and presence in the facts.
        wanted: (&'static str, &'static str),
    },
    /// The facts that are compiled into the program cannot be used.
    #[error(transparent)]
    Facts(#[from] schemas::FactsError),
    /// The archive was written with another key.
    #[error(
        "the archive was written with another key (id {expected}, this one is {found}); restore the right key file\n  \
         `tertib key rotate` ends a change of the key that was interrupted, and goes on where the key is lost for ever (--lost)"
    )]
    WrongKey {
        /// The id that the archive records.
        expected: String,
        /// The id of the given key.
        found: String,
    },
    /// The source now delivers keys of another type.
    #[error("event_id was {expected} when this archive began and is {found} now; the source must keep its key")]
    KeyType {
        /// The type in the archive.
        expected: &'static str,
        /// The type in the source.
        found: &'static str,
    },
}

impl ArchiveError {
    /// Returns the error for an archive of an unknown form.
    pub(super) fn of_form(path: String, form: &str) -> Self {
        match form.parse() {
            Ok(form) if form > 0 => Self::NewerForm { path, form },
            _ => Self::Form { path },
        }
    }

    /// Returns the error for an event without a row in the private table.
    pub(crate) fn no_private_row(seq: i64) -> Self {
        let reason = format!("there is no row of event seq {seq}; run `tertib verify`, then restore from the backup");
        Self::Decode { path: "persons".to_owned(), reason }
    }

    /// Returns whether the error is that a file does not exist.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Io { reason, .. } if reason.kind() == std::io::ErrorKind::NotFound)
    }
}

pub(super) fn io(act: &'static str, path: &Path, reason: std::io::Error) -> ArchiveError {
    ArchiveError::Io { act, path: path.display().to_string(), reason }
}
