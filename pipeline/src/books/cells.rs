//! The value that a column of a book or list shows for a row.
//!
//! Rule    personal columns are masked or left out in working copies; a fault of an entry's number, or that it came after its
//!         month was closed, is put in front of its remark
//!
//! Invariant: a column that the row cannot fill is an error; `LedgerField::is_filled_by` already checks this when facts are
//! loaded. A cell is empty only if the value is missing.

use super::lists::BookRow;
use super::{BookError, BookWriter, Disclosure, Entry, Late, counted};
use chrono::NaiveDate;
use schemas::document::Cell;
use schemas::figures::RegisterNumbers;
use schemas::{Column, LedgerColumn, LedgerField, OldCard, RowKind, check_nik, mask_nik, runs, serial};

/// What stands for personal data that were destroyed.
const DESTROYED: &str = "telah dimusnahkan";

impl BookWriter<'_> {
    /// Returns the value of a column for a row.
    pub(super) fn cell(
        &self,
        column: &LedgerColumn,
        number: u64,
        row: &BookRow<'_>,
        disclosure: Disclosure,
    ) -> Result<Cell, BookError> {
        let unfit = || BookError::Column { label: column.label.clone() };
        let entry = || row.entry().ok_or_else(unfit);
        let served = || row.served().ok_or_else(unfit);
        let stock = || row.stock().ok_or_else(unfit);
        if let BookRow::Summary(values) = row
            && let Some((_, cell)) = values.iter().find(|(field, _)| *field == column.field)
        {
            return Ok(cell.clone());
        }
        Ok(match column.field {
            LedgerField::Urut => Cell::Number(number),
            LedgerField::Tetap => text(Some(&column.text)),
            LedgerField::Pencipta => text(Some(self.creator)),
            LedgerField::Kosong => Cell::Empty,
            LedgerField::Selesai => match row {
                BookRow::Day(day, ..) | BookRow::ServiceDay(day, ..) => Cell::Date(self.facts.zone.start_s(*day)),
                _ => Cell::Date(row.event().ok_or_else(unfit)?.selesai_s),
            },
            LedgerField::KodeKlasifikasi => match row {
                BookRow::Month(month, _) => text(self.facts.classification(month.last_day())),
                _ => text(self.facts.classification(self.day(entry()?)?)),
            },
            LedgerField::Sebab => text(Some(row.why().ok_or_else(unfit)?)),
            LedgerField::Umur => match row {
                BookRow::Uncollected { entry, until_s } => Cell::Number(self.age(entry, *until_s)?),
                _ => return Err(unfit()),
            },
            LedgerField::Dokumen => text(Some(self.document(row.lacking().ok_or_else(unfit)?.1))),
            LedgerField::Dasar => {
                let (entry, document) = row.lacking().ok_or_else(unfit)?;
                Cell::Text(self.rule_for(entry, document))
            }
            LedgerField::NomorItem => Cell::Number(row.item().ok_or_else(unfit)?),
            LedgerField::JumlahBerkas => Cell::Number(row.berkas().ok_or_else(unfit)?),
            LedgerField::JumlahLembar => row.sheets().ok_or_else(unfit)?.cell(),
            LedgerField::JumlahSampaiBulanIni => {
                let BookRow::Batch(entries) = row else { return Err(unfit()) };
                Cell::Number(self.earlier(entry()?) + entries.len() as u64)
            }
            LedgerField::KurunWaktu => match row {
                BookRow::Month(month, _) => Cell::Text(month.indonesian()),
                BookRow::Batch(entries) => self.span(entries)?,
                _ => return Err(unfit()),
            },
            LedgerField::NomorArsip => match row {
                BookRow::Month(month, _) => Cell::Text(month.to_string()),
                _ => return Err(unfit()),
            },
            LedgerField::Terima => counted(stock()?.0[0]),
            LedgerField::Cetak => counted(stock()?.0[1]),
            LedgerField::Gagal => counted(stock()?.0[2]),
            LedgerField::Sisa => match row {
                BookRow::ServiceDay(_, _, left) => left.map_or(Cell::Empty, counted),
                _ => stock()?.1.map_or(Cell::Empty, counted),
            },
            LedgerField::Perekaman => Cell::Number(served()?.recorded),
            LedgerField::CetakPrr => Cell::Number(served()?.first_cards),
            LedgerField::CetakGanti => Cell::Number(served()?.other_cards),
            LedgerField::DuplikatRecord => Cell::Number(served()?.duplicates),
            // A value that all entries of a batch share is taken from the first one.
            field if field.is_filled_by(RowKind::Batch) => self.of_entry(field, entry()?, disclosure)?,
            field => self.of_entry(field, row.event().ok_or_else(unfit)?, disclosure)?,
        })
    }

    /// Returns a value of an entry. The facts classify which columns working copies hide.
    pub(super) fn of_entry(
        &self,
        field: LedgerField,
        entry: &Entry,
        disclosure: Disclosure,
    ) -> Result<Cell, BookError> {
        if entry.person.is_destroyed && self.facts.columns.hides(field) {
            return Ok(text(Some(DESTROYED)));
        }
        let value = self.recorded(field, entry)?;
        let is_hidden = disclosure == Disclosure::Masked && self.facts.columns.hides(field);
        let value = if is_hidden { masked(field, value) } else { value };
        let late = entry.late.filter(|_| field == LedgerField::Keterangan);
        Ok(remarked(value, late.map(|late| late.to_string()).as_deref()))
    }

    /// Returns a value of an entry as it was recorded.
    fn recorded(&self, field: LedgerField, entry: &Entry) -> Result<Cell, BookError> {
        let reached = self.milestones.get(&entry.berkas_id).copied().unwrap_or_default();
        let area = self.facts.wilayah.get(&entry.pekon);
        let of_person = |column: Column| text(entry.person.texts.get(&column).map(String::as_str));
        Ok(match field {
            LedgerField::NomorRegister => text(entry.nomor_register.as_deref()),
            LedgerField::Hasil => {
                let outcome = self.facts.sop.outcome(entry.step, &entry.hasil);
                text(outcome.map(|outcome| outcome.label.as_str()).or(Some(&entry.hasil)))
            }
            LedgerField::PetugasId => text(entry.petugas_id.as_deref()),
            LedgerField::BerkasId => text(Some(&entry.berkas_id)),
            LedgerField::Jenis => text(Some(self.facts.jenis_name(&entry.jenis))),
            LedgerField::TanggalLengkap => reached.complete.map_or(Cell::Empty, Cell::DateTime),
            LedgerField::TanggalCetak => reached.printed.map_or(Cell::Empty, Cell::Date),
            LedgerField::TanggalSiap => reached.gathered.map_or(Cell::Empty, Cell::Date),
            LedgerField::TanggalSerah => reached.handed_over.map_or(Cell::Empty, Cell::Date),
            LedgerField::Diterima => Cell::DateTime(entry.diterima_s),
            LedgerField::KolektifId => text(Some(&entry.kolektif_id)),
            LedgerField::NamaPekon => text(Some(area.map_or(&entry.pekon, |area| &area.name))),
            LedgerField::Kecamatan => text(area.map(|area| area.kecamatan.as_str())),
            LedgerField::NomorBukti => text(reached.recorded.and_then(|_| self.slip_number(entry)).as_deref()),
            LedgerField::KtpLamaDiterima => text(entry.ktp_lama_diterima.map(OldCard::word)),
            // An entry that is not the hand-over itself shows who received the card then.
            LedgerField::Penerima => match of_person(Column::Penerima) {
                Cell::Empty => text(self.receivers.get(&entry.berkas_id).map(String::as_str)),
                name => name,
            },
            LedgerField::NomorBeritaAcara => {
                let number = |at| self.statement_number(&entry.kolektif_id, at, reached.is_handed_over_late);
                text(reached.handed_over.and_then(number).as_deref())
            }
            LedgerField::Syarat => text(Some(&self.needed(entry).join(", "))),
            LedgerField::Checklist => text(Some(&self.checklist(entry))),
            LedgerField::Wilayah => {
                let names = area.map(|area| format!("{}, {}", area.name, area.kecamatan));
                text(Some(names.as_deref().unwrap_or(&entry.pekon)))
            }
            LedgerField::Nik => of_person(Column::Nik),
            LedgerField::Nama => of_person(Column::Nama),
            LedgerField::Pembawa => of_person(Column::Pembawa),
            LedgerField::JenisKelamin => of_person(Column::JenisKelamin),
            LedgerField::Keterangan => of_person(Column::Keterangan),
            LedgerField::TempatTanggalLahir => {
                let place = entry.person.texts.get(&Column::TempatLahir).cloned();
                let parts = [place, entry.person.born.map(|d| d.format("%d-%m-%Y").to_string())];
                text(Some(&parts.into_iter().flatten().collect::<Vec<_>>().join(", ")))
            }
            LedgerField::Usia => match entry.person.born {
                Some(birth) => self.day(entry)?.years_since(birth).map_or(Cell::Empty, |age| Cell::Number(age.into())),
                None => Cell::Empty,
            },
            other => return Err(BookError::Column { label: format!("{other:?}") }),
        })
    }

    /// Returns the mark for a NIK that no resident can have, or a name that is missing, if the book has such a column.
    pub(super) fn person_mark(&self, columns: &[LedgerColumn], entry: &Entry) -> Option<String> {
        let shows = |field: LedgerField| columns.iter().any(|column| column.field == field);
        let text = |column: Column| entry.person.texts.get(&column).map_or("", |text| text.trim());
        let nik = match text(Column::Nik) {
            _ if entry.person.is_destroyed => return None,
            _ if !shows(LedgerField::Nik) => None,
            "" => Some("NIK tidak ada"),
            nik => check_nik(nik, &self.facts.wilayah).map(|_| "NIK tidak sah"),
        };
        let name = (shows(LedgerField::Nama) && text(Column::Nama).is_empty()).then_some("nama tidak ada");
        joined(nik.map(str::to_owned), name.map(str::to_owned))
    }

    /// Returns the day of an entry.
    pub(super) fn day(&self, entry: &Entry) -> Result<NaiveDate, BookError> {
        let outside = || BookError::NoDay { berkas_id: entry.berkas_id.clone() };
        self.facts.zone.date(entry.selesai_s).ok_or_else(outside)
    }

    /// Returns the period from the first entry of a batch, which may stand in the book of an earlier month, to the last of these.
    fn span(&self, entries: &[&Entry]) -> Result<Cell, BookError> {
        let mut days = entries.iter().map(|entry| self.day(entry)).collect::<Result<Vec<_>, _>>()?;
        let first = entries.first().and_then(|entry| self.first_of_batch(entry));
        days.extend(first.and_then(|(_, first_s)| self.facts.zone.date(first_s)));
        let start = |day: &NaiveDate| self.facts.zone.start_s(*day);
        Ok(match (days.iter().min(), days.iter().max()) {
            (Some(first), Some(last)) => Cell::Period(start(first), start(last)),
            _ => Cell::Empty,
        })
    }
}

