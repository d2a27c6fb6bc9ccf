//! The statement of a verification (berita acara verifikasi), for auditors.

use crate::book::provenance;
use crate::indonesian::{date_in_words, long_date, weekday};
use crate::table::{Item, Table};
use crate::templates::{TemplateError, Templates};
use schemas::document::{LocatedFinding, Office, VerificationReport};
use serde_json::{Value, json};

/// Returns what the layout `verifikasi.typ` reads.
pub(crate) fn page(
    report: &VerificationReport,
    office: &Office,
    templates: &Templates,
) -> Result<Value, TemplateError> {
    let mut sentences = templates.sentences(
        "berita_acara_verifikasi.txt.j2",
        json!({
            "hari": weekday(report.on),
            "tanggal_kata": date_in_words(report.on),
            "tempat": office.tempat,
            "peristiwa": report.events,
            "angka_tersimpan": report.figures,
            "tidak_diperiksa": report.unchecked,
            "catatan": report.commits,
            "fail": report.files,
            "baris": report.rows,
            "temuan": report.findings.len(),
        }),
    )?;
    let opening = if sentences.is_empty() { String::new() } else { sentences.remove(0) };
    let keeper = crate::signers::responsible(office, "PIHAK PERTAMA");
    // Who examines comes from outside and is not known here.
    let examiner = json!({"nama": "", "nip": "", "pangkat": "", "jabatan": "", "alamat": "", "sebagai": "PIHAK KEDUA"});
    let mut head = json!(office.mengetahui);
    head["sebagai"] = "Mengetahui".into();
    let found = report.findings.iter().map(|f| json!([f.text.code, f.text.sentence, f.place, f.text.remedy]));
    Ok(json!({
        "kantor": office,
        "pembuka": opening,
        "pihak": [keeper, examiner],
        "tanda_tangan": [examiner, keeper, head],
        "kalimat": sentences,
        "temuan": found.collect::<Vec<_>>(),
        "sidik": report.head,
        "tanggal": long_date(report.on),
        "asal": origin(report),
        "keadaan": null,
    }))
}

/// Returns the line in the footer. If the archive cannot be opened, it names the last commit that could be read.
fn origin(report: &VerificationReport) -> String {
    let unopened = || match report.head.get(..16) {
        Some(head) => format!("{} · arsip tidak dapat dibuka · sidik catatan terbaca terakhir {head}", report.program),
        None => format!("{} · arsip kosong", report.program),
    };
    report.provenance.as_ref().map_or_else(unopened, provenance)
}

/// Returns a table with one line per finding.
pub(crate) fn table(report: &VerificationReport) -> Table {
    let line = |f: &LocatedFinding| {
        vec![
            Item::from(&f.text.code),
            (&f.text.sentence).into(),
            (&f.place).into(),
            (&f.text.remedy).into(),
            f.n.into(),
        ]
    };
    Table::new(["Kode", "Temuan", "Tempat", "Tindakan", "Jumlah"], report.findings.iter().map(line).collect())
}
