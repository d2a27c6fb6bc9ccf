//! Blank cards: sisa(t) = sisa(t−1) + terima − cetak − gagal, and the log against the events of the day.

use super::Found;
use crate::archive::{Archive, ArchiveError};
use crate::ledger_rows::stock_log;
use chrono::NaiveDate;
use schemas::{Event, Facts, Milestone, Month};
use std::collections::{BTreeMap, BTreeSet};

/// An office that keeps no stock log has nothing to compare.
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
    for (day, [received, printed, failed]) in &log {
        left += received - printed - failed;
        if Month::of_date(*day) == month && left < 0 {
            found.elsewhere("Q028", day.to_string(), 0, format!("sisa {left}"), 1);
        }
    }
    // What the log has not come to yet is no fault.
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

/// Cards printed and spoilt by day.
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
