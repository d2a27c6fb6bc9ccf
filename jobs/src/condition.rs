//! A condition: a finding that lasts until its cause is gone.

use chrono::{DateTime, Utc};

/// Something that is not as it should be. Status shows it and messages tell it, so it holds no personal data and no error's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    /// Its entry in the list of findings.
    pub code: &'static str,
    /// What it is about: a job, target, channel or month; empty where there is only one.
    pub of: String,
    /// Since when it lasts.
    pub since: DateTime<Utc>,
    /// How often it was met: failed runs, records, days.
    pub count: u64,
}

impl Condition {
    /// Which condition it is, whatever its extent.
    pub(crate) fn key(&self) -> String {
        format!("{}/{}", self.code, self.of)
    }
}

/// A remedy for what a condition is about: what is said of any job names this one.
pub(crate) fn remedy_for(remedy: &str, of: &str) -> String {
    if of.is_empty() { remedy.to_owned() } else { remedy.replace(" JOB", &format!(" {of}")) }
}
