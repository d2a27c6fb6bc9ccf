//! PostgreSQL: one REPEATABLE READ, READ ONLY transaction; events come by `COPY … (FORMAT binary)`, small answers by row.
//!
//! Times without zone are read in the office's zone.

mod binary;

use super::{Answer, Bind, Dialect, DigestColumn, DigestSql, EventQuery, LivenessSql, Question, Session};
use super::{described, is_no, texts, unless_denied};
use crate::source::chunk::{Cell, Chunk};
use crate::source::instants::writable;
use crate::source::{RowSink, SourceConfig, SourceError};
use binary::{CopyDecoder, Kind, push_field};
use chrono_tz::Tz;
use futures_util::{FutureExt, TryStreamExt};
use schemas::{Column, ColumnKind, Horizon, Identity};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions, Connection, Executor, PgConnection, Row, TypeInfo};
use std::str::FromStr;

const DIALECT: &dyn Dialect = &Postgres;

/// Which cluster this is, and between which transactions the snapshot lies.
const SNAPSHOT: &str = "SELECT (SELECT system_identifier::text || '/' || timeline_id::text \
     FROM pg_control_system(), pg_control_checkpoint()), txid_snapshot_xmin(txid_current_snapshot()), \
     txid_snapshot_xmax(txid_current_snapshot())";

/// Start of the oldest other transaction in microseconds, as far as the user may see them; the server's clock where there is
/// none.
const OPEN_SINCE: &str = "SELECT (EXTRACT(EPOCH FROM LEAST(MIN(xact_start), clock_timestamp())) \
     * 1000000)::bigint FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// The tables and views that the user may read.
const TABLES: &str = "SELECT (CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END)::text \
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') \
     AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_t%' \
     AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1";

/// Foreign keys of one column, with such names.
const LINKS: &str = "SELECT (CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END)::text, \
     a.attname::text, (CASE WHEN pg_table_is_visible(t.oid) THEN t.relname ELSE m.nspname || '.' || t.relname END)::text, \
     b.attname::text FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
     JOIN pg_class t ON t.oid = k.confrelid JOIN pg_namespace m ON m.oid = t.relnamespace \
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1] \
     JOIN pg_attribute b ON b.attrelid = t.oid AND b.attnum = k.confkey[1] \
     WHERE k.contype = 'f' AND array_length(k.conkey, 1) = 1 ORDER BY 1, 2";

/// Which cluster this is, and which database in it.
const IDENTITY: &str = "SELECT system_identifier::text, oid::text || '/' || datname \
     FROM pg_control_system(), pg_database WHERE datname = current_database()";

