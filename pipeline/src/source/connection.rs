//! The connection to a source, whichever it is, and the watch over a server that falls silent.
//!
//! A server whose machine is gone, or a network that drops what passes, says nothing: without a watch a pull would wait for
//! ever. A server that works on a long question says nothing either, so it is asked by a second connection.

use super::row_filter::{Bind, Dialect};
use super::{Cell, RowSink, SourceConfig, SourceError, Timeouts, csv_folder, mysql, postgres, sqlite};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

#[derive(Debug)]
pub(super) enum Connection {
    Sqlite(sqlite::Database),
    Postgres(sqlx::PgConnection),
    MySql(sqlx::MySqlConnection),
    Csv(csv_folder::Folder),
}

impl Connection {
    pub(super) async fn open(config: &SourceConfig) -> Result<Self, SourceError> {
        config.check()?;
        let (url, timeouts) = (&config.url, config.timeouts);
        Ok(match url.split(':').next().unwrap_or_default() {
            "sqlite" => Self::Sqlite(sqlite::Database::open(url, timeouts, config.rows_per_second.is_some()).await?),
            "postgres" | "postgresql" => {
                Self::Postgres(in_time(config, postgres::NAME, postgres::open(url, config.zone, timeouts)).await?)
            }
            "mysql" | "mariadb" => Self::MySql(in_time(config, mysql::NAME, mysql::open(url, timeouts)).await?),
            "csv" => Self::Csv(csv_folder::open(url, &config.csv_null)?),
            other => return Err(SourceError::UnknownScheme { scheme: other.to_owned() }),
        })
    }

    /// Begins the transaction in which everything is read.
    pub(super) async fn begin(&mut self) -> Result<(), SourceError> {
        match self {
            Self::Postgres(c) => postgres::execute(c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await,
            Self::MySql(c) => mysql::begin(c).await,
            Self::Sqlite(_) | Self::Csv(_) => Ok(()),
        }
    }

    /// Comes before a question that may be refused: in PostgreSQL a refusal aborts the transaction.
    pub(super) async fn set_savepoint(&mut self) -> Result<(), SourceError> {
        if let Self::Postgres(c) = self { postgres::execute(c, "SAVEPOINT ask").await } else { Ok(()) }
    }

    /// Comes after a question that was refused.
    pub(super) async fn back_to_savepoint(&mut self) -> Result<(), SourceError> {
        if let Self::Postgres(c) = self { postgres::execute(c, "ROLLBACK TO SAVEPOINT ask").await } else { Ok(()) }
    }

    pub(super) async fn read(
        &mut self,
        config: &SourceConfig,
        sql: &str,
        binds: &[Bind],
        relation: &str,
        outlet: &mut RowSink,
    ) -> Result<(), SourceError> {
        match self {
            Self::Sqlite(c) => c.read(sql, binds, relation, outlet).await,
            Self::Postgres(c) => postgres::read(c, sql, relation, config.zone, outlet).await.map(drop),
            Self::MySql(c) => mysql::read(c, sql, binds, relation, config.zone, outlet).await,
            Self::Csv(folder) => Err(folder.no_database()),
        }
    }

    /// Names of a relation's columns, and the database's words for their types.
    pub(super) async fn columns(
        &mut self,
        config: &SourceConfig,
        sql: String,
        relation: &str,
    ) -> Result<Vec<(String, String)>, SourceError> {
        match self {
            Self::Sqlite(c) => c.columns(sql, relation).await,
            Self::Postgres(c) => postgres::columns(c, sql, relation).await,
            Self::MySql(c) => mysql::columns(c, sql, relation).await,
            Self::Csv(folder) => folder.columns(config),
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) | Self::Csv(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
            Self::MySql(_) => Dialect::MySql,
        }
    }

    /// One integer that a server answers with; `None` where it answers with no row.
    async fn number(&mut self, config: &SourceConfig, sql: &str) -> Result<Option<i64>, SourceError> {
        let mut outlet = RowSink::new(1, None);
        self.read(config, sql, &[], "server", &mut outlet).await?;
        let answer = outlet.keep();
        match answer.rows().next().map(|row| row.at(0)) {
            Some(Cell::Integer(number)) => Ok(Some(number)),
            Some(_) => Err(self.odd_answer("server", "the number of a session")),
            None => Ok(None),
        }
    }

    /// The server's number for this session. Without it nobody could ask whether the server still serves the session.
    async fn session(&mut self, config: &SourceConfig, sql: &str) -> Result<i64, SourceError> {
        self.number(config, sql).await?.ok_or_else(|| self.odd_answer("server", "the number of this session"))
    }

    /// A database that answers, but not what it was asked.
    pub(super) fn odd_answer(&self, relation: &str, to: &str) -> SourceError {
        SourceError::Query {
            database: self.dialect().database(),
            relation: relation.to_owned(),
            reason: format!("it does not tell {to}"),
            passing: false,
        }
    }
}

/// Gives a server no longer than it may be silent.
async fn in_time<T>(
    config: &SourceConfig,
    database: &'static str,
    answer: impl Future<Output = Result<T, SourceError>>,
) -> Result<T, SourceError> {
    let limit = Duration::from_secs(config.timeouts.answer_s);
    tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| {
        let reason = format!("no answer within {} s", config.timeouts.answer_s);
        Err(SourceError::Unreachable { database, reason, answered: false })
    })
}

