//! The engine against public event logs whose figures others have published.
//!
//! Reads   a folder: `NAME.csv` (one event per line: `case_id`, `activity`, `resource`, `end_utc`, `end_local`) with
//!         `NAME.json` beside it (what its publisher and PM4Py say of it; `columns` where the log names them otherwise), and `calendar_vectors.json` (working time between two
//!         instants, from the tests of other tools)
//! Gives   one check per statistic: what they say, what the same SQL stages and working clock give that the office's figures come
//!         from, and whether both agree
//! Rule    times agree to the millisecond, the precision of the logs; percentiles are nearest rank; a name in the JSON that has no
//!         meaning is refused, and a log that cannot be used does not stop the others

mod alignment_cost;
mod foreign;
mod published;
mod said;

use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The statements over a foreign log.
pub(crate) const LOG: FigureSql =
    FigureSql::new("log", include_str!("selftest/log.sql"), TimeScope::IncludingLater, EventScope::Berkas);

const VECTORS: &str = "calendar_vectors.json";

/// A number that others and we say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Statistic {
    /// How many.
    Count(u64),
    /// How long.
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

/// One statistic, said by others and computed by us.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The log, or the vectors.
    pub log: String,
    /// Which family of statistics.
    pub family: &'static str,
    /// Which one of it.
    pub statistic: String,
    /// What they say; none where they say nothing.
    pub expected: Option<Statistic>,
    /// What we found.
    pub found: Option<Statistic>,
    /// Whether both agree; none where they say nothing.
    pub agrees: Option<bool>,
}

/// What came of the self-test.
#[derive(Debug)]
pub struct Selftest {
    /// Every statistic of every log that can be used.
    pub checks: Vec<Check>,
    /// The logs that cannot.
    pub unusable: Vec<SelftestError>,
}

/// The self-test cannot be run, or a log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SelftestError {
    /// A file cannot be used.
    #[error("cannot use {path}: {reason}")]
    File {
        /// Which one.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The folder has nothing to compare with.
    #[error("{0} holds no log (NAME.csv with NAME.json beside it) and no calendar_vectors.json")]
    Nothing(PathBuf),
}

/// Every log and vector of the folder, in order of name.
///
/// # Errors
/// [`SelftestError`] when the folder cannot be read or there is nothing to compare with.
pub fn selftest(folder: &Path) -> Result<Selftest, SelftestError> {
    let unreadable = |e: std::io::Error| SelftestError::File { path: folder.to_owned(), reason: e.to_string() };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    let mut result = Selftest { checks: Vec::new(), unusable: Vec::new() };
    for path in paths.into_iter().filter(|p| p.extension().is_some_and(|e| e == "json")) {
        match compared(&path) {
            Ok(checks) => result.checks.extend(checks),
            Err(reason) => result.unusable.push(SelftestError::File { path, reason }),
        }
    }
    let is_empty = result.checks.is_empty() && result.unusable.is_empty();
    if is_empty { Err(SelftestError::Nothing(folder.to_owned())) } else { Ok(result) }
}

/// What one JSON file says beside what we find.
fn compared(path: &Path) -> Result<Vec<Check>, String> {
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
