//! The documents that `pipeline` gives to `reports`: plain values, in which every figure is already computed.

pub use crate::book_code::BookCode;
pub use crate::ledger_book::{BookColumn, BookContent, Cell, Destruction, LedgerBook, RetentionCheck};
pub use crate::provenance::{Coverage, Provenance};

use crate::figures::{MonthFigures, Spread};
use crate::{Judgement, Month, Zone};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The office that issues a document, from the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// First line of the letterhead.
    pub pemerintah: String,
    /// Second line of the letterhead.
    pub dinas: String,
    /// Third line of the letterhead; may be empty.
    #[serde(default)]
    pub alamat: String,
    /// Path of the crest on the left of the letterhead, an SVG, PNG or JPEG file; may be empty.
    #[serde(default)]
    pub lambang: String,
    /// The place where documents are signed.
    pub tempat: String,
    /// The zone of its months, working hours and printed times; Western Indonesian Time if it is not given.
    #[serde(default)]
    pub zona: Option<Zone>,
    /// The person who takes note, on the left of a book.
    pub mengetahui: Signer,
    /// The person who keeps the book, on the right.
    pub penanggung_jawab: Signer,
}

impl Office {
    /// Returns the zone of the office.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zona.unwrap_or_default()
    }
}

/// A person who signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// The post that the person holds.
    pub jabatan: String,
    /// Name with titles; empty leaves a line for the pen.
    #[serde(default)]
    pub nama: String,
    /// NIP, 18 digits as printed 8-6-1-3; empty leaves a line for the pen.
    #[serde(default)]
    pub nip: String,
}

/// The hand-overs of a month, for which a statement and a receipt are printed per batch and day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handover {
    /// The month.
    pub month: Month,
    /// The zone in which its times are shown.
    #[serde(default, skip_serializing_if = "Zone::is_default")]
    pub zone: Zone,
    /// The batches, in order of day and batch.
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
    /// The name of the pekon; empty if the area table does not have it.
    pub pekon: String,
    /// The name of its kecamatan.
    pub kecamatan: String,
    /// The person who brought the batch and takes the cards home.
    pub pembawa: Cell,
    /// The cards, in order of berkas.
    pub cards: Vec<HandoverCard>,
}

/// A card that was handed over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct HandoverCard {
    pub berkas_id: String,
    pub nik: Cell,
    pub nama: Cell,
    pub jenis: Cell,
}

/// The judgements of a month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComplianceSheet {
    /// The month.
    pub month: Month,
    /// The service of the office, as the SOP calls it.
    pub service: String,
    /// The day on which reports of the month are signed: its last working day.
    pub signed_on: NaiveDate,
    /// The judgements, in the order of the regulations.
    pub judgements: Vec<Judgement>,
    /// The figures that were judged.
    pub figures: MonthFigures,
    /// Where the data come from.
    pub provenance: Provenance,
    /// Whether counts and figures are withheld, because the sheet leaves the office.
    pub hide_small: bool,
}

/// The office's calendar of a year, for the office to check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalendarYear {
    /// The year.
    pub year: i32,
    /// Every covered day of it.
    pub days: Vec<crate::OfficeDay>,
    /// The months, each with its working days and working seconds.
    pub months: Vec<(Month, u64, i64)>,
    /// The weekly hours that apply on some day of the year.
    pub hours: Vec<crate::HoursInForce>,
    /// The source of the holidays.
    pub holidays_source: String,
    /// The program that wrote it.
    pub program: String,
}

/// The review that the Kepala Dinas reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MonthlyReview {
    /// The judged month.
    pub sheet: ComplianceSheet,
    /// The month before, if the archive has it.
    pub previous: Option<MonthFigures>,
    /// The numbers that moved since then, the largest relative change first.
    pub changes: Vec<Change>,
    /// The times that the review lists, in order.
    #[serde(skip)]
    pub times: Vec<NamedTime>,
    /// How old the open berkas are.
    pub backlog_age: BacklogAge,
    /// The flow of each kecamatan.
    pub kecamatan: Vec<KecamatanRow>,
    /// The number and short name of each SOP step, in order.
    pub steps: Vec<(u8, String)>,
    /// Printed words of missing documents by code.
    pub documents: crate::Labels,
    /// Ids and titles of the books, in order of step.
    pub books: Vec<(String, String)>,
    /// Printed words of roles by id.
    pub roles: crate::Labels,
    /// How many rows wait in quarantine.
    pub quarantined: u64,
    /// How many berkas of the month probably belong to a person who also came under another NIK, and how many were compared.
    pub probable_duplicates: (u64, u64),
    /// The findings of data quality, in order of code.
    pub quality: Vec<FindingCount>,
}

