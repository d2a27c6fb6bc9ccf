//! `tertib calendar`

use crate::documents::replace;
use crate::options::Where;
use crate::outcome::Outcome;
use crate::print;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use pipeline::Readers;
use reports::Document;
use schemas::document::{CalendarYear, PdfStandard};
use schemas::printed;

/// Options of `tertib calendar`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The year.
    #[arg(long, value_name = "YYYY")]
    year: i32,
    /// How to write it; a PDF goes to the folder for documents.
    #[arg(long, value_enum, default_value_t = CalendarFormat::Table)]
    format: CalendarFormat,
    /// What the PDF keeps to.
    #[arg(long, value_enum, default_value_t = PdfStandard::A2b)]
    standard: PdfStandard,
    #[command(flatten)]
    place: Where,
}

/// How the calendar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CalendarFormat {
    /// Months and special days, for reading.
    Table,
    /// Every day, for programs.
    Json,
    /// Every day, for spreadsheets.
    Csv,
    /// A workbook; goes to the folder for documents.
    Xlsx,
    /// A page for the office to check and sign.
    Pdf,
}

/// Exit code 2 when the year is not covered.
pub(crate) fn run(options: &Options) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let calendar = &workspace.facts.calendar;
    let days = calendar.year(options.year).to_vec();
    if days.is_empty() {
        let (from, to) = calendar.covered().context("the calendar is empty")?;
        bail!("{} is outside the calendar ({from} to {to}); extend it in kalender.toml with covered-to", options.year);
    }
    let year = CalendarYear {
        year: options.year,
        days,
        months: calendar.months(options.year),
        hours: calendar.hours(options.year).into_iter().cloned().collect(),
        holidays_source: calendar.holidays_source().to_owned(),
        program: concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let document = Document::Calendar(&year);
    match options.format {
        CalendarFormat::Table => print::data(&words(&year))?,
        CalendarFormat::Json => print::data(&String::from_utf8(reports::json(document)?)?)?,
        CalendarFormat::Csv => print::data(&String::from_utf8(reports::csv(document)?)?)?,
        CalendarFormat::Xlsx => keep(&workspace, document, "xlsx", &reports::xlsx(document)?, "")?,
        CalendarFormat::Pdf => {
            let renderer = workspace.config.renderer()?;
            let set = renderer.pdf(document, 1, &workspace.config.office, options.standard)?;
            keep(&workspace, document, "pdf", &set.bytes, &format!(" ({} pages)", set.pages))?;
        }
    }
    Ok(Outcome::Done)
}

/// Writes a file into the folder for documents, and says so.
fn keep(workspace: &Workspace, document: Document<'_>, ending: &str, bytes: &[u8], length: &str) -> Result<()> {
    let folder = workspace.config.reports_path();
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("{}.{ending}", document.name()));
    replace(&path, bytes, Readers::Usual)?;
    print::data(&format!("{}{length}\n", path.display()))
}

fn words(year: &CalendarYear) -> String {
    let months: Vec<Vec<String>> = year
        .months
        .iter()
        .map(|(month, days, seconds)| {
            vec![month.to_string(), days.to_string(), format!("{}:{:02}", seconds / 3_600, seconds % 3_600 / 60)]
        })
        .collect();
    let hours: Vec<Vec<String>> = year
        .hours
        .iter()
        .map(|h| [vec![h.from.to_string()], h.week.to_vec(), vec![h.decree.clone()]].concat())
        .collect();
    let special = year.days.iter().filter(|d| d.is_special());
    let special: Vec<Vec<String>> = special
        .map(|d| {
            vec![
                d.date.format("%Y-%m-%d %a").to_string(),
                d.kind.words().to_owned(),
                printed(&d.spans),
                d.name.clone(),
                d.decree.clone(),
            ]
        })
        .collect();
    let hours_head = ["from", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "decree"];
    format!(
        "{}{}{}",
        print::table(&["month", "working days", "working hours"], &months),
        print::table(&hours_head, &hours),
        print::table(&["date", "kind", "hours", "name", "decree"], &special),
    )
}
