//! Which conditions are told when, and the requests by which services take a message.
//!
//! Reads   data/pesan.toml (rules), data/saluran.toml (presets)
//! Gives   the rule of a code, a preset by its name

use serde::Deserialize;
use std::collections::BTreeMap;

/// When a condition is told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MessageRule {
    /// The beginning of the codes for which it holds.
    code: String,
    /// How often it must have been met.
    pub after: u64,
    /// The same for a job that is due once a week or less often.
    pub after_seldom: u64,
    /// Whether its alarm and its end go out while the office is closed.
    pub at_any_hour: bool,
}

/// When conditions are told.
#[derive(Clone, Debug)]
pub struct MessageRules(Vec<MessageRule>);

impl MessageRules {
    /// The rules, one of which must hold for every code.
    pub(crate) fn new(rules: Vec<MessageRule>) -> Option<Self> {
        rules.iter().any(|rule| rule.code.is_empty()).then_some(Self(rules))
    }

    /// Returns the rule of a code: the one with the longest beginning of it.
    #[must_use]
    pub fn of(&self, code: &str) -> &MessageRule {
        const ALWAYS: &MessageRule =
            &MessageRule { code: String::new(), after: 1, after_seldom: 1, at_any_hour: false };
        let of_code = self.0.iter().filter(|rule| code.starts_with(&rule.code));
        of_code.max_by_key(|rule| rule.code.len()).unwrap_or(ALWAYS)
    }
}

/// The form of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum BodyForm {
    /// A JSON object.
    Json,
    /// Fields as a browser sends them.
    Form,
    /// One plain text.
    Text,
}

/// The request by which a service takes a message. Its texts are templates.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Preset {
    /// Under which name an office chooses it.
    pub name: String,
    /// The documentation of the service.
    pub source: String,
    /// The address; empty where the office must name one.
    #[serde(default)]
    pub url: String,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The form of the body.
    pub form: BodyForm,
    /// The body: a table, or a text for the form `text`.
    pub body: toml::Value,
    /// Where a JSON answer says `true` for a message that was taken; otherwise the status of the answer decides.
    pub ok: Option<String>,
    /// How many characters of text the service takes.
    pub longest: Option<usize>,
    /// Whether it goes through a network whose owner has not admitted it, and may end from one day to the next.
    #[serde(default)]
    pub unofficial: bool,
}
