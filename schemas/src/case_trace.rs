//! Everything that the archive has about a case, a batch or a person, in order of time.
//!
//! Rule    what is withheld from the reader is `null` or absent; a list that is not known, as in a public copy of the archive, is `null`
//!         and never empty

use crate::provenance::Provenance;
use crate::{Authority, FindingText, Month, Verdict, Zone};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;

/// An instant, as the clocks of the office show it.
pub type Instant = DateTime<FixedOffset>;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum TraceSubject {
    /// A berkas, by its id.
    Berkas(String),
    /// A batch, by its id.
    Kolektif(String),
    /// A person, by the pseudonym of the NIK.
    Orang(String),
}

impl TraceSubject {
    /// Returns its id; of a person the pseudonym.
    #[must_use]
    pub fn id(&self) -> &str {
        let (Self::Berkas(id) | Self::Kolektif(id) | Self::Orang(id)) = self;
        id
    }

    /// Returns the word of what it is.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Berkas(_) => "berkas",
            Self::Kolektif(_) => "kolektif",
            Self::Orang(_) => "orang",
        }
    }
}

/// Everything about a subject.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct CaseTrace {
    /// What was asked for.
    pub subject: TraceSubject,
    /// For what, as the reader said it; empty where nobody had to say it.
    pub purpose: String,
    /// The day on which it was made.
    pub on: NaiveDate,
    /// The zone in which its times are shown.
    #[serde(skip_serializing_if = "Zone::is_default")]
    pub zone: Zone,
    /// Whether NIK and names are masked.
    pub masked: bool,
    /// Whether it was made of a public copy of the archive, which does not tell of persons and of rows that are held back.
    pub public_copy: bool,
    /// The berkas, in order of their first event.
    pub cases: Vec<TracedCase>,
    /// What is wrong with the data of the batch as a whole; `None` where that is not known or not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_findings: Option<Vec<TracedFinding>>,
    /// Who looked at it; `None` as long as nobody records that.
    pub looked: Option<Vec<Look>>,
    /// Where the data come from.
    pub provenance: Provenance,
}

impl CaseTrace {
    /// Returns how many rows of the archive it shows, each form of an event counted.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.cases.iter().map(|case| (case.events.len() + case.corrections.len()) as u64).sum()
    }
}

/// Everything about a berkas.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TracedCase {
    /// Its id.
    pub berkas: String,
    /// Its batch.
    pub kolektif: String,
    /// The kind of application, in words.
    pub jenis: String,
    /// The citizenship.
    pub kewarganegaraan: String,
    /// The pekon or kelurahan and its kecamatan.
    pub area: String,
    /// When the batch was received.
    pub received: Instant,
    /// The applicant, as the last event has it; `None` where it is not known or is another person.
    pub person: Option<TracedPerson>,
    /// Where it stands, in words.
    pub state: String,
    /// When it came to an end; `None` while it is open.
    pub ended: Option<Instant>,
    /// Its events in their current form, in order of time.
    pub events: Vec<TracedEvent>,
    /// What was corrected, in the order in which it came.
    pub corrections: Vec<TracedCorrection>,
    /// What the targets in force say of it, by month.
    pub verdicts: Vec<TracedVerdict>,
    /// How it deviates from the SOP; `None` until it is handed over.
    pub deviations: Option<Vec<TracedDeviation>>,
    /// What is wrong with its data; `None` where that is not known.
    pub findings: Option<Vec<TracedFinding>>,
    /// Its rows that are held back; `None` where that is not known.
    pub held: Option<Vec<TracedHold>>,
    /// Its entries in the official books.
    pub books: Vec<TracedEntry>,
    /// The lists and papers that name it.
    pub papers: Vec<TracedPaper>,
    /// The months in which it has events or entries.
    pub months: Vec<TracedMonth>,
}

/// The applicant. What a masked copy hides is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the columns of the contract")]
pub struct TracedPerson {
    pub nik: Option<String>,
    pub nama: Option<String>,
    pub jenis_kelamin: Option<String>,
    pub tempat_lahir: Option<String>,
    pub tanggal_lahir: Option<NaiveDate>,
    pub pembawa: Option<String>,
    pub penerima: Option<String>,
}

