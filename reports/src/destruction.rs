//! The draft of a statement of destruction (berita acara pemusnahan): counts of a list, and blanks for what is known on the day only
//! or was recorded by nobody.

use crate::book::provenance;
use crate::indonesian::integer;
use crate::table::{Item, Table};
use crate::templates::{TemplateError, Templates};
use schemas::document::{Destruction, LedgerBook, Office};
use serde_json::{Value, json};

/// A blank to be filled in by hand.
const GAP: &str = "........................";

/// Returns what the layout `pemusnahan.typ` reads.
pub(crate) fn page(
    list: &LedgerBook,
    statement: &Destruction,
    office: &Office,
    templates: &Templates,
) -> Result<Value, TemplateError> {
    let total: Option<u64> = statement.counts.iter().map(|(_, n)| *n).sum();
    let sentences = templates.sentences(
        "berita_acara_pemusnahan.txt.j2",
        json!({
            "bulan": list.month.indonesian(),
            "daftar": list.title,
            "jumlah": total,
            "objek": statement.object,
            "satuan": statement.unit,
            "titik": GAP,
        }),
    )?;
    let written = |n: &Option<u64>| n.map_or_else(|| GAP.to_owned(), integer);
    let counts = statement.counts.iter().zip(1..).map(|((kind, n), i)| json!([i.to_string(), kind, written(n)]));
    Ok(json!({
        "kantor": office,
        "judul": statement.title,
        "bulan": list.month.indonesian(),
        "kalimat": sentences,
        "golongan": statement.by,
        "rincian": counts.collect::<Vec<_>>(),
        "jumlah": written(&total),
        "satuan": statement.unit,
        "saksi": statement.witnesses,
        "kode_lampiran": list.code.to_string(),
        "asal": provenance(&list.provenance),
    }))
}

/// Returns a table with one line per kind.
pub(crate) fn table(statement: &Destruction) -> Table {
    let lines = statement.counts.iter().map(|(kind, n)| vec![Item::from(kind), n.map_or(Item::Empty, Item::from)]);
    let table = Table::new([statement.by.as_str(), "Jumlah"], lines.collect());
    // What is counted by hand has no sum.
    if statement.counts.iter().all(|(_, n)| n.is_some()) { table.summing(&[1]) } else { table }
}
