//! Where a source is, what the office calls its columns, and how long it may be kept busy.

use super::DateFormat;
use chrono_tz::Tz;
use schemas::Column;
use std::collections::BTreeMap;

/// How long a source may be kept busy, and waited for.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// The longest a statement may run, seconds.
    pub statement_s: u64,
    /// The longest it may wait for a lock of the office's own work, seconds.
    pub lock_s: u64,
    /// How long a server may be silent before it is asked whether it is still there, seconds.
    pub answer_s: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { statement_s: 3_600, lock_s: 10, answer_s: 60 }
    }
}

/// The contract's words for the office's own, by column; an empty one for no value.
pub type Words = BTreeMap<Column, BTreeMap<String, String>>;

/// Where the events are and what the office calls them.
#[derive(Clone, Debug)]
pub struct SourceConfig {
    /// `sqlite:PATH`, `postgres://…`, `mysql://…` or `csv:FOLDER`.
    pub url: String,
    /// The view or table with one row per event.
    pub view: String,
    /// A SELECT that is tried instead of the view, before there is one.
    pub select: Option<String>,
    /// The office's own column names, where they differ.
    pub columns: BTreeMap<Column, String>,
    /// The contract's words for the office's own, by column; an empty one for no value.
    pub words: Words,
    /// How the office writes days and instants, where it is not as ISO 8601 does.
    pub formats: BTreeMap<Column, DateFormat>,
    /// Table of outages (jenis, mulai, selesai).
    pub outages: Option<String>,
    /// Table of blank stock (tanggal, terima, cetak, gagal).
    pub stock: Option<String>,
    /// Zone in which times without a zone are read.
    pub zone: Tz,
    /// How long it may be kept busy, and waited for.
    pub timeouts: Timeouts,
    /// How many rows a second are read at most; none for as fast as it answers.
    pub rows_per_second: Option<u64>,
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
            select: None,
            columns: BTreeMap::new(),
            words: BTreeMap::new(),
            formats: BTreeMap::new(),
            outages: None,
            stock: None,
            zone: Tz::Asia__Jakarta,
            timeouts: Timeouts::default(),
            rows_per_second: None,
            csv_null: String::new(),
        }
    }

    /// Whether it is a folder of files, which tells nothing of what was recorded since the latest row in it.
    pub(crate) fn is_folder(&self) -> bool {
        self.url.starts_with("csv:")
    }

    /// The names that the relation must have: those of columns that no row may lack, and those that the configuration names.
    pub(super) fn needed_names(&self) -> impl Iterator<Item = String> {
        let is_needed = |column: &Column| column.is_always_read() || self.columns.contains_key(column);
        Column::ALL.into_iter().filter(is_needed).map(|column| self.office_name(column))
    }

    /// What the office calls a column of the contract.
    pub(super) fn office_name(&self, column: Column) -> String {
        self.columns.get(&column).cloned().unwrap_or_else(|| column.name().to_owned())
    }
}
