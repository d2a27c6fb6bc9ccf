//! Which records are probably of the same person? Probabilistic record linkage after Fellegi and Sunter.
//!
//! Reads   records as columns, each compared in its own way
//! Gives   pairs with the probability that they are of one person, and the evidence of each field for or against it
//! Rule    Fellegi & Sunter 1969: weights log2(m/u) by level of agreement. u comes from random pairs and the frequency of
//!         values; m comes from expectation maximisation (Dempster, Laird & Rubin 1977) over the pairs that share a key,
//!         with typical rates as start and as prior, so that an archive with few such pairs does not learn nonsense.
//!         Agreement on a rare value weighs more than on a frequent one.

mod blocks;
mod compare;
mod estimate;
mod levels;
mod names;

pub use levels::{Kind, Level};

use compare::Column;
use std::collections::BTreeMap;

/// Records as columns.
#[derive(Debug, Default)]
pub struct Records {
    len: usize,
    columns: Vec<Column>,
    keys: Vec<Vec<u64>>,
}

/// Options of a link.
#[derive(Clone, Copy)]
pub struct LinkOptions<'a> {
    /// Whether two records, the first with the lower number, may be of one person at all.
    pub may_match: &'a dyn Fn(usize, usize) -> bool,
    /// Pairs less probable than this are left out.
    pub probability: f64,
    /// Keys that more records than this share are ignored.
    pub block: usize,
}

impl std::fmt::Debug for LinkOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkOptions").field("probability", &self.probability).finish_non_exhaustive()
    }
}

/// Two records that are probably of one person.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The record with the lower number.
    pub first: usize,
    /// The other.
    pub second: usize,
    /// The probability that both are of one person, from 0 to 1.
    pub probability: f64,
    /// For each column, the level of agreement and the bits of evidence for a match, or against it if negative.
    pub fields: Vec<(Level, f64)>,
}

/// The result of a link.
#[derive(Debug)]
pub struct Linked {
    /// The probable pairs, in order of their records.
    pub pairs: Vec<Pair>,
    /// How many pairs share a key and were compared.
    pub compared: usize,
    /// How many keys were ignored, because too many records share them.
    pub passed_over: usize,
}

impl Records {
    /// Starts with this many records and no columns.
    #[must_use]
    pub fn new(len: usize) -> Self {
        Self { len, columns: Vec::new(), keys: vec![Vec::new(); len] }
    }

    /// Adds a column. An empty value is no evidence.
    pub fn column<'a>(&mut self, name: &str, kind: Kind, values: impl IntoIterator<Item = &'a str>) {
        self.columns.push(Column::new(name, kind, values.into_iter().take(self.len)));
    }

    /// Adds a key of a record. Only records that share a key are compared. Keys of different kinds are different, so that a
    /// postcode does not equal a house number.
    pub fn key(&mut self, record: usize, kind: &str, value: &str) {
        if let Some(keys) = self.keys.get_mut(record).filter(|_| !value.is_empty()) {
            keys.push(blocks::key_hash(kind, value));
        }
    }

    /// Returns the name of a column and the meaning of a level in it, in Indonesian.
    #[must_use]
    pub fn words(&self, column: usize, level: Level) -> (&str, &'static str) {
        self.columns.get(column).map_or(("", ""), |c| (c.name.as_str(), levels::words(c.kind, level)))
    }

    /// Finds the pairs that are probably of one person.
    #[must_use]
    pub fn link(&self, options: LinkOptions<'_>) -> Linked {
        let (candidates, passed_over) = blocks::pairs(&self.keys, options);
        let mut patterns: BTreeMap<u64, u64> = BTreeMap::new();
        let compared: Vec<u64> = candidates.iter().map(|(a, b)| self.pattern(*a as usize, *b as usize)).collect();
        for pattern in &compared {
            *patterns.entry(*pattern).or_insert(0) += 1;
        }
        let model = estimate::Model::fit(self, &patterns, options);
        let pairs = candidates.iter().zip(&compared).filter_map(|((a, b), pattern)| {
            let (first, second) = (*a as usize, *b as usize);
            // Agreement on rare values can add only so much, so that most pairs are excluded here.
            if model.highest_probability(*pattern) < options.probability {
                return None;
            }
            let fields = model.fields(self, *pattern, first, second);
            let probability = model.probability(*pattern, fields.iter().map(|(.., rare)| rare).sum());
            let fields = fields.into_iter().map(|(level, bits, rare)| (level, bits + rare)).collect();
            (probability >= options.probability).then_some(Pair { first, second, probability, fields })
        });
        Linked { pairs: pairs.collect(), compared: candidates.len(), passed_over }
    }

    /// Returns the levels of agreement of two records, four bits each.
    fn pattern(&self, first: usize, second: usize) -> u64 {
        let levels = self.columns.iter().map(|column| column.level(first, second));
        levels.fold(0, |pattern, level| (pattern << 4) | u64::from(level))
    }
}
