//! The page of an official book or list.
//!
//! Reads   a book with typed cells
//! Gives   what the layout `buku.typ` reads: text broken into lines, and the closing sentences; the table for CSV and XLSX

use crate::RenderError;
use crate::indonesian::{integer, long_date, signed, signed_in_words, weekday};
use crate::lines::{Ruler, columns};
use crate::pdf::Fonts;
use crate::printable::clean_text;
use crate::table::{Item, Table};
use crate::templates::{TemplateError, Templates};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use schemas::Zone;
use schemas::document::{BookColumn, BookContent, Cell, LedgerBook, Obstacle, Office, Provenance};
use serde_json::{Value, json};

/// Returns the rows of a volume, which has about fifty pages. Where people sign, a row is twice as high.
pub(crate) fn volume_rows(book: &LedgerBook) -> usize {
    if book.row_mm.is_some() { 1_000 } else { 2_000 }
}

pub(crate) const POINTS_PER_MM: f64 = 72.0 / 25.4;
/// The size of the text, the height of a line, the width of the page between its margins, and a column's inset, in points.
const SIZE_PT: f64 = 8.0;
const LINE_PT: f64 = 10.4;
const BREADTH_PT: f64 = 298.0 * POINTS_PER_MM;
const INSET_PT: f64 = 2.2;

/// Returns what the layout `buku.typ` reads of a volume, and how many texts of its rows had unprintable characters. The closing
/// sentences are in the last volume.
pub(crate) fn page(
    book: &LedgerBook,
    volume: usize,
    office: &Office,
    templates: &Templates,
    fonts: &Fonts,
) -> Result<(Value, u64), TemplateError> {
    let most = volume_rows(book);
    let before = (volume - 1) * most;
    let volumes = book.rows.len().div_ceil(most).max(1);
    let of_volume = |length: usize| before.min(length)..(before + most).min(length);
    let entries = book.rows.len() as u64;
    let closing = closing(book, office, templates)?;
    let berkas = &book.berkas[of_volume(book.berkas.len())];
    let of_volume = of_volume(book.rows.len());
    let entries_here = of_volume.len();
    // What was carried in stands above the first entry, what they come to below the last one.
    let framed = |cells: &Vec<Cell>, here: bool| (here && !cells.is_empty()).then(|| cells.clone());
    let above = framed(&book.opening, volume == 1);
    let below = framed(&book.totals, volume == volumes);
    let berkas: Vec<&str> =
        above.iter().map(|_| "").chain(berkas.iter().map(String::as_str)).chain(below.iter().map(|_| "")).collect();
    let first = usize::from(above.is_some());
    let cells: Vec<&Vec<Cell>> = above.iter().chain(&book.rows[of_volume]).chain(&below).collect();
    let (rows, replaced, touched) = printable_rows(&cells, book.zone, &berkas, fonts);
    // Where people sign, a row has two lines and is as high as a signature.
    let (least_lines, line_pt) = match book.row_mm {
        Some(mm) => (2, LINE_PT.max(f64::from(mm) / 2.0 * POINTS_PER_MM)),
        None => (1, LINE_PT),
    };
    let widths = widths_pt(&book.columns, BREADTH_PT);
    let inner: Vec<f64> = widths.iter().map(|width| width - 2.0 * INSET_PT).collect();
    let (lines, ends) = columns(&rows, &inner, least_lines, &mut Ruler::new(fonts, SIZE_PT));
    let closing = if volume == volumes { closing } else { vec![format!("Bersambung ke jilid {}.", volume + 1)] };
    let page = json!({
        "kantor": office,
        "judul": book.title,
        "dasar": book.legal_basis,
        "zona": book.rows.iter().flatten().any(|cell| matches!(cell, Cell::DateTime(_))).then(|| book.zone.to_string()),
        "bulan": book.month.indonesian(),
        "salinan": copy_of(book),
        "ditandatangani": is_signed(book),
        "diparaf": book.obstacle().is_none(),
        "salinan_kerja": book.personal && book.masked,
        "satuan": unit(book),
        "kolom": book.columns,
        "ukuran": SIZE_PT,
        "tinggi": line_pt,
        "sisip": INSET_PT,
        "lebar": widths,
        "entri": entries_here,
        "awal": first,
        "kosong": empty(book),
        "isi": lines,
        "akhir": ends,
        "diganti": touched,
        "sebelum": before,
        "semua": entries,
        "jilid": if volumes > 1 { Some(format!("Jilid {volume} dari {volumes}")) } else { None },
        "terakhir": volume == volumes,
        "penutup": closing,
        "penanggung_jawab": crate::signers::keeper(book.signer.as_ref(), office),
        "tanggal": book.closing.as_ref().map(|closing| long_date(closing.on)),
        "asal": provenance(&book.provenance),
    });
    Ok((page, replaced))
}

/// Returns how wide the columns of a table of this breadth are.
pub(crate) fn widths_pt(columns: &[BookColumn], breadth_pt: f64) -> Vec<f64> {
    let total: u32 = columns.iter().map(|c| c.width).sum();
    columns.iter().map(|c| breadth_pt * f64::from(c.width) / f64::from(total)).collect()
}

/// Returns what its rows count, in Indonesian; only lines, where some of them are not counted.
fn unit(book: &LedgerBook) -> &str {
    match &book.content {
        BookContent::Book { .. } => "entri",
        BookContent::List { apart, .. } if !apart.is_empty() => "baris",
        BookContent::List { unit, .. } => unit,
    }
}

