//! Templates: layouts for typst and sentences for minijinja. They are compiled in, and an office can replace them by its own.
//!
//! Invariant: an undefined value stops a sentence, so that missing data are never printed as a blank.

use crate::indonesian;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use serde::Serialize;
use std::collections::BTreeMap;

const EMBEDDED: [(&str, &str); 26] = [
    ("_dasar.typ", include_str!("../../templates/_dasar.typ")),
    ("_grafik.typ", include_str!("../../templates/_grafik.typ")),
    ("gambar.typ", include_str!("../../templates/gambar.typ")),
    ("buku.typ", include_str!("../../templates/buku.typ")),
    ("laporan_bulanan.typ", include_str!("../../templates/laporan_bulanan.typ")),
    ("kalender.typ", include_str!("../../templates/kalender.typ")),
    ("laporan_kepatuhan.typ", include_str!("../../templates/laporan_kepatuhan.typ")),
    ("_baris.typ", include_str!("../../templates/_baris.typ")),
    ("_lembar.typ", include_str!("../../templates/_lembar.typ")),
    ("_pihak.typ", include_str!("../../templates/_pihak.typ")),
    ("lembar.typ", include_str!("../../templates/lembar.typ")),
    ("berita_acara.typ", include_str!("../../templates/berita_acara.typ")),
    ("potong.typ", include_str!("../../templates/potong.typ")),
    ("surat.typ", include_str!("../../templates/surat.typ")),
    ("verifikasi.typ", include_str!("../../templates/verifikasi.typ")),
    ("percobaan_target.typ", include_str!("../../templates/percobaan_target.typ")),
    ("telusur.typ", include_str!("../../templates/telusur.typ")),
    ("pemusnahan.typ", include_str!("../../templates/pemusnahan.typ")),
    ("pemusnahan_data_pribadi.typ", include_str!("../../templates/pemusnahan_data_pribadi.typ")),
    ("berita_acara_pemusnahan.txt.j2", include_str!("../../templates/berita_acara_pemusnahan.txt.j2")),
    (
        "berita_acara_pemusnahan_data_pribadi.txt.j2",
        include_str!("../../templates/berita_acara_pemusnahan_data_pribadi.txt.j2"),
    ),
    ("_verifikasi.txt.j2", include_str!("../../templates/_verifikasi.txt.j2")),
    ("berita_acara_verifikasi.txt.j2", include_str!("../../templates/berita_acara_verifikasi.txt.j2")),
    ("penutup_daftar.txt.j2", include_str!("../../templates/penutup_daftar.txt.j2")),
    ("penutup_buku.txt.j2", include_str!("../../templates/penutup_buku.txt.j2")),
    ("kesimpulan.txt.j2", include_str!("../../templates/kesimpulan.txt.j2")),
];

/// The number of instructions that a sentence template may use, which take a second or two.
const FUEL: u64 = 10_000_000;

/// An error because of which templates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The font of the body text is not compiled in.
    #[error("the font `{family}` is not compiled in; this is a defect of tertib")]
    Font {
        /// The font family.
        family: String,
    },
    /// The sentences of a template cannot be made.
    #[error("the template {name} failed: {reason}")]
    Sentence {
        /// The template.
        name: String,
        /// The message of the template engine, with the line.
        reason: String,
    },
}

/// All templates by name.
#[derive(Debug)]
pub(crate) struct Templates {
    layouts: BTreeMap<String, String>,
    sentences: Environment<'static>,
}

impl Templates {
    /// Loads the built-in templates, replaced by those of the same name in `own`.
    pub(crate) fn load(mut own: BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let mut layouts = BTreeMap::new();
        let mut sentences = environment();
        for (name, embedded) in EMBEDDED {
            let text = own.remove(name).unwrap_or_else(|| embedded.to_owned());
            if name.ends_with(".typ") {
                layouts.insert(name.to_owned(), text);
            } else {
                sentences.add_template_owned(name, text).map_err(|e| sentence_fault(name, &e))?;
            }
        }
        Ok(Self { layouts, sentences })
    }

    /// Returns every layout with its source.
    pub(crate) fn layouts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.layouts.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Returns the source of a layout.
    pub(crate) fn layout(&self, name: &str) -> Option<&str> {
        self.layouts.get(name).map(String::as_str)
    }

    /// Returns the non-empty lines that a sentence template makes from its data.
    pub(crate) fn sentences(&self, name: &str, data: impl Serialize) -> Result<Vec<String>, TemplateError> {
        let text = self
            .sentences
            .get_template(name)
            .and_then(|t| t.render(minijinja::value::Serde(&data)))
            .map_err(|e| sentence_fault(name, &e))?;
        Ok(text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect())
    }
}

impl Templates {
    /// Returns the sentence that a text of a fact file makes from its data.
    pub(crate) fn sentence(&self, file: &str, text: &str, data: &serde_json::Value) -> Result<String, TemplateError> {
        let made = self.sentences.render_named_str(file, text, minijinja::value::Serde(data));
        made.map_err(|fault| sentence_fault(file, &fault))
    }
}

/// Returns an engine that stops at what is missing and at what does not end, with the filters of our templates.
pub(crate) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.add_filter("angka", |n: u64| indonesian::integer(n));
    environment.add_filter("terbilang", |n: u64| indonesian::in_words(n));
    environment.add_filter("persen", |share: f64| indonesian::percent(share));
    environment.add_filter("durasi", |seconds: f64| indonesian::duration(indonesian::whole(seconds)));
    environment
}

/// Returns the names of all templates.
pub fn template_names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

pub(crate) fn sentence_fault(name: &str, fault: &minijinja::Error) -> TemplateError {
    let place = fault.line().map_or_else(String::new, |l| format!("line {l}: "));
    let reason = match fault.kind() {
        ErrorKind::OutOfFuel => format!("{place}it does not come to an end; look for a loop in it"),
        _ => format!("{place}{fault}"),
    };
    TemplateError::Sentence { name: name.to_owned(), reason }
}
