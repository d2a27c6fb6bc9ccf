//! Columns of the archive's tables, and events as columns.
//!
//! Invariant: the public table holds no NIK, no name and no free text; only a keyed pseudonym and a salted commitment.

use super::ArchiveError;
use super::digest::RowDigest;
use crate::key::as_text;
use arrow::array::builder::{Date32Builder, Int32Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder};
use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use schemas::{Event, EventId};
use serde_json::{Value, json};
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

/// The private columns.
fn private_columns() -> Vec<Field> {
    let mut fields = vec![Field::new("seq", DataType::Int64, false)];
    let names = ["salt", "nik", "nama", "jenis_kelamin", "tempat_lahir"];
    fields.extend(names.iter().map(|n| Field::new(*n, DataType::Utf8, *n != "salt")));
    fields.push(Field::new("tanggal_lahir", DataType::Date32, true));
    fields.push(Field::new("pembawa", DataType::Utf8, false));
    fields.push(Field::new("keterangan", DataType::Utf8, true));
    fields
}

/// The schemas of the public and the private table.
pub(crate) fn schemas(integer_ids: bool) -> (SchemaRef, SchemaRef) {
    (Arc::new(Schema::new(public_columns(integer_ids))), Arc::new(Schema::new(private_columns())))
}

#[derive(Debug)]
enum Ids {
    Integer(Int64Builder),
    Text(StringBuilder),
}

/// Events on their way into columns, public and private side by side.
#[derive(Debug)]
pub(crate) struct EventRows {
    schemas: (SchemaRef, SchemaRef),
    rows: usize,
    text_bytes: usize,
    event_id: Ids,
    seq: Int64Builder,
    correction_of: Int64Builder,
    langkah: Int32Builder,
    instants: [TimestampMicrosecondBuilder; 4],
    texts: [StringBuilder; 10],
    keyed: [StringBuilder; 3],
    private_seq: Int64Builder,
    private_texts: [StringBuilder; 7],
    tanggal_lahir: Date32Builder,
}

impl EventRows {
    pub(crate) fn new(integer_ids: bool) -> Self {
        let instant = || TimestampMicrosecondBuilder::new().with_timezone("UTC");
        Self {
            schemas: schemas(integer_ids),
            rows: 0,
            text_bytes: 0,
            event_id: if integer_ids { Ids::Integer(Int64Builder::new()) } else { Ids::Text(StringBuilder::new()) },
            seq: Int64Builder::new(),
            correction_of: Int64Builder::new(),
            langkah: Int32Builder::new(),
            instants: [(); 4].map(|()| instant()),
            texts: [(); 10].map(|()| StringBuilder::new()),
            keyed: [(); 3].map(|()| StringBuilder::new()),
            private_seq: Int64Builder::new(),
            private_texts: [(); 7].map(|()| StringBuilder::new()),
            tanggal_lahir: Date32Builder::new(),
        }
    }

    /// How many events it holds.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// About how many bytes of remarks it holds, the only text without a natural limit.
    pub(crate) fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// Adds an event under its number.
    pub(crate) fn push(&mut self, seq: i64, event: &Event<'_>, digest: &RowDigest, correction_of: Option<i64>) {
        let p = &event.person;
        self.rows += 1;
        self.text_bytes += p.keterangan.map_or(0, str::len);
        self.seq.append_value(seq);
        self.private_seq.append_value(seq);
        self.correction_of.append_option(correction_of);
        self.langkah.append_value(event.langkah.into());
        match (&mut self.event_id, event.event_id) {
            (Ids::Integer(ids), EventId::Integer(n)) => ids.append_value(n),
            (Ids::Text(ids), EventId::Text(id)) => ids.append_value(id),
            // The contract lets only keys of the archive's type pass.
            (Ids::Integer(ids), EventId::Text(_)) => ids.append_null(),
            (Ids::Text(ids), EventId::Integer(_)) => ids.append_null(),
        }
        let instants = [Some(event.recorded_at_us), event.mulai_us, Some(event.selesai_us), Some(event.diterima_us)];
        self.instants.iter_mut().zip(instants).for_each(|(builder, us)| builder.append_option(us));
        let texts = [
            Some(event.berkas_id),
            Some(event.kolektif_id),
            Some(event.pelaksana),
            event.petugas_id,
            Some(event.hasil),
            event.kekurangan,
            event.nomor_register,
            Some(event.jenis),
            Some(event.kewarganegaraan),
            Some(event.pekon),
        ];
        self.texts.iter_mut().zip(texts).for_each(|(builder, text)| builder.append_option(text));
        let [pseudonyms, commitments, contents] = &mut self.keyed;
        let [salts, private @ ..] = &mut self.private_texts;
        pseudonyms.append_option(digest.person.pseudonym.as_ref().map(|digits| as_text(digits)));
        commitments.append_value(as_text(&digest.person.commitment));
        contents.append_value(as_text(&digest.content));
        salts.append_value(as_text(&digest.person.salt));
        let personal = [p.nik, p.nama, p.jenis_kelamin, p.tempat_lahir, Some(p.pembawa), p.keterangan];
        private.iter_mut().zip(personal).for_each(|(builder, text)| builder.append_option(text));
        self.tanggal_lahir.append_option(p.tanggal_lahir_days);
    }

