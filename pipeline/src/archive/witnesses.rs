//! Signatures of witnesses under the archive's own checkpoints.

use super::tree::Tree;
use super::{Archive, ArchiveError, layout};
use crate::transparency::{Checkpoint, CheckpointError, Cosignature, NoteError, VerifyingKey};

/// Why the signature of a witness is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The archive cannot be read or written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The note is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A line of it does not fit.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The archive has no such checkpoint.
    #[error("the archive never signed a checkpoint of {size} leaves; look whether it is of this office")]
    Absent {
        /// How many leaves it states.
        size: u64,
    },
    /// None of the named witnesses has signed it.
    #[error("none of the witnesses that were named has signed this checkpoint; look at the public key of the witness")]
    Unsigned,
}

impl Archive {
    /// Adds the signatures of witnesses that a note has to the archive's own checkpoint of that size.
    ///
    /// # Errors
    /// [`AcceptError`] when the note is none of this archive, or none of the witnesses signed it.
    pub fn accept_witnesses(&self, note: &str, keys: &[VerifyingKey]) -> Result<Vec<Cosignature>, AcceptError> {
        let size = Checkpoint::unchecked(note)?.size;
        let tree = Tree::of(self)?;
        let kept = tree.map(|tree| tree.note(size)).transpose()?.flatten();
        let (whole, seen) = Checkpoint::adopted(&kept.ok_or(AcceptError::Absent { size })?, note, keys)?;
        if seen.is_empty() {
            return Err(AcceptError::Unsigned);
        }
        self.store().put(&layout::checkpoint(size), whole.as_bytes())?;
        Ok(seen)
    }
}
