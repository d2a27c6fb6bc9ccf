//! Some thousand rows of a source in one piece of memory, so that a row costs no allocation of its own.

use schemas::Column;

/// A chunk is handed on when it has this many rows or this much text.
const FULL_ROWS: usize = 4_096;
const FULL_BYTES: usize = 8 << 20;

/// One value as the driver gave it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    /// No value.
    Null,
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text.
    Text(&'a str),
    /// Text that is not UTF-8.
    Bytes(&'a [u8]),
    /// An instant, microseconds since 1970 UTC.
    Instant(i64),
    /// A date, days since 1970.
    Date(i32),
    /// A value that the driver could not give, with its type.
    Unreadable(&'a str),
}

/// A cell whose text lies in the chunk.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Null,
    Integer(i64),
    Real(f64),
    Text(Span),
    Bytes(Span),
    Instant(i64),
    Date(i32),
    Unreadable(Span),
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    length: u32,
}

impl Span {
    /// A chunk is handed on long before its text reaches 4 GB; PostgreSQL's longest value has 1 GB.
    fn new(start: usize, length: usize) -> Self {
        Self { start: u32::try_from(start).unwrap_or(u32::MAX), length: u32::try_from(length).unwrap_or(0) }
    }

    fn range(self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + self.length as usize
    }
}

/// Rows of equal width.
#[derive(Debug)]
pub(crate) struct Chunk {
    width: usize,
    slots: Vec<Slot>,
    text: String,
    bytes: Vec<u8>,
}

impl Chunk {
    /// An empty chunk for rows of that many cells.
    pub(crate) fn new(width: usize) -> Self {
        Self { width, slots: Vec::new(), text: String::new(), bytes: Vec::new() }
    }

    /// Adds the next cell of the row that is being written.
    pub(crate) fn push(&mut self, cell: Cell<'_>) {
        let slot = match cell {
            Cell::Null => Slot::Null,
            Cell::Integer(n) => Slot::Integer(n),
            Cell::Real(x) => Slot::Real(x),
            Cell::Instant(us) => Slot::Instant(us),
            Cell::Date(days) => Slot::Date(days),
            Cell::Text(text) => Slot::Text(self.keep(text)),
            Cell::Unreadable(kind) => Slot::Unreadable(self.keep(kind)),
            Cell::Bytes(bytes) => {
                self.bytes.extend_from_slice(bytes);
                Slot::Bytes(Span::new(self.bytes.len() - bytes.len(), bytes.len()))
            }
        };
        self.slots.push(slot);
    }

    fn keep(&mut self, text: &str) -> Span {
        self.text.push_str(text);
        Span::new(self.text.len() - text.len(), text.len())
    }

    /// Takes back the cells of the row that is being written.
    pub(crate) fn drop_unfinished_row(&mut self) {
        self.slots.truncate(self.len() * self.width);
    }

    /// How many whole rows it holds.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() / self.width.max(1)
    }

    /// Whether it should be handed on.
    pub(crate) fn is_full(&self) -> bool {
        self.len() >= FULL_ROWS || self.text.len() + self.bytes.len() >= FULL_BYTES
    }

    /// The rows in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.slots.chunks_exact(self.width.max(1)).map(|slots| Row { chunk: self, slots })
    }
}

/// One row of a chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    chunk: &'a Chunk,
    slots: &'a [Slot],
}

impl<'a> Row<'a> {
    /// The cell at a place.
    pub(crate) fn at(self, index: usize) -> Cell<'a> {
        let text = |span: Span| self.chunk.text.get(span.range()).unwrap_or_default();
        match self.slots.get(index) {
            None | Some(Slot::Null) => Cell::Null,
            Some(Slot::Integer(n)) => Cell::Integer(*n),
            Some(Slot::Real(x)) => Cell::Real(*x),
            Some(Slot::Instant(us)) => Cell::Instant(*us),
            Some(Slot::Date(days)) => Cell::Date(*days),
            Some(Slot::Text(span)) => Cell::Text(text(*span)),
            Some(Slot::Unreadable(span)) => Cell::Unreadable(text(*span)),
            Some(Slot::Bytes(span)) => Cell::Bytes(self.chunk.bytes.get(span.range()).unwrap_or_default()),
        }
    }

    /// The cell of a column, for rows in the order of [`Column::ALL`].
    pub(crate) fn cell(self, column: Column) -> Cell<'a> {
        self.at(column.index())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were_put() {
        let row = [
            Cell::Null,
            Cell::Text(""),
            Cell::Text("SITI"),
            Cell::Bytes(&[0xff, 0x41]),
            Cell::Instant(-1),
            Cell::Unreadable("BLOB"),
        ];
        let mut chunk = Chunk::new(row.len());
        for _ in 0..3 {
            row.iter().for_each(|c| chunk.push(*c));
        }
        assert_eq!(chunk.len(), 3);
        for read in chunk.rows() {
            assert_eq!((0..row.len()).map(|i| read.at(i)).collect::<Vec<_>>(), row);
        }
    }

    #[test]
    fn few_long_texts_fill_a_chunk_as_many_short_ones_do() {
        let mut chunk = Chunk::new(1);
        let remark = "x".repeat(FULL_BYTES / 2);
        chunk.push(Cell::Text(&remark));
        assert!(!chunk.is_full());
        chunk.push(Cell::Text(&remark));
        assert!(chunk.is_full());
    }
}
