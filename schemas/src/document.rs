//! What reports receive: plain values, with every figure already computed.

pub use crate::book_code::BookCode;
pub use crate::ledger_book::{BookColumn, BookContent, Cell, Destruction, LedgerBook, RetentionCheck};
pub use crate::provenance::{Coverage, Provenance};

use crate::figures::{MonthFigures, Spread};
use crate::{Judgement, Month, Zone};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The office that issues a document, from the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// First line of the letterhead.
    pub pemerintah: String,
    /// Second line of the letterhead.
    pub dinas: String,
    /// Third line of the letterhead; empty leaves it out.
    #[serde(default)]
    pub alamat: String,
    /// The crest on the left of the letterhead: an SVG, PNG or JPEG file; empty leaves it out.
    #[serde(default)]
    pub lambang: String,
    /// Where documents are signed.
    pub tempat: String,
    /// The zone of its months, working hours and printed times; Western Indonesian Time where it names none.
    #[serde(default)]
    pub zona: Option<Zone>,
    /// Who takes note, on the left of a book.
    pub mengetahui: Signer,
    /// Who keeps the book, on the right.
    pub penanggung_jawab: Signer,
}

impl Office {
    /// Its zone.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zona.unwrap_or_default()
    }
}

/// A person who signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// Office held.
    pub jabatan: String,
    /// Name with titles; empty leaves a line for the pen.
    #[serde(default)]
    pub nama: String,
    /// NIP, 18 digits as printed 8-6-1-3; empty leaves a line for the pen.
    #[serde(default)]
    pub nip: String,
}

/// What was handed over in a month: a statement and a receipt for each batch and day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handover {
    /// The month.
    pub month: Month,
    /// The zone in which its times are shown.
    #[serde(default, skip_serializing_if = "Zone::is_default")]
    pub zone: Zone,
    /// In order of day and batch.
    pub batches: Vec<HandoverBatch>,
    /// Whether NIK and names are masked.
    pub masked: bool,
    /// Where the data come from.
    pub provenance: Provenance,
}

/// The cards of one batch that were handed over on one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandoverBatch {
    /// The batch.
    pub kolektif_id: String,
    /// The day.
    pub on: NaiveDate,
    /// The village; empty where the area table does not know it.
    pub pekon: String,
    /// Its kecamatan.
    pub kecamatan: String,
    /// Who brought the batch and takes the cards home.
    pub pembawa: Cell,
    /// The cards, in order of berkas.
    pub cards: Vec<HandoverCard>,
}

/// One card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct HandoverCard {
    pub berkas_id: String,
    pub nik: Cell,
    pub nama: Cell,
    pub jenis: Cell,
}

/// All judgements of a month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComplianceSheet {
    /// The month.
    pub month: Month,
    /// What the office does for people, as the SOP calls it.
    pub service: String,
    /// The day on which reports of the month are signed: its last working day.
    pub signed_on: NaiveDate,
    /// In the order of the regulations.
    pub judgements: Vec<Judgement>,
    /// The figures they rest on.
    pub figures: MonthFigures,
    /// Where the data come from.
    pub provenance: Provenance,
    /// Whether counts of one to four are hidden, and shares that tell them.
    pub hide_small: bool,
}

/// The office's calendar of a year, for the office to check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalendarYear {
    /// The year.
    pub year: i32,
    /// Every covered day of it.
    pub days: Vec<crate::OfficeDay>,
    /// Month, working days, working seconds.
    pub months: Vec<(Month, u64, i64)>,
    /// Hours of the week that hold on some day of it.
    pub hours: Vec<crate::HoursInForce>,
    /// Where the holidays are from.
    pub holidays_source: String,
    /// The program that wrote it.
    pub program: String,
}

/// The review that the Kepala Dinas reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MonthlyReview {
    /// The judged month.
    pub sheet: ComplianceSheet,
    /// The month before, when the archive has one.
    pub previous: Option<MonthFigures>,
    /// What moved since then, the largest relative change first.
    pub changes: Vec<Change>,
    /// Times of the month, in the order in which they are listed.
    #[serde(skip)]
    pub times: Vec<NamedTime>,
    /// How old the open berkas are.
    pub backlog_age: BacklogAge,
    /// Kecamatan with receipts, prints, hand-overs and open berkas.
    pub kecamatan: Vec<KecamatanRow>,
    /// What each SOP step does, in order.
    pub steps: Vec<(u8, String)>,
    /// Printed words of missing documents by code.
    pub documents: crate::Labels,
    /// Ids and titles of the books, in order of step.
    pub books: Vec<(String, String)>,
    /// Printed words of roles by id.
    pub roles: crate::Labels,
    /// Rows that wait in quarantine.
    pub quarantined: u64,
    /// Berkas of the month that are probably of a person who came under another NIK, and of how many.
    pub probable_duplicates: (u64, u64),
    /// What is wrong with the data of the month, in order of code.
    pub quality: Vec<FindingCount>,
}

