//! PostgreSQL: one REPEATABLE READ, READ ONLY transaction; times without zone are read in the office's zone.

use super::error::{connect_error, one_line, query_error};
use super::{Bind, Cell, RawRow, ReadError, Sink, SourceError};
use crate::time;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, Column, Connection, Executor, PgConnection, Row, SqlSafeStr, Statement, TypeInfo, ValueRef};
use std::str::FromStr;

const NAME: &str = "PostgreSQL";

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
    let read = match kind.as_str() {
        "INT2" => row.try_get::<i16, _>(index).map(|v| Cell::Integer(v.into())),
        "INT4" => row.try_get::<i32, _>(index).map(|v| Cell::Integer(v.into())),
        "INT8" => row.try_get::<i64, _>(index).map(Cell::Integer),
        "FLOAT4" => row.try_get::<f32, _>(index).map(|v| Cell::Real(v.into())),
        "FLOAT8" => row.try_get::<f64, _>(index).map(Cell::Real),
        "TIMESTAMPTZ" => row.try_get::<DateTime<Utc>, _>(index).map(|t| Cell::Instant(t.timestamp_micros())),
        "TIMESTAMP" => row
            .try_get::<NaiveDateTime, _>(index)
            .map(|t| time::in_zone(t, zone).map_or_else(|| Cell::Unreadable("TIMESTAMP".into()), Cell::Instant)),
        "DATE" => row.try_get::<NaiveDate, _>(index).map(|d| Cell::Date(time::epoch_days(d))),
        "UUID" => Ok(Cell::Unreadable("UUID; cast it to text in the view".into())),
        _ => row.try_get_unchecked::<String, _>(index).map(Cell::Text),
    };
    read.unwrap_or(Cell::Unreadable(kind))
}
