//! Does the view have the columns and types of the contract?
//!
//! Reads   the names and types of the view's columns
//! Gives   what is asked of the view afterwards, or what it lacks
//! Rule    a column without a type of its own fits; its values are judged one by one. A column that a row may lack, and that the
//!         configuration does not name, may be absent.

use super::{SourceConfig, SourceError};
use schemas::{Column, ColumnKind};

/// A column of a relation.
#[derive(Clone, Debug)]
pub(super) struct SourceColumn {
    pub(super) name: String,
    /// The database's word for its type, empty where its values are of any.
    pub(super) type_name: String,
    pub(super) kind: TypeKind,
}

/// What the view looks like.
#[derive(Clone, Debug, Default)]
pub struct RelationSchema {
    /// Columns of the view that the contract does not know.
    pub unknown: Vec<String>,
    /// Columns of the contract that the view does not have; every row lacks them.
    pub absent: Vec<Column>,
    /// Whether `event_id` is an integer; `None` when only the values can tell.
    pub integer_ids: Option<bool>,
    /// The database's words for the types of the contract's columns, in their order.
    pub(super) types: Vec<String>,
    /// Whether `recorded_at` is text, so that the database cannot narrow by it.
    pub(super) text_cursor: bool,
    /// Whether `recorded_at` is written in a way of the office's own, which no database compares with instants.
    pub(super) own_cursor: bool,
}

/// Compares the columns of a view with the contract.
pub(super) fn compare(config: &SourceConfig, found: &[SourceColumn]) -> Result<RelationSchema, SourceError> {
    let view = config.view.clone();
    let names: Vec<String> = Column::ALL.into_iter().map(|c| config.office_name(c)).collect();
    let find = |name: &String| found.iter().find(|column| column.name == *name);
    let columns: Vec<String> = config.needed_names().filter(|name| find(name).is_none()).collect();
    if !columns.is_empty() {
        return Err(SourceError::MissingColumns { view, columns });
    }
    let columns: Vec<Option<&SourceColumn>> = names.iter().map(find).collect();
    let there = || Column::ALL.into_iter().zip(&columns).filter_map(|(column, found)| Some((column, (*found)?)));
    let wrong = there().filter_map(|(column, SourceColumn { name, type_name, kind })| {
        let expected = mismatch(config, column, *kind)?;
        Some(format!("`{name}` is {type_name}, the contract needs {expected}"))
    });
    let wrong: Vec<String> = wrong.collect();
    if !wrong.is_empty() {
        return Err(SourceError::WrongTypes { view, wrong: wrong.join("; ") });
    }
    let of = |column: Column| columns.get(column.index()).copied().flatten();
    let kind_of = |column: Column| of(column).map_or(TypeKind::Unknown, |found| found.kind);
    Ok(RelationSchema {
        unknown: found.iter().map(|column| column.name.clone()).filter(|name| !names.contains(name)).collect(),
        absent: Column::ALL.into_iter().filter(|column| of(*column).is_none()).collect(),
        integer_ids: match kind_of(Column::EventId) {
            TypeKind::Integer => Some(true),
            TypeKind::Text => Some(false),
            TypeKind::Instant | TypeKind::Date | TypeKind::Other | TypeKind::Unknown => None,
        },
        types: columns.iter().map(|found| found.map_or_else(|| "TEXT".to_owned(), |f| f.type_name.clone())).collect(),
        text_cursor: kind_of(Column::RecordedAt) == TypeKind::Text,
        own_cursor: config.is_translated(Column::RecordedAt),
    })
}

/// What the contract cares about in a database's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypeKind {
    Integer,
    Text,
    Instant,
    Date,
    Other,
    Unknown,
}

impl TypeKind {
    /// What the usual names of types mean.
    pub(super) fn of(type_name: &str) -> Self {
        let name = type_name.to_ascii_uppercase();
        let name = name.split('(').next().unwrap_or_default().trim();
        match name.strip_suffix(" UNSIGNED").unwrap_or(name) {
            "INTEGER" | "INT" | "INT2" | "INT4" | "INT8" | "BIGINT" | "SMALLINT" | "TINYINT" | "MEDIUMINT"
            | "BOOLEAN" => Self::Integer,
            "TEXT" | "VARCHAR" | "CHAR" | "BPCHAR" | "NAME" | "UUID" | "TINYTEXT" | "MEDIUMTEXT" | "LONGTEXT"
            | "ENUM" => Self::Text,
            "TIMESTAMPTZ" | "TIMESTAMP" | "DATETIME" => Self::Instant,
            "DATE" => Self::Date,
            "" | "NULL" => Self::Unknown,
            _ => Self::Other,
        }
    }
}

/// What the contract needs, when the column's type cannot be it.
fn mismatch(config: &SourceConfig, column: Column, kind: TypeKind) -> Option<&'static str> {
    let (fits, expected): (&[TypeKind], _) = match column.held_as() {
        ColumnKind::Key => (&[TypeKind::Integer, TypeKind::Text], "an integer or text"),
        // A word that the configuration has no number for is told by its rows.
        ColumnKind::Integer if config.words.contains_key(&column) => (&[TypeKind::Integer, TypeKind::Text], ""),
        ColumnKind::Integer => {
            (&[TypeKind::Integer], "an integer (or the number of each word under [source.values] of the column)")
        }
        ColumnKind::Timestamp => (&[TypeKind::Instant, TypeKind::Text], "a timestamp or text"),
        ColumnKind::Date => (&[TypeKind::Date, TypeKind::Text], "a date or text"),
        ColumnKind::Text if column.may_be_a_number() || config.words.contains_key(&column) => {
            (&[TypeKind::Text, TypeKind::Integer], "text or an integer")
        }
        ColumnKind::Text => (&[TypeKind::Text], "text"),
    };
    (kind != TypeKind::Unknown && !fits.contains(&kind)).then_some(expected)
}
