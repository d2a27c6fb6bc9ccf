//! The zone of the computer beside that of the office, and whether program and system agree about its rules.

use super::{Check, Subject, finding, zone_rules};
use crate::config::text;
use chrono::{DateTime, Duration, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use schemas::Zone;
use std::path::{Path, PathBuf};

/// Where the zones of the system lie, unless `TZDIR` says otherwise.
const RULES: &str = "/usr/share/zoneinfo";
/// The zone of the computer, unless `TZ` says otherwise.
const LOCAL: &str = "/etc/localtime";

/// A rule is compared now and in the years until the program is likely to be renewed.
const YEARS: i64 = 3;

/// A computer that does not tell its zone, and one without rules, are no findings.
pub(super) fn check(zone: Zone, now: DateTime<Utc>) -> Check {
    let mut found = Vec::new();
    if let Some(other) = of_computer().filter(|name| differs(name, zone, now)) {
        found.push(finding("P026", format!("{other}, {zone}")));
    }
    let folder = text::environment_path("TZDIR").unwrap_or_else(|| PathBuf::from(RULES));
    if let Ok(rules) = std::fs::read(folder.join(zone.name())) {
        let instants = (0..=YEARS).map(|years| now.timestamp() + years * 365 * 86_400);
        if instants.into_iter().any(|at| zone_rules::offset_s(&rules, at) != Some(zone.offset_s())) {
            found.push(finding("P027", zone.name()));
        }
    }
    Check::of(Subject::Zone, found)
}

/// The name of the computer's zone.
fn of_computer() -> Option<String> {
    if let Ok(Some(name)) = text::environment("TZ") {
        return Some(name.trim_start_matches(':').to_owned());
    }
    let target = std::fs::read_link(LOCAL).ok()?;
    let name = target.to_str()?.split_once("zoneinfo/")?.1;
    Some(name.to_owned())
}

/// Whether the clocks of a zone show another time than the office's, today or in half a year.
fn differs(name: &str, zone: Zone, now: DateTime<Utc>) -> bool {
    let name = Path::new(name).strip_prefix(RULES).ok().and_then(Path::to_str).unwrap_or(name);
    let Ok(other) = name.parse::<Tz>() else { return false };
    let offset = |at: DateTime<Utc>| other.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
    [now, now + Duration::days(182)].into_iter().any(|at| offset(at) != zone.offset_s())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_compared_by_its_clocks() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert!(!differs("Asia/Jakarta", Zone::Wib, now) && !differs("Asia/Pontianak", Zone::Wib, now));
        assert!(!differs("/usr/share/zoneinfo/Asia/Jakarta", Zone::Wib, now));
        assert!(differs("Asia/Makassar", Zone::Wib, now) && differs("Etc/UTC", Zone::Wib, now));
        // Bangkok and Jakarta have the same clocks; a name that nobody knows says nothing.
        assert!(!differs("Asia/Bangkok", Zone::Wib, now) && !differs("Bulan/Kawah", Zone::Wib, now));
    }
}
