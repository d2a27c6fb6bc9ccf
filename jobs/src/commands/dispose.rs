//! `tertib dispose`: the personal data of months, destroyed after their retention, by two persons.

pub(crate) mod proposal;
mod statement;

use crate::access::{self, Look, OF_THE_OFFICE};
use crate::options::{Common, Format, Where};
use crate::outcome::Outcome;
use crate::print::{self, Table};
use crate::workspace::Workspace;
use crate::{clock, entries, examples, stop};
use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use pipeline::{DisposalRequest, FileEntry};
use proposal::{Read, Standing};
use schemas::{Approval, Month};
use std::path::PathBuf;

/// What to do about a destruction.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Say what would be destroyed of months and why it may be, and write it as a proposal. Nothing is destroyed.
    #[command(after_help = examples::DISPOSE_PROPOSE)]
    Propose(Propose),
    /// Approve a proposal; another person than the one who made it.
    #[command(after_help = examples::DISPOSE_APPROVE)]
    Approve(Approve),
    /// Destroy what an approved proposal names, and write the statement (berita acara) of it. It can be repeated.
    #[command(after_help = examples::DISPOSE_CARRY_OUT)]
    CarryOut(CarryOut),
}

/// Options of `tertib dispose propose`.
#[derive(Debug, Args)]
pub(crate) struct Propose {
    /// A month whose personal data are past their retention, for example 2021-10.
    #[arg(long, value_name = "YYYY-MM", required = true)]
    month: Vec<Month>,
    /// Who proposes it, with their post.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// The folder for the proposal [default: that of the documents].
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    place: Where,
}

/// Options of `tertib dispose approve`.
#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// The file of the proposal.
    proposal: PathBuf,
    /// Who approves it, with their post.
    #[arg(long, value_name = "NAME")]
    by: String,
    #[command(flatten)]
    place: Where,
}

/// Options of `tertib dispose carry-out`.
#[derive(Debug, Args)]
pub(crate) struct CarryOut {
    /// The file of the proposal.
    proposal: PathBuf,
    /// The folder for the statement.
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    #[command(flatten)]
    place: Where,
}

/// Exit code 1 when a month that is proposed may not be destroyed, 2 when a proposal was not approved or no longer fits the archive.
pub(crate) fn run(action: &Action, common: Common) -> Result<Outcome> {
    match action {
        Action::Propose(options) => propose(options, common),
        Action::Approve(options) => approve(options, common),
        Action::CarryOut(options) => carry_out(options, common),
    }
}

fn propose(options: &Propose, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    schemas::check_name(&options.by)?;
    let archive = workspace.archive()?;
    let now = clock::now();
    let standings = proposal::standings(&workspace, &archive, &options.month, now)?;
    let is_refused = standings.iter().any(|standing| !matches!(standing, Standing::Due(_)));
    show(&workspace, &standings, options.format, common)?;
    let due: Vec<Month> = standings.iter().filter_map(Standing::month_due).collect();
    if due.is_empty() {
        print::words(common, "nothing may be destroyed; no proposal was written");
        return Ok(Outcome::Findings);
    }
    let folder = options.output.clone().unwrap_or_else(|| workspace.config.reports_path());
    let (path, sha256) = proposal::write(&workspace, &archive, (&due, options.by.trim(), now), &folder)?;
    let place = options.place.config.as_deref();
    let file = print::word(&path.to_string_lossy());
    print::words(
        common,
        &format!(
            "{}\nSHA-256 {sha256}\nnothing was destroyed; next, by another person:\n{}",
            path.display(),
            print::command(&format!("dispose approve {file} --by NAMA"), place)
        ),
    );
    Ok(Outcome::of(is_refused))
}

