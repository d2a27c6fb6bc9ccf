//! The tables that the SQL of every figure runs over, for one month.
//!
//! Reads   the public table without superseded rows; the outage log; the calendar and the SOP
//! Gives   `events`: the public columns, and columns derived from them at each run, because a calendar may be corrected:
//!         `*_s` epoch seconds, `*_w` working seconds W(t), `selesai_d` working days D(t), `selesai_o` outage seconds
//!         O(t), `milestone` what step and outcome mean in the SOP (`schemas::Milestone`), `berkas_no` a number for each
//!         `berkas_id`, `bulan` and `bulan_diterima` the office's months as text, `nik` the keyed pseudonym;
//!         `sop_next(langkah, hasil, next)` and `sop_step(langkah, pelaksana, mandatory, writes_book)`
//! Rule    `pekon` and `jenis` are those of the berkas' first event, because a berkas belongs to one cell whatever its
//!         later events name; the SQL gets only events that the month's figures can depend on ([`EventScope`])

#[cfg(test)]
pub(crate) use super::event_table::InventedEvent;

use super::error::FigureError;
use super::event_table::{EventTable, TEXTS};
use super::outage_clock::OutageClock;
use super::statement::{EventScope, FigureSql, TimeScope};
use crate::archive::Archive;
use crate::archive::current_events::CurrentEvents;
use polars::prelude::{
    Column, DataFrame, IntoLazy, IntoSeries, LazyFrame, NamedFrom, NewChunkedArray, PolarsError, Series, StringChunked,
};
use polars::sql::SQLContext;
use schemas::{Facts, Milestone, Month, Sop, WorkingClock, Zone};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Everything from which the figures of any month are computed.
pub(crate) struct View {
    events: EventTable,
    /// The end of each berkas.
    ends: Vec<CaseEnd>,
    /// Pairs of batch and berkas. A berkas belongs to the batch of its first event, whatever its later events name.
    batches: BTreeSet<(u32, u32)>,
    sop_next: LazyFrame,
    sop_step: LazyFrame,
    sop: Sop,
    zone: Zone,
    clock: WorkingClock,
    outages: OutageClock,
}

/// When a berkas was closed, in seconds since 1970; `i64::MAX` while it is open.
#[derive(Clone, Copy)]
struct CaseEnd {
    /// Handed over, rejected or found a duplicate.
    whole: i64,
    /// Printed, rejected or found a duplicate.
    printed: i64,
}

/// A month of a view, or a part of its berkas, for figures that look at each berkas alone. Its frames are made when they are
/// first needed.
pub(crate) struct MonthView<'v> {
    view: &'v View,
    month: Month,
    /// The berkas of the part.
    berkas: Range<usize>,
    /// Outage seconds up to the end of the month.
    end_o: i64,
    /// Working days up to the end of the month.
    end_d: i64,
    frames: RefCell<BTreeMap<(TimeScope, EventScope), LazyFrame>>,
}

/// The most events that the SQL gets at once from single berkas, so that memory does not grow with the office.
pub(crate) const AT_ONCE: usize = 2_000_000;
/// Columns whose value is that of the berkas' first event.
const OF_BERKAS: [Option<schemas::Column>; 2] = [Some(schemas::Column::Jenis), Some(schemas::Column::Pekon)];
/// How long before a month an arrival still counts for repetition in it, in seconds: 90 days.
const REPEATED_WITHIN_S: i64 = 90 * 86_400;

impl View {
    /// Reads the events of an archive.
    pub(crate) fn load(archive: &Archive, facts: &Facts) -> Result<Self, FigureError> {
        if archive.is_empty() {
            return Err(archive.empty().into());
        }
        Self::of(EventTable::read(archive)?, facts, OutageClock::of(archive)?)
    }

    /// Reads some events of an archive, of whose berkas they are all.
    pub(super) fn of_some(archive: &Archive, current: &CurrentEvents<'_>, facts: &Facts) -> Result<Self, FigureError> {
        Self::of(EventTable::of_some(archive, current)?, facts, OutageClock::of(archive)?)
    }

