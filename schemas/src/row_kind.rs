//! The kinds of rows of books and lists.

/// The kind of a row: an entry of a book, an item of a batch, a case, or anything else that a list counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum RowKind {
    Entry,
    Item,
    Case,
    Lack,
    Uncollected,
    Pekon,
    Outage,
    Register,
    Line,
    Batch,
    Month,
    Day,
    ServiceDay,
}
