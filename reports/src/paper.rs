//! The sheets of a paper, for the layouts `potong.typ`, `lembar.typ`, `berita_acara.typ` and `surat.typ`.
//!
//! Rule    a paper that is only there to be signed carries no signatures in a working copy, in which names are masked

use crate::book::{POINTS_PER_MM, copy, provenance, text, widths_pt};
use crate::indonesian::{date_in_words, long_date, weekday};
use crate::lines::{Ruler, columns};
use crate::pdf::Fonts;
use crate::signers::{of_sheet, party};
use crate::table::{Item, Table};
use crate::templates::{TemplateError, Templates};
use schemas::document::{Cell, Office, PaperSet, Sheet};
use schemas::{DocumentGroup, PaperLayout, Zone};
use serde_json::{Value, json};

/// The sheets of a volume at most: of a page or more each, or slips of which several are on a page; and their rows.
const SHEETS: usize = 50;
const SLIPS: usize = 200;
const ROWS: usize = 2_000;

/// Returns which sheets are in each volume.
pub(crate) fn volumes(papers: &PaperSet) -> Vec<std::ops::Range<usize>> {
    let most = if papers.layout == PaperLayout::Potong { SLIPS } else { SHEETS };
    let mut volumes = Vec::new();
    let (mut begin, mut rows) = (0, 0);
    for (at, sheet) in papers.sheets.iter().enumerate() {
        if at > begin && (at - begin == most || rows + sheet.rows.len() > ROWS) {
            volumes.push(begin..at);
            (begin, rows) = (at, 0);
        }
        rows += sheet.rows.len();
    }
    volumes.push(begin..papers.sheets.len());
    volumes
}

/// Returns the layout.
pub(crate) fn layout(layout: PaperLayout) -> &'static str {
    match layout {
        PaperLayout::Potong => "potong.typ",
        PaperLayout::Lembar => "lembar.typ",
        PaperLayout::BeritaAcara => "berita_acara.typ",
        PaperLayout::Surat => "surat.typ",
    }
}

/// How the rows of a layout are set: the breadth of its page between the margins, the size of their text, the height of a line.
struct Shape {
    breadth_mm: f64,
    size_pt: f64,
    line_pt: f64,
}

/// The least height of a line, in heights of its text.
const LEAST_LINE: f64 = 1.25;
/// The inset of a column, in points.
const INSET_PT: f64 = 3.0;

fn shape(layout: PaperLayout) -> Shape {
    let (breadth_mm, size_pt, line_pt) = match layout {
        PaperLayout::Potong => (178.0, 8.55, 13.6),
        PaperLayout::Lembar => (175.0, 9.0, 13.9),
        PaperLayout::BeritaAcara => (167.0, 9.0, 14.7),
        PaperLayout::Surat => (160.0, 9.35, 14.2),
    };
    Shape { breadth_mm, size_pt, line_pt }
}

/// Returns what the layout reads of a volume.
pub(crate) fn page(
    papers: &PaperSet,
    volume: usize,
    office: &Office,
    templates: &Templates,
    fonts: &Fonts,
) -> Result<Value, TemplateError> {
    let of_volume = volumes(papers).into_iter().nth(volume - 1).unwrap_or_default();
    let sheets = papers.sheets.get(of_volume).unwrap_or_default().iter();
    let shape = shape(papers.layout);
    let widths = widths_pt(&papers.columns, shape.breadth_mm * POINTS_PER_MM);
    let inner: Vec<f64> = widths.iter().map(|width| width - 2.0 * INSET_PT).collect();
    let mut ruler = Ruler::new(fonts, shape.size_pt);
    // Where people sign, a row has two lines and is as high as a signature.
    let (least_lines, line_pt) = match papers.row_mm {
        Some(mm) => (2, (f64::from(mm) / 2.0 * POINTS_PER_MM).max(shape.size_pt * LEAST_LINE)),
        None => (1, shape.line_pt),
    };
    let sheets = sheets.map(|one| {
        let cells = |row: &Vec<Cell>| row.iter().map(|cell| text(cell, papers.zone)).collect::<Vec<_>>();
        let rows: Vec<Vec<String>> = one.rows.iter().map(cells).collect();
        let (lines, ends) = columns(&rows, &inner, least_lines, &mut ruler);
        let mut page = sheet(papers, one, office, templates)?;
        page["isi"] = lines.into();
        page["akhir"] = ends.into();
        Ok(page)
    });
    Ok(json!({
        "ukuran": shape.size_pt,
        "tinggi": line_pt,
        "sisip": INSET_PT,
        "lebar": widths,
        "kantor": office,
        "judul": papers.title,
        "masa": period(papers),
        "salinan": copy_of(papers),
        "salinan_kerja": papers.masked && papers.names_people,
        "lembar": sheets.collect::<Result<Vec<_>, _>>()?,
        "kolom": papers.columns,
        "asal": provenance(&papers.provenance),
    }))
}

