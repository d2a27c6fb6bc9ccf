//! Verdicts: figures compared with their targets.
//!
//! Rule    a verdict is reached here only, and so is the number of digits that are needed to show it

use crate::figure_key::FigureKey;
use crate::number::{of_whole, rounded};
use crate::share::Share;
use crate::{Authority, Comparison, Standard, Unit};
use serde::{Serialize, Serializer};

/// The result of judging a figure by a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Verdict {
    /// The figure meets the target.
    #[serde(rename = "memenuhi")]
    Met,
    /// It does not.
    #[serde(rename = "tidak memenuhi")]
    Missed,
    /// There is nothing to judge.
    #[serde(rename = "data tidak cukup")]
    NoData,
    /// The target has no value.
    #[serde(rename = "target belum ditetapkan")]
    NoTarget,
}

impl Verdict {
    /// Returns the words that reports print.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Met => "memenuhi",
            Self::Missed => "tidak memenuhi",
            Self::NoData => "data tidak cukup",
            Self::NoTarget => "target belum ditetapkan",
        }
    }
}

/// A figure and the value of its target; either may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// Whole seconds that must not exceed a value.
    Time {
        /// The figure.
        figure_s: Option<i64>,
        /// The value.
        at_most_s: Option<i64>,
    },
    /// A share that must reach a value.
    Share {
        /// The figure.
        figure: Option<Share>,
        /// The value.
        at_least: Option<Share>,
    },
}

impl Compared {
    /// Returns the verdict, which also says if the figure or the value is missing. A negative time counts as missing.
    #[must_use]
    pub fn verdict(self) -> Verdict {
        let reached = match self {
            Self::Time { at_most_s: None, .. } | Self::Share { at_least: None, .. } => return Verdict::NoTarget,
            Self::Time { figure_s: None, .. } | Self::Share { figure: None, .. } => return Verdict::NoData,
            Self::Time { figure_s: Some(..0), .. } => return Verdict::NoData,
            Self::Time { figure_s: Some(figure), at_most_s: Some(value) } => figure <= value,
            Self::Share { figure: Some(figure), at_least: Some(value) } => figure >= value,
        };
        if reached { Verdict::Met } else { Verdict::Missed }
    }

    /// Returns the figure, in seconds or as a share.
    #[must_use]
    pub fn figure(self) -> Option<f64> {
        match self {
            Self::Time { figure_s, .. } => figure_s.map(of_whole),
            Self::Share { figure, .. } => figure.map(Share::value),
        }
    }

    /// Returns the comparison without its figure, for when the figure may not be shown. The digits of the value then do not depend
    /// on it either.
    #[must_use]
    pub fn without_figure(self) -> Self {
        match self {
            Self::Time { at_most_s, .. } => Self::Time { figure_s: None, at_most_s },
            Self::Share { at_least, .. } => Self::Share { figure: None, at_least },
        }
    }

    /// Returns the value of a standard, without a figure.
    #[must_use]
    pub fn value_of(standard: &Standard) -> Self {
        match *standard {
            Standard::Time { at_most_s, .. } => Self::Time { figure_s: None, at_most_s },
            Standard::Share { at_least, .. } => Self::Share { figure: None, at_least },
        }
    }

    /// Returns the value, in seconds or as a share.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Time { at_most_s, .. } => at_most_s.map(of_whole),
            Self::Share { at_least, .. } => at_least.map(Share::value),
        }
    }

    /// Returns how far the figure is on the good side of the value; negative if it misses the value.
    #[must_use]
    pub fn margin(self) -> Option<f64> {
        match self {
            Self::Time { figure_s, at_most_s } => {
                at_most_s.zip(figure_s).map(|(value, figure)| of_whole(value - figure))
            }
            Self::Share { figure, at_least } => {
                figure.zip(at_least).map(|(figure, value)| figure.value() - value.value())
            }
        }
    }

    /// Returns which side of the value is good.
    #[must_use]
    pub fn comparison(self) -> Comparison {
        match self {
            Self::Time { .. } => Comparison::AtMost,
            Self::Share { .. } => Comparison::AtLeast,
        }
    }

    /// Returns the unit of figure and value.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Self::Time { .. } => Unit::Detik,
            Self::Share { .. } => Unit::Bagian,
        }
    }

    /// Returns how many decimals of a share, printed as a number from 0 to `scale`, are needed to show the value as it was written
    /// and the side on which the figure is; at least `least`, and 0 for whole seconds.
    #[must_use]
    pub fn decimals(self, scale: f64, least: usize) -> usize {
        let Self::Share { figure, at_least } = self else { return 0 };
        let digits = |share: Share, decimals: usize| rounded(share.value() * scale, decimals);
        let shows = |decimals: usize| {
            let is_whole = |value: Share| {
                let shown: Result<f64, _> = digits(value, decimals).parse();
                shown.is_ok_and(|shown| (shown / scale - value.value()).abs() < f64::EPSILON)
            };
            let is_told = |(figure, value)| figure == value || digits(figure, decimals) != digits(value, decimals);
            at_least.is_none_or(is_whole) && figure.zip(at_least).is_none_or(is_told)
        };
        (least..MOST_DECIMALS).find(|decimals| shows(*decimals)).unwrap_or(MOST_DECIMALS)
    }

    /// Returns how many decimals of a number of working days of that length are needed to show the side on which the figure is;
    /// `None` where more than two are.
    #[must_use]
    pub fn day_decimals(self, day_s: i64) -> Option<usize> {
        let Self::Time { figure_s, at_most_s } = self else { return None };
        let digits = |seconds: i64, decimals: usize| rounded(of_whole(seconds) / of_whole(day_s), decimals);
        let is_told = |decimals: &usize| {
            figure_s
                .zip(at_most_s)
                .is_none_or(|(figure, value)| figure == value || digits(figure, *decimals) != digits(value, *decimals))
        };
        [1, 2].into_iter().find(is_told)
    }

    /// Whether minutes are not enough to show the value and the side on which the figure is.
    #[must_use]
    pub fn needs_seconds(self) -> bool {
        match self {
            Self::Time { figure_s, at_most_s: Some(value) } => {
                let is_told = |figure: i64| figure == value || whole_minutes(figure) != whole_minutes(value);
                value % 60 != 0 || !figure_s.is_none_or(is_told)
            }
            Self::Time { at_most_s: None, .. } | Self::Share { .. } => false,
        }
    }
}

