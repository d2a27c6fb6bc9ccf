//! PostgreSQL: one REPEATABLE READ, READ ONLY transaction; events come by `COPY … (FORMAT binary)`, small answers by row.
//!
//! Times without zone are read in the office's zone. The instants and dates of the protocol are decoded here, since the
//! driver's own types overflow on values that the database allows.

use super::chunk::{Cell, Chunk, OUT_OF_RANGE};
use super::error::{connect_error, query_error, relation_error};
use super::{RowSink, SourceError, Timeouts};
use crate::hash::hex;
use crate::source::instants;
use bytes::{Buf, Bytes};
use chrono::DateTime;
use chrono_tz::Tz;
use futures_util::TryStreamExt;
use schemas::Horizon;
use sqlx::postgres::PgConnectOptions;
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, Executor, PgConnection, Row, SqlSafeStr, Statement, TypeInfo,
};
use std::str::FromStr;

pub(super) const NAME: &str = "PostgreSQL";

/// The server's number for this session, and whether it serves the one with a number.
pub(super) const SESSION: &str = "SELECT pg_backend_pid()";
pub(super) const SERVES: &str = "SELECT pid FROM pg_stat_activity WHERE pid =";

/// 2000-01-01, from which PostgreSQL counts, in microseconds and in days since 1970.
const YEAR_2000_US: i64 = 946_684_800_000_000;
const YEAR_2000_DAYS: i32 = 10_957;

/// What a binary COPY begins with, before flags and an extension of a given length.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// What stands at its end instead of a number of fields.
const END: i16 = -1;

/// Which cluster this is, and between which transactions the snapshot lies.
pub(super) const SNAPSHOT: &str = "SELECT (SELECT system_identifier::text || '/' || timeline_id::text \
     FROM pg_control_system(), pg_control_checkpoint()), txid_snapshot_xmin(txid_current_snapshot()), \
     txid_snapshot_xmax(txid_current_snapshot())";

/// Start of the oldest other transaction in microseconds, as far as the user may see them; the server's clock where there is
/// none.
pub(super) const OPEN_SINCE: &str = "SELECT (EXTRACT(EPOCH FROM LEAST(MIN(xact_start), clock_timestamp())) \
     * 1000000)::bigint FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// Tuples that are taken apart together, and how much they may hold.
const LOT_ROWS: usize = 64;
const LOT_BYTES: usize = 1 << 20;

/// Rows that a cursor gives at a time.
const FETCHED_ROWS: usize = 200;

/// Beyond this distance a transaction number could be taken for one of the future.
const OLDEST_HORIZON: u64 = 1_000_000_000;

/// What a column's bytes mean.
#[derive(Clone, Debug)]
enum Kind {
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    Timestamptz,
    Timestamp,
    Date,
    Uuid,
    Text,
    Other(String),
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "INT2" => Self::Int2,
            "INT4" => Self::Int4,
            "INT8" => Self::Int8,
            "FLOAT4" => Self::Float4,
            "FLOAT8" => Self::Float8,
            "TIMESTAMPTZ" => Self::Timestamptz,
            "TIMESTAMP" => Self::Timestamp,
            "DATE" => Self::Date,
            "UUID" => Self::Uuid,
            "TEXT" | "VARCHAR" | "BPCHAR" | "CHAR" | "NAME" | "JSON" | "\"CHAR\"" => Self::Text,
            other => Self::Other(other.to_owned()),
        }
    }
}

pub(super) async fn open(url: &str, zone: Tz, timeouts: Timeouts) -> Result<PgConnection, SourceError> {
    let options = PgConnectOptions::from_str(url).map_err(|e| connect_error(NAME, &e))?.application_name("tertib");
    let options = options.disable_statement_logging();
    let mut connection = PgConnection::connect_with(&options).await.map_err(|e| connect_error(NAME, &e))?;
    // A database without an encoding holds any bytes; asked for UTF-8 it would stop at the first that are not.
    let encoding = "SELECT set_config('client_encoding', \
                    CASE current_setting('server_encoding') WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END, false)";
    connection.execute(encoding).await.map_err(|e| query_error(NAME, "session", &e))?;
    // If the network drops, the server must release our locks; a slow reader must not be taken for a lost one. Not every
    // server has each of these settings.
    let answer_s = timeouts.answer_s.min(3_600);
    let gone_s = answer_s * 5;
    let keepalive = format!(
        "SELECT set_config(name, CASE name WHEN 'tcp_user_timeout' THEN '{gone_s}s' ELSE '{answer_s}' END, false) \
         FROM pg_settings WHERE name IN ('tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_user_timeout')"
    );
    connection.execute(AssertSqlSafe(keepalive)).await.map_err(|e| query_error(NAME, "session", &e))?;
    // Rows come in the order in which they lie, and one worker of the office's server is enough.
    let session = format!(
        "SET TIME ZONE '{}'; SET standard_conforming_strings = on; \
         SET statement_timeout = '{}s'; SET lock_timeout = '{}s'; SET idle_in_transaction_session_timeout = '{}s'; \
         SET synchronize_seqscans = off; SET max_parallel_workers_per_gather = 0",
        zone.name(),
        timeouts.statement_s,
        timeouts.lock_s,
        timeouts.statement_s
    );
    connection.execute(sqlx::raw_sql(AssertSqlSafe(session))).await.map_err(|e| query_error(NAME, "session", &e))?;
    Ok(connection)
}

