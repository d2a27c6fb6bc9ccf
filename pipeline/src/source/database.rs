//! A database as a source: one relation, read over one session whose server is checked while an answer is waited for.
//!
//! Reads   the view named in the configuration, in one read-only transaction
//! Gives   its rows, how many there are and when they were recorded, and what the server tells of itself
//! Rule    what only one database says stands in its [`Dialect`]

use super::dialect::{Answer, Bind, Dialect, EventQuery, Question, Session, unless_denied};
use super::liveness::{LivenessMonitor, in_time};
use super::relation_schema::{self, SourceColumn};
use super::row_filter::{self, Condition};
use super::{
    Cell, Chunk, RelationSchema, RowFilter, RowSink, SourceConfig, SourceError, Translator, Writers, instants,
};
use schemas::{Column, EventId, Horizon, Identity};
use std::collections::BTreeMap;
use tokio::sync::mpsc::Sender;

/// An open database inside one read-only transaction.
#[derive(Debug)]
pub struct Database {
    pub(super) config: SourceConfig,
    pub(super) dialect: &'static dyn Dialect,
    session: Box<dyn Session>,
    liveness: LivenessMonitor,
    /// Rows that the snapshot cannot see may claim to be as old as this, microseconds; `None` where the user may not know.
    pub(super) open_since: Option<i64>,
    /// What becomes of those who write while this is read.
    pub(super) writers: Writers,
}

impl Database {
    /// Connects and begins the snapshot from which everything is read.
    pub(super) async fn open(dialect: &'static dyn Dialect, config: SourceConfig) -> Result<Self, SourceError> {
        let mut session = in_time(dialect, &config, dialect.open(&config)).await?;
        let liveness = LivenessMonitor::start(dialect, session.as_mut(), &config).await?;
        let mut database = Self { config, dialect, session, liveness, open_since: None, writers: Writers::GoOn };
        database.writers = database.who_writes().await?;
        // This comes before the snapshot: a row that the snapshot cannot see was written by a transaction that was open now, or
        // that began later.
        database.open_since = database.oldest_transaction().await?;
        database.liveness.over(database.session.begin()).await?;
        Ok(database)
    }

    async fn who_writes(&mut self) -> Result<Writers, SourceError> {
        let Some(sql) = self.dialect.locked_tables() else { return Ok(Writers::GoOn) };
        let (schema, name) = self.schema_and_name();
        let binds = [schema, name, name].map(|text| Bind::Text(text.to_owned())).into();
        let answer = self.all(Question { binds, ..Question::new(sql, "server") }, 2).await?;
        Ok(match answer.rows().next().map(|row| (row.at(0), row.at(1))) {
            Some((Cell::Integer(1..), Cell::Integer(0))) => Writers::GoOn,
            Some((Cell::Integer(1..), _)) => Writers::Wait,
            _ => Writers::MayWait,
        })
    }

    async fn oldest_transaction(&mut self) -> Result<Option<i64>, SourceError> {
        let Some(sql) = self.dialect.open_since() else { return Ok(None) };
        let Some(answer) = unless_denied(self.all(Question::new(sql, "server"), 1).await)? else { return Ok(None) };
        match answer.rows().next().map(|row| row.at(0)) {
            Some(Cell::Integer(us)) => Ok(Some(us)),
            _ => Err(self.odd_answer("since when transactions are open")),
        }
    }

    /// The view's database, empty where it is the session's, and the view.
    fn schema_and_name(&self) -> (&str, &str) {
        self.config.view.split_once('.').unwrap_or(("", &self.config.view))
    }

    /// Compares the view with the contract.
    pub(super) async fn relation_schema(&mut self) -> Result<RelationSchema, SourceError> {
        let (view, from) = (self.config.view.clone(), self.view());
        let columns = self.described(&view, &from).await?;
        let mut schema = relation_schema::compare(&self.config, &columns)?;
        if schema.integer_ids.is_none() {
            schema.integer_ids = self.key_type_of_most_rows().await?;
        }
        Ok(schema)
    }

