//! How each berkas that was handed over departs from the SOP, in the SOP's words.
//!
//! Reads   the events of the berkas handed over in the month, in order; the SOP
//! Gives   findings C001–C005 by berkas and step, and the cost of the cheapest alignment, the costliest berkas first
//! Rule    a step that an outcome sends back to itself may be repeated; otherwise the sequences of the SOP without repetition,
//!         from its first step to its last, are what is accepted

use crate::columns::step;
use crate::metrics::{FigureBook, FigureError};
use crate::stages::additive::{FigureSql, Reach, Sight};
use crate::stages::alignment::align;
use crate::stages::summary::{texts, whole};
use polars::prelude::PolarsError;
use schemas::{Month, Sop};

/// The one statement.
pub(crate) const TRACES: FigureSql =
    FigureSql::new("traces", include_str!("stages/traces.sql"), Sight::Ahead, Reach::Berkas);

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
    /// Which berkas.
    pub berkas_id: String,
    /// Cost of its cheapest alignment with the SOP.
    pub cost: usize,
    /// Finding code: C001 skipped, C002 repeated, C003 out of order, C004 by another role, C005 after an outcome that leads
    /// elsewhere.
    pub code: &'static str,
    /// The step.
    pub step: u8,
    /// The role, or the step and outcome before; empty where it says nothing.
    pub detail: String,
}

/// The departures of the berkas handed over in a month.
///
/// # Errors
/// [`FigureError::NoMonth`] when the archive has no events of it.
pub fn deviations(book: &FigureBook<'_>, sop: &Sop, month: Month) -> Result<Vec<Deviation>, FigureError> {
    let accepted = accepted(sop);
    let mut all: Vec<Deviation> = Vec::new();
    for (berkas_id, trace) in traces(book, month)? {
        all.extend(of_berkas(&berkas_id, &trace, sop, &accepted));
    }
    all.sort_by(|a, b| (b.cost, &a.berkas_id, a.code, a.step).cmp(&(a.cost, &b.berkas_id, b.code, b.step)));
    Ok(all)
}

/// The berkas handed over in the month with their events in order.
fn traces(book: &FigureBook<'_>, month: Month) -> Result<Vec<(String, Vec<TraceEvent>)>, FigureError> {
    let fault = |e: PolarsError| FigureError::Sql { figure: "traces.sql".into(), reason: e.to_string() };
    let rows = book.at(month)?.run(TRACES, TRACES.text).map_err(fault)?;
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

fn of_berkas(berkas_id: &str, trace: &[TraceEvent], sop: &Sop, accepted: &[Vec<u8>]) -> Vec<Deviation> {
    let leads_to = |event: &TraceEvent| next(sop, event.step, &event.hasil);
    // What the SOP sends back to the same step counts once.
    let again =
        |i: usize| trace.get(i + 1).is_some_and(|e| e.step == trace[i].step && leads_to(&trace[i]) == Some(e.step));
    let counted: Vec<&TraceEvent> = (0..trace.len()).filter(|i| !again(*i)).map(|i| &trace[i]).collect();
    let steps: Vec<u8> = counted.iter().map(|e| e.step).collect();
    let Some(alignment) = align(&steps, accepted) else { return Vec::new() };
    let deviation = |code: &'static str, step: u8, detail: String| Deviation {
        berkas_id: berkas_id.to_owned(),
        cost: alignment.cost,
        code,
        step,
        detail,
    };
    let mut found: Vec<Deviation> =
        alignment.missing.iter().filter(|s| !steps.contains(s)).map(|s| deviation("C001", *s, String::new())).collect();
    for &place in &alignment.extra {
        let elsewhere = steps.iter().enumerate().any(|(i, s)| *s == steps[place] && !alignment.extra.contains(&i));
        found.push(deviation(if elsewhere { "C002" } else { "C003" }, steps[place], String::new()));
    }
    for event in trace {
        if sop.step(event.step).is_some_and(|s| s.pelaksana != event.pelaksana) {
            found.push(deviation("C004", event.step, event.pelaksana.clone()));
        }
    }
    if alignment.cost == 0 {
        for pair in trace.windows(2).filter(|pair| leads_to(&pair[0]) != Some(pair[1].step)) {
            found.push(deviation("C005", pair[1].step, format!("{}: {}", pair[0].step, pair[0].hasil)));
        }
    }
    found
}

fn next(sop: &Sop, step: u8, hasil: &str) -> Option<u8> {
    sop.step(step)?.outcomes.iter().find(|o| o.hasil == hasil)?.next
}

/// The sequences from the first step to the last that repeat none.
fn accepted(sop: &Sop) -> Vec<Vec<u8>> {
    let (Some(first), Some(last)) = (sop.steps.first(), sop.steps.last()) else { return Vec::new() };
    let (mut whole, mut open) = (Vec::new(), vec![vec![first.number]]);
    while let Some(path) = open.pop() {
        let Some(at) = path.last().and_then(|n| sop.step(*n)) else { continue };
        if at.number == last.number {
            whole.push(path);
            continue;
        }
        let mut steps: Vec<u8> = at.outcomes.iter().filter_map(|o| o.next).filter(|n| !path.contains(n)).collect();
        steps.sort_unstable();
        steps.dedup();
        open.extend(steps.into_iter().map(|step| [path.as_slice(), &[step]].concat()));
    }
    whole.sort_by_key(Vec::len);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::Facts;

    fn found(trace: &[(u8, &str)]) -> Vec<(&'static str, u8, usize)> {
        let sop = Facts::embedded().unwrap().sop;
        let event = |(step, hasil): &(u8, &str)| TraceEvent {
            step: *step,
            hasil: (*hasil).to_owned(),
            pelaksana: if *step == 9 { "operator" } else { &sop.step(*step).unwrap().pelaksana }.to_owned(),
        };
        let trace: Vec<TraceEvent> = trace.iter().map(event).collect();
        of_berkas("B", &trace, &sop, &accepted(&sop)).into_iter().map(|d| (d.code, d.step, d.cost)).collect()
    }

    const END: [(u8, &str); 4] = [(7, "selesai"), (8, "selesai"), (9, "selesai"), (10, "selesai")];

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
    fn the_sop_accepts_both_ways() {
        let sop = Facts::embedded().unwrap().sop;
        assert_eq!(accepted(&sop), [vec![1, 2, 4, 5, 6, 7, 8, 9, 10], vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]);
    }
}
