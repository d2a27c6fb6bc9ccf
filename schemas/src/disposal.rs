//! What a proposal to destroy personal data says, who approved it, and the statement of what was destroyed.
//!
//! Reads   the office's retention schedule; `persetujuan_musnah.toml`: approvals, each with who gave it and when
//! Gives   the day from which a month may be destroyed; proposals and approvals that can be accepted
//! Rule    only a class whose schedule says `musnah` and how many years may ever be destroyed; who proposes does not approve
//!
//! Invariant: nothing of this holds a NIK or the name of a resident.

use crate::document::Provenance;
use crate::ledger::{FinalAction, RetentionRow};
use crate::nik::numbers_a_person;
use crate::{Facts, Month};
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

/// A name has no more characters.
const LONGEST_NAME: usize = 200;

/// A private file, as the log of the archive names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DestroyedFile {
    /// Its path within the archive.
    pub path: String,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// The number of its bytes.
    pub size_bytes: u64,
    /// The number of its rows.
    pub rows: u64,
}

/// What is to be destroyed of a month, and why it may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProposedMonth {
    /// The month.
    pub month: Month,
    /// Its class.
    pub kode: String,
    /// The years in use.
    pub aktif_tahun: u32,
    /// The years for which it is kept afterwards.
    pub inaktif_tahun: u32,
    /// The decree that says so.
    pub dasar: String,
    /// The first day on which it may be destroyed.
    pub due: NaiveDate,
    /// How many rows of events the archive has of it. They stay.
    pub events: u64,
    /// How many rows with personal data are destroyed.
    pub persons: u64,
    /// How many rows that were held back are destroyed.
    pub quarantined: u64,
}

/// A proposal to destroy the personal data of months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisposalProposal {
    /// The office.
    pub office: String,
    /// The version of the archive for which it is made.
    pub archive_version: u64,
    /// The SHA-256 of its last commit.
    pub archive_head: String,
    /// Who proposes it.
    pub proposed_by: String,
    /// When.
    pub proposed: DateTime<FixedOffset>,
    /// The months, in order.
    pub months: Vec<ProposedMonth>,
    /// The private files, in the order of their paths.
    pub files: Vec<DestroyedFile>,
    /// How many rows of other months share a file with them, and stay.
    pub moved: u64,
}

/// An approval of a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Approval {
    /// The SHA-256 of the proposal's file.
    pub proposal: String,
    /// Who gives it, with their post.
    pub by: String,
    /// When.
    pub entered: DateTime<FixedOffset>,
}

/// The office's `persetujuan_musnah.toml` as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalFile {
    #[serde(rename = "approval", default)]
    all: Vec<Approval>,
}

/// An approval that cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// Nobody is named, or not in one line.
    #[error("name who it is in one line of at most {LONGEST_NAME} characters, without a NIK")]
    Name,
    /// It is the one who proposed.
    #[error("{0} proposed it; another person approves")]
    Same(String),
}

/// The statement of what was destroyed (berita acara pemusnahan).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct DisposalReport {
    /// The day of the destruction.
    pub on: NaiveDate,
    /// The version of the archive that says so.
    pub version: u64,
    /// The SHA-256 of the proposal.
    pub proposal: String,
    /// Who proposed it, and on which day.
    pub proposed: (String, NaiveDate),
    /// Who approved it, and on which day.
    pub approved: (String, NaiveDate),
    /// The months.
    pub months: Vec<ProposedMonth>,
    /// The files that were destroyed.
    pub files: Vec<DestroyedFile>,
    /// How many rows of other months stayed.
    pub moved: u64,
    /// Copies outside of the archive that may still hold the data: folders of full documents and backups.
    pub copies: Vec<String>,
    /// Where the data come from.
    pub provenance: Provenance,
    /// Version of the program.
    pub program: String,
}

/// Checks a name that is kept.
///
/// # Errors
/// [`ApprovalError::Name`].
pub fn check_name(name: &str) -> Result<(), ApprovalError> {
    let is_line = !name.trim().is_empty() && !name.chars().any(char::is_control);
    let is_good = is_line && name.chars().count() <= LONGEST_NAME && !numbers_a_person(name);
    if is_good { Ok(()) } else { Err(ApprovalError::Name) }
}

