//! An official book: rows of typed cells become printed text.

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

/// Rows of a volume: some fifty pages.
pub(crate) const VOLUME: usize = 2_000;

/// Size of the text, height of a line, breadth of the page between its margins and of a column's margins, in points.
const SIZE_PT: f64 = 8.0;
const LINE_PT: f64 = 10.4;
const BREADTH_PT: f64 = 298.0 / 25.4 * 72.0;
const INSET_PT: f64 = 2.2;

/// What the layout `buku.typ` reads of a volume, and how many texts of its rows held characters that cannot be printed. What
/// closes the book stands in the last volume.
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
    // Readers that read aloud need a table with cells; for the eye, lines beside each other are set much faster.
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

/// What a row counts.
fn unit(book: &LedgerBook) -> &str {
    match &book.content {
        BookContent::Book { .. } => "entri",
        BookContent::List { unit, .. } => unit,
    }
}

/// The sentences that close a book or a list.
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

/// Rows as text that can be printed, how many texts were touched, and the berkas of those rows.
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

/// The text as a QR code, an SVG picture.
pub(crate) fn qr(text: &str) -> Result<String, RenderError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(RenderError::Code)?;
    Ok(code.render::<svg::Color<'_>>().quiet_zone(false).min_dimensions(100, 100).build())
}

/// What a copy may be used for.
pub(crate) fn copy(masked: bool) -> &'static str {
    if masked { "Salinan kerja: NIK dan nama disamarkan" } else { "Salinan dinas: memuat data pribadi" }
}

/// The book as a table for spreadsheets.
pub(crate) fn table(book: &LedgerBook) -> Table {
    Table {
        head: book.columns.iter().map(|c| c.label.clone()).collect(),
        rows: book.rows.iter().map(|row| row.iter().map(|cell| Item::of(cell, book.zone)).collect()).collect(),
    }
}

/// The line in the footer of every page.
pub(crate) fn provenance(p: &Provenance) -> String {
    format!(
        "{} · arsip versi {}, {} peristiwa · sidik {}",
        p.program,
        integer(p.archive_version),
        integer(p.events),
        p.head.get(..16).unwrap_or(&p.head),
    )
}

/// A cell as printed, its instants as the clocks of that zone showed them.
pub(crate) fn text(cell: &Cell, zone: Zone) -> String {
    shortened(Item::of(cell, zone).text())
}

/// Characters of a printed value at most: one text without end would else fill page after page.
const LONGEST: usize = 300;

/// A text as far as it is printed; what was cut off is marked.
pub(crate) fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… [dipotong]", &text[..end]),
        None => text,
    }
}
