//! The JSON files of published statistics. An unknown name is refused, so that a misspelt statistic is not silently left
//! out; fields whose names begin with `_` are allowed but not compared.

use chrono::{NaiveDate, NaiveDateTime};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeMap;

/// `NAME.json` beside `NAME.csv`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogFile {
    pub(super) log: String,
    #[serde(default)]
    pub(super) columns: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) published: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) pm4py: Pm4py,
    pub(super) conformance: Option<Conformance>,
    #[serde(rename = "raw_file")]
    _raw_file: Option<IgnoredAny>,
    #[serde(rename = "timezone")]
    _timezone: Option<IgnoredAny>,
    #[serde(rename = "pm4py_version")]
    _pm4py_version: Option<IgnoredAny>,
    #[serde(rename = "quantiles")]
    _quantiles: Option<IgnoredAny>,
    #[serde(rename = "order")]
    _order: Option<IgnoredAny>,
    #[serde(rename = "seconds_to_compute")]
    _seconds_to_compute: Option<IgnoredAny>,
}

/// Counts by name.
pub(super) type Counts = BTreeMap<String, u64>;
/// Distributions by name.
pub(super) type Spreads = BTreeMap<String, ReferenceSpread>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pm4py {
    pub(super) events: Option<u64>,
    pub(super) cases: Option<u64>,
    pub(super) variants: Option<u64>,
    pub(super) resources: Option<u64>,
    pub(super) cases_with_rework: Option<u64>,
    #[serde(default)]
    pub(super) handovers: Handovers,
    pub(super) activities: Option<Counts>,
    pub(super) start_activities: Option<Counts>,
    pub(super) end_activities: Option<Counts>,
    pub(super) rework_cases_per_activity: Option<Counts>,
    pub(super) directly_follows: Option<Vec<Follows>>,
    pub(super) top_variants: Option<Vec<TopVariant>>,
    pub(super) case_duration_s: Option<ReferenceSpread>,
    pub(super) gap_into_activity_s: Option<Spreads>,
    #[serde(default)]
    pub(super) business_hours: BTreeMap<String, BusinessHours>,
    #[serde(rename = "rework_events_total")]
    _rework_events_total: Option<IgnoredAny>,
    #[serde(rename = "case_arrival_avg_s")]
    _case_arrival_avg_s: Option<IgnoredAny>,
    #[serde(rename = "cycle_time_s")]
    _cycle_time_s: Option<IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Handovers {
    pub(super) directly_follows_pairs: Option<u64>,
    pub(super) changed_resource: Option<u64>,
    #[serde(rename = "pm4py_network_edges")]
    _pm4py_network_edges: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Follows {
    pub(super) source: String,
    pub(super) target: String,
    pub(super) n: u64,
    #[serde(rename = "mean_s")]
    _mean_s: Option<IgnoredAny>,
    #[serde(rename = "median_s")]
    _median_s: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TopVariant {
    pub(super) variant: Vec<String>,
    pub(super) cases: u64,
}

/// A distribution in seconds. All compared values must be present.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferenceSpread {
    pub(super) n: u64,
    pub(super) sum: f64,
    pub(super) mean: f64,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) p90_nearest_rank: f64,
    pub(super) p95_nearest_rank: f64,
    #[serde(rename = "sd_sample")]
    _sd_sample: Option<IgnoredAny>,
    #[serde(rename = "median")]
    _median: Option<IgnoredAny>,
    #[serde(rename = "p90_linear")]
    _p90_linear: Option<IgnoredAny>,
    #[serde(rename = "p95_linear")]
    _p95_linear: Option<IgnoredAny>,
}

/// Working hours of a week, as spans in seconds from Monday.
pub(super) type Slots = Vec<(i64, i64)>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BusinessHours {
    pub(super) slots_seconds_from_monday: Slots,
    pub(super) holidays: Vec<NaiveDate>,
    pub(super) case_duration_s: ReferenceSpread,
    pub(super) gap_into_activity_s: Option<Spreads>,
    pub(super) with_holidays: Option<WithHolidays>,
    #[serde(rename = "timezone")]
    _timezone: Option<IgnoredAny>,
    #[serde(rename = "crosscheck")]
    _crosscheck: Option<IgnoredAny>,
    #[serde(rename = "pm4py_as_shipped_utc_case_duration_s")]
    _pm4py_as_shipped_utc_case_duration_s: Option<IgnoredAny>,
}

/// The same hours with holidays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WithHolidays {
    pub(super) holidays: Vec<NaiveDate>,
    pub(super) case_duration_s: ReferenceSpread,
    pub(super) gap_into_activity_s: Option<Spreads>,
    #[serde(rename = "holiday_source")]
    _holiday_source: Option<IgnoredAny>,
    #[serde(rename = "crosscheck")]
    _crosscheck: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Conformance {
    pub(super) accepted_sequences: Vec<Vec<String>>,
    pub(super) variants: Vec<VariantCost>,
    pub(super) cases_fitting: u64,
    #[serde(rename = "cases")]
    _cases: Option<IgnoredAny>,
    #[serde(rename = "model")]
    _model: Option<IgnoredAny>,
    #[serde(rename = "pm4py_fitness_alignments")]
    _pm4py_fitness_alignments: Option<IgnoredAny>,
    #[serde(rename = "pm4py_fitness_token_replay")]
    _pm4py_fitness_token_replay: Option<IgnoredAny>,
    #[serde(rename = "mean_case_fitness")]
    _mean_case_fitness: Option<IgnoredAny>,
    #[serde(rename = "crosscheck_lcs_cost_mismatches")]
    _crosscheck_lcs_cost_mismatches: Option<IgnoredAny>,
    #[serde(rename = "note")]
    _note: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantCost {
    pub(super) variant: Vec<String>,
    pub(super) cost: u64,
    #[serde(rename = "cases")]
    _cases: Option<IgnoredAny>,
    #[serde(rename = "fitness")]
    _fitness: Option<IgnoredAny>,
}

/// `calendar_vectors.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VectorFile {
    pub(super) calendars: BTreeMap<String, Slots>,
    pub(super) vectors: Vec<Vector>,
    #[serde(rename = "note")]
    _note: Option<IgnoredAny>,
}

/// Working time between two instants.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vector {
    pub(super) source: String,
    pub(super) calendar: String,
    pub(super) holidays: Vec<NaiveDate>,
    pub(super) start: NaiveDateTime,
    pub(super) end: NaiveDateTime,
    pub(super) expected_s: f64,
    #[serde(rename = "pm4py_s")]
    _pm4py_s: Option<IgnoredAny>,
}

