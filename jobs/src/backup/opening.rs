//! Opens the target that a `[[backup]]` of the configuration describes.

use super::command::{Carried, fetch};
use super::folder::Folder;
use super::s3::S3;
use super::target::Target;
use crate::config::{BackupSection, Place};
use anyhow::Result;
use std::path::Path;

/// Opens a target for a backup; `None` where its disk is not plugged in. Where an earlier backup is known of, the folder must be the
/// one that holds it: an empty mount point is not written to.
pub(super) fn to_write(section: &BackupSection, home: &Path, is_known: bool) -> Result<Option<Box<dyn Target>>> {
    Ok(match section.place(home) {
        Place::Bucket { bucket, prefix } => Some(Box::new(S3::open(section, home, &bucket, prefix)?)),
        Place::Folder(root) => {
            let folder = Folder::at(root);
            if is_known && !folder.was_used() || section.removable && !folder.is_there() {
                return if section.removable { Ok(None) } else { Err(folder.absent()) };
            }
            if section.command.is_empty() {
                Some(Box::new(folder))
            } else {
                Some(Box::new(Carried::new(folder, section.command.clone())))
            }
        }
    })
}

/// Opens a target for a trial of restoring it; `None` where its disk is not plugged in, or where no backup was made yet.
pub(super) fn to_try(section: &BackupSection, home: &Path, is_known: bool) -> Result<Option<Box<dyn Target>>> {
    if let Place::Folder(root) = section.place(home)
        && section.fetch.is_empty()
        && (section.removable || !is_known)
        && !Folder::at(root).is_there()
    {
        return Ok(None);
    }
    to_read(section, home).map(Some)
}

/// Opens a target that is read: to restore from it, or to try that. What a program carried away is brought back first, into a folder
/// that goes with the value.
pub(super) fn to_read(section: &BackupSection, home: &Path) -> Result<Box<dyn Target>> {
    Ok(match section.place(home) {
        Place::Bucket { bucket, prefix } => Box::new(S3::open(section, home, &bucket, prefix)?),
        Place::Folder(_) if !section.fetch.is_empty() => Box::new(fetch(&section.fetch)?),
        Place::Folder(root) => {
            let folder = Folder::at(root);
            if !folder.is_there() {
                return Err(folder.absent());
            }
            Box::new(folder)
        }
    })
}
