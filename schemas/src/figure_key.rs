//! Which number: by what the pages, the figures and their links know a number that is printed.
//!
//! Gives   the path of the page that shows where a number comes from, and the number that a path means
//! Rule    a path and its number are the same thing: what is not understood means no number

use crate::{Month, Narrowing};
use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};

/// The figure of the measures of the review's first page; its items are their ids.
pub const MEASURES: &str = "ukuran";
/// The figure of what the review says and no statement of a figure gives.
pub const BESIDE: &str = "lain";

/// The path below which numbers are explained.
const ROOT: &str = "/angka";
/// Between several items of one figure.
const BETWEEN: char = ',';

/// Which entries of a book are meant, by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Numbered {
    /// Those that have one.
    #[serde(rename = "ada")]
    Any,
    /// Those whose number cannot be read.
    #[serde(rename = "tidak-terbaca")]
    Unreadable,
}

/// A number: of a figure, the items that are added up, and what they are narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureKey {
    /// The figure.
    pub figure: String,
    /// Its items.
    pub items: Vec<String>,
    /// The SOP step.
    pub step: Option<u8>,
    /// The step after it.
    pub next_step: Option<u8>,
    /// What the item is divided by; empty for what has no name.
    pub name: Option<String>,
    /// What it is divided by further.
    pub detail: Option<String>,
    /// A document that was missing.
    pub document: Option<String>,
    /// The entries of a book, by their number.
    pub numbered: Option<Numbered>,
    /// The kind of application.
    pub jenis: Option<String>,
    /// The name of the kecamatan.
    pub kecamatan: Option<String>,
    /// The name of the village.
    pub pekon: Option<String>,
    /// Only values that are not above it.
    pub at_most: Option<i64>,
    /// Only values above it.
    pub above: Option<i64>,
}

impl FigureKey {
    /// An item of a figure.
    #[must_use]
    pub fn of(figure: &str, item: &str) -> Self {
        Self { figure: figure.to_owned(), items: vec![item.to_owned()], ..Self::default() }
    }

    /// The same of a step.
    #[must_use]
    pub fn at_step(self, step: u8) -> Self {
        Self { step: Some(step), ..self }
    }

    /// The same of a name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    /// The same of a part of the cases; what it is narrowed to already stays.
    #[must_use]
    pub fn within(self, to: &Narrowing) -> Self {
        let kecamatan = self.kecamatan.or_else(|| to.kecamatan.clone());
        Self { kecamatan, jenis: self.jenis.or_else(|| to.jenis.clone()), ..self }
    }

    /// Reads what two parts of a path and a query mean; `None` if they mean no number.
    #[must_use]
    pub fn read(figure: &str, items: &str, query: &str) -> Option<Self> {
        let items: Vec<String> = items.split(BETWEEN).map(str::to_owned).collect();
        let mut key = Self { figure: figure.to_owned(), items, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let text = || Some(value.clone().into_owned());
            match &*name {
                "langkah" => key.step = Some(value.parse().ok()?),
                "berikut" => key.next_step = Some(value.parse().ok()?),
                "nama" => key.name = text(),
                "rincian" => key.detail = text(),
                "dokumen" => key.document = text(),
                "nomor" => key.numbered = Some(serde_json::from_value(value.into()).ok()?),
                "jenis" => key.jenis = text(),
                "kecamatan" => key.kecamatan = text(),
                "pekon" => key.pekon = text(),
                "paling" => key.at_most = Some(value.parse().ok()?),
                "lebih" => key.above = Some(value.parse().ok()?),
                _ => return None,
            }
        }
        Some(key)
    }

    /// Returns the path of the page that explains the number of a month, without a query.
    #[must_use]
    pub fn page(&self, month: Month) -> String {
        format!("{ROOT}/{month}/{}/{}", self.figure, self.items.join(&BETWEEN.to_string()))
    }

    /// Returns the path of the page that explains the number of a month.
    #[must_use]
    pub fn path(&self, month: Month) -> String {
        self.page(month) + &self.query()
    }

    /// Returns the query with its question mark; empty if the number is narrowed to nothing.
    #[must_use]
    pub fn query(&self) -> String {
        let numbered = self.numbered.and_then(|of| serde_json::to_value(of).ok()?.as_str().map(str::to_owned));
        let values = [
            ("langkah", self.step.map(|step| step.to_string())),
            ("berikut", self.next_step.map(|step| step.to_string())),
            ("nama", self.name.clone()),
            ("rincian", self.detail.clone()),
            ("dokumen", self.document.clone()),
            ("nomor", numbered),
            ("jenis", self.jenis.clone()),
            ("kecamatan", self.kecamatan.clone()),
            ("pekon", self.pekon.clone()),
            ("paling", self.at_most.map(|value| value.to_string())),
            ("lebih", self.above.map(|value| value.to_string())),
        ];
        let mut query = Serializer::new(String::new());
        for (name, value) in values {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        }
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_means_the_number_that_gave_it() {
        let month: Month = "2026-10".parse().unwrap();
        let plain = FigureKey::of("flow", "received");
        assert_eq!(plain.path(month), "/angka/2026-10/flow/received");
        let narrowed = FigureKey {
            items: vec!["conforming".into(), "deviating".into()],
            step: Some(5),
            next_step: Some(7),
            name: Some(String::new()),
            detail: Some("a&b=c".into()),
            document: Some("kk".into()),
            numbered: Some(Numbered::Unreadable),
            jenis: Some("baru".into()),
            kecamatan: Some("Kota Agung".into()),
            pekon: Some("Padang Ratu".into()),
            at_most: Some(86_400),
            above: Some(-1),
            figure: "conformance".into(),
        };
        for key in [plain, narrowed] {
            let path = key.path(month);
            let (page, query) = path.split_once('?').unwrap_or((&path, ""));
            let mut parts = page.rsplit('/');
            let (items, figure) = (parts.next().unwrap(), parts.next().unwrap());
            assert_eq!(FigureKey::read(figure, items, query), Some(key));
        }
        for query in ["langkah=x", "lain=1", "nomor=banyak", "paling="] {
            assert_eq!(FigureKey::read("flow", "received", query), None, "{query}");
        }
    }
}
