//! SQLite: opened read-only; one transaction, or one statement. Times are text or seconds since 1970.

mod json_array;

use super::{Answer, Bind, Dialect, EventQuery, LivenessSql, Question, Session, described};
use crate::source::chunk::{Cell, OUT_OF_RANGE};
use crate::source::instants::DAY_US;
use crate::source::{RowSink, SourceConfig, SourceError};
use futures_util::future::ready;
use futures_util::{FutureExt, TryStreamExt};
use json_array::push_row;
use sqlx::error::DatabaseError;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection, TypeInfo, ValueRef};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

const DIALECT: &dyn Dialect = &Sqlite;

/// What SQLite says of a table or column that is not there.
const NO_SUCH_THING: &str = "1";

/// The tables and views of the file.
const TABLES: &str = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1";

/// The foreign keys of its tables; one that names no column points at the table's key.
const LINKS: &str = "SELECT m.name, f.\"from\", f.\"table\", \
     COALESCE(f.\"to\", (SELECT name FROM pragma_table_info(f.\"table\") WHERE pk = 1)) \
     FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";

/// SQLite runs in a thread of the driver. With a small buffer between the two threads, they would wait for each other at every
/// row.
const ROWS_AHEAD: usize = 1_024;

/// SQLite.
#[derive(Debug)]
pub(super) struct Sqlite;

impl Dialect for Sqlite {
    fn name(&self) -> &'static str {
        "SQLite"
    }

    fn schemes(&self) -> &'static [&'static str] {
        &["sqlite"]
    }

    fn url_form(&self) -> &'static str {
        "sqlite:PATH"
    }

    fn open<'a>(&self, config: &'a SourceConfig) -> Answer<'a, Box<dyn Session>> {
        async { Ok(Box::new(open(config).await?) as Box<dyn Session>) }.boxed()
    }

    fn liveness(&self) -> Option<LivenessSql> {
        None
    }

    /// Only one transaction writes at a time, and what it writes is seen as soon as it ends.
    fn open_since(&self) -> Option<&'static str> {
        None
    }

    fn clock(&self) -> Option<&'static str> {
        None
    }

    fn locked_tables(&self) -> Option<&'static str> {
        None
    }

    /// What a clock showed is compared as if it were UTC; Indonesia's clocks are ahead of it.
    fn margins_us(&self, _type_name: &str) -> (i64, i64) {
        (0, DAY_US)
    }

    fn no_instant(&self, cursor: &str) -> String {
        format!("({cursor}) IS NULL")
    }

    fn catalog(&self) -> [&'static str; 2] {
        [TABLES, LINKS]
    }

    fn exact_text(&self, expression: &str) -> String {
        self.as_text(expression)
    }

    fn compares_text(&self) -> bool {
        true
    }

    fn instant(&self, cursor: &str) -> String {
        format!("CASE typeof({cursor}) WHEN 'integer' THEN {cursor} ELSE unixepoch({cursor}) END")
    }

    fn integers_among(&self, column: &str) -> Option<String> {
        Some(format!("SUM(typeof({column}) = 'integer')"))
    }

    fn is_not_there(&self, fault: &dyn DatabaseError) -> bool {
        fault.code().as_deref() == Some(NO_SUCH_THING)
    }
}