/// Returns what a copy shows of a personal column; nothing where it hides the whole of it.
pub(crate) fn shown(column: Column, value: String, disclosure: Disclosure) -> Option<String> {
    let field = match column {
        _ if disclosure == Disclosure::Full => return Some(value),
        Column::Nik => LedgerField::Nik,
        Column::Nama => LedgerField::Nama,
        Column::Pembawa => LedgerField::Pembawa,
        Column::Penerima => LedgerField::Penerima,
        _ => return None,
    };
    if let Cell::Text(masked) = masked(field, Cell::Text(value)) { Some(masked) } else { None }
}

/// Returns what a working copy shows instead of a value: a part of a name or NIK, and nothing for other fields. A birth date, sex or
/// age together with the kecamatan would reveal most of the masked NIK.
fn masked(field: LedgerField, value: Cell) -> Cell {
    match (field, value) {
        (LedgerField::Nik, Cell::Text(nik)) => text(Some(&mask_nik(&nik))),
        (LedgerField::Nama | LedgerField::Pembawa | LedgerField::Penerima, Cell::Text(name)) => {
            text(Some(&mask_name(&name)))
        }
        _ => Cell::Empty,
    }
}

/// Returns a cell with text, or an empty one if there is none.
fn text(text: Option<&str>) -> Cell {
    text.filter(|text| !text.is_empty()).map_or(Cell::Empty, |text| Cell::Text(text.to_owned()))
}

