//! PostgreSQL: one REPEATABLE READ, READ ONLY transaction; times without zone are read in the office's zone.

use super::error::{connect_error, one_line, query_error};
use super::{Bind, Cell, RawRow, ReadError, Sink, SourceError};
use crate::key::hex;
use crate::time;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, Column, Connection, Executor, PgConnection, Row, SqlSafeStr, Statement, TypeInfo, ValueRef};
use std::str::FromStr;

const NAME: &str = "PostgreSQL";

/// 2000-01-01, from which PostgreSQL counts, in microseconds and in days since 1970.
const YEAR_2000_US: i64 = 946_684_800_000_000;
const YEAR_2000_DAYS: i32 = 10_957;

/// How many tables of the database the user may change.
pub(super) const WRITABLE_TABLES: &str = "SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
     AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')";

pub(super) async fn open(url: &str, zone: Tz) -> Result<PgConnection, SourceError> {
    let options = PgConnectOptions::from_str(url).map_err(|e| connect_error(NAME, &e))?.application_name("tertib");
    let mut connection = PgConnection::connect_with(&options).await.map_err(|e| connect_error(NAME, &e))?;
    let zone = format!("SET TIME ZONE '{}'", zone.name());
    for sql in [zone.as_str(), "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"] {
        connection.execute(AssertSqlSafe(sql.to_owned())).await.map_err(|e| connect_error(NAME, &e))?;
    }
    Ok(connection)
}

pub(super) async fn columns(
    connection: &mut PgConnection,
    sql: String,
    relation: &str,
) -> Result<Vec<(String, String)>, SourceError> {
    // A relation that is not there aborts the transaction, so the question is asked inside a savepoint.
    let fail = |e: &sqlx::Error| SourceError::NoRelation { relation: relation.to_owned(), reason: one_line(e) };
    connection.execute("SAVEPOINT shape").await.map_err(|e| query_error(NAME, relation, &e))?;
    match connection.prepare(AssertSqlSafe(sql).into_sql_str()).await {
        Ok(statement) => {
            Ok(statement.columns().iter().map(|c| (c.name().to_owned(), c.type_info().name().to_owned())).collect())
        }
        Err(e) => {
            let fault = fail(&e);
            connection.execute("ROLLBACK TO SAVEPOINT shape").await.map_err(|e| query_error(NAME, relation, &e))?;
            Err(fault)
        }
    }
}

pub(super) async fn read<E: Send>(
    connection: &mut PgConnection,
    sql: &str,
    binds: &[Bind],
    relation: &str,
    zone: Tz,
    sink: Sink<'_, E>,
) -> Result<(), ReadError<E>> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for bind in binds {
        query = match bind {
            Bind::Instant(us) => query.bind(DateTime::<Utc>::from_timestamp_micros(*us).unwrap_or_default()),
            Bind::Text(text) => query.bind(text.clone()),
        };
    }
    let mut rows = query.fetch(connection);
    while let Some(row) = rows.try_next().await.map_err(|e| query_error(NAME, relation, &e))? {
        let cells: RawRow = (0..row.len()).map(|i| cell(&row, i, zone)).collect();
        sink(cells).map_err(ReadError::Sink)?;
    }
    Ok(())
}

fn cell(row: &PgRow, index: usize, zone: Tz) -> Cell {
    let Ok(value) = row.try_get_raw(index) else { return Cell::Unreadable("missing".into()) };
    if value.is_null() {
        return Cell::Null;
    }
    let kind = value.type_info().name().to_owned();
    let bytes = value.as_bytes().unwrap_or_default();
    let read = match kind.as_str() {
        "INT2" => row.try_get::<i16, _>(index).ok().map(|v| Cell::Integer(v.into())),
        "INT4" => row.try_get::<i32, _>(index).ok().map(|v| Cell::Integer(v.into())),
        "INT8" => row.try_get::<i64, _>(index).ok().map(Cell::Integer),
        "FLOAT4" => row.try_get::<f32, _>(index).ok().map(|v| Cell::Real(v.into())),
        "FLOAT8" => row.try_get::<f64, _>(index).ok().map(Cell::Real),
        "TIMESTAMPTZ" => epoch_us(bytes).map(Cell::Instant),
        "TIMESTAMP" => epoch_us(bytes)
            .and_then(DateTime::from_timestamp_micros)
            .and_then(|t| time::in_zone(t.naive_utc(), zone))
            .map(Cell::Instant),
        "DATE" => epoch_days(bytes).map(Cell::Date),
        "UUID" => uuid(bytes).map(Cell::Text),
        _ => row.try_get_unchecked::<String, _>(index).ok().map(Cell::Text),
    };
    read.unwrap_or(Cell::Unreadable(kind))
}

/// PostgreSQL sends microseconds since 2000; its greatest and least stand for infinity. The driver's own types would
/// overflow on instants that the database allows.
fn epoch_us(bytes: &[u8]) -> Option<i64> {
    let since_2000 = i64::from_be_bytes(bytes.try_into().ok()?);
    let finite = since_2000 != i64::MAX && since_2000 != i64::MIN;
    since_2000.checked_add(YEAR_2000_US).filter(|_| finite)
}

/// The same for dates, in days.
fn epoch_days(bytes: &[u8]) -> Option<i32> {
    let since_2000 = i32::from_be_bytes(bytes.try_into().ok()?);
    let finite = since_2000 != i32::MAX && since_2000 != i32::MIN;
    since_2000.checked_add(YEAR_2000_DAYS).filter(|_| finite)
}

/// 16 bytes as the database prints them: 8-4-4-4-12 hexadecimal digits.
fn uuid(bytes: &[u8]) -> Option<String> {
    let digits = hex(bytes);
    let parts = [digits.get(..8)?, digits.get(8..12)?, digits.get(12..16)?, digits.get(16..20)?, digits.get(20..32)?];
    Some(parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_and_dates_at_the_edge_do_not_overflow() {
        assert_eq!(epoch_us(&0_i64.to_be_bytes()), Some(YEAR_2000_US));
        assert_eq!(epoch_us(&i64::MAX.to_be_bytes()), None);
        assert_eq!(epoch_us(&i64::MIN.to_be_bytes()), None);
        assert_eq!(epoch_us(&(i64::MAX - 1).to_be_bytes()), None);
        assert_eq!(epoch_days(&i32::MAX.to_be_bytes()), None);
        assert_eq!(epoch_days(&1_i32.to_be_bytes()), Some(10_958));
        assert_eq!(uuid(&[0x12; 16]).as_deref(), Some("12121212-1212-1212-1212-121212121212"));
        assert_eq!(uuid(&[1, 2]), None);
    }
}
