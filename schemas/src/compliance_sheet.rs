//! What was judged of a month, which `pipeline` gives to `reports`.

use crate::document::{Closing, Provenance, Revision};
use crate::figures::MonthFigures;
use crate::{Judgement, Month, Term};
use chrono::NaiveDate;
use serde::Serialize;

/// The judgements of a month.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ComplianceSheet {
    /// The month.
    pub month: Month,
    /// The service of the office, as the SOP calls it.
    pub service: String,
    /// The working seconds of an average working day of the month, by which working time is told in working days.
    pub working_day_s: Option<i64>,
    /// How the books of the month were closed; null while they are open, and reports provisional. They are signed on that day.
    pub closing: Option<Closing>,
    /// What late rows changed since then; `None` if nothing.
    pub revision: Option<Revision>,
    /// The judgements, in the order of the regulations.
    pub judgements: Vec<Judgement>,
    /// The figures that were judged.
    pub figures: MonthFigures,
    /// The words of documents, of which the reports explain some.
    #[serde(skip)]
    pub terms: Vec<Term>,
    /// Whether the archive has a log of outages. Without one, what is counted less outages still holds them.
    pub outage_log: bool,
    /// Where the data come from.
    pub provenance: Provenance,
    /// Whether counts and figures are withheld, because the sheet leaves the office.
    pub hide_small: bool,
    /// Whether targets that have no value yet are printed too.
    pub list_unset: bool,
}

impl ComplianceSheet {
    /// Returns the day on which reports of the month are signed: that of the closing, or of the last rows that came afterwards and
    /// changed its figures; `None` while the books are open, and where a copy of the archive does not tell it.
    #[must_use]
    pub fn signed_on(&self) -> Option<NaiveDate> {
        let closed_on = self.closing.as_ref().map(|closing| closing.on);
        self.revision.as_ref().map_or(closed_on, |revision| revision.on)
    }

    /// Whether it is known of every part of the reports whether it has changed.
    #[must_use]
    pub fn knows_revision(&self) -> bool {
        self.revision.as_ref().is_none_or(|revision| revision.unknown.is_empty())
    }
}
