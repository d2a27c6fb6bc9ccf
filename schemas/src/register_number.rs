//! The numbers in the office's books: `NNNNNN/step/year`.

use crate::figures::RegisterNumbers;
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_doubles_are_found() {
        let numbers = [("000003/4/2026", 1), ("000004/4/2026", 2), ("000007/4/2026", 1)];
        let numbers = numbers.into_iter().map(|(t, n)| (t.to_owned(), n)).collect();
        let book = numbering(&numbers);
        assert_eq!((book.entries, book.numbers_missing, book.numbers_used_twice), (4, vec![5, 6], vec![4]));
        assert_eq!(book.first.as_deref(), Some("000003/4/2026"));
        assert_eq!(numbering(&BTreeMap::new()), RegisterNumbers::default());
        assert_eq!(serial("99999999999/4/2026"), None);
    }
}
