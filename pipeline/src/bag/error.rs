//! The errors of a bag. Each message says what failed, where, and what to do next.

use super::recipe::ScriptError;
use crate::archive::ArchiveError;
use std::path::Path;

/// Why a bag cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum BagError {
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
    /// Something else has the name.
    #[error(
        "{path} is there already, and is another bag or none; name a folder that is not there yet, or move it away"
    )]
    Taken {
        /// The folder.
        path: String,
    },
    /// Another program is making a bag beside this one.
    #[error("another tertib is making a bag in {path}; wait until it has finished")]
    Busy {
        /// The folder.
        path: String,
    },
    /// A name that a bag does not have.
    #[error("a bag has no file of the name `{name}`; use letters, digits, `.`, `_`, `-`, `=`, and `/` between folders")]
    Name {
        /// The name.
        name: String,
    },
    /// A bag that was copied is not what its manifests say.
    #[error("{path} was changed while it was copied; run the same command again")]
    Changed {
        /// The file.
        path: String,
    },
    /// The log has no signed statement of the newest commit, and a bag proves nothing without.
    #[error(
        "the log of the archive {path} is not signed up to its newest commit, so a bag of it would prove nothing\n  \
         see that the key that signs is there, then pull"
    )]
    Unsigned {
        /// The folder.
        path: String,
    },
    /// The books of the month are open, so there is nothing to keep.
    #[error("the books of {month} are open; close them first")]
    Open {
        /// The month.
        month: schemas::Month,
    },
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The recipe cannot be written.
    #[error(transparent)]
    Script(#[from] ScriptError),
}

pub(super) fn io(act: &'static str, path: &Path, reason: std::io::Error) -> BagError {
    BagError::Io { act, path: path.display().to_string(), reason }
}
