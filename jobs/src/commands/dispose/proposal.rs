//! The proposal of a destruction: what may be destroyed of which months, and the file that says so.

use crate::config::text;
use crate::entries;
use crate::workspace::Workspace;
use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, NaiveDate, Utc};
use pipeline::{Archive, Disposable, DisposableMonth, Readers};
use schemas::{DestroyedFile, DisposalProposal, Month, ProposedMonth, Speech};
use std::path::{Path, PathBuf};

/// With what the name of the file of a proposal begins.
pub(crate) const NAME: &str = "usul_musnah_";

/// What is shown of a month.
pub(super) const COLUMNS: [&str; 8] = ["month", "class", "due", "events", "persons", "held", "files", "may"];

/// Whether a month may be destroyed.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
    /// It may.
    Due(Box<(ProposedMonth, usize)>),
    /// It may not: its class, and why not.
    Not(Month, Option<String>, Why),
}

/// Why a month may not be destroyed.
#[derive(Clone, Debug)]
pub(crate) enum Why {
    /// It is on hold, for this reason.
    OnHold(String),
    /// The schedule has no rule for its class.
    NoRule,
    /// By this decree it is never destroyed.
    Never(String),
    /// It may be from this day on.
    NotYet(NaiveDate),
    /// There is nothing of it.
    Nothing,
}

impl Why {
    fn said(&self, speech: Speech<'_>) -> String {
        match self {
            Self::OnHold(reason) => speech.say("dispose.on_hold", &[("of", reason)]),
            Self::NoRule => speech.say("dispose.no_rule", &[]),
            Self::Never(basis) => speech.say("dispose.never", &[("of", basis)]),
            Self::NotYet(due) => speech.say("dispose.not_yet", &[("of", due)]),
            Self::Nothing => speech.say("dispose.nothing", &[]),
        }
    }
}

impl Standing {
    pub(crate) fn month(&self) -> Month {
        match self {
            Self::Due(month) => month.0.month,
            Self::Not(month, ..) => *month,
        }
    }

    pub(crate) fn month_due(&self) -> Option<Month> {
        match self {
            Self::Due(month) => Some(month.0.month),
            Self::Not(..) => None,
        }
    }

    pub(crate) fn row(&self, speech: Speech<'_>) -> Vec<String> {
        match self {
            Self::Due(month) => {
                let (of, files) = &**month;
                let counts = [of.events, of.persons, of.quarantined].map(|n| n.to_string());
                let begin = [of.month.to_string(), of.kode.clone(), of.due.to_string()];
                let end = [files.to_string(), speech.say("dispose.yes", &[("basis", &of.dasar)])];
                begin.into_iter().chain(counts).chain(end).collect()
            }
            Self::Not(month, code, why) => {
                let why = why.said(speech);
                let empty = ["", "", "", "", ""].map(str::to_owned);
                [month.to_string(), code.clone().unwrap_or_default()].into_iter().chain(empty).chain([why]).collect()
            }
        }
    }
}

/// Returns how each month stands, in order and once.
pub(crate) fn standings(
    workspace: &Workspace,
    archive: &Archive,
    months: &[Month],
    now: DateTime<Utc>,
) -> Result<Vec<Standing>> {
    let mut months = months.to_vec();
    months.sort_unstable();
    months.dedup();
    let found = Disposable::of(archive, workspace.facts.zone, &months)?;
    let of = |month: Month| found.months.iter().find(|of| of.month == month);
    let today = today(workspace, now)?;
    Ok(months.into_iter().map(|month| standing(workspace, archive, (month, of(month)), today)).collect())
}

