//! The parts of the monthly review, as `pipeline` gives them to `reports`.

use crate::figure_key::FigureKey;
use crate::figures::Spread;
use crate::number::{of_count, of_whole};
use crate::share::Share;
use crate::{Compared, FindingText, Language, Month, Sentence};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A measure of the first page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Measure {
    /// Its id.
    pub id: String,
    /// What is measured, as it is printed.
    #[serde(skip)]
    pub words: String,
    /// The word for a case on the bad side of a share: `terlambat`; may be empty.
    #[serde(skip)]
    pub bad: &'static str,
    /// Whether a greater value is better.
    pub more_is_better: bool,
    /// The month and the twelve before it, oldest first; a month has no value where nothing was measured, and where the archive
    /// does not hold all of it.
    pub months: Vec<(Month, Option<Measured>)>,
    /// How the month compares with the twelve before it.
    pub comparison: Comparison,
    /// The place of the deciding judgement about it among those of the sheet.
    pub judgement: Option<usize>,
}

impl Measure {
    /// Returns the value of the month.
    #[must_use]
    pub fn now(&self) -> Option<Measured> {
        self.months.last().and_then(|(_, value)| *value)
    }

    /// Returns the value of the month before.
    #[must_use]
    pub fn before(&self) -> Option<Measured> {
        self.months.iter().rev().nth(1).and_then(|(_, value)| *value)
    }

    /// Returns the least and the greatest value of the months before, each with its month.
    #[must_use]
    pub fn edges(&self) -> Option<[(Month, Measured); 2]> {
        let (_, before) = self.months.split_last()?;
        let values = || before.iter().filter_map(|(month, value)| Some((*month, (*value)?)));
        let order = |(_, a): &(Month, Measured), (_, b): &(Month, Measured)| a.value().total_cmp(&b.value());
        Some([values().min_by(order)?, values().max_by(order)?])
    }

    /// Returns what is measured as a running sentence says it.
    #[must_use]
    pub fn in_sentence(&self) -> String {
        self.words.replace('≤', "paling lama")
    }
}

/// The value of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// A part of a whole that is not empty.
    Share {
        /// The part.
        part: u64,
        /// The whole.
        of: u64,
    },
    /// A time in which the office worked.
    WorkingTime {
        /// Its seconds.
        seconds: i64,
        /// The number of cases behind it.
        of: u64,
    },
    /// A count.
    Count(u64),
}

impl Measured {
    /// Returns a share; `None` if the whole is empty.
    #[must_use]
    pub fn share(part: u64, of: u64) -> Option<Self> {
        (of > 0).then_some(Self::Share { part, of })
    }

    /// Returns it as it is printed, with the digits that a verdict about it by a target needs; a time of a working day or more in such
    /// days.
    #[must_use]
    pub fn words(self, target: Option<Compared>, day_s: Option<i64>) -> String {
        let judged = self.beside(target).and_then(|compared| Language::Indonesian.compared(compared, day_s).0);
        judged.unwrap_or_else(|| match self {
            Self::Share { .. } => Language::Indonesian.percent(self.value(), 1),
            Self::WorkingTime { seconds, .. } => Language::Indonesian.working_duration(seconds, day_s),
            Self::Count(n) => Language::Indonesian.integer(n),
        })
    }

    /// Returns it beside the value of a target that is about it; `None` where there is no such value.
    #[must_use]
    pub fn beside(self, target: Option<Compared>) -> Option<Compared> {
        match (self, target?) {
            (Self::Share { part, of }, Compared::Share { at_least: Some(value), .. }) => {
                Some(Compared::Share { figure: Share::new(part, of), at_least: Some(value) })
            }
            (Self::WorkingTime { seconds, .. }, Compared::Time { at_most_s: Some(value), .. }) => {
                Some(Compared::Time { figure_s: Some(seconds), at_most_s: Some(value) })
            }
            _ => None,
        }
    }

    /// Returns its number: a share from 0 to 1, seconds, or a count.
    #[must_use]
    pub fn value(self) -> f64 {
        match self {
            Self::Share { part, of } => of_count(part) / of_count(of),
            Self::WorkingTime { seconds, .. } => of_whole(seconds),
            Self::Count(n) => of_count(n),
        }
    }
}

/// How a month compares with the twelve before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// How many of them have a value.
    pub months: usize,
    /// The least and the greatest of their values.
    pub range: Option<(f64, f64)>,
    /// The limits within which the measure varies by itself (of a control chart of single values); from six months on.
    pub limits: Option<(f64, f64)>,
    /// What is unusual about the month; `None` where it is like the others, or where too little is known to say so.
    pub unusual: Option<Unusual>,
}

