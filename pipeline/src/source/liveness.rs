//! Whether a server that is waited for is still there.
//!
//! Reads   rows as they come, and the server's list of its sessions
//! Gives   an error when the server has ended the session, cannot be reached, or is silent for longer than a statement may run
//! Rule    a server that works on a long question is not given up
//!
//! If the server's machine is gone, or the network drops packets, nothing ever comes, and a pull would wait for ever. A server
//! that works on a long question sends nothing either, so a second connection asks whether it is still at work.

use super::dialect::{Dialect, LivenessSql, Question, Session};
use super::row_sink::Heartbeat;
use super::{Cell, SourceConfig, SourceError, Timeouts};
use std::pin::pin;
use std::time::Duration;

/// Waits for an answer for as long as a server may be silent.
pub(super) async fn in_time<T>(
    dialect: &dyn Dialect,
    config: &SourceConfig,
    answer: impl Future<Output = Result<T, SourceError>>,
) -> Result<T, SourceError> {
    // Where there is no server, waiting has limits of its own.
    if dialect.liveness().is_none() {
        return answer.await;
    }
    let limit = Duration::from_secs(config.timeouts.answer_s);
    tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| {
        let reason = format!("no answer within {} s", config.timeouts.answer_s);
        Err(SourceError::Unreachable { database: dialect.name(), reason, answered: false })
    })
}

/// One integer that a server answers with; `None` where it answers with no row.
async fn number(dialect: &dyn Dialect, session: &mut dyn Session, sql: &str) -> Result<Option<i64>, SourceError> {
    let answer = session.answer(&Question::new(sql, "server"), 1).await?;
    match answer.rows().next().map(|row| row.at(0)) {
        Some(Cell::Integer(number)) => Ok(Some(number)),
        Some(_) => Err(no_number(dialect)),
        None => Ok(None),
    }
}

/// The server's number for this session. Without it nobody could ask whether the server still serves the session.
async fn own_number(dialect: &dyn Dialect, session: &mut dyn Session, sql: &str) -> Result<i64, SourceError> {
    number(dialect, session, sql).await?.ok_or_else(|| no_number(dialect))
}

fn no_number(dialect: &dyn Dialect) -> SourceError {
    dialect.odd_answer("server", "it does not tell the number of a session")
}

/// Looks after a server's session from outside it.
#[derive(Debug)]
pub(super) struct LivenessMonitor {
    dialect: &'static dyn Dialect,
    config: SourceConfig,
    /// The server's number for the session; files have none, and cannot fall silent.
    watched: Option<(LivenessSql, i64)>,
    heard: Heartbeat,
}

impl LivenessMonitor {
    pub(super) async fn start(
        dialect: &'static dyn Dialect,
        session: &mut dyn Session,
        config: &SourceConfig,
    ) -> Result<Self, SourceError> {
        let watched = match dialect.liveness() {
            Some(sql) => Some((sql, in_time(dialect, config, own_number(dialect, session, sql.session)).await?)),
            None => None,
        };
        Ok(Self { dialect, config: config.clone(), watched, heard: Heartbeat::default() })
    }

    /// What counts the signs of life of this session.
    pub(super) fn heard(&self) -> Heartbeat {
        self.heard.clone()
    }

    /// Waits for an answer. When nothing has come for a while, asks whether the server still serves the session. Gives up after
    /// the time that a statement may take, since not every server keeps to that limit.
    pub(super) async fn over<T>(&self, answer: impl Future<Output = Result<T, SourceError>>) -> Result<T, SourceError> {
        let Some((sql, session)) = self.watched else { return answer.await };
        let mut answer = pin!(answer);
        let Timeouts { answer_s, statement_s, .. } = self.config.timeouts;
        let mut silent_s = 0;
        loop {
            let before = self.heard.count();
            match tokio::time::timeout(Duration::from_secs(answer_s), &mut answer).await {
                Ok(answer) => return answer,
                Err(_) if self.heard.count() != before => silent_s = 0,
                Err(_) => {
                    silent_s += answer_s;
                    if silent_s > statement_s {
                        return Err(SourceError::Slow { view: self.config.view.clone(), seconds: silent_s });
                    }
                    self.still_serves(sql, session).await?;
                }
            }
        }
    }

    async fn still_serves(&self, sql: LivenessSql, session: i64) -> Result<(), SourceError> {
        let Self { dialect, config, .. } = self;
        let mut second = match in_time(*dialect, config, dialect.open(config)).await {
            Ok(second) => second,
            Err(fault @ SourceError::Unreachable { answered: false, .. }) => return Err(fault),
            // A server that rejects the login is still reachable.
            Err(_) => return Ok(()),
        };
        let question = format!("{} {session}", sql.serves);
        if in_time(*dialect, config, number(*dialect, second.as_mut(), &question)).await?.is_some() {
            return Ok(());
        }
        let reason = "it has ended this connection, and the network kept silent about it".to_owned();
        Err(SourceError::Unreachable { database: dialect.name(), reason, answered: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::dialect;

    #[tokio::test]
    async fn a_server_that_does_not_name_its_session_is_an_error_and_no_watch_is_switched_off() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let config = SourceConfig::new(format!("sqlite:{}", file.path().display()), "peristiwa".to_owned());
        let sqlite = dialect::of_scheme("sqlite").unwrap();
        let mut session = sqlite.open(&config).await.unwrap();
        let session = session.as_mut();
        assert_eq!(own_number(sqlite, session, "SELECT 7").await.unwrap(), 7);
        for odd in ["SELECT 7 WHERE 1 = 0", "SELECT 'tujuh'", "SELECT NULL"] {
            let refused = own_number(sqlite, session, odd).await.unwrap_err().to_string();
            assert!(refused.contains("it does not tell the number"), "{odd}: {refused}");
        }
        // A server that has ended a session answers with no row.
        assert_eq!(number(sqlite, session, "SELECT 7 WHERE 1 = 0").await.unwrap(), None);
        assert!(number(sqlite, session, "SELECT 'tujuh'").await.is_err());
    }
}
