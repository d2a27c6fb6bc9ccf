//! A proposal of the view with one row per event, made from what an office's database shows of itself.
//!
//! Reads   tables, columns, foreign keys, and some values
//! Gives   a SELECT with a reason for each column, the words to be translated, and what is missing
//! Rule    it is only proposed: nothing is made in the office's database, and a person reads it before it is used

mod entries;
mod guess;
mod joins;
mod view;

pub(crate) use view::{SqlDialect, View, ViewColumn, kind, only_at, words};

use anyhow::Result;
use entries::Entries;
use guess::{Guess, Known, guess};
use joins::{Reached, reached};
use pipeline::{Catalog, Source, SourceConfig};
use schemas::{Column, Facts, SourceNames};
use std::collections::BTreeMap;

/// The columns that only the table of the steps has.
const OF_STEPS: [Column; 5] = [Column::EventId, Column::Langkah, Column::Selesai, Column::Hasil, Column::Pelaksana];
/// Each join on the way to a column makes it this much less likely.
const FURTHER: f64 = 0.97;

/// What is proposed.
#[derive(Debug)]
pub(crate) struct Proposal {
    /// The view.
    pub view: View,
    /// What the configuration says of words, days and times.
    pub entries: Entries,
    /// What a person must say, a line each.
    pub gaps: Vec<String>,
    /// The table with the steps.
    pub steps: String,
}

/// A column of the contract, and where it probably is.
struct Found {
    column: Column,
    /// The reached table.
    at: usize,
    /// The column of that table.
    place: usize,
    guess: Guess,
}

/// Proposes a view; `None` where no table looks as if it had the steps.
pub(crate) async fn propose(
    source: &mut Source,
    dialect: SqlDialect,
    view: &str,
    facts: &Facts,
) -> Result<Option<Proposal>> {
    let names = SourceNames::embedded()?;
    let known = Known { names: &names, facts };
    let Some(catalog) = source.catalog().await? else { return Ok(None) };
    let Some(first) = table_of_steps(known, &catalog) else { return Ok(None) };
    let reached = reached(&catalog, first);
    let candidates = candidates(known, &catalog, &reached);
    let found = best(&candidates);
    let mut gaps: Vec<String> =
        catalog.unread.iter().map(|table| format!("tabel {table} tidak dapat dibaca")).collect();
    let mut entries = Entries::default();
    let mut columns = Vec::new();
    for column in Column::ALL {
        let mut of = ViewColumn::default();
        if let Some(Found { at, place, guess, .. }) = found.get(&column) {
            let Reached { table, alias, .. } = &reached[*at];
            let table = &catalog.tables[*table];
            let taken = &table.columns[*place];
            of.expression = Some(format!("{alias}.{}", dialect.named(&taken.name)));
            of.evidence.push(format!("diambil dari {}.{}: {}", table.name, taken.name, guess.reasons.join(", ")));
            gaps.extend(entries.of_column(source, known, column, &table.name, taken, guess.form).await?);
        } else if column.is_always_read() {
            of.evidence.push("BELUM DITEMUKAN: ganti <…> dengan kolom atau ungkapan yang benar".to_owned());
            gaps.push(format!("{}: tidak ada kolom yang mirip", column.name()));
        }
        columns.push((column, of));
    }
    keep_to_their_steps(&mut columns, facts, &entries);
    let needed: Vec<usize> = found.values().map(|found| found.at).collect();
    let from = joins::from(&catalog, &reached, &needed, dialect);
    let steps = catalog.tables[first].name.clone();
    Ok(Some(Proposal { view: View { dialect, name: view.to_owned(), columns, from }, entries, gaps, steps }))
}

/// Lets the columns that may have a value at some steps only have one at no other: an office writes down once for a batch who received
/// it, and a join would say so of every step.
fn keep_to_their_steps(columns: &mut [(Column, ViewColumn)], facts: &Facts, entries: &Entries) {
    let step = columns.iter().find(|(column, _)| *column == Column::Langkah);
    let Some(step) = step.and_then(|(_, of)| of.expression.clone()) else { return };
    for (column, of) in columns {
        let Some(steps) = facts.steps_of(*column) else { continue };
        let Some(expression) = of.expression.take() else { continue };
        let steps: Vec<String> = steps.iter().map(u8::to_string).collect();
        let said = entries.said_for(Column::Langkah, &steps);
        let said = said.into_iter().map(|word| format!("'{}'", word.replace('\'', "''"))).collect::<Vec<_>>();
        let said = if said.is_empty() { steps } else { said };
        of.expression = (!said.is_empty()).then(|| view::at_steps(&step, said.into_iter(), &expression));
    }
}

/// The table that has most of what only steps have.
fn table_of_steps(known: Known<'_>, catalog: &Catalog) -> Option<usize> {
    let score = |place: usize| {
        let table = &catalog.tables[place];
        let best = |column: Column| {
            let guesses = table.columns.iter().filter_map(|found| guess(known, column, table, found));
            guesses.map(|guess| guess.score).fold(0.0, f64::max)
        };
        let is_likely = best(Column::Langkah) > 0.0 && best(Column::Selesai) > 0.0;
        is_likely.then(|| OF_STEPS.into_iter().map(best).sum::<f64>())
    };
    let scored = (0..catalog.tables.len()).filter_map(|place| Some((score(place)?, place)));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, place)| place)
}

/// Every column of the reached tables that could be one of the contract's, the likeliest first.
fn candidates(known: Known<'_>, catalog: &Catalog, reached: &[Reached]) -> Vec<Found> {
    let mut all = Vec::new();
    for (at, Reached { table, .. }) in reached.iter().enumerate() {
        let table = &catalog.tables[*table];
        let depth = std::iter::successors(reached[at].by.as_ref(), |(from, ..)| reached[*from].by.as_ref()).count();
        for (place, taken) in table.columns.iter().enumerate() {
            for column in Column::ALL {
                if at > 0 && OF_STEPS.contains(&column) {
                    continue;
                }
                if let Some(mut guess) = guess(known, column, table, taken) {
                    guess.score *= FURTHER.powi(i32::try_from(depth).unwrap_or(i32::MAX));
                    all.push(Found { column, at, place, guess });
                }
            }
        }
    }
    all.sort_by(|a, b| b.guess.score.total_cmp(&a.guess.score));
    all
}

/// The likeliest column for each of the contract's; none is taken twice.
fn best(candidates: &[Found]) -> BTreeMap<Column, &Found> {
    let mut best: BTreeMap<Column, &Found> = BTreeMap::new();
    for found in candidates {
        let is_taken = best.values().any(|other| (other.at, other.place) == (found.at, found.place));
        if !is_taken && !best.contains_key(&found.column) {
            best.insert(found.column, found);
        }
    }
    // Where nobody wrote down when a row came, the end of its step is the nearest to it.
    if let (None, Some(ended)) = (best.get(&Column::RecordedAt), best.get(&Column::Selesai).copied()) {
        best.insert(Column::RecordedAt, ended);
    }
    best
}

impl Proposal {
    /// A source that reads by the proposed SELECT, where it has no gap.
    pub(crate) fn tried(&self, config: &SourceConfig) -> Result<Option<SourceConfig>> {
        let Some(select) = self.view.select() else { return Ok(None) };
        let (words, formats) = self.entries.config()?;
        Ok(Some(SourceConfig { select: Some(select), words, formats, ..config.clone() }))
    }
}
