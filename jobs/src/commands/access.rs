//! `tertib access`

use crate::options::{Common, Format, Where};
use crate::outcome::Outcome;
use crate::print::{self, Table};
use crate::workspace::Workspace;
use anyhow::Result;
use clap::Args;
use pipeline::Access;
use schemas::Month;
use serde_json::json;

/// Options of `tertib access`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only what was shown in a month.
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<Month>,
    /// Only what disclosed personal data.
    #[arg(long)]
    disclosing: bool,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    place: Where,
}

/// Exit code 0.
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let zone = workspace.facts.zone;
    let asked = |(_, access): &(u64, Access)| {
        let is_of_month = options.month.is_none_or(|month| zone.month(access.at) == Some(month));
        is_of_month && (access.discloses || !options.disclosing)
    };
    let entries: Vec<(u64, Access)> = workspace.archive()?.accesses()?.into_iter().filter(asked).collect();
    let head = ["no", "time", "by", "role", "act", "what", "purpose", "rows", "personal"];
    let row = |(index, access): &(u64, Access)| {
        let at = zone.instant(access.at).map_or_else(String::new, |at| at.format("%Y-%m-%d %H:%M:%S").to_string());
        let Access { by, role, purpose, act, what, rows, discloses, .. } = access;
        let personal = if *discloses { "yes" } else { "no" };
        [index.to_string(), at, by.clone(), role.clone(), act.clone(), what.clone()]
            .into_iter()
            .chain([purpose.clone().unwrap_or_default(), rows.to_string(), personal.to_owned()])
            .collect::<Vec<String>>()
    };
    let rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    let out = match options.format {
        Format::Json => {
            let entry = |(index, access): &(u64, Access)| {
                let mut entry = json!(access);
                entry["index"] = json!(index);
                entry
            };
            format!("{}\n", serde_json::to_string_pretty(&entries.iter().map(entry).collect::<Vec<_>>())?)
        }
        Format::Csv => print::csv(&head, &rows)?,
        Format::Table => Table::new(&head, &rows).text(),
    };
    print::data(&out)?;
    if entries.is_empty() {
        print::words(common, "nobody has looked yet, as far as it was noted");
    }
    Ok(Outcome::Done)
}
