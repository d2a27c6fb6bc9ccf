//! Disks: the folders of the office can be written, have room for bytes and for files, and the history lies on a local one.

use super::{Check, Subject, finding, mounts};
use crate::config::Config;
use anyhow::{Context, Result};
use schemas::Finding;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Space that a pull and the documents of a month need, generously.
const SPACE_MB: u64 = 1_024;
/// With less than this a pull fails.
const LEAST_SPACE_MB: u64 = 64;
/// Files that a pull and the documents of a month make, generously.
const FILES: u64 = 2_000;

/// What is left on a disk.
#[derive(Clone, Copy, Debug)]
struct Room {
    free_mb: u64,
    /// `None` where the file system makes file numbers as it needs them.
    free_files: Option<u64>,
}

/// What is free where the office writes, at the least, and what a pull and the documents of a month need, in MB; nothing where the
/// system does not tell it.
pub(crate) fn space_mb(config: &Config) -> Option<(u64, u64)> {
    let rooms = folders(config).into_iter().filter_map(|folder| rustix::fs::statvfs(nearest(&folder)).ok());
    let free = rooms.map(|space| space.f_bavail.saturating_mul(space.f_frsize) >> 20).min()?;
    Some((free, SPACE_MB))
}

/// The folders into which the office's programs write.
fn folders(config: &Config) -> Vec<PathBuf> {
    let mut folders = vec![config.folder.clone(), config.state_path(), config.archive_path(), config.reports_path()];
    // The configuration of a service lies where nothing else is written.
    if config.state_path() != config.folder {
        folders.remove(0);
    }
    folders.dedup();
    folders
}

/// Each folder is tried; the one with the least room is named.
pub(super) fn check(config: &Config) -> Check {
    let mut found = Vec::new();
    let mut rooms: Vec<(Room, PathBuf)> = Vec::new();
    for folder in folders(config) {
        match room(&folder) {
            Ok(room) => rooms.push((room, folder)),
            Err(fault) => found.push(finding("P021", format!("{fault:#}"))),
        }
    }
    found.extend(rooms.iter().min_by_key(|(room, _)| room.free_mb).and_then(|(room, folder)| of_space(*room, folder)));
    let files = rooms.iter().filter_map(|(room, folder)| Some((room.free_files?, folder))).min();
    found.extend(files.filter(|(free, _)| *free < FILES).map(|(free, folder)| Finding {
        code: "P024",
        place: folder.display().to_string(),
        count: free,
    }));
    found.extend(mounts::check(&config.history_path(), &nearest(&config.state_path())));
    Check::of(Subject::Disk, found)
}

fn of_space(room: Room, folder: &Path) -> Option<Finding> {
    let code = match room.free_mb {
        SPACE_MB.. => return None,
        LEAST_SPACE_MB.. => "P022",
        _ => "P023",
    };
    Some(finding(code, format!("{}: {} MB", folder.display(), room.free_mb)))
}

/// The folder, or what is there in its place or above it.
fn nearest(folder: &Path) -> PathBuf {
    let there = folder.ancestors().find(|folder| folder.symlink_metadata().is_ok());
    there.filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")).to_owned()
}

/// What is free where a folder is or will be, which must be possible to write into.
fn room(folder: &Path) -> Result<Room> {
    let folder = nearest(folder);
    let shown = folder.display();
    let write = tempfile::Builder::new().prefix(".tertib-probe").tempfile_in(&folder);
    let written = write.and_then(|mut file| file.write_all(&[0; 4_096]));
    let space = rustix::fs::statvfs(&folder).with_context(|| format!("{shown}"))?;
    let room = Room {
        free_mb: space.f_bavail.saturating_mul(space.f_frsize) >> 20,
        free_files: (space.f_files > 0).then_some(space.f_favail),
    };
    match written {
        // That there is no room is said as such.
        Err(_) if room.free_mb == 0 || room.free_files == Some(0) => Ok(room),
        Err(fault) => Err(fault).with_context(|| format!("{shown}")),
        Ok(()) => Ok(room),
    }
}
