//! Makes a backup on every target of the configuration. A disk that is not plugged in is no failure until a backup is due too long.

use super::Report;
use crate::backup::{self, Told};
use crate::clock;
use crate::commands::backup::sections;
use crate::config::BackupSection;
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use anyhow::{Result, anyhow};

pub(super) async fn run(workspace: &Workspace) -> Result<Report> {
    let make =
        async |section: &BackupSection| backup::make(workspace, section, clock::now(), false, &mut |_, _| {}).await;
    on_each(workspace, make).await
}

/// Works on every target. One that failed keeps the others from nothing.
pub(super) async fn on_each(
    workspace: &Workspace,
    work: impl AsyncFn(&BackupSection) -> Result<Told>,
) -> Result<Report> {
    let (mut told, mut failed) = (Vec::new(), Vec::new());
    for section in sections(&workspace.config, None)? {
        match work(section).await {
            Ok(one) => told.push(one),
            Err(fault) => failed.push(format!("{}: {fault:#}", section.name)),
        }
    }
    report(told, &failed)
}

/// What the history says of all targets together.
fn report(told: Vec<Told>, failed: &[String]) -> Result<Report> {
    let refused = told.iter().any(|one| one.outcome == Outcome::CannotRun);
    let attention = told.iter().any(|one| one.outcome == Outcome::Findings);
    let line = |one: Told| {
        let codes: Vec<&str> = one.findings.iter().map(|finding| finding.code).collect();
        [one.message, codes.join(" ")].join(" ").trim_end().to_owned()
    };
    let message = told.into_iter().map(line).chain(failed.iter().cloned()).collect::<Vec<_>>().join("; ");
    if !failed.is_empty() || refused {
        return Err(anyhow!(message));
    }
    Ok(Report { outcome: Outcome::of(attention), message })
}
