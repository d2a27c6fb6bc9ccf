//! The recipe that travels in a bag, `BACA-SAYA.md`: what is in it, and how anybody checks it without this program.

use crate::RenderError;
use crate::indonesian::long_date;
use crate::templates::{environment, sentence_fault};
use chrono::NaiveDate;
use schemas::Month;
use serde::Serialize;
use serde_json::json;

/// The name of the template, and its text.
const TEMPLATE: (&str, &str) = ("BACA-SAYA.md.j2", include_str!("../../templates/paket/BACA-SAYA.md.j2"));

/// What the recipe says.
#[derive(Clone, Debug)]
pub struct BagReadme {
    /// The office.
    pub dinas: String,
    /// For whom the bag is, or what it keeps, as a sentence.
    pub sentence: String,
    /// The months.
    pub months: Vec<Month>,
    /// For what it was made.
    pub purpose: Option<String>,
    /// The day on which it was made.
    pub on: NaiveDate,
    /// The program that made it.
    pub program: String,
    /// Whether it holds rows of the public table.
    pub has_events: bool,
    /// Whether it holds them as tables for people, too.
    pub has_tables: bool,
    /// Whether it holds rows that name residents.
    pub has_private: bool,
    /// Whether it holds documents in which residents are masked.
    pub has_documents: bool,
    /// The signed statement of the archive.
    pub statement: Option<ReadmeStatement>,
    /// The saved questions.
    pub questions: Vec<SavedQuestion>,
    /// The public columns and what they mean.
    pub columns: Vec<(String, String)>,
}

/// The signed statement of the archive, as the recipe names it.
#[derive(Clone, Debug, Serialize)]
pub struct ReadmeStatement {
    /// How many leaves the tree has.
    #[serde(rename = "ukuran")]
    pub size: u64,
    /// Its root, in base64.
    #[serde(rename = "akar")]
    pub root: String,
    /// The path of the public key in the bag, as PEM.
    #[serde(rename = "kunci")]
    pub key: String,
}

/// A saved question of a bag.
#[derive(Clone, Debug, Serialize)]
pub struct SavedQuestion {
    /// Its path in the bag.
    #[serde(rename = "fail")]
    pub file: String,
    /// What it asks.
    #[serde(rename = "judul")]
    pub title: String,
}

/// Returns the recipe.
///
/// # Errors
/// [`RenderError::Template`] when it cannot be filled in.
pub fn bag_readme(readme: &BagReadme) -> Result<String, RenderError> {
    let cell = |text: &str| text.replace('|', "/").split_whitespace().collect::<Vec<_>>().join(" ");
    let columns = readme.columns.iter().map(|(name, meaning)| json!({"nama": name, "arti": cell(meaning)}));
    let values = json!({
        "dinas": readme.dinas,
        "kalimat": readme.sentence,
        "bulan": readme.months.iter().map(|month| month.indonesian()).collect::<Vec<_>>(),
        "tujuan": readme.purpose.as_deref().map(cell),
        "tanggal": long_date(readme.on),
        "program": readme.program,
        "ada_peristiwa": readme.has_events,
        "ada_tabel": readme.has_tables,
        "ada_pribadi": readme.has_private,
        "ada_dokumen": readme.has_documents,
        "pernyataan": readme.statement,
        "kunci": readme.statement.as_ref().map(|statement| &statement.key),
        "pertanyaan": readme.questions,
        "kolom": columns.collect::<Vec<_>>(),
    });
    let (name, text) = TEMPLATE;
    let environment = environment();
    let made = environment.render_named_str(name, text, minijinja::value::Serde(&values));
    let made = made.map_err(|fault| RenderError::Template(sentence_fault(name, &fault)))?;
    Ok(format!("{}\n", made.trim_end()))
}
