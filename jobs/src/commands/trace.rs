//! `tertib trace`

use crate::access::{self, Look};
use crate::clock;
use crate::documents;
use crate::options::{ArchiveCopy, Common, Format, Where};
use crate::outcome::Outcome;
use crate::print::{self, Table, Tone};
use crate::workspace::{Readable, Workspace};
use anyhow::{Context, Result, bail};
use clap::{ArgGroup, Args};
use pipeline::{Disclosure, Readers, TraceRequest, Traced};
use reports::{Document, Section};
use schemas::document::{CaseTrace, CsvDialect, FileFormat, PdfStandard, TraceSubject};
use schemas::{Decisions, Language, Speech};
use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal, Read};
use std::path::{Path, PathBuf};

/// No NIK is longer, and what is cannot be one.
const LONGEST_NIK_BYTES: u64 = 256;
/// The folder of full copies among the documents of the office.
const FULL_COPIES: &str = "telusur_dinas";

/// Options of `tertib trace`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("subject").required(true).args(["berkas", "batch", "person"]))]
pub(crate) struct Options {
    /// Everything about the berkas of this id.
    #[arg(long, value_name = "ID")]
    berkas: Option<String>,
    /// Everything about the berkas of the batch (kolektif) of this id.
    #[arg(long, value_name = "ID")]
    batch: Option<String>,
    /// Everything about the person whose NIK is read from standard input, or asked for without showing it; it is never an argument.
    #[arg(long, requires = "purpose", conflicts_with = "archive")]
    person: bool,
    /// For what it is needed, in 1 to 200 characters; it stands in the document.
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    /// With full NIK and names: a file that only you can read, in a folder that only you can enter, and nothing on the screen.
    #[arg(long, requires = "purpose", conflicts_with_all = ["archive", "format"])]
    full: bool,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Also writes it as a document, dated today: a PDF, or by its ending XLSX, CSV or JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "archive")]
    report: Option<PathBuf>,
    /// What that PDF keeps to [default: `a2a-ua1` for a person, `a2b` for all else].
    #[arg(long, value_enum)]
    standard: Option<PdfStandard>,
    #[command(flatten)]
    copy: ArchiveCopy,
    #[command(flatten)]
    place: Where,
}

/// Exit code 1 when the archive has nothing about it.
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let purpose = purpose(options)?;
    let readable = Readable::open(&options.copy, &options.place)?;
    let mut trace = traced(options, &readable, purpose, common)?;
    if let Readable::Own(workspace) = &readable {
        trace.looked = Some(looked(workspace, &trace)?);
    }
    let trace = trace;
    let (speech, document) = (readable.speech(common), Document::Trace(&trace));
    let workspace = match &readable {
        Readable::Own(workspace) => Some(workspace.as_ref()),
        Readable::Copy { .. } => None,
    };
    let files = match workspace {
        Some(workspace) => files(options, workspace, document)?,
        None => Vec::new(),
    };
    let shown = if options.full { String::new() } else { shown(options.format, &trace, speech)? };
    let leaving = files.iter().map(|(_, bytes)| bytes.as_slice()).chain([shown.as_bytes()]);
    let leaving: Vec<u8> = leaving.flatten().copied().collect();
    // The one place through which a trace passes before anything of it leaves. Who has a copy has no log of the office.
    if let Some(workspace) = workspace {
        let look = Look {
            by: None,
            act: "trace",
            what: format!("{} {}", trace.subject.word(), trace.subject.id()),
            answer: pipeline::sha256(&leaving),
            rows: trace.rows(),
            discloses: options.full || matches!(trace.subject, TraceSubject::Orang(_)),
            role: access::OF_THE_OFFICE,
            purpose: Some(purpose).filter(|purpose| !purpose.is_empty()),
        };
        access::note(workspace, &look)?;
    }
    let readers = if options.full { Readers::Owner } else { Readers::Usual };
    for (path, bytes) in &files {
        documents::replace(path, bytes, readers)?;
    }
    print::data(&shown)?;
    if options.full {
        print::data(&files.iter().map(|(path, _)| format!("{}\n", path.display())).collect::<String>())?;
    }
    if trace.cases.is_empty() {
        print::words(common, &speech.say("trace.none", &[]));
    }
    Ok(Outcome::of(trace.cases.is_empty()))
}

/// Who looked before at what is traced: at itself, at one of its berkas, or at its batch.
pub(crate) fn looked(workspace: &Workspace, trace: &CaseTrace) -> Result<Vec<schemas::document::Look>> {
    let zone = workspace.facts.zone;
    let cases = trace.cases.iter().flat_map(|case| [case.berkas.as_str(), case.kolektif.as_str()]);
    let ids: BTreeSet<&str> = cases.chain([trace.subject.id()]).collect();
    let speech = workspace.facts.speech(Language::Indonesian);
    let between = |c: char| c.is_whitespace() || "'\",()".contains(c);
    let is_about = |what: &str| what.split(between).any(|word| ids.contains(word));
    let accesses = workspace.archive()?.accesses()?.into_iter().map(|(_, access)| access);
    let look = |access: pipeline::Access| {
        Some(schemas::document::Look {
            at: zone.instant(access.at)?,
            by: access.by,
            role: access.role,
            purpose: access.purpose.unwrap_or_default(),
            what: format!("{}: {}", access::said(&access.act, speech), access.what),
        })
    };
    let looks: Option<Vec<_>> = accesses.filter(|access| is_about(&access.what)).map(look).collect();
    looks.context("an entry of the log of those who looked has an impossible time")
}