/// Returns a time in whole minutes, halves rounded up.
pub(crate) fn whole_minutes(seconds: i64) -> i64 {
    seconds.saturating_add(30).div_euclid(60)
}

/// The greatest number of decimals; an `f64` has no more.
const MOST_DECIMALS: usize = 16;

/// A figure that was judged by a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The id of the target.
    pub target: String,
    /// The title of the target, in Indonesian.
    pub title: String,
    /// The SOP step, if the target is for one.
    pub step: Option<u8>,
    /// The kind of application, if the target is for one.
    pub jenis: Option<String>,
    /// Whether this target decides. It does not if another regulation about the same figure has precedence.
    pub decides: bool,
    /// The figure and the value.
    pub compared: Compared,
    /// The number of cases behind the figure.
    pub n: u64,
    /// The authority of the value.
    pub authority: Authority,
    /// The regulation.
    pub regulation: String,
    /// Its article; empty if the text was not seen.
    pub article: String,
    /// The source of the rule.
    pub source: String,
    /// Who entered the value and on which day, in words; empty for a rule that the office did not enter. No paper prints it.
    pub entered: String,
    /// The note that reports print beside it.
    pub note: String,
    /// Which number it judges.
    pub origin: FigureKey,
}

impl Judgement {
    /// Returns the verdict.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.compared.verdict()
    }
}

/// A judgement as it is written to JSON. What is withheld is null.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schemars", schemars(rename = "Judgement", transform = no_verdict_without_a_value))]
#[expect(missing_docs, reason = "the same as in `Judgement` and `Compared`")]
pub struct WrittenJudgement<'a> {
    #[cfg_attr(feature = "schemars", schemars(length(min = 1)))]
    pub target: &'a str,
    #[cfg_attr(feature = "schemars", schemars(length(min = 1)))]
    pub title: &'a str,
    #[cfg_attr(feature = "schemars", schemars(range(min = 1)))]
    pub step: Option<u8>,
    pub jenis: Option<&'a str>,
    pub verdict: Verdict,
    pub decides: bool,
    /// In seconds or as a share from 0 to 1.
    #[cfg_attr(feature = "schemars", schemars(range(min = 0.0)))]
    pub figure: Option<f64>,
    /// The number of cases behind the figure.
    pub n: Option<u64>,
    pub comparison: Comparison,
    #[cfg_attr(feature = "schemars", schemars(range(min = 0.0)))]
    pub value: Option<f64>,
    pub margin: Option<f64>,
    pub unit: Unit,
    #[serde(rename = "standing")]
    pub authority: Authority,
    #[cfg_attr(feature = "schemars", schemars(length(min = 1)))]
    pub regulation: &'a str,
    pub article: &'a str,
    #[cfg_attr(feature = "schemars", schemars(length(min = 1)))]
    pub source: &'a str,
    /// Who entered the value and on which day; absent for a rule that the office did not enter, and where counts are withheld.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub entered: &'a str,
    pub note: &'a str,
}

/// A target without a value is never said to be met or missed, and a value whose text was seen has its article.
#[cfg(feature = "schemars")]
fn no_verdict_without_a_value(schema: &mut schemars::Schema) {
    let rules = serde_json::json!([
        {
            "if": {"properties": {"value": {"type": "null"}}},
            "then": {"properties": {"verdict": {"const": "target belum ditetapkan"}}},
        },
        {
            "if": {"properties": {"standing": {"const": "resmi"}}},
            "then": {"properties": {"value": {"type": "number"}, "article": {"minLength": 1}}},
        },
    ]);
    schema.insert("allOf".to_owned(), rules);
}

