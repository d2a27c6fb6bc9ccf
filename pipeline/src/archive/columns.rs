//! Looks up columns of a record batch by name and type, and reads SOP steps from them.

use crate::archive::ArchiveError;
use crate::archive::event_batch::Values;
use arrow::array::{Array, BinaryArray, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use schemas::Column;

fn typed<'a, A: Array + 'static>(batch: &'a RecordBatch, name: &str) -> Result<&'a A, ArchiveError> {
    batch.column_by_name(name).and_then(|c| c.as_any().downcast_ref()).ok_or_else(|| missing(name))
}

/// Returns the error for a part in which a column is missing or has the wrong type.
pub(crate) fn missing(name: &str) -> ArchiveError {
    ArchiveError::Decode {
        path: "a part".to_owned(),
        reason: format!("the column `{name}` is missing or has another type"),
    }
}

/// Returns the error for a value that the column cannot have, without the value.
pub(crate) fn impossible(column: Column) -> ArchiveError {
    ArchiveError::Decode {
        path: "a part".to_owned(),
        reason: format!("`{}` holds a value that it cannot have", column.name()),
    }
}

/// Returns the values of a column of the contract.
pub(crate) fn values(batch: &RecordBatch, column: Column) -> Result<Values<'_>, ArchiveError> {
    let values = batch.column_by_name(column.name()).and_then(|values| Values::of(values));
    values.ok_or_else(|| missing(column.name()))
}

pub(crate) fn int64s<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Int64Array, ArchiveError> {
    typed(batch, name)
}

pub(crate) fn texts<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray, ArchiveError> {
    typed(batch, name)
}

pub(crate) fn binaries<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a BinaryArray, ArchiveError> {
    typed(batch, name)
}

pub(crate) fn dates<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Date32Array, ArchiveError> {
    typed(batch, name)
}

pub(crate) fn instants<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a TimestampMicrosecondArray, ArchiveError> {
    typed(batch, name)
}

/// Converts a stored number to an SOP step. All steps in the archive are read through this function, so that an invalid number is
/// always an error, and never a step that does not exist.
pub(crate) fn step(number: impl Into<i64>) -> Result<u8, ArchiveError> {
    let number = number.into();
    let step = u8::try_from(number).ok().filter(|step| *step > 0);
    step.ok_or_else(|| ArchiveError::Decode {
        path: "a part".to_owned(),
        reason: format!("`langkah` is {number}, which is the number of no step"),
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_no_step_is_an_error() {
        assert_eq!((super::step(1).unwrap(), super::step(255_i64).unwrap()), (1, 255));
        for number in [0, -1, 256, 300, i64::MAX] {
            let fault = super::step(number).unwrap_err().to_string();
            assert!(fault.contains(&number.to_string()), "{fault}");
        }
    }
}
