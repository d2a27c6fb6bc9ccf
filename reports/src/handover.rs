//! The hand-overs of a month: a statement (berita acara) and a receipt for each batch and day.

use crate::book::{provenance, shortened, text};
use crate::indonesian::{in_words, integer, long_date, weekday};
use crate::table::{Item, Table};
use crate::templates::{TemplateError, Templates};
use schemas::document::{Cell, Handover, HandoverBatch, Office};
use serde_json::{Value, json};

/// The batches in a volume of statements. Each takes a page or more.
pub(crate) const STATEMENTS: usize = 50;
/// The batches in a volume of receipts. Three are on a page.
pub(crate) const RECEIPTS: usize = 150;

/// Returns what the layouts `serah_terima.typ` and `bukti_pengambilan.typ` read of a volume with `of_volume` batches.
pub(crate) fn page(
    handover: &Handover,
    of_volume: usize,
    volume: usize,
    office: &Office,
    templates: &Templates,
) -> Result<Value, TemplateError> {
    let batches = handover.batches.iter().zip(1..).skip((volume - 1) * of_volume).take(of_volume);
    let batches = batches.map(|(b, number)| batch(handover, b, number, templates));
    Ok(json!({
        "kantor": office,
        "bulan": handover.month.indonesian(),
        "salinan": crate::book::copy(handover.masked),
        "batch": batches.collect::<Result<Vec<_>, _>>()?,
        "asal": provenance(&handover.provenance),
    }))
}

fn batch(handover: &Handover, b: &HandoverBatch, number: usize, templates: &Templates) -> Result<Value, TemplateError> {
    let n = b.cards.len() as u64;
    let text = |cell: &Cell| text(cell, handover.zone);
    let sentences = templates.sentences(
        "berita_acara_serah_terima.txt.j2",
        json!({
            "hari": weekday(b.on),
            "tanggal": long_date(b.on),
            "jumlah": n,
            "kolektif": shortened(b.kolektif_id.clone()),
            "pekon": b.pekon,
            "kecamatan": b.kecamatan,
        }),
    )?;
    let cards = b.cards.iter().zip(1..).map(|(card, i)| {
        json!([i.to_string(), text(&card.nik), text(&card.nama), text(&card.jenis), shortened(card.berkas_id.clone())])
    });
    Ok(json!({
        "nomor": format!("{number:03}/{}", handover.month),
        "kolektif": shortened(b.kolektif_id.clone()),
        "tanggal": long_date(b.on),
        "pekon": b.pekon,
        "kecamatan": b.kecamatan,
        "penerima": text(&b.pembawa),
        "jumlah": format!("{} ({}) keping", integer(n), in_words(n)),
        "kalimat": sentences,
        "kartu": cards.collect::<Vec<_>>(),
    }))
}

/// Returns a table with one line per card.
pub(crate) fn table(handover: &Handover) -> Table {
    let head = [
        "Tanggal",
        "Permohonan kolektif",
        "Pekon",
        "Kecamatan",
        "Penerima",
        "Nomor permohonan",
        "NIK",
        "Nama",
        "Jenis",
    ];
    let lines = |b: &HandoverBatch| {
        let of = |cell: &Cell| Item::of(cell, handover.zone);
        let of_batch =
            [Item::Date(b.on), (&b.kolektif_id).into(), (&b.pekon).into(), (&b.kecamatan).into(), of(&b.pembawa)];
        let cards = b.cards.iter().map(|c| [(&c.berkas_id).into(), of(&c.nik), of(&c.nama), of(&c.jenis)]);
        cards.map(|card: [Item; 4]| of_batch.iter().cloned().chain(card).collect()).collect::<Vec<Vec<Item>>>()
    };
    Table::new(head, handover.batches.iter().flat_map(lines).collect())
}
