//! How good are the data of a month?
//!
//! Reads   the month's events with their personal columns; earlier events of the same berkas, batch and NIK; the stock
//!         of blanks, the outages, the quarantine
//! Gives   per column how many rows should have a value, have one, and have a valid one; findings by berkas, book or day
//! Rule    NIK: PP 37/2007 Pasal 37; papers: data/kelengkapan; ages: data/applicant.toml; values that are implausible but
//!         break no rule: data/kewajaran.toml; order: the SOP
//! Finds   W001–W004, W006, W007 (as at the pull) and Q001–Q046; never a NIK or a name, only ids

mod applicant;
mod batches;
mod columns;
mod history;
mod outages;
mod papers;
mod people;
mod registers;
mod stock;
mod times;

pub use columns::ColumnQuality;
pub(crate) use papers::needless_returns;

use crate::archive::columns::texts;
use crate::archive::current_events::{CurrentBatch, CurrentEvents};
use crate::archive::quarantine::Quarantine;
use crate::archive::{Archive, ArchiveError};
use crate::figures::additive;
use crate::figures::divisions;
use crate::figures::error::{FigureError, within};
use crate::figures::summary;
use crate::figures::suppression::{self, Mask};
use crate::pull::held_back::held_back;
use polars::prelude::{Column, DataFrame, NamedFrom, Series};
use schemas::figures::{By, FigureRow, ReleasedRow};
use schemas::{Event, Facts, Month, Wilayah};
use std::collections::{BTreeMap, BTreeSet};

/// The figure's name in `tertib quality --by`.
const FIGURE: &str = "data_quality";

/// A fault in the data of a month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QualityFinding {
    /// The code in `findings.toml`.
    pub code: &'static str,
    /// The berkas, the id of a book, or the date of a day.
    pub place: String,
    /// The step; 0 if the finding is not about one.
    pub step: u8,
    /// Papers, numbers, columns or counts. It is never personal.
    pub detail: String,
    /// The count: 1, or how many numbers are missing.
    pub n: u64,
    /// The pekon of the applicant's batch; empty for a book or a day.
    pub pekon: String,
    /// The kind of application; empty for a book or a day.
    pub jenis: String,
    /// The officer who took the step; empty if the fault is in the applicant's data.
    pub officer: String,
}

/// A return of a berkas only for papers that its kind does not require.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NeedlessReturn {
    /// The berkas.
    pub berkas: String,
    /// The step that sent it back.
    pub step: u8,
    /// The papers that were said to be missing, by their codes.
    pub papers: Vec<String>,
    /// The pekon of the event.
    pub pekon: String,
    /// The kind of application.
    pub jenis: String,
}

/// The data quality of a month.
#[derive(Clone, Debug)]
pub struct Quality {
    /// Every column of the contract, in its order.
    pub columns: Vec<ColumnQuality>,
    /// The findings, in order of code and place.
    pub findings: Vec<QualityFinding>,
    /// How many rows of any month wait in quarantine, by code and column.
    pub quarantine: BTreeMap<(String, String), u64>,
}

/// Collects findings, each once.
struct Found<'a> {
    facts: &'a Facts,
    findings: BTreeSet<QualityFinding>,
}

impl Found<'_> {
    /// Adds a finding about the applicant's data: once for a berkas, whichever officer took the step.
    fn applicant(&mut self, code: &'static str, event: &Event<'_>, detail: &str) {
        self.add(code, event, 0, detail, "");
    }

    /// Adds a finding about a berkas whose events disagree, so that it belongs to no single cell.
    fn berkas(&mut self, code: &'static str, event: &Event<'_>, detail: &str) {
        self.elsewhere(code, event.berkas_id.to_owned(), 0, detail.to_owned(), 1);
    }

    /// Adds a finding about one event.
    fn event(&mut self, code: &'static str, event: &Event<'_>, detail: &str) {
        self.add(code, event, event.langkah, detail, event.petugas_id.unwrap_or_default());
    }

    fn add(&mut self, code: &'static str, event: &Event<'_>, step: u8, detail: &str, officer: &str) {
        self.findings.insert(QualityFinding {
            code,
            place: event.berkas_id.to_owned(),
            step,
            detail: detail.to_owned(),
            n: 1,
            pekon: event.pekon.to_owned(),
            jenis: event.jenis.to_owned(),
            officer: officer.to_owned(),
        });
    }

    /// Adds a finding about a book or a day, which has no pekon, kind or officer.
    fn elsewhere(&mut self, code: &'static str, place: String, step: u8, detail: String, n: u64) {
        let (pekon, jenis, officer) = Default::default();
        self.findings.insert(QualityFinding { code, place, step, detail, n, pekon, jenis, officer });
    }
}

