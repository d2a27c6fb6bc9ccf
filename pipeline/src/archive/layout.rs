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
/// Kernel lock of the one writer.
pub(crate) const LOCK: &str = "_tertib/lock";

/// Folders that only the owner of the archive may open.
pub(crate) const PRIVATE: [&str; 3] = [PERSONS, QUARANTINE, WORK];

/// Folders whose files must all stand in the commit log.
pub(crate) const TABLES: [&str; 5] = [EVENTS, PERSONS, QUARANTINE, OUTAGES, STOCK];

/// File name of a commit.
pub(crate) fn commit_name(version: u64) -> String {
    format!("{version:020}.json")
}

/// Path of a part within the archive.
pub(crate) fn part_path(table: &str, month: Option<Month>, version: u64, ordinal: usize) -> String {
    match month {
        Some(month) => format!("{table}/bulan={month}/part-{version:08}-{ordinal:04}.parquet"),
        None => format!("{table}/part-{version:08}-{ordinal:04}.parquet"),
    }
}

/// What is being committed as that version: the decision point.
pub(crate) fn intent(version: u64) -> String {
    format!("{WORK}/intent-{version:020}.json")
}

/// Whether a file of the working folder is an intent.
pub(crate) fn is_intent(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|n| n.starts_with("intent-") && n.ends_with(".json"))
}
