//! The trial of a backup: restored to a scratch folder, verified, and a month computed from it.

use super::examination::Held;
use super::manifest::ARCHIVE;
use super::restoring::{Beside, Wanted, restore, shown};
use super::target::Target;
use crate::config::BackupSection;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use chrono::Datelike;
use pipeline::{Archive, CopiedPart, FigureBook};
use schemas::{Finding, Month};
use std::path::Path;
use std::sync::Arc;

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial {
    /// Whether all that the target holds is read.
    pub(super) whole: bool,
    /// Otherwise which twelfth of what the figures do not need, from 1.
    pub(super) twelfth: u32,
    /// Whether a backup was put there, or tried to be.
    pub(super) is_known: bool,
}

/// What a trial gave.
#[derive(Debug)]
pub(super) struct Drilled {
    /// The version that was restored; none where that failed.
    pub(super) version: Option<u64>,
    /// The month whose figures were compared.
    pub(super) month: Option<Month>,
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) findings: Vec<Finding>,
}

/// Tries a backup; `None` where none was made yet.
///
/// # Errors
/// When the target cannot be read at all, or there is no room for the scratch folder.
pub(super) fn run(
    workspace: &Arc<Workspace>,
    section: &BackupSection,
    target: &dyn Target,
    trial: Trial,
    advance: &mut dyn FnMut(u64, u64),
) -> Result<Option<Drilled>> {
    let mut held = Held::read(target)?;
    if held.is_empty() && !trial.is_known {
        return Ok(None);
    }
    let scratch = Beside::scratch(&workspace.config.folder)?;
    let find = |code, place: String| Finding { code, place: format!("{}: {place}", section.name), count: 1 };
    let wanted = Wanted {
        until: None,
        private: &|part| trial.wants_part(part),
        files: &|name, digest| trial.wants_file(name, digest),
    };
    let mut drilled = Drilled { version: None, month: None, files: 0, bytes: 0, findings: Vec::new() };
    match restore(&mut held, scratch.path(), &wanted, advance) {
        Ok(restored) => {
            drilled.version = Some(restored.version);
            (drilled.files, drilled.bytes) = (restored.verification.files + restored.files, restored.bytes);
            if let Some(fault) = unusable(scratch.path()) {
                drilled.findings.push(find("K015", fault));
            }
            match compare(workspace, &scratch.path().join("archive"), restored.version, trial)? {
                Compared::Equal(month) => drilled.month = Some(month),
                Compared::Nothing => {}
                Compared::Different(place) => drilled.findings.push(find("K015", place)),
            }
        }
        // What is damaged is named below; anything else could not be tried.
        Err(fault) if held.faults.is_empty() => return Err(fault),
        Err(_) => drilled.findings.push(find("K015", "arsip".to_owned())),
    }
    if trial.whole {
        held.check_older_files()?;
        held.check_earlier_lists();
    }
    if !held.faults.is_empty() {
        let count = held.faults.len() as u64;
        drilled.findings.push(Finding { count, ..find("K013", shown(&held.faults)) });
    }
    Ok(Some(drilled))
}

impl Trial {
    fn wants_part(self, part: &CopiedPart) -> bool {
        let month = part.file.path.split('/').find_map(|name| name.strip_prefix("bulan=")?.parse::<Month>().ok());
        match month {
            _ if self.whole => true,
            Some(month) => month.first_day().month() == self.twelfth,
            None => self.wants_digest(&part.file.sha256),
        }
    }

    /// What the restored office is opened with is always wanted, and the logs of the archive, without which nothing of it is proved.
    fn wants_file(self, name: &str, digest: &str) -> bool {
        let is_of_logs = name.starts_with(ARCHIVE);
        let is_opened = name.ends_with(".toml") || name.starts_with("fakta/") || name == "riwayat.sqlite";
        self.whole || is_opened || is_of_logs || self.wants_digest(digest)
    }

    fn wants_digest(self, digest: &str) -> bool {
        let number = digest.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or_default();
        number % 12 == self.twelfth - 1
    }
}

/// Why the restored office cannot be opened, if it cannot. What the program says may show a value, so that only the file is named.
fn unusable(folder: &Path) -> Option<String> {
    let config = folder.join("tertib.toml");
    match config.is_file().then(|| Workspace::open(Some(&config))) {
        Some(Ok(_)) => None,
        Some(Err(fault)) => {
            tracing::warn!("the restored configuration cannot be used: {fault:#}");
            Some("tertib.toml".to_owned())
        }
        None => Some("tertib.toml".to_owned()),
    }
}

enum Compared {
    Equal(Month),
    /// There is no month to compare.
    Nothing,
    Different(String),
}

/// Computes a month from the restored archive and from the office's own, as it was in that version: where that is the present one,
/// with the figures that are kept of it.
fn compare(workspace: &Workspace, restored: &Path, version: u64, trial: Trial) -> Result<Compared> {
    let own = workspace.archive()?;
    let is_present = own.version() == Some(version);
    let own = own.at(version).with_context(|| format!("the archive has no version {version}, which the backup has"))?;
    let months = own.months();
    let of_twelfth = months.iter().rev().find(|month| month.first_day().month() == trial.twelfth);
    let Some(month) = of_twelfth.or(months.last()).copied() else { return Ok(Compared::Nothing) };
    let book = FigureBook::open(&own, &workspace.facts)?;
    let book = match workspace.key_if_there()?.filter(|_| is_present) {
        Some(key) => book.keeping(&key)?,
        None => book,
    };
    let restored = FigureBook::open(&Archive::open(restored)?, &workspace.facts)?;
    // Residents' data are in no public backup, and only some of them in the trial of a twelfth.
    let (restored, book) = if trial.whole && restored.knows_quarantine()? {
        (restored, book)
    } else {
        (restored.without_quarantine(), book.without_quarantine())
    };
    let is_equal = restored.month(month)?.figures == book.month(month)?.figures;
    Ok(if is_equal { Compared::Equal(month) } else { Compared::Different(month.to_string()) })
}
