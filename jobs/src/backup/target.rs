//! What a backup needs of the place where it goes. Files are never replaced and never removed.

use anyhow::Result;
use std::collections::BTreeMap;

/// What became of a file that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// It lies there now.
    Stored,
    /// Something of that name was there already, and is what it was.
    Present,
}

/// A place for copies.
pub(super) trait Target {
    /// The size of every file of a backup, by its path.
    fn list(&self) -> Result<BTreeMap<String, u64>>;

    /// Reads a file of at most `most` bytes.
    fn read(&self, path: &str, most: u64) -> Result<Vec<u8>>;

    /// Stores a file if nothing of that name is there; of two at once, one is stored. It is durable when this returns.
    fn put(&self, path: &str, bytes: &[u8]) -> Result<Put>;

    /// What is done when a backup is whole.
    fn finish(&self) -> Result<()> {
        Ok(())
    }

    /// How messages call it.
    fn place(&self) -> String;
}
