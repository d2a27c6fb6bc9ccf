//! Targets: the value that a figure must reach, the rule that says so, and its authority.
//!
//! Reads   data/targets
//! Gives   regulations with their targets
//! Rule    clock, unit, step and comparison of a target must be those of its measure; a file that contradicts itself is refused,
//!         so that a [`Standard`] cannot contradict itself

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
    /// The subject of the regulation.
    pub subject: String,
    /// If several regulations are about the same figure, the one with the least number decides: a national one before a regional
    /// one, a later regional one before an earlier one.
    pub precedence: u8,
    /// The source of its text.
    pub source: String,
    /// The note that reports print beside its targets.
    pub note: String,
    /// Its targets.
    pub targets: Vec<Target>,
}

/// A target.
#[derive(Clone, Debug)]
pub struct Target {
    /// The id, which is unique among all targets.
    pub id: String,
    /// The title, in Indonesian.
    pub title: String,
    /// The figure, and the value that it must reach.
    pub standard: Standard,
    /// The authority of its value.
    pub authority: Authority,
    /// The first day of its validity.
    pub valid_from: Option<NaiveDate>,
    /// The last day of its validity.
    pub valid_to: Option<NaiveDate>,
    /// The article; empty if the text was not seen.
    pub article: String,
    /// The words of the rule; empty if the text was not seen.
    pub quote: String,
}

/// The figure of a target, and the value that it must reach. Without a value the verdict is `target belum ditetapkan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// A time that must not be exceeded, in whole seconds.
    Time {
        /// The figure.
        measure: TimeMeasure,
        /// The unit in which the rule is written.
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

/// A time that a target can be about: a 90th percentile in the office's working time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeMeasure {
    /// The handling time of a step.
    HandlingP90 {
        /// The SOP step.
        step: u8,
    },
    /// The time from receipt to hand-over.
    TurnaroundP90,
}

/// A share that a target can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareMeasure {
    /// The share of first checks that found the requirements complete.
    CompleteAtFirstCheck,
    /// The share of complete berkas that were issued in time. An open berkas past the limit counts as late.
    Issued(Within),
}

/// The time within which a complete berkas must be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// 1 hour on the clock, outages excepted.
    OneHour,
    /// 24 hours on the clock, outages excepted.
    TwentyFourHours,
    /// 14 working days, where the day of completeness is day 0.
    FourteenWorkingDays,
}

/// The unit in which the rule for a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// Minutes.
    Menit,
    /// Hours.
    Jam,
}

/// Unit of a figure, of a target's value, or of the rule that the value is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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

/// The clock by which a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// Wall-clock time.
    Dinding,
    /// The office's working time.
    Kerja,
    /// Working days.
    HariKerja,
    /// No time is measured.
    Tanpa,
}

/// The authority of a target's value, which files and reports call `standing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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
    /// Returns the words of documents. What research has found out about its text is told by `doctor` and in JSON, not above a
    /// signature.
    #[must_use]
    pub fn printed(self) -> &'static str {
        match self {
            Self::Resmi => "resmi",
            Self::Sementara => "keputusan Dinas",
            Self::Asumsi => "belum dikukuhkan",
        }
    }

    /// Returns the word that reports print.
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
    /// Returns the word that data files use.
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
    /// Returns the word that data files and reports use.
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
    /// Returns the greatest time that is still within it, in seconds without outages or in working days.
    #[must_use]
    pub const fn limit(self) -> i64 {
        match self {
            Self::OneHour => 3_600,
            Self::TwentyFourHours => 86_400,
            Self::FourteenWorkingDays => 14,
        }
    }

    /// Returns how many berkas were issued within it.
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

    /// Returns the SOP step, if the figure is about one.
    #[must_use]
    pub fn step(&self) -> Option<u8> {
        match self {
            Self::Time { measure: TimeMeasure::HandlingP90 { step }, .. } => Some(*step),
            Self::Time { measure: TimeMeasure::TurnaroundP90, .. } | Self::Share { .. } => None,
        }
    }

    /// Returns the clock by which the figure counts.
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

    /// Returns the unit in which its value is written.
    #[must_use]
    pub fn unit(&self) -> Unit {
        match self {
            Self::Time { unit, .. } => (*unit).into(),
            Self::Share { .. } => Unit::Bagian,
        }
    }

    /// Returns its value as it was written.
    #[must_use]
    pub fn written(&self) -> Option<f64> {
        match self {
            Self::Time { unit, at_most_s, .. } => at_most_s.map(|s| of_whole(s) / of_whole(unit.seconds())),
            Self::Share { at_least, .. } => at_least.map(Share::value),
        }
    }

    /// Returns the same standard with another value, which is written in its unit.
    ///
    /// # Errors
    /// The reason why it cannot have this value, and an example of one that it can have.
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

/// Returns a time in whole seconds. All measured times are whole seconds, so that a value between two seconds would have the same
/// effect as the lesser one, but look different.
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

/// The side of a value on which a figure is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// The figure must not exceed the value.
    AtMost,
    /// The figure must reach the value.
    AtLeast,
}

impl Comparison {
    /// Returns the sign to print before a value.
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
