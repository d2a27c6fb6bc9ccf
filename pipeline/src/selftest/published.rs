//! Compares published statistics with those computed here.

use super::alignment_cost::alignment_cost;
use super::foreign::{ForeignLog, working_us};
use super::reference::{
    Conformance, Counts, LogFile, NOT_COMPARED, Pm4py, ReferenceSpread, Spreads, Vector, VectorFile, WithHolidays,
};
use super::{Check, Statistic};
use crate::figures::summary::Summary;
use chrono::{Days, NaiveDate};
use schemas::WorkingClock;
use schemas::figures::{Spread, SpreadValues};
use schemas::number::of_count;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Times that differ by no more than this agree. The logs are precise to the millisecond.
const TOLERANCE_S: f64 = 0.001_5;
const SECOND_US: f64 = 1_000_000.0;

/// Names of families and statistics that are used more than once.
const WORKING_CASES: &str = "working time of cases";
const CONFORMANCE: &str = "conformance cost";
const FITTING: &str = "cases that fit";

/// The checks of one log.
struct Checks<'a> {
    log: &'a str,
    all: Vec<Check>,
}

impl Checks<'_> {
    /// Adds a check. `expected` is `None` if no value is published.
    fn add(&mut self, family: &'static str, statistic: &str, expected: Option<Statistic>, found: Option<Statistic>) {
        let agrees = match (expected, found) {
            (None, _) => None,
            (Some(Statistic::Count(expected)), Some(Statistic::Count(found))) => Some(expected == found),
            (Some(Statistic::Seconds(expected)), Some(Statistic::Seconds(found))) => {
                Some((found - expected).abs() <= TOLERANCE_S)
            }
            (Some(_), _) => Some(false),
        };
        let (log, statistic) = (self.log.to_owned(), statistic.to_owned());
        self.all.push(Check { log, family, statistic, expected, found, agrees });
    }

    fn count(&mut self, family: &'static str, statistic: &str, expected: Option<u64>, found: u64) {
        self.add(family, statistic, expected.map(Statistic::Count), Some(Statistic::Count(found)));
    }

    fn seconds(&mut self, family: &'static str, statistic: &str, expected: Option<f64>, found: Option<f64>) {
        self.add(family, statistic, expected.map(Statistic::Seconds), found.map(Statistic::Seconds));
    }

    /// Adds a check for every name that is published, and one that there is no other name.
    fn counts(&mut self, family: &'static str, expected: Option<&Counts>, summary: &Summary, item: &str) {
        let Some(expected) = expected else {
            return self.count(family, "all", None, summary.rows("log", item).map(|row| row.n).sum());
        };
        for (name, expected) in expected {
            let found = summary.rows("log", item).filter(|row| row.name == *name).map(|row| row.n).sum();
            self.count(family, name, Some(*expected), found);
        }
        let others = summary.rows("log", item).filter(|row| !expected.contains_key(&row.name)).count();
        self.count(family, "others", Some(0), others as u64);
    }

    fn spread(&mut self, family: &'static str, of: &str, expected: Option<&ReferenceSpread>, found: &Spread) {
        let of = |statistic: &str| if of.is_empty() { statistic.to_owned() } else { format!("{of}: {statistic}") };
        self.count(family, &of("n"), expected.map(|s| s.n), found.n);
        let values = found.values;
        let each = [
            ("sum", expected.map(|s| s.sum), values.map(|v| seconds(v.sum))),
            ("mean", expected.map(|s| s.mean), values.map(|v| mean(v.sum, found.n))),
            ("min", expected.map(|s| s.min), values.map(|v| seconds(v.min))),
            ("p90_nearest_rank", expected.map(|s| s.p90_nearest_rank), values.map(|v| seconds(v.p90))),
            ("p95_nearest_rank", expected.map(|s| s.p95_nearest_rank), values.map(|v| seconds(v.p95))),
            ("max", expected.map(|s| s.max), values.map(|v| seconds(v.max))),
        ];
        for (name, expected, found) in each {
            self.seconds(family, &of(name), expected, found);
        }
    }

    fn spreads(&mut self, family: &'static str, of: &str, expected: Option<&Spreads>, summary: &Summary, item: &str) {
        let Some(expected) = expected else {
            let all = if of.is_empty() { "all".to_owned() } else { format!("{of}: all") };
            return self.count(family, &all, None, summary.rows("log", item).map(|row| row.n).sum());
        };
        for (name, expected) in expected {
            let row = summary.rows("log", item).find(|row| row.name == *name);
            let found = row.map(|row| Spread { n: row.n, values: row.values }).unwrap_or_default();
            let of = if of.is_empty() { name.clone() } else { format!("{of}: {name}") };
            self.spread(family, &of, Some(expected), &found);
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds of these logs are below 2^55, and a millisecond is asked for"
)]
fn seconds(us: i64) -> f64 {
    us as f64 / SECOND_US
}

fn mean(sum_us: i64, n: u64) -> f64 {
    seconds(sum_us) / of_count(n)
}

