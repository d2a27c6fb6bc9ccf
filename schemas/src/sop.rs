//! The standard operating procedure (SOP): its steps, their roles and outcomes, and the step after each outcome.
//!
//! Rule    SOP Penerbitan KTP Elektronik Kolektif, steps 1–10

use crate::Labels;
use crate::fact_files::Misfit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;

/// A standard operating procedure.
///
/// Invariant: the numbers of steps are unique, and so are the outcomes of a step. Every step can be reached from the first one. From
/// every step a berkas can come to an end, and it can be handed over.
#[derive(Clone, Debug, Serialize)]
pub struct Sop {
    /// The id, which is the file name.
    pub id: String,
    /// The title, as printed.
    pub title: String,
    /// The source.
    pub source: String,
    /// The steps, in order. A berkas begins with the first one.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// The number in the SOP.
    pub number: u8,
    /// The short name for tables and charts.
    pub label: String,
    /// The role that takes it.
    pub pelaksana: String,
    /// The description of the step, in Indonesian.
    pub act: String,
    /// Whether every berkas that is handed over must have it.
    pub mandatory: bool,
    /// The id of the book that it writes.
    pub ledger: Option<String>,
    /// The possible outcomes.
    pub outcomes: Vec<Outcome>,
}

/// An outcome of a step.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The value in the column `hasil`.
    pub hasil: String,
    /// As printed.
    pub label: String,
    /// The next step; `None` if the berkas ends here.
    pub next: Option<u8>,
    /// The milestone that it is for the figures, if any.
    pub milestone: Option<Milestone>,
}

/// The meaning of an outcome for the figures, independent of the SOP's numbers and words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// The berkas arrived.
    Received,
    /// The person was recorded (photo, fingerprints).
    Recorded,
    /// A check found all papers.
    Complete,
    /// A check sent the berkas back because papers were missing.
    Returned,
    /// The application was refused.
    Rejected,
    /// The document was printed.
    Printed,
    /// Printing failed.
    PrintFailed,
    /// The record check found that the person was already recorded.
    Duplicate,
    /// The document was gathered with its batch.
    Gathered,
    /// The document was handed over.
    HandedOver,
}

impl Milestone {
    /// Returns its name in the statements of the figures.
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
    /// Returns the step of a number.
    #[must_use]
    pub fn step(&self, number: u8) -> Option<&Step> {
        self.steps.iter().find(|s| s.number == number)
    }

    /// Returns the outcome of a step by its value in the column `hasil`.
    #[must_use]
    pub fn outcome(&self, number: u8, hasil: &str) -> Option<&Outcome> {
        self.step(number)?.outcomes.iter().find(|o| o.hasil == hasil)
    }

    /// What an outcome means to the figures.
    #[must_use]
    pub fn milestone(&self, number: u8, hasil: &str) -> Option<Milestone> {
        self.outcome(number, hasil)?.milestone
    }

    /// Whether the outcome is one of the step's.
    #[must_use]
    pub fn allows(&self, number: u8, hasil: &str) -> bool {
        self.outcome(number, hasil).is_some()
    }
}

