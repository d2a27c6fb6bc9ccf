//! The values that an applicant's data may have, and the papers that each kind of application needs.
//!
//! Reads   data/applicant.toml and data/kelengkapan, or the office's own files in their place
//! Gives   limits of age, accepted words, and documents by kind of application and citizenship

use serde::Deserialize;

/// The limits and lists of `data/applicant.toml`.
#[derive(Clone, Debug, Deserialize)]
pub struct ApplicantRules {
    /// The words that the contract has for a sex.
    pub jenis_kelamin: Vec<String>,
    /// The one of these words that is a woman's.
    pub perempuan: String,
    /// The words that the contract has for a citizenship.
    pub kewarganegaraan: Vec<String>,
    /// Ages in whole years.
    pub usia: AgeLimits,
}

/// Ages, in whole years, at which something is unusual or impossible.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct AgeLimits {
    /// The minimum age for biometric recording.
    pub perekaman: u32,
    /// The minimum age for a card, unless the person is or was married.
    pub pencetakan: u32,
    /// The greatest age that anybody has.
    pub tertinggi: u32,
}

/// The papers of one kind of application, from `data/kelengkapan`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The kind of application.
    pub jenis: String,
    /// The citizenship of the applicant.
    pub kewarganegaraan: String,
    /// The codes of the documents.
    pub dokumen: Vec<String>,
    /// The rule as it is printed beside a document that is lacking; empty where no article was seen.
    #[serde(default)]
    pub dasar: String,
    /// Where the rule was seen.
    pub source: String,
}
