//! Copies of the configuration, the facts and the decisions as `serve` last found them usable. Runs read the copy, so that a bad edit
//! stops none, and each works by what it was started for.

use crate::config::text;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use pipeline::Readers;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folder of the copies, each in a folder named by its digest.
const FOLDER: &str = ".berlaku";

/// Copies what a workspace was read from, and removes the copies of before but for the last one, which a run that has just been started
/// may still have to read.
///
/// # Errors
/// When a file cannot be read or written.
pub(super) fn keep(workspace: &Workspace, last: Option<&Path>) -> Result<PathBuf> {
    let all = workspace.config.state_path().join(FOLDER);
    let failed = || format!("cannot keep a copy of the configuration in {}", all.display());
    let files = read(workspace).with_context(failed)?;
    let mut named = Vec::new();
    for (name, bytes) in &files {
        named.extend(name.to_string_lossy().bytes().chain([0]));
        named.extend(pipeline::sha256(bytes).bytes());
    }
    let digest = pipeline::sha256(&named);
    let copy = all.join(digest.get(..16).unwrap_or_default());
    let write = || -> std::io::Result<()> {
        for (name, bytes) in &files {
            let path = copy.join(name);
            pipeline::make_folder(path.parent().unwrap_or(&copy), Readers::Owner)?;
            pipeline::replace_file(&path, bytes, Readers::Owner)?;
        }
        for entry in std::fs::read_dir(&all)? {
            let path = entry?.path();
            if path != copy && Some(path.as_path()) != last {
                std::fs::remove_dir_all(path)?;
            }
        }
        Ok(())
    };
    write().with_context(failed)?;
    Ok(copy)
}

/// The newest copy that belongs to a file, which itself need not be usable.
pub(super) fn newest(file: &Path) -> Option<PathBuf> {
    let text = text::read("the configuration", file).ok()?;
    // What stands before the first section is read by itself.
    let head: toml::Table = text.split("\n[").next()?.parse().unwrap_or_default();
    let state = head.get("state").and_then(toml::Value::as_str).unwrap_or_default();
    let folder = file.parent().unwrap_or(Path::new("")).join(state).join(FOLDER);
    let copies = std::fs::read_dir(folder).ok()?.flatten();
    copies.max_by_key(|copy| copy.metadata().and_then(|metadata| metadata.modified()).ok()).map(|copy| copy.path())
}

/// The files from which a workspace is read, by the names that [`crate::config::Config::kept`] reads. Some may not be there.
pub(crate) fn files(workspace: &Workspace) -> std::io::Result<BTreeMap<PathBuf, PathBuf>> {
    let mut files = BTreeMap::new();
    let mut open: Vec<(PathBuf, PathBuf)> =
        workspace.config.own_files().into_iter().map(|(name, path)| (name.into(), path)).collect();
    while let Some((name, path)) = open.pop() {
        if path.is_dir() {
            for entry in std::fs::read_dir(path)? {
                let entry = entry?;
                open.push((name.join(entry.file_name()), entry.path()));
            }
        } else {
            files.insert(name, path);
        }
    }
    Ok(files)
}

fn read(workspace: &Workspace) -> std::io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let files = files(workspace)?.into_iter().filter(|(_, path)| path.exists());
    files.map(|(name, path)| Ok((name, std::fs::read(path)?))).collect()
}
