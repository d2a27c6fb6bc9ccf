//! What would a pull make of the first rows of a source?
//!
//! Reads   some rows of the view, in one snapshot, as a pull reads them
//! Gives   every reason for which rows would not be archived, or would be archived with a fault, at once: the words that the
//!         contract does not have, how often they stand there, and those that it has
//! Rule    nothing is archived, and no value of a personal column is told

use super::contract::Contract;
use super::report::PullError;
use super::said::{allowed, shape_of, step, told};
use crate::source::{Cell, Chunk, RowFilter, Source, SourceConfig, Words};
use schemas::{Column, Facts, Finding};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use tokio::task::JoinSet;

/// How many different values of one reason are listed.
const VALUES: usize = 20;

/// What a pull would make of some rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// How many rows were looked at.
    pub rows: u64,
    /// How many of them a pull would archive.
    pub kept: u64,
    /// Columns of the contract that the view does not have, and no row must.
    pub absent: Vec<&'static str>,
    /// Columns of the view that the contract does not know.
    pub unknown: Vec<String>,
    /// Why rows would go to quarantine, or be archived with a fault, most rows first.
    pub reasons: Vec<Reason>,
}

/// A reason, with the values that have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The code of its finding.
    pub code: &'static str,
    /// The column.
    pub column: &'static str,
    /// The step of the rows, where what is allowed depends on it.
    pub step: Option<u8>,
    /// How many rows have it.
    pub rows: u64,
    /// Whether such rows are archived all the same.
    pub archived: bool,
    /// What stands there and how often, most often first; of personal columns only its shape.
    pub said: Vec<(String, u64)>,
    /// How many more different values there are.
    pub more: u64,
    /// The words that may stand there; empty where no list says so.
    pub allowed: Vec<String>,
}

impl Sample {
    /// Returns the reasons as findings, whose place says what stands there and what may.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let finding = |reason: &Reason| Finding { code: reason.code, place: reason.place(), count: reason.rows };
        self.reasons.iter().map(finding).collect()
    }
}

impl Reason {
    fn place(&self) -> String {
        let step = self.step.map_or_else(String::new, |step| format!(" pada langkah {step}"));
        let allowed = match self.allowed.as_slice() {
            [] => String::new(),
            words => format!(", salah satu dari {}", words.join(", ")),
        };
        let mut said: Vec<String> = self.said.iter().map(|(said, rows)| format!("{said} ({rows}×)")).collect();
        said.extend((self.more > 0).then(|| format!("dan {} lainnya", self.more)));
        format!("{}{step}{allowed}; tertulis {}", self.column, said.join(", "))
    }
}

/// Looks at so many rows of a source.
///
/// # Errors
/// [`PullError`] when the source cannot be read, or its columns are not those of the contract.
pub async fn sample(config: &SourceConfig, facts: &Facts, rows: usize) -> Result<Sample, PullError> {
    let mut source = Source::open(config.clone()).await?;
    let schema = source.relation_schema().await?;
    let integer_ids = schema.integer_ids.unwrap_or(true);
    let mut found = Sample {
        absent: schema.absent.iter().map(|column| column.name()).collect(),
        unknown: schema.unknown.clone(),
        ..Sample::default()
    };
    // Every column is held to its words here, so that a word that would be archived as it is is told, too.
    let all = Column::ALL.into_iter().map(|column| (column, BTreeMap::new())).collect();
    let contract = Contract { facts, zone: config.zone, integer_ids, held: &all };
    let mut reasons = Reasons { facts, held: &config.words, found: BTreeMap::new() };
    let (sender, mut chunks) = tokio::sync::mpsc::channel(2);
    // Dropping the set aborts its task, so that nothing goes on reading.
    let mut reader = JoinSet::new();
    reader.spawn(async move {
        let filter = RowFilter { most: Some(rows), ..RowFilter::default() };
        source.events(&schema, &filter, integer_ids, sender).await
    });
    while let Some(chunk) = chunks.recv().await {
        let left = rows - usize::try_from(found.rows).unwrap_or(rows);
        reasons.look_at(&contract, &chunk, left, &mut found);
        if found.rows >= rows as u64 {
            break;
        }
    }
    drop(chunks);
    reader.join_next().await.and_then(Result::ok).ok_or(PullError::Reader)??;
    found.reasons = reasons.list();
    Ok(found)
}

/// What there is of one reason.
#[derive(Debug, Default)]
struct Counted {
    rows: u64,
    archived: bool,
    said: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct Reasons<'a> {
    facts: &'a Facts,
    held: &'a Words,
    found: BTreeMap<(&'static str, Column, Option<u8>), Counted>,
}

impl Reasons<'_> {
    /// Looks at the rows of a chunk, up to a number of them.
    fn look_at(&mut self, contract: &Contract<'_>, chunk: &Chunk, most: usize, found: &mut Sample) {
        let checked = contract.check_for_all(chunk);
        let mut of_rows: BTreeMap<usize, BTreeSet<(&'static str, Column)>> = BTreeMap::new();
        for (row, fault) in &checked.all {
            of_rows.entry(*row).or_default().insert((fault.code, fault.column));
        }
        for (index, row) in chunk.rows().enumerate().take(most) {
            found.rows += 1;
            let faults = of_rows.remove(&index).unwrap_or_default();
            let (of_words, faults): (Vec<_>, Vec<_>) = faults.into_iter().partition(|fault| self.is_archived(*fault));
            for (code, column) in &faults {
                self.add(code, *column, false, row.cell(*column), step(row));
            }
            for (_, column) in of_words {
                self.add(unknown_word(column), column, true, row.cell(column), None);
            }
            if faults.is_empty() {
                found.kept += 1;
                for (code, column) in contract.warnings(&checked.events, index) {
                    self.add(code, column, true, row.cell(column), None);
                }
            }
        }
    }

    /// Whether a row with this fault is archived: words of a list are only required where they are translated.
    fn is_archived(&self, (code, column): (&'static str, Column)) -> bool {
        code == "V012" && !self.held.contains_key(&column) && !column.is_counted_by_its_words()
    }

    fn add(&mut self, code: &'static str, column: Column, archived: bool, cell: Cell<'_>, step: Option<u8>) {
        let step = step.filter(|_| column == Column::Hasil);
        let counted = self.found.entry((code, column, step)).or_default();
        counted.rows += 1;
        counted.archived = archived;
        let said = if self.facts.columns.is_personal(column) { shape_of(cell) } else { told(cell) };
        *counted.said.entry(said).or_default() += 1;
    }

    fn list(self) -> Vec<Reason> {
        let reason = |((code, column, step), counted): ((&'static str, Column, Option<u8>), Counted)| {
            let mut said: Vec<(String, u64)> = counted.said.into_iter().collect();
            said.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
            let more = said.len().saturating_sub(VALUES) as u64;
            said.truncate(VALUES);
            let allowed = allowed(self.facts, column, step);
            Reason {
                code,
                column: column.name(),
                step,
                rows: counted.rows,
                archived: counted.archived,
                said,
                more,
                allowed,
            }
        };
        let mut reasons: Vec<Reason> = self.found.into_iter().map(reason).collect();
        reasons.sort_by_key(|reason| (reason.archived, std::cmp::Reverse(reason.rows)));
        reasons
    }
}

/// The finding of the month's quality that a word outside the list of a column is.
fn unknown_word(column: Column) -> &'static str {
    match column {
        Column::Jenis => "Q010",
        Column::Kewarganegaraan => "Q011",
        Column::JenisKelamin => "Q012",
        _ => "Q016",
    }
}
