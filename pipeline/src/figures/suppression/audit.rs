//! Hides counts until no small one can be inferred from those that are shown.

use super::counts::{Count, Counts, Sum};
use std::collections::BTreeSet;

/// A count below this, unless it is zero, may point at a person.
const SMALL: i64 = 5;
/// The upper bound of a count about which nothing is known.
const ANY: i64 = i64::MAX / 4;

impl Counts {
    /// Hides the small counts, and then others until no small one can be inferred.
    pub(super) fn hide(&mut self) {
        let small: Vec<usize> = (0..self.all.len()).filter(|i| (1..SMALL).contains(&self.all[*i].n)).collect();
        small.iter().for_each(|i| self.all[*i].shown = false);
        loop {
            let bounds = self.bounds();
            let (mut more, mut rows) = (BTreeSet::new(), BTreeSet::new());
            for count in small.iter().copied().filter(|i| is_inferable(bounds[*i])) {
                // Rows without a number each stand for at least one, so they may already bound the count from below.
                let is_above_one = bounds[count].0 > 1;
                let below = if is_above_one { self.rows_below(count) } else { BTreeSet::new() };
                let near = if is_above_one && below.is_empty() { self.rows_near(count) } else { below };
                if near.is_empty() {
                    more.extend(self.next_to_hide(count));
                }
                rows.extend(near);
            }
            if more.is_empty() && rows.is_empty() {
                return;
            }
            more.into_iter().for_each(|i| self.all[i].shown = false);
            rows.into_iter().for_each(|i| self.all[i].has_row = false);
        }
    }

    /// Returns the rows of hidden counts that add up to a count, through any number of sums. The count is at least the number
    /// of these rows.
    fn rows_below(&self, count: usize) -> BTreeSet<usize> {
        let (mut below, mut open) = (BTreeSet::new(), vec![count]);
        while let Some(whole) = open.pop() {
            let sums = self.of[whole].iter().map(|sum| &self.sums[*sum]).filter(|sum| sum.whole == whole);
            let parts = sums.flat_map(|sum| &sum.parts).filter(|part| !self.all[**part].shown);
            open.extend(parts.copied().filter(|part| below.insert(*part)));
        }
        below.retain(|i| self.all[*i].has_row);
        below
    }

    /// Returns the nearest rows of hidden counts, through any sums.
    fn rows_near(&self, count: usize) -> BTreeSet<usize> {
        let (mut reached, mut edge) = (BTreeSet::from([count]), vec![count]);
        while !edge.is_empty() {
            let sums = edge.iter().flat_map(|i| &self.of[*i]).map(|sum| &self.sums[*sum]);
            let near: BTreeSet<usize> = sums.flat_map(|sum| sum.parts.iter().chain([&sum.whole])).copied().collect();
            let hidden: Vec<usize> = near.into_iter().filter(|i| !self.all[*i].shown && reached.insert(*i)).collect();
            let rows: BTreeSet<usize> = hidden.iter().copied().filter(|i| self.all[*i].has_row).collect();
            if !rows.is_empty() {
                return rows;
            }
            edge = hidden;
        }
        BTreeSet::new()
    }

    /// Returns the count to hide next in order to protect a count: among those in a sum with it, the one of least worth, then
    /// the smallest.
    fn next_to_hide(&self, count: usize) -> Option<usize> {
        let (mut reached, mut edge) = (BTreeSet::from([count]), vec![count]);
        while !edge.is_empty() {
            let sums = edge.iter().flat_map(|i| &self.of[*i]);
            let near: BTreeSet<usize> =
                sums.flat_map(|sum| self.sums[*sum].parts.iter().chain([&self.sums[*sum].whole])).copied().collect();
            let shown = near.iter().filter(|i| self.all[**i].shown && self.all[**i].n > 0);
            if let Some(next) = shown.min_by_key(|i| (self.all[**i].worth, self.all[**i].n, **i)) {
                return Some(*next);
            }
            edge = near.into_iter().filter(|i| reached.insert(*i)).collect();
        }
        None
    }

    /// Returns the least and the greatest value that each count can have, given everything that is shown.
    fn bounds(&self) -> Vec<(i64, i64)> {
        let bound = |count: &Count| match (count.shown, count.has_row) {
            (true, _) => (count.n, count.n),
            (false, true) => (1, ANY),
            (false, false) => (0, ANY),
        };
        let mut bounds: Vec<(i64, i64)> = self.all.iter().map(bound).collect();
        let mut open: BTreeSet<usize> = (0..self.sums.len()).collect();
        while !open.is_empty() {
            for sum in std::mem::take(&mut open) {
                for changed in self.sums[sum].narrow(&mut bounds) {
                    open.extend(self.of[changed].iter().filter(|other| **other != sum));
                }
            }
        }
        bounds
    }
}

impl Sum {
    /// Narrows the bounds of the counts in the sum by each other, and returns the counts whose bounds changed.
    fn narrow(&self, bounds: &mut [(i64, i64)]) -> Vec<usize> {
        let mut changed = Vec::new();
        let mut set = |bounds: &mut [(i64, i64)], i: usize, lo: i64, hi: i64| {
            let new = (bounds[i].0.max(lo), bounds[i].1.min(hi));
            // If counts that should add up do not in this office, nothing can be inferred from them.
            if new != bounds[i] && new.0 <= new.1 {
                bounds[i] = new;
                changed.push(i);
            }
        };
        let least: i64 = self.parts.iter().map(|i| bounds[*i].0).sum();
        let unbounded = self.parts.iter().filter(|i| bounds[**i].1 >= ANY).count();
        let most: i64 = self.parts.iter().map(|i| bounds[*i].1).filter(|hi| *hi < ANY).sum();
        set(bounds, self.whole, least, if unbounded > 0 { ANY } else { most });
        let (lo, hi) = bounds[self.whole];
        for i in &self.parts {
            let (own_least, own_most) = bounds[*i];
            let others_unbounded = unbounded - usize::from(own_most >= ANY) > 0;
            let others_most = most - if own_most >= ANY { 0 } else { own_most };
            let from = if others_unbounded { 0 } else { lo - others_most };
            let to = if hi >= ANY { ANY } else { hi - (least - own_least) };
            set(bounds, *i, from, to);
        }
        changed
    }
}

/// Whether the bounds of a small count exclude that it is one, or that it is five.
fn is_inferable((lo, hi): (i64, i64)) -> bool {
    lo > 1 || hi < SMALL
}
