//! Hand-overs of a month: a statement (berita acara) and a receipt for each batch and day.

use crate::book::{provenance, text};
use crate::csv::Table;
use crate::indonesian::{in_words, integer, long_date, weekday};
use crate::templates::{TemplateError, Templates};
use schemas::document::{Handover, HandoverBatch, Office};
use serde_json::{Value, json};

/// What the layouts `serah_terima.typ` and `bukti_pengambilan.typ` read.
pub(crate) fn page(handover: &Handover, office: &Office, templates: &Templates) -> Result<Value, TemplateError> {
    let batches = handover.batches.iter().zip(1..).map(|(b, number)| batch(handover, b, number, templates));
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
    let sentences = templates.sentences(
        "berita_acara_serah_terima.txt.j2",
        json!({
            "hari": weekday(b.on),
            "tanggal": long_date(b.on),
            "jumlah": n,
            "kolektif": b.kolektif_id,
            "pekon": b.pekon,
            "kecamatan": b.kecamatan,
        }),
    )?;
    let cards =
        b.cards.iter().zip(1..).map(|(card, i)| {
            json!([i.to_string(), text(&card.nik), text(&card.nama), text(&card.jenis), card.berkas_id])
        });
    Ok(json!({
        "nomor": format!("{number:03}/{}", handover.month),
        "kolektif": b.kolektif_id,
        "tanggal": long_date(b.on),
        "pekon": b.pekon,
        "kecamatan": b.kecamatan,
        "penerima": text(&b.pembawa),
        "jumlah": format!("{} ({}) keping", integer(n), in_words(n)),
        "kalimat": sentences,
        "kartu": cards.collect::<Vec<_>>(),
    }))
}

/// One line per card.
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
    let line = |b: &HandoverBatch| {
        let of_batch =
            [b.on.to_string(), b.kolektif_id.clone(), b.pekon.clone(), b.kecamatan.clone(), text(&b.pembawa)];
        let cards = b.cards.iter().map(|c| vec![c.berkas_id.clone(), text(&c.nik), text(&c.nama), text(&c.jenis)]);
        cards.map(|card| [of_batch.to_vec(), card].concat()).collect::<Vec<_>>()
    };
    let rows = handover.batches.iter().flat_map(line).collect();
    Table { head: head.map(str::to_owned).to_vec(), rows }
}
