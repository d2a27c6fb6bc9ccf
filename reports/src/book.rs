//! The page of an official book or list.
//!
//! Reads   a book with typed cells
//! Gives   what the layout `buku.typ` reads: text broken into lines, and the closing sentences; the table for CSV and XLSX

use crate::RenderError;
use crate::indonesian::{integer, long_date, weekday};
use crate::lines::{Ruler, columns};
use crate::pdf::Fonts;
use crate::printable::clean_text;
use crate::table::{Item, Table};
use crate::templates::{TemplateError, Templates};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use schemas::Zone;
use schemas::document::{BookContent, Cell, Coverage, LedgerBook, Office, PdfStandard, Provenance};
use serde_json::{Value, json};

/// The rows of a volume, which has about fifty pages.
pub(crate) const VOLUME: usize = 2_000;

/// The size of the text, the height of a line, the width of the page between its margins, and a column's inset, in points.
const SIZE_PT: f64 = 8.0;
const LINE_PT: f64 = 10.4;
const BREADTH_PT: f64 = 298.0 / 25.4 * 72.0;
const INSET_PT: f64 = 2.2;

/// Returns what the layout `buku.typ` reads of a volume, and how many texts of its rows had unprintable characters. The closing
/// sentences are in the last volume.
pub(crate) fn page(
    book: &LedgerBook,
    volume: usize,
    office: &Office,
    templates: &Templates,
    fonts: &Fonts,
    standard: PdfStandard,
) -> Result<(Value, u64), TemplateError> {
    let before = (volume - 1) * VOLUME;
    let volumes = book.rows.len().div_ceil(VOLUME).max(1);
    let of_volume = |length: usize| before.min(length)..(before + VOLUME).min(length);
    let entries = book.rows.len() as u64;
    let closing = closing(book, templates)?;
    let berkas = &book.berkas[of_volume(book.berkas.len())];
    let (rows, replaced, touched) = printable_rows(&book.rows[of_volume(book.rows.len())], book.zone, berkas, fonts);
    let total: u32 = book.columns.iter().map(|c| c.width).sum();
    let widths = book.columns.iter().map(|c| BREADTH_PT * f64::from(c.width) / f64::from(total));
    let widths: Vec<f64> = widths.collect();
    // Screen readers need a table with cells. For the eye, columns of lines are set much faster.
    let (table, (lines, ends)) = if standard.is_tagged() {
        (Some(&rows), Default::default())
    } else {
        let inner: Vec<f64> = widths.iter().map(|width| width - 2.0 * INSET_PT).collect();
        (None, columns(&rows, &inner, &mut Ruler::new(fonts, SIZE_PT)))
    };
    let closing = if volume == volumes { closing } else { vec![format!("Bersambung ke jilid {}.", volume + 1)] };
    let page = json!({
        "kantor": office,
        "judul": book.title,
        "dasar": book.legal_basis,
        "zona": book.rows.iter().flatten().any(|cell| matches!(cell, Cell::DateTime(_))).then(|| book.zone.to_string()),
        "bulan": book.month.indonesian(),
        "salinan": copy(book.masked),
        "satuan": unit(book),
        "kolom": book.columns,
        "ukuran": SIZE_PT,
        "tinggi": LINE_PT,
        "sisip": INSET_PT,
        "lebar": widths,
        "entri": rows.len(),
        "tabel": table,
        "isi": lines,
        "akhir": ends,
        "diganti": touched,
        "sebelum": before,
        "semua": entries,
        "jilid": if volumes > 1 { Some(format!("Jilid {volume} dari {volumes}")) } else { None },
        "terakhir": volume == volumes,
        "penutup": closing,
        "tanggal": long_date(book.closed_on),
        "asal": provenance(&book.provenance),
    });
    Ok((page, replaced))
}

/// Returns what its rows count, in Indonesian.
fn unit(book: &LedgerBook) -> &str {
    match &book.content {
        BookContent::Book { .. } => "entri",
        BookContent::List { unit, .. } => unit,
    }
}

