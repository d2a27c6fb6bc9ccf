//! An official book: rows of typed cells become printed text.

use crate::indonesian::{in_words, integer, long_date, weekday};
use crate::table::{Item, Table};
use crate::templates::{TemplateError, Templates};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use schemas::document::{Cell, LedgerBook, Office, Provenance};
use serde_json::{Value, json};

/// Rows of a volume: some twelve pages. The typesetter holds a quarter of a megabyte for each row.
pub(crate) const VOLUME: usize = 500;

/// What the layout `buku.typ` reads of a volume. What closes the book stands in the last one.
pub(crate) fn page(
    book: &LedgerBook,
    volume: usize,
    office: &Office,
    templates: &Templates,
) -> Result<Value, TemplateError> {
    let before = (volume - 1) * VOLUME;
    let volumes = book.rows.len().div_ceil(VOLUME).max(1);
    let of_volume = |length: usize| before.min(length)..(before + VOLUME).min(length);
    let entries = book.rows.len() as u64;
    let closing = templates.sentences(
        if book.unit.is_some() { "penutup_daftar.txt.j2" } else { "penutup_buku.txt.j2" },
        json!({
            "satuan": book.unit,
            "belum_ada_jra": book.without_schedule,
            "judul": book.title,
            "bulan": book.month.indonesian(),
            "hari": weekday(book.closed_on),
            "tanggal": long_date(book.closed_on),
            "jumlah": entries,
            "nomor_pertama": book.first_number,
            "nomor_terakhir": book.last_number,
            "nomor_terlewat": book.numbers_missing,
            "nomor_ganda": book.numbers_used_twice,
        }),
    )?;
    let rows = book.rows[of_volume(book.rows.len())].iter().map(|row| row.iter().map(text).collect::<Vec<_>>());
    let rows: Vec<Vec<String>> = rows.collect();
    let closing = if volume == volumes { closing } else { vec![format!("Bersambung ke jilid {}.", volume + 1)] };
    Ok(json!({
        "kantor": office,
        "judul": book.title,
        "dasar": book.legal_basis,
        "bulan": book.month.indonesian(),
        "salinan": copy(book.masked),
        "satuan": book.unit.as_deref().unwrap_or("entri"),
        "kolom": book.columns,
        "baris": rows,
        "nomor_berkas": book.berkas[of_volume(book.berkas.len())],
        "sebelum": before,
        "semua": entries,
        "jilid": if volumes > 1 { Some(format!("Jilid {volume} dari {volumes}")) } else { None },
        "terakhir": volume == volumes,
        "jumlah": format!("{} ({})", integer(entries), in_words(entries)),
        "penutup": closing,
        "tanggal": long_date(book.closed_on),
        "asal": provenance(&book.provenance),
        "kode": book.code.to_string(),
        "qr": qr(&book.code.to_string()),
    }))
}

/// The text as a QR code, an SVG picture; empty where it is too long for one.
fn qr(text: &str) -> String {
    let picture = |code: QrCode| code.render::<svg::Color<'_>>().quiet_zone(false).min_dimensions(100, 100).build();
    QrCode::with_error_correction_level(text, EcLevel::M).map(picture).unwrap_or_default()
}

/// What a copy may be used for.
pub(crate) fn copy(masked: bool) -> &'static str {
    if masked { "Salinan kerja: NIK dan nama disamarkan" } else { "Salinan dinas: memuat data pribadi" }
}

/// The book as a table for spreadsheets.
pub(crate) fn table(book: &LedgerBook) -> Table {
    Table {
        head: book.columns.iter().map(|c| c.label.clone()).collect(),
        rows: book.rows.iter().map(|row| row.iter().map(Item::from).collect()).collect(),
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

/// A cell as printed.
pub(crate) fn text(cell: &Cell) -> String {
    Item::from(cell).text()
}
