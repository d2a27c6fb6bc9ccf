//! What the Kepala Dinas remarked on the findings of a month.
//!
//! Reads   `catatan.toml`: remarks, each with who made it and when
//! Gives   the remarks of a month, in the order in which they were made
//! Rule    a remark is never changed or removed; it names no person by number

use crate::nik::{DIGITS_OF_A_PERSON, numbers_a_person};
use crate::{Facts, Month};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

/// A remark has no more characters.
const LONGEST: usize = 1_000;

/// A remark on a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Remark {
    /// The code of the finding.
    pub finding: String,
    /// The month whose data have it.
    pub month: Month,
    /// What is remarked.
    pub text: String,
    /// Who made it, with their post.
    pub by: String,
    /// When it was made.
    pub entered: DateTime<FixedOffset>,
}

/// A remark that cannot be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemarkError {
    /// There is no such finding.
    #[error("there is no finding of that code")]
    Finding,
    /// It says nothing, or nobody says it.
    #[error("a remark needs a text and who made it")]
    Empty,
    /// It is too long.
    #[error("a remark has at most {LONGEST} characters")]
    Long,
    /// It has a number that may be a person's.
    #[error("a remark names no person: it has a number of {DIGITS_OF_A_PERSON} digits or more")]
    Person,
}

/// The office's `catatan.toml` as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemarkFile {
    #[serde(rename = "remark", default)]
    all: Vec<Remark>,
}

/// All remarks of an office, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks(Vec<Remark>);

impl Remarks {
    /// Accepts the remarks of a file.
    ///
    /// # Errors
    /// Why the first unacceptable one is refused.
    pub fn of(file: RemarkFile, facts: &Facts) -> Result<Self, RemarkError> {
        file.all.iter().try_for_each(|remark| remark.check(facts))?;
        Ok(Self(file.all))
    }

    /// Returns those that were made up to an instant, in milliseconds since 1970 UTC.
    #[must_use]
    pub fn entered_until(&self, at_ms: i64) -> Self {
        Self(self.0.iter().filter(|remark| remark.entered.timestamp_millis() <= at_ms).cloned().collect())
    }

    /// Returns all of them, in the order in which they were made.
    pub fn iter(&self) -> impl Iterator<Item = &Remark> {
        self.0.iter()
    }

    /// Returns the last remark on a finding, of whatever month.
    #[must_use]
    pub fn last_on(&self, finding: &str) -> Option<&Remark> {
        self.0.iter().rfind(|remark| remark.finding == finding)
    }

    /// Returns the remarks on the findings of a month.
    pub fn of_month(&self, month: Month) -> impl Iterator<Item = &Remark> {
        self.0.iter().filter(move |remark| remark.month == month)
    }
}

impl Remark {
    /// Checks that it can be accepted.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn check(&self, facts: &Facts) -> Result<(), RemarkError> {
        match () {
            () if !facts.findings.contains_key(&self.finding) => Err(RemarkError::Finding),
            () if self.text.trim().is_empty() || self.by.trim().is_empty() => Err(RemarkError::Empty),
            () if self.text.chars().count() > LONGEST => Err(RemarkError::Long),
            () if numbers_a_person(&self.text) => Err(RemarkError::Person),
            () => Ok(()),
        }
    }

    /// Returns the text that is appended to `catatan.toml`.
    ///
    /// # Errors
    /// If a text cannot be written as TOML.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(&RemarkFile { all: vec![self.clone()] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remark(text: &str) -> Remark {
        Remark {
            finding: "Q004".to_owned(),
            month: "2026-10".parse().unwrap(),
            text: text.to_owned(),
            by: "Sri Rekaan, Kepala Dinas".to_owned(),
            entered: "2026-11-02T08:00:00+07:00".parse().unwrap(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let facts = Facts::embedded().unwrap();
        let all = [remark("\"Diperiksa\"\nlagi pada 3-11-2026"), remark("[[remark]]")];
        let text = all.iter().map(|one| one.to_toml().unwrap()).collect::<String>();
        let read = Remarks::of(toml::from_str(&text).unwrap(), &facts).unwrap();
        assert!(read.of_month("2026-10".parse().unwrap()).eq(&all));
        assert_eq!(read.of_month("2026-09".parse().unwrap()).count(), 0);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let facts = Facts::embedded().unwrap();
        let long = "x".repeat(LONGEST + 1);
        for (text, fault) in [
            (" \n", RemarkError::Empty),
            (long.as_str(), RemarkError::Long),
            ("NIK 1806015708979001", RemarkError::Person),
            ("NIK 1806 0157 0897-9001", RemarkError::Person),
        ] {
            assert_eq!(remark(text).check(&facts), Err(fault), "{text}");
        }
        let unknown = Remark { finding: "Z999".to_owned(), ..remark("ya") };
        assert_eq!(unknown.check(&facts), Err(RemarkError::Finding));
        assert_eq!(Remark { by: String::new(), ..remark("ya") }.check(&facts), Err(RemarkError::Empty));
        assert_eq!(remark("Berkas B202610-000312 diperiksa 3-11-2026.").check(&facts), Ok(()));
    }
}
