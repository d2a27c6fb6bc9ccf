//! Columns of the archive's tables, and events as columns.
//!
//! Invariant: the public table holds no NIK, no name and no free text; only a keyed pseudonym and a salted commitment.

use super::ArchiveError;
use crate::key::{Key, hex};
use crate::time;
use arrow::array::{
    ArrayRef, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use hmac::Mac;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use schemas::{Event, EventId, Person};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// An event with what the archive adds to it.
#[derive(Clone, Debug)]
pub(crate) struct ArchivedEvent {
    pub(crate) seq: i64,
    pub(crate) event: Event,
    pub(crate) content_digest: String,
    pub(crate) correction_of: Option<i64>,
}

/// A row that broke the contract.
#[derive(Clone, Debug)]
pub(crate) struct QuarantinedRow {
    pub(crate) event_id: Option<String>,
    pub(crate) code: &'static str,
    pub(crate) column: &'static str,
    pub(crate) digest: String,
    pub(crate) row: String,
}

fn utc() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// Name, type and nullability of every public column but the partition column `bulan`.
fn public_columns(integer_ids: bool) -> Vec<Field> {
    let id = if integer_ids { DataType::Int64 } else { DataType::Utf8 };
    let text = DataType::Utf8;
    [
        ("seq", DataType::Int64, false),
        ("event_id", id, false),
        ("recorded_at", utc(), false),
        ("berkas_id", text.clone(), false),
        ("kolektif_id", text.clone(), false),
        ("langkah", DataType::Int32, false),
        ("pelaksana", text.clone(), false),
        ("petugas_id", text.clone(), true),
        ("mulai", utc(), true),
        ("selesai", utc(), false),
        ("hasil", text.clone(), false),
        ("kekurangan", text.clone(), true),
        ("nomor_register", text.clone(), true),
        ("jenis", text.clone(), false),
        ("kewarganegaraan", text.clone(), false),
        ("pekon", text.clone(), false),
        ("diterima", utc(), false),
        ("nik_pseudonym", text.clone(), true),
        ("pii_commitment", text.clone(), false),
        ("content_digest", text, false),
        ("correction_of", DataType::Int64, true),
    ]
    .into_iter()
    .map(|(name, kind, nullable)| Field::new(name, kind, nullable))
    .collect()
}

/// The public columns in the words of the Delta protocol.
pub(crate) fn delta_schema(integer_ids: bool) -> Value {
    let mut fields: Vec<Value> = public_columns(integer_ids)
        .iter()
        .map(|f| {
            let kind = match f.data_type() {
                DataType::Int64 => "long",
                DataType::Int32 => "integer",
                DataType::Timestamp(..) => "timestamp",
                _ => "string",
            };
            json!({"name": f.name(), "type": kind, "nullable": f.is_nullable(), "metadata": {}})
        })
        .collect();
    fields.push(json!({"name": "bulan", "type": "string", "nullable": false, "metadata": {}}));
    json!({"type": "struct", "fields": fields})
}

/// The public part of events, in the order given.
pub(crate) fn public_batch(key: &Key, integer_ids: bool, rows: &[ArchivedEvent]) -> Result<RecordBatch, ArchiveError> {
    let text = |f: &dyn Fn(&Event) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(|r| f(&r.event))))
    };
    let optional = |f: &dyn Fn(&Event) -> Option<&str>| -> ArrayRef {
        Arc::new(rows.iter().map(|r| f(&r.event)).collect::<StringArray>())
    };
    let instants = |f: &dyn Fn(&Event) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(|r| f(&r.event)).collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
    };
    let ids: ArrayRef = if integer_ids {
        Arc::new(
            rows.iter()
                .map(|r| if let EventId::Integer(n) = r.event.event_id { Some(n) } else { None })
                .collect::<Int64Array>(),
        )
    } else {
        Arc::new(StringArray::from_iter_values(rows.iter().map(|r| r.event.event_id.to_string())))
    };
    let pseudonyms: StringArray = rows.iter().map(|r| pseudonym(key, &r.event.person)).collect();
    let commitments = StringArray::from_iter_values(rows.iter().map(|r| commitment(&salt(key, r), &r.event.person)));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.seq))),
        ids,
        instants(&|e| Some(e.recorded_at_us)),
        text(&|e| &e.berkas_id),
        text(&|e| &e.kolektif_id),
        Arc::new(Int32Array::from_iter_values(rows.iter().map(|r| i32::from(r.event.langkah)))),
        text(&|e| &e.pelaksana),
        optional(&|e| e.petugas_id.as_deref()),
        instants(&|e| e.mulai_us),
        instants(&|e| Some(e.selesai_us)),
        text(&|e| &e.hasil),
        optional(&|e| e.kekurangan.as_deref()),
        optional(&|e| e.nomor_register.as_deref()),
        text(&|e| &e.jenis),
        text(&|e| &e.kewarganegaraan),
        text(&|e| &e.pekon),
        instants(&|e| Some(e.diterima_us)),
        Arc::new(pseudonyms),
        Arc::new(commitments),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|r| &r.content_digest))),
        Arc::new(rows.iter().map(|r| r.correction_of).collect::<Int64Array>()),
    ];
    batch(public_columns(integer_ids), columns)
}

