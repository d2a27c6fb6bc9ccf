//! `tertib demo`

use crate::demo;
use crate::documents::{Batch, Folder, Selection, Step, Written};
use crate::options::Common;
use crate::outcome::Outcome;
use crate::portal::people::{self, Person};
use crate::portal::register::{self, Register};
use crate::print::{self, Progress};
use crate::workspace::{PullRequest, Snapshot, Workspace};
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::Readers;
use schemas::{Facts, Month, Speech, Verdict};
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
const MADE: [&str; 7] =
    ["archive", "laporan", "kantor.sqlite", "tertib.toml", "kunci.key", "penanda.key", "pengguna.toml"];

/// Who uses the pages of an invented office.
const NAMES: [&str; 4] = ["Sri Rekaan", "Budi Rekaan", "Andi Rekaan", "Rina Rekaan"];

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
    let workspace = Arc::new(Workspace {
        config,
        facts,
        decisions: schemas::Decisions::default(),
        remarks: schemas::Remarks::default(),
    });
    bar.phase("pull");
    let progress = &mut |stage, done, total| bar.of_pull(stage, done, total);
    // The instant this pull claims is the end of the last month, so that the same seed gives the same archive.
    let at = chrono::DateTime::from_timestamp(last.end_s(workspace.facts.zone), 0).unwrap_or_default();
    let report = workspace.pull(PullRequest::everything(at), progress).await?;
    drop(bar);
    let months: Vec<Month> =
        std::iter::successors(Some(first), |m| Some(m.next())).take_while(|m| *m <= last).collect();
    let bar = Progress::of_pieces(common, "figures");
    let snapshot = workspace.snapshot()?;
    let selection = Selection::everything();
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
    let speech = workspace.speech(common);
    print::words(common, print::findings(speech, &report.findings).trim_end());
    let headline = headline(&snapshot, last, speech)?;
    let [read, new, quarantined] = [report.read, report.new, report.quarantined].map(|n| speech.language().integer(n));
    let figures = [speech.say("column.figure", &[]), speech.say("column.value", &[])];
    let kinds = [
        speech.say("column.month", &[]),
        speech.say("demo.books", &[]),
        speech.say("demo.lists", &[]),
        speech.say("demo.drafts", &[]),
        speech.say("demo.papers", &[]),
        speech.say("demo.reports", &[]),
        speech.say("demo.pages", &[]),
    ];
    let accounts = [speech.say("demo.account", &[]), speech.say("demo.password", &[]), speech.say("demo.role", &[])];
    print::data(&format!(
        "{}\n\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}",
        speech.say("demo.pulled", &[("read", &read), ("new", &new), ("quarantined", &quarantined)]),
        speech.say("demo.figures", &[("month", &last)]),
        print::table(&figures.each_ref().map(String::as_str), &headline),
        speech.say("demo.documents", &[("folder", &workspace.config.reports_path().display())]),
        print::table(&kinds.each_ref().map(String::as_str), &rows),
        speech.say("demo.people", &[]),
        print::table(&accounts.each_ref().map(String::as_str), &people(&workspace)?),
        speech.say("demo.next", &[]),
        next_commands(&options.dir, last),
    ))?;
    Ok(Outcome::Done)
}

/// How many documents of each kind a month has, and their pages.
fn counted(facts: &Facts, month: Month, written: &[Written]) -> Vec<String> {
    let of = |kind: DocumentKind| written.iter().filter(|w| DocumentKind::of(facts, &w.id) == kind).count();
    let kinds =
        [DocumentKind::Book, DocumentKind::List, DocumentKind::Statement, DocumentKind::Paper, DocumentKind::Report]
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
    Paper,
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
        } else if facts.lists.iter().any(is_statement) {
            Self::Statement
        } else if facts.papers.iter().any(|paper| paper.id == id) {
            Self::Paper
        } else {
            Self::Report
        }
    }
}

/// Commands to go on with, as they are typed in this folder.
fn next_commands(dir: &Path, month: Month) -> String {
    let config = dir.join("tertib.toml");
    let commands = [format!("metrics --month {month}"), format!("compliance --month {month}"), "verify".to_owned()];
    let commands = commands.into_iter().chain(["portal".to_owned()]);
    commands.map(|command| format!("{}\n", print::command(&command, Some(&config)))).collect()
}

/// Gives an invented person of each role an account. Returns accounts, passwords and roles.
fn people(workspace: &Workspace) -> Result<Vec<Vec<String>>> {
    let (mut people, mut rows) = (Vec::new(), Vec::new());
    for (role, name) in workspace.facts.portal_roles.iter().zip(NAMES.into_iter().cycle()) {
        let password = people::random_password()?;
        people.push(Person::new(&role.id, name, &role.label, &role.id, &password)?);
        rows.push(vec![role.id.clone(), password, role.label.clone()]);
    }
    register::write(&workspace.config, &Register { people, ..Register::default() })?;
    Ok(rows)
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

/// The figures that an office asks for first, by the names that `metrics` gives them.
fn headline(snapshot: &Snapshot, month: Month, speech: Speech<'_>) -> Result<Vec<Vec<String>>> {
    let sheet = snapshot.compliance(month)?;
    let f = &sheet.figures.figures;
    let d = sheet.figures.deadlines.within_24_hours_less_outages;
    let of = |v: Verdict| sheet.judgements.iter().filter(|j| j.verdict() == v).count();
    let [met, missed, no_data, no_target] = [Verdict::Met, Verdict::Missed, Verdict::NoData, Verdict::NoTarget].map(of);
    let judged = met + missed;
    let number = |n: u64| speech.language().integer(n);
    let rows = [
        (speech.say("metrics.received", &[]), number(f.duplicates.arrivals)),
        (speech.say("metrics.printed", &[]), number(f.issuance.printed)),
        (speech.say("metrics.handed_over", &[]), number(f.turnaround.handed_over)),
        (speech.say("metrics.open", &[]), number(f.backlog.values().sum::<u64>())),
        (
            speech.say("metrics.complete", &[]),
            print::share(speech, f.completeness.complete, f.completeness.first_checks),
        ),
        (speech.say("metrics.in_time_day", &[]), print::share(speech, d.on_time, d.n())),
        (
            speech.say("demo.targets", &[]),
            speech.say("demo.targets_met", &[("met", &met), ("n", &judged), ("missed", &missed)]),
        ),
        (
            speech.say("demo.unjudged", &[]),
            speech.say("demo.unjudged_why", &[("no_data", &no_data), ("no_target", &no_target)]),
        ),
    ];
    Ok(rows.map(|(name, value)| vec![name, value]).into())
}
