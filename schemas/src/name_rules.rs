//! Makes names comparable.
//!
//! Reads   a name; data/nama.toml
//! Gives   its words without titles, with short forms written out; a word without differences of spelling

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The greatest number of words of a name, and of letters of a word, that are compared. No real name has more.
const WORDS: usize = 20;
const LETTERS: usize = 60;

/// The rules of `data/nama.toml`.
#[derive(Clone, Debug)]
pub struct NameRules {
    titles: BTreeSet<String>,
    forms: BTreeMap<String, String>,
    spelling: Vec<(String, String)>,
}

#[derive(Deserialize)]
pub(crate) struct NameFile {
    gelar: BTreeSet<String>,
    bentuk: BTreeMap<String, Vec<String>>,
    ejaan: Vec<Spelling>,
}

#[derive(Deserialize)]
struct Spelling {
    dari: String,
    ke: String,
}

impl From<NameFile> for NameRules {
    fn from(file: NameFile) -> Self {
        let forms = file.bentuk.into_iter().flat_map(|(word, forms)| forms.into_iter().map(move |f| (f, word.clone())));
        let spelling = file.ejaan.into_iter().map(|s| (s.dari, s.ke)).collect();
        Self { titles: file.gelar, forms: forms.collect(), spelling }
    }
}

impl NameRules {
    /// Returns the words of a name in capitals, without titles and punctuation, and with short forms written out.
    ///
    /// A name that consists of titles only keeps them. Only the beginning of a very long text is used.
    #[must_use]
    pub fn words(&self, name: &str) -> Vec<String> {
        // What follows a comma is a title, and a title's own dots and blanks are none of its letters.
        let (name, _) = name.split_once(',').unwrap_or((name, ""));
        let mut marks = name.to_uppercase();
        marks.retain(|c| c != '\'' && c != '`' && c != '’');
        let all: Vec<&str> = marks.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let kept: Vec<&str> = all.iter().filter(|word| !self.titles.contains(**word)).copied().collect();
        let kept = if kept.is_empty() { all } else { kept };
        let written_out = kept.into_iter().take(WORDS).map(|word| self.forms.get(word).map_or(word, String::as_str));
        written_out.map(|word| word.chars().take(LETTERS).collect()).collect()
    }

    /// Returns a word as it sounds: older spelling is replaced and doubled letters are reduced to one.
    #[must_use]
    pub fn sound(&self, word: &str) -> String {
        let folded = self.spelling.iter().fold(word.to_owned(), |word, (from, to)| word.replace(from, to));
        let mut letters: Vec<char> = folded.chars().collect();
        letters.dedup();
        letters.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::Facts;

    #[test]
    fn titles_fall_and_short_forms_are_written_out() {
        let rules = Facts::embedded().unwrap().names;
        for (name, words) in [
            ("M. Yusuf", "MUHAMMAD YUSUF"),
            ("MUH YUSUF", "MUHAMMAD YUSUF"),
            ("Drs. H. Mochamad Yusuf, S.Pd., M.M.", "MUHAMMAD YUSUF"),
            ("Hj. Siti Nur'aini binti Ahmad", "SITI NURAINI AHMAD"),
            ("Abd.Rahman", "ABDUL RAHMAN"),
            ("SUPARNI", "SUPARNI"),
            ("Ir.", "IR"),
            (" ", ""),
        ] {
            assert_eq!(rules.words(name).join(" "), words, "{name}");
        }
        for (one, other) in [("SOEPARDJO", "SUPARJO"), ("RACHMAD", "RAHMAD"), ("YULLIA", "IULIA"), ("TJOKRO", "COKRO")]
        {
            assert_eq!(rules.sound(one), rules.sound(other));
        }
        assert_ne!(rules.sound("SUPARNI"), rules.sound("SUPARTI"));
    }

    #[test]
    fn a_text_without_end_is_compared_by_its_beginning() {
        let rules = Facts::embedded().unwrap().names;
        assert_eq!(rules.words(&"AB ".repeat(100_000)).len(), 20);
        assert_eq!(rules.words(&"A".repeat(1_000_000)), ["A".repeat(60)]);
    }
}
