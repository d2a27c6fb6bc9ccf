//! The files of the office's keys: the one in force, earlier ones beside it, and a new one that is not in force yet.
//!
//! Reads   the folder of the key file
//! Gives   `kunci-ID.key` for each earlier key, and `kunci.key.baru` for a new one
//! Rule    a key is never removed: rows that were written under it are proved by it alone

use anyhow::{Context, Result};
use pipeline::{Key, KeyError};
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Digits of the id of a key.
const ID_DIGITS: usize = 16;

/// Returns the earlier keys that lie beside the key file and can be read.
pub(crate) fn earlier(file: &Path) -> Vec<Key> {
    let (stem, ending) = parts(file);
    let is_id = |id: &str| id.len() == ID_DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let Ok(entries) = std::fs::read_dir(folder(file)) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut found: Vec<String> = names
        .filter(|name| name.strip_suffix(&ending).and_then(|name| name.strip_prefix(&stem)).is_some_and(is_id))
        .collect();
    found.sort();
    found.iter().filter_map(|name| Key::load(&folder(file).join(name)).ok()).collect()
}

/// Returns the new key, and whether it was made now instead of by an earlier attempt. It is durable before it is used.
///
/// # Errors
/// When the file cannot be made or read.
pub(crate) fn new(file: &Path) -> Result<(Key, bool)> {
    let path = new_path(file);
    match Key::load(&path) {
        Err(KeyError::Missing { .. }) => {}
        // It was cut off while it was written, so that nothing was ever written under it.
        Err(KeyError::Format { .. }) => {
            std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
        other => return Ok((other?, false)),
    }
    Key::create(&path)?;
    flush(file)?;
    Ok((Key::load(&path)?, true))
}

/// Removes a new key under which nothing was ever written.
pub(crate) fn forget_new(file: &Path) {
    let path = new_path(file);
    if let Err(fault) = std::fs::remove_file(&path) {
        tracing::info!("{} is left: {fault}", path.display());
    }
}

/// Puts the new key in force: its file takes the place of the one before, which is kept under its id. Returns where that lies.
///
/// # Errors
/// When the files cannot be moved.
pub(crate) fn put_in_force(file: &Path, new: &Key) -> Result<Option<PathBuf>> {
    let held = Key::load(file);
    if held.as_ref().is_ok_and(|held| held.id() == new.id()) {
        return Ok(None);
    }
    let kept = match held {
        Err(KeyError::Missing { .. }) => None,
        Ok(held) => Some(beside(file, &held.id())),
        // Whatever it is, it may be looked at later.
        Err(_) => Some(beside(file, "rusak")),
    };
    let failed = || format!("cannot put the new key in the place of {}; run `tertib key rotate` again", file.display());
    if let Some(kept) = &kept {
        std::fs::rename(file, kept).with_context(failed)?;
    }
    std::fs::rename(new_path(file), file).with_context(failed)?;
    flush(file)?;
    Ok(kept)
}

fn new_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".baru");
    PathBuf::from(name)
}

fn beside(file: &Path, id: &str) -> PathBuf {
    let (stem, ending) = parts(file);
    folder(file).join(format!("{stem}{id}{ending}"))
}

/// The beginning and the ending of the names of earlier keys.
fn parts(file: &Path) -> (String, String) {
    let text = |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned());
    let ending = text(file.extension()).map_or_else(String::new, |ending| format!(".{ending}"));
    (format!("{}-", text(file.file_stem()).unwrap_or_default()), ending)
}

fn folder(file: &Path) -> PathBuf {
    match file.parent().map(Path::as_os_str) {
        Some(folder) if folder != OsString::new().as_os_str() => PathBuf::from(folder),
        _ => PathBuf::from("."),
    }
}

/// Makes the names in the folder durable.
fn flush(file: &Path) -> Result<()> {
    let folder = folder(file);
    if cfg!(unix) {
        File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .with_context(|| format!("cannot flush {}", folder.display()))?;
    }
    Ok(())
}
