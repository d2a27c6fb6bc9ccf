//! The bytes of a part become rows.

use super::READ_ROWS;
use crate::key::hex_digits;
use arrow::array::builder::BinaryBuilder;
use arrow::array::{Array, ArrayRef, BinaryArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::sync::Arc;

/// The rows of a Parquet file, all columns or the ones named.
pub(crate) fn decode(bytes: Vec<u8>, columns: Option<&[&str]>) -> Result<Vec<RecordBatch>, String> {
    decoded(bytes, columns, READ_ROWS)?.collect()
}

/// The same, so many rows at a time.
pub(super) fn decoded(
    bytes: Vec<u8>,
    columns: Option<&[&str]>,
    rows: usize,
) -> Result<impl Iterator<Item = Result<RecordBatch, String>> + use<>, String> {
    let (_, batches) = as_stored(bytes.into(), columns, rows)?;
    Ok(batches.map(|batch| batch.and_then(|batch| digests_as_text(batch).map_err(|e| e.to_string()))))
}

/// Columns and rows of a Parquet file as they stand in it.
pub(super) fn as_stored(
    bytes: bytes::Bytes,
    columns: Option<&[&str]>,
    rows: usize,
) -> Result<(SchemaRef, impl Iterator<Item = Result<RecordBatch, String>> + use<>), String> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|e| e.to_string())?;
    let schema = SchemaRef::clone(builder.schema());
    let builder = match columns {
        Some(names) => {
            let mask = parquet::arrow::ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
            builder.with_projection(mask)
        }
        None => builder,
    };
    let reader = builder.with_batch_size(rows).build().map_err(|e| e.to_string())?;
    Ok((schema, reader.map(|batch| batch.map_err(|e| e.to_string()))))
}

/// Digests stand in the files as their bytes; to everything that reads them here they are hexadecimal digits.
fn digests_as_text(batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    if schema.fields().iter().all(|field| field.data_type() != &DataType::Binary) {
        return Ok(batch);
    }
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
        let digests = column.as_any().downcast_ref::<BinaryArray>();
        match digests {
            Some(digests) => Ok((Field::new(field.name(), DataType::Utf8, field.is_nullable()), hexadecimal(digests)?)),
            None => Ok((Field::clone(field), Arc::clone(column))),
        }
    });
    let columns: Vec<(Field, ArrayRef)> = columns.collect::<Result<_, ArrowError>>()?;
    let (fields, columns): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

fn hexadecimal(digests: &BinaryArray) -> Result<ArrayRef, ArrowError> {
    let mut texts = BinaryBuilder::with_capacity(digests.len(), 2 * digests.value_data().len());
    let mut digits = Vec::new();
    for digest in digests {
        digits.clear();
        digits.extend(hex_digits(digest.unwrap_or_default()));
        texts.append_option(digest.map(|_| &digits));
    }
    Ok(Arc::new(StringArray::try_from_binary(texts.finish())?))
}
