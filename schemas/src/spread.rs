//! Distributions of whole seconds.

use serde::Serialize;
use std::collections::BTreeMap;

/// A distribution of whole seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Spread {
    /// How many values it has.
    pub n: u64,
    /// Its sum and order statistics; absent if it has no values.
    #[serde(flatten)]
    pub values: Option<SpreadValues>,
}

/// Sum and order statistics of a distribution that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names say it: seconds, nearest-rank percentiles")]
pub struct SpreadValues {
    pub sum: i64,
    pub min: i64,
    pub p50: i64,
    pub p90: i64,
    pub p95: i64,
    pub max: i64,
}

impl Spread {
    /// The distribution of a histogram: how often each value occurred, in order of value.
    #[must_use]
    pub fn of_histogram(histogram: &BTreeMap<i64, u64>) -> Self {
        let n: u64 = histogram.values().sum();
        let (Some((&min, _)), Some((&max, _))) = (histogram.first_key_value(), histogram.last_key_value()) else {
            return Self::default();
        };
        let rank = |percent: u64| {
            let wanted = (percent * n).div_ceil(100);
            let mut upto = 0;
            histogram
                .iter()
                .find(|(_, count)| {
                    upto += **count;
                    upto >= wanted
                })
                .map_or(max, |(value, _)| *value)
        };
        let sum = histogram.iter().map(|(v, c)| v * i64::try_from(*c).unwrap_or(i64::MAX)).sum();
        Self { n, values: Some(SpreadValues { sum, min, p50: rank(50), p90: rank(90), p95: rank(95), max }) }
    }

    /// The median, when there is one.
    #[must_use]
    pub fn p50(&self) -> Option<i64> {
        self.values.map(|v| v.p50)
    }

    /// The 90th percentile, when there is one.
    #[must_use]
    pub fn p90(&self) -> Option<i64> {
        self.values.map(|v| v.p90)
    }
}

impl FromIterator<i64> for Spread {
    fn from_iter<I: IntoIterator<Item = i64>>(values: I) -> Self {
        let mut histogram = BTreeMap::new();
        for value in values {
            *histogram.entry(value).or_insert(0) += 1;
        }
        Self::of_histogram(&histogram)
    }
}
