//! What the officer is told, in the language of the office.
//!
//! Reads   data/kata.toml (words and sentences by key), data/findings.toml
//! Gives   a sentence with its placeholders filled in, the text of a finding
//! Rule    a key is written out where it is said, and every placeholder beside it, so that a test can check both

use crate::{Facts, FindingText, Language, Severity};
use std::fmt::Display;

/// The words of one language.
#[derive(Clone, Copy, Debug)]
pub struct Speech<'a> {
    facts: &'a Facts,
    language: Language,
}

impl Facts {
    /// Returns the words of a language.
    #[must_use]
    pub fn speech(&self, language: Language) -> Speech<'_> {
        Speech { facts: self, language }
    }

    /// Returns the name of a kind of application; one that the facts do not have is called by its id.
    #[must_use]
    pub fn jenis_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.jenis.get(id).map_or(id, String::as_str)
    }
}

impl Speech<'_> {
    /// Returns the language.
    #[must_use]
    pub fn language(self) -> Language {
        self.language
    }

    /// Returns the sentence of a key of data/kata.toml, with what is given in place of `{name}`. A key without a sentence is said
    /// itself.
    #[must_use]
    pub fn say(self, key: &str, given: &[(&str, &dyn Display)]) -> String {
        let Some(text) = self.facts.words.get(key) else { return key.to_owned() };
        let mut said = String::new();
        // What is filled in is not looked at again: it may hold braces itself.
        let mut rest = text.of(self.language);
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            said.push_str(before);
            match given.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => said.push_str(&value.to_string()),
                None => said.push_str(&format!("{{{name}}}")),
            }
            rest = after;
        }
        said + rest
    }

    /// Returns the text of a finding code. A code without text is reported as an error of its own.
    #[must_use]
    pub fn finding(self, code: &str) -> FindingText {
        match self.facts.findings.get(code) {
            Some(texts) => texts.of(self.language),
            None => FindingText {
                code: code.to_owned(),
                severity: Severity::Error,
                sentence: self.say("finding.unknown", &[]),
                remedy: self.say("finding.report", &[]),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Facts, Language};

    #[test]
    fn what_is_given_stands_where_it_is_named_and_is_not_read_again() {
        let facts = Facts::embedded().unwrap();
        let [indonesian, english] = [Language::Indonesian, Language::English].map(|l| facts.speech(l));
        let month = "{month}";
        assert!(english.say("finding.after_mending", &[("month", &month)]).contains("--again {month}`"));
        assert!(indonesian.say("finding.after_mending", &[("month", &"2026-10")]).contains("--again 2026-10`"));
        assert_eq!(english.say("no.such.key", &[]), "no.such.key");
        assert_ne!(english.finding("V001").sentence, indonesian.finding("V001").sentence);
        assert_eq!(english.finding("X999").sentence, english.say("finding.unknown", &[]));
    }
}