impl Judgement {
    /// Returns it as it is written to JSON.
    #[must_use]
    pub fn written(&self) -> WrittenJudgement<'_> {
        WrittenJudgement {
            target: &self.target,
            title: &self.title,
            step: self.step,
            jenis: self.jenis.as_deref(),
            verdict: self.verdict(),
            decides: self.decides,
            figure: self.compared.figure(),
            n: Some(self.n),
            comparison: self.compared.comparison(),
            value: self.compared.value(),
            margin: self.compared.margin(),
            unit: self.compared.unit(),
            authority: self.authority,
            regulation: &self.regulation,
            article: &self.article,
            source: &self.source,
            entered: &self.entered,
            note: &self.note,
        }
    }
}

impl Serialize for Judgement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written().serialize(serializer)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Judgement {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Judgement".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        WrittenJudgement::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ShareMeasure, Standard, TimeMeasure, TimeUnit};

    fn time(figure_s: i64, standard: Standard) -> Compared {
        let Standard::Time { at_most_s, .. } = standard else { panic!("a time is asked for") };
        Compared::Time { figure_s: Some(figure_s), at_most_s }
    }

    #[test]
    fn a_time_that_is_equal_to_its_limit_meets_it_and_a_second_more_does_not() {
        let mut limits = 0_i64;
        for (unit, seconds) in [(TimeUnit::Menit, 60), (TimeUnit::Jam, 3_600)] {
            let standard = Standard::Time { measure: TimeMeasure::TurnaroundP90, unit, at_most_s: None };
            // Every limit of at most two decimals below 200,000 s, as it is typed.
            for hundredths in 0..200_000 * 100 / seconds {
                let typed: f64 = format!("{}.{:02}", hundredths / 100, hundredths % 100).parse().unwrap();
                let limit = standard.with_value(Some(typed));
                if hundredths * seconds % 100 != 0 {
                    assert!(limit.unwrap_err().contains("whole number of seconds"), "{typed} {unit:?}");
                    continue;
                }
                let (limit, exact) = (limit.unwrap(), hundredths * seconds / 100);
                assert_eq!(time(exact, limit).verdict(), Verdict::Met, "{typed} {unit:?}");
                assert_eq!(time(exact + 1, limit).verdict(), Verdict::Missed, "{typed} {unit:?}");
                assert_eq!(time(exact, limit).margin(), Some(0.0), "{typed} {unit:?}");
                assert_eq!(limit.written(), Some(typed), "it is shown as it was entered");
                limits += 1;
            }
        }
        assert!(limits > 70_000, "{limits} limits prove little");
    }

    #[test]
    fn the_digits_that_are_shown_tell_the_side() {
        let none = Standard::Share { measure: ShareMeasure::CompleteAtFirstCheck, at_least: None };
        for (part, of, typed) in
            [(29, 35, 0.828_62), (29, 35, 0.8286), (29, 35, 0.828_571_428), (1_199, 1_200, 1.0), (1, 3, 0.333_333_333)]
        {
            let Standard::Share { at_least, .. } = none.with_value(Some(typed)).unwrap() else { panic!("a share") };
            let compared = Compared::Share { figure: Share::new(part, of), at_least };
            for (scale, least) in [(1.0, 4), (100.0, 1)] {
                let decimals = compared.decimals(scale, least);
                let shown = |v: Option<f64>| rounded(v.unwrap() * scale, decimals);
                let (figure, value) = (shown(compared.figure()), shown(compared.value()));
                let shown_reaches = figure.parse::<f64>().unwrap() >= value.parse::<f64>().unwrap();
                assert_eq!(shown_reaches, compared.verdict() == Verdict::Met, "{figure} ≥ {value}");
                assert!(figure != value, "{figure} ≥ {value}");
            }
        }
        let equal = Compared::Share { figure: Share::new(19, 20), at_least: Share::new(95, 100) };
        assert_eq!((equal.verdict(), equal.decimals(1.0, 4), equal.decimals(100.0, 1)), (Verdict::Met, 4, 1));
    }

    #[test]
    fn minutes_are_shown_where_they_decide() {
        let needs =
            |figure_s, value| Compared::Time { figure_s: Some(figure_s), at_most_s: Some(value) }.needs_seconds();
        assert!(!needs(900, 900) && !needs(959, 840) && needs(910, 900) && needs(10, 246) && !needs(930, 900));
    }

    #[test]
    fn a_verdict_says_what_is_lacking() {
        let verdict = |figure_s, at_most_s| Compared::Time { figure_s, at_most_s }.verdict();
        assert_eq!(verdict(None, Some(1)), Verdict::NoData);
        assert_eq!([verdict(None, None), verdict(Some(0), None)], [Verdict::NoTarget; 2]);
        assert_eq!([verdict(Some(-1), Some(1)), verdict(Some(0), Some(1))], [Verdict::NoData, Verdict::Met]);
    }
}
