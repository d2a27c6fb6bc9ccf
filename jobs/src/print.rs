//! Prints for a person: data to standard output, words to standard error.

use crate::options::{Color, Common, Format};
use crate::outcome::Outcome;
use anyhow::Result;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use schemas::document::{Coverage, Provenance};
use schemas::{Finding, Month, Speech};
use std::io::{IsTerminal, Write};
use std::path::Path;

/// Structured log lines go to standard error.
pub(crate) fn start_log(common: Common) {
    let level = if common.quiet { tracing::Level::ERROR } else { tracing::Level::INFO };
    let ansi = match common.color {
        Color::Auto => std::io::stderr().is_terminal(),
        Color::Always => true,
        Color::Never => false,
    };
    let subscriber = tracing_subscriber::fmt().with_max_level(level).with_target(false).with_ansi(ansi);
    // A line that cannot be written would otherwise end the program.
    subscriber.with_writer(std::io::stderr).log_internal_errors(false).init();
}

/// Writes data to standard output. A reader that went away is no error.
pub(crate) fn data(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}

/// Writes words to standard error, unless told to be quiet.
pub(crate) fn words(common: Common, text: &str) {
    if !common.quiet {
        line(text);
    }
}

/// Writes a line to standard error. Where nobody can read it there is nobody left to be told so.
pub(crate) fn line(text: &str) {
    drop(writeln!(std::io::stderr(), "{}", visible(text)));
}

/// A command to go on with, as it is typed in this folder.
pub(crate) fn command(words: &str, config: Option<&Path>) -> String {
    let program = std::env::args_os().next().unwrap_or_else(|| "tertib".into());
    let config = config.map(|config| format!(" --config {}", quoted(&config.to_string_lossy())));
    format!("{} {words}{}", quoted(&program.to_string_lossy()), config.unwrap_or_default())
}

/// A word of a shell.
fn quoted(word: &str) -> String {
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

/// Columns that are narrower than this break words so often that nobody reads them.
const NARROWEST: usize = 12;

/// A table for reading, as wide as its cells. On a terminal that is narrower, cells are broken into lines, and where there are too
/// many columns for that each row is a block of lines.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    fitted(head, rows, console::Term::stdout().size_checked().map(|(_, width)| width))
}

fn fitted(head: &[&str], rows: &[Vec<String>], width: Option<u16>) -> String {
    let shown: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| visible(cell)).collect()).collect();
    let mut table = framed(head, &shown);
    let is_narrower = |width: u16| table.lines().any(|line| console::measure_text_width(&line) > usize::from(width));
    if let Some(width) = width.filter(|width| is_narrower(*width)) {
        // Without a row the head is all that there is to see.
        if !rows.is_empty() && head.len() * NARROWEST > usize::from(width) {
            return blocks(head, &shown, usize::from(width));
        }
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    format!("{table}\n")
}

/// Numbers are set flush right.
fn framed(head: &[&str], rows: &[Vec<String>]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled).set_header(head);
    table.add_rows(rows);
    for (i, column) in table.column_iter_mut().enumerate() {
        let numeric = |text: &String| text.chars().all(|c| c.is_ascii_digit() || "-.,%".contains(c));
        if !rows.is_empty() && rows.iter().all(|r| r.get(i).is_some_and(numeric)) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Each row under its number, each of its cells in a line beside its name.
fn blocks(head: &[&str], rows: &[Vec<String>], width: usize) -> String {
    let names = head.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (row, n) in rows.iter().zip(1_u64..) {
        let title = format!("─ {n} ");
        let rest = width.saturating_sub(title.chars().count());
        text.push_str(&format!("{title}{}\n", "─".repeat(rest)));
        for (name, cell) in head.iter().zip(row) {
            text.push_str(format!("{name:names$}  {cell}").trim_end());
            text.push('\n');
        }
    }
    text
}

/// Comma-separated values, UTF-8, quoted where needed, one header line, no cell that a spreadsheet takes for a formula.
pub(crate) fn csv(head: &[&str], rows: &[Vec<String>]) -> Result<String> {
    Ok(String::from_utf8(reports::csv_rows(head, rows)?)?)
}

/// One line per finding: code, how many, what it is, where, what to do.
pub(crate) fn findings(speech: Speech<'_>, findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|f| {
            let text = speech.finding(f.code);
            format!("{} ({}×) {} [{}]\n     {}\n", f.code, f.count, text.sentence, place(f), text.remedy)
        })
        .collect()
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
    words(common, &speech.say("finding.after_mending", &[("month", &month)]));
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

/// A bar on a terminal, hidden elsewhere.
pub(crate) fn bar(common: Common, what: &str) -> ProgressBar {
    let target = if common.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(0), target);
    let style = ProgressStyle::with_template("{msg:36} {bar:32} {human_pos}/{human_len}, {per_sec:0}, {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar
}

/// Off a terminal a log line stands for the bar, this often.
const LOG_EVERY_ROWS: u64 = 100_000;

/// Shows how far a pull has come: on the bar, or as a log line where there is no terminal.
pub(crate) fn advance(bar: &ProgressBar, done: u64, total: u64) {
    let logged = bar.position() / LOG_EVERY_ROWS;
    bar.set_length(total);
    bar.set_position(done);
    if bar.is_hidden() && done / LOG_EVERY_ROWS > logged {
        let rows_per_second = bar.per_sec().round();
        tracing::info!(rows = done, total, rows_per_second, eta_seconds = bar.eta().as_secs(), "read");
    }
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

#[cfg(test)]
mod tests {
    use super::fitted;

    #[test]
    fn a_table_fits_the_terminal() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let rows = [row(&["B001", "Langkah SOP dilewati tanpa catatan apa pun"]), row(&["B002", ""])];
        let wide = fitted(&["berkas", "temuan"], &rows, None);
        assert!(wide.contains("dilewati tanpa catatan apa pun"), "{wide}");
        assert_eq!(fitted(&["berkas", "temuan"], &rows, Some(80)), wide);
        let narrow = fitted(&["berkas", "temuan"], &rows, Some(40));
        assert!(narrow.lines().all(|line| line.chars().count() <= 40) && narrow.contains("B002"), "{narrow}");
        assert!(fitted(&["berkas", "temuan"], &[], Some(10)).contains("ber"), "the head is lost");
        let blocks = fitted(&["berkas", "temuan"], &rows, Some(20));
        let lines: Vec<&str> = blocks.lines().collect();
        assert_eq!(
            lines,
            [
                "─ 1 ────────────────",
                "berkas  B001",
                "temuan  Langkah SOP dilewati tanpa catatan apa pun",
                "─ 2 ────────────────",
                "berkas  B002",
                "temuan",
            ]
        );
    }
}
