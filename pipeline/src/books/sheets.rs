//! The sheets of dossiers, as far as somebody counted them.
//!
//! Rule    a sum says for how many dossiers nobody did; where nobody did for any, there is no sum

use super::entry::Entry;
use schemas::Language;
use schemas::document::Cell;

/// How many sheets some dossiers have.
#[derive(Clone, Copy, Default)]
pub(super) struct Sheets {
    sheets: u64,
    counted: u64,
    uncounted: u64,
}

impl Sheets {
    /// The sheets of some entries.
    pub(super) fn of<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Self {
        let mut sum = Self::default();
        entries.into_iter().for_each(|entry| sum.add(entry.jumlah_lembar));
        sum
    }

    /// Adds those of a dossier; `None` where nobody counted them.
    pub(super) fn add(&mut self, sheets: Option<u64>) {
        match sheets {
            Some(sheets) => (self.sheets, self.counted) = (self.sheets + sheets, self.counted + 1),
            None => self.uncounted += 1,
        }
    }

    /// Returns how many dossiers there are.
    pub(super) fn dossiers(self) -> u64 {
        self.counted + self.uncounted
    }

    /// Returns what a book shows.
    pub(super) fn cell(self) -> Cell {
        match self {
            Self { counted: 0, .. } => Cell::Empty,
            Self { uncounted: 0, sheets, .. } => Cell::Number(sheets),
            Self { sheets, uncounted, .. } => {
                let written = |n| Language::Indonesian.integer(n);
                Cell::Text(format!("{} ({} berkas tidak dicatat)", written(sheets), written(uncounted)))
            }
        }
    }
}

impl std::iter::Sum for Sheets {
    fn sum<I: Iterator<Item = Self>>(of: I) -> Self {
        of.fold(Self::default(), |sum, one| Self {
            sheets: sum.sheets + one.sheets,
            counted: sum.counted + one.counted,
            uncounted: sum.uncounted + one.uncounted,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_says_what_is_not_in_it() {
        let sum = |sheets: &[Option<u64>]| {
            let mut sum = Sheets::default();
            sheets.iter().for_each(|sheets| sum.add(*sheets));
            (sum.dossiers(), sum.cell())
        };
        assert_eq!(sum(&[]), (0, Cell::Empty));
        assert_eq!(sum(&[None, None]), (2, Cell::Empty));
        assert_eq!(sum(&[Some(9), Some(3)]), (2, Cell::Number(12)));
        assert_eq!(sum(&[Some(9_000), None, Some(3)]), (3, Cell::Text("9.003 (1 berkas tidak dicatat)".to_owned())));
    }
}
