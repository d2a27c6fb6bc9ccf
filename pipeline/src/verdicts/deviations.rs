//! How does each berkas that was handed over deviate from the SOP?
//!
//! Reads   the events of the berkas handed over in the month, in order; the SOP
//! Gives   deviations by berkas and step, and the cost of the cheapest alignment, the costliest berkas first
//! Rule    a berkas deviates if a succession of steps or a role is not in the SOP, as the figure `conforming` counts it; a
//!         return to an earlier step that an outcome leads to is in the SOP. The cheapest alignment with the SOP shows how a
//!         berkas deviates
//! Finds   C001–C005

mod alignment;

use crate::archive::columns::step;
use crate::figures::month_view::MonthView;
use crate::figures::statement::{EventScope, FigureSql, TimeScope};
use crate::figures::summary::{texts, whole};
use crate::figures::{FigureBook, FigureError};
use alignment::{Event, align};
use polars::prelude::PolarsError;
use schemas::{Facts, Month, Sop};
use std::collections::BTreeSet;

/// The statement that reads the traces.
pub(crate) const TRACES: FigureSql =
    FigureSql::new("traces", include_str!("traces.sql"), TimeScope::IncludingLater, EventScope::Berkas);

/// One event of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TraceEvent {
    step: u8,
    hasil: String,
    pelaksana: String,
}

/// One departure of a berkas from the SOP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// The berkas.
    pub berkas_id: String,
    /// The cost of its cheapest alignment with the SOP.
    pub cost: usize,
    /// The step.
    pub step: u8,
    /// How the step departs from the SOP.
    pub departure: Departure,
}

/// How a step departs from the SOP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Departure {
    /// It was skipped.
    Skipped,
    /// It was taken once more than in the SOP.
    Repeated,
    /// It was taken at another place.
    OutOfOrder,
    /// It was taken by this role, which is not the one in the SOP.
    ByRole(String),
    /// It came after an outcome that leads to another step.
    After {
        /// The step before it.
        step: u8,
        /// The outcome of that step.
        hasil: String,
    },
}

impl Departure {
    /// Returns the code of the finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Skipped => "C001",
            Self::Repeated => "C002",
            Self::OutOfOrder => "C003",
            Self::ByRole(_) => "C004",
            Self::After { .. } => "C005",
        }
    }
}

impl Deviation {
    /// Returns the step as lists name it.
    #[must_use]
    pub fn step_words(&self, sop: &Sop) -> String {
        let number = self.step;
        sop.step(number).map_or_else(|| number.to_string(), |step| format!("{number} ({})", step.label))
    }

    /// Returns what is to be said of it beside its code, in Indonesian.
    #[must_use]
    pub fn detail(&self, facts: &Facts) -> String {
        let role = |id: &str| facts.pelaksana.get(id).map_or_else(|| id.to_owned(), Clone::clone);
        let of_sop = facts.sop.step(self.step);
        match &self.departure {
            Departure::Skipped => of_sop.map_or_else(String::new, |step| step.act.clone()),
            Departure::Repeated | Departure::OutOfOrder => String::new(),
            Departure::ByRole(taken_by) => match of_sop {
                Some(step) => format!("oleh {}, seharusnya {}", role(taken_by), role(&step.pelaksana)),
                None => taken_by.clone(),
            },
            Departure::After { step, hasil } => format!("sesudah langkah {step}: {hasil}"),
        }
    }
}

/// Returns the deviations of the berkas handed over in a month.
///
/// # Errors
/// [`FigureError::NoMonth`] when the archive does not hold it.
pub fn deviations(book: &FigureBook, sop: &Sop, month: Month) -> Result<Vec<Deviation>, FigureError> {
    let traces = traces(&book.at(month)?)?;
    let mut all: Vec<Deviation> =
        traces.iter().flat_map(|(berkas_id, trace)| of_berkas(berkas_id, trace, sop)).collect();
    all.sort_by(|a, b| {
        (b.cost, &a.berkas_id, a.departure.code(), a.step).cmp(&(a.cost, &b.berkas_id, b.departure.code(), b.step))
    });
    Ok(all)
}

