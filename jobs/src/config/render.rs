//! `[render]`: who sets the pages.

use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `[render]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct RenderSection {
    /// A typst program that sets the pages instead of the built-in typesetter.
    pub typst: Option<PathBuf>,
    /// How long it may work on one file.
    pub deadline_seconds: u64,
    /// How much memory it may take.
    pub memory_mb: u64,
}

impl Default for RenderSection {
    fn default() -> Self {
        Self { typst: None, deadline_seconds: 300, memory_mb: 2_048 }
    }
}

impl RenderSection {
    /// The program, where one is named; a relative path starts in the folder.
    pub(crate) fn program(&self, folder: &Path) -> Option<reports::Program> {
        self.typst.as_ref().map(|path| reports::Program {
            // It runs in a folder of its own, from which a relative path would lead elsewhere.
            path: super::absolute(folder.join(path)),
            deadline: Duration::from_secs(self.deadline_seconds),
            memory_bytes: self.memory_mb.saturating_mul(1 << 20),
        })
    }
}
