//! Numbers, shares, durations and weekdays as a person reads them.
//!
//! Rule    halves are rounded up; a figure and the value that it is compared with are shown with as many digits as the verdict needs

use crate::number::{of_whole, rounded};
use crate::verdict::whole_minutes;
use crate::{Compared, Language};
use chrono::{Datelike, NaiveDate};

const INDONESIAN_DAYS: [&str; 7] = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"];
const ENGLISH_DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The words for parts of a duration.
struct Units {
    hours: &'static str,
    minutes: &'static str,
    seconds: &'static str,
    working_days: &'static str,
    nonsense: &'static str,
}

impl Language {
    fn units(self) -> Units {
        match self {
            Self::Indonesian => Units {
                hours: "jam",
                minutes: "menit",
                seconds: "detik",
                working_days: "hari kerja",
                nonsense: "tidak masuk akal",
            },
            Self::English => {
                Units { hours: "h", minutes: "min", seconds: "s", working_days: "working days", nonsense: "nonsense" }
            }
        }
    }

    /// Formats an integer: `1.234`.
    #[must_use]
    pub fn integer(self, n: u64) -> String {
        let separator = match self {
            Self::Indonesian => '.',
            Self::English => ',',
        };
        let digits = n.to_string();
        let mut text = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }

    fn decimal(self, value: f64, decimals: usize) -> String {
        let text = rounded(value, decimals);
        match self {
            Self::Indonesian => text.replace('.', ","),
            Self::English => text,
        }
    }

    /// Formats a share between 0 and 1 with a number of decimals: `81,3 %`.
    #[must_use]
    pub fn percent(self, share: f64, decimals: usize) -> String {
        format!("{}\u{A0}%", self.decimal(share * 100.0, decimals))
    }

    /// Formats a duration in whole minutes: `12 menit`, `3 jam 5 menit`; in seconds if it is shorter than a minute.
    #[must_use]
    pub fn duration(self, seconds: i64) -> String {
        match seconds {
            // An end before its beginning makes no sense as a duration.
            ..0 => self.units().nonsense.to_owned(),
            0..60 => format!("{seconds} {}", self.units().seconds),
            _ => self.minutes(whole_minutes(seconds)),
        }
    }

    fn minutes(self, minutes: i64) -> String {
        let units = self.units();
        let hours = || format!("{} {}", self.integer((minutes / 60).unsigned_abs()), units.hours);
        match (minutes / 60, minutes % 60) {
            (0, m) => format!("{m} {}", units.minutes),
            (_, 0) => hours(),
            (_, m) => format!("{} {m} {}", hours(), units.minutes),
        }
    }

    /// Formats a duration with its seconds: `4 menit 6 detik`.
    #[must_use]
    pub fn duration_with_seconds(self, seconds: i64) -> String {
        match (seconds / 60, seconds % 60) {
            (..=0, _) | (_, 0) => self.duration(seconds),
            (minutes, rest) => format!("{} {rest} {}", self.minutes(minutes), self.units().seconds),
        }
    }

    /// Formats time in which the office works: from a working day of that length on in such days, `2,8 hari kerja`.
    #[must_use]
    pub fn working_duration(self, seconds: i64, day_s: Option<i64>) -> String {
        match day_s.filter(|day| (1..=seconds).contains(day)) {
            Some(day) => format!("{} {}", self.working_days(seconds, day, 1), self.units().working_days),
            None => self.duration(seconds),
        }
    }

    /// Formats time in which the office works as a number of working days of that length, with so many decimals: `2,8`.
    #[must_use]
    pub fn working_days(self, seconds: i64, day_s: i64, decimals: usize) -> String {
        self.decimal(of_whole(seconds) / of_whole(day_s.max(1)), decimals)
    }

