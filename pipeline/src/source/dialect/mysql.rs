//! MySQL and MariaDB: consistent snapshot, read only, session zone UTC; DATETIME is read in the office's zone.

mod grants;
mod values;

use super::{Answer, Bind, Dialect, DigestColumn, DigestSql, LivenessSql, Question, Session};
use super::{described, texts, unless_denied};
use crate::source::instants::{DAY_US, writable};
use crate::source::{RowSink, SourceConfig, SourceError};
use chrono_tz::Tz;
use futures_util::{FutureExt, TryStreamExt};
use schemas::{Column, ColumnKind, Identity};
use sqlx::error::DatabaseError;
use sqlx::mysql::{MySqlArguments, MySqlConnectOptions, MySqlDatabaseError, MySqlRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions, Connection, Executor, MySqlConnection, Row, TypeInfo};
use std::collections::BTreeMap;
use std::str::FromStr;
use values::{Day, Kind, push_field};

const DIALECT: &dyn Dialect = &MySql;

/// Error of a server that does not know a setting: MariaDB and MySQL name the statement's time limit differently.
const UNKNOWN_SETTING: &str = "HY000";

/// Start of the oldest other transaction in microseconds, where the user has the privilege PROCESS; the server's clock where
/// there is none. The table may be 0.1 s old, and tells times in the zone of the server's machine, whatever the session's is.
const OPEN_SINCE: &str = "SELECT CAST(UNIX_TIMESTAMP(LEAST(NOW() - INTERVAL 1 SECOND, \
     COALESCE(CONVERT_TZ(MIN(trx_started), 'SYSTEM', '+00:00'), NOW()))) AS SIGNED) * 1000000 \
     FROM information_schema.innodb_trx WHERE trx_mysql_thread_id <> CONNECTION_ID()";

/// How many tables the relation may read, and how many of them are locked as long as somebody reads them: the relation itself,
/// or where it is a view all that the user may see of its database, since nobody is told which a view reads.
const LOCKED_TABLES: &str = "SELECT CAST(COUNT(*) AS SIGNED), CAST(COALESCE(SUM(engine <> 'InnoDB'), 0) AS SIGNED) \
     FROM information_schema.tables t WHERE table_type = 'BASE TABLE' AND table_schema = COALESCE(NULLIF(?, ''), DATABASE()) \
     AND (table_name = ? OR NOT EXISTS (SELECT 1 FROM information_schema.tables r WHERE r.table_type = 'BASE TABLE' \
     AND r.table_schema = t.table_schema AND r.table_name = ?))";

/// Which server it is; MariaDB before 10.11 has no number of its own.
const VARIABLES: &str =
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'server_uid', 'hostname', 'port')";
/// Which database of the server.
const SCHEMA: &str = "SELECT COALESCE(DATABASE(), '')";

/// The tables and views of the session's database.
const TABLES: &str = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1";
/// Its foreign keys, as far as the user is shown them.
const LINKS: &str = "SELECT table_name, column_name, referenced_table_name, referenced_column_name \
     FROM information_schema.key_column_usage WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL";

/// Where the class of a fault says too little: no connection left for the user (two kinds), connection killed.
const GONE: [u16; 3] = [1_203, 1_226, 1_927];
/// Access to a database, a table or a column denied, a right like PROCESS missing, the grants of somebody else or the tables
/// of a view hidden.
const DENIED: [u16; 6] = [1_044, 1_141, 1_142, 1_143, 1_227, 1_345];
/// No such database or table, and a view over one that is gone.
const NOT_THERE: [u16; 3] = [1_049, 1_146, 1_356];

/// MySQL and MariaDB.
#[derive(Debug)]
pub(super) struct MySql;