/// The purpose, where one was given or is needed.
fn purpose(options: &Options) -> Result<&str> {
    let Some(purpose) = options.purpose.as_deref().map(str::trim) else { return Ok("") };
    access::check_purpose(purpose)?;
    Ok(purpose)
}

/// Collects everything.
fn traced(options: &Options, readable: &Readable, purpose: &str, common: Common) -> Result<CaseTrace> {
    let archive = readable.archive()?;
    let facts = readable.shared_facts();
    let on = facts.zone.date(clock::now().timestamp()).context("today is no date")?;
    let disclosure = if options.full { Disclosure::Full } else { Disclosure::Masked };
    let none = Decisions::default();
    let (decisions, creator) = match readable {
        Readable::Own(workspace) => (&workspace.decisions, workspace.config.office.dinas.as_str()),
        Readable::Copy { .. } => (&none, ""),
    };
    let of = |subject| TraceRequest { subject, disclosure, purpose, on, creator };
    let trace = |subject| pipeline::trace(&archive, facts, decisions, of(subject));
    Ok(match (&options.berkas, &options.batch, readable) {
        (Some(id), ..) => trace(Traced::Berkas(id))?,
        (None, Some(id), _) => trace(Traced::Kolektif(id))?,
        (None, None, Readable::Own(workspace)) => {
            let key = workspace.config.key()?;
            archive.check_key(&key)?;
            let pseudonym = archive.pseudonym_of(&typed(common)?, &key)?;
            trace(Traced::Orang(&pseudonym))?
        }
        (None, None, Readable::Copy { .. }) => {
            bail!("--person needs the office's key; run it where the office is installed")
        }
    })
}

/// The NIK that somebody types without seeing it, or that comes from a program.
fn typed(common: Common) -> Result<String> {
    let unread = "cannot read the NIK from standard input";
    if std::io::stdin().is_terminal() {
        print::words(common, "NIK (it is not shown):");
        let typed = console::Term::stderr().read_secure_line().context(unread)?;
        return Ok(typed.trim().to_owned());
    }
    let mut line = String::new();
    std::io::stdin().lock().take(LONGEST_NIK_BYTES).read_line(&mut line).context(unread)?;
    let nik = line.trim();
    if nik.is_empty() {
        bail!("no NIK came from standard input; for example: tertib trace --person --purpose TEXT < FILE");
    }
    Ok(nik.to_owned())
}

/// The files that are to be written: the document that was asked for, or the full copy in its own folder.
fn files(options: &Options, workspace: &Workspace, document: Document<'_>) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let path = match (&options.report, options.full) {
        (Some(path), _) => path.clone(),
        (None, true) => {
            let folder = workspace.config.reports_path().join(FULL_COPIES);
            folder.join(format!("{}.pdf", document.name()))
        }
        (None, false) => return Ok(Vec::new()),
    };
    let office = &workspace.config.office;
    let bytes = match FileFormat::of_path(&path) {
        Some(FileFormat::Pdf) => {
            let standard = options.standard.unwrap_or(document.usual_standard());
            workspace.config.renderer()?.pdf(document, 1, office, standard)?.bytes
        }
        Some(FileFormat::Xlsx) => reports::workbook(document, office)?,
        Some(FileFormat::Csv) => reports::csv(document, CsvDialect::Id)?,
        Some(FileFormat::Json) => reports::json(document)?,
        Some(FileFormat::Data) | None => {
            bail!("{} has no ending that names a form; use .pdf, .xlsx, .csv or .json", path.display())
        }
    };
    if options.full {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let unusable = || format!("cannot use the folder {}", folder.display());
        pipeline::make_folder(folder, Readers::Owner).with_context(unusable)?;
    }
    Ok(vec![(path, bytes)])
}

/// What is shown.
fn shown(format: Format, trace: &CaseTrace, speech: Speech<'_>) -> Result<String> {
    let document = Document::Trace(trace);
    Ok(match format {
        Format::Json => String::from_utf8(reports::json(document)?)?,
        Format::Csv => String::from_utf8(reports::csv(document, CsvDialect::Rfc4180)?)?,
        Format::Table if trace.cases.is_empty() => String::new(),
        Format::Table => {
            let provenance = &trace.provenance;
            let version = format!("{}, arsip versi {}", provenance.extent(), provenance.archive_version);
            let head = print::paragraph(&version, 2);
            head + &reports::trace_sections(trace).iter().map(|of| section(of, speech)).collect::<String>()
        }
    })
}

/// A heading and its table.
fn section(of: &Section, speech: Speech<'_>) -> String {
    let title = print::paint(Tone::Strong, of.title);
    if of.rows.is_empty() {
        let instead = of.instead.map_or_else(|| speech.say("list.none", &[]), str::to_owned);
        return format!("\n{title}: {instead}\n");
    }
    let head: Vec<&str> = of.head.iter().map(String::as_str).collect();
    format!("\n{title}\n{}", Table::new(&head, &of.rows).text())
}
