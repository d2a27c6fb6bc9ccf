//! Which rows a pull asks for, as a condition in SQL.
//!
//! Reads   a range of time, keys, and what was read before
//! Gives   a WHERE with its values
//! Rule    a row is rather asked for once too often than left out: one whose time of recording cannot be read is asked for
//!         always, and a clock reading that a database compares as if it were UTC with a margin

use super::RelationSchema;
use super::dialect::{Bind, Dialect};
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
    /// No more rows than this, whichever they are.
    pub(crate) most: Option<usize>,
}

/// A WHERE, empty where every row is wanted, with its values.
#[derive(Clone, Debug, Default)]
pub(super) struct Condition {
    pub(super) sql: String,
    pub(super) binds: Vec<Bind>,
}

/// The WHERE of a filter over the quoted columns of cursor and key; none when everything is to be read.
pub(super) fn condition(
    dialect: &dyn Dialect,
    cursor: &str,
    key: &str,
    schema: &RelationSchema,
    filter: &RowFilter,
) -> Condition {
    // Text does not sort by time in every way of writing it, so most databases cannot narrow by it.
    let unordered_text = schema.text_cursor && !dialect.compares_text();
    if unordered_text || schema.own_cursor || filter.ids.len() > MOST_IDS {
        return Condition::default();
    }
    let mut condition = Condition::default();
    if filter.only_ids && filter.ids.is_empty() {
        condition.sql = " WHERE 1 = 0".to_owned();
        return condition;
    }
    if filter.only_ids {
        condition.sql = format!(" WHERE {}", condition.keys(dialect, key, &filter.ids));
        return condition;
    }
    let mut ends = Vec::new();
    let instant = dialect.instant(cursor);
    let type_name = schema.types.get(Column::RecordedAt.index()).map_or("", String::as_str);
    let (before_us, after_us) = dialect.margins_us(type_name);
    let from = filter.from_us.map(|us| us.saturating_sub(before_us));
    let from = from.map(|us| format!("{instant} >= {}", condition.place(dialect, Bind::Instant(us))));
    match (from, &filter.written_since) {
        (Some(from), Some(since)) => ends.push(format!("({from} OR {since})")),
        (Some(one), None) => ends.push(one),
        (None, Some(one)) => ends.push(one.clone()),
        (None, None) => {}
    }
    if let Some(us) = filter.until_us.map(|us| us.saturating_add(after_us)) {
        ends.push(format!("{instant} < {}", condition.place(dialect, Bind::Instant(us))));
    }
    if ends.is_empty() {
        return Condition::default();
    }
    let mut sql = format!(" WHERE ({} OR {}", ends.join(" AND "), dialect.no_instant(&instant));
    if !filter.ids.is_empty() {
        sql.push_str(" OR ");
        sql.push_str(&condition.keys(dialect, key, &filter.ids));
    }
    sql.push(')');
    condition.sql = sql;
    condition
}

/// The WHERE of rows with an instant in a range, without a margin.
pub(super) fn within(dialect: &dyn Dialect, column: &str, range: &Range<i64>) -> Condition {
    let mut condition = Condition::default();
    let instant = dialect.instant(column);
    let from = condition.place(dialect, Bind::Instant(range.start));
    let until = condition.place(dialect, Bind::Instant(range.end));
    condition.sql = format!(" WHERE {instant} >= {from} AND {instant} < {until}");
    condition
}

/// The WHERE of rows with these keys of the archive, which an index of the source finds: integers as such.
pub(super) fn with_keys(dialect: &dyn Dialect, key: &str, ids: &[EventId<'_>]) -> Condition {
    let mut condition = Condition::default();
    let place = |id: &EventId<'_>| match id {
        EventId::Integer(number) => number.to_string(),
        EventId::Text(text) => condition.place(dialect, Bind::Text((*text).to_owned())),
    };
    let places: Vec<String> = ids.iter().map(place).collect();
    condition.sql = format!(" WHERE {key} IN ({})", places.join(", "));
    condition
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

    fn keys(&mut self, dialect: &dyn Dialect, key: &str, ids: &[String]) -> String {
        let places: Vec<String> = ids.iter().map(|id| self.place(dialect, Bind::Text(id.clone()))).collect();
        format!("{} IN ({})", dialect.as_text(key), places.join(","))
    }

    fn place(&mut self, dialect: &dyn Dialect, value: Bind) -> String {
        dialect.place(value, &mut self.binds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::dialect::of_scheme;
    use crate::source::instants::DAY_US;

    #[test]
    fn postgres_is_given_literals_that_cannot_end_early() {
        let schema = RelationSchema { integer_ids: Some(false), ..RelationSchema::default() };
        let filter = RowFilter {
            from_us: Some(0),
            until_us: Some(i64::MAX),
            ids: vec!["O'Brien'; drop table x".into()],
            ..RowFilter::default()
        };
        let postgres = of_scheme("postgres").unwrap();
        let asked = condition(postgres, "\"c\"", "\"k\"", &schema, &filter);
        assert_eq!(
            asked.sql,
            " WHERE (\"c\" >= timestamptz '1970-01-01 00:00:00.000000+00' AND \
             \"c\" < timestamptz '9999-12-31 23:59:59.000000+00' OR (\"c\") IS NULL OR \"c\" = '-infinity' \
             OR CAST(\"k\" AS TEXT) IN ('O''Brien''; drop table x'))"
        );
        assert!(asked.binds.is_empty());
        assert!(condition(postgres, "c", "k", &schema, &RowFilter::default()).sql.is_empty());
    }

    #[test]
    fn what_a_clock_showed_is_asked_for_with_a_margin_and_an_instant_is_not() {
        let filter = RowFilter { from_us: Some(5 * DAY_US), until_us: Some(7 * DAY_US), ..RowFilter::default() };
        let times = [("mysql", "TIMESTAMP", 5, 7), ("mysql", "DATETIME", 4, 8), ("sqlite", "", 5, 8)];
        for (scheme, kind, from, until) in times {
            let mut types = vec![String::new(); Column::ALL.len()];
            types[Column::RecordedAt.index()] = kind.to_owned();
            let schema = RelationSchema { integer_ids: Some(true), types, ..RelationSchema::default() };
            let asked = condition(of_scheme(scheme).unwrap(), "`c`", "`k`", &schema, &filter);
            if scheme == "mysql" {
                assert_eq!(asked.sql, " WHERE (`c` >= ? AND `c` < ? OR (`c`) IS NULL OR `c` = 0)");
            }
            let ends = [Bind::Instant(from * DAY_US), Bind::Instant(until * DAY_US)];
            assert_eq!(asked.binds, ends, "{scheme} {kind}");
        }
    }
}
