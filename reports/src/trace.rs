//! Everything that the archive has about a case, a batch or a person, as an official document and as tables.
//!
//! Reads   a trace
//! Gives   tables for workbooks, CSV and the terminal; in `page` what the layout `telusur.typ` reads
//! Rule    what is not known is said to be, and no table is left out because it is empty: that there is nothing is an answer

mod page;

pub(crate) use page::page;

use crate::public_copy::UNKNOWN;
use crate::table::{Item, Table};
use crate::xlsx::{Sheet, plain};
use schemas::Verdict;
use schemas::document::{
    CaseTrace, Instant, Look, TraceSubject, TracedCase, TracedChange, TracedCorrection, TracedDeviation, TracedEntry,
    TracedEvent, TracedFinding, TracedHold, TracedMonth, TracedPaper, TracedPerson, TracedVerdict,
};

/// What stands where nobody records who looked.
const NOT_RECORDED: &str = "belum dicatat";
/// What stands where a masked copy, or one for another person, withholds a value.
const WITHHELD: &str = "tidak ditampilkan";
/// A berkas is compared with the SOP when it is handed over.
const NOT_YET: &str = "baru dinilai sesudah KTP-el diserahkan";
/// Of rows of another NIK nothing personal is shown.
const OF_ANOTHER: &str = "NIK lain";
const OF_ANOTHER_PERSON: &str = "tidak ditampilkan: NIK lain";

/// A table under a heading, as a screen shows it: without columns in which nothing stands and, of a single berkas, without its number.
#[derive(Clone, Debug)]
pub struct Section {
    /// The heading.
    pub title: &'static str,
    /// The columns.
    pub head: Vec<String>,
    /// The rows, as they are read on paper.
    pub rows: Vec<Vec<String>>,
    /// Why there are none, where that is not because there is nothing.
    pub instead: Option<&'static str>,
}

/// Returns the sections of a trace, as they are read on a screen.
#[must_use]
pub fn trace_sections(trace: &CaseTrace) -> Vec<Section> {
    let is_of_one = trace.cases.len() <= 1;
    let of = |Part { title, table: Table { head, rows, .. }, instead }: Part| {
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(Item::text).collect()).collect();
        let is_filled = |column: usize| rows.iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty()));
        let says_something = |column: usize| !is_of_one || head.get(column).is_some_and(|label| label != BERKAS);
        let columns: Vec<usize> =
            (0..head.len()).filter(|column| is_filled(*column) && says_something(*column)).collect();
        let pick = |cells: &Vec<String>| columns.iter().filter_map(|at| cells.get(*at).cloned()).collect::<Vec<_>>();
        Section { title, instead, head: pick(&head), rows: rows.iter().map(pick).collect() }
    };
    parts(trace).into_iter().map(of).collect()
}

/// Returns the title of the document.
pub(crate) fn title(trace: &CaseTrace) -> String {
    match &trace.subject {
        TraceSubject::Berkas(_) => "Riwayat Berkas",
        TraceSubject::Kolektif(_) => "Riwayat Permohonan Kolektif",
        TraceSubject::Orang(_) => "Riwayat Pemrosesan Data Pribadi",
    }
    .to_owned()
}

/// Returns the name of its file without ending: what is no letter, digit or hyphen of an id is left out of it.
pub(crate) fn name(trace: &CaseTrace) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let id: String = trace.subject.id().chars().map(plain).take(60).collect();
    format!("telusur_{}_{id}", trace.subject.word())
}

/// Returns which copy it is, in the words of books.
pub(crate) fn copy_of(trace: &CaseTrace) -> &'static str {
    match (trace.public_copy, trace.masked) {
        (true, _) => "Salinan publik: tanpa data pribadi dan baris yang tertahan",
        (_, masked) => crate::book::copy(masked),
    }
}

/// A part of a trace as a table.
struct Part {
    title: &'static str,
    table: Table,
    instead: Option<&'static str>,
}

