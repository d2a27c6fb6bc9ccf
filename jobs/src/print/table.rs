//! Tables for a person: as wide as the terminal and no wider; off a terminal, and with `--wide`, no line is broken.

use super::{Tone, is_wide, paint, visible};
use console::measure_text_width;

/// What stands between two columns.
const GAP: &str = "  ";
/// A word that is longer than this may be broken.
const LONGEST_WORD: usize = 24;
/// A table without rows.
const NONE: &str = "none";
/// The width of a terminal that does not tell it.
const USUAL: usize = 80;

/// How a cell strikes the eye, by what it says.
type ToneOf = fn(&str) -> Tone;

/// A table for reading.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    head: &'a [&'a str],
    rows: Vec<Vec<String>>,
    toned: Option<(usize, ToneOf)>,
}

impl<'a> Table<'a> {
    /// A table with these columns.
    pub(crate) fn new(head: &'a [&'a str], rows: &[Vec<String>]) -> Self {
        let rows = rows.iter().map(|row| row.iter().map(|cell| visible(cell)).collect()).collect();
        Self { head, rows, toned: None }
    }

    /// Colours the cells of a column by what they say.
    pub(crate) fn toned(self, column: usize, tone: ToneOf) -> Self {
        Self { toned: Some((column, tone)), ..self }
    }

    /// The table, its last line ended. Numbers are set flush right, long texts are broken between words.
    pub(crate) fn text(&self) -> String {
        self.fitted(width())
    }

    fn fitted(&self, width: Option<usize>) -> String {
        if self.rows.is_empty() {
            return format!("{NONE}\n");
        }
        let natural = self.widths(measure_text_width);
        match width {
            Some(width) if line_width(&natural) > width => match self.narrowed(natural, width) {
                Some(widths) => self.grid(&widths),
                None => self.blocks(width),
            },
            _ => self.grid(&natural),
        }
    }

    /// For each column the greatest measure of its cells, the head among them.
    fn widths(&self, measure: impl Fn(&str) -> usize) -> Vec<usize> {
        let of = |column: usize| self.rows.iter().filter_map(move |row| row.get(column)).map(|cell| measure(cell));
        self.head.iter().enumerate().map(|(i, name)| of(i).max().unwrap_or_default().max(measure(name))).collect()
    }

    /// Takes from the widest columns until the line fits; none where words would be broken too often.
    fn narrowed(&self, mut widths: Vec<usize>, width: usize) -> Option<Vec<usize>> {
        let word = |cell: &str| cell.split(' ').map(measure_text_width).max().unwrap_or_default().min(LONGEST_WORD);
        let least = self.widths(word);
        while line_width(&widths) > width {
            let spare = (0..widths.len()).filter(|i| widths[*i] > least[*i]).max_by_key(|i| widths[*i])?;
            widths[spare] -= 1;
        }
        Some(widths)
    }

    fn is_numeric(&self, column: usize) -> bool {
        let is_number = |text: &String| text.chars().all(|c| c.is_ascii_digit() || "-.,:%≤≥ \u{a0}".contains(c));
        self.rows.iter().all(|row| row.get(column).is_some_and(is_number))
    }

    fn grid(&self, widths: &[usize]) -> String {
        let right: Vec<bool> = (0..widths.len()).map(|column| self.is_numeric(column)).collect();
        let mut text = String::new();
        let head: Vec<String> = self.head.iter().map(|name| (*name).to_owned()).collect();
        lines(&head, widths, &right, |_, cell| paint(Tone::Strong, cell), &mut text);
        text.push_str(&"─".repeat(line_width(widths)));
        text.push('\n');
        for row in &self.rows {
            let tone = self.toned.and_then(|(column, tone)| Some((column, tone(row.get(column)?))));
            let paint = |column: usize, line: &str| match tone {
                Some((toned, tone)) if toned == column => paint(tone, line),
                _ => line.to_owned(),
            };
            lines(row, widths, &right, paint, &mut text);
        }
        text
    }

    /// Each row under its number, each of its cells beside its name.
    fn blocks(&self, width: usize) -> String {
        let names = self.head.iter().map(|name| measure_text_width(name)).max().unwrap_or_default();
        let rest = width.saturating_sub(names + GAP.len()).max(1);
        let mut text = String::new();
        for (row, n) in self.rows.iter().zip(1_u64..) {
            let title = format!("─ {n} ");
            text.push_str(&format!("{title}{}\n", "─".repeat(width.saturating_sub(measure_text_width(&title)))));
            for (name, cell) in self.head.iter().zip(row) {
                for (i, line) in wrapped(cell, rest).iter().enumerate() {
                    let name = if i == 0 { name } else { "" };
                    text.push_str(format!("{name:names$}{GAP}{line}").trim_end());
                    text.push('\n');
                }
            }
        }
        text
    }
}

