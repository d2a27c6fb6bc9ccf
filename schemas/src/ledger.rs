//! The definitions of official books and lists.
//!
//! Reads   data/ledgers, data/daftar, data/jra.toml
//! Gives   which step writes a book, what is a row of a list, and what the columns of both show

use crate::{DocumentGroup, LedgerField, Milestone, OldCard, RowKind};
use serde::{Deserialize, Serialize};

/// The definition of a book, from `data/ledgers/<id>.toml`.
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
    /// The post that keeps it and signs; without one, who answers for the office's papers.
    pub signer: Option<String>,
    /// The least height of a row in millimetres, where people sign in one.
    pub row_mm: Option<u32>,
    /// Columns from left to right.
    #[serde(rename = "column")]
    pub columns: Vec<LedgerColumn>,
}

/// The definition of a list that is made from a book, events or the stock log, from `data/daftar/<id>.toml`.
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
    /// By which it is asked for together with others.
    #[serde(default)]
    pub group: DocumentGroup,
    /// The post that keeps it and signs; without one, who answers for the office's papers.
    pub signer: Option<String>,
    /// The least height of a row in millimetres, where people sign in one.
    pub row_mm: Option<u32>,
    /// What its rows count, in Indonesian.
    pub unit: String,
    /// What its closing says of how it is to be read, in Indonesian.
    #[serde(default)]
    pub note: String,
    /// What a row is.
    pub rows: ListRows,
    /// The statement of destruction, if the list names what is to be destroyed.
    pub destruction: Option<ListDestruction>,
    /// Columns from left to right.
    #[serde(rename = "column")]
    pub columns: Vec<LedgerColumn>,
}

impl ArchiveList {
    /// Returns the id of the book from which it is made, if it is made from one.
    #[must_use]
    pub fn book(&self) -> Option<&str> {
        match &self.rows {
            ListRows::Batch { of } | ListRows::Entry { of } | ListRows::Month { of, .. } => Some(of),
            _ => None,
        }
    }
}

/// The draft of a statement of destruction (berita acara pemusnahan) that belongs to a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListDestruction {
    /// The file name without month and ending.
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
    /// The column whose numbers are added up; without one, rows are counted.
    pub count: Option<LedgerField>,
    /// The witnesses, who also sign.
    pub witnesses: Vec<String>,
}

/// What a row of a list is.
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
    /// An event of the month that is one of these cases.
    Event {
        /// The cases. The first one that fits gives the row its label.
        cases: Vec<ListCase>,
    },
    /// A day of the stock log in the month.
    Day,
    /// A day of the month on which somebody was recorded or a card was printed, with the counts of the whole office.
    ServiceDay,
    /// A card that is printed and not handed over at the end of the month, by pekon.
    Uncollected,
    /// A pekon or kelurahan of which something came, went or is open.
    Pekon,
    /// An outage that touched the month.
    Outage,
    /// A book of the month.
    Register,
    /// A line of the account of blanks.
    StockLine,
    /// A month whose entries in a book are past a retention period at the end of the requested month.
    Month {
        /// Id of the book.
        of: String,
        /// The retention period.
        past: RetentionPeriod,
    },
}

/// A case: the events that belong to a list for one reason.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListCase {
    /// The milestone that their outcome is.
    pub milestone: Milestone,
    /// Their kinds of application; all kinds if there is no list.
    pub jenis: Option<Vec<String>>,
    /// The reason, which the column `sebab` shows.
    pub label: String,
    /// Whether it follows from the kind of application alone that a card should have been taken in, so that a person must say of each
    /// whether it was.
    #[serde(default)]
    pub presumed: bool,
    /// What the source says of the old card; whatever it says or does not if there is nothing here.
    pub old_card: Option<OldCard>,
}

impl ListCase {
    /// Whether the card of the case is known not to be at the office, so that nobody can destroy it.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        self.old_card == Some(OldCard::NotReceived)
    }
}

/// A period of the retention schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetentionPeriod {
    /// The period in use; afterwards the archive is inactive.
    Active,
    /// The whole period; afterwards the final action is due. Only what may then be destroyed is listed.
    #[serde(rename = "retention")]
    Whole,
}

/// One row of the office's retention schedule, `data/jra.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionRow {
    /// The classification code that it is for.
    pub kode: String,
    /// The years in use.
    pub aktif_tahun: u32,
    /// The years for which it is kept afterwards.
    pub inaktif_tahun: u32,
    /// The final action.
    pub akhir: FinalAction,
    /// The decree.
    pub dasar: String,
}

/// The action at the end of retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinalAction {
    /// It may be destroyed.
    Musnah,
    /// It is kept for ever.
    Permanen,
    /// It is assessed again.
    DinilaiKembali,
}

/// A column of a book or list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerColumn {
    /// The heading, in Indonesian.
    pub label: String,
    /// The field that it shows.
    pub field: LedgerField,
    /// Its relative width.
    pub width: u32,
    /// Its alignment.
    pub align: Align,
    /// The text that the field `tetap` shows in every row.
    #[serde(default)]
    pub text: String,
    /// What stands under the column at the end of the list; nothing without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<ColumnTotal>,
}

/// What stands under a column of numbers at the end of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnTotal {
    /// The sum of its numbers; nothing where no row has one.
    Sum,
    /// Its last number, as for what is left.
    Last,
    /// The sum of what is recorded, and for how many berkas nothing is.
    Recorded,
}

impl LedgerColumn {
    /// Whether what stands under it at the end says something: sheets, which are not always counted, are never summed up as if they were.
    #[must_use]
    pub fn can_be_totalled(&self) -> bool {
        match self.total {
            None => true,
            Some(ColumnTotal::Recorded) => self.field == LedgerField::JumlahLembar,
            Some(ColumnTotal::Sum | ColumnTotal::Last) => self.field.is_count(),
        }
    }

    /// Returns a column that shows a field and nothing more is known of.
    #[must_use]
    pub fn of(label: &str, field: LedgerField) -> Self {
        Self { label: label.to_owned(), field, width: 1, align: Align::Left, text: String::new(), total: None }
    }
}

/// The alignment of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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
    /// Returns the kind of its rows.
    #[must_use]
    pub fn kind(&self) -> RowKind {
        match self {
            Self::Batch { .. } => RowKind::Batch,
            Self::Entry { .. } => RowKind::Item,
            Self::Event { .. } => RowKind::Case,
            Self::Day => RowKind::Day,
            Self::ServiceDay => RowKind::ServiceDay,
            Self::Uncollected => RowKind::Uncollected,
            Self::Pekon => RowKind::Pekon,
            Self::Outage => RowKind::Outage,
            Self::Register => RowKind::Register,
            Self::StockLine => RowKind::Line,
            Self::Month { .. } => RowKind::Month,
        }
    }
}
