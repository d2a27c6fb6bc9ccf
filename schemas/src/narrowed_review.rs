//! The review of a part of a month's cases, and its form in JSON.
//!
//! Rule    what no row of a figure says of an area or a kind is not in it: a part of it would be a guess

use crate::document::{BacklogAge, Closing, KecamatanRow, Measure, MonthlyReview, PekonWaiting, Provenance};
use crate::figures::{
    Completeness, Conformance, Deadlines, Duplicates, Issuance, Movement, Spread, StepTimes, TrendPoint, Turnaround,
    Uncollected,
};
use crate::{Authority, Comparison, Judgement, Labels, Month, Narrowing, Unit, Verdict};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// The review of a part of a month's cases.
#[derive(Clone, Debug, PartialEq)]
pub struct NarrowedReview {
    /// Which cases are meant.
    pub to: Narrowing,
    /// The printed words of the kind of application, where one is meant.
    pub jenis: Option<String>,
    /// What the review says of these cases. What is not of cases is not known of them and is never shown: the stock, the outages, the
    /// quarantine, the findings and remarks, the numbers of the books, the batches, and what has to be decided.
    pub cases: MonthlyReview,
}

impl NarrowedReview {
    /// Whether a target binds these cases alone, so that they are judged by it: it is one for their kind of application in all
    /// kecamatan. Other targets bind the whole office.
    #[must_use]
    pub fn is_judged(&self, judgement: &Judgement) -> bool {
        judgement.jenis.is_some() && self.to.kecamatan.is_none() && judgement.jenis == self.to.jenis
    }

    fn written(&self) -> WrittenNarrowedReview<'_> {
        let MonthlyReview { sheet, .. } = &self.cases;
        let f = &sheet.figures.figures;
        WrittenNarrowedReview {
            month: sheet.month,
            kecamatan: self.to.kecamatan.as_deref(),
            jenis: self.to.jenis.as_deref(),
            service: &sheet.service,
            working_day_s: sheet.working_day_s,
            closing: sheet.closing.as_ref(),
            targets: sheet.judgements.iter().map(|judgement| self.target(judgement)).collect(),
            figures: NarrowedFigures {
                time_per_step: &f.time_per_step,
                completeness: &f.completeness,
                issuance: &f.issuance,
                turnaround: &f.turnaround,
                waiting_for_last_working: &f.batches.waiting_for_last_working,
                duplicates: &f.duplicates,
                conformance: &f.conformance,
                movement: f.movement,
                backlog: &f.backlog,
                uncollected: &f.uncollected,
            },
            deadlines: sheet.figures.deadlines,
            left_out: sheet.figures.left_out.iter().map(|cases| (cases.reason.as_str(), cases.n)).collect(),
            trend: &sheet.figures.trend,
            open_before: self.cases.open_before,
            measures: &self.cases.measures,
            uncollected: &self.cases.uncollected,
            backlog_age: &self.cases.backlog_age,
            by_kecamatan: &self.cases.kecamatan,
            steps: &self.cases.steps,
            documents: &self.cases.documents,
            roles: &self.cases.roles,
            provenance: &sheet.provenance,
        }
    }

    fn target<'a>(&self, judgement: &'a Judgement) -> NarrowedTarget<'a> {
        NarrowedTarget {
            target: &judgement.target,
            title: &judgement.title,
            step: judgement.step,
            jenis: judgement.jenis.as_deref(),
            decides: judgement.decides,
            figure: judgement.compared.figure(),
            n: judgement.n,
            comparison: judgement.compared.comparison(),
            value: judgement.compared.value(),
            unit: judgement.compared.unit(),
            authority: judgement.authority,
            regulation: &judgement.regulation,
            article: &judgement.article,
            source: &judgement.source,
            entered: &judgement.entered,
            verdict: self.is_judged(judgement).then(|| judgement.verdict()),
        }
    }
}

