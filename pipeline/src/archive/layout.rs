//! Defines all names of files and folders in an archive, and recognizes their paths.
//!
//! Rule    a commit, intent, part or staging folder is recognized only if the function that makes its path returns the same one

use schemas::Month;

/// The public table, a Delta table that ordinary tools can read.
pub(crate) const EVENTS: &str = "events";
/// The commit log of the archive.
pub(crate) const LOG: &str = "events/_delta_log";
/// The private table.
pub(crate) const PERSONS: &str = "persons";
/// The rows that violate the contract.
pub(crate) const QUARANTINE: &str = "quarantine";
/// Snapshots of the outage log.
pub(crate) const OUTAGES: &str = "gangguan";
/// Snapshots of the blank-card stock.
pub(crate) const STOCK: &str = "blangko";
/// Which pseudonym under a new key stands for which one under the key before it.
pub(crate) const PSEUDONYMS: &str = "pseudonim";
/// The cached additive rows of past months, which can be recomputed at any time.
pub(crate) const FIGURES: &str = "figures";
/// The folder in which commits are prepared. Nothing in it belongs to the archive yet.
pub(crate) const STAGING: &str = "_tertib/staging";
/// The folder of files that only the writer needs.
pub(crate) const WORK: &str = "_tertib";
/// A copy of the newest commit's digest, so that a change to that commit is detected even before the next commit names it.
pub(crate) const HEAD: &str = "_tertib/head";
/// How far the tree of the log was written.
pub(crate) const TREE_SIZE: &str = "_tertib/tree";
/// The folder of the log: tiles, checkpoints and public keys.
pub(crate) const TREE: &str = "log";
/// The folder of the log of those who looked, which only the owner may open.
pub(crate) const ACCESSES: &str = "access";
/// How far that log was written.
pub(crate) const ACCESS_SIZE: &str = "_tertib/access";
/// The file on which whoever adds to that log holds a kernel lock.
pub(crate) const ACCESS_LOCK: &str = "_tertib/access-lock";
/// The newest signed checkpoint.
pub(crate) const CHECKPOINT: &str = "log/checkpoint";
/// The folder with every signed checkpoint.
pub(crate) const CHECKPOINTS: &str = "log/checkpoints";
/// The folder of public keys.
pub(crate) const PUBLIC_KEYS: &str = "log/keys";
/// The file on which the writer holds a kernel lock.
pub(crate) const LOCK: &str = "_tertib/lock";
/// Who serves the archive.
pub(crate) const SERVER: &str = "_tertib/server";

/// The folder of the bags of closed months.
pub(crate) const SEALS: &str = "seals";

/// Folders that only the owner of the archive may open.
pub(crate) const PRIVATE: [&str; 5] = [PERSONS, QUARANTINE, WORK, ACCESSES, SEALS];

/// Folders in which a file is replaced by one that was written under another name beside it; of the logs, in all folders below, too.
pub(crate) const REPLACED: [&str; 4] = [WORK, FIGURES, TREE, ACCESSES];

/// Returns whether files in a folder are replaced so.
fn is_replaced_in(folder: &str) -> bool {
    REPLACED.contains(&folder) || is_within_logs(folder)
}

/// Folders whose files must all be named in the commit log.
pub(crate) const TABLES: [&str; 6] = [EVENTS, PERSONS, QUARANTINE, OUTAGES, STOCK, PSEUDONYMS];

/// Returns the path of a commit within the archive.
pub(crate) fn commit(version: u64) -> String {
    format!("{LOG}/{version:020}.json")
}

/// Returns the version of a commit by its file name. The greatest number is not accepted, since no commit could follow it.
pub(crate) fn version_of_commit(name: &std::ffi::OsStr) -> Option<u64> {
    let digits = name.to_str()?.strip_suffix(".json").filter(|digits| digits.len() == 20)?;
    let version = digits.parse().ok().filter(|version: &u64| *version < u64::MAX)?;
    commit(version).ends_with(name.to_str()?).then_some(version)
}

/// Returns the path of a part within the archive.
pub(crate) fn part_path(table: &str, month: Option<Month>, version: u64, ordinal: usize) -> String {
    match month {
        Some(month) => format!("{table}/bulan={month}/part-{version:08}-{ordinal:04}.parquet"),
        None => format!("{table}/part-{version:08}-{ordinal:04}.parquet"),
    }
}

/// Returns whether a path is that of the folder of a table, or of one of its months.
pub(crate) fn is_folder_of_table(path: &str) -> bool {
    let (table, month) = path.split_once("/bulan=").map_or((path, None), |(table, month)| (table, Some(month)));
    TABLES.contains(&table) && month.is_none_or(|month| month.parse::<Month>().is_ok())
}

/// Converts the path of a public part within the archive to the path within its table, as the Delta log names it.
pub(crate) fn within_events(path: &str) -> &str {
    path.strip_prefix(EVENTS).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path)
}

/// Converts the path of a public part as the Delta log names it to the path within the archive.
pub(crate) fn of_events(path: &str) -> String {
    format!("{EVENTS}/{path}")
}

/// The components of the path of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartPath {
    pub(crate) table: &'static str,
    pub(crate) month: Option<Month>,
    pub(crate) version: u64,
}

