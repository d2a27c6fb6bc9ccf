//! Targets of the rules in force: what a figure must reach, by which text, and how firm that text is.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The targets of one regulation, from `data/targets/<regulation>.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetFile {
    /// Name of its file.
    #[serde(skip)]
    pub file: String,
    /// The regulation.
    pub regulation: String,
    /// What it is about.
    pub subject: String,
    /// Of several regulations about the same figure the one with the least number decides: national before regional, of two
    /// regional ones the later.
    pub precedence: u8,
    /// Where its text was seen.
    pub source: String,
    /// What every report says beside its rows.
    pub note: String,
    /// Its rows.
    #[serde(rename = "target", default)]
    pub targets: Vec<Target>,
}

/// One target.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Unique among all targets.
    pub id: String,
    /// In Indonesian.
    pub title: String,
    /// The figure it judges.
    pub measure: Measure,
    /// The SOP step, where the measure is per step.
    pub step: Option<u8>,
    /// Which side of the value is good.
    pub comparison: Comparison,
    /// The value; without one the verdict is `target belum ditetapkan`.
    pub value: Option<f64>,
    /// Unit of the value.
    pub unit: Unit,
    /// Which clock counts.
    pub clock: Clock,
    /// How firm the value is.
    pub standing: Standing,
    /// First day it holds.
    pub valid_from: Option<NaiveDate>,
    /// Last day it holds.
    pub valid_to: Option<NaiveDate>,
    /// Article; empty when the text was not seen.
    pub article: String,
    /// The words of the rule; empty when the text was not seen.
    pub quote: String,
}

/// A figure that a target can judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// 90th percentile of handling time of a step, working seconds.
    HandlingWorkingP90,
    /// 90th percentile of receipt to hand-over, working seconds.
    TurnaroundWorkingP90,
    /// Share of first checks found complete.
    CompleteAtFirstCheck,
    /// Share issued within 1 hour of completeness, wall less outages, open cases past it counted as late.
    #[serde(rename = "issued_within_1_hour")]
    IssuedWithin1Hour,
    /// Share issued within 24 hours of completeness, wall less outages, open cases past it counted as late.
    #[serde(rename = "issued_within_24_hours")]
    IssuedWithin24Hours,
    /// Share issued within 14 working days of completeness, open cases past it counted as late.
    #[serde(rename = "issued_within_14_working_days")]
    IssuedWithin14WorkingDays,
}

/// Which side of the value is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// The figure must not exceed the value.
    AtMost,
    /// The figure must reach the value.
    AtLeast,
}

/// Unit of a target's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Minutes.
    Menit,
    /// Hours.
    Jam,
    /// A share of 0 to 1.
    Bagian,
}

impl Unit {
    /// The word that the data files use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Menit => "menit",
            Self::Jam => "jam",
            Self::Bagian => "bagian",
        }
    }
}

/// Which clock a rule counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The clock on the wall.
    Dinding,
    /// The office's working time.
    Kerja,
    /// Working days.
    HariKerja,
    /// No time is measured.
    Tanpa,
}

/// How firm a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its text was seen and entered by the office.
    Resmi,
    /// A decision of the office.
    Sementara,
    /// Ours, awaiting the text.
    Asumsi,
}

impl Standing {
    /// The word that reports print.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Resmi => "resmi",
            Self::Sementara => "sementara",
            Self::Asumsi => "asumsi",
        }
    }
}

impl Target {
    /// Whether the rule was in force on any day of the month.
    #[must_use]
    pub fn in_force(&self, month: crate::Month) -> bool {
        self.valid_from.is_none_or(|d| d <= month.last_day()) && self.valid_to.is_none_or(|d| d >= month.first_day())
    }

    /// The value in the figure's own unit: seconds, or a share.
    #[must_use]
    pub fn value_in_base_unit(&self) -> Option<f64> {
        self.value.map(|v| match self.unit {
            Unit::Menit => v * 60.0,
            Unit::Jam => v * 3600.0,
            Unit::Bagian => v,
        })
    }
}
