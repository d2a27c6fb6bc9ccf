//! Duplicate rate (d): which berkas of a month are probably of a person who already came under another NIK?
//!
//! Reads   the receipt of every berkas up to the end of the month, with name, birth date and place, sex and pekon
//! Gives   pairs with their probability and the evidence of each field; ids only
//! Rule    `linkage`; names by data/nama.toml. Two berkas with the same NIK belong to rates (b) and (c), and are no pair here
//! Finds   berkas without name or birth date: counted, not compared

use crate::archive::current_events::{Computed, CurrentEvents};
use crate::archive::{Archive, ArchiveError};
use crate::figures::error::{FigureError, within};
use crate::figures::linkage::{Kind, LinkOptions, Records};
use chrono::NaiveDate;
use schemas::{Column, Facts, Milestone, Month, NameRules};
use std::collections::{BTreeMap, BTreeSet};

/// Pairs less probable than this are left out, unless the caller asks for them.
pub const PROBABLE: f64 = 0.5;
/// A key that more records share than this is ignored, because it would pair almost everybody with everybody.
const BLOCK: usize = 2_000;

/// Only this many characters of a birth place are compared, so that a long text entered there by mistake does not stop the list.
const COMPARED_CHARACTERS: usize = 200;

/// The columns that are read.
const COLUMNS: [Column; 8] = [
    Column::BerkasId,
    Column::Langkah,
    Column::Hasil,
    Column::Pekon,
    Column::Nama,
    Column::TanggalLahir,
    Column::JenisKelamin,
    Column::TempatLahir,
];

/// Two berkas that are probably of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Probable {
    /// The berkas of the month.
    pub berkas_id: String,
    /// The other, of the month or earlier.
    pub other: String,
    /// The probability that both are of one person, from 0 to 1.
    pub probability: f64,
    /// For each field its name, the meaning of its level in Indonesian, and the bits of evidence for or against.
    pub reasons: Vec<(String, &'static str, f64)>,
}

/// Rate (d) of a month.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbableDuplicates {
    /// Berkas that arrived in the month with name and birth date.
    pub compared: u64,
    /// Berkas that arrived without one of these.
    pub left_out: u64,
    /// Keys, such as a name, that so many berkas share that their pairs are not compared.
    pub passed_over: usize,
    /// The pairs, the most probable first.
    pub pairs: Vec<Probable>,
}

impl ProbableDuplicates {
    /// Returns how many berkas of the month are in a pair.
    #[must_use]
    pub fn berkas(&self) -> u64 {
        self.pairs.iter().map(|pair| &pair.berkas_id).collect::<BTreeSet<_>>().len() as u64
    }
}

/// The applicant of a berkas, as recorded at its receipt.
struct Applicant {
    berkas_id: String,
    month: Month,
    /// The NIK's pseudonym.
    nik: Option<String>,
    words: Vec<String>,
    birth: NaiveDate,
    sex: String,
    place: String,
    pekon: String,
}

/// Finds the pairs of a berkas of the month and another one up to its end that are of one person with at least this probability.
///
/// # Errors
/// [`FigureError::NoMonth`] when the archive does not hold it; [`FigureError::Archive`] when a part is damaged, the private parts may
/// not be read, or the archive is a public copy.
pub fn probable_duplicates(
    archive: &Archive,
    facts: &Facts,
    month: Month,
    probability: f64,
) -> Result<ProbableDuplicates, FigureError> {
    if archive.is_empty() {
        return Err(archive.empty().into());
    }
    within(archive.span(), month)?;
    archive.check_persons_of(month)?;
    let (applicants, left_out) = applicants(archive, facts, month)?;
    let records = records(&applicants, &facts.names);
    let may_match = |a: usize, b: usize| match (applicants.get(a), applicants.get(b)) {
        (Some(a), Some(b)) => (a.month == month || b.month == month) && (a.nik.is_none() || a.nik != b.nik),
        _ => false,
    };
    let linked = records.link(LinkOptions { may_match: &may_match, probability, block: BLOCK });
    let id = |n: usize| applicants.get(n).map_or_else(String::new, |a| a.berkas_id.clone());
    let mut pairs: Vec<Probable> = linked
        .pairs
        .iter()
        .map(|pair| {
            // The berkas of the month comes first; if both are of the month, the later one.
            let of_month = applicants.get(pair.second).is_some_and(|a| a.month == month);
            let (one, other) = if of_month { (pair.second, pair.first) } else { (pair.first, pair.second) };
            let reason = |(column, (level, bits)): (usize, &(u8, f64))| {
                let (name, meaning) = records.words(column, *level);
                (name.to_owned(), meaning, *bits)
            };
            let reasons = pair.fields.iter().enumerate().map(reason).collect();
            Probable { berkas_id: id(one), other: id(other), probability: pair.probability, reasons }
        })
        .collect();
    pairs.sort_by(|a, b| {
        b.probability.total_cmp(&a.probability).then_with(|| (&a.berkas_id, &a.other).cmp(&(&b.berkas_id, &b.other)))
    });
    let compared = applicants.iter().filter(|a| a.month == month).count() as u64;
    Ok(ProbableDuplicates { compared, left_out, passed_over: linked.passed_over, pairs })
}