impl Approval {
    /// Checks that it can be accepted.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn check(&self, proposal: &DisposalProposal) -> Result<(), ApprovalError> {
        check_name(&self.by)?;
        if person(&self.by) == person(&proposal.proposed_by) {
            return Err(ApprovalError::Same(proposal.proposed_by.clone()));
        }
        Ok(())
    }

    /// Returns the text that is appended to `persetujuan_musnah.toml`.
    ///
    /// # Errors
    /// If a text cannot be written as TOML.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(&ApprovalFile { all: vec![self.clone()] })
    }
}

impl ApprovalFile {
    /// Returns the first approval of a proposal, whose file has that SHA-256, by another than who proposed it.
    #[must_use]
    pub fn of(&self, sha256: &str, proposal: &DisposalProposal) -> Option<&Approval> {
        self.all.iter().find(|approval| approval.proposal == sha256 && approval.check(proposal).is_ok())
    }
}

/// Returns what tells a person from another: the name without the post behind it, in whatever letters it is written.
fn person(name: &str) -> String {
    let name = name.split(',').next().unwrap_or_default().to_uppercase();
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Facts {
    /// Returns the class of a month and its rule in the office's retention schedule; no rule where the schedule has none.
    #[must_use]
    pub fn retention_of(&self, month: Month) -> (Option<&str>, Option<&RetentionRow>) {
        let code = self.classification(month.last_day());
        (code, self.retention.iter().find(|row| Some(row.kode.as_str()) == code))
    }
}

impl RetentionRow {
    /// Returns the first day on which a month of this class may be destroyed; `None` if it never may.
    #[must_use]
    pub fn due(&self, month: Month) -> Option<NaiveDate> {
        if self.akhir != FinalAction::Musnah {
            return None;
        }
        self.ends(month, self.aktif_tahun.checked_add(self.inaktif_tahun)?)?.succ_opt()
    }

    /// Returns the last day of a period of so many years after a month.
    #[must_use]
    pub fn ends(&self, month: Month, years: u32) -> Option<NaiveDate> {
        let years = i32::try_from(years).ok()?;
        let until = month.first_day().with_year(month.year().checked_add(years)?)?;
        Some(Month::of_date(until).last_day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(akhir: FinalAction) -> RetentionRow {
        RetentionRow { kode: "400.12.2.1".into(), aktif_tahun: 2, inaktif_tahun: 3, akhir, dasar: "rekaan".into() }
    }

    #[test]
    fn only_what_the_schedule_gives_up_is_ever_due() {
        let month: Month = "2020-02".parse().unwrap();
        assert_eq!(row(FinalAction::Musnah).due(month), Some("2025-03-01".parse().unwrap()));
        assert_eq!(row(FinalAction::Permanen).due(month), None);
        assert_eq!(row(FinalAction::DinilaiKembali).due(month), None);
        // The facts that are built in have no schedule.
        assert_eq!(Facts::embedded().unwrap().retention_of(month).1, None);
    }

    #[test]
    fn who_proposes_does_not_approve() {
        let at: DateTime<FixedOffset> = "2026-11-02T08:00:00+07:00".parse().unwrap();
        let proposal = DisposalProposal {
            office: "Dinas".into(),
            archive_version: 3,
            archive_head: "0".repeat(64),
            proposed_by: "Andi Rekaan, operator".into(),
            proposed: at,
            months: Vec::new(),
            files: Vec::new(),
            moved: 0,
        };
        let by = |by: &str| Approval { proposal: "ab".into(), by: by.into(), entered: at };
        for same in ["Andi Rekaan, operator", "ANDI  REKAAN", "andi rekaan, Kepala Dinas"] {
            assert_eq!(by(same).check(&proposal), Err(ApprovalError::Same("Andi Rekaan, operator".into())));
        }
        assert_eq!(by(" ").check(&proposal), Err(ApprovalError::Name));
        assert_eq!(by("Sri 1806015708979001").check(&proposal), Err(ApprovalError::Name));
        let given = by("Sri Rekaan, Kepala Dinas");
        assert_eq!(given.check(&proposal), Ok(()));
        let file: ApprovalFile =
            toml::from_str(&(by("ANDI REKAAN").to_toml().unwrap() + &given.to_toml().unwrap())).unwrap();
        assert_eq!(file.of("ab", &proposal), Some(&given));
        assert_eq!(file.of("cd", &proposal), None);
    }
}
