//! The engine against public event logs whose figures others have published.
//!
//! Reads   a folder: `NAME.csv` (one event per line: `case_id`, `activity`, `resource`, `end_utc`, `end_local`) with
//!         `NAME.json` beside it (what its publisher and PM4Py say of it; `columns` where the log names them otherwise), and `calendar_vectors.json` (working time between two
//!         instants, from the tests of other tools)
//! Gives   one check per statistic: what they say, what the same SQL stages and working clock give that the office's figures come
//!         from, and whether both agree
//! Rule    times agree to the millisecond, the precision of the logs; percentiles are nearest rank

mod expected;
mod foreign;

use crate::stages::additive::{FigureSql, Reach, Sight};
use schemas::CalendarError;
use std::path::{Path, PathBuf};

/// The statements over a foreign log.
pub(crate) const LOG: FigureSql = FigureSql::new("log", include_str!("selftest/log.sql"), Sight::Ahead, Reach::Berkas);

const VECTORS: &str = "calendar_vectors.json";

/// One statistic, said by others and computed by us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The log, or the vectors.
    pub log: String,
    /// Which family of statistics.
    pub family: &'static str,
    /// Which one of it.
    pub statistic: String,
    /// What they say.
    pub expected: String,
    /// What we found.
    pub found: String,
    /// Whether both agree.
    pub agrees: bool,
}

/// The self-test cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum SelftestError {
    /// A file cannot be read.
    #[error("cannot read {path}: {reason}")]
    Read {
        /// Which one.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The folder has nothing to compare with.
    #[error("{0} holds no log (NAME.csv with NAME.json beside it) and no calendar_vectors.json")]
    Nothing(PathBuf),
    /// A statement failed.
    #[error("the statistics of {log} could not be computed: {reason}")]
    Statement {
        /// Of which log.
        log: String,
        /// What the engine said.
        reason: String,
    },
    /// An instant lies outside the calendar of the test.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

/// Every log and vector of the folder, in order of name.
///
/// # Errors
/// [`SelftestError`] when there is nothing to compare with, or a file cannot be used.
pub fn selftest(folder: &Path) -> Result<Vec<Check>, SelftestError> {
    let unreadable = |e: std::io::Error| SelftestError::Read { path: folder.to_owned(), reason: e.to_string() };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    let mut checks = Vec::new();
    for path in paths.into_iter().filter(|p| p.extension().is_some_and(|e| e == "json")) {
        let fault = |reason: String| SelftestError::Read { path: path.clone(), reason };
        let events = path.with_extension("csv");
        let is_vectors = path.file_name().is_some_and(|name| name == VECTORS);
        if !is_vectors && !events.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|e| fault(e.to_string()))?;
        let said: serde_json::Value = serde_json::from_str(&text).map_err(|e| fault(e.to_string()))?;
        checks.extend(if is_vectors { expected::vectors(&said)? } else { expected::log(&said, &events)? });
    }
    if checks.is_empty() { Err(SelftestError::Nothing(folder.to_owned())) } else { Ok(checks) }
}
