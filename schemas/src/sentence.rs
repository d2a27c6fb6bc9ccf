//! A sentence that knows where its numbers come from.
//!
//! Rule    as text and in JSON it is the sentence alone; a page may lead from each of its numbers to where the number comes from

use crate::FigureKey;
use serde::{Serialize, Serializer};
use std::fmt;

/// A sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    /// Its pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// How it reads.
    pub text: String,
    /// Which number it is; `None` for words, and for a number that no page explains.
    pub origin: Option<FigureKey>,
}

/// What is known of what a sentence tells, by the name that the sentence has for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The name.
    pub name: &'static str,
    /// How it reads.
    pub text: String,
    /// Which number it is, as of a [`Piece`].
    pub origin: Option<FigureKey>,
}

impl Known {
    /// What no page explains.
    #[must_use]
    pub fn of(name: &'static str, text: String) -> Self {
        Self { name, text, origin: None }
    }

    /// A number that a page explains.
    #[must_use]
    pub fn from(name: &'static str, text: String, origin: FigureKey) -> Self {
        Self { name, text, origin: Some(origin) }
    }
}

impl Sentence {
    /// Fills in a sentence that has `{name}` for what is known.
    pub(crate) fn filled(form: &str, known: &[Known]) -> Self {
        let words = |text: &str| Piece { text: text.to_owned(), origin: None };
        let mut pieces = Vec::new();
        let mut rest = form;
        while let Some((before, name, after)) = next(rest) {
            let said = known.iter().find(|known| known.name == name);
            let said = said.map_or_else(
                || words(&format!("{{{name}}}")),
                |known| Piece { text: known.text.clone(), origin: known.origin.clone() },
            );
            pieces.extend([words(before), said]);
            rest = after;
        }
        pieces.push(words(rest));
        pieces.retain(|piece| !piece.text.is_empty());
        Self { pieces }
    }
}

/// Divides a form at its first name in braces.
fn next(form: &str) -> Option<(&str, &str, &str)> {
    let (before, opened) = form.split_once('{')?;
    let (name, after) = opened.split_once('}')?;
    Some((before, name, after))
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| f.write_str(&piece.text))
    }
}

impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Sentence {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Sentence".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_keeps_the_place_of_its_numbers() {
        let origin = FigureKey::of("flow", "open");
        let known = [Known::from("n", "12".into(), origin.clone()), Known::of("hari", "3".into())];
        let sentence = Sentence::filled("{n} berkas sejak {hari} hari", &known);
        assert_eq!(sentence.to_string(), "12 berkas sejak 3 hari");
        assert_eq!(serde_json::to_value(&sentence).unwrap(), "12 berkas sejak 3 hari");
        let numbers: Vec<_> =
            sentence.pieces.iter().filter_map(|piece| Some((&*piece.text, piece.origin.as_ref()?))).collect();
        assert_eq!(numbers, [("12", &origin)]);
        assert_eq!(Sentence::filled("tanpa angka", &known).pieces.len(), 1);
    }
}