/// Checks all published statistics of a log, or tells why it cannot be used.
pub(super) fn log(text: &str, events: &Path) -> Result<Vec<Check>, String> {
    let expected: LogFile = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let log = ForeignLog::read(&expected.log, events, &expected.columns)?;
    let mut checks = Checks { log: &expected.log, all: Vec::new() };
    let summary = log.summary(None)?;
    published(&mut checks, &expected.published, &log, &summary)?;
    let (pm4py, variants) = (&expected.pm4py, log.variants());
    counts(&mut checks, pm4py, &log, &summary);
    if pm4py.directly_follows.is_none() {
        checks.count("directly follows", "all", None, summary.n("log", "follows"));
    }
    for pair in pm4py.directly_follows.iter().flatten() {
        let (from, to) = (&pair.source, &pair.target);
        let rows = summary.rows("log", "follows").filter(|row| row.name == *from && row.detail == *to);
        checks.count("directly follows", &format!("{from} > {to}"), Some(pair.n), rows.map(|row| row.n).sum());
    }
    checks.count("counts", "variants", pm4py.variants, variants.len() as u64);
    if pm4py.top_variants.is_none() {
        checks.count("variants", "all", None, variants.len() as u64);
    }
    for top in pm4py.top_variants.iter().flatten() {
        let found = variants.get(&texts(&top.variant)).copied().unwrap_or(0);
        checks.count("variants", &top.variant.join(" > "), Some(top.cases), found);
    }
    let whole = summary.spread("log", "case_duration", 0);
    checks.spread("case duration", "", pm4py.case_duration_s.as_ref(), &whole);
    checks.spreads("gap into activity", "", pm4py.gap_into_activity_s.as_ref(), &summary, "gap");
    if pm4py.business_hours.is_empty() {
        checks.add(WORKING_CASES, "all", None, None);
    }
    for (calendar, expected) in &pm4py.business_hours {
        let without_holidays =
            (expected.holidays.as_slice(), &expected.case_duration_s, expected.gap_into_activity_s.as_ref());
        working(&mut checks, &log, calendar, &expected.slots_seconds_from_monday, without_holidays)?;
        let calendar = format!("{calendar} with holidays");
        match &expected.with_holidays {
            Some(WithHolidays { holidays, case_duration_s, gap_into_activity_s, .. }) => {
                let with_holidays = (holidays.as_slice(), case_duration_s, gap_into_activity_s.as_ref());
                working(&mut checks, &log, &calendar, &expected.slots_seconds_from_monday, with_holidays)?;
            }
            None => checks.add(WORKING_CASES, &calendar, None, None),
        }
    }
    match &expected.conformance {
        Some(expected) => conformance(&mut checks, expected, &variants),
        None => checks.add(CONFORMANCE, FITTING, None, None),
    }
    Ok(checks.all)
}

fn counts(checks: &mut Checks<'_>, expected: &Pm4py, log: &ForeignLog, summary: &Summary) {
    checks.count("counts", "events", expected.events, log.events() as u64);
    checks.count("counts", "cases", expected.cases, summary.n("log", "case_length"));
    checks.count("counts", "resources", expected.resources, summary.rows("log", "resource").count() as u64);
    checks.count("counts", "cases with rework", expected.cases_with_rework, summary.n("log", "cases_with_rework"));
    checks.count("counts", "changed resource", expected.handovers.changed_resource, summary.n("log", "handover"));
    checks.count("counts", "pairs", expected.handovers.directly_follows_pairs, summary.n("log", "follows"));
    checks.counts("activities", expected.activities.as_ref(), summary, "activity");
    checks.counts("first activities", expected.start_activities.as_ref(), summary, "first");
    checks.counts("last activities", expected.end_activities.as_ref(), summary, "last");
    checks.counts("rework by activity", expected.rework_cases_per_activity.as_ref(), summary, "rework_cases");
}

/// Checks working time by the hours of a week and its holidays.
fn working(
    checks: &mut Checks<'_>,
    log: &ForeignLog,
    calendar: &str,
    slots: &[(i64, i64)],
    (holidays, cases, gaps): (&[NaiveDate], &ReferenceSpread, Option<&Spreads>),
) -> Result<(), String> {
    let Some((from, to)) = log.days() else { return Ok(()) };
    let summary = log.summary(Some(&clock(slots, holidays, from, to)?))?;
    let whole = summary.spread("log", "case_duration_working", 0);
    checks.spread(WORKING_CASES, calendar, Some(cases), &whole);
    checks.spreads("working time into activity", calendar, gaps, &summary, "gap_working");
    Ok(())
}

