//! `tertib licences`

use crate::outcome::Outcome;
use crate::print;
use anyhow::Result;

/// What is linked into the program, with its licences; `tests/dependencies.rs` writes it.
const LICENCES: &str = include_str!("licences.txt");

/// The licences of everything that the program holds, fonts included.
pub(crate) fn run() -> Result<Outcome> {
    print::data(LICENCES)?;
    Ok(Outcome::Done)
}