/// The review of a part of a month's cases, as it is written to JSON.
#[derive(Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schemars", schemars(rename = "NarrowedReview"))]
struct WrittenNarrowedReview<'a> {
    /// The month.
    month: Month,
    /// The kecamatan that it is narrowed to; null for all.
    kecamatan: Option<&'a str>,
    /// The kind of application that it is narrowed to; null for all.
    jenis: Option<&'a str>,
    /// The service of the office, as the SOP calls it.
    service: &'a str,
    /// The working seconds of an average working day of the month, by which working time is told in working days.
    working_day_s: Option<i64>,
    /// How the books of the month were closed; null while they are open, and the review provisional.
    closing: Option<&'a Closing>,
    /// The targets in force beside the figures of these cases.
    targets: Vec<NarrowedTarget<'a>>,
    /// The figures of these cases.
    figures: NarrowedFigures<'a>,
    /// How many berkas met each deadline.
    deadlines: Deadlines,
    /// The cases that figures could not use, by reason.
    left_out: BTreeMap<&'a str, u64>,
    /// Up to 13 months that end with this one, without the months before the first event.
    trend: &'a [TrendPoint],
    /// How many berkas were open when the month began; null if the archive begins with it.
    open_before: Option<u64>,
    /// The measures of the first page, in order, each with the months before; `judgement` is a place among the targets.
    measures: &'a [Measure],
    /// The printed cards that nobody has collected, by village, the most first.
    uncollected: &'a [PekonWaiting],
    /// How old the open berkas are.
    backlog_age: &'a BacklogAge,
    /// The flow of each kecamatan.
    by_kecamatan: &'a [KecamatanRow],
    /// The number and short name of each SOP step, in order.
    steps: &'a [(u8, String)],
    /// Printed words of missing documents by code.
    documents: &'a Labels,
    /// Printed words of roles by id.
    roles: &'a Labels,
    /// Where the data come from.
    provenance: &'a Provenance,
}

/// The figures that are of single cases, as the review of the whole month has them.
#[derive(Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
struct NarrowedFigures<'a> {
    /// The times of each SOP step.
    time_per_step: &'a BTreeMap<u8, StepTimes>,
    /// The result of the first checks of requirements.
    completeness: &'a Completeness,
    /// The times from complete requirements to a printed card.
    issuance: &'a Issuance,
    /// The times from receipt to hand-over.
    turnaround: &'a Turnaround,
    /// How long each card waited for the last one of its batch.
    waiting_for_last_working: &'a Spread,
    /// Three duplicate rates, which are never mixed.
    duplicates: &'a Duplicates,
    /// How many berkas conform to the SOP.
    conformance: &'a Conformance,
    /// What came into hand in the month, and what came to an end.
    movement: Movement,
    /// The open berkas at the end of the month, by last step.
    backlog: &'a BTreeMap<u8, u64>,
    /// The printed cards at the end of the month that nobody has collected, by the code of the village.
    uncollected: &'a BTreeMap<String, Uncollected>,
}

/// A target beside the figure of a part of the cases.
#[derive(Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
struct NarrowedTarget<'a> {
    /// The id of the target.
    target: &'a str,
    /// The title of the target, in Indonesian.
    title: &'a str,
    /// The SOP step, if the target is for one.
    step: Option<u8>,
    /// The kind of application, if the target is for one.
    jenis: Option<&'a str>,
    /// Whether this target decides. It does not if another regulation about the same figure has precedence.
    decides: bool,
    /// The figure of these cases, in seconds or as a share from 0 to 1.
    figure: Option<f64>,
    /// The number of cases behind the figure.
    n: u64,
    /// Which side of the value is good.
    comparison: Comparison,
    /// The value of the target.
    value: Option<f64>,
    /// The unit of figure and value.
    unit: Unit,
    /// The authority of the value.
    #[serde(rename = "standing")]
    authority: Authority,
    /// The regulation.
    regulation: &'a str,
    /// Its article; empty if the text was not seen.
    article: &'a str,
    /// The source of the rule.
    source: &'a str,
    /// Who entered the value and on which day; absent for a rule that the office did not enter.
    #[serde(skip_serializing_if = "str::is_empty")]
    entered: &'a str,
    /// The verdict; null for a target that binds the whole office, whose verdict the review of the whole month has.
    verdict: Option<Verdict>,
}

impl Serialize for NarrowedReview {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written().serialize(serializer)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for NarrowedReview {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NarrowedReview".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        WrittenNarrowedReview::json_schema(generator)
    }
}
