//! The applicant's NIK, sex, age, name and place of birth.
//!
//! Reads   one event
//! Rule    NIK: PP 37/2007 Pasal 37; ages and codes of sex: data/applicant.toml; fillers: data/kewajaran.toml
//! Finds   W001, W002, W006, W007; Q001–Q009, Q012, Q013, Q034–Q038

use super::Found;
use chrono::{Datelike, NaiveDate};
use schemas::{Event, Facts, Milestone, Nik, NikFault};

pub(super) fn check(event: &Event<'_>, found: &mut Found<'_>) {
    let facts = found.facts;
    let person = &event.person;
    match person.nik.filter(|nik| !nik.trim().is_empty()).map(Nik::parse) {
        None => found.applicant("Q001", event, ""),
        Some(None) => found.applicant(NikFault::Shape.code(), event, ""),
        Some(Some(nik)) => {
            let faults: Vec<NikFault> = nik.faults(&facts.wilayah).collect();
            for fault in &faults {
                found.applicant(fault.code(), event, "");
            }
            if !faults.contains(&NikFault::Date) {
                compare_with_record(nik, event, found);
            }
            if !faults.contains(&NikFault::Province) {
                area(nik, event, found);
            }
        }
    }
    if person.jenis_kelamin.is_some_and(|sex| !facts.applicant.jenis_kelamin.iter().any(|s| s == sex)) {
        found.applicant("Q012", event, "");
    }
    match filled(person.nama) {
        None => found.applicant("Q036", event, ""),
        Some(nama) if nama.chars().any(char::is_numeric) => found.applicant("Q013", event, ""),
        Some(nama) if !can_be_name(nama, facts) => found.applicant("Q034", event, ""),
        Some(_) => {}
    }
    if filled(person.tempat_lahir).is_some_and(|place| !can_be_place(place, facts)) {
        found.applicant("Q035", event, "");
    }
    if filled(person.jenis_kelamin).is_none() {
        found.applicant("Q037", event, "");
    }
    if person.tanggal_lahir_days.is_none() {
        found.applicant("Q038", event, "");
    }
    age(event, found);
}

/// Returns a text unless it is blank.
fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// Whether a text has the letters of a name, and is not written only to fill the field.
pub(super) fn can_be_name(text: &str, facts: &Facts) -> bool {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_uppercase).collect();
    let has_different_letters = letters.iter().any(|letter| Some(letter) != letters.first());
    let written = text.trim().to_uppercase();
    has_different_letters && !facts.plausible.pengisi.contains(&written)
}

/// Whether a text has the letters of a place's name, and no digits.
pub(super) fn can_be_place(text: &str, facts: &Facts) -> bool {
    can_be_name(text, facts) && !text.chars().any(char::is_numeric)
}

/// Compares the birth date and sex in the NIK with those on record. A NIK stays when a birth date is corrected, so a
/// difference is a reason to check, not a fault in itself.
fn compare_with_record(nik: Nik<'_>, event: &Event<'_>, found: &mut Found<'_>) {
    let recorded = birth(event);
    if recorded.is_some_and(|recorded| nik.births().all(|birth| birth != recorded)) {
        found.applicant("Q002", event, "");
    }
    let rules = &found.facts.applicant;
    let sex = event.person.jenis_kelamin.filter(|sex| rules.jenis_kelamin.iter().any(|known| known == sex));
    if sex.is_some_and(|sex| (sex == rules.perempuan) != nik.is_womans()) {
        found.applicant("Q003", event, "");
    }
}

/// Checks the area in which the person was first registered. Older codes, and those of other areas, are valid too.
fn area(nik: Nik<'_>, event: &Event<'_>, found: &mut Found<'_>) {
    let wilayah = &found.facts.wilayah;
    if nik.kabupaten() != wilayah.kabupaten() {
        found.applicant("Q005", event, "");
    } else if !wilayah.has_kecamatan(nik.kecamatan()) {
        found.applicant("Q004", event, "");
    }
}

/// Checks the age at receipt and, for a print, at its end.
fn age(event: &Event<'_>, found: &mut Found<'_>) {
    let (zone, limits) = (found.facts.zone, found.facts.applicant.usia);
    let received = zone.date(event.diterima_us.div_euclid(1_000_000));
    let (Some(birth), Some(received)) = (birth(event), received) else { return };
    let Some(at_receipt) = years(birth, received) else {
        found.applicant("Q006", event, "");
        return;
    };
    if at_receipt > limits.tertinggi {
        found.applicant("Q007", event, "");
    }
    if at_receipt < limits.perekaman {
        found.applicant("Q008", event, "");
    }
    let printed = found.facts.sop.milestone(event.langkah, event.hasil) == Some(Milestone::Printed);
    let ended = zone.date(event.selesai_us.div_euclid(1_000_000));
    let at_end = ended.and_then(|ended| years(birth, ended));
    if printed && at_end.is_some_and(|age| age < limits.pencetakan) {
        found.event("Q009", event, "");
    }
}

pub(super) fn birth(event: &Event<'_>) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(event.person.tanggal_lahir_days?)
}

/// Returns the whole years from birth to a day; `None` before birth.
pub(super) fn years(birth: NaiveDate, day: NaiveDate) -> Option<u32> {
    let had_birthday = (day.month(), day.day()) >= (birth.month(), birth.day());
    u32::try_from(day.year() - birth.year() - i32::from(!had_birthday)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_whole_on_the_birthday() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (birth, at, age) in [
            ("2010-11-23", "2026-11-22", Some(15)),
            ("2010-11-23", "2026-11-23", Some(16)),
            ("2008-02-29", "2025-02-28", Some(16)),
            ("2008-02-29", "2025-03-01", Some(17)),
            ("2026-11-23", "2026-11-23", Some(0)),
            ("2026-11-24", "2026-11-23", None),
            ("2027-01-01", "2026-11-23", None),
        ] {
            assert_eq!(years(day(birth), day(at)), age, "{birth} {at}");
        }
    }
}
