//! `tertib render`

use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::papers::Papers;
use crate::workspace::{PullRequest, Workspace};
use crate::{demo, print};
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use pipeline::{Disclosure, Readers};
use reports::{Document, Renderer};
use schemas::{Finding, Month};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Options of `tertib render`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The month, for example 2026-10.
    #[arg(long, value_name = "YYYY-MM")]
    month: Month,
    /// Only these documents: the id of a book or list, `berita_acara_serah_terima`, `bukti_pengambilan`, `laporan_bulanan`,
    /// `laporan_kepatuhan`.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// File formats.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [FileFormat::Pdf])]
    format: Vec<FileFormat>,
    /// What the PDFs keep to.
    #[arg(long, value_enum, default_value_t = PdfStandard::A2b)]
    standard: PdfStandard,
    /// Whose data: the archive's, or those of an invented office, for who writes a template.
    #[arg(long, value_enum, default_value_t = Data::Archive)]
    data: Data,
    /// Folder to write to [default: the configuration's, by month].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Render again whenever a template in the folder of [reports] templates changes.
    #[arg(long)]
    watch: bool,
    /// Books with full NIK and names, for the office's own copy: `NAME_dinas`, which only you can read, in a folder `MONTH_dinas`
    /// that only you can enter.
    #[arg(long)]
    full: bool,
    /// The compliance report for outsiders, `NAME_luar`, which names verdicts but no counts; no other document is written.
    #[arg(long, conflicts_with = "full")]
    hide_small: bool,
    #[command(flatten)]
    place: Where,
}

/// Whose data a document shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Data {
    /// The office's archive.
    Archive,
    /// An invented office, made for this once; documents go to the folder `contoh`.
    Sample,
}

/// How a document is written to disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    /// PDF/A-2b.
    Pdf,
    /// Comma-separated values.
    Csv,
    /// A workbook: typed columns, frozen head.
    Xlsx,
    /// All data of the document.
    Json,
    /// What the layout of the PDF reads, as `NAME.data.json`.
    Data,
}

/// What a PDF keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PdfStandard {
    /// PDF/A-1b.
    A1b,
    /// PDF/A-2b.
    A2b,
    /// PDF/A-2a and PDF/UA-1, tagged.
    A2aUa1,
}

impl From<PdfStandard> for reports::Standard {
    fn from(standard: PdfStandard) -> Self {
        match standard {
            PdfStandard::A1b => Self::A1b,
            PdfStandard::A2b => Self::A2b,
            PdfStandard::A2aUa1 => Self::A2aUa1,
        }
    }
}

/// Which documents to write, how and where.
#[derive(Debug)]
pub(crate) struct Selection {
    only: Vec<String>,
    formats: Vec<FileFormat>,
    standard: PdfStandard,
    out: Option<PathBuf>,
    disclosure: Disclosure,
    hide_small: bool,
}

impl Selection {
    /// Every document as PDF, books masked, in the configuration's folder.
    pub(crate) fn everything() -> Self {
        Self {
            only: Vec::new(),
            formats: vec![FileFormat::Pdf],
            standard: PdfStandard::A2b,
            out: None,
            disclosure: Disclosure::Masked,
            hide_small: false,
        }
    }

    /// The folder to write to, made where it is not there. Full copies are in one that nobody else may enter.
    fn folder(&self, workspace: &Workspace, month: Month) -> Result<PathBuf> {
        let own = match self.disclosure {
            Disclosure::Masked => month.to_string(),
            Disclosure::Full => format!("{month}_dinas"),
        };
        let folder = self.out.clone().unwrap_or_else(|| workspace.config.reports_path().join(own));
        pipeline::make_folder(&folder, self.readers())
            .with_context(|| format!("cannot use the folder {}", folder.display()))?;
        Ok(folder)
    }

    /// Who may read what is written.
    fn readers(&self) -> Readers {
        match self.disclosure {
            Disclosure::Masked => Readers::Usual,
            Disclosure::Full => Readers::Owner,
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|n| n == name)
    }
}

/// A file that was written.
#[derive(Debug)]
pub(crate) struct Written {
    /// The id of its document.
    pub id: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Its pages, for a PDF.
    pub pages: usize,
    /// Texts with characters that could not be printed.
    pub replaced: u64,
}

/// What came of rendering a month.
#[derive(Debug)]
pub(crate) struct Rendition {
    /// The files, in order.
    pub written: Vec<Written>,
    /// What must be said beside them.
    pub findings: Vec<Finding>,
}

