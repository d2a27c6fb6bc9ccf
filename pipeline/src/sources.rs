//! Office databases: one relation with one row per workflow event, read inside one read-only snapshot.
//!
//! Reads   the view named in the configuration; optionally outages (`gangguan`) and blank stock (`blangko`)
//! Gives   rows as [`Cell`]s in the order of [`Column::ALL`], ordered by (`recorded_at`, `event_id`)
//! Rule    nothing is ever written to a source
//!
//! Invariant: every driver gives the same cells for the same row; what a value must be is decided in `validate`.

mod error;
mod mysql;
mod postgres;
mod shape;
mod sqlite;
mod window;

pub use error::SourceError;
pub use shape::Shape;
use window::Bind;
pub(crate) use window::Window;

use crate::time;

use chrono_tz::Tz;
use schemas::Column;
use std::collections::BTreeMap;

/// Where the events are and what the office calls them.
#[derive(Clone, Debug)]
pub struct SourceConfig {
    /// `sqlite:PATH`, `postgres://…` or `mysql://…`.
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
}

impl SourceConfig {
    /// What the office calls a column of the contract.
    fn office_name(&self, column: Column) -> String {
        self.columns.get(&column).cloned().unwrap_or_else(|| column.name().to_owned())
    }
}

/// One value as the driver gave it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// No value.
    Null,
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text.
    Text(String),
    /// An instant, microseconds since 1970 UTC.
    Instant(i64),
    /// A date, days since 1970.
    Date(i32),
    /// A value that the driver could not give, with its type and why.
    Unreadable(String),
}

/// One row, in the order of [`Column::ALL`].
pub(crate) type RawRow = Vec<Cell>;

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

/// Called once per row; an error of the caller stops the reading.
pub(crate) type Sink<'a, E> = &'a mut (dyn FnMut(RawRow) -> Result<(), E> + Send);

/// Reading stopped, because of the source or because of who took the rows.
#[derive(Debug)]
pub(crate) enum ReadError<E> {
    /// The source failed.
    Source(SourceError),
    /// The sink refused a row.
    Sink(E),
}

impl<E> From<SourceError> for ReadError<E> {
    fn from(fault: SourceError) -> Self {
        Self::Source(fault)
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
            "postgres" | "postgresql" => Connection::Postgres(postgres::open(&config.url, config.zone).await?),
            "mysql" | "mariadb" => Connection::MySql(mysql::open(&config.url).await?),
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
        let key = self.quoted(&self.config.office_name(Column::EventId));
        let view = self.config.view.clone();
        let sql = format!(
            "SELECT typeof({key}) FROM {} WHERE {key} IS NOT NULL GROUP BY 1 ORDER BY COUNT(*) DESC LIMIT 1",
            self.relation(&view)
        );
        let rows = self.all(&sql, &[], &view).await?;
        Ok(rows.first().map(|row| row.first() == Some(&Cell::Text("integer".to_owned()))))
    }