    fn of(events: EventTable, facts: &Facts, outages: OutageClock) -> Result<Self, FigureError> {
        // The calendar has no gaps: if it covers the first and the last second, it covers all.
        if let Some((first, last)) = events.span() {
            facts.clock.working_s(first)?;
            facts.clock.working_s(last)?;
        }
        let ends = (0..events.berkas()).map(|berkas| case_end(&events, berkas, &facts.sop)).collect();
        let batches = (0_u32..).zip(0..events.berkas()).map(|(number, b)| (events.batch_of(b), number)).collect();
        Ok(Self {
            ends,
            batches,
            events,
            sop_next: sop_next(&facts.sop)?.lazy(),
            sop_step: sop_step(&facts.sop)?.lazy(),
            sop: facts.sop.clone(),
            zone: facts.zone,
            clock: facts.clock.clone(),
            outages,
        })
    }

    /// Returns a view of a month.
    pub(crate) fn month(&self, month: Month) -> Result<MonthView<'_>, FigureError> {
        let end_o = self.outages.outage_s(month.end_s(self.zone));
        let end_d = self.clock.working_days(month.end_s(self.zone) - 1)?;
        Ok(MonthView { view: self, month, berkas: 0..self.events.berkas(), end_o, end_d, frames: RefCell::default() })
    }

    /// Returns the events that the figures of a month can depend on, in order.
    fn rows(&self, month: Month, berkas: Range<usize>, time_scope: TimeScope, event_scope: EventScope) -> Vec<u32> {
        let (start, end) = (month.start_s(self.zone), month.end_s(self.zone));
        let in_month = |s: i64| start <= s && s < end;
        let in_scope = |row: &usize| time_scope == TimeScope::IncludingLater || self.events.end_s(*row) < end;
        let events = &self.events;
        let rows: Vec<usize> = match event_scope {
            EventScope::Berkas | EventScope::Batches => {
                let touched = |b: usize| berkas.contains(&b) && self.is_touched(b, start, end);
                let mut selected: Vec<bool> = (0..events.berkas()).map(touched).collect();
                if event_scope == EventScope::Batches {
                    let of_month =
                        (0..events.berkas()).filter(|b| events.events_of(*b).any(|row| in_month(events.end_s(row))));
                    let of_month: BTreeSet<u32> = of_month.map(|b| events.batch_of(b)).collect();
                    for kolektif in of_month {
                        let members = self.batches.range((kolektif, 0)..=(kolektif, u32::MAX));
                        members.for_each(|(_, berkas)| selected[*berkas as usize] = true);
                    }
                }
                let selected = (0..events.berkas()).filter(|b| selected[*b]);
                selected.flat_map(|b| events.events_of(b)).filter(in_scope).collect()
            }
            EventScope::Arrivals => {
                let is_receipt = |row: usize| self.milestone(row) == Some(Milestone::Received);
                let arrives = |row: usize| {
                    let at = events.end_s(row);
                    let near = start - REPEATED_WITHIN_S <= at && at < end || in_month(events.received_s(row));
                    near && is_receipt(row)
                };
                let of_berkas = |b: usize| {
                    let arrives = events.events_of(b).any(arrives);
                    events.events_of(b).filter(move |row| arrives && is_receipt(*row) || in_month(events.end_s(*row)))
                };
                (0..events.berkas()).flat_map(of_berkas).filter(in_scope).collect()
            }
        };
        rows.into_iter().map(|row| u32::try_from(row).unwrap_or(u32::MAX)).collect()
    }

    fn milestone(&self, row: usize) -> Option<Milestone> {
        self.sop.milestone(self.events.step(row), self.events.hasil(row))
    }

    /// Whether a berkas has an event in the month, or is open at its end.
    fn is_touched(&self, berkas: usize, start: i64, end: i64) -> bool {
        let rows = self.events.events_of(berkas);
        let begun = rows.clone().next().is_some_and(|row| self.events.end_s(row) < end);
        let CaseEnd { whole, printed } = self.ends[berkas];
        begun
            && (whole >= end
                || printed >= end
                || rows.into_iter().any(|row| {
                    let at = self.events.end_s(row);
                    start <= at && at < end
                }))
    }

    fn milestones(&self, rows: &[u32]) -> Series {
        let names = rows.iter().map(|row| self.milestone(*row as usize).map(Milestone::name));
        StringChunked::from_iter_options("milestone".into(), names).into_series()
    }

    /// Returns the table `events` with these rows.
    fn frame(&self, rows: &[u32]) -> Result<DataFrame, PolarsError> {
        let events = &self.events;
        let seconds = |second: &dyn Fn(usize) -> Option<i64>| -> Vec<Option<i64>> {
            rows.iter().map(|row| second(*row as usize)).collect()
        };
        let starts = seconds(&|row| events.start_s(row));
        let ends = seconds(&|row| Some(events.end_s(row)));
        let received = seconds(&|row| Some(events.received_s(row)));
        let mut columns = vec![
            events.id_series("event_id", rows),
            Series::new("berkas_no".into(), events.berkas_numbers(rows)),
            Series::new("langkah".into(), rows.iter().map(|r| i64::from(events.step(*r as usize))).collect::<Vec<_>>()),
            Series::new("selesai_d".into(), derived(&ends, |s| self.clock.working_days(s).ok())),
            Series::new("selesai_o".into(), derived(&ends, |s| Some(self.outages.outage_s(s)))),
            self.milestones(rows),
            months("bulan", &ends, self.zone),
            months("bulan_diterima", &received, self.zone),
        ];
        for (name, seconds) in [("mulai", &starts), ("selesai", &ends), ("diterima", &received)] {
            let working = derived(seconds, |s| self.clock.working_s(s).ok());
            columns.push(Series::new(format!("{name}_w").into(), working));
            columns.push(Series::new(format!("{name}_s").into(), seconds));
        }
        let first: Vec<u32> = rows.iter().map(|row| events.first_of(*row)).collect();
        for (i, column) in TEXTS.into_iter().enumerate() {
            let rows = if OF_BERKAS.contains(&column) { &first } else { rows };
            columns.push(events.text_series(i, column.map_or("nik", schemas::Column::name), rows));
        }
        DataFrame::new_infer_height(columns.into_iter().map(Column::from).collect())
    }
}