/// Shows what there is of each month, and whether it may be destroyed.
fn show(workspace: &Workspace, standings: &[Standing], format: Format, common: Common) -> Result<()> {
    let speech = workspace.speech(common);
    let rows: Vec<Vec<String>> = standings.iter().map(|standing| standing.row(speech)).collect();
    if format == Format::Table && !print::is_wide() {
        let head = [
            speech.say("column.month", &[]),
            speech.say("dispose.class", &[]),
            speech.say("dispose.due", &[]),
            speech.say("column.events", &[]),
            speech.say("dispose.persons", &[]),
            speech.say("dispose.held", &[]),
            speech.say("dispose.files", &[]),
            speech.say("dispose.may", &[]),
        ];
        return print::data(&Table::new(&head.each_ref().map(String::as_str), &rows).text());
    }
    print::data(&print::rows(&proposal::COLUMNS, &rows, format)?)
}

fn approve(options: &Approve, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let Read { proposal, sha256 } = proposal::read(&options.proposal)?;
    let approval = entries::approval(&workspace, &sha256, &options.by, clock::now())?;
    approval.check(&proposal)?;
    let path = entries::enter_approval(&workspace, &approval)?;
    let file = print::word(&options.proposal.to_string_lossy());
    let next = print::command(&format!("dispose carry-out {file} --output DIR"), options.place.config.as_deref());
    print::words(common, &format!("entered in {}: {sha256}\nnothing was destroyed yet; next:\n{next}", path.display()));
    Ok(Outcome::Done)
}

fn carry_out(options: &CarryOut, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let Read { proposal, sha256 } = proposal::read(&options.proposal)?;
    let approvals = workspace.approvals()?;
    let Some(Approval { by, entered, .. }) = approvals.of(&sha256, &proposal).cloned() else {
        bail!(
            "{} was not approved by another person than {}; `tertib dispose approve` does that",
            options.proposal.display(),
            proposal.proposed_by
        );
    };
    let now = clock::now();
    let months: Vec<Month> = proposal.months.iter().map(|month| month.month).collect();
    // What was destroyed already needs no schedule any more.
    let archive = workspace.config.archive_path();
    let is_done = pipeline::Archive::open(&archive)
        .is_ok_and(|archive| archive.disposals().any(|(_, _, disposal)| disposal.proposal == sha256));
    if !is_done {
        proposal::check_due(&workspace, &proposal, now)?;
    }
    let files: Vec<FileEntry> = proposal
        .files
        .iter()
        .map(|file| FileEntry {
            path: file.path.clone(),
            sha256: file.sha256.clone(),
            size_bytes: file.size_bytes,
            rows: file.rows,
        })
        .collect();
    let signing = workspace.config.signing_key()?;
    let request = DisposalRequest {
        months: &months,
        files: &files,
        proposal: &sha256,
        proposed_by: &proposal.proposed_by,
        approved_by: &by,
        zone: workspace.facts.zone,
        at_ms: now.timestamp_millis(),
        signing: signing.as_ref(),
    };
    let _under_way = stop::under_way(|| "run the same command again, which ends what was begun".to_owned());
    let version = pipeline::dispose(&archive, &workspace.config.key()?, workspace.fence(), request)?;
    workspace.sign_log()?;
    let (written, copies) =
        statement::write(&workspace, (&proposal, &sha256), (&by, entered), version, &options.output)?;
    let shown: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    let (rows, count): (u64, usize) = (files.iter().map(|file| file.rows).sum(), files.len());
    if !is_done {
        let what = months.iter().map(Month::to_string).collect::<Vec<_>>().join(" ");
        let answer = sha256.clone();
        let (discloses, role, purpose) = (false, OF_THE_OFFICE, None);
        access::note(&workspace, &Look { by: None, act: "dispose", what, answer, rows, discloses, role, purpose })?;
    }
    print::data(&format!(
        "{count} private files with {rows} rows were destroyed by version {version} of the archive\n{}\n",
        shown.join("\n")
    ))?;
    for copy in &copies {
        print::words(common, &format!("may still hold what was destroyed, and is not removed by tertib: {copy}"));
    }
    Ok(Outcome::Done)
}