fn standing(
    workspace: &Workspace,
    archive: &Archive,
    (month, found): (Month, Option<&DisposableMonth>),
    today: NaiveDate,
) -> Standing {
    let (code, rule) = workspace.facts.retention_of(month);
    let code = code.map(str::to_owned);
    let not = |why| Standing::Not(month, code.clone(), why);
    if let Some(hold) = archive.hold(month) {
        return not(Why::OnHold(hold.reason.clone()));
    }
    let Some(rule) = rule else { return not(Why::NoRule) };
    let Some(due) = rule.due(month) else { return not(Why::Never(rule.dasar.clone())) };
    if due > today {
        return not(Why::NotYet(due));
    }
    let Some(found) = found else { return not(Why::Nothing) };
    let of = ProposedMonth {
        month,
        kode: rule.kode.clone(),
        aktif_tahun: rule.aktif_tahun,
        inaktif_tahun: rule.inaktif_tahun,
        dasar: rule.dasar.clone(),
        due,
        events: found.events,
        persons: found.persons,
        quarantined: found.quarantined,
    };
    Standing::Due(Box::new((of, found.files.len())))
}

/// Writes a proposal for months that may be destroyed. Returns where it lies, and its SHA-256.
pub(crate) fn write(
    workspace: &Workspace,
    archive: &Archive,
    (months, by, now): (&[Month], &str, DateTime<Utc>),
    folder: &Path,
) -> Result<(PathBuf, String)> {
    let standings = standings(workspace, archive, months, now)?;
    let found = Disposable::of(archive, workspace.facts.zone, months)?;
    let provenance = archive.provenance()?;
    let due = standings.into_iter().filter_map(|standing| match standing {
        Standing::Due(month) => Some(month.0),
        Standing::Not(..) => None,
    });
    let file = |file: pipeline::FileEntry| DestroyedFile {
        path: file.path,
        sha256: file.sha256,
        size_bytes: file.size_bytes,
        rows: file.rows,
    };
    let proposal = DisposalProposal {
        office: workspace.config.office.dinas.clone(),
        archive_version: provenance.archive_version,
        archive_head: provenance.head,
        proposed_by: by.to_owned(),
        proposed: entries::local(workspace.facts.zone, now)?,
        months: due.collect(),
        files: found.files().into_iter().map(file).collect(),
        moved: found.moved,
    };
    let bytes = serde_json::to_string_pretty(&proposal)? + "\n";
    let sha256 = pipeline::sha256(bytes.as_bytes());
    let first = months.first().context("a proposal needs a month")?;
    let path = folder.join(format!("{NAME}{first}_{}.json", &sha256[..8]));
    pipeline::make_folder(folder, Readers::Usual).with_context(|| format!("cannot use {}", folder.display()))?;
    pipeline::replace_file(&path, bytes.as_bytes(), Readers::Usual)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok((path, sha256))
}

/// A proposal as its file has it.
pub(crate) struct Read {
    pub(crate) proposal: DisposalProposal,
    /// The SHA-256 of the file.
    pub(crate) sha256: String,
}

/// Reads a proposal.
pub(crate) fn read(path: &Path) -> Result<Read> {
    let words = text::read("the proposal", path)?;
    let proposal = serde_json::from_str(&words)
        .map_err(|fault| anyhow!("line {} is not what `tertib dispose propose` writes", fault.line()))
        .with_context(|| format!("{} is no proposal", path.display()))?;
    Ok(Read { proposal, sha256: pipeline::sha256(words.as_bytes()) })
}

/// Refuses what the schedule no longer gives up: it may have changed since the proposal.
pub(crate) fn check_due(workspace: &Workspace, proposal: &DisposalProposal, now: DateTime<Utc>) -> Result<()> {
    let today = today(workspace, now)?;
    for of in &proposal.months {
        let due = workspace.facts.retention_of(of.month).1.and_then(|rule| rule.due(of.month));
        if due.is_none_or(|due| due > today || due != of.due) {
            bail!("the retention schedule does not say what the proposal says of {}; make a new one", of.month);
        }
    }
    if proposal.months.is_empty() {
        bail!("the proposal names no month");
    }
    Ok(())
}

fn today(workspace: &Workspace, now: DateTime<Utc>) -> Result<NaiveDate> {
    workspace.facts.zone.date(now.timestamp()).context("today is outside the calendar; set the clock")
}
