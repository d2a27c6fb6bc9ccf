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

/// A SQLite file that is asked again and again, while others write into it.
#[derive(Debug)]
pub struct SqliteFile {
    db: sqlx::SqliteConnection,
    runtime: tokio::runtime::Runtime,
}

impl SqliteFile {
    /// Opens it. It is asked alone; but whoever reads first after a writer was killed undoes what that one left.
    #[must_use]
    pub fn open(path: &Path) -> Self {
        use sqlx::Connection;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let options = options.busy_timeout(std::time::Duration::from_secs(60));
        let runtime = runtime();
        Self { db: runtime.block_on(sqlx::SqliteConnection::connect_with(&options)).unwrap(), runtime }
    }

    /// The integers of the row that a statement answers with; nothing where a value is null or no row comes.
    pub fn numbers<const N: usize>(&mut self, sql: &str) -> Option<[i64; N]> {
        use sqlx::Row;
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        let row = self.runtime.block_on(sqlx::query(sql).fetch_optional(&mut self.db)).unwrap()?;
        let numbers: Option<Vec<i64>> = (0..N).map(|at| row.get(at)).collect();
        numbers?.try_into().ok()
    }

    /// Every row that a statement answers with, its columns as text.
    pub fn texts<const N: usize>(&mut self, sql: &str) -> Vec<[String; N]> {
        use sqlx::Row;
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        let rows = self.runtime.block_on(sqlx::query(sql).fetch_all(&mut self.db)).unwrap();
        rows.iter().map(|row| std::array::from_fn(|at| row.get::<Option<String>, _>(at).unwrap_or_default())).collect()
    }
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
