//! What each number of the review counts, in the words of an official.
//!
//! Reads   a file of the data, `angka.toml`
//! Gives   title and definition of each item of a figure, what is counted and what is measured of each

use crate::fact_files::{FactFiles, FactsError, parse};
use serde::Deserialize;

const FILE: &str = "angka.toml";

/// What the value of a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseValue {
    /// Seconds in which the office worked.
    #[serde(rename = "jam-kerja")]
    WorkingTime,
    /// Seconds by the clock on the wall.
    #[serde(rename = "jam-kalender")]
    WallTime,
    /// Working days.
    #[serde(rename = "hari-kerja")]
    WorkingDays,
    /// How many mandatory steps it has.
    #[serde(rename = "langkah")]
    Steps,
    /// For how many it stands.
    #[serde(rename = "banyak")]
    Count,
}

/// What an item of a figure counts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureMeaning {
    /// The figure.
    #[serde(rename = "metrik")]
    pub figure: String,
    /// Its item.
    pub item: String,
    /// What it is called.
    #[serde(rename = "judul")]
    pub title: String,
    /// Its definition.
    #[serde(rename = "arti")]
    pub meaning: String,
    /// What is counted.
    #[serde(rename = "hitung")]
    pub counted: String,
    /// What is measured of each, if anything is.
    #[serde(rename = "ukur")]
    pub value: Option<CaseValue>,
    /// The item of the same figure of which it is a part, where the report names the share.
    #[serde(rename = "dari")]
    pub whole: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeaningFile {
    source: String,
    angka: Vec<FigureMeaning>,
}

impl FigureMeaning {
    pub(crate) fn load(files: &FactFiles) -> Result<Vec<Self>, FactsError> {
        let MeaningFile { source, angka } = parse(files, FILE)?;
        let broken = |reason: String| Err(FactsError::File { file: FILE.to_owned(), reason });
        if source.trim().is_empty() {
            return broken("its `source` is empty; say where its facts come from".to_owned());
        }
        for (place, one) in angka.iter().enumerate() {
            if [&one.title, &one.meaning, &one.counted].into_iter().any(|text| text.trim().is_empty()) {
                return broken(format!(
                    "`{}/{}` needs a title, a definition and what is counted",
                    one.figure, one.item
                ));
            }
            let is_known = |item: &String| angka.iter().any(|of| of.figure == one.figure && of.item == *item);
            if !one.whole.as_ref().is_none_or(is_known) {
                return broken(format!("`{}/{}` is a part of an item that is not there", one.figure, one.item));
            }
            if angka[..place].iter().any(|before| before.figure == one.figure && before.item == one.item) {
                return broken(format!("`{}/{}` is there twice", one.figure, one.item));
            }
        }
        Ok(angka)
    }
}
