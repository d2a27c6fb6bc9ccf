//! The private files that were destroyed by decision, so that they are no damage.
//!
//! Reads   the disposals in the log, and whether what they name is gone
//! Gives   how many files and rows each disposal destroyed; A031 for one that is still there, A020 for one that no commit named

use super::super::commit_log::Commit;
use super::super::store::Store;
use super::super::{ArchiveError, FileEntry, layout};
use super::Verification;
use std::collections::BTreeMap;

pub(super) fn find(
    store: &dyn Store,
    commits: &[Commit],
    public_only: bool,
    result: &mut Verification,
) -> Result<(), ArchiveError> {
    let mut named: BTreeMap<&str, &FileEntry> = BTreeMap::new();
    for commit in commits {
        for file in commit.note.disposal.iter().flat_map(|disposal| &disposal.files) {
            let (files, rows) = result.destroyed.entry(commit.version).or_default();
            (*files, *rows) = (*files + 1, rows.saturating_add(file.rows));
            // Named once, and then destroyed once.
            if named.remove(file.path.as_str()) != Some(file) {
                result.find("A020", format!("{}: {}", layout::commit(commit.version), file.path));
            }
            if !public_only && store.kind(&file.path)?.is_some() {
                result.find("A031", file.path.clone());
            }
        }
        named.extend(commit.note.private_files().map(|file| (file.path.as_str(), file)));
    }
    Ok(())
}