/// Reading a file without a write-ahead log blocks everybody who writes into it. If rows are to be read slowly from such a file,
/// one statement copies them first, which sees one state of the file, and they are handed on while nothing is blocked.
/// Otherwise everything is read in one transaction.
async fn open(config: &SourceConfig) -> Result<SqliteSession, SourceError> {
    let url = config.url.as_str();
    // A path is taken as it is; only one with parameters, which no file has for its name, is read as a URL, where `%` and
    // `?` have a meaning.
    let path = url.trim_start_matches("sqlite:");
    let path = path.strip_prefix("//").unwrap_or(path);
    let options = if path.contains('?') && !Path::new(path).exists() {
        SqliteConnectOptions::from_str(url).map_err(|e| DIALECT.connect_error(&e))?
    } else {
        const NEXT: &str = "; correct `url` under [source]";
        match std::fs::metadata(path) {
            Ok(place) if place.is_dir() => {
                let reason = format!("it is a folder, not a SQLite file{NEXT}");
                return Err(SourceError::File { path: path.to_owned(), reason, passing: false });
            }
            Err(e) => return Err(SourceError::file(Path::new(path), &e, NEXT)),
            Ok(_) => SqliteConnectOptions::new().filename(path),
        }
    };
    let options = options.read_only(true).create_if_missing(false);
    let options = options.busy_timeout(Duration::from_secs(config.timeouts.lock_s));
    let options = options.row_buffer_size(ROWS_AHEAD).disable_statement_logging();
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(|e| DIALECT.connect_error(&e))?;
    let sets_aside = config.rows_per_second.is_some() && !has_write_ahead_log(&mut connection).await?;
    Ok(SqliteSession { connection, sets_aside, set_aside: None })
}

async fn has_write_ahead_log(connection: &mut SqliteConnection) -> Result<bool, SourceError> {
    let mode: Result<String, _> = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(connection).await;
    mode.map(|mode| mode == "wal").map_err(|e| DIALECT.query_error("journal_mode", &e))
}

/// The question with its values.
fn bound(question: &Question) -> Query<'static, sqlx::Sqlite, SqliteArguments> {
    let mut query = sqlx::query(AssertSqlSafe(question.sql.clone()));
    for bind in &question.binds {
        query = match bind {
            Bind::Instant(us) => query.bind(us.div_euclid(1_000_000)),
            Bind::Text(text) => query.bind(text.clone()),
        };
    }
    query
}

/// The question for rows as [`push_row`] reads them: each a JSON array, which keeps integers, texts and missing values apart.
/// Before a row with a BLOB, which JSON has no word for, stand digits that say where they are.
fn arrays(query: &EventQuery<'_>) -> Question {
    let each = |text: &dyn Fn(&String) -> String, between: &str| {
        query.names.iter().map(text).collect::<Vec<_>>().join(between)
    };
    // Every BLOB is greater than any value of another type.
    let any_blob = each(&|n| format!("{n} >= x''"), " OR ");
    let without = each(&|n| format!("CASE typeof({n}) WHEN 'blob' THEN NULL ELSE {n} END"), ", ");
    let mask = each(&|n| format!("(typeof({n}) = 'blob')"), " || ");
    let plain = query.names.join(", ");
    query.rows.after(&format!(
        "SELECT CASE WHEN {any_blob} THEN {mask} || json_array({without}) ELSE json_array({plain}) END AS array "
    ))
}

/// An open file.
#[derive(Debug)]
struct SqliteSession {
    connection: SqliteConnection,
    /// Whether rows are set aside before they are handed on.
    sets_aside: bool,
    /// What was set aside last.
    set_aside: Option<Question>,
}

impl SqliteSession {
    async fn execute(&mut self, question: &Question) -> Result<(), SourceError> {
        let done = bound(question).execute(&mut self.connection).await;
        done.map(drop).map_err(|e| DIALECT.query_error(&question.relation, &e))
    }

    /// Puts an answer into a temporary table, which SQLite keeps in a file that has no name, and gives the question for that
    /// table. Whoever asks the same again, to know which rows are second ones, gets the same rows.
    async fn set_aside(&mut self, question: Question) -> Result<Question, SourceError> {
        let relation = question.relation.clone();
        if self.set_aside.as_ref() != Some(&question) {
            self.execute(&Question::new("DROP TABLE IF EXISTS temp.tertib_rows", &relation)).await?;
            self.execute(&question.after("CREATE TEMP TABLE tertib_rows AS ")).await?;
            self.set_aside = Some(question);
        }
        Ok(Question::new("SELECT array FROM temp.tertib_rows ORDER BY rowid", &relation))
    }
}

