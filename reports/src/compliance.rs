//! The compliance report for the province: figures, targets, standing and source; counts only.

use crate::book::provenance;
use crate::indonesian::{duration, duration_with_seconds, integer, long_date, percent_with};
use crate::table::{Item, Table};
use schemas::document::{ComplianceSheet, Office};
use schemas::{Compared, Comparison, Judgement, Standing, Verdict};
use serde_json::{Value, json};

/// Where the values are from that the office has entered.
const ENTERED_SOURCE: &str = "naskah yang disebut pada setiap target";
/// What is said where nothing can be judged.
const NO_TARGET: &str =
    "Tidak ada target Standar Pelayanan yang berlaku pada bulan ini, sehingga kepatuhan tidak dapat dinyatakan.";

/// What the layout `laporan_kepatuhan.typ` reads.
pub(crate) fn page(sheet: &ComplianceSheet, office: &Office) -> Value {
    let of = |verdict: Verdict| sheet.judgements.iter().filter(|j| j.decides && j.verdict() == verdict).count() as u64;
    let f = &sheet.figures.figures;
    let d = &sheet.figures.deadlines;
    let deadline = |name: &str, d: schemas::figures::Deadline| {
        json!([name, integer(d.on_time), integer(d.late), integer(d.open_past), integer(d.n())])
    };
    json!({
        "kantor": office,
        "bulan": sheet.month.indonesian(),
        "layanan": sheet.service,
        "tanggal": long_date(sheet.signed_on),
        "ringkasan": [
            ["Berkas diterima", integer(f.duplicates.arrivals)],
            ["KTP-el pertama kali tercetak", integer(f.issuance.printed)],
            ["Berkas diserahkan", integer(f.turnaround.handed_over)],
            ["Berkas terbuka pada akhir bulan", integer(f.backlog.values().sum())],
            ["Pemeriksaan pertama lengkap", format!("{} dari {}", integer(f.completeness.complete), integer(f.completeness.first_checks))],
            ["Duplikat record pada pemeriksaan", format!("{} dari {}", integer(f.duplicates.record_duplicates), integer(f.duplicates.record_checks))],
            ["Berkas sesuai SOP", format!("{} dari {}", integer(f.conformance.conforming), integer(f.conformance.finished))],
        ],
        "tenggat": [
            deadline("1 jam sejak lengkap, di luar gangguan", d.within_1_hour_less_outages),
            deadline("24 jam sejak lengkap, di luar gangguan", d.within_24_hours_less_outages),
            deadline("14 hari kerja sejak lengkap", d.within_14_working_days),
        ],
        "hitungan": [
            ["memenuhi", integer(of(Verdict::Met))],
            ["tidak memenuhi", integer(of(Verdict::Missed))],
            ["data tidak cukup", integer(of(Verdict::NoData))],
            ["target belum ditetapkan", integer(of(Verdict::NoTarget))],
        ],
        "tanpa_putusan": not_judged(sheet),
        "peraturan": regulations(sheet),
        "asal": provenance(&sheet.provenance),
    })
}

/// What is said of a month in which no target is in force.
pub(crate) fn not_judged(sheet: &ComplianceSheet) -> Option<&'static str> {
    sheet.judgements.iter().all(|j| !j.decides).then_some(NO_TARGET)
}

/// What the JSON file holds: counts and verdicts, no id of a berkas, batch or officer.
pub(crate) fn data(sheet: &ComplianceSheet) -> Value {
    let f = &sheet.figures.figures;
    json!({
        "month": sheet.month,
        "judgements": sheet.judgements,
        "deadlines": sheet.figures.deadlines,
        "counts": {
            "received": f.duplicates.arrivals,
            "printed": f.issuance.printed,
            "handed_over": f.turnaround.handed_over,
            "open": f.backlog.values().sum::<u64>(),
            "first_checks": f.completeness.first_checks,
            "complete_at_first_check": f.completeness.complete,
            "record_checks": f.duplicates.record_checks,
            "record_duplicates": f.duplicates.record_duplicates,
            "finished": f.conformance.finished,
            "conforming": f.conformance.conforming,
        },
        "provenance": sheet.provenance,
    })
}