/// The private part of the same events.
pub(crate) fn private_batch(key: &Key, rows: &[ArchivedEvent]) -> Result<RecordBatch, ArchiveError> {
    let optional = |f: &dyn Fn(&Person) -> Option<&str>| -> ArrayRef {
        Arc::new(rows.iter().map(|r| f(&r.event.person)).collect::<StringArray>())
    };
    let names = ["salt", "nik", "nama", "jenis_kelamin", "tempat_lahir"];
    let mut fields = vec![Field::new("seq", DataType::Int64, false)];
    fields.extend(names.iter().map(|n| Field::new(*n, DataType::Utf8, *n != "salt")));
    fields.push(Field::new("tanggal_lahir", DataType::Date32, true));
    fields.push(Field::new("pembawa", DataType::Utf8, false));
    fields.push(Field::new("keterangan", DataType::Utf8, true));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.seq))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|r| salt(key, r)))),
        optional(&|p| p.nik.as_deref()),
        optional(&|p| p.nama.as_deref()),
        optional(&|p| p.jenis_kelamin.as_deref()),
        optional(&|p| p.tempat_lahir.as_deref()),
        Arc::new(rows.iter().map(|r| r.event.person.tanggal_lahir_days).collect::<Date32Array>()),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|r| &r.event.person.pembawa))),
        optional(&|p| p.keterangan.as_deref()),
    ];
    batch(fields, columns)
}

/// Rows that broke the contract, with why.
pub(crate) fn quarantine_batch(rows: &[QuarantinedRow]) -> Result<RecordBatch, ArchiveError> {
    let fields = ["event_id", "code", "column", "digest", "row"]
        .into_iter()
        .map(|n| Field::new(n, DataType::Utf8, n == "event_id"))
        .collect();
    let text = |f: &dyn Fn(&QuarantinedRow) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(f)))
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(rows.iter().map(|r| r.event_id.as_deref()).collect::<StringArray>()),
        text(&|r| r.code),
        text(&|r| r.column),
        text(&|r| &r.digest),
        text(&|r| &r.row),
    ];
    batch(fields, columns)
}

/// The outage log as it was at a pull.
pub(crate) fn outage_batch(rows: &[crate::sources::Outage]) -> Result<RecordBatch, ArchiveError> {
    let instants = |f: &dyn Fn(&crate::sources::Outage) -> i64| -> ArrayRef {
        Arc::new(TimestampMicrosecondArray::from_iter_values(rows.iter().map(f)).with_timezone("UTC"))
    };
    let fields = vec![
        Field::new("jenis", DataType::Utf8, false),
        Field::new("mulai", utc(), false),
        Field::new("selesai", utc(), false),
    ];
    let kinds: ArrayRef = Arc::new(StringArray::from_iter_values(rows.iter().map(|r| &r.jenis)));
    batch(fields, vec![kinds, instants(&|r| r.mulai_us), instants(&|r| r.selesai_us)])
}

