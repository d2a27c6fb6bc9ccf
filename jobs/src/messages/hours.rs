//! When the office is open for messages, by its calendar: holidays, joint leave and Ramadan included.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use schemas::Facts;

/// Monday to Friday in a year that the calendar lacks: the ordinary hours, so that no message waits for ever.
const USUAL: [(i64, i64); 1] = [(27_000, 57_600)];

/// The longest that an office is closed in one piece.
const LONGEST_REST_DAYS: usize = 60;

/// The instant itself if the office is open then, or else when it opens next. Its pauses count as open.
pub(super) fn next_open(facts: &Facts, now: DateTime<Utc>) -> DateTime<Utc> {
    let Some(today) = facts.zone.date(now.timestamp()) else { return now };
    for date in today.iter_days().take(LONGEST_REST_DAYS) {
        let spans = spans(facts, date);
        let (Some((opens, _)), Some((_, closes))) = (spans.first(), spans.last()) else { continue };
        let midnight = facts.zone.start_s(date);
        if now.timestamp() < midnight + closes {
            let opens = DateTime::from_timestamp(midnight + opens, 0).unwrap_or(now);
            return opens.max(now);
        }
    }
    now
}

fn spans(facts: &Facts, date: NaiveDate) -> &[(i64, i64)] {
    match facts.clock.spans(date) {
        Ok(spans) => spans,
        Err(_) if date.weekday().number_from_monday() <= 5 => &USUAL,
        Err(_) => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::{FactFiles, OfficeDays, Zone};

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn nights_holidays_and_ramadan_are_those_of_the_office() {
        let days: OfficeDays = toml::from_str(
            "[[period]]\nprofile = \"ramadan\"\nfrom = \"2026-02-19\"\nto = \"2026-03-20\"\ndecree = \"SE rekaan\"",
        )
        .unwrap();
        let facts = Facts::load(&FactFiles::default(), &days, Zone::Wib).unwrap();
        for (now, opens) in [
            // Monday noon, in the pause; then after hours.
            ("2026-11-30T05:30:00Z", "2026-11-30T05:30:00Z"),
            ("2026-11-30T09:00:00Z", "2026-12-01T00:30:00Z"),
            // Friday evening; the Christmas days with their joint leave and a weekend.
            ("2026-11-27T10:00:00Z", "2026-11-30T00:30:00Z"),
            ("2026-12-23T10:00:00Z", "2026-12-28T00:30:00Z"),
            // In Ramadan the office opens at 8 and closes at 15.
            ("2026-02-23T00:40:00Z", "2026-02-23T01:00:00Z"),
            ("2026-02-23T08:10:00Z", "2026-02-24T01:00:00Z"),
            // A year that the calendar lacks: a Saturday.
            ("2031-01-04T03:00:00Z", "2031-01-06T00:30:00Z"),
        ] {
            assert_eq!(next_open(&facts, utc(now)), utc(opens), "{now}");
        }
    }
}
