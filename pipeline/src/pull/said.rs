//! What may be told of a value that breaks the contract, and of what could stand there instead.
//!
//! Reads   a row and its fault
//! Gives   the word of a public column, or only the shape of anything that could be a person's
//! Rule    no value of a personal column, no long number and no long text is told

use super::contract::{Contract, Fault};
use crate::source::{Cell, Row};
use schemas::{Column, Facts};

/// Longer texts are no words of a list.
const LONGEST_WORD: usize = 60;
/// A number of this many digits could be a NIK or a telephone.
const MANY_DIGITS: usize = 8;
/// How much of a shape is told.
const LONGEST_SHAPE: usize = 30;

/// The codes of faults in what a value says, rather than in whether there is one.
const OF_WORDS: [&str; 7] = ["V002", "V003", "V004", "V005", "V007", "V012", "V014"];

impl Contract<'_> {
    /// The column of a fault, with what the contract wants there.
    pub(crate) fn place(&self, row: Row<'_>, fault: Fault) -> String {
        let column = fault.column.name();
        if let Some(longest) = self.longest(fault.column).filter(|_| fault.code == "V011") {
            return format!("{column}, paling banyak {longest} huruf");
        }
        if fault.code == "V013" {
            let steps = self.facts.steps_of(fault.column).unwrap_or_default();
            let steps: Vec<String> = steps.iter().map(u8::to_string).collect();
            let steps = if steps.is_empty() { "yang tidak ada dalam SOP".to_owned() } else { steps.join(" dan ") };
            return format!("{column}, hanya pada langkah {steps}");
        }
        if let Some((least, greatest)) = self.facts.columns.get(fault.column).between {
            return format!("{column}, bilangan bulat dari {least} sampai {greatest}");
        }
        let at = step(row).filter(|_| fault.column == Column::Hasil);
        let allowed = if OF_WORDS.contains(&fault.code) { allowed(self.facts, fault.column, at) } else { Vec::new() };
        match (at, allowed.as_slice()) {
            (_, []) => column.to_owned(),
            (Some(step), words) => format!("{column} pada langkah {step}, salah satu dari {}", words.join(", ")),
            (None, words) => format!("{column}, salah satu dari {}", words.join(", ")),
        }
    }

    /// What stands where a fault is; `None` where it says nothing, or may not be told.
    pub(crate) fn said(&self, row: Row<'_>, fault: Fault) -> Option<String> {
        let is_told = OF_WORDS.contains(&fault.code) && !self.facts.columns.is_personal(fault.column);
        is_told.then(|| told(row.cell(fault.column)))
    }
}

/// The words that a column may hold, at a step where they depend on it.
pub(super) fn allowed(facts: &Facts, column: Column, step: Option<u8>) -> Vec<String> {
    let words = facts.allowed_words(column).into_iter();
    let of_step = words.filter(|allowed| step.is_none() || allowed.step.is_none() || allowed.step == step);
    let mut words: Vec<String> = of_step.map(|allowed| allowed.word).collect();
    let mut seen = std::collections::BTreeSet::new();
    words.retain(|word| seen.insert(word.clone()));
    words
}

/// The step of a row, where it is one of a procedure.
pub(super) fn step(row: Row<'_>) -> Option<u8> {
    if let Cell::Integer(number) = row.cell(Column::Langkah) { u8::try_from(number).ok() } else { None }
}

/// A value of a public column, or its shape where it could be something of a person.
pub(super) fn told(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => "kosong".to_owned(),
        Cell::Integer(number) if number.to_string().len() < MANY_DIGITS => number.to_string(),
        Cell::Integer(number) => shape(&number.to_string()),
        Cell::Text(text) => {
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            let is_word = text.chars().nth(LONGEST_WORD).is_none() && digits < MANY_DIGITS;
            if is_word { format!("\"{text}\"") } else { shape(text) }
        }
        other => shape_of(other),
    }
}

/// The shape of a value, whatever it is: 9 for each digit and A for each letter.
pub(super) fn shape_of(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => "kosong".to_owned(),
        Cell::Text(text) => shape(text),
        Cell::Integer(number) => shape(&number.to_string()),
        Cell::Real(_) => "bilangan pecahan".to_owned(),
        Cell::Instant(_) => "waktu".to_owned(),
        Cell::Date(_) => "tanggal".to_owned(),
        Cell::Bytes(_) => "bukan UTF-8".to_owned(),
        Cell::Unreadable(kind) => format!("jenis {kind}"),
    }
}

fn shape(text: &str) -> String {
    let sign = |c: char| match c {
        c if c.is_numeric() => '9',
        c if c.is_alphabetic() => 'A',
        c if c.is_control() => '?',
        c => c,
    };
    let shape: String = text.chars().take(LONGEST_SHAPE).map(sign).collect();
    let more = if text.chars().nth(LONGEST_SHAPE).is_some() { "…" } else { "" };
    format!("bentuk {shape}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_told_and_what_could_be_a_persons_is_not() {
        assert_eq!(told(Cell::Text("GAGAL CETAK")), "\"GAGAL CETAK\"");
        assert_eq!(told(Cell::Integer(12)), "12");
        assert_eq!(told(Cell::Integer(1_806_015_708_979_001)), "bentuk 9999999999999999");
        assert_eq!(told(Cell::Text("1806015708979001")), "bentuk 9999999999999999");
        assert_eq!(told(Cell::Text("17-08-1997")), "bentuk 99-99-9999");
        assert_eq!(told(Cell::Text(&"SITI ".repeat(20))), format!("bentuk {}…", "AAAA ".repeat(6)));
        assert_eq!(shape_of(Cell::Text("SITI A.")), "bentuk AAAA A.");
    }
}
