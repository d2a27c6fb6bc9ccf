//! Whether an old card was handed in when the new one was handed over.

use serde::Deserialize;

/// What the source says of the old card, in its column `ktp_lama_diterima`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum OldCard {
    /// It was handed in.
    #[serde(rename = "ya")]
    Received,
    /// It was not.
    #[serde(rename = "tidak")]
    NotReceived,
}

impl OldCard {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Received, Self::NotReceived];

    /// Returns its word in the source.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Received => "ya",
            Self::NotReceived => "tidak",
        }
    }

    /// Returns what a word of the source says; `None` for one that says neither.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.word() == word)
    }
}
