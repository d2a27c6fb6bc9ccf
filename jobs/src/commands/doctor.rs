//! `tertib doctor`

use crate::clock;
use crate::options::Where;
use crate::outcome::Outcome;
use crate::print;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::Source;
use reports::Program;
use schemas::document::Coverage;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Options of `tertib doctor`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    place: Where,
}

/// Days before the calendar ends from which on it is a finding.
const CALENDAR_NOTICE_DAYS: i64 = 60;

/// Space that a pull and the documents of a month need, generously.
const SPACE_MB: u64 = 1_024;
/// With less than this a pull fails.
const LEAST_SPACE_MB: u64 = 64;

/// What an examination says of the next night.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// Nothing is to be done.
    Good,
    /// Somebody should look at it.
    Look,
    /// The next pull would fail.
    Stops,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Look => "LOOK",
            Self::Stops => "STOPS",
        }
    }
}

struct Examination {
    what: &'static str,
    state: State,
    says: String,
}

/// Exit code 1 when something needs attention, 2 when the next pull would fail; each line says what to do.
pub(crate) async fn run(options: Options) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let examined = [
        Examination { what: "configuration", state: State::Good, says: workspace.config.folder.display().to_string() },
        source(&workspace).await,
        key(&workspace),
        rights(&workspace),
        archive(&workspace),
        data(&workspace),
        calendar(&workspace),
        targets(&workspace),
        disk(&workspace),
        fonts(&workspace),
        typesetter(&workspace),
    ];
    let rows: Vec<Vec<String>> =
        examined.iter().map(|e| vec![e.state.word().to_owned(), e.what.to_owned(), e.says.clone()]).collect();
    print::data(&print::table(&["", "what", "state"], &rows))?;
    Ok(match examined.iter().map(|e| e.state).max() {
        Some(State::Stops) => Outcome::CannotRun,
        Some(State::Look) => Outcome::Findings,
        Some(State::Good) | None => Outcome::Done,
    })
}

/// Good, or in the given state with what went wrong.
fn judge(what: &'static str, otherwise: State, result: Result<String>) -> Examination {
    match result {
        Ok(says) => Examination { what, state: State::Good, says },
        Err(fault) => Examination { what, state: otherwise, says: format!("{fault:#}") },
    }
}

async fn source(workspace: &Workspace) -> Examination {
    let examine = async {
        let mut source = Source::open(workspace.config.source_config()?).await?;
        let shape = source.relation_schema().await?;
        let unknown = if shape.unknown.is_empty() {
            String::new()
        } else {
            format!("; ignored columns: {}", shape.unknown.join(", "))
        };
        if source.may_write().await? && !workspace.config.source.may_write {
            bail!("the database user may change data; give it SELECT only");
        }
        Ok(format!("view `{}` keeps the contract{unknown}", workspace.config.source.view))
    };
    judge("source", State::Stops, examine.await)
}

/// The key must be the archive's.
fn key(workspace: &Workspace) -> Examination {
    let examine = || {
        let key = workspace.config.key()?;
        // An archive that cannot be read says so itself.
        if let Ok(archive) = workspace.archive() {
            archive.check_key(&key)?;
        }
        Ok(format!("id {}", key.id()))
    };
    judge("key", State::Stops, examine())
}

/// Whether others may change what tertib rests on, or read a password.
fn rights(workspace: &Workspace) -> Examination {
    let (folder, archive) = (&workspace.config.folder, workspace.config.archive_path());
    let examine = || {
        let written_by_others = 0o022;
        if pipeline::others_may(folder)? & written_by_others != 0 {
            anyhow::bail!("others may write into {0}; run `chmod go-w {0}`", folder.display());
        }
        if archive.try_exists()? && pipeline::others_may(&archive)? & written_by_others != 0 {
            anyhow::bail!("others may write into {0}; run `chmod -R go-w {0}`", archive.display());
        }
        let file = &workspace.config.file;
        let has_password = workspace.config.source.url.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
        let (wrong, mode) = if has_password { (0o077, "600") } else { (written_by_others, "go-w") };
        if pipeline::others_may(file)? & wrong != 0 {
            let what = if has_password { "read or change" } else { "change" };
            anyhow::bail!("others may {what} {0}; run `chmod {mode} {0}`", file.display());
        }
        Ok("others may change neither the configuration nor the archive".to_owned())
    };
    judge("rights", State::Look, examine())
}

fn archive(workspace: &Workspace) -> Examination {
    let state = workspace.archive().map(|a| match a.provenance() {
        Ok(p) => format!("version {}, {} events; `tertib verify` checks every file", p.archive_version, p.events),
        Err(_) => "empty; `tertib pull` fills it".to_owned(),
    });
    judge("archive", State::Stops, state)
}

