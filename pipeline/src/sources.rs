//! Office databases and folders of CSV files: one relation with one row per workflow event, read inside one read-only
//! snapshot.
//!
//! Reads   the view named in the configuration; optionally outages (`gangguan`) and blank stock (`blangko`)
//! Gives   rows as cells in the order of [`Column::ALL`], chunk by chunk
//! Rule    nothing is ever written to a source
//!
//! Invariant: every driver gives the same cells for the same row; what a value must be is decided in `validate`.

mod chunk;
mod csv;
pub(crate) mod digests;
mod error;
mod mysql;
mod postgres;
mod shape;
mod sqlite;
mod window;

pub(crate) use chunk::{Cell, Chunk, Row};
pub use error::SourceError;
pub use shape::Shape;
use window::Bind;
pub(crate) use window::Window;

use crate::time;

use chrono_tz::Tz;
use schemas::Column;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tokio::sync::mpsc::Sender;

/// How long a source may be kept busy.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// The longest a statement may run, seconds.
    pub statement_s: u64,
    /// The longest it may wait for a lock of the office's own work, seconds.
    pub lock_s: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { statement_s: 3_600, lock_s: 10 }
    }
}

/// Where the events are and what the office calls them.
#[derive(Clone, Debug)]
pub struct SourceConfig {
    /// `sqlite:PATH`, `postgres://…`, `mysql://…` or `csv:FOLDER`.
    pub url: String,
    /// The view or table with one row per event.
    pub view: String,
    /// The office's own column names, where they differ.
    pub columns: BTreeMap<Column, String>,
    /// Table of outages (jenis, mulai, selesai).
    pub outages: Option<String>,
    /// Table of blank stock (tanggal, terima, cetak, gagal).
    pub stock: Option<String>,
    /// Zone in which times without a zone are read.
    pub zone: Tz,
    /// How long it may be kept busy.
    pub timeouts: Timeouts,
    /// What stands in CSV files for no value.
    pub csv_null: String,
}

impl SourceConfig {
    /// A source with the contract's own names and no optional tables.
    #[must_use]
    pub fn new(url: String, view: String) -> Self {
        Self {
            url,
            view,
            columns: BTreeMap::new(),
            outages: None,
            stock: None,
            zone: Tz::Asia__Jakarta,
            timeouts: Timeouts::default(),
            csv_null: String::new(),
        }
    }

    /// What the office calls a column of the contract.
    fn office_name(&self, column: Column) -> String {
        self.columns.get(&column).cloned().unwrap_or_else(|| column.name().to_owned())
    }
}

/// An outage as the source has it, microseconds since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outage {
    /// Start.
    pub mulai_us: i64,
    /// End.
    pub selesai_us: i64,
    /// Kind of outage.
    pub jenis: String,
}

/// Blank cards of one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stock {
    /// Days since 1970.
    pub tanggal_days: i32,
    /// Received.
    pub terima: i64,
    /// Printed.
    pub cetak: i64,
    /// Spoiled.
    pub gagal: i64,
}

/// Where PostgreSQL's transactions stood at a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Horizon {
    /// The cluster and its timeline.
    pub system: String,
    /// Every transaction before this one was over.
    pub xmin: u64,
    /// The next transaction.
    pub next: u64,
}

/// Where a driver puts its rows: to be handed on chunk by chunk, or to be kept together.
#[derive(Debug)]
struct Outlet {
    chunk: Chunk,
    width: usize,
    to: Option<Sender<Chunk>>,
}

impl Outlet {
    fn new(width: usize, to: Option<Sender<Chunk>>) -> Self {
        Self { chunk: Chunk::new(width), width, to }
    }

    /// Called after each row; `false` when nobody takes rows any more.
    async fn row_done(&mut self) -> bool {
        if self.to.is_some() && self.chunk.is_full() { self.hand_on().await } else { true }
    }

    async fn hand_on(&mut self) -> bool {
        let chunk = std::mem::replace(&mut self.chunk, Chunk::new(self.width));
        match &self.to {
            Some(to) => to.send(chunk).await.is_ok(),
            None => false,
        }
    }
}

/// An open source inside one read-only transaction.
#[derive(Debug)]
pub struct Source {
    config: SourceConfig,
    connection: Connection,
}

#[derive(Debug)]
enum Connection {
    Sqlite(sqlx::SqliteConnection),
    Postgres(sqlx::PgConnection),
    MySql(sqlx::MySqlConnection),
    Csv(csv::Folder),
}

