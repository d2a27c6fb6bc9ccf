//! Columns of the archive's tables, and events as columns.
//!
//! Invariant: the public table holds no NIK, no name and no free text; only a keyed pseudonym and a salted commitment.

use super::ArchiveError;
use super::digest::PersonDigest;
use crate::events::{Events, Ids};
use arrow::array::builder::BinaryBuilder;
use arrow::array::{
    Array, ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt32Array,
};
use arrow::compute::take;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use schemas::{Column, ColumnFact, Presence, Visibility};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

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
        ("nik_pseudonym", DataType::Binary, true),
        ("pii_commitment", DataType::Binary, false),
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
                DataType::Binary => "binary",
                _ => "string",
            };
            json!({"name": f.name(), "type": kind, "nullable": f.is_nullable(), "metadata": {}})
        })
        .collect();
    fields.push(json!({"name": "bulan", "type": "string", "nullable": false, "metadata": {}}));
    json!({"type": "struct", "fields": fields})
}

/// The private columns.
fn private_columns() -> Vec<Field> {
    let mut fields = vec![Field::new("seq", DataType::Int64, false), Field::new("salt", DataType::Binary, false)];
    let names = ["nik", "nama", "jenis_kelamin", "tempat_lahir"];
    fields.extend(names.iter().map(|n| Field::new(*n, DataType::Utf8, true)));
    fields.push(Field::new("tanggal_lahir", DataType::Date32, true));
    fields.push(Field::new("pembawa", DataType::Utf8, false));
    fields.push(Field::new("keterangan", DataType::Utf8, true));
    fields
}

/// Whether the tables of the archive's form hold every column as it is classified: a personal one only in the private table,
/// and none that a row may lack where a value must stand.
pub(crate) fn check_columns(columns: &BTreeMap<Column, ColumnFact>) -> Result<(), ArchiveError> {
    let (public, private) = schemas(true);
    for (column, fact) in columns {
        let word = |visibility| if visibility == Visibility::Public { "public" } else { "personal" };
        let place = match (public.field_with_name(column.name()), private.field_with_name(column.name())) {
            (Ok(field), Err(_)) => (Visibility::Public, field),
            (Err(_), Ok(field)) => (Visibility::Personal, field),
            _ => {
                return Err(ArchiveError::Columns {
                    column: column.name(),
                    held: "nowhere",
                    wanted: word(fact.visibility),
                });
            }
        };
        let (held, field) = place;
        if held != fact.visibility {
            return Err(ArchiveError::Columns {
                column: column.name(),
                held: word(held),
                wanted: word(fact.visibility),
            });
        }
        if field.is_nullable() != (fact.presence == Presence::Optional) {
            let word = |may_lack| if may_lack { "optional" } else { "required" };
            let (held, wanted) = (word(field.is_nullable()), word(!field.is_nullable()));
            return Err(ArchiveError::Columns { column: column.name(), held, wanted });
        }
    }
    Ok(())
}

/// The schemas of the public and the private table.
pub(crate) fn schemas(integer_ids: bool) -> (SchemaRef, SchemaRef) {
    (Arc::new(Schema::new(public_columns(integer_ids))), Arc::new(Schema::new(private_columns())))
}

/// Events of one chunk that are to be archived, with what is computed of them, column by column.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// Their places in the chunk.
    rows: Vec<u32>,
    seqs: Vec<i64>,
    corrections: Vec<Option<i64>>,
    pseudonyms: BinaryBuilder,
    commitments: BinaryBuilder,
    salts: BinaryBuilder,
}

impl Admitted {
    /// With room for that many.
    pub(crate) fn with_capacity(rows: usize) -> Self {
        let digests = |length| BinaryBuilder::with_capacity(rows, rows * length);
        Self {
            rows: Vec::with_capacity(rows),
            seqs: Vec::with_capacity(rows),
            corrections: Vec::with_capacity(rows),
            pseudonyms: digests(16),
            commitments: digests(32),
            salts: digests(16),
        }
    }

    /// Adds the event at a place of the chunk under its number; `correction_of` is the number of the event it replaces.
    pub(crate) fn push(&mut self, row: u32, seq: i64, person: &PersonDigest, correction_of: Option<i64>) {
        self.rows.push(row);
        self.seqs.push(seq);
        self.corrections.push(correction_of);
        self.pseudonyms.append_option(person.pseudonym);
        self.commitments.append_value(person.commitment);
        self.salts.append_value(person.salt);
    }

