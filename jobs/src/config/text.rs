//! Texts that the office writes: read within bounds, with a complaint that says where and what to do.

use anyhow::{Context, Result, anyhow};
use std::path::{Path, PathBuf};

/// Nobody writes a longer one by hand.
const LONGEST_BYTES: u64 = 8 << 20;

/// The text of a file, without the mark that some editors put at its beginning.
///
/// # Errors
/// When it cannot be read, is no ordinary file, too long, or not in UTF-8; says the first line that is not.
pub(crate) fn read(what: &str, path: &Path) -> Result<String> {
    let shown = path.display();
    let bytes = pipeline::read_file(path, LONGEST_BYTES).with_context(|| format!("cannot read {what} {shown}"))?;
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) || bytes.contains(&0) {
        return Err(anyhow!("{shown} is not UTF-8 but UTF-16; save it with the encoding UTF-8"));
    }
    let text = String::from_utf8(bytes).map_err(|fault| {
        let whole = fault.utf8_error().valid_up_to();
        let line = fault.as_bytes().iter().take(whole).filter(|byte| **byte == b'\n').count() + 1;
        anyhow!("{shown}, line {line} is not UTF-8; save the file with the encoding UTF-8")
    })?;
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}

/// A variable of the environment; none where it is absent or empty.
///
/// # Errors
/// When it is not UTF-8.
#[expect(clippy::disallowed_methods, reason = "the only place where the environment is read")]
pub(crate) fn environment(name: &str) -> Result<Option<String>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(anyhow!("the environment variable {name} is not UTF-8; set it anew, or write it into tertib.toml"))
        }
    }
}

/// A path that the environment names; none where it is absent or empty.
pub(crate) fn environment_path(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
