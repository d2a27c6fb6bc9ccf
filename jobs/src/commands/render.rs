//! `tertib render`

use crate::access;
use crate::documents::{Batch, Folder, Rendition, Selection, Step, Written};
use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::workspace::{PullRequest, Workspace};
use crate::{demo, months};
use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use pipeline::Disclosure;
use schemas::document::{CsvDialect, FileFormat, PdfStandard};
use schemas::{DocumentGroup, Facts, Month};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Options of `tertib render`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The month, for example 2026-10 [default: the last one].
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<Month>,
    /// Only the papers of a day, for example 2026-10-14: what its steps hand to people. Their names end with the date.
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["month", "hide_small"])]
    day: Option<NaiveDate>,
    /// Only these documents: the id of a book, list or paper, `laporan_bulanan`, `laporan_kepatuhan`; or a group: `buku`, `harian`,
    /// `bulanan`, `provinsi`.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// File formats.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [FileFormat::Pdf])]
    format: Vec<FileFormat>,
    /// How CSV files are written.
    #[arg(long, value_enum, default_value_t = CsvDialect::Id)]
    csv_dialect: CsvDialect,
    /// What the PDFs keep to [default: `a2a-ua1` for what leaves the office, `a2b` for all else].
    #[arg(long, value_enum)]
    standard: Option<PdfStandard>,
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
    /// Why residents are named, in one line without a NIK; it stands in the log of those who looked (`tertib access`).
    #[arg(long, value_name = "TEXT", requires = "full")]
    purpose: Option<String>,
    /// The compliance report for outsiders, `NAME_luar`, which names verdicts but no counts; no other document is written.
    #[arg(long, conflicts_with = "full")]
    hide_small: bool,
    /// In the compliance report, also the targets that have no value yet.
    #[arg(long)]
    unset_targets: bool,
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

/// Applications a month of the invented office, and how it is drawn.
const SAMPLED: u32 = 60;
const SAMPLE_SEED: u64 = 7;

/// Exit code 1 when characters had to be replaced to be printable, or the archive does not hold all of the month.
pub(crate) async fn run(options: &Options, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let asked = options.month.or_else(|| options.day.map(Month::of_date));
    let month = months::asked_or_last(asked, workspace.facts.zone, common)?;
    let room;
    let workspace = match options.data {
        Data::Archive => workspace,
        Data::Sample => {
            room = tempfile::TempDir::new().context("no folder for an invented office")?;
            sample(&workspace, room.path(), month).await?
        }
    };
    let selection = selection(options, &workspace.facts)?;
    if options.watch {
        return watch(&workspace, month, &selection, options, common);
    }
    let rendition = rendered(&workspace, month, &selection, options, common)?;
    let replaced = rendition.replaced();
    if replaced > 0 {
        print::words(common, &format!("{replaced} texts hold characters that cannot be printed; they show as □"));
    }
    let attention = workspace.facts.need_attention(&rendition.findings);
    Ok(Outcome::of(replaced > 0 || attention))
}

/// What the command line selects.
fn selection(options: &Options, facts: &Facts) -> Result<Selection> {
    let mut selection = Selection::everything().only(&options.only, facts)?;
    selection.day = options.day;
    if options.day.is_some() && !selection.has_papers_of_a_day(facts) {
        let (only, group) = (options.only.join(","), DocumentGroup::Harian.name());
        bail!("`{only}` has no papers of a day; leave out `--day`, or ask for `--only {group}`");
    }
    selection.formats.clone_from(&options.format);
    selection.dialect = options.csv_dialect;
    selection.standard = options.standard;
    selection.list_unset = options.unset_targets;
    selection.disclosure = if options.full { Disclosure::Full } else { Disclosure::Masked };
    if options.hide_small { selection.for_outsiders() } else { Ok(selection) }
}

/// Renders and says what was written.
fn rendered(
    workspace: &Arc<Workspace>,
    month: Month,
    selection: &Selection,
    options: &Options,
    common: Common,
) -> Result<Rendition<Written>> {
    let bar = Progress::of_pieces(common, &format!("figures of {month}"));
    let folder = Folder::of(options.out.as_deref(), &workspace.config, month, selection.disclosure);
    let told = |step: Step<'_>| {
        bar.name(step.name);
        bar.at(step.done as u64, step.of as u64);
    };
    let rendition = workspace.snapshot().and_then(|snapshot| {
        let snapshot = snapshot.shown_by(&bar, month.back(months::OF_A_YEAR), month);
        let batch = Batch::of(&snapshot, month, selection)?;
        bar.phase("documents");
        let whose = (month, selection.disclosure);
        access::of_copies(workspace, whose, options.purpose.as_deref(), || folder.fill(&batch, told))
    });
    drop(bar);
    let rendition = rendition?;
    let line = |file: &Written| match file.pages {
        0 => format!("{}\n", file.path.display()),
        pages => format!("{} ({pages} pages)\n", file.path.display()),
    };
    if let (Some(day), true) = (options.day, rendition.files.is_empty()) {
        print::words(common, &format!("on {day} nothing happened of which there is a paper"));
    }
    print::data(&rendition.files.iter().map(line).collect::<String>())?;
    if !rendition.findings.is_empty() {
        print::words(common, print::findings(workspace.speech(common), &rendition.findings).trim_end());
    }
    Ok(rendition)
}

/// The office with its own facts, templates and letterhead, but the data of an invented one.
async fn sample(workspace: &Workspace, room: &Path, month: Month) -> Result<Arc<Workspace>> {
    let facts = &workspace.facts;
    let plan = demo::Plan { first: month.back(1), last: month, per_month: SAMPLED, seed: SAMPLE_SEED };
    let invented = demo::install(room, &demo::invent(plan, facts)?, facts, SAMPLE_SEED).await?;
    let sample = Workspace {
        config: workspace.config.documents_of(invented),
        facts: Arc::clone(facts),
        decisions: workspace.decisions.clone(),
        remarks: workspace.remarks.clone(),
    };
    let at = chrono::DateTime::from_timestamp(month.end_s(facts.zone), 0).unwrap_or_default();
    sample.pull(PullRequest::everything(at), &mut |_, _, _| {}).await?;
    Ok(Arc::new(sample))
}

/// How often templates are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Renders again whenever a template of the office changes, for who writes one; a template that fails is said with its line.
fn watch(
    workspace: &Arc<Workspace>,
    month: Month,
    selection: &Selection,
    options: &Options,
    common: Common,
) -> Result<Outcome> {
    let Some(folder) = workspace.config.templates_path() else {
        bail!("there is nothing to watch: name the folder of the office's own templates under [reports] templates")
    };
    let mut last = None;
    loop {
        let now = changes(&folder)?;
        if last.as_ref() != Some(&now) {
            last = Some(now);
            if let Err(fault) = rendered(workspace, month, selection, options, common) {
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
