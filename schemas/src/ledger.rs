//! Definition of an official book: which step writes it and what its columns show.

use crate::{LedgerField, Milestone, RowKind};
use serde::{Deserialize, Serialize};

/// One book, from `data/ledgers/<id>.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// Same as the file name.
    pub id: String,
    /// As printed on the book.
    pub title: String,
    /// The SOP step that writes one entry per event.
    pub step: u8,
    /// Where the layout comes from.
    pub source: String,
    /// Printed under the title.
    pub legal_basis: String,
    /// Columns from left to right.
    #[serde(rename = "column")]
    pub columns: Vec<LedgerColumn>,
}

/// A list made from books, events or the stock log, from `data/daftar/<id>.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveList {
    /// Same as the file name.
    pub id: String,
    /// As printed on the list.
    pub title: String,
    /// Where the layout comes from.
    pub source: String,
    /// Printed under the title.
    pub legal_basis: String,
    /// What a row counts, in Indonesian.
    pub unit: String,
    /// What is a row.
    pub rows: ListRows,
    /// The statement by which what the list names is destroyed, where it is made for that.
    pub destruction: Option<ListDestruction>,
    /// Columns from left to right.
    #[serde(rename = "column")]
    pub columns: Vec<LedgerColumn>,
}

impl ArchiveList {
    /// The book that it is made from, if it is from one.
    #[must_use]
    pub fn book(&self) -> Option<&str> {
        match &self.rows {
            ListRows::Batch { of } | ListRows::Entry { of } | ListRows::Month { of, .. } => Some(of),
            ListRows::Event { .. } | ListRows::Day | ListRows::ServiceDay => None,
        }
    }
}

/// The draft of a statement of destruction (berita acara pemusnahan) that belongs to a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListDestruction {
    /// Its file name without month and ending.
    pub id: String,
    /// As printed.
    pub title: String,
    /// Where its form comes from.
    pub source: String,
    /// What is destroyed, in Indonesian.
    pub object: String,
    /// What is counted, in Indonesian.
    pub unit: String,
    /// The column by which it is summed up.
    pub by: LedgerField,
    /// The column that is summed up; rows are counted where there is none.
    pub count: Option<LedgerField>,
    /// Who else signs.
    pub witnesses: Vec<String>,
}

/// What is a row of a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "per", rename_all = "snake_case", deny_unknown_fields)]
pub enum ListRows {
    /// A batch that has entries in a book in the month.
    Batch {
        /// Id of the book.
        of: String,
    },
    /// An entry of a book in the month, by batch.
    Entry {
        /// Id of the book.
        of: String,
    },
    /// An event of the month that is one of these.
    Event {
        /// The first that fits gives the row its label.
        cases: Vec<ListCase>,
    },
    /// A day of the stock log in the month.
    Day,
    /// A day of the month on which someone was recorded or a card printed, with counts of the whole office.
    ServiceDay,
    /// A month whose entries of a book are past a time of the retention schedule, at the end of the month asked for.
    Month {
        /// Id of the book.
        of: String,
        /// Which time.
        past: Retention,
    },
}

/// Which events belong to a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListCase {
    /// What the outcome means.
    pub milestone: Milestone,
    /// Only these kinds of application.
    pub jenis: Option<Vec<String>>,
    /// Printed in the column `sebab`.
    pub label: String,
}

/// A time of the retention schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retention {
    /// In use: afterwards inactive.
    Active,
    /// Kept: afterwards what the schedule says is done, and only what it says may be destroyed is listed.
    Retention,
}

/// One row of the office's retention schedule, `data/jra.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionRow {
    /// Classification code that it is for.
    pub kode: String,
    /// Years in use.
    pub aktif_tahun: u32,
    /// Years kept afterwards.
    pub inaktif_tahun: u32,
    /// What is done then.
    pub akhir: FinalAction,
    /// The decree.
    pub dasar: String,
}

/// What is done at the end of retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinalAction {
    /// May be destroyed.
    Musnah,
    /// Is kept for ever.
    Permanen,
    /// Is looked at again.
    DinilaiKembali,
}

/// One column of a book.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerColumn {
    /// Head, in Indonesian.
    pub label: String,
    /// What it shows.
    pub field: LedgerField,
    /// Relative width.
    pub width: u32,
    /// How it is set.
    pub align: Align,
    /// What the field `tetap` prints in every row.
    #[serde(default)]
    pub text: String,
}

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Flush left.
    Left,
    /// Centred.
    Center,
    /// Flush right.
    Right,
}

impl ListRows {
    /// What one of them is.
    #[must_use]
    pub fn kind(&self) -> RowKind {
        match self {
            Self::Batch { .. } => RowKind::Batch,
            Self::Entry { .. } => RowKind::Item,
            Self::Event { .. } => RowKind::Case,
            Self::Day => RowKind::Day,
            Self::ServiceDay => RowKind::ServiceDay,
            Self::Month { .. } => RowKind::Month,
        }
    }
}
