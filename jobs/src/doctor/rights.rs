//! Who else may change what tertib rests on, or read what is private.

use super::{Check, Subject, finding};
use crate::config::Config;
use crate::workspace::Workspace;
use schemas::Finding;
use std::path::{Path, PathBuf};

const WRITE: u32 = 0o022;
const ANYTHING: u32 = 0o077;

/// Tables of the archive that hold personal data.
const PRIVATE_TABLES: [&str; 2] = ["persons", "quarantine"];

/// What is not there harms nobody.
pub(super) fn check(workspace: &Workspace) -> Check {
    let config = &workspace.config;
    let archive = config.archive_path();
    let mut found = Vec::new();
    let mut forbid = |code, path: &Path, bits: u32| {
        if pipeline::others_may(path).is_ok_and(|may| may & bits != 0) {
            found.push(finding(code, path.display()));
        }
    };
    forbid("P014", &config.folder, WRITE);
    if config.state_path() != config.folder {
        forbid("P014", &config.state_path(), WRITE);
    }
    if holds_a_password(config) {
        forbid("P016", &config.file, ANYTHING);
    } else {
        forbid("P014", &config.file, WRITE);
    }
    if let Some(file) = &config.source.url_file {
        forbid("P016", &config.folder.join(file), ANYTHING);
    }
    forbid("P015", &archive, WRITE);
    for table in PRIVATE_TABLES {
        forbid("P017", &archive.join(table), ANYTHING);
    }
    for folder in full_copies(&config.reports_path()) {
        forbid("P017", &folder, ANYTHING);
    }
    Check::of(Subject::Rights, one_per_code(found))
}

/// Whether the configuration itself holds a password.
fn holds_a_password(config: &Config) -> bool {
    let in_file = config.source.url_file.is_none();
    in_file && config.source.url.split_once("://").is_some_and(|(_, rest)| rest.contains('@'))
}

/// The folders of documents with full names.
fn full_copies(reports: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(reports).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    folders.retain(|path| path.to_string_lossy().ends_with("_dinas"));
    folders.sort();
    folders
}

/// Places with the same fault are one finding.
fn one_per_code(found: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::new();
    for one in found {
        match merged.iter_mut().find(|other| other.code == one.code) {
            Some(other) => {
                other.place = format!("{}, {}", other.place, one.place);
                other.count += 1;
            }
            None => merged.push(one),
        }
    }
    merged
}
