//! The words that documents use: one for each thing.
//!
//! Reads   data/istilah.toml
//! Gives   each term with its meaning, its source, and the words that are refused in its place
//! Rule    a word is refused for one term only, and no term is refused

use crate::fact_files::{FactFiles, FactsError, parse};
use serde::Deserialize;
use std::collections::BTreeMap;

const FILE: &str = "istilah.toml";

/// A word and the thing that it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Its id.
    pub id: String,
    /// As printed.
    pub term: String,
    /// What it means, in one line.
    pub meaning: String,
    /// Where the word or its meaning comes from.
    pub source: String,
    /// The words that no document says instead, in lower case.
    pub refused: Vec<String>,
    /// Words of other languages that an official text uses for it.
    #[serde(default)]
    pub as_given: Vec<AsGiven>,
    /// The ids of the documents at whose end its meaning stands.
    #[serde(default)]
    pub explained_in: Vec<String>,
}

/// Words that an official text uses, although they are of another language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AsGiven {
    /// As printed.
    pub words: String,
    /// The ids of the documents in which they may stand; in all where none is named.
    pub documents: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermFile {
    source: String,
    istilah: Vec<Term>,
}

impl Term {
    /// Loads the terms of an office.
    pub(crate) fn load(files: &FactFiles) -> Result<Vec<Self>, FactsError> {
        let TermFile { source, istilah } = parse(files, FILE)?;
        let fault = |reason: String| Err(FactsError::File { file: FILE.to_owned(), reason });
        if source.trim().is_empty() {
            return fault("its `source` is empty; say where its facts come from".to_owned());
        }
        let terms: BTreeMap<String, &Self> = istilah.iter().map(|term| (term.term.to_lowercase(), term)).collect();
        let mut refused = BTreeMap::new();
        for term in &istilah {
            if [&term.id, &term.term, &term.meaning, &term.source].into_iter().any(|text| text.trim().is_empty()) {
                return fault(format!("`{}` needs an id, a term, a meaning and a source", term.id));
            }
            for word in &term.refused {
                if terms.contains_key(word) {
                    return fault(format!("`{word}` is refused for `{}`, and is a term itself", term.id));
                }
                if let Some(other) = refused.insert(word, &term.id) {
                    return fault(format!("`{word}` is refused for `{}` and for `{other}`", term.id));
                }
            }
        }
        Ok(istilah)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str) -> Result<Vec<Term>, String> {
        let own = [(FILE.to_owned(), text.to_owned())].into();
        Term::load(&FactFiles::new(own).unwrap()).map_err(|e| e.to_string())
    }

    #[test]
    fn one_word_stands_for_one_thing() {
        let term = |id: &str, term: &str, refused: &str| {
            format!(
                "[[istilah]]\nid = \"{id}\"\nterm = \"{term}\"\nmeaning = \"rekaan\"\nsource = \"KBBI\"\nrefused = {refused}\n"
            )
        };
        let file = |terms: &[String]| format!("source = \"rekaan\"\n{}", terms.concat());
        let whole = [term("a", "berkas", "[\"map\"]"), term("b", "fail", "[\"file\"]")];
        assert_eq!(loaded(&file(&whole)).unwrap().len(), 2);
        for (terms, says) in [
            (vec![term("a", "berkas", "[\"fail\"]"), term("b", "Fail", "[]")], "is a term itself"),
            (vec![term("a", "berkas", "[\"file\"]"), term("b", "fail", "[\"file\"]")], "for `b` and for `a`"),
            (vec![term("a", " ", "[]")], "needs an id, a term"),
        ] {
            let refused = loaded(&file(&terms)).unwrap_err();
            assert!(refused.contains(says) && refused.contains(FILE), "{refused}");
        }
        assert!(loaded("source = \"\"\nistilah = []").unwrap_err().contains("`source` is empty"));
    }
}