impl Rendition {
    /// Texts with characters that could not be printed.
    pub(crate) fn replaced(&self) -> u64 {
        self.written.iter().map(|w| w.replaced).sum()
    }
}

/// Applications a month of the invented office, and how it is drawn.
const SAMPLED: u32 = 60;
const SAMPLE_SEED: u64 = 7;

const REPORTS: [&str; 4] = ["berita_acara_serah_terima", "bukti_pengambilan", "laporan_bulanan", "laporan_kepatuhan"];

/// Exit code 1 when characters had to be replaced to be printable, or the archive does not hold all of the month.
pub(crate) async fn run(options: &Options, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let room;
    let workspace = match options.data {
        Data::Archive => workspace,
        Data::Sample => {
            room = tempfile::TempDir::new().context("no folder for an invented office")?;
            sample(workspace, room.path(), options.month).await?
        }
    };
    let only = if options.hide_small { of_outsiders(&options.only)? } else { options.only.clone() };
    let selection = Selection {
        only,
        formats: options.format.clone(),
        standard: options.standard,
        out: options.out.clone(),
        disclosure: if options.full { Disclosure::Full } else { Disclosure::Masked },
        hide_small: options.hide_small,
    };
    let books = workspace.facts.ledgers.iter().map(|book| book.id.as_str());
    let lists = workspace.facts.lists.iter();
    let of_lists = lists
        .flat_map(|list| [Some(list.id.as_str()), list.destruction.as_ref().map(|statement| statement.id.as_str())]);
    let known: Vec<&str> = books.chain(of_lists.flatten()).chain(REPORTS).collect();
    if let Some(unknown) = selection.only.iter().find(|n| !known.contains(&n.as_str())) {
        bail!("there is no document `{unknown}`; there are {}", known.join(", "));
    }
    if options.watch {
        return watch(&workspace, options.month, &selection, common);
    }
    let rendition = rendered(&workspace, options.month, &selection, common)?;
    let replaced = rendition.replaced();
    if replaced > 0 {
        print::words(common, &format!("{replaced} texts hold characters that cannot be printed; they show as □"));
    }
    let attention = workspace.facts.need_attention(&rendition.findings);
    Ok(Outcome::of(replaced > 0 || attention))
}

/// What outsiders may have: only the compliance report has a copy without counts.
fn of_outsiders(only: &[String]) -> Result<Vec<String>> {
    let report = "laporan_kepatuhan";
    if let Some(other) = only.iter().find(|name| *name != report) {
        bail!("`{other}` has no copy for outsiders; ask for `{report}` only");
    }
    Ok(vec![report.to_owned()])
}

/// Renders and says what was written.
fn rendered(workspace: &Workspace, month: Month, selection: &Selection, common: Common) -> Result<Rendition> {
    let bar = print::bar(common, "render");
    let rendition = render(workspace, month, selection, &mut |name| bar.set_message(name.to_owned()));
    bar.finish_and_clear();
    let rendition = rendition?;
    let line = |w: &Written| match w.pages {
        0 => format!("{}\n", w.path.display()),
        pages => format!("{} ({pages} pages)\n", w.path.display()),
    };
    print::data(&rendition.written.iter().map(line).collect::<String>())?;
    if !rendition.findings.is_empty() {
        print::words(common, print::findings(&workspace.facts, &rendition.findings).trim_end());
    }
    Ok(rendition)
}

/// The office with its own facts, templates and letterhead, but the data of an invented one.
async fn sample(mut workspace: Workspace, room: &Path, month: Month) -> Result<Workspace> {
    let plan = demo::Plan { first: month.back(1), last: month, per_month: SAMPLED, seed: SAMPLE_SEED };
    let office = demo::invent(plan, &workspace.facts)?;
    let config = demo::install(room, &office, &workspace.facts, SAMPLE_SEED).await?;
    workspace.config.show_documents_of(config);
    let at = chrono::DateTime::from_timestamp(month.end_s(workspace.facts.zone), 0).unwrap_or_default();
    workspace.pull(PullRequest::everything(at), &mut |_, _| {}).await?;
    Ok(workspace)
}