    /// Formats a figure and the value that it is compared with; what is missing has no text. A working time from a working day of
    /// that length on is told in such days, the value also as it was entered.
    #[must_use]
    pub fn compared(self, compared: Compared, day_s: Option<i64>) -> (Option<String>, Option<String>) {
        match compared {
            Compared::Time { figure_s, at_most_s } => {
                let clock = |seconds: i64| {
                    if compared.needs_seconds() { self.duration_with_seconds(seconds) } else { self.duration(seconds) }
                };
                let digits = day_s.filter(|day| *day > 0).and_then(|day| Some((day, compared.day_decimals(day)?)));
                let days = |seconds: i64| {
                    let (day, decimals) = digits.filter(|(day, _)| seconds >= *day)?;
                    Some(format!("{} {}", self.working_days(seconds, day, decimals), self.units().working_days))
                };
                let figure = figure_s.map(|seconds| days(seconds).unwrap_or_else(|| clock(seconds)));
                let value = at_most_s.map(|seconds| match days(seconds) {
                    Some(days) => format!("{days} ({})", clock(seconds)),
                    None => clock(seconds),
                });
                (figure, value)
            }
            Compared::Share { figure, at_least } => {
                let digits = |share: crate::Share| self.decimal(share.value() * 100.0, compared.decimals(100.0, 1));
                let percent = |digits: &str| format!("{digits}\u{A0}%");
                // A value is written as it was entered: `95 %`.
                let as_entered = |digits: String| percent(digits.trim_end_matches('0').trim_end_matches([',', '.']));
                (figure.map(|share| percent(&digits(share))), at_least.map(|share| as_entered(digits(share))))
            }
        }
    }

    /// Formats a figure that stands beside several values, with the digits that the closest of them needs.
    #[must_use]
    pub fn figure_beside(self, all: &[Compared], day_s: Option<i64>) -> Option<String> {
        let fineness = |compared: &&Compared| match compared {
            Compared::Share { .. } => compared.decimals(100.0, 1),
            Compared::Time { .. } if compared.needs_seconds() => 4,
            Compared::Time { .. } => {
                day_s.filter(|day| *day > 0).and_then(|day| compared.day_decimals(day)).unwrap_or(3)
            }
        };
        self.compared(*all.iter().max_by_key(fineness)?, day_s).0
    }

