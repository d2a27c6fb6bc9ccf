//! Line breaks in the cells of a book.
//!
//! Reads   rows of text, the widths of their columns
//! Gives   the lines of each column, and where each row ends
//! Rule    because widths are measured here, the typesetter can set a column of a page as one text, which is a tenth of the work
//!         of a table with a cell for each value

use crate::pdf::Fonts;
use crate::printable::REPLACEMENT;
use std::collections::BTreeMap;

/// Characters after which a long word is preferably broken.
const AFTER: [char; 6] = ['-', '/', ';', ',', '.', '_'];

/// Measures text of one size in the font of the body text.
pub(crate) struct Ruler<'f> {
    fonts: &'f Fonts,
    size_pt: f64,
    known: BTreeMap<char, f64>,
}

impl<'f> Ruler<'f> {
    pub(crate) fn new(fonts: &'f Fonts, size_pt: f64) -> Self {
        Self { fonts, size_pt, known: BTreeMap::new() }
    }

    /// Returns the advance of a character in points. A character that the font does not have is printed as a replacement.
    fn advance(&mut self, c: char) -> f64 {
        let (fonts, size_pt) = (self.fonts, self.size_pt);
        let em = || fonts.advance_em(c).or_else(|| fonts.advance_em(REPLACEMENT)).unwrap_or(1.0);
        *self.known.entry(c).or_insert_with(|| em() * size_pt)
    }

    fn width(&mut self, text: &str) -> f64 {
        text.chars().map(|c| self.advance(c)).sum()
    }

    /// Breaks a text into lines of a width. There is always at least one.
    pub(crate) fn lines(&mut self, text: &str, width_pt: f64) -> Vec<String> {
        let blank = self.advance(' ');
        let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0.0);
        for word in text.split_whitespace() {
            let mut word = word;
            let mut wide = self.width(word);
            if !line.is_empty() && used + blank + wide > width_pt {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            while wide > width_pt {
                let (head, tail) = word.split_at(self.break_of(word, width_pt));
                lines.push(head.to_owned());
                word = tail;
                wide = self.width(word);
            }
            if !line.is_empty() {
                line.push(' ');
                used += blank;
            }
            line.push_str(word);
            used += wide;
        }
        if !line.is_empty() || lines.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// Returns the byte at which a word that is too wide is broken, after its first character or later.
    fn break_of(&mut self, word: &str, width_pt: f64) -> usize {
        let (mut used, mut fits, mut preferred) = (0.0, 0, None);
        for (at, c) in word.char_indices() {
            used += self.advance(c);
            if used > width_pt && fits > 0 {
                break;
            }
            fits = at + c.len_utf8();
            if AFTER.contains(&c) {
                preferred = Some(fits);
            }
        }
        preferred.unwrap_or(fits)
    }
}

/// Breaks rows into lines. Returns the lines of each column, where every row is as high as its highest cell and has at least so many
/// lines, and where rows end.
pub(crate) fn columns(
    rows: &[Vec<String>],
    widths_pt: &[f64],
    least: usize,
    ruler: &mut Ruler<'_>,
) -> (Vec<Vec<String>>, Vec<usize>) {
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); widths_pt.len()];
    let mut ends = Vec::with_capacity(rows.len());
    let mut end = 0;
    for row in rows {
        let cells: Vec<Vec<String>> =
            row.iter().zip(widths_pt).map(|(text, width)| ruler.lines(text, *width)).collect();
        end += cells.iter().map(Vec::len).max().unwrap_or(1).max(least);
        for (column, lines) in columns.iter_mut().zip(cells) {
            column.extend(lines);
            column.resize(end, String::new());
        }
        ends.push(end);
    }
    (columns, ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fonts() -> Fonts {
        Fonts::embedded().unwrap()
    }

    #[test]
    fn no_line_is_wider_than_its_column_and_nothing_is_lost() {
        let fonts = fonts();
        let mut ruler = Ruler::new(&fonts, 8.0);
        let long = "x".repeat(500);
        let texts = [
            "",
            "SITI",
            "SITI NURHAYATI BINTI ABDUL KARIM",
            "000123/4/2026",
            &long,
            "a\nb\t c",
            "kk;pas_foto;surat",
            "ᯅ",
        ];
        for text in texts {
            for width in [3.0, 20.0, 41.5, 300.0] {
                let lines = ruler.lines(text, width);
                let squeezed = |t: &str| t.split_whitespace().collect::<String>();
                assert_eq!(squeezed(&lines.concat()), squeezed(text));
                for line in &lines {
                    assert!(ruler.width(line) <= width || line.chars().count() == 1, "{line:?} in {width}");
                    assert_eq!(line.trim(), line);
                }
            }
        }
        assert_eq!(ruler.lines("", 10.0), [""]);
        assert_eq!(ruler.lines("  ", 10.0), [""]);
    }

    #[test]
    fn long_words_break_where_a_reader_expects_it() {
        let fonts = fonts();
        let mut ruler = Ruler::new(&fonts, 8.0);
        let width = ruler.width("000123/4/20");
        assert_eq!(ruler.lines("000123/4/2026", width), ["000123/4/", "2026"]);
        assert_eq!(ruler.lines("DI 000123/4/2026", width), ["DI", "000123/4/", "2026"]);
    }

    #[test]
    fn a_row_is_as_high_as_its_highest_cell() {
        let fonts = fonts();
        let mut ruler = Ruler::new(&fonts, 8.0);
        let rows = [vec!["1".to_owned(), "A B".to_owned()], vec!["2".to_owned(), "C".to_owned()]];
        let width = ruler.width("A");
        let (lines, ends) = columns(&rows, &[50.0, width], 1, &mut ruler);
        assert_eq!(lines, [["1", "", "2"], ["A", "B", "C"]]);
        assert_eq!(ends, [2, 3]);
        let (lines, ends) = columns(&rows, &[50.0, width], 2, &mut ruler);
        assert_eq!((lines[0].len(), ends), (4, vec![2, 4]));
    }
}
