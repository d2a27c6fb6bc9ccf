//! A few thousand rows of a source, held as columns in the very buffers that the archive writes: a value is copied once, on
//! its way in, and a row costs no allocation of its own.

use arrow::array::builder::{BinaryBuilder, Date32Builder, Int64Builder};
use arrow::array::{Array, Date32Array, Int64Array, StringArray};
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
    /// Text as its bytes came. It comes out of a chunk as [`Cell::Text`] where it is UTF-8.
    Bytes(&'a [u8]),
    /// An instant, microseconds since 1970 UTC.
    Instant(i64),
    /// A date, days since 1970.
    Date(i32),
    /// A value that the driver could not give, with its type.
    Unreadable(&'a str),
}

impl Cell<'_> {
    fn text_bytes(self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            _ => 0,
        }
    }
}

/// A value that the database allows and the archive cannot hold.
pub(super) const OUT_OF_RANGE: Cell<'_> = Cell::Unreadable("out of range");

/// A value that a row should have and does not. A missing value (`Null`) is something else.
const NOT_GIVEN: Cell<'_> = Cell::Unreadable("not given");

/// A value of a column that holds values of several kinds, which is nearly always a fault of the source.
#[derive(Clone, Debug)]
enum Owned {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
    Instant(i64),
    Date(i32),
    Unreadable(String),
}

impl Owned {
    fn of(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Integer(n) => Self::Integer(n),
            Cell::Real(x) => Self::Real(x),
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Self::Text(text.to_owned()),
                Err(_) => Self::Bytes(bytes.to_vec()),
            },
            Cell::Instant(us) => Self::Instant(us),
            Cell::Date(days) => Self::Date(days),
            Cell::Unreadable(kind) => Self::Unreadable(kind.to_owned()),
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Integer(n) => Cell::Integer(*n),
            Self::Real(x) => Cell::Real(*x),
            Self::Text(text) => Cell::Text(text),
            Self::Bytes(bytes) => Cell::Bytes(bytes),
            Self::Instant(us) => Cell::Instant(*us),
            Self::Date(days) => Cell::Date(*days),
            Self::Unreadable(kind) => Cell::Unreadable(kind),
        }
    }
}

/// The values of one column.
#[derive(Clone, Debug)]
pub(crate) enum Cells {
    /// That many rows without a value.
    Nothing(usize),
    /// Integers and no values.
    Integers(Int64Array),
    /// Instants and no values.
    Instants(Int64Array),
    /// Dates and no values.
    Dates(Date32Array),
    /// Texts and no values.
    Texts(StringArray),
    /// Anything else.
    Mixed(MixedCells),
}

/// Values of several kinds in one column.
#[derive(Clone, Debug)]
pub(crate) struct MixedCells(Vec<Owned>);

impl Cells {
    /// How many values and missing values there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Nothing(rows) => *rows,
            Self::Integers(a) | Self::Instants(a) => a.len(),
            Self::Dates(a) => a.len(),
            Self::Texts(a) => a.len(),
            Self::Mixed(cells) => cells.0.len(),
        }
    }

    fn text_bytes(&self) -> usize {
        if let Self::Texts(a) = self { a.value_data().len() } else { 0 }
    }

    fn owned(&self) -> Vec<Owned> {
        (0..self.len()).map(|row| Owned::of(self.at(row))).collect()
    }

    /// The value of a row.
    pub(crate) fn at(&self, row: usize) -> Cell<'_> {
        match self {
            Self::Integers(a) if a.is_valid(row) => Cell::Integer(a.value(row)),
            Self::Instants(a) if a.is_valid(row) => Cell::Instant(a.value(row)),
            Self::Dates(a) if a.is_valid(row) => Cell::Date(a.value(row)),
            Self::Texts(a) if a.is_valid(row) => Cell::Text(a.value(row)),
            Self::Mixed(cells) => cells.0.get(row).map_or(NOT_GIVEN, Owned::cell),
            _ => Cell::Null,
        }
    }
}

/// A column that is being filled: of the kind of its first value, until one of another kind comes.
#[derive(Debug)]
enum Filling {
    Nothing(usize),
    Integers(Int64Builder),
    Instants(Int64Builder),
    Dates(Date32Builder),
    Texts(BinaryBuilder),
    Mixed(Vec<Owned>),
}

