//! The roles of persons who use the office's pages, and what each may do there.
//!
//! Reads   a file of the data, `peran_portal.toml`
//! Gives   a role by its id

use crate::fact_files::{FactFiles, FactsError, parse};
use serde::{Deserialize, Serialize};

/// Something that not everybody may do on the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Read the review, the compliance sheet and the masked documents of a month.
    #[serde(rename = "tinjauan")]
    Review,
    /// See where each number comes from.
    #[serde(rename = "asal-angka")]
    Origin,
    /// See the cases behind a number, by ids that name nobody.
    #[serde(rename = "baris-angka")]
    Cases,
    /// Ask the archive questions, trace cases, and take answers and proofs away.
    #[serde(rename = "kueri")]
    Query,
    /// Trace the person of a NIK, for a purpose that is noted.
    #[serde(rename = "telusur-orang")]
    Persons,
    /// Verify the archive, and compare it with the source.
    #[serde(rename = "verifikasi")]
    Verify,
    /// Make bundles to carry away, which name nobody.
    #[serde(rename = "paket")]
    Bundle,
    /// See what personal data may be destroyed, and propose it; who decides approves.
    #[serde(rename = "pemusnahan")]
    Dispose,
    /// See the whole log of those who looked; everybody sees their own part.
    #[serde(rename = "log-akses")]
    Lookers,
    /// Enter values of targets and remarks on findings.
    #[serde(rename = "keputusan")]
    Decide,
    /// See the jobs and their runs.
    #[serde(rename = "pekerjaan")]
    Jobs,
    /// Start and abort a run.
    #[serde(rename = "jalankan")]
    Operate,
    /// See what the doctor finds.
    #[serde(rename = "sistem")]
    System,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Review,
        Self::Origin,
        Self::Cases,
        Self::Query,
        Self::Persons,
        Self::Verify,
        Self::Bundle,
        Self::Dispose,
        Self::Lookers,
        Self::Decide,
        Self::Jobs,
        Self::Operate,
        Self::System,
    ];

    /// Returns whether it is to change something, and not only to see it.
    #[must_use]
    pub fn changes(self) -> bool {
        matches!(self, Self::Decide | Self::Operate)
    }
}

/// A role, and what whoever has it may do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortalRole {
    /// By which a person's entry names it.
    pub id: String,
    /// What the pages call it.
    pub label: String,
    /// Its rights.
    #[serde(rename = "hak")]
    pub rights: Vec<Right>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleFile {
    source: String,
    peran: Vec<PortalRole>,
}

impl PortalRole {
    pub(crate) fn load(files: &FactFiles) -> Result<Vec<Self>, FactsError> {
        const FILE: &str = "peran_portal.toml";
        let RoleFile { source, peran } = parse(files, FILE)?;
        let broken = |reason: String| Err(FactsError::File { file: FILE.to_owned(), reason });
        if source.trim().is_empty() {
            return broken("its `source` is empty; say where its facts come from".to_owned());
        }
        let is_twice = |(n, role): (usize, &Self)| peran[..n].iter().any(|before| before.id == role.id);
        match peran.iter().enumerate().find(|one| is_twice(*one)) {
            Some((_, role)) => broken(format!("the role `{}` is there twice", role.id)),
            None => Ok(peran),
        }
    }

    /// Whether it has a right.
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }
}
