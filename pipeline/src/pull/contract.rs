//! Which rows keep the source contract?
//!
//! Reads   a chunk of cells in the order of [`Column::ALL`]
//! Gives   its events as columns, and of each row that must go to quarantine the first reason
//! Rule    contract in data/columns.toml; outcomes per step in data/sop
//! Finds   V001–V007, V009–V011 (quarantine); W001–W004, W006, W007 (archived and named)

use crate::archive::columns;
use crate::archive::event_batch::{Events, Ids};
use crate::hash::hex;
use crate::source::instants;
use crate::source::{Cell, Cells, Chunk, Row};
use arrow::array::{Array, Date32Array, Int64Array, StringArray, TimestampMicrosecondArray};
use chrono_tz::Tz;
use schemas::{Column, Facts, Presence, check_nik};
use serde_json::{Map, Value, json};

/// Why a row cannot be archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) column: Column,
}

/// A finding about a row that is archived all the same: code and column.
type Oddity = (&'static str, Column);

/// What rows are checked against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contract<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) zone: Tz,
    pub(crate) integer_ids: bool,
}

/// A chunk of rows that were checked.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The events, also of rows at fault, which may lack anything.
    pub(crate) events: Events,
    faults: Vec<Option<Fault>>,
}

impl Checked {
    /// The first reason why a row must go to quarantine.
    pub(crate) fn fault(&self, row: usize) -> Option<Fault> {
        self.faults.get(row).copied().flatten()
    }
}

impl Contract<'_> {
    /// Checks every row of a chunk, column by column.
    pub(crate) fn check(&self, chunk: &Chunk) -> Checked {
        let mut check = Check { contract: *self, chunk, faults: vec![None; chunk.len()] };
        let event_id = check.event_id();
        let steps = check.steps();
        let events = Events {
            event_id,
            recorded_at: check.instant(Column::RecordedAt),
            berkas_id: check.text(Column::BerkasId),
            kolektif_id: check.text(Column::KolektifId),
            pelaksana: check.role(&steps),
            petugas_id: check.text(Column::PetugasId),
            mulai: check.instant(Column::Mulai),
            selesai: check.instant(Column::Selesai),
            hasil: check.outcome(&steps),
            kekurangan: check.text(Column::Kekurangan),
            nomor_register: check.text(Column::NomorRegister),
            jenis: check.text(Column::Jenis),
            kewarganegaraan: check.text(Column::Kewarganegaraan),
            pekon: check.area(),
            diterima: check.instant(Column::Diterima),
            nik: check.text(Column::Nik),
            nama: check.text(Column::Nama),
            jenis_kelamin: check.text(Column::JenisKelamin),
            tempat_lahir: check.text(Column::TempatLahir),
            tanggal_lahir: check.birth_date(),
            pembawa: check.text(Column::Pembawa),
            keterangan: check.text(Column::Keterangan),
            langkah: steps.into_iter().map(|step| step.map(i32::from)).collect(),
        };
        Checked { events, faults: check.faults }
    }

    /// How many characters the longest text of a column has.
    pub(crate) fn longest(&self, column: Column) -> Option<usize> {
        self.facts.columns.get(column).longest
    }

    /// What is odd about an event that keeps the contract.
    pub(crate) fn oddities(&self, events: &Events, row: usize) -> Vec<Oddity> {
        let mut found = Vec::new();
        let fault = events.values(Column::Nik).text(row).and_then(|nik| check_nik(nik, &self.facts.wilayah));
        found.extend(fault.map(|fault| (fault.code(), Column::Nik)));
        if events.mulai.is_valid(row) && events.mulai.value(row) > events.selesai.value(row) {
            found.push(("W003", Column::Selesai));
        }
        if self.facts.wilayah.get(events.pekon.value(row)).is_none() {
            found.push(("W004", Column::Pekon));
        }
        found
    }
}

/// A chunk that is being checked. Of each row the first fault counts.
struct Check<'a> {
    contract: Contract<'a>,
    chunk: &'a Chunk,
    faults: Vec<Option<Fault>>,
}