impl Session for SqliteSession {
    fn begin(&mut self) -> Answer<'_, ()> {
        async { if self.sets_aside { Ok(()) } else { self.execute(&Question::new("BEGIN", "transaction")).await } }
            .boxed()
    }

    fn read<'a>(&'a mut self, question: &'a Question, sink: &'a mut RowSink) -> Answer<'a, ()> {
        async move {
            let mut rows = bound(question).fetch(&mut self.connection);
            while let Some(row) = rows.try_next().await.map_err(|e| DIALECT.query_error(&question.relation, &e))? {
                for i in 0..row.len() {
                    sink.push(cell(&row, i));
                }
                if !sink.row_done().await {
                    break;
                }
            }
            Ok(())
        }
        .boxed()
    }

    /// The declared type of a SQLite column does not bind its values, so only the values are judged.
    fn columns<'a>(&'a mut self, relation: &'a str, from: &'a str) -> Answer<'a, Vec<(String, String)>> {
        async move {
            let found = described(DIALECT, &mut self.connection, relation, from).await?;
            Ok(found.into_iter().map(|(name, _)| (name, String::new())).collect())
        }
        .boxed()
    }

    /// The file is opened read-only, so nobody may.
    fn may_write<'a>(&'a mut self, _schema: &'a str) -> Answer<'a, bool> {
        ready(Ok(false)).boxed()
    }

    /// The driver copies each value on its way out of SQLite's thread, so a row travels as one text.
    fn events<'a>(&'a mut self, query: &'a EventQuery<'a>, sink: &'a mut RowSink) -> Answer<'a, ()> {
        async move {
            let mut question = arrays(query);
            if self.sets_aside {
                question = self.set_aside(question).await?;
            }
            let relation = &question.relation;
            let mut rows = bound(&question).fetch(&mut self.connection);
            while let Some(row) = rows.try_next().await.map_err(|e| DIALECT.query_error(relation, &e))? {
                let array = row.try_get_unchecked::<&[u8], _>(0).ok();
                let pushed = array.and_then(|array| push_row(array, query.names.len(), sink));
                let reason = "SQLite gave a row that is not the array of its values";
                pushed.ok_or_else(|| DIALECT.odd_answer(relation, reason))?;
                if !sink.row_done().await {
                    break;
                }
            }
            Ok(())
        }
        .boxed()
    }
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
    read.unwrap_or(OUT_OF_RANGE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Executor;

    #[tokio::test]
    async fn every_kind_of_value_comes_out_of_an_array_as_it_went_in() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let table = r#"CREATE TABLE t (a, b, c, d); INSERT INTO t VALUES
            (7, 'SITI "A" \ x', NULL, ''), (-9223372036854775808, 'a' || char(10, 9, 8, 12, 13, 1, 0, 31) || 'b', 1.5, 9e999),
            (x'1331', '[1]', x'', '{"a":"]"}'), ('7', CAST(x'41ff22' AS TEXT), 'é€😀', '\u0041'), (NULL, NULL, NULL, NULL)"#;
        connection.execute(table).await.unwrap();
        let names: Vec<String> = ["a", "b", "c", "json_array(d)"].map(str::to_owned).into();
        let query = EventQuery { names, types: &[], rows: Question::new("FROM t", "t") };
        let mut session = SqliteSession { connection, sets_aside: false, set_aside: None };
        let mut by_row = RowSink::new(4, None);
        session.read(&query.select(), &mut by_row).await.unwrap();
        let mut by_array = RowSink::new(4, None);
        session.events(&query, &mut by_array).await.unwrap();
        session.sets_aside = true;
        let mut set_aside = RowSink::new(4, None);
        session.events(&query, &mut set_aside).await.unwrap();
        let (by_row, by_array, set_aside) = (by_row.keep(), by_array.keep(), set_aside.keep());
        assert_eq!((by_row.len(), by_array.len(), set_aside.len()), (5, 5, 5));
        for ((one, other), third) in by_row.rows().zip(by_array.rows()).zip(set_aside.rows()) {
            for place in 0..4 {
                assert_eq!(one.at(place), other.at(place));
                assert_eq!(one.at(place), third.at(place));
            }
        }
        let first = by_array.rows().nth(2).unwrap();
        assert_eq!((first.at(0), first.at(1)), (Cell::Unreadable("BLOB"), Cell::Text("[1]")));
    }
}
