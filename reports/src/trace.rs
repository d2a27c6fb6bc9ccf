//! Everything that the archive has about a case, a batch or a person, as an official document and as tables.
//!
//! Reads   a trace
//! Gives   what the layout `telusur.typ` reads; the same as tables, for workbooks, CSV and the terminal
//! Rule    what is not known is said to be, and no table is left out because it is empty: that there is nothing is an answer

use crate::book::provenance;
use crate::indonesian::{duration, integer, long_date, short_date, short_datetime};
use crate::public_copy::UNKNOWN;
use crate::table::{Item, Table};
use crate::xlsx::{Sheet, plain};
use schemas::Verdict;
use schemas::document::{
    CaseTrace, Instant, Look, Office, TraceSubject, TracedCase, TracedChange, TracedCorrection, TracedEntry,
    TracedEvent, TracedFinding, TracedHold, TracedMonth, TracedPaper, TracedPerson, TracedVerdict,
};
use serde_json::{Value, json};

/// What stands where nobody records who looked.
const NOT_RECORDED: &str = "belum dicatat";
/// What stands where a masked copy, or one for another person, withholds a value.
const WITHHELD: &str = "tidak ditampilkan";
/// A berkas is compared with the SOP when it is handed over.
const NOT_YET: &str = "baru dinilai sesudah KTP-el diserahkan";
/// Of rows of another NIK nothing personal is shown.
const OF_ANOTHER: &str = "NIK lain";

/// A table under a heading, as every reader of a trace has it.
#[derive(Clone, Debug)]
pub struct Section {
    /// The heading.
    pub title: &'static str,
    /// The columns; the first one is the berkas.
    pub head: Vec<String>,
    /// The rows, as they are read on paper.
    pub rows: Vec<Vec<String>>,
    /// Why there are none, where that is not because there is nothing.
    pub instead: Option<&'static str>,
}

