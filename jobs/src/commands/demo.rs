//! `tertib demo`

use crate::demo;
use crate::documents::{Batch, Folder, Selection, Step, Written};
use crate::options::Common;
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::workspace::{PullRequest, Snapshot, Workspace};
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::Readers;
use schemas::{Facts, Month, Verdict};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Options of `tertib demo`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Folder for the invented office; its database, archive and documents are made anew.
    #[arg(long, value_name = "DIR", default_value = "tertib-demo")]
    dir: PathBuf,
    /// First and last month.
    #[arg(long, value_name = "A:B", default_value = "2026-08:2026-10", value_parser = span)]
    months: (Month, Month),
    /// Applications per month.
    #[arg(long, value_name = "N", default_value_t = 1_200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    per_month: u32,
    /// Same seed, same office, same documents.
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

/// Marks a folder as one that a demo may make anew.
const MARK: &str = ".kantor-rekaan";

/// Documents the folder may hold beside the mark; anything else in it stays untouched.
const MADE: [&str; 5] = ["archive", "laporan", "kantor.sqlite", "tertib.toml", "kunci.key"];

fn span(text: &str) -> Result<(Month, Month), String> {
    let (a, b) = text.split_once(':').ok_or("write it as 2026-08:2026-10")?;
    let (a, b): (Month, Month) = (a.parse().map_err(to_text)?, b.parse().map_err(to_text)?);
    if a <= b { Ok((a, b)) } else { Err("the first month is after the last".to_owned()) }
}

fn to_text(fault: schemas::MonthError) -> String {
    fault.to_string()
}

/// Invents, pulls, computes, judges and renders; ends with the last month's figures, the documents and what to do next.
pub(crate) async fn run(options: Options, common: Common) -> Result<Outcome> {
    let facts = Arc::new(Facts::embedded()?);
    prepare(&options.dir)?;
    let (first, last) = options.months;
    let bar = Progress::of_rows(common, "invent an office");
    let plan = demo::Plan { first, last, per_month: options.per_month, seed: options.seed };
    let office = demo::invent(plan, &facts)?;
    let config = demo::install(&options.dir, &office, &facts, options.seed).await?;
    let workspace = Arc::new(Workspace { config, facts, decisions: schemas::Decisions::default() });
    bar.phase("pull");
    let progress = &mut |done: u64, total: u64| bar.at(done, total);
    // The instant this pull claims is the end of the last month, so that the same seed gives the same archive.
    let at = chrono::DateTime::from_timestamp(last.end_s(workspace.facts.zone), 0).unwrap_or_default();
    let report = workspace.pull(PullRequest::everything(at), progress).await?;
    drop(bar);
    let bar = Progress::of_pieces(common, "figures");
    let snapshot = workspace.snapshot()?;
    let selection = Selection::everything();
    let months: Vec<Month> =
        std::iter::successors(Some(first), |m| Some(m.next())).take_while(|m| *m <= last).collect();
    let mut rows = Vec::new();
    for month in months {
        bar.phase(&format!("figures of {month}"));
        let told = |step: Step<'_>| {
            bar.name(step.name);
            bar.at(step.done as u64, step.of as u64);
        };
        let folder = Folder::of(None, &workspace.config, month, selection.disclosure);
        let rendition = folder.fill(&Batch::of(&snapshot, month, &selection)?, told)?;
        rows.push(counted(&workspace.facts, month, &rendition.files));
    }
    drop(bar);
    // Findings come first, so that the commands to go on with are the last lines.
    print::words(common, print::findings(workspace.speech(common), &report.findings).trim_end());
    let headline = headline(&snapshot, last)?;
    print::data(&format!(
        "{} rows of an invented office were pulled: {} archived, {} to quarantine\n\nFigures of {last}\n{}\n\
         Documents as PDF in {}\n{}\nNext\n{}",
        report.read,
        report.new,
        report.quarantined,
        print::table(&["figure", "value"], &headline),
        workspace.config.reports_path().display(),
        print::table(&["month", "books", "lists", "statements", "receipts", "reports", "pages"], &rows),
        next_commands(&options.dir, last),
    ))?;
    Ok(Outcome::Done)
}