    /// Returns the weekday: `Sabtu`.
    #[must_use]
    pub fn weekday(self, date: NaiveDate) -> &'static str {
        let days = match self {
            Self::Indonesian => INDONESIAN_DAYS,
            Self::English => ENGLISH_DAYS,
        };
        let index = usize::try_from(date.weekday().num_days_from_monday());
        index.ok().and_then(|i| days.get(i)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_write_the_same_amounts() {
        let [id, en] = [Language::Indonesian, Language::English];
        assert_eq!([id.integer(1_234_567), en.integer(1_234_567)], ["1.234.567", "1,234,567"]);
        assert_eq!([id.percent(0.813, 1), en.percent(0.813, 1)], ["81,3\u{a0}%", "81.3\u{a0}%"]);
        assert_eq!([id.duration(11_159), en.duration(11_159)], ["3 jam 6 menit", "3 h 6 min"]);
        assert_eq!([id.duration_with_seconds(246), en.duration_with_seconds(246)], ["4 menit 6 detik", "4 min 6 s"]);
        for impossible in [-1, -45, -3600, -5903] {
            let said = [id.duration(impossible), id.duration_with_seconds(impossible), en.duration(impossible)];
            assert_eq!(said, ["tidak masuk akal", "tidak masuk akal", "nonsense"]);
        }
        assert_eq!([45, 120, 3_601].map(|s| id.duration_with_seconds(s)), ["45 detik", "2 menit", "1 jam 1 detik"]);
        let day = Some(27_000);
        assert_eq!(id.working_duration(26_969, day), "7 jam 29 menit");
        assert_eq!(
            [id.working_duration(75_600, day), en.working_duration(75_600, day)],
            ["2,8 hari kerja", "2.8 working days"]
        );
        assert_eq!(id.working_duration(75_600, None), "21 jam");
        let saturday = NaiveDate::from_ymd_opt(2026, 11, 28).unwrap();
        assert_eq!([id.weekday(saturday), en.weekday(saturday)], ["Sabtu", "Saturday"]);
    }

    /// What a printed working time says, in seconds, exactly where it is also told by the clock.
    fn said(printed: &str, day_s: Option<i64>) -> f64 {
        match printed.split_once(" hari kerja") {
            None => of_whole(seconds_of(printed)),
            Some((_, clock)) if !clock.is_empty() => of_whole(seconds_of(clock.trim_matches([' ', '(', ')']))),
            Some((days, _)) => days.replace(',', ".").parse::<f64>().unwrap() * of_whole(day_s.unwrap()),
        }
    }

    /// What a time printed by the clock says, in seconds.
    fn seconds_of(printed: &str) -> i64 {
        let words: Vec<&str> = printed.split(' ').collect();
        let part = |pair: &[&str]| {
            let n: i64 = pair[0].replace('.', "").parse().unwrap();
            n * match pair[1] {
                "jam" => 3_600,
                "menit" => 60,
                "detik" => 1,
                unit => panic!("{unit}"),
            }
        };
        words.chunks(2).map(part).sum()
    }

    fn decimal(printed: &str) -> f64 {
        printed.replace(',', ".").parse().unwrap()
    }

    /// Whoever compares the two printed numbers reaches the verdict that stands beside them.
    #[test]
    fn the_printed_numbers_agree_with_the_verdict() {
        let id = Language::Indonesian;
        let mut compared_n = 0_u32;
        // Days of an ordinary month, and of one with Ramadan in it.
        for day_s in [None, Some(27_000), Some(25_714)] {
            for value in (0..2_400).chain((2_400..100_000).step_by(97)) {
                for near in (-95..=95).chain([-26_000, -3_000, 700, 1_400, 30_000]) {
                    let figure = value + near;
                    if figure < 0 {
                        continue;
                    }
                    let compared = Compared::Time { figure_s: Some(figure), at_most_s: Some(value) };
                    let (shown, limit) = id.compared(compared, day_s);
                    let (shown, limit) = (shown.unwrap(), limit.unwrap());
                    let is_met = match (shown.strip_suffix(" hari kerja"), limit.split_once(" hari kerja")) {
                        (Some(shown), Some((limit, _))) => decimal(shown) <= decimal(limit),
                        _ => said(&shown, day_s) <= said(&limit, day_s),
                    };
                    let is_right = is_met == (compared.verdict() == crate::Verdict::Met);
                    assert!(is_right, "{figure} s, {value} s: {shown} ≤ {limit}");
                    let is_as_entered = (said(&limit, day_s) - of_whole(value)).abs() < 1e-6;
                    assert!(is_as_entered, "{value} s are shown as {limit}, which is not as they were entered");
                    let in_days = day_s.is_some_and(|day| figure >= day) && shown.contains("jam");
                    assert!(!in_days || (near.abs() < 300 && limit.contains("jam")), "{shown} ≤ {limit}");
                    compared_n += 1;
                }
            }
        }
        let percent = |text: &str| decimal(text.trim_end_matches("\u{a0}%"));
        for of in (1..120).chain([315, 1_200, 2_315, 6_000]) {
            for part in (0..=of.min(60)).chain(u64::saturating_sub(of, 60)..=of) {
                for at_least in [(1, 1), (95, 100), (999, 1_000), (1, 3), (1, 2), (82_862, 100_000)] {
                    let at_least = crate::Share::new(at_least.0, at_least.1);
                    let compared = Compared::Share { figure: crate::Share::new(part, of), at_least };
                    let (shown, limit) = id.compared(compared, None);
                    let (shown, limit) = (shown.unwrap(), limit.unwrap());
                    let is_met = percent(&shown) >= percent(&limit);
                    assert_eq!(is_met, compared.verdict() == crate::Verdict::Met, "{part} of {of}: {shown} ≥ {limit}");
                    compared_n += 1;
                }
            }
        }
        assert!(compared_n > 1_800_000, "{compared_n}");
        let beside = |figure_s, values: [i64; 2]| {
            let of = |at_most_s| Compared::Time { figure_s: Some(figure_s), at_most_s: Some(at_most_s) };
            id.figure_beside(&values.map(of), Some(27_000)).unwrap()
        };
        assert_eq!([beside(922, [840, 900]), beside(922, [900, 840])], ["15 menit 22 detik", "15 menit 22 detik"]);
        assert_eq!(beside(922, [840, 840]), "15 menit");
        let working = |figure, value| {
            id.compared(Compared::Time { figure_s: Some(figure), at_most_s: Some(value) }, Some(27_000))
        };
        let words = |figure: &str, value: &str| (Some(figure.to_owned()), Some(value.to_owned()));
        assert_eq!(working(75_600, 57_600), words("2,8 hari kerja", "2,1 hari kerja (16 jam)"));
        assert_eq!(working(57_700, 57_600), words("2,14 hari kerja", "2,13 hari kerja (16 jam)"));
        assert_eq!(working(57_605, 57_600), words("16 jam 5 detik", "16 jam"));
        assert_eq!(working(300, 57_600), words("5 menit", "2,1 hari kerja (16 jam)"));
        assert_eq!(working(75_600, 900), words("2,8 hari kerja", "15 menit"));
    }
}
