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
    let is_judged = installed.decisions.rules(&installed.facts, month).iter().any(|rule| rule.decides);
    let unjudged = if is_judged { "" } else { "; no target is in force, so nothing was judged" };
    Ok(Report {
        outcome: Outcome::of(replaced > 0 || !is_judged),
        message: format!("{} files of {month}; {replaced} texts with unprintable characters{unjudged}", written.len()),
    })
}
