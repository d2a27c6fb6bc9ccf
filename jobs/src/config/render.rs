//! `[render]`: who sets the pages, and what they are set from.

use super::{Config, text};
use crate::itself;
use anyhow::{Context, Result, bail};
use reports::{Crest, Pages, Program, Renderer, Typesetter};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The hidden command by which tertib sets pages for itself.
const TYPESET: &str = "typeset";

/// The longest picture for a letterhead.
const LONGEST_CREST_BYTES: u64 = 16 << 20;

/// `[render]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct RenderSection {
    /// A typst program that sets the pages instead of the built-in typesetter.
    pub typst: Option<PathBuf>,
    /// How long it, or tertib with templates of the office, may work on one file.
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
    pub(crate) fn program(&self, folder: &Path) -> Option<Program> {
        self.typst.as_ref().map(|path| Program {
            typesetter: Typesetter::Typst,
            // It runs in a folder of its own, from which a relative path would lead elsewhere.
            path: super::absolute(folder.join(path)),
            deadline: self.deadline(),
            memory_bytes: self.memory_bytes(),
        })
    }

    /// Tertib itself, to set templates of the office within the same limits.
    fn own_program(&self) -> Result<Program> {
        Ok(Program {
            path: itself::program()?,
            typesetter: Typesetter::Own(TYPESET),
            deadline: self.deadline(),
            memory_bytes: self.memory_bytes(),
        })
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline_seconds)
    }

    fn memory_bytes(&self) -> u64 {
        self.memory_mb.saturating_mul(1 << 20)
    }
}

impl Config {
    /// Templates, fonts, crest and typesetter of this office.
    ///
    /// # Errors
    /// When a template cannot be read or parsed, or the crest cannot be read.
    pub(crate) fn renderer(&self) -> Result<Renderer> {
        let own = self.own_templates(reports::template_names())?;
        let crest = Some(&self.office.lambang).filter(|path| !path.is_empty()).map(|path| self.folder.join(path));
        let crest = crest.map(|path| {
            let bytes = pipeline::read_file(&path, LONGEST_CREST_BYTES);
            let bytes = bytes.with_context(|| format!("cannot read the crest {}", path.display()))?;
            Ok::<_, anyhow::Error>(Crest::new(&path, bytes))
        });
        let program = match self.typst_program() {
            None if own.keys().any(|name| name.ends_with(".typ")) => Some(self.render.own_program()?),
            program => program,
        };
        Ok(Renderer::new(own, program, crest.transpose()?)?)
    }

    /// What fills in the pages for a browser.
    ///
    /// # Errors
    /// When a template cannot be read or parsed.
    pub(crate) fn pages(&self) -> Result<Pages> {
        Ok(Pages::new(self.own_templates(reports::page_template_names())?)?)
    }

    /// The office's own templates of these names.
    fn own_templates(&self, names: impl Iterator<Item = &'static str>) -> Result<BTreeMap<String, String>> {
        self.templates_path().map(|folder| own_templates(&folder, names)).transpose().map(Option::unwrap_or_default)
    }
}

fn own_templates(folder: &Path, names: impl Iterator<Item = &'static str>) -> Result<BTreeMap<String, String>> {
    if !folder.is_dir() {
        bail!("there is no folder {}; make it, or leave `templates` out of [reports]", folder.display());
    }
    let mut own = BTreeMap::new();
    for name in names {
        let path = folder.join(name);
        if path.symlink_metadata().is_ok() {
            own.insert(name.to_owned(), text::read("the template", &path)?);
        }
    }
    Ok(own)
}