/// Returns the sheets of a workbook.
pub(crate) fn sheets(trace: &CaseTrace) -> Vec<Sheet> {
    let of = |part: Part| {
        let mut table = part.table;
        if let Some(why) = part.instead {
            let mut row = vec![Item::Empty; table.head.len()];
            row.first_mut().into_iter().for_each(|cell| *cell = why.into());
            table.rows.push(row);
        }
        plain(part.title, table)
    };
    parts(trace).into_iter().map(of).collect()
}

fn parts(trace: &CaseTrace) -> Vec<Part> {
    let cases = &trace.cases;
    vec![
        part("Berkas", CASES, cases.iter().map(|case| case_row(case, trace)).collect()),
        part("Peristiwa", EVENTS, each(cases, |case| &case.events, event_row)),
        part("Koreksi", CORRECTIONS, cases.iter().flat_map(correction_rows).collect()),
        part("Putusan menurut target", VERDICTS, each(cases, |case| &case.verdicts, verdict_row)),
        deviations(cases),
        findings(trace),
        held(trace),
        part("Buku", BOOKS, each(cases, |case| &case.books, book_row)),
        part("Daftar dan surat", PAPERS, each(cases, |case| &case.papers, paper_row)),
        part("Bulan", MONTHS, each(cases, |case| &case.months, month_row)),
        looks(trace),
    ]
}

/// The column of the number of a berkas.
const BERKAS: &str = "Berkas";
const CASES: &[&str] = &[BERKAS, "Kolektif", "NIK", "Nama", "Jenis permohonan", "Wilayah", "Diterima", "Keadaan"];
const EVENTS: &[&str] = &[
    BERKAS,
    "Selesai",
    "Langkah",
    "Hasil",
    "Petugas",
    "Mulai",
    "Dikerjakan",
    "Menunggu",
    "Nomor register",
    "Masuk arsip",
    "Versi",
    "Catatan",
    "Nomor peristiwa",
];
const CORRECTIONS: &[&str] = &[
    BERKAS,
    "Nomor peristiwa",
    "Langkah",
    "Yang berubah",
    "Semula",
    "Menjadi",
    "Masuk arsip",
    "Versi",
    "Sidik",
    "Catatan",
];
const VERDICTS: &[&str] =
    &[BERKAS, "Bulan", "Target", "Terukur", "Batas satu berkas", "Putusan", "Peraturan", "Kedudukan"];
const DEVIATIONS: &[&str] = &[BERKAS, "Kode", "Langkah", "Penyimpangan", "Keterangan"];
const FINDINGS: &[&str] = &[BERKAS, "Bulan", "Kode", "Langkah", "Temuan", "Rincian"];
const HELD: &[&str] = &[BERKAS, "Nomor peristiwa", "Langkah", "Kode", "Kolom", "Sejak", "Sebab"];
const BOOKS: &[&str] =
    &[BERKAS, "Buku", "Bulan buku", "Baris", "Nomor register", "Nomor peristiwa", "Ditutup", "Catatan"];
const PAPERS: &[&str] = &[BERKAS, "Daftar atau surat", "Bulan", "Nomor", "Tanggal", "Catatan"];
const MONTHS: &[&str] = &[BERKAS, "Bulan", "Peristiwa", "Susulan", "Buku ditutup", "Versi penutupan"];
const LOOKS: &[&str] = &["Waktu", "Oleh", "Peran", "Keperluan", "Yang dilihat"];

fn part(title: &'static str, head: &[&str], rows: Vec<Vec<Item>>) -> Part {
    let head = head.iter().map(|label| (*label).to_owned()).collect();
    Part { title, table: Table { head, rows, ..Table::default() }, instead: None }
}

/// Makes a row of each item of each berkas, the berkas in front.
fn each<T>(cases: &[TracedCase], of: fn(&TracedCase) -> &Vec<T>, row: fn(&T) -> Vec<Item>) -> Vec<Vec<Item>> {
    let rows = |case: &TracedCase| {
        let berkas = Item::from(&case.berkas);
        of(case).iter().map(move |item| [vec![berkas.clone()], row(item)].concat()).collect::<Vec<_>>()
    };
    cases.iter().flat_map(rows).collect()
}

