//! SQLite databases and CSV files that the tests themselves write and read.

use std::fs;
use std::path::Path;

/// Runs statements on a SQLite file.
pub fn sqlite(path: &Path, statements: &str) {
    use sqlx::Connection;
    let statements = statements.to_owned();
    runtime().block_on(async {
        let url = format!("sqlite:{}", path.display());
        let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    });
}

/// One integer that a statement on a SQLite file answers with.
#[must_use]
pub fn sqlite_number(path: &Path, sql: &str) -> i64 {
    use sqlx::{Connection, Row};
    let (url, sql) = (format!("sqlite:{}", path.display()), sqlx::AssertSqlSafe(sql.to_owned()));
    runtime().block_on(async {
        let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::query(sql).fetch_one(&mut db).await.unwrap().get(0)
    })
}

/// The first column of what a statement on a SQLite file answers with, texts.
#[must_use]
pub fn sqlite_texts(path: &Path, sql: &str) -> Vec<String> {
    use sqlx::{Connection, Row};
    let (url, sql) = (format!("sqlite:{}", path.display()), sqlx::AssertSqlSafe(sql.to_owned()));
    runtime().block_on(async {
        let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::query(sql).fetch_all(&mut db).await.unwrap().iter().map(|row| row.get(0)).collect()
    })
}

/// Writes a relation of a SQLite file as CSV, every value quoted where it must be, no value as nothing.
pub fn export(database: &Path, relation: &str, to: &Path) {
    use sqlx::{Column, Connection, Row};
    let (url, sql) = (format!("sqlite:{}", database.display()), format!("select * from {relation}"));
    let text = runtime().block_on(async {
        let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut db).await.unwrap();
        let head: Vec<&str> = rows[0].columns().iter().map(Column::name).collect();
        let mut lines = vec![head.join(",")];
        for row in &rows {
            let values = (0..row.len()).map(|i| match row.try_get::<Option<i64>, _>(i) {
                Ok(number) => number.map_or_else(String::new, |n| n.to_string()),
                Err(_) => {
                    let text: Option<String> = row.try_get(i).unwrap();
                    text.map_or_else(String::new, |t| format!("\"{}\"", t.replace('"', "\"\"")))
                }
            });
            lines.push(values.collect::<Vec<_>>().join(","));
        }
        lines.join("\n") + "\n"
    });
    fs::write(to, text).unwrap();
}

/// An asynchronous runtime for one call.
#[must_use]
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
