//! Files and folders that are safe on the disk before anything counts on them, and are what they seem when they are read.
//!
//! Invariant: nothing outside the archive's folder is read, written or removed, whatever a name or a link in it says: paths are
//! walked folder by folder, and neither links nor devices are opened.

use super::{ArchiveError, io, layout};
use std::collections::BTreeSet;
use std::fs::{File, FileType};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// No commit, intent or other file of the log is longer.
pub(super) const LONGEST_LOG_BYTES: u64 = 64 << 20;

/// The bytes of a file of the archive, which holds `most` at most.
pub(crate) fn read_file(root: &Path, within: &str, most: u64) -> Result<Vec<u8>, ArchiveError> {
    let (file, path) = open_file(root, within)?;
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

/// Opens a file of the archive for reading. Folders on the way must be folders and the file an ordinary one: neither links, which
/// may lead out, nor pipes and devices, which may never end.
fn open_file(root: &Path, within: &str) -> Result<(File, PathBuf), ArchiveError> {
    let path = beneath(root, within)?;
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
    // It may have been exchanged meanwhile.
    let kind = file.metadata().map_err(|e| io("read", &path, e))?.file_type();
    if kind.is_file() { Ok((file, path)) } else { Err(foreign(&path)) }
}

/// The place of a path within the archive, reached through folders only. The last name need not be there.
fn beneath(root: &Path, within: &str) -> Result<PathBuf, ArchiveError> {
    let mut path = root.to_owned();
    let mut names = within.split('/').peekable();
    while let Some(name) = names.next() {
        path.push(name);
        if matches!(name, "" | "." | "..") || name.contains(std::path::is_separator) {
            return Err(foreign(&path));
        }
        if names.peek().is_some() {
            require(&path, FileType::is_dir)?;
        }
    }
    Ok(path)
}

fn require(path: &Path, is_kind: impl Fn(&FileType) -> bool) -> Result<(), ArchiveError> {
    let kind = std::fs::symlink_metadata(path).map_err(|e| io("read", path, e))?.file_type();
    if is_kind(&kind) { Ok(()) } else { Err(foreign(path)) }
}

fn foreign(path: &Path) -> ArchiveError {
    ArchiveError::Foreign { path: path.display().to_string() }
}

/// Whether a file of the archive stands there.
pub(super) fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// Makes the bytes of `waiting` appear at `path` at once, or fails when something is there. `waiting` is written first, where it
/// does not stand yet.
pub(super) fn put_if_absent(path: &Path, bytes: &[u8], waiting: &Path) -> Result<(), ArchiveError> {
    if !is_there(waiting) {
        write_flushed(waiting, bytes)?;
    }
    let put = match std::fs::hard_link(waiting, path) {
        Err(e) if matches!(e.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) => {
            move_if_absent(waiting, path)
        }
        other => other,
    };
    match put {
        Ok(()) => path.parent().map_or(Ok(()), flush_folder),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {
            Err(ArchiveError::Conflict { path: path.display().to_string() })
        }
        Err(e) => Err(io("write", path, e)),
    }
}

/// The same on a file system without links.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn move_if_absent(from: &Path, to: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn move_if_absent(_from: &Path, _to: &Path) -> std::io::Result<()> {
    Err(std::io::Error::new(ErrorKind::Unsupported, "the file system has no hard links"))
}

pub(super) fn write_flushed(path: &Path, bytes: &[u8]) -> Result<(), ArchiveError> {
    let write = || -> std::io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|e| io("write", path, e))
}

/// Makes the folder of the archive, or the archive's own where `within` is empty, and those above it. What only the owner may
/// open is made so.
pub(crate) fn make_folder(root: &Path, within: &str) -> Result<PathBuf, ArchiveError> {
    std::fs::create_dir_all(root).map_err(|e| io("make", root, e))?;
    let mut path = root.to_owned();
    for name in within.split('/').filter(|name| !name.is_empty()) {
        path.push(name);
        let mut folder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        if layout::PRIVATE.iter().any(|private| root.join(private) == path) {
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

/// Takes the private folders away from everybody but their owner.
pub(super) fn restrict(root: &Path) -> Result<(), ArchiveError> {
    #[cfg(unix)]
    for folder in layout::PRIVATE.map(|name| root.join(name)).iter().filter(|folder| is_there(folder)) {
        require(folder, FileType::is_dir)?;
        let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(folder, owner_only).map_err(|e| io("restrict", folder, e))?;
    }
    Ok(())
}

/// A name in a folder is safe only after the folder was flushed too.
fn flush_folder(path: &Path) -> Result<(), ArchiveError> {
    if cfg!(unix) { File::open(path).and_then(|f| f.sync_all()).map_err(|e| io("flush", path, e)) } else { Ok(()) }
}

/// Flushes folders and those above them, since each may have been made just now; each once.
pub(super) fn flush_up_to<'a>(root: &Path, folders: impl IntoIterator<Item = &'a Path>) -> Result<(), ArchiveError> {
    let above = |folder: &'a Path| folder.ancestors().take_while(|f| f.starts_with(root));
    let all: BTreeSet<&Path> = folders.into_iter().flat_map(above).collect();
    all.into_iter().rev().try_for_each(flush_folder)
}

pub(super) fn remove_folder(path: &Path) -> Result<(), ArchiveError> {
    match std::fs::remove_dir_all(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(io("clear", path, e)),
        _ => Ok(()),
    }
}

pub(super) fn remove(path: &Path) -> Result<(), ArchiveError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(io("remove", path, e)),
        _ => Ok(()),
    }
}

pub(super) fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}
