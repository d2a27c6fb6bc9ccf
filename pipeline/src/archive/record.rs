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
use crate::hash::hex_digits;
use arrow::array::{Array, BinaryArray, RecordBatch};
use serde_json::{Value, json};
use std::sync::Arc;

/// The columns of some public rows, in the order of their names.
pub(crate) struct RowRecords<'b> {
    columns: Vec<(Vec<u8>, Cells<'b>)>,
}

enum Cells<'b> {
    Values(Values<'b>),
    Digests(&'b BinaryArray),
}

impl<'b> RowRecords<'b> {
    /// Takes the rows of a batch, which must have all public columns, with digests as bytes.
    pub(crate) fn of(batch: &'b RecordBatch) -> Result<Self, ArchiveError> {
        let schema = batch.schema_ref();
        let mut named: Vec<(&str, &'b Arc<dyn Array>)> =
            schema.fields().iter().map(|field| field.name().as_str()).zip(batch.columns()).collect();
        named.sort_unstable_by_key(|(name, _)| *name);
        let columns = named.into_iter().enumerate().map(|(place, (name, values))| {
            let cells = match values.as_any().downcast_ref::<BinaryArray>() {
                Some(digests) => Cells::Digests(digests),
                None => Cells::Values(Values::of(values).ok_or_else(|| columns::missing(name))?),
            };
            let sign = if place == 0 { "" } else { "," };
            Ok((format!("{sign}\"{name}\":").into_bytes(), cells))
        });
        Ok(Self { columns: columns.collect::<Result<_, ArchiveError>>()? })
    }

    /// Writes the record of a row in place of what is in the buffer.
    pub(crate) fn write(&self, row: usize, record: &mut Vec<u8>) {
        let mut digits = itoa::Buffer::new();
        record.clear();
        record.push(b'{');
        for (name, cells) in &self.columns {
            let name = if record.len() == 1 { name.strip_prefix(b",").unwrap_or(name) } else { name };
            match cells {
                Cells::Digests(digests) if digests.is_valid(row) => {
                    record.extend_from_slice(name);
                    record.push(b'"');
                    record.extend(hex_digits(digests.value(row)));
                    record.push(b'"');
                }
                Cells::Values(values) => {
                    if let Some(text) = values.text(row) {
                        record.extend_from_slice(name);
                        quote(text, record);
                    } else if let Some(number) = values.number(row) {
                        record.extend_from_slice(name);
                        record.extend_from_slice(digits.format(number).as_bytes());
                    }
                }
                Cells::Digests(_) => {}
            }
        }
        record.push(b'}');
    }
}

/// Writes a text as JSON. Of the characters that must be escaped, the contract refuses all but two.
fn quote(text: &str, record: &mut Vec<u8>) {
    record.push(b'"');
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        let quoted = Value::from(text).to_string();
        record.extend_from_slice(quoted.as_bytes().get(1..quoted.len() - 1).unwrap_or_default());
    } else {
        record.extend_from_slice(text.as_bytes());
    }
    record.push(b'"');
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
    use arrow::array::{ArrayRef, Int64Array, StringArray, TimestampMicrosecondArray};

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
