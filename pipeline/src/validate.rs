//! Does a row keep the source contract?
//!
//! Reads   one row of cells in the order of [`Column::ALL`]
//! Gives   the event with warnings, or the first reason why the row must go to quarantine
//! Rule    contract in data/columns.toml; outcomes per step in data/sop
//! Finds   V001–V007, V009, V010 (quarantine); W001–W004 (archived and named)

use crate::key::hex;
use crate::sources::{Cell, Row};
use crate::time;
use chrono_tz::Tz;
use schemas::{Column, Event, EventId, Facts, NikFault, Person, check_nik};
use serde_json::{Map, Value, json};

/// Why a row cannot be archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) column: Column,
}

/// A finding about a row that is archived all the same: code and column.
type Oddity = (&'static str, Column);

/// What a row is checked against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contract<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) zone: Tz,
    pub(crate) integer_ids: bool,
}

impl Contract<'_> {
    /// The event of a row, with the codes of what is odd about it.
    pub(crate) fn event<'a>(&self, row: Row<'a>) -> Result<(Event<'a>, Vec<Oddity>), Fault> {
        let event_id = self.event_id(row)?;
        let langkah = self.step(row)?;
        let event = Event {
            event_id,
            recorded_at_us: self.required_instant(row, Column::RecordedAt)?,
            berkas_id: self.required_text(row, Column::BerkasId)?,
            kolektif_id: self.required_text(row, Column::KolektifId)?,
            langkah,
            pelaksana: self.role(row)?,
            petugas_id: self.text(row, Column::PetugasId)?,
            mulai_us: self.instant(row, Column::Mulai)?,
            selesai_us: self.required_instant(row, Column::Selesai)?,
            hasil: self.outcome(row, langkah)?,
            kekurangan: self.text(row, Column::Kekurangan)?,
            nomor_register: self.text(row, Column::NomorRegister)?,
            jenis: self.required_text(row, Column::Jenis)?,
            kewarganegaraan: self.required_text(row, Column::Kewarganegaraan)?,
            pekon: self.area(row)?,
            diterima_us: self.required_instant(row, Column::Diterima)?,
            person: Person {
                nik: self.text(row, Column::Nik)?,
                nama: self.text(row, Column::Nama)?,
                jenis_kelamin: self.text(row, Column::JenisKelamin)?,
                tempat_lahir: self.text(row, Column::TempatLahir)?,
                tanggal_lahir_days: self.birth_date(row)?,
                pembawa: self.required_text(row, Column::Pembawa)?,
                keterangan: self.text(row, Column::Keterangan)?,
            },
        };
        let warnings = self.warnings(&event);
        Ok((event, warnings))
    }

    fn warnings(&self, event: &Event<'_>) -> Vec<Oddity> {
        let mut found = Vec::new();
        match event.person.nik.and_then(check_nik) {
            Some(NikFault::Shape) => found.push(("W001", Column::Nik)),
            Some(NikFault::Content) => found.push(("W002", Column::Nik)),
            None => {}
        }
        if event.mulai_us.is_some_and(|mulai| mulai > event.selesai_us) {
            found.push(("W003", Column::Selesai));
        }
        if self.facts.wilayah.get(event.pekon).is_none() {
            found.push(("W004", Column::Pekon));
        }
        found
    }

    fn event_id<'a>(&self, row: Row<'a>) -> Result<EventId<'a>, Fault> {
        let column = Column::EventId;
        match (row.cell(column), self.integer_ids) {
            (Cell::Integer(n), true) => Ok(EventId::Integer(n)),
            (Cell::Text(_), false) => self.required_text(row, column).map(EventId::Text),
            (Cell::Null, _) => Err(Fault { code: "V001", column }),
            _ => Err(Fault { code: "V002", column }),
        }
    }

    fn step(&self, row: Row<'_>) -> Result<u8, Fault> {
        let column = Column::Langkah;
        let Cell::Integer(n) = row.cell(column) else {
            return Err(Fault { code: missing_or_wrong(row.cell(column)), column });
        };
        let step = u8::try_from(n).ok().filter(|n| self.facts.sop.step(*n).is_some());
        step.ok_or(Fault { code: "V003", column })
    }

    fn role<'a>(&self, row: Row<'a>) -> Result<&'a str, Fault> {
        let role = self.required_text(row, Column::Pelaksana)?;
        if self.facts.pelaksana.contains_key(role) {
            Ok(role)
        } else {
            Err(Fault { code: "V005", column: Column::Pelaksana })
        }
    }

    fn outcome<'a>(&self, row: Row<'a>, step: u8) -> Result<&'a str, Fault> {
        let hasil = self.required_text(row, Column::Hasil)?;
        if self.facts.sop.allows(step, hasil) { Ok(hasil) } else { Err(Fault { code: "V004", column: Column::Hasil }) }
    }

    fn area<'a>(&self, row: Row<'a>) -> Result<&'a str, Fault> {
        let code = self.required_text(row, Column::Pekon)?;
        if code.len() == 10 && code.bytes().all(|b| b.is_ascii_digit()) {
            Ok(code)
        } else {
            Err(Fault { code: "V007", column: Column::Pekon })
        }
    }

    fn required_text<'a>(&self, row: Row<'a>, column: Column) -> Result<&'a str, Fault> {
        match self.text(row, column)? {
            Some(text) if text.bytes().any(|b| b.is_ascii_graphic()) || !text.trim().is_empty() => Ok(text),
            _ => Err(Fault { code: "V001", column }),
        }
    }

    /// No value and empty text stay different.
    fn text<'a>(&self, row: Row<'a>, column: Column) -> Result<Option<&'a str>, Fault> {
        let lines_allowed = column == Column::Keterangan;
        match row.cell(column) {
            Cell::Null => Ok(None),
            Cell::Text(text) if text.bytes().any(|b| b < b' ' && !(lines_allowed && b"\t\n\r".contains(&b))) => {
                Err(Fault { code: "V006", column })
            }
            Cell::Text(text) => Ok(Some(text)),
            Cell::Bytes(_) => Err(Fault { code: "V010", column }),
            _ => Err(Fault { code: "V002", column }),
        }
    }

    fn required_instant(&self, row: Row<'_>, column: Column) -> Result<i64, Fault> {
        self.instant(row, column)?.ok_or(Fault { code: "V001", column })
    }

    fn instant(&self, row: Row<'_>, column: Column) -> Result<Option<i64>, Fault> {
        if row.cell(column) == Cell::Null {
            return Ok(None);
        }
        let us = time::instant(row.cell(column), self.zone).ok_or(Fault { code: "V002", column })?;
        // Only these enter the working clock; a record may be written whenever the office likes.
        let measured = column != Column::RecordedAt;
        if measured && !self.facts.clock.covers(us.div_euclid(1_000_000)) {
            return Err(Fault { code: "V009", column });
        }
        Ok(Some(us))
    }

    fn birth_date(&self, row: Row<'_>) -> Result<Option<i32>, Fault> {
        let column = Column::TanggalLahir;
        match row.cell(column) {
            Cell::Null | Cell::Text("") => Ok(None),
            other => time::date(other).map(Some).ok_or(Fault { code: "V002", column }),
        }
    }
}

