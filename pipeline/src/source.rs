//! Office databases and folders of CSV files: one relation with one row per workflow event, read inside one read-only
//! snapshot.
//!
//! Reads   the view named in the configuration; optionally outages (`gangguan`) and blank stock (`blangko`)
//! Gives   rows as cells in the order of [`Column::ALL`], chunk by chunk
//! Rule    nothing is ever written to a source
//!
//! Invariant: every driver gives the same cells for the same row; what a value must be is decided in `pull::contract`.

mod chunk;
mod config;
mod connection;
mod csv_folder;
mod error;
mod identity;
pub(crate) mod instants;
mod mysql;
mod postgres;
mod privileges;
mod relation_schema;
mod row_digests;
mod row_filter;
mod row_sink;
mod side_tables;
mod span;
mod sqlite;

#[cfg(test)]
pub(crate) use chunk::chunk_of;
pub(crate) use chunk::{Cell, Cells, Chunk, Row};
pub use config::{SourceConfig, Timeouts};
use connection::{Connection, LivenessMonitor};
pub use error::SourceError;
use privileges::unless_denied;
pub use relation_schema::RelationSchema;
pub(crate) use row_digests::{Digested, digest, field, first_60_bits};
use row_filter::Bind;
pub(crate) use row_filter::RowFilter;
use row_sink::RowSink;
pub(crate) use span::Span;

use schemas::{Column, Horizon};
use tokio::sync::mpsc::Sender;

/// Whether those who write into a source must wait for who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writers {
    GoOn,
    /// The user may not know.
    MayWait,
    Wait,
}

/// An open source inside one read-only transaction.
#[derive(Debug)]
pub struct Source {
    config: SourceConfig,
    connection: Connection,
    watch: LivenessMonitor,
    open_since: Option<i64>,
    writers: Writers,
}

impl Source {
    /// Connects and begins the snapshot from which everything is read.
    ///
    /// # Errors
    /// [`SourceError`] when the URL is not readable, the database does not answer or refuses the user.
    pub async fn open(config: SourceConfig) -> Result<Self, SourceError> {
        let mut connection = Connection::open(&config).await?;
        let watch = LivenessMonitor::start(&mut connection, &config).await?;
        let mut source = Self { config, connection, watch, open_since: None, writers: Writers::GoOn };
        source.writers = source.who_writes().await?;
        // Before the snapshot: what it cannot see yet is of a transaction that was open then, or that began later.
        source.open_since = source.oldest_transaction().await?;
        source.watch.over(source.connection.begin()).await?;
        Ok(source)
    }

    /// Rows that the snapshot cannot see may claim to be as old as this, microseconds; `None` where the user may not know.
    pub(crate) fn open_since(&self) -> Option<i64> {
        self.open_since
    }

    /// What becomes of those who write while this is read.
    pub(crate) fn writers(&self) -> Writers {
        self.writers
    }

    async fn who_writes(&mut self) -> Result<Writers, SourceError> {
        if !matches!(self.connection, Connection::MySql(_)) {
            return Ok(Writers::GoOn);
        }
        let (schema, name) = self.schema_and_name();
        let binds = [schema, name.clone(), name].map(Bind::Text);
        let answer = self.all(mysql::ENGINES, &binds, "server", 2).await?;
        Ok(match answer.rows().next().map(|row| (row.at(0), row.at(1))) {
            Some((Cell::Integer(1..), Cell::Integer(0))) => Writers::GoOn,
            Some((Cell::Integer(1..), _)) => Writers::Wait,
            _ => Writers::MayWait,
        })
    }

    /// The view's database, empty where it is the connection's, and the view.
    fn schema_and_name(&self) -> (String, String) {
        let (schema, name) = self.config.view.split_once('.').unwrap_or(("", &self.config.view));
        (schema.to_owned(), name.to_owned())
    }

    async fn oldest_transaction(&mut self) -> Result<Option<i64>, SourceError> {
        let question = match self.connection {
            Connection::Postgres(_) => postgres::OPEN_SINCE,
            Connection::MySql(_) => mysql::OPEN_SINCE,
            Connection::Sqlite(_) | Connection::Csv(_) => return Ok(None),
        };
        let answer = unless_denied(self.all(question, &[], "server", 1).await)?;
        let Some(answer) = answer else { return Ok(None) };
        match answer.rows().next().map(|row| row.at(0)) {
            Some(Cell::Integer(us)) => Ok(Some(us)),
            _ => Err(self.odd_answer("since when transactions are open")),
        }
    }

    /// Compares the view with the contract.
    ///
    /// # Errors
    /// [`SourceError::NoRelation`], [`SourceError::MissingColumns`] or [`SourceError::WrongType`].
    pub async fn shape(&mut self) -> Result<RelationSchema, SourceError> {
        let view = self.config.view.clone();
        let found = self.columns_of(&view).await?;
        let mut shape = relation_schema::compare(&self.config, &found)?;
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
        let sql = format!("SELECT SUM(typeof({key}) = 'integer'), COUNT({key}) FROM {}", self.relation(&view));
        let answer = self.all(&sql, &[], &view, 2).await?;
        let counts = answer.rows().next().map(|row| (row.at(0), row.at(1)));
        match counts {
            Some((Cell::Integer(integers), Cell::Integer(keys))) => Ok((keys > 0).then_some(integers > keys / 2)),
            // The sum over no rows has no value.
            Some((Cell::Null, Cell::Integer(0))) => Ok(None),
            _ => Err(self.odd_answer("the type of its keys")),
        }
    }