impl Dialect for MySql {
    fn name(&self) -> &'static str {
        "MySQL/MariaDB"
    }

    fn schemes(&self) -> &'static [&'static str] {
        &["mysql", "mariadb"]
    }

    fn url_form(&self) -> &'static str {
        "mysql://…"
    }

    fn open<'a>(&self, config: &'a SourceConfig) -> Answer<'a, Box<dyn Session>> {
        async { Ok(Box::new(open(config).await?) as Box<dyn Session>) }.boxed()
    }

    fn liveness(&self) -> Option<LivenessSql> {
        Some(LivenessSql {
            session: "SELECT CAST(CONNECTION_ID() AS SIGNED)",
            serves: "SELECT CAST(id AS SIGNED) FROM information_schema.processlist WHERE id =",
        })
    }

    fn open_since(&self) -> Option<&'static str> {
        Some(OPEN_SINCE)
    }

    fn clock(&self) -> Option<&'static str> {
        Some("SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)")
    }

    fn locked_tables(&self) -> Option<&'static str> {
        Some(LOCKED_TABLES)
    }

    /// What a clock showed is compared as if it were UTC.
    fn margins_us(&self, type_name: &str) -> (i64, i64) {
        if type_name == "TIMESTAMP" { (0, 0) } else { (DAY_US, DAY_US) }
    }

    /// Old servers write 0000-00-00 for what they cannot take.
    fn no_instant(&self, cursor: &str) -> String {
        format!("({cursor}) IS NULL OR {cursor} = 0")
    }

    fn quoted(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }

    fn catalog(&self) -> [&'static str; 2] {
        [TABLES, LINKS]
    }

    /// A collation takes words for one that differ in their letters' size.
    fn exact_text(&self, expression: &str) -> String {
        format!("CAST(CONVERT({expression} USING utf8mb4) AS BINARY)")
    }

    fn as_text(&self, expression: &str) -> String {
        format!("CAST({expression} AS CHAR)")
    }

    fn digest_sql(&self, key: &str, columns: &[DigestColumn<'_>]) -> Option<DigestSql> {
        let text = |DigestColumn { column, name, type_name, is_absent }: &DigestColumn<'_>| match (
            column.held_as(),
            *type_name,
        ) {
            _ if *is_absent => Some(name.clone()),
            // A date of zeros, which is no value, is 1970 to MySQL.
            (ColumnKind::Timestamp, "TIMESTAMP") => Some(format!(
                "CASE WHEN {name} <> 0 THEN CAST(CAST(UNIX_TIMESTAMP({name}) * 1000000 AS SIGNED) AS CHAR) END"
            )),
            (ColumnKind::Date, "DATE") => Some(format!("CAST(DATEDIFF({name}, '1970-01-01') AS CHAR)")),
            (
                ColumnKind::Key | ColumnKind::Integer | ColumnKind::Text,
                "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT",
            ) => Some(self.as_text(name)),
            (
                ColumnKind::Key | ColumnKind::Text,
                "TEXT" | "VARCHAR" | "TINYTEXT" | "MEDIUMTEXT" | "LONGTEXT" | "CHAR" | "ENUM",
            ) => Some(format!("CONVERT({name} USING utf8mb4)")),
            _ => None,
        };
        let texts: Vec<String> = columns.iter().map(text).collect::<Option<_>>()?;
        let field = |text: &String| format!("COALESCE(CONCAT(LENGTH({text}), ':', {text}), 'N')");
        let fields: Vec<String> = texts.iter().map(field).collect();
        let digest = format!("SHA2(CONCAT('{key}', {}), 256)", fields.join(", "));
        let selesai = Column::Selesai.index();
        Some(DigestSql {
            sum: format!("CAST(SUM(CAST(CONV(SUBSTR({digest}, 1, 15), 16, 10) AS UNSIGNED)) AS CHAR)"),
            digest,
            selesai_us: format!("CAST({} AS SIGNED)", texts.get(selesai)?),
            // A date of zeros, which is no value.
            no_instant: format!("{} = 0", columns.get(selesai)?.name),
            division: "DIV",
        })
    }

    fn refuses_user(&self, fault: &dyn DatabaseError) -> bool {
        fault.code().is_some_and(|code| code.starts_with("28")) || fault.message().contains("Access denied")
    }

    fn is_denied(&self, fault: &dyn DatabaseError) -> bool {
        is_one_of(fault, &DENIED)
    }

    fn is_not_there(&self, fault: &dyn DatabaseError) -> bool {
        is_one_of(fault, &NOT_THERE)
    }

    fn is_gone(&self, fault: &dyn DatabaseError) -> bool {
        super::has_class(fault, super::PASSING) || is_one_of(fault, &GONE)
    }
}

fn is_one_of(fault: &dyn DatabaseError, numbers: &[u16]) -> bool {
    fault.try_downcast_ref::<MySqlDatabaseError>().is_some_and(|fault| numbers.contains(&fault.number()))
}

async fn open(config: &SourceConfig) -> Result<MySqlSession, SourceError> {
    let options = MySqlConnectOptions::from_str(&config.url)
        .map_err(|e| DIALECT.connect_error(&e))?
        .timezone(Some("+00:00".into()));
    let options = options.disable_statement_logging();
    let mut connection = MySqlConnection::connect_with(&options).await.map_err(|e| DIALECT.connect_error(&e))?;
    let limits = [
        format!("SET SESSION max_statement_time = {}", config.timeouts.statement_s),
        format!("SET SESSION max_execution_time = {}", config.timeouts.statement_s * 1_000),
    ];
    for sql in limits {
        match sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await {
            Err(sqlx::Error::Database(e)) if e.code().as_deref() == Some(UNKNOWN_SETTING) => {}
            Err(e) => return Err(DIALECT.query_error("session", &e)),
            Ok(_) => {}
        }
    }
    // By default the server takes a slow reader for dead after a minute.
    let waits = format!(
        "SET SESSION lock_wait_timeout = {}, net_write_timeout = {}",
        config.timeouts.lock_s, config.timeouts.statement_s
    );
    connection.execute(sqlx::raw_sql(AssertSqlSafe(waits))).await.map_err(|e| DIALECT.query_error("session", &e))?;
    Ok(MySqlSession { connection, zone: config.zone })
}

