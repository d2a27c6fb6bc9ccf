//! PostgreSQL's binary form of values, alone and in the answer to `COPY … TO STDOUT (FORMAT binary)`.
//!
//! Reads   the bytes of the protocol, whatever they are
//! Gives   cells, column by column
//! Rule    bytes that are not of this form end the reading with an error; they never stop the program
//!
//! Instants and dates are decoded here, since the driver's own types overflow on values that the database allows. The form is
//! that of the page "COPY" of PostgreSQL's manual, and of `binary_copy` in the crate `tokio-postgres`.

use crate::hash::hex;
use crate::source::RowSink;
use crate::source::chunk::{Cell, OUT_OF_RANGE};
use crate::source::instants;
use bytes::{Buf, Bytes};
use chrono::DateTime;
use chrono_tz::Tz;

/// 2000-01-01, from which PostgreSQL counts, in microseconds and in days since 1970.
const YEAR_2000_US: i64 = 946_684_800_000_000;
const YEAR_2000_DAYS: i32 = 10_957;

/// What a binary COPY begins with, before flags and an extension of a given length.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// What stands at its end instead of a number of fields.
const END: i16 = -1;
/// What stands before a field without a value instead of its length.
const NO_VALUE: i32 = -1;

/// How many tuples are decoded together, and how many bytes they may hold.
const LOT_ROWS: usize = 64;
const LOT_BYTES: usize = 1 << 20;

/// What a column's bytes mean.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    Timestamptz,
    Timestamp,
    Date,
    Uuid,
    Text,
    Other(String),
}

impl Kind {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "INT2" => Self::Int2,
            "INT4" => Self::Int4,
            "INT8" => Self::Int8,
            "FLOAT4" => Self::Float4,
            "FLOAT8" => Self::Float8,
            "TIMESTAMPTZ" => Self::Timestamptz,
            "TIMESTAMP" => Self::Timestamp,
            "DATE" => Self::Date,
            "UUID" => Self::Uuid,
            "TEXT" | "VARCHAR" | "BPCHAR" | "CHAR" | "NAME" | "JSON" | "\"CHAR\"" => Self::Text,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// Decodes the answer to a COPY, message by message.
#[derive(Debug)]
pub(super) struct CopyDecoder {
    kinds: Vec<Kind>,
    zone: Tz,
    lot: Lot,
    has_begun: bool,
    has_ended: bool,
}

impl CopyDecoder {
    /// For rows of columns with these types, in the database's words.
    pub(super) fn new(types: &[String], zone: Tz) -> Self {
        let kinds = types.iter().map(|name| Kind::of(name)).collect();
        Self { kinds, zone, lot: Lot::default(), has_begun: false, has_ended: false }
    }

    /// Takes the next message; `None` where it is not of the form. The server sends each row, and the end, in a message of its
    /// own (PostgreSQL, "Message Formats": `CopyData`).
    pub(super) fn take(&mut self, mut message: Bytes) -> Option<()> {
        if !self.has_begun {
            message.advance(header(&message)?);
            self.has_begun = true;
        }
        match message.first_chunk().map(|count| i16::from_be_bytes(*count)) {
            None if message.is_empty() => {}
            Some(END) if message.len() == 2 => self.has_ended = true,
            Some(fields) if usize::try_from(fields) == Ok(self.kinds.len()) && !self.has_ended => self.lot.add(message),
            _ => return None,
        }
        Some(())
    }

    /// Whether enough rows wait to be handed on.
    pub(super) fn is_full(&self) -> bool {
        self.lot.is_full()
    }

    /// Hands on the rows that wait; `None` where one is not of the form.
    pub(super) fn empty_into(&mut self, sink: &mut RowSink) -> Option<()> {
        self.lot.empty_into(&self.kinds, self.zone, sink)
    }

