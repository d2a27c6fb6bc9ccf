//! A foreign event log, and the statistics that the SQL statements compute from it.

use super::LOG;
use crate::figures::additive::stacked;
use crate::figures::summary::{Summary, figures};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use polars::prelude::{Column, DataFrame, IntoLazy, LazyFrame, NamedFrom, PolarsError, Series, lit};
use polars::sql::SQLContext;
use schemas::{WorkingClock, Zone};
use std::collections::BTreeMap;
use std::path::Path;

const SECOND_US: i64 = 1_000_000;

/// The columns that a log must have, by their names unless the JSON beside it gives others under `columns`.
const COLUMNS: [&str; 5] = ["case_id", "activity", "resource", "end_utc", "end_local"];

/// A line of the log. Other columns are ignored.
#[derive(Debug)]
struct Line {
    case_id: String,
    activity: String,
    resource: String,
}

/// The events of a log in the order of its file. Instants are in microseconds.
#[derive(Debug)]
pub(super) struct ForeignLog {
    name: String,
    lines: Vec<Line>,
    at_us: Vec<i64>,
    local_us: Vec<i64>,
}

impl ForeignLog {
    /// Reads a log. `columns` maps the names of [`COLUMNS`] to those of the log.
    pub(super) fn read(name: &str, path: &Path, columns: &BTreeMap<String, String>) -> Result<Self, String> {
        let fault = |reason: String| format!("{}: {reason}", path.display());
        if let Some(unknown) = columns.keys().find(|name| !COLUMNS.contains(&name.as_str())) {
            return Err(format!("`{unknown}` under `columns` is none of {}", COLUMNS.join(", ")));
        }
        let mut reader = csv::Reader::from_path(path).map_err(|e| fault(e.to_string()))?;
        let header = reader.headers().map_err(|e| fault(e.to_string()))?.clone();
        let mut at = [0; COLUMNS.len()];
        for (index, ours) in at.iter_mut().zip(COLUMNS) {
            let theirs = columns.get(ours).map_or(ours, String::as_str);
            let place = header.iter().position(|name| name == theirs);
            *index = place.ok_or_else(|| fault(format!("it has no column `{theirs}` for {ours}")))?;
        }
        let mut log = Self { name: name.to_owned(), lines: Vec::new(), at_us: Vec::new(), local_us: Vec::new() };
        for (number, record) in reader.records().enumerate() {
            let record = record.map_err(|e| fault(e.to_string()))?;
            let [case_id, activity, resource, end_utc, end_local] = at.map(|i| record.get(i).unwrap_or_default());
            let bad = |what: &str| fault(format!("line {}: `{what}` is no time", number + 2));
            log.at_us.push(DateTime::parse_from_rfc3339(end_utc).map_err(|_| bad(end_utc))?.timestamp_micros());
            let local: NaiveDateTime = end_local.parse().map_err(|_| bad(end_local))?;
            log.local_us.push(local.and_utc().timestamp_micros());
            let [case_id, activity, resource] = [case_id, activity, resource].map(str::to_owned);
            log.lines.push(Line { case_id, activity, resource });
        }
        Ok(log)
    }

    pub(super) fn events(&self) -> usize {
        self.lines.len()
    }

    /// Returns the first and the last day of its events, in its own zone; `None` if it has no event.
    pub(super) fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        let day = |us: Option<&i64>| DateTime::from_timestamp_micros(*us?).map(|t| t.date_naive());
        day(self.local_us.iter().min()).zip(day(self.local_us.iter().max()))
    }

    /// Runs the statements, with working time by this clock in the log's own zone.
    pub(super) fn summary(&self, clock: Option<&WorkingClock>) -> Result<Summary, String> {
        let working = match clock {
            Some(clock) => self.local_us.iter().map(|us| working_us(clock, *us)).collect::<Result<Vec<i64>, _>>()?,
            None => self.at_us.clone(),
        };
        let fault = |reason: String| format!("the statistics of {} could not be computed: {reason}", self.name);
        let mut context = SQLContext::new();
        context.register("log", self.frame(working).map_err(|e| fault(e.to_string()))?.lazy());
        let rows = stacked([LOG], |_, statement| context.execute(statement).and_then(LazyFrame::collect));
        let rows = rows.map_err(|e| fault(e.to_string()))?;
        let cells = rows.lazy().with_column(lit(String::new()).alias("cell")).collect();
        let figures = figures(cells.map_err(|e| fault(e.to_string()))?);
        Ok(Summary::new(figures.map_err(|e| fault(e.to_string()))?))
    }

    /// Returns the events as the table that the statements read.
    fn frame(&self, working: Vec<i64>) -> Result<DataFrame, PolarsError> {
        let text = |of: fn(&Line) -> &str| self.lines.iter().map(of).collect::<Vec<&str>>();
        let place: Vec<i64> = (0..).take(self.lines.len()).collect();
        let columns: Vec<Column> = vec![
            Series::new("case_id".into(), text(|l| &l.case_id)).into(),
            Series::new("activity".into(), text(|l| &l.activity)).into(),
            Series::new("resource".into(), text(|l| &l.resource)).into(),
            Series::new("at".into(), &self.at_us).into(),
            Series::new("working".into(), working).into(),
            Series::new("place".into(), place).into(),
        ];
        DataFrame::new_infer_height(columns)
    }

    /// Returns the sequences of activities, and how many cases have each.
    pub(super) fn variants(&self) -> BTreeMap<Vec<&str>, u64> {
        let mut order: Vec<usize> = (0..self.lines.len()).collect();
        order.sort_by_key(|&i| (self.lines[i].case_id.as_str(), self.at_us[i], i));
        let mut cases: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for i in order {
            cases.entry(&self.lines[i].case_id).or_default().push(&self.lines[i].activity);
        }
        let mut variants = BTreeMap::new();
        for variant in cases.into_values() {
            *variants.entry(variant).or_insert(0) += 1;
        }
        variants
    }
}

/// Returns the working time up to a local instant, in microseconds.
pub(super) fn working_us(clock: &WorkingClock, local_us: i64) -> Result<i64, String> {
    // The clock is made for Western Indonesian Time: passing the local time as if it were of that zone cancels its offset.
    clock.working_us(local_us - i64::from(Zone::Wib.offset_s()) * SECOND_US).map_err(|e| e.to_string())
}
