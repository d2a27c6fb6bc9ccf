//! The files beside the configuration that the office edits, or their copy while a file of them cannot be used.

use super::Config;
use std::path::PathBuf;

/// What the configuration, the office's decisions, its days, its facts and its remarks are called in a copy.
pub(super) const KEPT: [&str; 5] = ["tertib.toml", "target.toml", "kalender.toml", "fakta", "catatan.toml"];

impl Config {
    /// What the office decided about targets.
    pub(crate) fn targets_path(&self) -> PathBuf {
        self.copy.as_ref().unwrap_or(&self.folder).join(KEPT[1])
    }

    /// What the Kepala Dinas remarked on findings.
    pub(crate) fn remarks_path(&self) -> PathBuf {
        self.copy.as_ref().unwrap_or(&self.folder).join(KEPT[4])
    }

    /// Who approved which proposal to destroy personal data.
    pub(crate) fn approvals_path(&self) -> PathBuf {
        self.folder.join("persetujuan_musnah.toml")
    }

    /// Whether what was kept of the files of the office is read, because they cannot be used.
    pub(crate) fn is_fallback(&self) -> bool {
        self.copy.is_some()
    }

    /// The office's own days.
    pub(crate) fn calendar_path(&self) -> PathBuf {
        self.copy.as_ref().unwrap_or(&self.folder).join(KEPT[2])
    }

    /// The folder of the office's own facts.
    pub(crate) fn facts_path(&self) -> Option<PathBuf> {
        let facts = self.facts.as_ref()?;
        Some(self.copy.as_ref().map_or_else(|| self.folder.join(facts), |copy| copy.join(KEPT[3])))
    }

    /// The files and folders from which the program learns what to do, as the office edits them, each with its name in a copy.
    pub(crate) fn own_files(&self) -> Vec<(&'static str, PathBuf)> {
        let facts = self.facts.as_ref().map(|facts| self.folder.join(facts));
        let [_, targets, calendar, _, remarks] = KEPT.map(|name| self.folder.join(name));
        let paths = [Some(self.file.clone()), Some(targets), Some(calendar), facts, Some(remarks)];
        KEPT.into_iter().zip(paths).filter_map(|(name, path)| Some((name, path?))).collect()
    }
}