/// The question with its values.
fn bound(question: &Question) -> Query<'static, sqlx::MySql, MySqlArguments> {
    let mut query = sqlx::query(AssertSqlSafe(question.sql.clone()));
    for bind in &question.binds {
        query = match bind {
            Bind::Instant(us) => query.bind(writable(*us)),
            Bind::Text(text) => query.bind(text.clone()),
        };
    }
    query
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

#[derive(Debug)]
struct MySqlSession {
    connection: MySqlConnection,
    zone: Tz,
}

impl Session for MySqlSession {
    fn begin(&mut self) -> Answer<'_, ()> {
        async {
            for sql in [
                "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
            ] {
                let done = self.connection.execute(sqlx::raw_sql(sql)).await;
                done.map_err(|e| DIALECT.query_error("transaction", &e))?;
            }
            Ok(())
        }
        .boxed()
    }

    fn read<'a>(&'a mut self, question: &'a Question, sink: &'a mut RowSink) -> Answer<'a, ()> {
        async move {
            let mut rows = bound(question).fetch(&mut self.connection);
            let mut kinds: Vec<Kind> = Vec::new();
            let mut day = Day::new(self.zone);
            while let Some(row) = rows.try_next().await.map_err(|e| DIALECT.query_error(&question.relation, &e))? {
                if kinds.is_empty() {
                    kinds = row.columns().iter().map(|c| Kind::of(c.type_info().name())).collect();
                }
                for (i, kind) in kinds.iter().enumerate() {
                    push_field(&row, i, kind, &mut day, sink);
                }
                if !sink.row_done().await {
                    break;
                }
            }
            Ok(())
        }
        .boxed()
    }

    fn columns<'a>(&'a mut self, relation: &'a str, from: &'a str) -> Answer<'a, Vec<(String, String)>> {
        described(DIALECT, &mut self.connection, relation, from).boxed()
    }

    fn may_write<'a>(&'a mut self, schema: &'a str) -> Answer<'a, bool> {
        grants::may_write(self, schema).boxed()
    }

    fn estimate<'a>(&'a mut self, select: &'a Question) -> Answer<'a, Option<u64>> {
        async move {
            let plan = bound(&select.after("EXPLAIN ")).fetch_all(&mut self.connection).await;
            let plan = unless_denied(plan.map_err(|e| DIALECT.query_error(&select.relation, &e)))?.unwrap_or_default();
            // MariaDB writes the number of rows as text.
            let number = |row: &MySqlRow, name: &str| match row.try_get::<Option<u64>, _>(name) {
                Ok(number) => number,
                Err(_) => row.try_get::<Option<String>, _>(name).ok().flatten().and_then(|digits| digits.parse().ok()),
            };
            Ok(expected_rows(plan.iter().map(|row| (number(row, "id"), number(row, "rows")))))
        }
        .boxed()
    }

    fn scans<'a>(&'a mut self, select: &'a Question) -> Answer<'a, bool> {
        async move {
            let plan = bound(&select.after("EXPLAIN ")).fetch_all(&mut self.connection).await;
            let plan = unless_denied(plan.map_err(|e| DIALECT.query_error(&select.relation, &e)))?.unwrap_or_default();
            let text = |row: &MySqlRow, name: &str| row.try_get::<Option<String>, _>(name).ok().flatten();
            Ok(plan.iter().any(|row| {
                text(row, "type").as_deref() == Some("ALL")
                    && text(row, "possible_keys").is_none()
                    && text(row, "Extra").is_some_and(|extra| extra.contains("Using where"))
            }))
        }
        .boxed()
    }

    fn identity(&mut self) -> Answer<'_, Option<Identity>> {
        async {
            let variables = texts(&self.answer(&Question::new(VARIABLES, "server"), 2).await?, 2);
            let value = |name: &str| {
                let place = variables.iter().step_by(2).position(|n| n == name)?;
                variables.get(2 * place + 1).filter(|value| !value.is_empty())
            };
            let address = || Some(format!("{}:{}", value("hostname")?, value("port")?));
            let server = value("server_uuid").or_else(|| value("server_uid")).cloned().or_else(address);
            let database = texts(&self.answer(&Question::new(SCHEMA, "server"), 1).await?, 1);
            Ok(server.map(|server| Identity([vec![server], database].concat().join("/"))))
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;

    #[test]
    fn a_plan_without_numbers_expects_nothing() {
        let plan = |lines: &[(Option<u64>, Option<u64>)]| expected_rows(lines.iter().copied());
        assert_eq!(plan(&[(Some(1), None)]), None);
        assert_eq!(plan(&[]), None);
        // Two tables together, a union of another, and the line of the union itself.
        assert_eq!(plan(&[(Some(1), Some(20)), (Some(1), Some(3)), (Some(2), Some(50)), (None, None)]), Some(60));
        assert_eq!(plan(&[(Some(1), Some(0)), (Some(1), Some(9))]), Some(9));
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
        let config = SourceConfig::new(url, "peristiwa".to_owned());
        let refused = open(&config).await.unwrap_err().to_string();
        assert!(refused.contains("needs an encrypted connection") && !refused.contains("baca-saja"), "{refused}");
        server.join().unwrap();
    }
}