    /// How many rows the view has in the window.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub(crate) async fn count(&mut self, shape: &Shape, window: &Window) -> Result<u64, SourceError> {
        let condition = self.condition(shape, window);
        let sql = format!("SELECT COUNT(*) FROM {}{}", self.relation(&self.config.view), condition.sql);
        let rows = self.all(&sql, &condition.binds, &self.config.view.clone()).await?;
        Ok(match rows.first().and_then(|row| row.first()) {
            Some(Cell::Integer(n)) => u64::try_from(*n).unwrap_or(0),
            _ => 0,
        })
    }

    /// Gives every row of the window to the sink, ordered by (`recorded_at`, `event_id`).
    ///
    /// # Errors
    /// [`ReadError::Source`] when the database fails, [`ReadError::Sink`] when the sink does.
    pub(crate) async fn events<E: Send>(
        &mut self,
        shape: &Shape,
        window: &Window,
        sink: Sink<'_, E>,
    ) -> Result<(), ReadError<E>> {
        let names: Vec<String> = Column::ALL.into_iter().map(|c| self.quoted(&self.config.office_name(c))).collect();
        let condition = self.condition(shape, window);
        let sql = format!(
            "SELECT {} FROM {}{} ORDER BY {}, {}",
            names.join(", "),
            self.relation(&self.config.view),
            condition.sql,
            self.quoted(&self.config.office_name(Column::RecordedAt)),
            self.quoted(&self.config.office_name(Column::EventId)),
        );
        let relation = self.config.view.clone();
        self.read(&sql, &condition.binds, &relation, sink).await
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
                let [jenis, mulai, selesai] = row else { return None };
                let jenis = if let Cell::Text(t) = jenis { t.clone() } else { String::new() };
                Some(Outage { mulai_us: time::instant(mulai, zone)?, selesai_us: time::instant(selesai, zone)?, jenis })
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
                let [tanggal, Cell::Integer(terima), Cell::Integer(cetak), Cell::Integer(gagal)] = row else {
                    return None;
                };
                Some(Stock { tanggal_days: time::date(tanggal)?, terima: *terima, cetak: *cetak, gagal: *gagal })
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
            Connection::Sqlite(_) => return Ok(false),
            Connection::Postgres(_) => postgres::WRITABLE_TABLES,
            Connection::MySql(_) => "SHOW GRANTS",
        };
        let rows = self.all(sql, &[], "privileges").await?;
        Ok(rows.iter().any(|row| match row.first() {
            Some(Cell::Integer(tables)) => *tables > 0,
            Some(Cell::Text(grant)) => mysql::grants_more_than_reading(grant),
            _ => false,
        }))
    }

    /// Whether the source has a relation of that name.
    pub async fn has_relation(&mut self, name: &str) -> bool {
        self.columns_of(name).await.is_ok()
    }

    async fn table<T: Ord + Send>(
        &mut self,
        table: &str,
        columns: &[&str],
        parse: impl Fn(&[Cell]) -> Option<T> + Send + Sync,
    ) -> Result<(Vec<T>, u64), SourceError> {
        let names: Vec<String> = columns.iter().map(|c| self.quoted(c)).collect();
        let sql = format!("SELECT {} FROM {}", names.join(", "), self.relation(table));
        let found = self.all(&sql, &[], table).await?;
        let mut rows: Vec<T> = found.iter().filter_map(|row| parse(row)).collect();
        let faulty = (found.len() - rows.len()) as u64;
        rows.sort();
        Ok((rows, faulty))
    }

    /// All rows of a small answer.
    async fn all(&mut self, sql: &str, binds: &[Bind], relation: &str) -> Result<Vec<RawRow>, SourceError> {
        let mut rows = Vec::new();
        let sink = &mut |row: RawRow| -> Result<(), std::convert::Infallible> {
            rows.push(row);
            Ok(())
        };
        match self.read(sql, binds, relation, sink).await {
            Ok(()) => Ok(rows),
            Err(ReadError::Source(fault)) => Err(fault),
            Err(ReadError::Sink(never)) => match never {},
        }
    }

    async fn read<E: Send>(
        &mut self,
        sql: &str,
        binds: &[Bind],
        relation: &str,
        sink: Sink<'_, E>,
    ) -> Result<(), ReadError<E>> {
        let zone = self.config.zone;
        match &mut self.connection {
            Connection::Sqlite(c) => sqlite::read(c, sql, binds, relation, sink).await,
            Connection::Postgres(c) => postgres::read(c, sql, binds, relation, zone, sink).await,
            Connection::MySql(c) => mysql::read(c, sql, binds, relation, zone, sink).await,
        }
    }

    async fn columns_of(&mut self, relation: &str) -> Result<Vec<(String, String)>, SourceError> {
        let sql = format!("SELECT * FROM {} WHERE 1 = 0", self.relation(relation));
        match &mut self.connection {
            Connection::Sqlite(c) => sqlite::columns(c, sql, relation).await,
            Connection::Postgres(c) => postgres::columns(c, sql, relation).await,
            Connection::MySql(c) => mysql::columns(c, sql, relation).await,
        }
    }

    fn condition(&self, shape: &Shape, window: &Window) -> window::Condition {
        let cursor = self.quoted(&self.config.office_name(Column::RecordedAt));
        let key = self.quoted(&self.config.office_name(Column::EventId));
        let dialect = match self.connection {
            Connection::Sqlite(_) => window::Dialect::Sqlite,
            Connection::Postgres(_) => window::Dialect::Postgres,
            Connection::MySql(_) => window::Dialect::MySql,
        };
        window::condition(dialect, &cursor, &key, shape, window)
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
