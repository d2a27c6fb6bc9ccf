//! The review of a month, which `pipeline` gives to `reports`.
//!
//! Rule    what the archive does not tell is `None`, and never nothing: no log is not an empty one, and a public copy holds neither the
//!         rows that name residents nor those that wait in quarantine

use crate::document::{
    BacklogAge, Blanks, ComplianceSheet, FindingCount, KecamatanRow, Measure, NamedTime, Outages, PekonWaiting, Pending,
};
use crate::figures::{MonthFigures, Movement};
use crate::{Compared, Judgement, Labels, Month, Remark, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// The review that the Kepala Dinas reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct MonthlyReview {
    /// The judged month.
    pub sheet: ComplianceSheet,
    /// The month before, if the archive holds all of it.
    pub previous: Option<MonthFigures>,
    /// The judgements of the month before; empty if the archive does not hold all of it.
    #[serde(skip)]
    pub previous_judgements: Vec<Judgement>,
    /// How many berkas were open when the month began; `None` if the archive begins with it.
    pub open_before: Option<u64>,
    /// The measures of the first page, in order, each with the months before.
    pub measures: Vec<Measure>,
    /// The working seconds of an average working day of each of these months, so that a time reads as in the review of its month.
    #[serde(skip)]
    pub working_days_s: BTreeMap<Month, i64>,
    /// What has to be decided, the most urgent first.
    pub pending: Vec<Pending>,
    /// The printed cards that nobody has collected, by village, the most first.
    pub uncollected: Vec<PekonWaiting>,
    /// The stock of blank cards; `None` if the archive has no stock log that goes as far.
    pub blanks: Option<Blanks>,
    /// The outages; `None` if the archive has no outage log.
    pub outages: Option<Outages>,
    /// How often a berkas was sent back only for papers that its kind does not require; `None` in a copy of an archive that tells it
    /// only beside names.
    pub needless_returns: Option<u64>,
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
    pub documents: Labels,
    /// Ids and titles of the books, in order of step.
    pub books: Vec<(String, String)>,
    /// The steps that write them.
    #[serde(skip)]
    pub book_steps: Vec<u8>,
    /// How many steps every berkas must have.
    #[serde(skip)]
    pub mandatory_steps: u8,
    /// Printed words of roles by id.
    pub roles: Labels,
    /// Printed words of outcomes by their values.
    #[serde(skip)]
    pub outcomes: Labels,
    /// How many rows wait in quarantine; `None` in a copy of the archive without it.
    pub quarantined: Option<u64>,
    /// How many berkas of the month probably belong to a person who also came under another NIK, and how many were compared; `None` in a
    /// copy of the archive without the rows that name residents.
    pub probable_duplicates: Option<(u64, u64)>,
    /// The findings of data quality, in order of code; `None` in a copy of the archive without the rows that name residents.
    pub quality: Option<Vec<FindingCount>>,
    /// What the Kepala Dinas remarked on them, in the order in which it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
}

impl MonthlyReview {
    /// Returns what came into hand in the month, and what came to an end.
    #[must_use]
    pub fn movement(&self) -> Movement {
        self.sheet.figures.figures.movement
    }

    /// Returns the target of a measure, where it has a value, beside the figure of the month.
    #[must_use]
    pub fn target(&self, measure: &Measure) -> Option<Compared> {
        let judgement = measure.judgement.and_then(|place| self.sheet.judgements.get(place))?;
        Some(judgement.compared).filter(|compared| compared.verdict() != Verdict::NoTarget)
    }

    /// Returns how many berkas are open at the end of the month.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.sheet.figures.figures.backlog.values().sum()
    }

    /// Returns the first of the thirteen months that the archive has.
    #[must_use]
    pub fn first_month(&self) -> Option<Month> {
        self.sheet.figures.trend.first().map(|point| point.month)
    }

    /// Whether all of it is known, as it is where the office's whole archive is, and not only what a public copy tells.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let Self { sheet, needless_returns, quarantined, probable_duplicates, quality, .. } = self;
        let of_people = needless_returns.is_some() && probable_duplicates.is_some() && quality.is_some();
        of_people && quarantined.is_some() && sheet.knows_revision()
    }

    /// Returns the finding of that code; `None` if there is none, or it is not known.
    #[must_use]
    pub fn found(&self, code: &str) -> Option<&FindingCount> {
        self.quality.iter().flatten().find(|found| found.text.code == code)
    }

    /// Whether anything happened in the month.
    #[must_use]
    pub fn has_events(&self) -> bool {
        self.sheet.figures.figures.time_per_step.values().any(|step| step.events > 0)
    }
}
