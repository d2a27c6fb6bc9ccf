//! The faults in the rows of one file, of which each kind is told once, with its first row.

use super::Verification;
use schemas::Finding;
use std::collections::BTreeMap;

/// The faults in the rows of one file: for each code, how many there are, and the first one.
#[derive(Default)]
pub(super) struct Faults(BTreeMap<&'static str, (u64, String)>);

impl Faults {
    pub(super) fn add(&mut self, code: &'static str, row: usize, what: impl FnOnce() -> String) {
        let (count, _) = self.0.entry(code).or_insert_with(|| (0, format!("baris {}: {}", row + 1, what())));
        *count += 1;
    }

    pub(super) fn tell(self, path: &str, result: &mut Verification) {
        for (code, (count, first)) in self.0 {
            result.findings.push(Finding { code, place: format!("{path}, {first}"), count });
        }
    }
}
