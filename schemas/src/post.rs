//! The posts that sign, of the office and outside it.

use serde::Serialize;

/// A post that signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Post {
    /// Its id.
    pub id: String,
    /// As printed.
    pub label: String,
}

/// The id of the Kepala Dinas, who takes note of the office's papers.
pub const HEAD_OF_OFFICE: &str = "kepala_dinas";
/// The id of the person who applies.
pub const APPLICANT: &str = "pemohon";
/// The id of who acts for a pekon or kelurahan.
pub const OF_THE_PEKON: &str = "aparatur_pekon";
