//! Which rows keep the source contract?
//!
//! Reads   a chunk of cells in the order of [`Column::ALL`]
//! Gives   its events as columns, and the first fault of each row that must go to quarantine
//! Rule    the contract is in `data/columns.toml`, the outcomes of each step in `data/sop`
//! Finds   V001–V007, V009–V014 (the row goes to quarantine); W001–W004, W006, W007 (the row is archived all the same)

mod of_steps;

use crate::archive::columns;
use crate::archive::event_batch::{Events, Ids};
use crate::source::instants;
use crate::source::{Cell, Cells, Chunk, Words};
use arrow::array::{Array, Date32Array, Int64Array, StringArray, TimestampMicrosecondArray};
use chrono_tz::Tz;
use schemas::{Column, Facts, Presence, check_nik};
use std::borrow::Cow;

/// The reason why a row cannot be archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) column: Column,
}

/// A finding about a row that is archived all the same: its code and the column.
type Warning = (&'static str, Column);

/// The facts and settings that rows are checked against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contract<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) zone: Tz,
    pub(crate) integer_ids: bool,
    /// The columns whose words are translated, which are therefore held to the words of the contract.
    pub(crate) held: &'a Words,
}

/// The result of checking a chunk.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The events of all rows. In rows with a fault, any value may be missing.
    pub(crate) events: Events,
    faults: Vec<Option<Fault>>,
    /// Every fault with its row, where all were asked for.
    pub(crate) all: Vec<(usize, Fault)>,
}

impl Checked {
    /// Returns the first fault of a row; `None` if it can be archived.
    pub(crate) fn fault(&self, row: usize) -> Option<Fault> {
        self.faults.get(row).copied().flatten()
    }
}

impl Contract<'_> {
    /// Checks every row of a chunk, column by column.
    pub(crate) fn check(&self, chunk: &Chunk) -> Checked {
        self.check_by(ChunkCheck { contract: *self, chunk, faults: vec![None; chunk.len()], all: None })
    }

    /// The same, and tells all faults of a row instead of the first.
    pub(crate) fn check_for_all(&self, chunk: &Chunk) -> Checked {
        self.check_by(ChunkCheck { contract: *self, chunk, faults: vec![None; chunk.len()], all: Some(Vec::new()) })
    }

    fn check_by(&self, mut check: ChunkCheck<'_>) -> Checked {
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
            nomor_bukti: check.text_of_steps(Column::NomorBukti, &steps),
            jumlah_lembar: check.count_of_steps(Column::JumlahLembar, &steps),
            ktp_lama_diterima: check.text_of_steps(Column::KtpLamaDiterima, &steps),
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
            penerima: check.text_of_steps(Column::Penerima, &steps),
            keterangan: check.text(Column::Keterangan),
            langkah: steps.into_iter().map(|step| step.map(i32::from)).collect(),
        };
        Checked { events, faults: check.faults, all: check.all.unwrap_or_default() }
    }

    /// Whether a column may have no other words than those of the contract: what is translated, and what is counted by its words.
    fn is_held(&self, column: Column) -> bool {
        self.held.contains_key(&column) || column.is_counted_by_its_words()
    }

    /// Returns the most characters that a text of a column may have.
    pub(crate) fn longest(&self, column: Column) -> Option<usize> {
        self.facts.columns.get(column).longest
    }

    /// Returns the warnings about an event that keeps the contract.
    pub(crate) fn warnings(&self, events: &Events, row: usize) -> Vec<Warning> {
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

/// A chunk that is being checked. Only the first fault of each row is kept, unless all are asked for.
struct ChunkCheck<'a> {
    contract: Contract<'a>,
    chunk: &'a Chunk,
    faults: Vec<Option<Fault>>,
    all: Option<Vec<(usize, Fault)>>,
}