pub(super) async fn columns(
    connection: &mut PgConnection,
    sql: String,
    relation: &str,
) -> Result<Vec<(String, String)>, SourceError> {
    let statement = connection.prepare(AssertSqlSafe(sql).into_sql_str()).await;
    let statement = statement.map_err(|e| relation_error(NAME, relation, &e))?;
    Ok(statement.columns().iter().map(|c| (c.name().to_owned(), c.type_info().name().to_owned())).collect())
}

/// Runs a statement without an answer.
pub(super) async fn execute(connection: &mut PgConnection, sql: &'static str) -> Result<(), SourceError> {
    connection.execute(sql).await.map(drop).map_err(|e| query_error(NAME, "transaction", &e))
}

/// A small answer, row by row; gives how many rows were taken.
pub(super) async fn read(
    connection: &mut PgConnection,
    sql: &str,
    relation: &str,
    zone: Tz,
    outlet: &mut RowSink,
) -> Result<usize, SourceError> {
    let mut rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch(connection);
    let mut taken = 0;
    while let Some(row) = rows.try_next().await.map_err(|e| query_error(NAME, relation, &e))? {
        for (i, column) in row.columns().iter().enumerate() {
            let value = row.try_get_raw(i).ok().and_then(|v| v.as_bytes().ok());
            push_field(&Kind::of(column.type_info().name()), value, zone, |cell| outlet.push(cell));
        }
        if !outlet.row_done().await {
            break;
        }
        taken += 1;
    }
    Ok(taken)
}

/// A large answer, by COPY. `types` are the database's words for the types of the columns asked for.
pub(super) async fn copy(
    connection: &mut PgConnection,
    sql: &str,
    types: &[String],
    relation: &str,
    zone: Tz,
    outlet: &mut RowSink,
) -> Result<(), SourceError> {
    let kinds: Vec<Kind> = types.iter().map(|t| Kind::of(t)).collect();
    let width = i16::try_from(kinds.len()).unwrap_or(i16::MAX);
    let fail = |e: sqlx::Error| query_error(NAME, relation, &e);
    let broken = || SourceError::Query {
        database: NAME,
        relation: relation.to_owned(),
        reason: "the answer to COPY is not in its binary form".to_owned(),
        passing: false,
    };
    let mut messages =
        connection.copy_out_raw(&format!("COPY ({sql}) TO STDOUT (FORMAT binary)")).await.map_err(fail)?;
    let mut lot = Lot::default();
    let (mut begun, mut ended) = (false, false);
    while let Some(mut message) = messages.try_next().await.map_err(fail)? {
        if !begun {
            message.advance(header(&message).ok_or_else(broken)?);
            begun = true;
        }
        // The server sends each row, and the end, in a message of its own (PostgreSQL, "Message Formats": CopyData).
        match message.first_chunk().map(|count| i16::from_be_bytes(*count)) {
            None if message.is_empty() => {}
            Some(END) => ended = true,
            Some(fields) if fields == width && !ended => lot.add(message),
            _ => return Err(broken()),
        }
        if lot.is_full() {
            lot.empty_into(&kinds, zone, outlet).ok_or_else(broken)?;
            if !outlet.rows_done().await {
                return Ok(());
            }
        }
    }
    lot.empty_into(&kinds, zone, outlet).ok_or_else(broken)?;
    if ended { Ok(()) } else { Err(broken()) }
}

/// Whole tuples that wait to be taken apart together, column by column: what is done for a kind of value is then done many
/// times in a row, and no tuple's next field has to wait for another's.
#[derive(Debug, Default)]
struct Lot {
    tuples: Vec<Bytes>,
    /// Where the next field of each begins.
    next: Vec<usize>,
    bytes: usize,
}

impl Lot {
    fn add(&mut self, tuple: Bytes) {
        self.bytes += tuple.len();
        self.tuples.push(tuple);
        // The number of fields comes first.
        self.next.push(2);
    }

    fn is_full(&self) -> bool {
        self.tuples.len() >= LOT_ROWS || self.bytes >= LOT_BYTES
    }

