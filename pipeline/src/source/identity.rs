//! Which database is this? As far as one who may only read is told.

use super::privileges::unless_denied;
use super::{Cell, Connection, Source, SourceError, row_filter};
use crate::source::instants;
use schemas::{Column, EventId, Identity};
use std::collections::BTreeMap;

/// The cluster of a PostgreSQL server.
const CLUSTER: &str = "SELECT system_identifier::text FROM pg_control_system()";
/// The database in it.
const DATABASE: &str = "SELECT oid::text || '/' || datname FROM pg_database WHERE datname = current_database()";
/// What MySQL and MariaDB say of a server; MariaDB before 10.11 has no number of its own.
const VARIABLES: &str =
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'server_uid', 'hostname', 'port')";
const SCHEMA: &str = "SELECT COALESCE(DATABASE(), '')";

impl Source {
    /// Which server and database it is; `None` for files, and where the server does not tell.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub(crate) async fn identity(&mut self) -> Result<Option<Identity>, SourceError> {
        match self.connection {
            Connection::Sqlite(_) | Connection::Csv(_) => Ok(None),
            Connection::Postgres(_) => {
                self.watch.over(self.connection.set_savepoint()).await?;
                let cluster = unless_denied(self.texts(CLUSTER, 1).await)?;
                if cluster.is_none() {
                    self.watch.over(self.connection.back_to_savepoint()).await?;
                }
                let database = self.texts(DATABASE, 1).await?;
                Ok(cluster.map(|cluster| Identity([cluster, database].concat().join("/"))))
            }
            Connection::MySql(_) => {
                let variables = self.texts(VARIABLES, 2).await?;
                let value = |name: &str| {
                    let place = variables.iter().step_by(2).position(|n| n == name)?;
                    variables.get(2 * place + 1).filter(|value| !value.is_empty())
                };
                let address = || Some(format!("{}:{}", value("hostname")?, value("port")?));
                let server = value("server_uuid").or_else(|| value("server_uid")).cloned().or_else(address);
                let database = self.texts(SCHEMA, 1).await?;
                Ok(server.map(|server| Identity([vec![server], database].concat().join("/"))))
            }
        }
    }

    /// The texts of a small answer, row by row; empty for what is none.
    async fn texts(&mut self, sql: &str, width: usize) -> Result<Vec<String>, SourceError> {
        let answer = self.all(sql, &[], "server", width).await?;
        let text = |cell: Cell<'_>| if let Cell::Text(text) = cell { text.to_owned() } else { String::new() };
        Ok(answer.rows().flat_map(|row| (0..width).map(move |place| text(row.at(place)))).collect())
    }

    /// When the events with these keys were recorded, those that are there.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub(crate) async fn recorded_at(
        &mut self,
        ids: &[EventId<'_>],
    ) -> Result<BTreeMap<String, Option<i64>>, SourceError> {
        let key = self.quoted(&self.config.office_name(Column::EventId));
        let cursor = self.quoted(&self.config.office_name(Column::RecordedAt));
        let view = self.config.view.clone();
        let condition = row_filter::with_keys(self.dialect(), &key, ids);
        let sql = format!("SELECT {key}, {cursor} FROM {}{}", self.relation(&view), condition.sql);
        let answer = self.all(&sql, &condition.binds, &view, 2).await?;
        let zone = self.config.zone;
        let pair = |(id, at): (Cell<'_>, Cell<'_>)| match id {
            Cell::Integer(n) => Some((n.to_string(), instants::instant(at, zone))),
            Cell::Text(text) => Some((text.to_owned(), instants::instant(at, zone))),
            // Keys of the archive are integers or texts, so that another kind of value is none of those that were asked for.
            _ => None,
        };
        Ok(answer.rows().filter_map(|row| pair((row.at(0), row.at(1)))).collect())
    }
}