    /// The public and the private batch of all events so far, in the order given.
    pub(crate) fn take(&mut self) -> Result<(RecordBatch, RecordBatch), ArchiveError> {
        self.rows = 0;
        self.text_bytes = 0;
        let ids: ArrayRef = match &mut self.event_id {
            Ids::Integer(ids) => Arc::new(ids.finish()),
            Ids::Text(ids) => Arc::new(ids.finish()),
        };
        let [recorded_at, mulai, selesai, diterima] =
            self.instants.each_mut().map(|b| Arc::new(b.finish()) as ArrayRef);
        let [berkas_id, kolektif_id, pelaksana, petugas_id, hasil, kekurangan, nomor_register, jenis, warga, pekon] =
            self.texts.each_mut().map(|b| Arc::new(b.finish()) as ArrayRef);
        let [pseudonym, commitment, digest] = self.keyed.each_mut().map(|b| Arc::new(b.finish()) as ArrayRef);
        let public = vec![
            Arc::new(self.seq.finish()) as ArrayRef,
            ids,
            recorded_at,
            berkas_id,
            kolektif_id,
            Arc::new(self.langkah.finish()),
            pelaksana,
            petugas_id,
            mulai,
            selesai,
            hasil,
            kekurangan,
            nomor_register,
            jenis,
            warga,
            pekon,
            diterima,
            pseudonym,
            commitment,
            digest,
            Arc::new(self.correction_of.finish()),
        ];
        let [salt, nik, nama, kelamin, tempat, pembawa, keterangan] =
            self.private_texts.each_mut().map(|b| Arc::new(b.finish()) as ArrayRef);
        let birth: ArrayRef = Arc::new(self.tanggal_lahir.finish());
        let seq: ArrayRef = Arc::new(self.private_seq.finish());
        let private = vec![seq, salt, nik, nama, kelamin, tempat, birth, pembawa, keterangan];
        let make = |schema: &SchemaRef, columns| {
            RecordBatch::try_new(Arc::clone(schema), columns).map_err(|e| ArchiveError::Encode(e.to_string()))
        };
        Ok((make(&self.schemas.0, public)?, make(&self.schemas.1, private)?))
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
    let mut writer = writer(Vec::new(), batch.schema()).map_err(parquet_fault)?;
    writer.write(batch).map_err(parquet_fault)?;
    writer.into_inner().map_err(parquet_fault)
}

/// Columns whose values are all but random or all different: a dictionary only costs.
const WITHOUT_DICTIONARY: [&str; 8] =
    ["pii_commitment", "content_digest", "nik_pseudonym", "salt", "nik", "nama", "keterangan", "row"];
/// Columns whose neighbours share their beginnings.
const ALIKE: [&str; 3] = ["event_id", "berkas_id", "nomor_register"];

/// A writer of Parquet with the encoding that each column of the archive deserves.
pub(crate) fn writer<W: std::io::Write + Send>(sink: W, schema: SchemaRef) -> Result<ArrowWriter<W>, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("tertib ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
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