    /// Hands on the fields of all tuples; `None` where one does not end with its last field.
    fn empty_into(&mut self, kinds: &[Kind], zone: Tz, outlet: &mut RowSink) -> Option<()> {
        for (column, kind) in kinds.iter().enumerate() {
            let fields = self.tuples.iter().zip(&mut self.next).map(|(tuple, at)| field(tuple, at));
            // Nearly all fields are of these two kinds.
            match kind {
                Kind::Text => outlet.extend(column, fields.map(|f| f.map_or(Cell::Null, Cell::Bytes))),
                Kind::Timestamptz => outlet.extend(
                    column,
                    fields.map(|f| f.map_or(Cell::Null, |b| epoch_us(b).map_or(OUT_OF_RANGE, Cell::Instant))),
                ),
                kind => {
                    fields.for_each(|f| push_field(kind, f, zone, |cell| outlet.extend(column, [cell].into_iter())));
                }
            }
        }
        let whole = self.tuples.iter().zip(&self.next).all(|(tuple, at)| *at == tuple.len());
        self.tuples.clear();
        self.next.clear();
        self.bytes = 0;
        whole.then_some(())
    }
}

/// The field of a tuple that begins there, and where the next one does, which is beyond the tuple's end where this one is not
/// all there.
#[inline]
fn field<'t>(tuple: &'t [u8], at: &mut usize) -> Option<&'t [u8]> {
    let Some((length, rest)) = tuple.get(*at..).and_then(<[u8]>::split_first_chunk::<4>) else {
        *at = usize::MAX;
        return None;
    };
    // A negative length stands for no value.
    let length = usize::try_from(i32::from_be_bytes(*length)).ok();
    *at += 4 + length.unwrap_or(0);
    rest.get(..length?)
}

/// A large answer for an office that must not feel it: by a cursor, some rows at a time. A COPY fills every buffer on its way
/// in one go, and the office's own queries wait behind each such burst.
pub(super) async fn fetch(
    connection: &mut PgConnection,
    sql: &str,
    relation: &str,
    zone: Tz,
    outlet: &mut RowSink,
) -> Result<(), SourceError> {
    let fail = |e: sqlx::Error| query_error(NAME, relation, &e);
    let declare = format!("DECLARE events NO SCROLL CURSOR FOR {sql}");
    connection.execute(AssertSqlSafe(declare)).await.map_err(fail)?;
    let next = format!("FETCH {FETCHED_ROWS} FROM events");
    while read(connection, &next, relation, zone, outlet).await? == FETCHED_ROWS {}
    connection.execute("CLOSE events").await.map(drop).map_err(fail)
}

/// The length of the header of a binary COPY.
fn header(data: &[u8]) -> Option<usize> {
    let (flags_and_length, _) = data.strip_prefix(SIGNATURE)?.split_first_chunk::<8>()?;
    let extension = i32::from_be_bytes(*flags_and_length.last_chunk()?);
    let length = SIGNATURE.len() + 8 + usize::try_from(extension).ok()?;
    (length <= data.len()).then_some(length)
}

