//! Brings new events in.

use super::Report;
use crate::clock;
use crate::commands::pull::summary;
use crate::outcome::Outcome;
use crate::workspace::{PullRequest, Workspace};
use anyhow::Result;

pub(super) async fn run(workspace: &Workspace) -> Result<Report> {
    let report = workspace.pull(PullRequest::everything(clock::now()), &mut |_, _| {}).await?;
    let codes: Vec<String> = report.findings.iter().map(|f| format!("{} {}×", f.code, f.count)).collect();
    let message = [summary(&report, false).trim_end().to_owned(), codes.join(", ")].join(" ").trim_end().to_owned();
    Ok(Report { outcome: Outcome::of(workspace.facts.need_attention(&report.findings)), message })
}
