//! Areas of the kabupaten by Kemendagri code, and the provinces.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A pekon or kelurahan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
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
    tingkat: String,
    nama: String,
    nama_kecamatan: String,
}

impl Wilayah {
    pub(crate) fn parse(areas: &str, provinces: &str) -> Result<Self, csv::Error> {
        let mut wilayah = Self {
            areas: BTreeMap::new(),
            kabupaten: String::new(),
            kecamatan: BTreeSet::new(),
            provinces: BTreeSet::new(),
        };
        for row in csv::Reader::from_reader(areas.as_bytes()).deserialize() {
            let row: Row = row?;
            match row.tingkat.as_str() {
                "provinsi" => {}
                "kabupaten" => wilayah.kabupaten = row.kode_10,
                "kecamatan" => drop(wilayah.kecamatan.insert(row.kode_10)),
                _ => {
                    let area = Area { name: row.nama, kecamatan: row.nama_kecamatan };
                    wilayah.areas.insert(number(&row.kode_10).unwrap_or(0), (row.kode_10, area));
                }
            }
        }
        for row in csv::Reader::from_reader(provinces.as_bytes()).deserialize() {
            let Province { kode } = row?;
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
        self.areas.get(&number(code)?).map(|(_, area)| area)
    }

    /// All areas in order of code.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Area)> {
        self.areas.values().map(|(code, area)| (code.as_str(), area))
    }
}

/// A code of ten digits as a number.
fn number(code: &str) -> Option<u64> {
    if code.len() == 10 { code.parse().ok() } else { None }
}
