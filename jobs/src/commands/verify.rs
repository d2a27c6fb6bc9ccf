//! `tertib verify`

use crate::cli::{ArchiveCopy, Where};
use crate::clock;
use crate::commands::render::{self, FileFormat, PdfStandard};
use crate::exit::Outcome;
use crate::office::Installed;
use crate::print;
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::{Disclosure, Examination, FigureBook, KeptHead, Readers, Unchecked, Verification};
use reports::{Document, Standard};
use schemas::document::{BookCode, FigureCheck, Found, LedgerBook, VerificationReport};
use schemas::{Facts, Finding};
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
    /// A kept head, as the footer of a document shows it: whether the archive still holds what it stood for.
    #[arg(long, value_name = "SIDIK[@VERSION]", conflicts_with_all = ["book", "code"])]
    head: Vec<KeptHead>,
    /// A file of kept heads, one a line: version and sidik, or a footer as it was printed.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["book", "code"])]
    heads: Option<PathBuf>,
    /// The private tables are not there: check the public part alone, and say what was not checked.
    #[arg(long, conflicts_with_all = ["book", "code", "report"])]
    public: bool,
    #[command(flatten)]
    copy: ArchiveCopy,
    #[command(flatten)]
    place: Where,
}

/// No volume of a book is longer.
const LONGEST_BOOK_BYTES: u64 = 256 << 20;
/// Heads of a century fit in it.
const LONGEST_HEADS_BYTES: u64 = 1 << 20;

/// Exit code 1 when a file is missing, altered or unknown to the log, rows or commits are not what they must be, kept figures are
/// not what the events give, a kept head is not in the log, or a printed book is not the archive's.
pub(crate) fn run(options: &Options) -> Result<Outcome> {
    let heads = heads(options)?;
    if let Some(root) = &options.copy.archive {
        if options.book.is_some() || options.code.is_some() || options.report.is_some() {
            bail!(
                "--archive needs no configuration, but --book, --code and --report do; run them where the office is installed"
            );
        }
        let examination = Examination { root, public_only: options.public, key: None, heads: &heads };
        let mut result = pipeline::verify(examination)?;
        result.unchecked.insert(Unchecked::KeptFigures);
        return tell(&Facts::embedded()?, &result);
    }
    let installed = Installed::open(options.place.config.as_deref())?;
    match (&options.book, &options.code) {
        (Some(path), _) => book(&installed, path),
        (None, Some(text)) => {
            let Some(code) = BookCode::find(text) else { bail!("`{text}` is no code of a book") };
            let book = as_printed(&installed, &code)?;
            conclude(&installed, &code, rows_differ(&code, &book).into_iter().collect())
        }
        (None, None) => {
            let result = examine(&installed, options.public, &heads)?;
            if let Some(path) = &options.report {
                state(&installed, &result, path, options.standard.into())?;
            }
            tell(&installed.facts, &result)
        }
    }
}

/// The kept heads that the command line names.
fn heads(options: &Options) -> Result<Vec<KeptHead>> {
    let mut heads = options.head.clone();
    if let Some(path) = &options.heads {
        let bytes = pipeline::read_file(path, LONGEST_HEADS_BYTES);
        let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
        heads.extend(
            KeptHead::all(&String::from_utf8_lossy(&bytes))
                .with_context(|| format!("{} is no file of kept heads", path.display()))?,
        );
    }
    Ok(heads)
}

/// Checks the office's archive, with all that is at hand: files, log, rows, digests, kept figures. Nothing is written.
pub(crate) fn examine(installed: &Installed, public_only: bool, heads: &[KeptHead]) -> Result<Verification> {
    let root = installed.config.archive_path();
    let key = installed.key_if_there()?;
    let mut result = pipeline::verify(Examination { root: &root, public_only, key: key.as_ref(), heads })?;
    let is_whole = result.commits > 0 && !installed.facts.need_attention(&result.findings);
    match key.filter(|_| is_whole && !result.unchecked.contains(&Unchecked::KeyOfAnother)) {
        Some(key) => {
            let book = FigureBook::open(&installed.archive()?, &installed.facts)?;
            result.findings.extend(book.altered(&key)?);
        }
        None => drop(result.unchecked.insert(Unchecked::KeptFigures)),
    }
    Ok(result)
}

