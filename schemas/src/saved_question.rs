//! Questions that auditors ask again and again, each a file.
//!
//! Reads   data/questions/*.sql: comment lines with title, sentence and parameters, then one SELECT
//! Gives   the questions in the order in which they are listed
//! Rule    a parameter is written `:name` in the SELECT and has a kind; its value is checked and is never part of the text

use crate::fact_files::FactsError;
use crate::{Month, numbers_a_person};
use chrono::NaiveDate;

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../data/questions/", $name, ".sql")))),*]
    };
}

/// The questions, as `tertib query --list` shows them.
const QUESTIONS: [(&str, &str); 20] = built_in![
    "riwayat_berkas",
    "siapa_menyetujui_dan_mencetak",
    "lewat_14_hari_kerja",
    "tercetak_belum_diserahkan",
    "perubahan_setelah_tutup_buku",
    "nomor_register_terlewat",
    "pekerjaan_petugas",
    "koreksi_dan_nilai_semula",
    "karantina",
    "dikembalikan_berulang",
    "berkas_terlama_terbuka",
    "volume_per_bulan",
    "hasil_per_langkah",
    "beban_petugas",
    "di_luar_hari_kerja",
    "petugas_merangkap",
    "nik_berulang",
    "entri_susulan",
    "target_tidak_terpenuhi",
    "riwayat_arsip",
];

/// The longest value of a text.
const LONGEST: usize = 100;

/// A question with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedQuestion {
    /// Its name.
    pub name: &'static str,
    /// The title, in Indonesian.
    pub title: String,
    /// What it answers, in Indonesian.
    pub sentence: String,
    /// The parameters of the SELECT.
    pub parameters: Vec<Parameter>,
    /// The SELECT.
    pub sql: String,
}

/// A parameter of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name, which stands after a colon in the SELECT.
    pub name: String,
    /// What its values are.
    pub kind: ParameterKind,
}

/// What the values of a parameter are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A month: 2026-10.
    Month,
    /// A day: 2026-10-31.
    Day,
    /// An integer.
    Number,
    /// A text, such as an id.
    Text,
}

impl ParameterKind {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "bulan" => Self::Month,
            "tanggal" => Self::Day,
            "angka" => Self::Number,
            "teks" => Self::Text,
            _ => return None,
        })
    }

    /// The word of question files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Month => "bulan",
            Self::Day => "tanggal",
            Self::Number => "angka",
            Self::Text => "teks",
        }
    }

    /// Checks a value.
    ///
    /// # Errors
    /// What a value must look like.
    pub fn check(self, value: &str) -> Result<(), &'static str> {
        if numbers_a_person(value) {
            return Err("it may be the number of a person, which no question may hold");
        }
        match self {
            Self::Month if value.parse::<Month>().is_err() => Err("write a month as 2026-10"),
            Self::Day if NaiveDate::parse_from_str(value, "%Y-%m-%d").is_err() => Err("write a day as 2026-10-31"),
            Self::Number if value.len() > 18 || !value.bytes().all(|b| b.is_ascii_digit()) || value.is_empty() => {
                Err("write up to 18 digits")
            }
            Self::Text if value.chars().count() > LONGEST || value.chars().any(char::is_control) => {
                Err("write at most 100 characters")
            }
            _ => Ok(()),
        }
    }
}

impl SavedQuestion {
    /// Loads all questions.
    ///
    /// # Errors
    /// [`FactsError`] names the file and what is wrong with it.
    pub fn all() -> Result<Vec<Self>, FactsError> {
        QUESTIONS.into_iter().map(|(name, text)| Self::read(name, text)).collect()
    }

    fn read(name: &'static str, text: &str) -> Result<Self, FactsError> {
        let fault =
            |reason: &str| FactsError::File { file: format!("questions/{name}.sql"), reason: reason.to_owned() };
        let one = |key: &str| {
            head(text, key).next().map(str::to_owned).ok_or_else(|| fault(&format!("it has no `-- {key}: `")))
        };
        let parameter = |line: &str| {
            let (name, kind) = line.split_once(' ')?;
            Some(Parameter { name: name.to_owned(), kind: ParameterKind::named(kind)? })
        };
        let parameters =
            head(text, "parameter").map(|line| parameter(line).ok_or_else(|| fault("a parameter has no kind")));
        let sql: Vec<&str> = text.lines().filter(|line| !line.starts_with("--")).collect();
        Ok(Self {
            name,
            title: one("judul")?,
            sentence: one("kalimat")?,
            parameters: parameters.collect::<Result<_, _>>()?,
            sql: sql.join("\n").trim().trim_end_matches(';').to_owned(),
        })
    }
}

/// Returns what comment lines say under a key.
fn head<'t>(text: &'t str, key: &str) -> impl Iterator<Item = &'t str> {
    text.lines().filter_map(move |line| line.strip_prefix("-- ")?.strip_prefix(key)?.strip_prefix(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_is_whole_and_uses_its_parameters() {
        let all = SavedQuestion::all().unwrap();
        for question in &all {
            assert!(question.sentence.ends_with('.') && !question.title.ends_with('.'), "{}", question.name);
            for parameter in &question.parameters {
                assert!(question.sql.contains(&format!(":{}", parameter.name)), "{}", question.name);
            }
            let colons = question.sql.matches(':').count();
            assert!(colons >= question.parameters.len(), "{}", question.name);
        }
    }

    #[test]
    fn values_are_checked() {
        for (kind, good, bad) in [
            (ParameterKind::Month, "2026-10", "2026-13"),
            (ParameterKind::Day, "2026-02-28", "2026-02-30"),
            (ParameterKind::Number, "14", "14; DROP"),
            (ParameterKind::Text, "B202608-002661", "1806015708979001"),
        ] {
            assert!(kind.check(good).is_ok() && kind.check(bad).is_err(), "{kind:?}");
        }
        assert!(ParameterKind::Text.check(&"x".repeat(101)).is_err());
    }
}
