//! When a job is due, found minute by minute. Expressions are sets, so that nothing here reads them with the parser under test.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, Offset, TimeZone, Timelike, Weekday};
use chrono_tz::Tz;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use schemas::WorkingClock;
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;

/// Nothing is looked at before or after: 2026 to 2060.
const SPAN_S: std::ops::Range<i64> = 1_767_225_600..2_840_140_800;

/// Clocks change less than a day before and after where they change at all.
const NEAR_S: i64 = 26 * HOUR_S;

/// Days of the office's calendar.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    Working,
    WorkingDay(usize),
}

/// An expression as sets of what matches: bit `n` is `n`.
#[derive(Clone, Debug)]
pub(super) struct Sets {
    pub(super) minutes: u64,
    pub(super) hours: u64,
    /// None is `*`.
    pub(super) days: Option<u64>,
    pub(super) weekdays: Option<u64>,
    pub(super) when: Option<When>,
    pub(super) zone: Tz,
}

fn has(set: u64, n: u32) -> bool {
    set >> n & 1 == 1
}

fn list(set: u64) -> String {
    (0..64).filter(|n| has(set, *n)).map(|n| n.to_string()).collect::<Vec<_>>().join(",")
}

impl Sets {
    pub(super) fn random(rng: &mut ChaCha8Rng, zone: Tz) -> Self {
        let mut some = |from: u32, to: u32, n: usize| (0..n).fold(0, |set, _| set | 1 << rng.random_range(from..=to));
        let (minutes, hours, days, weekdays) = (some(0, 59, 1), some(0, 23, 1), some(1, 31, 2), some(0, 6, 3));
        let (two, four) = (some(0, 59, 2), some(0, 23, 4));
        let daily = Self { minutes, hours, days: None, weekdays: None, when: None, zone };
        match rng.random_range(0..200) {
            0..60 => daily,
            60..75 => Self { when: Some(When::Working), ..daily },
            75..90 => Self { when: Some(When::WorkingDay(rng.random_range(1..=18))), ..daily },
            90..120 => Self { weekdays: Some(weekdays), ..daily },
            120..160 => Self { days: Some(days), ..daily },
            160..174 => Self { days: Some(days), weekdays: Some(weekdays), ..daily },
            174..188 => Self { hours: four, ..daily },
            188..199 => Self { minutes: two, hours: four, weekdays: Some(weekdays), ..daily },
            _ => Self {
                minutes: (minutes | minutes << 30 | minutes >> 30) & ((1 << 60) - 1),
                hours: (1 << 24) - 1,
                ..daily
            },
        }
    }

    pub(super) fn cron(&self) -> String {
        let or_star = |set: Option<u64>| set.map_or_else(|| "*".to_owned(), list);
        format!("{} {} {} * {}", list(self.minutes), list(self.hours), or_star(self.days), or_star(self.weekdays))
    }

    pub(super) fn when(&self) -> Option<String> {
        self.when.map(|when| match when {
            When::Working => "hari-kerja".to_owned(),
            When::WorkingDay(number) => format!("hari-kerja {number}"),
        })
    }

    fn is_day(&self, date: NaiveDate, calendar: &WorkingClock) -> bool {
        let (day, weekday) = (date.day(), date.weekday().num_days_from_sunday());
        let matches = match (self.days, self.weekdays) {
            (None, None) => true,
            (days, weekdays) => days.is_some_and(|set| has(set, day)) || weekdays.is_some_and(|set| has(set, weekday)),
        };
        // Where no calendar is known, Monday to Friday are worked.
        let works =
            |date: NaiveDate| calendar.works_on(date).unwrap_or(!matches!(date.weekday(), Weekday::Sat | Weekday::Sun));
        matches
            && match self.when {
                None => true,
                Some(When::Working) => works(date),
                Some(When::WorkingDay(number)) => {
                    works(date) && (1..=day).filter(|day| works(date.with_day(*day).unwrap())).count() == number
                }
            }
    }

    fn is_time(&self, at: NaiveDateTime) -> bool {
        has(self.hours, at.hour()) && has(self.minutes, at.minute())
    }

