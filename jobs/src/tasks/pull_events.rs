//! Brings new events in.

use super::Report;
use crate::commands::pull::summary;
use crate::outcome::Outcome;
use crate::workspace::{PullRequest, Workspace};
use anyhow::Result;
use chrono::{DateTime, Utc};

pub(super) async fn run(workspace: &Workspace, at: DateTime<Utc>) -> Result<Report> {
    let report = workspace.pull(PullRequest::everything(at), &mut |_, _| {}).await?;
    let codes: Vec<String> = report.findings.iter().map(|f| format!("{} {}×", f.code, f.count)).collect();
    let message = [summary(&report, false).trim_end().to_owned(), codes.join(", ")].join(" ").trim_end().to_owned();
    Ok(Report { outcome: Outcome::of(workspace.facts.need_attention(&report.findings)), message })
}