impl std::fmt::Display for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = if self.is_correction { "Koreksi" } else { "Susulan" };
        write!(f, "{what} {}", self.month.indonesian())
    }
}

/// Returns the mark for the number of each entry: that it is used twice, or that numbers before it are missing. Late entries are not
/// marked, because their numbers are of another month.
pub(super) fn number_marks(entries: &[Entry], numbers: &RegisterNumbers) -> Vec<Option<String>> {
    let mut before = None;
    let gaps = runs(&numbers.numbers_missing);
    let gaps_between = |last: u64, serial: u64| {
        let from = gaps.partition_point(|(first, _)| *first <= last);
        let gaps = gaps.get(from..).unwrap_or_default().iter().take_while(move |(first, _)| *first < serial);
        gaps.map(|(first, last)| match (numbers.written(*first), numbers.written(*last)) {
            (first, last) if first == last => format!("Nomor {first} terlewat"),
            (first, last) => format!("Nomor {first}–{last} terlewat"),
        })
    };
    let mark = |entry: &Entry| {
        let serial = entry.nomor_register.as_deref().and_then(serial).filter(|_| entry.late.is_none())?;
        let last = before.replace(serial).unwrap_or(serial);
        let twice = numbers.numbers_used_twice.contains(&serial).then(|| "Nomor ganda".to_owned());
        let marks: Vec<String> = gaps_between(last, serial).chain(twice).collect();
        (!marks.is_empty()).then(|| marks.join("; "))
    };
    entries.iter().map(mark).collect()
}

