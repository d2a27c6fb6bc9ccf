//! Decodes the bytes of parts into rows. Code that needs events reads them through `current_events`, or by key through `lookup`.

use super::columns::{dates, instants, int64s, texts};
use super::{Archive, ArchiveError, READ_ROWS};
use crate::hash::push_hex;
use arrow::array::builder::BinaryBuilder;
use arrow::array::{Array, ArrayRef, BinaryArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use chrono::NaiveDate;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Decodes a Parquet file with all columns or only the named ones.
pub(crate) fn decode(bytes: Vec<u8>, columns: Option<&[&str]>) -> Result<Vec<RecordBatch>, String> {
    decoded(bytes, columns, READ_ROWS)?.collect()
}

/// Decodes a Parquet file like [`decode`], in batches of `rows` rows.
pub(super) fn decoded(
    bytes: Vec<u8>,
    columns: Option<&[&str]>,
    rows: usize,
) -> Result<impl Iterator<Item = Result<RecordBatch, String>> + use<>, String> {
    let (_, batches) = as_stored(bytes.into(), columns, rows)?;
    Ok(batches.map(|batch| batch.and_then(|batch| digests_as_text(batch).map_err(|e| e.to_string()))))
}

/// Returns the schema and the rows of a Parquet file as they are stored, with digests as bytes.
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

/// Returns some rows of a Parquet file, whose numbers must be in order, as they are stored.
pub(super) fn stored_rows(
    bytes: bytes::Bytes,
    rows: &[usize],
) -> Result<impl Iterator<Item = Result<RecordBatch, String>> + use<>, String> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|e| e.to_string())?;
    let all = usize::try_from(builder.metadata().file_metadata().num_rows()).map_err(|e| e.to_string())?;
    let selection = RowSelection::from_consecutive_ranges(rows.iter().map(|row| *row..*row + 1), all);
    let reader = builder.with_row_selection(selection).with_batch_size(READ_ROWS).build();
    Ok(reader.map_err(|e| e.to_string())?.map(|batch| batch.map_err(|e| e.to_string())))
}

/// Converts digests to hexadecimal digits. The files store them as bytes, and all code that reads rows through [`decoded`] expects
/// digits.
pub(super) fn digests_as_text(batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
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
        push_hex(digest.unwrap_or_default(), &mut digits);
        texts.append_option(digest.map(|_| &digits));
    }
    Ok(Arc::new(StringArray::try_from_binary(texts.finish())?))
}

/// Returns the latest stock log in the archive: cards received, printed and spoiled by day, summed if a day has several lines.
pub(crate) fn stock_log(archive: &Archive) -> Result<BTreeMap<NaiveDate, [i64; 3]>, ArchiveError> {
    let mut log: BTreeMap<NaiveDate, [i64; 3]> = BTreeMap::new();
    for batch in archive.stock_file().map(|file| archive.read(file, None)).transpose()?.into_iter().flatten() {
        let days = dates(&batch, "tanggal")?;
        let columns = [int64s(&batch, "terima")?, int64s(&batch, "cetak")?, int64s(&batch, "gagal")?];
        for row in 0..batch.num_rows() {
            let Some(day) = NaiveDate::from_epoch_days(days.value(row)) else { continue };
            let sums = log.entry(day).or_default();
            sums.iter_mut().zip(columns).for_each(|(sum, column)| *sum += column.value(row));
        }
    }
    Ok(log)
}

/// Returns the kind, start and end of each outage in the latest outage log, in seconds since 1970, exactly as entered, in order of start.
pub(crate) fn outages_by_kind(archive: &Archive) -> Result<Vec<(String, i64, i64)>, ArchiveError> {
    let batches = archive.outage_file().map(|file| archive.read(file, None)).transpose()?.unwrap_or_default();
    let mut outages = Vec::new();
    for batch in &batches {
        let (kinds, start, end) = (texts(batch, "jenis")?, instants(batch, "mulai")?, instants(batch, "selesai")?);
        let seconds = |us: i64| us.div_euclid(1_000_000);
        let row = |row| (kinds.value(row).to_owned(), seconds(start.value(row)), seconds(end.value(row)));
        outages.extend((0..batch.num_rows()).map(row));
    }
    outages.sort_by(|a, b| (a.1, a.2, &a.0).cmp(&(b.1, b.2, &b.0)));
    Ok(outages)
}

/// Returns the start and end of each outage in the latest outage log, in seconds since 1970, exactly as entered.
pub(crate) fn outage_log(archive: &Archive) -> Result<Vec<(i64, i64)>, ArchiveError> {
    let batches = archive.outage_file().map(|file| archive.read(file, None)).transpose()?.unwrap_or_default();
    let mut spans = Vec::new();
    for batch in &batches {
        let (start, end) = (instants(batch, "mulai")?, instants(batch, "selesai")?);
        let seconds = |us: i64| us.div_euclid(1_000_000);
        spans.extend((0..batch.num_rows()).map(|row| (seconds(start.value(row)), seconds(end.value(row)))));
    }
    Ok(spans)
}
