//! The words that the contract allows in a column with a closed list.
//!
//! Reads   the procedure, roles, kinds of application, papers, and what an applicant's data may be
//! Gives   the words of a column with their names, and whether a word is one of them

use crate::{Column, Facts, OldCard};

/// A word that a column may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedWord {
    /// The word itself.
    pub word: String,
    /// What it is called, for a person; empty where the word says it.
    pub label: String,
    /// The step at which alone it is allowed.
    pub step: Option<u8>,
}

impl Facts {
    /// Returns the words of a column, in the order of the facts; none where any text is allowed. `kekurangan` holds several of
    /// them, with `;` between.
    #[must_use]
    pub fn allowed_words(&self, column: Column) -> Vec<AllowedWord> {
        let word = |word: &str, label: &str, step| AllowedWord { word: word.to_owned(), label: label.to_owned(), step };
        let steps = || self.sop.steps.iter();
        match column {
            Column::Langkah => steps().map(|s| word(&s.number.to_string(), &s.label, None)).collect(),
            Column::Hasil => {
                let of_step =
                    |s: &crate::Step| s.outcomes.iter().map(|o| word(&o.hasil, "", Some(s.number))).collect::<Vec<_>>();
                steps().flat_map(of_step).collect()
            }
            Column::Pelaksana => self.pelaksana.iter().map(|(id, label)| word(id, label, None)).collect(),
            Column::Jenis => self.jenis.iter().map(|(id, label)| word(id, label, None)).collect(),
            Column::Kekurangan => self.dokumen.iter().map(|(id, label)| word(id, label, None)).collect(),
            Column::Kewarganegaraan => self.applicant.kewarganegaraan.iter().map(|id| word(id, "", None)).collect(),
            Column::JenisKelamin => self.applicant.jenis_kelamin.iter().map(|id| word(id, "", None)).collect(),
            Column::KtpLamaDiterima => OldCard::ALL.iter().map(|answer| word(answer.word(), "", None)).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether a value of a column is made of its words, at whatever step; `true` where any text is allowed.
    #[must_use]
    pub fn allows_word(&self, column: Column, value: &str) -> bool {
        match column {
            Column::Langkah => value.parse().is_ok_and(|number| self.sop.step(number).is_some()),
            Column::Hasil => self.sop.steps.iter().any(|step| self.sop.allows(step.number, value)),
            Column::Pelaksana => self.pelaksana.contains_key(value),
            Column::Jenis => self.jenis.contains_key(value),
            Column::Kekurangan => value.split(';').all(|code| self.dokumen.contains_key(code.trim())),
            Column::Kewarganegaraan => self.applicant.kewarganegaraan.iter().any(|word| word == value),
            Column::JenisKelamin => self.applicant.jenis_kelamin.iter().any(|word| word == value),
            Column::KtpLamaDiterima => OldCard::of(value).is_some(),
            Column::JumlahLembar => value.parse().is_ok_and(|number| self.is_between(column, number)),
            _ => true,
        }
    }

    /// Whether a number is one that the column may have.
    #[must_use]
    pub fn is_between(&self, column: Column, number: i64) -> bool {
        self.columns.get(column).between.is_none_or(|(least, greatest)| (least..=greatest).contains(&number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ColumnKind;

    #[test]
    fn what_is_listed_is_what_is_allowed() {
        let facts = Facts::embedded().unwrap();
        let mut closed = Vec::new();
        for column in Column::ALL {
            let words = facts.allowed_words(column);
            assert!(words.iter().all(|allowed| facts.allows_word(column, &allowed.word)), "{column:?}");
            let is_open = words.is_empty() && column.held_as() != ColumnKind::Integer;
            assert_eq!(is_open, facts.allows_word(column, "bukan kata kontrak"), "{column:?}");
            closed.extend((!words.is_empty()).then_some(column));
        }
        assert_eq!(closed.len(), 8);
        assert!(facts.allows_word(Column::Kekurangan, "kk; f_1_02") && !facts.allows_word(Column::Kekurangan, "kk;x"));
        assert!(facts.allows_word(Column::JumlahLembar, "9999") && !facts.allows_word(Column::JumlahLembar, "0"));
        let of_step_2 = facts.allowed_words(Column::Hasil).into_iter().filter(|w| w.step == Some(2));
        assert_eq!(of_step_2.map(|w| w.word).collect::<Vec<_>>(), ["lengkap", "perlu_rekam", "kurang"]);
    }
}
