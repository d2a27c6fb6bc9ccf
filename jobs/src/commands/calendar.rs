//! `tertib calendar`

use crate::clock;
use crate::documents::replace;
use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::print::{self, Basis, Table};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use chrono::{Datelike, Days, NaiveDate};
use clap::{Args, ValueEnum};
use pipeline::Readers;
use reports::Document;
use schemas::document::{CalendarYear, CsvDialect, PdfStandard};
use schemas::{HoursInForce, Month, OfficeCalendar, Speech, printed};

/// Options of `tertib calendar`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The year [default: this one].
    #[arg(long, value_name = "YYYY")]
    year: Option<i32>,
    /// How to write it; a PDF goes to the folder for documents.
    #[arg(long, value_enum, default_value_t = CalendarFormat::Table)]
    format: CalendarFormat,
    /// How CSV is written.
    #[arg(long, value_enum, default_value_t = CsvDialect::Rfc4180)]
    csv_dialect: CsvDialect,
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
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let calendar = &workspace.facts.calendar;
    let this = || workspace.facts.zone.date(clock::now().timestamp()).map(|today| today.year());
    let asked = options.year.or_else(this).context("today is outside the calendar; name a year with --year")?;
    let Some(year) = of_year(calendar, asked) else {
        let (from, to) = calendar.covered().context("the calendar is empty")?;
        bail!("{asked} is outside the calendar ({from} to {to}); extend it in kalender.toml with covered-to");
    };
    let document = Document::Calendar(&year);
    match options.format {
        CalendarFormat::Table => print::data(&words(&year, workspace.speech(common)))?,
        CalendarFormat::Json => print::data(&String::from_utf8(reports::json(document)?)?)?,
        CalendarFormat::Csv => print::data(&String::from_utf8(reports::csv(document, options.csv_dialect)?)?)?,
        CalendarFormat::Xlsx => {
            keep(&workspace, document, "xlsx", &reports::workbook(document, &workspace.config.office)?, "")?;
        }
        CalendarFormat::Pdf => {
            let renderer = workspace.config.renderer()?;
            let set = renderer.pdf(document, 1, &workspace.config.office, options.standard)?;
            keep(&workspace, document, "pdf", &set.bytes, &format!(" ({} pages)", set.pages))?;
        }
    }
    Ok(Outcome::Done)
}

/// The working calendar of a year; nothing where the office's calendar has no day of it.
pub(crate) fn of_year(calendar: &OfficeCalendar, year: i32) -> Option<CalendarYear> {
    let days = Some(calendar.year(year).to_vec()).filter(|days| !days.is_empty())?;
    let ramadans = calendar.ramadans_without_hours();
    Some(CalendarYear {
        year,
        days,
        months: calendar.months(year),
        hours: calendar.hours(year).into_iter().cloned().collect(),
        holidays_source: calendar.holidays_source().to_owned(),
        ramadan_without_hours: ramadans.filter(|(from, to)| (from.year()..=to.year()).contains(&year)).collect(),
        program: concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned(),
    })
}

/// Writes a file into the folder for documents, and says so.
fn keep(workspace: &Workspace, document: Document<'_>, ending: &str, bytes: &[u8], length: &str) -> Result<()> {
    let folder = workspace.config.reports_path();
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("{}.{ending}", document.name()));
    replace(&path, bytes, Readers::Usual)?;
    print::data(&format!("{}{length}\n", path.display()))
}

/// Months, hours and special days for a person, with the decrees below.
fn words(year: &CalendarYear, speech: Speech<'_>) -> String {
    let language = speech.language();
    let head = [speech.say("column.month", &[]), speech.say("column.days", &[]), speech.say("column.hours", &[])];
    let month = |(month, days, seconds): &(Month, u64, i64)| {
        vec![month.to_string(), days.to_string(), language.duration(*seconds)]
    };
    let months: Vec<Vec<String>> = year.months.iter().map(month).collect();
    let months = Table::new(&head.each_ref().map(String::as_str), &months).text();
    let mut basis = Basis::default();
    let hours: String = year.hours.iter().map(|hours| in_force(hours, speech, &mut basis)).collect();
    let head = [
        speech.say("column.date", &[]),
        speech.say("column.kind", &[]),
        speech.say("column.hours", &[]),
        speech.say("column.name", &[]),
        speech.say("column.basis", &[]),
    ];
    let special = year.days.iter().filter(|d| d.is_special());
    let special: Vec<Vec<String>> = special
        .map(|d| {
            vec![
                format!("{} {}", d.date, language.weekday(d.date)),
                d.kind.words().to_owned(),
                printed(&d.spans),
                d.name.clone(),
                basis.of(&d.decree),
            ]
        })
        .collect();
    let special = Table::new(&head.each_ref().map(String::as_str), &special).text();
    [months, hours, special, basis.text()].join("\n")
}

/// The hours of the days of a week; days in a row that have the same are named together.
fn in_force(hours: &HoursInForce, speech: Speech<'_>, basis: &mut Basis) -> String {
    let name = |day: usize| {
        // A week that begins on a Monday.
        let date =
            NaiveDate::from_ymd_opt(2024, 1, 1).and_then(|monday| monday.checked_add_days(Days::new(day as u64)));
        date.map_or("", |date| speech.language().weekday(date))
    };
    let mut runs: Vec<(usize, usize, &str)> = Vec::new();
    for (day, spans) in hours.week.iter().enumerate() {
        match runs.last_mut() {
            Some((_, last, of)) if of == spans => *last = day,
            _ => runs.push((day, day, spans)),
        }
    }
    let run = |(first, last, spans): &(usize, usize, &str)| {
        let days = if first == last { name(*first).to_owned() } else { format!("{}–{}", name(*first), name(*last)) };
        let spans = if spans.is_empty() { "–" } else { spans };
        format!("{days} {spans}")
    };
    let week = runs.iter().map(run).collect::<Vec<_>>().join("; ");
    let said = speech.say("calendar.hours", &[("from", &hours.from), ("hours", &week)]);
    print::paragraph(&format!("{said} {}", basis.of(&hours.decree)), 2)
}
