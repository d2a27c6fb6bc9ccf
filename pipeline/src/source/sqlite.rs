//! SQLite: opened read-only; one transaction, or one statement. Times are text or seconds since 1970.

use super::chunk::{Cell, OUT_OF_RANGE};
use super::error::{connect_error, one_line, query_error};
use super::{Bind, RowSink, SourceError, Timeouts};
use futures_util::TryStreamExt;
use memchr::memchr2;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, Executor, Row, SqlSafeStr, Sqlite, SqliteConnection, Statement,
    TypeInfo, ValueRef,
};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

pub(super) const NAME: &str = "SQLite";

/// What SQLite says of a table or column that is not there.
const NO_SUCH_THING: &str = "1";

/// SQLite runs in a thread of the driver; with few rows between the two they would wait for each other at every row.
const ROWS_AHEAD: usize = 1_024;

/// An open file.
#[derive(Debug)]
pub(super) struct Database {
    connection: SqliteConnection,
    /// Whether rows are set aside before they are handed on.
    sets_aside: bool,
    /// What was set aside last.
    set_aside: Option<(String, Vec<Bind>)>,
}

impl Database {
    /// Reading a file without a write-ahead log blocks everybody who writes into it. Where rows are to be read slowly, one
    /// statement copies them first, and they are handed on while nothing is blocked; that statement sees one state of the
    /// file. Otherwise everything is read in one transaction.
    pub(super) async fn open(url: &str, timeouts: Timeouts, slowly: bool) -> Result<Self, SourceError> {
        // A path is taken as it is; only one with parameters, which no file has for its name, is read as a URL, where `%` and
        // `?` have a meaning.
        let path = url.trim_start_matches("sqlite:");
        let path = path.strip_prefix("//").unwrap_or(path);
        let options = if path.contains('?') && !Path::new(path).exists() {
            SqliteConnectOptions::from_str(url).map_err(|e| connect_error(NAME, &e))?
        } else {
            let no_file = |reason: &str| SourceError::File {
                path: path.to_owned(),
                reason: format!("{reason}; correct `url` under [source]"),
                passing: false,
            };
            match std::fs::metadata(path) {
                Ok(place) if place.is_dir() => return Err(no_file("it is a folder, not a SQLite file")),
                Err(e) => return Err(no_file(&e.to_string())),
                Ok(_) => SqliteConnectOptions::new().filename(path),
            }
        };
        let options = options.read_only(true).create_if_missing(false);
        let options = options.busy_timeout(Duration::from_secs(timeouts.lock_s));
        let options = options.row_buffer_size(ROWS_AHEAD).disable_statement_logging();
        let mut connection = SqliteConnection::connect_with(&options).await.map_err(|e| connect_error(NAME, &e))?;
        let sets_aside = slowly && !has_write_ahead_log(&mut connection).await?;
        let mut database = Self { connection, sets_aside, set_aside: None };
        if !sets_aside {
            database.execute("BEGIN", &[], "transaction").await?;
        }
        Ok(database)
    }

    async fn execute(&mut self, sql: &str, binds: &[Bind], relation: &str) -> Result<(), SourceError> {
        bound(sql, binds).execute(&mut self.connection).await.map(drop).map_err(|e| query_error(NAME, relation, &e))
    }

    pub(super) async fn columns(&mut self, sql: String, relation: &str) -> Result<Vec<(String, String)>, SourceError> {
        let statement = self.connection.prepare(AssertSqlSafe(sql).into_sql_str()).await;
        let statement = statement.map_err(|e| match &e {
            sqlx::Error::Database(d) if d.code().as_deref() == Some(NO_SUCH_THING) => {
                SourceError::NoRelation { relation: relation.to_owned(), reason: one_line(&e) }
            }
            _ => query_error(NAME, relation, &e),
        })?;
        // The declared type of a SQLite column does not bind its values, so only the values are judged.
        Ok(statement.columns().iter().map(|c| (c.name().to_owned(), String::new())).collect())
    }

