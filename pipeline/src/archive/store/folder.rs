//! A store in a local folder.
//!
//! Invariant: nothing outside the archive's folder is read, written or removed, no matter where a name or a link in it leads. Paths
//! are walked folder by folder, and neither links nor devices are opened.

use super::super::{ArchiveError, io, layout};
use super::{Entry, EntryKind, NewFile, Store};
use crate::files::{Readers, name_if_absent, replace_file, replace_file_unflushed};
use std::collections::BTreeSet;
use std::fs::{File, FileType};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Above so many files, flushing all of the file system takes less time than flushing each.
#[cfg(target_os = "linux")]
const FEW_FILES: usize = 64;

/// The folder of an archive.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Returns the store in a folder, which need not exist yet.
    pub(crate) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Returns the location of a path, of which everything but the last name must be an existing folder.
    fn beneath(&self, within: &str) -> Result<PathBuf, ArchiveError> {
        let mut path = self.root.clone();
        let mut names = within.split('/').filter(|_| !within.is_empty()).peekable();
        while let Some(name) = names.next() {
            push(&mut path, name)?;
            if names.peek().is_some() {
                require(&path, FileType::is_dir)?;
            }
        }
        Ok(path)
    }

    /// Opens an ordinary file for reading. Links are refused everywhere on the path, since they may lead outside; pipes and devices
    /// are refused, since reading them may never end.
    fn open(&self, within: &str) -> Result<(File, PathBuf), ArchiveError> {
        let path = self.beneath(within)?;
        let mut options = File::options();
        options.read(true);
        #[cfg(unix)]
        {
            use rustix::fs::OFlags;
            let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
            std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.cast_signed());
        }
        require(&path, FileType::is_file)?;
        let file = options.open(&path).map_err(|e| io("read", &path, e))?;
        // The file may have been replaced after the check.
        let kind = file.metadata().map_err(|e| io("read", &path, e))?.file_type();
        if kind.is_file() { Ok((file, path)) } else { Err(foreign(&path)) }
    }

    /// Creates a folder and those above it. Private folders are created so that only their owner may open them.
    fn make(&self, within: &str) -> Result<PathBuf, ArchiveError> {
        std::fs::create_dir_all(&self.root).map_err(|e| io("make", &self.root, e))?;
        let mut path = self.root.clone();
        for name in within.split('/').filter(|_| !within.is_empty()) {
            push(&mut path, name)?;
            let mut folder = std::fs::DirBuilder::new();
            #[cfg(unix)]
            if layout::PRIVATE.iter().any(|private| self.root.join(private) == path) {
                std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
            }
            match folder.create(&path) {
                Ok(()) => {}
                Err(e) if e.kind() == ErrorKind::AlreadyExists => require(&path, FileType::is_dir)?,
                Err(e) => return Err(io("make", &path, e)),
            }
        }
        Ok(path)
    }

    /// Creates the folder of a file, and returns the location of the file.
    fn place_for(&self, within: &str) -> Result<PathBuf, ArchiveError> {
        self.make(within.rsplit_once('/').map_or("", |(folder, _)| folder))?;
        self.beneath(within)
    }

    /// Restricts the private folders to their owner.
    fn restrict(&self) -> Result<(), ArchiveError> {
        #[cfg(unix)]
        for folder in layout::PRIVATE.map(|name| self.root.join(name)).iter().filter(|folder| is_there(folder)) {
            require(folder, FileType::is_dir)?;
            let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o700);
            std::fs::set_permissions(folder, owner_only).map_err(|e| io("restrict", folder, e))?;
        }
        Ok(())
    }
}

impl Store for Folder {
    fn read(&self, path: &str, most: u64) -> Result<Vec<u8>, ArchiveError> {
        let (file, path) = self.open(path)?;
        let read = || -> std::io::Result<Vec<u8>> {
            let length = file.metadata()?.len();
            if length > most {
                let reason = format!("it has {length} bytes, and no more than {most} are expected");
                return Err(std::io::Error::new(ErrorKind::FileTooLarge, reason));
            }
            let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
            file.take(most).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|e| io("read", &path, e))
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, ArchiveError> {
        let path = self.root.join(path);
        match std::fs::symlink_metadata(&path) {
            Ok(found) => Ok(Some(EntryKind::from(found.file_type()))),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(io("read", &path, e)),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, ArchiveError> {
        let folder = self.root.join(folder);
        let unread = |e| io("read", &folder, e);
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(unread(e)),
        };
        let entry = |entry: std::io::Result<std::fs::DirEntry>| {
            let entry = entry.map_err(unread)?;
            Ok(Entry { name: entry.file_name(), kind: entry.file_type().map_err(unread)?.into() })
        };
        entries.map(entry).collect()
    }

    fn create(&self, path: &str) -> Result<Box<dyn NewFile>, ArchiveError> {
        let path = self.root.join(path);
        let file = File::create(&path).map_err(|e| io("write", &path, e))?;
        Ok(Box::new(file))
    }

    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        let path = self.place_for(path)?;
        replace_file(&path, bytes, Readers::Usual).map_err(|e| io("write", &path, e))
    }

    fn put_unflushed(&self, path: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        let path = self.place_for(path)?;
        replace_file_unflushed(&path, bytes).map_err(|e| io("write", &path, e))
    }

    fn flush_files(&self, paths: &[String]) -> Result<(), ArchiveError> {
        #[cfg(target_os = "linux")]
        if paths.len() > FEW_FILES {
            let whole = File::open(&self.root).and_then(|root| Ok(rustix::fs::syncfs(&root)?));
            return whole.map_err(|e| io("flush", &self.root, e));
        }
        for path in paths {
            let path = self.beneath(path)?;
            File::open(&path).and_then(|file| file.sync_all()).map_err(|e| io("flush", &path, e))?;
        }
        let folders: Vec<&str> = paths.iter().filter_map(|path| Some(path.rsplit_once('/')?.0)).collect();
        self.flush(&folders)
    }

    fn put_if_absent(&self, path: &str, bytes: &[u8], waiting: &str) -> Result<(), ArchiveError> {
        let (path, waiting) = (self.place_for(path)?, self.root.join(waiting));
        if !is_there(&waiting) {
            write_flushed(&waiting, bytes)?;
        }
        match name_if_absent(&waiting, &path) {
            Ok(()) => path.parent().map_or(Ok(()), flush_folder),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                Err(ArchiveError::Conflict { path: path.display().to_string() })
            }
            Err(e) => Err(io("write", &path, e)),
        }
    }