impl Check<'_> {
    fn fault(&mut self, row: usize, code: &'static str, column: Column) {
        if let Some(fault) = self.faults.get_mut(row) {
            fault.get_or_insert(Fault { code, column });
        }
    }

    fn event_id(&mut self) -> Ids {
        if self.contract.integer_ids {
            Ids::Integer(self.required_integer(Column::EventId))
        } else {
            Ids::Text(self.text(Column::EventId))
        }
    }

    fn required_integer(&mut self, column: Column) -> Int64Array {
        let integers: Int64Array = match self.chunk.column(column) {
            Cells::Integers(integers) => integers,
            cells => (0..cells.len())
                .map(|row| match cells.at(row) {
                    Cell::Integer(n) => Some(n),
                    Cell::Null => None,
                    other => {
                        self.fault(row, wrong_kind(other), column);
                        None
                    }
                })
                .collect(),
        };
        self.require(&integers, column);
        integers
    }

    /// The steps of the SOP; none for a row at fault.
    fn steps(&mut self) -> Vec<Option<u8>> {
        let column = Column::Langkah;
        let numbers = self.required_integer(column);
        let facts = self.contract.facts;
        let of_sop = |number: &i64| columns::step(*number).ok().filter(|step| facts.sop.step(*step).is_some());
        let steps: Vec<Option<u8>> = numbers.values().iter().map(of_sop).collect();
        for (row, _) in steps.iter().enumerate().filter(|(_, step)| step.is_none()) {
            self.fault(row, "V003", column);
        }
        steps
    }

    /// Nearly every step is taken by whom the SOP names, so the others are looked for last.
    fn role(&mut self, steps: &[Option<u8>]) -> StringArray {
        let facts = self.contract.facts;
        self.text_that(Column::Pelaksana, "V005", |row, role| {
            steps[row].and_then(|step| facts.sop.step(step)).is_some_and(|step| step.pelaksana == role)
                || facts.pelaksana.contains_key(role)
        })
    }

    fn outcome(&mut self, steps: &[Option<u8>]) -> StringArray {
        let facts = self.contract.facts;
        self.text_that(Column::Hasil, "V004", |row, hasil| steps[row].is_some_and(|step| facts.sop.allows(step, hasil)))
    }

    fn area(&mut self) -> StringArray {
        self.text_that(Column::Pekon, "V007", |_, code| code.len() == 10 && code.bytes().all(|b| b.is_ascii_digit()))
    }

    /// A required text that must be one of those that are known.
    fn text_that(&mut self, column: Column, code: &'static str, known: impl Fn(usize, &str) -> bool) -> StringArray {
        let texts = self.text(column);
        for row in 0..texts.len() {
            if !known(row, texts.value(row)) {
                self.fault(row, code, column);
            }
        }
        texts
    }

    /// No value and empty text stay different; a required text is neither.
    fn text(&mut self, column: Column) -> StringArray {
        let texts: StringArray = match self.chunk.column(column) {
            Cells::Texts(texts) => texts,
            Cells::Nothing(rows) => StringArray::new_null(rows),
            cells => (0..cells.len())
                .map(|row| match cells.at(row) {
                    Cell::Text(text) => Some(text),
                    Cell::Null => None,
                    other => {
                        self.fault(row, wrong_kind(other), column);
                        None
                    }
                })
                .collect(),
        };
        // All bytes at once; only where one is found, row by row.
        if texts.value_data().iter().fold(false, |found, b| found | (*b < b' ')) {
            let lines: &[u8] = if column == Column::Keterangan { b"\t\n\r" } else { b"" };
            for row in 0..texts.len() {
                if texts.value(row).bytes().any(|b| b < b' ' && !lines.contains(&b)) {
                    self.fault(row, "V006", column);
                }
            }
        }
        if self.is_required(column) {
            self.require(&texts, column);
            for row in 0..texts.len() {
                let text = texts.value(row);
                let seen = text.as_bytes().first().is_some_and(u8::is_ascii_graphic);
                if !seen && text.trim().is_empty() {
                    self.fault(row, "V001", column);
                }
            }
        }
        self.limit(&texts, column);
        texts
    }

    /// Lengths in bytes all at once; only where one is beyond the limit, characters are counted.
    fn limit(&mut self, texts: &StringArray, column: Column) {
        let Some(longest) = self.contract.longest(column) else { return };
        let most = i32::try_from(longest).unwrap_or(i32::MAX);
        if !texts.value_offsets().windows(2).fold(false, |found, ends| found | (ends[1] - ends[0] > most)) {
            return;
        }
        for row in 0..texts.len() {
            if texts.value(row).chars().nth(longest).is_some() {
                self.fault(row, "V011", column);
            }
        }
    }

    fn is_required(&self, column: Column) -> bool {
        self.contract.facts.columns.get(column).presence != Presence::Optional
    }

    fn require(&mut self, values: &dyn Array, column: Column) {
        if let Some(nulls) = values.nulls().filter(|nulls| nulls.null_count() > 0) {
            (0..nulls.len()).filter(|row| nulls.is_null(*row)).for_each(|row| self.fault(row, "V001", column));
        }
    }

    fn instant(&mut self, column: Column) -> TimestampMicrosecondArray {
        let zone = self.contract.zone;
        let instants: TimestampMicrosecondArray = match self.chunk.column(column) {
            Cells::Instants(instants) => {
                TimestampMicrosecondArray::new(instants.values().clone(), instants.nulls().cloned())
            }
            cells => (0..cells.len())
                .map(|row| {
                    let cell = cells.at(row);
                    let instant = instants::instant(cell, zone);
                    if instant.is_none() && cell != Cell::Null {
                        self.fault(row, "V002", column);
                    }
                    instant
                })
                .collect(),
        };
        // Only these enter the working clock; a record may be written whenever the office likes.
        if column != Column::RecordedAt {
            let covered = self.contract.facts.clock.covered();
            let covered = covered.start * 1_000_000..covered.end * 1_000_000;
            for row in 0..instants.len() {
                if instants.is_valid(row) && !covered.contains(&instants.value(row)) {
                    self.fault(row, "V009", column);
                }
            }
        }
        if self.is_required(column) {
            self.require(&instants, column);
        }
        instants.with_timezone("UTC")
    }

    fn birth_date(&mut self) -> Date32Array {
        let column = Column::TanggalLahir;
        let dates: Date32Array = match self.chunk.column(column) {
            Cells::Dates(dates) => dates,
            cells => (0..cells.len())
                .map(|row| match cells.at(row) {
                    Cell::Null | Cell::Text("") => None,
                    other => {
                        let date = instants::date(other);
                        if date.is_none() {
                            self.fault(row, "V002", column);
                        }
                        date
                    }
                })
                .collect(),
        };
        if self.is_required(column) {
            self.require(&dates, column);
        }
        dates
    }
}