    /// Hands on the last rows; `None` where the answer has not come to its end.
    pub(super) fn end(mut self, sink: &mut RowSink) -> Option<()> {
        self.empty_into(sink)?;
        self.has_ended.then_some(())
    }
}

/// Whole tuples that wait to be decoded together, column by column: the code for a kind of value then runs many times in a
/// row, and the processor need not finish one tuple before it begins the next.
#[derive(Debug, Default)]
struct Lot {
    tuples: Vec<Bytes>,
    /// Where the next field of each begins.
    next: Vec<usize>,
    bytes: usize,
}

impl Lot {
    fn add(&mut self, tuple: Bytes) {
        self.bytes += tuple.len();
        self.tuples.push(tuple);
        // The number of fields comes first.
        self.next.push(2);
    }

    fn is_full(&self) -> bool {
        self.tuples.len() >= LOT_ROWS || self.bytes >= LOT_BYTES
    }

    /// Hands on the fields of all tuples; `None` where one does not end with its last field.
    fn empty_into(&mut self, kinds: &[Kind], zone: Tz, sink: &mut RowSink) -> Option<()> {
        for (column, kind) in kinds.iter().enumerate() {
            let fields = self.tuples.iter().zip(&mut self.next).map(|(tuple, at)| field(tuple, at));
            // Nearly all fields are of these two kinds.
            match kind {
                Kind::Text => sink.extend(column, fields.map(|f| f.map_or(Cell::Null, Cell::Bytes))),
                Kind::Timestamptz => sink.extend(
                    column,
                    fields.map(|f| f.map_or(Cell::Null, |b| epoch_us(b).map_or(OUT_OF_RANGE, Cell::Instant))),
                ),
                kind => {
                    fields.for_each(|f| push_field(kind, f, zone, |cell| sink.extend(column, [cell].into_iter())));
                }
            }
        }
        let whole = self.tuples.iter().zip(&self.next).all(|(tuple, at)| *at == tuple.len());
        self.tuples.clear();
        self.next.clear();
        self.bytes = 0;
        whole.then_some(())
    }
}

/// The field of a tuple that begins there, and where the next one does, which is beyond the tuple's end where this one is not
/// all there or has no length that a field can have.
#[inline]
fn field<'t>(tuple: &'t [u8], at: &mut usize) -> Option<&'t [u8]> {
    let Some((length, rest)) = tuple.get(*at..).and_then(<[u8]>::split_first_chunk::<4>) else {
        *at = usize::MAX;
        return None;
    };
    let length = i32::from_be_bytes(*length);
    let Ok(bytes) = usize::try_from(length) else {
        *at = if length == NO_VALUE { *at + 4 } else { usize::MAX };
        return None;
    };
    *at += 4 + bytes;
    rest.get(..bytes)
}

/// The length of the header of a binary COPY.
fn header(data: &[u8]) -> Option<usize> {
    let (flags_and_length, _) = data.strip_prefix(SIGNATURE)?.split_first_chunk::<8>()?;
    let extension = i32::from_be_bytes(*flags_and_length.last_chunk()?);
    let length = SIGNATURE.len() + 8 + usize::try_from(extension).ok()?;
    (length <= data.len()).then_some(length)
}