/// Whether the user, or a role that the user may take, may change a table of the database, or a column of one.
const MAY_WRITE: &str = "SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     CROSS JOIN pg_roles r \
     WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
     AND pg_has_role(r.oid, 'MEMBER') AND (has_table_privilege(r.oid, c.oid, 'DELETE, TRUNCATE') \
     OR has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE'))";

/// Rows that a cursor gives at a time.
const FETCHED_ROWS: usize = 200;

/// Beyond this distance a transaction number could be taken for one of the future.
const OLDEST_HORIZON: u64 = 1_000_000_000;

/// PostgreSQL.
#[derive(Debug)]
pub(super) struct Postgres;

impl Dialect for Postgres {
    fn name(&self) -> &'static str {
        "PostgreSQL"
    }

    fn schemes(&self) -> &'static [&'static str] {
        &["postgres", "postgresql"]
    }

    fn url_form(&self) -> &'static str {
        "postgres://…"
    }

    fn open<'a>(&self, config: &'a SourceConfig) -> Answer<'a, Box<dyn Session>> {
        async { Ok(Box::new(open(config).await?) as Box<dyn Session>) }.boxed()
    }

    fn liveness(&self) -> Option<LivenessSql> {
        Some(LivenessSql { session: "SELECT pg_backend_pid()", serves: "SELECT pid FROM pg_stat_activity WHERE pid =" })
    }

    fn open_since(&self) -> Option<&'static str> {
        Some(OPEN_SINCE)
    }

    fn clock(&self) -> Option<&'static str> {
        Some("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint")
    }

    fn locked_tables(&self) -> Option<&'static str> {
        None
    }

    fn margins_us(&self, _type_name: &str) -> (i64, i64) {
        (0, 0)
    }

    fn no_instant(&self, cursor: &str) -> String {
        format!("({cursor}) IS NULL OR {cursor} = '-infinity'")
    }

    fn catalog(&self) -> [&'static str; 2] {
        [TABLES, LINKS]
    }

    fn exact_text(&self, expression: &str) -> String {
        self.as_text(expression)
    }

    fn nothing(&self) -> &'static str {
        "NULL::text"
    }

    /// COPY takes no parameters, so values are written out.
    fn place(&self, value: Bind, _binds: &mut Vec<Bind>) -> String {
        match value {
            Bind::Instant(us) => format!("timestamptz '{}'", writable(us).format("%Y-%m-%d %H:%M:%S%.6f+00")),
            Bind::Text(text) => literal(&text),
        }
    }

    fn written_since(&self, then: &Horizon, now: &Horizon) -> Option<String> {
        let comparable = then.system == now.system && then.next <= now.next && now.next - then.xmin < OLDEST_HORIZON;
        // A row shows the lower 32 bits of its transaction's number.
        comparable.then(|| format!("age(xmin) <= age('{}'::xid)", then.xmin % (1 << 32)))
    }

    fn digest_sql(&self, key: &str, columns: &[DigestColumn<'_>]) -> Option<DigestSql> {
        let text = |DigestColumn { column, name, type_name, is_absent }: &DigestColumn<'_>| match (
            column.held_as(),
            *type_name,
        ) {
            _ if *is_absent => Some(name.clone()),
            (ColumnKind::Timestamp, "TIMESTAMPTZ") => {
                let finite = format!("CASE WHEN isfinite({name}) THEN {name} END");
                Some(format!("(extract(epoch from {finite}) * 1000000)::bigint::text"))
            }
            (ColumnKind::Date, "DATE") => Some(format!("({name} - date '1970-01-01')::text")),
            (ColumnKind::Key | ColumnKind::Integer | ColumnKind::Text, "INT2" | "INT4" | "INT8")
            | (ColumnKind::Key | ColumnKind::Text, "TEXT" | "VARCHAR" | "UUID" | "NAME") => {
                Some(format!("{name}::text"))
            }
            _ => None,
        };
        let texts: Vec<String> = columns.iter().map(text).collect::<Option<_>>()?;
        let field = |text: &String| format!("coalesce(octet_length({text})::text || ':' || {text}, 'N')");
        let fields: Vec<String> = texts.iter().map(field).collect();
        let digest = format!("encode(sha256(convert_to('{key}' || {}, 'UTF8')), 'hex')", fields.join(" || "));
        let selesai = Column::Selesai.index();
        Some(DigestSql {
            sum: format!("sum(('x' || substr({digest}, 1, 15))::bit(60)::bigint)::text"),
            digest,
            selesai_us: format!("({})::bigint", texts.get(selesai)?),
            no_instant: format!("NOT isfinite({})", columns.get(selesai)?.name),
            division: "/",
        })
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

async fn open(config: &SourceConfig) -> Result<PostgresSession, SourceError> {
    let options =
        PgConnectOptions::from_str(&config.url).map_err(|e| DIALECT.connect_error(&e))?.application_name("tertib");
    let options = options.disable_statement_logging();
    let mut connection = PgConnection::connect_with(&options).await.map_err(|e| DIALECT.connect_error(&e))?;
    // A database without an encoding holds any bytes; asked for UTF-8 it would stop at the first that are not.
    let encoding = "SELECT set_config('client_encoding', \
                    CASE current_setting('server_encoding') WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END, false)";
    connection.execute(encoding).await.map_err(|e| DIALECT.query_error("session", &e))?;
    // If the network drops, the server must release our locks; a slow reader must not be taken for a lost one. Not every
    // server has each of these settings.
    let answer_s = config.timeouts.answer_s.min(3_600);
    let gone_s = answer_s * 5;
    let keepalive = format!(
        "SELECT set_config(name, CASE name WHEN 'tcp_user_timeout' THEN '{gone_s}s' ELSE '{answer_s}' END, false) \
         FROM pg_settings WHERE name IN ('tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_user_timeout')"
    );
    connection.execute(AssertSqlSafe(keepalive)).await.map_err(|e| DIALECT.query_error("session", &e))?;
    // Rows come in the order in which they lie, and one worker of the office's server is enough.
    let session = format!(
        "SET TIME ZONE '{}'; SET standard_conforming_strings = on; \
         SET statement_timeout = '{}s'; SET lock_timeout = '{}s'; SET idle_in_transaction_session_timeout = '{}s'; \
         SET synchronize_seqscans = off; SET max_parallel_workers_per_gather = 0",
        config.zone.name(),
        config.timeouts.statement_s,
        config.timeouts.lock_s,
        config.timeouts.statement_s
    );
    connection.execute(sqlx::raw_sql(AssertSqlSafe(session))).await.map_err(|e| DIALECT.query_error("session", &e))?;
    Ok(PostgresSession { connection, zone: config.zone })
}

#[derive(Debug)]
struct PostgresSession {
    connection: PgConnection,
    zone: Tz,
}

impl PostgresSession {
    /// Runs a statement without an answer.
    async fn execute(&mut self, sql: &'static str) -> Result<(), SourceError> {
        self.connection.execute(sql).await.map(drop).map_err(|e| DIALECT.query_error("transaction", &e))
    }

    /// Comes before a question that may be refused: a refusal aborts the transaction.
    async fn set_savepoint(&mut self) -> Result<(), SourceError> {
        self.execute("SAVEPOINT ask").await
    }

    /// Comes after a question that was refused.
    async fn back_to_savepoint(&mut self) -> Result<(), SourceError> {
        self.execute("ROLLBACK TO SAVEPOINT ask").await
    }

    /// A small answer of the server; `None` where it keeps it from this user.
    async fn answer_if_allowed(&mut self, sql: &str, width: usize) -> Result<Option<Chunk>, SourceError> {
        self.set_savepoint().await?;
        let answer = unless_denied(self.answer(&Question::new(sql, "server"), width).await)?;
        if answer.is_none() {
            self.back_to_savepoint().await?;
        }
        Ok(answer)
    }

    /// A small answer, row by row; gives how many rows were taken.
    async fn read_rows(&mut self, sql: &str, relation: &str, sink: &mut RowSink) -> Result<usize, SourceError> {
        let mut rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch(&mut self.connection);
        let mut taken = 0;
        while let Some(row) = rows.try_next().await.map_err(|e| DIALECT.query_error(relation, &e))? {
            for (i, column) in row.columns().iter().enumerate() {
                let value = row.try_get_raw(i).ok().and_then(|v| v.as_bytes().ok());
                push_field(&Kind::of(column.type_info().name()), value, self.zone, |cell| sink.push(cell));
            }
            if !sink.row_done().await {
                break;
            }
            taken += 1;
        }
        Ok(taken)
    }

    /// A large answer, by COPY.
    async fn copy(&mut self, select: &Question, types: &[String], sink: &mut RowSink) -> Result<(), SourceError> {
        let relation = &select.relation;
        let fail = |e: sqlx::Error| DIALECT.query_error(relation, &e);
        let broken = || DIALECT.odd_answer(relation, "the answer to COPY is not in its binary form");
        let copy = format!("COPY ({}) TO STDOUT (FORMAT binary)", select.sql);
        let mut messages = self.connection.copy_out_raw(&copy).await.map_err(fail)?;
        let mut decoder = CopyDecoder::new(types, self.zone);
        while let Some(message) = messages.try_next().await.map_err(fail)? {
            decoder.take(message).ok_or_else(broken)?;
            if decoder.is_full() {
                decoder.empty_into(sink).ok_or_else(broken)?;
                if !sink.rows_done().await {
                    return Ok(());
                }
            }
        }
        decoder.end(sink).ok_or_else(broken)
    }

    /// A large answer for an office that must not feel it: by a cursor, some rows at a time. A COPY fills every buffer on its
    /// way in one go, and the office's own queries wait behind each such burst.
    async fn fetch(&mut self, select: &Question, sink: &mut RowSink) -> Result<(), SourceError> {
        let relation = &select.relation;
        let fail = |e: sqlx::Error| DIALECT.query_error(relation, &e);
        let declare = format!("DECLARE events NO SCROLL CURSOR FOR {}", select.sql);
        self.connection.execute(AssertSqlSafe(declare)).await.map_err(fail)?;
        let next = format!("FETCH {FETCHED_ROWS} FROM events");
        while self.read_rows(&next, relation, sink).await? == FETCHED_ROWS {}
        self.connection.execute("CLOSE events").await.map(drop).map_err(fail)
    }
}

impl Session for PostgresSession {
    fn begin(&mut self) -> Answer<'_, ()> {
        self.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").boxed()
    }

    fn read<'a>(&'a mut self, question: &'a Question, sink: &'a mut RowSink) -> Answer<'a, ()> {
        async move { self.read_rows(&question.sql, &question.relation, sink).await.map(drop) }.boxed()
    }

    fn columns<'a>(&'a mut self, relation: &'a str, from: &'a str) -> Answer<'a, Vec<(String, String)>> {
        async move {
            self.set_savepoint().await?;
            let found = described(DIALECT, &mut self.connection, relation, from).await;
            if matches!(found, Err(SourceError::NoRelation { .. } | SourceError::Denied { .. })) {
                self.back_to_savepoint().await?;
            }
            found
        }
        .boxed()
    }

    fn may_write<'a>(&'a mut self, _schema: &'a str) -> Answer<'a, bool> {
        async { Ok(!is_no(&self.answer(&Question::new(MAY_WRITE, "privileges"), 1).await?)) }.boxed()
    }

    fn events<'a>(&'a mut self, query: &'a EventQuery<'a>, sink: &'a mut RowSink) -> Answer<'a, ()> {
        async move {
            let select = query.select();
            if sink.is_paced() { self.fetch(&select, sink).await } else { self.copy(&select, query.types, sink).await }
        }
        .boxed()
    }

    fn estimate<'a>(&'a mut self, select: &'a Question) -> Answer<'a, Option<u64>> {
        async move {
            let answer = self.answer(&select.after("EXPLAIN (FORMAT JSON) "), 1).await?;
            let rows = answer.rows().next().and_then(|row| planned_rows(row.at(0)));
            let odd = || DIALECT.odd_answer(&select.relation, "it does not tell the plan of the query");
            rows.ok_or_else(odd).map(Some)
        }
        .boxed()
    }

    fn scans<'a>(&'a mut self, select: &'a Question) -> Answer<'a, bool> {
        async move {
            // With a few rows the planner reads all of them in any case; so it only does where nothing else can be done.
            self.execute("SET LOCAL enable_seqscan = off").await?;
            let answer = self.answer(&select.after("EXPLAIN (FORMAT JSON) "), 1).await?;
            self.execute("SET LOCAL enable_seqscan = on").await?;
            Ok(answer.rows().next().is_some_and(|row| reads_every_row(row.at(0))))
        }
        .boxed()
    }

    fn horizon<'a>(&'a mut self, relation: &'a str) -> Answer<'a, Option<Horizon>> {
        async move {
            // Only an ordinary table shows by which transaction a row was written.
            let is_table = format!(
                "SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass({}) AND relkind IN ('r', 'p')",
                literal(relation)
            );
            let answer = self.answer(&Question::new(is_table, "pg_class"), 1).await?;
            if answer.first_number() != Some(1) {
                return Ok(None);
            }
            Ok(self.answer_if_allowed(SNAPSHOT, 3).await?.and_then(|answer| horizon(&answer)))
        }
        .boxed()
    }

    fn identity(&mut self) -> Answer<'_, Option<Identity>> {
        async {
            let answer = self.answer_if_allowed(IDENTITY, 2).await?;
            Ok(answer.map(|answer| Identity(texts(&answer, 2).join("/"))))
        }
        .boxed()
    }
}

