//! Does the view have the columns and types of the contract?
//!
//! Reads   the names and types of the view's columns
//! Gives   what is asked of the view afterwards, or what it lacks
//! Rule    a column without a type of its own fits; its values are judged one by one

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
#[derive(Clone, Debug)]
pub struct RelationSchema {
    /// Columns of the view that the contract does not know.
    pub unknown: Vec<String>,
    /// Whether `event_id` is an integer; `None` when only the values can tell.
    pub integer_ids: Option<bool>,
    /// The database's words for the types of the contract's columns, in their order.
    pub(super) types: Vec<String>,
    /// Whether `recorded_at` is text, so that the database cannot narrow by it.
    pub(super) text_cursor: bool,
}

/// Compares the columns of a view with the contract.
pub(super) fn compare(config: &SourceConfig, found: &[SourceColumn]) -> Result<RelationSchema, SourceError> {
    let view = config.view.clone();
    let names: Vec<String> = Column::ALL.into_iter().map(|c| config.office_name(c)).collect();
    let find = |name: &String| found.iter().find(|column| column.name == *name);
    let columns: Vec<String> = names.iter().filter(|name| find(name).is_none()).cloned().collect();
    if !columns.is_empty() {
        return Err(SourceError::MissingColumns { view, columns });
    }
    let columns: Vec<&SourceColumn> = names.iter().filter_map(find).collect();
    for (column, SourceColumn { name, type_name, kind }) in Column::ALL.into_iter().zip(&columns) {
        if let Some(expected) = mismatch(column, *kind) {
            return Err(SourceError::WrongType { view, column: name.clone(), found: type_name.clone(), expected });
        }
    }
    let kind_of = |column: Column| columns.get(column.index()).map_or(TypeKind::Unknown, |found| found.kind);
    Ok(RelationSchema {
        unknown: found.iter().map(|column| column.name.clone()).filter(|name| !names.contains(name)).collect(),
        integer_ids: match kind_of(Column::EventId) {
            TypeKind::Integer => Some(true),
            TypeKind::Text => Some(false),
            TypeKind::Instant | TypeKind::Date | TypeKind::Other | TypeKind::Unknown => None,
        },
        types: columns.iter().map(|column| column.type_name.clone()).collect(),
        text_cursor: kind_of(Column::RecordedAt) == TypeKind::Text,
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
fn mismatch(column: Column, kind: TypeKind) -> Option<&'static str> {
    let (fits, expected): (&[TypeKind], _) = match column.held_as() {
        ColumnKind::Key => (&[TypeKind::Integer, TypeKind::Text], "an integer or text"),
        ColumnKind::Integer => (&[TypeKind::Integer], "an integer"),
        ColumnKind::Timestamp => (&[TypeKind::Instant, TypeKind::Text], "a timestamp or text"),
        ColumnKind::Date => (&[TypeKind::Date, TypeKind::Text], "a date or text"),
        ColumnKind::Text => (&[TypeKind::Text], "text"),
    };
    (kind != TypeKind::Unknown && !fits.contains(&kind)).then_some(expected)
}
