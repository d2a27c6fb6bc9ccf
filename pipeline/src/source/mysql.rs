//! MySQL and MariaDB: consistent snapshot, read only, session zone UTC; DATETIME is read in the office's zone.

use super::chunk::{Cell, OUT_OF_RANGE};
use super::error::{connect_error, query_error, relation_error};
use super::instants::{DAY_US, writable};
use super::{Bind, RowSink, SourceError, Timeouts};
use crate::source::instants;
use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use futures_util::TryStreamExt;
use sqlx::mysql::{MySqlArguments, MySqlConnectOptions, MySqlRow};
use sqlx::query::Query;
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, Executor, MySql, MySqlConnection, Row, SqlSafeStr, Statement,
    TypeInfo,
};
use std::collections::BTreeMap;
use std::str::FromStr;

pub(super) const NAME: &str = "MySQL/MariaDB";

/// The server's number for this session, and whether it serves the one with a number.
pub(super) const SESSION: &str = "SELECT CAST(CONNECTION_ID() AS SIGNED)";
pub(super) const SERVES: &str = "SELECT CAST(id AS SIGNED) FROM information_schema.processlist WHERE id =";

/// Error of a server that does not know a setting: MariaDB and MySQL name the statement's time limit differently.
const UNKNOWN_SETTING: &str = "HY000";

/// Start of the oldest other transaction in microseconds, where the user has the privilege PROCESS; the server's clock where
/// there is none. The table may be 0.1 s old, and tells times in the zone of the server's machine, whatever the session's is.
pub(super) const OPEN_SINCE: &str = "SELECT CAST(UNIX_TIMESTAMP(LEAST(NOW() - INTERVAL 1 SECOND, \
     COALESCE(CONVERT_TZ(MIN(trx_started), 'SYSTEM', '+00:00'), NOW()))) AS SIGNED) * 1000000 \
     FROM information_schema.innodb_trx WHERE trx_mysql_thread_id <> CONNECTION_ID()";

/// How many tables the relation may read, and how many of them are locked as long as somebody reads them: the relation itself,
/// or where it is a view all that the user may see of its database, since nobody is told which a view reads.
pub(super) const ENGINES: &str = "SELECT CAST(COUNT(*) AS SIGNED), CAST(COALESCE(SUM(engine <> 'InnoDB'), 0) AS SIGNED) \
     FROM information_schema.tables t WHERE table_type = 'BASE TABLE' AND table_schema = COALESCE(NULLIF(?, ''), DATABASE()) \
     AND (table_name = ? OR NOT EXISTS (SELECT 1 FROM information_schema.tables r WHERE r.table_type = 'BASE TABLE' \
     AND r.table_schema = t.table_schema AND r.table_name = ?))";

pub(super) async fn open(url: &str, timeouts: Timeouts) -> Result<MySqlConnection, SourceError> {
    let options =
        MySqlConnectOptions::from_str(url).map_err(|e| connect_error(NAME, &e))?.timezone(Some("+00:00".into()));
    let options = options.disable_statement_logging();
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
    // By default the server takes a slow reader for dead after a minute.
    let waits =
        format!("SET SESSION lock_wait_timeout = {}, net_write_timeout = {}", timeouts.lock_s, timeouts.statement_s);
    connection.execute(sqlx::raw_sql(AssertSqlSafe(waits))).await.map_err(|e| query_error(NAME, "session", &e))?;
    Ok(connection)
}

/// Takes the snapshot from which everything is read.
pub(super) async fn begin(connection: &mut MySqlConnection) -> Result<(), SourceError> {
    for sql in [
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ] {
        connection.execute(sqlx::raw_sql(sql)).await.map_err(|e| query_error(NAME, "transaction", &e))?;
    }
    Ok(())
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
    outlet: &mut RowSink,
) -> Result<(), SourceError> {
    let mut rows = bound(sql, binds).fetch(connection);
    let mut kinds: Vec<Kind> = Vec::new();
    let mut day = Day::new(zone);
    while let Some(row) = rows.try_next().await.map_err(|e| query_error(NAME, relation, &e))? {
        if kinds.is_empty() {
            kinds = row.columns().iter().map(|c| Kind::of(c.type_info().name())).collect();
        }
        for (i, kind) in kinds.iter().enumerate() {
            push_field(&row, i, kind, &mut day, outlet);
        }
        if !outlet.row_done().await {
            break;
        }
    }
    Ok(())
}

fn bound(sql: &str, binds: &[Bind]) -> Query<'static, MySql, MySqlArguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for bind in binds {
        query = match bind {
            Bind::Instant(us) => query.bind(writable(*us)),
            Bind::Text(text) => query.bind(text.clone()),
        };
    }
    query
}