    /// The columns of a relation.
    pub(super) async fn columns_of(&mut self, relation: &str) -> Result<Vec<SourceColumn>, SourceError> {
        self.described(relation, &self.dialect.relation(relation)).await
    }

    async fn described(&mut self, relation: &str, from: &str) -> Result<Vec<SourceColumn>, SourceError> {
        let found = self.liveness.over(self.session.columns(relation, from)).await?;
        let typed = |(name, type_name): (String, String)| {
            let kind = self.dialect.type_kind(&type_name);
            SourceColumn { name, type_name, kind }
        };
        Ok(found.into_iter().map(typed).collect())
    }

    /// A column without a type of its own has that of most of its values, so that one stray value decides nothing.
    async fn key_type_of_most_rows(&mut self) -> Result<Option<bool>, SourceError> {
        let key = self.name_of(Column::EventId);
        let Some(integers) = self.dialect.integers_among(&key) else { return Ok(None) };
        let sql = format!("SELECT {integers}, COUNT({key}) {}", self.rows_of_view(""));
        let answer = self.all(Question::new(sql, &self.config.view), 2).await?;
        let counts = answer.rows().next().map(|row| (row.at(0), row.at(1)));
        match counts {
            Some((Cell::Integer(integers), Cell::Integer(keys))) => Ok((keys > 0).then_some(integers > keys / 2)),
            // The sum over no rows has no value.
            Some((Cell::Null, Cell::Integer(0))) => Ok(None),
            _ => Err(self.odd_answer("the type of its keys")),
        }
    }

    /// About how many rows pass the filter: what the database expects, or else a count.
    pub(super) async fn estimate(&mut self, schema: &RelationSchema, filter: &RowFilter) -> Result<u64, SourceError> {
        let condition = self.condition(schema, filter);
        let select = self.question("SELECT 1", condition.clone());
        match self.liveness.over(self.session.estimate(&select)).await? {
            Some(rows) => Ok(rows),
            None => self.count(condition).await,
        }
    }

    pub(super) async fn count(&mut self, condition: Condition) -> Result<u64, SourceError> {
        let answer = self.all(self.question("SELECT COUNT(*)", condition), 1).await?;
        answer.first_number().ok_or_else(|| self.odd_answer("the number of rows"))
    }

    /// What the server's clock shows, microseconds.
    pub(super) async fn clock_us(&mut self) -> Result<Option<i64>, SourceError> {
        let Some(sql) = self.dialect.clock() else { return Ok(None) };
        let answer = self.all(Question::new(sql, "server"), 1).await?;
        match answer.rows().next().map(|row| row.at(0)) {
            Some(Cell::Integer(us)) => Ok(Some(us)),
            _ => Err(self.odd_answer("its time")),
        }
    }

    /// Whether every row is read to find those that pass the filter.
    pub(super) async fn scans(&mut self, schema: &RelationSchema, filter: &RowFilter) -> Result<bool, SourceError> {
        let select = self.question("SELECT 1", self.condition(schema, filter));
        self.liveness.over(self.session.scans(&select)).await
    }

    /// Sends every row that passes the filter.
    pub(super) async fn events(
        &mut self,
        schema: &RelationSchema,
        filter: &RowFilter,
        to: Sender<Chunk>,
    ) -> Result<(), SourceError> {
        // A reader for whom writers must wait reads as fast as it can.
        let rate = self.config.rows_per_second.filter(|_| self.writers == Writers::GoOn);
        let mut sink = RowSink::new(Column::ALL.len(), Some(to)).paced(rate).heard_by(self.liveness.heard());
        sink = sink.translated(Translator::of(&self.config));
        let names = Column::ALL.into_iter().map(|column| self.expression(schema, column)).collect();
        let mut rows = self.question("", self.condition(schema, filter));
        rows.sql.extend(filter.most.map(|rows| format!(" LIMIT {rows}")));
        let query = EventQuery { names, types: &schema.types, rows };
        self.liveness.over(self.session.events(&query, &mut sink)).await?;
        sink.hand_on().await;
        Ok(())
    }

