//! The classification of every column of the source contract.
//!
//! Reads   data/columns.toml
//! Gives   type, presence, visibility, limits and steps of each column, for the check of rows, the split into the public and
//!         the private table, the order of their columns, and the masking of working copies
//!
//! Invariant: each column is classified once, in a way that the program supports ([`Column::bound`], [`Column::is_always_read`]).

use crate::column::{Column, ColumnKind, Presence, Visibility};
use crate::fact_files::{FactsError, parse_text};
use crate::ledger_field::LedgerField;
use crate::sop::Milestone;
use serde::Deserialize;

const FILE: &str = "columns.toml";

/// The steps at which alone a column may have a value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnlyAt {
    /// Those with an outcome that is this milestone.
    Milestone(Milestone),
    /// The one that writes this book.
    Ledger(String),
}

/// The classification of one column.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ColumnFact {
    /// The column.
    #[serde(rename = "name")]
    pub column: Column,
    /// The type of its values.
    #[serde(rename = "type")]
    pub kind: ColumnKind,
    /// Whether a row may have no value.
    pub presence: Presence,
    /// Who may see its values.
    pub visibility: Visibility,
    /// The greatest number of characters of a value, if it is text.
    pub longest: Option<usize>,
    /// The least and the greatest value, if it is a number that has them.
    pub between: Option<(i64, i64)>,
    /// The steps at which alone it may have a value; `None` for all.
    pub only_at: Option<OnlyAt>,
}

/// The classification of every column, in the order of the archive's tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnFacts {
    rows: Vec<ColumnFact>,
    /// The place of each column among them.
    places: [usize; Column::ALL.len()],
}

#[derive(Deserialize)]
struct File {
    column: Vec<ColumnFact>,
}

impl ColumnFacts {
    /// Loads the classification that is compiled in. No office can change it.
    ///
    /// # Errors
    /// [`FactsError`] names the column and what is wrong with it.
    pub fn embedded() -> Result<Self, FactsError> {
        let file: File = parse_text(FILE, include_str!("../data/columns.toml"))?;
        Self::new(file.column)
    }

    /// Checks these classifications and keeps their order.
    ///
    /// # Errors
    /// [`FactsError`] names a column that is not classified, is classified twice, or may not be classified so.
    pub fn new(rows: Vec<ColumnFact>) -> Result<Self, FactsError> {
        let broken = |reason: String| FactsError::File { file: FILE.to_owned(), reason };
        let mut places = [rows.len(); Column::ALL.len()];
        for (place, row) in rows.iter().enumerate() {
            let of_column = &mut places[row.column.index()];
            if *of_column != rows.len() {
                return Err(broken(format!("`{}` is classified twice", row.column.name())));
            }
            *of_column = place;
            row.check().map_err(broken)?;
        }
        match Column::ALL.into_iter().find(|column| places[column.index()] == rows.len()) {
            Some(column) => Err(broken(format!("`{}` is not classified", column.name()))),
            None => Ok(Self { rows, places }),
        }
    }

    /// Returns the classification of a column.
    #[must_use]
    pub fn get(&self, column: Column) -> &ColumnFact {
        &self.rows[self.places[column.index()]]
    }

    /// Returns all classifications, in the order of the archive's tables.
    pub fn iter(&self) -> impl Iterator<Item = &ColumnFact> {
        self.rows.iter()
    }

    /// Whether only the private table holds the column.
    #[must_use]
    pub fn is_personal(&self, column: Column) -> bool {
        self.get(column).visibility == Visibility::Personal
    }

    /// Whether a working copy hides a field of a book, because it shows something personal.
    #[must_use]
    pub fn hides(&self, field: LedgerField) -> bool {
        field.printed().iter().any(|column| self.is_personal(*column))
    }
}