/// Returns the words that say which copy it is.
pub(crate) fn copy_of(papers: &PaperSet) -> &'static str {
    if papers.names_people { copy(papers.masked) } else { "Hanya jumlah, tanpa data pribadi" }
}

/// Returns the period that the sheets are of: `14 Oktober 2026`, or `Oktober 2026`.
fn period(papers: &PaperSet) -> String {
    papers.day.map_or_else(|| papers.month.indonesian(), long_date)
}

fn sheet(papers: &PaperSet, sheet: &Sheet, office: &Office, templates: &Templates) -> Result<Value, TemplateError> {
    let words = &papers.words;
    let said = said(papers, sheet, office);
    let file = format!("surat/{}.toml", papers.id);
    let sentences = |texts: &[String]| {
        texts.iter().map(|text| templates.sentence(&file, text, &said)).collect::<Result<Vec<_>, _>>()
    };
    let head = papers.head.iter().zip(&sheet.head).map(|(label, cell)| json!([label, text(cell, papers.zone)]));
    let mut page = json!({
        "nomor": sheet.number,
        "tanggal": dated(sheet),
        "susulan": sheet.late,
        "kepala": head.collect::<Vec<_>>(),
        "pembuka": sentences(&words.opening)?,
        "penutup": sentences(&words.closing)?,
        "tanda_tangan": words.signers.iter().map(|signer| of_sheet(signer, sheet, office)).collect::<Vec<_>>(),
    });
    if papers.layout == PaperLayout::BeritaAcara {
        // The first party is whose signature stands on the right.
        let parties = words.signers.iter().take(2).rev().map(|signer| party(signer, sheet, office));
        page["pihak"] = parties.collect();
    }
    if let Some(letter) = &words.letter {
        page["surat"] = json!({
            "sifat": templates.sentence(&file, &letter.sifat, &said)?,
            "lampiran": templates.sentence(&file, &letter.lampiran, &said)?,
            "hal": templates.sentence(&file, &letter.hal, &said)?,
            "yth": sentences(&letter.yth)?,
            "tembusan": sentences(&letter.tembusan)?,
        });
    }
    Ok(page)
}

/// The dots where a pen writes.
const PEN: &str = "........................";

/// Returns the day that a sheet bears.
fn dated(sheet: &Sheet) -> String {
    sheet.on.map_or_else(|| PEN.to_owned(), long_date)
}

/// Returns until when a paper of a month counts: its end, or that of the data, while these do not reach it.
fn end(papers: &PaperSet) -> String {
    let (provenance, month) = (&papers.provenance, papers.month);
    let is_reached = provenance.complete_until_s.is_none_or(|until| until >= month.end_s(provenance.zone));
    if is_reached {
        format!("akhir bulan {}", month.indonesian())
    } else {
        format!("tanggal {}", provenance.complete_until())
    }
}

/// Returns what the sentences of a paper can say of a sheet.
fn said(papers: &PaperSet, sheet: &Sheet, office: &Office) -> Value {
    let area = sheet.area.as_ref();
    json!({
        "nomor": sheet.number,
        "hari": sheet.on.map_or(PEN, weekday),
        "tanggal": dated(sheet),
        "tanggal_kata": sheet.on.map_or_else(|| PEN.to_owned(), date_in_words),
        "bulan": papers.month.indonesian(),
        "akhir": end(papers),
        "data": papers.provenance.extent(),
        "jumlah": sheet.rows.len(),
        "diminta": sheet.due,
        "dengan_bukti": sheet.with_slip,
        "kolektif": sheet.kolektif_id.as_deref().unwrap_or_default(),
        "berkas": sheet.berkas_id.as_deref().unwrap_or_default(),
        "wilayah": area.map_or_else(|| "Pekon".to_owned(), schemas::Area::titled),
        "pimpinan": area.map_or_else(|| "Kepala Pekon".to_owned(), head_of),
        "kecamatan": area.map_or("", |area| &area.kecamatan),
        "pembawa": text(&sheet.pembawa, papers.zone),
        "tempat": office.tempat,
        "dinas": office.dinas,
    })
}