impl Source {
    /// Connects and begins the snapshot from which everything is read.
    ///
    /// # Errors
    /// [`SourceError`] when the URL is not readable, the database does not answer or refuses the user.
    pub async fn open(config: SourceConfig) -> Result<Self, SourceError> {
        let scheme = config.url.split(':').next().unwrap_or_default();
        let connection = match scheme {
            "sqlite" => Connection::Sqlite(sqlite::open(&config.url).await?),
            "postgres" | "postgresql" => {
                Connection::Postgres(postgres::open(&config.url, config.zone, config.timeouts).await?)
            }
            "mysql" | "mariadb" => Connection::MySql(mysql::open(&config.url, config.timeouts).await?),
            "csv" => Connection::Csv(csv::open(&config.url, &config.csv_null)?),
            other => return Err(SourceError::UnknownScheme { scheme: other.chars().take(20).collect() }),
        };
        Ok(Self { config, connection })
    }

    /// Compares the view with the contract.
    ///
    /// # Errors
    /// [`SourceError::NoRelation`], [`SourceError::MissingColumns`] or [`SourceError::WrongType`].
    pub async fn shape(&mut self) -> Result<Shape, SourceError> {
        let view = self.config.view.clone();
        let found = self.columns_of(&view).await?;
        let mut shape = shape::compare(&self.config, &found)?;
        if shape.integer_ids.is_none() {
            shape.integer_ids = self.key_type_of_most_rows().await?;
        }
        Ok(shape)
    }

    /// A column without a type of its own has that of most of its values, so that one stray value decides nothing.
    async fn key_type_of_most_rows(&mut self) -> Result<Option<bool>, SourceError> {
        if let Connection::Csv(folder) = &self.connection {
            return folder.integer_ids(&self.config);
        }
        let key = self.quoted(&self.config.office_name(Column::EventId));
        let view = self.config.view.clone();
        let sql = format!(
            "SELECT typeof({key}) FROM {} WHERE {key} IS NOT NULL GROUP BY 1 ORDER BY COUNT(*) DESC LIMIT 1",
            self.relation(&view)
        );
        let answer = self.all(&sql, &[], &view, 1).await?;
        Ok(answer.rows().next().map(|row| row.at(0) == Cell::Text("integer")))
    }

