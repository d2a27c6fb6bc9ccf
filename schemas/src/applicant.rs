//! What an applicant's data may be, and which papers each kind of application needs.

use serde::Deserialize;

/// Limits and lists of `data/applicant.toml`.
#[derive(Clone, Debug, Deserialize)]
pub struct ApplicantRules {
    /// How the contract writes a sex.
    pub jenis_kelamin: Vec<String>,
    /// Of these, which is a woman's.
    pub perempuan: String,
    /// How the contract writes a citizenship.
    pub kewarganegaraan: Vec<String>,
    /// Ages, whole years.
    pub usia: AgeLimits,
}

/// Ages at which something is unusual or impossible, whole years.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct AgeLimits {
    /// Age from which a person may be recorded.
    pub perekaman: u32,
    /// Age from which a card may be printed, unless the person is or was married.
    pub pencetakan: u32,
    /// Nobody is older.
    pub tertinggi: u32,
}

/// The papers of one kind of application, from `data/kelengkapan`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Kind of application.
    pub jenis: String,
    /// Whose.
    pub kewarganegaraan: String,
    /// Codes of the documents.
    pub dokumen: Vec<String>,
    /// Where the rule was seen.
    pub source: String,
}
