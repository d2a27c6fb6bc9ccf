//! The NIK: its form, what it says about a person, and how it is masked.
//!
//! Rule    PP 37/2007 Pasal 37: 6 digits area, 6 digits birth date (DDMMYY, 40 added to the day for women), 4 digits
//!         serial from 0001. The area is where the person was first registered, and stays when the person moves or a birth
//!         date is corrected.

use crate::Wilayah;
use chrono::NaiveDate;

/// A number of so many digits is that of a person.
pub(crate) const DIGITS_OF_A_PERSON: usize = 16;

/// What may stand between the digits of one number.
fn joins(c: char) -> bool {
    (c.is_whitespace() && c != '\n') || ".-_\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}".contains(c)
}

/// Returns whether a text that somebody wrote has a number as long as a NIK, also with spaces, dots or dashes in it.
#[must_use]
pub fn numbers_a_person(text: &str) -> bool {
    let count = |number: &str| number.chars().filter(char::is_ascii_digit).count();
    text.split(|c: char| !c.is_ascii_digit() && !joins(c)).map(count).any(|digits| digits >= DIGITS_OF_A_PERSON)
}

/// Returns the text with an ellipsis in the place of each such number.
#[must_use]
pub fn without_numbers_of_persons(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(begin) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(begin);
        let end = number.find(|c: char| !c.is_ascii_digit() && !joins(c)).unwrap_or(number.len());
        // What follows the last digit belongs to the text.
        let end =
            number.get(..end).and_then(|run| run.rfind(|c: char| c.is_ascii_digit())).map_or(end, |last| last + 1);
        let (number, after) = number.split_at(end);
        shown.push_str(before);
        shown.push_str(if numbers_a_person(number) { "\u{2026}" } else { number });
        rest = after;
    }
    shown + rest
}

/// A fault because of which a NIK is impossible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NikFault {
    /// It does not have exactly 16 digits.
    Shape,
    /// Its date of birth does not exist.
    Date,
    /// Its province does not exist.
    Province,
    /// Its serial is 0000.
    Serial,
}

impl NikFault {
    /// Returns the code of its finding.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Shape => "W001",
            Self::Date => "W002",
            Self::Province => "W006",
            Self::Serial => "W007",
        }
    }
}

/// The parts of a NIK of 16 digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Nik<'a> {
    digits: &'a str,
    day: u32,
    month: u32,
    year: u32,
}

impl std::fmt::Debug for Nik<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nik(hidden)")
    }
}

impl<'a> Nik<'a> {
    /// Reads the parts; `None` if the text does not have exactly 16 digits.
    #[must_use]
    pub fn parse(nik: &'a str) -> Option<Self> {
        let digits: &[u8; 16] = nik.as_bytes().try_into().ok()?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let part = |from: usize| u32::from(digits[from] - b'0') * 10 + u32::from(digits[from + 1] - b'0');
        Some(Self { digits: nik, day: part(6), month: part(8), year: part(10) })
    }

    /// Returns the faults, none of which any issued NIK has.
    pub fn faults(self, wilayah: &Wilayah) -> impl Iterator<Item = NikFault> {
        let found = [
            (self.births().next().is_none(), NikFault::Date),
            (!wilayah.has_province(self.part(2)), NikFault::Province),
            (self.digits.ends_with("0000"), NikFault::Serial),
        ];
        found.into_iter().filter_map(|(is, fault)| is.then_some(fault))
    }

    /// Returns the dates of birth that it may mean, because its year has two digits.
    pub fn births(self) -> impl Iterator<Item = NaiveDate> {
        let day = if self.is_womans() { self.day - 40 } else { self.day };
        [1900, 2000].into_iter().filter_map(move |century| {
            let year = i32::try_from(century + self.year).ok()?;
            NaiveDate::from_ymd_opt(year, self.month, day)
        })
    }

    /// Whether the person is a woman.
    #[must_use]
    pub fn is_womans(self) -> bool {
        self.day > 40
    }

