//! What is asked of the desk, and what it gives. Both cross the border between two processes.

use crate::stamp::Seen;
use reports::DataSource;
use schemas::document::{BookCode, FileFormat};
use schemas::{FigureKey, Month, Narrowing};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A document that has a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Subject {
    /// The review of a month.
    Review(Month),
    /// The same of a part of its cases.
    Narrowed(Month, Narrowing),
    /// The compliance sheet of a month.
    Compliance(Month),
    /// The working calendar of a year.
    Calendar(i32),
}

/// A value of a target that is tried on thirteen months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tried {
    /// The last of the months.
    pub(super) month: Month,
    /// The id of the target.
    pub(super) target: String,
    /// For one kind of application only.
    pub(super) jenis: Option<String>,
    /// The value, a number.
    pub(super) value: String,
}

/// What a trace is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum About {
    Berkas,
    Kolektif,
    Orang,
}

/// A trace that somebody asked for, with what was noted of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tracing {
    /// Of what kind it is.
    pub(super) about: About,
    /// The id of the case or batch, or the pseudonym of the person.
    pub(super) id: String,
    /// For what it was asked.
    pub(super) purpose: String,
    /// By which each is another one: who looked before differs from one to the next.
    pub(super) once: String,
}

/// What is to be made. What is equal gives the same as long as the archive and the office's files are what they were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Work {
    /// The months of which the archive has something.
    Months,
    /// What the page of a document says.
    Page(Subject),
    /// A picture of that page.
    Picture(Subject, String),
    /// The document as a file.
    File(Subject, FileFormat),
    /// Where a number of a month comes from, for who may see its cases or not.
    Origin(Month, FigureKey, bool),
    /// The same as JSON.
    OriginFile(Month, FigureKey),
    /// The script that computes a number again.
    Rerun(Month, FigureKey),
    /// The cases behind a number.
    Cases(Month, FigureKey),
    /// The same as a file.
    CasesFile(Month, FigureKey, FileFormat),
    /// What may be asked of: the views, with what their columns mean.
    Views,
    /// The views of the archive's own rows for `DuckDB`.
    ViewsElsewhere,
    /// Everything about a case or a batch.
    Trace(Tracing),
    /// The same as a file.
    TraceFile(Tracing, FileFormat),
    /// What the archive's log states of itself.
    Statements,
    /// Whether a code is of a document that says what the archive gives, and the SHA-256 is that of its file.
    Printed(BookCode, Option<String>),
    /// Which rows of an event are proved.
    Proved(String),
    /// The proof of a row or a commit, by its name.
    Proof(String),
    /// A statement that was signed, by the size of the tree.
    Statement(u64),
    /// The proof that the tree of a size continues that of another one.
    Continued(u64, u64),
    /// How often a month has a finding.
    Finding(Month, String),
    /// What a target would have said.
    Trial(Tried),
    /// The picture of that page.
    TrialPicture(Tried),
    /// The trial as a file.
    TrialFile(Tried, FileFormat),
    /// The list of a month's documents in the office's folder, which was last changed then.
    Shelf(Month, Option<Seen>),
}

/// What is sent to the desk.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// Which state of the archive and the office's files it is of; the desk reads them anew for another one.
    pub(super) state: u64,
    /// What is to be made.
    pub(super) work: Work,
}

/// What the desk answers, in one line; the bytes of a file follow it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Delivery {
    /// The months, in order.
    Months(Vec<Month>),
    /// What a page says.
    Said {
        /// Its template.
        template: String,
        /// What the template reads.
        values: Value,
        /// The paths of the pages that explain its numbers; null where it has none.
        origins: Value,
        /// Where the data come from, if it is from the archive.
        source: Option<DataSource>,
    },
    /// A file of so many bytes.
    File {
        name: String,
        length: usize,
        /// Whether it is packed by gzip, to be unpacked by the browser.
        is_packed: bool,
    },
    /// There is no such thing.
    Nothing,
    /// Why there is nothing.
    Fault(String),
}

impl Tracing {
    /// What it is about, as an entry of the log names it: nobody's NIK.
    pub(super) fn what(&self) -> String {
        let word = match self.about {
            About::Berkas => "berkas",
            About::Kolektif => "kolektif",
            About::Orang => "orang",
        };
        format!("{word} {}", self.id)
    }

    /// Whether it is about a person, which not everybody sees who may trace a case.
    pub(super) fn is_personal(&self) -> bool {
        self.about == About::Orang
    }
}

impl Subject {
    /// Its path, without a slash at its beginning, and without a query.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Review(month) | Self::Narrowed(month, _) => format!("tinjauan/{month}"),
            Self::Compliance(month) => format!("kepatuhan/{month}"),
            Self::Calendar(year) => format!("kalender/{year}"),
        }
    }

    /// The query of its page, with its question mark; empty where it has none.
    pub(super) fn query(&self) -> String {
        match self {
            Self::Narrowed(_, to) => to.query(),
            Self::Review(_) | Self::Compliance(_) | Self::Calendar(_) => String::new(),
        }
    }
}
