//! What the figures, targets and checks say of each berkas.
//!
//! Reads   the events of the berkas alone, and for findings those near them
//! Gives   handling and waiting of each event, verdicts, deviations, findings, rows that are held back
//! Rule    each is asked of the code that answers for a whole month, with nothing but these berkas

use super::gathering::Gathered;
use super::history::{Histories, History, instant};
use super::{Context, TraceError};
use crate::archive::current_events::CurrentEvents;
use crate::figures::{FigureBook, QualityFinding, findings_of_cases};
use crate::pull::held_back::held_rows_of;
use crate::verdicts::case_verdicts::{CaseVerdict, MonthOfCases, case_verdicts};
use crate::verdicts::deviations;
use schemas::document::{TracedDeviation, TracedEvent, TracedFinding, TracedHold, TracedVerdict};
use schemas::{Column, Decisions, Facts, FigureKey, Language, Milestone, Month};
use std::collections::{BTreeMap, BTreeSet};

/// The figure of the times of steps, and its items by what they fill in.
const TIMES: &str = "time_per_step";
type Filled = fn(&mut TracedEvent) -> &mut Option<i64>;
const ITEMS: [(&str, Filled); 3] = [
    ("handling_working", |event| &mut event.handling_working_s),
    ("handling_wall", |event| &mut event.handling_s),
    ("waiting_working", |event| &mut event.waiting_working_s),
];

/// What is said of all berkas of a subject.
pub(super) struct Judged {
    verdicts: BTreeMap<String, Vec<TracedVerdict>>,
    deviations: BTreeMap<String, Vec<TracedDeviation>>,
    /// `None` where they are not known.
    findings: Option<BTreeMap<String, Vec<TracedFinding>>>,
    held: Option<BTreeMap<String, Vec<TracedHold>>>,
    /// The findings about the batch as a whole.
    pub(super) of_batch: Option<Vec<TracedFinding>>,
}

/// What is said of one berkas.
pub(super) struct OfCase {
    pub(super) verdicts: Vec<TracedVerdict>,
    pub(super) deviations: Option<Vec<TracedDeviation>>,
    pub(super) findings: Option<Vec<TracedFinding>>,
    pub(super) held: Option<Vec<TracedHold>>,
}

impl Judged {
    /// Asks the figures, targets and checks, and fills in the times of events.
    pub(super) fn of(
        context: Context<'_>,
        decisions: &Decisions,
        gathered: &Gathered,
        current: &CurrentEvents<'_>,
        histories: &mut Histories,
    ) -> Result<Self, TraceError> {
        let held = held(context, gathered)?;
        let mut judged =
            Self { verdicts: BTreeMap::new(), deviations: BTreeMap::new(), findings: None, held, of_batch: None };
        if histories.iter().next().is_none() {
            judged.findings = context.has_persons.then(BTreeMap::new);
            return Ok(judged);
        }
        let book = FigureBook::of_cases(context.archive, current, context.facts)?;
        let months = months_of(context, histories);
        for month in months.iter().filter(|(_, of)| !of.steps.is_empty()).map(|(month, _)| *month) {
            times(&book, month, histories)?;
        }
        for verdict in case_verdicts(&book, context.facts, decisions, &months)? {
            judged.verdicts.entry(verdict.berkas.clone()).or_default().push(traced(verdict));
        }
        let handed_over = months.iter().filter(|(_, of)| of.milestones.contains(&Milestone::HandedOver));
        for (month, _) in handed_over {
            for deviation in deviations(&book, &context.facts.sop, *month)? {
                let text = context.facts.finding_text(deviation.departure.code());
                let (step, detail) = (deviation.step_words(&context.facts.sop), deviation.detail(context.facts));
                let of = judged.deviations.entry(deviation.berkas_id).or_default();
                of.push(TracedDeviation { text, step, detail });
            }
        }
        judged.find(context, gathered, &months)?;
        Ok(judged)
    }