/// How many rows the optimizer expects of a query; `None` where its plan has no number.
pub(super) async fn estimate(
    connection: &mut MySqlConnection,
    sql: &str,
    binds: &[Bind],
    relation: &str,
) -> Result<Option<u64>, SourceError> {
    let plan = bound(&format!("EXPLAIN {sql}"), binds).fetch_all(connection).await;
    let plan = plan.map_err(|e| query_error(NAME, relation, &e))?;
    // MariaDB writes the number of rows as text.
    let number = |row: &MySqlRow, name: &str| match row.try_get::<Option<u64>, _>(name) {
        Ok(number) => number,
        Err(_) => row.try_get::<Option<String>, _>(name).ok().flatten().and_then(|digits| digits.parse().ok()),
    };
    Ok(expected_rows(plan.iter().map(|row| (number(row, "id"), number(row, "rows")))))
}

/// The most that the tables of one of a query's SELECTs give together, from the lines of its plan: the SELECT's number, and
/// how many rows of a table it takes. A line without rows, such as that of a union, does not change the product.
fn expected_rows(plan: impl Iterator<Item = (Option<u64>, Option<u64>)>) -> Option<u64> {
    let mut selects: BTreeMap<Option<u64>, u64> = BTreeMap::new();
    for (select, rows) in plan.filter_map(|(select, rows)| Some((select, rows?.max(1)))) {
        selects.entry(select).and_modify(|product| *product = product.saturating_mul(rows)).or_insert(rows);
    }
    selects.into_values().max()
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

/// The day of the clock reading before: most are of the same, and what a day asks of calendar and zone is asked once.
struct Day {
    zone: Tz,
    /// Year, month and day as they came.
    date: Option<[u8; 4]>,
    /// Midnight, microseconds since 1970 as if the zone were UTC.
    midnight_us: i64,
    /// How far the zone is from UTC, where it is so all day.
    offset_us: Option<i64>,
}

impl Day {
    fn new(zone: Tz) -> Self {
        Self { zone, date: None, midnight_us: 0, offset_us: None }
    }

    /// The instant of a DATETIME (`is_local`) or a TIMESTAMP of a session in UTC, in the form of the binary protocol: a length,
    /// then as much as it says of year, month, day, hour, minute, second and microseconds. `None` for what is no date.
    fn instant(&mut self, bytes: &[u8], is_local: bool) -> Option<i64> {
        let (length, rest) = bytes.split_first()?;
        let rest = rest.get(..usize::from(*length))?;
        let (date, clock) = rest.split_first_chunk::<4>()?;
        if self.date != Some(*date) {
            let day =
                NaiveDate::from_ymd_opt(i16::from_le_bytes([date[0], date[1]]).into(), date[2].into(), date[3].into())?;
            (self.date, self.midnight_us) = (Some(*date), i64::from(day.to_epoch_days()) * DAY_US);
            self.offset_us = instants::offset_all_day_us(day, self.zone);
        }
        let (seconds, micros) = match clock {
            [] => (0, 0),
            [h, m, s, micros @ ..] if *h < 24 && *m < 60 && *s < 60 => {
                let micros = if micros.is_empty() { 0 } else { u32::from_le_bytes(micros.try_into().ok()?) };
                (i64::from(*h) * 3_600 + i64::from(*m) * 60 + i64::from(*s), i64::from(micros))
            }
            _ => return None,
        };
        let reading_us = self.midnight_us + seconds * 1_000_000 + micros;
        match self.offset_us.filter(|_| is_local) {
            Some(offset_us) => Some(reading_us - offset_us),
            None if is_local => instants::in_zone(DateTime::from_timestamp_micros(reading_us)?.naive_utc(), self.zone),
            None => Some(reading_us),
        }
    }
}

fn push_field(row: &MySqlRow, index: usize, kind: &Kind, day: &mut Day, outlet: &mut RowSink) {
    let bytes = match row.try_get_unchecked::<Option<&[u8]>, _>(index) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return outlet.push(Cell::Null),
        Err(_) => return outlet.push(OUT_OF_RANGE),
    };
    let read = match kind {
        // Nearly all fields are of these, and to put them by themselves saves a copy of each.
        Kind::Text => return outlet.push(Cell::Bytes(bytes)),
        Kind::Datetime => return outlet.push(day.instant(bytes, true).map_or(OUT_OF_RANGE, Cell::Instant)),
        Kind::Timestamp => return outlet.push(day.instant(bytes, false).map_or(OUT_OF_RANGE, Cell::Instant)),
        Kind::Signed => row.try_get_unchecked::<i64, _>(index).ok().map(Cell::Integer),
        Kind::Unsigned => {
            let number = row.try_get_unchecked::<u64, _>(index).ok();
            number.and_then(|v| i64::try_from(v).ok()).map(Cell::Integer)
        }
        Kind::Float => row.try_get::<f32, _>(index).ok().map(|v| Cell::Real(v.into())),
        Kind::Double => row.try_get::<f64, _>(index).ok().map(Cell::Real),
        Kind::Date => row.try_get::<NaiveDate, _>(index).ok().map(|d| Cell::Date(d.to_epoch_days())),
    };
    outlet.push(read.unwrap_or(OUT_OF_RANGE));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;

    /// The binary protocol's form of a clock reading.
    fn bytes(year: i16, rest: &[u8], micros: Option<u32>) -> Vec<u8> {
        let mut value = year.to_le_bytes().to_vec();
        value.extend_from_slice(rest);
        value.extend(micros.iter().flat_map(|n| n.to_le_bytes()));
        value.insert(0, u8::try_from(value.len()).unwrap());
        value
    }

    #[test]
    fn clock_readings_are_those_of_the_calendar() {
        // In New York a clock was set forward on 8 March 2026 at 2 and back on 1 November 2026 at 2.
        for zone in [Tz::Asia__Jakarta, Tz::UTC, Tz::America__New_York] {
            let mut day = Day::new(zone);
            for (month, date) in [(3, 7), (3, 8), (3, 8), (3, 9), (10, 31), (11, 1), (11, 1), (11, 2), (2, 28)] {
                for hour in [0, 1, 2, 3, 23] {
                    let naive = NaiveDate::from_ymd_opt(2026, month, date)
                        .and_then(|d| d.and_hms_micro_opt(hour, 30, 59, 123_456))
                        .unwrap();
                    let form = [month, date, hour, 30, 59].map(|n| u8::try_from(n).unwrap());
                    let value = bytes(2026, &form, Some(123_456));
                    assert_eq!(day.instant(&value, true), instants::in_zone(naive, zone), "{naive} {zone}");
                    assert_eq!(day.instant(&value, false), Some(naive.and_utc().timestamp_micros()));
                }
            }
        }
    }

    #[test]
    fn a_plan_without_numbers_expects_nothing() {
        let plan = |lines: &[(Option<u64>, Option<u64>)]| expected_rows(lines.iter().copied());
        assert_eq!(plan(&[(Some(1), None)]), None);
        assert_eq!(plan(&[]), None);
        // Two tables together, a union of another, and the line of the union itself.
        assert_eq!(plan(&[(Some(1), Some(20)), (Some(1), Some(3)), (Some(2), Some(50)), (None, None)]), Some(60));
        assert_eq!(plan(&[(Some(1), Some(0)), (Some(1), Some(9))]), Some(9));
    }

    #[test]
    fn what_is_no_date_is_none() {
        let mut day = Day::new(Tz::UTC);
        assert_eq!(day.instant(&bytes(0, &[0, 0], None), true), None);
        assert_eq!(day.instant(&bytes(1970, &[1, 2], None), true), Some(DAY_US));
        assert_eq!(day.instant(&bytes(1970, &[1, 2, 0, 0, 1], None), true), Some(DAY_US + 1_000_000));
        for none in [
            vec![],
            vec![0],
            bytes(0, &[0, 0], None),
            bytes(2026, &[2, 30], None),
            bytes(2026, &[2, 3, 24, 0, 0], None),
            bytes(2026, &[2, 3, 1], None),
            vec![11, 0xea, 7, 2],
        ] {
            assert_eq!(day.instant(&none, true), None, "{none:?}");
        }
        // A fault leaves the day before as it was.
        assert_eq!(day.instant(&bytes(1970, &[1, 2], None), true), Some(DAY_US));
    }

    /// A server without TLS greets, and wants the password under its own key.
    fn greet_and_send_a_key(listener: &TcpListener) {
        let (mut client, _) = listener.accept().unwrap();
        let greeting: [&[u8]; 8] = [
            b"\x0a8.0.0\0",
            &[1, 0, 0, 0],
            b"saltsalt\0",
            // Capabilities: protocol 4.1, secure connection, plugins; with the character set and the state between.
            &[0x00, 0x82, 45, 2, 0, 0x08, 0x00],
            &[21],
            &[0; 10],
            b"saltsaltsalt\0",
            b"sha256_password\0",
        ];
        for (number, packet) in [(0, greeting.concat()), (2, b"\x01key".to_vec())] {
            client.write_all(&[u8::try_from(packet.len()).unwrap(), 0, 0, number]).unwrap();
            client.write_all(&packet).unwrap();
        }
        // Until the client has enough of it, however it ends.
        drop(std::io::copy(&mut client, &mut std::io::sink()));
    }

    #[tokio::test]
    async fn a_user_who_needs_tls_is_told_so() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("mysql://pembaca:baca-saja@{}/kantor", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || greet_and_send_a_key(&listener));
        let refused = open(&url, Timeouts::default()).await.unwrap_err().to_string();
        assert!(refused.contains("needs an encrypted connection") && !refused.contains("baca-saja"), "{refused}");
        server.join().unwrap();
    }
}