/// How many documents of each kind a month has, and their pages.
fn counted(facts: &Facts, month: Month, written: &[Written]) -> Vec<String> {
    let of = |kind: DocumentKind| written.iter().filter(|w| DocumentKind::of(facts, &w.id) == kind).count();
    let kinds =
        [DocumentKind::Book, DocumentKind::List, DocumentKind::Statement, DocumentKind::Receipt, DocumentKind::Report]
            .map(of);
    let pages = written.iter().map(|w| w.pages).sum();
    let numbers = kinds.into_iter().chain([pages]).map(|n: usize| n.to_string());
    [month.to_string()].into_iter().chain(numbers).collect()
}

/// What a document is to an office.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DocumentKind {
    Book,
    List,
    Statement,
    Receipt,
    Report,
}

impl DocumentKind {
    fn of(facts: &Facts, id: &str) -> Self {
        let is_statement =
            |list: &schemas::ArchiveList| list.destruction.as_ref().is_some_and(|statement| statement.id == id);
        if facts.ledgers.iter().any(|book| book.id == id) {
            Self::Book
        } else if facts.lists.iter().any(|list| list.id == id) {
            Self::List
        } else if id == "berita_acara_serah_terima" || facts.lists.iter().any(is_statement) {
            Self::Statement
        } else if id == "bukti_pengambilan" {
            Self::Receipt
        } else {
            Self::Report
        }
    }
}

/// Commands to go on with, as they are typed in this folder.
fn next_commands(dir: &Path, month: Month) -> String {
    let config = dir.join("tertib.toml");
    let commands = [format!("metrics --month {month}"), format!("compliance --month {month}"), "verify".to_owned()];
    commands.map(|command| format!("{}\n", print::command(&command, Some(&config)))).concat()
}

/// Clears what an earlier demo made. A folder that holds anything else is refused.
fn prepare(dir: &Path) -> Result<()> {
    let mark = dir.join(MARK);
    if dir.exists() && !mark.exists() && std::fs::read_dir(dir)?.next().is_some() {
        bail!("{} holds something else; choose another folder with --dir", dir.display());
    }
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    for name in MADE {
        let path = dir.join(name);
        let removed = if path.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            std::fs::remove_dir_all(&path)
        } else if path.symlink_metadata().is_ok() {
            std::fs::remove_file(&path)
        } else {
            Ok(())
        };
        removed.with_context(|| format!("cannot clear {}", path.display()))?;
    }
    let words = b"Kantor rekaan tertib; isinya boleh dibuat ulang.\n";
    pipeline::replace_file(&mark, words, Readers::Usual).with_context(|| format!("cannot write {}", mark.display()))
}

/// The figures that an office asks for first.
fn headline(snapshot: &Snapshot, month: Month) -> Result<Vec<Vec<String>>> {
    let sheet = snapshot.compliance(month)?;
    let f = &sheet.figures.figures;
    let d = sheet.figures.deadlines.within_24_hours_less_outages;
    let of = |v: Verdict| sheet.judgements.iter().filter(|j| j.verdict() == v).count();
    let [met, missed, no_data, no_target] = [Verdict::Met, Verdict::Missed, Verdict::NoData, Verdict::NoTarget].map(of);
    let rows = [
        ("received", f.duplicates.arrivals.to_string()),
        ("printed", f.issuance.printed.to_string()),
        ("handed over", f.turnaround.handed_over.to_string()),
        ("open at the end of the month", f.backlog.values().sum::<u64>().to_string()),
        ("complete at the first check", format!("{} of {}", f.completeness.complete, f.completeness.first_checks)),
        ("issued within 24 hours, outages left out", format!("{} of {}", d.on_time, d.n())),
        ("targets met", format!("{met} of {}, {missed} missed", met + missed)),
        ("targets that cannot be judged", format!("{no_data} without data, {no_target} without a value")),
    ];
    Ok(rows.map(|(name, value)| vec![name.to_owned(), value]).into())
}
