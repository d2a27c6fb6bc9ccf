//! The calendar goes on beyond the next months, and has the hours of Ramadan before it begins.

use super::{Check, Subject, finding};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use schemas::{Facts, Finding, OfficeCalendar};

/// Days before the calendar ends, or Ramadan begins, from which on it is a finding.
const NOTICE: Days = Days::new(60);

/// From this month on the whole next year must be covered: its decree is out by then.
const DECREE_MONTH: u32 = 11;

/// The calendar on the day of the office.
pub(super) fn check(facts: &Facts, now: DateTime<Utc>) -> Check {
    let found = facts.zone.date(now.timestamp()).map(|today| found(&facts.calendar, today));
    Check::of(Subject::Calendar, found.unwrap_or_default())
}

fn found(calendar: &OfficeCalendar, today: NaiveDate) -> Vec<Finding> {
    let mut found = Vec::new();
    let last = calendar.covered().map(|(_, last)| last);
    let next_year = NaiveDate::from_ymd_opt(today.year() + 1, 12, 31).filter(|_| today.month() >= DECREE_MONTH);
    let needed = next_year.max(today.checked_add_days(NOTICE));
    if last < needed {
        found.push(finding("P030", last.map(|last| last.to_string()).unwrap_or_default()));
    }
    // The next one, where it begins soon or has begun.
    let ramadan = calendar.ramadans_without_hours().find(|(_, to)| *to >= today);
    if let Some((from, to)) = ramadan.filter(|(from, _)| Some(*from) <= today.checked_add_days(NOTICE)) {
        found.push(finding("P031", format!("± {from} – {to}")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::{FactFiles, OfficeDays, Zone};

    fn codes(entries: &str, today: &str) -> Vec<&'static str> {
        let days: OfficeDays = toml::from_str(entries).unwrap();
        let facts = Facts::load(&FactFiles::default(), &days, Zone::Wib).unwrap();
        found(&facts.calendar, today.parse().unwrap()).iter().map(|found| found.code).collect()
    }

    #[test]
    fn the_end_of_the_calendar_and_ramadan_are_told_in_time() {
        let ramadan =
            "[[period]]\nprofile = \"ramadan\"\nfrom = \"2027-02-08\"\nto = \"2027-03-09\"\ndecree = \"SE\"\n";
        // Idul Fitri of 2027 is on 10 March, Ramadan from about 8 February.
        assert!(codes("", "2026-11-29").is_empty());
        assert_eq!(codes("", "2026-12-20"), ["P031"]);
        assert_eq!(codes("", "2027-03-01"), ["P031"]);
        assert!(codes(ramadan, "2026-12-20").is_empty());
        assert!(codes("", "2027-03-10").is_empty());
        // The list of 2028 is expected in November.
        assert!(codes("", "2027-10-31").is_empty());
        assert_eq!(codes("", "2027-11-01"), ["P030"]);
        assert!(codes("covered-to = \"2028-12-31\"\n", "2027-11-01").is_empty());
        assert_eq!(codes("covered-to = \"2028-06-30\"\n", "2028-05-30"), ["P030"]);
    }
}
