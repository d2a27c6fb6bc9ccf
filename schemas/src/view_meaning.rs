//! What the views mean of which questions are asked, and their columns.
//!
//! Reads   data/questions/tampilan.toml
//! Gives   an Indonesian sentence for each view, and for each column that is not one of the source contract

use crate::fact_files::{FactsError, parse_text};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A view and what its columns mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewMeaning {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub meaning: String,
    /// The columns that need an explanation of their own.
    columns: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Views {
    #[serde(rename = "source")]
    _source: String,
    view: Vec<ViewMeaning>,
    /// Columns that mean the same in several views.
    columns: BTreeMap<String, String>,
}

impl ViewMeaning {
    /// Loads the meaning of every view.
    ///
    /// # Errors
    /// [`FactsError`] names the file and what is wrong with it.
    pub fn load() -> Result<Vec<Self>, FactsError> {
        let mut views: Views = parse_text("questions/tampilan.toml", include_str!("../data/questions/tampilan.toml"))?;
        for view in &mut views.view {
            for (name, meaning) in &views.columns {
                view.columns.entry(name.clone()).or_insert_with(|| meaning.clone());
            }
        }
        Ok(views.view)
    }

    /// What a column means, unless the source contract says so.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&str> {
        self.columns.get(name).map(String::as_str)
    }
}
