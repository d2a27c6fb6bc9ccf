//! Who may use the pages, persons and programs: a file beside `target.toml` that only its owner may read.
//!
//! Reads   pengguna.toml, again whenever it changed
//! Gives   its entries
//! Rule    while it cannot be used nobody comes in

use super::people::Person;
use super::tokens::Token;
use crate::config::{Config, place, text};
use crate::stamp::{Seen, seen};
use anyhow::{Context, Result, anyhow, bail};
use pipeline::Readers;
use schemas::Facts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What the file holds.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Register {
    /// The persons.
    #[serde(default, rename = "pengguna", skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Person>,
    /// The machines.
    #[serde(default, rename = "token", skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<Token>,
}

impl Register {
    /// Refuses what names an account or a token twice, or a role that the facts do not have.
    fn check(&self, facts: &Facts) -> Result<()> {
        let accounts = self.people.iter().map(|person| ("account", &person.akun, &person.peran));
        let tokens = self.tokens.iter().map(|token| ("token", &token.nama, &token.peran));
        let mut met = BTreeSet::new();
        for (kind, name, role) in accounts.chain(tokens) {
            if !met.insert((kind, name)) {
                bail!("the {kind} `{name}` is there twice");
            }
            if facts.portal_roles.iter().all(|known| known.id != *role) {
                bail!("there is no role `{role}`");
            }
        }
        Ok(())
    }
}

/// Reads the file; nobody where there is none.
///
/// # Errors
/// When it cannot be read, names an account or a token twice, or a role that the facts do not have.
pub(crate) fn read(config: &Config, facts: &Facts) -> Result<Register> {
    let path = config.people_path();
    if path.symlink_metadata().is_err_and(|fault| fault.kind() == std::io::ErrorKind::NotFound) {
        return Ok(Register::default());
    }
    let words = text::read("the people of the portal", &path)?;
    let unusable = || format!("{} cannot be used; mend it or put back a copy", path.display());
    let register: Register =
        toml::from_str(&words).map_err(|fault| anyhow!(place::place(&fault, &words))).with_context(unusable)?;
    register.check(facts).with_context(unusable)?;
    Ok(register)
}

/// Writes the file, for its owner alone.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(config: &Config, register: &Register) -> Result<()> {
    let path = config.people_path();
    let head = "# Pengguna portal tertib. Diubah dengan `tertib portal user` dan `tertib portal token`; sandi dan token\n\
         # tidak tersimpan di sini.\n\n";
    let entries = toml::to_string(register)?;
    let written = pipeline::replace_file(&path, format!("{head}{entries}").as_bytes(), Readers::Owner);
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// What the file says now.
#[derive(Debug)]
pub(super) struct Watched {
    path: PathBuf,
    last: Mutex<Option<Last>>,
}

/// What was read, and what the file was then.
#[derive(Debug)]
struct Last {
    seen: Option<Seen>,
    register: Arc<Register>,
}

impl Watched {
    pub(super) fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), last: Mutex::default() }
    }

    /// Everybody who has an account or a token. While the file cannot be used nobody has: whom it would shut out must not stay in.
    pub(super) fn all(&self, config: &Config, facts: &Facts) -> Arc<Register> {
        let now = seen(&self.path);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = last.as_ref().filter(|last| last.seen == now) {
            return Arc::clone(&last.register);
        }
        let register = match self::read(config, facts) {
            Ok(register) => Arc::new(register),
            Err(fault) => {
                tracing::error!("{fault:#}\n  until it is mended, nobody can sign in");
                Arc::default()
            }
        };
        *last = Some(Last { seen: now, register: Arc::clone(&register) });
        register
    }
}
