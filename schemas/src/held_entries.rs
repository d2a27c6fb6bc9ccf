//! Entries that stand in no book, because their rows wait in quarantine.

use serde::Serialize;

/// Entries of a book that are held back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct HeldEntries {
    /// How many there are.
    pub entries: u64,
    /// The numbers of those that have one, as they were written.
    pub numbers: Vec<String>,
}