fn at(instant: Instant) -> Item {
    Item::DateTime(instant.naive_local())
}

fn maybe<T>(value: Option<T>, of: impl Fn(T) -> Item) -> Item {
    value.map_or(Item::Empty, of)
}

fn text(value: Option<&String>) -> Item {
    maybe(value, Item::from)
}

/// Returns why a berkas has no person.
fn unnamed(trace: &CaseTrace) -> &'static str {
    if trace.public_copy { UNKNOWN } else { OF_ANOTHER_PERSON }
}

fn case_row(case: &TracedCase, trace: &CaseTrace) -> Vec<Item> {
    let person = case.person.as_ref();
    let of_person = |value: fn(&TracedPerson) -> Option<&String>| match person {
        Some(person) => text(value(person)),
        None => unnamed(trace).into(),
    };
    vec![
        Item::from(&case.berkas),
        (&case.kolektif).into(),
        of_person(|of| of.nik.as_ref()),
        of_person(|of| of.nama.as_ref()),
        (&case.jenis).into(),
        (&case.area).into(),
        at(case.received),
        (&case.state).into(),
    ]
}

/// Returns the step with its name.
fn step(event: &TracedEvent) -> String {
    if event.label.is_empty() { event.step.to_string() } else { format!("{}. {}", event.step, event.label) }
}

/// Returns what is remarked of an event.
fn marks(event: &TracedEvent) -> String {
    let lacking = (!event.lacking.is_empty()).then(|| format!("kurang: {}", event.lacking.join("; ")));
    let late = event.late.then(|| "susulan".to_owned());
    let correction = event.correction.then(|| "hasil koreksi".to_owned());
    let another = event.of_another.then(|| OF_ANOTHER.to_owned());
    let marks = [lacking, late, correction, another, event.remark.clone()];
    marks.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn event_row(event: &TracedEvent) -> Vec<Item> {
    vec![
        at(event.ended),
        (&step(event)).into(),
        (&event.hasil).into(),
        text(event.petugas.as_ref()),
        maybe(event.began, at),
        maybe(event.handling_working_s, Item::Duration),
        maybe(event.waiting_working_s, Item::Duration),
        text(event.number.as_ref()),
        maybe(event.arrival.at, at),
        event.arrival.version.into(),
        (&marks(event)).into(),
        (&event.event).into(),
    ]
}

/// Returns a value of a change, or that it is withheld.
fn changed(change: &TracedChange, value: Option<&String>) -> Item {
    match value {
        Some(value) => value.into(),
        None if change.withheld => WITHHELD.into(),
        None => "–".into(),
    }
}

fn correction_rows(case: &TracedCase) -> Vec<Vec<Item>> {
    let row = |correction: &TracedCorrection, change: &TracedChange| {
        vec![
            Item::from(&case.berkas),
            (&correction.event).into(),
            u64::from(correction.step).into(),
            (&change.label).into(),
            changed(change, change.before.as_ref()),
            changed(change, change.after.as_ref()),
            maybe(correction.after.at, at),
            correction.after.version.into(),
            correction.after.sidik.get(..16).unwrap_or_default().into(),
            if correction.late { "susulan".into() } else { Item::Empty },
        ]
    };
    let of = |correction: &TracedCorrection| -> Vec<Vec<Item>> {
        correction.changes.iter().map(|change| row(correction, change)).collect()
    };
    case.corrections.iter().flat_map(of).collect()
}

/// Returns the words of a verdict on a single berkas.
fn verdict(of: &TracedVerdict) -> &'static str {
    match of.verdict {
        Verdict::NoTarget => "batas belum ditetapkan",
        other => other.words(),
    }
}

fn regulation(of: &TracedVerdict) -> String {
    let article = if of.article.is_empty() { String::new() } else { format!(", pasal {}", of.article) };
    format!("{}{article}", of.regulation)
}

fn verdict_row(of: &TracedVerdict) -> Vec<Item> {
    vec![
        (&of.month.to_string()).into(),
        (&of.title).into(),
        (&of.measured).into(),
        text(of.limit.as_ref()),
        verdict(of).into(),
        (&regulation(of)).into(),
        of.authority.printed().into(),
    ]
}

