//! The sheets of a paper: what steps hand to people, and the letters of a month.
//!
//! Reads   the entries of the month, the definition of the paper
//! Gives   its sheets in order of day and of what they are of; none where nothing happened, since a paper about nothing is not made
//! Rule    data/surat, data/penomoran.toml. Rows that came after the books of their month were closed make sheets of their own, so that
//!         one that was handed out stays what it was

use super::cells::remarked;
use super::entry::Entry;
use super::lists::BookRow;
use super::summary::line;
use super::{BookError, BookWriter, Disclosure};
use chrono::NaiveDate;
use schemas::document::{BookCode, Cell, PaperSet, PaperWords, Sheet, SheetSigner, SignsAs};
use schemas::{
    APPLICANT, Column, DocumentGroup, EventsOf, HEAD_OF_OFFICE, HeadField, LedgerColumn, LedgerField, Milestone,
    NumberedSheet, OF_THE_PEKON, Paper, PaperNumbers, PaperRows, PaperSigner, SheetOf,
};
use std::collections::BTreeMap;

/// The rows of a sheet, and what tells it from others.
struct Draft<'r> {
    /// Its day: that of its events, or that on which the books of the month were closed; `None` where a pen writes it.
    on: Option<NaiveDate>,
    of: String,
    is_late: bool,
    rows: Vec<BookRow<'r>>,
}

