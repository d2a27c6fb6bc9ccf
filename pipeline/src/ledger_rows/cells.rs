//! One value of a book: what a column shows of an entry.
//!
//! Rule    personal columns are masked or left out unless everything is asked for; what is odd about an entry's number, or that
//!         it came after the close of its month, stands in front of its remark

use super::{BookWriter, Disclosure, Entry, Late};
use crate::metrics::serial;
use crate::time;
use schemas::document::Cell;
use schemas::figures::RegisterNumbers;
use schemas::{LedgerField, mask_nik};

impl BookWriter<'_> {
    pub(super) fn cell(&self, field: LedgerField, number: u64, entry: &Entry, disclosure: Disclosure) -> Cell {
        let text = |t: Option<&str>| t.filter(|t| !t.is_empty()).map_or(Cell::Empty, |t| Cell::Text(t.to_owned()));
        let label = |labels: &schemas::Labels, id: &str| labels.get(id).cloned().unwrap_or_else(|| id.to_owned());
        if let Some(late) = entry.late.filter(|_| field == LedgerField::Keterangan) {
            return remarked(self.personal_cell(field, entry, disclosure), Some(&late.to_string()));
        }
        if field.personal() {
            return self.personal_cell(field, entry, disclosure);
        }
        let reached = self.milestones.get(&entry.berkas_id).copied().unwrap_or_default();
        let area = self.facts.wilayah.get(&entry.pekon);
        match field {
            LedgerField::Urut => Cell::Number(number),
            LedgerField::NomorRegister => text(entry.nomor_register.as_deref()),
            LedgerField::Selesai => Cell::Date(entry.selesai_s),
            LedgerField::Diterima => Cell::DateTime(entry.diterima_s),
            LedgerField::NamaPekon => text(Some(area.map_or(&entry.pekon, |a| &a.name))),
            LedgerField::Kecamatan => text(area.map(|a| a.kecamatan.as_str())),
            LedgerField::Jenis => text(Some(&label(&self.facts.jenis, &entry.jenis))),
            LedgerField::Hasil => text(Some(&entry.hasil.replace('_', " "))),
            LedgerField::PetugasId => text(entry.petugas_id.as_deref()),
            LedgerField::KolektifId => text(Some(&entry.kolektif_id)),
            LedgerField::BerkasId => text(Some(&entry.berkas_id)),
            LedgerField::TanggalLengkap => reached.complete.map_or(Cell::Empty, Cell::DateTime),
            LedgerField::TanggalCetak => reached.printed.map_or(Cell::Empty, Cell::Date),
            LedgerField::TanggalSiap => reached.gathered.map_or(Cell::Empty, Cell::Date),
            LedgerField::TanggalSerah => reached.handed_over.map_or(Cell::Empty, Cell::Date),
            LedgerField::KodeKlasifikasi => {
                text(self.facts.zone.date(entry.selesai_s).and_then(|d| self.facts.classification(d)))
            }
            _ => Cell::Empty,
        }
    }

    fn personal_cell(&self, field: LedgerField, entry: &Entry, disclosure: Disclosure) -> Cell {
        let Some(person) = self.persons.get(&entry.seq) else { return Cell::Empty };
        let full = disclosure == Disclosure::Full;
        let text = |t: Option<String>| t.filter(|t| !t.is_empty()).map_or(Cell::Empty, Cell::Text);
        let birth = person.tanggal_lahir_days.and_then(time::date_of);
        match field {
            LedgerField::Nik if full => text(person.nik.clone()),
            LedgerField::Nik => text(person.nik.as_deref().map(mask_nik)),
            LedgerField::Nama if full => text(person.nama.clone()),
            LedgerField::Nama => text(person.nama.as_deref().map(mask_name)),
            LedgerField::Pembawa if full => text(Some(person.pembawa.clone())),
            LedgerField::Pembawa => text(Some(mask_name(&person.pembawa))),
            LedgerField::JenisKelamin if full => text(person.jenis_kelamin.clone()),
            LedgerField::Keterangan if full => text(person.keterangan.clone()),
            LedgerField::TempatTanggalLahir if full => {
                let parts = [person.tempat_lahir.clone(), birth.map(|d| d.format("%d-%m-%Y").to_string())];
                text(Some(parts.into_iter().flatten().collect::<Vec<_>>().join(", ")))
            }
            LedgerField::Usia if full => {
                let age = birth.zip(self.facts.zone.date(entry.selesai_s)).and_then(|(b, on)| on.years_since(b));
                age.map_or(Cell::Empty, |years| Cell::Number(years.into()))
            }
            // A birth date, sex or age beside the kecamatan would rebuild most of the masked NIK.
            _ => Cell::Empty,
        }
    }
}

impl std::fmt::Display for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = if self.is_correction { "Koreksi" } else { "Susulan" };
        write!(f, "{what} {}", self.month.indonesian())
    }
}

/// What the number of each entry gives to remark: that it is used twice, or that numbers before it are missing. Entries that
/// came late have numbers of another month.
pub(super) fn number_marks(entries: &[Entry], numbers: &RegisterNumbers) -> Vec<Option<String>> {
    let mut before = None;
    let mark = |entry: &Entry| {
        let serial = entry.nomor_register.as_deref().and_then(serial).filter(|_| entry.late.is_none())?;
        let last = before.replace(serial).unwrap_or(serial);
        let missing = match serial.saturating_sub(last) {
            0 | 1 => None,
            2 => Some(format!("Nomor {} terlewat", last + 1)),
            _ => Some(format!("Nomor {}–{} terlewat", last + 1, serial - 1)),
        };
        let twice = numbers.numbers_used_twice.contains(&serial).then(|| "Nomor ganda".to_owned());
        let marks: Vec<String> = missing.into_iter().chain(twice).collect();
        (!marks.is_empty()).then(|| marks.join("; "))
    };
    entries.iter().map(mark).collect()
}

/// A remark with a mark in front of it.
pub(super) fn remarked(remark: Cell, mark: Option<&str>) -> Cell {
    match (remark, mark) {
        (remark, None) => remark,
        (Cell::Text(remark), Some(mark)) => Cell::Text(format!("{mark}; {remark}")),
        (_, Some(mark)) => Cell::Text(mark.to_owned()),
    }
}

/// The first letter of every word: `SITI AMINAH` becomes `S*** A*****`.
fn mask_name(name: &str) -> String {
    name.split_whitespace()
        .map(|word| word.chars().enumerate().map(|(i, c)| if i == 0 { c } else { '*' }).collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_name_keeps_initials_and_lengths() {
        assert_eq!(mask_name("SITI AMINAH"), "S*** A*****");
        assert_eq!(mask_name("#PUTRA"), "#*****");
        assert_eq!(mask_name(""), "");
    }
}