    fn move_to(&self, from: &str, to: &str) -> Result<(), ArchiveError> {
        let (from, to) = (self.root.join(from), self.place_for(to)?);
        match std::fs::rename(&from, &to) {
            Err(e) if e.kind() == ErrorKind::NotFound && is_there(&to) => Ok(()),
            Err(e) => Err(io("move", &from, e)),
            Ok(()) => Ok(()),
        }
    }

    /// Also flushes the folders above them, since each may be new, and each folder only once.
    fn flush(&self, folders: &[&str]) -> Result<(), ArchiveError> {
        let folders: Vec<PathBuf> = folders.iter().map(|folder| self.root.join(folder)).collect();
        let above = |folder| Path::ancestors(folder).take_while(|f| f.starts_with(&self.root));
        let all: BTreeSet<&Path> = folders.iter().map(PathBuf::as_path).flat_map(above).collect();
        all.into_iter().rev().try_for_each(flush_folder)
    }

    fn remove(&self, path: &str) -> Result<(), ArchiveError> {
        let place = self.root.join(path);
        let is_folder = self.kind(path)? == Some(EntryKind::Folder);
        let removed = if is_folder { std::fs::remove_dir_all(&place) } else { std::fs::remove_file(&place) };
        match removed {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(io("remove", &place, e)),
            _ => {}
        }
        // The folder of a month is removed with its last part, and that of partial tiles with the last of them.
        let of_tiles = place.parent().is_some_and(|folder| folder.extension().is_some_and(|ending| ending == "p"));
        if of_tiles || layout::part(path).is_some_and(|part| part.month.is_some()) {
            drop(place.parent().map(std::fs::remove_dir));
        }
        Ok(())
    }

    fn claim(&self, folder: &str) -> Result<bool, ArchiveError> {
        let folder = self.place_for(folder)?;
        match std::fs::create_dir(&folder) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(io("make", &folder, e)),
        }
    }

    fn prepare(&self) -> Result<(), ArchiveError> {
        self.make(layout::STAGING)?;
        self.restrict()
    }

    /// The kernel releases the lock if the process dies.
    fn lock(&self, path: &str) -> Result<Option<File>, ArchiveError> {
        let path = self.root.join(path);
        let lock =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(|e| io("open", &path, e))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(std::fs::TryLockError::WouldBlock) => Err(ArchiveError::Locked { path: self.place("") }),
            Err(std::fs::TryLockError::Error(e)) if e.kind() == ErrorKind::Unsupported => Ok(None),
            Err(std::fs::TryLockError::Error(e)) => Err(io("lock", &path, e)),
        }
    }

    fn age(&self, path: &str) -> Option<Duration> {
        std::fs::symlink_metadata(self.root.join(path)).ok()?.modified().ok()?.elapsed().ok()
    }

    fn scratch(&self, claimed: &str) -> PathBuf {
        self.root.join(claimed)
    }

    fn place(&self, path: &str) -> String {
        let place = if path.is_empty() { self.root.clone() } else { self.root.join(path) };
        place.display().to_string()
    }
}

impl NewFile for File {
    fn finish(&mut self) -> std::io::Result<()> {
        self.sync_all()
    }
}

impl From<FileType> for EntryKind {
    fn from(kind: FileType) -> Self {
        match kind {
            _ if kind.is_file() => Self::File,
            _ if kind.is_dir() => Self::Folder,
            _ => Self::Foreign,
        }
    }
}

fn require(path: &Path, is_kind: impl Fn(&FileType) -> bool) -> Result<(), ArchiveError> {
    let kind = std::fs::symlink_metadata(path).map_err(|e| io("read", path, e))?.file_type();
    if is_kind(&kind) { Ok(()) } else { Err(foreign(path)) }
}

/// Appends a name to a path, unless it would lead elsewhere.
fn push(path: &mut PathBuf, name: &str) -> Result<(), ArchiveError> {
    path.push(name);
    let leads_elsewhere = matches!(name, "" | "." | "..") || name.contains(std::path::is_separator);
    if leads_elsewhere { Err(foreign(path)) } else { Ok(()) }
}

fn foreign(path: &Path) -> ArchiveError {
    ArchiveError::Foreign { path: path.display().to_string() }
}

fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

fn write_flushed(path: &Path, bytes: &[u8]) -> Result<(), ArchiveError> {
    let write = || -> std::io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|e| io("write", path, e))
}

/// Flushes a folder, since a name in it is durable only after that.
fn flush_folder(path: &Path) -> Result<(), ArchiveError> {
    if cfg!(unix) { File::open(path).and_then(|f| f.sync_all()).map_err(|e| io("flush", path, e)) } else { Ok(()) }
}
