//! What a NIK must look like, and how it is masked.
//!
//! Rule    PP 37/2007 Pasal 37: 6 digits area, 6 digits birth date (DDMMYY, 40 added to the day for women), 4 digits
//!         serial from 0001. The area is where the person was first registered, so it is never checked against today's.

use chrono::NaiveDate;

/// What is impossible about a NIK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NikFault {
    /// Not exactly 16 digits.
    Shape,
    /// A province, date or serial that no NIK can have.
    Content,
}

/// Checks the parts of a NIK that must hold for every NIK ever issued.
#[must_use]
pub fn check_nik(nik: &str) -> Option<NikFault> {
    if nik.len() != 16 || !nik.bytes().all(|b| b.is_ascii_digit()) {
        return Some(NikFault::Shape);
    }
    let part = |from: usize, to: usize| nik.get(from..to).and_then(|s| s.parse::<u32>().ok());
    let (Some(province), Some(day), Some(month), Some(year), Some(serial)) =
        (part(0, 2), part(6, 8), part(8, 10), part(10, 12), part(12, 16))
    else {
        return Some(NikFault::Shape);
    };
    let day = if day > 40 { day - 40 } else { day };
    let date_possible = [1900, 2000]
        .into_iter()
        .any(|century| i32::try_from(century + year).is_ok_and(|y| NaiveDate::from_ymd_opt(y, month, day).is_some()));
    let province_possible = (11..=96).contains(&province);
    (serial == 0 || !date_possible || !province_possible).then_some(NikFault::Content)
}

/// Hides all but the first four and last four characters: `1806********9001`.
///
/// The birth date and sex inside a NIK stay hidden. A NIK of the wrong length is hidden as far as it reaches.
#[must_use]
pub fn mask_nik(nik: &str) -> String {
    let length = nik.chars().count();
    nik.chars().enumerate().map(|(i, c)| if length > 8 && (i < 4 || i >= length - 4) { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn possible_and_impossible_niks() {
        for (nik, fault) in [
            ("1806015708979001", None),
            ("1806052903859003", None),
            ("1806012902009002", None), // 29 February 2000 (1900 had none)
            ("1806012902019002", Some(NikFault::Content)),
            ("1806014013900001", Some(NikFault::Content)),
            ("1806010101900000", Some(NikFault::Content)),
            ("0006010101909001", Some(NikFault::Content)),
            ("180601010190900", Some(NikFault::Shape)),
            ("18060101019090011", Some(NikFault::Shape)),
            ("18060101019O9001", Some(NikFault::Shape)),
            ("", Some(NikFault::Shape)),
        ] {
            assert_eq!(check_nik(nik), fault, "{nik}");
        }
    }

    #[test]
    fn a_mask_keeps_the_length_and_hides_birth_date_and_sex() {
        assert_eq!(mask_nik("1806015708979001"), "1806********9001");
        assert_eq!(mask_nik("180601"), "******");
        assert_eq!(mask_nik("").len(), 0);
    }
}
