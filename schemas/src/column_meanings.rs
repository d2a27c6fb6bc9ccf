//! What the columns of the source contract mean, for those who make a source for it.
//!
//! Reads   data/columns.toml and `data/side_tables.toml`
//! Gives   a sentence for each column, in Indonesian and in English, and the tables that an office may have beside the events

use crate::Text;
use crate::column::{Column, ColumnKind};
use crate::fact_files::{FactsError, parse_text};
use serde::Deserialize;

/// What a column means.
#[derive(Clone, Debug, Deserialize)]
pub struct ColumnMeaning {
    /// The column.
    #[serde(rename = "name")]
    pub column: Column,
    /// What it is called on paper, in Indonesian.
    pub label: String,
    /// What it means.
    pub meaning: Text,
}

/// A table that an office may have beside the events.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SideTable {
    /// What it is usually called.
    pub name: String,
    /// Its key under `[source]`.
    pub key: String,
    /// What it means.
    pub meaning: Text,
    /// Its columns, all of which it has.
    #[serde(rename = "column")]
    pub columns: Vec<SideColumn>,
}

/// A column of such a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SideColumn {
    /// Its name.
    pub name: String,
    /// The type of its values.
    #[serde(rename = "type")]
    pub kind: ColumnKind,
    /// What it means.
    pub meaning: Text,
}

#[derive(Deserialize)]
struct Columns {
    column: Vec<ColumnMeaning>,
}

#[derive(Deserialize)]
struct Tables {
    table: Vec<SideTable>,
}

impl ColumnMeaning {
    /// Loads the meaning of every column, in the order of the archive's tables.
    ///
    /// # Errors
    /// [`FactsError`] when the facts that are compiled in are broken.
    pub fn all() -> Result<Vec<Self>, FactsError> {
        Ok(parse_text::<Columns>("columns.toml", include_str!("../data/columns.toml"))?.column)
    }
}

impl SideTable {
    /// Loads the tables.
    ///
    /// # Errors
    /// [`FactsError`] when the facts that are compiled in are broken.
    pub fn all() -> Result<Vec<Self>, FactsError> {
        Ok(parse_text::<Tables>("side_tables.toml", include_str!("../data/side_tables.toml"))?.table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_meaning_in_both_languages() {
        let columns = ColumnMeaning::all().unwrap();
        assert_eq!(columns.len(), Column::ALL.len());
        let tables = SideTable::all().unwrap();
        assert_eq!(tables.iter().map(|table| table.key.as_str()).collect::<Vec<_>>(), ["outages", "stock"]);
        let side = tables.iter().flat_map(|table| &table.columns).map(|column| &column.meaning);
        for meaning in columns.iter().map(|column| &column.meaning).chain(side) {
            assert!(!meaning.id.is_empty() && !meaning.en.is_empty() && meaning.id != meaning.en);
        }
    }
}