impl Filling {
    #[inline]
    fn push(&mut self, cell: Cell<'_>, room: Room) {
        match (&mut *self, cell) {
            (Self::Texts(b), Cell::Bytes(bytes)) => b.append_value(bytes),
            (Self::Texts(b), Cell::Text(text)) => b.append_value(text),
            (Self::Texts(b), Cell::Null) => b.append_null(),
            (Self::Instants(b), Cell::Instant(us)) => b.append_value(us),
            (Self::Integers(b), Cell::Integer(n)) => b.append_value(n),
            (Self::Instants(b) | Self::Integers(b), Cell::Null) => b.append_null(),
            (Self::Dates(b), Cell::Date(days)) => b.append_value(days),
            (Self::Dates(b), Cell::Null) => b.append_null(),
            (Self::Nothing(rows), Cell::Null) => *rows += 1,
            (Self::Mixed(values), cell) => values.push(Owned::of(cell)),
            (_, cell) => self.change_kind(cell, room),
        }
    }

    /// Adds cells until one is of another kind than the column, and gives that one.
    #[inline]
    fn push_while_alike<'c>(&mut self, cells: &mut impl Iterator<Item = Cell<'c>>) -> Option<Cell<'c>> {
        match self {
            Self::Texts(b) => cells.find(|cell| match cell {
                Cell::Bytes(bytes) => {
                    b.append_value(bytes);
                    false
                }
                Cell::Null => {
                    b.append_null();
                    false
                }
                _ => true,
            }),
            Self::Instants(b) => cells.find(|cell| match cell {
                Cell::Instant(us) => {
                    b.append_value(*us);
                    false
                }
                Cell::Null => {
                    b.append_null();
                    false
                }
                _ => true,
            }),
            _ => cells.next(),
        }
    }

    /// Adds the first value, or one of another kind.
    #[cold]
    fn change_kind(&mut self, cell: Cell<'_>, room: Room) {
        *self = match self {
            Self::Nothing(rows) => Self::of_kind(cell, *rows, room),
            _ => Self::Mixed(self.take().owned()),
        };
        self.push(cell, room);
    }

    /// A column for values like this one, which begins with that many rows without a value.
    fn of_kind(cell: Cell<'_>, rows: usize, room: Room) -> Self {
        let mut numbers = Int64Builder::with_capacity(room.rows);
        numbers.append_nulls(rows);
        match cell {
            Cell::Integer(_) => Self::Integers(numbers),
            Cell::Instant(_) => Self::Instants(numbers),
            Cell::Date(_) => {
                let mut days = Date32Builder::with_capacity(room.rows);
                days.append_nulls(rows);
                Self::Dates(days)
            }
            Cell::Text(_) | Cell::Bytes(_) => {
                let mut texts = BinaryBuilder::with_capacity(room.rows, room.text_bytes);
                texts.append_nulls(rows);
                Self::Texts(texts)
            }
            Cell::Null | Cell::Real(_) | Cell::Unreadable(_) => Self::Mixed(vec![Owned::Null; rows]),
        }
    }

    /// The column so far; another begins.
    fn take(&mut self) -> Cells {
        match std::mem::replace(self, Self::Nothing(0)) {
            Self::Nothing(rows) => Cells::Nothing(rows),
            Self::Integers(mut b) => Cells::Integers(b.finish()),
            Self::Instants(mut b) => Cells::Instants(b.finish()),
            Self::Dates(mut b) => Cells::Dates(b.finish()),
            Self::Mixed(values) => Cells::Mixed(MixedCells(values)),
            Self::Texts(mut b) => {
                let bytes = b.finish();
                // UTF-8 is looked for in all values at once; only where it is broken somewhere, in each.
                let each = || bytes.iter().map(|b| Owned::of(b.map_or(Cell::Null, Cell::Bytes))).collect();
                StringArray::try_from_binary(bytes.clone())
                    .map_or_else(|_| Cells::Mixed(MixedCells(each())), Cells::Texts)
            }
        }
    }
}

/// How much a new column has room for: as much as it held in the chunk before. Chunks that are handed on early are small, and
/// many of them may wait together.
#[derive(Clone, Copy, Debug)]
struct Room {
    rows: usize,
    text_bytes: usize,
}

