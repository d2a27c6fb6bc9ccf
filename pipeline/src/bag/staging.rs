//! A folder that is filled under another name and gets its own when it is whole.
//!
//! Reads   files of the caller; a bag to be copied
//! Gives   a folder of a name that nothing has yet
//! Rule    files are flushed before they are named, folders before the folder is renamed, the folder above after it. What a program
//!         that was killed left is removed by the next one that makes a folder of that name

use super::error::{BagError, io};
use super::examination::examine_files;
use super::layout::{PRIVATE, SIGNATURE, TAG_MANIFEST};
use super::reading::{self, Named};
use crate::files::{Readers, move_if_absent};
use crate::hash::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// How much of a file is in memory while it is copied.
const PIECE_BYTES: usize = 256 << 10;

/// A folder that is being filled.
#[derive(Debug)]
pub(super) struct Staging {
    target: PathBuf,
    path: PathBuf,
    readers: Readers,
    /// The folders that were made in it, by path from it.
    folders: BTreeSet<String>,
    /// The files that were made in it, by path from it.
    files: BTreeSet<String>,
    /// Whether it has its name.
    is_named: bool,
    /// Held until then. Systems without locks on folders have none.
    _lock: Option<File>,
}

/// What did not get its name goes; a program that is killed leaves it, and the next one removes it.
impl Drop for Staging {
    fn drop(&mut self) {
        if !self.is_named {
            drop(remove(&self.path));
        }
    }
}

/// A file that is being written into the folder.
#[derive(Debug)]
pub(super) struct StagedFile {
    file: File,
    path: PathBuf,
    hash: Sha256,
    bytes: u64,
}

impl Staging {
    /// Begins a folder that will be at the target.
    pub(super) fn begin(target: &Path, readers: Readers) -> Result<Self, BagError> {
        let above = target.parent().filter(|above| *above != Path::new("")).unwrap_or(Path::new("."));
        let Some(name) = target.file_name() else {
            return Err(BagError::Name { name: target.display().to_string() });
        };
        std::fs::create_dir_all(above).map_err(|e| io("make", above, e))?;
        let lock = lock(above)?;
        let path = above.join(format!(".tertib-{}.tmp", name.to_string_lossy()));
        remove(&path)?;
        folder(&path, readers)?;
        Ok(Self {
            target: target.to_owned(),
            path,
            readers,
            folders: BTreeSet::new(),
            files: BTreeSet::new(),
            is_named: false,
            _lock: lock,
        })
    }

    /// Creates a file, and the folders above it. What names residents is the owner's alone.
    pub(super) fn create(&mut self, path: &str) -> Result<StagedFile, BagError> {
        let readers = self.readers_of(path);
        for (end, _) in path.match_indices('/') {
            let above = &path[..end];
            if self.folders.insert(above.to_owned()) {
                folder(&self.path.join(above), self.readers_of(above))?;
            }
        }
        self.files.insert(path.to_owned());
        let path = self.path.join(path);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if readers == Readers::Owner {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        #[cfg(not(unix))]
        let _ = readers;
        let file = options.open(&path).map_err(|e| io("write", &path, e))?;
        Ok(StagedFile { file, path, hash: Sha256::new(), bytes: 0 })
    }

    /// Returns the folder as it is called while it is filled.
    pub(super) fn folder(&self) -> &Path {
        &self.path
    }

    /// Returns the files that were made in it, in the order of their paths from it.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    fn readers_of(&self, path: &str) -> Readers {
        let is_private = path.strip_prefix(PRIVATE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if is_private { Readers::Owner } else { self.readers }
    }

    /// Gives the folder its name. Where one of the same bytes has it already, nothing is left to do.
    pub(super) fn publish(mut self) -> Result<PathBuf, BagError> {
        for folder in self.folders.iter().rev() {
            flush(&self.path.join(folder))?;
        }
        flush(&self.path)?;
        if self.target.symlink_metadata().is_ok() {
            return self.already_there();
        }
        let moved = match move_if_absent(&self.path, &self.target) {
            // Nobody else makes a folder here, so that it is still absent.
            Err(e) if matches!(e.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput) => {
                std::fs::rename(&self.path, &self.target)
            }
            other => other,
        };
        moved.map_err(|e| io("write", &self.target, e))?;
        self.is_named = true;
        let above = self.target.parent().filter(|above| *above != Path::new("")).unwrap_or(Path::new("."));
        flush(above)?;
        Ok(self.target.clone())
    }

    /// Copies the bag in the folder to another place, byte for byte. `digest` is that of its manifest of tags.
    pub(super) fn carry(&self, to: &Path, digest: &str) -> Result<PathBuf, BagError> {
        let mut there = Self::begin(to, Readers::Usual)?;
        copy(&self.path, &mut there, digest)?;
        there.publish()
    }

    /// The name is taken: by the same bag, or by something else.
    fn already_there(self) -> Result<PathBuf, BagError> {
        let statement = |root: &Path| [TAG_MANIFEST, SIGNATURE].map(|name| reading::text(&root.join(name)).ok());
        let is_same =
            statement(&self.path) == statement(&self.target) && examine_files(&self.target).0.faults.is_empty();
        if is_same { Ok(self.target.clone()) } else { Err(BagError::Taken { path: self.target.display().to_string() }) }
    }
}

impl StagedFile {
    /// Makes the bytes durable; returns their digest and how many they are.
    pub(super) fn finish(self) -> Result<([u8; 32], u64), BagError> {
        self.file.sync_all().map_err(|e| io("write", &self.path, e))?;
        Ok((self.hash.finalize().into(), self.bytes))
    }

