//! Defines the columns and the Parquet encoding of the archive's tables, and arranges rows in these columns for the writer.
//!
//! Reads   the facts' classification of the columns; new events with their digests, quarantined rows, outages and stock
//! Gives   the schemas of the tables, record batches of their rows, and the bytes of small tables
//! Rule    the visibility of a column decides whether it is in the public or the private table
//!
//! Invariant: the public table contains no NIK, no name and no free text, only a keyed pseudonym and a salted commitment.

use super::ArchiveError;
use super::pseudonyms::PersonDigest;
use crate::archive::event_batch::Events;
use arrow::array::builder::BinaryBuilder;
use arrow::array::{
    ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt32Array,
};
use arrow::compute::take;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use schemas::{Column, ColumnFact, ColumnFacts, ColumnKind, Presence, Visibility};
use serde_json::{Value, json};
use std::sync::Arc;

/// A row of the quarantine that stays when others of its file are destroyed.
#[derive(Clone, Debug)]
pub(crate) struct KeptRow {
    pub(crate) event_id: Option<String>,
    pub(crate) code: String,
    pub(crate) column: String,
    pub(crate) digest: String,
    pub(crate) row: String,
}

/// A row that violates the contract, and the reason.
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

/// The public and the private table. The classification of the facts determines which columns of the contract each contains, and in
/// which order.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    /// The columns of the contract in the public table, the key first.
    pub(crate) public: Vec<Column>,
    /// The columns of the contract in the private table.
    pub(crate) private: Vec<Column>,
    pub(crate) public_schema: SchemaRef,
    pub(crate) private_schema: SchemaRef,
}

impl Tables {
    /// The tables of columns so classified, less those that `lacks` names.
    pub(crate) fn of(columns: &ColumnFacts, integer_ids: bool, lacks: &[Column]) -> Self {
        let field = |fact: &ColumnFact| {
            let kind = match fact.kind {
                ColumnKind::Key if integer_ids => DataType::Int64,
                ColumnKind::Key | ColumnKind::Text => DataType::Utf8,
                ColumnKind::Integer => DataType::Int32,
                ColumnKind::Timestamp => utc(),
                ColumnKind::Date => DataType::Date32,
            };
            Field::new(fact.column.name(), kind, fact.presence == Presence::Optional)
        };
        let (private, public): (Vec<&ColumnFact>, Vec<&ColumnFact>) = columns
            .iter()
            .filter(|fact| !lacks.contains(&fact.column))
            .partition(|fact| fact.visibility == Visibility::Personal);
        let schema = |before: Vec<Field>, facts: &[&ColumnFact], after: Vec<Field>| {
            let fields = before.into_iter().chain(facts.iter().map(|fact| field(fact))).chain(after);
            Arc::new(Schema::new(fields.collect::<Vec<_>>()))
        };
        let seq = || Field::new("seq", DataType::Int64, false);
        let computed = vec![
            Field::new("nik_pseudonym", DataType::Binary, true),
            Field::new("pii_commitment", DataType::Binary, false),
            Field::new("correction_of", DataType::Int64, true),
        ];
        let names = |facts: &[&ColumnFact]| facts.iter().map(|fact| fact.column).collect();
        Self {
            public_schema: schema(vec![seq()], &public, computed),
            private_schema: schema(vec![seq(), Field::new("salt", DataType::Binary, false)], &private, Vec::new()),
            public: names(&public),
            private: names(&private),
        }
    }

    /// Returns the schema of the public table in the format of the Delta protocol.
    pub(crate) fn delta_schema(&self) -> Value {
        let fields = self.public_schema.fields().iter().map(|f| {
            let kind = match f.data_type() {
                DataType::Int64 => "long",
                DataType::Int32 => "integer",
                DataType::Timestamp(..) => "timestamp",
                DataType::Binary => "binary",
                DataType::Date32 => "date",
                _ => "string",
            };
            json!({"name": f.name(), "type": kind, "nullable": f.is_nullable(), "metadata": {}})
        });
        let month = json!({"name": "bulan", "type": "string", "nullable": false, "metadata": {}});
        json!({"type": "struct", "fields": fields.chain([month]).collect::<Vec<_>>()})
    }
}

