//! The compliance report for the province.
//!
//! Reads   the judged month
//! Gives   figures, targets, standing and source as page, table and JSON; counts only, no id of a berkas, batch or officer
//! Rule    a sheet that leaves the office shows no count and no figure, only verdicts

use crate::book::provenance;
use crate::indonesian::{integer, long_date};
use crate::table::{Item, Table};
use schemas::document::{ComplianceSheet, Coverage, Office};
use schemas::figures::Deadline;
use schemas::{Authority, Compared, Judgement, Language, Verdict};
use serde_json::{Value, json};

/// The source of values that the office has entered.
const ENTERED_SOURCE: &str = "naskah yang disebut pada setiap target";
/// The sentence for a month in which nothing can be judged.
const NO_TARGET: &str =
    "Tidak ada target Standar Pelayanan yang berlaku pada bulan ini, sehingga kepatuhan tidak dapat dinyatakan.";

/// The sentence for a sheet whose counts are withheld.
pub(crate) const WITHHELD: &str = "Salinan ini untuk pihak luar: jumlah dan angka tidak dicantumkan (–), karena bersama angka bulanan \
yang juga keluar dari kantor dapat menunjuk pada orang tertentu; putusan atas setiap target tetap dicantumkan.";

/// Stands for a value that is withheld or unknown.
const HIDDEN: &str = "–";

/// Which counts may be shown. The released figures decide for the whole month which counts may leave the office, but they have no
/// deadlines; a sheet that leaves the office therefore shows no counts, so that none can be subtracted from the released ones.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    withholds: bool,
}

impl Shown {
    pub(crate) fn of(sheet: &ComplianceSheet) -> Self {
        Self { withholds: sheet.hide_small }
    }

    /// Returns a count; `None` if it is withheld.
    fn count(self, n: u64) -> Option<u64> {
        (!self.withholds).then_some(n)
    }

    fn words(self, n: u64) -> String {
        self.count(n).map_or_else(|| HIDDEN.to_owned(), integer)
    }

    fn part_in_words(self, part: u64, n: u64) -> String {
        if self.withholds { HIDDEN.to_owned() } else { format!("{} dari {}", integer(part), integer(n)) }
    }

    /// Returns the figure and the value, or the value alone.
    fn compared(self, j: &Judgement) -> Compared {
        if self.withholds { j.compared.without_figure() } else { j.compared }
    }
}

/// Returns what the layout `laporan_kepatuhan.typ` reads.
pub(crate) fn page(sheet: &ComplianceSheet, office: &Office) -> Value {
    let of = |verdict: Verdict| sheet.judgements.iter().filter(|j| j.decides && j.verdict() == verdict).count() as u64;
    let f = &sheet.figures.figures;
    let d = &sheet.figures.deadlines;
    let shown = Shown::of(sheet);
    let deadline = |name: &str, d: Deadline| {
        let [on_time, late, open_past, all] = [d.on_time, d.late, d.open_past, d.n()].map(|n| shown.words(n));
        json!([name, on_time, late, open_past, all])
    };
    json!({
        "kantor": office,
        "bulan": sheet.month.indonesian(),
        "layanan": sheet.service,
        "tanggal": long_date(sheet.signed_on),
        "ringkasan": [
            ["Kedatangan berkas dengan NIK", shown.words(f.duplicates.arrivals)],
            ["KTP-el tercetak, terukur sejak lengkap", shown.words(f.issuance.printed)],
            ["Berkas diserahkan, terukur sejak diterima", shown.words(f.turnaround.handed_over)],
            ["Berkas terbuka pada akhir bulan", shown.words(f.backlog.values().sum())],
            ["Pemeriksaan pertama lengkap", shown.part_in_words(f.completeness.complete, f.completeness.first_checks)],
            ["Duplikat record pada pemeriksaan", shown.part_in_words(f.duplicates.record_duplicates, f.duplicates.record_checks)],
            ["Berkas sesuai SOP", shown.part_in_words(f.conformance.conforming, f.conformance.finished)],
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
        "salinan_luar": shown.withholds.then_some(WITHHELD),
        "peraturan": regulations(sheet),
        "asal": provenance(&sheet.provenance),
    })
}

/// Returns the sentence for a month in which no target is in force.
pub(crate) fn not_judged(sheet: &ComplianceSheet) -> Option<&'static str> {
    sheet.judgements.iter().all(|j| !j.decides).then_some(NO_TARGET)
}