impl ColumnFact {
    fn check(&self) -> Result<(), String> {
        let name = self.column.name();
        if let Some((wanted, reason)) = self.column.bound().filter(|(wanted, _)| *wanted != self.visibility) {
            return Err(format!("`{name}` cannot be {}, but only {}: {reason}", self.visibility.word(), wanted.word()));
        }
        if self.kind != self.column.held_as() {
            let (kind, held) = (self.kind, self.column.held_as());
            return Err(format!("`{name}` cannot be of the type {kind:?}: the program holds it as {held:?}"));
        }
        if self.column.is_always_read() && self.presence == Presence::Optional {
            return Err(format!("`{name}` cannot be optional: the program reads it in every row"));
        }
        if self.only_at.is_some() && self.presence != Presence::Optional {
            return Err(format!("`{name}` cannot be {}: rows of other steps lack it", self.presence.word()));
        }
        if (self.column == Column::EventId) != (self.presence == Presence::Key) {
            return Err(format!("`{name}` cannot be {}: `event_id` alone is the key", self.presence.word()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The facts with one of them changed.
    fn with(change: impl Fn(&mut ColumnFact)) -> Result<ColumnFacts, String> {
        let mut rows = ColumnFacts::embedded().unwrap().rows;
        rows.iter_mut().for_each(change);
        ColumnFacts::new(rows).map_err(|e| e.to_string())
    }

    fn only_at(column: Column) -> Option<OnlyAt> {
        ColumnFacts::embedded().unwrap().get(column).only_at.clone()
    }

    fn other(visibility: Visibility) -> Visibility {
        if visibility == Visibility::Public { Visibility::Personal } else { Visibility::Public }
    }

    #[test]
    fn a_column_is_seen_as_the_facts_say_or_refused_with_the_reason() {
        let mut free = Vec::new();
        for column in Column::ALL {
            let flip = |fact: &mut ColumnFact| {
                if fact.column == column {
                    fact.visibility = other(fact.visibility);
                }
            };
            let now = ColumnFacts::embedded().unwrap();
            match (with(flip), column.bound()) {
                (Ok(flipped), None) => {
                    assert_ne!(flipped.is_personal(column), now.is_personal(column));
                    free.push(column.name());
                }
                (Err(refused), Some((wanted, reason))) => {
                    let said = format!(
                        "`{}` cannot be {}, but only {}: {reason}",
                        column.name(),
                        other(wanted).word(),
                        wanted.word()
                    );
                    assert!(refused.contains("columns.toml") && refused.contains(&said), "{refused}");
                }
                (result, bound) => unreachable!("{column:?}: {result:?}, {bound:?}"),
            }
        }
        assert_eq!(free, ["kewarganegaraan", "jenis_kelamin", "tempat_lahir"]);
    }

    #[test]
    fn a_column_that_is_read_in_every_row_is_not_optional() {
        for column in Column::ALL {
            let made = |presence: Presence| {
                with(|fact| {
                    if fact.column == column {
                        fact.presence = presence;
                    }
                })
            };
            let optional = made(Presence::Optional);
            assert_eq!(optional.is_err(), column.is_always_read(), "{column:?}");
            if let Err(refused) = optional {
                assert!(refused.contains(&format!("`{}` cannot be optional", column.name())), "{refused}");
            }
            let may_be_required = column != Column::EventId && only_at(column).is_none();
            assert_eq!(made(Presence::Required).is_ok(), may_be_required, "{column:?}");
            assert_eq!(made(Presence::Key).is_ok(), column == Column::EventId);
        }
    }

    #[test]
    fn a_column_is_of_the_type_that_the_program_holds() {
        use ColumnKind::{Date, Integer, Key, Text, Timestamp};
        for (column, kind) in
            Column::ALL.into_iter().flat_map(|c| [Key, Text, Integer, Timestamp, Date].map(|k| (c, k)))
        {
            let made = with(|fact| {
                if fact.column == column {
                    fact.kind = kind;
                }
            });
            let refused = made.err().is_some_and(|e| e.contains(&format!("`{}` cannot be of the type", column.name())));
            assert_eq!(refused, kind != column.held_as(), "{column:?} as {kind:?}");
        }
    }

    #[test]
    fn every_column_is_classified_once() {
        let rows = ColumnFacts::embedded().unwrap().rows;
        let (mut fewer, mut more) = (rows.clone(), rows.clone());
        let gone = fewer.pop().unwrap();
        more.push(gone);
        let said = |rows| ColumnFacts::new(rows).unwrap_err().to_string();
        assert!(said(fewer).contains("`keterangan` is not classified"));
        assert!(said(more).contains("`keterangan` is classified twice"));
    }

    #[test]
    fn what_a_book_hides_follows_from_the_columns_it_prints() {
        let facts = ColumnFacts::embedded().unwrap();
        let hidden: Vec<LedgerField> = LedgerField::ALL.into_iter().filter(|field| facts.hides(*field)).collect();
        use LedgerField::{JenisKelamin, Keterangan, Nama, Nik, Pembawa, Penerima, TempatTanggalLahir, Usia};
        assert_eq!(hidden, [Nik, Nama, JenisKelamin, TempatTanggalLahir, Usia, Pembawa, Penerima, Keterangan]);
    }
}
