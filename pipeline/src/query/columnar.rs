//! An answer as a Parquet file.
//!
//! Gives   typed columns; instants in UTC microseconds; the digest of the answer in the file's own words

use super::answer::{AnswerColumn, AnswerKind};
use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use chrono::{DateTime, NaiveDate};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use serde_json::Value;
use std::io::{Error, Result, Write};
use std::sync::Arc;

/// How many rows are written at once.
const AT_ONCE: usize = 65_536;

/// Writes the rows of an answer as a Parquet file, which says their digest and, where the answer is noted, the number of the entry in the
/// log of those who looked.
///
/// # Errors
/// The error of the system, or of whoever gives the rows.
pub fn write_parquet(
    columns: &[AnswerColumn],
    rows: &mut dyn Iterator<Item = Result<Vec<Value>>>,
    (sha256, noted): (&str, Option<u64>),
    out: impl Write + Send,
) -> Result<()> {
    let field = |column: &AnswerColumn| {
        let kind = match column.kind {
            AnswerKind::Boolean => DataType::Boolean,
            AnswerKind::Integer => DataType::Int64,
            AnswerKind::Number => DataType::Float64,
            AnswerKind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            AnswerKind::Day => DataType::Date32,
            AnswerKind::Text => DataType::Utf8,
        };
        Field::new(&column.name, kind, true)
    };
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    let fault = |e: parquet::errors::ParquetError| Error::other(e.to_string());
    let mut words = vec![KeyValue::new("tertib.sha256".to_owned(), sha256.to_owned())];
    words.extend(noted.map(|number| KeyValue::new("tertib.access".to_owned(), number.to_string())));
    let properties = WriterProperties::builder()
        .set_created_by(concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(words))
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).map_err(fault)?));
    let mut writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties.build())).map_err(fault)?;
    loop {
        let some = rows.take(AT_ONCE).collect::<Result<Vec<_>>>()?;
        if some.is_empty() {
            break;
        }
        let arrays = columns.iter().enumerate().map(|(place, column)| array(column.kind, place, &some)).collect();
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(|e| Error::other(e.to_string()))?;
        writer.write(&batch).map_err(fault)?;
    }
    writer.close().map_err(fault)?;
    Ok(())
}

fn array(kind: AnswerKind, place: usize, rows: &[Vec<Value>]) -> ArrayRef {
    let values = rows.iter().map(|row| row.get(place).unwrap_or(&Value::Null));
    match kind {
        AnswerKind::Boolean => Arc::new(values.map(Value::as_bool).collect::<BooleanArray>()),
        AnswerKind::Integer => Arc::new(values.map(Value::as_i64).collect::<Int64Array>()),
        // What JSON has no number for is written as a text.
        AnswerKind::Number => {
            let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
            Arc::new(values.map(number).collect::<Float64Array>())
        }
        AnswerKind::Instant => {
            let instant = |value: &Value| {
                let at = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
                Some(at.timestamp_micros())
            };
            Arc::new(values.map(instant).collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        }
        AnswerKind::Day => {
            let day = |value: &Value| Some(value.as_str()?.parse::<NaiveDate>().ok()?.to_epoch_days());
            Arc::new(values.map(day).collect::<Date32Array>())
        }
        AnswerKind::Text => Arc::new(values.map(Value::as_str).collect::<StringArray>()),
    }
}