/// Returns the content of the JSON file.
pub(crate) fn data(sheet: &ComplianceSheet) -> Value {
    let f = &sheet.figures.figures;
    let shown = Shown::of(sheet);
    let judgement = |j: &Judgement| {
        let mut row = json!(j);
        for name in ["figure", "margin", "n"] {
            if shown.withholds {
                row[name] = Value::Null;
            }
        }
        row
    };
    let deadline = |d: Deadline| {
        let [on_time, late, open_past] = [d.on_time, d.late, d.open_past].map(|n| shown.count(n));
        json!({"on_time": on_time, "late": late, "open_past": open_past})
    };
    let d = &sheet.figures.deadlines;
    json!({
        "month": sheet.month,
        "judgements": sheet.judgements.iter().map(judgement).collect::<Vec<_>>(),
        "deadlines": {
            "within_1_hour_less_outages": deadline(d.within_1_hour_less_outages),
            "within_24_hours_less_outages": deadline(d.within_24_hours_less_outages),
            "within_14_working_days": deadline(d.within_14_working_days),
        },
        "counts": {
            "received": shown.count(f.duplicates.arrivals),
            "printed": shown.count(f.issuance.printed),
            "handed_over": shown.count(f.turnaround.handed_over),
            "open": shown.count(f.backlog.values().sum::<u64>()),
            "first_checks": shown.count(f.completeness.first_checks),
            "complete_at_first_check": shown.count(f.completeness.complete),
            "record_checks": shown.count(f.duplicates.record_checks),
            "record_duplicates": shown.count(f.duplicates.record_duplicates),
            "finished": shown.count(f.conformance.finished),
            "conforming": shown.count(f.conformance.conforming),
        },
        "provenance": sheet.provenance,
    })
}

/// Returns the judgements by regulation, in their order.
fn regulations(sheet: &ComplianceSheet) -> Vec<Value> {
    let mut names: Vec<&str> = sheet.judgements.iter().map(|j| j.regulation.as_str()).collect();
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let rows: Vec<&Judgement> = sheet.judgements.iter().filter(|j| j.regulation == name).collect();
            let of = |assumed: bool| rows.iter().find(|j| (j.authority == Authority::Asumsi) == assumed);
            // Exactly the values that are still assumed must be marked as such.
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
                "baris": rows.iter().map(|j| printed(j, Shown::of(sheet))).collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// Returns a judgement as it is printed.
pub(crate) fn printed(j: &Judgement, may: Shown) -> Value {
    let sign = j.compared.comparison().sign();
    let compared = may.compared(j);
    let (figure, value) = Language::Indonesian.compared(compared);
    let share = |of: Option<f64>| of.filter(|_| matches!(compared, Compared::Share { .. }));
    json!({
        "judul": j.title,
        "angka": figure.unwrap_or_else(|| HIDDEN.to_owned()),
        "target": value.map_or_else(|| "–".to_owned(), |value| format!("{sign}\u{A0}{value}")),
        "n": may.words(j.n),
        "putusan": j.verdict().words(),
        "standing": j.authority,
        "pasal": basis(j),
        "bagian": share(compared.figure()),
        "bagian_target": share(compared.value()),
    })
}

/// Returns the article; for a value that the office has entered, also its source; and whether another rule has precedence.
fn basis(j: &Judgement) -> String {
    let entered = if j.authority == Authority::Asumsi { "" } else { &j.source };
    let yields = if j.decides { "" } else { "tidak menentukan, didahului peraturan lain" };
    let words: Vec<&str> = [&j.article, entered, yields].into_iter().filter(|w| !w.is_empty()).collect();
    words.join("; ")
}

/// Returns the judgements as a table for spreadsheets, in base units.
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
        "data_sampai",
        "kelengkapan_data",
    ];
    let may = Shown::of(sheet);
    let until = sheet.provenance.complete_until();
    let coverage = match sheet.provenance.coverage(sheet.month) {
        Coverage::Complete => "lengkap",
        Coverage::Provisional => "sementara",
    };
    let row = |j: &Judgement| {
        vec![
            Item::from(&j.target),
            (&j.title).into(),
            j.verdict().words().into(),
            if j.decides { "ya" } else { "tidak" }.into(),
            j.jenis.as_deref().unwrap_or_default().into(),
            may.compared(j).figure().into(),
            j.compared.value().into(),
            may.compared(j).margin().into(),
            j.compared.unit().word().into(),
            may.count(j.n).map_or(Item::Empty, Item::from),
            j.authority.word().into(),
            (&j.regulation).into(),
            (&j.article).into(),
            (&j.source).into(),
            (&j.note).into(),
            (&until).into(),
            coverage.into(),
        ]
    };
    Table::new(head, sheet.judgements.iter().map(row).collect())
}
