//! The documents that `pipeline` gives to `reports`: plain values, in which every figure is already computed.

pub use crate::book_code::{BookCode, LogPosition};
pub use crate::case_trace::{
    CaseTrace, Instant, Look, TraceSubject, TracedArrival, TracedCase, TracedChange, TracedCorrection, TracedDeviation,
    TracedEntry, TracedEvent, TracedFinding, TracedHold, TracedMonth, TracedPaper, TracedPerson, TracedVerdict,
};
pub use crate::closing::{Closing, Revised, RevisedPart, Revision};
pub use crate::compliance_sheet::ComplianceSheet;
pub use crate::disposal::DisposalReport;
pub use crate::ledger_book::{BookColumn, BookContent, Cell, Destruction, LedgerBook, Obstacle, WrittenCell};
pub use crate::monthly_review::MonthlyReview;
pub use crate::paper_sheets::{PaperSet, PaperWords, Sheet, SheetSigner, SignsAs};
pub use crate::post::Post;
pub use crate::provenance::{Coverage, LogStatement, Provenance};
pub use crate::review::{
    BacklogAge, Blanks, Comparison, FindingCount, KecamatanRow, Lasts, Measure, Measured, NamedTime, Outages,
    PekonWaiting, Pending, Side, Unusual,
};
pub use crate::trial::{TargetTrial, TrialMonth, ValueInForce};

use crate::{Month, Zone};
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
    /// Third line of the letterhead, the street and place; may be empty.
    #[serde(default)]
    pub alamat: String,
    /// The telephone number, in the last line of the letterhead; may be empty.
    #[serde(default)]
    pub telepon: String,
    /// The website, in the last line of the letterhead; may be empty.
    #[serde(default)]
    pub laman: String,
    /// The e-mail address, in the last line of the letterhead; may be empty.
    #[serde(default)]
    pub pos_el: String,
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
    /// The person who answers for documents whose definition names no post of its own, on the right.
    pub penanggung_jawab: Signer,
    /// The persons who hold the posts that sign.
    #[serde(default, skip_serializing)]
    pub pejabat: Vec<Official>,
}

impl Office {
    /// Returns the zone of the office.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zona.unwrap_or_default()
    }

    /// Returns the lines of the letterhead that are filled: government, office, street, and how the office is reached.
    #[must_use]
    pub fn letterhead(&self) -> Vec<String> {
        let reached = [("Telepon", &self.telepon), ("Laman", &self.laman), ("Pos-el", &self.pos_el)];
        let reached = reached.into_iter().filter(|(_, value)| !value.is_empty());
        let reached: Vec<String> = reached.map(|(name, value)| format!("{name} {value}")).collect();
        let lines = [self.pemerintah.clone(), self.dinas.clone(), self.alamat.clone(), reached.join("  ")];
        lines.into_iter().filter(|line| !line.is_empty()).collect()
    }

    /// Returns who holds a post: the officer of that number, or else who holds it without one.
    #[must_use]
    pub fn official(&self, post: &str, petugas: Option<&str>) -> Option<&Official> {
        let holds = |petugas: Option<&str>| {
            self.pejabat.iter().find(|official| official.jabatan == post && official.petugas.as_deref() == petugas)
        };
        petugas.and_then(|_| holds(petugas)).or_else(|| holds(None))
    }
}

/// A person who holds a post that signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Official {
    /// The id of the post: a role of the SOP, as `perekaman`, or another, as `pengurus_barang`.
    pub jabatan: String,
    /// The number of the officer in the source, where several hold the post; without it, the person signs for all others.
    #[serde(default)]
    pub petugas: Option<String>,
    /// Name with titles; empty leaves a line for the pen.
    #[serde(default)]
    pub nama: String,
    /// NIP, 18 digits as printed 8-6-1-3; empty leaves a line for the pen.
    #[serde(default)]
    pub nip: String,
    /// Rank and grade, as a statement names them; empty leaves a line for the pen.
    #[serde(default)]
    pub pangkat: String,
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

/// The office's calendar of a year, for the office to check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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
    /// The first and last day of each Ramadan for which no working hours are entered; the first is estimated.
    pub ramadan_without_hours: Vec<(NaiveDate, NaiveDate)>,
    /// The program that wrote it.
    pub program: String,
}

/// The result of a verification of the archive.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unchecked {
    /// The private tables, and with them the commitments.
    PrivateTables,
    /// Pseudonyms and salts, because there is no key.
    KeyMissing,
    /// Pseudonyms and salts, because the key is not the archive's.
    KeyOfAnother,
    /// The salts of rows that were written under an earlier key, because that key is not at hand.
    EarlierKey,
    /// The files of commits that were checked before.
    OlderFiles,
    /// The kept figures, which need the office's facts and an undamaged archive; [`FigureCheck`] gives the reason.
    KeptFigures,
    /// Whether the log was truncated or rewritten, because neither a kept head nor a kept checkpoint was given.
    Completeness,
    /// The tree of the log, because the archive is from before there was one.
    Log,
    /// The signatures of checkpoints, because no public key was given.
    Signature,
}

/// A fault and its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct LocatedFinding {
    /// Its code and words.
    pub text: crate::FindingText,
    /// The file or commit.
    pub place: String,
    /// How often.
    pub n: u64,
}

/// The form of a document's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum FileFormat {
    /// PDF/A.
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

impl FileFormat {
    /// Returns the ending of its files.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::Data => "data.json",
        }
    }

    /// Returns the form that the ending of a path names.
    #[must_use]
    pub fn of_path(path: &std::path::Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "pdf" => Some(Self::Pdf),
            "xlsx" => Some(Self::Xlsx),
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// How comma-separated values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum CsvDialect {
    /// For a spreadsheet of an Indonesian office: semicolons, decimal comma, dates as 05-10-2026, UTF-8 with byte order mark.
    Id,
    /// For programs: commas, decimal point, dates by ISO 8601.
    Rfc4180,
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
