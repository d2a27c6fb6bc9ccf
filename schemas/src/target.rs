//! Targets of the rules in force: what a figure must reach, by which text, and on what authority.
//!
//! What a target file says of clock, unit, step and good side must be those of its measure; a file that contradicts itself is
//! refused, so that a [`Standard`] cannot.

mod written;

use crate::Month;
use crate::figures::{Deadline, Deadlines};
use crate::number::of_whole;
use crate::share::{Share, digits};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
pub(crate) use written::WrittenTargets;

/// A regulation with its targets, from `data/targets/<file>.toml`.
#[derive(Clone, Debug)]
pub struct Regulation {
    /// Name of its file.
    pub file: String,
    /// As it is cited.
    pub title: String,
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
    pub targets: Vec<Target>,
}

/// One target.
#[derive(Clone, Debug)]
pub struct Target {
    /// Unique among all targets.
    pub id: String,
    /// In Indonesian.
    pub title: String,
    /// What is wanted of which figure.
    pub standard: Standard,
    /// On what authority its value rests.
    pub authority: Authority,
    /// First day it holds.
    pub valid_from: Option<NaiveDate>,
    /// Last day it holds.
    pub valid_to: Option<NaiveDate>,
    /// Article; empty when the text was not seen.
    pub article: String,
    /// The words of the rule; empty when the text was not seen.
    pub quote: String,
}

/// What is wanted of which figure. Without a value the verdict is `target belum ditetapkan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// A time that must not be exceeded, in whole seconds.
    Time {
        /// The figure.
        measure: TimeMeasure,
        /// In which the rule is written.
        unit: TimeUnit,
        /// The value.
        at_most_s: Option<i64>,
    },
    /// A share that must be reached.
    Share {
        /// The figure.
        measure: ShareMeasure,
        /// The value.
        at_least: Option<Share>,
    },
}

/// A time that a target can judge: the 90th percentile, in the office's working time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeMeasure {
    /// Handling time of a step.
    HandlingP90 {
        /// The SOP step.
        step: u8,
    },
    /// Receipt to hand-over.
    TurnaroundP90,
}

/// A share that a target can judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareMeasure {
    /// Of the first checks those found complete.
    CompleteAtFirstCheck,
    /// Of the complete berkas those issued in time; open cases past the limit count as late.
    Issued(Within),
}

/// How soon a complete berkas must be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// 1 hour on the clock, outages excepted.
    OneHour,
    /// 24 hours on the clock, outages excepted.
    TwentyFourHours,
    /// 14 working days, the day of completeness is day 0.
    FourteenWorkingDays,
}

/// Unit in which the rule of a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// Minutes.
    Menit,
    /// Hours.
    Jam,
}

/// Unit of a figure, of a target's value, or of the rule that the value is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds, in which times are measured; no rule is written in them.
    #[serde(skip_deserializing)]
    Detik,
    /// Minutes.
    Menit,
    /// Hours.
    Jam,
    /// A share of the whole, from 0 to 1.
    Bagian,
}

/// Which clock a rule counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
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

/// On what authority a target's value rests; `standing` in files and reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// The text was seen.
    Resmi,
    /// A decision of the office.
    Sementara,
    /// An assumption of tertib's, until the text is seen. No office can enter it.
    #[cfg_attr(feature = "clap", value(skip))]
    Asumsi,
}

impl Authority {
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

impl Clock {
    /// The word that the data files use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Dinding => "dinding",
            Self::Kerja => "kerja",
            Self::HariKerja => "hari_kerja",
            Self::Tanpa => "tanpa",
        }
    }
}

impl Unit {
    /// The word that data files and reports use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Detik => "detik",
            Self::Menit => "menit",
            Self::Jam => "jam",
            Self::Bagian => "bagian",
        }
    }
}

impl From<TimeUnit> for Unit {
    fn from(unit: TimeUnit) -> Self {
        match unit {
            TimeUnit::Menit => Self::Menit,
            TimeUnit::Jam => Self::Jam,
        }
    }
}

impl TimeUnit {
    fn seconds(self) -> i64 {
        match self {
            Self::Menit => 60,
            Self::Jam => 3_600,
        }
    }
}

impl Within {
    /// The greatest time that is still within it: seconds less outages, or working days.
    #[must_use]
    pub const fn limit(self) -> i64 {
        match self {
            Self::OneHour => 3_600,
            Self::TwentyFourHours => 86_400,
            Self::FourteenWorkingDays => 14,
        }
    }

    /// How many were issued within it.
    #[must_use]
    pub fn of(self, deadlines: &Deadlines) -> Deadline {
        match self {
            Self::OneHour => deadlines.within_1_hour_less_outages,
            Self::TwentyFourHours => deadlines.within_24_hours_less_outages,
            Self::FourteenWorkingDays => deadlines.within_14_working_days,
        }
    }
}