fn wrong_kind(cell: Cell<'_>) -> &'static str {
    if matches!(cell, Cell::Bytes(_)) { "V010" } else { "V002" }
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
    use crate::source::chunk_of;
    use schemas::{ColumnFact, ColumnFacts};

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
        check_by(&Facts::embedded().unwrap(), column, cell)
    }

    fn check_by(facts: &Facts, column: Column, cell: Cell<'_>) -> Result<Vec<&'static str>, (&'static str, Column)> {
        let contract = Contract { facts, zone: Tz::Asia__Jakarta, integer_ids: true };
        let mut row = good();
        row[column.index()] = cell;
        let said = |rows: &[&[Cell<'_>]], at: usize| {
            let checked = contract.check(&chunk_of(rows));
            match checked.fault(at) {
                Some(fault) => Err((fault.code, fault.column)),
                None => Ok(contract.oddities(&checked.events, at).into_iter().map(|(code, _)| code).collect()),
            }
        };
        let alone = said(&[&row], 0);
        // Beside rows that keep the contract a column may hold values of two kinds.
        assert_eq!(said(&[&good(), &row], 1), alone);
        assert_eq!(said(&[&row, &good()], 0), alone);
        assert_eq!(said(&[&row, &good()], 1), said(&[&good()], 0));
        alone
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
    fn the_facts_say_which_columns_are_insisted_on() {
        for column in Column::ALL {
            let mut facts = Facts::embedded().unwrap();
            let required = facts.columns.get(column).presence != Presence::Optional;
            let expected = if required { Err(("V001", column)) } else { Ok(vec![]) };
            assert_eq!(check(column, Cell::Null), expected, "{column:?}");
            // What may not be optional is refused when the facts are loaded (`column_facts`).
            if !column.is_always_read() {
                let presence = if required { Presence::Optional } else { Presence::Required };
                let turned = |fact: &ColumnFact| {
                    if fact.column == column { ColumnFact { presence, ..*fact } } else { *fact }
                };
                facts.columns = ColumnFacts::new(facts.columns.iter().map(turned).collect()).unwrap();
                let expected = if required { Ok(vec![]) } else { Err(("V001", column)) };
                assert_eq!(check_by(&facts, column, Cell::Null), expected, "{column:?} the other way");
            }
        }
    }

    #[test]
    fn the_facts_say_how_long_a_text_may_be() {
        let facts = Facts::embedded().unwrap();
        for (column, longest) in [(Column::Nama, 200), (Column::Keterangan, 2_000), (Column::PetugasId, 100)] {
            assert_eq!(facts.columns.get(column).longest, Some(longest));
            assert_eq!(check(column, Cell::Text(&"É".repeat(longest))), Ok(vec![]), "{column:?}");
            assert_eq!(check(column, Cell::Text(&"É".repeat(longest + 1))), Err(("V011", column)));
            assert_eq!(check(column, Cell::Text(&"x".repeat(longest + 1))), Err(("V011", column)));
        }
        let texts = facts.columns.iter().filter(|fact| fact.longest.is_some()).count();
        assert_eq!(texts, 17, "a text without a limit");
    }

    #[test]
    fn what_is_odd_is_archived_and_named() {
        let text = Cell::Text;
        assert_eq!(check(Column::Nik, text("180601570897900")), Ok(vec!["W001"]));
        assert_eq!(check(Column::Nik, text("1806013102979001")), Ok(vec!["W002"]));
        assert_eq!(check(Column::Nik, text("2006011708979001")), Ok(vec!["W006"]));
        assert_eq!(check(Column::Nik, text("1806011708970000")), Ok(vec!["W007"]));
        assert_eq!(check(Column::Mulai, text("2026-10-05T02:00:00Z")), Ok(vec!["W003"]));
        assert_eq!(check(Column::Pekon, text("1806059999")), Ok(vec!["W004"]));
    }
}
