//! Prints for a person: data to standard output, words to standard error.

mod basis;
mod grouped;
mod log;
mod progress;
mod table;

pub(crate) use basis::Basis;
pub(crate) use grouped::grouped;
pub(crate) use log::in_zone;
pub(crate) use progress::Progress;
pub(crate) use table::Table;

use crate::options::{Color, Common, Format};
use crate::outcome::Outcome;
use crate::run_log::RunLog;
use anyhow::Result;
use schemas::document::{Coverage, Provenance};
use schemas::{Finding, Language, Month, Speech};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;

/// How the command line wants everything to look.
#[derive(Clone, Copy, Debug)]
struct Look {
    wide: bool,
    colored: bool,
}

static LOOK: OnceLock<Look> = OnceLock::new();

/// Begins the log, which for a run that `serve` started is a file of its own, and fixes how everything looks.
pub(crate) fn start(common: Common, of_run: Option<RunLog>) {
    let of = |auto: bool| match common.color {
        Color::Auto => auto,
        Color::Always => true,
        Color::Never => false,
    };
    let _ = LOOK.get_or_init(|| Look {
        wide: common.wide || !std::io::stdout().is_terminal(),
        colored: of(console::colors_enabled()),
    });
    log::start(common, of(std::io::stderr().is_terminal()), of_run);
}

/// Whether tables have every column and no line is broken: where it is asked for, and off a terminal.
pub(crate) fn is_wide() -> bool {
    LOOK.get().is_none_or(|look| look.wide)
}

/// How a word strikes the eye.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As any other.
    Plain,
    /// A heading.
    Strong,
    /// In order.
    Good,
    /// Somebody should look at it.
    Look,
    /// Something is wrong.
    Bad,
}

