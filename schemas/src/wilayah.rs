//! Areas of the kabupaten by Kemendagri code, and the provinces.

use crate::fact_files::{FactFiles, FactsError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A pekon or kelurahan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Area {
    /// What it is: Pekon, or Kelurahan.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The name of its kecamatan.
    pub kecamatan: String,
}

/// The pekon and kelurahan of the kabupaten, by 10-digit code.
///
/// Invariant: keyed by code, since 25 names occur in more than one kecamatan.
#[derive(Clone, Debug)]
pub struct Wilayah {
    // By the code as a number: every event asks.
    areas: BTreeMap<u64, (String, Area)>,
    kabupaten: String,
    kecamatan: BTreeSet<String>,
    provinces: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Province {
    kode: String,
}

#[derive(Deserialize)]
struct Row {
    kode_10: String,
    tingkat: Tingkat,
    #[serde(default)]
    jenis: String,
    nama: String,
    nama_kecamatan: String,
}

/// The level of an area.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Tingkat {
    Provinsi,
    Kabupaten,
    Kecamatan,
    Desa,
}

impl Tingkat {
    /// How many digits its codes have.
    fn digits(self) -> usize {
        match self {
            Self::Provinsi => 2,
            Self::Kabupaten => 4,
            Self::Kecamatan => 6,
            Self::Desa => 10,
        }
    }
}

const AREAS: &str = "wilayah/tanggamus.csv";
const PROVINCES: &str = "wilayah/provinsi.csv";

impl Wilayah {
    pub(crate) fn load(files: &FactFiles) -> Result<Self, FactsError> {
        let mut wilayah = Self {
            areas: BTreeMap::new(),
            kabupaten: String::new(),
            kecamatan: BTreeSet::new(),
            provinces: BTreeSet::new(),
        };
        for (line, row) in rows::<Row>(files, AREAS)? {
            let code = code(AREAS, line, &row.kode_10, row.tingkat)?;
            let stands_already = match row.tingkat {
                Tingkat::Provinsi => false,
                Tingkat::Kabupaten => !std::mem::replace(&mut wilayah.kabupaten, row.kode_10.clone()).is_empty(),
                Tingkat::Kecamatan => !wilayah.kecamatan.insert(row.kode_10.clone()),
                Tingkat::Desa => {
                    let kind = kind(&row.jenis, &row.kode_10);
                    let area = Area { kind, name: row.nama, kecamatan: row.nama_kecamatan };
                    wilayah.areas.insert(code, (row.kode_10.clone(), area)).is_some()
                }
            };
            if stands_already {
                return Err(fault(AREAS, line, format!("`{}` is there already, or a second kabupaten", row.kode_10)));
            }
        }
        if wilayah.kabupaten.is_empty() {
            return Err(FactsError::File { file: AREAS.to_owned(), reason: "it has no kabupaten".to_owned() });
        }
        for (line, Province { kode }) in rows(files, PROVINCES)? {
            code(PROVINCES, line, &kode, Tingkat::Provinsi)?;
            wilayah.provinces.insert(kode);
        }
        Ok(wilayah)
    }

    /// The code of the kabupaten: four digits.
    #[must_use]
    pub fn kabupaten(&self) -> &str {
        &self.kabupaten
    }

    /// Whether the kabupaten has a kecamatan of that code of six digits today.
    #[must_use]
    pub fn has_kecamatan(&self, code: &str) -> bool {
        self.kecamatan.contains(code)
    }

    /// Whether there is a province of that code of two digits today.
    #[must_use]
    pub fn has_province(&self, code: &str) -> bool {
        self.provinces.contains(code)
    }

    /// The area with that 10-digit code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Area> {
        self.areas.get(&number(code, Tingkat::Desa)?).map(|(_, area)| area)
    }

    /// All areas in order of code.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Area)> {
        self.areas.values().map(|(code, area)| (code.as_str(), area))
    }
}

impl Area {
    /// Returns the name with what it is: `Kelurahan Baros`.
    #[must_use]
    pub fn titled(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }
}

/// Returns what an area is called by, as the table says; where it does not, by the code, whose last four digits begin with 1 for a
/// kelurahan.
fn kind(jenis: &str, code: &str) -> String {
    let mut letters = jenis.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None if code.as_bytes().get(6) == Some(&b'1') => "Kelurahan".to_owned(),
        None => "Pekon".to_owned(),
    }
}

/// The rows of a table with their lines.
fn rows<T: DeserializeOwned>(files: &FactFiles, path: &str) -> Result<Vec<(u64, T)>, FactsError> {
    let mut reader = csv::Reader::from_reader(files.text(path)?.as_bytes());
    let broken = |e: csv::Error| {
        let line = e.position().map_or(1, csv::Position::line);
        fault(path, line, e.to_string())
    };
    let head = reader.headers().map_err(broken)?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(1, csv::Position::line);
        rows.push((line, record.deserialize(Some(&head)).map_err(|e| fault(path, line, e.to_string()))?));
    }
    Ok(rows)
}

fn code(path: &str, line: u64, code: &str, tingkat: Tingkat) -> Result<u64, FactsError> {
    number(code, tingkat)
        .ok_or_else(|| fault(path, line, format!("`{code}` is no code of {} digits", tingkat.digits())))
}

fn fault(path: &str, line: u64, reason: String) -> FactsError {
    FactsError::File { file: format!("{path}, line {line}"), reason }
}

/// A code of a level as a number.
fn number(code: &str, tingkat: Tingkat) -> Option<u64> {
    let is_code = code.len() == tingkat.digits() && code.bytes().all(|b| b.is_ascii_digit());
    code.parse().ok().filter(|_| is_code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Facts;

    /// The kabupaten has three kelurahan; the code says the same of every area as the table.
    #[test]
    fn an_area_is_called_what_it_is() {
        let wilayah = Facts::embedded().unwrap().wilayah;
        let towns: Vec<String> =
            wilayah.iter().filter(|(_, area)| area.kind != "Pekon").map(|(_, area)| area.titled()).collect();
        assert_eq!(towns, ["Kelurahan Baros", "Kelurahan Pasar Madang", "Kelurahan Kuripan"]);
        assert!(wilayah.iter().all(|(code, area)| kind("", code) == area.kind));
    }
}