/// Says what was checked, what was not, and what is wrong. Where nothing was ever committed there is nothing to vouch for.
fn tell(facts: &Facts, result: &Verification) -> Result<Outcome> {
    let Verification { commits, files, rows, events, heads, head, findings, unchecked } = result;
    let head = if head.is_empty() { "none" } else { head };
    let unchecked: String = unchecked.iter().map(|what| format!("not checked: {}\n", words(*what))).collect();
    print::data(&format!(
        "{commits} commits, {files} files, {rows} rows checked, {events} events row by row, {heads} kept heads; \
         {} findings\nhead {head}\n{unchecked}{}",
        findings.len(),
        print::findings(facts, findings),
    ))?;
    Ok(Outcome::of(*commits == 0 || facts.need_attention(findings)))
}

fn words(unchecked: Unchecked) -> &'static str {
    match unchecked {
        Unchecked::PrivateTables => "the private tables and, with them, commitments, pseudonyms and salts (--public)",
        Unchecked::KeyMissing => "pseudonyms and salts, since the office's key is not at hand",
        Unchecked::KeyOfAnother => "pseudonyms and salts, since the key at hand is not the archive's",
        Unchecked::KeptFigures => {
            "the kept figures, which takes the office's key and configuration and an archive without findings"
        }
        Unchecked::Completeness => {
            "whether the end of the log was cut off or the whole written anew, since no kept head was given (--head, --heads)"
        }
    }
}

/// Writes the statement.
fn state(installed: &Installed, result: &Verification, path: &Path, standard: Standard) -> Result<()> {
    let figures = if !result.unchecked.contains(&Unchecked::KeptFigures) {
        FigureCheck::Recomputed
    } else if result.commits == 0 {
        FigureCheck::ArchiveEmpty
    } else if installed.facts.need_attention(&result.findings) {
        FigureCheck::ArchiveAtFault
    } else {
        FigureCheck::KeyMissing
    };
    let format = match path.extension().and_then(|ending| ending.to_str()) {
        Some("pdf") => FileFormat::Pdf,
        Some("xlsx") => FileFormat::Xlsx,
        Some("csv") => FileFormat::Csv,
        Some("json") => FileFormat::Json,
        _ => bail!("{} has no ending that names a form; use .pdf, .xlsx, .csv or .json", path.display()),
    };
    let found = |finding: &Finding| Found {
        text: installed.facts.finding_text(finding.code),
        place: finding.place.clone(),
        n: finding.count,
    };
    // An archive whose log is damaged has no state to name, nor a number of events; the findings say why.
    let provenance = match installed.archive() {
        Ok(archive) if !archive.is_empty() => Some(archive.provenance()?),
        _ => None,
    };
    let report = VerificationReport {
        on: installed.facts.zone.date(clock::now().timestamp()).context("today is no date")?,
        events: provenance.as_ref().map(|provenance| provenance.events),
        figures,
        program: concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned(),
        commits: result.commits,
        files: result.files,
        rows: result.rows,
        head: result.head.clone(),
        findings: result.findings.iter().map(found).collect(),
        provenance,
    };
    let document = Document::Verification(&report);
    let bytes = match format {
        FileFormat::Xlsx => reports::xlsx(document)?,
        FileFormat::Csv => reports::csv(document)?,
        FileFormat::Json => reports::json(document)?,
        FileFormat::Pdf | FileFormat::Data => {
            installed.config.renderer()?.pdf(document, 1, &installed.config.office, standard)?.bytes
        }
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
