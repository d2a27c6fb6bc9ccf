//! `tertib reconcile`

use crate::options::{Common, Format, OfMonth};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::workspace::Workspace;
use crate::{clock, months};
use anyhow::Result;
use pipeline::Reconciliation;

/// Exit code 1 when a row is missing, gone, different, broken or in quarantine.
pub(crate) async fn run(options: &OfMonth, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let archive = workspace.archive()?;
    let key = workspace.config.key()?;
    let source = workspace.config.source_config()?;
    let month = months::asked_or_last(options.month, workspace.facts.zone, common)?;
    let bar = Progress::of_pieces(common, "reconcile");
    let at_ms = clock::now().timestamp_millis();
    let result = pipeline::reconcile(&source, &archive, &key, &workspace.facts, month, at_ms).await?;
    drop(bar);
    let findings = result.findings();
    let text = match options.format {
        Format::Json => json(&result)?,
        Format::Csv => csv(&result)?,
        Format::Table => {
            let place = if result.in_database { "in the database" } else { "row by row" };
            format!(
                "{}: {} rows in the source, {} in the archive, compared {place} ({} travelled)\n{} missing, {} gone, {} different, {} broken, {} in quarantine, {} doubled, {} without a key\n{}",
                month,
                result.source_rows,
                result.archive_rows,
                result.travelled,
                result.missing.len(),
                result.gone.len(),
                result.different.len(),
                result.broken.len(),
                result.quarantined.len(),
                result.doubled.len(),
                result.without_key,
                // The remedies name the month as BULAN.
                print::findings(workspace.speech(common), &findings).replace("BULAN", &month.to_string()),
            )
        }
    };
    print::data(&text)?;
    Ok(Outcome::of(!findings.is_empty()))
}

/// The comparison as JSON.
pub(crate) fn json(result: &Reconciliation) -> Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(result)?))
}

/// The rows with a finding as CSV.
pub(crate) fn csv(result: &Reconciliation) -> Result<String> {
    let row = |(code, columns, id): (&str, String, String)| vec![code.to_owned(), id, columns];
    let rows: Vec<Vec<String>> = result.rows().into_iter().map(row).collect();
    print::csv(&["code", "event_id", "columns"], &rows)
}
