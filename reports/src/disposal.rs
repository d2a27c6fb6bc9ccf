//! The statement of a destruction (berita acara pemusnahan arsip): what was destroyed, with digests and counts, by whom it was proposed
//! and approved. It names no resident.

use crate::book::provenance;
use crate::indonesian::{date_in_words, integer, long_date, short_date, weekday};
use crate::table::{Item, Table};
use crate::templates::{TemplateError, Templates};
use schemas::document::{DisposalReport, Office};
use schemas::{DestroyedFile, ProposedMonth};
use serde_json::{Value, json};

/// Returns what the layout `pemusnahan_data_pribadi.typ` reads.
pub(crate) fn page(report: &DisposalReport, office: &Office, templates: &Templates) -> Result<Value, TemplateError> {
    let sum = |of: fn(&ProposedMonth) -> u64| report.months.iter().map(of).sum::<u64>();
    let rows = [sum(|of| of.events), sum(|of| of.persons), sum(|of| of.quarantined)];
    let mut bases: Vec<&str> = report.months.iter().map(|of| of.dasar.as_str()).collect();
    bases.dedup();
    let sentences = templates.sentences(
        "berita_acara_pemusnahan_data_pribadi.txt.j2",
        json!({
            "hari": weekday(report.on),
            "tanggal_kata": date_in_words(report.on),
            "tempat": office.tempat,
            "dasar": bases.join("; "),
            "bulan": report.months.len(),
            "fail": report.files.len(),
            "pribadi": rows[1],
            "tertahan": rows[2],
            "tetap": report.moved,
            "versi": report.version,
            "usul": report.proposal,
            "pengusul": report.proposed.0,
            "tanggal_usul": long_date(report.proposed.1),
            "penyetuju": report.approved.0,
            "tanggal_setuju": long_date(report.approved.1),
            "salinan": report.copies.join("; "),
        }),
    )?;
    let month = |(n, of): (usize, &ProposedMonth)| {
        let kept = format!("{} + {} tahun", of.aktif_tahun, of.inaktif_tahun);
        let counts = [of.events, of.persons, of.quarantined].map(integer);
        let begin = [n.to_string(), of.month.indonesian(), of.kode.clone(), kept, short_date(of.due)];
        begin.into_iter().chain(counts).collect::<Vec<_>>()
    };
    let file = |(n, of): (usize, &DestroyedFile)| {
        [n.to_string(), of.path.clone(), of.sha256.clone(), integer(of.rows), integer(of.size_bytes)]
    };
    let signer = |name: &str, role: &str| {
        let (name, post) = name.split_once(',').unwrap_or((name, ""));
        json!({"nama": name.trim(), "nip": "", "jabatan": post.trim(), "sebagai": role})
    };
    Ok(json!({
        "kantor": office,
        "kalimat": sentences,
        "bulan": (1..).zip(&report.months).map(month).collect::<Vec<_>>(),
        "jumlah": rows.map(integer),
        "fail": (1..).zip(&report.files).map(file).collect::<Vec<_>>(),
        "tanda_tangan": [signer(&report.proposed.0, "Yang mengusulkan"), signer(&report.approved.0, "Yang menyetujui")],
        "tanggal": long_date(report.on),
        "asal": provenance(&report.provenance),
        "keadaan": null,
    }))
}

/// Returns a table with one line per file.
pub(crate) fn table(report: &DisposalReport) -> Table {
    let line = |file: &DestroyedFile| {
        vec![Item::from(&file.path), (&file.sha256).into(), file.rows.into(), file.size_bytes.into()]
    };
    Table::new(["Fail", "SHA-256", "Baris", "Bita"], report.files.iter().map(line).collect())
}