fn missing_or_wrong(cell: Cell<'_>) -> &'static str {
    match cell {
        Cell::Null => "V001",
        Cell::Bytes(_) => "V010",
        _ => "V002",
    }
}

/// Whether every column that the contract calls required is one that [`Contract::event`] insists on.
#[cfg(test)]
fn required() -> Vec<Column> {
    let facts = Facts::embedded().expect("facts");
    Column::ALL.into_iter().filter(|c| facts.columns[c].presence != schemas::Presence::Optional).collect()
}

/// The `event_id` as the source writes it, for messages and for asking again.
pub(crate) fn id_text(row: Row<'_>) -> Option<String> {
    match row.cell(Column::EventId) {
        Cell::Integer(n) => Some(n.to_string()),
        Cell::Text(text) => Some(text.to_owned()),
        _ => None,
    }
}

/// The whole row as JSON, for the quarantine only.
pub(crate) fn row_json(row: Row<'_>) -> String {
    let fields: Map<String, Value> = Column::ALL
        .into_iter()
        .map(|column| {
            let value = match row.cell(column) {
                Cell::Null => Value::Null,
                Cell::Integer(n) => json!(n),
                Cell::Real(x) => json!(x),
                Cell::Text(text) => json!(text),
                Cell::Instant(us) => json!({"instant_us": us}),
                Cell::Date(days) => json!({"date_days": days}),
                Cell::Bytes(bytes) => json!({"bytes_hex": hex(bytes)}),
                Cell::Unreadable(why) => json!({"unreadable": why}),
            };
            (column.name().to_owned(), value)
        })
        .collect();
    Value::Object(fields).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Chunk;

    fn good() -> Vec<Cell<'static>> {
        let text = Cell::Text;
        Column::ALL
            .into_iter()
            .map(|c| match c {
                Column::EventId => Cell::Integer(7),
                Column::Langkah => Cell::Integer(2),
                Column::Pelaksana => text("front_office"),
                Column::RecordedAt | Column::Mulai | Column::Diterima => text("2026-10-05T01:00:00Z"),
                Column::Selesai => text("2026-10-05T01:05:00Z"),
                Column::Hasil => text("lengkap"),
                Column::Nik => text("1806015708979001"),
                Column::TanggalLahir => text("1997-08-17"),
                Column::Pekon => text("1806011001"),
                Column::Kekurangan | Column::NomorRegister | Column::Keterangan => Cell::Null,
                _ => text("x"),
            })
            .collect()
    }

    fn check(column: Column, cell: Cell<'_>) -> Result<Vec<&'static str>, (&'static str, Column)> {
        let facts = Facts::embedded().unwrap();
        let contract = Contract { facts: &facts, zone: Tz::Asia__Jakarta, integer_ids: true };
        let mut row = good();
        row[column.index()] = cell;
        let mut chunk = Chunk::new(row.len());
        row.into_iter().for_each(|c| chunk.push(c));
        match contract.event(chunk.rows().next().unwrap()) {
            Ok((_, warnings)) => Ok(warnings.into_iter().map(|(code, _)| code).collect()),
            Err(fault) => Err((fault.code, fault.column)),
        }
    }

    #[test]
    fn a_good_row_has_no_findings() {
        assert_eq!(check(Column::Keterangan, Cell::Null), Ok(vec![]));
        assert_eq!(check(Column::Keterangan, Cell::Text("baris\ndua")), Ok(vec![]));
    }

    #[test]
    fn what_breaks_the_contract_is_named_with_its_column() {
        let text = Cell::Text;
        for (column, cell, code) in [
            (Column::Langkah, Cell::Integer(11), "V003"),
            (Column::Langkah, Cell::Integer(0), "V003"),
            (Column::Langkah, Cell::Integer(258), "V003"),
            (Column::Langkah, text("dua"), "V002"),
            (Column::Hasil, text("tercetak"), "V004"),
            (Column::Pelaksana, text("satpam"), "V005"),
            (Column::Nama, text("A\u{7}B"), "V006"),
            (Column::Nama, text("A\nB"), "V006"),
            (Column::Nama, Cell::Bytes(b"A\xff"), "V010"),
            (Column::Langkah, Cell::Real(f64::NAN), "V002"),
            (Column::Pekon, text("180601"), "V007"),
            (Column::Selesai, text("0202-10-05T01:00:00Z"), "V009"),
            (Column::Selesai, text("kemarin"), "V002"),
            (Column::Selesai, Cell::Null, "V001"),
            (Column::BerkasId, text("  "), "V001"),
            (Column::EventId, text("7"), "V002"),
            (Column::TanggalLahir, text("17-08-1997"), "V002"),
            (Column::Nik, Cell::Integer(1_806_015_708_979_001), "V002"),
        ] {
            assert_eq!(check(column, cell), Err((code, column)), "{cell:?}");
        }
    }

    #[test]
    fn every_required_column_is_insisted_on() {
        for column in required() {
            assert_eq!(check(column, Cell::Null), Err(("V001", column)));
        }
    }

    #[test]
    fn what_is_odd_is_archived_and_named() {
        let text = Cell::Text;
        assert_eq!(check(Column::Nik, text("180601570897900")), Ok(vec!["W001"]));
        assert_eq!(check(Column::Nik, text("1806013102979001")), Ok(vec!["W002"]));
        assert_eq!(check(Column::Mulai, text("2026-10-05T02:00:00Z")), Ok(vec!["W003"]));
        assert_eq!(check(Column::Pekon, text("1806059999")), Ok(vec!["W004"]));
    }
}
