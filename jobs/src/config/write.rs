//! The configuration that an office begins with: every key with a comment.

use anyhow::{Context, Result};
use std::path::Path;

/// What is known of an office when its configuration is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beginning<'a> {
    /// Where its events come from; empty where that is not to be written down.
    pub url: &'a str,
    /// The relation with one row per event.
    pub view: &'a str,
    /// Whether the source has the table of outages.
    pub outages: bool,
    /// Whether it has the table of blank-card stock.
    pub stock: bool,
}

impl Beginning<'_> {
    /// Writes the configuration, for its owner alone, since the URL may hold a password.
    ///
    /// # Errors
    /// When something has that name already, or the file cannot be written.
    pub(crate) fn write(self, path: &Path) -> Result<()> {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let line =
            |there: bool, name: &str, value: &str| format!("{}{name} = \"{value}\"", if there { "" } else { "# " });
        let [outage_table, stock_table] = optional_tables(self.url);
        let text = include_str!("tertib.toml.txt")
            .replace("{url}", &quoted(self.url))
            .replace("{view}", &quoted(self.view))
            .replace("{outages}", &line(self.outages, "outages", &outage_table))
            .replace("{stock}", &line(self.stock, "stock", &stock_table));
        let written = pipeline::create_private_file(path, text.as_bytes());
        written.with_context(|| format!("cannot write {}", path.display()))
    }
}

/// What outages and blank-card stock are called.
pub(crate) fn optional_tables(url: &str) -> [String; 2] {
    let ending = if url.starts_with("csv:") { ".csv" } else { "" };
    ["gangguan", "blangko"].map(|name| format!("{name}{ending}"))
}
