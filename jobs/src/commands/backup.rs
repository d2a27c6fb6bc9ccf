//! `tertib backup`

use crate::backup::{self, Standing, Told};
use crate::config::{BackupSection, Config};
use crate::history::History;
use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use crate::{clock, print};
use anyhow::{Result, bail};
use clap::Args;
use schemas::{Finding, Speech};

/// Options of `tertib backup`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The name of a `[[backup]]` of the configuration [default: every one].
    #[arg(value_name = "TARGET")]
    target: Option<String>,
    /// Fewer documents or facts than before are right: the office has removed them itself.
    #[arg(long, conflicts_with_all = ["list", "prove"])]
    accept_smaller: bool,
    /// Show when each target had its last backup, when one was last restored, and what is wrong.
    #[arg(long, conflicts_with = "prove")]
    list: bool,
    /// Restore it to a scratch folder instead, all of it, and compare a month with the office's own figures.
    #[arg(long)]
    prove: bool,
    #[command(flatten)]
    place: Where,
}

/// Exit code 1 when a target needs attention or its disk is not plugged in, 2 when a backup could not be made or was refused.
pub(crate) async fn run(options: Options, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let speech = workspace.speech(common);
    let sections = sections(&workspace.config, options.target.as_deref())?;
    let at = clock::now();
    if options.list {
        let mut history = History::open(&workspace.config.history_path()).await?;
        let standings = backup::standings(&workspace.config, &mut history, at).await?;
        let wanted = |standing: &&Standing| sections.iter().any(|section| section.name == standing.target);
        return list(speech, standings.iter().filter(wanted), &workspace);
    }
    let mut worst = Outcome::Done;
    for section in sections {
        let bar = print::Progress::of_pieces(common, &section.name);
        let mut advance = |done, total| bar.at(done, total);
        let made = if options.prove {
            backup::drill(&workspace, section, at, true, &mut advance).await
        } else {
            backup::make(&workspace, section, at, options.accept_smaller, &mut advance).await
        };
        drop(bar);
        match made {
            Ok(Told { outcome, message, findings }) => {
                print::data(&format!("{message}\n{}", print::findings(speech, &findings)))?;
                worst = worse(worst, outcome);
            }
            // One target that fails keeps the others from nothing.
            Err(fault) => {
                print::line(&format!("tertib: {}: {fault:#}", section.name));
                worst = Outcome::CannotRun;
            }
        }
    }
    Ok(worst)
}

/// The targets of the configuration that are meant.
///
/// # Errors
/// When there is none, or none of that name.
pub(crate) fn sections<'a>(config: &'a Config, named: Option<&str>) -> Result<Vec<&'a BackupSection>> {
    let wanted = |section: &&BackupSection| named.is_none_or(|name| section.name == name);
    let found: Vec<&BackupSection> = config.backups.iter().filter(wanted).collect();
    if found.is_empty() {
        let names: Vec<&str> = config.backups.iter().map(|section| section.name.as_str()).collect();
        match named {
            Some(name) if !names.is_empty() => {
                bail!("there is no [[backup]] named `{name}`; the configuration has {}", names.join(", "))
            }
            _ => bail!("{} has no [[backup]]; add one, its comments say how", config.file.display()),
        }
    }
    Ok(found)
}

fn worse(a: Outcome, b: Outcome) -> Outcome {
    match (a, b) {
        (Outcome::CannotRun, _) | (_, Outcome::CannotRun) => Outcome::CannotRun,
        _ => a.and(b),
    }
}

fn list<'a>(
    speech: Speech<'_>,
    standings: impl Iterator<Item = &'a Standing>,
    workspace: &Workspace,
) -> Result<Outcome> {
    let day = |at: Option<chrono::DateTime<chrono::Utc>>| {
        let date = at.and_then(|at| workspace.facts.zone.date(at.timestamp()));
        date.map_or_else(|| "-".to_owned(), |date| date.format("%d-%m-%Y").to_string())
    };
    let (mut rows, mut findings) = (Vec::new(), Vec::new());
    for standing in standings {
        let Standing { target, backup, proven, conditions } = standing;
        rows.push(vec![
            target.clone(),
            day(backup.as_ref().map(|record| record.at)),
            backup
                .as_ref()
                .and_then(|record| record.version)
                .map_or_else(|| "-".to_owned(), |version| version.to_string()),
            day(proven.as_ref().map(|record| record.at)),
        ]);
        findings.extend(conditions.iter().map(|condition| Finding {
            code: condition.code,
            place: condition.of.clone(),
            count: condition.count,
        }));
    }
    let table = print::table(&["target", "backup", "archive version", "proven"], &rows);
    print::data(&format!("{table}{}", print::findings(speech, &findings)))?;
    Ok(Outcome::of(!findings.is_empty()))
}
