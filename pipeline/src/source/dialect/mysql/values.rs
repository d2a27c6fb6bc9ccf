//! The values of MySQL and MariaDB: the binary protocol's, most of them as the driver decodes them.
//!
//! Clock readings are decoded here, since most rows lie on the day of the row before and the driver asks calendar and zone for
//! each of them anew.

use crate::source::RowSink;
use crate::source::chunk::{Cell, OUT_OF_RANGE};
use crate::source::instants::{self, DAY_US};
use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use sqlx::Row;
use sqlx::mysql::MySqlRow;

/// How a column's values are decoded.
#[derive(Debug)]
pub(super) enum Kind {
    Signed,
    Unsigned,
    Float,
    Double,
    Timestamp,
    Datetime,
    Date,
    Text,
}

impl Kind {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" | "BOOLEAN" => Self::Signed,
            "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED" | "BIGINT UNSIGNED" => {
                Self::Unsigned
            }
            "FLOAT" => Self::Float,
            "DOUBLE" => Self::Double,
            "TIMESTAMP" => Self::Timestamp,
            "DATETIME" => Self::Datetime,
            "DATE" => Self::Date,
            _ => Self::Text,
        }
    }
}

/// The day of the previous clock reading. Most readings are of the same day, so calendar and zone are asked once for it.
#[derive(Debug)]
pub(super) struct Day {
    zone: Tz,
    /// Year, month and day as they came.
    date: Option<[u8; 4]>,
    /// Midnight, microseconds since 1970 as if the zone were UTC.
    midnight_us: i64,
    /// How far the zone is from UTC, where it is so all day.
    offset_us: Option<i64>,
}

impl Day {
    pub(super) fn new(zone: Tz) -> Self {
        Self { zone, date: None, midnight_us: 0, offset_us: None }
    }

    /// The instant of a DATETIME (`is_local`) or a TIMESTAMP of a session in UTC, in the form of the binary protocol: a length,
    /// then as much as it says of year, month, day, hour, minute, second and microseconds. `None` for what is no date.
    fn instant(&mut self, bytes: &[u8], is_local: bool) -> Option<i64> {
        let (length, rest) = bytes.split_first()?;
        let rest = rest.get(..usize::from(*length))?;
        let (date, clock) = rest.split_first_chunk::<4>()?;
        if self.date != Some(*date) {
            let day =
                NaiveDate::from_ymd_opt(i16::from_le_bytes([date[0], date[1]]).into(), date[2].into(), date[3].into())?;
            (self.date, self.midnight_us) = (Some(*date), i64::from(day.to_epoch_days()) * DAY_US);
            self.offset_us = instants::offset_all_day_us(day, self.zone);
        }
        let (seconds, micros) = match clock {
            [] => (0, 0),
            [h, m, s, micros @ ..] if *h < 24 && *m < 60 && *s < 60 => {
                let micros = if micros.is_empty() { 0 } else { u32::from_le_bytes(micros.try_into().ok()?) };
                (i64::from(*h) * 3_600 + i64::from(*m) * 60 + i64::from(*s), i64::from(micros))
            }
            _ => return None,
        };
        let reading_us = self.midnight_us + seconds * 1_000_000 + micros;
        match self.offset_us.filter(|_| is_local) {
            Some(offset_us) => Some(reading_us - offset_us),
            None if is_local => instants::in_zone(DateTime::from_timestamp_micros(reading_us)?.naive_utc(), self.zone),
            None => Some(reading_us),
        }
    }
}

/// Puts a field of a row.
pub(super) fn push_field(row: &MySqlRow, index: usize, kind: &Kind, day: &mut Day, sink: &mut RowSink) {
    let bytes = match row.try_get_unchecked::<Option<&[u8]>, _>(index) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return sink.push(Cell::Null),
        Err(_) => return sink.push(OUT_OF_RANGE),
    };
    let read = match kind {
        // Nearly all fields are of these, and to put them by themselves saves a copy of each.
        Kind::Text => return sink.push(Cell::Bytes(bytes)),
        Kind::Datetime => return sink.push(day.instant(bytes, true).map_or(OUT_OF_RANGE, Cell::Instant)),
        Kind::Timestamp => return sink.push(day.instant(bytes, false).map_or(OUT_OF_RANGE, Cell::Instant)),
        Kind::Signed => row.try_get_unchecked::<i64, _>(index).ok().map(Cell::Integer),
        Kind::Unsigned => {
            let number = row.try_get_unchecked::<u64, _>(index).ok();
            number.and_then(|v| i64::try_from(v).ok()).map(Cell::Integer)
        }
        Kind::Float => row.try_get::<f32, _>(index).ok().map(|v| Cell::Real(v.into())),
        Kind::Double => row.try_get::<f64, _>(index).ok().map(Cell::Real),
        Kind::Date => row.try_get::<NaiveDate, _>(index).ok().map(|d| Cell::Date(d.to_epoch_days())),
    };
    sink.push(read.unwrap_or(OUT_OF_RANGE));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The binary protocol's form of a clock reading.
    fn bytes(year: i16, rest: &[u8], micros: Option<u32>) -> Vec<u8> {
        let mut value = year.to_le_bytes().to_vec();
        value.extend_from_slice(rest);
        value.extend(micros.iter().flat_map(|n| n.to_le_bytes()));
        value.insert(0, u8::try_from(value.len()).unwrap());
        value
    }

    #[test]
    fn clock_readings_are_those_of_the_calendar() {
        // In New York a clock was set forward on 8 March 2026 at 2 and back on 1 November 2026 at 2.
        for zone in [Tz::Asia__Jakarta, Tz::UTC, Tz::America__New_York] {
            let mut day = Day::new(zone);
            for (month, date) in [(3, 7), (3, 8), (3, 8), (3, 9), (10, 31), (11, 1), (11, 1), (11, 2), (2, 28)] {
                for hour in [0, 1, 2, 3, 23] {
                    let naive = NaiveDate::from_ymd_opt(2026, month, date)
                        .and_then(|d| d.and_hms_micro_opt(hour, 30, 59, 123_456))
                        .unwrap();
                    let form = [month, date, hour, 30, 59].map(|n| u8::try_from(n).unwrap());
                    let value = bytes(2026, &form, Some(123_456));
                    assert_eq!(day.instant(&value, true), instants::in_zone(naive, zone), "{naive} {zone}");
                    assert_eq!(day.instant(&value, false), Some(naive.and_utc().timestamp_micros()));
                }
            }
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        let mut day = Day::new(Tz::UTC);
        assert_eq!(day.instant(&bytes(0, &[0, 0], None), true), None);
        assert_eq!(day.instant(&bytes(1970, &[1, 2], None), true), Some(DAY_US));
        assert_eq!(day.instant(&bytes(1970, &[1, 2, 0, 0, 1], None), true), Some(DAY_US + 1_000_000));
        for none in [
            vec![],
            vec![0],
            bytes(0, &[0, 0], None),
            bytes(2026, &[2, 30], None),
            bytes(2026, &[2, 3, 24, 0, 0], None),
            bytes(2026, &[2, 3, 1], None),
            vec![11, 0xea, 7, 2],
        ] {
            assert_eq!(day.instant(&none, true), None, "{none:?}");
        }
        // A fault leaves the remembered day as it was.
        assert_eq!(day.instant(&bytes(1970, &[1, 2], None), true), Some(DAY_US));
    }
}