#[cfg(test)]
impl View {
    /// A view of invented events.
    pub(crate) fn made(made: &[InventedEvent], facts: &Facts) -> Self {
        Self::of(EventTable::made(made), facts, OutageClock::new(vec![])).unwrap()
    }
}

impl MonthView<'_> {
    /// Runs a statement of a figure, after replacing `$month`, `$end_s`, `$end_o` and `$end_d` by the month's values.
    pub(crate) fn run(&self, figure: FigureSql, statement: &str) -> Result<DataFrame, PolarsError> {
        let statement = self.filled(statement);
        let mut context = SQLContext::new();
        context.register("events", self.events(figure.time_scope, figure.event_scope)?);
        context.register("sop_next", self.view.sop_next.clone());
        context.register("sop_step", self.view.sop_step.clone());
        context.execute(&statement).and_then(LazyFrame::collect)
    }

    /// Returns a statement in which `$month`, `$end_s`, `$end_o` and `$end_d` are replaced by the month's values.
    pub(crate) fn filled(&self, statement: &str) -> String {
        statement
            .replace("$month", &format!("'{}'", self.month))
            .replace("$end_s", &self.month.end_s(self.view.zone).to_string())
            .replace("$end_o", &self.end_o.to_string())
            .replace("$end_d", &self.end_d.to_string())
    }

    /// Divides the month into parts of at most `at_once` events, but of at least one berkas. Only figures that look at each
    /// berkas alone may be computed part by part: the rows of the parts add up to those of the whole.
    pub(crate) fn parts(&self, at_once: usize) -> Vec<MonthView<'_>> {
        let (start, end) = (self.month.start_s(self.view.zone), self.month.end_s(self.view.zone));
        let (mut parts, mut begin, mut events) = (Vec::new(), self.berkas.start, 0);
        for berkas in self.berkas.clone().filter(|b| self.view.is_touched(*b, start, end)) {
            let more = self.view.events.events_of(berkas).len();
            if events > 0 && events + more > at_once {
                parts.push(begin..berkas);
                (begin, events) = (berkas, 0);
            }
            events += more;
        }
        parts.push(begin..self.berkas.end);
        let part = |berkas| MonthView {
            view: self.view,
            month: self.month,
            berkas,
            end_o: self.end_o,
            end_d: self.end_d,
            frames: RefCell::default(),
        };
        parts.into_iter().map(part).collect()
    }

    /// Returns the table `events` of a scope, and keeps it for the next statement.
    fn events(&self, time_scope: TimeScope, event_scope: EventScope) -> Result<LazyFrame, PolarsError> {
        if let Some(frame) = self.frames.borrow().get(&(time_scope, event_scope)) {
            return Ok(frame.clone());
        }
        let rows = self.view.rows(self.month, self.berkas.clone(), time_scope, event_scope);
        let frame = self.view.frame(&rows)?.lazy();
        self.frames.borrow_mut().insert((time_scope, event_scope), frame.clone());
        Ok(frame)
    }
}

