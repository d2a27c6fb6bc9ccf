//! What counter applications call the columns of the contract, and the words in them.
//!
//! Reads   `data/nama_kolom.toml`
//! Gives   how much a name is like a column, and which word of a list is meant by another
//! Rule    it is for proposals to a person; nothing is decided by it

use crate::column::Column;
use crate::fact_files::{FactsError, parse_text};
use crate::{AllowedWord, Facts};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Names that are as like as this may be misspelt ones.
const MISSPELT: f64 = 0.92;

/// The names and words that are known.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceNames {
    #[serde(rename = "source")]
    _source: String,
    awalan: BTreeSet<String>,
    singkatan: BTreeMap<String, String>,
    kolom: BTreeMap<Column, Vec<String>>,
    kata: BTreeMap<Column, BTreeMap<String, Vec<String>>>,
}

impl SourceNames {
    /// Loads what is compiled in.
    ///
    /// # Errors
    /// [`FactsError`] when it is broken.
    pub fn embedded() -> Result<Self, FactsError> {
        parse_text("nama_kolom.toml", include_str!("../data/nama_kolom.toml"))
    }

    /// How much a column of a table is like one of the contract by its name: from 0 to 1.
    #[must_use]
    pub fn likeness(&self, column: Column, table: &str, name: &str) -> f64 {
        let alone = self.words(name);
        // A table `berkas` with a column `nomor` has the number of a berkas.
        let with_table: Vec<String> =
            alone.iter().cloned().chain(self.words(table).into_iter().filter(|w| !self.awalan.contains(w))).collect();
        let best = |said: &[String]| {
            let known = self.kolom.get(&column).into_iter().flatten().zip(0_u8..);
            let score = known.map(|(known, rank)| (1.0 - 0.05 * f64::from(rank)) * alike(said, known));
            score.fold(0.0, f64::max)
        };
        best(&alone).max(0.9 * best(&with_table))
    }

    /// The words of a name, short forms written out.
    fn words(&self, name: &str) -> Vec<String> {
        let name = name.rsplit('.').next().unwrap_or(name);
        let mut parts: Vec<String> = Vec::new();
        let mut before = ' ';
        for c in name.chars() {
            let begins = !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase());
            if begins || parts.is_empty() {
                parts.push(String::new());
            }
            if let Some(part) = parts.last_mut().filter(|_| c.is_alphanumeric()) {
                part.extend(c.to_lowercase());
            }
            before = c;
        }
        let mut words = Vec::new();
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            let whole = self.singkatan.get(&part).unwrap_or(&part);
            words.extend(whole.split(' ').map(|word| self.singkatan.get(word).cloned().unwrap_or(word.to_owned())));
        }
        words
    }

    /// The word of the contract that is probably meant by another: by itself, by its name, or by another word for it.
    #[must_use]
    pub fn meant(&self, facts: &Facts, column: Column, said: &str) -> Option<String> {
        let said = plain(said);
        if said.is_empty() {
            return None;
        }
        let allowed = facts.allowed_words(column);
        let others = self.kata.get(&column);
        let names = |allowed: &AllowedWord| {
            let others = others.and_then(|words| words.get(&allowed.word)).into_iter().flatten();
            [plain(&allowed.word), plain(&allowed.label)]
                .into_iter()
                .chain(others.map(|word| plain(word)))
                .collect::<Vec<_>>()
        };
        if let Some(exact) = allowed.iter().find(|allowed| names(allowed).contains(&said)) {
            return Some(exact.word.clone());
        }
        let likeness = |allowed: &AllowedWord| {
            names(allowed).iter().map(|name| strsim::jaro_winkler(name, &said)).fold(0.0, f64::max)
        };
        let best = allowed.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
        // Short words are like each other by chance.
        (said.len() > 3 && likeness(best) >= MISSPELT).then(|| best.word.clone())
    }
}

/// How much the words of a name are those of a known one.
fn alike(said: &[String], known: &str) -> f64 {
    let known: BTreeSet<&str> = known.split(' ').collect();
    let found: BTreeSet<&str> = said.iter().map(String::as_str).collect();
    if found == known {
        return 1.0;
    }
    let common = found.intersection(&known).count();
    if common == known.len() {
        return if known.len() > 1 { 0.9 } else { 0.75 };
    }
    if common == found.len() && common > 0 {
        return 0.45;
    }
    let (said, known) = (said.concat(), known.iter().copied().collect::<String>());
    let likeness = strsim::jaro_winkler(&said, &known);
    if likeness >= MISSPELT { 0.8 * likeness } else { 0.0 }
}

/// Letters and digits in small, other signs as one blank.
fn plain(text: &str) -> String {
    let signs = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' });
    let text: String = signs.flat_map(char::to_lowercase).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_and_word_is_one_of_the_contract() {
        let (names, facts) = (SourceNames::embedded().unwrap(), Facts::embedded().unwrap());
        assert_eq!(names.kolom.len(), Column::ALL.len());
        for (column, words) in &names.kata {
            for word in words.keys() {
                assert!(facts.allows_word(*column, word), "{word} of {column:?}");
            }
        }
        for column in Column::ALL {
            assert!(names.likeness(column, "x", column.name()) >= 0.9, "{column:?} by its own name");
        }
    }

    #[test]
    fn names_of_other_schemas_are_nearest_to_what_they_mean() {
        let names = SourceNames::embedded().unwrap();
        for (table, name, column) in [
            ("tbl_proses", "waktu_simpan", Column::RecordedAt),
            ("tbl_proses", "tahap", Column::Langkah),
            ("tbl_proses", "TglSelesai", Column::Selesai),
            ("tbl_permohonan", "no_permohonan", Column::BerkasId),
            ("tbl_permohonan", "tgl_lhr", Column::TanggalLahir),
            ("tbl_permohonan", "tmpt_lhr", Column::TempatLahir),
            ("tbl_permohonan", "jk", Column::JenisKelamin),
            ("tbl_permohonan", "no_ktp", Column::Nik),
            ("tbl_batch", "tgl_terima", Column::Diterima),
            ("tbl_batch", "nama_pembawa", Column::Pembawa),
            ("tbl_batch", "kode_desa", Column::Pekon),
        ] {
            let nearest = Column::ALL
                .into_iter()
                .max_by(|a, b| names.likeness(*a, table, name).total_cmp(&names.likeness(*b, table, name)));
            assert_eq!(nearest, Some(column), "{table}.{name}");
        }
    }

    #[test]
    fn a_word_is_known_by_its_name_and_by_other_words() {
        let (names, facts) = (SourceNames::embedded().unwrap(), Facts::embedded().unwrap());
        for (column, said, word) in [
            (Column::Langkah, "PENERIMAAN BERKAS", Some("1")),
            (Column::Pelaksana, "Petugas Front Office", Some("front_office")),
            (Column::Hasil, "GAGAL-CETAK", Some("gagal_cetak")),
            (Column::JenisKelamin, "Laki-laki", Some("L")),
            (Column::Kewarganegaraan, "WNA", Some("OA")),
            (Column::Jenis, "PERUBAHAN DATA", Some("perubahan_data")),
            (Column::Jenis, "PERUBHAN DATA", Some("perubahan_data")),
            (Column::Hasil, "x", None),
            (Column::JenisKelamin, "SITI", None),
        ] {
            assert_eq!(names.meant(&facts, column, said).as_deref(), word, "{said}");
        }
    }
}
