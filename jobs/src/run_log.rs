//! The log of a run that was due: a file of JSON lines for each slot, of bounded size.

use crate::config::Config;
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tracing_subscriber::fmt::MakeWriter;

/// A log is not longer than this.
const LIMIT: u64 = 8 << 20;

/// The folder of the logs.
const FOLDER: &str = "log";

/// The path of a slot's log, relative to the folder of the program's own files: a folder for each month.
pub(crate) fn path(job: &str, slot_s: i64) -> String {
    let at = DateTime::<Utc>::from_timestamp(slot_s, 0).unwrap_or_default();
    let safe: String = job.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    format!("{FOLDER}/{}/{}-{safe}.jsonl", at.format("%Y-%m"), slot(slot_s))
}

/// A slot as logs and file names write it.
pub(crate) fn slot(slot_s: i64) -> String {
    DateTime::<Utc>::from_timestamp(slot_s, 0).unwrap_or_default().format("%Y%m%dT%H%MZ").to_string()
}

/// A log that is open.
#[derive(Clone, Debug)]
pub(crate) struct RunLog(Arc<Mutex<Open>>);

#[derive(Debug)]
struct Open {
    file: File,
    length: u64,
}

impl RunLog {
    /// Opens the log of a slot, after what earlier attempts wrote.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn open(config: &Config, path: &str) -> Result<Self> {
        let path = config.state_path().join(path);
        let opened = || -> Result<Open> {
            pipeline::make_folder(path.parent().unwrap_or(Path::new(".")), pipeline::Readers::Usual)?;
            let file = File::options().create(true).append(true).open(&path)?;
            Ok(Open { length: file.metadata()?.len(), file })
        };
        let open = opened().with_context(|| format!("cannot write the log {}", path.display()))?;
        Ok(Self(Arc::new(Mutex::new(open))))
    }
}

impl<'a> MakeWriter<'a> for RunLog {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for RunLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.length < LIMIT {
            let length = open.length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            if length >= LIMIT {
                open.file
                    .write_all(b"{\"level\":\"WARN\",\"fields\":{\"message\":\"the log ends here: it is full\"}}\n")?;
            } else {
                open.file.write_all(bytes)?;
            }
            open.length = length;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Logs of runs that succeeded are kept for this long, those of others for longer.
const KEPT_DAYS: [i64; 2] = [400, 5 * 366];

/// Removes the logs whose time is over.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn sweep(config: &Config, now_s: i64, failed: impl Fn(&str) -> bool) -> io::Result<u64> {
    let folder = config.state_path().join(FOLDER);
    let mut removed = 0;
    for month in entries(&folder)? {
        for log in entries(&month)? {
            let Some(name) = log.file_name().and_then(|name| name.to_str()) else { continue };
            let Some(at) =
                name.get(..14).and_then(|at| DateTime::parse_from_str(&format!("{at}+0000"), "%Y%m%dT%H%MZ%z").ok())
            else {
                continue;
            };
            let days = (now_s - at.timestamp()) / 86_400;
            let relative = log.strip_prefix(config.state_path()).unwrap_or(&log).to_string_lossy().into_owned();
            let kept = KEPT_DAYS[usize::from(failed(&relative))];
            if days > kept {
                std::fs::remove_file(&log)?;
                removed += 1;
            }
        }
        if entries(&month)?.is_empty() {
            std::fs::remove_dir(&month)?;
        }
    }
    Ok(removed)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match std::fs::read_dir(folder) {
        Err(fault) if matches!(fault.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(fault) => Err(fault),
        Ok(read) => read.map(|entry| Ok(entry?.path())).collect(),
    }
}
