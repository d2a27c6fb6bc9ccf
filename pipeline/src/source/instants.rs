//! Instants and dates as sources write them, and the zone in which a clock reading is understood.

use crate::source::Cell;
use chrono::format::{Item, Parsed, StrftimeItems};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use std::sync::LazyLock;

/// A day, microseconds.
pub(crate) const DAY_US: i64 = 86_400_000_000;

/// PostgreSQL reads years of four digits in every date style.
const WRITABLE_US: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_000_000;

/// Microseconds since 1970 UTC; text and local times without a zone are read in `zone`.
pub(crate) fn instant(cell: Cell<'_>, zone: Tz) -> Option<i64> {
    match cell {
        Cell::Instant(us) => Some(us),
        Cell::Integer(s) => s.checked_mul(1_000_000),
        Cell::Text(text) => instant_text(text.trim(), zone),
        _ => None,
    }
}

fn instant_text(text: &str, zone: Tz) -> Option<i64> {
    if let Ok(t) = DateTime::parse_from_rfc3339(text) {
        return Some(t.timestamp_micros());
    }
    if let Ok(t) = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z") {
        return Some(t.timestamp_micros());
    }
    let naive = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .into_iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    in_zone(naive, zone)
}

/// A clock reading in a zone; the earlier one where a clock is set back.
pub(crate) fn in_zone(naive: NaiveDateTime, zone: Tz) -> Option<i64> {
    zone.from_local_datetime(&naive).earliest().map(|t| t.timestamp_micros())
}

/// A zone's offset from UTC on a day, microseconds; `None` where it changes in the course of the day.
pub(crate) fn offset_all_day_us(day: NaiveDate, zone: Tz) -> Option<i64> {
    let offset = |day: NaiveDate| {
        let local = zone.from_local_datetime(&day.and_hms_opt(0, 0, 0)?).single()?;
        Some(i64::from(local.offset().fix().local_minus_utc()) * 1_000_000)
    };
    let (first, last) = (offset(day)?, offset(day.succ_opt()?)?);
    (first == last).then_some(first)
}

/// Days since 1970.
pub(crate) fn date(cell: Cell<'_>) -> Option<i32> {
    match cell {
        Cell::Date(days) => Some(days),
        Cell::Text(text) => date_text(text.trim()).map(|day| day.to_epoch_days()),
        _ => None,
    }
}

fn date_text(text: &str) -> Option<NaiveDate> {
    // The format is parsed once, not for every row.
    static YEAR_MONTH_DAY: LazyLock<Vec<Item<'static>>> = LazyLock::new(|| StrftimeItems::new("%Y-%m-%d").collect());
    let mut parsed = Parsed::new();
    chrono::format::parse(&mut parsed, text, YEAR_MONTH_DAY.iter()).ok()?;
    parsed.to_naive_date().ok()
}

/// The instant, or the nearest that every database reads: a range that ends in a year of five digits ends with the last of
/// four.
pub(super) fn writable(us: i64) -> DateTime<Utc> {
    let us = us.clamp(*WRITABLE_US.start(), *WRITABLE_US.end());
    let beyond = if us < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
    DateTime::from_timestamp_micros(us).unwrap_or(beyond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_zone_is_read_in_the_configured_zone() {
        let utc = |s: &str| DateTime::parse_from_rfc3339(s).unwrap().timestamp_micros();
        for (text, instant) in [
            ("2026-10-05T01:02:03Z", "2026-10-05T01:02:03Z"),
            ("2026-10-05 08:02:03", "2026-10-05T01:02:03Z"),
            ("2026-10-05T08:02", "2026-10-05T01:02:00Z"),
            ("2026-10-05T08:02:03+07:00", "2026-10-05T01:02:03Z"),
            ("2026-10-05 08:02:03.5+07", "2026-10-05T01:02:03.5Z"),
        ] {
            assert_eq!(instant_text(text, Tz::Asia__Jakarta), Some(utc(instant)), "{text}");
        }
        for text in ["", "kemarin", "2026-02-30 08:00:00", "05/10/2026 08:00", "2026-10-05"] {
            assert_eq!(instant_text(text, Tz::Asia__Jakarta), None, "{text}");
        }
    }

    #[test]
    fn an_end_beyond_every_calendar_does_not_become_1970() {
        for (us, year) in [(i64::MIN, 1), (-1, 1969), (0, 1970), (i64::MAX, 9999)] {
            assert_eq!(chrono::Datelike::year(&writable(us)), year, "{us}");
        }
    }
}
