//! How much each level of agreement says.

use super::levels::{Kind, Level, same};
use super::{LinkOptions, Records};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Levels of a column at most, the missing one included.
const LEVELS: usize = 9;
/// Random pairs from which u is taken.
const SAMPLE: usize = 100_000;
/// Rounds of expectation maximisation.
const ROUNDS: usize = 30;
/// What is usual counts like this many pairs of one person, and at least like this share of those that are found.
const HELD: f64 = 20.0;
const HELD_SHARE: f64 = 3.0;
/// Agreement of a rare value adds at most so many bits beyond that of a usual one.
const RARE: f64 = 6.0;

/// How often two records of one person agree at each level, from "berbeda" to "sama": a start, and a hold where few pairs
/// are of one person. Sources: ours, from usual rates of slips of the pen.
fn usual(kind: Kind) -> &'static [f64] {
    match kind {
        Kind::Name => &[0.01, 0.01, 0.03, 0.05, 0.05, 0.10, 0.10, 0.65],
        Kind::Date => &[0.04, 0.03, 0.08, 0.05, 0.80],
        Kind::Code => &[0.05, 0.03, 0.12, 0.80],
        Kind::Text => &[0.15, 0.05, 0.10, 0.70],
        Kind::Exact => &[0.05, 0.95],
    }
}

/// The same of two children of one birth: one day, one place, a word of the name in common.
fn of_twins(kind: Kind) -> &'static [f64] {
    match kind {
        Kind::Name => &[0.35, 0.05, 0.50, 0.03, 0.02, 0.03, 0.01, 0.01],
        Kind::Date => &[0.02, 0.01, 0.01, 0.01, 0.95],
        Kind::Code => &[0.50, 0.20, 0.20, 0.10],
        Kind::Text => &[0.05, 0.02, 0.03, 0.90],
        Kind::Exact => &[0.20, 0.80],
    }
}

/// The same of two people of one place and name, such as father and son.
fn of_namesakes(kind: Kind) -> &'static [f64] {
    match kind {
        Kind::Name => &[0.005, 0.005, 0.03, 0.05, 0.03, 0.06, 0.12, 0.70],
        Kind::Date => &[0.96, 0.02, 0.01, 0.005, 0.005],
        Kind::Code => &[0.50, 0.20, 0.20, 0.10],
        Kind::Text => &[0.10, 0.02, 0.03, 0.85],
        Kind::Exact => &[0.20, 0.80],
    }
}

/// Two records belong to one person, or to two people who have much in common. The latter need classes of their own: relatives
/// share several fields at once, which fields that agree independently of each other never do, and would pass for one person.
const CLASSES: usize = 3;
const PERSON: usize = 0;

type Levels = [f64; LEVELS];

/// Pairs of one person, of twins or of namesakes.
#[derive(Debug)]
struct Class {
    /// What is usual of it.
    begun: Vec<Levels>,
    /// Of each column, how often its pairs agree at each level.
    rates: Vec<Levels>,
    /// Its share of all pairs.
    share: f64,
}

/// Weights.
#[derive(Debug)]
pub(super) struct Model {
    /// Of each class, column and level, the bits against chance.
    bits: [Vec<Levels>; CLASSES],
    /// Of each class, the bits of a pair of which nothing is known.
    prior: [f64; CLASSES],
    /// Of each column, how frequent a value is on which two records agree.
    agreeing: Vec<f64>,
}

impl Class {
    fn new(columns: &[super::Column], usual: fn(Kind) -> &'static [f64], share: f64) -> Self {
        let start = |column: &super::Column| {
            let mut rates = [0.0; LEVELS];
            rates.iter_mut().skip(1).zip(usual(column.kind)).for_each(|(rate, usual)| *rate = *usual);
            rates
        };
        let begun: Vec<Levels> = columns.iter().map(start).collect();
        Self { rates: begun.clone(), begun, share }
    }

    /// How many times more often than chance its pairs show the pattern, times its share.
    fn odds(&self, pattern: u64, u: &[Levels]) -> f64 {
        let columns = u.len();
        (0..columns).fold(self.share, |odds, c| match level_of(pattern, c, columns) {
            0 => odds,
            level => odds * self.rates[c][level] / u[c][level],
        })
    }

