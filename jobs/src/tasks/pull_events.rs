//! Brings new events in.

use super::Report;
use crate::clock;
use crate::commands::pull::summary;
use crate::office::{Installed, PullRequest};
use crate::outcome::Outcome;
use anyhow::Result;

pub(super) async fn run(installed: &Installed) -> Result<Report> {
    let report = installed.pull(PullRequest::everything(clock::now()), &mut |_, _| {}).await?;
    let codes: Vec<String> = report.findings.iter().map(|f| format!("{} {}×", f.code, f.count)).collect();
    let message = [summary(&report, false).trim_end().to_owned(), codes.join(", ")].join(" ").trim_end().to_owned();
    Ok(Report { outcome: Outcome::of(installed.facts.need_attention(&report.findings)), message })
}
