//! `[source]`: where events come from, what the office calls things, and how gently it is read.

use super::values::{Word, date_formats, words};
use super::{Config, relative_path};
use anyhow::Result;
use pipeline::{SourceConfig, Timeouts};
use schemars::JsonSchema;
use schemas::Column;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::PathBuf;

/// `[source]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct SourceSection {
    /// Under which name the archive keeps the cursor.
    #[serde(default = "default_name")]
    pub name: String,
    /// `sqlite:PATH`, `postgres://…`, `mysql://…` or `csv:FOLDER`; where it is not written down, `TERTIB_SOURCE_URL` says it.
    #[serde(default)]
    pub url: String,
    /// File with the URL as its only line, in place of `url`.
    pub url_file: Option<PathBuf>,
    /// Relation with one row per event.
    #[serde(default = "default_view")]
    pub view: String,
    /// Table of outages.
    pub outages: Option<String>,
    /// Table of blank-card stock.
    pub stock: Option<String>,
    /// Zone of the times that it stores without one; the office's where it names none.
    pub zone: Option<String>,
    /// How far before the cursor to read again.
    #[serde(default = "default_lookback")]
    pub lookback_days: u32,
    /// Rows beyond which a backlog is read in slices, each in a transaction and a commit of its own.
    #[serde(default = "default_slice_rows")]
    pub slice_rows: NonZeroU64,
    /// The longest a statement may run in the source.
    #[serde(default = "default_statement_timeout")]
    pub statement_timeout_seconds: NonZeroU64,
    /// The longest a statement may wait there for a lock.
    #[serde(default = "default_lock_timeout")]
    pub lock_timeout_seconds: NonZeroU64,
    /// How long a server may be silent before it is asked whether it is still there.
    #[serde(default = "default_answer_timeout")]
    pub answer_timeout_seconds: NonZeroU64,
    /// How many rows a second are read at most.
    pub rows_per_second: Option<NonZeroU64>,
    /// How often to try again when the source goes away.
    #[serde(default = "default_source_retries")]
    pub retries: usize,
    /// Whether a database user who may change data is accepted.
    #[serde(default)]
    pub may_write: bool,
    /// What stands in CSV files for no value.
    #[serde(default)]
    pub csv_null: String,
    /// The office's column names, where they differ from the contract's.
    #[serde(default)]
    pub columns: BTreeMap<Column, String>,
    /// The contract's words for the office's own, by column.
    #[serde(default)]
    pub values: BTreeMap<Column, BTreeMap<String, Word>>,
    /// How the office writes days and times, by column.
    #[serde(default)]
    pub formats: BTreeMap<Column, String>,
}

fn default_name() -> String {
    "kantor".to_owned()
}

fn default_view() -> String {
    "workflow_events".to_owned()
}

fn default_lookback() -> u32 {
    14
}

/// To a database, no seconds at all are no limit.
fn non_zero(number: u64) -> NonZeroU64 {
    NonZeroU64::new(number).unwrap_or(NonZeroU64::MIN)
}

fn default_slice_rows() -> NonZeroU64 {
    non_zero(20_000_000)
}

fn default_statement_timeout() -> NonZeroU64 {
    non_zero(Timeouts::default().statement_s)
}

fn default_lock_timeout() -> NonZeroU64 {
    non_zero(Timeouts::default().lock_s)
}

fn default_answer_timeout() -> NonZeroU64 {
    non_zero(Timeouts::default().answer_s)
}

fn default_source_retries() -> usize {
    6
}

impl Config {
    /// What the pipeline needs to know of the source.
    ///
    /// # Errors
    /// When the zone is unknown, or not the office's though `[office]` names none, or a format can be meant in two ways.
    pub(crate) fn source_config(&self) -> Result<SourceConfig> {
        let source = &self.source;
        Ok(SourceConfig {
            url: self.absolute_url(),
            view: source.view.clone(),
            select: None,
            columns: source.columns.clone(),
            words: words(&source.values),
            formats: date_formats(&source.formats)?,
            outages: source.outages.clone(),
            stock: source.stock.clone(),
            zone: self.source_zone()?,
            timeouts: Timeouts {
                statement_s: source.statement_timeout_seconds.get(),
                lock_s: source.lock_timeout_seconds.get(),
                answer_s: source.answer_timeout_seconds.get(),
            },
            rows_per_second: source.rows_per_second.map(NonZeroU64::get),
            csv_null: source.csv_null.clone(),
        })
    }

    /// A relative path starts at the configuration's folder.
    fn absolute_url(&self) -> String {
        match relative_path(&self.source.url) {
            Some((scheme, path)) => format!("{scheme}:{}", self.folder.join(path).display()),
            None => self.source.url.clone(),
        }
    }
}