impl ChunkCheck<'_> {
    /// Notes a fault, unless the row already has one.
    fn fault(&mut self, row: usize, code: &'static str, column: Column) {
        if let Some(fault) = self.faults.get_mut(row) {
            fault.get_or_insert(Fault { code, column });
        }
        if let Some(all) = &mut self.all {
            // What cannot be read is not also missing or unknown. Columns are checked one after the other.
            let mut of_column = all.iter().rev().take_while(|(_, fault)| fault.column == column);
            if of_column.all(|(of, _)| *of != row) {
                all.push((row, Fault { code, column }));
            }
        }
    }

    /// Checks the key.
    fn event_id(&mut self) -> Ids {
        if self.contract.integer_ids {
            Ids::Integer(self.required_integer(Column::EventId))
        } else {
            Ids::Text(self.text(Column::EventId))
        }
    }

    /// Checks a required integer.
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

    /// Returns the steps of the SOP; `None` for a row whose step the SOP does not have.
    fn steps(&mut self) -> Vec<Option<u8>> {
        let column = Column::Langkah;
        let numbers = self.required_integer(column);
        let facts = self.contract.facts;
        let step_of = |number: &i64| columns::step(*number).ok().filter(|step| facts.sop.step(*step).is_some());
        let steps: Vec<Option<u8>> = numbers.values().iter().map(step_of).collect();
        for (row, _) in steps.iter().enumerate().filter(|(_, step)| step.is_none()) {
            self.fault(row, "V003", column);
        }
        steps
    }

    /// Checks the role. Nearly always it is the one that the SOP names for the step, so that is compared first.
    fn role(&mut self, steps: &[Option<u8>]) -> StringArray {
        let facts = self.contract.facts;
        self.checked_text(Column::Pelaksana, "V005", |row, role| {
            steps[row].and_then(|step| facts.sop.step(step)).is_some_and(|step| step.pelaksana == role)
                || facts.pelaksana.contains_key(role)
        })
    }

    /// Checks that the SOP has this outcome for the step, where that is known.
    fn outcome(&mut self, steps: &[Option<u8>]) -> StringArray {
        let facts = self.contract.facts;
        self.checked_text(Column::Hasil, "V004", |row, hasil| {
            steps[row].is_none_or(|step| facts.sop.allows(step, hasil))
        })
    }

    /// Checks that the code of the pekon has ten digits. Between them may stand the dots with which such codes are printed.
    fn area(&mut self) -> StringArray {
        let codes = self.checked_text(Column::Pekon, "V007", |_, code| {
            let code = without_dots(code);
            code.len() == 10 && code.bytes().all(|b| b.is_ascii_digit())
        });
        if !codes.value_data().contains(&b'.') {
            return codes;
        }
        codes.iter().map(|code| code.map(without_dots)).collect()
    }

    /// Checks a required text, for which `is_known` must hold.
    fn checked_text(
        &mut self,
        column: Column,
        code: &'static str,
        is_known: impl Fn(usize, &str) -> bool,
    ) -> StringArray {
        let texts = self.text(column);
        for row in 0..texts.len() {
            if !is_known(row, texts.value(row)) {
                self.fault(row, code, column);
            }
        }
        texts
    }

    /// Checks a text. A missing value and an empty text stay different; a required text may be neither.
    fn text(&mut self, column: Column) -> StringArray {
        let texts: StringArray = match self.chunk.column(column) {
            Cells::Texts(texts) => texts,
            Cells::Nothing(rows) => StringArray::new_null(rows),
            cells => (0..cells.len())
                .map(|row| match cells.at(row) {
                    Cell::Text(text) => Some(Cow::Borrowed(text)),
                    Cell::Integer(number) if column.may_be_a_number() => Some(Cow::Owned(number.to_string())),
                    Cell::Null => None,
                    other => {
                        self.fault(row, wrong_kind(other), column);
                        None
                    }
                })
                .collect(),
        };
        let texts = self.without_blanks(column, texts);
        // First all bytes at once; only if there is a control character, row by row.
        if texts.value_data().iter().fold(false, |found, b| found | (*b < b' ')) {
            let allowed: &[u8] = if column == Column::Keterangan { b"\t\n\r" } else { b"" };
            for row in 0..texts.len() {
                if texts.value(row).bytes().any(|b| b < b' ' && !allowed.contains(&b)) {
                    self.fault(row, "V006", column);
                }
            }
        }
        if self.is_required(column) {
            self.require(&texts, column);
            for row in 0..texts.len() {
                let text = texts.value(row);
                let begins_visibly = text.as_bytes().first().is_some_and(u8::is_ascii_graphic);
                if !begins_visibly && text.trim().is_empty() {
                    self.fault(row, "V001", column);
                }
            }
        }
        self.check_length(&texts, column);
        // The procedure itself has the words of the other two, and a code of its own for each.
        if self.contract.is_held(column) && ![Column::Pelaksana, Column::Hasil].contains(&column) {
            for row in 0..texts.len() {
                if texts.is_valid(row) && !self.contract.facts.allows_word(column, texts.value(row)) {
                    self.fault(row, "V012", column);
                }
            }
        }
        texts
    }

    /// Checks the length of texts: first all in bytes at once, and only if one is beyond the limit, row by row in
    /// characters.
    fn check_length(&mut self, texts: &StringArray, column: Column) {
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

    /// Notes a fault for each missing value.
    fn require(&mut self, values: &dyn Array, column: Column) {
        if let Some(nulls) = values.nulls().filter(|nulls| nulls.null_count() > 0) {
            (0..nulls.len()).filter(|row| nulls.is_null(*row)).for_each(|row| self.fault(row, "V001", column));
        }
    }

    /// Checks an instant.
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
        // Working time is computed from all instants but `recorded_at`, so they must lie in the years of the calendar.
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

    /// Checks the date of birth.
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

/// A code like 18.06.01.1001 as its digits.
fn without_dots(code: &str) -> Cow<'_, str> {
    let has_dots = code.len() == 13 && [2, 5, 8].into_iter().all(|at| code.as_bytes()[at] == b'.');
    if has_dots { Cow::Owned(code.replace('.', "")) } else { Cow::Borrowed(code) }
}

