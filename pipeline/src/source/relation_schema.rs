//! Does the view have the columns and types of the contract?

use super::{SourceConfig, SourceError};
use schemas::Column;

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

/// Compares the columns of a view, names with the database's word for their type, with the contract.
pub(super) fn compare(config: &SourceConfig, found: &[(String, String)]) -> Result<RelationSchema, SourceError> {
    let view = config.view.clone();
    let type_of = |column: Column| {
        let name = config.office_name(column);
        found.iter().find(|(n, _)| *n == name).map(|(_, t)| t.clone())
    };
    let missing: Vec<Column> = Column::ALL.into_iter().filter(|c| type_of(*c).is_none()).collect();
    if !missing.is_empty() {
        return Err(SourceError::MissingColumns {
            view,
            columns: missing.into_iter().map(|c| config.office_name(c)).collect(),
        });
    }
    let kind_of = |column: Column| type_of(column).map_or(Kind::Unknown, |t| Kind::of(&t));
    for column in Column::ALL {
        if let Some(expected) = mismatch(column, kind_of(column)) {
            let found = type_of(column).unwrap_or_default();
            return Err(SourceError::WrongType { view, column: config.office_name(column), found, expected });
        }
    }
    let known: Vec<String> = Column::ALL.into_iter().map(|c| config.office_name(c)).collect();
    Ok(RelationSchema {
        unknown: found.iter().map(|(n, _)| n.clone()).filter(|n| !known.contains(n)).collect(),
        integer_ids: match kind_of(Column::EventId) {
            Kind::Integer => Some(true),
            Kind::Text => Some(false),
            Kind::Instant | Kind::Date | Kind::Other | Kind::Unknown => None,
        },
        types: Column::ALL.into_iter().map(|c| type_of(c).unwrap_or_default()).collect(),
        text_cursor: kind_of(Column::RecordedAt) == Kind::Text,
    })
}

/// What the contract cares about in a database's type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Text,
    Instant,
    Date,
    Other,
    Unknown,
}

impl Kind {
    fn of(type_name: &str) -> Self {
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
fn mismatch(column: Column, kind: Kind) -> Option<&'static str> {
    let (fits, expected): (&[Kind], _) = match column {
        Column::EventId => (&[Kind::Integer, Kind::Text], "an integer or text"),
        Column::Langkah => (&[Kind::Integer], "an integer"),
        Column::RecordedAt | Column::Mulai | Column::Selesai | Column::Diterima => {
            (&[Kind::Instant, Kind::Text], "a timestamp or text")
        }
        Column::TanggalLahir => (&[Kind::Date, Kind::Text], "a date or text"),
        _ => (&[Kind::Text], "text"),
    };
    (kind != Kind::Unknown && !fits.contains(&kind)).then_some(expected)
}
