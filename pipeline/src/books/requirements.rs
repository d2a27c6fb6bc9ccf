//! What a kind of application needs, as books and papers show it.
//!
//! Rule    data/kelengkapan

use super::lists::BookRow;
use super::{BookWriter, Entry};

/// A box to be ticked by hand.
const BOX: &str = "[  ]";

impl BookWriter<'_> {
    /// Returns the name of a document.
    pub(super) fn document<'a>(&'a self, code: &'a str) -> &'a str {
        self.facts.dokumen.get(code).map_or(code, String::as_str)
    }

    /// Returns the documents that the application needs, in short; none for a kind that is not open to the applicant.
    pub(super) fn needed(&self, entry: &Entry) -> Vec<&str> {
        let requirement = self.facts.requirement(&entry.jenis, &entry.kewarganegaraan);
        let short = |code| self.facts.dokumen_short.get(code).map_or_else(|| self.document(code), String::as_str);
        requirement.iter().flat_map(|r| &r.dokumen).map(|code| short(code.as_str())).collect()
    }

    /// Returns the same documents, each with a box to tick.
    pub(super) fn checklist(&self, entry: &Entry) -> String {
        self.needed(entry).iter().map(|short| format!("{BOX} {short}")).collect::<Vec<_>>().join("   ")
    }

    /// Whether a row names a document that has to be brought: one that the kind of application needs, or any where the kind is not open
    /// to the applicant, of which the rule then tells.
    pub(super) fn is_due(&self, row: &BookRow<'_>) -> bool {
        row.lacking().is_some_and(|(entry, document)| {
            let rule = self.facts.requirement(&entry.jenis, &entry.kewarganegaraan);
            rule.is_none_or(|rule| rule.dokumen.iter().any(|code| code == document))
        })
    }

    /// Returns by what rule a document is asked for; of one that the kind of application does not need it says that nobody has to bring it.
    pub(super) fn rule_for(&self, entry: &Entry, document: &str) -> String {
        let kind = self.facts.jenis_name(&entry.jenis);
        match self.facts.requirement(&entry.jenis, &entry.kewarganegaraan) {
            None => format!("{kind} tidak terbuka bagi pemohon {}", entry.kewarganegaraan),
            Some(rule) if !rule.dokumen.iter().any(|code| code == document) => {
                format!("tercatat diminta, tetapi tidak disyaratkan bagi permohonan {kind}: tidak perlu dilengkapi")
            }
            Some(rule) if rule.dasar.is_empty() => format!("syarat permohonan {kind}"),
            Some(rule) => format!("syarat permohonan {kind}, {}", rule.dasar),
        }
    }
}
