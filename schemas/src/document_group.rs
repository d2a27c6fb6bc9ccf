//! The groups by which documents are asked for together.

use serde::{Deserialize, Serialize};

/// A group of documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentGroup {
    /// The official books.
    Buku,
    /// What the steps of the SOP hand over on a day.
    Harian,
    /// Lists, reports and letters of a month.
    #[default]
    Bulanan,
    /// What goes to the province.
    Provinsi,
}

impl DocumentGroup {
    /// All groups.
    pub const ALL: [Self; 4] = [Self::Buku, Self::Harian, Self::Bulanan, Self::Provinsi];

    /// Returns the name by which it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Buku => "buku",
            Self::Harian => "harian",
            Self::Bulanan => "bulanan",
            Self::Provinsi => "provinsi",
        }
    }
}
