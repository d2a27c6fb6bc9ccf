//! The languages in which an officer is told how things are.

use serde::{Deserialize, Serialize};

/// The language of findings, of `status` and `doctor`, and of messages. Documents are in Indonesian; commands, options and logs in
/// English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Language {
    /// Indonesian.
    #[default]
    #[serde(rename = "id")]
    #[cfg_attr(feature = "clap", value(name = "id"))]
    Indonesian,
    /// English.
    #[serde(rename = "en")]
    #[cfg_attr(feature = "clap", value(name = "en"))]
    English,
}

/// The same said in every language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Indonesian.
    pub id: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Returns what is said in a language.
    #[must_use]
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Indonesian => &self.id,
            Language::English => &self.en,
        }
    }
}
