//! Compares the last months that are over with the source, row for row.

use super::Report;
use crate::clock;
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use anyhow::{Result, anyhow};
use schemas::Month;

/// How many months: rows that were written late are of the one before, seldom of an older one.
const MONTHS: usize = 2;

pub(super) async fn run(workspace: &Workspace) -> Result<Report> {
    let archive = workspace.archive()?;
    let (key, source) = (workspace.config.key()?, workspace.config.source_config()?);
    let now = clock::now();
    let this = workspace.facts.zone.month(now.timestamp()).ok_or_else(|| anyhow!("{now} lies in no month"))?;
    let over: Vec<Month> = archive.months().into_iter().filter(|month| *month < this).rev().take(MONTHS).collect();
    let (mut said, mut attention) = (Vec::new(), false);
    for month in over.into_iter().rev() {
        let at_ms = now.timestamp_millis();
        let result = pipeline::reconcile(&source, &archive, &key, &workspace.facts, month, at_ms).await?;
        let findings = result.findings();
        attention |= workspace.facts.need_attention(&findings);
        let codes: String = findings.iter().map(|finding| format!(", {} {}×", finding.code, finding.count)).collect();
        said.push(format!(
            "{month}: {} rows in the source, {} archived{codes}",
            result.source_rows, result.archive_rows
        ));
    }
    if said.is_empty() {
        said.push("no month of the archive is over".to_owned());
    }
    Ok(Report { outcome: Outcome::of(attention), message: said.join("; ") })
}