/// A value outside the range of the twelve months before, with enough cases behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Unusual {
    /// On which side of the range it is.
    pub side: Side,
    /// Whether that is the good side.
    pub better: bool,
    /// Whether it is also beyond the limits within which the measure varies by itself.
    pub beyond_limits: bool,
}

/// A side of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Below the least.
    Lowest,
    /// Above the greatest.
    Highest,
}

/// A matter that has to be decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Pending {
    /// What it is.
    pub sentence: Sentence,
    /// What is proposed.
    pub proposal: String,
    /// Who carries it out.
    pub actor: String,
    /// Within how many working days.
    pub within: u64,
    /// The section of the review that says more, by its label.
    pub section: String,
}

/// The printed cards of a village that nobody has collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct PekonWaiting {
    /// Its name, or its code where the area table does not have it.
    pub pekon: String,
    /// Its kecamatan; empty where the area table does not have it.
    pub kecamatan: String,
    /// How many cards.
    pub n: u64,
    /// The working days since the first print of the one that waits longest.
    pub oldest_working_days: u64,
}

impl PekonWaiting {
    /// Returns by what its numbers are known.
    #[must_use]
    pub fn origin(&self) -> FigureKey {
        // What the area table does not know has no kecamatan here.
        let kecamatan = Some(self.kecamatan.clone()).filter(|name| !name.is_empty());
        FigureKey { pekon: Some(self.pekon.clone()), kecamatan, ..FigureKey::of("uncollected", "waiting") }
    }
}

/// The stock of blank cards in a month. What was left and came in, less what was used, is what is left.
///
/// Where the log begins in the month, nobody has recorded what was there before, so that neither is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names say it")]
pub struct Blanks {
    pub left_before: Option<i64>,
    pub received: i64,
    pub printed: i64,
    pub spoilt: i64,
    pub left: Option<i64>,
    /// For how many working days it lasts at the rate of the last three months of the log; `None` if nothing was used in them, or if
    /// it is not known.
    pub lasts_working_days: Option<u64>,
}

/// For how long a stock lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasts {
    /// For so many working days.
    WorkingDays(u64),
    /// For longer than anybody plans.
    OverAYear,
}

/// The most working days that a stock is said to last; a year has about as many.
const WORKING_DAYS_OF_A_YEAR: u64 = 240;

impl Blanks {
    /// Returns for how long it lasts, as every document says it; `None` if nothing was used or nobody knows the stock.
    #[must_use]
    pub fn lasts(self) -> Option<Lasts> {
        let days = self.lasts_working_days?;
        Some(if days > WORKING_DAYS_OF_A_YEAR { Lasts::OverAYear } else { Lasts::WorkingDays(days) })
    }

    /// Returns for how long it lasts, as it is printed.
    #[must_use]
    pub fn lasts_told(self) -> String {
        match self.lasts() {
            Some(Lasts::WorkingDays(days)) => format!("{} hari kerja", Language::Indonesian.integer(days)),
            Some(Lasts::OverAYear) => "lebih dari 1 tahun".to_owned(),
            None => "tidak dapat dihitung".to_owned(),
        }
    }
}

/// The outages of a month, those that overlap counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Outages {
    /// Their number.
    pub n: u64,
    /// Their seconds by the clock on the wall.
    pub seconds: i64,
    /// How many of these lie in the office's working time.
    pub working_seconds: i64,
}

impl Outages {
    /// Returns how long outages were, as it is printed.
    #[must_use]
    pub fn lasted(seconds: i64) -> String {
        if seconds == 0 { "tidak ada".to_owned() } else { Language::Indonesian.duration(seconds) }
    }
}

/// Open berkas at the end of a month by last step and age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct BacklogAge {
    /// The greatest age in each class but the last, in working days since the first event.
    pub up_to: Vec<u64>,
    /// How many berkas are in each class, by step.
    pub steps: BTreeMap<u8, Vec<u64>>,
}

/// How often a finding was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct FindingCount {
    /// Its code and words.
    pub text: FindingText,
    /// How often.
    pub n: u64,
}

/// The flow of one kecamatan in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct KecamatanRow {
    /// Its name.
    pub kecamatan: String,
    /// Berkas that arrived.
    pub received: u64,
    /// Berkas first printed.
    pub printed: u64,
    /// Berkas handed over.
    pub handed_over: u64,
    /// Berkas open at the end of the month.
    pub open: u64,
}

/// A time that the review lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTime {
    /// The words for the period and the clock.
    pub words: String,
    /// Whether it is counted by the office's working clock.
    pub is_working: bool,
    /// Why its number of cases is not that of another figure; may be empty.
    pub note: &'static str,
    /// Its distribution.
    pub spread: Spread,
    /// Which number it is.
    pub key: FigureKey,
}