    /// About how many rows the window has: PostgreSQL's own estimate, the lines of files, elsewhere a count.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub(crate) async fn estimate(&mut self, shape: &Shape, window: &Window) -> Result<u64, SourceError> {
        if let Connection::Csv(folder) = &self.connection {
            return Ok(folder.waiting(&self.config, &window.files)?.iter().map(|f| f.rows).sum());
        }
        let condition = self.condition(shape, window);
        let view = self.config.view.clone();
        let from = format!("FROM {}{}", self.relation(&view), condition.sql);
        if matches!(self.connection, Connection::Postgres(_)) {
            let answer = self.all(&format!("EXPLAIN (FORMAT JSON) SELECT 1 {from}"), &[], &view, 1).await?;
            let plan = answer.rows().next().map(|row| row.at(0));
            let Some(Cell::Text(plan)) = plan else { return Ok(0) };
            let plan: serde_json::Value = serde_json::from_str(plan).unwrap_or_default();
            return Ok(plan.pointer("/0/Plan/Plan Rows").and_then(serde_json::Value::as_u64).unwrap_or(0));
        }
        let answer = self.all(&format!("SELECT COUNT(*) {from}"), &condition.binds, &view, 1).await?;
        Ok(match answer.rows().next().map(|row| row.at(0)) {
            Some(Cell::Integer(n)) => u64::try_from(n).unwrap_or(0),
            _ => 0,
        })
    }

    /// First and last instant of recording in the window, microseconds, and its rows; `None` where they have no order.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub(crate) async fn span(&mut self, shape: &Shape, window: &Window) -> Result<Option<(i64, i64, u64)>, SourceError> {
        if shape.text_cursor || matches!(self.connection, Connection::Csv(_)) {
            return Ok(None);
        }
        let condition = self.condition(shape, window);
        let view = self.config.view.clone();
        let cursor = self.quoted(&self.config.office_name(Column::RecordedAt));
        let relation = self.relation(&view);
        let sql = format!("SELECT MIN({cursor}), MAX({cursor}), COUNT(*) FROM {relation}{}", condition.sql);
        let answer = self.all(&sql, &condition.binds, &view, 3).await?;
        let zone = self.config.zone;
        Ok(answer.rows().next().and_then(|row| {
            let Cell::Integer(rows) = row.at(2) else { return None };
            let (first, last) = (time::instant(row.at(0), zone)?, time::instant(row.at(1), zone)?);
            Some((first, last, u64::try_from(rows).ok()?))
        }))
    }

    /// Sends every row of the window, and gives the digests of the files that were read whole, where there are files.
    /// Stops early when nobody takes rows any more.
    ///
    /// # Errors
    /// [`SourceError`] when the source fails.
    pub(crate) async fn events(
        &mut self,
        shape: &Shape,
        window: &Window,
        integer_ids: bool,
        to: Sender<Chunk>,
    ) -> Result<Vec<String>, SourceError> {
        let mut outlet = Outlet::new(Column::ALL.len(), Some(to));
        let mut digests = Vec::new();
        if let Connection::Csv(folder) = &self.connection {
            for file in folder.waiting(&self.config, &window.files)? {
                folder.events(&self.config, &file, integer_ids, &mut outlet).await?;
                digests.push(file.sha256);
            }
        } else {
            let names: Vec<String> =
                Column::ALL.into_iter().map(|c| self.quoted(&self.config.office_name(c))).collect();
            let condition = self.condition(shape, window);
            let relation = self.config.view.clone();
            let sql = format!("SELECT {} FROM {}{}", names.join(", "), self.relation(&relation), condition.sql);
            if let Connection::Postgres(c) = &mut self.connection {
                postgres::copy(c, &sql, &shape.types, &relation, self.config.zone, &mut outlet).await?;
            } else {
                self.read(&sql, &condition.binds, &relation, &mut outlet).await?;
            }
        }
        outlet.hand_on().await;
        Ok(digests)
    }

    /// Where the snapshot lies among PostgreSQL's transactions; `None` elsewhere, for a view, or when the user may not ask.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the connection fails.
    pub(crate) async fn horizon(&mut self) -> Result<Option<Horizon>, SourceError> {
        if !matches!(self.connection, Connection::Postgres(_)) {
            return Ok(None);
        }
        let question = postgres::is_table_question(&self.relation(&self.config.view));
        let answer = self.all(&question, &[], "pg_class", 1).await?;
        if answer.rows().next().map(|row| row.at(0)) != Some(Cell::Integer(1)) {
            return Ok(None);
        }
        Ok(self.ask(postgres::SNAPSHOT, 3).await?.and_then(|answer| postgres::horizon(&answer)))
    }

    /// The condition for rows written since an earlier horizon; `None` when the two cannot be compared.
    pub(crate) fn written_since(then: &Horizon, now: &Horizon) -> Option<String> {
        postgres::written_since(then, now)
    }

    /// When the oldest transaction that still goes on beside ours began, microseconds, where the user may know.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the connection fails.
    pub(crate) async fn open_since(&mut self) -> Result<Option<i64>, SourceError> {
        let question = match self.connection {
            Connection::Postgres(_) => postgres::OPEN_SINCE,
            Connection::MySql(_) => mysql::OPEN_SINCE,
            Connection::Sqlite(_) | Connection::Csv(_) => return Ok(None),
        };
        let zone = if matches!(self.connection, Connection::MySql(_)) { Tz::UTC } else { self.config.zone };
        let answer = self.ask(question, 1).await?;
        Ok(answer.and_then(|a| a.rows().next().and_then(|row| time::instant(row.at(0), zone))))
    }

    /// A question that the database may refuse to this user, which is no fault.
    async fn ask(&mut self, sql: &str, width: usize) -> Result<Option<Chunk>, SourceError> {
        if let Connection::Postgres(c) = &mut self.connection {
            postgres::execute(c, "SAVEPOINT ask").await?;
        }
        match self.all(sql, &[], "server", width).await {
            Ok(answer) => Ok(Some(answer)),
            Err(fault) if fault.is_passing() => Err(fault),
            Err(_) => {
                if let Connection::Postgres(c) = &mut self.connection {
                    postgres::execute(c, "ROLLBACK TO SAVEPOINT ask").await?;
                }
                Ok(None)
            }
        }
    }

    /// The outages, in order of start; `None` when the configuration names no table. Rows without both ends are counted.
    ///
    /// # Errors
    /// [`SourceError`] when the table cannot be read.
    pub async fn outages(&mut self) -> Result<Option<(Vec<Outage>, u64)>, SourceError> {
        let Some(table) = self.config.outages.clone() else { return Ok(None) };
        let zone = self.config.zone;
        let (rows, faulty) = self
            .table(&table, &["jenis", "mulai", "selesai"], |row| {
                let jenis = if let Cell::Text(t) = row.at(0) { t.to_owned() } else { String::new() };
                let (mulai_us, selesai_us) = (time::instant(row.at(1), zone)?, time::instant(row.at(2), zone)?);
                Some(Outage { mulai_us, selesai_us, jenis })
            })
            .await?;
        Ok(Some((rows, faulty)))
    }

    /// The blank stock by day; `None` when the configuration names no table. Unreadable rows are counted.
    ///
    /// # Errors
    /// [`SourceError`] when the table cannot be read.
    pub async fn stock(&mut self) -> Result<Option<(Vec<Stock>, u64)>, SourceError> {
        let Some(table) = self.config.stock.clone() else { return Ok(None) };
        let (rows, faulty) = self
            .table(&table, &["tanggal", "terima", "cetak", "gagal"], |row| {
                let number = |i| if let Cell::Integer(n) = row.at(i) { Some(n) } else { None };
                let (terima, cetak, gagal) = (number(1)?, number(2)?, number(3)?);
                Some(Stock { tanggal_days: time::date(row.at(0))?, terima, cetak, gagal })
            })
            .await?;
        Ok(Some((rows, faulty)))
    }

    /// Whether the database user may change anything. A SQLite file is opened read-only, so there nobody may.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database does not tell.
    pub async fn may_write(&mut self) -> Result<bool, SourceError> {
        let sql = match &self.connection {
            Connection::Sqlite(_) | Connection::Csv(_) => return Ok(false),
            Connection::Postgres(_) => postgres::WRITABLE_TABLES,
            Connection::MySql(_) => "SHOW GRANTS",
        };
        let answer = self.all(sql, &[], "privileges", 1).await?;
        Ok(answer.rows().any(|row| match row.at(0) {
            Cell::Integer(tables) => tables > 0,
            Cell::Text(grant) => mysql::grants_more_than_reading(grant),
            _ => false,
        }))
    }

    /// Whether the source has a relation of that name.
    pub async fn has_relation(&mut self, name: &str) -> bool {
        match &self.connection {
            Connection::Csv(folder) => folder.has(name),
            _ => self.columns_of(name).await.is_ok(),
        }
    }

    async fn table<T: Ord + Send>(
        &mut self,
        table: &str,
        columns: &[&str],
        parse: impl Fn(Row<'_>) -> Option<T> + Send + Sync,
    ) -> Result<(Vec<T>, u64), SourceError> {
        let found = if let Connection::Csv(folder) = &self.connection {
            let mut outlet = Outlet::new(columns.len(), None);
            folder.table(table, columns, &mut outlet).await?;
            outlet.chunk
        } else {
            let names: Vec<String> = columns.iter().map(|c| self.quoted(c)).collect();
            let sql = format!("SELECT {} FROM {}", names.join(", "), self.relation(table));
            self.all(&sql, &[], table, columns.len()).await?
        };
        let mut rows: Vec<T> = found.rows().filter_map(parse).collect();
        let faulty = (found.len() - rows.len()) as u64;
        rows.sort();
        Ok((rows, faulty))
    }

    /// All rows of a small answer.
    async fn all(&mut self, sql: &str, binds: &[Bind], relation: &str, width: usize) -> Result<Chunk, SourceError> {
        let mut outlet = Outlet::new(width, None);
        self.read(sql, binds, relation, &mut outlet).await?;
        Ok(outlet.chunk)
    }

    async fn read(
        &mut self,
        sql: &str,
        binds: &[Bind],
        relation: &str,
        outlet: &mut Outlet,
    ) -> Result<(), SourceError> {
        let zone = self.config.zone;
        match &mut self.connection {
            Connection::Sqlite(c) => sqlite::read(c, sql, binds, relation, outlet).await,
            Connection::Postgres(c) => postgres::read(c, sql, relation, zone, outlet).await,
            Connection::MySql(c) => mysql::read(c, sql, binds, relation, zone, outlet).await,
            // What is asked of files is asked of them directly.
            Connection::Csv(_) => Ok(()),
        }
    }

    async fn columns_of(&mut self, relation: &str) -> Result<Vec<(String, String)>, SourceError> {
        let sql = format!("SELECT * FROM {} WHERE 1 = 0", self.relation(relation));
        match &mut self.connection {
            Connection::Sqlite(c) => sqlite::columns(c, sql, relation).await,
            Connection::Postgres(c) => {
                // A relation that is not there aborts the transaction, so it is asked for inside a savepoint.
                postgres::execute(c, "SAVEPOINT ask").await?;
                let found = postgres::columns(c, sql, relation).await;
                if matches!(found, Err(SourceError::NoRelation { .. })) {
                    postgres::execute(c, "ROLLBACK TO SAVEPOINT ask").await?;
                }
                found
            }
            Connection::MySql(c) => mysql::columns(c, sql, relation).await,
            Connection::Csv(folder) => folder.columns(&self.config),
        }
    }

    /// Length of the slices in which [`Self::day_sums`] adds up, microseconds.
    pub(crate) const DAY_US: i64 = digests::DAY_US;

    /// Rows with `selesai` in a range, and the sum of the first 60 bits of their digests, by day since its beginning.
    /// `None` where the database cannot digest rows as we do.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub(crate) async fn day_sums(
        &mut self,
        shape: &Shape,
        key: &str,
        from_us: i64,
        until_us: i64,
    ) -> Result<Option<BTreeMap<i64, (u64, String)>>, SourceError> {
        let Some(asked) = self.digested(shape, key, from_us, until_us) else { return Ok(None) };
        let (dialect, us) = (self.dialect(), &asked.0.selesai_us);
        let day = match dialect {
            window::Dialect::MySql => format!("({us} - {from_us}) DIV {}", Self::DAY_US),
            _ => format!("({us} - {from_us}) / {}", Self::DAY_US),
        };
        let sum = digests::sum(dialect, &asked.0.digest);
        let sql = format!("SELECT {day}, COUNT(*), {sum} {} GROUP BY 1", asked.1);
        let view = self.config.view.clone();
        let answer = self.all(&sql, &[], &view, 3).await?;
        let rows = answer.rows().filter_map(|row| match (row.at(0), row.at(1), row.at(2)) {
            (Cell::Integer(day), Cell::Integer(n), Cell::Text(sum)) => {
                Some((day, (u64::try_from(n).ok()?, sum.to_owned())))
            }
            _ => None,
        });
        Ok(Some(rows.collect()))
    }

    /// Key and digest of every row with `selesai` in a range.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub(crate) async fn row_digests(
        &mut self,
        shape: &Shape,
        key: &str,
        from_us: i64,
        until_us: i64,
    ) -> Result<Vec<(String, String)>, SourceError> {
        let Some((asked, from)) = self.digested(shape, key, from_us, until_us) else { return Ok(Vec::new()) };
        let id = self.quoted(&self.config.office_name(Column::EventId));
        let text = if self.dialect() == window::Dialect::MySql { "CHAR" } else { "TEXT" };
        let sql = format!("SELECT CAST({id} AS {text}), {} {from}", asked.digest);
        let view = self.config.view.clone();
        let answer = self.all(&sql, &[], &view, 2).await?;
        let pair = |row: Row<'_>| match (row.at(0), row.at(1)) {
            (Cell::Text(id), Cell::Text(digest)) => Some((id.to_owned(), digest.to_owned())),
            _ => None,
        };
        Ok(answer.rows().filter_map(pair).collect())
    }

    /// The expressions of [`digests`] and the FROM and WHERE of the rows in a range of `selesai`.
    fn digested(
        &self,
        shape: &Shape,
        key: &str,
        from_us: i64,
        until_us: i64,
    ) -> Option<(digests::Expressions, String)> {
        let names: Vec<String> = Column::ALL.into_iter().map(|c| self.quoted(&self.config.office_name(c))).collect();
        let asked = digests::expressions(self.dialect(), shape, &names, key)?;
        let selesai = &names[Column::Selesai.index()];
        let literal = |us| match self.dialect() {
            window::Dialect::Postgres => window::instant_literal(us),
            _ => format!("FROM_UNIXTIME({})", us / 1_000_000),
        };
        let (from, until) = (literal(from_us), literal(until_us));
        let relation = self.relation(&self.config.view);
        Some((asked, format!("FROM {relation} WHERE {selesai} >= {from} AND {selesai} < {until}")))
    }

    fn dialect(&self) -> window::Dialect {
        match self.connection {
            Connection::Sqlite(_) | Connection::Csv(_) => window::Dialect::Sqlite,
            Connection::Postgres(_) => window::Dialect::Postgres,
            Connection::MySql(_) => window::Dialect::MySql,
        }
    }

    fn condition(&self, shape: &Shape, window: &Window) -> window::Condition {
        let cursor = self.quoted(&self.config.office_name(Column::RecordedAt));
        let key = self.quoted(&self.config.office_name(Column::EventId));
        window::condition(self.dialect(), &cursor, &key, shape, window)
    }

    /// `schema.view` is quoted part by part.
    fn relation(&self, name: &str) -> String {
        name.split('.').map(|part| self.quoted(part)).collect::<Vec<_>>().join(".")
    }

    fn quoted(&self, name: &str) -> String {
        match self.connection {
            Connection::MySql(_) => format!("`{}`", name.replace('`', "``")),
            _ => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }
}
