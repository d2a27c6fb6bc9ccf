//! Files of the office outside of its archive: reading is bounded, replacing is atomic, and files with residents' data are
//! private.
//!
//! Invariant: a reader finds the whole old file or the whole new one. Invariant: a file is written under the name that was
//! given, never at the target of a link of that name; only regular files are read, up to a limit.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::Path;

/// Who may read what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Everyone whom the system's settings (umask) permit.
    Usual,
    /// Only the owner, whatever the settings are.
    Owner,
}

/// Reads a regular file of at most `most` bytes. A device, a pipe or a folder is refused.
///
/// # Errors
/// The error of the system; or that it is not a regular file, or is longer.
pub fn read_file(path: &Path, most: u64) -> Result<Vec<u8>> {
    // Opening a pipe would block, so its kind is checked before it is opened, and again after.
    let check_regular = |is_file: bool| {
        let irregular = || Error::new(ErrorKind::InvalidInput, "it is no ordinary file");
        if is_file { Ok(()) } else { Err(irregular()) }
    };
    check_regular(std::fs::metadata(path)?.is_file())?;
    let file = File::open(path)?;
    check_regular(file.metadata()?.is_file())?;
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Error::new(ErrorKind::FileTooLarge, format!("it is longer than {most} bytes")));
    }
    Ok(bytes)
}

/// How the name of a temporary file begins and ends.
const TEMPORARY: (&str, &str) = (".tertib-", ".tmp");

/// Whether a name is that of a temporary file, which a crash may leave.
#[must_use]
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1)
}

/// Replaces or creates a file atomically: writes a temporary file in the same folder, then renames it.
///
/// # Errors
/// The error of the system. The old file is then unchanged.
pub fn replace_file(path: &Path, bytes: &[u8], readers: Readers) -> Result<()> {
    let temporary = written_beside(path, bytes, readers)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    Ok(())
}

/// Does the same without making it durable: whoever reads the file sees all of it or the one before, and a crash of the machine may
/// leave neither.
///
/// # Errors
/// The error of the system.
pub(crate) fn replace_file_unflushed(path: &Path, bytes: &[u8]) -> Result<()> {
    written_beside(path, bytes, Readers::Usual)?.persist(path)?;
    Ok(())
}

/// Writes a file under another name beside its place.
fn written_beside(path: &Path, bytes: &[u8], readers: Readers) -> Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(match readers {
        Readers::Usual => 0o666,
        Readers::Owner => 0o600,
    }));
    #[cfg(not(unix))]
    let _ = readers;
    let mut temporary = builder.tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    Ok(temporary)
}

/// Gives a file a name that nothing has yet. Of two that give the same name, exactly one succeeds. The first name may go or stay.
///
/// # Errors
/// [`ErrorKind::AlreadyExists`] when the name is taken, [`ErrorKind::Unsupported`] when the file system has no way to do it.
pub fn name_if_absent(file: &Path, name: &Path) -> Result<()> {
    match std::fs::hard_link(file, name) {
        Err(e) if matches!(e.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) => {
            move_if_absent(file, name)
        }
        other => other,
    }
}

/// Moves a file or folder to a path where nothing is; a file where the file system has no hard links.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
pub(crate) fn move_if_absent(from: &Path, to: &Path) -> Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(crate) fn move_if_absent(_from: &Path, _to: &Path) -> Result<()> {
    Err(Error::new(ErrorKind::Unsupported, "the file system has no hard links"))
}

/// Creates a file that only its owner may read.
///
/// # Errors
/// [`ErrorKind::AlreadyExists`] when the name is taken, even by a dangling link.
pub fn create_private_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Creates the file of a key, which only its owner may read and nobody writes again.
///
/// # Errors
/// [`ErrorKind::AlreadyExists`] when the name is taken, even by a dangling link.
pub(crate) fn create_key_file(path: &Path, bytes: &[u8]) -> Result<()> {
    create_private_file(path, bytes)?;
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o400))?;
    Ok(())
}

/// Creates a folder and its parents. If it exists already, it must be a folder, not a link, and if it is for the owner
/// only, nobody else may be able to enter it.
///
/// # Errors
/// The error of the system; or that others may enter the folder, with what to do.
pub fn make_folder(path: &Path, readers: Readers) -> Result<()> {
    if let Some(above) = path.parent() {
        std::fs::create_dir_all(above)?;
    }
    let mut folder = DirBuilder::new();
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    }
    match folder.create(path) {
        Err(fault) if fault.kind() == ErrorKind::AlreadyExists => {}
        other => return other,
    }
    if !std::fs::symlink_metadata(path)?.is_dir() {
        return Err(Error::new(ErrorKind::NotADirectory, "it is no folder, or a link to one"));
    }
    match others_may(path)? {
        _ if readers == Readers::Usual => Ok(()),
        0 => Ok(()),
        _ => Err(Error::new(
            ErrorKind::PermissionDenied,
            format!("others may enter it; run `chmod 700 {}`, or name a folder that is not there yet", path.display()),
        )),
    }
}

/// Returns what the group and others may do with a file or folder, as permission bits (`0o044`: read). It is 0 on
/// systems without permission bits.
///
/// # Errors
/// The error of the system.
pub fn others_may(path: &Path) -> Result<u32> {
    Ok(mode(&std::fs::metadata(path)?.permissions()) & 0o077)
}

#[cfg(unix)]
fn mode(permissions: &Permissions) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(permissions)
}

#[cfg(not(unix))]
fn mode(_permissions: &Permissions) -> u32 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("a");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read_file(&path, 5).unwrap(), b"12345");
        assert_eq!(read_file(&path, 4).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(read_file(dir.path(), 5).unwrap_err().kind(), ErrorKind::InvalidInput);
        if cfg!(unix) {
            assert_eq!(read_file(Path::new("/dev/zero"), 5).unwrap_err().kind(), ErrorKind::InvalidInput);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_replaced_and_not_followed() {
        let dir = tempfile::TempDir::new().unwrap();
        let (victim, link) = (dir.path().join("victim"), dir.path().join("link"));
        std::fs::write(&victim, "mine").unwrap();
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        replace_file(&link, b"new", Readers::Owner).unwrap();
        assert_eq!(
            (std::fs::read(&victim).unwrap(), std::fs::read(&link).unwrap()),
            (b"mine".to_vec(), b"new".to_vec())
        );
        assert_eq!(others_may(&link).unwrap(), 0);
        let nowhere = dir.path().join("nowhere");
        std::os::unix::fs::symlink(dir.path().join("planted"), &nowhere).unwrap();
        assert_eq!(create_private_file(&nowhere, b"x").unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert!(!dir.path().join("planted").exists());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 3, "nothing is left beside them");
    }

    #[cfg(unix)]
    #[test]
    fn a_private_folder_that_others_may_enter_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::TempDir::new().unwrap();
        let folder = dir.path().join("a/b");
        make_folder(&folder, Readers::Owner).unwrap();
        make_folder(&folder, Readers::Owner).unwrap();
        assert_eq!(others_may(&folder).unwrap(), 0);
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o750)).unwrap();
        let fault = make_folder(&folder, Readers::Owner).unwrap_err().to_string();
        assert!(fault.contains("chmod 700"), "{fault}");
        std::os::unix::fs::symlink(dir.path(), dir.path().join("link")).unwrap();
        for readers in [Readers::Owner, Readers::Usual] {
            let fault = make_folder(&dir.path().join("link"), readers).unwrap_err();
            assert_eq!(fault.kind(), ErrorKind::NotADirectory);
        }
    }
}
