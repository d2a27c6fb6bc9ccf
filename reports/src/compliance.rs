//! The compliance report for the province.
//!
//! Reads   the judged month
//! Gives   figures, targets, standing and source as page and JSON; counts only, no id of a berkas, batch or officer
//! Rule    a sheet that leaves the office shows no count and no figure, only verdicts

use crate::book::provenance;
use crate::indonesian::{integer, long_date};
use crate::state::{end, revision};
use chrono::NaiveDate;
use schemars::JsonSchema;
use schemas::document::{Closing, ComplianceSheet, Coverage, Office, Provenance, Revised, RevisedPart};
use schemas::figures::Deadline;
use schemas::{Authority, Compared, FigureOrigin, Judgement, Language, Month, Verdict, WrittenJudgement};
use serde::Serialize;
use serde_json::{Value, json};

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
    pub(crate) fn count(self, n: u64) -> Option<u64> {
        (!self.withholds).then_some(n)
    }

    fn words(self, n: u64) -> String {
        self.count(n).map_or_else(|| HIDDEN.to_owned(), integer)
    }

    fn part_in_words(self, part: u64, n: u64) -> String {
        if self.withholds { HIDDEN.to_owned() } else { format!("{} dari {}", integer(part), integer(n)) }
    }

    /// Returns the figure and the value, or the value alone.
    pub(crate) fn compared(self, j: &Judgement) -> Compared {
        if self.withholds { j.compared.without_figure() } else { j.compared }
    }
}

/// Returns what the layout `laporan_kepatuhan.typ` reads.
pub(crate) fn page(sheet: &ComplianceSheet, office: &Office) -> Value {
    let shown = Shown::of(sheet);
    let counted = |Counted { words, n, of }: Counted| match of {
        Some(of) => json!([words, shown.part_in_words(n, of)]),
        None => json!([words, shown.words(n)]),
    };
    let deadline = |(name, counts): (String, [u64; 5])| {
        let counts = counts.map(|n| Value::String(shown.words(n)));
        Value::Array(std::iter::once(Value::String(name)).chain(counts).collect())
    };
    json!({
        "kantor": office,
        "bulan": sheet.month.indonesian(),
        "layanan": sheet.service,
        "tanggal": sheet.signed_on().map(long_date),
        "perbaikan": revision(sheet),
        "akhir": end(sheet),
        "ringkasan": summary(sheet).map(counted),
        "tenggat": deadlines(sheet).map(deadline),
        "hitungan": verdicts(sheet).iter().map(|(words, n)| json!([words, integer(*n)])).collect::<Vec<_>>(),
        "tanpa_putusan": not_judged(sheet),
        "salinan_luar": shown.withholds.then_some(WITHHELD),
        "peraturan": regulations(sheet),
        "tidak_dicantumkan": not_listed(sheet),
        "istilah": explained(sheet, "laporan_kepatuhan"),
        "asal": provenance(&sheet.provenance),
    })
}

/// A count of the month, of a whole or by itself.
pub(crate) struct Counted {
    pub(crate) words: String,
    pub(crate) n: u64,
    pub(crate) of: Option<u64>,
}

/// Returns the counts of the month with which the report begins.
pub(crate) fn summary(sheet: &ComplianceSheet) -> [Counted; 7] {
    let f = &sheet.figures.figures;
    let open = format!("Berkas terbuka pada {}", end(sheet));
    let all = |words: &str, n: u64| Counted { words: words.to_owned(), n, of: None };
    let part = |words: &str, n: u64, of: u64| Counted { words: words.to_owned(), n, of: Some(of) };
    [
        all("Kedatangan berkas dengan NIK", f.duplicates.arrivals),
        all("KTP-el tercetak, terukur sejak lengkap", f.issuance.printed),
        all("Berkas diserahkan, terukur sejak diterima", f.turnaround.handed_over),
        all(&open, f.backlog.values().sum()),
        part("Pemeriksaan pertama lengkap", f.completeness.complete, f.completeness.first_checks),
        part("Rekaman ganda pada pemeriksaan", f.duplicates.record_duplicates, f.duplicates.record_checks),
        part("Berkas sesuai SOP", f.conformance.conforming, f.conformance.finished),
    ]
}

/// Returns each deadline with its counts: printed in time, printed late, open past it, late in all, and all of these.
pub(crate) fn deadlines(sheet: &ComplianceSheet) -> [(String, [u64; 5]); 3] {
    let d = &sheet.figures.deadlines;
    let outages = if sheet.outage_log { "di luar gangguan" } else { "catatan gangguan tidak ada" };
    let counts = |d: Deadline| [d.on_time, d.late, d.open_past, d.late + d.open_past, d.n()];
    [
        (format!("1 jam kalender sejak lengkap, {outages}"), counts(d.within_1_hour_less_outages)),
        (format!("24 jam kalender sejak lengkap, {outages}"), counts(d.within_24_hours_less_outages)),
        ("14 hari kerja sejak lengkap".to_owned(), counts(d.within_14_working_days)),
    ]
}

