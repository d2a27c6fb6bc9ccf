//! The figures of one month, as `tertib metrics --format json` writes them.
//!
//! All times are whole seconds. Percentiles are nearest-rank, so each is a value that occurred.

pub use crate::held_entries::HeldEntries;
pub use crate::spread::{Spread, SpreadValues};

use crate::{Month, Share};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// All figures of one month.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Figures {
    /// The month of `selesai` in the office's zone.
    pub month: Month,
    /// The times of each SOP step.
    pub time_per_step: BTreeMap<u8, StepTimes>,
    /// The result of the first checks of requirements.
    pub completeness: Completeness,
    /// The times from complete requirements to a printed card.
    pub issuance: Issuance,
    /// The times from receipt to hand-over.
    pub turnaround: Turnaround,
    /// How long cards waited for the last one of their batch.
    pub batches: Batches,
    /// Three duplicate rates, which are never mixed.
    pub duplicates: Duplicates,
    /// How many berkas conform to the SOP.
    pub conformance: Conformance,
    /// What came into hand in the month, and what came to an end.
    pub movement: Movement,
    /// The open berkas at the end of the month, by last step.
    pub backlog: BTreeMap<u8, u64>,
    /// The printed cards at the end of the month that nobody has collected, by the code of the village.
    pub uncollected: BTreeMap<String, Uncollected>,
    /// The numbering of each book, by its id.
    pub ledgers: BTreeMap<String, RegisterNumbers>,
}

/// One item of a figure in one cell of a division, as `tertib metrics --by` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FigureRow {
    /// The cell: a village, a kecamatan, a kind of application, an officer or a month; empty for all in one.
    pub cell: String,
    /// The figure.
    pub figure: String,
    /// What is counted or measured.
    pub item: String,
    /// The SOP step; 0 where it says nothing.
    pub step: i64,
    /// The step after it; 0 where it says nothing.
    pub next_step: i64,
    /// What the item is divided by further: an outcome, a role, a reason, a number; empty where it says nothing.
    pub name: String,
    /// A second text like `name`.
    pub detail: String,
    /// How many.
    pub n: u64,
    /// The distribution, where something is measured.
    #[serde(flatten)]
    pub values: Option<SpreadValues>,
}

/// A division of the figures into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum By {
    /// All in one.
    Total,
    /// By village, under its code.
    Pekon,
    /// By kecamatan.
    ///
    /// The cell has its name, or the village's code where the area table does not know the village.
    Kecamatan,
    /// By kind of application.
    Jenis,
    /// By officer.
    ///
    /// Only figures of single events have one.
    Officer,
    /// By month.
    Month,
}

/// A row as it may be shown. A count that may point at a person is hidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the same as in `FigureRow`")]
pub struct ReleasedRow {
    pub cell: String,
    pub figure: String,
    pub item: String,
    pub step: i64,
    pub next_step: i64,
    pub name: String,
    pub detail: String,
    /// The count; `None` if it is hidden.
    pub n: Option<u64>,
    /// The distribution, where something is measured and not hidden.
    #[serde(flatten)]
    pub values: Option<SpreadValues>,
}

impl From<FigureRow> for ReleasedRow {
    fn from(row: FigureRow) -> Self {
        let FigureRow { cell, figure, item, step, next_step, name, detail, n, values } = row;
        Self { cell, figure, item, step, next_step, name, detail, n: Some(n), values }
    }
}

/// The times of one step.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names say it: what is measured, by which clock")]
pub struct StepTimes {
    pub events: u64,
    pub handling_working: Spread,
    pub handling_wall: Spread,
    pub waiting_working: Spread,
}

/// First checks of the requirements (step 2).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Completeness {
    /// Berkas whose first check falls in the month.
    pub first_checks: u64,
    /// How many of these were found `lengkap` or `perlu_rekam`.
    pub complete: u64,
    /// How many checks sent the berkas back.
    pub returned: u64,
    /// How often each document was missing, by code.
    pub missing: BTreeMap<String, u64>,
}

/// Berkas first printed in the month, measured from the first `lengkap`/`perlu_rekam`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names say it: what is counted, by which clock")]
pub struct Issuance {
    pub printed: u64,
    pub wall: Spread,
    pub wall_less_outages: Spread,
    pub working: Spread,
    pub within_1_hour_wall: u64,
    pub within_24_hours_wall: u64,
    pub within_1_hour_working: u64,
    /// Printed on the day of completeness or the working day after it.
    pub within_1_working_day: u64,
    pub within_24_hours_wall_less_outages: u64,
    pub within_14_working_days: u64,
    /// Berkas that are complete, not printed, and past 1 hour at the end of the month.
    pub open_past_1_hour_wall: u64,
    /// The same past the working day after that of their completeness.
    pub open_past_1_working_day: u64,
    /// The same past 24 hours.
    pub open_past_24_hours_wall: u64,
}

/// Berkas handed over in the month.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Turnaround {
    /// How many berkas were handed over.
    pub handed_over: u64,
    /// The working time from receipt to hand-over.
    pub working: Spread,
    /// The same without the time in which the berkas was back with the applicant.
    pub working_less_applicant: Spread,
}

/// Berkas that came into hand in a month, and those that came to an end.
///
/// They come into hand with their first event, and what ended them first counts. With those open at the end of the month before, they
/// add up to those open at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names say it")]
pub struct Movement {
    pub entered: u64,
    pub handed_over: u64,
    pub rejected: u64,
    pub duplicate: u64,
}