    /// How many of them replace an earlier event.
    pub(crate) fn corrections(&self) -> u64 {
        self.corrections.iter().flatten().count() as u64
    }

    /// The public and the private batch. Neighbours are not copied.
    pub(crate) fn batches(mut self, events: &Events) -> Result<(RecordBatch, RecordBatch), ArchiveError> {
        let neighbours = self.rows.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let (first, rows) = (self.rows.first().map_or(0, |row| *row as usize), UInt32Array::from(self.rows));
        let of = |column: &dyn Array| -> Result<ArrayRef, ArchiveError> {
            if neighbours {
                return Ok(column.slice(first, rows.len()));
            }
            take(column, &rows, None).map_err(|e| ArchiveError::Encode(e.to_string()))
        };
        let (integer_ids, ids) = match &events.event_id {
            Ids::Integer(ids) => (true, of(ids)?),
            Ids::Text(ids) => (false, of(ids)?),
        };
        let (public, private) = schemas(integer_ids);
        let seqs: ArrayRef = Arc::new(Int64Array::from(self.seqs));
        let mut public_columns = vec![Arc::clone(&seqs), ids];
        for column in events.public() {
            public_columns.push(of(column)?);
        }
        public_columns.push(Arc::new(self.pseudonyms.finish()));
        public_columns.push(Arc::new(self.commitments.finish()));
        public_columns.push(Arc::new(Int64Array::from(self.corrections)));
        let private_columns = vec![
            seqs,
            Arc::new(self.salts.finish()),
            of(&events.nik)?,
            of(&events.nama)?,
            of(&events.jenis_kelamin)?,
            of(&events.tempat_lahir)?,
            of(&events.tanggal_lahir)?,
            of(&events.pembawa)?,
            of(&events.keterangan)?,
        ];
        let make =
            |schema, columns| RecordBatch::try_new(schema, columns).map_err(|e| ArchiveError::Encode(e.to_string()));
        Ok((make(public, public_columns)?, make(private, private_columns)?))
    }
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

/// A small batch as the bytes of a Parquet file; the same batch gives the same bytes.
pub(crate) fn encode(batch: &RecordBatch) -> Result<Vec<u8>, ArchiveError> {
    let mut writer = writer(Vec::new(), batch.schema(), true).map_err(parquet_fault)?;
    writer.write(batch).map_err(parquet_fault)?;
    writer.into_inner().map_err(parquet_fault)
}

/// Columns whose values are all but random or all different: a dictionary only costs.
const WITHOUT_DICTIONARY: [&str; 7] = ["pii_commitment", "nik_pseudonym", "salt", "nik", "nama", "keterangan", "row"];
/// Columns whose neighbours share their beginnings.
const ALIKE: [&str; 3] = ["event_id", "berkas_id", "nomor_register"];

/// Texts by which a reader of the archive finds rows, so that the least and greatest of a row group are worth knowing.
const LOOKED_FOR: [&str; 3] = ["event_id", "berkas_id", "kolektif_id"];

/// A writer of Parquet with the encoding that each column of the archive deserves.
pub(crate) fn writer<W: std::io::Write + Send>(
    sink: W,
    schema: SchemaRef,
    compressed: bool,
) -> Result<ArrowWriter<W>, ParquetError> {
    let zstd = Compression::ZSTD(ZstdLevel::try_new(1)?);
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(if compressed { zstd } else { Compression::UNCOMPRESSED })
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for field in schema.fields() {
        let path = ColumnPath::from(field.name().as_str());
        let name = field.name().as_str();
        let encoding = match field.data_type() {
            // Differences between neighbours are small.
            DataType::Int64 | DataType::Timestamp(..) => Some(Encoding::DELTA_BINARY_PACKED),
            _ if ALIKE.contains(&name) => Some(Encoding::DELTA_BYTE_ARRAY),
            _ => None,
        };
        if matches!(field.data_type(), DataType::Utf8 | DataType::Binary) && !LOOKED_FOR.contains(&name) {
            properties = properties.set_column_statistics_enabled(path.clone(), EnabledStatistics::None);
        }
        if let Some(encoding) = encoding {
            properties =
                properties.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path, encoding);
        } else if WITHOUT_DICTIONARY.contains(&name) {
            properties = properties.set_column_dictionary_enabled(path, false);
        }
    }
    ArrowWriter::try_new(sink, schema, Some(properties.build()))
}

fn parquet_fault(e: ParquetError) -> ArchiveError {
    ArchiveError::Encode(e.to_string())
}