/// Which cluster this is and where its snapshot lies; `None` when the user may not ask.
fn horizon(answer: &Chunk) -> Option<Horizon> {
    let row = answer.rows().next()?;
    let (Cell::Text(system), Cell::Integer(xmin), Cell::Integer(next)) = (row.at(0), row.at(1), row.at(2)) else {
        return None;
    };
    let number = |n: i64| u64::try_from(n).ok();
    Some(Horizon { system: system.to_owned(), xmin: number(xmin)?, next: number(next)? })
}

/// How many rows the planner expects, from its plan as JSON.
fn planned_rows(plan: Cell<'_>) -> Option<u64> {
    let Cell::Text(plan) = plan else { return None };
    let plan: serde_json::Value = serde_json::from_str(plan).ok()?;
    plan.pointer("/0/Plan/Plan Rows")?.as_u64()
}

/// Whether a plan as JSON looks at the time of every row of a table.
fn reads_every_row(plan: Cell<'_>) -> bool {
    fn scans(node: &serde_json::Value) -> bool {
        let is = |key: &str, part: &str| node[key].as_str().is_some_and(|value| value.contains(part));
        let below = node["Plans"].as_array().into_iter().flatten();
        (is("Node Type", "Seq Scan") && is("Filter", "::timestamp")) || below.into_iter().any(scans)
    }
    let Cell::Text(plan) = plan else { return false };
    serde_json::from_str::<serde_json::Value>(plan).is_ok_and(|plan| scans(&plan[0]["Plan"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restored_cluster_is_not_asked_by_transaction() {
        let at = |system: &str, xmin, next| Horizon { system: system.into(), xmin, next };
        let then = at("A/1", (1 << 32) + 5, (1 << 32) + 9);
        let asked = Postgres.written_since(&then, &at("A/1", (1 << 32) + 50, (1 << 32) + 60));
        assert_eq!(asked.as_deref(), Some("age(xmin) <= age('5'::xid)"));
        for now in
            [at("B/1", 1 << 33, 1 << 33), at("A/2", 1 << 33, 1 << 33), at("A/1", 700, 800), at("A/1", 1 << 40, 1 << 40)]
        {
            assert_eq!(Postgres.written_since(&then, &now), None, "{now:?}");
        }
    }
}