/// Returns when a berkas was closed.
fn case_end(events: &EventTable, berkas: usize, sop: &Sop) -> CaseEnd {
    let mut end = CaseEnd { whole: i64::MAX, printed: i64::MAX };
    for row in events.events_of(berkas) {
        let at = events.end_s(row);
        match sop.milestone(events.step(row), events.hasil(row)) {
            Some(Milestone::Printed) => end.printed = end.printed.min(at),
            Some(Milestone::HandedOver) => end.whole = end.whole.min(at),
            Some(Milestone::Rejected | Milestone::Duplicate) => {
                end.printed = end.printed.min(at);
                end.whole = end.whole.min(at);
            }
            _ => {}
        }
    }
    end
}

fn derived(seconds: &[Option<i64>], of: impl Fn(i64) -> Option<i64>) -> Vec<Option<i64>> {
    seconds.iter().map(|s| s.and_then(&of)).collect()
}

fn frame_error(e: &PolarsError) -> FigureError {
    FigureError::Sql { figure: "events".into(), reason: e.to_string() }
}

/// Returns a column with the months of instants, as text.
fn months(name: &str, epoch_s: &[Option<i64>], zone: Zone) -> Series {
    let months: Vec<Option<Month>> = epoch_s.iter().map(|s| s.and_then(|s| zone.month(s))).collect();
    let names: BTreeMap<Month, String> = months.iter().flatten().map(|month| (*month, month.to_string())).collect();
    let texts = months.iter().map(|month| month.and_then(|month| names.get(&month)).map(String::as_str));
    StringChunked::from_iter_options(name.into(), texts).into_series()
}

fn sop_next(sop: &Sop) -> Result<DataFrame, FigureError> {
    let rows =
        || sop.steps.iter().flat_map(|s| s.outcomes.iter().filter_map(|o| Some((s.number, o.hasil.clone(), o.next?))));
    let columns = vec![
        Series::new("langkah".into(), rows().map(|r| i64::from(r.0)).collect::<Vec<_>>()).into(),
        Series::new("hasil".into(), rows().map(|r| r.1).collect::<Vec<_>>()).into(),
        Series::new("next".into(), rows().map(|r| i64::from(r.2)).collect::<Vec<_>>()).into(),
    ];
    DataFrame::new_infer_height(columns).map_err(|e| frame_error(&e))
}

