//! What the layout `telusur.typ` reads.

use super::{WITHHELD, changed, copy_of, marks, regulation, step, title, unnamed, verdict};
use crate::book::provenance;
use crate::indonesian::{duration, integer, long_date, short_date, short_datetime};
use schemas::document::{
    CaseTrace, Instant, Office, TraceSubject, TracedCase, TracedCorrection, TracedDeviation, TracedEntry, TracedEvent,
    TracedFinding, TracedHold, TracedPaper, TracedVerdict,
};
use serde_json::{Value, json};

/// Returns what the layout reads of a trace.
pub(crate) fn page(trace: &CaseTrace, office: &Office) -> Value {
    let looks = trace.looked.as_ref().map(|looks| {
        let rows = looks.iter().map(|of| json!([moment(Some(of.at)), of.by, of.role, of.purpose, of.what]));
        rows.collect::<Vec<_>>()
    });
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
        "berkas": cells(&trace.cases, |case| case_cells(case, trace)),
        "temuan_kolektif": cells(trace.batch_findings.as_deref().unwrap_or_default(), finding_cells),
        "yang_melihat": looks,
        "asal": provenance(&trace.provenance),
    })
}

fn cells<T>(all: &[T], of: impl Fn(&T) -> Value) -> Vec<Value> {
    all.iter().map(of).collect()
}

/// Returns the cells of a list; null where it is not known.
fn known<T>(all: Option<&Vec<T>>, of: fn(&T) -> Value) -> Option<Vec<Value>> {
    all.map(|all| cells(all, of))
}

/// Returns a text, or a dash in place of none.
fn dash(text: Option<&str>) -> &str {
    text.filter(|text| !text.is_empty()).unwrap_or(NONE)
}

/// In place of what there is none of.
const NONE: &str = "–";

fn number(n: Option<u8>) -> String {
    n.map_or_else(|| NONE.to_owned(), |n| n.to_string())
}

fn moment(at: Option<Instant>) -> String {
    at.map_or_else(|| NONE.to_owned(), |at| short_datetime(at.naive_local()))
}

fn closed(on: Option<chrono::NaiveDate>) -> String {
    on.map_or_else(|| "belum ditutup".to_owned(), short_date)
}

fn case_cells(case: &TracedCase, trace: &CaseTrace) -> Value {
    let months = cells(&case.months, |of| {
        json!([of.month.indonesian(), integer(of.events), integer(of.late), closed(of.closed)])
    });
    json!({
        "nomor": case.berkas,
        "kolektif": case.kolektif,
        "jenis": case.jenis,
        "kewarganegaraan": case.kewarganegaraan,
        "wilayah": case.area,
        "diterima": moment(Some(case.received)),
        "keadaan": case.state,
        "pemohon": person_cells(case, trace),
        "peristiwa": cells(&case.events, event_cells),
        "koreksi": cells(&case.corrections, |of| correction_cells(case, of)),
        "putusan": cells(&case.verdicts, verdict_cells),
        "penyimpangan": known(case.deviations.as_ref(), deviation_cells),
        "temuan": known(case.findings.as_ref(), finding_cells),
        "tertahan": known(case.held.as_ref(), hold_cells),
        "buku": cells(&case.books, book_cells),
        "surat": cells(&case.papers, paper_cells),
        "bulan": months,
    })
}

/// Returns the applicant as labels and values.
fn person_cells(case: &TracedCase, trace: &CaseTrace) -> Vec<[String; 2]> {
    let Some(person) = &case.person else {
        return vec![["Pemohon".to_owned(), unnamed(trace).to_owned()]];
    };
    let day = person.tanggal_lahir.map(short_date);
    let born: Vec<&str> = [person.tempat_lahir.as_deref(), day.as_deref()].into_iter().flatten().collect();
    let born = Some(born.join(", ")).filter(|born| !born.is_empty());
    // What a masked copy hides whole may be there or not.
    let hidden = if trace.masked { WITHHELD } else { NONE };
    let cell = |label: &str, value: Option<&String>, none: &str| {
        [label.to_owned(), value.map_or(none, String::as_str).to_owned()]
    };
    vec![
        cell("NIK", person.nik.as_ref(), NONE),
        cell("Nama", person.nama.as_ref(), NONE),
        cell("Jenis kelamin", person.jenis_kelamin.as_ref(), hidden),
        cell("Tempat, tanggal lahir", born.as_ref(), hidden),
        cell("Pembawa permohonan", person.pembawa.as_ref(), NONE),
        cell("Penerima KTP-el", person.penerima.as_ref(), NONE),
    ]
}

fn event_cells(event: &TracedEvent) -> Value {
    let time = |seconds: Option<i64>| seconds.map_or_else(|| NONE.to_owned(), duration);
    json!({
        "selesai": moment(Some(event.ended)),
        "mulai": moment(event.began),
        "langkah": step(event),
        "pelaksana": event.pelaksana,
        "petugas": event.petugas,
        "hasil": event.hasil,
        "dikerjakan": time(event.handling_working_s),
        "menunggu": time(event.waiting_working_s),
        "nomor": event.number,
        "masuk": moment(event.arrival.at),
        "versi": integer(event.arrival.version),
        "catatan": marks(event),
    })
}

fn correction_cells(case: &TracedCase, of: &TracedCorrection) -> Value {
    let named = case.events.iter().find(|event| event.event == of.event).map(step);
    let by = format!("versi {}, sidik {}", integer(of.after.version), of.after.sidik.get(..16).unwrap_or_default());
    let changes = cells(&of.changes, |change| {
        let value = |value: Option<&String>| changed(change, value).text();
        json!([change.label, value(change.before.as_ref()), value(change.after.as_ref())])
    });
    json!({
        "peristiwa": of.event,
        "langkah": named.unwrap_or_else(|| format!("Langkah {}", of.step)),
        "perubahan": changes,
        "masuk": moment(of.after.at),
        "oleh": by,
        "susulan": of.late,
    })
}

fn verdict_cells(of: &TracedVerdict) -> Value {
    let limit = dash(of.limit.as_deref());
    let (month, standing) = (of.month.indonesian(), of.authority.printed());
    json!([month, of.title, of.measured, limit, verdict(of), regulation(of), standing])
}

fn deviation_cells(of: &TracedDeviation) -> Value {
    json!([of.text.code, of.step, of.text.sentence, dash(Some(&of.detail))])
}

fn finding_cells(of: &TracedFinding) -> Value {
    json!([of.month.indonesian(), of.text.code, number(of.step), of.text.sentence, dash(Some(&of.detail))])
}

fn hold_cells(of: &TracedHold) -> Value {
    let (event, column) = (dash(of.event.as_deref()), dash(Some(&of.column)));
    json!([event, number(of.step), of.text.code, column, moment(of.since), of.text.sentence])
}

fn book_cells(of: &TracedEntry) -> Value {
    let late = of.late_of.map(|month| format!("susulan {}", month.indonesian()));
    let number = dash(of.number.as_deref());
    json!([of.title, of.month.indonesian(), integer(of.row), number, closed(of.closed), dash(late.as_deref())])
}

fn paper_cells(of: &TracedPaper) -> Value {
    let late = if of.late { "susulan" } else { NONE };
    let on = of.on.map_or_else(|| NONE.to_owned(), short_date);
    json!([of.title, of.month.indonesian(), dash(of.number.as_deref()), on, late])
}
