//! Writes the books and reports of a month.

use super::Report;
use crate::commands::render::{Selection, render};
use crate::exit::Outcome;
use crate::office::Installed;
use anyhow::Result;
use schemas::Month;

pub(super) fn run(installed: &Installed, month: Month) -> Result<Report> {
    let written = render(installed, month, &Selection::everything(), &mut |_| {})?;
    let replaced: u64 = written.iter().map(|w| w.replaced).sum();
    Ok(Report {
        outcome: Outcome::of(replaced > 0),
        message: format!("{} files of {month}; {replaced} texts with unprintable characters", written.len()),
    })
}
