//! The columns that the archive computes, in addition to those of the contract.

/// A column that the archive computes, in addition to those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Computed {
    /// The pseudonym of the NIK.
    NikPseudonym,
    /// The number of the row that this one replaces.
    CorrectionOf,
}

impl Computed {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NikPseudonym => "nik_pseudonym",
            Self::CorrectionOf => "correction_of",
        }
    }
}
