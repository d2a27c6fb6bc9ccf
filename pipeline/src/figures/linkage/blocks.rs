//! Which pairs are worth comparing: those that share a key.

use super::LinkOptions;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A key of a kind.
pub(super) fn mark(kind: &str, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, value).hash(&mut hasher);
    hasher.finish()
}

/// Pairs that share a key, each once and in order, and how many keys were passed over.
pub(super) fn pairs(keys: &[Vec<u64>], wanted: LinkOptions<'_>) -> (Vec<(u32, u32)>, usize) {
    let mut marked: Vec<(u64, u32)> = Vec::new();
    for (record, keys) in (0_u32..).zip(keys) {
        marked.extend(keys.iter().map(|key| (*key, record)));
    }
    marked.sort_unstable();
    marked.dedup();
    let (mut pairs, mut passed_over) = (Vec::new(), 0);
    for block in marked.chunk_by(|a, b| a.0 == b.0) {
        if block.len() > wanted.block {
            passed_over += 1;
            continue;
        }
        for (i, (_, a)) in block.iter().enumerate() {
            let others = block.get(i + 1..).unwrap_or_default().iter().map(|(_, b)| *b);
            pairs.extend(others.filter(|b| (wanted.may_match)(*a as usize, *b as usize)).map(|b| (*a, b)));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    (pairs, passed_over)
}
