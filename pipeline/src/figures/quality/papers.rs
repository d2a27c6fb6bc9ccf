//! The kind of application, citizenship, missing papers, and the order of a step's times.
//!
//! Reads   one event; for returns that no paper justified, the public columns of a month
//! Rule    papers: data/kelengkapan; areas: the area table
//! Finds   W003, W004; Q010, Q011, Q014–Q018, Q026

use super::{Found, NeedlessReturn};
use crate::archive::current_events::{CurrentEvent, CurrentEvents};
use crate::archive::{Archive, ArchiveError};
use schemas::{Column, Event, Facts, Milestone, Month};

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
    let missing: Vec<&str> = codes(event.kekurangan).collect();
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

/// What tells whether a return was needless, and of which berkas.
const OF_RETURNS: [Column; 7] = [
    Column::BerkasId,
    Column::Langkah,
    Column::Hasil,
    Column::Jenis,
    Column::Kewarganegaraan,
    Column::Pekon,
    Column::Kekurangan,
];

/// Returns the returns of berkas in a month only for papers that their kind does not require, in order; `None` in a public copy of an
/// archive that was begun with one of these columns personal.
///
/// # Errors
/// [`ArchiveError`] when a part is damaged.
pub(crate) fn needless_returns(
    archive: &Archive,
    facts: &Facts,
    month: Month,
) -> Result<Option<Vec<NeedlessReturn>>, ArchiveError> {
    let classified = archive.columns()?;
    if OF_RETURNS.iter().any(|column| classified.is_personal(*column)) && !archive.holds_persons_of(month)? {
        return Ok(None);
    }
    let mut needless = Vec::new();
    for batch in CurrentEvents::of(archive)?.batches(|file| file.month == month, &OF_RETURNS, &[]) {
        for event in batch?.rows()?.events() {
            needless.extend(needless_return(event, facts)?);
        }
    }
    needless.sort();
    Ok(Some(needless))
}

/// Returns a return of a berkas only for known papers, of which its kind requires none; `None` of any other event.
fn needless_return(event: CurrentEvent<'_, '_>, facts: &Facts) -> Result<Option<NeedlessReturn>, ArchiveError> {
    let step = event.step()?;
    if facts.sop.milestone(step, event.text(Column::Hasil)?) != Some(Milestone::Returned) {
        return Ok(None);
    }
    let jenis = event.text(Column::Jenis)?;
    let Some(requirement) = facts.requirement(jenis, event.text(Column::Kewarganegaraan)?) else { return Ok(None) };
    let needless =
        |code: &str| facts.dokumen.contains_key(code) && !requirement.dokumen.iter().any(|needed| needed == code);
    let papers: Vec<String> = codes(event.optional_text(Column::Kekurangan)?).map(str::to_owned).collect();
    if papers.is_empty() || !papers.iter().all(|code| needless(code)) {
        return Ok(None);
    }
    Ok(Some(NeedlessReturn {
        berkas: event.text(Column::BerkasId)?.to_owned(),
        step,
        papers,
        pekon: event.text(Column::Pekon)?.to_owned(),
        jenis: jenis.to_owned(),
    }))
}

/// Returns the codes in `kekurangan`.
pub(super) fn codes(kekurangan: Option<&str>) -> impl Iterator<Item = &str> {
    kekurangan.unwrap_or_default().split(';').map(str::trim).filter(|code| !code.is_empty())
}
