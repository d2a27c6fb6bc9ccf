//! How an office writes a day or an instant as text, where it is not as ISO 8601 does.
//!
//! Reads   a form such as `%d-%m-%Y`, and texts
//! Gives   the day or clock reading that a text stands for; none where it is not exactly of the form
//! Rule    a form that could be meant in two ways is refused: a year has four digits

use super::instants;
use chrono::format::{Item, Parsed, StrftimeItems};
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

/// What may stand behind `%`.
const PARTS: [char; 9] = ['d', 'm', 'b', 'B', 'Y', 'H', 'M', 'S', 'z'];
/// Years of people and of offices; `%Y` alone would take the year 97 for one.
const YEARS: std::ops::RangeInclusive<i32> = 1800..=2200;

/// The months, by the beginnings of their Indonesian and English names.
const MONTHS: [&[&str]; 12] = [
    &["jan"],
    &["feb", "peb"],
    &["mar"],
    &["apr"],
    &["mei", "may"],
    &["jun"],
    &["jul"],
    &["agu", "ags", "aug"],
    &["sep"],
    &["okt", "oct"],
    &["nov", "nop"],
    &["des", "dec"],
];

/// A way of writing a day or an instant.
#[derive(Clone, Debug)]
pub struct DateFormat {
    items: Vec<Item<'static>>,
    names_months: bool,
    has_zone: bool,
}

impl DateFormat {
    /// Reads a form; `with_time` for an instant.
    ///
    /// # Errors
    /// Says what is wrong with the form, and shows one.
    pub fn new(form: &str, with_time: bool) -> Result<Self, String> {
        let example =
            if with_time { "\"%d-%m-%Y %H:%M:%S\" for 31-12-2026 14:05:00" } else { "\"%d-%m-%Y\" for 31-12-1999" };
        let refuse = |reason: &str| Err(format!("{reason}; a form is written like {example}"));
        let mut parts: Vec<char> = form.split('%').skip(1).map(|part| part.chars().next().unwrap_or('%')).collect();
        if parts.contains(&'y') {
            return refuse("%y is two digits of a year, which do not tell the century");
        }
        if let Some(part) = parts.iter().find(|part| !PARTS.contains(part)) {
            return refuse(&format!("it has no part %{part} (known are %d %m %b %B %Y %H %M %S %z)"));
        }
        parts.iter_mut().for_each(|part| *part = if ['b', 'B'].contains(part) { 'm' } else { *part });
        let once = |part: char| parts.iter().filter(|other| **other == part).count() == 1;
        if !['d', 'm', 'Y'].into_iter().all(once) {
            return refuse("it must name day, month and year once each");
        }
        let has_time = ['H', 'M'].into_iter().all(once);
        if with_time && !has_time {
            return refuse("it must name hours and minutes, since lengths of time are computed from it");
        }
        if !with_time && parts.len() > 3 {
            return refuse("a day has no time");
        }
        let names_months = form.contains("%b") || form.contains("%B");
        let plain = form.replace("%b", "%m").replace("%B", "%m");
        let items = StrftimeItems::new(&plain).map(Item::to_owned).collect();
        Ok(Self { items, names_months, has_zone: form.contains("%z") })
    }

    fn parsed(&self, text: &str) -> Option<Parsed> {
        let text = text.trim();
        let numbered = if self.names_months { Some(with_number(text)?) } else { None };
        let mut parsed = Parsed::new();
        chrono::format::parse(&mut parsed, numbered.as_deref().unwrap_or(text), self.items.iter()).ok()?;
        Some(parsed).filter(|parsed| parsed.year().is_some_and(|year| YEARS.contains(&year)))
    }

    /// Days since 1970.
    pub(super) fn day(&self, text: &str) -> Option<i32> {
        Some(self.parsed(text)?.to_naive_date().ok()?.to_epoch_days())
    }

    /// Microseconds since 1970 UTC; without a zone it is a clock reading in `zone`.
    pub(super) fn instant(&self, text: &str, zone: Tz) -> Option<i64> {
        let parsed = self.parsed(text)?;
        if self.has_zone {
            return Some(parsed.to_datetime().ok()?.timestamp_micros());
        }
        instants::in_zone(parsed.to_naive_datetime_with_offset(0).ok()?, zone)
    }

    /// Whether a text is of the form; for a form that is only guessed.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        let parsed = self.parsed(text);
        parsed.and_then(|parsed| parsed.to_naive_date().ok()).is_some_and(|day: NaiveDate| day.year() > 0)
    }
}

/// The text with its month's number in the place of its name.
fn with_number(text: &str) -> Option<String> {
    let begin = text.find(char::is_alphabetic)?;
    let rest = &text[begin..];
    let end = begin + rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let name = text[begin..end].to_lowercase();
    let month = MONTHS.iter().position(|names| names.iter().any(|beginning| name.starts_with(beginning)))?;
    Some(format!("{}{}{}", &text[..begin], month + 1, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_exactly_of_the_form_or_nothing() {
        let day = |form: &str, text: &str| {
            let days = DateFormat::new(form, false).unwrap().day(text);
            days.and_then(NaiveDate::from_epoch_days).map(|day| day.to_string())
        };
        assert_eq!(day("%d-%m-%Y", "17-08-1997").as_deref(), Some("1997-08-17"));
        assert_eq!(day("%m/%d/%Y", "08/17/1997").as_deref(), Some("1997-08-17"));
        for (text, month) in [("17 Agustus 1997", "08"), ("17 Des. 1997", "12"), ("17 MEI 1997", "05")] {
            let form = if text.contains('.') { "%d %b. %Y" } else { "%d %B %Y" };
            assert_eq!(day(form, text), Some(format!("1997-{month}-17")), "{text}");
        }
        for text in ["31-02-1997", "17-08-97", "1997-08-17", "17-08-1997 x", "", "17-8"] {
            assert_eq!(day("%d-%m-%Y", text), None, "{text}");
        }
        assert_eq!(day("%d %B %Y", "17 Bulan 1997"), None);
    }

    #[test]
    fn a_clock_reading_is_in_the_zone_of_the_source() {
        let instant = |form: &str, text: &str| DateFormat::new(form, true).unwrap().instant(text, Tz::Asia__Jakarta);
        let utc = |text: &str| Some(chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros());
        assert_eq!(instant("%d-%m-%Y %H:%M:%S", "05-10-2026 08:30:15"), utc("2026-10-05T01:30:15Z"));
        assert_eq!(instant("%d/%m/%Y %H.%M", "05/10/2026 08.30"), utc("2026-10-05T01:30:00Z"));
        assert_eq!(instant("%d-%m-%Y %H:%M %z", "05-10-2026 08:30 +0900"), utc("2026-10-04T23:30:00Z"));
        assert_eq!(instant("%d-%m-%Y %H:%M", "05-10-2026 24:30"), None);
    }

    #[test]
    fn a_form_that_could_be_meant_in_two_ways_is_refused() {
        for (form, with_time, words) in [
            ("%d-%m-%y", false, "century"),
            ("dd-mm-yyyy", false, "day, month and year"),
            ("%d-%m", false, "day, month and year"),
            ("%d-%d-%m-%Y", false, "day, month and year"),
            ("%d-%m-%Y %H:%M", false, "no time"),
            ("%d-%m-%Y", true, "hours and minutes"),
            ("%d-%m-%Y %H:%M %p", true, "no part %p"),
            ("%d-%m-%Y%", false, "no part %%"),
        ] {
            let refused = DateFormat::new(form, with_time).unwrap_err();
            assert!(refused.contains(words) && refused.contains("%d-%m-%Y"), "{form}: {refused}");
        }
    }
}
