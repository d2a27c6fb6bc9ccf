//! The kind of application, citizenship, missing papers, and the order of a step's times.
//!
//! Reads   one event
//! Rule    papers: data/kelengkapan; areas: the area table
//! Finds   W003, W004; Q010, Q011, Q014–Q018, Q026

use super::Found;
use schemas::{Event, Milestone};

pub(super) fn check(event: &Event<'_>, found: &mut Found<'_>) {
    let facts = found.facts;
    let known_jenis = facts.jenis.contains_key(event.jenis);
    let known_citizenship = facts.applicant.kewarganegaraan.iter().any(|k| k == event.kewarganegaraan);
    if !known_jenis {
        found.applicant("Q010", event, "");
    }
    if !known_citizenship {
        found.applicant("Q011", event, "");
    }
    let requirement = facts.requirement(event.jenis, event.kewarganegaraan);
    if known_jenis && known_citizenship && requirement.is_none() {
        found.applicant("Q014", event, "");
    }
    let missing: Vec<&str> = codes(event).collect();
    let returned = facts.sop.milestone(event.langkah, event.hasil) == Some(Milestone::Returned);
    match (returned, missing.is_empty()) {
        (true, true) => found.event("Q015", event, ""),
        (false, false) => found.event("Q018", event, ""),
        _ => {}
    }
    for code in missing {
        if !facts.dokumen.contains_key(code) {
            found.event("Q016", event, code);
        } else if requirement.is_some_and(|r| !r.dokumen.iter().any(|needed| needed == code)) {
            found.event("Q017", event, code);
        }
    }
    if facts.wilayah.get(event.pekon).is_none() {
        found.applicant("W004", event, "");
    }
    if event.mulai_us.is_some_and(|mulai| mulai > event.selesai_us) {
        found.event("W003", event, "");
    }
    if event.selesai_us < event.diterima_us {
        found.event("Q026", event, "");
    }
}

/// Returns the codes in `kekurangan`.
pub(super) fn codes<'a>(event: &Event<'a>) -> impl Iterator<Item = &'a str> {
    event.kekurangan.unwrap_or_default().split(';').map(str::trim).filter(|code| !code.is_empty())
}
