//! MySQL and MariaDB: consistent snapshot, read only, session zone UTC; DATETIME is read in the office's zone.

use super::chunk::{Cell, OUT_OF_RANGE};
use super::error::{connect_error, query_error, relation_error};
use super::{Bind, Outlet, SourceError, Timeouts};
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

/// Error of a server that does not know a setting: MariaDB and MySQL name the statement's time limit differently.
const UNKNOWN_SETTING: &str = "HY000";

/// Start of the oldest other transaction, where the user has the privilege PROCESS.
pub(super) const OPEN_SINCE: &str =
    "SELECT MIN(trx_started) FROM information_schema.innodb_trx WHERE trx_mysql_thread_id <> CONNECTION_ID()";

pub(super) async fn open(url: &str, timeouts: Timeouts) -> Result<MySqlConnection, SourceError> {
    let options =
        MySqlConnectOptions::from_str(url).map_err(|e| connect_error(NAME, &e))?.timezone(Some("+00:00".into()));
    let mut connection = MySqlConnection::connect_with(&options).await.map_err(|e| connect_error(NAME, &e))?;
    let limits = [
        format!("SET SESSION max_statement_time = {}", timeouts.statement_s),
        format!("SET SESSION max_execution_time = {}", timeouts.statement_s * 1_000),
    ];
    for sql in limits {
        match sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await {
            Err(sqlx::Error::Database(e)) if e.code().as_deref() == Some(UNKNOWN_SETTING) => {}
            Err(e) => return Err(query_error(NAME, "session", &e)),
            Ok(_) => {}
        }
    }
    for sql in [
        format!("SET SESSION lock_wait_timeout = {}", timeouts.lock_s),
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ".to_owned(),
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY".to_owned(),
    ] {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .map_err(|e| query_error(NAME, "session", &e))?;
    }
    Ok(connection)
}

pub(super) async fn columns(
    connection: &mut MySqlConnection,
    sql: String,
    relation: &str,
) -> Result<Vec<(String, String)>, SourceError> {
    let statement = connection.prepare(AssertSqlSafe(sql).into_sql_str()).await;
    let statement = statement.map_err(|e| relation_error(NAME, relation, &e))?;
    Ok(statement.columns().iter().map(|c| (c.name().to_owned(), c.type_info().name().to_owned())).collect())
}

pub(super) async fn read(
    connection: &mut MySqlConnection,
    sql: &str,
    binds: &[Bind],
    relation: &str,
    zone: Tz,
    outlet: &mut Outlet,
) -> Result<(), SourceError> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for bind in binds {
        query = match bind {
            Bind::From(us) => {
                query.bind(DateTime::<Utc>::from_timestamp_micros(us - ZONE_MARGIN_US).unwrap_or_default())
            }
            Bind::Until(us) => {
                query.bind(DateTime::<Utc>::from_timestamp_micros(us + ZONE_MARGIN_US).unwrap_or_default())
            }
            Bind::Text(text) => query.bind(text.clone()),
        };
    }
    let mut rows = query.fetch(connection);
    let mut kinds: Vec<Kind> = Vec::new();
    while let Some(row) = rows.try_next().await.map_err(|e| query_error(NAME, relation, &e))? {
        if kinds.is_empty() {
            kinds = row.columns().iter().map(|c| Kind::of(c.type_info().name())).collect();
        }
        for (i, kind) in kinds.iter().enumerate() {
            push_field(&row, i, kind, zone, outlet);
        }
        if !outlet.row_done().await {
            break;
        }
    }
    Ok(())
}

/// Whether the view's database is one of those that a pattern of `SHOW GRANTS` means.
pub(super) const IS_OF_PATTERN: &str = "SELECT COALESCE(NULLIF(?, ''), DATABASE()) LIKE ?";