/// Returns the sections of a trace, as they are read on paper.
#[must_use]
pub fn trace_sections(trace: &CaseTrace) -> Vec<Section> {
    let of = |part: Part| Section {
        title: part.title,
        instead: part.instead,
        rows: part.table.rows.iter().map(|row| row.iter().map(Item::text).collect()).collect(),
        head: part.table.head,
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
        part("Berkas", CASES, cases.iter().map(case_row).collect()),
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

const CASES: &[&str] = &["Berkas", "Kolektif", "NIK", "Nama", "Jenis permohonan", "Wilayah", "Diterima", "Keadaan"];
const EVENTS: &[&str] = &[
    "Berkas", "Selesai", "Langkah", "Hasil", "Petugas", "Mulai", "Dikerjakan", "Menunggu", "Nomor register",
    "Masuk arsip", "Versi", "Catatan", "Nomor peristiwa",
];
const CORRECTIONS: &[&str] =
    &["Berkas", "Nomor peristiwa", "Langkah", "Yang berubah", "Semula", "Menjadi", "Masuk arsip", "Versi", "Sidik", "Catatan"];
const VERDICTS: &[&str] =
    &["Berkas", "Bulan", "Target", "Terukur", "Batas satu berkas", "Putusan", "Peraturan", "Kedudukan"];
const DEVIATIONS: &[&str] = &["Berkas", "Kode", "Langkah", "Penyimpangan", "Keterangan"];
const FINDINGS: &[&str] = &["Berkas", "Bulan", "Kode", "Langkah", "Temuan", "Rincian"];
const HELD: &[&str] = &["Berkas", "Nomor peristiwa", "Langkah", "Kode", "Kolom", "Sejak", "Sebab"];
const BOOKS: &[&str] = &["Berkas", "Buku", "Bulan buku", "Baris", "Nomor register", "Nomor peristiwa", "Ditutup", "Catatan"];
const PAPERS: &[&str] = &["Berkas", "Daftar atau surat", "Bulan", "Nomor", "Tanggal", "Catatan"];
const MONTHS: &[&str] = &["Berkas", "Bulan", "Peristiwa", "Susulan", "Buku ditutup", "Versi penutupan"];
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

fn case_row(case: &TracedCase) -> Vec<Item> {
    let person = case.person.as_ref();
    let of_person = |value: fn(&TracedPerson) -> Option<&String>| match person {
        Some(person) => text(value(person)),
        None => UNKNOWN.into(),
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
        let row = |of: &schemas::document::TracedDeviation| {
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

/// Returns what the layout `telusur.typ` reads.
pub(crate) fn page(trace: &CaseTrace, office: &Office) -> Value {
    let looks = trace.looked.as_ref().map(|looks| {
        let row = |l: &Look| json!([short_datetime(l.at.naive_local()), l.by, l.role, l.purpose, l.what]);
        looks.iter().map(row).collect::<Vec<_>>()
    });
    let batch_findings = trace.batch_findings.iter().flatten().map(finding_cells).collect::<Vec<_>>();
    let (subject, is_person) = match &trace.subject {
        TraceSubject::Berkas(id) => (format!("Berkas {id}"), false),
        TraceSubject::Kolektif(id) => (format!("Permohonan kolektif {id}"), false),
        TraceSubject::Orang(pseudonym) => (format!("Subjek data {}", pseudonym.get(..16).unwrap_or(pseudonym)), true),
    };
    json!({
        "kantor": office,
        "judul": title(trace),
        "perihal": subject,
        "orang": is_person,
        "keperluan": trace.purpose,
        "salinan": copy_of(trace),
        "tanggal": long_date(trace.on),
        "zona": trace.zone.to_string(),
        "berkas": trace.cases.iter().map(|case| case_cells(case, trace)).collect::<Vec<_>>(),
        "temuan_kolektif": batch_findings,
        "yang_melihat": looks,
        "asal": provenance(&trace.provenance),
    })
}

fn dash(text: String) -> String {
    if text.is_empty() { "–".to_owned() } else { text }
}

fn finding_cells(of: &TracedFinding) -> Value {
    let step = of.step.map_or_else(String::new, |step| step.to_string());
    json!([of.month.indonesian(), of.text.code, dash(step), of.text.sentence, dash(of.detail.clone())])
}

/// Returns the cells of a berkas; a list that is not known is null.
fn case_cells(case: &TracedCase, trace: &CaseTrace) -> Value {
    let corrections: Vec<Value> = case.corrections.iter().map(|of| correction_cells(case, of)).collect();
    let deviations = case.deviations.as_ref().map(|all| {
        let row = |of: &schemas::document::TracedDeviation| {
            json!([of.text.code, of.step, of.text.sentence, dash(of.detail.clone())])
        };
        all.iter().map(row).collect::<Vec<_>>()
    });
    let held = case.held.as_ref().map(|all| {
        let row = |of: &TracedHold| {
            let since = of.since.map_or_else(String::new, |at| short_date(at.naive_local().date()));
            let step = of.step.map_or_else(String::new, |step| step.to_string());
            let event = of.event.clone().unwrap_or_default();
            json!([dash(event), dash(step), of.text.code, dash(of.column.clone()), dash(since), of.text.sentence])
        };
        all.iter().map(row).collect::<Vec<_>>()
    });
    let verdicts = case.verdicts.iter().map(|of| {
        let limit = dash(of.limit.clone().unwrap_or_default());
        json!([of.month.indonesian(), of.title, of.measured, limit, verdict(of), regulation(of), of.authority.printed()])
    });
    let books = case.books.iter().map(|of| {
        let late = of.late_of.map_or_else(String::new, |month| format!("susulan {}", month.indonesian()));
        let number = dash(of.number.clone().unwrap_or_default());
        json!([of.title, of.month.indonesian(), integer(of.row), number, closed(of.closed), dash(late)])
    });
    let papers = case.papers.iter().map(|of| {
        let late = if of.late { "susulan" } else { "–" };
        let on = of.on.map_or_else(|| "–".to_owned(), short_date);
        json!([of.title, of.month.indonesian(), dash(of.number.clone().unwrap_or_default()), on, late])
    });
    let months = case.months.iter().map(|of| {
        json!([of.month.indonesian(), integer(of.events), integer(of.late), closed(of.closed)])
    });
    json!({
        "nomor": case.berkas,
        "kolektif": case.kolektif,
        "jenis": case.jenis,
        "kewarganegaraan": case.kewarganegaraan,
        "wilayah": case.area,
        "diterima": short_datetime(case.received.naive_local()),
        "keadaan": case.state,
        "pemohon": person_cells(case, trace),
        "peristiwa": case.events.iter().map(event_cells).collect::<Vec<_>>(),
        "koreksi": corrections,
        "putusan": verdicts.collect::<Vec<_>>(),
        "penyimpangan": deviations,
        "temuan": case.findings.as_ref().map(|all| all.iter().map(finding_cells).collect::<Vec<_>>()),
        "tertahan": held,
        "buku": books.collect::<Vec<_>>(),
        "surat": papers.collect::<Vec<_>>(),
        "bulan": months.collect::<Vec<_>>(),
    })
}

fn closed(on: Option<chrono::NaiveDate>) -> String {
    on.map_or_else(|| "belum ditutup".to_owned(), short_date)
}

/// Returns the applicant as labels and values; null where the person is not known.
fn person_cells(case: &TracedCase, trace: &CaseTrace) -> Option<Vec<[String; 2]>> {
    let person = case.person.as_ref()?;
    let born = match (&person.tempat_lahir, person.tanggal_lahir) {
        (None, None) => None,
        (place, day) => {
            let parts = [place.clone(), day.map(short_date)];
            Some(parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
        }
    };
    let withheld = || if trace.masked { WITHHELD.to_owned() } else { "–".to_owned() };
    let cell = |label: &str, value: Option<String>| [label.to_owned(), value.unwrap_or_else(withheld)];
    let plain = |label: &str, value: &Option<String>| [label.to_owned(), value.clone().unwrap_or_else(|| "–".to_owned())];
    Some(vec![
        plain("NIK", &person.nik),
        plain("Nama", &person.nama),
        cell("Jenis kelamin", person.jenis_kelamin.clone()),
        cell("Tempat, tanggal lahir", born),
        plain("Pembawa permohonan", &person.pembawa),
        plain("Penerima KTP-el", &person.penerima),
    ])
}

fn event_cells(event: &TracedEvent) -> Value {
    let time = |seconds: Option<i64>| seconds.map_or_else(|| "–".to_owned(), duration);
    let began = event.began.map_or_else(|| "–".to_owned(), |at| short_datetime(at.naive_local()));
    let arrived = event.arrival.at.map_or_else(|| "–".to_owned(), |at| short_datetime(at.naive_local()));
    json!({
        "selesai": short_datetime(event.ended.naive_local()),
        "mulai": began,
        "langkah": step(event),
        "pelaksana": event.pelaksana,
        "petugas": event.petugas,
        "hasil": event.hasil,
        "dikerjakan": time(event.handling_working_s),
        "menunggu": time(event.waiting_working_s),
        "nomor": event.number,
        "masuk": arrived,
        "versi": integer(event.arrival.version),
        "catatan": marks(event),
    })
}

fn correction_cells(case: &TracedCase, of: &TracedCorrection) -> Value {
    let label = case.events.iter().find(|event| event.event == of.event).map(step);
    let arrived = of.after.at.map_or_else(|| "–".to_owned(), |at| short_datetime(at.naive_local()));
    let by = format!("versi {}, sidik {}", integer(of.after.version), of.after.sidik.get(..16).unwrap_or_default());
    let changes = of.changes.iter().map(|change| {
        let cell = |value: Option<&String>| changed(change, value).text();
        json!([change.label, cell(change.before.as_ref()), cell(change.after.as_ref())])
    });
    json!({
        "peristiwa": of.event,
        "langkah": label.unwrap_or_else(|| of.step.to_string()),
        "perubahan": changes.collect::<Vec<_>>(),
        "masuk": arrived,
        "oleh": by,
        "susulan": of.late,
    })
}