    /// Returns the four-digit code of the kabupaten in which the person was first registered.
    #[must_use]
    pub fn kabupaten(self) -> &'a str {
        self.part(4)
    }

    /// Returns the six-digit code of the kecamatan in which the person was first registered.
    #[must_use]
    pub fn kecamatan(self) -> &'a str {
        self.part(6)
    }

    fn part(self, digits: usize) -> &'a str {
        self.digits.get(..digits).unwrap_or_default()
    }
}

/// Returns the first fault of a NIK.
#[must_use]
pub fn check_nik(nik: &str, wilayah: &Wilayah) -> Option<NikFault> {
    match Nik::parse(nik) {
        Some(nik) => nik.faults(wilayah).next(),
        None => Some(NikFault::Shape),
    }
}

/// Masks all but the first four and the last four characters: `1806********9001`.
///
/// The birth date and sex inside the NIK are thus hidden. A text that is too short is masked completely.
#[must_use]
pub fn mask_nik(nik: &str) -> String {
    let length = nik.chars().count();
    nik.chars().enumerate().map(|(i, c)| if length >= 16 && (i < 4 || i >= length - 4) { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Facts;

    #[test]
    fn a_number_as_long_as_a_nik_is_seen_however_it_is_written() {
        for of_a_person in [
            "NIK 1806010101900001 hlm",
            "1806 0101 0190 0001",
            "18.06.01.010190.0001",
            "180601-010190-0001",
            "18 06\u{A0}01 \u{2013} 010190 0001",
        ] {
            assert!(numbers_a_person(of_a_person), "{of_a_person}");
            let hidden = without_numbers_of_persons(of_a_person);
            assert!(hidden.contains('\u{2026}') && !numbers_a_person(&hidden), "{hidden}");
        }
        assert_eq!(without_numbers_of_persons("naskah 1806010101900001, hlm. 12"), "naskah \u{2026}, hlm. 12");
        for other in ["Perbup 7 Tahun 2020, hlm. 12", "surat 800/123/2026, 5 Oktober 2026", ""] {
            assert!(!numbers_a_person(other), "{other}");
            assert_eq!(without_numbers_of_persons(other), other);
        }
    }

    #[test]
    fn possible_and_impossible_niks() {
        let wilayah = Facts::embedded().unwrap().wilayah;
        for (nik, fault) in [
            ("1806015708979001", None),
            ("1806052903859003", None),
            ("1806012902009002", None), // 29 February 2000 (1900 had none)
            ("9603010101909001", None),
            ("1806012902019002", Some(NikFault::Date)),
            ("1806014013900001", Some(NikFault::Date)),
            ("1806014001909001", Some(NikFault::Date)),
            ("1806017201909001", Some(NikFault::Date)),
            ("1806010013909001", Some(NikFault::Date)),
            ("1806010101900000", Some(NikFault::Serial)),
            ("0006010101909001", Some(NikFault::Province)),
            ("2006010101909001", Some(NikFault::Province)),
            ("180601010190900", Some(NikFault::Shape)),
            ("18060101019090011", Some(NikFault::Shape)),
            ("18060101019O9001", Some(NikFault::Shape)),
            ("", Some(NikFault::Shape)),
        ] {
            assert_eq!(check_nik(nik, &wilayah), fault, "{nik}");
        }
    }

    #[test]
    fn a_woman_is_told_by_the_day() {
        // npm nik-parser 1.0.1 reads every woman as a man.
        let nik = Nik::parse("1806015708979001").unwrap();
        let births: Vec<String> = nik.births().map(|d| d.to_string()).collect();
        assert!(nik.is_womans() && births == ["1997-08-17", "2097-08-17"]);
        assert_eq!((nik.kabupaten(), nik.kecamatan()), ("1806", "180601"));
        assert!(!Nik::parse("1806013108979001").unwrap().is_womans());
    }

    #[test]
    fn a_mask_keeps_the_length_and_hides_birth_date_and_sex() {
        assert_eq!(mask_nik("1806015708979001"), "1806********9001");
        assert_eq!(mask_nik("180601"), "******");
        assert_eq!(mask_nik("180601570"), "*********");
        assert_eq!(mask_nik("180601570897900"), "***************");
        assert_eq!(mask_nik("18060157089790012"), "1806*********0012");
        assert_eq!(mask_nik("").len(), 0);
    }
}
