//! The steps at which a column of the contract may have a value.
//!
//! Reads   the classification of the column, the procedure and its books
//! Gives   the steps; whether a row of a step should have a value

use crate::{Column, Facts, ListRows, Milestone, OnlyAt};

impl Facts {
    /// Returns the steps at which alone a column may have a value; `None` where it may at every step. A procedure without such a step
    /// has no row that may have one.
    #[must_use]
    pub fn steps_of(&self, column: Column) -> Option<Vec<u8>> {
        let steps = self.sop.steps.iter();
        let steps = match self.columns.get(column).only_at.as_ref()? {
            OnlyAt::Milestone(milestone) => {
                steps.filter(|step| step.outcomes.iter().any(|o| o.milestone == Some(*milestone))).collect::<Vec<_>>()
            }
            OnlyAt::Ledger(ledger) => steps.filter(|step| step.ledger.as_ref() == Some(ledger)).collect(),
        };
        Some(steps.into_iter().map(|step| step.number).collect())
    }

    /// Whether an old card should be taken in when a card of this kind of application is handed over, as a register of such cards says.
    #[must_use]
    pub fn replaces_a_card(&self, jenis: &str) -> bool {
        let cases = self.lists.iter().flat_map(|list| match &list.rows {
            ListRows::Event { cases } => cases.as_slice(),
            _ => &[],
        });
        let mut presumed = cases.filter(|case| case.presumed && case.milestone == Milestone::HandedOver);
        presumed.any(|case| case.jenis.as_ref().is_none_or(|kinds| kinds.iter().any(|kind| kind == jenis)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_columns_are_of_some_steps_only() {
        let facts = Facts::embedded().unwrap();
        let of_some: Vec<(&str, Vec<u8>)> =
            Column::ALL.into_iter().filter_map(|column| Some((column.name(), facts.steps_of(column)?))).collect();
        let wanted = [("nomor_bukti", 3), ("jumlah_lembar", 9), ("ktp_lama_diterima", 10), ("penerima", 10)];
        assert_eq!(of_some, wanted.map(|(name, step)| (name, vec![step])));
        let replacing = facts.jenis.keys().filter(|kind| facts.replaces_a_card(kind));
        assert_eq!(replacing.collect::<Vec<_>>(), ["perubahan_data", "pindah_datang", "rusak"]);
    }
}
