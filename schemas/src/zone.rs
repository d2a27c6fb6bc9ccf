//! The time zone of an office: one of the three of Indonesia.
//!
//! Rule    Keputusan Presiden 41/1987; none of them has had daylight saving since 1964, so that each is a whole number of
//!         hours ahead of UTC

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};
use std::fmt;

/// In which zone an office works: its months, working hours, due times and printed times are of this zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Zone {
    /// Western Indonesian Time, UTC+7.
    #[default]
    #[serde(rename = "WIB", alias = "Asia/Jakarta")]
    Wib,
    /// Central Indonesian Time, UTC+8.
    #[serde(rename = "WITA", alias = "Asia/Makassar")]
    Wita,
    /// Eastern Indonesian Time, UTC+9.
    #[serde(rename = "WIT", alias = "Asia/Jayapura")]
    Wit,
}

/// Both names of each, of which the derived one would know but the first.
#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Zone {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Zone".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names =
            Self::ALL.map(|zone| zone.to_string()).into_iter().chain(Self::ALL.map(|zone| zone.name().to_owned()));
        schemars::json_schema!({
            "description": "The zone of the office: its months, working hours, due times and printed times.",
            "type": "string",
            "enum": names.collect::<Vec<_>>(),
        })
    }
}

impl Zone {
    /// All of them, from west to east.
    pub const ALL: [Self; 3] = [Self::Wib, Self::Wita, Self::Wit];

    /// Its name in the IANA time zone database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wib => "Asia/Jakarta",
            Self::Wita => "Asia/Makassar",
            Self::Wit => "Asia/Jayapura",
        }
    }

    /// The zone of that name in the IANA time zone database.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|zone| zone.name() == name)
    }

    /// Seconds that its clocks are ahead of UTC.
    #[must_use]
    pub fn offset_s(self) -> i32 {
        match self {
            Self::Wib => 7 * 3_600,
            Self::Wita => 8 * 3_600,
            Self::Wit => 9 * 3_600,
        }
    }

    /// What its clocks show at an instant, which is given in seconds since 1970 UTC.
    #[must_use]
    pub fn datetime(self, epoch_s: i64) -> Option<NaiveDateTime> {
        DateTime::from_timestamp(epoch_s.checked_add(self.offset_s().into())?, 0).map(|t| t.naive_utc())
    }

    /// An instant with what its clocks show, for ISO 8601.
    #[must_use]
    pub fn instant(self, epoch_s: i64) -> Option<DateTime<FixedOffset>> {
        let offset = FixedOffset::east_opt(self.offset_s())?;
        DateTime::from_timestamp(epoch_s, 0).map(|t| t.with_timezone(&offset))
    }

    /// The date of an instant.
    #[must_use]
    pub fn date(self, epoch_s: i64) -> Option<NaiveDate> {
        self.datetime(epoch_s).map(|t| t.date())
    }

    /// The instant a day begins, in seconds since 1970 UTC.
    #[must_use]
    pub fn start_s(self, date: NaiveDate) -> i64 {
        date.and_time(NaiveTime::MIN).and_utc().timestamp() - i64::from(self.offset_s())
    }

    /// Whether it is the zone of an office that names none.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The abbreviation that is printed beside a time.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wib => "WIB",
            Self::Wita => "WITA",
            Self::Wit => "WIT",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FactFiles, Facts, OfficeDays};

    const HOUR_S: i64 = 3_600;

    fn facts(zone: Zone) -> Facts {
        Facts::load(&FactFiles::default(), &OfficeDays::default(), zone).unwrap()
    }

    /// The instant at which the clocks of a zone show that.
    fn at(zone: Zone, local: &str) -> i64 {
        local.parse::<NaiveDateTime>().unwrap().and_utc().timestamp() - i64::from(zone.offset_s())
    }

    #[test]
    fn a_month_begins_at_local_midnight() {
        let october: crate::Month = "2026-10".parse().unwrap();
        for (zone, utc) in [
            (Zone::Wib, "2026-09-30T17:00:00Z"),
            (Zone::Wita, "2026-09-30T16:00:00Z"),
            (Zone::Wit, "2026-09-30T15:00:00Z"),
        ] {
            assert_eq!(october.start_s(zone), utc.parse::<DateTime<chrono::Utc>>().unwrap().timestamp(), "{zone}");
            assert_eq!(zone.month(at(zone, "2026-10-01T00:30:00")), Some(october), "{zone}");
            assert_eq!(zone.month(at(zone, "2026-09-30T23:30:00")), Some(october.back(1)), "{zone}");
            assert_eq!(zone.month(october.end_s(zone)), Some(october.next()), "{zone}");
        }
    }

    #[test]
    fn the_first_hour_of_the_day_counts_in_each_zone() {
        for zone in Zone::ALL {
            let clock = facts(zone).clock;
            let worked = |from, to| clock.working_s(at(zone, to)).unwrap() - clock.working_s(at(zone, from)).unwrap();
            assert_eq!(worked("2026-10-05T07:30:00", "2026-10-05T08:30:00"), HOUR_S, "{zone}");
            assert_eq!(worked("2026-10-05T06:30:00", "2026-10-05T07:30:00"), 0, "{zone}");
            assert_eq!(clock.covered().start, zone.start_s("2020-01-01".parse().unwrap()), "{zone}");
        }
    }

    #[test]
    fn names_are_those_of_the_time_zone_database() {
        for zone in Zone::ALL {
            assert_eq!(Zone::named(zone.name()), Some(zone));
            for word in [zone.to_string(), zone.name().to_owned()] {
                assert_eq!(serde_json::from_value::<Zone>(word.into()).unwrap(), zone);
            }
            assert_eq!(serde_json::to_value(zone).unwrap(), zone.to_string());
        }
        assert!(serde_json::from_value::<Zone>("Asia/Singapore".into()).is_err());
    }

    /// What the clocks of an office show decides: the same readings in another zone give the same dates, months, working
    /// seconds and working days.
    #[test]
    fn the_same_readings_give_the_same_in_each_zone() {
        let [west, central, east] = Zone::ALL.map(|zone| facts(zone).clock);
        let (begin, end) = (at(Zone::Wib, "2020-01-01T00:00:00"), at(Zone::Wib, "2027-12-31T23:59:59"));
        let readings = (0..20_000_i64).map(|n| begin + (n * 1_299_709 * 7_919).rem_euclid(end - begin));
        for there in readings.chain([begin, end]) {
            for (zone, clock) in [(Zone::Wita, &central), (Zone::Wit, &east)] {
                let here = there - i64::from(zone.offset_s() - Zone::Wib.offset_s());
                assert_eq!(zone.datetime(here), Zone::Wib.datetime(there));
                assert_eq!(zone.month(here), Zone::Wib.month(there));
                assert_eq!(clock.working_s(here).unwrap(), west.working_s(there).unwrap(), "{here} {zone}");
                assert_eq!(clock.working_days(here).unwrap(), west.working_days(there).unwrap(), "{here} {zone}");
            }
        }
    }
}
