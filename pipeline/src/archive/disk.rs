//! Files and folders that are safe on the disk before anything counts on them.

use super::{ArchiveError, io, layout};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Makes `bytes` appear at `path` at once, or fails when something is there. `waiting` is a file that holds the bytes.
pub(super) fn put_if_absent(path: &Path, bytes: &[u8], waiting: &Path) -> Result<(), ArchiveError> {
    if !waiting.exists() {
        write_flushed(waiting, bytes)?;
    }
    let linked = match std::fs::hard_link(waiting, path) {
        // A file system without links still has O_EXCL.
        Err(e) if matches!(e.kind(), std::io::ErrorKind::Unsupported | std::io::ErrorKind::PermissionDenied) => {
            File::create_new(path).and_then(|mut f| {
                f.write_all(bytes)?;
                f.sync_all()
            })
        }
        other => other,
    };
    match linked {
        Ok(()) => path.parent().map_or(Ok(()), flush_folder),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(ArchiveError::Conflict { path: path.display().to_string() })
        }
        Err(e) => Err(io("write", path, e)),
    }
}

pub(super) fn write_flushed(path: &Path, bytes: &[u8]) -> Result<(), ArchiveError> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let write = || -> std::io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|e| io("write", path, e))
}

pub(super) fn make_folder(path: &Path) -> Result<(), ArchiveError> {
    std::fs::create_dir_all(path).map_err(|e| io("make", path, e))
}

/// Takes the private folders away from everybody but their owner.
pub(super) fn restrict(root: &Path) -> Result<(), ArchiveError> {
    #[cfg(unix)]
    for folder in layout::PRIVATE.map(|name| root.join(name)).iter().filter(|f| f.exists()) {
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
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io("clear", path, e)),
        _ => Ok(()),
    }
}

pub(super) fn remove(path: &Path) -> Result<(), ArchiveError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io("remove", path, e)),
        _ => Ok(()),
    }
}

pub(super) fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}
