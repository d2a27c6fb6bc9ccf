//! The cases behind a number as a table, and its files for spreadsheets and programs.
//!
//! Rule    a column that no case fills is left out; times are whole seconds, so that their ranks are exact

use crate::book::provenance;
use crate::table::{Item, Table};
use crate::xlsx::{Frame, Sheet};
use crate::{RenderError, xlsx};
use schemas::document::{CsvDialect, FileFormat, Office};
use schemas::{CaseValue, Facts, FigureCase, FigureCases};

/// The heads of columns of numbers.
const NUMBERS: [&str; 7] = [
    "Langkah",
    "Jam kerja (detik)",
    "Jam kalender (detik)",
    "Umur (hari kerja)",
    "Lama (hari kerja)",
    "Langkah wajib",
    "Banyaknya",
];
/// The figures of which working days are an age at the end of the month, and not a time that is over.
const AGES: [&str; 2] = ["backlog", "uncollected"];

/// A column: its head, and what it has of a case.
type Column<'c> = (&'c str, Box<dyn Fn(&FigureCase) -> Item + 'c>);

/// Whether a column is one of numbers.
pub(crate) fn is_number(head: &str) -> bool {
    NUMBERS.contains(&head)
}

/// Returns the cases as a table.
pub(crate) fn table(cases: &FigureCases, facts: &Facts) -> Table {
    let text = |of: fn(&FigureCase) -> &String| -> Box<dyn Fn(&FigureCase) -> Item> { Box::new(move |c| of(c).into()) };
    let jenis = |case: &FigureCase| Item::from(facts.jenis_name(&case.jenis));
    let columns: Vec<Column<'_>> = vec![
        ("Nomor permohonan", text(|c| &c.berkas)),
        ("Permohonan kolektif", text(|c| &c.kolektif)),
        ("Peristiwa", text(|c| &c.event)),
        ("Pekon/kelurahan", text(|c| &c.pekon)),
        ("Kecamatan", text(|c| &c.kecamatan)),
        ("Jenis permohonan", Box::new(jenis)),
        ("Langkah", Box::new(|c| u64::try_from(c.step).ok().filter(|step| *step > 0).map_or(Item::Empty, Item::from))),
        ("Keterangan", text(|c| &c.words)),
        (value_head(cases), Box::new(|c| c.value.and_then(|v| u64::try_from(v).ok()).map_or(Item::Empty, Item::from))),
        (
            "Masuk bagian",
            Box::new(|c| c.is_part.map_or(Item::Empty, |is_part| if is_part { "ya" } else { "tidak" }.into())),
        ),
    ];
    let table = Table {
        head: columns.iter().map(|(head, _)| (*head).to_owned()).collect(),
        rows: cases.cases.iter().map(|case| columns.iter().map(|(_, of)| of(case)).collect()).collect(),
        ..Table::default()
    };
    table.without_empty_columns()
}

/// Returns the head of the column of what is measured.
fn value_head(cases: &FigureCases) -> &'static str {
    let is_age =
        AGES.contains(&cases.key.figure.as_str()) || cases.cases.iter().all(|case| case.item.starts_with("open_"));
    match cases.value {
        Some(CaseValue::WorkingTime) => NUMBERS[1],
        Some(CaseValue::WallTime) => NUMBERS[2],
        Some(CaseValue::WorkingDays) if is_age => NUMBERS[3],
        Some(CaseValue::WorkingDays) => NUMBERS[4],
        Some(CaseValue::Steps) => NUMBERS[5],
        Some(CaseValue::Count) => NUMBERS[6],
        None => "Nilai",
    }
}

/// Returns the cases as CSV, JSON or a workbook; `None` for another form.
///
/// # Errors
/// [`RenderError::Data`] when they cannot be written.
pub fn cases_file(
    cases: &FigureCases,
    format: FileFormat,
    facts: &Facts,
    office: &Office,
) -> Result<Option<Vec<u8>>, RenderError> {
    let fault = |reason: String| RenderError::Data { document: cases.path.clone(), reason };
    let written = match format {
        FileFormat::Csv => crate::csv::write(&table(cases, facts), CsvDialect::Id),
        FileFormat::Json => serde_json::to_vec_pretty(cases).map_err(|e| e.to_string()),
        FileFormat::Xlsx => workbook(cases, facts, office).map_err(|e| e.to_string()),
        _ => return Ok(None),
    };
    written.map(Some).map_err(fault)
}

fn workbook(cases: &FigureCases, facts: &Facts, office: &Office) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let frame = Frame {
        letterhead: office.letterhead(),
        title: cases.title.clone(),
        period: format!("{} · {}", cases.month.indonesian(), cases.provenance.extent()),
        last_day: cases.month.last_day(),
        origin: provenance(&cases.provenance),
        author: office.dinas.clone(),
        keywords: String::new(),
    };
    let notes = [
        ("Angka", cases.title.clone()),
        ("Asal", cases.path.clone()),
        ("Bulan", cases.month.indonesian()),
        ("Versi arsip", cases.provenance.archive_version.to_string()),
        ("Data sampai", cases.provenance.complete_until()),
        ("Sidik arsip", cases.provenance.head.clone()),
        ("Program", cases.provenance.program.clone()),
    ];
    let sheet = Sheet { name: "Baris".to_owned(), table: table(cases, facts), charts: Vec::new() };
    xlsx::write(&frame, &[sheet], &notes)
}