/// Puts a field that came in its binary form.
pub(super) fn push_field(kind: &Kind, value: Option<&[u8]>, zone: Tz, put: impl FnOnce(Cell<'_>)) {
    let Some(bytes) = value else { return put(Cell::Null) };
    let text;
    let read = match kind {
        Kind::Text => Some(Cell::Bytes(bytes)),
        Kind::Timestamptz => epoch_us(bytes).map(Cell::Instant),
        Kind::Int2 => bytes.try_into().ok().map(|b| Cell::Integer(i16::from_be_bytes(b).into())),
        Kind::Int4 => bytes.try_into().ok().map(|b| Cell::Integer(i32::from_be_bytes(b).into())),
        Kind::Int8 => bytes.try_into().ok().map(|b| Cell::Integer(i64::from_be_bytes(b))),
        Kind::Float4 => bytes.try_into().ok().map(|b| Cell::Real(f32::from_be_bytes(b).into())),
        Kind::Float8 => bytes.try_into().ok().map(|b| Cell::Real(f64::from_be_bytes(b))),
        Kind::Timestamp => epoch_us(bytes)
            .and_then(DateTime::from_timestamp_micros)
            .and_then(|t| instants::in_zone(t.naive_utc(), zone))
            .map(Cell::Instant),
        Kind::Date => epoch_days(bytes).map(Cell::Date),
        Kind::Uuid => {
            text = uuid(bytes);
            text.as_deref().map(Cell::Text)
        }
        Kind::Other(name) => Some(Cell::Unreadable(name)),
    };
    put(read.unwrap_or(OUT_OF_RANGE));
}

/// PostgreSQL sends microseconds since 2000; its greatest and least stand for infinity.
fn epoch_us(bytes: &[u8]) -> Option<i64> {
    let since_2000 = i64::from_be_bytes(bytes.try_into().ok()?);
    let finite = since_2000 != i64::MAX && since_2000 != i64::MIN;
    since_2000.checked_add(YEAR_2000_US).filter(|_| finite)
}

/// The same for dates, in days.
fn epoch_days(bytes: &[u8]) -> Option<i32> {
    let since_2000 = i32::from_be_bytes(bytes.try_into().ok()?);
    let finite = since_2000 != i32::MAX && since_2000 != i32::MIN;
    since_2000.checked_add(YEAR_2000_DAYS).filter(|_| finite)
}

/// 16 bytes as the database prints them: 8-4-4-4-12 hexadecimal digits.
fn uuid(bytes: &[u8]) -> Option<String> {
    let digits = hex(bytes);
    let parts = [digits.get(..8)?, digits.get(8..12)?, digits.get(12..16)?, digits.get(16..20)?, digits.get(20..32)?];
    Some(parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::chunk::Chunk;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn instants_and_dates_at_the_edge_do_not_overflow() {
        assert_eq!(epoch_us(&0_i64.to_be_bytes()), Some(YEAR_2000_US));
        assert_eq!(epoch_us(&i64::MAX.to_be_bytes()), None);
        assert_eq!(epoch_us(&i64::MIN.to_be_bytes()), None);
        assert_eq!(epoch_us(&(i64::MAX - 1).to_be_bytes()), None);
        assert_eq!(epoch_days(&i32::MAX.to_be_bytes()), None);
        assert_eq!(epoch_days(&1_i32.to_be_bytes()), Some(10_958));
        assert_eq!(uuid(&[0x12; 16]).as_deref(), Some("12121212-1212-1212-1212-121212121212"));
        assert_eq!(uuid(&[1, 2]), None);
    }

    /// Tuples of (int8, text).
    fn tuples() -> [Vec<u8>; 2] {
        [(7_i64, Some("SITI")), (8, None)].map(|(id, name)| {
            let mut tuple = [&2_i16.to_be_bytes()[..], &8_i32.to_be_bytes(), &id.to_be_bytes()].concat();
            match name {
                Some(name) => {
                    tuple.extend(i32::try_from(name.len()).unwrap().to_be_bytes());
                    tuple.extend(name.as_bytes());
                }
                None => tuple.extend((-1_i32).to_be_bytes()),
            }
            tuple
        })
    }

    /// The rows of tuples; `None` where one is broken.
    fn taken_apart(tuples: &[&[u8]]) -> Option<Chunk> {
        let (mut lot, mut sink) = (Lot::default(), RowSink::new(2, None));
        tuples.iter().for_each(|tuple| lot.add(Bytes::copy_from_slice(tuple)));
        lot.empty_into(&[Kind::Int8, Kind::Text], Tz::UTC, &mut sink)?;
        Some(sink.keep())
    }

    #[test]
    fn a_tuple_must_end_with_its_last_field() {
        let [first, second] = tuples();
        let chunk = taken_apart(&[&first, &second]).unwrap();
        let rows: Vec<_> = chunk.rows().map(|row| (row.at(0), row.at(1))).collect();
        assert_eq!(rows, [(Cell::Integer(7), Cell::Text("SITI")), (Cell::Integer(8), Cell::Null)]);
        for tuple in [&first, &second] {
            for cut in 2..tuple.len() {
                assert!(taken_apart(&[&tuple[..cut]]).is_none(), "{cut}");
            }
            assert!(taken_apart(&[&[tuple.as_slice(), &[0]].concat()]).is_none());
        }
    }

    #[test]
    fn a_copy_begins_with_its_header() {
        let extended = [SIGNATURE, &[0; 4], &2_i32.to_be_bytes(), &[9, 9], &tuples()[0]].concat();
        assert_eq!(header(&extended), Some(SIGNATURE.len() + 10));
        assert_eq!(header(&[SIGNATURE, &[0; 8]].concat()), Some(SIGNATURE.len() + 8));
        assert_eq!(header(&extended[..SIGNATURE.len() + 9]), None);
        assert_eq!(header(&[b'x'; 30]), None);
    }

    /// A whole answer to COPY: header, rows, end.
    fn messages() -> Vec<Vec<u8>> {
        let [first, second] = tuples();
        vec![[SIGNATURE, &[0; 8]].concat(), first, second.clone(), second, END.to_be_bytes().to_vec()]
    }

    /// How many rows come of an answer; `None` where it is not of the form.
    fn decoded(messages: &[Vec<u8>]) -> Option<usize> {
        let types = ["INT8", "TEXT"].map(str::to_owned);
        let (mut decoder, mut sink) = (CopyDecoder::new(&types, Tz::UTC), RowSink::new(2, None));
        for message in messages {
            decoder.take(Bytes::copy_from_slice(message))?;
        }
        decoder.end(&mut sink)?;
        Some(sink.keep().len())
    }

    #[test]
    fn an_answer_that_is_cut_anywhere_is_an_error() {
        let whole = messages();
        assert_eq!(decoded(&whole), Some(3));
        assert_eq!(
            decoded(&[vec![whole[..2].concat()], whole[2..].to_vec()].concat()),
            Some(3),
            "a row behind the header"
        );
        for place in 0..whole.len() {
            assert_eq!(decoded(&whole[..place]), None, "without message {place}");
            // An empty message says nothing; what is cut short is broken, or lacks the end.
            for length in 1..whole[place].len() {
                let mut cut = whole.clone();
                cut[place].truncate(length);
                assert_eq!(decoded(&cut), None, "{length} bytes of message {place}");
            }
        }
        assert_eq!(decoded(&[whole, vec![tuples()[0].clone()]].concat()), None, "a row behind the end");
    }

    #[test]
    fn garbled_bytes_are_an_error_or_whole_rows_and_never_a_panic() {
        let whole = messages();
        for place in 0..whole.len() {
            for at in 0..whole[place].len() {
                for byte in 0..=u8::MAX {
                    let mut garbled = whole.clone();
                    garbled[place][at] = byte;
                    assert!(matches!(decoded(&garbled), None | Some(3)), "byte {at} of message {place} as {byte}");
                }
            }
        }
        // Lengths at the edges of their type, and bytes of no form at all.
        let [first, _] = tuples();
        for length in [i32::MIN, -2, i32::MAX, 9, 7] {
            let mut garbled = first.clone();
            garbled[2..6].copy_from_slice(&length.to_be_bytes());
            assert!(taken_apart(&[&garbled]).is_none(), "{length}");
        }
        let mut bytes = ChaCha8Rng::seed_from_u64(17);
        for _ in 0..10_000 {
            let mut message = vec![0; bytes.random_range(0..60)];
            bytes.fill(message.as_mut_slice());
            decoded(&[whole[0].clone(), message.clone(), END.to_be_bytes().to_vec()]);
            decoded(&[message]);
        }
    }
}
