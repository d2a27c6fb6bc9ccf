//! A row of the source as text: its key, and the whole of it for the quarantine.

use crate::archive::form::came_later;
use crate::hash::hex;
use crate::source::{Cell, Row};
use schemas::Column;
use serde_json::{Map, Value, json};

/// Returns the `event_id` as text, for messages and for reading the row again.
pub(crate) fn id_text(row: Row<'_>) -> Option<String> {
    match row.cell(Column::EventId) {
        Cell::Integer(n) => Some(n.to_string()),
        Cell::Text(text) => Some(text.to_owned()),
        _ => None,
    }
}

/// Returns the whole row as JSON, for the quarantine only. A row without a value in a column that came later is the one that it was
/// before.
pub(crate) fn row_json(row: Row<'_>) -> String {
    let is_told = |column: &Column| !came_later(*column) || row.cell(*column) != Cell::Null;
    let fields: Map<String, Value> = Column::ALL
        .into_iter()
        .filter(is_told)
        .map(|column| {
            let value = match row.cell(column) {
                Cell::Null => Value::Null,
                Cell::Integer(n) => json!(n),
                Cell::Real(x) => json!(x),
                Cell::Text(text) => json!(text),
                Cell::Instant(us) => json!({"instant_us": us}),
                Cell::Date(days) => json!({"date_days": days}),
                Cell::Bytes(bytes) => json!({"bytes_hex": hex(bytes)}),
                Cell::Unreadable(why) => json!({"unreadable": why}),
            };
            (column.name().to_owned(), value)
        })
        .collect();
    Value::Object(fields).to_string()
}
