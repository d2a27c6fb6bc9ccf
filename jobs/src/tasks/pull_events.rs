//! Brings new events in.

use super::{Pace, Report};
use crate::commands::pull::summary;
use crate::outcome::Outcome;
use crate::workspace::{PullRequest, Workspace};
use anyhow::Result;
use chrono::{DateTime, Utc};
use pipeline::PullReport;
use schemas::{Facts, Severity};

pub(super) async fn run(workspace: &Workspace, at: DateTime<Utc>) -> Result<Report> {
    let pace = Pace::begin("rows are read");
    let report = workspace.pull(PullRequest::everything(at), &mut |_, done, of| pace.at(done, of)).await?;
    let codes: Vec<String> = report.findings.iter().map(|f| format!("{} {}×", f.code, f.count)).collect();
    let message = [summary(&report, false).trim_end().to_owned(), codes.join(", ")].join(" ").trim_end().to_owned();
    Ok(Report { outcome: Outcome::of(has_news(&workspace.facts, &report)), message })
}

/// Whether somebody should look at what a pull found. A row that an earlier pull held back already, and told, is only said again.
fn has_news(facts: &Facts, report: &PullReport) -> bool {
    let is_grave = |code: &str| facts.finding_text(code).severity > Severity::Info;
    let grave: u64 = report.findings.iter().filter(|found| is_grave(found.code)).map(|found| found.count).sum();
    let is_held = report.quarantined == 0 && report.held_back == 0 && grave == report.still_quarantined;
    grave > 0 && !is_held
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::Finding;

    #[test]
    fn a_row_that_was_held_back_before_is_no_news() {
        let facts = Facts::embedded().unwrap();
        let found = |code, count| Finding { code, place: "nik".to_owned(), count };
        let report = |quarantined, still_quarantined, findings: Vec<Finding>| PullReport {
            quarantined,
            still_quarantined,
            findings,
            ..PullReport::default()
        };
        assert!(!has_news(&facts, &report(0, 0, Vec::new())));
        assert!(!has_news(&facts, &report(0, 3, vec![found("V001", 3)])));
        assert!(has_news(&facts, &report(1, 3, vec![found("V001", 4)])), "a row more");
        assert!(has_news(&facts, &report(0, 3, vec![found("V001", 3), found("W005", 1)])), "and something else");
        assert!(has_news(&facts, &report(0, 0, vec![found("W005", 1)])));
    }
}