    /// Looks at every minute after an instant and up to another, but for hours that are not in the set of hours.
    pub(super) fn due(&self, after_s: i64, to_s: i64, calendar: &WorkingClock) -> Vec<i64> {
        assert!(SPAN_S.start + DAY_S < after_s && to_s < SPAN_S.end - DAY_S, "{after_s} to {to_s} is not looked at");
        let mut due = Vec::new();
        let offsets = offsets(self.zone);
        let (from_s, until_s) = ((after_s.div_euclid(MINUTE_S) + 1) * MINUTE_S, to_s + 1);
        for (i, (begins_s, offset_s)) in offsets.iter().enumerate() {
            let ends_s = offsets.get(i + 1).map_or(SPAN_S.end, |(next_s, _)| *next_s);
            // Before and after a change each minute is looked at with the clocks of both sides.
            let (plain_s, unplain_s) = (begins_s + NEAR_S, ends_s - NEAR_S);
            if i > 0 {
                let range = from_s.max(begins_s - NEAR_S)..until_s.min(plain_s);
                self.near_a_change(offsets, range, calendar, &mut due);
            }
            self.on_plain_days(*offset_s, from_s.max(plain_s)..until_s.min(unplain_s), calendar, &mut due);
        }
        due
    }

    fn on_plain_days(&self, offset_s: i64, range: std::ops::Range<i64>, calendar: &WorkingClock, due: &mut Vec<i64>) {
        let mut day_s = (range.start + offset_s).div_euclid(DAY_S) * DAY_S;
        while day_s - offset_s < range.end {
            if self.is_day(DateTime::from_timestamp(day_s, 0).unwrap().date_naive(), calendar) {
                for hour in (0..24).filter(|hour| has(self.hours, *hour)) {
                    for minute in (0..60).filter(|minute| has(self.minutes, *minute)) {
                        let at_s = day_s + i64::from(hour * 60 + minute) * MINUTE_S - offset_s;
                        if range.contains(&at_s) {
                            due.push(at_s);
                        }
                    }
                }
            }
            day_s += DAY_S;
        }
    }

    fn near_a_change(
        &self,
        offsets: &[(i64, i64)],
        range: std::ops::Range<i64>,
        calendar: &WorkingClock,
        due: &mut Vec<i64>,
    ) {
        let is_single = self.minutes.count_ones() == 1 && self.hours.count_ones() == 1;
        let local = |at_s: i64| {
            let offset_s = offsets[offsets.partition_point(|(from_s, _)| *from_s <= at_s) - 1].1;
            DateTime::from_timestamp(at_s + offset_s, 0).unwrap().naive_utc()
        };
        let mut at_s = range.start;
        while at_s < range.end {
            let (before, now) = (local(at_s - MINUTE_S), local(at_s));
            // A single time of day is due when the clocks show it first.
            let is_second =
                || is_single && ((at_s - 3 * HOUR_S)..at_s).step_by(60).any(|earlier_s| local(earlier_s) == now);
            let mut is_due = self.is_time(now) && self.is_day(now.date(), calendar) && !is_second();
            // One that does not exist is due when the gap ends.
            let mut skipped = before + Duration::minutes(1);
            while is_single && skipped < now {
                is_due |= self.is_time(skipped) && self.is_day(skipped.date(), calendar);
                skipped += Duration::minutes(1);
            }
            if is_due {
                due.push(at_s);
            }
            at_s += MINUTE_S;
        }
    }
}

/// From when on clocks are ahead of UTC by how much.
type Offsets = &'static [(i64, i64)];

/// From when on a zone's clocks are ahead of UTC by how much, found by asking every quarter of an hour.
fn offsets(zone: Tz) -> Offsets {
    static ZONES: OnceLock<Mutex<BTreeMap<&str, Offsets>>> = OnceLock::new();
    let mut zones = ZONES.get_or_init(Mutex::default).lock().unwrap();
    zones.entry(zone.name()).or_insert_with(|| {
        let mut offsets: Vec<(i64, i64)> = Vec::new();
        for at_s in SPAN_S.step_by(900) {
            let utc = DateTime::from_timestamp(at_s, 0).unwrap().naive_utc();
            let offset_s = i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc());
            if offsets.last().is_none_or(|(_, last_s)| *last_s != offset_s) {
                offsets.push((at_s, offset_s));
            }
        }
        Box::leak(offsets.into_boxed_slice())
    })
}