/// Open berkas at the end of a month by last step and age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacklogAge {
    /// The greatest age in each class but the last, in working days since the first event.
    pub up_to: Vec<u64>,
    /// How many berkas are in each class, by step.
    pub steps: std::collections::BTreeMap<u8, Vec<u64>>,
}

/// How often a finding was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingCount {
    /// Its code and words.
    pub text: crate::FindingText,
    /// How often.
    pub n: u64,
}

/// The result of a verification of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerificationReport {
    /// The day of the verification.
    pub on: NaiveDate,
    /// The number of events in the archive; `None` if its log cannot be read completely.
    pub events: Option<u64>,
    /// Whether the kept figures were computed again.
    pub figures: FigureCheck,
    /// The parts that were not checked.
    pub unchecked: std::collections::BTreeSet<Unchecked>,
    /// The number of commits that were read.
    pub commits: u64,
    /// The number of files whose digest was checked.
    pub files: u64,
    /// The number of rows in these files.
    pub rows: u64,
    /// SHA-256 of the last commit.
    pub head: String,
    /// The faults that were found.
    pub findings: Vec<LocatedFinding>,
    /// Where the data come from; `None` if the archive cannot be opened.
    pub provenance: Option<Provenance>,
    /// Version of the program.
    pub program: String,
}

/// Whether a verification computed the kept figures again from the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureCheck {
    /// They were computed; each difference is a finding.
    Recomputed,
    /// They were not, because files or the log are damaged.
    ArchiveAtFault,
    /// They were not, because kept figures cannot be trusted without the office's key.
    KeyMissing,
    /// They were not, because the key is not the one with which the archive was written.
    KeyOfAnother,
    /// The archive is empty and has none.
    ArchiveEmpty,
}

/// A part of the archive that a verification could not check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unchecked {
    /// The private tables, and with them the commitments.
    PrivateTables,
    /// Pseudonyms and salts, because there is no key.
    KeyMissing,
    /// Pseudonyms and salts, because the key is not the archive's.
    KeyOfAnother,
    /// The files of commits that were checked before.
    OlderFiles,
    /// The kept figures, which need the office's facts and an undamaged archive; [`FigureCheck`] gives the reason.
    KeptFigures,
    /// Whether the log was truncated or rewritten, because no kept head was given.
    Completeness,
}

/// A fault and its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocatedFinding {
    /// Its code and words.
    pub text: crate::FindingText,
    /// The file or commit.
    pub place: String,
    /// How often.
    pub n: u64,
}

/// The flow of one kecamatan in a month.
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

/// The form of a document's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum FileFormat {
    /// PDF/A-2b.
    Pdf,
    /// Comma-separated values.
    Csv,
    /// A workbook: typed columns, frozen head.
    Xlsx,
    /// All data of the document.
    Json,
    /// What the layout of the PDF reads, as `NAME.data.json`.
    Data,
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

/// A number that differs from the month before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The id of the number.
    pub id: String,
    /// The words for a sentence about it.
    #[serde(skip)]
    pub words: ChangeWords,
    /// Its value this month.
    pub now: f64,
    /// Its value the month before.
    pub before: f64,
    /// Whether the move is for the better.
    pub better: bool,
}

/// The words for a sentence about a number that moved: `SUBJECT naik dari … menjadi … TAIL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeWords {
    /// The subject: what is counted or measured.
    pub subject: &'static str,
    /// The form in which its values are written.
    pub quantity: Quantity,
    /// The words after the second value; may be empty.
    pub tail: &'static str,
}

/// The form in which a number is written.
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
    /// The words for the period and the clock.
    pub words: &'static str,
    /// Its distribution.
    pub spread: Spread,
}