fn sop_step(sop: &Sop) -> Result<DataFrame, FigureError> {
    let flag = |b: bool| i64::from(b);
    let steps = &sop.steps;
    let columns = vec![
        Series::new("langkah".into(), steps.iter().map(|s| i64::from(s.number)).collect::<Vec<_>>()).into(),
        Series::new("pelaksana".into(), steps.iter().map(|s| s.pelaksana.clone()).collect::<Vec<_>>()).into(),
        Series::new("mandatory".into(), steps.iter().map(|s| flag(s.mandatory)).collect::<Vec<_>>()).into(),
        Series::new("writes_book".into(), steps.iter().map(|s| flag(s.ledger.is_some())).collect::<Vec<_>>()).into(),
    ];
    DataFrame::new_infer_height(columns).map_err(|e| frame_error(&e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::additive::{rows, stacked, with_all_columns};
    use crate::figures::counted::{Counted, rows_of};
    use crate::figures::divisions;
    use crate::figures::metrics::statements;
    use crate::figures::origin::as_counted;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use schemas::figures::By;

    const MONTHS: [&str; 4] = ["2026-07", "2026-08", "2026-09", "2026-10"];

    /// Invented events over four months, of berkas that take any way through the SOP, in order of time or not.
    fn made(random: &mut ChaCha8Rng) -> Vec<InventedEvent> {
        let facts = Facts::embedded().unwrap();
        let [first, .., last] = MONTHS.map(|month| month.parse::<Month>().unwrap());
        let (begin, end) = (first.start_s(facts.zone), last.end_s(facts.zone));
        let mut made = Vec::new();
        for berkas in 0..random.random_range(5..60) {
            let received = random.random_range(begin..end);
            let (mut at, mut step) = (received, Some(1));
            let kolektif = format!("K{}", random.random_range(0..8));
            while let Some(number) = step {
                let outcomes = &facts.sop.step(number).unwrap().outcomes;
                let outcome = &outcomes[random.random_range(0..outcomes.len())];
                let start = at + random.random_range(0..900_000);
                at = start + random.random_range(0..9_000);
                if at >= end || made.len() > 900 || random.random_bool(0.03) {
                    break;
                }
                let lost = random.random_bool(0.05);
                if !lost {
                    let start = random.random_bool(0.9).then_some(start + random.random_range(-100..100));
                    // Some steps name another batch.
                    let other = random.random_bool(0.1).then(|| format!("K{}", random.random_range(0..8)));
                    let kolektif = other.unwrap_or_else(|| kolektif.clone());
                    let (berkas, hasil) = (format!("B{berkas}"), outcome.hasil.clone());
                    let nik = random.random_bool(0.9).then(|| format!("n{}", random.random_range(0..30)));
                    let id = i64::try_from(made.len()).unwrap();
                    made.push(InventedEvent {
                        id,
                        berkas,
                        kolektif,
                        nik,
                        step: number,
                        hasil,
                        start,
                        end: at,
                        received,
                    });
                }
                step = if random.random_bool(0.05) { Some(random.random_range(1..=10)) } else { outcome.next };
            }
        }
        made
    }

    fn view(made: &[InventedEvent]) -> View {
        View::made(made, &Facts::embedded().unwrap())
    }

    /// Returns the additive rows of a month, added up by pekon, as sorted lines.
    fn added(rows: DataFrame, month: Month) -> Vec<String> {
        let wilayah = Facts::embedded().unwrap().wilayah;
        let cells = divisions::merged(&[rows], month, By::Pekon, true, &wilayah).unwrap();
        let columns = cells.columns().iter().map(|c| c.as_materialized_series().clone()).collect::<Vec<_>>();
        let line =
            |row: usize| columns.iter().map(|c| format!("{}", c.get(row).unwrap())).collect::<Vec<_>>().join("|");
        let mut lines: Vec<String> = (0..cells.height()).map(line).collect();
        lines.sort();
        lines
    }

    fn same(one: &[String], other: &[String], when: &str) {
        let only_in =
            |a: &[String], b: &[String]| a.iter().filter(|line| !b.contains(line)).cloned().collect::<Vec<_>>();
        assert!(one == other, "{when}: {:?} and {:?}", only_in(one, other), only_in(other, one));
    }

    #[test]
    fn passes_give_the_rows_of_one() {
        let mut passes = 0;
        for seed in 0..5 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let view = view(&made(&mut random));
            for month in MONTHS.map(|m| m.parse::<Month>().unwrap()) {
                for time_scope in TimeScope::ALL {
                    let whole = view.month(month).unwrap();
                    let once = added(rows(&whole, time_scope, usize::MAX).unwrap(), month);
                    let at_once = random.random_range(1..40);
                    passes += whole.parts(at_once).len();
                    same(
                        &added(rows(&whole, time_scope, at_once).unwrap(), month),
                        &once,
                        &format!("seed {seed}, {month}"),
                    );
                }
            }
        }
        assert!(passes > 200, "{passes} passes prove little");
    }

    #[test]
    fn what_a_month_cannot_depend_on_may_be_left_out() {
        for seed in 100..105 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let view = view(&made(&mut random));
            let every: Vec<u32> = (0..view.events.berkas())
                .flat_map(|b| view.events.events_of(b))
                .map(|row| u32::try_from(row).unwrap())
                .collect();
            for month in MONTHS.map(|m| m.parse::<Month>().unwrap()) {
                for time_scope in TimeScope::ALL {
                    let of_month = view.month(month).unwrap();
                    let reached = added(rows(&of_month, time_scope, usize::MAX).unwrap(), month);
                    // The same statements over all events.
                    let end = month.end_s(view.zone);
                    let seen =
                        |row: &&u32| time_scope == TimeScope::IncludingLater || view.events.end_s(**row as usize) < end;
                    let all: Vec<u32> = every.iter().filter(seen).copied().collect();
                    let frame = view.frame(&all).unwrap().lazy();
                    for event_scope in [EventScope::Berkas, EventScope::Batches, EventScope::Arrivals] {
                        of_month.frames.borrow_mut().insert((time_scope, event_scope), frame.clone());
                    }
                    let figures = statements().into_iter().filter(|figure| figure.time_scope == time_scope);
                    let all = stacked(figures, |figure, statement| of_month.run(figure, statement)).unwrap();
                    same(&reached, &added(all, month), &format!("seed {seed}, {month}, {time_scope:?}"));
                }
            }
        }
    }
    /// Each row that a statement counts is there as often in what its twin gives, with every column.
    #[test]
    fn twins_give_the_cases_that_are_counted() {
        let added = |frame: &DataFrame| {
            let mut all = BTreeMap::new();
            for row in rows_of(frame).unwrap() {
                *all.entry(Counted { n: 0, ..row.clone() }).or_insert(0) += row.n;
            }
            all
        };
        let mut seen = BTreeMap::new();
        for seed in 200..208 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let view = view(&made(&mut random));
            for month in MONTHS.map(|m| m.parse::<Month>().unwrap()) {
                let month_view = view.month(month).unwrap();
                for figure in statements() {
                    for ((name, statement), (twin_name, twin)) in figure.statements().zip(figure.twins()) {
                        assert_eq!(name, twin_name, "{}.sql", figure.name);
                        let counted = month_view.run(figure, statement).unwrap();
                        let counted = added(&with_all_columns(counted, figure.name, name).unwrap());
                        let cases = month_view.run(figure, twin).unwrap();
                        let cases = added(&as_counted(cases, figure.name, name).unwrap());
                        assert_eq!(cases, counted, "seed {seed}, {month}, {}.sql, {name}", figure.name);
                        *seen.entry((figure.name, name)).or_insert(0) += counted.values().sum::<u64>();
                    }
                }
            }
        }
        let idle: Vec<_> = seen.iter().filter(|(_, n)| **n == 0).collect();
        assert!(seen.len() > 20 && idle.is_empty(), "the events prove little: {idle:?}");
    }
}
