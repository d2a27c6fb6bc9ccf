//! What is asked: a SELECT, or a saved question by its name, and the values of its parameters.

use super::child::Question;
use crate::print;
use anyhow::{Context, Result, anyhow, bail};
use pipeline::Given;
use schemas::{Month, ParameterKind, SavedQuestion};
use std::collections::BTreeMap;

/// The parameter that `--month` gives.
const MONTH: &str = "month";

/// Returns the SELECT and the values of its parameters.
pub(crate) fn question(asked: &str, month: Option<Month>, set: &[String]) -> Result<Question> {
    let saved = SavedQuestion::all()?;
    let found = saved.iter().find(|saved| saved.name == asked.trim());
    if found.is_none() && is_name(asked) {
        bail!("there is no saved question of this name; `{}` shows them", print::command("query --list", None));
    }
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    values.extend(month.map(|month| (MONTH.to_owned(), month.to_string())));
    for pair in set {
        let (name, value) = pair.split_once('=').context("--set takes NAME=VALUE: --set berkas=B202610-000001")?;
        if values.insert(name.trim().to_owned(), value.to_owned()).is_some() {
            bail!("a parameter is given twice; give each once");
        }
    }
    let kind = |name: &str| match found {
        Some(saved) => saved.parameters.iter().find(|parameter| parameter.name == name).map(|one| one.kind),
        None if name == MONTH => Some(ParameterKind::Month),
        None => Some(ParameterKind::Text),
    };
    let mut given = BTreeMap::new();
    for (name, value) in values {
        // What was typed for a name may be anything, so it is not repeated.
        let kind = kind(&name).ok_or_else(|| unknown(found))?;
        kind.check(&value)
            .map_err(|reason| anyhow!("the value of a parameter of kind {} is refused: {reason}", kind.word()))?;
        let value = match (kind, value.parse()) {
            (ParameterKind::Number, Ok(n)) => Given::Integer(n),
            _ => Given::Text(value),
        };
        given.insert(name, value);
    }
    if let Some(saved) = found {
        for parameter in &saved.parameters {
            if !given.contains_key(&parameter.name) {
                let how = if parameter.name == MONTH {
                    "--month 2026-10".to_owned()
                } else {
                    format!("--set {}=…", parameter.name)
                };
                bail!("`{}` needs a value ({}); give it with {how}", saved.name, parameter.kind.word());
            }
        }
    }
    Ok(Question { sql: found.map_or_else(|| asked.to_owned(), |saved| saved.sql.clone()), given })
}

/// Whether this is a name, and no SELECT.
fn is_name(asked: &str) -> bool {
    let word = asked.trim();
    !word.is_empty()
        && word.contains('_')
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn unknown(saved: Option<&SavedQuestion>) -> anyhow::Error {
    let names = saved.map(|saved| saved.parameters.iter().map(|one| one.name.as_str()).collect::<Vec<_>>());
    match names.unwrap_or_default().as_slice() {
        [] => anyhow!("this question has no parameters; leave --month and --set out"),
        names => anyhow!("a parameter is unknown; this question has: {}", names.join(", ")),
    }
}

/// Returns the saved questions, a row for each: name, title, parameters, sentence.
pub(crate) fn listed() -> Result<Vec<Vec<String>>> {
    let row = |saved: SavedQuestion| {
        let parameters = saved.parameters.iter().map(|one| format!("{} ({})", one.name, one.kind.word()));
        vec![saved.name.to_owned(), saved.title, parameters.collect::<Vec<_>>().join(", "), saved.sentence]
    };
    Ok(SavedQuestion::all()?.into_iter().map(row).collect())
}