/// Looks after a server's session from outside it.
#[derive(Debug)]
pub(super) struct LivenessMonitor {
    config: SourceConfig,
    /// The server's number for the session; files have none, and cannot fall silent.
    session: Option<i64>,
    heard: Heartbeat,
}

/// Counts signs of life.
#[derive(Clone, Debug, Default)]
pub(super) struct Heartbeat(Arc<AtomicU64>);

impl Heartbeat {
    pub(super) fn again(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl LivenessMonitor {
    pub(super) async fn start(connection: &mut Connection, config: &SourceConfig) -> Result<Self, SourceError> {
        let question = match connection {
            Connection::Postgres(_) => Some((postgres::NAME, postgres::SESSION)),
            Connection::MySql(_) => Some((mysql::NAME, mysql::SESSION)),
            Connection::Sqlite(_) | Connection::Csv(_) => None,
        };
        let session = match question {
            Some((database, sql)) => Some(in_time(config, database, connection.session(config, sql)).await?),
            None => None,
        };
        Ok(Self { config: config.clone(), session, heard: Heartbeat::default() })
    }

    /// What rows that come are told to.
    pub(super) fn heard(&self) -> Heartbeat {
        self.heard.clone()
    }

    /// Waits for an answer. When nothing came for a while, asks whether the server still serves the session; and not for
    /// longer than a statement may run, which not every server sees to.
    pub(super) async fn over<T>(&self, answer: impl Future<Output = Result<T, SourceError>>) -> Result<T, SourceError> {
        let Some(session) = self.session else { return answer.await };
        let mut answer = pin!(answer);
        let Timeouts { answer_s, statement_s, .. } = self.config.timeouts;
        let mut silent_s = 0;
        loop {
            let before = self.heard.0.load(Ordering::Relaxed);
            match tokio::time::timeout(Duration::from_secs(answer_s), &mut answer).await {
                Ok(answer) => return answer,
                Err(_) if self.heard.0.load(Ordering::Relaxed) != before => silent_s = 0,
                Err(_) => {
                    silent_s += answer_s;
                    if silent_s > statement_s {
                        return Err(SourceError::Slow { view: self.config.view.clone(), seconds: silent_s });
                    }
                    self.still_serves(session).await?;
                }
            }
        }
    }

    async fn still_serves(&self, session: i64) -> Result<(), SourceError> {
        let mut second = match Connection::open(&self.config).await {
            Ok(second) => second,
            Err(fault @ SourceError::Unreachable { answered: false, .. }) => return Err(fault),
            // A server that rejects the login is still reachable.
            Err(_) => return Ok(()),
        };
        let (database, question) = match second {
            Connection::Postgres(_) => (postgres::NAME, postgres::SERVES),
            _ => (mysql::NAME, mysql::SERVES),
        };
        let question = format!("{question} {session}");
        if in_time(&self.config, database, second.number(&self.config, &question)).await?.is_some() {
            return Ok(());
        }
        let reason = "it has ended this connection, and the network kept silent about it".to_owned();
        Err(SourceError::Unreachable { database, reason, answered: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_does_not_name_its_session_is_an_error_and_no_watch_is_switched_off() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let config = SourceConfig::new(format!("sqlite:{}", file.path().display()), "peristiwa".to_owned());
        let mut connection = Connection::open(&config).await.unwrap();
        assert_eq!(connection.session(&config, "SELECT 7").await.unwrap(), 7);
        for odd in ["SELECT 7 WHERE 1 = 0", "SELECT 'tujuh'", "SELECT NULL"] {
            let refused = connection.session(&config, odd).await.unwrap_err().to_string();
            assert!(refused.contains("it does not tell the number"), "{odd}: {refused}");
        }
        // A server that has ended a session answers with no row.
        assert_eq!(connection.number(&config, "SELECT 7 WHERE 1 = 0").await.unwrap(), None);
        assert!(connection.number(&config, "SELECT 'tujuh'").await.is_err());
    }
}