/// Puts a field that came in its binary form.
fn push_field(kind: &Kind, value: Option<&[u8]>, zone: Tz, put: impl FnOnce(Cell<'_>)) {
    let Some(bytes) = value else { return put(Cell::Null) };
    let text;
    let read = match kind {
        Kind::Text => Some(Cell::Bytes(bytes)),
        Kind::Timestamptz => epoch_us(bytes).map(Cell::Instant),
        Kind::Int2 => bytes.try_into().ok().map(|b| Cell::Integer(i16::from_be_bytes(b).into())),
        Kind::Int4 => bytes.try_into().ok().map(|b| Cell::Integer(i32::from_be_bytes(b).into())),
        Kind::Int8 => bytes.try_into().ok().map(|b| Cell::Integer(i64::from_be_bytes(b))),
        Kind::Float4 => bytes.try_into().ok().map(|b| Cell::Real(f32::from_be_bytes(b).into())),
        Kind::Float8 => bytes.try_into().ok().map(|b| Cell::Real(f64::from_be_bytes(b))),
        Kind::Timestamp => epoch_us(bytes)
            .and_then(DateTime::from_timestamp_micros)
            .and_then(|t| instants::in_zone(t.naive_utc(), zone))
            .map(Cell::Instant),
        Kind::Date => epoch_days(bytes).map(Cell::Date),
        Kind::Uuid => {
            text = uuid(bytes);
            text.as_deref().map(Cell::Text)
        }
        Kind::Other(name) => Some(Cell::Unreadable(name)),
    };
    put(read.unwrap_or(OUT_OF_RANGE));
}

/// Which cluster this is and where its snapshot lies; `None` when the user may not ask.
pub(super) fn horizon(answer: &Chunk) -> Option<Horizon> {
    let row = answer.rows().next()?;
    let (Cell::Text(system), Cell::Integer(xmin), Cell::Integer(next)) = (row.at(0), row.at(1), row.at(2)) else {
        return None;
    };
    let number = |n: i64| u64::try_from(n).ok();
    Some(Horizon { system: system.to_owned(), xmin: number(xmin)?, next: number(next)? })
}

/// How many rows the planner expects, from its plan as JSON.
pub(super) fn planned_rows(plan: Cell<'_>) -> Option<u64> {
    let Cell::Text(plan) = plan else { return None };
    let plan: serde_json::Value = serde_json::from_str(plan).ok()?;
    plan.pointer("/0/Plan/Plan Rows")?.as_u64()
}

/// Only an ordinary table shows by which transaction a row was written.
pub(super) fn is_table_question(relation: &str) -> String {
    let literal = relation.replace('\'', "''");
    format!("SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('{literal}') AND relkind IN ('r', 'p')")
}

/// The rows written since an earlier horizon, or `None` when transaction numbers can no longer be compared.
pub(super) fn written_since(then: &Horizon, now: &Horizon) -> Option<String> {
    let comparable = then.system == now.system && then.next <= now.next && now.next - then.xmin < OLDEST_HORIZON;
    // A row shows the lower 32 bits of its transaction's number.
    comparable.then(|| format!("age(xmin) <= age('{}'::xid)", then.xmin % (1 << 32)))
}

/// PostgreSQL sends microseconds since 2000; its greatest and least stand for infinity.
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

    /// Tuples of (int8, text).
    fn tuples() -> [Vec<u8>; 2] {
        [(7_i64, Some("SITI")), (8, None)].map(|(id, name)| {
            let mut tuple = [&2_i16.to_be_bytes()[..], &8_i32.to_be_bytes(), &id.to_be_bytes()].concat();
            match name {
                Some(name) => {
                    tuple.extend(i32::try_from(name.len()).unwrap().to_be_bytes());
                    tuple.extend(name.as_bytes());
                }
                None => tuple.extend((-1_i32).to_be_bytes()),
            }
            tuple
        })
    }

    /// The rows of tuples; `None` where one is broken.
    fn taken_apart(tuples: &[&[u8]]) -> Option<Chunk> {
        let (mut lot, mut outlet) = (Lot::default(), RowSink::new(2, None));
        tuples.iter().for_each(|tuple| lot.add(Bytes::copy_from_slice(tuple)));
        lot.empty_into(&[Kind::Int8, Kind::Text], Tz::UTC, &mut outlet)?;
        Some(outlet.keep())
    }

    #[test]
    fn a_tuple_must_end_with_its_last_field() {
        let [first, second] = tuples();
        let chunk = taken_apart(&[&first, &second]).unwrap();
        let rows: Vec<_> = chunk.rows().map(|row| (row.at(0), row.at(1))).collect();
        assert_eq!(rows, [(Cell::Integer(7), Cell::Text("SITI")), (Cell::Integer(8), Cell::Null)]);
        for tuple in [&first, &second] {
            for cut in 2..tuple.len() {
                assert!(taken_apart(&[&tuple[..cut]]).is_none(), "{cut}");
            }
            assert!(taken_apart(&[&[tuple.as_slice(), &[0]].concat()]).is_none());
        }
    }

    #[test]
    fn a_copy_begins_with_its_header() {
        let extended = [SIGNATURE, &[0; 4], &2_i32.to_be_bytes(), &[9, 9], &tuples()[0]].concat();
        assert_eq!(header(&extended), Some(SIGNATURE.len() + 10));
        assert_eq!(header(&[SIGNATURE, &[0; 8]].concat()), Some(SIGNATURE.len() + 8));
        assert_eq!(header(&extended[..SIGNATURE.len() + 9]), None);
        assert_eq!(header(&[b'x'; 30]), None);
    }

    #[test]
    fn a_restored_cluster_is_not_asked_by_transaction() {
        let at = |system: &str, xmin, next| Horizon { system: system.into(), xmin, next };
        let then = at("A/1", (1 << 32) + 5, (1 << 32) + 9);
        let asked = written_since(&then, &at("A/1", (1 << 32) + 50, (1 << 32) + 60));
        assert_eq!(asked.as_deref(), Some("age(xmin) <= age('5'::xid)"));
        for now in
            [at("B/1", 1 << 33, 1 << 33), at("A/2", 1 << 33, 1 << 33), at("A/1", 700, 800), at("A/1", 1 << 40, 1 << 40)]
        {
            assert_eq!(written_since(&then, &now), None, "{now:?}");
        }
    }
}
