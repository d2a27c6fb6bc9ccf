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
use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use clap::ValueEnum;
use pipeline::{BagWriter, ClosedBag, Readers};
use schemas::{Finding, Month};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::{Path, PathBuf};

/// For whom a bundle is, which decides what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// The account of the pages that wants it, and its role.
    pub(crate) by: Option<(String, String)>,
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

/// A bundle that is packed into a file.
#[derive(Debug)]
pub(crate) struct Packed {
    /// The file.
    pub(crate) file: File,
    /// The digest of the bag in it.
    pub(crate) digest: String,
    /// How many rows of cases are in it.
    pub(crate) rows: u64,
    /// What belongs beside it.
    pub(crate) findings: Vec<Finding>,
}

/// A bundle has at most so many months.
const MOST_MONTHS: usize = 120;

/// The months from one to another.
///
/// # Errors
/// When they are too many, or none.
pub(crate) fn months(first: Month, last: Month) -> Result<Vec<Month>> {
    let mut months: Vec<Month> = std::iter::successors(Some(last), |month| Some(month.back(1)))
        .take_while(|month| *month >= first)
        .take(MOST_MONTHS + 1)
        .collect();
    if months.is_empty() {
        bail!("the first month is after the last one");
    }
    if months.len() > MOST_MONTHS {
        bail!("a bundle has at most {MOST_MONTHS} months; make several");
    }
    months.reverse();
    Ok(months)
}

/// What a bundle is called where it has no other name.
pub(crate) fn name(wanted: &Wanted) -> String {
    let months: Vec<String> =
        [wanted.months.first(), wanted.months.last()].into_iter().flatten().map(Month::to_string).collect();
    let months = if wanted.months.len() > 1 { months.join("_") } else { months.into_iter().take(1).collect() };
    format!("paket_{}_{months}", wanted.role.name())
}

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
    let Made { bag, digest, rows, findings } = made(snapshot, wanted, told)?;
    let folder = ClosedBag::carry(bag, to)?;
    Ok(Carried { folder, digest, rows, findings })
}

/// Makes a bundle and packs it as a ZIP into a file, below a folder of that name.
///
/// # Errors
/// When the archive does not give it, or the system refuses.
pub(crate) fn pack(
    snapshot: &Snapshot,
    wanted: &Wanted,
    file: File,
    name: &str,
    told: impl Fn(Step<'_>) + Sync,
) -> Result<Packed> {
    let Made { bag, digest, rows, findings } = made(snapshot, wanted, told)?;
    Ok(Packed { file: bag.pack(file, name)?, digest, rows, findings })
}

/// A signed bag of which it is noted that it leaves.
struct Made {
    bag: ClosedBag,
    digest: String,
    rows: u64,
    findings: Vec<Finding>,
}

fn made(snapshot: &Snapshot, wanted: &Wanted, told: impl Fn(Step<'_>) + Sync) -> Result<Made> {
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
    Ok(Made { bag, digest, rows, findings })
}

/// Notes that a bundle leaves the office, before it does. What has rows of cases does not leave where that cannot be noted.
fn leave(workspace: &Workspace, departure: Departure<'_>) -> Result<()> {
    let Departure { digest, rows, wanted } = departure;
    let months: Vec<String> = wanted.months.iter().map(ToString::to_string).collect();
    let (by, role) = match &wanted.by {
        Some((account, role)) => (Some(account.as_str()), role.as_str()),
        None => (None, wanted.role.name()),
    };
    // Who wants it on the pages is often not the one for whom it is.
    let of = if by.is_some() { format!("{}: ", wanted.role.name()) } else { String::new() };
    let look = Look {
        by,
        act: "bundle",
        what: format!("{of}{}", months.join(", ")),
        answer: digest.to_owned(),
        rows,
        discloses: wanted.role.sees_rows(),
        role,
        purpose: wanted.purpose.as_deref(),
    };
    access::note(workspace, &look)?;
    Ok(())
}