/// Attributes of a log in the families of statistics that are not compared. Attributes of other families (`meta_3TU:`)
/// only describe the log.
pub(super) const NOT_COMPARED: [&str; 33] = [
    "meta_concept:different_names_average",
    "meta_concept:different_names_max",
    "meta_concept:different_names_min",
    "meta_concept:different_names_standard_deviation",
    "meta_concept:different_names_total",
    "meta_concept:named_events_average",
    "meta_concept:named_events_average/by",
    "meta_concept:named_events_max",
    "meta_concept:named_events_min",
    "meta_concept:named_events_min/by",
    "meta_concept:named_events_standard_deviation",
    "meta_concept:named_events_standard_deviation/by",
    "meta_concept:named_events_total",
    "meta_general:classified_events_average/by",
    "meta_general:classified_events_max/by",
    "meta_general:classified_events_min/by",
    "meta_general:classified_events_standard_deviation/by",
    "meta_general:classified_events_total/by",
    "meta_general:classifiers",
    "meta_general:classifiers/by",
    "meta_general:different_traces",
    "meta_general:different_traces/by",
    "meta_general:events_average",
    "meta_general:events_standard_deviation",
    "meta_general:traces_average",
    "meta_time:duration_min",
    "meta_time:duration_standard_deviation",
    "meta_time:log_duration",
    "meta_time:log_end_time",
    "meta_time:log_start_time",
    "meta_time:log_timezone",
    "meta_time:timezone",
    "meta_time:log_duration/by",
];
