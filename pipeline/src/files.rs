//! Files of the office beside its archive: read within bounds, replaced at once, private where they hold residents' data.
//!
//! Invariant: whoever opens a file finds all of the old or all of the new one. Invariant: what is written goes to the name that
//! was given, never to where a link of that name leads; what is read is an ordinary file that ends.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::Path;

/// Who may read what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Whoever the system's settings (umask) let.
    Usual,
    /// The owner alone, whatever the settings are.
    Owner,
}

/// Reads an ordinary file of at most so many bytes; a device, a pipe or a folder is refused.
///
/// # Errors
/// What the system says, or that it is another kind of thing or longer.
pub fn read_file(path: &Path, most: u64) -> Result<Vec<u8>> {
    // A pipe would keep whoever opens it waiting, so that its kind is asked for first.
    let is_ordinary = |is_file: bool| {
        let other = || Error::new(ErrorKind::InvalidInput, "it is no ordinary file");
        if is_file { Ok(()) } else { Err(other()) }
    };
    is_ordinary(std::fs::metadata(path)?.is_file())?;
    let file = File::open(path)?;
    is_ordinary(file.metadata()?.is_file())?;
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Error::new(ErrorKind::FileTooLarge, format!("it is longer than {most} bytes")));
    }
    Ok(bytes)
}

/// Puts a file into the place of another, or of none, at once: it is written beside it under a name of its own.
///
/// # Errors
/// What the system says; the old file is then as it was.
pub fn replace_file(path: &Path, bytes: &[u8], readers: Readers) -> Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tertib-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(match readers {
        Readers::Usual => 0o666,
        Readers::Owner => 0o600,
    }));
    #[cfg(not(unix))]
    let _ = readers;
    let mut beside = builder.tempfile_in(folder)?;
    beside.write_all(bytes)?;
    beside.as_file().sync_all()?;
    beside.persist(path)?;
    Ok(())
}

/// Makes a file that was not there, for its owner alone.
///
/// # Errors
/// [`ErrorKind::AlreadyExists`] when something has that name, be it a link that leads nowhere.
pub fn create_private_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a folder, and those above it; one that is there must be a folder that nobody but the readers may enter, and no link.
///
/// # Errors
/// What the system says, or that others may enter the folder, with what to do.
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

/// What group and others may do with a file or folder, as the system's permission bits (`0o044`: read); 0 where it has none.
///
/// # Errors
/// What the system says.
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
