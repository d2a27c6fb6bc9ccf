//! Who else may read the personal data of the archive.
//!
//! Reads   the permissions of the private folders, and of the files in them
//! Gives   A033 for each folder that others may open and in which they may read a file

use super::super::commit_log::Commit;
use super::super::disposal::disposed;
use super::super::layout;
use super::Verification;
use crate::files::others_may;
use std::collections::BTreeSet;
use std::path::Path;

const READ: u32 = 0o044;
const ENTER: u32 = 0o011;

/// Looks at the private files that the log names; what is missing is another finding.
pub(super) fn find(root: &Path, commits: &[Commit], result: &mut Verification) {
    let destroyed = disposed(commits);
    let mut open: BTreeSet<&str> = BTreeSet::new();
    for file in commits.iter().flat_map(|commit| commit.note.private_files()) {
        let folder = file.path.split('/').next().unwrap_or_default();
        if !destroyed.contains_key(&file.path) && !open.contains(folder) && is_open(root, &file.path) {
            open.insert(folder);
        }
    }
    debug_assert!(open.iter().all(|folder| layout::PRIVATE.contains(folder)), "a private file in a public folder");
    open.into_iter().for_each(|folder| result.find("A033", format!("{folder}/")));
}

/// Whether others may open every folder above a file, and read it.
fn is_open(root: &Path, path: &str) -> bool {
    let may = |path: &str, bits| others_may(&root.join(path)).is_ok_and(|may| may & bits != 0);
    path.match_indices('/').all(|(end, _)| may(&path[..end], ENTER)) && may(path, READ)
}