/// Examines the data quality of a month.
///
/// # Errors
/// [`FigureError::NoMonth`] when the archive does not hold it; [`FigureError::Archive`] when a part is damaged, the private parts may
/// not be read, or the archive is a public copy.
pub fn quality(archive: &Archive, facts: &Facts, month: Month) -> Result<Quality, FigureError> {
    let Some((first, last)) = archive.span() else { return Err(archive.empty().into()) };
    within(Some((first, last)), month)?;
    archive.check_persons_of(month)?;
    let current = CurrentEvents::of(archive)?;
    let batches = current.batches(|file| file.month == month, &schemas::Column::ALL, &[]);
    let batches = batches.collect::<Result<Vec<_>, _>>()?;
    let events = in_order(&batches)?;
    let mut found = Found { facts, findings: BTreeSet::new() };
    check_cases(&current, month, &events, first, &mut found)?;
    let held = held_back(archive, facts.zone)?.unwrap_or_default();
    registers::check(month, &events, &held, &mut found);
    stock::check(archive, month, &events, &mut found)?;
    outages::check(archive, month, &mut found)?;
    let columns = columns::of(&events, facts);
    Ok(Quality { columns, findings: found.findings.into_iter().collect(), quarantine: quarantine(archive)? })
}

/// Checks berkas and batches by their events of a month, against all events up to its end.
fn check_cases(
    current: &CurrentEvents<'_>,
    month: Month,
    events: &[Event<'_>],
    archived_from: Month,
    found: &mut Found<'_>,
) -> Result<(), ArchiveError> {
    let history = history::of(current, &found.facts.sop, month, events)?;
    for event in events {
        applicant::check(event, found);
        papers::check(event, found);
        times::check(event, found);
        history::check(event, &history, archived_from, found);
    }
    people::check(current, month, events, found)?;
    batches::check(current, month, events, found)
}

/// Returns the findings about some berkas and batches in a month. `near` has all events of these, of their batches and of the NIKs in
/// them; `current` all of the month, with whose numbers theirs are compared.
///
/// # Errors
/// As for [`quality`].
pub(crate) fn findings_of_cases(
    archive: &Archive,
    (near, current): (&CurrentEvents<'_>, &CurrentEvents<'_>),
    facts: &Facts,
    month: Month,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<QualityFinding>, FigureError> {
    let Some((first, _)) = archive.span() else { return Err(archive.empty().into()) };
    let batches = near.batches(|file| file.month == month, &schemas::Column::ALL, &[]);
    let batches = batches.collect::<Result<Vec<_>, _>>()?;
    let events: Vec<Event<'_>> =
        in_order(&batches)?.into_iter().filter(|e| is_wanted(e.berkas_id) || is_wanted(e.kolektif_id)).collect();
    let mut found = Found { facts, findings: BTreeSet::new() };
    check_cases(near, month, &events, first, &mut found)?;
    registers::check_some(current, month, &events, &mut found)?;
    Ok(found.findings.into_iter().filter(|found| is_wanted(&found.place)).collect())
}

/// Returns the events of some batches in the order in which they were archived.
fn in_order(batches: &[CurrentBatch]) -> Result<Vec<Event<'_>>, ArchiveError> {
    let mut events = Vec::new();
    for batch in batches {
        for event in batch.rows()?.events() {
            events.push((event.seq(), event.whole()?));
        }
    }
    events.sort_by_key(|(seq, _)| *seq);
    Ok(events.into_iter().map(|(_, event)| event).collect())
}

/// Counts the findings of each code in the cells of a division, over several months in order.
///
/// # Errors
/// [`FigureError`] when the division cannot be computed.
pub fn quality_cells(months: &[(Month, Quality)], by: By, wilayah: &Wilayah) -> Result<Vec<FigureRow>, FigureError> {
    let in_cells =
        months.iter().map(|(month, quality)| divisions::merged(&[quality.additive()?], *month, by, true, wilayah));
    summary::figures(divisions::added(in_cells.collect::<Result<_, FigureError>>()?)?)
}

/// Counts the same for release outside of the office: small counts are hidden, and so are others from which they could be
/// inferred.
///
/// # Errors
/// [`FigureError`] when the division cannot be computed.
pub fn released_quality_cells(
    months: &[(Month, Quality)],
    by: By,
    facts: &Facts,
) -> Result<Vec<ReleasedRow>, FigureError> {
    let mask = |(month, quality): &(Month, Quality)| Ok((*month, Mask::of(&[quality.additive()?], facts)?));
    let masks = months.iter().map(mask).collect::<Result<Vec<_>, FigureError>>()?;
    Ok(suppression::released(quality_cells(months, by, &facts.wilayah)?, &masks, by))
}

impl Quality {
    /// Returns findings and columns as additive rows, like those of every other figure.
    fn additive(&self) -> Result<DataFrame, FigureError> {
        let findings = self.findings.iter().map(|f| {
            let [pekon, jenis, officer] = [&f.pekon, &f.jenis, &f.officer].map(String::as_str);
            (["finding", pekon, jenis, officer, f.code, ""], f.n)
        });
        let counts = |c: &ColumnQuality| [("rows", c.rows), ("present", c.present), ("valid", c.valid)];
        let columns =
            self.columns.iter().flat_map(|c| counts(c).map(|(item, n)| ([item, "", "", "", c.column.name(), ""], n)));
        let rows: Vec<([&str; 6], u64)> = findings.chain(columns).collect();
        let text = |i: usize| rows.iter().map(|(texts, _)| texts[i].to_owned()).collect::<Vec<String>>();
        let n: Vec<i64> = rows.iter().map(|(_, n)| i64::try_from(*n).unwrap_or(i64::MAX)).collect();
        let mut all = vec![Column::from(Series::new("n".into(), n))];
        all.extend(
            additive::TEXTS.iter().enumerate().map(|(i, name)| Column::from(Series::new((*name).into(), text(i)))),
        );
        let frame = DataFrame::new_infer_height(all).and_then(|frame| additive::with_all_columns(frame, FIGURE, ""));
        frame.map_err(|e| summary::fault(&e))
    }
}

/// Counts the rows that wait in quarantine by code and column, each key once.
fn quarantine(archive: &Archive) -> Result<BTreeMap<(String, String), u64>, ArchiveError> {
    let waiting: BTreeSet<String> = Quarantine::load(archive)?.open_keys.into_iter().collect();
    let (mut counted, mut counts) = (BTreeSet::new(), BTreeMap::new());
    for file in archive.quarantine_files() {
        for batch in archive.read(file, Some(&["event_id", "code", "column"]))? {
            let (ids, codes, columns) = (texts(&batch, "event_id")?, texts(&batch, "code")?, texts(&batch, "column")?);
            for ((id, code), column) in ids.iter().zip(codes.iter().flatten()).zip(columns.iter().flatten()) {
                let waits = id.is_none_or(|id| waiting.contains(id) && counted.insert(id.to_owned()));
                if waits {
                    *counts.entry((code.to_owned(), column.to_owned())).or_insert(0) += 1;
                }
            }
        }
    }
    Ok(counts)
}
