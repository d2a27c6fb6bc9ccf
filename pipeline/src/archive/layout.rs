//! Every fixed name inside an archive folder.

use schemas::Month;

/// Public table: the Delta table that ordinary tools read.
pub(crate) const EVENTS: &str = "events";
/// The commit log of the archive.
pub(crate) const LOG: &str = "events/_delta_log";
/// Private table.
pub(crate) const PERSONS: &str = "persons";
/// Rows that broke the contract.
pub(crate) const QUARANTINE: &str = "quarantine";
/// Snapshots of the outage log.
pub(crate) const OUTAGES: &str = "gangguan";
/// Snapshots of the blank-card stock.
pub(crate) const STOCK: &str = "blangko";
/// Additive rows of months that are over; can be computed anew at any time.
pub(crate) const FIGURES: &str = "figures";
/// Where a commit is prepared; nothing in it counts.
pub(crate) const STAGING: &str = "_tertib/staging";
/// What only the writer needs.
pub(crate) const WORK: &str = "_tertib";
/// The newest commit's digest once more, so that a change of that commit is seen before another names it.
pub(crate) const HEAD: &str = "_tertib/head";
/// Kernel lock of the one writer.
pub(crate) const LOCK: &str = "_tertib/lock";

/// Folders that only the owner of the archive may open.
pub(crate) const PRIVATE: [&str; 3] = [PERSONS, QUARANTINE, WORK];

/// Folders whose files must all stand in the commit log.
pub(crate) const TABLES: [&str; 5] = [EVENTS, PERSONS, QUARANTINE, OUTAGES, STOCK];

/// Path of a commit within the archive.
pub(crate) fn commit(version: u64) -> String {
    format!("{LOG}/{version:020}.json")
}

/// The version of the commit that a file of the log is. After the greatest number there could be no other, so that it is none.
pub(crate) fn version_of_commit(name: &std::ffi::OsStr) -> Option<u64> {
    let digits = name.to_str()?.strip_suffix(".json").filter(|digits| digits.len() == 20)?;
    let version = digits.parse().ok().filter(|version: &u64| *version < u64::MAX)?;
    commit(version).ends_with(name.to_str()?).then_some(version)
}

/// Path of a part within the archive.
pub(crate) fn part_path(table: &str, month: Option<Month>, version: u64, ordinal: usize) -> String {
    match month {
        Some(month) => format!("{table}/bulan={month}/part-{version:08}-{ordinal:04}.parquet"),
        None => format!("{table}/part-{version:08}-{ordinal:04}.parquet"),
    }
}

/// Whether a path is that of a table, or of its folder of a month.
pub(crate) fn is_folder_of_table(path: &str) -> bool {
    let (table, month) = path.split_once("/bulan=").map_or((path, None), |(table, month)| (table, Some(month)));
    TABLES.contains(&table) && month.is_none_or(|month| month.parse::<Month>().is_ok())
}

/// The path of a public part within its table, as the Delta log names it.
pub(crate) fn within_events(path: &str) -> &str {
    path.strip_prefix(EVENTS).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path)
}

/// The path within the archive of a public part that the Delta log names.
pub(crate) fn of_events(path: &str) -> String {
    format!("{EVENTS}/{path}")
}

/// What the path of a part says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartPath {
    pub(crate) table: &'static str,
    pub(crate) month: Option<Month>,
    pub(crate) version: u64,
}

/// Reads the path of a part; none where [`part_path`] would not give it.
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

/// What is being committed as that version: the decision point.
pub(crate) fn intent(version: u64) -> String {
    format!("{WORK}/intent-{version:020}.json")
}

/// The version of the intent that a file of the working folder is.
pub(crate) fn version_of_intent(name: &std::ffi::OsStr) -> Option<u64> {
    let version = name.to_str()?.strip_prefix("intent-")?.strip_suffix(".json")?.parse().ok()?;
    intent(version).ends_with(name.to_str()?).then_some(version)
}

/// Path of the folder in which a writer prepares a commit of that version, the first that is free.
pub(crate) fn staging(version: u64, attempt: u32) -> String {
    format!("{STAGING}/{version}-{attempt}")
}

/// Whether a path is that of a folder in which a writer prepares a commit.
pub(crate) fn is_staging(path: &str) -> bool {
    let name = path.strip_prefix(STAGING).and_then(|rest| rest.strip_prefix('/')?.split_once('-'));
    name.and_then(|(version, attempt)| Some(staging(version.parse().ok()?, attempt.parse().ok()?)))
        .is_some_and(|of| of == path)
}

/// Whether a path is that of a file that is to replace another, and is not finished yet.
pub(crate) fn is_unfinished(path: &str) -> bool {
    path.rsplit_once('/')
        .is_some_and(|(folder, name)| [WORK, FIGURES].contains(&folder) && crate::files::is_temporary(name))
}

/// Whether a path is one of a file that a writer prepares; what it needs for that has names of its own.
pub(crate) fn is_staged(path: &str) -> bool {
    is_unfinished(path) || path.rsplit_once('/').is_some_and(|(folder, _)| is_staging(folder))
}

/// Whether a path is one under which additive rows of a month are kept.
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