    pub(super) async fn read(
        &mut self,
        sql: &str,
        binds: &[Bind],
        relation: &str,
        outlet: &mut RowSink,
    ) -> Result<(), SourceError> {
        let mut rows = bound(sql, binds).fetch(&mut self.connection);
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

    /// A large answer. The driver copies each value on its way out of SQLite's thread, so a row travels as one text: a JSON
    /// array, which keeps integers, texts and missing values apart. Before a row with a BLOB, which JSON has no word for,
    /// stand digits that say where they are.
    pub(super) async fn events(
        &mut self,
        names: &[String],
        rest: &str,
        binds: &[Bind],
        relation: &str,
        outlet: &mut RowSink,
    ) -> Result<(), SourceError> {
        let each =
            |text: &dyn Fn(&String) -> String, between: &str| names.iter().map(text).collect::<Vec<_>>().join(between);
        // Every BLOB is greater than any value of another type.
        let any_blob = each(&|n| format!("{n} >= x''"), " OR ");
        let without = each(&|n| format!("CASE typeof({n}) WHEN 'blob' THEN NULL ELSE {n} END"), ", ");
        let mask = each(&|n| format!("(typeof({n}) = 'blob')"), " || ");
        let plain = names.join(", ");
        let sql = format!(
            "SELECT CASE WHEN {any_blob} THEN {mask} || json_array({without}) ELSE json_array({plain}) END AS array {rest}"
        );
        let mut rows = if self.sets_aside {
            self.set_aside(&sql, binds, relation).await?;
            bound("SELECT array FROM temp.tertib_rows ORDER BY rowid", &[]).fetch(&mut self.connection)
        } else {
            bound(&sql, binds).fetch(&mut self.connection)
        };
        while let Some(row) = rows.try_next().await.map_err(|e| query_error(NAME, relation, &e))? {
            let array = row.try_get_unchecked::<&[u8], _>(0).ok();
            let pushed = array.and_then(|array| push_row(array, names.len(), outlet));
            pushed.ok_or_else(|| SourceError::Query {
                database: NAME,
                relation: relation.to_owned(),
                reason: "SQLite gave a row that is not the array of its values".to_owned(),
                passing: false,
            })?;
            if !outlet.row_done().await {
                break;
            }
        }
        Ok(())
    }

    /// Puts an answer into a temporary table, which SQLite keeps in a file that has no name. Who asks the same again, to know
    /// which rows are second ones, gets the same rows.
    async fn set_aside(&mut self, sql: &str, binds: &[Bind], relation: &str) -> Result<(), SourceError> {
        let asked = (sql.to_owned(), binds.to_vec());
        if self.set_aside.as_ref() != Some(&asked) {
            self.execute("DROP TABLE IF EXISTS temp.tertib_rows", &[], relation).await?;
            self.execute(&format!("CREATE TEMP TABLE tertib_rows AS {sql}"), binds, relation).await?;
            self.set_aside = Some(asked);
        }
        Ok(())
    }
}

async fn has_write_ahead_log(connection: &mut SqliteConnection) -> Result<bool, SourceError> {
    let mode: Result<String, _> = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(connection).await;
    mode.map(|mode| mode == "wal").map_err(|e| query_error(NAME, "journal_mode", &e))
}

fn bound(sql: &str, binds: &[Bind]) -> Query<'static, Sqlite, SqliteArguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for bind in binds {
        query = match bind {
            Bind::Instant(us) => query.bind(us.div_euclid(1_000_000)),
            Bind::Text(text) => query.bind(text.clone()),
        };
    }
    query
}