/// Returns the classification of the columns in an archive whose log has this schema of the public table. The schema determines
/// which columns are public and which of those are optional; everything else, and the columns that the form of the archive lacks, is as
/// compiled into the program.
pub(crate) fn classified(delta_schema: &str, lacks: &[Column]) -> Result<ColumnFacts, String> {
    #[derive(serde::Deserialize)]
    struct Table {
        fields: Vec<StoredField>,
    }
    #[derive(serde::Deserialize)]
    struct StoredField {
        name: String,
        nullable: bool,
    }
    let table: Table = serde_json::from_str(delta_schema).map_err(|e| e.to_string())?;
    let now = ColumnFacts::embedded().map_err(|e| e.to_string())?;
    let then = now.iter().map(|fact| {
        if lacks.contains(&fact.column) {
            return fact.clone();
        }
        let stored = table.fields.iter().find(|stored| stored.name == fact.column.name());
        let visibility = if stored.is_some() { Visibility::Public } else { Visibility::Personal };
        let presence = match stored {
            Some(stored) if stored.nullable => Presence::Optional,
            Some(_) if fact.presence == Presence::Optional => Presence::Required,
            _ => fact.presence,
        };
        ColumnFact { visibility, presence, ..fact.clone() }
    });
    ColumnFacts::new(then.collect()).map_err(|e| e.to_string())
}

/// The events of one chunk that will be archived, with their numbers and digests, column by column.
#[derive(Debug)]
pub(crate) struct NewEvents {
    /// Their row indices in the chunk.
    rows: Vec<u32>,
    seqs: Vec<i64>,
    corrections: Vec<Option<i64>>,
    pseudonyms: BinaryBuilder,
    commitments: BinaryBuilder,
    salts: BinaryBuilder,
}

impl NewEvents {
    /// Creates an empty collection with room for that many events.
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

    /// Adds the event in a row of the chunk under its number. `correction_of` is the number of the event that it replaces.
    pub(crate) fn push(&mut self, row: u32, seq: i64, person: &PersonDigest, correction_of: Option<i64>) {
        self.rows.push(row);
        self.seqs.push(seq);
        self.corrections.push(correction_of);
        self.pseudonyms.append_option(person.pseudonym);
        self.commitments.append_value(person.commitment);
        self.salts.append_value(person.salt);
    }

    /// Returns how many of them replace an earlier event.
    pub(crate) fn corrections(&self) -> u64 {
        self.corrections.iter().flatten().count() as u64
    }

    /// Returns the public and the private batch. Consecutive rows are sliced instead of copied.
    pub(crate) fn batches(
        mut self,
        events: &Events,
        tables: &Tables,
    ) -> Result<(RecordBatch, RecordBatch), ArchiveError> {
        let are_consecutive = self.rows.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let (first, rows) = (self.rows.first().map_or(0, |row| *row as usize), UInt32Array::from(self.rows));
        let selected = |column: &Column| -> Result<ArrayRef, ArchiveError> {
            let values = events.values(*column).array();
            if are_consecutive {
                return Ok(values.slice(first, rows.len()));
            }
            take(values, &rows, None).map_err(|e| ArchiveError::Encode(e.to_string()))
        };
        let seqs: ArrayRef = Arc::new(Int64Array::from(self.seqs));
        let mut public = vec![Arc::clone(&seqs)];
        for column in &tables.public {
            public.push(selected(column)?);
        }
        public.push(Arc::new(self.pseudonyms.finish()));
        public.push(Arc::new(self.commitments.finish()));
        public.push(Arc::new(Int64Array::from(self.corrections)));
        let mut private: Vec<ArrayRef> = vec![seqs, Arc::new(self.salts.finish())];
        for column in &tables.private {
            private.push(selected(column)?);
        }
        let make = |schema: &SchemaRef, columns| {
            RecordBatch::try_new(SchemaRef::clone(schema), columns).map_err(|e| ArchiveError::Encode(e.to_string()))
        };
        Ok((make(&tables.public_schema, public)?, make(&tables.private_schema, private)?))
    }
}

