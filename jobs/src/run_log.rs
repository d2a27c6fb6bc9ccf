//! The log of a run that was due: a file of JSON lines for each slot, of bounded size.

mod lines;

pub(crate) use lines::lines;

use crate::clock;
use crate::config::Config;
use anyhow::{Context, Result};
use chrono::{DateTime, SecondsFormat};
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
    let at = clock::instant(slot_s);
    let safe: String = job.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    format!("{FOLDER}/{}/{}-{safe}.jsonl", at.format("%Y-%m"), slot(slot_s))
}

/// A slot as logs and file names write it.
pub(crate) fn slot(slot_s: i64) -> String {
    clock::instant(slot_s).format("%Y%m%dT%H%MZ").to_string()
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

impl RunLog {
    /// Adds a line to it that its run cannot write any more.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn add(mut self, config: &Config, message: &str) -> io::Result<()> {
        let at = clock::now().with_timezone(&config.zone()).to_rfc3339_opts(SecondsFormat::Millis, true);
        let line = serde_json::json!({"timestamp": at, "level": "WARN", "message": message});
        self.write_all(format!("{line}\n").as_bytes())
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

/// The log of a slot that was due so long ago is packed, unless a run writes it.
const LOOSE_DAYS: i64 = 7;

/// What a packed log is called beside its name.
const PACKED: &str = ".zst";

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    /// Logs that were removed.
    pub removed: u64,
    /// Logs that were packed.
    pub packed: u64,
}

/// Packs the logs that have become old, and removes those whose time is over. To be called with a clock that is believed.
///
/// # Errors
/// When a file cannot be read or written.
pub(crate) fn sweep(
    config: &Config,
    now_s: i64,
    failed: impl Fn(&str) -> bool,
    is_written: impl Fn(&str) -> bool,
) -> io::Result<Swept> {
    let home = config.state_path();
    let mut swept = Swept::default();
    for month in entries(&home.join(FOLDER))? {
        for log in entries(&month)? {
            // What a sweep left that was cut off. Only one process sweeps.
            if log.file_name().is_some_and(|name| pipeline::is_temporary(&name.to_string_lossy())) {
                std::fs::remove_file(&log)?;
                continue;
            }
            let relative = log.strip_prefix(&home).unwrap_or(&log).to_string_lossy().into_owned();
            let Some(at_s) = log.file_name().and_then(|name| slot_of(&name.to_string_lossy())) else { continue };
            let name = relative.strip_suffix(PACKED).unwrap_or(&relative);
            let days = (now_s - at_s) / 86_400;
            if days > KEPT_DAYS[usize::from(failed(name))] {
                std::fs::remove_file(&log)?;
                swept.removed += 1;
            } else if name == relative && days > LOOSE_DAYS && !is_written(name) {
                pack(&log)?;
                swept.packed += 1;
            }
        }
        if entries(&month)?.is_empty() {
            std::fs::remove_dir(&month)?;
        }
    }
    Ok(swept)
}

/// The slot of which a file is the log.
fn slot_of(name: &str) -> Option<i64> {
    let at = format!("{}+0000", name.get(..14)?);
    Some(DateTime::parse_from_str(&at, "%Y%m%dT%H%MZ%z").ok()?.timestamp())
}

fn packed(log: &Path) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(PACKED);
    name.into()
}

/// Packs a log, after what was packed of it before. If it is cut off, the next time does nothing twice.
fn pack(log: &Path) -> io::Result<()> {
    let (new, packed) = (std::fs::read(log)?, packed(log));
    let mut all = unpacked(&packed)?;
    if !all.ends_with(&new) {
        all.extend(new);
    }
    pipeline::replace_file(&packed, &zstd::encode_all(all.as_slice(), 0)?, pipeline::Readers::Usual)?;
    std::fs::remove_file(log)
}

fn unpacked(packed: &Path) -> io::Result<Vec<u8>> {
    match File::open(packed) {
        Ok(file) => zstd::decode_all(file),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(fault) => Err(fault),
    }
}

/// Reads a log, packed or not.
///
/// # Errors
/// When it is not there any more, or cannot be read.
pub(crate) fn read(config: &Config, path: &str) -> Result<String> {
    let log = config.state_path().join(path);
    let read = || -> io::Result<Vec<u8>> {
        let packed = packed(&log);
        let mut all = unpacked(&packed)?;
        match std::fs::read(&log) {
            Ok(new) if !all.ends_with(&new) || all.is_empty() => all.extend(new),
            Err(fault) if !packed.exists() => return Err(fault),
            _ => {}
        }
        Ok(all)
    };
    let text = read().with_context(|| format!("cannot read the log {}", log.display()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match std::fs::read_dir(folder) {
        Err(fault) if matches!(fault.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(fault) => Err(fault),
        Ok(read) => read.map(|entry| Ok(entry?.path())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_log_goes_on_and_says_everything_once() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("20261110T0600Z-tarik.jsonl");
        std::fs::write(&log, "a\n").unwrap();
        pack(&log).unwrap();
        assert!(!log.exists());
        assert_eq!(unpacked(&packed(&log)).unwrap(), b"a\n");
        std::fs::write(&log, "b\n").unwrap();
        pack(&log).unwrap();
        // Cut off before the log was removed.
        std::fs::write(&log, "b\n").unwrap();
        pack(&log).unwrap();
        assert_eq!(unpacked(&packed(&log)).unwrap(), b"a\nb\n");
        assert_eq!(slot_of("20261110T0600Z-tarik.jsonl.zst"), Some(1_794_290_400));
        assert_eq!((slot_of("x"), slot_of("catatan-petugas.txt")), (None, None));
    }
}
