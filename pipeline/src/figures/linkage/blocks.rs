//! Blocking: only pairs that share a key are compared.

use super::LinkOptions;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Returns the hash of a key and its kind.
pub(super) fn key_hash(kind: &str, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, value).hash(&mut hasher);
    hasher.finish()
}

/// Returns the pairs that share a key, each once and in order, and how many keys were ignored.
pub(super) fn pairs(keys: &[Vec<u64>], options: LinkOptions<'_>) -> (Vec<(u32, u32)>, usize) {
    let mut keyed: Vec<(u64, u32)> = Vec::new();
    for (record, keys) in (0_u32..).zip(keys) {
        keyed.extend(keys.iter().map(|key| (*key, record)));
    }
    keyed.sort_unstable();
    keyed.dedup();
    let (mut pairs, mut passed_over) = (Vec::new(), 0);
    for block in keyed.chunk_by(|a, b| a.0 == b.0) {
        if block.len() > options.block {
            passed_over += 1;
            continue;
        }
        for (i, (_, a)) in block.iter().enumerate() {
            let others = block.get(i + 1..).unwrap_or_default().iter().map(|(_, b)| *b);
            pairs.extend(others.filter(|b| (options.may_match)(*a as usize, *b as usize)).map(|b| (*a, b)));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    (pairs, passed_over)
}
