//! The rule by which papers are numbered.
//!
//! Reads   data/penomoran.toml
//! Gives   the number of a sheet, from what the sheet is of
//! Rule    a number is made of what never changes: the dossier, batch or area of the sheet and its day. A serial would have to be
//!         given out in some order, and a row that comes late would move all that follow; a made-up start of the count would promise
//!         that no number is missing, which nobody has checked. So two sheets never share a number, whoever renders them and when,
//!         and none depends on which others there are
//!
//! Rows that come after the books of their month were closed are no part of the sheet that was printed: they make one of their own,
//! whose number says in which month's documents it stands.

use crate::Month;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

/// The rule of `data/penomoran.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperNumbers {
    /// Where the patterns come from.
    pub source: String,
    /// A sheet of a day or month.
    dated: String,
    /// A sheet that a dossier has once.
    lasting: String,
    /// The key of rows that came after the books of their month were closed.
    late: String,
    /// A letter, which gets its number from the register of outgoing mail.
    letter: String,
}

/// What the number of a sheet is made of.
#[derive(Clone, Copy, Debug)]
pub struct NumberedSheet<'a> {
    /// The archive classification code in force on its day.
    pub klasifikasi: &'a str,
    /// The code of the paper.
    pub code: &'a str,
    /// What the sheet is of: a dossier, a batch or an area; empty for the office.
    pub of: &'a str,
    /// The day that it bears; `None` where a pen writes it, which then also completes the number.
    pub on: Option<NaiveDate>,
    /// The month in whose documents its rows stand, if they came after their own month was closed.
    pub late: Option<Month>,
}

/// The dots where a pen writes.
const DOTS: &str = "..........";
const FEW_DOTS: &str = "......";

impl PaperNumbers {
    /// Stands in a number for a classification code that is not known, for the pen.
    pub const NO_CLASSIFICATION: &'static str = FEW_DOTS;

    /// Returns the number of a sheet of a day.
    #[must_use]
    pub fn dated(&self, sheet: NumberedSheet<'_>) -> String {
        let day = sheet.on.map_or_else(|| FEW_DOTS.to_owned(), |on| format!("{:02}", on.day()));
        self.of_key(&sheet, &joined(sheet.of, &day))
    }

    /// Returns the number of a sheet of a month. Its key names the month, since the books of two can be closed on one day.
    #[must_use]
    pub fn monthly(&self, sheet: NumberedSheet<'_>, month: Month) -> String {
        self.of_key(&sheet, &joined(sheet.of, &month.to_string()))
    }

    fn of_key(&self, sheet: &NumberedSheet<'_>, key: &str) -> String {
        let late = sheet.late.map(|month| filled(&self.late, &[("{kunci}", key), ("{bulan}", &month.to_string())]));
        let key = late.as_deref().unwrap_or(key);
        dated(&self.dated, &[("{kode}", sheet.code), ("{kunci}", key)], sheet.klasifikasi, sheet.on)
    }

    /// Returns the number of the one sheet that a dossier has of a paper. The classification code is that of the day on which the dossier
    /// came, which is the same for all of its entries.
    #[must_use]
    pub fn lasting(&self, klasifikasi: &str, code: &str, of: &str) -> String {
        let pattern = filled(&self.lasting, &[("{klasifikasi}", klasifikasi)]);
        filled(&pattern, &[("{kunci}", of), ("{kode}", code)])
    }

    /// Returns the number of a letter, with dots for what the register of outgoing mail gives: the serial, and the month and year in
    /// which it goes out.
    #[must_use]
    pub fn letter(&self, klasifikasi: &str) -> String {
        dated(&self.letter, &[("{titik}", DOTS)], klasifikasi, None)
    }

    /// Returns what makes a pattern useless: it lacks what tells sheets apart, or names what there is not.
    pub(crate) fn fault(&self) -> Option<String> {
        let day = ["{klasifikasi}", "{bulan}", "{tahun}"];
        let patterns: [(&str, &str, &[&str], &[&str]); 4] = [
            ("dated", &self.dated, &["{kunci}", "{kode}", "{bulan}", "{tahun}"], &day),
            ("lasting", &self.lasting, &["{kunci}", "{kode}"], &["{klasifikasi}"]),
            ("late", &self.late, &["{kunci}", "{bulan}"], &[]),
            ("letter", &self.letter, &["{titik}", "{tahun}"], &day),
        ];
        patterns.into_iter().find_map(|(name, pattern, needed, allowed)| {
            if let Some(lacking) = needed.iter().find(|part| !pattern.contains(**part)) {
                return Some(format!("`{name}` lacks {lacking}, without which two papers could have one number"));
            }
            let known = needed.iter().chain(allowed);
            let rest = known.fold(pattern.to_owned(), |rest, part| rest.replace(*part, ""));
            rest.contains(['{', '}']).then(|| format!("`{name}` names something in braces that a number has not"))
        })
    }
}

