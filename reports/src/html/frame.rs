//! What stands around every page.

use super::assets;
use crate::book::provenance;
use schemas::document::Provenance;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// The frame of a page: who publishes it, where it stands, who reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The title of the page.
    pub title: String,
    /// The name of the government that the office is of.
    pub government: String,
    /// The name of the office.
    pub office: String,
    /// The path of the page, without a slash at its end.
    pub path: String,
    /// The parts of the portal that the visitor may use, in order.
    pub links: Vec<Link>,
    /// The page of the time before.
    pub before: Option<Link>,
    /// The page of the time after.
    pub after: Option<Link>,
    /// By what the page can be narrowed.
    pub filter: Option<Arc<Filter>>,
    /// The files of what the page shows, as `PDF/A`.
    pub files: Vec<Link>,
    /// The person who is signed in.
    pub visitor: Option<Visitor>,
    /// What every reader of the page must know, as that the connection is not encrypted.
    pub warnings: Vec<String>,
    /// The program and its version.
    pub program: String,
    /// The paths of the pages that explain the numbers of the page; none where the visitor may not see them.
    pub origins: Option<Arc<Value>>,
    /// The archive that the page comes from.
    pub source: Option<DataSource>,
}

/// The archive that a page comes from, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSource {
    archive: String,
    extent: String,
}

impl DataSource {
    /// Puts it into words.
    #[must_use]
    pub fn of(provenance: &Provenance) -> Self {
        Self { archive: self::provenance(provenance), extent: provenance.extent() }
    }
}

/// A link within the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The path that it leads to.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl From<(&str, &str)> for Link {
    fn from((path, text): (&str, &str)) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }
}

/// By what a page can be narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The query of the page that is shown, with its question mark; empty where it is not narrowed.
    pub query: String,
    /// The fields, each with its choices.
    pub fields: Vec<Choice>,
}

/// A field of a form with its choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name in the query.
    pub name: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What it is called when nothing is chosen.
    pub all: &'static str,
    /// The values and what they are called, in order.
    pub options: Vec<(String, String)>,
    /// The value that is chosen.
    pub chosen: Option<String>,
}

impl Choice {
    /// Returns what templates read of it.
    fn values(&self) -> Value {
        let option = |(value, text): &(String, String)| json!({"nilai": value, "nama": text, "dipilih": self.chosen.as_ref() == Some(value)});
        let options = self.options.iter().map(option).collect::<Vec<_>>();
        json!({"nama": self.name, "judul": self.label, "semua": self.all, "pilihan": options})
    }
}

/// A person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The name with titles.
    pub name: String,
    /// The position in the office.
    pub position: String,
}

impl Link {
    /// Whether a page belongs to the part of the portal that it leads to.
    fn is_above(&self, path: &str) -> bool {
        path.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Returns what templates read of it.
    pub(crate) fn values(&self) -> Value {
        json!({"alamat": self.path, "nama": self.text})
    }
}

impl Frame {
    /// Returns what templates read as `kerangka`.
    pub(crate) fn values(&self) -> Value {
        let links = self.links.iter().map(|link| {
            let mut values = link.values();
            values["kini"] = link.is_above(&self.path).into();
            values
        });
        let visitor = self.visitor.as_ref();
        json!({
            "judul": self.title,
            "pemerintah": self.government,
            "kantor": self.office,
            "jalur": self.path,
            "tautan": links.collect::<Vec<_>>(),
            "sebelum": self.before.as_ref().map(Link::values),
            "sesudah": self.after.as_ref().map(Link::values),
            "saringan": self.filter.as_ref().map(|filter| filter.fields.iter().map(Choice::values).collect::<Vec<_>>()),
            "kueri": self.filter.as_ref().map_or("", |filter| filter.query.as_str()),
            "unduhan": self.files.iter().map(Link::values).collect::<Vec<_>>(),
            "pengunjung": visitor.map(|v| json!({"nama": v.name, "jabatan": v.position})),
            "peringatan": self.warnings,
            "program": self.program,
            "angka": self.origins.as_deref(),
            "asal": self.source.as_ref().map(|source| &source.archive),
            "sampai": self.source.as_ref().map(|source| &source.extent),
            "gaya": assets::STYLE.path(),
            "naskah": assets::SCRIPT.path(),
            "ikon": assets::ICON.path(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_portal_is_above_its_pages_only() {
        let link = Link::from(("/dokumen", "Dokumen"));
        assert!(link.is_above("/dokumen") && link.is_above("/dokumen/2026-10"));
        assert!(!link.is_above("/dokumentasi") && !link.is_above("/"));
    }
}
