//! Areas of the kabupaten by Kemendagri code.

use serde::Deserialize;
use std::collections::BTreeMap;

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
}

#[derive(Deserialize)]
struct Row {
    kode_10: String,
    tingkat: String,
    nama: String,
    nama_kecamatan: String,
}

impl Wilayah {
    pub(crate) fn parse(text: &str) -> Result<Self, csv::Error> {
        let mut areas = BTreeMap::new();
        for row in csv::Reader::from_reader(text.as_bytes()).deserialize() {
            let row: Row = row?;
            if !matches!(row.tingkat.as_str(), "provinsi" | "kabupaten" | "kecamatan") {
                let area = Area { name: row.nama, kecamatan: row.nama_kecamatan };
                areas.insert(number(&row.kode_10).unwrap_or(0), (row.kode_10, area));
            }
        }
        Ok(Self { areas })
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