/// Hands on the values of an array that SQLite wrote. Its strings are the bytes of the column, UTF-8 or not, which is why
/// no reader of JSON takes them.
fn push_row(row: &[u8], width: usize, outlet: &mut RowSink) -> Option<()> {
    let (mask, mut rest) = row.split_at_checked(row.iter().position(|b| *b == b'[')?)?;
    for place in 0..width {
        let before = if place == 0 { b'[' } else { b',' };
        let (_, list) = rest.split_first().filter(|(b, _)| **b == before)?;
        // Nearly all values are texts without escapes.
        if let Some((b'"', text)) = list.split_first()
            && let Some((text, [b'"', after @ ..])) = text.split_at_checked(memchr2(b'"', b'\\', text)?)
        {
            outlet.push(Cell::Bytes(text));
            rest = after;
            continue;
        }
        let (value, after) = list.split_at_checked(length_of(list)?)?;
        rest = after;
        match value {
            [b'"', text @ .., b'"'] => outlet.push(Cell::Bytes(&unescaped(text)?)),
            b"null" if mask.get(place) == Some(&b'1') => outlet.push(Cell::Unreadable("BLOB")),
            b"null" => outlet.push(Cell::Null),
            // What a view makes with SQLite's JSON functions is no string to them.
            [b'{' | b'[', ..] => outlet.push(Cell::Bytes(value)),
            number => {
                let number = std::str::from_utf8(number).ok()?;
                outlet.push(match number.parse() {
                    Ok(integer) => Cell::Integer(integer),
                    Err(_) => Cell::Real(number.parse().ok()?),
                });
            }
        }
    }
    (rest == b"]").then_some(())
}

/// How long the value is with which these bytes begin.
fn length_of(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        match bytes.get(at)? {
            b'"' => loop {
                at += 1 + memchr2(b'"', b'\\', bytes.get(at + 1..)?)?;
                if bytes[at] == b'"' {
                    break;
                }
                at += 1;
            },
            b'[' | b'{' => depth += 1,
            b',' | b']' if depth == 0 => return Some(at),
            b']' | b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
    }
}

fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(|b| *b == b'\\') {
        plain.extend_from_slice(&rest[..at]);
        let (escape, after) = rest[at + 1..].split_first()?;
        rest = after;
        plain.push(match escape {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            // SQLite writes only control characters this way.
            b'u' => {
                let (digits, after) = rest.split_at_checked(4)?;
                rest = after;
                u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?
            }
            other => *other,
        });
    }
    plain.extend_from_slice(rest);
    Some(plain)
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

    #[tokio::test]
    async fn every_kind_of_value_comes_out_of_an_array_as_it_went_in() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let table = r#"CREATE TABLE t (a, b, c, d); INSERT INTO t VALUES
            (7, 'SITI "A" \ x', NULL, ''), (-9223372036854775808, 'a' || char(10, 9, 8, 12, 13, 1, 0, 31) || 'b', 1.5, 9e999),
            (x'1331', '[1]', x'', '{"a":"]"}'), ('7', CAST(x'41ff22' AS TEXT), 'é€😀', '\u0041'), (NULL, NULL, NULL, NULL)"#;
        connection.execute(table).await.unwrap();
        let names: Vec<String> = ["a", "b", "c", "json_array(d)"].map(str::to_owned).into();
        let mut database = Database { connection, sets_aside: false, set_aside: None };
        let mut by_row = RowSink::new(4, None);
        database.read(&format!("SELECT {} FROM t", names.join(", ")), &[], "t", &mut by_row).await.unwrap();
        let mut by_array = RowSink::new(4, None);
        database.events(&names, "FROM t", &[], "t", &mut by_array).await.unwrap();
        database.sets_aside = true;
        let mut set_aside = RowSink::new(4, None);
        database.events(&names, "FROM t", &[], "t", &mut set_aside).await.unwrap();
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

    #[test]
    fn what_is_no_array_of_that_width_is_refused() {
        for array in [
            &b"[1,2]"[..],
            b"[1,2,3",
            b"[1,2,3]x",
            b"",
            b"[1,\"a,3]",
            b"[1,2,3,4]",
            b"1,2,3]",
            b"[1,\"\\",
            b"[1,2,z]",
            b"[1},2,3]",
            b"[1,2,}]",
        ] {
            assert_eq!(push_row(array, 3, &mut RowSink::new(3, None)), None, "{}", String::from_utf8_lossy(array));
        }
    }
}