/// A procedure as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenSop {
    id: Spanned<String>,
    title: String,
    source: String,
    #[serde(rename = "step")]
    steps: Vec<WrittenStep>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStep {
    number: Spanned<u8>,
    label: String,
    pelaksana: Spanned<String>,
    act: String,
    mandatory: bool,
    ledger: Option<String>,
    outcomes: Vec<WrittenOutcome>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOutcome {
    hasil: Spanned<String>,
    label: Option<String>,
    next: Option<Spanned<u8>>,
    milestone: Option<Milestone>,
}

impl WrittenSop {
    /// What is meant by the file of that name, of an office with these roles.
    pub(crate) fn meant(self, file: &str, roles: &Labels) -> Result<Sop, Misfit> {
        let misfit = |at: Range<usize>, reason: String| Err(Misfit { at, reason });
        if self.id.get_ref() != file {
            return misfit(self.id.span(), format!("its id is `{}`, not the file's name", self.id.get_ref()));
        }
        let numbers: BTreeSet<u8> = self.steps.iter().map(|step| *step.number.get_ref()).collect();
        let mut seen = BTreeSet::new();
        for step in &self.steps {
            let number = *step.number.get_ref();
            if number == 0 {
                return misfit(step.number.span(), "a step has the number 0; they are numbered from 1 on".to_owned());
            }
            if !seen.insert(number) {
                return misfit(step.number.span(), format!("two steps have the number {number}"));
            }
        }
        for step in &self.steps {
            let number = *step.number.get_ref();
            let role = step.pelaksana.get_ref();
            if !roles.contains_key(role) {
                return misfit(step.pelaksana.span(), format!("`{role}` is not in pelaksana.toml"));
            }
            let mut words = BTreeSet::new();
            for outcome in &step.outcomes {
                let hasil = outcome.hasil.get_ref();
                if !words.insert(hasil) {
                    return misfit(outcome.hasil.span(), format!("step {number} has the outcome `{hasil}` twice"));
                }
                if let Some(next) = outcome.next.as_ref().filter(|next| !numbers.contains(next.get_ref())) {
                    let next_step = next.get_ref();
                    return misfit(next.span(), format!("step {number} leads to {next_step}, which is no step"));
                }
            }
        }
        self.paths()?;
        let Self { id, title, source, steps } = self;
        Ok(Sop { id: id.into_inner(), title, source, steps: steps.into_iter().map(WrittenStep::meant).collect() })
    }

    /// Every step is reached, from every step a berkas comes to an end, and some are handed over.
    fn paths(&self) -> Result<(), Misfit> {
        let outcomes = |step: &WrittenStep| {
            step.outcomes.iter().map(|o| (o.next.as_ref().map(|n| *n.get_ref()), o.milestone)).collect::<Vec<_>>()
        };
        let mut reached: BTreeSet<u8> = self.steps.iter().take(1).map(|step| *step.number.get_ref()).collect();
        let mut ending = BTreeSet::new();
        // A step more in each round at least, or it was the last.
        for _ in &self.steps {
            for step in &self.steps {
                let (number, outcomes) = (*step.number.get_ref(), outcomes(step));
                if reached.contains(&number) {
                    reached.extend(outcomes.iter().filter_map(|(next, _)| *next));
                }
                let ends = |(next, milestone): &(Option<u8>, Option<Milestone>)| {
                    *milestone == Some(Milestone::HandedOver) || next.is_none_or(|next| ending.contains(&next))
                };
                if outcomes.iter().any(ends) {
                    ending.insert(number);
                }
            }
        }
        for step in &self.steps {
            let number = *step.number.get_ref();
            let reason = if !reached.contains(&number) {
                format!("no outcome leads from the first step to step {number}")
            } else if !ending.contains(&number) {
                format!("from step {number} on no berkas comes to an end")
            } else {
                continue;
            };
            return Err(Misfit { at: step.number.span(), reason });
        }
        let milestones = self.steps.iter().flat_map(|step| &step.outcomes).filter_map(|outcome| outcome.milestone);
        if milestones.into_iter().all(|milestone| milestone != Milestone::HandedOver) {
            let reason = "no outcome has the milestone handed_over, so that no berkas is ever finished".to_owned();
            return Err(Misfit { at: self.id.span(), reason });
        }
        Ok(())
    }
}

impl WrittenStep {
    fn meant(self) -> Step {
        let outcome = |o: WrittenOutcome| Outcome {
            label: o.label.unwrap_or_else(|| o.hasil.get_ref().replace('_', " ")),
            hasil: o.hasil.into_inner(),
            next: o.next.map(Spanned::into_inner),
            milestone: o.milestone,
        };
        Step {
            number: self.number.into_inner(),
            label: self.label,
            pelaksana: self.pelaksana.into_inner(),
            act: self.act,
            mandatory: self.mandatory,
            ledger: self.ledger,
            outcomes: self.outcomes.into_iter().map(outcome).collect(),
        }
    }
}
