//! The compliance report for the province: figures, targets, standing and source; counts only.

use crate::book::provenance;
use crate::indonesian::{duration, integer, long_date, percent};
use crate::table::{Item, Table};
use schemas::Comparison;
use schemas::document::{ComplianceSheet, Judgement, Office, Verdict};
use serde_json::{Value, json};

/// What is said of a regulation whose values the office has entered.
const ENTERED_SOURCE: &str = "naskah yang disebut pada setiap target";
const ENTERED_NOTE: &str = "nilai dimasukkan oleh Dinas";

/// What the layout `laporan_kepatuhan.typ` reads.
pub(crate) fn page(sheet: &ComplianceSheet, office: &Office) -> Value {
    let of = |verdict: Verdict| sheet.judgements.iter().filter(|j| j.decides && j.verdict == verdict).count() as u64;
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
        "peraturan": regulations(sheet),
        "asal": provenance(&sheet.provenance),
    })
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
            // What is still assumed must be said of the whole.
            let assumed = rows.iter().find(|j| j.standing == "asumsi");
            json!({
                "nama": name,
                "sumber": assumed.map_or_else(|| ENTERED_SOURCE.to_owned(), |j| j.source.clone()),
                "catatan": assumed.map_or_else(|| ENTERED_NOTE.to_owned(), |j| j.note.clone()),
                "baris": rows.iter().map(|j| printed(j)).collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// One judgement as printed.
pub(crate) fn printed(j: &Judgement) -> Value {
    let sign = match j.comparison {
        Comparison::AtMost => "≤",
        Comparison::AtLeast => "≥",
    };
    json!({
        "judul": j.title,
        "angka": j.figure.map_or_else(|| "–".to_owned(), |v| value(j, v)),
        "target": j.value.map_or_else(|| "–".to_owned(), |v| format!("{sign}\u{A0}{}", value(j, v))),
        "n": integer(j.n),
        "putusan": j.verdict.words(),
        "standing": j.standing,
        "pasal": basis(j),
        "bagian": (j.unit == "bagian").then_some(j.figure).flatten(),
        "bagian_target": (j.unit == "bagian").then_some(j.value).flatten(),
    })
}

/// Article, and where the office has entered the value, by whom and from which page; and whether another rule comes first.
fn basis(j: &Judgement) -> String {
    let entered = if j.standing == "asumsi" { "" } else { &j.source };
    let yields = if j.decides { "" } else { "tidak menentukan, didahului peraturan lain" };
    let words: Vec<&str> = [&j.article, entered, yields].into_iter().filter(|w| !w.is_empty()).collect();
    words.join("; ")
}

fn value(j: &Judgement, v: f64) -> String {
    if j.unit == "bagian" {
        percent(v)
    } else {
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds of one office")]
        let seconds = v as i64;
        duration(seconds)
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
            j.verdict.words().into(),
            if j.decides { "ya" } else { "tidak" }.into(),
            j.jenis.as_deref().unwrap_or_default().into(),
            j.figure.into(),
            j.value.into(),
            j.margin.into(),
            (&j.unit).into(),
            j.n.into(),
            (&j.standing).into(),
            (&j.regulation).into(),
            (&j.article).into(),
            (&j.source).into(),
            (&j.note).into(),
        ]
    };
    Table::new(head, sheet.judgements.iter().map(row).collect())
}