    /// Where the snapshot lies among the server's transactions; `None` where rows do not show that, or the user may not ask.
    pub(super) async fn horizon(&mut self) -> Result<Option<Horizon>, SourceError> {
        let relation = self.dialect.relation(&self.config.view);
        self.liveness.over(self.session.horizon(&relation)).await
    }

    /// Whether the database user may change anything.
    pub(super) async fn may_write(&mut self) -> Result<bool, SourceError> {
        let schema = self.schema_and_name().0.to_owned();
        self.liveness.over(self.session.may_write(&schema)).await
    }

    /// Which server and database it is, as far as a user who may only read is told.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub(crate) async fn identity(&mut self) -> Result<Option<Identity>, SourceError> {
        self.liveness.over(self.session.identity()).await
    }

    /// When the events with these keys were recorded, those that are there.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub(crate) async fn recorded_at(
        &mut self,
        ids: &[EventId<'_>],
    ) -> Result<BTreeMap<String, Option<i64>>, SourceError> {
        let (key, cursor) = (self.name_of(Column::EventId), self.name_of(Column::RecordedAt));
        let condition = row_filter::with_keys(self.dialect, &key, ids);
        let answer = self.all(self.question(&format!("SELECT {key}, {cursor}"), condition), 2).await?;
        let translator = Translator::of(&self.config);
        let instant = |at: Cell<'_>| match &translator {
            Some(translator) => translator.instant(Column::RecordedAt, at),
            None => instants::instant(at, self.config.zone),
        };
        let pair = |(id, at): (Cell<'_>, Cell<'_>)| match id {
            Cell::Integer(n) => Some((n.to_string(), instant(at))),
            Cell::Text(text) => Some((text.to_owned(), instant(at))),
            // Keys of the archive are integers or texts, so that another kind of value is none of those that were asked for.
            _ => None,
        };
        Ok(answer.rows().filter_map(|row| pair((row.at(0), row.at(1)))).collect())
    }

    /// A small answer as a whole.
    pub(super) async fn all(&mut self, question: Question, width: usize) -> Result<Chunk, SourceError> {
        let answer: Answer<'_, Chunk> = self.session.answer(&question, width);
        self.liveness.over(answer).await
    }

    /// A question about rows of the view.
    pub(super) fn question(&self, select: &str, condition: Condition) -> Question {
        let sql = format!("{select} {}", self.rows_of_view(&condition.sql));
        Question { sql: sql.trim_start().to_owned(), binds: condition.binds, relation: self.config.view.clone() }
    }

    fn rows_of_view(&self, condition: &str) -> String {
        format!("FROM {}{condition}", self.view())
    }

    /// The view as it is asked for, or the SELECT that is tried instead.
    fn view(&self) -> String {
        match &self.config.select {
            Some(select) => format!("({select}) AS tertib_rows"),
            None => self.dialect.relation(&self.config.view),
        }
    }

    pub(super) fn condition(&self, schema: &RelationSchema, filter: &RowFilter) -> Condition {
        let (cursor, key) = (self.name_of(Column::RecordedAt), self.name_of(Column::EventId));
        row_filter::condition(self.dialect, &cursor, &key, schema, filter)
    }

    /// What a column is asked for by: its name, or nothing where the view does not have it.
    pub(super) fn expression(&self, schema: &RelationSchema, column: Column) -> String {
        if schema.absent.contains(&column) { self.dialect.nothing().to_owned() } else { self.name_of(column) }
    }

    /// The office's name of a column, quoted.
    pub(super) fn name_of(&self, column: Column) -> String {
        self.dialect.quoted(&self.config.office_name(column))
    }

    pub(super) fn odd_answer(&self, to: &str) -> SourceError {
        self.dialect.odd_answer(&self.config.view, &format!("it does not tell {to}"))
    }
}
