//! Which rows a pull asks for, in the words of each database.

use super::Shape;

/// A query may have some ten thousand parameters; beyond this many keys everything is read.
const MOST_IDS: usize = 10_000;

/// What a pull asks of the source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window {
    /// Only rows recorded at or after this instant (microseconds); all rows when absent.
    pub(crate) from_us: Option<i64>,
    /// Rows with these keys whenever they were recorded, as the source writes them.
    pub(crate) ids: Vec<String>,
}

/// Whose SQL is spoken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
    MySql,
}

#[derive(Default)]
pub(super) struct Condition {
    pub(super) sql: String,
    pub(super) binds: Vec<Bind>,
}

/// A value that a query is asked with.
pub(super) enum Bind {
    Instant(i64),
    Text(String),
}

/// The WHERE of a window over the quoted columns of cursor and key; none when everything is to be read.
pub(super) fn condition(dialect: Dialect, cursor: &str, key: &str, shape: &Shape, window: &Window) -> Condition {
    let Some(from_us) = window.from_us else { return Condition::default() };
    // Text does not sort by time in every way of writing it, so the database cannot narrow by it.
    let unordered_text = shape.text_cursor && dialect != Dialect::Sqlite;
    if unordered_text || window.ids.len() > MOST_IDS {
        return Condition::default();
    }
    let mut binds = vec![Bind::Instant(from_us)];
    let mut sql = match dialect {
        Dialect::Sqlite => format!(
            " WHERE (CASE typeof({cursor}) WHEN 'integer' THEN {cursor} ELSE unixepoch({cursor}) END >= ? \
             OR unixepoch({cursor}) IS NULL"
        ),
        Dialect::Postgres => format!(" WHERE ({cursor} >= $1 OR {cursor} IS NULL"),
        Dialect::MySql => format!(" WHERE ({cursor} >= ? OR {cursor} IS NULL"),
    };
    if !window.ids.is_empty() {
        let text = if dialect == Dialect::MySql { "CHAR" } else { "TEXT" };
        let place = |i: usize| if dialect == Dialect::Postgres { format!("${}", i + 2) } else { "?".to_owned() };
        let places: Vec<String> = (0..window.ids.len()).map(place).collect();
        sql.push_str(&format!(" OR CAST({key} AS {text}) IN ({})", places.join(",")));
        binds.extend(window.ids.iter().cloned().map(Bind::Text));
    }
    sql.push(')');
    Condition { sql, binds }
}