/// Returns the sentences that close a book or a list.
fn closing(book: &LedgerBook, templates: &Templates) -> Result<Vec<String>, TemplateError> {
    let provisional = book.provenance.coverage(book.month) == Coverage::Provisional;
    let mut said = json!({
        "judul": book.title,
        "sementara": provisional.then(|| book.provenance.extent()),
        "bulan": book.month.indonesian(),
        "hari": weekday(book.closed_on),
        "tanggal": long_date(book.closed_on),
        "jumlah": book.rows.len(),
    });
    let template = match &book.content {
        BookContent::Book { numbers, late_entries } => {
            said["susulan"] = (*late_entries).into();
            said["nomor_pertama"] = numbers.first.as_deref().into();
            said["nomor_terakhir"] = numbers.last.as_deref().into();
            said["nomor_terlewat"] = numbers.numbers_missing.as_slice().into();
            said["nomor_ganda"] = numbers.numbers_used_twice.as_slice().into();
            "penutup_buku.txt.j2"
        }
        BookContent::List { unit, retention, .. } => {
            let months = retention.iter().flat_map(|check| &check.months_without_rule);
            said["satuan"] = unit.as_str().into();
            said["belum_ada_jra"] = retention.as_ref().is_some_and(|check| check.without_schedule).into();
            said["tanpa_aturan"] = months.map(|month| month.indonesian()).collect();
            "penutup_daftar.txt.j2"
        }
    };
    templates.sentences(template, said)
}

/// Returns the rows as printable text, how many texts were changed, and the berkas of those rows.
fn printable_rows<'b>(
    rows: &[Vec<Cell>],
    zone: Zone,
    berkas: &'b [String],
    fonts: &Fonts,
) -> (Vec<Vec<String>>, u64, Vec<&'b str>) {
    let prints = |c| fonts.prints(c);
    let (mut replaced, mut touched) = (0, Vec::new());
    let printed = rows.iter().enumerate().map(|(i, row)| {
        let mut row: Vec<String> = row.iter().map(|cell| text(cell, zone)).collect();
        let of_row = row.iter_mut().map(|text| u64::from(clean_text(text, &prints))).sum::<u64>();
        let id = berkas.get(i).map_or("", String::as_str);
        if of_row > 0 && touched.last() != Some(&id) {
            touched.push(id);
        }
        replaced += of_row;
        row
    });
    (printed.collect(), replaced, touched)
}

/// Returns a text as a QR code, which is an SVG picture.
pub(crate) fn qr(text: &str) -> Result<String, RenderError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(RenderError::Code)?;
    Ok(code.render::<svg::Color<'_>>().quiet_zone(false).min_dimensions(100, 100).build())
}

/// Returns the words that say which copy it is.
pub(crate) fn copy(masked: bool) -> &'static str {
    if masked { "Salinan kerja: NIK dan nama disamarkan" } else { "Salinan dinas: memuat data pribadi" }
}

/// Returns the book as a table for spreadsheets.
pub(crate) fn table(book: &LedgerBook) -> Table {
    Table {
        head: book.columns.iter().map(|c| c.label.clone()).collect(),
        rows: book.rows.iter().map(|row| row.iter().map(|cell| Item::of(cell, book.zone)).collect()).collect(),
    }
}

/// Returns the line in the footer of every page.
pub(crate) fn provenance(p: &Provenance) -> String {
    format!(
        "{} · arsip versi {}, {} peristiwa · sidik {}",
        p.program,
        integer(p.archive_version),
        integer(p.events),
        p.head.get(..16).unwrap_or(&p.head),
    )
}

/// Returns a cell as printed text. An instant is shown in the local time of the zone.
pub(crate) fn text(cell: &Cell, zone: Zone) -> String {
    shortened(Item::of(cell, zone).text())
}

/// The greatest number of characters of a printed value, so that one endless text does not fill many pages.
const LONGEST: usize = 300;

/// Shortens a text to what is printed, and marks the cut.
pub(crate) fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… [dipotong]", &text[..end]),
        None => text,
    }
}
