//! A paper as a value: its sheets, which are printed, signed and written to files.

use crate::document::{BookCode, BookColumn, Cell, Closing, Post, Provenance};
use crate::paper::{Letter, RecordedName};
use crate::{Area, DocumentGroup, Month, PaperLayout, Zone};
use chrono::NaiveDate;
use serde::Serialize;

/// All sheets of a paper in a month or on a day.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct PaperSet {
    /// The id of its definition.
    pub id: String,
    /// The title, as printed.
    pub title: String,
    /// Its group.
    pub group: DocumentGroup,
    /// How it is set.
    pub layout: PaperLayout,
    /// The month.
    pub month: Month,
    /// The day, if it is of one alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
    /// The zone in which its times are shown.
    #[serde(skip_serializing_if = "Zone::is_default")]
    pub zone: Zone,
    /// The labels of what is said of each sheet.
    pub head: Vec<String>,
    /// Those of these labels whose numbers are added up in a workbook, by their place.
    #[serde(skip)]
    pub summed_head: Vec<usize>,
    /// The columns of its table.
    pub columns: Vec<BookColumn>,
    /// The sheets, in order of day and of what they are of.
    pub sheets: Vec<Sheet>,
    /// What it says around them.
    #[serde(skip)]
    pub words: PaperWords,
    /// Whether it is handed to people outside the office.
    #[serde(skip)]
    pub leaves_office: bool,
    /// The least height of a row in millimetres, where one is signed in.
    #[serde(skip)]
    pub row_mm: Option<u32>,
    /// Whether any of its fields is about a person.
    pub names_people: bool,
    /// Whether NIK and names are masked; a paper that names nobody has nothing to mask.
    pub masked: bool,
    /// How the books of the month were closed; null while they are open, until when papers of a month are provisional.
    pub closing: Option<Closing>,
    /// The code by which a printed copy is checked, which is the same in all of its volumes.
    pub code: BookCode,
    /// Where the data come from.
    pub provenance: Provenance,
}

/// The sentences of a paper, in minijinja, and who signs it.
#[derive(Clone, Debug, Default)]
pub struct PaperWords {
    /// Above the rows.
    pub opening: Vec<String>,
    /// Below them.
    pub closing: Vec<String>,
    /// The head of a letter.
    pub letter: Option<Letter>,
    /// Who signs.
    pub signers: Vec<SheetSigner>,
}

/// Who signs a sheet.
#[derive(Clone, Debug)]
pub struct SheetSigner {
    /// As what.
    pub role: String,
    /// Which post.
    pub by: SignsAs,
    /// A recorded name to print.
    pub name: Option<RecordedName>,
}

/// Whose signature it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignsAs {
    /// The Kepala Dinas.
    HeadOfOffice,
    /// Who acts for the pekon or kelurahan.
    OfThePekon,
    /// The person who applies.
    Applicant,
    /// A post of the office.
    Post(Post),
    /// The person who answers for the office's papers, where the paper's post is none of this office.
    Responsible,
}

/// One sheet.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Sheet {
    /// Its number.
    pub number: String,
    /// Its day: that of its events, or that on which the books of its month were closed; null where a pen writes it, as before these
    /// are closed and on every letter.
    pub on: Option<NaiveDate>,
    /// The batch, where it is of one.
    pub kolektif_id: Option<String>,
    /// The dossier, where it is of one.
    pub berkas_id: Option<String>,
    /// The pekon or kelurahan, where it is of one that the area table has.
    pub area: Option<Area>,
    /// Who brought the batch.
    pub pembawa: Cell,
    /// Who received its cards, where the source says so of every row and of one person.
    pub penerima: Option<String>,
    /// The officer who took the step, where all rows have the same one.
    pub petugas_id: Option<String>,
    /// What is said of it as a whole, by the labels of the paper.
    pub head: Vec<Cell>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// How many of them ask for something: a document that is lacking and has to be brought.
    #[serde(skip)]
    pub due: usize,
    /// How many of them are of a person who got a slip at the recording.
    #[serde(skip)]
    pub with_slip: usize,
    /// Whether its rows came after the books of their month were closed.
    pub late: bool,
}
