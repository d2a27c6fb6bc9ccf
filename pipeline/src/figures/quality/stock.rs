//! The stock of blank cards.
//!
//! Reads   the stock log; the prints of the month
//! Rule    sisa(t) = sisa(t−1) + terima − cetak − gagal is never negative; the log of a day agrees with its events
//! Finds   Q028–Q030

use super::Found;
use crate::archive::read::stock_log;
use crate::archive::{Archive, ArchiveError};
use chrono::NaiveDate;
use schemas::{Event, Facts, Milestone, Month};
use std::collections::{BTreeMap, BTreeSet};

/// Compares the log with the events of a month. An office without a stock log has nothing to compare.
pub(super) fn check(
    archive: &Archive,
    month: Month,
    events: &[Event<'_>],
    found: &mut Found<'_>,
) -> Result<(), ArchiveError> {
    let log = stock_log(archive)?;
    let used = used(events, found.facts);
    let Some(&last) = log.keys().next_back() else { return Ok(()) };
    let mut left = 0;
    let mut short: Option<Short> = None;
    for (day, [received, printed, failed]) in &log {
        left += received - printed - failed;
        if Month::of_date(*day) == month && left < 0 {
            short.get_or_insert(Short { first: *day, last: *day, least: left }).add(*day, left);
        } else if let Some(short) = short.take() {
            short.found(found);
        }
    }
    if let Some(short) = short {
        short.found(found);
    }
    // Days after the last one of the log are not compared, because they may still be entered.
    let in_month = |day: &&NaiveDate| Month::of_date(**day) == month && **day <= last;
    let days: BTreeSet<NaiveDate> = log.keys().chain(used.keys()).filter(in_month).copied().collect();
    for day in days {
        let [_, printed, failed] = log.get(&day).copied().unwrap_or_default();
        let [events_printed, events_failed] = used.get(&day).copied().unwrap_or_default();
        for (code, logged, happened) in [("Q029", printed, events_printed), ("Q030", failed, events_failed)] {
            if logged != happened {
                found.elsewhere(code, day.to_string(), 0, format!("catatan {logged}, peristiwa {happened}"), 1);
            }
        }
    }
    Ok(())
}

/// Consecutive days with a negative stock. They are one finding, because the entry of the first day explains them all.
struct Short {
    first: NaiveDate,
    last: NaiveDate,
    least: i64,
}

impl Short {
    fn add(&mut self, day: NaiveDate, left: i64) {
        self.last = day;
        self.least = self.least.min(left);
    }

    /// Adds the finding.
    fn found(self, found: &mut Found<'_>) {
        let detail = format!("sampai {}, paling sedikit {}", self.last, self.least);
        found.elsewhere("Q028", self.first.to_string(), 0, detail, 1);
    }
}

/// Counts the cards printed and spoilt on each day.
fn used(events: &[Event<'_>], facts: &Facts) -> BTreeMap<NaiveDate, [i64; 2]> {
    let mut used: BTreeMap<NaiveDate, [i64; 2]> = BTreeMap::new();
    for event in events {
        let place = match facts.sop.milestone(event.langkah, event.hasil) {
            Some(Milestone::Printed) => 0,
            Some(Milestone::PrintFailed) => 1,
            _ => continue,
        };
        if let Some(day) = facts.zone.date(event.selesai_us.div_euclid(1_000_000)) {
            used.entry(day).or_default()[place] += 1;
        }
    }
    used
}
