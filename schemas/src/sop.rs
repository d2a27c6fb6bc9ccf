//! The SOP as data: steps, who takes them, what may come of them and what follows.
//!
//! Rule    SOP Penerbitan KTP Elektronik Kolektif, steps 1–10

use serde::{Deserialize, Serialize};

/// One standard operating procedure.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sop {
    /// Same as the file name.
    pub id: String,
    /// As printed.
    pub title: String,
    /// Where it was read.
    pub source: String,
    /// The steps in order.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Number in the SOP.
    pub number: u8,
    /// Short name for tables and charts.
    pub label: String,
    /// Role that takes it.
    pub pelaksana: String,
    /// What is done, in Indonesian.
    pub act: String,
    /// Whether every finished berkas must have it.
    pub mandatory: bool,
    /// Book written at this step.
    pub ledger: Option<String>,
    /// What may come of it.
    pub outcomes: Vec<Outcome>,
}

/// One outcome of a step.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Its word in the column `hasil`.
    pub hasil: String,
    /// The step that follows; none when the berkas ends here.
    pub next: Option<u8>,
    /// What the figures know it as; an outcome that none asks for has none.
    pub milestone: Option<Milestone>,
}

/// What an outcome means to the figures, whatever the SOP's step and word for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// The berkas arrived.
    Received,
    /// The person was recorded (photo, fingerprints).
    Recorded,
    /// A check found all papers there.
    Complete,
    /// A check sent it back for papers.
    Returned,
    /// It was refused.
    Rejected,
    /// The document was printed.
    Printed,
    /// Printing failed.
    PrintFailed,
    /// The record check found the person recorded already.
    Duplicate,
    /// The document was gathered with its batch.
    Gathered,
    /// The document was handed over.
    HandedOver,
}

impl Milestone {
    /// Its name in the statements of the figures.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Recorded => "recorded",
            Self::Complete => "complete",
            Self::Returned => "returned",
            Self::Rejected => "rejected",
            Self::Printed => "printed",
            Self::PrintFailed => "print_failed",
            Self::Duplicate => "duplicate",
            Self::Gathered => "gathered",
            Self::HandedOver => "handed_over",
        }
    }
}

impl Sop {
    /// The step of that number.
    #[must_use]
    pub fn step(&self, number: u8) -> Option<&Step> {
        self.steps.iter().find(|s| s.number == number)
    }

    /// What an outcome means to the figures.
    #[must_use]
    pub fn milestone(&self, number: u8, hasil: &str) -> Option<Milestone> {
        self.step(number)?.outcomes.iter().find(|o| o.hasil == hasil)?.milestone
    }

    /// Whether the outcome is one of the step's.
    #[must_use]
    pub fn allows(&self, number: u8, hasil: &str) -> bool {
        self.step(number).is_some_and(|s| s.outcomes.iter().any(|o| o.hasil == hasil))
    }
}
