//! The numbers in the office's books: `NNNNNN/step/year`.

use crate::Language;
use crate::figures::{HeldEntries, RegisterNumbers};
use std::collections::BTreeMap;

/// The greatest number of digits of a serial. No book has ten million entries a year.
const SERIAL_DIGITS: usize = 7;

/// Returns the serial of a number. One with more digits is a typing error, which would otherwise open a gap of millions of numbers.
#[must_use]
pub fn serial(number: &str) -> Option<u64> {
    let digits = number.split('/').next().unwrap_or_default();
    if digits.len() <= SERIAL_DIGITS { digits.parse().ok() } else { None }
}

/// Returns the numbering of a book from its numbers, each with how often it was written.
#[must_use]
pub fn numbering(numbers: &BTreeMap<String, u64>) -> RegisterNumbers {
    let mut used: BTreeMap<u64, u64> = BTreeMap::new();
    for (number, n) in numbers {
        if let Some(serial) = serial(number) {
            *used.entry(serial).or_insert(0) += n;
        }
    }
    let missing = used.keys().zip(used.keys().skip(1)).flat_map(|(a, b)| a + 1..*b).collect();
    RegisterNumbers {
        entries: numbers.values().sum(),
        first: numbers.keys().next().cloned(),
        last: numbers.keys().next_back().cloned(),
        numbers_missing: missing,
        numbers_used_twice: used.into_iter().filter(|(_, n)| *n > 1).map(|(serial, _)| serial).collect(),
        held_back: None,
    }
}

impl RegisterNumbers {
    /// How many numbers of a book reports list before only their count is.
    pub const LISTED: usize = 12;

    /// Returns the numbering of a book of which some entries are held back: their numbers are not missing.
    #[must_use]
    pub fn holding(mut self, held_back: HeldEntries) -> Self {
        let is_held = |number: &u64| held_back.numbers.iter().any(|held| serial(held) == Some(*number));
        self.numbers_missing.retain(|number| !is_held(number));
        self.held_back = Some(held_back);
        self
    }

    /// Returns a serial of the book with as many digits as its numbers have: `002449`.
    #[must_use]
    pub fn written(&self, serial: u64) -> String {
        let digits = self.first.as_deref().map_or(0, |first| first.bytes().take_while(u8::is_ascii_digit).count());
        format!("{serial:0digits$}")
    }

    /// Returns serials of the book as they are printed; where they are more than so many, how many there are.
    #[must_use]
    pub fn told(&self, serials: &[u64], most: usize) -> String {
        match serials.len() {
            0 => "tidak ada".to_owned(),
            n if n > most => format!("{} nomor", Language::Indonesian.integer(n as u64)),
            _ => serials.iter().map(|serial| self.written(*serial)).collect::<Vec<_>>().join(", "),
        }
    }

    /// Returns how many numbers are missing; `None` where some of them may be held back, which a copy of the archive without its
    /// quarantine does not tell.
    #[must_use]
    pub fn missing(&self) -> Option<u64> {
        let is_known = self.held_back.is_some() || self.numbers_missing.is_empty();
        is_known.then_some(self.numbers_missing.len() as u64)
    }

    /// Returns them as they are printed.
    #[must_use]
    pub fn missing_told(&self, most: usize) -> String {
        let told = self.told(&self.numbers_missing, most);
        if self.missing().is_some() { told } else { format!("{told}, kecuali yang tertahan") }
    }

    /// Returns the entries that are held back likewise, and how many of them have no number; `None` if that is not known.
    #[must_use]
    pub fn held_told(&self, most: usize) -> Option<String> {
        let held = self.held_back.as_ref()?;
        let serials: Vec<u64> = held.numbers.iter().filter_map(|number| serial(number)).collect();
        let without = held.entries.saturating_sub(serials.len() as u64);
        let numbers = Some(self.told(&serials, most)).filter(|_| without == 0 || !serials.is_empty());
        let without = (without > 0).then(|| format!("{} tanpa nomor", Language::Indonesian.integer(without)));
        Some(numbers.into_iter().chain(without).collect::<Vec<_>>().join("; "))
    }
}

/// Returns the runs of ascending numbers without a gap: the first and the last of each.
#[must_use]
pub fn runs(numbers: &[u64]) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_a_row_are_one_run() {
        assert_eq!(runs(&[4, 5, 6, 9, 11, 12]), [(4, 6), (9, 9), (11, 12)]);
        assert!(runs(&[]).is_empty());
    }

    #[test]
    fn gaps_and_doubles_are_found() {
        let numbers = [("000003/4/2026", 1), ("000004/4/2026", 2), ("000007/4/2026", 1)];
        let numbers = numbers.into_iter().map(|(t, n)| (t.to_owned(), n)).collect();
        let book = numbering(&numbers);
        assert_eq!([book.written(5), RegisterNumbers::default().written(5)], ["000005", "5"]);
        assert_eq!((book.entries, book.numbers_missing, book.numbers_used_twice), (4, vec![5, 6], vec![4]));
        assert_eq!(book.first.as_deref(), Some("000003/4/2026"));
        assert_eq!(numbering(&BTreeMap::new()), RegisterNumbers::default());
        assert_eq!(serial("99999999999/4/2026"), None);
    }

    #[test]
    fn a_number_that_is_held_back_is_not_missing() {
        let numbers = [("000003/4/2026", 1), ("000007/4/2026", 1)].map(|(number, n)| (number.to_owned(), n)).into();
        let held = HeldEntries { entries: 2, numbers: vec!["000005/4/2026".to_owned()] };
        let book = numbering(&numbers);
        assert_eq!((&book.numbers_missing, &book.held_back), (&vec![4, 5, 6], &None));
        // Without the quarantine, some of them may be held back.
        assert_eq!((book.missing(), book.missing_told(1)), (None, "3 nomor, kecuali yang tertahan".to_owned()));
        assert_eq!(RegisterNumbers::default().missing(), Some(0));
        let book = book.holding(held.clone());
        assert_eq!((&book.numbers_missing, &book.held_back), (&vec![4, 6], &Some(held)));
        assert_eq!(
            [book.told(&book.numbers_missing, 1), book.told(&book.numbers_missing, 2)],
            ["2 nomor", "000004, 000006"]
        );
        assert_eq!((book.missing(), book.missing_told(2)), (Some(2), "000004, 000006".to_owned()));
        assert_eq!(book.held_told(1).as_deref(), Some("000005; 1 tanpa nomor"));
        let told =
            |entries| RegisterNumbers::default().holding(HeldEntries { entries, numbers: Vec::new() }).held_told(1);
        assert_eq!(
            [told(0), told(2), RegisterNumbers::default().held_told(1)].map(Option::unwrap_or_default),
            ["tidak ada", "2 tanpa nomor", ""]
        );
    }
}