    /// Asks for what is wrong with the data, where persons are known.
    fn find(
        &mut self,
        context: Context<'_>,
        gathered: &Gathered,
        months: &BTreeMap<Month, MonthOfCases>,
    ) -> Result<(), TraceError> {
        let archive = context.archive;
        if !context.has_persons {
            return Ok(());
        }
        let rows = gathered.near(archive)?;
        let near = CurrentEvents::among(archive, &rows, archive.next_seq(), None)?;
        let whole = CurrentEvents::of(archive)?;
        let is_wanted = |place: &str| gathered.cases.contains(place) || gathered.batch.as_deref() == Some(place);
        let mut found: BTreeMap<String, Vec<TracedFinding>> = BTreeMap::new();
        for month in months.iter().filter(|(_, of)| !of.steps.is_empty()).map(|(month, _)| *month) {
            for finding in findings_of_cases(archive, (&near, &whole), context.facts, month, is_wanted)? {
                let of = found.entry(finding.place.clone()).or_default();
                of.push(traced_finding(context.facts, month, finding));
            }
        }
        let of_batch = gathered.batch.as_ref().map(|batch| found.remove(batch).unwrap_or_default());
        (self.findings, self.of_batch) = (Some(found), of_batch);
        Ok(())
    }

    /// Takes what is said of a berkas.
    pub(super) fn take(&mut self, berkas: &str, is_handed_over: bool) -> OfCase {
        let of = |all: &mut Option<BTreeMap<String, Vec<TracedFinding>>>| {
            all.as_mut().map(|all| all.remove(berkas).unwrap_or_default())
        };
        let deviations = self.deviations.remove(berkas);
        OfCase {
            verdicts: self.verdicts.remove(berkas).unwrap_or_default(),
            deviations: deviations.or_else(|| is_handed_over.then(Vec::new)),
            findings: of(&mut self.findings),
            held: self.held.as_mut().map(|all| all.remove(berkas).unwrap_or_default()),
        }
    }
}

/// Returns the months in which the berkas have events, or are open at the end.
fn months_of(context: Context<'_>, histories: &Histories) -> BTreeMap<Month, MonthOfCases> {
    let mut months: BTreeMap<Month, MonthOfCases> = BTreeMap::new();
    let last = context.archive.span().map(|(_, last)| last);
    for History { places, head, .. } in histories.iter() {
        for place in places {
            let of = months.entry(place.month).or_default();
            of.steps.insert(place.step);
            of.milestones.extend(place.milestone);
        }
        let (Some(first), Some(last_event)) = (places.first(), places.last()) else { continue };
        let end = if head.ended.is_some() { Some(last_event.month) } else { last.max(Some(last_event.month)) };
        let open = std::iter::successors(Some(first.month), |month| Some(month.next()));
        for month in open.take_while(|month| Some(*month) <= end) {
            months.entry(month).or_default();
        }
    }
    months
}

/// Fills in how long the events of a month took and waited.
fn times(book: &FigureBook, month: Month, histories: &mut Histories) -> Result<(), TraceError> {
    for (item, fills) in ITEMS {
        let Some(cases) = book.cases(month, &FigureKey::of(TIMES, item))? else { continue };
        for case in cases.cases {
            if let Some(event) = histories.event(&case.berkas, &case.event) {
                *fills(event) = case.value;
            }
        }
    }
    Ok(())
}

fn traced(of: CaseVerdict) -> TracedVerdict {
    let CaseVerdict { berkas: _, month, target, title, regulation, article, authority, decides, .. } = of;
    let CaseVerdict { measured, limit, verdict, .. } = of;
    TracedVerdict { month, target, title, regulation, article, authority, decides, measured, limit, verdict }
}

fn traced_finding(facts: &Facts, month: Month, of: QualityFinding) -> TracedFinding {
    let step = (of.step > 0).then_some(of.step);
    TracedFinding { month, text: facts.finding_text(of.code), step, detail: of.detail }
}

/// Returns the rows of the berkas, or of the batch, that are held back; `None` where that is not known.
fn held(context: Context<'_>, gathered: &Gathered) -> Result<Option<BTreeMap<String, Vec<TracedHold>>>, TraceError> {
    let wanted: BTreeSet<String> = gathered.cases.clone();
    let Some(rows) = held_rows_of(context.archive, Column::BerkasId, &wanted)? else { return Ok(None) };
    let mut held: BTreeMap<String, Vec<TracedHold>> = BTreeMap::new();
    for (berkas, row) in rows {
        let since = instant(context.facts, row.waiting.since_ms.saturating_mul(1_000), &berkas).ok();
        held.entry(berkas).or_default().push(TracedHold {
            text: context.facts.speech(Language::Indonesian).finding(&row.waiting.code),
            event: row.waiting.event_id,
            step: row.step,
            column: row.waiting.column,
            since,
        });
    }
    Ok(Some(held))
}
