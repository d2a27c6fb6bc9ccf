//! Office databases and folders of CSV files: one relation with one row per workflow event, read inside one read-only
//! snapshot.
//!
//! Reads   the view named in the configuration; optionally outages (`gangguan`) and blank stock (`blangko`)
//! Gives   rows as cells in the order of [`Column::ALL`](schemas::Column::ALL), chunk by chunk
//! Rule    nothing is ever written to a source
//!
//! Invariant: every database gives the same cells for the same row; what a value must be is decided in `pull::contract`.

mod catalog;
mod chunk;
mod config;
mod csv_folder;
mod database;
mod date_format;
mod dialect;
mod error;
mod health;
pub(crate) mod instants;
mod liveness;
mod relation_schema;
mod row_digests;
mod row_filter;
mod row_sink;
mod side_tables;
mod span;
mod translation;

pub use catalog::{Catalog, CatalogColumn, CatalogTable, Link, Profile};
#[cfg(test)]
pub(crate) use chunk::chunk_of;
pub(crate) use chunk::{Cell, Cells, Chunk, Row};
pub use config::{SourceConfig, Timeouts, Words};
use csv_folder::Folder;
pub(crate) use database::Database;
pub use date_format::DateFormat;
use dialect::Dialect;
pub(crate) use dialect::DigestSql;
pub use error::SourceError;
pub use health::SourceHealth;
pub use relation_schema::RelationSchema;
pub(crate) use row_digests::{digest, field, first_60_bits};
pub(crate) use row_filter::RowFilter;
use row_sink::RowSink;
pub(crate) use span::Span;
use translation::Translator;

use schemas::Horizon;
use std::ops::Range;
use tokio::sync::mpsc::Sender;

/// Whether those who write into a source must wait for those who read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writers {
    GoOn,
    /// The user may not know.
    MayWait,
    Wait,
}

/// An open source.
#[derive(Debug)]
pub enum Source {
    /// A database inside one read-only transaction.
    Database(Box<Database>),
    /// A folder of CSV files, in which an event may stand in several exports.
    Folder(Box<Folder>),
}

impl SourceConfig {
    /// Whether the URL names a kind of source that tertib reads.
    ///
    /// # Errors
    /// [`SourceError::Url`] or [`SourceError::UnknownScheme`].
    pub fn check(&self) -> Result<(), SourceError> {
        self.dialect().map(drop)
    }

    /// The dialect of the database that the URL names; `None` for a folder of files.
    fn dialect(&self) -> Result<Option<&'static dyn Dialect>, SourceError> {
        let Some((scheme, _)) = self.url.split_once(':') else {
            let reason = "it names no kind of database; write sqlite: before the path of a SQLite file, or the whole URL in \
                          TERTIB_SOURCE_URL";
            return Err(SourceError::Url { reason: reason.to_owned() });
        };
        let dialect = dialect::of_scheme(scheme);
        if dialect.is_none() && !self.is_folder() {
            let (scheme, known) = (scheme.chars().take(20).collect(), dialect::url_forms().join(", "));
            return Err(SourceError::UnknownScheme { scheme, known });
        }
        Ok(dialect)
    }
}

impl Source {
    /// Connects and begins the snapshot from which everything is read.
    ///
    /// # Errors
    /// [`SourceError`] when the URL is not readable, the database does not answer or refuses the user.
    pub async fn open(config: SourceConfig) -> Result<Self, SourceError> {
        match config.dialect()? {
            Some(dialect) => Ok(Self::Database(Box::new(Database::open(dialect, config).await?))),
            None => Ok(Self::Folder(Box::new(Folder::open(config)?))),
        }
    }

    /// The database, for what only a database can be asked.
    pub(crate) fn database(&mut self) -> Option<&mut Database> {
        match self {
            Self::Database(database) => Some(database.as_mut()),
            Self::Folder(_) => None,
        }
    }

    /// Whether it is a folder of files, in which an event may stand in several exports.
    pub(crate) fn is_folder(&self) -> bool {
        matches!(self, Self::Folder(_))
    }

    fn config(&self) -> &SourceConfig {
        match self {
            Self::Database(database) => &database.config,
            Self::Folder(folder) => &folder.config,
        }
    }