fn deviations(cases: &[TracedCase]) -> Part {
    let rows = |case: &TracedCase| -> Vec<Vec<Item>> {
        let Some(deviations) = &case.deviations else {
            let [code, step, why] = [Item::Empty, Item::Empty, NOT_YET.into()];
            return vec![vec![Item::from(&case.berkas), code, step, why, Item::Empty]];
        };
        let row = |of: &TracedDeviation| {
            let [code, step, sentence, detail] =
                [&of.text.code, &of.step, &of.text.sentence, &of.detail].map(Item::from);
            vec![Item::from(&case.berkas), code, step, sentence, detail]
        };
        deviations.iter().map(row).collect()
    };
    part("Penyimpangan dari SOP", DEVIATIONS, cases.iter().flat_map(rows).collect())
}

fn finding_row(place: &str, of: &TracedFinding) -> Vec<Item> {
    vec![
        place.into(),
        (&of.month.to_string()).into(),
        (&of.text.code).into(),
        maybe(of.step, |step| u64::from(step).into()),
        (&of.text.sentence).into(),
        (&of.detail).into(),
    ]
}

fn findings(trace: &CaseTrace) -> Part {
    let mut rows: Vec<Vec<Item>> = Vec::new();
    if let TraceSubject::Kolektif(id) = &trace.subject {
        rows.extend(trace.batch_findings.iter().flatten().map(|of| finding_row(id, of)));
    }
    for case in &trace.cases {
        rows.extend(case.findings.iter().flatten().map(|of| finding_row(&case.berkas, of)));
    }
    let unknown = trace.cases.iter().any(|case| case.findings.is_none());
    Part { instead: unknown.then_some(UNKNOWN), ..part("Temuan", FINDINGS, rows) }
}

fn hold_row(of: &TracedHold) -> Vec<Item> {
    vec![
        text(of.event.as_ref()),
        maybe(of.step, |step| u64::from(step).into()),
        (&of.text.code).into(),
        (&of.column).into(),
        maybe(of.since, at),
        (&of.text.sentence).into(),
    ]
}

fn held(trace: &CaseTrace) -> Part {
    let mut rows = Vec::new();
    for case in &trace.cases {
        let of_case = case.held.iter().flatten();
        rows.extend(of_case.map(|of| [vec![Item::from(&case.berkas)], hold_row(of)].concat()));
    }
    let unknown = trace.cases.iter().any(|case| case.held.is_none());
    Part { instead: unknown.then_some(UNKNOWN), ..part("Baris tertahan", HELD, rows) }
}

fn book_row(of: &TracedEntry) -> Vec<Item> {
    let late = of.late_of.map(|month| format!("susulan {}", month.indonesian()));
    vec![
        (&of.title).into(),
        (&of.month.to_string()).into(),
        of.row.into(),
        text(of.number.as_ref()),
        (&of.event).into(),
        maybe(of.closed, Item::Date),
        text(late.as_ref()),
    ]
}

fn paper_row(of: &TracedPaper) -> Vec<Item> {
    vec![
        (&of.title).into(),
        (&of.month.to_string()).into(),
        text(of.number.as_ref()),
        maybe(of.on, Item::Date),
        if of.late { "susulan".into() } else { Item::Empty },
    ]
}

fn month_row(of: &TracedMonth) -> Vec<Item> {
    vec![
        (&of.month.to_string()).into(),
        of.events.into(),
        of.late.into(),
        maybe(of.closed, Item::Date),
        maybe(of.closed_by, Item::from),
    ]
}

fn looks(trace: &CaseTrace) -> Part {
    let row = |look: &Look| {
        let [by, role, purpose, what] = [&look.by, &look.role, &look.purpose, &look.what].map(Item::from);
        vec![at(look.at), by, role, purpose, what]
    };
    let rows = trace.looked.iter().flatten().map(row).collect();
    Part { instead: trace.looked.is_none().then_some(NOT_RECORDED), ..part("Yang pernah melihat", LOOKS, rows) }
}
