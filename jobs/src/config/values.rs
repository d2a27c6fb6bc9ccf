//! `[source.values]` and `[source.formats]`: what the office's own words, days and times stand for.

use super::place::At;
use anyhow::{Context, Error, Result, anyhow};
use pipeline::{DateFormat, SourceError, Words};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use schemas::{Column, ColumnKind};
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Formatter};

/// A word of the contract: a text, or the number of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word(String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrNumber;
        impl Visitor<'_> for TextOrNumber {
            type Value = Word;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("a word of the contract in quotes, the number of a step, or \"\" for no value")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Word, E> {
                Ok(Word(word.to_owned()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }
        }
        deserializer.deserialize_any(TextOrNumber)
    }
}

impl JsonSchema for Word {
    fn schema_name() -> Cow<'static, str> {
        "Word".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A word of the contract, the number of a step, or an empty text for no value.",
            "type": ["string", "integer"],
        })
    }
}

/// The contract's words for the office's own.
pub(super) fn words(values: &BTreeMap<Column, BTreeMap<String, Word>>) -> Words {
    let words = |table: &BTreeMap<String, Word>| {
        table.iter().map(|(said, word)| (said.clone(), word.0.clone())).collect::<BTreeMap<_, _>>()
    };
    values.iter().map(|(column, table)| (*column, words(table))).collect()
}

/// How the office writes days and instants.
///
/// # Errors
/// When a form can be meant in two ways, or its column has neither days nor instants.
pub(super) fn date_formats(forms: &BTreeMap<Column, String>) -> Result<BTreeMap<Column, DateFormat>> {
    let format = |(column, form): (&Column, &String)| {
        let name = column.name();
        let at = || At::key(&["source", "formats", name]);
        let with_time = match column.held_as() {
            ColumnKind::Timestamp => true,
            ColumnKind::Date => false,
            _ => {
                let fault = anyhow!("`{name}` under [source.formats] is no day and no time; formats are for those");
                return Err(fault.context(at()));
            }
        };
        let format = DateFormat::new(form, with_time);
        let format = format.map_err(|reason| anyhow!("{name} = \"{form}\" under [source.formats]: {reason}"));
        Ok((*column, format.with_context(at)?))
    };
    forms.iter().map(format).collect()
}

/// A fault of such a word with its key.
pub(super) fn placed(fault: SourceError) -> Error {
    let at = match &fault {
        SourceError::Word { column, said, .. } => At::key(&["source", "values", column, said]),
        SourceError::NoWords { column } => At::key(&["source", "values", column]),
        _ => return fault.into(),
    };
    Error::new(fault).context(at)
}
