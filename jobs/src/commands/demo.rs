//! `tertib demo`

use crate::cli::Common;
use crate::commands::pull::summary;
use crate::commands::render::{Selection, render};
use crate::exit::Outcome;
use crate::office::{Installed, PullRequest};
use crate::{demo, print};
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::{FigureBook, Readers};
use schemas::{Facts, Month, Verdict};
use std::path::{Path, PathBuf};

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

/// Invents, pulls, computes, judges and renders; ends with where everything lies.
pub(crate) async fn run(options: Options, common: Common) -> Result<Outcome> {
    let facts = Facts::embedded()?;
    prepare(&options.dir)?;
    let (first, last) = options.months;
    let bar = print::bar(common, "invent an office");
    let plan = demo::Plan { first, last, per_month: options.per_month, seed: options.seed };
    let office = demo::invent(plan, &facts)?;
    let config = demo::install(&options.dir, &office, &facts, options.seed).await?;
    let installed = Installed { config, facts, decisions: schemas::Decisions::default() };
    bar.set_message("pull");
    let progress = &mut |done: u64, total: u64| print::advance(&bar, done, total);
    // The instant this pull claims is the end of the last month, so that the same seed gives the same archive.
    let at = chrono::DateTime::from_timestamp(last.end_s(installed.facts.zone), 0).unwrap_or_default();
    let report = installed.pull(PullRequest::everything(at), progress).await?;
    let archive = installed.archive()?;
    let book = installed.figures(&archive)?;
    let months: Vec<Month> =
        std::iter::successors(Some(first), |m| Some(m.next())).take_while(|m| *m <= last).collect();
    let mut rows = Vec::new();
    let mut lines = String::new();
    bar.set_length(months.len() as u64 * 6);
    bar.set_position(0);
    for month in months {
        rows.push(headline(&installed, &archive, &book, month)?);
        let rendition = render(&installed, month, &Selection::everything(), &mut |name| {
            bar.set_message(name.to_owned());
            bar.inc(1);
        })?;
        lines.extend(rendition.written.iter().map(|w| format!("  {} ({} pages)\n", w.path.display(), w.pages)));
    }
    bar.finish_and_clear();
    let head = ["month", "received", "printed", "handed over", "open", "complete", "within 24 h", "verdicts"];
    print::data(&format!(
        "An invented office in {}\n{}{}Documents\n{lines}Next: tertib status --config {}\n",
        options.dir.display(),
        summary(&report, false),
        print::table(&head, &rows),
        options.dir.join("tertib.toml").display(),
    ))?;
    print::words(common, print::findings(&installed.facts, &report.findings).trim_end());
    Ok(Outcome::Done)
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

fn headline(
    installed: &Installed,
    archive: &pipeline::Archive,
    book: &FigureBook<'_>,
    month: Month,
) -> Result<Vec<String>> {
    let sheet = installed.compliance(archive, book, month)?;
    let f = &sheet.figures.figures;
    let d = sheet.figures.deadlines.within_24_hours_less_outages;
    let of = |v: Verdict| sheet.judgements.iter().filter(|j| j.verdict() == v).count();
    Ok(vec![
        month.to_string(),
        f.duplicates.arrivals.to_string(),
        f.issuance.printed.to_string(),
        f.turnaround.handed_over.to_string(),
        f.backlog.values().sum::<u64>().to_string(),
        format!("{}/{}", f.completeness.complete, f.completeness.first_checks),
        format!("{}/{}", d.on_time, d.n()),
        format!(
            "{} memenuhi, {} tidak, {} tanpa data, {} tanpa target",
            of(Verdict::Met),
            of(Verdict::Missed),
            of(Verdict::NoData),
            of(Verdict::NoTarget)
        ),
    ])
}
