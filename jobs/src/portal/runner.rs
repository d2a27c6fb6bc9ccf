//! Runs an errand of the pages in a process of its own: what it takes ends with it, and it can be cancelled at any time.
//!
//! Reads   one order on standard input, in one line
//! Gives   how far it is, a line each time, and at last what it gives, followed by files

use crate::bundle::{self, Packed, Role, Wanted};
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
use std::fs::File;
use std::io::{Seek, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often it is told how far it is.
const TOLD_EVERY: Duration = Duration::from_millis(200);
/// So many rows of a comparison are shown; its files have all.
const SHOWN: usize = 1_000;

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Subject {
    /// The whole archive is verified, by itself and by what somebody kept of it.
    Archive,
    /// A month of it is compared with the source.
    Source(Month),
    /// A bundle is made to carry away.
    Bundle(BundleOrder),
}

/// Which bundle is to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BundleOrder {
    /// The first and the last month.
    pub(super) months: (Month, Month),
    /// For whom it is.
    pub(super) role: Role,
    /// For what.
    pub(super) purpose: String,
    /// The account that wants it, and its role.
    pub(super) by: (String, String),
}

/// What is to be done.
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
    /// What it gives, and the names and lengths of its files, whose bytes follow.
    Done(Value, Vec<(String, u64)>),
    /// Why it could not be done.
    Fault(String),
}

/// What an errand gives.
type Given = (Value, Vec<(String, Contents)>);

/// What is in a file.
enum Contents {
    Bytes(Vec<u8>),
    File(File),
}

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

/// Does what is ordered, and tells it.
///
/// # Errors
/// When no order can be read, or nobody listens.
pub(crate) async fn run(place: &Where) -> Result<()> {
    let mut order = String::new();
    std::io::stdin().read_line(&mut order).context("cannot read an order")?;
    let order: Order = serde_json::from_str(&order).context("no order")?;
    itself::end_with(order.parent)?;
    let given = async {
        let workspace = Workspace::open(place.config.as_deref())?;
        match &order.subject {
            Subject::Archive => archive(&workspace, &order),
            Subject::Source(month) => source(&workspace, *month).await,
            Subject::Bundle(wanted) => bundle(&workspace, wanted),
        }
    };
    let (told, files) = match given.await {
        Ok((value, files)) => {
            let lengths = files.iter().map(|(name, contents)| Ok((name.clone(), contents.length()?)));
            (Told::Done(value, lengths.collect::<Result<_>>()?), files)
        }
        Err(fault) => (Told::Fault(format!("{fault:#}")), Vec::new()),
    };
    tell(&told)?;
    let mut out = std::io::stdout().lock();
    for (_, contents) in files {
        match contents {
            Contents::Bytes(bytes) => out.write_all(&bytes).context("nobody listens")?,
            Contents::File(mut file) => drop(std::io::copy(&mut file, &mut out).context("nobody listens")?),
        }
    }
    out.flush().context("nobody listens")
}

fn tell(told: &Told) -> Result<()> {
    let mut line = serde_json::to_vec(told).context("what is found cannot be told")?;
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    out.write_all(&line).and_then(|()| out.flush()).context("nobody listens")
}

impl Contents {
    fn length(&self) -> Result<u64> {
        Ok(match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(file) => file.metadata().context("a file cannot be read")?.len(),
        })
    }
}

/// Tells how far something is, not too often. Who does not listen any more ends this process.
struct Pace(Mutex<Option<Instant>>);

impl Pace {
    fn at(&self, done: u64, of: u64) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= TOLD_EVERY) {
            *last = Some(Instant::now());
            drop(tell(&Told::At(done, of)));
        }
    }
}

fn archive(workspace: &Workspace, order: &Order) -> Result<Given> {
    let kept = Pasted::read(&order.kept).context("what was kept is neither a statement nor a head")?;
    // A copy may have been given without the private tables.
    let public_only =
        order.is_copy && workspace.archive().is_ok_and(|own| own.holds_persons().is_ok_and(|holds| !holds));
    let scope = Scope {
        public_only,
        kept: Kept { heads: &kept.heads, checkpoints: &kept.checkpoints, ..Kept::default() },
        since: None,
    };
    let pace = Pace(Mutex::default());
    let result = verify::examine(workspace, scope, &|done, of| pace.at(done, of))?;
    let report = verify::statement(workspace, &result)?;
    let log =
        result.checkpoint.as_ref().map(|statement| json!({"size": statement.size, "root": statement.root_text()}));
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
        Ok((file.name, Contents::Bytes(file.bytes)))
    });
    Ok((value, files.collect::<Result<_>>()?))
}

async fn source(workspace: &Workspace, month: Month) -> Result<Given> {
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
    let file = |ending: &str, text: String| (name(ending), Contents::Bytes(text.into_bytes()));
    Ok((value, vec![file("csv", csv), file("json", json)]))
}

fn bundle(workspace: &Arc<Workspace>, order: &BundleOrder) -> Result<Given> {
    let (first, last) = order.months;
    let wanted = Wanted {
        months: bundle::months(first, last)?,
        role: order.role,
        purpose: Some(order.purpose.clone()),
        on: workspace.facts.zone.date(clock::now().timestamp()).context("today is outside the calendar")?,
        by: Some(order.by.clone()),
    };
    let pace = Pace(Mutex::default());
    let name = bundle::name(&wanted);
    let packed = tempfile::tempfile().context("cannot make a file for the bundle")?;
    let snapshot = workspace.snapshot()?;
    let Packed { mut file, digest, rows, findings } =
        bundle::pack(&snapshot, &wanted, packed, &name, |step| pace.at(step.done as u64, step.of as u64))?;
    file.rewind().context("the bundle cannot be read")?;
    let speech = workspace.facts.speech(Language::Indonesian);
    let told = findings.iter().map(|finding| {
        let text = speech.finding(finding.code);
        LocatedFinding { text, place: finding.place.clone(), n: finding.count }
    });
    let value = json!({"digest": digest, "rows": rows, "findings": told.collect::<Vec<_>>()});
    Ok((value, vec![(format!("{name}.zip"), Contents::File(file))]))
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
