//! Numbers, dates and durations as Indonesian officials write them.

use chrono::{NaiveDate, NaiveDateTime};
use schemas::Month;

const DAYS: [&str; 7] = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"];
const DIGITS: [&str; 12] =
    ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"];

/// Formats an integer: `1.234`.
pub(crate) fn integer(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('.');
        }
        out.push(c);
    }
    out
}

/// Formats a share between 0 and 1 with one decimal: `81,3 %`.
pub(crate) fn percent(share: f64) -> String {
    percent_with(share, 1)
}

/// Formats a share between 0 and 1 with a number of decimals.
pub(crate) fn percent_with(share: f64, decimals: usize) -> String {
    format!("{:.decimals$}\u{A0}%", share * 100.0).replace('.', ",")
}

/// Cuts off the fraction of a number.
#[expect(clippy::cast_possible_truncation, reason = "counts and seconds of one office are far below 2^52")]
pub(crate) fn whole(value: f64) -> i64 {
    value as i64
}

/// Formats a duration: `12 menit`, `3 jam 5 menit`; in seconds if it is shorter than a minute.
pub(crate) fn duration(seconds: i64) -> String {
    if seconds < 0 {
        // An end before its beginning makes no sense as a duration.
        return "tidak masuk akal".to_owned();
    }
    let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} detik"),
        (0, m) => format!("{m} menit"),
        (h, 0) => format!("{} jam", integer(h.unsigned_abs())),
        (h, m) => format!("{} jam {m} menit", integer(h.unsigned_abs())),
    }
}

/// Formats a duration with its seconds: `4 menit 6 detik`.
pub(crate) fn duration_with_seconds(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, _) | (_, 0) | (..0, _) | (_, ..0) => duration(seconds),
        (_, rest) => format!("{} {rest} detik", duration(seconds)),
    }
}

/// Formats a date: `05-10-2026`.
pub(crate) fn short_date(date: NaiveDate) -> String {
    date.format("%d-%m-%Y").to_string()
}

/// Formats a local date and time: `05-10-2026 08.02`.
pub(crate) fn short_datetime(local: NaiveDateTime) -> String {
    local.format("%d-%m-%Y %H.%M").to_string()
}

/// Formats a date with the name of the month: `31 Oktober 2026`.
pub(crate) fn long_date(date: chrono::NaiveDate) -> String {
    use chrono::Datelike;
    let month: Option<Month> = date.format("%Y-%m").to_string().parse().ok();
    format!("{} {}", date.day(), month.map(Month::indonesian).unwrap_or_default())
}

/// Returns the weekday: `Sabtu`.
pub(crate) fn weekday(date: chrono::NaiveDate) -> &'static str {
    use chrono::Datelike;
    usize::try_from(date.weekday().num_days_from_monday()).ok().and_then(|i| DAYS.get(i)).copied().unwrap_or("")
}

/// Returns a count in words: `seribu dua ratus empat`.
pub(crate) fn in_words(n: u64) -> String {
    let join = |head: String, rest: u64| if rest == 0 { head } else { format!("{head} {}", in_words(rest)) };
    match n {
        0..=11 => usize::try_from(n).ok().and_then(|i| DIGITS.get(i)).copied().unwrap_or("").to_owned(),
        12..=19 => format!("{} belas", in_words(n - 10)),
        20..=99 => join(format!("{} puluh", in_words(n / 10)), n % 10),
        100..=199 => join("seratus".to_owned(), n - 100),
        200..=999 => join(format!("{} ratus", in_words(n / 100)), n % 100),
        1_000..=1_999 => join("seribu".to_owned(), n - 1_000),
        2_000..=999_999 => join(format!("{} ribu", in_words(n / 1_000)), n % 1_000),
        1_000_000..=999_999_999 => join(format!("{} juta", in_words(n / 1_000_000)), n % 1_000_000),
        _ => join(format!("{} miliar", in_words(n / 1_000_000_000)), n % 1_000_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_in_words() {
        for (n, words) in [
            (0, "nol"),
            (10, "sepuluh"),
            (11, "sebelas"),
            (12, "dua belas"),
            (20, "dua puluh"),
            (21, "dua puluh satu"),
            (100, "seratus"),
            (111, "seratus sebelas"),
            (219, "dua ratus sembilan belas"),
            (1_000, "seribu"),
            (1_204, "seribu dua ratus empat"),
            (2_000, "dua ribu"),
            (11_500, "sebelas ribu lima ratus"),
            (100_000, "seratus ribu"),
            (1_000_000, "satu juta"),
            (1_001_001, "satu juta seribu satu"),
            (1_000_000_000, "satu miliar"),
        ] {
            assert_eq!(in_words(n), words, "{n}");
        }
    }

    #[test]
    fn numbers_and_durations() {
        assert_eq!(integer(1_234_567), "1.234.567");
        assert_eq!(integer(12), "12");
        assert_eq!(percent(0.8127), "81,3\u{A0}%");
        assert_eq!(duration(45), "45 detik");
        assert_eq!(duration(3600), "1 jam");
        for impossible in [-1, -45, -3600, -5903] {
            assert_eq!(
                [duration(impossible), duration_with_seconds(impossible)],
                ["tidak masuk akal", "tidak masuk akal"]
            );
        }
        assert_eq!(duration(3 * 3600 + 5 * 60 + 59), "3 jam 5 menit");
        assert_eq!(duration_with_seconds(246), "4 menit 6 detik");
        assert_eq!(duration_with_seconds(3600 + 1), "1 jam 1 detik");
        assert_eq!([duration_with_seconds(45), duration_with_seconds(120)], ["45 detik", "2 menit"]);
        assert_eq!(long_date("2026-10-31".parse().unwrap()), "31 Oktober 2026");
        assert_eq!(weekday("2026-10-31".parse().unwrap()), "Sabtu");
    }
}