/// Returns who is at the head of an area: `Kepala Pekon Kebumen`, but `Lurah Baros`.
fn head_of(area: &schemas::Area) -> String {
    if area.kind == "Kelurahan" { format!("Lurah {}", area.name) } else { format!("Kepala {}", area.titled()) }
}

/// The label of a column that says of which sheet a line is, and what stands there.
type Leading = (&'static str, fn(&Sheet, Zone) -> Item);

/// Returns these columns, without those that the paper has itself.
fn leading(papers: &PaperSet) -> Vec<Leading> {
    let has = |of: fn(&Sheet) -> bool| papers.sheets.iter().any(of);
    let mut leading: Vec<Leading> = vec![("Nomor", |sheet, _| Item::from(&sheet.number))];
    if has(|sheet| sheet.on.is_some()) {
        leading.push(("Tanggal", |sheet, _| sheet.on.map_or(Item::Empty, Item::Date)));
    }
    if has(|sheet| sheet.area.is_some()) {
        leading
            .push(("Pekon/Kelurahan", |sheet, _| sheet.area.as_ref().map_or(Item::Empty, |a| Item::from(&a.titled()))));
        leading.push(("Kecamatan", |sheet, _| sheet.area.as_ref().map_or(Item::Empty, |a| Item::from(&a.kecamatan))));
    }
    if has(|sheet| sheet.kolektif_id.is_some()) {
        leading.push(("Permohonan kolektif", |sheet, _| text_of(sheet.kolektif_id.as_ref())));
        leading.push(("Pembawa berkas", |sheet, zone| Item::of(&sheet.pembawa, zone)));
    }
    if has(|sheet| sheet.penerima.is_some()) {
        leading.push(("Penerima", |sheet, _| text_of(sheet.penerima.as_ref())));
    }
    let own = || papers.head.iter().chain(papers.columns.iter().map(|column| &column.label));
    leading.retain(|(label, _)| own().all(|own| own.to_lowercase() != label.to_lowercase()));
    leading
}

fn text_of(text: Option<&String>) -> Item {
    text.map_or(Item::Empty, Item::from)
}

/// Returns a table with one line per row of each sheet, or per sheet where sheets have no rows.
pub(crate) fn table(papers: &PaperSet) -> Table {
    let is_empty_column =
        |place: usize| papers.sheets.iter().all(|sheet| sheet.rows.iter().all(|r| r[place] == Cell::Empty));
    let columns: Vec<usize> = (0..papers.columns.len()).filter(|place| !is_empty_column(*place)).collect();
    let leading = leading(papers);
    let mut head: Vec<String> = leading.iter().map(|(label, _)| (*label).to_owned()).collect();
    head.extend(papers.head.iter().cloned());
    head.extend(columns.iter().filter_map(|place| papers.columns.get(*place)).map(|column| column.label.clone()));
    let item = |cell: &Cell| Item::of(cell, papers.zone);
    let lines = |sheet: &Sheet| {
        let of_sheet = leading.iter().map(|(_, value)| value(sheet, papers.zone));
        let first: Vec<Item> = of_sheet.chain(sheet.head.iter().map(item)).collect();
        let of_row = |row: &Vec<Cell>| {
            let cells = columns.iter().filter_map(|place| row.get(*place)).map(item);
            first.iter().cloned().chain(cells).collect::<Vec<Item>>()
        };
        if papers.columns.is_empty() { vec![first] } else { sheet.rows.iter().map(of_row).collect() }
    };
    let before = head.len() - columns.len();
    let is_summed = |place: &usize| papers.columns.get(*place).is_some_and(|column| column.sum);
    let summed = (before..).zip(&columns).filter(|(_, place)| is_summed(place)).map(|(at, _)| at);
    let summed = papers.summed_head.iter().map(|place| leading.len() + place).chain(summed).collect();
    let rows = papers.sheets.iter().flat_map(lines).collect();
    Table { head, rows, summed, ..Table::default() }.for_spreadsheets()
}

/// Whether it is of the days on which something was handed over, and not of a whole month.
pub(crate) fn is_daily(papers: &PaperSet) -> bool {
    papers.group == DocumentGroup::Harian
}
