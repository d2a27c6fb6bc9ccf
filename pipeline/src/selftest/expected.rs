//! What others say of a log, beside what we find.

use super::foreign::{ForeignLog, working_us};
use super::{Check, SelftestError};
use crate::stages::alignment::align;
use crate::stages::summary::Summary;
use chrono::{NaiveDate, NaiveDateTime};
use schemas::WorkingClock;
use schemas::figures::Spread;
use serde_json::Value;
use std::path::Path;

/// Times agree to the millisecond.
const TOLERANCE_S: f64 = 0.001_5;
const SECOND_US: f64 = 1_000_000.0;
/// The logs lie between these days.
const COVERED: [(i32, u32, u32); 2] = [(2005, 1, 1), (2027, 12, 31)];

/// Checks of one log.
struct Checks<'a> {
    log: &'a str,
    all: Vec<Check>,
}

impl Checks<'_> {
    fn add(&mut self, family: &'static str, statistic: &str, expected: String, found: String, agrees: bool) {
        let (log, statistic) = (self.log.to_owned(), statistic.to_owned());
        self.all.push(Check { log, family, statistic, expected, found, agrees });
    }

    fn count(&mut self, family: &'static str, statistic: &str, said: &Value, found: u64) {
        if let Some(said) = said.as_u64() {
            self.add(family, statistic, said.to_string(), found.to_string(), said == found);
        }
    }

    fn seconds(&mut self, family: &'static str, statistic: &str, said: &Value, found: Option<f64>) {
        if let Some(said) = said.as_f64() {
            let agrees = found.is_some_and(|found| (found - said).abs() <= TOLERANCE_S);
            self.add(family, statistic, said.to_string(), found.map_or_else(String::new, |f| f.to_string()), agrees);
        }
    }

    /// Counts by name: every name that they know, and no other.
    fn counts(&mut self, family: &'static str, said: &Value, summary: &Summary, item: &str) {
        let Some(said) = said.as_object() else { return };
        for (name, said) in said {
            let found = summary.rows("log", item).filter(|row| row.name == *name).map(|row| row.n).sum();
            self.count(family, name, said, found);
        }
        let others = summary.rows("log", item).filter(|row| !said.contains_key(&row.name)).count();
        self.count(family, "others", &0.into(), others as u64);
    }

    fn spread(&mut self, family: &'static str, of: &str, said: &Value, found: &Spread) {
        let of = |statistic: &str| if of.is_empty() { statistic.to_owned() } else { format!("{of}: {statistic}") };
        self.count(family, &of("n"), &said["n"], found.n);
        let values = found.values;
        let each = [
            ("sum", values.map(|v| seconds(v.sum))),
            ("mean", values.map(|v| mean(v.sum, found.n))),
            ("min", values.map(|v| seconds(v.min))),
            ("p90_nearest_rank", values.map(|v| seconds(v.p90))),
            ("p95_nearest_rank", values.map(|v| seconds(v.p95))),
            ("max", values.map(|v| seconds(v.max))),
        ];
        for (name, found) in each {
            self.seconds(family, &of(name), &said[name], found);
        }
    }

    fn spreads(&mut self, family: &'static str, said: &Value, summary: &Summary, item: &str) {
        for (name, said) in said.as_object().into_iter().flatten() {
            let row = summary.rows("log", item).find(|row| row.name == *name);
            let found = row.map(|row| Spread { n: row.n, values: row.values }).unwrap_or_default();
            self.spread(family, name, said, &found);
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

#[expect(clippy::cast_precision_loss, reason = "as above")]
fn mean(sum_us: i64, n: u64) -> f64 {
    seconds(sum_us) / n as f64
}

/// All that is said of a log.
pub(super) fn log(said: &Value, events: &Path) -> Result<Vec<Check>, SelftestError> {
    let name = said["log"].as_str().unwrap_or_default();
    let log = ForeignLog::read(name, events, &said["columns"])?;
    let mut checks = Checks { log: name, all: Vec::new() };
    let summary = log.summary(None)?;
    published(&mut checks, &said["published"], &log, &summary);
    let (pm4py, variants) = (&said["pm4py"], log.variants());
    checks.count("counts", "events", &pm4py["events"], log.events() as u64);
    checks.count("counts", "cases", &pm4py["cases"], summary.n("log", "case_length"));
    checks.count("counts", "variants", &pm4py["variants"], variants.len() as u64);
    checks.count("counts", "resources", &pm4py["resources"], summary.rows("log", "resource").count() as u64);
    checks.count("counts", "cases with rework", &pm4py["cases_with_rework"], summary.n("log", "cases_with_rework"));
    checks.count("counts", "changed resource", &pm4py["handovers"]["changed_resource"], summary.n("log", "handover"));
    checks.count("counts", "pairs", &pm4py["handovers"]["directly_follows_pairs"], summary.n("log", "follows"));
    checks.counts("activities", &pm4py["activities"], &summary, "activity");
    checks.counts("first activities", &pm4py["start_activities"], &summary, "first");
    checks.counts("last activities", &pm4py["end_activities"], &summary, "last");
    checks.counts("rework by activity", &pm4py["rework_cases_per_activity"], &summary, "rework_cases");
    for pair in pm4py["directly_follows"].as_array().into_iter().flatten() {
        let (from, to) = (pair["source"].as_str().unwrap_or_default(), pair["target"].as_str().unwrap_or_default());
        let rows = summary.rows("log", "follows").filter(|row| row.name == from && row.detail == to);
        checks.count("directly follows", &format!("{from} > {to}"), &pair["n"], rows.map(|row| row.n).sum());
    }
    for top in pm4py["top_variants"].as_array().into_iter().flatten() {
        let variant = texts(&top["variant"]);
        let found = variants.get(&variant).copied().unwrap_or(0);
        checks.count("variants", &variant.join(" > "), &top["cases"], found);
    }
    checks.spread("case duration", "", &pm4py["case_duration_s"], &summary.spread("log", "case_duration", 0));
    checks.spreads("gap into activity", &pm4py["gap_into_activity_s"], &summary, "gap");
    for (calendar, said) in pm4py["business_hours"].as_object().into_iter().flatten() {
        let clock = clock(&said["slots_seconds_from_monday"], &said["holidays"])?;
        let summary = log.summary(Some(&clock))?;
        let whole = summary.spread("log", "case_duration_working", 0);
        checks.spread("working time of cases", calendar, &said["case_duration_s"], &whole);
        checks.spreads("working time into activity", &said["gap_into_activity_s"], &summary, "gap_working");
    }
    conformance(&mut checks, &said["conformance"], &variants);
    Ok(checks.all)
}

/// What the publisher of the log wrote into it.
fn published(checks: &mut Checks<'_>, said: &Value, log: &ForeignLog, summary: &Summary) {
    let (family, length) = ("published with the log", summary.spread("log", "case_length", 0));
    let duration = summary.spread("log", "case_duration", 0);
    let least = |pick: fn(schemas::figures::SpreadValues) -> i64| {
        length.values.map_or(0, |v| u64::try_from(pick(v)).unwrap_or(0))
    };
    checks.count(family, "events", &said["meta_general:events_total"], log.events() as u64);
    checks.count(family, "cases", &said["meta_general:traces_total"], length.n);
    checks.count(family, "fewest events in a case", &said["meta_general:events_min"], least(|v| v.min));
    checks.count(family, "most events in a case", &said["meta_general:events_max"], least(|v| v.max));
    checks.seconds(family, "longest case", &said["meta_time:duration_max"], duration.values.map(|v| seconds(v.max)));
    checks.seconds(family, "all cases", &said["meta_time:duration_total"], duration.values.map(|v| seconds(v.sum)));
    checks.seconds(
        family,
        "mean case",
        &said["meta_time:duration_average"],
        duration.values.map(|v| mean(v.sum, duration.n)),
    );
    checks.counts("published activities", &said["meta_concept:named_events_total/by"], summary, "activity");
    checks.counts("published most per case", &said["meta_concept:named_events_max/by"], summary, "most_per_case");
}

/// The cost of each variant against the model.
fn conformance(checks: &mut Checks<'_>, said: &Value, variants: &std::collections::BTreeMap<Vec<&str>, u64>) {
    let accepted: Vec<Vec<&str>> = said["accepted_sequences"].as_array().into_iter().flatten().map(texts).collect();
    for row in said["variants"].as_array().into_iter().flatten() {
        let variant = texts(&row["variant"]);
        let found = align(&variant, &accepted).map_or(u64::MAX, |a| a.cost as u64);
        checks.count("conformance cost", &variant.join(" > "), &row["cost"], found);
    }
    let fits =
        |(variant, cases): (&Vec<&str>, &u64)| align(variant, &accepted).is_some_and(|a| a.cost == 0).then_some(*cases);
    checks.count("conformance cost", "cases that fit", &said["cases_fitting"], variants.iter().filter_map(fits).sum());
}

/// Working time between two instants, from the tests of other tools.
pub(super) fn vectors(said: &Value) -> Result<Vec<Check>, SelftestError> {
    let mut checks = Checks { log: "calendar_vectors", all: Vec::new() };
    for vector in said["vectors"].as_array().into_iter().flatten() {
        let text = |name: &str| vector[name].as_str().unwrap_or_default();
        let clock = clock(&said["calendars"][text("calendar")], &vector["holidays"])?;
        let w = |name: &str| -> Result<Option<i64>, SelftestError> {
            let local = text(name).parse::<NaiveDateTime>().ok();
            Ok(local.map(|t| working_us(&clock, t.and_utc().timestamp_micros())).transpose()?)
        };
        let found = w("start")?.zip(w("end")?).map(|(start, end)| seconds(end - start));
        let statistic = format!("{}: {} to {}", text("source"), text("start"), text("end"));
        checks.seconds("working time vectors", &statistic, &vector["expected_s"], found);
    }
    Ok(checks.all)
}

/// A clock from spans in seconds from Monday, and free days.
fn clock(slots: &Value, holidays: &Value) -> Result<WorkingClock, SelftestError> {
    let mut week: [Vec<(i64, i64)>; 7] = std::array::from_fn(|_| Vec::new());
    for slot in slots.as_array().into_iter().flatten() {
        let (Some(mut start), Some(end)) = (slot[0].as_i64(), slot[1].as_i64()) else { continue };
        while start < end {
            let day = start.div_euclid(86_400);
            let until = end.min((day + 1) * 86_400);
            if let Some(spans) = usize::try_from(day).ok().and_then(|day| week.get_mut(day)) {
                spans.push((start - day * 86_400, until - day * 86_400));
            }
            start = until;
        }
    }
    let free: Vec<NaiveDate> = texts(holidays).into_iter().filter_map(|date| date.parse().ok()).collect();
    let [from, to] = COVERED.map(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d).unwrap_or_default());
    Ok(WorkingClock::of_week(from, to, &week, &free)?)
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
