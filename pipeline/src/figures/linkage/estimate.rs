//! Estimates the weight of each level of agreement.

use super::levels::{Kind, Level, same};
use super::{LinkOptions, Records};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use schemas::number::of_count;
use std::collections::BTreeMap;

/// The most levels of a column, including the one for a missing value.
const LEVELS: usize = 9;
/// How many random pairs u is estimated from.
const SAMPLE: usize = 100_000;
/// How many rounds of expectation maximisation there are.
const ROUNDS: usize = 30;
/// The typical rates, as a prior, weigh as much as this many pairs of one person …
const PRIOR_PAIRS: f64 = 20.0;
/// … and at least as much as this many times the pairs that are found.
const PRIOR_SHARE: f64 = 3.0;
/// The most bits that agreement on a rare value adds to that on a value of typical frequency.
const RARE: f64 = 6.0;

/// How often two records of one person typically agree at each level, from "berbeda" to "sama". These are our own
/// estimates, from typical rates of writing errors.
fn of_person(kind: Kind) -> &'static [f64] {
    match kind {
        Kind::Name => &[0.01, 0.01, 0.03, 0.05, 0.05, 0.10, 0.10, 0.65],
        Kind::Date => &[0.04, 0.03, 0.08, 0.05, 0.80],
        Kind::Code => &[0.05, 0.03, 0.12, 0.80],
        Kind::Text => &[0.15, 0.05, 0.10, 0.70],
        Kind::Exact => &[0.05, 0.95],
    }
}

/// The same for twins: the same date and place of birth, and a word of the name in common.
fn of_twins(kind: Kind) -> &'static [f64] {
    match kind {
        Kind::Name => &[0.35, 0.05, 0.50, 0.03, 0.02, 0.03, 0.01, 0.01],
        Kind::Date => &[0.02, 0.01, 0.01, 0.01, 0.95],
        Kind::Code => &[0.50, 0.20, 0.20, 0.10],
        Kind::Text => &[0.05, 0.02, 0.03, 0.90],
        Kind::Exact => &[0.20, 0.80],
    }
}

/// The same for two people of the same name and place, such as father and son.
fn of_namesakes(kind: Kind) -> &'static [f64] {
    match kind {
        Kind::Name => &[0.005, 0.005, 0.03, 0.05, 0.03, 0.06, 0.12, 0.70],
        Kind::Date => &[0.96, 0.02, 0.01, 0.005, 0.005],
        Kind::Code => &[0.50, 0.20, 0.20, 0.10],
        Kind::Text => &[0.10, 0.02, 0.03, 0.85],
        Kind::Exact => &[0.20, 0.80],
    }
}

/// A pair of records is of one person, or of two people who have much in common. Relatives share several fields at once, which
/// the assumption of independent fields does not expect, so they need classes of their own. Otherwise they would pass for one
/// person.
const CLASSES: usize = 3;
const PERSON: usize = 0;

type Levels = [f64; LEVELS];

/// A class of pairs: of one person, of twins, or of namesakes.
#[derive(Debug)]
struct Class {
    /// The typical rates.
    prior: Vec<Levels>,
    /// The estimated rates: for each column, how often the pairs agree at each level.
    rates: Vec<Levels>,
    /// Its share of all pairs.
    share: f64,
}

/// The estimated weights.
#[derive(Debug)]
pub(super) struct Model {
    /// For each class, column and level, the bits of evidence against chance.
    bits: [Vec<Levels>; CLASSES],
    /// For each class, the bits of a pair about which nothing is known.
    prior: [f64; CLASSES],
    /// For each column, how frequent a value on which two records agree is on average.
    agreeing: Vec<f64>,
}

impl Class {
    fn new(columns: &[super::Column], typical: fn(Kind) -> &'static [f64], share: f64) -> Self {
        let start = |column: &super::Column| {
            let mut rates = [0.0; LEVELS];
            rates.iter_mut().skip(1).zip(typical(column.kind)).for_each(|(rate, typical)| *rate = *typical);
            rates
        };
        let prior: Vec<Levels> = columns.iter().map(start).collect();
        Self { rates: prior.clone(), prior, share }
    }

    /// Returns how many times more often than by chance its pairs show a pattern, times its share.
    fn odds(&self, pattern: u64, u: &[Levels]) -> f64 {
        let columns = u.len();
        (0..columns).fold(self.share, |odds, c| match level_of(pattern, c, columns) {
            0 => odds,
            level => odds * self.rates[c][level] / u[c][level],
        })
    }

    /// Updates the rates from the expected numbers of its pairs at each level.
    fn learn(&mut self, agreed: &[Levels]) {
        for ((rates, agreed), prior) in self.rates.iter_mut().zip(agreed).zip(&self.prior) {
            let pairs: f64 = agreed.iter().skip(1).sum();
            let weight = PRIOR_PAIRS.max(pairs * PRIOR_SHARE);
            for level in 1..LEVELS {
                rates[level] = (agreed[level] + weight * prior[level]) / (pairs + weight);
            }
        }
    }

    /// Returns the bits of evidence of each column and level.
    fn bits(&self, u: &[Levels]) -> Vec<Levels> {
        let column = |(rates, u): (&Levels, &Levels)| {
            let mut bits = [0.0; LEVELS];
            for level in 1..LEVELS {
                bits[level] = if rates[level] > 0.0 { (rates[level] / u[level]).log2() } else { 0.0 };
            }
            bits
        };
        self.rates.iter().zip(u).map(column).collect()
    }
}

