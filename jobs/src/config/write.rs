//! The configuration that an office begins with: every key with a comment.

use super::schema::schema;
use crate::packaged;
use anyhow::{Context, Result};
use std::path::Path;

/// The schema beside a configuration.
const SCHEMA: &str = "tertib.schema.json";

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
    /// What is to be said of the office's own words, days and times.
    pub entries: &'a str,
}

impl Beginning<'_> {
    /// Writes the configuration, for its owner alone, since the URL may hold a password, and the schema for editors beside it. A
    /// schema that lies there may be of an older program, and is replaced.
    ///
    /// # Errors
    /// When something has that name already, or a file cannot be written.
    pub(crate) fn write(self, path: &Path) -> Result<()> {
        written(path, &self.text(&format!("./{SCHEMA}")))?;
        let beside = path.with_file_name(SCHEMA);
        std::fs::write(&beside, schema()?).with_context(|| format!("cannot write {}", beside.display()))
    }

    /// Writes the configuration of the package's service, whose URL stands in a file of its own.
    ///
    /// # Errors
    /// When something has that name already, or the file cannot be written.
    pub(crate) fn write_for_the_service(self, path: &Path, archive: Option<&Path>) -> Result<()> {
        let state = Path::new(packaged::STATE);
        let archive = archive.map_or_else(|| state.join("archive"), Path::to_owned);
        let value = |path: &Path| toml::Value::String(path.display().to_string()).to_string();
        let (archive, reports) = (value(&archive), value(&state.join("laporan")));
        let source_url = format!("url-file = \"{}\"", packaged::SOURCE_URL);
        let mut text = self.text(&format!("file://{}", packaged::SCHEMA));
        for (from, to) in [
            (format!("url = {}\n", quoted(self.url)), format!("{source_url}\n")),
            (format!("# {source_url}\n"), String::new()),
            ("# state = ".to_owned(), "state = ".to_owned()),
            ("path = \"archive\"".to_owned(), format!("path = {archive}")),
            ("path = \"laporan\"".to_owned(), format!("path = {reports}")),
        ] {
            anyhow::ensure!(text.contains(&from), "the configuration has no line `{}`", from.trim_end());
            text = text.replace(&from, &to);
        }
        written(path, &text)
    }

    fn text(self, schema: &str) -> String {
        let line =
            |there: bool, name: &str, value: &str| format!("{}{name} = \"{value}\"", if there { "" } else { "# " });
        let [outage_table, stock_table] = optional_tables(self.url);
        include_str!("tertib.toml.txt")
            .replace("{schema}", schema)
            .replace("{url}", &quoted(self.url))
            .replace("{view}", &quoted(self.view))
            .replace("{outages}", &line(self.outages, "outages", &outage_table))
            .replace("{entries}", self.entries)
            .replace("{stock}", &line(self.stock, "stock", &stock_table))
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn written(path: &Path, text: &str) -> Result<()> {
    let written = pipeline::create_private_file(path, text.as_bytes());
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// What outages and blank-card stock are called.
pub(crate) fn optional_tables(url: &str) -> [String; 2] {
    let ending = if url.starts_with("csv:") { ".csv" } else { "" };
    ["gangguan", "blangko"].map(|name| format!("{name}{ending}"))
}