/// Returns each verdict as it is told, with the number of deciding targets that have it.
pub(crate) fn verdicts(sheet: &ComplianceSheet) -> Vec<(&'static str, u64)> {
    let mut counts: Vec<(&str, u64)> = Vec::new();
    for words in [Verdict::Met, Verdict::Missed, Verdict::NoData, Verdict::NoTarget].map(|verdict| told(verdict, sheet))
    {
        let n = sheet.judgements.iter().filter(|j| j.decides && told(j.verdict(), sheet) == words).count() as u64;
        if counts.iter().all(|(counted, _)| *counted != words) {
            counts.push((words, n));
        }
    }
    counts
}

/// Returns the terms that are explained at the end of a report, each with its meaning.
pub(crate) fn explained(sheet: &ComplianceSheet, report: &str) -> Vec<Value> {
    let terms = sheet.terms.iter().filter(|term| term.explained_in.iter().any(|id| id == report));
    terms.map(|term| json!([term.term, term.meaning])).collect()
}

/// Returns the sentence for a month in which no target is in force.
pub(crate) fn not_judged(sheet: &ComplianceSheet) -> Option<&'static str> {
    sheet.judgements.iter().all(|j| !j.decides).then_some(NO_TARGET)
}

/// The content of the JSON file: counts only, no id of a berkas, batch or officer. What is withheld is null.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Data<'a> {
    month: Month,
    judgements: Vec<WrittenJudgement<'a>>,
    deadlines: DeadlineCounts,
    counts: Counts,
    /// How the books of the month were closed; null while they are open, and the report provisional.
    closing: Option<&'a Closing>,
    /// What rows that came afterwards have changed.
    revision: Option<WrittenRevision<'a>>,
    /// Whether the report on paper lists targets that have no value too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unset_targets_listed: bool,
    /// Whether the archive has a log of outages. Without one, what is counted less outages still holds them.
    outage_log: bool,
    provenance: &'a Provenance,
}

#[derive(Serialize, JsonSchema)]
struct WrittenRevision<'a> {
    /// How many there were; null where a public copy of the archive does not tell it.
    number: Option<u64>,
    /// The day of the last one; null likewise.
    on: Option<NaiveDate>,
    changed: Vec<&'a Revised>,
    /// The parts of the reports in which something changed since the books were closed.
    parts: &'a [RevisedPart],
    /// The parts in which something changed since the revision before.
    #[serde(skip_serializing_if = "<[RevisedPart]>::is_empty")]
    since_last: &'a [RevisedPart],
    /// The parts of which a public copy of the archive does not tell whether they changed.
    #[serde(skip_serializing_if = "<[RevisedPart]>::is_empty")]
    unknown: &'a [RevisedPart],
}

#[derive(Serialize, JsonSchema)]
struct DeadlineCounts {
    within_1_hour_less_outages: DeadlineCount,
    within_24_hours_less_outages: DeadlineCount,
    within_14_working_days: DeadlineCount,
}

#[derive(Serialize, JsonSchema)]
struct DeadlineCount {
    /// Printed within it.
    on_time: Option<u64>,
    /// Printed after it.
    late: Option<u64>,
    /// Not printed, and past it. With `late` these are what the report calls late in all.
    open_past: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
struct Counts {
    received: Option<u64>,
    printed: Option<u64>,
    handed_over: Option<u64>,
    open: Option<u64>,
    first_checks: Option<u64>,
    complete_at_first_check: Option<u64>,
    record_checks: Option<u64>,
    record_duplicates: Option<u64>,
    finished: Option<u64>,
    conforming: Option<u64>,
}

/// Returns the content of the JSON file.
pub(crate) fn data(sheet: &ComplianceSheet) -> Data<'_> {
    let f = &sheet.figures.figures;
    let d = &sheet.figures.deadlines;
    let shown = Shown::of(sheet);
    let judgement = |j| match Judgement::written(j) {
        written if shown.withholds => WrittenJudgement { figure: None, margin: None, n: None, entered: "", ..written },
        written => written,
    };
    let deadline = |d: Deadline| DeadlineCount {
        on_time: shown.count(d.on_time),
        late: shown.count(d.late),
        open_past: shown.count(d.open_past),
    };
    Data {
        month: sheet.month,
        judgements: sheet.judgements.iter().map(judgement).collect(),
        deadlines: DeadlineCounts {
            within_1_hour_less_outages: deadline(d.within_1_hour_less_outages),
            within_24_hours_less_outages: deadline(d.within_24_hours_less_outages),
            within_14_working_days: deadline(d.within_14_working_days),
        },
        counts: Counts {
            received: shown.count(f.duplicates.arrivals),
            printed: shown.count(f.issuance.printed),
            handed_over: shown.count(f.turnaround.handed_over),
            open: shown.count(f.backlog.values().sum::<u64>()),
            first_checks: shown.count(f.completeness.first_checks),
            complete_at_first_check: shown.count(f.completeness.complete),
            record_checks: shown.count(f.duplicates.record_checks),
            record_duplicates: shown.count(f.duplicates.record_duplicates),
            finished: shown.count(f.conformance.finished),
            conforming: shown.count(f.conformance.conforming),
        },
        closing: sheet.closing.as_ref(),
        revision: sheet.revision.as_ref().map(|revision| WrittenRevision {
            number: revision.number,
            on: revision.on,
            changed: revision.changed.iter().filter(|_| !sheet.hide_small).collect(),
            parts: &revision.parts,
            since_last: &revision.since_last,
            unknown: &revision.unknown,
        }),
        unset_targets_listed: sheet.list_unset,
        outage_log: sheet.outage_log,
        provenance: &sheet.provenance,
    }
}