impl Model {
    /// Estimates the weights from the patterns of the compared pairs.
    pub(super) fn fit(records: &Records, patterns: &BTreeMap<u64, u64>, options: LinkOptions<'_>) -> Self {
        let (u, all_pairs) = chance(records, options);
        let compared: f64 = patterns.values().map(|n| of_count(*n)).sum();
        let share = (compared * 0.01 / all_pairs).clamp(f64::MIN_POSITIVE, 0.1);
        let mut classes = [of_person, of_twins, of_namesakes].map(|rates| Class::new(&records.columns, rates, share));
        let columns = records.columns.len();
        for _ in 0..ROUNDS {
            let mut agreed = vec![[0.0; LEVELS]; columns];
            let mut expected = [0.0; CLASSES];
            for (pattern, n) in patterns {
                let odds = classes.each_ref().map(|class| class.odds(*pattern, &u));
                let all = 1.0 + odds.iter().sum::<f64>();
                expected.iter_mut().zip(odds).for_each(|(expected, odds)| *expected += of_count(*n) * odds / all);
                for (c, agreed) in agreed.iter_mut().enumerate() {
                    agreed[level_of(*pattern, c, columns)] += of_count(*n) * odds[PERSON] / all;
                }
            }
            classes[PERSON].learn(&agreed);
            for (class, expected) in classes.iter_mut().zip(expected) {
                class.share = (expected.max(0.5) / all_pairs).min(0.3);
            }
        }
        let agreeing = records.columns.iter().map(|column| {
            let total: f64 = column.counts.iter().map(|n| f64::from(*n)).sum();
            column.counts.iter().map(|n| (f64::from(*n) / total.max(1.0)).powi(2)).sum::<f64>()
        });
        Self {
            bits: classes.each_ref().map(|class| class.bits(&u)),
            prior: classes.each_ref().map(|class| class.share.log2()),
            agreeing: agreeing.collect(),
        }
    }

    /// Returns the highest probability that a pair with this pattern could have.
    pub(super) fn highest_probability(&self, pattern: u64) -> f64 {
        self.probability(pattern, RARE * of_count(self.agreeing.len() as u64))
    }

    /// Returns for each column of a pair the level, its bits, and the bits that the rarity of the common values adds.
    pub(super) fn fields(
        &self,
        records: &Records,
        pattern: u64,
        first: usize,
        second: usize,
    ) -> Vec<(Level, f64, f64)> {
        let columns = records.columns.len();
        let field = |(c, column): (usize, &super::Column)| {
            let level = level_of(pattern, c, columns);
            let agrees = level == usize::from(same(column.kind)) || (column.kind == Kind::Name && level >= 3);
            let rare: f64 = if agrees {
                let total: f64 = column.counts.iter().map(|n| f64::from(*n)).sum();
                let usual = self.agreeing[c] * total;
                let bits = |value: u32| (usual / f64::from(column.counts[value as usize]).max(2.0)).log2();
                column.common(first, second).map(bits).sum()
            } else {
                0.0
            };
            (Level::try_from(level).unwrap_or(0), self.bits[PERSON][c][level], rare.clamp(-RARE, RARE))
        };
        records.columns.iter().enumerate().map(field).collect()
    }

    /// Returns the probability that two records are of one person. `rare` are the bits that the rarity of their common values
    /// adds; they count for relatives too.
    pub(super) fn probability(&self, pattern: u64, rare: f64) -> f64 {
        let columns = self.agreeing.len();
        let odds = |(bits, prior): (&Vec<Levels>, &f64)| {
            let bits: f64 = (0..columns).map(|c| bits[c][level_of(pattern, c, columns)]).sum();
            (prior + bits + rare).exp2()
        };
        let odds: Vec<f64> = self.bits.iter().zip(&self.prior).map(odds).collect();
        odds[PERSON] / (1.0 + odds.iter().sum::<f64>())
    }
}

/// Returns the level of a column in a pattern.
fn level_of(pattern: u64, column: usize, columns: usize) -> usize {
    usize::try_from((pattern >> (4 * (columns - 1 - column))) & 15).unwrap_or(0)
}

/// Returns how often two records agree by chance, and an estimate of the number of pairs that may match.
fn chance(records: &Records, options: LinkOptions<'_>) -> (Vec<Levels>, f64) {
    let columns = records.columns.len();
    let mut seen = vec![[0.0; LEVELS]; columns];
    let (mut drawn, mut may) = (0.0, 0.0);
    // The seed is fixed, so that every run draws the same pairs.
    let mut random = ChaCha8Rng::seed_from_u64(1969);
    let mut draw = || random.random_range(0..records.len.max(1));
    for _ in 0..SAMPLE {
        let (a, b) = (draw(), draw());
        let (a, b) = (a.min(b), a.max(b));
        if a == b {
            continue;
        }
        drawn += 1.0;
        if (options.may_match)(a, b) {
            may += 1.0;
            let pattern = records.pattern(a, b);
            seen.iter_mut().enumerate().for_each(|(c, seen)| seen[level_of(pattern, c, columns)] += 1.0);
        }
    }
    let n = of_count(records.len as u64);
    let all_pairs = (n * (n - 1.0) / 2.0 * may / f64::max(drawn, 1.0)).max(1.0);
    for (column, seen) in records.columns.iter().zip(&mut seen) {
        let levels = of_person(column.kind).len();
        let known: f64 = seen.iter().skip(1).sum();
        for of_level in seen.iter_mut().skip(1).take(levels) {
            *of_level = (*of_level + 0.5) / (known + 0.5 * of_count(levels as u64));
        }
        if column.kind != Kind::Name {
            // The frequencies of the values give this exactly.
            let total: f64 = column.counts.iter().map(|n| f64::from(*n)).sum::<f64>().max(1.0);
            let same_by_chance: f64 = column.counts.iter().map(|n| (f64::from(*n) / total).powi(2)).sum();
            seen[levels] = same_by_chance.max(0.5 / all_pairs);
        }
    }
    (seen, all_pairs)
}