/// The fault of a cell whose value has another type: bytes are a text that is not valid UTF-8.
fn wrong_kind(cell: Cell<'_>) -> &'static str {
    if matches!(cell, Cell::Bytes(_)) { "V010" } else { "V002" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::chunk_of;
    use schemas::{ColumnFact, ColumnFacts};
    use std::collections::BTreeMap;

    fn embedded_steps(column: Column) -> Option<Vec<u8>> {
        Facts::embedded().unwrap().steps_of(column)
    }

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
                column if embedded_steps(column).is_some() => Cell::Null,
                Column::Jenis => text("baru"),
                _ => text("x"),
            })
            .collect()
    }

    fn check(column: Column, cell: Cell<'_>) -> Result<Vec<&'static str>, (&'static str, Column)> {
        check_by(&Facts::embedded().unwrap(), column, cell)
    }

    fn check_by(facts: &Facts, column: Column, cell: Cell<'_>) -> Result<Vec<&'static str>, (&'static str, Column)> {
        let held = Words::from([(Column::Jenis, BTreeMap::new())]);
        let contract = Contract { facts, zone: Tz::Asia__Jakarta, integer_ids: true, held: &held };
        let mut row = good();
        row[column.index()] = cell;
        let outcome = |rows: &[&[Cell<'_>]], at: usize| {
            let checked = contract.check(&chunk_of(rows));
            match checked.fault(at) {
                Some(fault) => Err((fault.code, fault.column)),
                None => Ok(contract.warnings(&checked.events, at).into_iter().map(|(code, _)| code).collect()),
            }
        };
        let alone = outcome(&[&row], 0);
        // In a chunk with a good row, a column may hold values of two types.
        assert_eq!(outcome(&[&good(), &row], 1), alone);
        assert_eq!(outcome(&[&row, &good()], 0), alone);
        assert_eq!(outcome(&[&row, &good()], 1), outcome(&[&good()], 0));
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
            (Column::Nama, Cell::Integer(1_806_015_708_979_001), "V002"),
            (Column::Nik, Cell::Real(1_806_015_708_979_001.0), "V002"),
            (Column::Pekon, text("18.06.01100.1"), "V007"),
            (Column::Jenis, text("PERUBAHAN DATA"), "V012"),
        ] {
            assert_eq!(check(column, cell), Err((code, column)), "{cell:?}");
        }
    }

    #[test]
    fn a_number_and_a_printed_code_are_their_digits() {
        assert_eq!(check(Column::Nik, Cell::Integer(1_806_015_708_979_001)), Ok(vec![]));
        assert_eq!(check(Column::Pekon, Cell::Integer(1_806_011_001)), Ok(vec![]));
        let facts = Facts::embedded().unwrap();
        let contract = Contract { facts: &facts, zone: Tz::Asia__Jakarta, integer_ids: true, held: &Words::new() };
        let mut row = good();
        row[Column::Pekon.index()] = Cell::Text("18.06.01.1001");
        row[Column::Nik.index()] = Cell::Integer(1_806_015_708_979_001);
        let checked = contract.check(&chunk_of(&[&row]));
        assert_eq!(checked.events.pekon.value(0), "1806011001");
        assert_eq!(checked.events.nik.value(0), "1806015708979001");
    }

    #[test]
    fn all_faults_of_a_row_are_told_where_they_are_asked_for() {
        let facts = Facts::embedded().unwrap();
        let contract = Contract { facts: &facts, zone: Tz::Asia__Jakarta, integer_ids: true, held: &Words::new() };
        let mut row = good();
        row[Column::Hasil.index()] = Cell::Text("X");
        row[Column::Pekon.index()] = Cell::Text("1806");
        let chunk = chunk_of(&[&row]);
        let all: Vec<&str> = contract.check_for_all(&chunk).all.iter().map(|(_, fault)| fault.code).collect();
        assert_eq!(all, ["V004", "V007"]);
        assert!(contract.check(&chunk).all.is_empty());
        // A step that cannot be read is one fault: it is not also missing, and no outcome is wrong for it.
        for (step, code) in [(Cell::Text("Pencetakan"), "V002"), (Cell::Integer(99), "V003"), (Cell::Null, "V001")] {
            let mut row = good();
            row[Column::Langkah.index()] = step;
            let faults = contract.check_for_all(&chunk_of(&[&row])).all;
            assert_eq!(faults, [(0, Fault { code, column: Column::Langkah })]);
        }
    }

    #[test]
    fn the_facts_say_which_columns_are_required() {
        for column in Column::ALL {
            let mut facts = Facts::embedded().unwrap();
            let required = facts.columns.get(column).presence != Presence::Optional;
            let expected = if required { Err(("V001", column)) } else { Ok(vec![]) };
            assert_eq!(check(column, Cell::Null), expected, "{column:?}");
            // Loading the facts refuses optional columns that are always read (`column_facts`).
            if !column.is_always_read() && facts.columns.get(column).only_at.is_none() {
                let presence = if required { Presence::Optional } else { Presence::Required };
                let inverted = |fact: &ColumnFact| {
                    if fact.column == column { ColumnFact { presence, ..fact.clone() } } else { fact.clone() }
                };
                facts.columns = ColumnFacts::new(facts.columns.iter().map(inverted).collect()).unwrap();
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
        assert_eq!(texts, 20, "a text without a limit");
    }

    #[test]
    fn a_warning_does_not_keep_a_row_from_the_archive() {
        let text = Cell::Text;
        assert_eq!(check(Column::Nik, text("180601570897900")), Ok(vec!["W001"]));
        assert_eq!(check(Column::Nik, text("1806013102979001")), Ok(vec!["W002"]));
        assert_eq!(check(Column::Nik, text("2006011708979001")), Ok(vec!["W006"]));
        assert_eq!(check(Column::Nik, text("1806011708970000")), Ok(vec!["W007"]));
        assert_eq!(check(Column::Mulai, text("2026-10-05T02:00:00Z")), Ok(vec!["W003"]));
        assert_eq!(check(Column::Pekon, text("1806059999")), Ok(vec!["W004"]));
    }
}
