//! MySQL and MariaDB: consistent snapshot, read only, session zone UTC; DATETIME is read in the office's zone.

use super::error::{connect_error, one_line, query_error};
use super::{Bind, Cell, RawRow, ReadError, Sink, SourceError};
use crate::time;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use futures_util::TryStreamExt;
use sqlx::mysql::{MySqlConnectOptions, MySqlRow};
use sqlx::{
    AssertSqlSafe, Column, Connection, Executor, MySqlConnection, Row, SqlSafeStr, Statement, TypeInfo, ValueRef,
};
use std::str::FromStr;

const NAME: &str = "MySQL/MariaDB";

/// DATETIME columns hold local time, which may lie this far ahead of UTC.
const ZONE_MARGIN_US: i64 = 86_400_000_000;

pub(super) async fn open(url: &str) -> Result<MySqlConnection, SourceError> {
    let options =
        MySqlConnectOptions::from_str(url).map_err(|e| connect_error(NAME, &e))?.timezone(Some("+00:00".into()));
    let mut connection = MySqlConnection::connect_with(&options).await.map_err(|e| connect_error(NAME, &e))?;
    for sql in [
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ] {
        sqlx::raw_sql(sql).execute(&mut connection).await.map_err(|e| connect_error(NAME, &e))?;
    }
    Ok(connection)
}

pub(super) async fn columns(
    connection: &mut MySqlConnection,
    sql: String,
    relation: &str,
) -> Result<Vec<(String, String)>, SourceError> {
    let statement = connection
        .prepare(AssertSqlSafe(sql).into_sql_str())
        .await
        .map_err(|e| SourceError::NoRelation { relation: relation.to_owned(), reason: one_line(&e) })?;
    Ok(statement.columns().iter().map(|c| (c.name().to_owned(), c.type_info().name().to_owned())).collect())
}

pub(super) async fn read<E: Send>(
    connection: &mut MySqlConnection,
    sql: &str,
    binds: &[Bind],
    relation: &str,
    zone: Tz,
    sink: Sink<'_, E>,
) -> Result<(), ReadError<E>> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for bind in binds {
        query = match bind {
            Bind::Instant(us) => {
                query.bind(DateTime::<Utc>::from_timestamp_micros(us - ZONE_MARGIN_US).unwrap_or_default())
            }
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

/// Whether a line of `SHOW GRANTS` allows more than looking.
pub(super) fn grants_more_than_reading(grant: &str) -> bool {
    let privileges = grant.strip_prefix("GRANT ").and_then(|g| g.split(" ON ").next()).unwrap_or_default();
    !privileges.split(',').all(|p| matches!(p.trim(), "USAGE" | "SELECT" | "SHOW VIEW" | ""))
}

fn cell(row: &MySqlRow, index: usize, zone: Tz) -> Cell {
    let Ok(value) = row.try_get_raw(index) else { return Cell::Unreadable("missing".into()) };
    if value.is_null() {
        return Cell::Null;
    }
    let kind = value.type_info().name().to_owned();
    let read = match kind.as_str() {
        "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" | "BOOLEAN" => {
            row.try_get_unchecked::<i64, _>(index).map(Cell::Integer)
        }
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED" | "BIGINT UNSIGNED" => row
            .try_get_unchecked::<u64, _>(index)
            .map(|v| i64::try_from(v).map_or_else(|_| Cell::Unreadable("BIGINT UNSIGNED".into()), Cell::Integer)),
        "FLOAT" => row.try_get::<f32, _>(index).map(|v| Cell::Real(v.into())),
        "DOUBLE" => row.try_get::<f64, _>(index).map(Cell::Real),
        "TIMESTAMP" => row.try_get::<DateTime<Utc>, _>(index).map(|t| Cell::Instant(t.timestamp_micros())),
        "DATETIME" => row
            .try_get::<NaiveDateTime, _>(index)
            .map(|t| time::in_zone(t, zone).map_or_else(|| Cell::Unreadable("DATETIME".into()), Cell::Instant)),
        "DATE" => row.try_get::<NaiveDate, _>(index).map(|d| Cell::Date(time::epoch_days(d))),
        _ => row.try_get_unchecked::<String, _>(index).map(Cell::Text),
    };
    read.unwrap_or(Cell::Unreadable(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_select_is_reading() {
        for (grant, more) in [
            ("GRANT USAGE ON *.* TO `pembaca`@`%` IDENTIFIED BY PASSWORD '*X'", false),
            ("GRANT SELECT, SHOW VIEW ON `kantor`.* TO `pembaca`@`%`", false),
            ("GRANT SELECT, UPDATE ON `kantor`.* TO `pembaca`@`%`", true),
            ("GRANT ALL PRIVILEGES ON *.* TO `pemilik`@`%` WITH GRANT OPTION", true),
        ] {
            assert_eq!(grants_more_than_reading(grant), more, "{grant}");
        }
    }
}