/// An event in its current form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TracedEvent {
    /// Its key.
    pub event: String,
    /// The step of the SOP.
    pub step: u8,
    /// What the step is called.
    pub label: String,
    /// The role that took it, in words.
    pub pelaksana: String,
    /// The officer.
    pub petugas: Option<String>,
    /// When it began.
    pub began: Option<Instant>,
    /// When it ended.
    pub ended: Instant,
    /// The outcome, in words.
    pub hasil: String,
    /// The documents that were missing, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<String>,
    /// The number in the book that the step writes.
    pub number: Option<String>,
    /// How long it took, in seconds of the office's working time; `None` where it cannot be measured.
    pub handling_working_s: Option<i64>,
    /// The same in seconds.
    pub handling_s: Option<i64>,
    /// How long the berkas had waited for it, in seconds of working time.
    pub waiting_working_s: Option<i64>,
    /// The remark; absent from a masked copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Whether it names another NIK than the one that was asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub of_another: bool,
    /// When its row was written at the source.
    pub recorded: Instant,
    /// The commit that brought this form into the archive.
    pub arrival: TracedArrival,
    /// Whether it came after the books of its month were closed.
    pub late: bool,
    /// Whether it replaces an earlier form.
    pub correction: bool,
}

/// The commit that brought a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TracedArrival {
    /// The version of the archive that it made.
    pub version: u64,
    /// When.
    pub at: Option<Instant>,
    /// The SHA-256 of the commit.
    pub sidik: String,
}

/// A row that replaced an earlier one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TracedCorrection {
    /// The key of the event.
    pub event: String,
    /// Its step, in the later form.
    pub step: u8,
    /// What differs.
    pub changes: Vec<TracedChange>,
    /// The commit that brought the earlier form.
    pub before: TracedArrival,
    /// The commit that brought the later form.
    pub after: TracedArrival,
    /// Whether it came after the books of the month were closed.
    pub late: bool,
}

/// A column in which two forms of an event differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TracedChange {
    /// The column of the contract.
    pub column: String,
    /// What it is called.
    pub label: String,
    /// The value before; `None` where there was none, or it is withheld.
    pub before: Option<String>,
    /// The value after.
    pub after: Option<String>,
    /// Whether the values are withheld.
    pub withheld: bool,
}

/// What a target says of the berkas in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TracedVerdict {
    /// The month in which the figure of the target counts the berkas.
    pub month: Month,
    /// The id of the target.
    pub target: String,
    /// Its title.
    pub title: String,
    /// The regulation.
    pub regulation: String,
    /// Its article; empty if the text was not seen.
    pub article: String,
    /// The authority of the value.
    #[serde(rename = "standing")]
    pub authority: Authority,
    /// Whether this target decides.
    pub decides: bool,
    /// What was measured of the berkas, in words.
    pub measured: String,
    /// What the target requires of a single berkas, in words; `None` where that is not set.
    pub limit: Option<String>,
    /// Whether it is within that.
    pub verdict: Verdict,
}

/// A departure from the SOP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TracedDeviation {
    /// Its code and words.
    pub text: FindingText,
    /// The step, in words.
    pub step: String,
    /// What else is to be said.
    pub detail: String,
}

/// A finding about its data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TracedFinding {
    /// The month.
    pub month: Month,
    /// Its code and words.
    pub text: FindingText,
    /// The step; `None` if it is about none.
    pub step: Option<u8>,
    /// Papers, numbers, columns or counts.
    pub detail: String,
}

/// A row that is held back, because it breaks the contract of the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TracedHold {
    /// The key of its event, if that can be read.
    pub event: Option<String>,
    /// The step that made it, if that can be read.
    pub step: Option<u8>,
    /// Why.
    pub text: FindingText,
    /// The column in which it is wrong; empty if it is wrong as a whole.
    pub column: String,
    /// Since when.
    pub since: Option<Instant>,
}

/// An entry in an official book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TracedEntry {
    /// The id of the book.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The month of the book.
    pub month: Month,
    /// The row, as the book numbers it.
    pub row: u64,
    /// The number of the entry; `None` if it has none.
    pub number: Option<String>,
    /// The key of the event.
    pub event: String,
    /// The month to which the entry belongs, if it came after the books of that were closed.
    pub late_of: Option<Month>,
    /// The day on which the book was closed; `None` while it is open.
    pub closed: Option<NaiveDate>,
}

/// A list or a paper that names the berkas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TracedPaper {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The month of it.
    pub month: Month,
    /// The number of the sheet; `None` for a list, and for a letter that is numbered by hand.
    pub number: Option<String>,
    /// The day of the sheet, where it has one.
    pub on: Option<NaiveDate>,
    /// Whether its rows came after the books of their month were closed.
    pub late: bool,
}

/// A month that the berkas concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TracedMonth {
    /// The month.
    pub month: Month,
    /// How many of its events are of the month.
    pub events: u64,
    /// How many of these came after the books of the month were closed.
    pub late: u64,
    /// The day on which its books were closed; `None` while they are open.
    pub closed: Option<NaiveDate>,
    /// The version of the archive that closed them.
    pub closed_by: Option<u64>,
}

/// That somebody looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Look {
    /// When.
    pub at: Instant,
    /// Who.
    pub by: String,
    /// In which role.
    pub role: String,
    /// For what.
    pub purpose: String,
    /// What was shown.
    pub what: String,
}
