//! `tertib hold`

use crate::options::{Common, Format, Where};
use crate::outcome::Outcome;
use crate::print::{self, Table};
use crate::workspace::Workspace;
use crate::{clock, examples};
use anyhow::Result;
use clap::{Args, Subcommand};
use pipeline::HoldRequest;
use schemas::Month;

/// What to do with holds.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Keep a month from destruction, whatever the retention schedule says.
    #[command(after_help = examples::HOLD_ADD)]
    Add(Change),
    /// End the hold on a month.
    #[command(after_help = examples::HOLD_LIFT)]
    Lift(Change),
    /// Every hold in force.
    #[command(after_help = examples::HOLD_LIST)]
    List(List),
}

/// Options of `tertib hold add` and `lift`.
#[derive(Debug, Args)]
pub(crate) struct Change {
    /// The month, for example 2021-10.
    #[arg(long, value_name = "YYYY-MM")]
    month: Month,
    /// Why, without NIK; it is kept in the archive's log.
    #[arg(long)]
    reason: String,
    /// Who says so, with their post.
    #[arg(long, value_name = "NAME")]
    by: String,
    #[command(flatten)]
    place: Where,
}

/// Options of `tertib hold list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    place: Where,
}

/// Exit code 2 when the month is on hold already, or not on hold.
pub(crate) fn run(action: &Action, common: Common) -> Result<Outcome> {
    match action {
        Action::Add(options) => change(options, true)?,
        Action::Lift(options) => change(options, false)?,
        Action::List(options) => list(options, common)?,
    }
    Ok(Outcome::Done)
}

fn change(options: &Change, held: bool) -> Result<()> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let signing = workspace.config.signing_key()?;
    let asked = HoldRequest {
        month: options.month,
        held,
        reason: &options.reason,
        by: &options.by,
        at_ms: clock::now().timestamp_millis(),
        signing: signing.as_ref(),
    };
    let key = workspace.config.key()?;
    let version = pipeline::hold(&workspace.config.archive_path(), &key, workspace.fence(), asked)?;
    workspace.sign_log()?;
    let is = if held { "is on hold" } else { "is no longer on hold" };
    print::data(&format!("{} {is} since version {version} of the archive\n", options.month))
}

fn list(options: &List, common: Common) -> Result<()> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let archive = workspace.archive()?;
    let row = |(at_ms, hold): &(i64, &pipeline::Hold)| {
        let since = workspace.facts.zone.date(at_ms.div_euclid(1_000)).map(|day| day.to_string());
        vec![hold.month.to_string(), since.unwrap_or_default(), hold.by.clone(), hold.reason.clone()]
    };
    let rows: Vec<Vec<String>> = archive.holds().iter().map(row).collect();
    if options.format == Format::Table && !print::is_wide() {
        let speech = workspace.speech(common);
        let head = [
            speech.say("column.month", &[]),
            speech.say("column.entered", &[]),
            speech.say("column.by", &[]),
            speech.say("column.why", &[]),
        ];
        return print::data(&Table::new(&head.each_ref().map(String::as_str), &rows).text());
    }
    print::data(&print::rows(&["month", "since", "by", "reason"], &rows, options.format)?)
}