/// Judgements grouped by regulation, in their order.
fn regulations(sheet: &ComplianceSheet) -> Vec<Value> {
    let mut names: Vec<&str> = sheet.judgements.iter().map(|j| j.regulation.as_str()).collect();
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let rows: Vec<&Judgement> = sheet.judgements.iter().filter(|j| j.regulation == name).collect();
            let of = |assumed: bool| rows.iter().find(|j| (j.standing == Standing::Asumsi) == assumed);
            // What is still assumed must be said, and of nothing that is not.
            let (source, note) = match (of(true), of(false)) {
                (Some(assumed), None) => (assumed.source.clone(), assumed.note.clone()),
                (Some(assumed), Some(entered)) => (
                    format!("{}; selebihnya {ENTERED_SOURCE}", assumed.source),
                    format!("target berkedudukan asumsi: {}; selebihnya: {}", assumed.note, entered.note),
                ),
                (None, entered) => (ENTERED_SOURCE.to_owned(), entered.map_or_else(String::new, |j| j.note.clone())),
            };
            json!({
                "nama": name,
                "sumber": source,
                "catatan": note,
                "baris": rows.iter().map(|j| printed(j)).collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// One judgement as printed.
pub(crate) fn printed(j: &Judgement) -> Value {
    let sign = match j.compared.comparison() {
        Comparison::AtMost => "≤",
        Comparison::AtLeast => "≥",
    };
    let (figure, value) = shown(j.compared);
    let share = |of: Option<f64>| of.filter(|_| matches!(j.compared, Compared::Share { .. }));
    json!({
        "judul": j.title,
        "angka": figure.unwrap_or_else(|| "–".to_owned()),
        "target": value.map_or_else(|| "–".to_owned(), |value| format!("{sign}\u{A0}{value}")),
        "n": integer(j.n),
        "putusan": j.verdict().words(),
        "standing": j.standing,
        "pasal": basis(j),
        "bagian": share(j.compared.figure()),
        "bagian_target": share(j.compared.value()),
    })
}

/// Article, and where the office has entered the value, by whom and from which page; and whether another rule comes first.
fn basis(j: &Judgement) -> String {
    let entered = if j.standing == Standing::Asumsi { "" } else { &j.source };
    let yields = if j.decides { "" } else { "tidak menentukan, didahului peraturan lain" };
    let words: Vec<&str> = [&j.article, entered, yields].into_iter().filter(|w| !w.is_empty()).collect();
    words.join("; ")
}

/// Figure and value with the digits that decide.
fn shown(compared: Compared) -> (Option<String>, Option<String>) {
    match compared {
        Compared::Time { figure_s, at_most_s } => {
            let words = if compared.needs_seconds() { duration_with_seconds } else { duration };
            (figure_s.map(words), at_most_s.map(words))
        }
        Compared::Share { figure, at_least } => {
            let words = |share: schemas::Share| percent_with(share.value(), compared.decimals(100.0, 1));
            (figure.map(words), at_least.map(words))
        }
    }
}

/// The judgements as a table for spreadsheets, in base units.
pub(crate) fn table(sheet: &ComplianceSheet) -> Table {
    let head = [
        "target",
        "judul",
        "putusan",
        "menentukan",
        "jenis",
        "angka",
        "target_nilai",
        "selisih",
        "satuan",
        "n",
        "standing",
        "peraturan",
        "pasal",
        "sumber",
        "catatan",
    ];
    let row = |j: &Judgement| {
        vec![
            Item::from(&j.target),
            (&j.title).into(),
            j.verdict().words().into(),
            if j.decides { "ya" } else { "tidak" }.into(),
            j.jenis.as_deref().unwrap_or_default().into(),
            j.compared.figure().into(),
            j.compared.value().into(),
            j.compared.margin().into(),
            j.compared.unit().into(),
            j.n.into(),
            j.standing.word().into(),
            (&j.regulation).into(),
            (&j.article).into(),
            (&j.source).into(),
            (&j.note).into(),
        ]
    };
    Table::new(head, sheet.judgements.iter().map(row).collect())
}