impl BookWriter<'_> {
    /// Returns the sheets of a paper in the month, or on a day of it alone.
    ///
    /// # Errors
    /// [`BookError`] when a value that must be there is not.
    pub fn paper(&self, paper: &Paper, day: Option<NaiveDate>, disclosure: Disclosure) -> Result<PaperSet, BookError> {
        let fields = paper.head.iter().map(|head| head.field).chain(paper.columns.iter().map(|column| column.field));
        let names_people = fields.into_iter().any(|field| self.facts.columns.hides(field));
        let sheets = self.drafts(paper)?.into_iter().filter(|draft| day.is_none_or(|day| Some(day) == draft.on));
        let sheets = sheets.map(|draft| self.sheet(paper, draft, disclosure)).collect::<Result<Vec<_>, _>>()?;
        let code = self.code(&paper.id, &sheets, disclosure)?;
        Ok(PaperSet {
            id: paper.id.clone(),
            title: paper.title.clone(),
            group: paper.group,
            layout: paper.layout,
            month: self.month,
            day,
            zone: self.facts.zone,
            head: paper.head.iter().map(|head| head.label.clone()).collect(),
            summed_head: (0..).zip(&paper.head).filter(|(_, head)| head.sum).map(|(place, _)| place).collect(),
            columns: super::headings(&paper.columns),
            sheets,
            words: PaperWords {
                opening: paper.opening.clone(),
                closing: paper.closing.clone(),
                letter: paper.letter.clone(),
                signers: paper.signers.iter().map(|signer| self.signer(signer)).collect(),
            },
            leaves_office: paper.leaves_office,
            row_mm: paper.row_mm,
            names_people,
            masked: disclosure == Disclosure::Masked,
            closing: self.closing.clone(),
            code: BookCode { day, ..code },
            provenance: self.provenance.clone(),
        })
    }

    /// Returns the entries of the month that are of a kind.
    fn events_of(&self, of: EventsOf) -> impl Iterator<Item = &Entry> {
        let is_of = move |entry: &&Entry| match of {
            EventsOf::Step(number) => entry.step == number,
            EventsOf::Milestone(milestone) => self.facts.sop.milestone(entry.step, &entry.hasil) == Some(milestone),
        };
        self.entries.values().flatten().filter(is_of)
    }

    /// Returns the rows of each sheet, in order of day, of what it is of, and of whether its rows came late.
    fn drafts<'r>(&'r self, paper: &'r Paper) -> Result<Vec<Draft<'r>>, BookError> {
        // A letter bears the day on which it goes out, whatever it is of.
        let closed = self.closing.as_ref().filter(|_| paper.letter.is_none()).map(|closing| closing.on);
        Ok(match &paper.rows {
            PaperRows::Event { of: kind } | PaperRows::Lack { of: kind } => {
                self.drafts_of_events(paper, *kind, closed)?
            }
            PaperRows::Uncollected => {
                let mut sheets: BTreeMap<String, Vec<BookRow<'_>>> = BTreeMap::new();
                for card in self.cards_to_call_for()? {
                    let of = card.event().map_or("", |entry| of(paper.sheet, entry)).to_owned();
                    sheets.entry(of).or_default().push(card);
                }
                sheets.into_iter().map(|(of, rows)| Draft { on: closed, of, is_late: false, rows }).collect()
            }
            PaperRows::Pekon => {
                let rows = self.pekon_counts().into_iter();
                rows.map(|(of, row)| Draft { on: closed, of, is_late: false, rows: vec![row] }).collect()
            }
            PaperRows::Enclosure { titles } => {
                let one = |title: &String| line(title, Cell::Text("1 dokumen".to_owned()), "dokumen");
                // What cannot be made is not enclosed.
                let rows = titles.iter().filter(|title| self.can_be_made(title)).map(one).collect();
                vec![Draft { on: closed, of: String::new(), is_late: false, rows }]
            }
        })
    }

    /// Returns the same of a paper of events: one that is of a month bears the day on which its books were closed.
    fn drafts_of_events<'r>(
        &'r self,
        paper: &'r Paper,
        kind: EventsOf,
        closed: Option<NaiveDate>,
    ) -> Result<Vec<Draft<'r>>, BookError> {
        let mut sheets: BTreeMap<(Option<NaiveDate>, &str, bool), Vec<&Entry>> = BTreeMap::new();
        for entry in self.events_of(kind) {
            let on = if paper.group == DocumentGroup::Harian { Some(self.day(entry)?) } else { closed };
            sheets.entry((on, of(paper.sheet, entry), entry.late.is_some())).or_default().push(entry);
        }
        let lacks = |entry: &'r Entry| {
            let mut rows: Vec<BookRow<'r>> = BookRow::lacks(entry).collect();
            rows.sort_by_key(|row| !self.is_due(row));
            rows
        };
        let draft = |((on, of, is_late), mut entries): ((Option<NaiveDate>, &str, bool), Vec<&'r Entry>)| {
            entries.sort_by_key(|entry| (&entry.berkas_id, entry.selesai_s, &entry.event_id));
            let rows = match paper.rows {
                PaperRows::Lack { .. } => entries.into_iter().flat_map(lacks).collect(),
                _ => entries.into_iter().map(BookRow::event_row).collect(),
            };
            Draft { on, of: of.to_owned(), is_late, rows }
        };
        Ok(sheets.into_iter().map(draft).filter(|draft| !draft.rows.is_empty()).collect())
    }

    fn sheet(&self, paper: &Paper, draft: Draft<'_>, disclosure: Disclosure) -> Result<Sheet, BookError> {
        let Draft { on, of, is_late, rows } = draft;
        let cells = |(row, number): (&BookRow<'_>, u64)| {
            paper
                .columns
                .iter()
                .map(|column| self.told(paper, column, number, row, disclosure))
                .collect::<Result<Vec<_>, _>>()
        };
        let head = |head: &HeadField| {
            let column = LedgerColumn::of(&head.label, head.field);
            rows.first().map_or(Ok(Cell::Empty), |row| self.cell(&column, 1, row, disclosure))
        };
        let first = rows.first().and_then(BookRow::event);
        let officer = first.and_then(|entry| entry.petugas_id.as_ref());
        let is_theirs = |row: &BookRow<'_>| row.event().is_some_and(|entry| entry.petugas_id.as_ref() == officer);
        let officer = officer.filter(|_| rows.iter().all(is_theirs));
        let is_of = |sheet: SheetOf| (paper.sheet == sheet).then(|| of.clone());
        let pekon = first.map_or(of.as_str(), |entry| entry.pekon.as_str());
        let area = self.facts.wilayah.get(pekon).filter(|_| paper.sheet != SheetOf::Kantor);
        let late = is_late.then_some(self.month);
        let klasifikasi = self.facts.classification(on.unwrap_or(self.month.last_day()));
        let klasifikasi = klasifikasi.unwrap_or(PaperNumbers::NO_CLASSIFICATION);
        let numbered = |code: &str| {
            let sheet = NumberedSheet { klasifikasi, code, of: &of, on, late };
            match paper.group {
                _ if paper.lasting => {
                    let is_slip = paper.rows.events() == Some(EventsOf::Milestone(Milestone::Recorded));
                    let given = first.filter(|_| is_slip).and_then(|entry| self.given_number(entry));
                    given.map_or_else(|| self.lasting_number(code, &of), str::to_owned)
                }
                DocumentGroup::Harian => self.facts.numbers.dated(sheet),
                _ => self.facts.numbers.monthly(sheet, self.month),
            }
        };
        let pembawa = first.map_or(Ok(Cell::Empty), |entry| self.of_entry(LedgerField::Pembawa, entry, disclosure));
        Ok(Sheet {
            number: paper.code.as_deref().map_or_else(|| self.facts.numbers.letter(klasifikasi), numbered),
            on,
            kolektif_id: is_of(SheetOf::Kolektif),
            berkas_id: is_of(SheetOf::Berkas),
            area: area.cloned(),
            pembawa: pembawa?,
            penerima: self.receiver(&rows, disclosure)?,
            petugas_id: officer.cloned(),
            head: paper.head.iter().map(head).collect::<Result<_, _>>()?,
            due: rows.iter().filter(|row| self.is_due(row)).count(),
            with_slip: rows.iter().filter(|row| self.has_slip(row)).count(),
            rows: rows.iter().zip(1..).map(cells).collect::<Result<_, _>>()?,
            late: is_late,
        })
    }

    /// Returns the value of a column, with what is remarked of a NIK or name that is faulty or missing: in the column of remarks, or
    /// where the value stands if the paper has none.
    fn told(
        &self,
        paper: &Paper,
        column: &LedgerColumn,
        number: u64,
        row: &BookRow<'_>,
        disclosure: Disclosure,
    ) -> Result<Cell, BookError> {
        let cell = self.cell(column, number, row, disclosure)?;
        let Some(entry) = row.event() else { return Ok(cell) };
        let has_remarks = paper.columns.iter().any(|column| column.field == LedgerField::Keterangan);
        let mark = match column.field {
            LedgerField::Keterangan => return Ok(remarked(cell, self.person_mark(&paper.columns, entry).as_deref())),
            LedgerField::Nik | LedgerField::Nama if !has_remarks => {
                self.person_mark(std::slice::from_ref(column), entry)
            }
            _ => None,
        };
        Ok(match (cell, mark) {
            (Cell::Empty, Some(mark)) => Cell::Text(mark),
            (Cell::Text(value), Some(mark)) => Cell::Text(format!("{value} ({mark})")),
            (cell, _) => cell,
        })
    }

    fn signer(&self, signer: &PaperSigner) -> SheetSigner {
        let by = match signer.post.as_str() {
            HEAD_OF_OFFICE => SignsAs::HeadOfOffice,
            OF_THE_PEKON => SignsAs::OfThePekon,
            APPLICANT => SignsAs::Applicant,
            id => self.facts.post(id).map_or(SignsAs::Responsible, SignsAs::Post),
        };
        SheetSigner { role: signer.role.clone(), by, name: signer.name }
    }

    /// Returns who received all cards of these rows, where each of them says so and of the same person.
    fn receiver(&self, rows: &[BookRow<'_>], disclosure: Disclosure) -> Result<Option<String>, BookError> {
        let name = |row: &BookRow<'_>| row.event().and_then(|entry| entry.person.texts.get(&Column::Penerima).cloned());
        let Some(first) = rows.first().filter(|first| name(first).is_some()) else { return Ok(None) };
        let Some(entry) = first.event().filter(|_| rows.iter().all(|row| name(row) == name(first))) else {
            return Ok(None);
        };
        let shown = self.of_entry(LedgerField::Penerima, entry, disclosure)?;
        Ok(if let Cell::Text(name) = shown { Some(name) } else { None })
    }

    /// Returns the number that the office gave to the slip of a dossier: that of the entry itself, or else the latest.
    fn given_number<'e>(&'e self, entry: &'e Entry) -> Option<&'e str> {
        let latest = || self.slips.get(&entry.berkas_id).map(|(_, number)| number.as_str());
        entry.nomor_bukti.as_deref().or_else(latest)
    }

    /// Whether the person of a row got a slip at the recording.
    fn has_slip(&self, row: &BookRow<'_>) -> bool {
        let recorded = |entry: &Entry| self.milestones.get(&entry.berkas_id).and_then(|reached| reached.recorded);
        row.event().is_some_and(|entry| recorded(entry).is_some() && self.slip_number(entry).is_some())
    }

    /// Returns the number of the slip that the person of a dossier got at the recording: the office's, or else ours.
    pub(super) fn slip_number(&self, entry: &Entry) -> Option<String> {
        if let Some(given) = self.given_number(entry) {
            return Some(given.to_owned());
        }
        let paper = self.facts.paper_of(Milestone::Recorded).filter(|paper| paper.lasting)?;
        Some(self.lasting_number(paper.code.as_deref()?, &entry.berkas_id))
    }

    /// Returns the number of the one sheet that a dossier has of a paper.
    fn lasting_number(&self, code: &str, berkas_id: &str) -> String {
        let begun = self.milestones.get(berkas_id).and_then(|reached| reached.begun);
        let klasifikasi = begun.and_then(|at| self.facts.classification(self.facts.zone.date(at)?));
        let klasifikasi = klasifikasi.unwrap_or(PaperNumbers::NO_CLASSIFICATION);
        self.facts.numbers.lasting(klasifikasi, code, berkas_id)
    }

    /// Returns the number of the statement by which a card of a batch was handed over.
    pub(super) fn statement_number(&self, kolektif_id: &str, handed_over_s: i64, is_late: bool) -> Option<String> {
        let paper = self.facts.paper_of(Milestone::HandedOver).filter(|paper| paper.sheet == SheetOf::Kolektif)?;
        let on = self.facts.zone.date(handed_over_s)?;
        let klasifikasi = self.facts.classification(on)?;
        let late = is_late.then_some(self.month);
        let sheet = NumberedSheet { klasifikasi, code: paper.code.as_deref()?, of: kolektif_id, on: Some(on), late };
        Some(self.facts.numbers.dated(sheet))
    }
}

/// Returns what a sheet is of, by one of its entries.
fn of(sheet: SheetOf, entry: &Entry) -> &str {
    match sheet {
        SheetOf::Berkas => &entry.berkas_id,
        SheetOf::Kolektif => &entry.kolektif_id,
        SheetOf::Pekon => &entry.pekon,
        SheetOf::Kantor => "",
    }
}