    /// Learns from how many of its pairs are expected at each level.
    fn learn(&mut self, agreed: &[Levels]) {
        for ((rates, agreed), begun) in self.rates.iter_mut().zip(agreed).zip(&self.begun) {
            let pairs: f64 = agreed.iter().skip(1).sum();
            let held = HELD.max(pairs * HELD_SHARE);
            for level in 1..LEVELS {
                rates[level] = (agreed[level] + held * begun[level]) / (pairs + held);
            }
        }
    }

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
    /// Learns from the patterns of the compared pairs.
    pub(super) fn fit(records: &Records, patterns: &BTreeMap<u64, u64>, wanted: LinkOptions<'_>) -> Self {
        let (u, all_pairs) = chance(records, wanted);
        let compared: f64 = patterns.values().map(|n| float(*n)).sum();
        let share = (compared * 0.01 / all_pairs).clamp(f64::MIN_POSITIVE, 0.1);
        let mut classes = [usual, of_twins, of_namesakes].map(|usual| Class::new(&records.columns, usual, share));
        let columns = records.columns.len();
        for _ in 0..ROUNDS {
            let mut agreed = vec![[0.0; LEVELS]; columns];
            let mut expected = [0.0; CLASSES];
            for (pattern, n) in patterns {
                let odds = classes.each_ref().map(|class| class.odds(*pattern, &u));
                let all = 1.0 + odds.iter().sum::<f64>();
                expected.iter_mut().zip(odds).for_each(|(expected, odds)| *expected += float(*n) * odds / all);
                for (c, agreed) in agreed.iter_mut().enumerate() {
                    agreed[level_of(*pattern, c, columns)] += float(*n) * odds[PERSON] / all;
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

    /// The probability that a pair of this pattern could have at most.
    pub(super) fn most(&self, pattern: u64) -> f64 {
        self.probability(pattern, RARE * float(self.agreeing.len() as u64))
    }

    /// The levels of a pair's columns with their bits; rare values weigh more.
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

    /// That two records are of one person, with so many bits because the values on which they agree are rare. Those speak
    /// for kin as well.
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

fn level_of(pattern: u64, column: usize, columns: usize) -> usize {
    usize::try_from((pattern >> (4 * (columns - 1 - column))) & 15).unwrap_or(0)
}

/// How often two records agree by chance, and how many pairs there are that may match.
fn chance(records: &Records, wanted: LinkOptions<'_>) -> (Vec<Levels>, f64) {
    let columns = records.columns.len();
    let mut seen = vec![[0.0; LEVELS]; columns];
    let (mut drawn, mut may) = (0.0, 0.0);
    // The same pairs at every run.
    let mut random = ChaCha8Rng::seed_from_u64(1969);
    let mut draw = || random.random_range(0..records.len.max(1));
    for _ in 0..SAMPLE {
        let (a, b) = (draw(), draw());
        let (a, b) = (a.min(b), a.max(b));
        if a == b {
            continue;
        }
        drawn += 1.0;
        if (wanted.may_match)(a, b) {
            may += 1.0;
            let pattern = records.pattern(a, b);
            seen.iter_mut().enumerate().for_each(|(c, seen)| seen[level_of(pattern, c, columns)] += 1.0);
        }
    }
    let n = float(records.len as u64);
    let all_pairs = (n * (n - 1.0) / 2.0 * may / f64::max(drawn, 1.0)).max(1.0);
    for (column, seen) in records.columns.iter().zip(&mut seen) {
        let levels = usual(column.kind).len();
        let known: f64 = seen.iter().skip(1).sum();
        for of_level in seen.iter_mut().skip(1).take(levels) {
            *of_level = (*of_level + 0.5) / (known + 0.5 * float(levels as u64));
        }
        if column.kind != Kind::Name {
            // How frequent values are says this exactly.
            let total: f64 = column.counts.iter().map(|n| f64::from(*n)).sum::<f64>().max(1.0);
            let same_by_chance: f64 = column.counts.iter().map(|n| (f64::from(*n) / total).powi(2)).sum();
            seen[levels] = same_by_chance.max(0.5 / all_pairs);
        }
    }
    (seen, all_pairs)
}

#[expect(clippy::cast_precision_loss, reason = "counts of records and pairs are far below 2^52, where f64 is exact")]
fn float(n: u64) -> f64 {
    n as f64
}
