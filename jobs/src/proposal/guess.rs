//! Which column of which table is probably one of the contract's?
//!
//! Reads   the names of a column and of its table, and the profile of its values
//! Gives   how likely it is, from 0 to 1, and why
//! Rule    what the values are counts more than what the column is called; a value is never part of a reason

use pipeline::{CatalogColumn, CatalogTable, Profile};
use schemas::{Column, ColumnKind, Facts, SourceNames};

/// What is less likely than this is no guess.
const LEAST: f64 = 0.5;

/// What is known of the contract and of how others call its columns and words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub(super) names: &'a SourceNames,
    pub(super) facts: &'a Facts,
}

/// A column that is probably one of the contract's.
#[derive(Clone, Debug)]
pub(super) struct Guess {
    pub(super) score: f64,
    /// Why, in a few words.
    pub(super) reasons: Vec<String>,
    /// How it writes days or times, where that must be said.
    pub(super) form: Option<&'static str>,
}

/// Judges one column of a table.
pub(super) fn guess(known: Known<'_>, column: Column, table: &CatalogTable, found: &CatalogColumn) -> Option<Guess> {
    let Known { names, facts } = known;
    let name = names.likeness(column, &table.name, &found.name);
    let profile = &found.profile;
    let share = |n: u32| if profile.filled == 0 { 0.0 } else { f64::from(n) / f64::from(profile.filled) };
    let is_empty = profile.filled == 0;
    let mut reasons = Vec::new();
    if name > 0.0 {
        reasons.push(format!("nama mirip {:.0}%", name * 100.0));
    }
    let mut form = None;
    let score = match column {
        _ if is_empty => 0.8 * name,
        Column::EventId => {
            reasons.push("setiap baris lain isinya".to_owned());
            if profile.is_unique() { 0.4 + 0.6 * name } else { return None }
        }
        Column::Nik => {
            let digits = share(profile.sixteen_digits);
            reasons.push(format!("{:.0}% isi 16 angka", digits * 100.0));
            if digits >= 0.8 { 0.4 * digits + 0.6 * name } else { return None }
        }
        Column::Pekon => {
            let codes = share(profile.area_codes);
            reasons.push(format!("{:.0}% isi kode 10 angka", codes * 100.0));
            if codes >= 0.8 { 0.5 * codes + 0.5 * name } else { return None }
        }
        _ if !facts.allowed_words(column).is_empty() => {
            let share_known = share(known_rows(known, column, profile));
            reasons.push(format!("{:.0}% isi dikenal sebagai kata {}", share_known * 100.0, column.name()));
            if share_known >= 0.5 { 0.45 * name + 0.55 * share_known } else { 0.55 * name }
        }
        _ => match column.held_as() {
            ColumnKind::Timestamp => {
                form = form_of(profile, true, share(profile.instants))?;
                reasons.push("isi berupa waktu".to_owned());
                name
            }
            ColumnKind::Date => {
                form = form_of(profile, false, share(profile.days))?;
                reasons.push("isi berupa tanggal".to_owned());
                name
            }
            _ if share(profile.instants.max(profile.days)) > 0.5 => return None,
            ColumnKind::Integer => {
                reasons.push(format!("{:.0}% isi bilangan bulat", share(profile.integers) * 100.0));
                if share(profile.integers) >= 0.8 { name } else { return None }
            }
            _ if profile.integers > 0 && !column.may_be_a_number() => return None,
            _ => name,
        },
    };
    if let Some(form) = form {
        reasons.push(format!("ditulis {form}"));
    }
    (score >= LEAST).then_some(Guess { score, reasons, form })
}

/// The form of days or times; `Some(None)` where it is that of ISO 8601, or the column is of such a type.
fn form_of(profile: &Profile, with_time: bool, iso: f64) -> Option<Option<&'static str>> {
    if iso > 0.9 {
        return Some(None);
    }
    profile.forms.iter().find(|(_, of_time)| *of_time == with_time).map(|(form, _)| Some(*form))
}

/// How many rows have words that the contract knows, by itself or by another name.
fn known_rows(Known { names, facts }: Known<'_>, column: Column, profile: &Profile) -> u32 {
    let is_known = |word: &str| facts.allows_word(column, word) || names.meant(facts, column, word).is_some();
    let rows = profile.words.iter().filter(|(said, _)| match column {
        Column::Kekurangan => said.split(';').all(|part| is_known(part.trim())),
        _ => is_known(said),
    });
    u32::try_from(rows.map(|(_, rows)| rows).sum::<u64>()).unwrap_or(u32::MAX)
}