/// Returns the judgements that are printed: those whose target has a value, and the others if they are asked for.
pub(crate) fn listed(sheet: &ComplianceSheet) -> impl Iterator<Item = &Judgement> {
    sheet.judgements.iter().filter(|j| sheet.list_unset || j.verdict() != Verdict::NoTarget)
}

/// Returns how many targets that would decide are left out of the list, because they have no value.
fn not_listed(sheet: &ComplianceSheet) -> usize {
    let unset = sheet.judgements.iter().filter(|j| j.decides && j.verdict() == Verdict::NoTarget);
    if sheet.list_unset { 0 } else { unset.count() }
}

/// Returns the judgements that are printed by regulation, in their order.
pub(crate) fn by_regulation(sheet: &ComplianceSheet) -> Vec<(&str, Vec<&Judgement>)> {
    let mut names: Vec<&str> = listed(sheet).map(|j| j.regulation.as_str()).collect();
    names.dedup();
    names.into_iter().map(|name| (name, listed(sheet).filter(|j| j.regulation == name).collect())).collect()
}

fn regulations(sheet: &ComplianceSheet) -> Vec<Value> {
    let rows = |of: Vec<&Judgement>| of.into_iter().map(|j| printed(j, sheet)).collect::<Vec<_>>();
    by_regulation(sheet).into_iter().map(|(name, of)| json!({"nama": name, "baris": rows(of)})).collect()
}

/// Returns a verdict as it is printed.
pub(crate) fn told(verdict: Verdict, sheet: &ComplianceSheet) -> &'static str {
    told_of(verdict, sheet.provenance.coverage(sheet.month) == Coverage::Complete)
}

/// Returns a verdict about a month as it is printed. While the data of the month are not all there, nothing is met or missed yet.
pub(crate) fn told_of(verdict: Verdict, is_complete: bool) -> &'static str {
    match verdict {
        Verdict::Met | Verdict::Missed if !is_complete => "sementara",
        verdict => verdict.words(),
    }
}

/// Returns a judgement as it is printed.
pub(crate) fn printed(j: &Judgement, sheet: &ComplianceSheet) -> Value {
    judged(j, Shown::of(sheet), sheet.working_day_s, told(j.verdict(), sheet))
}

/// Returns what was judged of a number, as it is printed in the reports, with the regulation.
pub(crate) fn judged_of(origin: &FigureOrigin) -> Vec<Value> {
    let is_complete = origin.provenance.coverage(origin.month) == Coverage::Complete;
    let shown = Shown { withholds: false };
    let judged = origin.judgements.iter().filter(|j| j.verdict() != Verdict::NoTarget).map(|j| {
        let mut judged = judged(j, shown, origin.working_day_s, told_of(j.verdict(), is_complete));
        judged["peraturan"] = j.regulation.as_str().into();
        judged
    });
    judged.collect()
}

fn judged(j: &Judgement, may: Shown, day_s: Option<i64>, verdict: &str) -> Value {
    let sign = j.compared.comparison().sign();
    let compared = may.compared(j);
    let (figure, value) = Language::Indonesian.compared(compared, day_s);
    json!({
        "judul": j.title,
        "angka": figure.unwrap_or_else(|| HIDDEN.to_owned()),
        "target": value.map_or_else(|| "–".to_owned(), |value| format!("{sign}\u{A0}{value}")),
        "kasus": may.words(j.n),
        "putusan": verdict,
        "kedudukan": j.authority.printed(),
        "pasal": basis(j),
        "jangkar": anchor(j),
    })
}

/// Returns by what the row of a judgement is led to on a page.
fn anchor(j: &Judgement) -> String {
    let text = [&j.target, &j.regulation, j.jenis.as_ref().unwrap_or(&String::new())].map(String::as_str).join(" ");
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    format!("dasar-{}", text.trim_end().chars().map(plain).collect::<String>())
}

/// Returns the article and source of a value that the office has entered, and whether another rule has precedence.
pub(crate) fn basis(j: &Judgement) -> String {
    let entered: [&str; 2] = if j.authority == Authority::Asumsi { ["", ""] } else { [&j.article, &j.source] };
    let yields = if j.decides { "" } else { "tidak menentukan, didahului peraturan lain" };
    let words: Vec<&str> = entered.into_iter().chain([yields]).filter(|w| !w.is_empty()).collect();
    words.join("; ")
}
