//! The records of the archive's log, whose hashes are the leaves of its tree: one of each public row, and one of each commit.
//!
//! Reads   public rows as they are stored, commits
//! Gives   canonical JSON, as anybody can write it again from the Parquet files and the commit files
//! Rule    RFC 8785 for objects of texts and integers: keys in order, no blanks, UTF-8. What has no value is left out, so that a row
//!         is the same record in every form; instants are microseconds since 1970 UTC; digests are hexadecimal digits. Integers keep
//!         all their digits, also beyond those of a double
//!
//! Invariant: a record names nobody. Residents enter it only as a pseudonym and a salted commitment.

use super::commit_log::Commit;
use super::{ArchiveError, columns};
use crate::archive::event_batch::Values;
use crate::hash::push_hex;
use crate::transparency::{Hash, leaf_hash};
use arrow::array::{Array, BinaryArray, RecordBatch, StringArray};
use serde_json::{Value, json};
use std::ops::Range;
use std::sync::Arc;

/// The columns of some public rows, in the order of their names, each with a comma, its name and how its value begins.
pub(crate) struct RowRecords<'b> {
    columns: Vec<(Vec<u8>, Cells<'b>)>,
}

enum Cells<'b> {
    Texts(&'b StringArray),
    Numbers(Values<'b>),
    Digests(&'b BinaryArray),
}

impl<'b> RowRecords<'b> {
    /// Takes the rows of a batch, which must have all public columns, with digests as bytes.
    pub(crate) fn of(batch: &'b RecordBatch) -> Result<Self, ArchiveError> {
        let schema = batch.schema_ref();
        let mut named: Vec<(&str, &'b Arc<dyn Array>)> =
            schema.fields().iter().map(|field| field.name().as_str()).zip(batch.columns()).collect();
        named.sort_unstable_by_key(|(name, _)| *name);
        let columns = named.into_iter().map(|(name, values)| {
            let (cells, sign) = match values.as_any().downcast_ref::<BinaryArray>() {
                Some(digests) => (Cells::Digests(digests), "\""),
                None => match Values::of(values).ok_or_else(|| columns::missing(name))? {
                    Values::Texts(texts) => (Cells::Texts(texts), "\""),
                    numbers => (Cells::Numbers(numbers), ""),
                },
            };
            Ok((format!(",\"{name}\":{sign}").into_bytes(), cells))
        });
        Ok(Self { columns: columns.collect::<Result<_, ArchiveError>>()? })
    }

    /// Writes the record of a row in place of what is in the buffer.
    pub(crate) fn write(&self, row: usize, record: &mut Vec<u8>) {
        let mut digits = itoa::Buffer::new();
        record.clear();
        for (name, cells) in &self.columns {
            match cells {
                Cells::Digests(digests) if digests.is_valid(row) => {
                    record.extend_from_slice(name);
                    push_hex(digests.value(row), record);
                    record.push(b'"');
                }
                Cells::Texts(texts) if texts.is_valid(row) => {
                    record.extend_from_slice(name);
                    push_escaped(texts.value(row), record);
                    record.push(b'"');
                }
                Cells::Numbers(values) => {
                    if let Some(number) = values.number(row) {
                        record.extend_from_slice(name);
                        record.extend_from_slice(digits.format(number).as_bytes());
                    }
                }
                Cells::Digests(_) | Cells::Texts(_) => {}
            }
        }
        // No comma stands before the first value.
        match record.first_mut() {
            Some(comma) => *comma = b'{',
            None => record.push(b'{'),
        }
        record.push(b'}');
    }

    /// Returns the leaves of some rows.
    pub(crate) fn leaves(&self, rows: Range<usize>) -> Vec<Hash> {
        let mut record = Vec::new();
        let leaf = |row| {
            self.write(row, &mut record);
            leaf_hash(&record)
        };
        rows.map(leaf).collect()
    }
}

/// Writes a text within quotation marks. Of the characters that must be escaped, the contract refuses all but two.
fn push_escaped(text: &str, record: &mut Vec<u8>) {
    // All bytes are looked at, which is faster than to stop at the first.
    let must_be = |byte: u8| (byte < b' ') | (byte == b'"') | (byte == b'\\');
    if text.bytes().fold(false, |found, byte| found | must_be(byte)) {
        let quoted = Value::from(text).to_string();
        record.extend_from_slice(quoted.as_bytes().get(1..quoted.len() - 1).unwrap_or_default());
    } else {
        record.extend_from_slice(text.as_bytes());
    }
}

/// Returns the record of a commit: its number, the digest of its file, and what it declares.
pub(crate) fn of_commit(commit: &Commit) -> Vec<u8> {
    let mut record = json!({"commit": commit.version, "sha256": commit.sha256});
    if let (Value::Object(members), Value::Object(declared)) = (&mut record, commit.note.declared()) {
        members.extend(declared);
    }
    record.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Int64Array, TimestampMicrosecondArray};

    #[test]
    fn a_row_is_written_as_the_rule_says() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a\"\\/\u{7f}\u{2028}é"), None]));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![i64::MIN, i64::MAX]));
        let instants: ArrayRef =
            Arc::new(TimestampMicrosecondArray::from(vec![1_795_000_000_000_001; 2]).with_timezone("UTC"));
        let digests: ArrayRef = Arc::new(BinaryArray::from(vec![None, Some(&b"\x00\xab"[..])]));
        let batch = RecordBatch::try_from_iter([
            ("seq", numbers),
            ("a", texts),
            ("nik_pseudonym", digests),
            ("mulai", instants),
        ])
        .unwrap();
        let records = RowRecords::of(&batch).unwrap();
        let mut record = Vec::new();
        let mut written = |row| {
            records.write(row, &mut record);
            String::from_utf8(record.clone()).unwrap()
        };
        assert_eq!(
            written(0),
            "{\"a\":\"a\\\"\\\\/\u{7f}\u{2028}é\",\"mulai\":1795000000000001,\"seq\":-9223372036854775808}"
        );
        assert_eq!(written(1), "{\"mulai\":1795000000000001,\"nik_pseudonym\":\"00ab\",\"seq\":9223372036854775807}");
    }
}
