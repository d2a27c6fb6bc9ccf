//! `tertib query`

use crate::access::{self, Look};
use crate::inquiry::{Form, Limits, Question, answered, given, listed, question};
use crate::options::{ArchiveCopy, Common, Format, Where};
use crate::outcome::Outcome;
use crate::print;
use crate::stop;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use clap::Args;
use schemas::Month;
use std::path::PathBuf;

/// Options of `tertib query`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// One SELECT over `events` or another view, or the name of a saved question; instants are in UTC, `bulan` is the office's month.
    #[arg(value_name = "SQL|NAME", required_unless_present_any = ["list", "columns"])]
    question: Option<String>,
    /// List the saved questions instead, with their parameters.
    #[arg(long, conflicts_with_all = ["question", "columns"])]
    list: bool,
    /// Say what the columns of a view mean instead; without a view, which views there are.
    #[arg(long, value_name = "VIEW", num_args = 0..=1, default_missing_value = "", conflicts_with = "question")]
    columns: Option<String>,
    /// The month of a question that has `:month`.
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<Month>,
    /// The value of a parameter of the question: `--set berkas=B202610-000001` for `:berkas`.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
    /// Write it into this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Why it is asked, in one line without a NIK; it stands in the log of those who looked (`tertib access`).
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    /// The most rows that are given [default: 1000 in a table, 100000 in a workbook, else 10000000].
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// The most seconds that the question may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    #[command(flatten)]
    copy: ArchiveCopy,
    #[command(flatten)]
    place: Where,
}

/// Instants in the answer are UTC.
pub(crate) async fn run(options: Options, common: Common) -> Result<Outcome> {
    let form = options.format;
    if options.list {
        let head = ["nama", "judul", "parameter", "kalimat"];
        let format = match form {
            Form::Csv => Format::Csv,
            Form::Json => Format::Json,
            Form::Table | Form::Xlsx | Form::Parquet => Format::Table,
        };
        print::data(&print::rows(&head, &listed()?, format)?)?;
        return Ok(Outcome::Done);
    }
    if matches!(form, Form::Xlsx | Form::Parquet) && options.output.is_none() {
        bail!("a workbook or a Parquet file needs a name; give it with --output FILE");
    }
    let asked = match (&options.question, options.columns.as_deref()) {
        (_, Some("")) => Question { sql: "SHOW TABLES".to_owned(), ..Question::default() },
        (_, Some(view)) if view.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => {
            Question { sql: format!("DESCRIBE {view}"), ..Question::default() }
        }
        (_, Some(_)) => {
            bail!("there is no view of this name; `{}` lists them", print::command("query --columns", None))
        }
        (asked, None) => question(asked.as_deref().context("nothing was asked")?, options.month, &options.set)?,
    };
    let rows = options.limit.unwrap_or_else(|| form.usual_rows());
    let limits = Limits { rows, seconds: options.timeout, bytes: u64::MAX, behind: false };
    let words = asked.words();
    // Who could not be noted is not answered.
    let own = options.copy.archive.is_none();
    let own = own.then(|| Workspace::open(options.place.config.as_deref())).transpose()?;
    let reading = stop::reading(|| "the question was left without an answer; ask again".to_owned());
    let answer = answered(asked, limits, &options.copy, &options.place).await?;
    drop(reading);
    // The one place where the whole answer is known, and nothing of it was given yet.
    let asked = &answer.asked;
    tracing::debug!(digest = %asked.digest, rows = asked.rows, columns = ?asked.columns, months = asked.months.len(), "answered");
    if let Some(workspace) = own {
        let look = Look {
            by: None,
            act: "query",
            what: words,
            answer: asked.digest.clone(),
            rows: asked.rows,
            discloses: false,
            role: access::OF_THE_OFFICE,
            purpose: options.purpose.as_deref(),
        };
        access::note(&workspace, &look)?;
    }
    let more = answer.all - asked.rows;
    let said = format!("{} rows, SHA-256 {}", asked.rows, asked.digest);
    given(answer, form, options.output.as_deref())?;
    if more > 0 {
        let how = if form == Form::Table { ", or ask with --format csv" } else { "" };
        print::words(common, &format!("{more} more rows; raise --limit{how}"));
    }
    print::words(common, &said);
    Ok(Outcome::Done)
}
