//! What the office writes, in the words of the contract: outcomes, roles and kinds by the lists of the configuration, names of
//! steps by their numbers, days and instants by the office's way of writing them.
//!
//! Reads   chunks of the office's values
//! Gives   the same chunks with the contract's values, before anything is checked
//! Rule    a word that has no entry stays as it is, so that the check names it; what has no rule is not touched

use super::chunk::ChunkBuilder;
use super::{Cell, Chunk, DateFormat, SourceConfig, SourceError, instants};
use chrono_tz::Tz;
use schemas::{Column, ColumnKind, Facts};
use std::collections::BTreeMap;

/// How the values of the columns are translated.
#[derive(Clone, Debug)]
pub(super) struct Translator {
    rules: Vec<Rule>,
    zone: Tz,
}

/// How the values of one column are translated.
#[derive(Clone, Debug)]
struct Rule {
    column: Column,
    words: BTreeMap<String, Meaning>,
    format: Option<DateFormat>,
}

/// What a word means.
#[derive(Clone, Debug)]
enum Meaning {
    Nothing,
    Number(i64),
    Text(String),
}

impl Meaning {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Nothing => Cell::Null,
            Self::Number(number) => Cell::Integer(*number),
            Self::Text(text) => Cell::Text(text),
        }
    }
}

impl Translator {
    /// The translator of a source; `None` where it writes the contract's words itself.
    pub(super) fn of(config: &SourceConfig) -> Option<Self> {
        let rules: Vec<Rule> = Column::ALL
            .into_iter()
            .filter(|column| config.is_translated(*column))
            .map(|column| {
                let words = config.words.get(&column).into_iter().flatten();
                let meaning = |word: &String| match (word.as_str(), word.parse()) {
                    ("", _) => Meaning::Nothing,
                    (_, Ok(number)) if column.held_as() == ColumnKind::Integer => Meaning::Number(number),
                    _ => Meaning::Text(word.clone()),
                };
                let words = words.map(|(said, word)| (said.clone(), meaning(word))).collect();
                Rule { column, words, format: config.formats.get(&column).cloned() }
            })
            .collect();
        (!rules.is_empty()).then_some(Self { rules, zone: config.zone })
    }

    /// Puts the contract's values in the place of the office's.
    pub(super) fn translate(&self, chunk: &mut Chunk) {
        for rule in &self.rules {
            let said = chunk.column(rule.column);
            let mut meant = ChunkBuilder::new(1);
            for row in 0..said.len() {
                rule.meaning(said.at(row), self.zone, |cell| meant.push(cell));
            }
            chunk.replace(rule.column, meant.take());
        }
    }

    /// What an instant of a column means; `None` for what is none.
    pub(super) fn instant(&self, column: Column, cell: Cell<'_>) -> Option<i64> {
        let mut instant = None;
        match self.rules.iter().find(|rule| rule.column == column) {
            Some(rule) => rule.meaning(cell, self.zone, |cell| instant = instants::instant(cell, self.zone)),
            None => instant = instants::instant(cell, self.zone),
        }
        instant
    }
}

impl Rule {
    /// Gives what a value means.
    fn meaning(&self, said: Cell<'_>, zone: Tz, mut give: impl FnMut(Cell<'_>)) {
        let text = match said {
            Cell::Text(text) => text,
            Cell::Integer(number) => {
                return give(self.words.get(&number.to_string()).map_or(said, Meaning::cell));
            }
            _ => return give(said),
        };
        if let Some(meaning) = self.words.get(text) {
            return give(meaning.cell());
        }
        if let Some(format) = &self.format {
            let meant = match self.column.held_as() {
                ColumnKind::Date => format.day(text).map(Cell::Date),
                _ => format.instant(text, zone).map(Cell::Instant),
            };
            return give(meant.unwrap_or(said));
        }
        if self.column == Column::Kekurangan && text.contains(';') {
            return give(Cell::Text(&self.parts(text)));
        }
        give(said);
    }

    /// A list of words, each translated.
    fn parts(&self, text: &str) -> String {
        let word = |part: &str| match self.words.get(part) {
            Some(Meaning::Text(word)) => word.clone(),
            Some(Meaning::Nothing) => String::new(),
            _ => part.to_owned(),
        };
        let words = text.split(';').map(|part| word(part.trim())).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(";")
    }
}

impl SourceConfig {
    /// Whether the values of a column are translated.
    pub(super) fn is_translated(&self, column: Column) -> bool {
        self.words.contains_key(&column) || self.formats.contains_key(&column)
    }

