//! The matters that the Kepala Dinas has to decide, when they arise, and what is proposed.
//!
//! Reads   data/keputusan.toml
//! Rule    a sentence names only what is known of a matter of its kind

use crate::fact_files::{FactFiles, FactsError, parse};
use crate::sentence::{Known, Sentence};
use serde::Deserialize;
use std::collections::BTreeMap;

const FILE: &str = "keputusan.toml";

/// A matter that may have to be decided.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Matter {
    /// When it arises.
    pub of: MatterKind,
    /// The code of the finding, for a matter of that kind.
    #[serde(default)]
    pub code: String,
    /// The limit from which or below which it arises, for a kind that has one, in working days.
    #[serde(default)]
    pub limit: u64,
    /// The sentence, with `{name}` for what is known of it.
    pub sentence: String,
    /// The sentence where a count that it names is zero, by the name.
    #[serde(default)]
    pub without: BTreeMap<String, String>,
    /// What is proposed.
    pub proposal: String,
    /// Who carries it out.
    pub actor: String,
    /// Within how many working days.
    pub within: u64,
    /// The section of the review that says more, by its label.
    pub section: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MatterFile {
    source: String,
    matter: Vec<Matter>,
}

/// When a matter arises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatterKind {
    /// Data quality has a finding of the code: `{n}`.
    Finding,
    /// Berkas were sent back only for papers that their kind does not require: `{n}`.
    NeedlessReturns,
    /// Berkas were rejected or found duplicates: `{ditolak}`, `{duplikat}`.
    Refused,
    /// A measure is unusual, on the bad side: `{ukuran}`, `{nilai}`, `{letak}`.
    Unusual,
    /// The blank cards last for fewer working days than the limit: `{sisa}`, `{hari}`.
    FewBlanks,
    /// Printed cards wait for longer than the limit: `{n}`, `{pekon}`, `{hari}`.
    Uncollected,
    /// Numbers of books are missing or were used twice: `{terlewat}`, `{ganda}`.
    Numbers,
    /// Rows of the source wait in quarantine: `{n}`.
    Quarantine,
    /// Targets have no value: `{n}`.
    NoTarget,
}

impl MatterKind {
    /// Returns the names of what is known of a matter of the kind.
    #[must_use]
    pub fn known(self) -> &'static [&'static str] {
        match self {
            Self::Finding | Self::NeedlessReturns | Self::Quarantine | Self::NoTarget => &["n"],
            Self::Refused => &["ditolak", "duplikat"],
            Self::Unusual => &["ukuran", "nilai", "letak"],
            Self::FewBlanks => &["sisa", "hari"],
            Self::Uncollected => &["n", "pekon", "hari"],
            Self::Numbers => &["terlewat", "ganda"],
        }
    }
}

impl Matter {
    /// Returns the sentence with what is known in place of each name, without a count that is zero.
    #[must_use]
    pub fn told(&self, given: &[Known]) -> Sentence {
        let is_zero = |known: &Known| if known.text == "0" { self.without.get(known.name) } else { None };
        Sentence::filled(given.iter().find_map(is_zero).unwrap_or(&self.sentence), given)
    }

    /// Loads those of an office, of whose findings the codes are known.
    pub(crate) fn load(files: &FactFiles, is_finding: impl Fn(&str) -> bool) -> Result<Vec<Self>, FactsError> {
        let MatterFile { source, matter } = parse(files, FILE)?;
        let fault = |reason: String| FactsError::File { file: FILE.to_owned(), reason };
        if source.trim().is_empty() {
            return Err(fault("its `source` is empty; say where its facts come from".to_owned()));
        }
        let found = matter.iter().find_map(|matter| Some((matter, matter.fault(&is_finding)?)));
        found.map_or(Ok(()), |(matter, reason)| Err(fault(format!("`{}`: {reason}", matter.sentence))))?;
        Ok(matter)
    }

    /// Returns why it cannot be meant.
    fn fault(&self, is_finding: impl Fn(&str) -> bool) -> Option<String> {
        let sentences = || self.without.values().chain([&self.sentence]);
        let in_sentences = sentences()
            .flat_map(|sentence| sentence.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)));
        let named = in_sentences.chain(self.without.keys().map(String::as_str));
        let mut unknown = named.filter(|name| !self.of.known().contains(name));
        if let Some(name) = unknown.next() {
            return Some(format!("`{{{name}}}` is not known of it; known are `{}`", self.of.known().join("`, `")));
        }
        let is_of_finding = self.of == MatterKind::Finding;
        if is_of_finding != is_finding(&self.code) {
            return Some(format!("`code` is `{}`, which is not that of a finding, or not asked for", self.code));
        }
        let has_limit = matches!(self.of, MatterKind::FewBlanks | MatterKind::Uncollected);
        if has_limit != (self.limit > 0) {
            return Some("`limit` belongs to few_blanks and uncollected, and is at least 1".to_owned());
        }
        let others = [&self.proposal, &self.actor, &self.section];
        let empty = sentences().chain(others).any(|text| text.trim().is_empty());
        (empty || self.within == 0).then(|| "it needs a sentence, a proposal, an actor, a section and days".to_owned())
    }
}
