//! `tertib doctor`

use crate::cli::Where;
use crate::clock;
use crate::exit::Outcome;
use crate::office::Installed;
use crate::print;
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::{Key, Source};
use reports::Program;
use schemas::document::Coverage;

/// Options of `tertib doctor`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    place: Where,
}

/// Days before the calendar ends from which on it is a finding.
const CALENDAR_NOTICE_DAYS: i64 = 60;

struct Examination {
    what: &'static str,
    good: bool,
    says: String,
}

/// Exit code 1 when something needs attention; each line says what to do.
pub(crate) async fn run(options: Options) -> Result<Outcome> {
    let installed = Installed::open(options.place.config.as_deref())?;
    let examined = [
        Examination { what: "configuration", good: true, says: installed.config.folder.display().to_string() },
        source(&installed).await,
        key(&installed),
        rights(&installed),
        archive(&installed),
        data(&installed),
        calendar(&installed),
        targets(&installed),
        disk(&installed),
        fonts(&installed),
        typesetter(&installed),
    ];
    let rows: Vec<Vec<String>> = examined
        .iter()
        .map(|e| vec![if e.good { "ok" } else { "LOOK" }.to_owned(), e.what.to_owned(), e.says.clone()])
        .collect();
    print::data(&print::table(&["", "what", "state"], &rows))?;
    Ok(Outcome::of(examined.iter().any(|e| !e.good)))
}

fn judge(what: &'static str, result: Result<String>) -> Examination {
    match result {
        Ok(says) => Examination { what, good: true, says },
        Err(fault) => Examination { what, good: false, says: format!("{fault:#}") },
    }
}

async fn source(installed: &Installed) -> Examination {
    let examine = async {
        let mut source = Source::open(installed.config.source_config()?).await?;
        let shape = source.shape().await?;
        let unknown = if shape.unknown.is_empty() {
            String::new()
        } else {
            format!("; ignored columns: {}", shape.unknown.join(", "))
        };
        if source.may_write().await? && !installed.config.source.may_write {
            bail!("the database user may change data; give it SELECT only");
        }
        Ok(format!("view `{}` keeps the contract{unknown}", installed.config.source.view))
    };
    judge("source", examine.await)
}

fn key(installed: &Installed) -> Examination {
    let examine = || {
        let key = Key::load(&installed.config.key_path())?;
        // An archive that cannot be read says so itself.
        if let Ok(archive) = installed.archive() {
            archive.check_key(&key)?;
        }
        Ok(format!("id {}", key.id()))
    };
    judge("key", examine())
}

/// Whether others may change what tertib rests on, or read a password.
fn rights(installed: &Installed) -> Examination {
    let folder = &installed.config.folder;
    let examine = || {
        let written_by_others = 0o022;
        if pipeline::others_may(folder)? & written_by_others != 0 {
            anyhow::bail!("others may write into {0}; run `chmod go-w {0}`", folder.display());
        }
        let file = &installed.config.file;
        let has_password = installed.config.source.url.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
        let (wrong, mode) = if has_password { (0o077, "600") } else { (written_by_others, "go-w") };
        if pipeline::others_may(file)? & wrong != 0 {
            let what = if has_password { "read or change" } else { "change" };
            anyhow::bail!("others may {what} {0}; run `chmod {mode} {0}`", file.display());
        }
        Ok("others may not change the configuration".to_owned())
    };
    judge("rights", examine())
}

fn archive(installed: &Installed) -> Examination {
    let state = installed.archive().map(|a| match a.provenance() {
        Ok(p) => format!("version {}, {} events; `tertib verify` checks every file", p.archive_version, p.events),
        Err(_) => "empty; `tertib pull` fills it".to_owned(),
    });
    judge("archive", state)
}

/// Whether the archive holds all of the month before this one, and how old its data are.
fn data(installed: &Installed) -> Examination {
    let examine = || {
        let archive = installed.archive()?;
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
        let month = installed.facts.zone.month(now).context("today is in no month")?.back(1);
        match provenance.coverage(month) {
            Coverage::Complete => Ok(says),
            Coverage::Provisional => anyhow::bail!("{says}; not all of {month} is there, run `tertib pull`"),
        }
    };
    judge("data", examine())
}

fn calendar(installed: &Installed) -> Examination {
    let now = clock::now().timestamp();
    let soon = now + CALENDAR_NOTICE_DAYS * 86_400;
    let state = installed.facts.clock.working_s(soon).map(|_| "covers the next 60 days".to_owned());
    judge("calendar", state.map_err(Into::into))
}

/// The targets that this month is judged by.
fn targets(installed: &Installed) -> Examination {
    let examine = || {
        let now = clock::now().timestamp();
        let month = installed.facts.zone.month(now).context("today is outside the calendar")?;
        let rules = installed.decisions.rules(&installed.facts, month);
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
    judge("targets", examine())
}

fn disk(installed: &Installed) -> Examination {
    let folder = &installed.config.folder;
    let write = tempfile::Builder::new().prefix(".tertib-").tempfile_in(folder);
    let write = write.and_then(|mut probe| std::io::Write::write_all(&mut probe, &[0_u8; 4_096]));
    judge("disk", write.map(|()| format!("{} can be written", folder.display())).map_err(Into::into))
}

fn fonts(installed: &Installed) -> Examination {
    let loaded = installed.config.renderer();
    judge("templates", loaded.map(|_| "templates and built-in fonts load".to_owned()))
}

/// Templates are written for one version of typst.
fn typesetter(installed: &Installed) -> Examination {
    let expected = Program::built_in_version();
    let Some(program) = installed.config.typst_program() else {
        return Examination { what: "typesetter", good: true, says: format!("built in, {expected}") };
    };
    let examine = || {
        let version = program.version()?;
        // A build names its commit behind the version.
        if version.split_whitespace().take(2).eq(expected.split_whitespace()) {
            return Ok(format!("{version}, {}", program.path.display()));
        }
        bail!("{} is {version}; the templates are written for {expected}", program.path.display())
    };
    judge("typesetter", examine())
}