    /// Writes all that can be read from elsewhere.
    pub(super) fn copy(&mut self, from: &mut dyn Read, place: &Path) -> Result<(), BagError> {
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let length = match from.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(length) => length,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) => return Err(io("read", place, e)),
            };
            self.write_all(&piece[..length]).map_err(|e| io("write", &self.path, e))?;
        }
    }

    /// Writes some bytes.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), BagError> {
        self.write_all(bytes).map_err(|e| io("write", &self.path, e))
    }
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let length = self.file.write(bytes)?;
        self.hash.update(&bytes[..length]);
        self.bytes += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn copy(bag: &Path, staging: &mut Staging, digest: &str) -> Result<(), BagError> {
    each_file(bag, digest, |path, source, from| {
        let mut file = staging.create(path)?;
        file.copy(source, from)?;
        Ok(file.finish()?.0)
    })
}

/// Gives every file of a bag that is not changed by anybody: its path in it, what can be read, and its place. `put` returns the digest of
/// what it read; `digest` is that of the manifest of tags.
pub(super) fn each_file(
    bag: &Path,
    digest: &str,
    mut put: impl FnMut(&str, &mut File, &Path) -> Result<[u8; 32], BagError>,
) -> Result<(), BagError> {
    let changed = |path: &str| BagError::Changed { path: bag.join(path).display().to_string() };
    let mut is_whole = true;
    let Named { payload, tags } = reading::named(bag, |_| is_whole = false);
    if !is_whole {
        return Err(changed(TAG_MANIFEST));
    }
    let named = payload.into_iter().chain(tags).map(|(path, digest)| (path, Some(hex(&digest))));
    let signature = bag.join(SIGNATURE).exists().then(|| (SIGNATURE.to_owned(), None));
    for (path, expected) in named.chain([(TAG_MANIFEST.to_owned(), Some(digest.to_owned()))]).chain(signature) {
        let from = bag.join(&path);
        let mut source = reading::open(&from).map_err(|e| io("read", &from, e))?;
        let copied = put(&path, &mut source, &from)?;
        if expected.is_some_and(|expected| expected != hex(&copied)) {
            return Err(changed(&path));
        }
    }
    Ok(())
}

/// Of two programs that make a folder here, one waits for the other.
fn lock(above: &Path) -> Result<Option<File>, BagError> {
    let Ok(folder) = File::open(above) else { return Ok(None) };
    match folder.try_lock() {
        Ok(()) => Ok(Some(folder)),
        Err(TryLockError::WouldBlock) => Err(BagError::Busy { path: above.display().to_string() }),
        // There are systems without locks, or without locks on folders.
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

fn folder(path: &Path, readers: Readers) -> Result<(), BagError> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    #[cfg(not(unix))]
    let _ = readers;
    builder.create(path).map_err(|e| io("make", path, e))
}

/// Removes what is at a path, and no more than that where it is a link.
fn remove(path: &Path) -> Result<(), BagError> {
    let removed = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(e) => Err(e),
    };
    match removed {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(io("remove", path, e)),
        _ => Ok(()),
    }
}

/// Makes the names in a folder durable, where the system can.
fn flush(folder: &Path) -> Result<(), BagError> {
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| io("write", folder, e))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