    /// Rows that the snapshot cannot see may claim to be as old as this, microseconds; `None` where the user may not know.
    pub(crate) fn open_since(&self) -> Option<i64> {
        match self {
            Self::Database(database) => database.open_since,
            Self::Folder(_) => None,
        }
    }

    /// What becomes of those who write while this is read.
    pub(crate) fn writers(&self) -> Writers {
        match self {
            Self::Database(database) => database.writers,
            Self::Folder(_) => Writers::GoOn,
        }
    }

    /// Compares the view with the contract.
    ///
    /// # Errors
    /// [`SourceError::NoRelation`], [`SourceError::MissingColumns`] or [`SourceError::WrongType`].
    pub async fn relation_schema(&mut self) -> Result<RelationSchema, SourceError> {
        match self {
            Self::Database(database) => database.relation_schema().await,
            Self::Folder(folder) => {
                let schema = relation_schema::compare(&folder.config, &folder.columns()?)?;
                Ok(RelationSchema { integer_ids: folder.integer_ids()?, ..schema })
            }
        }
    }

    /// Whether the database user may change anything, also where the database does not say so clearly. Files are only read.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database does not tell.
    pub async fn may_write(&mut self) -> Result<bool, SourceError> {
        match self {
            Self::Database(database) => database.may_write().await,
            Self::Folder(_) => Ok(false),
        }
    }

    /// About how many rows pass the filter: what the server expects, the lines of files, elsewhere a count.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub(crate) async fn estimate(&mut self, schema: &RelationSchema, filter: &RowFilter) -> Result<u64, SourceError> {
        match self {
            Self::Database(database) => database.estimate(schema, filter).await,
            Self::Folder(folder) => folder.estimate(filter),
        }
    }

    /// The span of the rows that pass the filter and were recorded within `plausible`; `None` where there are none, or where
    /// rows have no order.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails, or does not tell what it was asked.
    pub(crate) async fn span(
        &mut self,
        schema: &RelationSchema,
        filter: &RowFilter,
        plausible: &Range<i64>,
    ) -> Result<Option<Span>, SourceError> {
        match self {
            Self::Database(database) => database.span(schema, filter, plausible).await,
            Self::Folder(_) => Ok(None),
        }
    }

    /// Sends every row that passes the filter, and gives the digests of the files that were read whole, where there are files.
    /// Stops early when nobody takes rows any more.
    ///
    /// # Errors
    /// [`SourceError`] when the source fails.
    pub(crate) async fn events(
        &mut self,
        schema: &RelationSchema,
        filter: &RowFilter,
        integer_ids: bool,
        to: Sender<Chunk>,
    ) -> Result<Vec<String>, SourceError> {
        match self {
            Self::Database(database) => database.events(schema, filter, to).await.map(|()| Vec::new()),
            Self::Folder(folder) => folder.events(filter, integer_ids, to).await,
        }
    }

    /// Where the snapshot lies among the server's transactions; `None` where rows do not show that, or the user may not ask.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the connection fails.
    pub(crate) async fn horizon(&mut self) -> Result<Option<Horizon>, SourceError> {
        match self {
            Self::Database(database) => database.horizon().await,
            Self::Folder(_) => Ok(None),
        }
    }

    /// The condition for rows written since an earlier horizon; `None` when the two cannot be compared.
    pub(crate) fn written_since(&self, then: &Horizon, now: &Horizon) -> Option<String> {
        match self {
            Self::Database(database) => database.dialect.written_since(then, now),
            Self::Folder(_) => None,
        }
    }

    /// Whether the source has a relation of that name that the user may read.
    ///
    /// # Errors
    /// [`SourceError::Query`] when the database fails.
    pub async fn has_relation(&mut self, name: &str) -> Result<bool, SourceError> {
        match self {
            Self::Database(database) => match database.columns_of(name).await {
                Ok(_) => Ok(true),
                Err(SourceError::NoRelation { .. } | SourceError::Denied { .. }) => Ok(false),
                Err(fault) => Err(fault),
            },
            Self::Folder(folder) => Ok(folder.has(name)),
        }
    }
}
