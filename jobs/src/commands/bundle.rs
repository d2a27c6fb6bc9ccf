//! `tertib bundle`

use crate::access;
use crate::bundle::{self, Role, Wanted};
use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::workspace::Workspace;
use crate::{clock, months, stop};
use anyhow::{Context, Result};
use clap::Args;
use schemas::Month;
use std::path::PathBuf;

/// Options of `tertib bundle`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The month, for example 2026-10, or the first and the last one, 2026-07:2026-10.
    #[arg(long, value_name = "YYYY-MM[:YYYY-MM]", value_parser = span)]
    month: (Month, Month),
    /// For whom it is, which decides what is in it.
    #[arg(long, value_enum)]
    role: Role,
    /// The folder to make, which is not there yet.
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// What it is for, which stands in it; it names nobody by number.
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    #[command(flatten)]
    place: Where,
}

/// Reads a month, or the first and the last one.
fn span(text: &str) -> Result<(Month, Month), String> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let month = |text: &str| text.parse::<Month>().map_err(|fault| fault.to_string());
    let (first, last) = (month(first)?, month(last)?);
    if first > last { Err("the first month is after the last one".to_owned()) } else { Ok((first, last)) }
}

/// Exit code 1 when the archive does not hold all of a month.
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    options.purpose.as_deref().map_or(Ok(()), access::check_purpose)?;
    let (first, last) = options.month;
    let months = bundle::months(first, last)?;
    let on = workspace.facts.zone.date(clock::now().timestamp()).context("today is outside the calendar")?;
    let wanted = Wanted { months, role: options.role, purpose: options.purpose.clone(), on, by: None };
    let bar = Progress::of_pieces(common, "figures");
    let _under_way = stop::under_way({
        let to = options.output.display().to_string();
        move || format!("nothing is in {to}; run the same command again")
    });
    let snapshot = workspace.snapshot()?.shown_by(&bar, first.back(months::OF_A_YEAR), last);
    let carried = bundle::carry(&snapshot, &wanted, &options.output, |step| {
        bar.name(step.name);
        bar.at(step.done as u64, step.of as u64);
    })?;
    drop(bar);
    print::data(&format!("{}\n{} rows; digest {}\n", carried.folder.display(), carried.rows, carried.digest))?;
    if !carried.findings.is_empty() {
        print::words(common, print::findings(workspace.speech(common), &carried.findings).trim_end());
    }
    Ok(Outcome::of(workspace.facts.need_attention(&carried.findings)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_or_two_are_read() {
        let month = |text: &str| text.parse::<Month>().unwrap();
        assert_eq!(span("2026-10"), Ok((month("2026-10"), month("2026-10"))));
        assert_eq!(span("2026-07:2026-10"), Ok((month("2026-07"), month("2026-10"))));
        for text in ["", ":", "2026-10:", "2026-10:2026-09", "2026-13", "2026-01:2026-02:2026-03"] {
            assert!(span(text).is_err(), "{text}");
        }
    }
}
