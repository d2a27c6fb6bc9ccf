//! Which records are probably of the same person? Probabilistic record linkage after Fellegi and Sunter.
//!
//! Reads   records as columns, each compared in its own way
//! Gives   pairs with the probability that they are of one person, and what each field said for or against it
//! Rule    Fellegi & Sunter 1969; weights log2(m/u) by level of agreement; u from random pairs and from how frequent values
//!         are, m by expectation maximisation (Dempster, Laird & Rubin 1977) over the pairs that share a key, begun at and
//!         held by what is usual, so that an archive with few such pairs does not learn nonsense. A rare value that agrees
//!         weighs more than a frequent one.

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

/// What of a link is wanted.
#[derive(Clone, Copy)]
pub struct LinkOptions<'a> {
    /// Whether two records, the first with the lower number, may be of one person at all.
    pub may_match: &'a dyn Fn(usize, usize) -> bool,
    /// Pairs less probable than this are left out.
    pub probability: f64,
    /// Keys that more records than this share are passed over.
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
    /// From 0 to 1.
    pub probability: f64,
    /// Of each column: its level of agreement, and the bits for (or against) that it gives.
    pub fields: Vec<(Level, f64)>,
}

/// What a link found.
#[derive(Debug)]
pub struct Linked {
    /// The probable pairs, in order of their records.
    pub pairs: Vec<Pair>,
    /// Pairs that share a key and were compared.
    pub compared: usize,
    /// Keys that too many records share.
    pub passed_over: usize,
}

impl Records {
    /// As many records as each column has values.
    #[must_use]
    pub fn new(len: usize) -> Self {
        Self { len, columns: Vec::new(), keys: vec![Vec::new(); len] }
    }

    /// Adds a column. An empty value says nothing.
    pub fn column<'a>(&mut self, name: &str, kind: Kind, values: impl IntoIterator<Item = &'a str>) {
        self.columns.push(Column::new(name, kind, values.into_iter().take(self.len)));
    }

    /// Only records that share a key are compared. A key is of a kind, so that a postcode is no house number.
    pub fn key(&mut self, record: usize, kind: &str, value: &str) {
        if let Some(keys) = self.keys.get_mut(record).filter(|_| !value.is_empty()) {
            keys.push(blocks::mark(kind, value));
        }
    }

    /// What the level of a pair's column says, with the column's name; in Indonesian.
    #[must_use]
    pub fn words(&self, column: usize, level: Level) -> (&str, &'static str) {
        self.columns.get(column).map_or(("", ""), |c| (c.name.as_str(), levels::words(c.kind, level)))
    }

    /// The pairs that are probably of one person.
    #[must_use]
    pub fn link(&self, wanted: LinkOptions<'_>) -> Linked {
        let (candidates, passed_over) = blocks::pairs(&self.keys, wanted);
        let mut patterns: BTreeMap<u64, u64> = BTreeMap::new();
        let compared: Vec<u64> = candidates.iter().map(|(a, b)| self.pattern(*a as usize, *b as usize)).collect();
        for pattern in &compared {
            *patterns.entry(*pattern).or_insert(0) += 1;
        }
        let model = estimate::Model::fit(self, &patterns, wanted);
        let pairs = candidates.iter().zip(&compared).filter_map(|((a, b), pattern)| {
            let (first, second) = (*a as usize, *b as usize);
            // Agreement of rare values can only add so much: most pairs need no closer look.
            if model.most(*pattern) < wanted.probability {
                return None;
            }
            let fields = model.fields(self, *pattern, first, second);
            let probability = model.probability(*pattern, fields.iter().map(|(.., rare)| rare).sum());
            let fields = fields.into_iter().map(|(level, bits, rare)| (level, bits + rare)).collect();
            (probability >= wanted.probability).then_some(Pair { first, second, probability, fields })
        });
        Linked { pairs: pairs.collect(), compared: candidates.len(), passed_over }
    }

    /// The levels of agreement of two records, four bits each.
    fn pattern(&self, first: usize, second: usize) -> u64 {
        let levels = self.columns.iter().map(|column| column.level(first, second));
        levels.fold(0, |pattern, level| (pattern << 4) | u64::from(level))
    }
}
