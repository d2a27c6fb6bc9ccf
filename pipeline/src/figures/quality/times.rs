//! Times that are impossible or implausible.
//!
//! Reads   one event
//! Rule    limits: data/kewajaran.toml
//! Finds   Q041 (recorded before it happened), Q042 (many days at one step), Q043 (outside of plausible hours)

use super::Found;
use chrono::Timelike;
use schemas::Event;

const SECONDS_OF_A_DAY: i64 = 86_400;

pub(super) fn check(event: &Event<'_>, found: &mut Found<'_>) {
    let (limits, zone) = (&found.facts.plausible, found.facts.zone);
    let seconds = |us: i64| us.div_euclid(1_000_000);
    let (ended, recorded) = (seconds(event.selesai_us), seconds(event.recorded_at_us));
    let began = event.mulai_us.map(seconds);
    let (at_most, ahead) = (i64::from(limits.penanganan_hari), i64::from(limits.tercatat_mendahului_detik));
    let hours = limits.jam_paling_awal..limits.jam_paling_akhir;
    if recorded + ahead < ended {
        found.event("Q041", event, "");
    }
    if let Some(days) = began.map(|began| (ended - began).div_euclid(SECONDS_OF_A_DAY)).filter(|days| *days >= at_most)
    {
        found.event("Q042", event, &format!("{days} hari"));
    }
    let clocks = began.into_iter().chain([ended]).filter_map(|s| zone.datetime(s));
    if let Some(odd) = clocks.map(|at| at.time()).find(|time| !hours.contains(&time.hour())) {
        found.event("Q043", event, &odd.format("%H.%M").to_string());
    }
}
