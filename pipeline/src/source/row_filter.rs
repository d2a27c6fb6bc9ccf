//! Which rows a pull asks for, in the words of each database.

use super::instants::{DAY_US, writable};
use super::{RelationSchema, mysql, postgres, sqlite};
use schemas::{Column, EventId};
use std::collections::BTreeSet;
use std::ops::Range;

/// A query may have some ten thousand parameters; beyond this many keys everything is read.
const MOST_IDS: usize = 10_000;

/// What a pull asks of the source.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowFilter {
    /// Only rows recorded at or after this instant (microseconds).
    pub(crate) from_us: Option<i64>,
    /// Only rows recorded before this instant.
    pub(crate) until_us: Option<i64>,
    /// Also, or alone, where the database can tell: rows written since an earlier snapshot, in its words.
    pub(crate) written_since: Option<String>,
    /// Rows with these keys whenever they were recorded, as the source writes them.
    pub(crate) ids: Vec<String>,
    /// Whether nothing but these keys is wanted.
    pub(crate) only_ids: bool,
    /// Digests of the files that were read before, where the source is files.
    pub(crate) files: BTreeSet<String>,
}

/// Whose SQL is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
    MySql,
}

impl Dialect {
    /// The database's name.
    pub(super) fn database(self) -> &'static str {
        match self {
            Self::Sqlite => sqlite::NAME,
            Self::Postgres => postgres::NAME,
            Self::MySql => mysql::NAME,
        }
    }
}

#[derive(Default)]
pub(super) struct Condition {
    pub(super) sql: String,
    pub(super) binds: Vec<Bind>,
}

/// A value that a query is asked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bind {
    /// An end of a window, microseconds.
    Instant(i64),
    /// A key or another text.
    Text(String),
}

/// The WHERE of a window over the quoted columns of cursor and key; none when everything is to be read.
pub(super) fn condition(
    dialect: Dialect,
    cursor: &str,
    key: &str,
    shape: &RelationSchema,
    window: &RowFilter,
) -> Condition {
    // Text does not sort by time in every way of writing it, so the database cannot narrow by it.
    let unordered_text = shape.text_cursor && dialect != Dialect::Sqlite;
    if unordered_text || window.ids.len() > MOST_IDS {
        return Condition::default();
    }
    let mut condition = Condition::default();
    if window.only_ids && window.ids.is_empty() {
        condition.sql = " WHERE 1 = 0".to_owned();
        return condition;
    }
    if window.only_ids {
        condition.sql = format!(" WHERE {}", condition.keys(dialect, key, &window.ids));
        return condition;
    }
    let mut ends = Vec::new();
    let instant = instant_of(dialect, cursor);
    let (before_us, after_us) = margins_us(dialect, shape);
    let from = window.from_us.map(|us| us.saturating_sub(before_us));
    let from = from.map(|us| format!("{instant} >= {}", condition.place(dialect, Bind::Instant(us))));
    match (from, &window.written_since) {
        (Some(from), Some(since)) => ends.push(format!("({from} OR {since})")),
        (Some(one), None) => ends.push(one),
        (None, Some(one)) => ends.push(one.clone()),
        (None, None) => {}
    }
    if let Some(us) = window.until_us.map(|us| us.saturating_add(after_us)) {
        ends.push(format!("{instant} < {}", condition.place(dialect, Bind::Instant(us))));
    }
    if ends.is_empty() {
        return Condition::default();
    }
    let mut sql = format!(" WHERE ({} OR {}", ends.join(" AND "), no_instant(dialect, &instant));
    if !window.ids.is_empty() {
        sql.push_str(" OR ");
        sql.push_str(&condition.keys(dialect, key, &window.ids));
    }
    sql.push(')');
    condition.sql = sql;
    condition
}

/// A cursor as it is compared with an instant.
fn instant_of(dialect: Dialect, cursor: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("CASE typeof({cursor}) WHEN 'integer' THEN {cursor} ELSE unixepoch({cursor}) END"),
        Dialect::Postgres | Dialect::MySql => cursor.to_owned(),
    }
}

/// The WHERE of rows recorded in a range, without a margin: what a clock showed is compared as if it were UTC.
pub(super) fn recorded_within(dialect: Dialect, cursor: &str, range: &Range<i64>) -> Condition {
    let mut condition = Condition::default();
    let instant = instant_of(dialect, cursor);
    let from = condition.place(dialect, Bind::Instant(range.start));
    let until = condition.place(dialect, Bind::Instant(range.end));
    condition.sql = format!(" WHERE {instant} >= {from} AND {instant} < {until}");
    condition
}

/// The WHERE of rows with these keys of the archive, which an index of the source finds: integers as such.
pub(super) fn with_keys(dialect: Dialect, key: &str, ids: &[EventId<'_>]) -> Condition {
    let mut condition = Condition::default();
    let place = |id: &EventId<'_>| match id {
        EventId::Integer(number) => number.to_string(),
        EventId::Text(text) => condition.place(dialect, Bind::Text((*text).to_owned())),
    };
    let places: Vec<String> = ids.iter().map(place).collect();
    condition.sql = format!(" WHERE {key} IN ({})", places.join(", "));
    condition
}

