//! Numbers, shares, durations and weekdays as a person reads them.
//!
//! Rule    a figure and the value that it is compared with are shown with as many digits as the verdict needs

use crate::number::of_whole;
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
        let text = format!("{value:.decimals$}");
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

    /// Formats a duration: `12 menit`, `3 jam 5 menit`; in seconds if it is shorter than a minute.
    #[must_use]
    pub fn duration(self, seconds: i64) -> String {
        let units = self.units();
        if seconds < 0 {
            // An end before its beginning makes no sense as a duration.
            return units.nonsense.to_owned();
        }
        let hours = || format!("{} {}", self.integer((seconds / 3600).unsigned_abs()), units.hours);
        match (seconds / 3600, seconds % 3600 / 60) {
            (0, 0) => format!("{seconds} {}", units.seconds),
            (0, m) => format!("{m} {}", units.minutes),
            (_, 0) => hours(),
            (_, m) => format!("{} {m} {}", hours(), units.minutes),
        }
    }

    /// Formats a duration with its seconds: `4 menit 6 detik`.
    #[must_use]
    pub fn duration_with_seconds(self, seconds: i64) -> String {
        match (seconds / 60, seconds % 60) {
            (0, _) | (_, 0) | (..0, _) | (_, ..0) => self.duration(seconds),
            (_, rest) => format!("{} {rest} {}", self.duration(seconds), self.units().seconds),
        }
    }

    /// Formats time in which the office works: from a working day of that length on in such days, `2,8 hari kerja`.
    #[must_use]
    pub fn working_duration(self, seconds: i64, day_s: Option<i64>) -> String {
        match day_s.filter(|day| (1..=seconds).contains(day)) {
            Some(day) => format!("{} {}", self.working_days(seconds, day), self.units().working_days),
            None => self.duration(seconds),
        }
    }

    /// Formats time in which the office works as a number of working days of that length: `2,8`.
    #[must_use]
    pub fn working_days(self, seconds: i64, day_s: i64) -> String {
        self.decimal(of_whole(seconds) / of_whole(day_s.max(1)), 1)
    }

    /// Formats a figure and the value that it is compared with; what is missing has no text.
    #[must_use]
    pub fn compared(self, compared: Compared) -> (Option<String>, Option<String>) {
        match compared {
            Compared::Time { figure_s, at_most_s } => {
                let words = |seconds: i64| {
                    if compared.needs_seconds() { self.duration_with_seconds(seconds) } else { self.duration(seconds) }
                };
                (figure_s.map(words), at_most_s.map(words))
            }
            Compared::Share { figure, at_least } => {
                let words = |share: crate::Share| self.percent(share.value(), compared.decimals(100.0, 1));
                (figure.map(words), at_least.map(words))
            }
        }
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
        assert_eq!([id.duration(11_159), en.duration(11_159)], ["3 jam 5 menit", "3 h 5 min"]);
        assert_eq!([id.duration_with_seconds(246), en.duration_with_seconds(246)], ["4 menit 6 detik", "4 min 6 s"]);
        for impossible in [-1, -45, -3600, -5903] {
            let said = [id.duration(impossible), id.duration_with_seconds(impossible), en.duration(impossible)];
            assert_eq!(said, ["tidak masuk akal", "tidak masuk akal", "nonsense"]);
        }
        assert_eq!([45, 120, 3_601].map(|s| id.duration_with_seconds(s)), ["45 detik", "2 menit", "1 jam 1 detik"]);
        let day = Some(27_000);
        assert_eq!(id.working_duration(26_999, day), "7 jam 29 menit");
        assert_eq!(
            [id.working_duration(75_600, day), en.working_duration(75_600, day)],
            ["2,8 hari kerja", "2.8 working days"]
        );
        assert_eq!(id.working_duration(75_600, None), "21 jam");
        let saturday = NaiveDate::from_ymd_opt(2026, 11, 28).unwrap();
        assert_eq!([id.weekday(saturday), en.weekday(saturday)], ["Sabtu", "Saturday"]);
    }
}
