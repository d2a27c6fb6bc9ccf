//! Examines the office as `tertib doctor` does. What needs attention, or would keep the next jobs from running, is a finding of the
//! run; a note is not.

use super::Report;
use crate::doctor;
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use anyhow::Result;
use chrono::{DateTime, Utc};

pub(super) async fn run(workspace: &Workspace, now: DateTime<Utc>) -> Result<Report> {
    let checks = doctor::examine_workspace(workspace, now).await;
    let report = doctor::Report::new(&checks, workspace.facts.speech(workspace.config.bahasa));
    let told = report.lines_of_a_log();
    for line in &told {
        tracing::warn!("{line}");
    }
    let codes: Vec<&str> = told.iter().filter_map(|line| line.split(' ').next()).collect();
    let unseen = checks.iter().filter(|check| check.found.is_none()).count();
    let message =
        format!("{} checks, {unseen} not examined, {} findings {}", checks.len(), codes.len(), codes.join(" "));
    Ok(Report { outcome: Outcome::of(report.outcome() != Outcome::Done), message: message.trim_end().to_owned() })
}
