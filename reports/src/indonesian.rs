//! Numbers, dates and durations as Indonesian officials write them.

use chrono::{NaiveDate, NaiveDateTime};
use schemas::{Language, Month};

const DIGITS: [&str; 12] =
    ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"];

/// Formats an integer: `1.234`.
pub(crate) fn integer(n: u64) -> String {
    Language::Indonesian.integer(n)
}

/// Formats an integer that may be below zero: `−1.234`.
pub(crate) fn signed(n: i64) -> String {
    format!("{}{}", if n < 0 { "−" } else { "" }, integer(n.unsigned_abs()))
}

/// Formats a share between 0 and 1 with one decimal: `81,3 %`.
pub(crate) fn percent(share: f64) -> String {
    Language::Indonesian.percent(share, 1)
}

/// Cuts off the fraction of a number.
#[expect(clippy::cast_possible_truncation, reason = "counts and seconds of one office are far below 2^52")]
pub(crate) fn whole(value: f64) -> i64 {
    value as i64
}

/// Formats a duration: `12 menit`, `3 jam 5 menit`; in seconds if it is shorter than a minute.
pub(crate) fn duration(seconds: i64) -> String {
    Language::Indonesian.duration(seconds)
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

/// Returns a date in words, as statements write it: `tiga puluh bulan Oktober tahun dua ribu dua puluh enam`.
pub(crate) fn date_in_words(date: NaiveDate) -> String {
    use chrono::Datelike;
    let (day, year) = (in_words(date.day().into()), in_words(u64::from(date.year().unsigned_abs())));
    format!("{day} bulan {} tahun {year}", Month::of_date(date).name())
}

/// Returns the weekday: `Sabtu`.
pub(crate) fn weekday(date: NaiveDate) -> &'static str {
    Language::Indonesian.weekday(date)
}

/// Returns an integer that may be below zero in words: `minus seribu`.
pub(crate) fn signed_in_words(n: i64) -> String {
    format!("{}{}", if n < 0 { "minus " } else { "" }, in_words(n.unsigned_abs()))
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
        assert_eq!(duration(3 * 3600 + 5 * 60 + 29), "3 jam 5 menit");
        assert_eq!(long_date("2026-10-31".parse().unwrap()), "31 Oktober 2026");
        assert_eq!(
            date_in_words("2026-10-30".parse().unwrap()),
            "tiga puluh bulan Oktober tahun dua ribu dua puluh enam"
        );
        assert_eq!(weekday("2026-10-31".parse().unwrap()), "Sabtu");
    }
}