/// Returns the key of a sheet: what it is of, and its day or month.
fn joined(of: &str, period: &str) -> String {
    if of.is_empty() { period.to_owned() } else { format!("{of}.{period}") }
}

/// Fills in the parts of a pattern, and those that depend on the day; dots without one.
fn dated(pattern: &str, parts: &[(&str, &str)], klasifikasi: &str, on: Option<NaiveDate>) -> String {
    let year = on.map_or_else(|| FEW_DOTS.to_owned(), |on| on.year().to_string());
    let month = on.map_or(FEW_DOTS, |on| roman(on.month()));
    let of_day = [("{klasifikasi}", klasifikasi), ("{bulan}", month), ("{tahun}", &year)];
    filled(&filled(pattern, &of_day), parts)
}

fn filled(pattern: &str, parts: &[(&str, &str)]) -> String {
    parts.iter().fold(pattern.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// Returns the number of a month in Roman digits, as letters are numbered.
fn roman(month: u32) -> &'static str {
    match month {
        1 => "I",
        2 => "II",
        3 => "III",
        4 => "IV",
        5 => "V",
        6 => "VI",
        7 => "VII",
        8 => "VIII",
        9 => "IX",
        10 => "X",
        11 => "XI",
        _ => "XII",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Facts;
    use std::collections::BTreeSet;

    fn numbers() -> PaperNumbers {
        Facts::embedded().unwrap().numbers
    }

    #[test]
    fn a_number_names_what_the_sheet_is_of() {
        let on = Some("2026-10-05".parse().unwrap());
        let sheet = NumberedSheet { klasifikasi: "400.12.2.1", code: "BAST", of: "K202609-00106", on, late: None };
        let numbers = numbers();
        assert_eq!(numbers.dated(sheet), "400.12.2.1/K202609-00106.05/BAST/X/2026");
        let late = Some("2026-11".parse().unwrap());
        assert_eq!(numbers.dated(NumberedSheet { late, ..sheet }), "400.12.2.1/K202609-00106.05.S2026-11/BAST/X/2026");
        assert_eq!(numbers.dated(NumberedSheet { of: "", ..sheet }), "400.12.2.1/05/BAST/X/2026");
        let month = "2026-09".parse().unwrap();
        assert_eq!(numbers.monthly(sheet, month), "400.12.2.1/K202609-00106.2026-09/BAST/X/2026");
        let open = NumberedSheet { on: None, ..sheet };
        assert_eq!(numbers.monthly(open, month), "400.12.2.1/K202609-00106.2026-09/BAST/....../......");
        assert_eq!(numbers.lasting("400.12.2.1", "BP", "B202610-000012"), "400.12.2.1/B202610-000012/BP");
        assert_eq!(numbers.letter("400.12.2.1"), "400.12.2.1/........../....../......");
    }

    /// Every day of ten years, two batches: no number twice.
    #[test]
    fn no_two_days_or_batches_share_a_number() {
        let (numbers, first) = (numbers(), "2020-01-01".parse::<NaiveDate>().unwrap());
        let mut given = BTreeSet::new();
        for on in first.iter_days().take(3_653) {
            for of in ["K1", "K2", ""] {
                for late in [None, Some(Month::of_date(on))] {
                    let sheet = NumberedSheet { klasifikasi: "400.12.2.1", code: "BAST", of, on: Some(on), late };
                    assert!(given.insert(numbers.dated(sheet)), "{on} {of}");
                }
            }
        }
    }

    #[test]
    fn a_pattern_that_could_give_one_number_twice_is_refused() {
        let rule = numbers();
        assert_eq!(rule.fault(), None);
        let without = |part: &str| PaperNumbers { dated: rule.dated.replace(part, ""), ..rule.clone() };
        for part in ["{kunci}", "{kode}", "{bulan}", "{tahun}"] {
            assert!(without(part).fault().is_some_and(|fault| fault.contains(part)), "{part}");
        }
        let strange = PaperNumbers { lasting: format!("{}{{urut}}", rule.lasting), ..rule };
        assert!(strange.fault().is_some_and(|fault| fault.contains("lasting")));
    }
}