/// Returns the applicants up to the end of the month, one per berkas and in order of berkas; and how many berkas of the month lack
/// a name or a birth date.
fn applicants(archive: &Archive, facts: &Facts, month: Month) -> Result<(Vec<Applicant>, u64), ArchiveError> {
    let mut persons: BTreeMap<String, Applicant> = BTreeMap::new();
    let mut incomplete = BTreeSet::new();
    for batch in CurrentEvents::of(archive)?.batches(|file| file.month <= month, &COLUMNS, &[Computed::NikPseudonym]) {
        for event in batch?.rows()?.events() {
            // Whose data were destroyed can be compared with nobody.
            if event.is_destroyed()
                || facts.sop.milestone(event.step()?, event.text(Column::Hasil)?) != Some(Milestone::Received)
            {
                continue;
            }
            let berkas_id = event.text(Column::BerkasId)?.to_owned();
            let words = facts.names.words(event.optional_text(Column::Nama)?.unwrap_or_default());
            let Some(birth) = event.date(Column::TanggalLahir)?.filter(|_| !words.is_empty()) else {
                incomplete.insert((event.month(), berkas_id));
                continue;
            };
            let place = event.optional_text(Column::TempatLahir)?.unwrap_or_default();
            let applicant = Applicant {
                berkas_id,
                month: event.month(),
                nik: event.pseudonym().map(str::to_owned),
                words,
                birth,
                sex: event.optional_text(Column::JenisKelamin)?.unwrap_or_default().to_owned(),
                place: beginning(place.trim()).to_uppercase(),
                pekon: event.text(Column::Pekon)?.to_owned(),
            };
            persons.entry(applicant.berkas_id.clone()).or_insert(applicant);
        }
    }
    let left_out = incomplete.iter().filter(|(m, berkas)| *m == month && !persons.contains_key(berkas)).count();
    Ok((persons.into_values().collect(), left_out as u64))
}

/// Returns the part of a text that is compared.
fn beginning(text: &str) -> &str {
    text.char_indices().nth(COMPARED_CHARACTERS).map_or(text, |(end, _)| &text[..end])
}

/// Returns the applicants as records, with the keys by which they are compared.
fn records(applicants: &[Applicant], rules: &NameRules) -> Records {
    let mut records = Records::new(applicants.len());
    let sounds: Vec<Vec<String>> =
        applicants.iter().map(|a| a.words.iter().map(|word| rules.sound(word)).collect()).collect();
    let names: Vec<String> = sounds.iter().map(|words| words.join(" ")).collect();
    let births: Vec<String> = applicants.iter().map(|a| a.birth.format("%Y%m%d").to_string()).collect();
    records.column("nama", Kind::Name, names.iter().map(String::as_str));
    records.column("tanggal lahir", Kind::Date, births.iter().map(String::as_str));
    records.column("jenis kelamin", Kind::Exact, applicants.iter().map(|a| a.sex.as_str()));
    records.column("tempat lahir", Kind::Text, applicants.iter().map(|a| a.place.as_str()));
    records.column("pekon", Kind::Exact, applicants.iter().map(|a| a.pekon.as_str()));
    for (n, ((applicant, sounds), birth)) in applicants.iter().zip(&sounds).zip(&births).enumerate() {
        let (year, day) = birth.split_at(4);
        let (month, day) = day.split_at(2);
        // Day and month in order of size, so that two dates with them exchanged have the same key.
        let day_or_month = format!("{}{}", month.min(day), month.max(day));
        records.key(n, "lahir", &format!("{year}{day_or_month}"));
        for word in sounds {
            records.key(n, "kata dan tahun", &format!("{word} {year}"));
            records.key(n, "kata dan hari", &format!("{word} {day_or_month}"));
            records.key(n, "kata dan pekon", &format!("{word} {}", applicant.pekon));
        }
        let mut words: Vec<&str> = sounds.iter().map(String::as_str).collect();
        words.sort_unstable();
        records.key(n, "nama", &words.join(" "));
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_long_text_is_compared() {
        assert_eq!(beginning(&"É".repeat(100_000)).chars().count(), COMPARED_CHARACTERS);
        assert_eq!(beginning("TANGGAMUS"), "TANGGAMUS");
    }
}
