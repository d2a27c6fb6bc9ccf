//! The lines that a run wrote, as a person reads them, on its page and on the terminal.

use super::read;
use crate::config::Config;
use crate::history::Run;
use crate::messages::words::without_persons;
use anyhow::Result;
use chrono::DateTime;
use schemas::Speech;
use serde_json::Value;

/// A line is shown up to this length.
const LONGEST: usize = 2_000;

/// Fields of a line that who shows it says already.
const SAID: [&str; 8] = ["timestamp", "level", "message", "fields", "run", "job", "period", "attempt"];

/// Returns the lines of a run. Several runs of a slot, or of the same minute, write one log; a run by hand wrote none, and its only
/// line is what the history knows.
///
/// # Errors
/// When its log is not there any more, or cannot be read.
pub(crate) fn lines(config: &Config, speech: Speech<'_>, run: &Run) -> Result<Vec<String>> {
    let Some(log) = run.log.as_deref() else {
        return Ok(Some(&run.message)
            .filter(|message| !message.is_empty())
            .map(|message| joined(message))
            .into_iter()
            .collect());
    };
    let text = read(config, log)?;
    let values: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let begins = |value: &Value| (value["message"] == "began").then(|| value["run"].as_i64()).flatten();
    let first = values.iter().position(|value| begins(value) == Some(run.id)).unwrap_or(values.len());
    // What the process said before it began is of it, too, where nothing was before.
    let is_first = values.iter().take(first).all(|value| begins(value).is_none());
    let from = if is_first { 0 } else { first };
    let until = values.iter().skip(first + 1).position(|value| begins(value).is_some()).map(|n| first + 1 + n);
    let of_run = values.get(from..until.unwrap_or(values.len())).unwrap_or_default();
    Ok(of_run.iter().map(|value| said(value, speech)).collect())
}

/// What is said on several lines, on one and without a number of a person.
fn joined(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    without_persons(&lines.join("; "))
}

/// A line: the time, how grave it is, what it says, and its fields.
fn said(value: &Value, speech: Speech<'_>) -> String {
    let at = value["timestamp"].as_str().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    let at = at.map_or_else(|| "--.--.--".to_owned(), |at| at.format("%H.%M.%S").to_string());
    let grave = match value["level"].as_str() {
        Some("ERROR") => speech.say("log.error", &[]) + ": ",
        Some("WARN") => speech.say("log.warning", &[]) + ": ",
        _ => String::new(),
    };
    let message = value["message"].as_str().or(value["fields"]["message"].as_str()).unwrap_or_default();
    let fields = value.as_object().into_iter().flatten();
    let fields = fields.filter(|(key, _)| !SAID.contains(&key.as_str()));
    let fields: String = fields
        .map(|(key, value)| format!(" {key}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    let text: String = format!("{grave}{}{fields}", joined(message)).chars().take(LONGEST).collect();
    format!("{at} {}", without_persons(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::{Facts, Language};
    use serde_json::json;

    #[test]
    fn a_line_names_nobody_and_breaks_nothing() {
        let line = json!({
            "timestamp": "2026-11-10T10:30:01.000+07:00", "level": "WARN", "message": "baris\n  1806010101809001 aneh", "rows": 3,
            "run": 7, "job": "tarik", "period": "2026-11-10T03:30Z", "attempt": 1,
        });
        let facts = Facts::embedded().unwrap();
        let said = |language| said(&line, facts.speech(language));
        assert_eq!(said(Language::English), "10.30.01 WARNING: baris; …aneh rows=3");
        assert_eq!(said(Language::Indonesian), "10.30.01 PERHATIAN: baris; …aneh rows=3");
    }
}
