//! The files of the office's keys: the ones in force, earlier ones beside them, and a new one that is not in force yet.
//!
//! Reads   the folder of a key file
//! Gives   `kunci-ID.key` for each earlier key, and `kunci.key.baru` for a new one; the same of the key that signs
//! Rule    a key is never removed: rows that were written under it are proved by it alone

use anyhow::{Context, Result};
use pipeline::{Key, KeyError, NoteError, SigningKey};
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Digits of the id of a key.
const ID_DIGITS: usize = 16;

/// A key that lies in a file of its own.
pub(crate) trait FileKey: Sized {
    /// Reads the file.
    ///
    /// # Errors
    /// When it is there and holds a key that may not be used.
    fn read(path: &Path) -> Result<Held<Self>>;
    /// Makes the file, with a random key.
    ///
    /// # Errors
    /// When the file cannot be made.
    fn make(path: &Path) -> Result<Self>;
    /// The id of the key.
    fn id(&self) -> String;
}

/// What a file holds.
pub(crate) enum Held<K> {
    /// There is none.
    Nothing,
    /// Something else than a key.
    Broken,
    /// A key.
    Key(K),
}

impl FileKey for Key {
    fn read(path: &Path) -> Result<Held<Self>> {
        match Self::load(path) {
            Ok(key) => Ok(Held::Key(key)),
            Err(KeyError::Missing { .. }) => Ok(Held::Nothing),
            Err(KeyError::Format { .. }) => Ok(Held::Broken),
            Err(fault) => Err(fault.into()),
        }
    }

    fn make(path: &Path) -> Result<Self> {
        Self::create(path)?;
        Ok(Self::load(path)?)
    }

    fn id(&self) -> String {
        Self::id(self)
    }
}

impl FileKey for SigningKey {
    fn read(path: &Path) -> Result<Held<Self>> {
        match Self::load(path) {
            Ok(key) => Ok(Held::Key(key)),
            Err(NoteError::NoKey { .. }) => Ok(Held::Nothing),
            Err(NoteError::Format { .. }) => Ok(Held::Broken),
            Err(fault) => Err(fault.into()),
        }
    }

    fn make(path: &Path) -> Result<Self> {
        let key = Self::random(path)?;
        key.keep(path)?;
        Ok(key)
    }

    fn id(&self) -> String {
        Self::id(self)
    }
}

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
pub(crate) fn new<K: FileKey>(file: &Path) -> Result<(K, bool)> {
    let path = new_path(file);
    match K::read(&path)? {
        Held::Key(key) => return Ok((key, false)),
        // It was cut off while it was written, so that nothing was ever written under it.
        Held::Broken => std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?,
        Held::Nothing => {}
    }
    let key = K::make(&path)?;
    flush(file)?;
    Ok((key, true))
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
pub(crate) fn put_in_force<K: FileKey>(file: &Path, new: &K) -> Result<Option<PathBuf>> {
    let kept = match K::read(file) {
        Ok(Held::Key(held)) if held.id() == new.id() => return Ok(None),
        Ok(Held::Nothing) => None,
        Ok(Held::Key(held)) => Some(beside(file, &held.id())),
        // Whatever it is, it may be looked at later.
        Ok(Held::Broken) | Err(_) => Some(beside(file, "rusak")),
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

/// Returns where an earlier key of that id lies.
pub(crate) fn beside(file: &Path, id: &str) -> PathBuf {
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

/// Makes the names in the folder of a key file durable.
///
/// # Errors
/// When the system refuses.
pub(crate) fn flush(file: &Path) -> Result<()> {
    let folder = folder(file);
    if cfg!(unix) {
        File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .with_context(|| format!("cannot flush {}", folder.display()))?;
    }
    Ok(())
}