/// The blank-card stock as it was at a pull.
pub(crate) fn stock_batch(rows: &[crate::sources::Stock]) -> Result<RecordBatch, ArchiveError> {
    let counts = |f: &dyn Fn(&crate::sources::Stock) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(rows.iter().map(f)))
    };
    let mut fields = vec![Field::new("tanggal", DataType::Date32, false)];
    fields.extend(["terima", "cetak", "gagal"].map(|n| Field::new(n, DataType::Int64, false)));
    let days: ArrayRef = Arc::new(Date32Array::from_iter_values(rows.iter().map(|r| r.tanggal_days)));
    batch(fields, vec![days, counts(&|r| r.terima), counts(&|r| r.cetak), counts(&|r| r.gagal)])
}

fn batch(fields: Vec<Field>, columns: Vec<ArrayRef>) -> Result<RecordBatch, ArchiveError> {
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(|e| ArchiveError::Encode(e.to_string()))
}

/// A batch as the bytes of a Parquet file; the same batch gives the same bytes.
pub(crate) fn encode(batch: &RecordBatch) -> Result<Vec<u8>, ArchiveError> {
    let fault = |e: parquet::errors::ParquetError| ArchiveError::Encode(e.to_string());
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(fault)?))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    // Nearly every value is new in these, so a dictionary only costs; differences between neighbours are small.
    for field in batch.schema().fields() {
        let path = ColumnPath::from(field.name().as_str());
        match field.data_type() {
            DataType::Int64 | DataType::Timestamp(..) => {
                properties = properties
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
            }
            _ if ["pii_commitment", "content_digest", "salt"].contains(&field.name().as_str()) => {
                properties = properties.set_column_dictionary_enabled(path, false);
            }
            _ => {}
        }
    }
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties.build())).map_err(fault)?;
    writer.write(batch).map_err(fault)?;
    writer.into_inner().map_err(fault)
}

/// Same NIK, same pseudonym; only the key's holder can tell whose.
fn pseudonym(key: &Key, person: &Person) -> Option<String> {
    let nik = person.nik.as_deref()?;
    Some(key.digest("nik", |m| m.update(nik.as_bytes())))
}

/// Derived from the key, so that a pull repeated after a crash writes the same bytes.
fn salt(key: &Key, row: &ArchivedEvent) -> String {
    key.digest("salt", |m| {
        m.update(row.event.event_id.to_string().as_bytes());
        m.update(row.content_digest.as_bytes());
    })
}

/// SHA-256 of the salt and the personal columns as JSON with sorted keys and no blanks.
fn commitment(salt: &str, person: &Person) -> String {
    let birth = person.tanggal_lahir_days.and_then(time::date_of).map(|d| d.to_string());
    let fields: Map<String, Value> = [
        ("jenis_kelamin", &person.jenis_kelamin),
        ("keterangan", &person.keterangan),
        ("nama", &person.nama),
        ("nik", &person.nik),
        ("pembawa", &Some(person.pembawa.clone())),
        ("tanggal_lahir", &birth),
        ("tempat_lahir", &person.tempat_lahir),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), json!(value)))
    .collect();
    let mut hash = Sha256::new();
    hash.update(salt.as_bytes());
    hash.update(Value::Object(fields).to_string().as_bytes());
    hex(&hash.finalize())
}

/// Keyed digest of every column of the contract; a row whose digest changes has changed in the source.
pub(crate) fn content_digest(key: &Key, event: &Event) -> String {
    key.digest("row", |m| {
        let mut field = |value: Option<&str>| match value {
            Some(text) => {
                m.update(&[1]);
                m.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
                m.update(text.as_bytes());
            }
            None => m.update(&[0]),
        };
        let number = |n: i64| n.to_string();
        let p = &event.person;
        for text in [&event.berkas_id, &event.kolektif_id, &event.pelaksana, &event.hasil, &event.jenis] {
            field(Some(text));
        }
        for text in [&event.kewarganegaraan, &event.pekon, &p.pembawa, &event.event_id.to_string()] {
            field(Some(text));
        }
        for text in [&event.petugas_id, &event.kekurangan, &event.nomor_register, &p.keterangan] {
            field(text.as_deref());
        }
        for text in [&p.nik, &p.nama, &p.jenis_kelamin, &p.tempat_lahir] {
            field(text.as_deref());
        }
        for instant in [event.recorded_at_us, event.selesai_us, event.diterima_us, event.langkah.into()] {
            field(Some(&number(instant)));
        }
        field(event.mulai_us.map(number).as_deref());
        field(p.tanggal_lahir_days.map(|d| number(d.into())).as_deref());
    })
}
