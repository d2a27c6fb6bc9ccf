//! What the configuration should say of the office's own words, days and times.
//!
//! Reads   the different words of the columns with a closed list, in all rows
//! Gives   entries for those whose meaning is known, and a gap for each of the others
//! Rule    no word of a personal column is told unless it is known for what it means

use super::guess::Known;
use anyhow::Result;
use pipeline::{CatalogColumn, DateFormat, Source, Words};
use schemas::{Column, ColumnKind, Facts};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// More different words than this are no list.
const MOST_WORDS: usize = 200;

/// The entries.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    words: Words,
    /// Words whose meaning nobody knows, with the number of rows.
    open: BTreeMap<Column, Vec<(String, u64)>>,
    formats: BTreeMap<Column, &'static str>,
}

impl Entries {
    /// Adds what must be said of a column, and gives the gaps.
    pub(super) async fn of_column(
        &mut self,
        source: &mut Source,
        known: Known<'_>,
        column: Column,
        table: &str,
        found: &CatalogColumn,
        form: Option<&'static str>,
    ) -> Result<Vec<String>> {
        let Known { names, facts } = known;
        if let Some(form) = form {
            self.formats.insert(column, form);
        }
        if found.profile.has_dash && !column.is_always_read() && column.held_as() != ColumnKind::Text {
            self.words.entry(column).or_default().insert("-".to_owned(), String::new());
        }
        if facts.allowed_words(column).is_empty() {
            return Ok(Vec::new());
        }
        let said = source.words(table, &found.name, MOST_WORDS).await?;
        let mut hidden = 0;
        for (word, rows) in parts(column, said) {
            if facts.allows_word(column, &word) {
                continue;
            }
            let optional_dash = word == "-" && !column.is_always_read();
            let meant = names.meant(facts, column, &word).or_else(|| optional_dash.then(String::new));
            match meant {
                Some(meant) => drop(self.words.entry(column).or_default().insert(word, meant)),
                None if facts.columns.is_personal(column) => hidden += rows,
                None => self.open.entry(column).or_default().push((word, rows)),
            }
        }
        let open = self.open.get(&column).into_iter().flatten();
        let mut gaps: Vec<String> = open
            .take(20)
            .map(|(word, rows)| format!("{}: \"{word}\" ({rows} baris) belum dipetakan", column.name()))
            .collect();
        if hidden > 0 {
            gaps.push(format!("{}: {hidden} baris berisi kata yang belum dipetakan", column.name()));
        }
        Ok(gaps)
    }

    /// How the office writes these words of a column; nothing where it writes the words themselves.
    pub(super) fn said_for(&self, column: Column, words: &[String]) -> Vec<&str> {
        let all = self.words.get(&column).into_iter().flatten();
        all.filter(|(_, word)| words.contains(word)).map(|(said, _)| said.as_str()).collect()
    }

    /// Whether nothing must be said.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.open.is_empty() && self.formats.is_empty()
    }

    /// The entries as the pipeline takes them.
    pub(super) fn config(&self) -> Result<(Words, BTreeMap<Column, DateFormat>)> {
        let format = |(column, form): (&Column, &&'static str)| {
            let with_time = column.held_as() == ColumnKind::Timestamp;
            Ok((*column, DateFormat::new(form, with_time).map_err(anyhow::Error::msg)?))
        };
        Ok((self.words.clone(), self.formats.iter().map(format).collect::<Result<_>>()?))
    }

    /// The entries as they stand in `tertib.toml`; empty where nothing must be said.
    pub(crate) fn text(&self, facts: &Facts) -> Result<String> {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let mut text = String::new();
        let columns: BTreeSet<Column> = self.words.keys().chain(self.open.keys()).copied().collect();
        for column in columns {
            writeln!(text, "[source.values.{}]", column.name())?;
            for (said, word) in self.words.get(&column).into_iter().flatten() {
                let is_number = column.held_as() == ColumnKind::Integer;
                writeln!(text, "{} = {}", quoted(said), if is_number { word.clone() } else { quoted(word) })?;
            }
            for (said, rows) in self.open.get(&column).into_iter().flatten() {
                writeln!(
                    text,
                    "# {} = \"\" # {rows} baris; isi dengan salah satu kata di bawah",
                    quoted(&said.replace('\n', " "))
                )?;
            }
            if self.open.contains_key(&column) {
                for line in super::words(facts, column) {
                    writeln!(text, "#   {line}")?;
                }
            }
            text.push('\n');
        }
        if !self.formats.is_empty() {
            text.push_str("[source.formats]\n");
            for (column, form) in &self.formats {
                writeln!(text, "{} = {}", column.name(), quoted(form))?;
            }
            text.push('\n');
        }
        Ok(text)
    }
}

/// The words of a column one by one: `kekurangan` has several in a value.
fn parts(column: Column, said: Vec<(String, u64)>) -> Vec<(String, u64)> {
    if column != Column::Kekurangan {
        return said;
    }
    let mut parts: BTreeMap<String, u64> = BTreeMap::new();
    for (text, rows) in said {
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            *parts.entry(part.to_owned()).or_default() += rows;
        }
    }
    parts.into_iter().collect()
}