/// Rows of equal width that are being filled.
#[derive(Debug)]
pub(super) struct ChunkBuilder {
    columns: Vec<Filling>,
    room: Vec<Room>,
    next: usize,
    rows: usize,
    bytes: usize,
}

impl ChunkBuilder {
    /// For rows of that many cells.
    pub(super) fn new(width: usize) -> Self {
        let columns = (0..width).map(|_| Filling::Nothing(0)).collect();
        Self { columns, room: vec![Room { rows: 0, text_bytes: 0 }; width], next: 0, rows: 0, bytes: 0 }
    }

    /// Adds the next cell of the row that is being written.
    #[inline]
    pub(super) fn push(&mut self, cell: Cell<'_>) {
        self.bytes += cell.text_bytes();
        let (Some(column), Some(room)) = (self.columns.get_mut(self.next), self.room.get(self.next)) else { return };
        column.push(cell, *room);
        self.next += 1;
        if self.next == self.columns.len() {
            self.next = 0;
            self.rows += 1;
        }
    }

    /// Adds cells of several rows to a column; every column must get as many.
    #[inline]
    pub(super) fn extend<'c>(&mut self, place: usize, cells: impl Iterator<Item = Cell<'c>>) {
        let is_last = place + 1 == self.columns.len();
        let (Some(column), Some(room)) = (self.columns.get_mut(place), self.room.get(place)) else { return };
        let (mut rows, mut bytes) = (0, 0);
        let mut cells = cells.inspect(|cell| {
            rows += 1;
            bytes += cell.text_bytes();
        });
        // What is of the column's kind goes in without asking for the kind each time.
        while let Some(other) = column.push_while_alike(&mut cells) {
            column.push(other, *room);
        }
        self.bytes += bytes;
        self.rows += if is_last { rows } else { 0 };
    }

    /// Whether it should be handed on.
    pub(super) fn is_full(&self) -> bool {
        self.rows >= FULL_ROWS || self.bytes >= FULL_BYTES
    }

    /// The rows so far; others begin. A row that was not written to its end is one whose other values cannot be read.
    pub(super) fn take(&mut self) -> Chunk {
        while self.next != 0 {
            self.push(NOT_GIVEN);
        }
        let columns: Vec<Cells> = self.columns.iter_mut().map(Filling::take).collect();
        let rows = self.rows;
        self.room = columns.iter().map(|cells| Room { rows, text_bytes: cells.text_bytes() }).collect();
        (self.next, self.bytes) = (0, 0);
        Chunk { columns, rows: std::mem::take(&mut self.rows) }
    }
}

/// Rows of equal width, column by column.
#[derive(Debug)]
pub(crate) struct Chunk {
    columns: Vec<Cells>,
    rows: usize,
}

impl Chunk {
    /// How many rows it holds.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// The number that an answer of one row and column is.
    pub(crate) fn first_number(&self) -> Option<u64> {
        match self.rows().next()?.at(0) {
            Cell::Integer(n) => u64::try_from(n).ok(),
            _ => None,
        }
    }

    /// The rows in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.rows).map(|index| Row { chunk: self, index })
    }

    /// The values of a column, for rows in the order of [`Column::ALL`].
    pub(crate) fn column(&self, column: Column) -> Cells {
        let none = || Cells::Mixed(MixedCells(vec![Owned::of(NOT_GIVEN); self.rows]));
        self.columns.get(column.index()).cloned().unwrap_or_else(none)
    }

    /// Puts the only column of another chunk, which has as many rows, in the place of a column.
    pub(super) fn replace(&mut self, column: Column, with: Self) {
        self.columns.splice(column.index()..=column.index(), with.columns);
    }
}

/// One row of a chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    chunk: &'a Chunk,
    index: usize,
}

impl<'a> Row<'a> {
    /// How many rows its chunk has.
    pub(crate) fn chunk_len(self) -> usize {
        self.chunk.rows
    }

