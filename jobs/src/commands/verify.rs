//! `tertib verify`

use crate::cli::Where;
use crate::clock;
use crate::commands::render::{self, PdfStandard};
use crate::exit::Outcome;
use crate::office::Installed;
use crate::print;
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::{Disclosure, FigureBook, Readers, Verification};
use reports::{Document, Standard};
use schemas::Finding;
use schemas::document::{BookCode, Found, LedgerBook, Provenance, VerificationReport};
use std::path::{Path, PathBuf};

/// Options of `tertib verify`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A book or list as PDF: whether its rows are those of the archive, and the file is the one that they give.
    #[arg(long, value_name = "FILE")]
    book: Option<PathBuf>,
    /// The code of a printed book or list, as its QR code says it: whether its rows are those of the archive.
    #[arg(long, value_name = "TEXT", conflicts_with = "book")]
    code: Option<String>,
    /// Also writes the statement of the verification (berita acara), dated today: a PDF, or by its ending XLSX, CSV or JSON.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["book", "code"])]
    report: Option<PathBuf>,
    /// What that PDF keeps to.
    #[arg(long, value_enum, default_value_t = PdfStandard::A2b, requires = "report")]
    standard: PdfStandard,
    #[command(flatten)]
    place: Where,
}

/// No volume of a book is longer.
const LONGEST_BOOK_BYTES: u64 = 256 << 20;

/// Exit code 1 when a file is missing, altered or unknown to the log, kept figures are not what the events give, or a printed
/// book is not the archive's.
pub(crate) fn run(options: &Options) -> Result<Outcome> {
    let installed = Installed::open(options.place.config.as_deref())?;
    match (&options.book, &options.code) {
        (Some(path), _) => book(&installed, path),
        (None, Some(text)) => {
            let Some(code) = BookCode::find(text) else { bail!("`{text}` is no code of a book") };
            let book = as_printed(&installed, &code)?;
            conclude(&installed, &code, rows_differ(&code, &book).into_iter().collect())
        }
        (None, None) => archive(&installed, options.report.as_deref(), options.standard.into()),
    }
}

fn archive(installed: &Installed, report: Option<&Path>, standard: Standard) -> Result<Outcome> {
    let mut result = pipeline::verify(&installed.config.archive_path())?;
    if result.findings.is_empty() && result.commits > 0 {
        // Without the office's key there is nothing that is believed, and so nothing to check.
        if let Some(key) = installed.key_if_there()? {
            result.findings = FigureBook::open(&installed.archive()?, &installed.facts)?.altered(&key)?;
        }
    }
    if let Some(path) = report {
        state(installed, &result, path, standard)?;
    }
    let head = if result.head.is_empty() { "none" } else { &result.head };
    print::data(&format!(
        "{} commits, {} files, {} rows checked; {} findings\nhead {head}\n{}",
        result.commits,
        result.files,
        result.rows,
        result.findings.len(),
        print::findings(&installed.facts, &result.findings),
    ))?;
    Ok(Outcome::of(installed.facts.need_attention(&result.findings)))
}

/// Writes the statement.
fn state(installed: &Installed, result: &Verification, path: &Path, standard: Standard) -> Result<()> {
    let found = |finding: &Finding| {
        let text = installed.facts.findings.get(finding.code).cloned()?;
        Some(Found { text, place: finding.place.clone(), n: finding.count })
    };
    // An archive whose log is damaged has no state to name; what was read says it.
    let provenance = installed.archive().and_then(|archive| Ok(archive.provenance()?)).unwrap_or_else(|_| Provenance {
        archive_version: result.commits.saturating_sub(1),
        events: result.rows,
        head: result.head.clone(),
        program: concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned(),
    });
    let report = VerificationReport {
        on: installed.facts.zone.date(clock::now().timestamp()).context("today is no date")?,
        commits: result.commits,
        files: result.files,
        rows: result.rows,
        head: result.head.clone(),
        findings: result.findings.iter().filter_map(found).collect(),
        provenance,
    };
    let document = Document::Verification(&report);
    let bytes = match path.extension().and_then(|ending| ending.to_str()) {
        Some("xlsx") => reports::xlsx(document)?,
        Some("csv") => reports::csv(document)?,
        Some("json") => reports::json(document)?,
        _ => installed.config.renderer()?.pdf(document, 1, &installed.config.office, standard)?.bytes,
    };
    render::replace(path, &bytes, Readers::Usual)
}

fn book(installed: &Installed, path: &Path) -> Result<Outcome> {
    let bytes = pipeline::read_file(path, LONGEST_BOOK_BYTES);
    let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
    let Some(code) = BookCode::find(&String::from_utf8_lossy(&bytes)) else {
        bail!("{} holds no code of a book; it is no book or list of tertib", path.display())
    };
    let book = as_printed(installed, &code)?;
    let mut findings: Vec<Finding> = rows_differ(&code, &book).into_iter().collect();
    let renderer = installed.config.renderer()?;
    let document = Document::Book(&book);
    // It may keep to any of the standards, the usual one first.
    let volumes = Standard::ALL.into_iter().flat_map(|s| (1..=document.volumes()).map(move |volume| (volume, s)));
    let mut is_one = false;
    for (volume, standard) in volumes {
        if renderer.pdf(document, volume, &installed.config.office, standard)?.bytes == bytes {
            is_one = true;
            break;
        }
    }
    if !is_one {
        findings.push(Finding { code: "B002", place: path.display().to_string(), count: 1 });
    }
    conclude(installed, &code, findings)
}

/// The book of the state of the archive from which it was printed.
fn as_printed(installed: &Installed, code: &BookCode) -> Result<LedgerBook> {
    let version = code.version;
    let now = installed.archive()?;
    let Some(archive) = now.at(version) else {
        bail!("the archive has no version {version}; it was printed from another")
    };
    let figures = FigureBook::open(&archive, &installed.facts)?.month(code.month)?;
    let disclosure = if code.masked { Disclosure::Masked } else { Disclosure::Full };
    let (books, _) = installed.books(&archive, &figures.figures, disclosure)?;
    books.into_iter().find(|book| book.id == code.id).with_context(|| format!("there is no book or list `{}`", code.id))
}

fn rows_differ(code: &BookCode, book: &LedgerBook) -> Option<Finding> {
    let place = format!("{}: {} baris tercetak, {} baris dalam arsip", code.id, code.rows, book.code.rows);
    (book.code != *code).then_some(Finding { code: "B001", place, count: 1 })
}

fn conclude(installed: &Installed, code: &BookCode, findings: Vec<Finding>) -> Result<Outcome> {
    let said = print::findings(&installed.facts, &findings);
    let BookCode { id, month, version, rows, .. } = code;
    print::data(&format!("{id} {month}: {rows} rows, archive version {version}; {} findings\n{said}", findings.len()))?;
    Ok(Outcome::of(!findings.is_empty()))
}