/// Printed cards of a village that nobody has collected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Uncollected {
    /// How many.
    pub n: u64,
    /// The working days since the first print of the one that waits longest.
    pub oldest_working_days: u64,
}

/// Batches that came into hand in the month, and those whose last card was gathered in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Batches {
    /// How many batches came into hand: their first berkas did.
    pub received: u64,
    /// How many batches were completed.
    pub completed: u64,
    /// How long each card waited for the last one of its batch.
    pub waiting_for_last_working: Spread,
    /// The berkas that each batch waited for.
    pub held_up_by: BTreeMap<String, String>,
}

/// Three duplicate rates, as counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Duplicates {
    /// (a) Berkas that had a record check (step 6).
    pub record_checks: u64,
    /// (a) How many of these were found `duplikat`.
    pub record_duplicates: u64,
    /// (b) Berkas in the batches received in the month.
    pub batch_berkas: u64,
    /// (b) How many of these have a NIK that was already in the same batch.
    pub batch_same_nik: u64,
    /// (c) Berkas that arrived (step 1).
    pub arrivals: u64,
    /// (c) How many of these have a NIK that had arrived in another batch within 90 days.
    pub repeat_within_90_days: u64,
}

/// How many of the berkas handed over in the month conform to the SOP.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Conformance {
    /// How many berkas were handed over.
    pub finished: u64,
    /// How many have only successions and roles of the SOP.
    pub conforming: u64,
    /// How many have every mandatory step.
    pub all_mandatory_steps: u64,
    /// How often each succession occurred that is not in the SOP.
    pub wrong_succession: BTreeMap<Succession, u64>,
    /// How often each step was taken by a role that is not the one in the SOP.
    pub wrong_role: BTreeMap<StepByRole, u64>,
}

/// A step and its outcome, and the step that came next; `from:outcome>to` in JSON.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Succession {
    pub from: u8,
    pub outcome: String,
    pub to: u8,
}

/// A step and the role that took it; `step:role` in JSON.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub struct StepByRole {
    pub step: u8,
    pub role: String,
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Succession {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Succession".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[0-9]+:[^>]*>[0-9]+$"})
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for StepByRole {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StepByRole".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[0-9]+:"})
    }
}

impl Serialize for Succession {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}:{}>{}", self.from, self.outcome, self.to))
    }
}

impl Serialize for StepByRole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}:{}", self.step, self.role))
    }
}

/// The numbers that were written in one book in the month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct RegisterNumbers {
    /// How many entries have a number.
    pub entries: u64,
    /// The lowest number.
    pub first: Option<String>,
    /// The highest number.
    pub last: Option<String>,
    /// The numbers between them that no entry has, be it in the book or held back.
    pub numbers_missing: Vec<u64>,
    /// The numbers that more than one entry has.
    pub numbers_used_twice: Vec<u64>,
    /// The entries of the month that are held back, since their rows wait in quarantine; `None` in a copy of the archive without it,
    /// in which their numbers are among those that are missing.
    pub held_back: Option<HeldEntries>,
}

/// How many berkas met a deadline. An open berkas that is already past it counts as late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Deadline {
    /// Printed in the month within the limit.
    pub on_time: u64,
    /// Printed in the month after the limit.
    pub late: u64,
    /// Not printed at the end of the month and past the limit.
    pub open_past: u64,
}

impl Deadline {
    /// Returns the sum of these. An open berkas that is still within the limit is undecided and not counted.
    #[must_use]
    pub fn n(self) -> u64 {
        self.on_time + self.late + self.open_past
    }
}

/// The figures by which the 1-hour, 24-hour and 14-working-day rules are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names say it")]
pub struct Deadlines {
    pub within_1_hour_less_outages: Deadline,
    pub within_24_hours_less_outages: Deadline,
    pub within_14_working_days: Deadline,
}

/// One month of the trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TrendPoint {
    /// The month.
    pub month: Month,
    /// Berkas that arrived (first step 1).
    pub received: u64,
    /// Berkas first printed.
    pub printed: u64,
    /// Berkas handed over.
    pub handed_over: u64,
    /// Berkas open at its end.
    pub open: u64,
    /// What came into hand, and what came to an end.
    pub movement: Movement,
}

/// The figures with what reports need beside them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct MonthFigures {
    /// The figures.
    pub figures: Figures,
    /// How many berkas met each deadline.
    pub deadlines: Deadlines,
    /// Up to 13 months that end with this one, without the months before the first event.
    pub trend: Vec<TrendPoint>,
    /// The cases that figures could not use, in order of reason. In JSON these are counts by reason.
    #[serde(serialize_with = "by_reason")]
    #[cfg_attr(feature = "schemars", schemars(with = "BTreeMap<String, u64>"))]
    pub left_out: Vec<LeftOut>,
}

/// Cases that a figure could not use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The figure and the reason, such as `issuance.no_complete_check`.
    pub reason: String,
    /// The words of the report.
    pub words: &'static str,
    /// How many cases there are.
    pub n: u64,
}

fn by_reason<S: Serializer>(left_out: &[LeftOut], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(left_out.iter().map(|cases| (&cases.reason, cases.n)))
}

/// Returns the share of a part, from 0 to 1; `None` if the whole is nothing.
#[must_use]
pub fn share(part: u64, n: u64) -> Option<f64> {
    Share::new(part, n).map(Share::value)
}
