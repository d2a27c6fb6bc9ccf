//! SQLite: opened read-only, one deferred transaction. Times are text or seconds since 1970.

use super::error::{connect_error, one_line, query_error};
use super::{Bind, Cell, RawRow, ReadError, Sink, SourceError};
use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column, Connection, Executor, Row, SqlSafeStr, SqliteConnection, Statement, TypeInfo, ValueRef,
};
use std::str::FromStr;

const NAME: &str = "SQLite";

pub(super) async fn open(url: &str) -> Result<SqliteConnection, SourceError> {
    // A path is taken as it is; only one with parameters is read as a URL, where `%` and `?` have a meaning.
    let path = url.trim_start_matches("sqlite:");
    let options = if path.contains('?') {
        SqliteConnectOptions::from_str(url).map_err(|e| connect_error(NAME, &e))?
    } else {
        SqliteConnectOptions::new().filename(path.strip_prefix("//").unwrap_or(path))
    };
    let options = options.read_only(true).create_if_missing(false).busy_timeout(std::time::Duration::from_secs(30));
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
        sqlx::Error::Database(d) if d.message().contains("not a database") => connect_error(NAME, &e),
        _ => SourceError::NoRelation { relation: relation.to_owned(), reason: one_line(&e) },
    })?;
    // The declared type of a SQLite column does not bind its values, so only the values are judged.
    Ok(statement.columns().iter().map(|c| (c.name().to_owned(), String::new())).collect())
}

pub(super) async fn read<E: Send>(
    connection: &mut SqliteConnection,
    sql: &str,
    binds: &[Bind],
    relation: &str,
    sink: Sink<'_, E>,
) -> Result<(), ReadError<E>> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for bind in binds {
        query = match bind {
            Bind::Instant(us) => query.bind(us.div_euclid(1_000_000)),
            Bind::Text(text) => query.bind(text.clone()),
        };
    }
    let mut rows = query.fetch(connection);
    while let Some(row) = rows.try_next().await.map_err(|e| query_error(NAME, relation, &e))? {
        let cells: RawRow = (0..row.len()).map(|i| cell(&row, i)).collect();
        sink(cells).map_err(ReadError::Sink)?;
    }
    Ok(())
}

fn cell(row: &SqliteRow, index: usize) -> Cell {
    let Ok(value) = row.try_get_raw(index) else { return Cell::Unreadable("missing".into()) };
    if value.is_null() {
        return Cell::Null;
    }
    let kind = value.type_info().name().to_owned();
    let read = match kind.as_str() {
        "INTEGER" | "BOOLEAN" => row.try_get_unchecked::<i64, _>(index).map(Cell::Integer),
        "REAL" => row.try_get_unchecked::<f64, _>(index).map(Cell::Real),
        "BLOB" => Ok(Cell::Unreadable("BLOB".into())),
        _ => row.try_get_unchecked::<String, _>(index).map(Cell::Text),
    };
    read.unwrap_or(Cell::Unreadable(kind))
}