/// Rows whose time of recording cannot be read lie in no window, and are asked for always.
fn no_instant(dialect: Dialect, instant: &str) -> String {
    let missing = format!("({instant}) IS NULL");
    match dialect {
        Dialect::Sqlite => missing,
        Dialect::Postgres => format!("{missing} OR {instant} = '-infinity'"),
        // Old servers write 0000-00-00 for what they cannot take.
        Dialect::MySql => format!("{missing} OR {instant} = 0"),
    }
}

/// How much more than the window is asked for before and after it: what a clock showed is compared as if it were UTC.
fn margins_us(dialect: Dialect, shape: &RelationSchema) -> (i64, i64) {
    let kind = shape.types.get(Column::RecordedAt.index()).map_or("", String::as_str);
    match dialect {
        Dialect::Postgres => (0, 0),
        Dialect::MySql if kind == "TIMESTAMP" => (0, 0),
        Dialect::MySql => (DAY_US, DAY_US),
        // Indonesia's clocks are ahead of UTC.
        Dialect::Sqlite => (0, DAY_US),
    }
}

impl Condition {
    /// The WHERE of rows of which both are true.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.sql = match other.sql.strip_prefix(" WHERE ") {
            Some(also) if !self.sql.is_empty() => format!("{} AND {also}", self.sql),
            _ => format!("{}{}", self.sql, other.sql),
        };
        self.binds.extend(other.binds);
        self
    }

    fn keys(&mut self, dialect: Dialect, key: &str, ids: &[String]) -> String {
        let text = if dialect == Dialect::MySql { "CHAR" } else { "TEXT" };
        let places: Vec<String> = ids.iter().map(|id| self.place(dialect, Bind::Text(id.clone()))).collect();
        format!("CAST({key} AS {text}) IN ({})", places.join(","))
    }

    /// COPY takes no parameters, so PostgreSQL is given literals.
    fn place(&mut self, dialect: Dialect, bind: Bind) -> String {
        if dialect == Dialect::Postgres {
            return match bind {
                Bind::Instant(us) => instant_literal(us),
                Bind::Text(text) => format!("'{}'", text.replace('\'', "''")),
            };
        }
        self.binds.push(bind);
        "?".to_owned()
    }
}

pub(super) fn instant_literal(us: i64) -> String {
    format!("timestamptz '{}'", writable(us).format("%Y-%m-%d %H:%M:%S%.6f+00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_is_given_literals_that_cannot_end_early() {
        let shape =
            RelationSchema { unknown: Vec::new(), integer_ids: Some(false), types: Vec::new(), text_cursor: false };
        let window = RowFilter {
            from_us: Some(0),
            until_us: Some(i64::MAX),
            ids: vec!["O'Brien'; drop table x".into()],
            ..RowFilter::default()
        };
        let asked = condition(Dialect::Postgres, "\"c\"", "\"k\"", &shape, &window);
        assert_eq!(
            asked.sql,
            " WHERE (\"c\" >= timestamptz '1970-01-01 00:00:00.000000+00' AND \
             \"c\" < timestamptz '9999-12-31 23:59:59.000000+00' OR (\"c\") IS NULL OR \"c\" = '-infinity' \
             OR CAST(\"k\" AS TEXT) IN ('O''Brien''; drop table x'))"
        );
        assert!(asked.binds.is_empty());
        assert!(condition(Dialect::Postgres, "c", "k", &shape, &RowFilter::default()).sql.is_empty());
    }

    #[test]
    fn an_end_beyond_every_calendar_does_not_become_1970() {
        for (us, year) in [(i64::MIN, 1), (-1, 1969), (0, 1970), (i64::MAX, 9999)] {
            assert_eq!(chrono::Datelike::year(&writable(us)), year, "{us}");
        }
    }

    #[test]
    fn what_a_clock_showed_is_asked_for_with_a_margin_and_an_instant_is_not() {
        let window = RowFilter { from_us: Some(5 * DAY_US), until_us: Some(7 * DAY_US), ..RowFilter::default() };
        let times =
            [(Dialect::MySql, "TIMESTAMP", 5, 7), (Dialect::MySql, "DATETIME", 4, 8), (Dialect::Sqlite, "", 5, 8)];
        for (dialect, kind, from, until) in times {
            let mut types = vec![String::new(); Column::ALL.len()];
            types[Column::RecordedAt.index()] = kind.to_owned();
            let shape = RelationSchema { unknown: Vec::new(), integer_ids: Some(true), types, text_cursor: false };
            let asked = condition(dialect, "`c`", "`k`", &shape, &window);
            if dialect == Dialect::MySql {
                assert_eq!(asked.sql, " WHERE (`c` >= ? AND `c` < ? OR (`c`) IS NULL OR `c` = 0)");
            }
            let ends = [Bind::Instant(from * DAY_US), Bind::Instant(until * DAY_US)];
            assert_eq!(asked.binds, ends, "{dialect:?} {kind}");
        }
    }
}