/// Checks the statistics that the publisher wrote into the log.
fn published(
    checks: &mut Checks<'_>,
    expected: &BTreeMap<String, Value>,
    log: &ForeignLog,
    summary: &Summary,
) -> Result<(), String> {
    let (family, length) = ("published with the log", summary.spread("log", "case_length", 0));
    let duration = summary.spread("log", "case_duration", 0);
    let length_value =
        |pick: fn(SpreadValues) -> i64| length.values.and_then(|v| u64::try_from(pick(v)).ok()).unwrap_or(0);
    let mut compared = Vec::new();
    for (statistic, name, found) in [
        ("events", "meta_general:events_total", log.events() as u64),
        ("cases", "meta_general:traces_total", length.n),
        ("fewest events in a case", "meta_general:events_min", length_value(|v| v.min)),
        ("most events in a case", "meta_general:events_max", length_value(|v| v.max)),
    ] {
        compared.push(name);
        checks.count(family, statistic, published_value(expected, name)?, found);
    }
    for (statistic, name, found) in [
        ("longest case", "meta_time:duration_max", duration.values.map(|v| seconds(v.max))),
        ("all cases", "meta_time:duration_total", duration.values.map(|v| seconds(v.sum))),
        ("mean case", "meta_time:duration_average", duration.values.map(|v| mean(v.sum, duration.n))),
    ] {
        compared.push(name);
        checks.seconds(family, statistic, published_value(expected, name)?, found);
    }
    for (family, name, item) in [
        ("published activities", "meta_concept:named_events_total/by", "activity"),
        ("published most per case", "meta_concept:named_events_max/by", "most_per_case"),
    ] {
        compared.push(name);
        let expected: Option<Counts> = published_value(expected, name)?;
        checks.counts(family, expected.as_ref(), summary, item);
    }
    let is_statistic =
        |name: &&String| ["meta_general:", "meta_time:", "meta_concept:"].iter().any(|f| name.starts_with(f));
    let is_known = |name: &str| compared.contains(&name) || NOT_COMPARED.contains(&name);
    match expected.keys().filter(is_statistic).find(|name| !is_known(name)) {
        Some(name) => Err(format!(
            "`{name}` under `published` is no statistic that is known; compared are {}",
            compared.join(", ")
        )),
        None => Ok(()),
    }
}

/// Returns the published value of a name.
fn published_value<T: serde::de::DeserializeOwned>(
    expected: &BTreeMap<String, Value>,
    name: &str,
) -> Result<Option<T>, String> {
    let value = expected.get(name).cloned().map(serde_json::from_value);
    value.transpose().map_err(|e| format!("`{name}` under `published`: {e}"))
}

/// Checks the alignment cost of each variant against the model.
fn conformance(checks: &mut Checks<'_>, expected: &Conformance, variants: &BTreeMap<Vec<&str>, u64>) {
    let accepted: Vec<Vec<&str>> = expected.accepted_sequences.iter().map(|s| texts(s)).collect();
    for row in &expected.variants {
        let found = alignment_cost(&texts(&row.variant), &accepted).map(|cost| Statistic::Count(cost as u64));
        checks.add(CONFORMANCE, &row.variant.join(" > "), Some(Statistic::Count(row.cost)), found);
    }
    let fits = |(variant, cases): (&Vec<&str>, &u64)| (alignment_cost(variant, &accepted) == Some(0)).then_some(*cases);
    let fitting = variants.iter().filter_map(fits).sum();
    checks.count(CONFORMANCE, FITTING, Some(expected.cases_fitting), fitting);
}

/// Checks working times between two instants, from the tests of other tools.
pub(super) fn vectors(text: &str) -> Result<Vec<Check>, String> {
    let expected: VectorFile = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let mut checks = Checks { log: "calendar_vectors", all: Vec::new() };
    for vector in &expected.vectors {
        let Vector { source, calendar, holidays, start, end, expected_s, .. } = vector;
        let slots = expected.calendars.get(calendar).ok_or_else(|| format!("there is no calendar `{calendar}`"))?;
        let (from, to) = ((*start).min(*end).date(), (*start).max(*end).date());
        let clock = clock(slots, holidays, from, to)?;
        let at = |t: &chrono::NaiveDateTime| working_us(&clock, t.and_utc().timestamp_micros());
        let found = seconds(at(end)? - at(start)?);
        checks.seconds("working time vectors", &format!("{source}: {start} to {end}"), Some(*expected_s), Some(found));
    }
    Ok(checks.all)
}

/// Makes a clock from the spans of a week and the holidays, which covers the days from the first to the last.
fn clock(slots: &[(i64, i64)], holidays: &[NaiveDate], from: NaiveDate, to: NaiveDate) -> Result<WorkingClock, String> {
    let mut week: [Vec<(i64, i64)>; 7] = std::array::from_fn(|_| Vec::new());
    for &(mut start, end) in slots {
        while start < end {
            let day = start.div_euclid(86_400);
            let until = end.min((day + 1) * 86_400);
            let spans = usize::try_from(day).ok().and_then(|day| week.get_mut(day));
            let spans = spans.ok_or_else(|| format!("the span of work {start} to {end} is outside a week"))?;
            spans.push((start - day * 86_400, until - day * 86_400));
            start = until;
        }
    }
    // One more day on both sides, because the clock converts between zones.
    let (from, to) = (from.checked_sub_days(Days::new(1)), to.checked_add_days(Days::new(1)));
    let (from, to) = from.zip(to).ok_or("the log lies outside what a calendar knows")?;
    WorkingClock::of_week(from, to, &week, holidays).map_err(|e| e.to_string())
}

fn texts(of: &[String]) -> Vec<&str> {
    of.iter().map(String::as_str).collect()
}
