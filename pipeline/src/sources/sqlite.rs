//! SQLite: opened read-only, one deferred transaction. Times are text or seconds since 1970.

use super::chunk::Cell;
use super::error::{connect_error, one_line, query_error};
use super::{Bind, Outlet, SourceError};
use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column, Connection, Executor, Row, SqlSafeStr, SqliteConnection, Statement, TypeInfo, ValueRef,
};
use std::str::FromStr;

const NAME: &str = "SQLite";

/// SQLite runs in a thread of the driver; with few rows between the two they would wait for each other at every row.
const ROWS_AHEAD: usize = 1_024;

/// Text without a zone is taken for UTC by SQLite, so an upper bound needs a margin.
const ZONE_MARGIN_S: i64 = 86_400;

pub(super) async fn open(url: &str) -> Result<SqliteConnection, SourceError> {
    // A path is taken as it is; only one with parameters is read as a URL, where `%` and `?` have a meaning.
    let path = url.trim_start_matches("sqlite:");
    let options = if path.contains('?') {
        SqliteConnectOptions::from_str(url).map_err(|e| connect_error(NAME, &e))?
    } else {
        SqliteConnectOptions::new().filename(path.strip_prefix("//").unwrap_or(path))
    };
    let options = options.read_only(true).create_if_missing(false).busy_timeout(std::time::Duration::from_secs(30));
    let options = options.row_buffer_size(ROWS_AHEAD);
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(|e| connect_error(NAME, &e))?;
    connection.execute("BEGIN").await.map_err(|e| connect_error(NAME, &e))?;
    Ok(connection)
}

pub(super) async fn columns(
    connection: &mut SqliteConnection,
    sql: String,
    relation: &str,
) -> Result<Vec<(String, String)>, SourceError> {
    let statement = connection.prepare(AssertSqlSafe(sql).into_sql_str()).await.map_err(|e| match &e {
        sqlx::Error::Database(d) if d.message().contains("not a database") => query_error(NAME, relation, &e),
        _ => SourceError::NoRelation { relation: relation.to_owned(), reason: one_line(&e) },
    })?;
    // The declared type of a SQLite column does not bind its values, so only the values are judged.
    Ok(statement.columns().iter().map(|c| (c.name().to_owned(), String::new())).collect())
}

pub(super) async fn read(
    connection: &mut SqliteConnection,
    sql: &str,
    binds: &[Bind],
    relation: &str,
    outlet: &mut Outlet,
) -> Result<(), SourceError> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for bind in binds {
        query = match bind {
            Bind::From(us) => query.bind(us.div_euclid(1_000_000)),
            Bind::Until(us) => query.bind(us.div_euclid(1_000_000) + ZONE_MARGIN_S),
            Bind::Text(text) => query.bind(text.clone()),
        };
    }
    let mut rows = query.fetch(connection);
    while let Some(row) = rows.try_next().await.map_err(|e| query_error(NAME, relation, &e))? {
        for i in 0..row.len() {
            outlet.push(cell(&row, i));
        }
        if !outlet.row_done().await {
            break;
        }
    }
    Ok(())
}

fn cell(row: &SqliteRow, index: usize) -> Cell<'_> {
    let Ok(value) = row.try_get_raw(index) else { return Cell::Unreadable("missing") };
    if value.is_null() {
        return Cell::Null;
    }
    let kind = value.type_info();
    let read = match kind.name() {
        "INTEGER" | "BOOLEAN" => row.try_get_unchecked::<i64, _>(index).ok().map(Cell::Integer),
        "REAL" => row.try_get_unchecked::<f64, _>(index).ok().map(Cell::Real),
        "BLOB" => Some(Cell::Unreadable("BLOB")),
        _ => row.try_get_unchecked::<&[u8], _>(index).ok().map(Cell::Bytes),
    };
    read.unwrap_or(Cell::Unreadable("out of range"))
}
