//! A job runs once at a time, whoever runs it.

use crate::config::Config;
use anyhow::{Context, Result};
use std::fs::{File, TryLockError};
use std::path::Path;

/// Takes the kernel lock of a job, which is freed when the process ends however it ends; `None` when another process holds it.
///
/// # Errors
/// When the lock cannot be asked for.
pub(crate) fn take(config: &Config, job: &str) -> Result<Option<File>> {
    let safe: String = job.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    take_file(&config.state_path().join(format!(".{safe}.lock")))
}

/// Takes a kernel lock on a file.
///
/// # Errors
/// When the lock cannot be asked for.
pub(crate) fn take_file(path: &Path) -> Result<Option<File>> {
    let opened = File::options().create(true).truncate(false).read(true).write(true).open(path);
    let file = opened.with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(fault)) => Err(fault).with_context(|| format!("cannot lock {}", path.display())),
    }
}
