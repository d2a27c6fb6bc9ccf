//! Verifies the archive, or compares a month of it with the source, in a process of its own: what it takes ends with it, and it can be
//! cancelled at any time.
//!
//! Reads   one order on standard input, in one line
//! Gives   how far it is, a line each time, and at last what was found, followed by the same as files
//! Rule    nothing is written

use crate::clock;
use crate::commands::reconcile;
use crate::commands::verify::{self, Kept, Scope};
use crate::documents;
use crate::itself;
use crate::options::Where;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use pipeline::{Checkpoint, KeptHead};
use reports::Document;
use schemas::document::{FileFormat, LocatedFinding};
use schemas::{Language, Month};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::cell::Cell;
use std::io::Write;
use std::time::{Duration, Instant};

/// How often it is told how far it is.
const TOLD_EVERY: Duration = Duration::from_millis(200);
/// So many rows of a comparison are shown; its files have all.
const SHOWN: usize = 1_000;

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Subject {
    /// The whole archive, by itself and by what somebody kept of it.
    Archive,
    /// A month of it, by the source.
    Source(Month),
}

/// What is to be checked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// The process that waits for it.
    pub(super) parent: i32,
    pub(super) subject: Subject,
    /// What somebody kept of the archive elsewhere: heads, or statements of its log; empty where nothing was.
    pub(super) kept: String,
    /// Whether the archive is a copy without its office.
    pub(super) is_copy: bool,
}

/// What is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Told {
    /// So much of so much is done.
    At(u64, u64),
    /// What was found, and the names and lengths of its files, whose bytes follow.
    Found(Value, Vec<(String, usize)>),
    /// Why it could not be checked.
    Fault(String),
}

/// What was found, and the same as files.
type Found = (Value, Vec<(String, Vec<u8>)>);

/// What somebody kept of an archive, read from what they pasted.
#[derive(Debug, Default)]
pub(super) struct Pasted {
    heads: Vec<KeptHead>,
    checkpoints: Vec<(String, String)>,
}

impl Pasted {
    /// Signed statements of the log, or their three lines as documents print them, and heads, one a line; none where a line is neither.
    pub(super) fn read(text: &str) -> Option<Self> {
        // A browser ends lines otherwise, and who copies a text loses its last one.
        let text = format!("{}\n", text.replace('\r', "").trim());
        if text.trim().is_empty() {
            return Some(Self::default());
        }
        if Checkpoint::printed(&text).is_some() || Checkpoint::unchecked(&text).is_ok() {
            return Some(Self { heads: Vec::new(), checkpoints: vec![("statement that was pasted".to_owned(), text)] });
        }
        Some(Self { heads: KeptHead::all(&text).ok().filter(|heads| !heads.is_empty())?, checkpoints: Vec::new() })
    }
}

/// Checks what is ordered, and tells it.
///
/// # Errors
/// When no order can be read, or nobody listens.
pub(crate) async fn check(place: &Where) -> Result<()> {
    let mut order = String::new();
    std::io::stdin().read_line(&mut order).context("cannot read an order")?;
    let order: Order = serde_json::from_str(&order).context("no order")?;
    itself::end_with(order.parent)?;
    let found = async {
        let workspace = Workspace::open(place.config.as_deref())?;
        match order.subject {
            Subject::Archive => archive(&workspace, &order),
            Subject::Source(month) => source(&workspace, month).await,
        }
    };
    let (told, files) = match found.await {
        Ok((value, files)) => {
            let lengths = files.iter().map(|(name, bytes)| (name.clone(), bytes.len())).collect();
            (Told::Found(value, lengths), files)
        }
        Err(fault) => (Told::Fault(format!("{fault:#}")), Vec::new()),
    };
    tell(&told)?;
    let mut out = std::io::stdout().lock();
    for (_, bytes) in files {
        out.write_all(&bytes).context("nobody listens")?;
    }
    out.flush().context("nobody listens")
}

