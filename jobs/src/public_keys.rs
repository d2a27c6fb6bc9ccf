//! The public keys that a command line names: each as text, or as a file that holds some.

use anyhow::{Context, Result, bail};
use pipeline::VerifyingKey;
use std::path::Path;

/// Keys of a century fit in it.
const LONGEST_BYTES: u64 = 1 << 20;

/// The keys of logs and those of witnesses, both together.
///
/// # Errors
/// When one is no key, cannot be read, or is of the other kind.
pub(crate) fn of_verifier(logs: &[String], witnesses: &[String]) -> Result<Vec<VerifyingKey>> {
    let mut keys = of_logs(logs)?;
    keys.extend(of_witnesses(witnesses)?);
    Ok(keys)
}

/// The keys of logs.
///
/// # Errors
/// When one is no key, cannot be read, or is that of a witness.
pub(crate) fn of_logs(named: &[String]) -> Result<Vec<VerifyingKey>> {
    all(named, |key| !key.is_of_witness(), "the log of an office")
}

/// The keys of witnesses.
///
/// # Errors
/// When one is no key, cannot be read, or is that of a log.
pub(crate) fn of_witnesses(named: &[String]) -> Result<Vec<VerifyingKey>> {
    all(named, VerifyingKey::is_of_witness, "a witness")
}

fn all(named: &[String], is_wanted: fn(&VerifyingKey) -> bool, kind: &str) -> Result<Vec<VerifyingKey>> {
    let mut keys = Vec::new();
    for name in named {
        let text = match (name.parse::<VerifyingKey>(), pipeline::read_file(Path::new(name), LONGEST_BYTES)) {
            (Ok(_), _) => name.clone(),
            (Err(_), Ok(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
            (Err(fault), Err(_)) => return Err(fault).with_context(|| format!("{name} is no file either")),
        };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let key: VerifyingKey = line.parse().with_context(|| format!("{name} is no file of public keys"))?;
            if !is_wanted(&key) {
                bail!("the public key of {} is not that of {kind}", key.name());
            }
            keys.push(key);
        }
    }
    Ok(keys)
}