    /// The cell at a place.
    pub(crate) fn at(self, place: usize) -> Cell<'a> {
        self.chunk.columns.get(place).map_or(NOT_GIVEN, |cells| cells.at(self.index))
    }

    /// The cell of a column, for rows in the order of [`Column::ALL`].
    pub(crate) fn cell(self, column: Column) -> Cell<'a> {
        self.at(column.index())
    }
}

/// Rows as a source would give them.
#[cfg(test)]
pub(crate) fn chunk_of(rows: &[&[Cell<'_>]]) -> Chunk {
    let mut builder = ChunkBuilder::new(rows.first().map_or(0, |row| row.len()));
    rows.iter().copied().flatten().for_each(|cell| builder.push(*cell));
    builder.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were_put() {
        let rows: [&[Cell<'_>]; 4] = [
            &[Cell::Null, Cell::Text(""), Cell::Bytes(b"SITI"), Cell::Null, Cell::Instant(-1), Cell::Date(7)],
            &[Cell::Null, Cell::Null, Cell::Text("A"), Cell::Text("B"), Cell::Null, Cell::Null],
            &[Cell::Null, Cell::Bytes(b"x"), Cell::Bytes(b"\xffA"), Cell::Integer(4), Cell::Instant(5), Cell::Date(-7)],
            &[Cell::Null, Cell::Text("y"), Cell::Null, Cell::Real(0.5), Cell::Null, Cell::Unreadable("BLOB")],
        ];
        let chunk = chunk_of(&rows);
        assert_eq!(chunk.len(), 4);
        let text = |cell: &Cell<'_>| match cell {
            Cell::Bytes(b) => format!("{:?}", std::str::from_utf8(b).map_or(Cell::Bytes(b), Cell::Text)),
            other => format!("{other:?}"),
        };
        for (put, read) in rows.iter().zip(chunk.rows()) {
            let read: Vec<String> = (0..put.len()).map(|i| format!("{:?}", read.at(i))).collect();
            assert_eq!(read, put.iter().map(text).collect::<Vec<_>>());
        }
        let kinds = chunk.columns.iter().map(std::mem::discriminant);
        let mixed = std::mem::discriminant(&Cells::Mixed(MixedCells(Vec::new())));
        assert_eq!(kinds.map(|k| k == mixed).collect::<Vec<_>>(), [false, false, true, true, false, true]);
    }

    #[test]
    fn a_character_cut_in_two_by_the_end_of_a_value_is_not_text() {
        let chunk = chunk_of(&[&[Cell::Bytes(b"a\xc3")], &[Cell::Bytes(b"\xa9b")]]);
        let cells: Vec<Cell<'_>> = chunk.rows().map(|row| row.at(0)).collect();
        assert_eq!(cells, [Cell::Bytes(b"a\xc3"), Cell::Bytes(b"\xa9b")]);
    }

    #[test]
    fn a_builder_begins_anew_after_each_chunk() {
        let mut builder = ChunkBuilder::new(1);
        for n in 0..3 {
            builder.push(Cell::Integer(n));
            let chunk = builder.take();
            assert_eq!(chunk.rows().map(|row| row.at(0)).collect::<Vec<_>>(), [Cell::Integer(n)]);
        }
        assert_eq!(builder.take().len(), 0);
    }

    #[test]
    fn a_row_that_ends_early_and_a_column_that_is_not_there_are_no_missing_values() {
        let mut builder = ChunkBuilder::new(2);
        [Cell::Integer(1), Cell::Integer(2), Cell::Integer(3)].into_iter().for_each(|cell| builder.push(cell));
        let chunk = builder.take();
        let cells: Vec<_> = chunk.rows().map(|row| (row.at(0), row.at(1), row.at(2))).collect();
        assert_eq!(cells, [(Cell::Integer(1), Cell::Integer(2), NOT_GIVEN), (Cell::Integer(3), NOT_GIVEN, NOT_GIVEN)]);
        assert_eq!(chunk.column(Column::BerkasId).at(1), NOT_GIVEN);
    }

    #[test]
    fn few_long_texts_fill_a_chunk_as_many_short_ones_do() {
        let mut builder = ChunkBuilder::new(1);
        let remark = "x".repeat(FULL_BYTES / 2);
        builder.push(Cell::Text(&remark));
        assert!(!builder.is_full());
        builder.push(Cell::Text(&remark));
        assert!(builder.is_full());
    }
}
