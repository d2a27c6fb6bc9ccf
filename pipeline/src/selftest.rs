//! Compares the engine with the published statistics of public event logs, through the same SQL statements and the
//! same working clock that an office's figures come from.
//!
//! Reads   a folder: `NAME.csv` (one event per line: `case_id`, `activity`, `resource`, `end_utc`, `end_local`);
//!         `NAME.json` beside it (the statistics of its publisher and of PM4Py, and `columns` if the log has other
//!         column names); and `calendar_vectors.json` (working time between two instants, from the tests of other tools)
//! Gives   one check per statistic: the expected value, the value found here, and whether they agree
//! Rule    times agree to the millisecond, the precision of the logs; percentiles are nearest rank; an unknown name in
//!         the JSON is refused; a log that cannot be used does not stop the others

mod alignment_cost;
mod foreign;
mod published;
mod reference;

use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The statements that are run over a foreign log.
pub(crate) const LOG: FigureSql =
    FigureSql::new("log", include_str!("selftest/log.sql"), TimeScope::IncludingLater, EventScope::Berkas);

const VECTORS: &str = "calendar_vectors.json";

/// The value of a statistic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Statistic {
    /// A count.
    Count(u64),
    /// A duration.
    Seconds(f64),
}

impl std::fmt::Display for Statistic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(n) => n.fmt(f),
            Self::Seconds(s) => s.fmt(f),
        }
    }
}

/// One statistic: the expected value beside the value found here.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The name of the log, or of the vectors.
    pub log: String,
    /// The family of statistics.
    pub family: &'static str,
    /// The statistic within its family.
    pub statistic: String,
    /// The published value; `None` if none is published.
    pub expected: Option<Statistic>,
    /// The value computed here.
    pub found: Option<Statistic>,
    /// Whether both agree; `None` if no value is published.
    pub agrees: Option<bool>,
}

/// The result of the self-test.
#[derive(Debug)]
pub struct Selftest {
    /// The statistics of every log that can be used.
    pub checks: Vec<Check>,
    /// The logs that cannot be used.
    pub unusable: Vec<SelftestError>,
}

/// The self-test cannot be run, or a log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SelftestError {
    /// A file cannot be used.
    #[error("cannot use {path}: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The folder has nothing to compare with.
    #[error("{0} holds no log (NAME.csv with NAME.json beside it) and no calendar_vectors.json")]
    Nothing(PathBuf),
}

/// Checks every log and the vectors of a folder, in order of name.
///
/// # Errors
/// [`SelftestError`] when the folder cannot be read or there is nothing to compare with.
pub fn selftest(folder: &Path, told: &dyn Fn(u64, u64)) -> Result<Selftest, SelftestError> {
    let unreadable = |e: std::io::Error| SelftestError::File { path: folder.to_owned(), reason: e.to_string() };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    let mut result = Selftest { checks: Vec::new(), unusable: Vec::new() };
    paths.retain(|p| p.extension().is_some_and(|e| e == "json"));
    let of = paths.len() as u64;
    for (path, done) in paths.into_iter().zip(0_u64..) {
        told(done, of);
        match compare(&path) {
            Ok(checks) => result.checks.extend(checks),
            Err(reason) => result.unusable.push(SelftestError::File { path, reason }),
        }
    }
    let is_empty = result.checks.is_empty() && result.unusable.is_empty();
    if is_empty { Err(SelftestError::Nothing(folder.to_owned())) } else { Ok(result) }
}

/// Checks the statistics of one JSON file.
fn compare(path: &Path) -> Result<Vec<Check>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    if path.file_name().is_some_and(|name| name == VECTORS) {
        return published::vectors(&text);
    }
    let events = path.with_extension("csv");
    if !events.is_file() {
        return Err(format!("there is no {} beside it", events.display()));
    }
    published::log(&text, &events)
}