impl Standard {
    /// Whether it has a value.
    #[must_use]
    pub fn has_value(&self) -> bool {
        match self {
            Self::Time { at_most_s, .. } => at_most_s.is_some(),
            Self::Share { at_least, .. } => at_least.is_some(),
        }
    }

    /// Whether both are about the same figure.
    #[must_use]
    pub fn is_of_same_figure(&self, other: &Self) -> bool {
        self.without_value() == other.without_value()
    }

    /// The SOP step, where the figure is of one.
    #[must_use]
    pub fn step(&self) -> Option<u8> {
        match self {
            Self::Time { measure: TimeMeasure::HandlingP90 { step }, .. } => Some(*step),
            Self::Time { measure: TimeMeasure::TurnaroundP90, .. } | Self::Share { .. } => None,
        }
    }

    /// The clock that the figure counts by.
    #[must_use]
    pub fn clock(&self) -> Clock {
        match self {
            Self::Time { .. } => Clock::Kerja,
            Self::Share { measure: ShareMeasure::CompleteAtFirstCheck, .. } => Clock::Tanpa,
            Self::Share { measure: ShareMeasure::Issued(within), .. } => match within {
                Within::OneHour | Within::TwentyFourHours => Clock::Dinding,
                Within::FourteenWorkingDays => Clock::HariKerja,
            },
        }
    }

    /// The unit in which its value is written.
    #[must_use]
    pub fn unit(&self) -> Unit {
        match self {
            Self::Time { unit, .. } => (*unit).into(),
            Self::Share { .. } => Unit::Bagian,
        }
    }

    /// Its value as it was written.
    #[must_use]
    pub fn written(&self) -> Option<f64> {
        match self {
            Self::Time { unit, at_most_s, .. } => at_most_s.map(|s| of_whole(s) / of_whole(unit.seconds())),
            Self::Share { at_least, .. } => at_least.map(Share::value),
        }
    }

    /// The same with another value, as it is written in its unit.
    ///
    /// # Errors
    /// Why this is no value of it, and what would be.
    pub fn with_value(self, written: Option<f64>) -> Result<Self, String> {
        Ok(match self {
            Self::Time { measure, unit, .. } => {
                Self::Time { measure, unit, at_most_s: written.map(|v| whole_seconds(v, unit)).transpose()? }
            }
            Self::Share { measure, .. } => Self::Share { measure, at_least: written.map(share_of_one).transpose()? },
        })
    }

    fn without_value(self) -> Self {
        match self {
            Self::Time { measure, .. } => Self::Time { measure, unit: TimeUnit::Menit, at_most_s: None },
            Self::Share { measure, .. } => Self::Share { measure, at_least: None },
        }
    }
}

/// A time in whole seconds. All times that are measured are, so a value between two seconds would be no other rule than the
/// lesser one, and look like another.
fn whole_seconds(written: f64, unit: TimeUnit) -> Result<i64, String> {
    let word = Unit::from(unit).word();
    let refused = || format!("{written} is no value in {word}; write a number from 0 on with at most nine decimals");
    let (digits, decimals) = digits(written).ok_or_else(refused)?;
    let (seconds, whole) = (i128::from(digits) * i128::from(unit.seconds()), 10_i128.pow(decimals));
    if seconds % whole != 0 {
        let second = format!("{written} {word} lies between {} and {} seconds", seconds / whole, seconds / whole + 1);
        return Err(format!("{second}; a limit is a whole number of seconds"));
    }
    i64::try_from(seconds / whole).map_err(|_| refused())
}

fn share_of_one(written: f64) -> Result<Share, String> {
    let share = digits(written).and_then(|(digits, decimals)| Share::new(digits, 10_u64.pow(decimals)));
    match (share, Share::new(1, 1)) {
        (Some(share), Some(whole)) if share <= whole => Ok(share),
        _ => {
            let percent = if written > 1.0 && written <= 100.0 { written } else { 95.0 };
            let example = format!("for {percent} % write {}", percent / 100.0);
            Err(format!("{written} is no share; write it in bagian, from 0 to 1 with at most nine decimals: {example}"))
        }
    }
}

/// Which side of a value is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// The figure must not exceed the value.
    AtMost,
    /// The figure must reach the value.
    AtLeast,
}

impl Comparison {
    /// The sign that stands before a value.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::AtMost => "≤",
            Self::AtLeast => "≥",
        }
    }
}

impl Target {
    /// Whether the rule was in force on any day of the month.
    #[must_use]
    pub fn in_force(&self, month: Month) -> bool {
        self.valid_from.is_none_or(|d| d <= month.last_day()) && self.valid_to.is_none_or(|d| d >= month.first_day())
    }
}