/// Parses the path of a part; `None` unless [`part_path`] returns the same path.
pub(crate) fn part(path: &str) -> Option<PartPath> {
    let (table, rest) = path.split_once('/')?;
    let table = TABLES.into_iter().find(|name| *name == table)?;
    let (month, name) = match rest.split_once('/') {
        Some((folder, name)) => (Some(folder.strip_prefix("bulan=")?.parse().ok()?), name),
        None => (None, rest),
    };
    let (version, ordinal) = name.strip_prefix("part-")?.strip_suffix(".parquet")?.split_once('-')?;
    let (version, ordinal) = (version.parse().ok()?, ordinal.parse().ok()?);
    (part_path(table, month, version, ordinal) == path).then_some(PartPath { table, month, version })
}

/// Returns the path of a file of the bag of a closed month, by its path within the bag.
pub(crate) fn sealed_path(month: Month, path: &str) -> String {
    format!("{SEALS}/{month}/{path}")
}

/// Parses the path of a file of such a bag: the month, and the path within the bag; `None` unless [`sealed_path`] returns the same
/// path, which leads nowhere else.
pub(crate) fn sealed(path: &str) -> Option<(Month, &str)> {
    let (month, within) = path.strip_prefix(SEALS)?.strip_prefix('/')?.split_once('/')?;
    let month = month.parse().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-=".contains(&byte);
    let is_name = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(is_plain);
    (within.split('/').all(is_name) && sealed_path(month, within) == path).then_some((month, within))
}

/// Returns whether a file of such a bag names residents.
pub(crate) fn is_private_of_bag(path: &str) -> bool {
    sealed(path).is_some_and(|(_, within)| within.starts_with("data/pribadi/"))
}

/// Returns the path of the checkpoint of a tree of that size.
pub(crate) fn checkpoint(size: u64) -> String {
    LogFolder::OF_ROWS.checkpoint(size)
}

/// Returns the path of a tile by its path within the log.
pub(crate) fn tile(tile: &str) -> String {
    LogFolder::OF_ROWS.file(tile)
}

/// Returns whether a path is that of the folder of a log, or leads into one.
pub(crate) fn is_within_logs(path: &str) -> bool {
    [TREE, ACCESSES]
        .iter()
        .any(|log| path.strip_prefix(log).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Returns whether a path is one of the logs.
pub(crate) fn is_of_logs(path: &str) -> bool {
    path == ACCESS_SIZE || [TREE, ACCESSES].iter().any(|log| path.strip_prefix(log).is_some_and(|p| p.starts_with('/')))
}

/// The folder of a log, whose files have the same names in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogFolder(&'static str);

impl LogFolder {
    /// The log of rows and commits.
    pub(crate) const OF_ROWS: Self = Self(TREE);
    /// The log of those who looked.
    pub(crate) const OF_ACCESSES: Self = Self(ACCESSES);

    /// Returns the path of a file within the log.
    pub(crate) fn file(self, name: &str) -> String {
        format!("{}/{name}", self.0)
    }

    /// Returns the path of the newest signed checkpoint.
    pub(crate) fn newest(self) -> String {
        self.file("checkpoint")
    }

    /// Returns the path of the checkpoint of a tree of that size.
    pub(crate) fn checkpoint(self, size: u64) -> String {
        self.file(&format!("checkpoints/{size}"))
    }

    /// Returns the path of a public key in a form that its ending names.
    pub(crate) fn public_key(self, digits: &str, ending: &str) -> String {
        self.file(&format!("keys/{digits}.{ending}"))
    }
}

/// Returns the path of the intent for a version. Storing this file is the decision point of a commit.
pub(crate) fn intent(version: u64) -> String {
    format!("{WORK}/intent-{version:020}.json")
}

/// Returns the version of an intent by its file name.
pub(crate) fn version_of_intent(name: &std::ffi::OsStr) -> Option<u64> {
    let version = name.to_str()?.strip_prefix("intent-")?.strip_suffix(".json")?.parse().ok()?;
    intent(version).ends_with(name.to_str()?).then_some(version)
}

/// Returns the path of a staging folder for a commit of that version. A writer takes the first attempt that is free.
pub(crate) fn staging(version: u64, attempt: u32) -> String {
    format!("{STAGING}/{version}-{attempt}")
}

/// Returns whether a path is that of a staging folder.
pub(crate) fn is_staging(path: &str) -> bool {
    let name = path.strip_prefix(STAGING).and_then(|rest| rest.strip_prefix('/')?.split_once('-'));
    name.and_then(|(version, attempt)| Some(staging(version.parse().ok()?, attempt.parse().ok()?)))
        .is_some_and(|of| of == path)
}

/// Returns whether a path is that of a temporary file that was going to replace another file.
pub(crate) fn is_unfinished(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(folder, name)| is_replaced_in(folder) && crate::files::is_temporary(name))
}

/// Returns whether a path is that of a file that a writer is preparing. Inside a staging folder, any name is allowed.
pub(crate) fn is_staged(path: &str) -> bool {
    is_unfinished(path) || path.rsplit_once('/').is_some_and(|(folder, _)| is_staging(folder))
}

/// Returns whether a path is that of cached additive rows of a month.
pub(crate) fn is_kept_figure(path: &str) -> bool {
    let name = path.strip_prefix(FIGURES).and_then(|rest| rest.strip_prefix('/')?.strip_suffix(".parquet"));
    let is_digest = |text: &str| text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let is_month = |year: &str, month: &str| format!("{year}-{month}").parse::<Month>().is_ok();
    match name.map(|name| name.split('-').collect::<Vec<_>>()).as_deref() {
        Some([year, month, "past" | "ahead", key, digest]) => {
            is_month(year, month) && is_digest(key) && is_digest(digest)
        }
        _ => false,
    }
}