    /// Whether it is a folder of files, in which an event may stand in several exports.
    pub(crate) fn is_files(&self) -> bool {
        matches!(self.connection, Connection::Csv(_))
    }

    /// About how many rows the window has: what the server expects, the lines of files, elsewhere a count.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub(crate) async fn estimate(&mut self, shape: &RelationSchema, window: &RowFilter) -> Result<u64, SourceError> {
        if let Connection::Csv(folder) = &self.connection {
            return Ok(folder.waiting(&self.config, &window.files)?.iter().map(|f| f.rows).sum());
        }
        let condition = self.condition(shape, window);
        let view = self.config.view.clone();
        let from = format!("FROM {}{}", self.relation(&view), condition.sql);
        if matches!(self.connection, Connection::Postgres(_)) {
            let answer = self.all(&format!("EXPLAIN (FORMAT JSON) SELECT 1 {from}"), &[], &view, 1).await?;
            let plan = answer.rows().next().map(|row| row.at(0));
            let rows = plan.and_then(postgres::planned_rows);
            return rows.ok_or_else(|| self.odd_answer("the plan of the query"));
        }
        if let Connection::MySql(c) = &mut self.connection
            && let sql = format!("SELECT 1 {from}")
            && let estimate = self.watch.over(mysql::estimate(c, &sql, &condition.binds, &view)).await
            && let Some(Some(rows)) = unless_denied(estimate)?
        {
            return Ok(rows);
        }
        let answer = self.all(&format!("SELECT COUNT(*) {from}"), &condition.binds, &view, 1).await?;
        answer.first_number().ok_or_else(|| self.odd_answer("the number of rows"))
    }

    /// Sends every row of the window, and gives the digests of the files that were read whole, where there are files.
    /// Stops early when nobody takes rows any more.
    ///
    /// # Errors
    /// [`SourceError`] when the source fails.
    pub(crate) async fn events(
        &mut self,
        shape: &RelationSchema,
        window: &RowFilter,
        integer_ids: bool,
        to: Sender<Chunk>,
    ) -> Result<Vec<String>, SourceError> {
        // A reader for whom writers must wait reads as fast as it can.
        let rate = self.config.rows_per_second.filter(|_| self.writers == Writers::GoOn);
        let outlet = RowSink::new(Column::ALL.len(), Some(to)).paced(rate);
        let mut outlet = outlet.heard_by(self.watch.heard());
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
            let (zone, binds) = (self.config.zone, &condition.binds);
            let from = format!("FROM {}{}", self.relation(&relation), condition.sql);
            let sql = format!("SELECT {} {from}", names.join(", "));
            let outlet = &mut outlet;
            let rows = async {
                match &mut self.connection {
                    Connection::Postgres(c) if outlet.is_paced() => {
                        postgres::fetch(c, &sql, &relation, zone, outlet).await
                    }
                    Connection::Postgres(c) => postgres::copy(c, &sql, &shape.types, &relation, zone, outlet).await,
                    Connection::Sqlite(c) => c.events(&names, &from, binds, &relation, outlet).await,
                    other => other.read(&self.config, &sql, binds, &relation, outlet).await,
                }
            };
            self.watch.over(rows).await?;
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
        self.watch.over(self.connection.set_savepoint()).await?;
        let answer = unless_denied(self.all(postgres::SNAPSHOT, &[], "server", 3).await)?;
        if answer.is_none() {
            self.watch.over(self.connection.back_to_savepoint()).await?;
        }
        Ok(answer.and_then(|answer| postgres::horizon(&answer)))
    }

    /// The condition for rows written since an earlier horizon; `None` when the two cannot be compared.
    pub(crate) fn written_since(then: &Horizon, now: &Horizon) -> Option<String> {
        postgres::written_since(then, now)
    }

    /// Whether the source has a relation of that name that the user may read.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub async fn has_relation(&mut self, name: &str) -> Result<bool, SourceError> {
        if let Connection::Csv(folder) = &self.connection {
            return Ok(folder.has(name));
        }
        match self.columns_of(name).await {
            Ok(_) => Ok(true),
            Err(SourceError::NoRelation { .. } | SourceError::Denied { .. }) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// All rows of a small answer.
    async fn all(&mut self, sql: &str, binds: &[Bind], relation: &str, width: usize) -> Result<Chunk, SourceError> {
        let mut outlet = RowSink::new(width, None);
        self.watch.over(self.connection.read(&self.config, sql, binds, relation, &mut outlet)).await?;
        Ok(outlet.keep())
    }

    async fn columns_of(&mut self, relation: &str) -> Result<Vec<(String, String)>, SourceError> {
        let sql = format!("SELECT * FROM {} WHERE 1 = 0", self.relation(relation));
        self.watch.over(self.connection.set_savepoint()).await?;
        let found = self.watch.over(self.connection.columns(&self.config, sql, relation)).await;
        if matches!(found, Err(SourceError::NoRelation { .. } | SourceError::Denied { .. })) {
            self.watch.over(self.connection.back_to_savepoint()).await?;
        }
        found
    }

    fn odd_answer(&self, to: &str) -> SourceError {
        self.connection.odd_answer(&self.config.view, to)
    }

    fn dialect(&self) -> row_filter::Dialect {
        self.connection.dialect()
    }

    fn condition(&self, shape: &RelationSchema, window: &RowFilter) -> row_filter::Condition {
        let cursor = self.quoted(&self.config.office_name(Column::RecordedAt));
        let key = self.quoted(&self.config.office_name(Column::EventId));
        row_filter::condition(self.dialect(), &cursor, &key, shape, window)
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