/// Whether the archive holds all of the month before this one, and how old its data are.
fn data(workspace: &Workspace) -> Examination {
    let examine = || {
        let archive = workspace.archive()?;
        if archive.is_empty() {
            anyhow::bail!("there are none; `tertib pull` brings them");
        }
        let (provenance, now) = (archive.provenance()?, clock::now().timestamp());
        let age = provenance.complete_until_s.map(|until| print::duration(now.saturating_sub(until)));
        let says = format!(
            "complete until {}{}",
            provenance.complete_until(),
            age.map_or_else(String::new, |age| format!(", {age} ago"))
        );
        let month = workspace.facts.zone.month(now).context("today is in no month")?.back(1);
        match provenance.coverage(month) {
            Coverage::Complete => Ok(says),
            Coverage::Provisional if provenance.lacks_the_beginning_of(month) => {
                anyhow::bail!("{says}; the beginning of {month} is not there, run `tertib pull --again {month}`")
            }
            Coverage::Provisional => anyhow::bail!("{says}; not all of {month} is there, run `tertib pull`"),
        }
    };
    judge("data", State::Look, examine())
}

fn calendar(workspace: &Workspace) -> Examination {
    let now = clock::now().timestamp();
    let soon = now + CALENDAR_NOTICE_DAYS * 86_400;
    let state = workspace.facts.clock.working_s(soon).map(|_| "covers the next 60 days".to_owned());
    judge("calendar", State::Look, state.map_err(Into::into))
}

/// The targets that this month is judged by.
fn targets(workspace: &Workspace) -> Examination {
    let examine = || {
        let now = clock::now().timestamp();
        let month = workspace.facts.zone.month(now).context("today is outside the calendar")?;
        let rules = workspace.decisions.rules(&workspace.facts, month);
        let deciding = || rules.iter().filter(|rule| rule.decides);
        let (all, open) = (deciding().count(), deciding().filter(|rule| !rule.target.standard.has_value()).count());
        if all == 0 {
            bail!("no target is in force in {month}, so nothing is judged; a file in `targets` of `facts` brings some");
        }
        if open > 0 {
            bail!("{all} targets, {open} without a value; `tertib target set` enters what the office's text says");
        }
        Ok(format!("{all} targets, all with a value"))
    };
    judge("targets", State::Look, examine())
}

/// The folders of archive, documents and history can be written, and have room.
fn disk(workspace: &Workspace) -> Examination {
    let config = &workspace.config;
    let folders = [config.folder.clone(), config.archive_path(), config.reports_path()];
    let rooms: Result<Vec<(u64, PathBuf)>> = folders.iter().map(|folder| room_mb(&nearest(folder))).collect();
    let (free_mb, folder) = match rooms {
        Ok(rooms) => rooms.into_iter().min().unwrap_or_default(),
        Err(fault) => return Examination { what: "disk", state: State::Stops, says: format!("{fault:#}") },
    };
    let (state, advice) = match free_mb {
        SPACE_MB.. => (State::Good, ""),
        LEAST_SPACE_MB.. => (State::Look, "; make room soon"),
        _ => (State::Stops, "; make room, the next pull may fail"),
    };
    Examination { what: "disk", state, says: format!("{} has {free_mb} MB free{advice}", folder.display()) }
}

/// The folder, or the one in which it will be made.
fn nearest(folder: &Path) -> PathBuf {
    let there = folder.ancestors().find(|folder| folder.is_dir());
    there.filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")).to_owned()
}

/// What is free in a folder that can be written.
fn room_mb(folder: &Path) -> Result<(u64, PathBuf)> {
    let write = tempfile::Builder::new().prefix(".tertib-probe").tempfile_in(folder);
    write
        .and_then(|mut file| file.write_all(&[0; 4_096]))
        .with_context(|| format!("cannot write in {}", folder.display()))?;
    let space = rustix::fs::statvfs(folder).with_context(|| format!("cannot see the space of {}", folder.display()))?;
    Ok((space.f_bavail.saturating_mul(space.f_frsize) >> 20, folder.to_owned()))
}

fn fonts(workspace: &Workspace) -> Examination {
    let loaded = workspace.config.renderer();
    judge("templates", State::Look, loaded.map(|_| "templates and built-in fonts load".to_owned()))
}

/// Templates are written for one version of typst.
fn typesetter(workspace: &Workspace) -> Examination {
    let expected = Program::built_in_version();
    let Some(program) = workspace.config.typst_program() else {
        return Examination { what: "typesetter", state: State::Good, says: format!("built in, {expected}") };
    };
    let examine = || {
        let version = program.version()?;
        // A build names its commit behind the version.
        if version.split_whitespace().take(2).eq(expected.split_whitespace()) {
            return Ok(format!("{version}, {}", program.path.display()));
        }
        bail!("{} is {version}; the templates are written for {expected}", program.path.display())
    };
    judge("typesetter", State::Look, examine())
}
