//! A bag to carry away: what an auditor, the province or the inspectorate gets of some months, to be checked and asked without this
//! program.
//!
//! Reads   the archive, and documents made from it
//! Gives   a bag where the caller wants it
//! Rule    it is made on the office's own disk first; only when its digest is known, and its departure told, its bytes go elsewhere
//!
//! Invariant: no bundle names a resident. The province gets counts alone, and none of a few cases.

mod contents;
mod questions;

pub(crate) use contents::meanings;

use crate::access::{self, Look};
use crate::documents::Step;
use crate::workspace::{Snapshot, Workspace};
use anyhow::{Context, Result};
use chrono::NaiveDate;
use clap::ValueEnum;
use pipeline::{BagWriter, ClosedBag, Readers};
use schemas::{Finding, Month};
use std::path::{Path, PathBuf};

/// For whom a bundle is, which decides what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Rows without names, masked books, both reports, and all that proves them.
    Auditor,
    /// The report on compliance without small counts, and the statement of the archive.
    Province,
    /// What an auditor gets, and every statement of the archive that was kept.
    Inspectorate,
}

impl Role {
    /// Returns its name in a bag and in the log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auditor => "auditor",
            Self::Province => "province",
            Self::Inspectorate => "inspectorate",
        }
    }

    /// Whether the bundle holds rows of cases.
    fn sees_rows(self) -> bool {
        self != Self::Province
    }
}

/// Which bundle is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// The months, the first one first.
    pub(crate) months: Vec<Month>,
    /// For whom.
    pub(crate) role: Role,
    /// For what.
    pub(crate) purpose: Option<String>,
    /// The day on which it is made.
    pub(crate) on: NaiveDate,
}

/// What leaves the office, known before its first byte does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Departure<'a> {
    /// The SHA-256 of the manifest of tags, which stands for every byte.
    pub(crate) digest: &'a str,
    /// How many rows of cases are in it.
    pub(crate) rows: u64,
    /// What was wanted.
    pub(crate) wanted: &'a Wanted,
}

/// A bundle that is where it was wanted.
#[derive(Debug)]
pub(crate) struct Carried {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// Its digest.
    pub(crate) digest: String,
    /// How many rows of cases are in it.
    pub(crate) rows: u64,
    /// What belongs beside it.
    pub(crate) findings: Vec<Finding>,
}

/// The folder among the office's documents in which a bundle is made.
const ROOM: &str = ".paket";
/// What it is called there.
const NAME: &str = "paket";

/// Makes a bundle and carries it to a folder that is not there yet. `told` learns of each document that begins or ends.
///
/// # Errors
/// When the archive does not give it, or the system refuses; nothing is then in that folder.
pub(crate) fn carry(
    snapshot: &Snapshot,
    wanted: &Wanted,
    to: &Path,
    told: impl Fn(Step<'_>) + Sync,
) -> Result<Carried> {
    let room = snapshot.workspace.config.reports_path().join(ROOM);
    let unusable = || format!("cannot use the folder {}", room.display());
    pipeline::make_folder(&room, Readers::Owner).with_context(unusable)?;
    let bag = BagWriter::begin(&room.join(NAME), Readers::Usual)?;
    let contents::Filled { mut bag, rows, findings, origin } = contents::fill(bag, snapshot, wanted, told)?;
    let key = snapshot.workspace.config.signing_key()?;
    let key = key.context("the key that signs the log is not there, and a bundle leaves signed or not at all")?;
    bag.sign(&key, &origin)?;
    let digest = bag.digest();
    leave(&snapshot.workspace, Departure { digest: &digest, rows, wanted })?;
    let folder = ClosedBag::carry(bag, to)?;
    Ok(Carried { folder, digest, rows, findings })
}

/// Notes that a bundle leaves the office, before it does. What has rows of cases does not leave where that cannot be noted.
fn leave(workspace: &Workspace, departure: Departure<'_>) -> Result<()> {
    let Departure { digest, rows, wanted } = departure;
    let months: Vec<String> = wanted.months.iter().map(ToString::to_string).collect();
    let look = Look {
        by: None,
        act: "bundle",
        what: months.join(", "),
        answer: digest.to_owned(),
        rows,
        discloses: wanted.role.sees_rows(),
        role: wanted.role.name(),
        purpose: wanted.purpose.as_deref(),
    };
    access::note(workspace, &look)?;
    Ok(())
}