/// The width to which a text for reading is broken; none where no line is broken.
pub(super) fn width() -> Option<usize> {
    let of_terminal = || console::Term::stdout().size_checked().map_or(USUAL, |(_, width)| usize::from(width));
    (!is_wide()).then(of_terminal).map(|width| if width == 0 { USUAL } else { width })
}

fn line_width(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1)
}

/// The lines of one row.
fn lines(row: &[String], widths: &[usize], right: &[bool], paint: impl Fn(usize, &str) -> String, text: &mut String) {
    let cells: Vec<Vec<String>> = row.iter().zip(widths).map(|(cell, width)| wrapped(cell, *width)).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or_default();
    for n in 0..height {
        let mut line = String::new();
        for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let part = cell.get(n).map_or("", String::as_str);
            let space = " ".repeat(width.saturating_sub(measure_text_width(part)));
            let part = if part.is_empty() { String::new() } else { paint(column, part) };
            let gap = if column == 0 { "" } else { GAP };
            let is_right = right.get(column).is_some_and(|right| *right);
            line.push_str(&if is_right { format!("{gap}{space}{part}") } else { format!("{gap}{part}{space}") });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

/// A text in lines of at most that width, broken between words, and a word only where it is longer than a line. All lines are
/// indented as the first one is.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let words = paragraph.trim_start_matches(' ');
        let indent = &paragraph[..(paragraph.len() - words.len()).min(width / 2)];
        let width = width.saturating_sub(indent.len()).max(1);
        let mut line = String::new();
        for word in words.split(' ') {
            let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if measure_text_width(&joined) <= width {
                line = joined;
                continue;
            }
            if !line.is_empty() {
                lines.push(format!("{indent}{line}"));
            }
            let mut left = word;
            while measure_text_width(left) > width {
                let end = left.char_indices().nth(width).map_or(left.len(), |(at, _)| at);
                lines.push(format!("{indent}{}", &left[..end]));
                left = &left[end..];
            }
            left.clone_into(&mut line);
        }
        lines.push(format!("{indent}{line}"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|cells| cells.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn a_table_fits_the_terminal() {
        let rows = rows(&[&["B001", "12", "Langkah SOP dilewati tanpa catatan apa pun"], &["B002", "3", ""]]);
        let table = Table::new(&["berkas", "n", "temuan"], &rows);
        let wide = table.fitted(None);
        assert_eq!(
            wide.lines().collect::<Vec<_>>(),
            [
                "berkas   n  temuan",
                "────────────────────────────────────────────────────────",
                "B001    12  Langkah SOP dilewati tanpa catatan apa pun",
                "B002     3",
            ]
            .map(|line| if line.starts_with('─') { "─".repeat(54) } else { line.to_owned() })
        );
        assert_eq!(table.fitted(Some(80)), wide);
        let narrow = table.fitted(Some(40));
        assert!(narrow.lines().all(|line| line.chars().count() <= 40), "{narrow}");
        assert!(
            narrow.contains("\nB001    12  Langkah SOP dilewati tanpa\n            catatan apa pun\nB002"),
            "{narrow}"
        );
        assert_eq!(Table::new(&["berkas", "temuan"], &[]).fitted(Some(10)), "none\n");
        let blocks = table.fitted(Some(18));
        assert_eq!(
            blocks.lines().collect::<Vec<_>>(),
            [
                "─ 1 ──────────────",
                "berkas  B001",
                "n       12",
                "temuan  Langkah",
                "        SOP",
                "        dilewati",
                "        tanpa",
                "        catatan",
                "        apa pun",
                "─ 2 ──────────────",
                "berkas  B002",
                "n       3",
                "temuan",
            ]
        );
    }

    #[test]
    fn a_word_is_broken_only_where_it_is_longer_than_a_line() {
        assert_eq!(wrapped("arsip 477036b37fad", 8), ["arsip", "477036b3", "7fad"]);
        assert_eq!(wrapped("satu\ndua", 8), ["satu", "dua"]);
        assert_eq!(wrapped("  satu dua", 8), ["  satu", "  dua"]);
        assert_eq!(wrapped("", 8), [""]);
    }

    #[test]
    fn what_would_move_the_cursor_is_spelt_out() {
        assert!(Table::new(&["a"], &rows(&[&["\u{1b}[2Jx"]])).fitted(None).contains("\\u{1b}[2Jx"));
    }
}