/// Colours a text for standard output, where colours are shown.
pub(crate) fn paint(tone: Tone, text: &str) -> String {
    let code = match tone {
        Tone::Plain => return text.to_owned(),
        Tone::Strong => 1,
        Tone::Good => 32,
        Tone::Look => 33,
        Tone::Bad => 31,
    };
    let is_colored = LOOK.get().is_some_and(|look| look.colored);
    if is_colored { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Writes data to standard output. A reader that went away is no error.
pub(crate) fn data(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}

/// Writes words to standard error, unless there are none or the program was told to be quiet.
pub(crate) fn words(common: Common, text: &str) {
    if !common.quiet && !text.is_empty() {
        line(text);
    }
}

/// Writes a line to standard error. Where nobody can read it there is nobody left to be told so.
pub(crate) fn line(text: &str) {
    let text = visible(text);
    drop(progress::aside(|to| writeln!(to, "{text}")));
}

/// Says why something could not be done.
pub(crate) fn fault(text: &str) {
    line(&log::as_error(text));
}

/// A command to go on with, as it is typed in this folder.
pub(crate) fn command(words: &str, config: Option<&Path>) -> String {
    let program = std::env::args_os().next().unwrap_or_else(|| "tertib".into());
    let config = config.map(|config| format!(" --config {}", word(&config.to_string_lossy())));
    format!("{} {words}{}", word(&program.to_string_lossy()), config.unwrap_or_default())
}

/// A word of a shell.
pub(crate) fn word(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A text as a terminal may show it. What would move the cursor, change colours or turn the direction of writing is spelt out;
/// lines stay lines.
pub(crate) fn visible(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && (c.is_control() || turns(c)) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A table for reading.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    Table::new(head, rows).text()
}

/// Returns a part, of how many, and its share.
pub(crate) fn share(speech: Speech<'_>, part: u64, n: u64) -> String {
    let Some(share) = schemas::figures::share(part, n) else { return speech.say("metrics.of_none", &[]) };
    let language = speech.language();
    let [part, n] = [part, n].map(|n| language.integer(n));
    speech.say("metrics.of", &[("part", &part), ("n", &n), ("share", &language.percent(share, 1))])
}

/// A text for reading, broken to the width of the terminal; lines after the first are indented.
pub(crate) fn paragraph(text: &str, indent: usize) -> String {
    let Some(width) = table::width() else { return format!("{text}\n") };
    let lines = table::wrapped(text, width.saturating_sub(indent).max(1));
    lines.join(&format!("\n{}", " ".repeat(indent))) + "\n"
}

/// Comma-separated values, UTF-8, quoted where needed, one header line, no cell that a spreadsheet takes for a formula.
pub(crate) fn csv(head: &[&str], rows: &[Vec<String>]) -> Result<String> {
    Ok(String::from_utf8(reports::csv_rows(head, rows)?)?)
}

/// Below the code of a finding nothing else stands.
const FINDING_INDENT: usize = 5;

/// One line per finding: code, how many, what it is, where, what to do.
pub(crate) fn findings(speech: Speech<'_>, findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|f| {
            let text = speech.finding(f.code);
            let what = format!("{} ({}×) {} [{}]", f.code, f.count, text.sentence, place(f));
            format!("{}     {}", paragraph(&what, FINDING_INDENT), paragraph(&text.remedy, FINDING_INDENT))
        })
        .collect()
}

/// The month, how much of it the archive holds, and until when.
pub(crate) fn title(speech: Speech<'_>, provenance: &Provenance, month: Month) -> String {
    let name = match speech.language() {
        Language::Indonesian => month.indonesian(),
        Language::English => month.to_string(),
    };
    let (until, version) = (provenance.extent(), provenance.archive_version);
    let said = match provenance.coverage(month) {
        Coverage::Complete => {
            speech.say("month.complete", &[("month", &name), ("until", &until), ("version", &version)])
        }
        Coverage::Provisional => {
            speech.say("month.provisional", &[("month", &name), ("until", &until), ("version", &version)])
        }
    };
    paragraph(&said, 2)
}

/// Says that the archive does not hold all of a month, where it does not.
pub(crate) fn gap(common: Common, speech: Speech<'_>, provenance: &Provenance, month: Month) -> Outcome {
    let gap = provenance.gap(month);
    if let Some(gap) = &gap {
        words(common, findings(speech, std::slice::from_ref(gap)).trim_end());
    }
    Outcome::of(gap.is_some())
}

/// Says how what people mend in the source comes into the archive: the next pull looks no further back than its window.
pub(crate) fn after_mending(common: Common, speech: Speech<'_>, month: Month) {
    words(common, paragraph(&speech.say("finding.after_mending", &[("month", &month)]), 0).trim_end());
}

/// Until when the archive is complete, RFC 3339; empty where that is not known.
pub(crate) fn instant(provenance: &Provenance) -> String {
    let at = provenance.complete_until_s.and_then(|s| chrono::DateTime::from_timestamp(s, 0));
    at.map_or_else(String::new, |at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

/// A length of time in the largest unit that it fills: `3 days`.
pub(crate) fn duration(seconds: i64) -> String {
    let (n, unit) = match seconds {
        172_800.. => (seconds / 86_400, "days"),
        7_200.. => (seconds / 3_600, "hours"),
        _ => (seconds / 60, "minutes"),
    };
    format!("{n} {unit}")
}

/// Returns how much of a month the archive has, as the word that JSON uses.
pub(crate) fn coverage(provenance: &Provenance, month: Month) -> String {
    match provenance.coverage(month) {
        Coverage::Complete => "complete",
        Coverage::Provisional => "provisional",
    }
    .to_owned()
}

/// Returns the place of a finding, in one line.
pub(crate) fn place(finding: &Finding) -> String {
    visible(&finding.place.replace('\n', "\\n"))
}

/// Rows in the form asked for; as JSON each is an object.
pub(crate) fn rows(head: &[&str], rows: &[Vec<String>], format: Format) -> Result<String> {
    Ok(match format {
        Format::Table => table(head, rows),
        Format::Csv => csv(head, rows)?,
        Format::Json => {
            let object = |row: &Vec<String>| -> serde_json::Map<String, serde_json::Value> {
                head.iter().zip(row).map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect()
            };
            format!("{}\n", serde_json::to_string_pretty(&rows.iter().map(object).collect::<Vec<_>>())?)
        }
    })
}
