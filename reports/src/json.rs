//! Documents for programs: JSON, and the schemas that it keeps.
//!
//! Invariant: every instant is written by ISO 8601 with its offset, and every file says which form it has.

use crate::{Document, RenderError, compliance};
use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema};
use schemas::NarrowedReview;
use schemas::document::{
    CalendarYear, CaseTrace, Cell, Coverage, Destruction, DisposalReport, LedgerBook, MonthlyReview, PaperSet,
    VerificationReport,
};
use serde::Serialize;
use serde_json::{Value, json};

/// The form of all files: 1 was that of earlier programs, which wrote instants as seconds and had no schema but that of the
/// compliance report.
const FORM: u32 = 2;

/// What each file says beside the document.
#[derive(Serialize, JsonSchema)]
struct Written<T> {
    /// The form of the file.
    #[schemars(extend("const" = FORM))]
    form: u32,
    /// Whether the archive holds all of the month; absent where a document is not of a month. A document of a month is provisional until
    /// its books are closed too: while its `closing` is null.
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Coverage>,
    #[serde(flatten)]
    document: T,
}

/// A list with the draft of the statement of its destruction.
#[derive(Serialize, JsonSchema)]
struct ListToDestroy {
    list: LedgerBook,
    statement: Destruction,
}

/// Returns the document as JSON with sorted keys.
///
/// # Errors
/// [`RenderError::Data`] when it cannot be written.
pub fn json(document: Document<'_>) -> Result<Vec<u8>, RenderError> {
    let fault = |e: serde_json::Error| RenderError::Data { document: document.name(), reason: e.to_string() };
    let mut content = said(document).map_err(fault)?;
    match document {
        Document::Book(book) => write_cells(book, &mut content),
        Document::Destruction(list, _) => write_cells(list, &mut content["list"]),
        Document::Paper(papers) => {
            for (written, sheet) in content["sheets"].as_array_mut().into_iter().flatten().zip(&papers.sheets) {
                let cells = |cells: &[Cell]| cells.iter().map(|cell| cell.written(papers.zone)).collect::<Vec<_>>();
                written["head"] = json!(cells(&sheet.head));
                written["rows"] = sheet.rows.iter().map(|row| json!(cells(row))).collect();
            }
        }
        _ => {}
    }
    let written = Written { form: FORM, coverage: document.coverage(), document: content };
    // By way of a value, which sorts the keys.
    let value = serde_json::to_value(written).map_err(fault)?;
    let mut text = serde_json::to_vec_pretty(&value).map_err(fault)?;
    text.push(b'\n');
    Ok(text)
}

/// Replaces the cells of a book by those that documents for programs have.
fn write_cells(book: &LedgerBook, content: &mut Value) {
    content["rows"] = json!(book.written_rows());
    for (name, cells) in [("opening", &book.opening), ("totals", &book.totals)] {
        if !cells.is_empty() {
            content[name] = json!(book.written(cells));
        }
    }
}

/// Returns what the document says, as its digest knows it.
pub(crate) fn said(document: Document<'_>) -> serde_json::Result<Value> {
    match document {
        Document::Compliance(sheet) => serde_json::to_value(compliance::data(sheet)),
        Document::Destruction(list, statement) => Ok(json!({"list": list, "statement": statement})),
        document => serde_json::to_value(document),
    }
}

/// Returns the name and text of the JSON Schema of each kind of document, made from the types that are written.
///
/// # Errors
/// When one cannot be written as text.
pub fn json_schemas() -> serde_json::Result<Vec<(&'static str, String)>> {
    let schemas = [
        schema::<Written<LedgerBook>>("buku", "Buku atau daftar"),
        schema::<Written<ListToDestroy>>("pemusnahan", "Konsep berita acara pemusnahan"),
        schema::<Written<PaperSet>>("surat", "Berita acara, bukti, dan surat lain"),
        schema::<Written<MonthlyReview>>("laporan_bulanan", "Laporan bulanan"),
        schema::<Written<NarrowedReview>>("laporan_bulanan_tersaring", "Laporan bulanan tersaring"),
        schema::<Written<compliance::Data<'_>>>("laporan_kepatuhan", "Laporan kepatuhan Standar Pelayanan"),
        schema::<Written<CalendarYear>>("kalender", "Kalender kerja"),
        schema::<Written<CaseTrace>>("telusur", "Riwayat berkas, permohonan kolektif, atau data pribadi"),
        schema::<Written<VerificationReport>>("berita_acara_verifikasi", "Berita acara verifikasi arsip"),
        schema::<Written<DisposalReport>>(
            "berita_acara_pemusnahan_data_pribadi",
            "Berita acara pemusnahan data pribadi",
        ),
    ];
    let texts = schemas.into_iter().map(|(name, schema)| Ok((name, serde_json::to_string_pretty(&schema)? + "\n")));
    texts.collect()
}

fn schema<T: JsonSchema>(name: &'static str, title: &str) -> (&'static str, Schema) {
    let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(closed);
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema.insert("description".to_owned(), format!("{name}, form {FORM} of tertib's JSON documents").into());
    (name, schema)
}

/// What no type has, no file has.
fn closed(schema: &mut Schema) {
    // A condition names properties without being of a type.
    let is_type = schema.get("type").is_some_and(|word| word == "object");
    if is_type && schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
        let joined = ["allOf", "anyOf", "oneOf", "$ref"].into_iter().any(|word: &str| schema.get(word).is_some());
        let word = if joined { "unevaluatedProperties" } else { "additionalProperties" };
        schema.insert(word.to_owned(), false.into());
    }
    transform_subschemas(&mut closed, schema);
}