/// How often templates are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Renders again whenever a template of the office changes, for who writes one; a template that fails is said with its line.
fn watch(workspace: &Workspace, month: Month, selection: &Selection, common: Common) -> Result<Outcome> {
    let Some(folder) = workspace.config.templates_path() else {
        bail!("there is nothing to watch: name the folder of the office's own templates under [reports] templates")
    };
    let mut last = None;
    loop {
        let now = changes(&folder)?;
        if last.as_ref() != Some(&now) {
            last = Some(now);
            if let Err(fault) = rendered(workspace, month, selection, common) {
                print::words(common, &format!("{fault:#}"));
            }
            print::words(common, &format!("watching {}; Ctrl+C ends", folder.display()));
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// When each file of a folder was changed.
fn changes(folder: &Path) -> Result<Vec<(PathBuf, SystemTime)>> {
    let unread = || format!("cannot read {}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(unread)? {
        let entry = entry.with_context(unread)?;
        files.push((entry.path(), entry.metadata().and_then(|m| m.modified()).with_context(unread)?));
    }
    files.sort();
    Ok(files)
}

/// Writes the selected documents of a month, books in parallel; `began` is told the name of each document.
pub(crate) fn render(
    workspace: &Workspace,
    month: Month,
    selection: &Selection,
    began: &mut dyn FnMut(&str),
) -> Result<Rendition> {
    let archive = workspace.archive()?;
    let book = workspace.figures(&archive)?;
    let papers = Papers::of(workspace, &archive, &book, month, selection.disclosure, selection.hide_small)?;
    let mut documents = papers.documents();
    documents.retain(|document| selection.wants(document.id()));
    let renderer = workspace.config.renderer()?;
    let folder = selection.folder(workspace, month)?;
    let office = &workspace.config.office;
    let mut written = Vec::new();
    let volumes = documents.iter().flat_map(|document| (1..=document.volumes()).map(|volume| (*document, volume)));
    let volumes: Vec<(Document<'_>, usize)> = volumes.collect();
    for pair in volumes.chunks(2) {
        for (document, volume) in pair {
            began(&document.volume_name(*volume));
        }
        let results: Vec<Result<Vec<Written>>> = std::thread::scope(|scope| {
            let work = |(document, volume): (Document<'_>, usize)| {
                write(&renderer, document, volume, office, selection, &folder)
            };
            let threads: Vec<_> = pair.iter().map(|d| scope.spawn(move || work(*d))).collect();
            let results = threads.into_iter().zip(pair).map(|(thread, (document, volume))| {
                let name = || document.volume_name(*volume);
                thread.join().unwrap_or_else(|_| bail!("{} could not be set; this is a defect of tertib", name()))
            });
            results.collect()
        });
        for result in results {
            written.extend(result?);
        }
    }
    Ok(Rendition { written, findings: archive.provenance()?.gap(month).into_iter().collect() })
}

fn write(
    renderer: &Renderer,
    document: Document<'_>,
    volume: usize,
    office: &schemas::document::Office,
    selection: &Selection,
    folder: &Path,
) -> Result<Vec<Written>> {
    let mut written = Vec::new();
    // Data are not divided.
    let formats = selection.formats.iter().filter(|format| volume == 1 || **format == FileFormat::Pdf);
    for format in formats {
        let (ending, bytes, pages, replaced) = match format {
            FileFormat::Data => ("data.json", renderer.data(document, volume, office)?, 0, 0),
            FileFormat::Pdf => {
                let rendered = renderer.pdf(document, volume, office, selection.standard.into())?;
                ("pdf", rendered.bytes, rendered.pages, rendered.replaced)
            }
            FileFormat::Csv => ("csv", reports::csv(document)?, 0, 0),
            FileFormat::Xlsx => ("xlsx", reports::xlsx(document)?, 0, 0),
            FileFormat::Json => ("json", reports::json(document)?, 0, 0),
        };
        let name = if *format == FileFormat::Pdf { document.volume_name(volume) } else { document.name() };
        let path = folder.join(format!("{name}.{ending}"));
        replace(&path, &bytes, selection.readers())?;
        written.push(Written { id: document.id().to_owned(), path, pages, replaced });
        if *format == FileFormat::Csv {
            let path = folder.join(format!("{name}.keterangan.txt"));
            replace(&path, reports::csv_notes(document).as_bytes(), selection.readers())?;
            written.push(Written { id: document.id().to_owned(), path, pages: 0, replaced: 0 });
        }
    }
    Ok(written)
}

/// Puts a document into the place of an earlier one.
pub(crate) fn replace(path: &Path, bytes: &[u8], readers: Readers) -> Result<()> {
    pipeline::replace_file(path, bytes, readers).with_context(|| format!("cannot write {}", path.display()))
}
