//! `tertib remark`

use crate::options::{Common, Format, Where};
use crate::outcome::Outcome;
use crate::print::{self, Table};
use crate::workspace::Workspace;
use crate::{clock, entries, examples, months};
use anyhow::Result;
use clap::{Args, Subcommand};
use schemas::{Month, Remark};

/// What to do with remarks.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Remark something on a finding of a month; it stands in the review, and no remark is ever changed or removed.
    #[command(after_help = examples::REMARK_ADD)]
    Add(Add),
    /// Every remark that was made, oldest first.
    #[command(after_help = examples::REMARK_LIST)]
    List(List),
}

/// Options of `tertib remark add`.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The code of the finding, as `tertib quality` names it.
    code: String,
    /// The month whose data have it, for example 2026-10 [default: the last one].
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<Month>,
    /// What is remarked, without NIK.
    #[arg(long)]
    text: String,
    /// Who remarks it, with their post.
    #[arg(long, value_name = "NAME")]
    by: String,
    #[command(flatten)]
    place: Where,
}

/// Options of `tertib remark list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only those of a month.
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<Month>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    place: Where,
}

/// Exit code 0.
pub(crate) fn run(action: &Action, common: Common) -> Result<Outcome> {
    match action {
        Action::Add(options) => add(options, common)?,
        Action::List(options) => list(options, common)?,
    }
    Ok(Outcome::Done)
}

fn add(options: &Add, common: Common) -> Result<()> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let month = months::asked_or_last(options.month, workspace.facts.zone, common)?;
    let remark = entries::remark(&workspace, (month, &options.code), &options.text, &options.by, clock::now())?;
    let path = entries::enter_remark(&workspace, &remark)?;
    print::words(common, &format!("entered in {}; keep a copy with the archive", path.display()));
    Ok(())
}

fn list(options: &List, common: Common) -> Result<()> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let row = |remark: &Remark| {
        let Remark { finding, month, text, by, entered } = remark.clone();
        vec![entered.format("%Y-%m-%d").to_string(), by, month.to_string(), finding, text]
    };
    let asked = |remark: &&Remark| options.month.is_none_or(|month| remark.month == month);
    let rows: Vec<Vec<String>> = workspace.remarks.iter().filter(asked).map(row).collect();
    if options.format == Format::Table && !print::is_wide() {
        let speech = workspace.speech(common);
        let head = [
            speech.say("column.entered", &[]),
            speech.say("column.by", &[]),
            speech.say("column.month", &[]),
            speech.say("column.finding", &[]),
            speech.say("column.remark", &[]),
        ];
        return print::data(&Table::new(&head.each_ref().map(String::as_str), &rows).text());
    }
    print::data(&print::rows(&["entered", "by", "month", "finding", "text"], &rows, options.format)?)
}