/// Reads the berkas handed over in the month, with their events in order.
fn traces(month: &MonthView<'_>) -> Result<Vec<(String, Vec<TraceEvent>)>, FigureError> {
    let fault = |e: PolarsError| FigureError::Sql { figure: "traces.sql".into(), reason: e.to_string() };
    let rows = month.run(TRACES, TRACES.text).map_err(fault)?;
    let column = |name: &str| texts(&rows, name).map_err(fault);
    let steps = whole(&rows, "langkah").map_err(fault)?.into_iter().map(|number| Ok(step(number)?));
    let steps = steps.collect::<Result<Vec<u8>, FigureError>>()?;
    let events = steps.into_iter().zip(column("hasil")?).zip(column("pelaksana")?);
    let events = events.map(|((step, hasil), pelaksana)| TraceEvent { step, hasil, pelaksana });
    let mut traces: Vec<(String, Vec<TraceEvent>)> = Vec::new();
    for (berkas_id, event) in column("berkas_id")?.into_iter().zip(events) {
        match traces.last_mut() {
            Some((last, trace)) if *last == berkas_id => trace.push(event),
            _ => traces.push((berkas_id, vec![event])),
        }
    }
    Ok(traces)
}

/// Returns the deviations of one berkas.
fn of_berkas(berkas_id: &str, trace: &[TraceEvent], sop: &Sop) -> Vec<Deviation> {
    let events: Vec<Event<'_>> = trace.iter().map(|e| Event { step: e.step, hasil: &e.hasil }).collect();
    let leads_to = |event: &Event<'_>| sop.outcome(event.step, event.hasil).and_then(|outcome| outcome.next);
    let follows = events.windows(2).all(|pair| leads_to(&pair[0]) == Some(pair[1].step));
    let alignment = if follows { None } else { align(&events, sop) }.unwrap_or_default();
    let deviation = |step: u8, departure: Departure| Deviation {
        berkas_id: berkas_id.to_owned(),
        cost: alignment.cost,
        step,
        departure,
    };
    // A step that is missing at its place and superfluous at another came out of order.
    let is_extra = |step: &u8| alignment.extra.iter().any(|place| events[*place].step == *step);
    let missing: BTreeSet<u8> = alignment.missing.iter().copied().filter(|step| !is_extra(step)).collect();
    let mut found: Vec<Deviation> = missing.into_iter().map(|step| deviation(step, Departure::Skipped)).collect();
    for &place in &alignment.extra {
        let step = events[place].step;
        let is_also_in_place =
            events.iter().enumerate().any(|(i, event)| event.step == step && !alignment.extra.contains(&i));
        found.push(deviation(step, if is_also_in_place { Departure::Repeated } else { Departure::OutOfOrder }));
    }
    for event in trace {
        if sop.step(event.step).is_some_and(|s| s.pelaksana != event.pelaksana) {
            found.push(deviation(event.step, Departure::ByRole(event.pelaksana.clone())));
        }
    }
    for (place, before) in alignment.elsewhere {
        let Event { step, hasil } = events[before];
        found.push(deviation(events[place].step, Departure::After { step, hasil: hasil.to_owned() }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::additive;
    use crate::figures::month_view::{InventedEvent, View};
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use schemas::{FactFiles, Facts, OfficeDays, Zone};

    fn found(trace: &[(u8, &str)]) -> Vec<(&'static str, u8, usize)> {
        let sop = Facts::embedded().unwrap().sop;
        let event = |(step, hasil): &(u8, &str)| TraceEvent {
            step: *step,
            hasil: (*hasil).to_owned(),
            pelaksana: if *step == 9 { "operator" } else { &sop.step(*step).unwrap().pelaksana }.to_owned(),
        };
        let trace: Vec<TraceEvent> = trace.iter().map(event).collect();
        of_berkas("B", &trace, &sop).into_iter().map(|d| (d.departure.code(), d.step, d.cost)).collect()
    }

    const END: [(u8, &str); 4] = [(7, "selesai"), (8, "selesai"), (9, "selesai"), (10, "diserahkan")];

    fn with_end(begin: &[(u8, &'static str)]) -> Vec<(u8, &'static str)> {
        [begin, &END].concat()
    }

    #[test]
    fn every_kind_of_departure_has_its_words() {
        let role = ("C004", 9);
        let plain = [(1, "selesai"), (2, "lengkap"), (4, "selesai"), (5, "disetujui"), (6, "tercetak")];
        assert_eq!(found(&with_end(&plain)), [(role.0, role.1, 0)]);
        let returned = [&plain[..1], &[(2, "kurang")], &plain[1..]].concat();
        assert_eq!(found(&with_end(&returned)), [("C004", 9, 0)], "the SOP sends it back");
        let skipped = [&plain[..2], &plain[3..]].concat();
        assert_eq!(found(&with_end(&skipped)), [("C001", 4, 1), ("C004", 9, 1)]);
        let repeated = [&plain[..3], &[(4, "selesai")], &plain[3..]].concat();
        assert_eq!(found(&with_end(&repeated)), [("C002", 4, 1), ("C004", 9, 1)]);
        let swapped = [(1, "selesai"), (2, "lengkap"), (5, "disetujui"), (4, "selesai"), (6, "tercetak")];
        assert_eq!(found(&with_end(&swapped)), [("C003", 4, 2), ("C004", 9, 2)], "it came too late");
        let incomplete = [(1, "selesai"), (2, "kurang"), (4, "selesai"), (5, "disetujui"), (6, "tercetak")];
        assert_eq!(found(&with_end(&incomplete)), [("C004", 9, 0), ("C005", 4, 0)]);
    }

    #[test]
    fn what_came_before_the_archive_begins_is_not_said_to_be_skipped() {
        let late = [(4, "selesai"), (5, "disetujui"), (6, "tercetak")];
        assert_eq!(found(&with_end(&late)), [("C004", 9, 0)]);
    }

    /// Returns a random procedure; `None` if the facts refuse it.
    fn procedure(random: &mut ChaCha8Rng) -> Option<Facts> {
        let steps = random.random_range(2..=7_usize);
        let mut text = "id = \"acak\"\ntitle = \"Acak\"\nsource = \"rekaan\"\n".to_owned();
        for number in 1..=steps {
            let role = ["operator", "front_office"][random.random_range(0..2)];
            text += &format!(
                "[[step]]\nnumber = {number}\nlabel = \"L\"\npelaksana = \"{role}\"\nact = \"A\"\nmandatory = true\noutcomes = [\n"
            );
            for hasil in &["a", "b", "c"][..random.random_range(1..=3)] {
                let next = match random.random_range(0..10) {
                    0 => None,
                    1 | 2 => Some(random.random_range(1..=steps)),
                    _ => Some(number % steps + 1),
                };
                let handed_over = next.is_none() || number == steps && random.random_bool(0.6);
                let next = next.map_or_else(String::new, |next| format!(", next = {next}"));
                let milestone =
                    if handed_over && random.random_bool(0.8) { ", milestone = \"handed_over\"" } else { "" };
                text += &format!("{{ hasil = \"{hasil}\"{next}{milestone} }},\n");
            }
            text += "]\n";
        }
        let no_targets =
            "regulation = \"R\"\nsubject = \"S\"\nprecedence = 1\nsource = \"rekaan\"\nnote = \"\"\n".to_owned();
        let own = [("sop/acak.toml".to_owned(), text), ("targets/acak.toml".to_owned(), no_targets)];
        Facts::load(&FactFiles::new(own.into()).unwrap(), &OfficeDays::default(), Zone::Wib).ok()
    }

    /// Returns traces that follow the procedure except for some steps.
    fn walked(random: &mut ChaCha8Rng, sop: &Sop) -> Vec<InventedEvent> {
        let begin = "2026-10".parse::<Month>().unwrap().start_s(Zone::Wib);
        let mut made: Vec<InventedEvent> = Vec::new();
        for berkas in 0..40 {
            let (mut at, mut step, strays) = (begin + 1_000, Some(1), random.random_range(0.0..0.2));
            for _ in 0..12 {
                let Some(found) = step.and_then(|number| sop.step(number)) else { break };
                let outcome = &found.outcomes[random.random_range(0..found.outcomes.len())];
                at += random.random_range(1..3_000);
                made.push(InventedEvent {
                    id: i64::try_from(made.len()).unwrap(),
                    berkas: format!("B{berkas}"),
                    kolektif: "K".to_owned(),
                    nik: None,
                    step: found.number,
                    hasil: outcome.hasil.clone(),
                    start: None,
                    end: at,
                    received: begin,
                });
                let anywhere = sop.steps[random.random_range(0..sop.steps.len())].number;
                step = if random.random_bool(strays) { Some(anywhere) } else { outcome.next };
            }
        }
        made
    }

    #[test]
    fn the_list_names_those_that_the_figures_count() {
        let month: Month = "2026-10".parse().unwrap();
        let (mut procedures, mut deviating, mut conforming, mut returns) = (0, 0, 0, 0);
        for seed in 0..400 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let Some(facts) = procedure(&mut random) else { continue };
            procedures += 1;
            let made = walked(&mut random, &facts.sop);
            let view = View::made(&made, &facts);
            let view = view.month(month).unwrap();
            let rows = additive::rows(&view, TimeScope::IncludingLater, usize::MAX).unwrap();
            let (figures, items, n) =
                (texts(&rows, "figure").unwrap(), texts(&rows, "item").unwrap(), whole(&rows, "n").unwrap());
            let counted = |item: &str| -> i64 {
                let rows = figures.iter().zip(&items).zip(&n);
                rows.filter(|((f, i), _)| *f == "conformance" && *i == item).map(|(_, n)| *n).sum()
            };
            let traces = traces(&view).unwrap();
            let listed = traces.iter().filter(|(id, trace)| !of_berkas(id, trace, &facts.sop).is_empty()).count();
            assert_eq!(i64::try_from(listed).unwrap(), counted("deviating"), "seed {seed}: {:?}", facts.sop);
            assert_eq!(traces.len() - listed, usize::try_from(counted("conforming")).unwrap(), "seed {seed}");
            deviating += listed;
            for (_, trace) in traces.iter().filter(|(id, trace)| of_berkas(id, trace, &facts.sop).is_empty()) {
                conforming += 1;
                returns += usize::from(trace.windows(2).any(|pair| pair[1].step < pair[0].step));
            }
        }
        let seen =
            format!("{procedures} procedures, {deviating} deviate, {conforming} conform, {returns} with a return");
        assert!(procedures > 100 && deviating > 1_000 && conforming > 300 && returns > 30, "{seen}");
    }

    #[test]
    fn the_cost_is_that_of_the_accepted_sequences() {
        let sop = Facts::embedded().unwrap().sop;
        let accepted = [vec![1, 2, 4, 5, 6, 7, 8, 9, 10], vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10]];
        let mut random = ChaCha8Rng::seed_from_u64(11);
        for _ in 0..3_000 {
            let mut steps: Vec<u8> = accepted[random.random_range(0..2)].clone();
            for _ in 0..random.random_range(0..4) {
                let place = random.random_range(1..steps.len());
                match random.random_range(0..3) {
                    0 if steps[place] != 10 => drop(steps.remove(place)),
                    1 => steps.insert(place, random.random_range(1..=10)),
                    _ => {
                        let other = random.random_range(1..steps.len());
                        steps.swap(place, other);
                    }
                }
            }
            // The first outcome of each step leads to the next step.
            let hasil = |step: u8| {
                if step == 2 && steps.contains(&3) {
                    "perlu_rekam"
                } else {
                    sop.step(step).unwrap().outcomes[0].hasil.as_str()
                }
            };
            let events: Vec<Event<'_>> = steps.iter().map(|step| Event { step: *step, hasil: hasil(*step) }).collect();
            let least = |sequence: &Vec<u8>| steps.len() + sequence.len() - 2 * common(&steps, sequence);
            let expected = accepted.iter().map(least).min().unwrap();
            assert_eq!(align(&events, &sop).unwrap().cost, expected, "{steps:?}");
        }
    }

    /// Returns the length of the longest common subsequence, in a simple, slow way.
    fn common(one: &[u8], other: &[u8]) -> usize {
        match (one, other) {
            ([a, one @ ..], [b, other @ ..]) if a == b => 1 + common(one, other),
            ([_, one_rest @ ..], [_, other_rest @ ..]) => common(one_rest, other).max(common(one, other_rest)),
            _ => 0,
        }
    }
}