/// Open berkas at the end of a month by last step and age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacklogAge {
    /// The greatest age of each class but the last, working days since the first event.
    pub up_to: Vec<u64>,
    /// Of each step how many there are in each class.
    pub steps: std::collections::BTreeMap<u8, Vec<u64>>,
}

/// How often something was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingCount {
    /// Its code and words.
    pub text: crate::FindingText,
    /// How often.
    pub n: u64,
}

/// What a verification of the archive found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerificationReport {
    /// The day.
    pub on: NaiveDate,
    /// Events of the archive; none where its log cannot be read as a whole.
    pub events: Option<u64>,
    /// Whether the kept figures were computed anew.
    pub figures: FigureCheck,
    /// What was not checked.
    pub unchecked: std::collections::BTreeSet<Unchecked>,
    /// Commits read.
    pub commits: u64,
    /// Files whose bytes were hashed.
    pub files: u64,
    /// Rows in them.
    pub rows: u64,
    /// SHA-256 of the last commit.
    pub head: String,
    /// What is wrong.
    pub findings: Vec<Found>,
    /// Where the data come from; none where the archive cannot be opened.
    pub provenance: Option<Provenance>,
    /// Version of the program.
    pub program: String,
}

/// Whether a verification computed the kept figures anew from the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureCheck {
    /// It did; each that differs is a finding.
    Recomputed,
    /// It did not, since files or the log are not what they should be.
    ArchiveAtFault,
    /// It did not, since without the office's key nothing that is kept is believed.
    KeyMissing,
    /// It did not, since the key at hand is not the one that the archive was written with.
    KeyOfAnother,
    /// There are none.
    ArchiveEmpty,
}

/// What a verification could not check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unchecked {
    /// The private tables, and with them the commitments.
    PrivateTables,
    /// Pseudonyms and salts: no key is at hand.
    KeyMissing,
    /// Pseudonyms and salts: the key at hand is not the archive's.
    KeyOfAnother,
    /// The kept figures, which need the office's facts and a whole archive; [`FigureCheck`] says which of them was missing.
    KeptFigures,
    /// Whether the log was cut off or written anew: no kept head was given.
    Completeness,
}

/// Something found at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its code and words.
    pub text: crate::FindingText,
    /// File or commit.
    pub place: String,
    /// How often.
    pub n: u64,
}

/// One kecamatan of the month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KecamatanRow {
    /// Its name.
    pub kecamatan: String,
    /// Berkas that arrived.
    pub received: u64,
    /// Berkas first printed.
    pub printed: u64,
    /// Berkas handed over.
    pub handed_over: u64,
    /// Berkas open at the end of the month.
    pub open: u64,
}

/// The standard that the PDF of a document keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum PdfStandard {
    /// PDF/A-1b.
    ///
    /// The oldest validators know it.
    A1b,
    /// PDF/A-2b.
    ///
    /// This is what the office keeps.
    #[default]
    A2b,
    /// PDF/A-2a and PDF/UA-1, tagged.
    ///
    /// Programs that read aloud need the tags.
    A2aUa1,
}

impl PdfStandard {
    /// All of them, the usual one first.
    pub const ALL: [Self; 3] = [Self::A2b, Self::A1b, Self::A2aUa1];

    /// Whether the file says what each part of it is, for programs that read aloud.
    #[must_use]
    pub fn is_tagged(self) -> bool {
        self == Self::A2aUa1
    }
}

/// A number that moved since the month before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Which number.
    pub id: String,
    /// What a sentence about it says.
    #[serde(skip)]
    pub words: ChangeWords,
    /// Its value this month.
    pub now: f64,
    /// Its value the month before.
    pub before: f64,
    /// Whether the move is for the better.
    pub better: bool,
}

/// What a sentence about a number that moved says: `SUBJECT naik dari … menjadi … TAIL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeWords {
    /// What is counted or measured.
    pub subject: &'static str,
    /// How its values are written.
    pub quantity: Quantity,
    /// What follows the value; may be empty.
    pub tail: &'static str,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A share of 0 to 1, as percent.
    Share,
    /// Whole seconds, as hours and minutes.
    Time,
    /// A count.
    Count,
}

/// A time that the review lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTime {
    /// From what to what, by which clock.
    pub words: &'static str,
    /// Its distribution.
    pub spread: Spread,
}
