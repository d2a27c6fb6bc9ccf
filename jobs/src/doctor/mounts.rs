//! On which kind of file system a folder lies, from the system's table of mounts.

use super::finding;
use schemas::Finding;
use std::path::{Path, PathBuf};

/// Where the kernel of Linux tells what is mounted.
const TABLE: &str = "/proc/self/mounts";

/// File systems that other computers keep, and over which locks may not hold.
const NETWORK: [&str; 16] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "gfs2",
    "ncpfs",
    "fuse.sshfs",
    "fuse.glusterfs",
    "fuse.rclone",
    "davfs",
];

/// A finding if a database file lies, or will lie, in a folder that another computer keeps; none where nobody tells.
pub(super) fn check(database: &Path, folder: &Path) -> Option<Finding> {
    let table = std::fs::read_to_string(TABLE).ok()?;
    on_network(database, &folder.canonicalize().ok()?, &table)
}

fn on_network(database: &Path, folder: &Path, table: &str) -> Option<Finding> {
    let kind = kind_of(folder, table).filter(|kind| NETWORK.contains(&kind.as_str()))?;
    Some(finding("P025", format!("{} ({kind})", database.display())))
}

/// The kind of the innermost mount that holds a path; of two at the same place the later one.
fn kind_of(path: &Path, table: &str) -> Option<String> {
    let mount = |line: &str| {
        let mut words = line.split(' ').skip(1);
        Some((PathBuf::from(unescaped(words.next()?)), words.next()?.to_owned()))
    };
    let holding = table.lines().filter_map(mount).filter(|(point, _)| path.starts_with(point));
    holding.max_by_key(|(point, _)| point.components().count()).map(|(_, kind)| kind)
}

/// A mount point in the words of the table, in which a blank is `\040`.
fn unescaped(word: &str) -> String {
    word.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_mount_decides() {
        let table = "/dev/sda1 / ext4 rw 0 0\nnas:/data /srv nfs4 rw 0 0\n/dev/sdb1 /srv/disk\\040satu xfs rw 0 0\n\
                     tmpfs /srv/lapis tmpfs rw 0 0\n//nas/x /srv/lapis cifs rw 0 0\n";
        let kind = |path: &str| kind_of(Path::new(path), table).unwrap();
        assert_eq!(kind("/var/lib/tertib"), "ext4");
        assert_eq!(kind("/srv/tertib"), "nfs4");
        assert_eq!(kind("/srv/disk satu/tertib"), "xfs");
        assert_eq!(kind("/srv/lapis/tertib"), "cifs");
        assert_eq!(kind("/srvx"), "ext4");
        let code =
            |folder: &str| on_network(Path::new("riwayat.sqlite"), Path::new(folder), table).map(|found| found.code);
        assert_eq!(code("/srv/tertib"), Some("P025"));
        assert_eq!(code("/srv/lapis"), Some("P025"));
        assert_eq!(code("/srv/disk satu"), None);
        assert_eq!(check(Path::new("riwayat.sqlite"), Path::new("/proc")), None);
    }
}
