//! The outage log as a clock: how many seconds of outage there were up to an instant.
//!
//! Reads   the latest outage log of the archive
//! Gives   O(t), from which figures subtract outages as a difference of two instants
//! Rule    overlapping outages count once; an outage that ends before it begins counts as none

use crate::archive::read::outage_log;
use crate::archive::{Archive, ArchiveError};

/// The logged outages, without overlaps.
#[derive(Clone, Debug, Default)]
pub(crate) struct OutageClock {
    /// The start and end of each outage, and the seconds of outage before its start; disjoint and in order.
    spans: Vec<(i64, i64, i64)>,
}

impl OutageClock {
    /// Reads the latest outage log of an archive.
    pub(crate) fn of(archive: &Archive) -> Result<Self, ArchiveError> {
        Ok(Self::new(outage_log(archive)?))
    }

    /// Returns the outages before an instant as text. It changes if and only if they do, for the basis of kept figures.
    pub(crate) fn until(&self, epoch_s: i64) -> String {
        let before = self.spans.iter().take_while(|(start, ..)| *start < epoch_s);
        format!("{:?}", before.map(|(start, end, _)| (start, epoch_s.min(*end))).collect::<Vec<_>>())
    }

    pub(crate) fn new(mut outages: Vec<(i64, i64)>) -> Self {
        outages.sort_unstable();
        let mut spans: Vec<(i64, i64, i64)> = Vec::new();
        for (start, end) in outages.into_iter().filter(|(start, end)| start < end) {
            match spans.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                Some(&mut (s, e, before)) => spans.push((start, end, before + e - s)),
                None => spans.push((start, end, 0)),
            }
        }
        Self { spans }
    }

    /// Returns the outages within a period, cut off at its ends.
    pub(crate) fn between(&self, start_s: i64, end_s: i64) -> impl Iterator<Item = (i64, i64)> {
        let cut = self.spans.iter().map(move |(start, end, _)| (start_s.max(*start), end_s.min(*end)));
        cut.filter(|(start, end)| start < end)
    }

    /// Returns the seconds of outage up to an instant.
    pub(crate) fn outage_s(&self, epoch_s: i64) -> i64 {
        let after = self.spans.partition_point(|(start, _, _)| *start <= epoch_s);
        match after.checked_sub(1).and_then(|i| self.spans.get(i)) {
            Some((start, end, before)) => before + epoch_s.min(*end) - start,
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_outages_count_once() {
        let clock = OutageClock::new(vec![(100, 200), (150, 250), (400, 500), (450, 460), (700, 700)]);
        for (t, seconds) in [(0, 0), (100, 0), (120, 20), (250, 150), (300, 150), (450, 200), (900, 250)] {
            assert_eq!(clock.outage_s(t), seconds, "at {t}");
        }
        assert_eq!(clock.between(150, 450).collect::<Vec<_>>(), [(150, 250), (400, 450)]);
    }
}
