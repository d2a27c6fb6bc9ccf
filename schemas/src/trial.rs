//! A trial of a target: what it would have said of past months, had it had another value.

use crate::provenance::Provenance;
use crate::{Authority, Compared, Month, Unit, Verdict};
use serde::Serialize;

/// A target with a value that is tried, and the months for which it is tried.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetTrial {
    /// The id of the target.
    pub target: String,
    /// Its title, in Indonesian.
    pub title: String,
    /// The kind of application, if the trial is for one only.
    pub jenis: Option<String>,
    /// Its printed words.
    #[serde(skip)]
    pub jenis_words: Option<String>,
    /// The value as it was written, in the unit of the target.
    pub written: f64,
    /// The unit of the target.
    pub unit: Unit,
    /// The months, in order.
    pub months: Vec<TrialMonth>,
    /// The strictest value that every whole month with a figure would have met, in seconds or as a share.
    pub strictest: Option<f64>,
    /// The working seconds of an average working day of the last month.
    pub working_day_s: Option<i64>,
    /// Where the data come from.
    pub provenance: Provenance,
}

/// A month of a trial.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrialMonth {
    /// The month.
    pub month: Month,
    /// Whether the archive holds all of it.
    pub is_complete: bool,
    /// The working seconds of an average working day of the month.
    #[serde(skip)]
    pub working_day_s: Option<i64>,
    /// The number of cases behind the figure.
    pub n: u64,
    /// The figure and the value that is tried.
    #[serde(skip)]
    pub compared: Compared,
    /// The figure, in seconds or as a share.
    pub figure: Option<f64>,
    /// The verdict, had the value been in force.
    pub verdict: Verdict,
    /// For a time: how many cases took no longer than the value.
    pub within: Option<u64>,
    /// What was in force about the figure; `None` if no target was.
    pub in_force: Option<ValueInForce>,
}

/// The value of a target that was in force.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValueInForce {
    /// The figure and the value.
    #[serde(skip)]
    pub compared: Compared,
    /// The value, in seconds or as a share.
    pub value: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
    /// The authority of the value.
    #[serde(rename = "standing")]
    pub authority: Authority,
}

impl TargetTrial {
    /// Returns how many whole months with a figure would have met the value, and of how many.
    #[must_use]
    pub fn met(&self) -> (usize, usize) {
        let judged = || self.months.iter().filter(|month| month.is_complete && month.figure.is_some());
        (judged().filter(|month| month.verdict == Verdict::Met).count(), judged().count())
    }
}