fn tell(told: &Told) -> Result<()> {
    let mut line = serde_json::to_vec(told).context("what is found cannot be told")?;
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    out.write_all(&line).and_then(|()| out.flush()).context("nobody listens")
}

fn archive(workspace: &Workspace, order: &Order) -> Result<Found> {
    let kept = Pasted::read(&order.kept).context("what was kept is neither a statement nor a head")?;
    // A copy may have been given without the private tables.
    let public_only = order.is_copy && workspace.archive().is_ok_and(|own| own.holds_persons().is_ok_and(|holds| !holds));
    let scope = Scope {
        public_only,
        kept: Kept { heads: &kept.heads, checkpoints: &kept.checkpoints, ..Kept::default() },
        since: None,
    };
    let last = Cell::new(None::<Instant>);
    let told = |done: u64, of: u64| {
        if last.get().is_none_or(|last| last.elapsed() >= TOLD_EVERY) {
            last.set(Some(Instant::now()));
            // Who does not listen any more ends this process.
            drop(tell(&Told::At(done, of)));
        }
    };
    let result = verify::examine(workspace, scope, &told)?;
    let report = verify::statement(workspace, &result)?;
    let log = result.checkpoint.as_ref().map(|statement| json!({"size": statement.size, "root": statement.root_text()}));
    let value = json!({
        "report": report, "log": log, "kept": kept.heads.len() + kept.checkpoints.len(),
        "needs_attention": workspace.facts.need_attention(&result.findings),
    });
    let (renderer, office) = (workspace.config.renderer()?, &workspace.config.office);
    let forms = [FileFormat::Pdf, FileFormat::Xlsx, FileFormat::Csv, FileFormat::Json];
    // A copy has no office whose statement it could be.
    let forms = forms.into_iter().filter(|form| !order.is_copy || *form != FileFormat::Pdf);
    let files = forms.map(|form| {
        let file = documents::file_of(Document::Verification(&report), form, &renderer, office)?;
        Ok((file.name, file.bytes))
    });
    Ok((value, files.collect::<Result<_>>()?))
}

async fn source(workspace: &Workspace, month: Month) -> Result<Found> {
    let (archive, key, from) = (workspace.archive()?, workspace.config.key()?, workspace.config.source_config()?);
    let at_ms = clock::now().timestamp_millis();
    let result = pipeline::reconcile(&from, &archive, &key, &workspace.facts, month, at_ms).await?;
    let (findings, rows) = (result.findings(), result.rows());
    let speech = workspace.facts.speech(Language::Indonesian);
    let told = findings.iter().map(|finding| {
        let text = speech.finding(finding.code);
        LocatedFinding { text, place: finding.place.clone(), n: finding.count }
    });
    let value = json!({
        "in_database": result.in_database, "source_rows": result.source_rows, "archive_rows": result.archive_rows,
        "n": rows.len(), "rows": rows.iter().take(SHOWN).collect::<Vec<_>>(), "findings": told.collect::<Vec<_>>(),
        "needs_attention": !findings.is_empty(),
    });
    let name = |ending: &str| format!("rekonsiliasi_{month}.{ending}");
    let (csv, json) = (reconcile::csv(&result)?, reconcile::json(&result)?);
    Ok((value, vec![(name("csv"), csv.into_bytes()), (name("json"), json.into_bytes())]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pasted_is_a_statement_or_heads_and_nothing_else() {
        let head = format!("12 {}", "a".repeat(64));
        assert_eq!(Pasted::read(&format!("{head}\r\n")).unwrap().heads.len(), 1);
        assert!(Pasted::read(" \r\n").unwrap().heads.is_empty());
        let statement = "tanggamus.go.id/tertib\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
        assert_eq!(Pasted::read(statement).unwrap().checkpoints.len(), 1);
        assert!(Pasted::read("bukan pernyataan").is_none());
    }
}