/// The databases, as a pattern, in which a line of `SHOW GRANTS` allows more than looking. MariaDB lets everybody write into
/// its database `test`, which is no reason to refuse.
pub(super) fn writable(grant: &str) -> Option<String> {
    let (privileges, place) =
        grant.strip_prefix("GRANT ").unwrap_or(grant).split_once(" ON ").unwrap_or((grant, "*.*"));
    let reads = |p: &str| matches!(p, "USAGE" | "SELECT" | "SHOW VIEW" | "PROCESS" | "");
    if privileges.split(',').all(|p| reads(p.trim())) {
        return None;
    }
    let place = place.split(" TO ").next().unwrap_or_default();
    let database = match place.strip_prefix('`') {
        Some(quoted) => quoted.split("`.").next().unwrap_or_default().replace("``", "`"),
        None => "%".to_owned(),
    };
    Some(database)
}

/// How a column's values are decoded.
#[derive(Debug)]
enum Kind {
    Signed,
    Unsigned,
    Float,
    Double,
    Timestamp,
    Datetime,
    Date,
    Text,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" | "BOOLEAN" => Self::Signed,
            "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED" | "BIGINT UNSIGNED" => {
                Self::Unsigned
            }
            "FLOAT" => Self::Float,
            "DOUBLE" => Self::Double,
            "TIMESTAMP" => Self::Timestamp,
            "DATETIME" => Self::Datetime,
            "DATE" => Self::Date,
            _ => Self::Text,
        }
    }
}

fn push_field(row: &MySqlRow, index: usize, kind: &Kind, zone: Tz, outlet: &mut Outlet) {
    // Most fields are texts, and to put them by themselves saves a copy of each.
    if matches!(kind, Kind::Text) {
        return match row.try_get_unchecked::<Option<&[u8]>, _>(index) {
            Ok(Some(bytes)) => outlet.push(Cell::Bytes(bytes)),
            Ok(None) => outlet.push(Cell::Null),
            Err(_) => outlet.push(OUT_OF_RANGE),
        };
    }
    if row.try_get_raw(index).is_ok_and(|value| value.is_null()) {
        return outlet.push(Cell::Null);
    }
    let read = match kind {
        Kind::Signed => row.try_get_unchecked::<i64, _>(index).ok().map(Cell::Integer),
        Kind::Unsigned => {
            let number = row.try_get_unchecked::<u64, _>(index).ok();
            number.and_then(|v| i64::try_from(v).ok()).map(Cell::Integer)
        }
        Kind::Float => row.try_get::<f32, _>(index).ok().map(|v| Cell::Real(v.into())),
        Kind::Double => row.try_get::<f64, _>(index).ok().map(Cell::Real),
        Kind::Timestamp => row.try_get::<DateTime<Utc>, _>(index).ok().map(|t| Cell::Instant(t.timestamp_micros())),
        Kind::Datetime => {
            row.try_get::<NaiveDateTime, _>(index).ok().and_then(|t| time::in_zone(t, zone)).map(Cell::Instant)
        }
        Kind::Date => row.try_get::<NaiveDate, _>(index).ok().map(|d| Cell::Date(time::epoch_days(d))),
        Kind::Text => None,
    };
    outlet.push(read.unwrap_or(OUT_OF_RANGE));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_select_is_reading() {
        for (grant, writable_in) in [
            ("GRANT USAGE ON *.* TO `pembaca`@`%` IDENTIFIED BY PASSWORD '*X'", None),
            ("GRANT SELECT, SHOW VIEW ON `kantor`.* TO `pembaca`@`%`", None),
            ("GRANT PROCESS ON *.* TO `pembaca`@`%`", None),
            ("GRANT SELECT, UPDATE ON `kantor`.* TO `pembaca`@`%`", Some("kantor")),
            ("GRANT SELECT, UPDATE ON `ka``ntor`.`berkas` TO `pembaca`@`%`", Some("ka`ntor")),
            ("GRANT ALL PRIVILEGES ON *.* TO `pemilik`@`%` WITH GRANT OPTION", Some("%")),
            (r"GRANT SELECT, INSERT, DELETE ON `test\_%`.* TO PUBLIC", Some(r"test\_%")),
            ("GRANT `pengelola` TO `pembaca`@`%`", Some("%")),
        ] {
            assert_eq!(writable(grant).as_deref(), writable_in, "{grant}");
        }
    }
}