/// Returns two marks as one.
pub(super) fn joined(first: Option<String>, second: Option<String>) -> Option<String> {
    match (first, second) {
        (Some(first), Some(second)) => Some(format!("{first}; {second}")),
        (first, second) => first.or(second),
    }
}

/// Returns a remark with a mark in front of it.
pub(super) fn remarked(remark: Cell, mark: Option<&str>) -> Cell {
    match (remark, mark) {
        (remark, None) => remark,
        (Cell::Text(remark), Some(mark)) => Cell::Text(format!("{mark}; {remark}")),
        (_, Some(mark)) => Cell::Text(mark.to_owned()),
    }
}

/// Masks all but the first letter of every word: `SITI AMINAH` becomes `S*** A*****`.
fn mask_name(name: &str) -> String {
    name.split_whitespace()
        .map(|word| word.chars().enumerate().map(|(i, c)| if i == 0 { c } else { '*' }).collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::Milestones;
    use crate::books::lists::Served;
    use crate::books::person::PersonRow;
    use crate::books::sheets::Sheets;
    use crate::books::summary::{PekonCounts, line};
    use schemas::document::Provenance;
    use schemas::{Align, Facts, Month, Zone};
    use std::collections::BTreeMap;

    #[test]
    fn a_masked_name_keeps_initials_and_lengths() {
        assert_eq!(mask_name("SITI AMINAH"), "S*** A*****");
        assert_eq!(mask_name("#PUTRA"), "#*****");
        assert_eq!(mask_name(""), "");
    }

    fn entry() -> Entry {
        Entry {
            seq: 0,
            step: 9,
            berkas_id: "B202610-1".into(),
            kolektif_id: "K202610-1".into(),
            hasil: "selesai".into(),
            kekurangan: None,
            jenis: "baru".into(),
            kewarganegaraan: "WNI".into(),
            pekon: "1806011001".into(),
            petugas_id: Some("P071".into()),
            nomor_register: Some("000001/9/2026".into()),
            nomor_bukti: None,
            jumlah_lembar: Some(4),
            ktp_lama_diterima: Some(OldCard::Received),
            selesai_s: 1_791_000_000,
            diterima_s: 1_790_900_000,
            event_id: "1".into(),
            late: None,
            person: PersonRow::default(),
        }
    }

    fn writer<'a>(facts: &'a Facts, month: Month) -> BookWriter<'a> {
        let head = "0".repeat(64);
        BookWriter {
            facts,
            month,
            creator: "DINAS REKAAN",
            of_month: crate::books::entry::BookMonth::open(month),
            closing: None,
            provenance: Provenance {
                archive_version: 0,
                events: 1,
                complete_from_s: None,
                complete_until_s: None,
                zone: Zone::Wib,
                head,
                statement: None,
                program: "tertib".into(),
            },
            entries: BTreeMap::new(),
            milestones: BTreeMap::from([("B202610-1".into(), Milestones::default())]),
            slips: BTreeMap::new(),
            receivers: BTreeMap::new(),
            counts: BTreeMap::new(),
            earlier: BTreeMap::new(),
            stock: BTreeMap::new(),
            returned: BTreeMap::new(),
            uncollected: Vec::new(),
            outages: Vec::new(),
            logs_outages: true,
            numbers: BTreeMap::new(),
        }
    }

    /// Loading facts refuses exactly the columns that cannot be filled.
    #[test]
    fn a_column_is_filled_where_the_facts_say_so() {
        let (facts, entry) = (Facts::embedded().unwrap(), entry());
        let month: Month = "2026-10".parse().unwrap();
        let (writer, day) = (writer(&facts, month), month.first_day());
        let rows = [
            (RowKind::Entry, BookRow::Event { entry: &entry, item: None, why: None }),
            (RowKind::Item, BookRow::Event { entry: &entry, item: Some(1), why: None }),
            (RowKind::Case, BookRow::Event { entry: &entry, item: None, why: Some("Gagal cetak") }),
            (RowKind::Uncollected, BookRow::Uncollected { entry: &entry, until_s: 1_791_000_000 }),
            (RowKind::Pekon, writer.pekon_row(1_806_011_001, &PekonCounts::default(), true)),
            (RowKind::Outage, writer.outage_row("listrik", 1_790_900_000, 1_790_903_600).unwrap()),
            (RowKind::Register, writer.register_row(&facts.ledgers[0])),
            (RowKind::Line, line("Blangko", Cell::Number(1), "keping")),
            (RowKind::Lack, BookRow::Lack { entry: &entry, document: "kk" }),
            (RowKind::Batch, BookRow::Batch(vec![&entry])),
            (RowKind::Month, BookRow::Month(month, Sheets::of([&entry]))),
            (RowKind::Day, BookRow::Day(day, [1, 2, 3], Some(4))),
            (RowKind::ServiceDay, BookRow::ServiceDay(day, Served::default(), Some(5))),
        ];
        for (kind, row) in &rows {
            for field in LedgerField::ALL {
                let column = LedgerColumn {
                    label: format!("{field:?}"),
                    field,
                    width: 1,
                    align: Align::Left,
                    text: "teks".into(),
                    total: None,
                };
                let cell = writer.cell(&column, 1, row, Disclosure::Full);
                assert_eq!(cell.is_ok(), field.is_filled_by(*kind), "{field:?} of {kind:?}: {cell:?}");
                if let (LedgerField::Pencipta, Ok(creator)) = (field, cell) {
                    assert_eq!(creator, Cell::Text("DINAS REKAAN".into()), "{kind:?}");
                }
            }
        }
    }
}