    /// Whether what is configured leads to words that the contract has.
    ///
    /// # Errors
    /// [`SourceError::Word`] names the word and what it may be; [`SourceError::NoWords`] a column that is not translated so.
    pub fn check_words(&self, facts: &Facts) -> Result<(), SourceError> {
        for (column, words) in &self.words {
            // Only that a word stands for no value can be said of these; a resident's data do not belong into a configuration.
            let is_open = match column.held_as() {
                ColumnKind::Key => return Err(SourceError::NoWords { column: column.name() }),
                ColumnKind::Timestamp | ColumnKind::Date => false,
                ColumnKind::Integer | ColumnKind::Text => {
                    !facts.columns.is_personal(*column) || !facts.allowed_words(*column).is_empty()
                }
            };
            for (said, word) in words.iter().filter(|(_, word)| !word.is_empty()) {
                if !is_open {
                    return Err(SourceError::NoWords { column: column.name() });
                }
                if !facts.allows_word(*column, word) {
                    let mut allowed: Vec<String> =
                        facts.allowed_words(*column).into_iter().map(|allowed| allowed.word).collect();
                    allowed.sort_unstable();
                    allowed.dedup();
                    let likeness = |other: &String| strsim::jaro_winkler(word, other);
                    let nearest = allowed.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
                    return Err(SourceError::Word {
                        column: column.name(),
                        said: said.clone(),
                        word: word.clone(),
                        nearest: nearest.cloned().unwrap_or_default(),
                        allowed: allowed.join(", "),
                    });
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::chunk_of;

    fn config(words: &[(Column, &str, &str)], formats: &[(Column, &str)]) -> SourceConfig {
        let mut config = SourceConfig::new("sqlite:x".to_owned(), "v".to_owned());
        for (column, said, word) in words {
            config.words.entry(*column).or_default().insert((*said).to_owned(), (*word).to_owned());
        }
        for (column, form) in formats {
            let with_time = column.held_as() == ColumnKind::Timestamp;
            config.formats.insert(*column, DateFormat::new(form, with_time).unwrap());
        }
        config
    }

    fn translated(config: &SourceConfig, column: Column, cell: Cell<'_>) -> String {
        let mut row = vec![Cell::Null; Column::ALL.len()];
        row[column.index()] = cell;
        let mut chunk = chunk_of(&[&row]);
        Translator::of(config).unwrap().translate(&mut chunk);
        let cell = chunk.rows().next().unwrap().cell(column);
        format!("{cell:?}")
    }

    #[test]
    fn words_steps_days_and_codes_become_the_contracts() {
        let config = config(
            &[
                (Column::Hasil, "GAGAL CETAK", "gagal_cetak"),
                (Column::Hasil, "3", "selesai"),
                (Column::Langkah, "Perekaman", "3"),
                (Column::JenisKelamin, "-", ""),
                (Column::Kekurangan, "KK ASLI", "kk"),
                (Column::TanggalLahir, "-", ""),
            ],
            &[(Column::TanggalLahir, "%d-%m-%Y"), (Column::Selesai, "%d-%m-%Y %H:%M")],
        );
        let meant = |column, cell| translated(&config, column, cell);
        assert_eq!(meant(Column::Hasil, Cell::Text("GAGAL CETAK")), r#"Text("gagal_cetak")"#);
        assert_eq!(meant(Column::Hasil, Cell::Integer(3)), r#"Text("selesai")"#);
        // What has no entry stays, and is told by the check.
        assert_eq!(meant(Column::Hasil, Cell::Text("Gagal Cetak")), r#"Text("Gagal Cetak")"#);
        assert_eq!(meant(Column::Hasil, Cell::Integer(4)), "Integer(4)");
        assert_eq!(meant(Column::Langkah, Cell::Text("Perekaman")), "Integer(3)");
        assert_eq!(meant(Column::JenisKelamin, Cell::Text("-")), "Null");
        assert_eq!(meant(Column::Kekurangan, Cell::Text("KK ASLI ;f_1_02")), r#"Text("kk;f_1_02")"#);
        assert_eq!(meant(Column::TanggalLahir, Cell::Text("17-08-1997")), "Date(10090)");
        assert_eq!(meant(Column::TanggalLahir, Cell::Text("-")), "Null");
        assert_eq!(meant(Column::Selesai, Cell::Text("05-10-2026 08:30")), "Instant(1791163800000000)");
        assert_eq!(meant(Column::Nama, Cell::Text("GAGAL CETAK")), r#"Text("GAGAL CETAK")"#);
    }

    #[test]
    fn a_word_that_the_contract_does_not_have_is_named_with_those_that_it_has() {
        let facts = Facts::embedded().unwrap();
        let refused = |column, word| {
            let refused = config(&[(column, "KATA", word)], &[]).check_words(&facts);
            refused.err().map(|fault| fault.to_string()).unwrap_or_default()
        };
        let text = refused(Column::Hasil, "gagal_cetk");
        assert!(text.contains("`gagal_cetak`") && text.contains("perlu_rekam") && text.contains("KATA"), "{text}");
        assert!(refused(Column::Langkah, "11").contains("1, 10, 2"), "{}", refused(Column::Langkah, "11"));
        for column in [Column::EventId, Column::Nama, Column::Nik, Column::TanggalLahir, Column::Selesai] {
            assert!(refused(column, "x").contains(column.name()), "{column:?}");
        }
        for (column, word) in [
            (Column::Hasil, "selesai"),
            (Column::Langkah, "10"),
            (Column::JenisKelamin, "L"),
            (Column::TanggalLahir, ""),
            (Column::PetugasId, "P01"),
        ] {
            assert_eq!(refused(column, word), "", "{column:?}");
        }
    }
}