/// Returns the sentences that close a book or a list.
fn closing(book: &LedgerBook, office: &Office, templates: &Templates) -> Result<Vec<String>, TemplateError> {
    let mut said = json!({
        "judul": book.title,
        "sementara": book.closing.is_none().then(|| book.provenance.extent()),
        "tidak_lengkap": book.closing.as_ref().and_then(|closing| closing.incomplete.as_deref()),
        "bulan": book.month.indonesian(),
        "hari": book.closing.as_ref().map(|closing| weekday(closing.on)),
        "tanggal": book.closing.as_ref().map(|closing| long_date(closing.on)),
        "jumlah": book.rows.len(),
        "petugas": crate::signers::named(&book.officers, office),
    });
    let template = match &book.content {
        BookContent::Book { numbers, late_entries } => {
            let held_back = numbers.held_back.clone().unwrap_or_default();
            said["tertahan"] = json!({"jumlah": held_back.entries, "nomor": held_back.numbers});
            said["susulan"] = (*late_entries).into();
            said["nomor_pertama"] = numbers.first.as_deref().into();
            said["nomor_terakhir"] = numbers.last.as_deref().into();
            let written = |serials: &[u64]| serials.iter().map(|n| numbers.written(*n)).collect::<Value>();
            said["nomor_terlewat"] = written(&numbers.numbers_missing);
            said["nomor_ganda"] = written(&numbers.numbers_used_twice);
            "penutup_buku.txt.j2"
        }
        BookContent::List { unit, months_without_rule, note, apart, .. } => {
            said["satuan"] = unit.as_str().into();
            said["halangan"] = obstacle(book).into();
            said["tanpa_aturan"] = months_without_rule.iter().map(|month| month.indonesian()).collect();
            said["jumlah"] = (book.rows.len() as u64 - apart.iter().map(|(_, n)| n).sum::<u64>()).into();
            said["terpisah"] = json!(apart);
            said["catatan"] = note.as_str().into();
            said["jumlah_akhir"] = last_total(book).map(|n| [signed(n), signed_in_words(n)]).into();
            said["tanpa_saldo"] = (!book.opening.is_empty() && last_total(book).is_none()).into();
            "penutup_daftar.txt.j2"
        }
    };
    templates.sentences(template, said)
}

/// Returns why a list cannot be made, for its closing sentence.
fn obstacle(book: &LedgerBook) -> Option<&'static str> {
    book.obstacle().map(|obstacle| match obstacle {
        Obstacle::NoSchedule => "Jadwal Retensi Arsip belum ditetapkan",
        Obstacle::NoStockLog => "catatan blangko tidak ada dalam sumber data",
        Obstacle::NoOutageLog => "catatan gangguan tidak ada dalam sumber data",
    })
}

/// Whether it is the copy that is signed: that of a closed month, with everything that belongs into it.
fn is_signed(book: &LedgerBook) -> bool {
    book.closing.is_some() && book.obstacle().is_none() && !(book.personal && book.masked)
}

/// Returns the word that stands where there are no rows.
fn empty(book: &LedgerBook) -> &'static str {
    if book.obstacle().is_some() { "BELUM DAPAT DISUSUN" } else { "NIHIL" }
}

/// Returns what is left at the end of a list that carries a stock on; `None` where nobody knows what was carried in.
fn last_total(book: &LedgerBook) -> Option<i64> {
    // It stands in the column in which what was carried in does.
    let place = book.opening.iter().rposition(is_number)?;
    match book.totals.get(place)? {
        Cell::Number(left) => i64::try_from(*left).ok(),
        Cell::BelowZero(left) => Some(*left),
        _ => None,
    }
}

fn is_number(cell: &Cell) -> bool {
    matches!(cell, Cell::Number(_) | Cell::BelowZero(_))
}

/// Returns the rows as printable text, how many texts were changed, and the berkas of those rows.
fn printable_rows<'b>(
    rows: &[&Vec<Cell>],
    zone: Zone,
    berkas: &[&'b str],
    fonts: &Fonts,
) -> (Vec<Vec<String>>, u64, Vec<&'b str>) {
    let prints = |c| fonts.prints(c);
    let (mut replaced, mut touched) = (0, Vec::new());
    let printed = rows.iter().enumerate().map(|(i, row)| {
        let mut row: Vec<String> = row.iter().map(|cell| text(cell, zone)).collect();
        let of_row = row.iter_mut().map(|text| u64::from(clean_text(text, &prints))).sum::<u64>();
        let id = berkas.get(i).copied().unwrap_or_default();
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

/// Returns the words that say which copy of a book or list it is.
pub(crate) fn copy_of(book: &LedgerBook) -> &'static str {
    if book.personal { copy(book.masked) } else { "Hanya jumlah, tanpa data pribadi" }
}

/// Returns the book as a table for spreadsheets.
pub(crate) fn table(book: &LedgerBook) -> Table {
    let items = |row: &Vec<Cell>| row.iter().map(|cell| Item::of(cell, book.zone)).collect::<Vec<Item>>();
    Table {
        head: book.columns.iter().map(|c| c.label.clone()).collect(),
        opening: items(&book.opening),
        rows: book.rows.iter().map(items).collect(),
        totals: items(&book.totals),
        ..Table::default()
    }
    .for_spreadsheets()
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
    match cell {
        Cell::Number(n) => integer(*n),
        Cell::BelowZero(n) => signed(*n),
        cell => shortened(Item::of(cell, zone).text()),
    }
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