/// Returns quarantined rows and their reasons as a batch.
pub(crate) fn quarantine_batch(rows: &[QuarantinedRow]) -> Result<RecordBatch, ArchiveError> {
    let values = |r: &QuarantinedRow| [r.code.to_owned(), r.column.to_owned(), r.digest.clone(), r.row.clone()];
    quarantined(rows.iter().map(|r| r.event_id.as_deref()).collect(), rows.iter().map(values).collect())
}

/// Returns rows that stay in quarantine as a batch.
pub(crate) fn kept_batch(rows: &[KeptRow]) -> Result<RecordBatch, ArchiveError> {
    let values = |r: &KeptRow| [r.code.clone(), r.column.clone(), r.digest.clone(), r.row.clone()];
    quarantined(rows.iter().map(|r| r.event_id.as_deref()).collect(), rows.iter().map(values).collect())
}

fn quarantined(ids: Vec<Option<&str>>, values: Vec<[String; 4]>) -> Result<RecordBatch, ArchiveError> {
    let fields = ["event_id", "code", "column", "digest", "row"]
        .into_iter()
        .map(|n| Field::new(n, DataType::Utf8, n == "event_id"))
        .collect();
    let text = |place: usize| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(values.iter().map(|row| row.get(place).map_or("", String::as_str))))
    };
    let ids: ArrayRef = Arc::new(StringArray::from(ids));
    batch(fields, std::iter::once(ids).chain((0..4).map(text)).collect())
}

/// Returns a snapshot of the outage log as a batch.
pub(crate) fn outage_batch(rows: &[schemas::Outage]) -> Result<RecordBatch, ArchiveError> {
    let instants = |f: &dyn Fn(&schemas::Outage) -> i64| -> ArrayRef {
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

/// Returns a snapshot of the blank-card stock as a batch.
pub(crate) fn stock_batch(rows: &[schemas::Stock]) -> Result<RecordBatch, ArchiveError> {
    let counts =
        |f: &dyn Fn(&schemas::Stock) -> i64| -> ArrayRef { Arc::new(Int64Array::from_iter_values(rows.iter().map(f))) };
    let mut fields = vec![Field::new("tanggal", DataType::Date32, false)];
    fields.extend(["terima", "cetak", "gagal"].map(|n| Field::new(n, DataType::Int64, false)));
    let days: ArrayRef = Arc::new(Date32Array::from_iter_values(rows.iter().map(|r| r.tanggal_days)));
    batch(fields, vec![days, counts(&|r| r.terima), counts(&|r| r.cetak), counts(&|r| r.gagal)])
}

fn batch(fields: Vec<Field>, columns: Vec<ArrayRef>) -> Result<RecordBatch, ArchiveError> {
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(|e| ArchiveError::Encode(e.to_string()))
}

/// Encodes a small batch as the bytes of a Parquet file. The same batch always gives the same bytes.
pub(crate) fn encode(batch: &RecordBatch) -> Result<Vec<u8>, ArchiveError> {
    let mut writer = writer(Vec::new(), batch.schema(), true).map_err(parquet_fault)?;
    writer.write(batch).map_err(parquet_fault)?;
    writer.into_inner().map_err(parquet_fault)
}

/// Columns whose values are nearly random or all different, for which a dictionary only costs space and time.
const WITHOUT_DICTIONARY: [&str; 9] =
    ["pii_commitment", "nik_pseudonym", "salt", "nik", "nama", "keterangan", "row", "lama", "baru"];
/// Columns in which neighbouring values share a prefix.
pub(super) const WITH_COMMON_PREFIX: [&str; 3] = ["event_id", "berkas_id", "nomor_register"];

/// Text columns by which readers of the archive look up rows, for which the least and greatest value of a row group are worth storing.
const SEARCHED_BY: [&str; 3] = ["event_id", "berkas_id", "kolektif_id"];

/// Returns a Parquet writer that encodes each column in the way that suits its values.
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
            // Neighbouring values differ little.
            DataType::Int64 | DataType::Timestamp(..) => Some(Encoding::DELTA_BINARY_PACKED),
            _ if WITH_COMMON_PREFIX.contains(&name) => Some(Encoding::DELTA_BYTE_ARRAY),
            _ => None,
        };
        if matches!(field.data_type(), DataType::Utf8 | DataType::Binary) && !SEARCHED_BY.contains(&name) {
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
