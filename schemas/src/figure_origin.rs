//! Where a number comes from, and the cases behind it, as `pipeline` gives them to `reports`.

use crate::figure_key::FigureKey;
use crate::figure_meaning::CaseValue;
use crate::figures::{LeftOut, Spread};
use crate::period::Month;
use crate::provenance::Provenance;
use crate::verdict::Judgement;
use serde::{Serialize, Serializer};

/// Where a number of a month comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FigureOrigin {
    /// The month.
    pub month: Month,
    /// Which number it is.
    #[serde(skip)]
    pub key: FigureKey,
    /// The path of the page that shows this.
    pub path: String,
    /// What it is called.
    pub title: String,
    /// Its definition.
    pub meaning: String,
    /// What is counted.
    pub counted: String,
    /// How many cases it has, and the distribution of what is measured of each.
    #[serde(flatten)]
    pub spread: Spread,
    /// An amount that is no count of cases and may be negative, such as a stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// What is measured of each.
    #[serde(skip)]
    pub value: Option<CaseValue>,
    /// Of a share, how many of the cases are on the side that it counts.
    pub part: Option<u64>,
    /// The count of which it is a part, where the report names the share of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole: Option<OriginWhole>,
    /// What was judged of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub judgements: Vec<Judgement>,
    /// What is known with it, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<OriginDetail>,
    /// The working seconds of an average working day of the month, by which working time is told in working days.
    #[serde(skip)]
    pub working_day_s: Option<i64>,
    /// The counts that it is made of, where it is made of several.
    pub terms: Vec<OriginTerm>,
    /// The cases that the figure could not use.
    #[serde(serialize_with = "by_reason")]
    pub left_out: Vec<LeftOut>,
    /// Whether its cases are named.
    #[serde(skip)]
    pub names_cases: bool,
    /// The statements that gave it, as they were run.
    pub statements: Vec<RunStatement>,
    /// Which of their rows it adds up.
    pub sums: Vec<RowSum>,
    /// What they were run over.
    pub inputs: OriginInputs,
    /// How it is computed where no statement gives it: the command that does.
    pub command: Option<String>,
    /// Where the data come from.
    pub provenance: Provenance,
}

/// A count that a measure is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OriginTerm {
    /// The path of the page that shows where it comes from.
    pub path: String,
    /// What it is called.
    pub title: String,
    /// Only the cases of this detail.
    pub detail: Option<String>,
    /// Only values that are not above it.
    pub at_most: Option<i64>,
    /// Only values above it.
    pub above: Option<i64>,
    /// What the values are.
    #[serde(skip)]
    pub value: Option<CaseValue>,
    /// Whether it is on the side that the share counts.
    pub is_part: bool,
    /// How many cases it has.
    pub n: u64,
}

/// The count of which a number is a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OriginWhole {
    /// The path of the page that shows where it comes from.
    pub path: String,
    /// What it is called.
    pub title: String,
    /// How many cases it has.
    pub n: u64,
}

/// Something that is known with a number, as it is printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OriginDetail {
    /// What it is.
    pub name: String,
    /// What it comes to.
    pub words: String,
}

impl OriginDetail {
    /// Something that is known.
    #[must_use]
    pub fn of(name: &str, words: String) -> Self {
        Self { name: name.to_owned(), words }
    }
}

/// The rows of statements that a number adds up: the sum of their column `n`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowSum {
    /// The condition that they meet, as the script for another engine has it.
    pub condition: String,
    /// Whether they are on the side that a share counts; `None` if the number is no share.
    pub is_part: Option<bool>,
    /// What they add up to.
    pub n: u64,
}

/// A statement with the values of the month filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunStatement {
    /// The figure and the name of the statement: `issuance.sql, printed`.
    pub name: String,
    /// What was run.
    pub text: String,
}

/// A file of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputFile {
    /// Its path within the archive.
    pub path: String,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// The number of its rows.
    pub rows: u64,
}

/// What a number was computed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OriginInputs {
    /// The files of the archive, in the order of its log.
    pub files: Vec<InputFile>,
    /// The SHA-256 of the working calendar, as the script for another engine writes it.
    pub calendar_sha256: String,
    /// The SHA-256 of the SOP, likewise.
    pub sop_sha256: String,
}

/// The cases behind a number, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FigureCases {
    /// The month.
    pub month: Month,
    /// Which number it is.
    #[serde(skip)]
    pub key: FigureKey,
    /// The path of the page that shows where it comes from.
    pub path: String,
    /// What it is called.
    pub title: String,
    /// What is counted.
    pub counted: String,
    /// What is measured of each.
    #[serde(skip)]
    pub value: Option<CaseValue>,
    /// The cases.
    pub cases: Vec<FigureCase>,
    /// Where the data come from.
    pub provenance: Provenance,
}

/// A case. Its ids are numbers of the office's work and name no person.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FigureCase {
    /// The id of the berkas; empty for a batch.
    pub berkas: String,
    /// The id of the batch; empty where the figure does not need it.
    pub kolektif: String,
    /// The id of the event; empty for a berkas or a batch.
    pub event: String,
    /// The name of the village, or its code where the area table does not know it.
    pub pekon: String,
    /// Its kecamatan.
    pub kecamatan: String,
    /// The kind of application.
    pub jenis: String,
    /// The item that it belongs to.
    pub item: String,
    /// The SOP step; 0 where it says nothing.
    pub step: i64,
    /// What the item is divided by.
    pub name: String,
    /// What it is divided by further.
    pub detail: String,
    /// The name in the words of an official.
    pub words: String,
    /// What is measured of it.
    pub value: Option<i64>,
    /// Whether it is on the side that a share counts; `None` if the number is no share.
    pub is_part: Option<bool>,
}

fn by_reason<S: Serializer>(left_out: &[LeftOut], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(left_out.iter().map(|cases| (&cases.reason, cases.n)))
}
