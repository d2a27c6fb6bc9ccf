//! Checkpoints (C2SP tlog-checkpoint): the signed statement that a log has so many records and this root.

use super::merkle::Hash;
use super::note::{self, Cosignature, NoteError, SigningKey, VerifyingKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// Why a text is no checkpoint that can be relied on.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The note or its signature is wrong.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text of the note is not that of a checkpoint.
    #[error("this is no checkpoint: its text must be three lines, the log's name, its size and its root")]
    Text,
    /// No trusted key has signed it.
    #[error(
        "the checkpoint is signed by none of the public keys that are trusted; ask the office which key it has now"
    )]
    Unsigned,
    /// It is of another log.
    #[error("the checkpoint is of the log {found}, not of {wanted}")]
    Origin {
        /// The log that it is of.
        found: String,
        /// The log that it should be of.
        wanted: String,
    },
}

/// The statement of a log's size and root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log.
    pub origin: String,
    /// How many records it has.
    pub size: u64,
    /// The root of their tree.
    pub root: [u8; 32],
}

impl Checkpoint {
    /// Returns the three lines that are signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root_text())
    }

    /// Returns the root as the checkpoint shows it.
    #[must_use]
    pub fn root_text(&self) -> String {
        BASE64_STANDARD.encode(self.root)
    }

    /// Returns the signed note.
    #[must_use]
    pub fn signed(&self, key: &SigningKey) -> String {
        let text = self.text();
        let line = key.line(&self.origin, &text);
        format!("{text}\n{line}")
    }

    /// Returns a note with the line of another key of the log added.
    ///
    /// # Errors
    /// [`CheckpointError`] when it is no checkpoint.
    pub(crate) fn also_signed(note: &str, key: &SigningKey) -> Result<String, CheckpointError> {
        let origin = Self::unchecked(note)?.origin;
        let (text, lines) = note::split(note)?;
        let line = key.line(&origin, text);
        if lines.split_inclusive('\n').any(|held| held == line) {
            Ok(note.to_owned())
        } else {
            Ok(format!("{text}\n{lines}{line}"))
        }
    }

    /// Reads the text of a note, whoever signed it.
    ///
    /// # Errors
    /// [`CheckpointError`] when the text is no note, or the note no checkpoint.
    pub fn unchecked(note: &str) -> Result<Self, CheckpointError> {
        let (text, _) = note::split(note)?;
        let read = |text: &str| {
            let mut lines = text.lines();
            let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
            let root: Hash = BASE64_STANDARD.decode(root).ok()?.try_into().ok()?;
            let read = Self { origin: origin.to_owned(), size: size.parse().ok()?, root };
            // No other way to write the same statement is accepted; lines after the third are extensions, which none of ours has.
            (!origin.is_empty() && read.text() == text).then_some(read)
        };
        read(text).ok_or(CheckpointError::Text)
    }

    /// Reads the three lines as they are printed, without signatures; `None` if they are no statement.
    #[must_use]
    pub fn printed(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let root = BASE64_STANDARD.decode(root).ok()?.try_into().ok()?;
        let read = Self { origin: origin.to_owned(), size: size.parse().ok()?, root };
        lines.next().is_none().then_some(read)
    }

    /// Reads a note that one of the keys has signed.
    ///
    /// # Errors
    /// [`CheckpointError`] when it is no checkpoint, none of the keys signed it, or a signature does not fit.
    pub fn signed_by(note: &str, keys: &[VerifyingKey]) -> Result<Self, CheckpointError> {
        let checkpoint = Self::unchecked(note)?;
        if note::is_signed_by(note, keys)? { Ok(checkpoint) } else { Err(CheckpointError::Unsigned) }
    }

    /// Returns a note with the line of a witness added, which replaces an earlier one of it.
    ///
    /// # Errors
    /// [`NoteError`] when it is no note.
    pub fn cosigned(note: &str, key: &SigningKey, name: &str, at_s: u64) -> Result<String, NoteError> {
        let (text, lines) = note::split(note)?;
        let line = key.cosigned(name, text, at_s);
        let own = key.of_witness(name).line_begin();
        let others: String = lines.split_inclusive('\n').filter(|line| !line.starts_with(&own)).collect();
        Ok(format!("{text}\n{others}{line}"))
    }

    /// Returns a note with the lines of witnesses that stand in another note of the same statement, and which they are.
    ///
    /// # Errors
    /// [`NoteError`] when one of both is no note, they state different things, or a line does not fit.
    pub fn adopted(note: &str, other: &str, keys: &[VerifyingKey]) -> Result<(String, Vec<Cosignature>), NoteError> {
        let ((text, lines), (stated, theirs)) = (note::split(note)?, note::split(other)?);
        if text != stated {
            return Err(NoteError::Note("it states something else than the checkpoint that is kept here"));
        }
        let seen = note::cosignatures(other, keys)?;
        let mut whole = lines.to_owned();
        for key in keys.iter().filter(|key| key.is_of_witness() && seen.iter().any(|seen| seen.name == key.name())) {
            let own = key.line_begin();
            let others: String = whole.split_inclusive('\n').filter(|line| !line.starts_with(&own)).collect();
            let line: String = theirs.split_inclusive('\n').filter(|line| line.starts_with(&own)).collect();
            whole = others + &line;
        }
        Ok((format!("{text}\n{whole}"), seen))
    }

    /// Returns a note with the lines of its log alone.
    ///
    /// # Errors
    /// [`CheckpointError`] when it is no checkpoint.
    pub(crate) fn without_witnesses(note: &str) -> Result<String, CheckpointError> {
        let origin = Self::unchecked(note)?.origin;
        let (text, lines) = note::split(note)?;
        let own: String = lines.split_inclusive('\n').filter(|line| line.split(' ').nth(1) == Some(&origin)).collect();
        Ok(format!("{text}\n{own}"))
    }

    /// Returns which of the witnesses have signed a note.
    ///
    /// # Errors
    /// [`NoteError`] when it is no note, or a signature does not fit.
    pub fn witnesses(note: &str, keys: &[VerifyingKey]) -> Result<Vec<Cosignature>, NoteError> {
        note::cosignatures(note, keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_read_only_as_it_is_written() {
        let key = SigningKey::of_seed([1; 32]).unwrap();
        let checkpoint = Checkpoint { origin: "tertib/kantor".to_owned(), size: 7, root: [5; 32] };
        let trusted = [key.verifying("tertib/kantor")];
        let note = checkpoint.signed(&key);
        assert_eq!(Checkpoint::signed_by(&note, &trusted).unwrap(), checkpoint);
        let other = SigningKey::of_seed([2; 32]).unwrap();
        assert!(matches!(Checkpoint::signed_by(&checkpoint.signed(&other), &trusted), Err(CheckpointError::Unsigned)));
        assert_eq!(Checkpoint::printed(&checkpoint.text()), Some(checkpoint));
        assert_eq!(Checkpoint::printed(&note), None);
        for (from, to) in
            [("\n7\n", "\n07\n"), ("\n7\n", "\n7 \n"), ("\n7\n", "\n7\nlagi\n"), ("tertib/kantor\n7", "\n7")]
        {
            assert!(Checkpoint::unchecked(&note.replacen(from, to, 1)).is_err(), "{to:?}");
        }
    }

    #[test]
    fn a_witness_has_one_line() {
        let (key, witness) = (SigningKey::of_seed([1; 32]).unwrap(), SigningKey::of_seed([3; 32]).unwrap());
        let checkpoint = Checkpoint { origin: "tertib/kantor".to_owned(), size: 7, root: [5; 32] };
        let trusted = [key.verifying("tertib/kantor"), witness.of_witness("inspektorat")];
        let mut note = checkpoint.signed(&key);
        for at_s in [10, 20] {
            note = Checkpoint::cosigned(&note, &witness, "inspektorat", at_s).unwrap();
            assert_eq!(Checkpoint::signed_by(&note, &trusted).unwrap(), checkpoint);
            let seen = Checkpoint::witnesses(&note, &trusted).unwrap();
            assert_eq!(seen, [Cosignature { name: "inspektorat".to_owned(), at_s }]);
        }
        assert_eq!(Checkpoint::without_witnesses(&note).unwrap(), checkpoint.signed(&key));
        assert_eq!(note.lines().count(), 6);
        let (adopted, seen) = Checkpoint::adopted(&checkpoint.signed(&key), &note, &trusted).unwrap();
        assert_eq!((adopted.as_str(), seen.len()), (note.as_str(), 1));
        let other = Checkpoint { size: 8, ..checkpoint }.signed(&key);
        assert!(Checkpoint::adopted(&other, &note, &trusted).is_err());
    }
}
