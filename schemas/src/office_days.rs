//! The calendar of the office: every day, with its hours and the rule behind them.
//!
//! Reads   data/calendar (hours, profiles, holidays and joint leave); `kalender.toml` of the office (other hours, periods such
//!         as Ramadan, local closures, exceptional working days, a later end)
//! Gives   one entry per covered day: spans of work, kind, name, decree
//! Rule    if several entries are about a day, the most specific one holds: exceptional working day, closure, holiday, period,
//!         week

use crate::office_day::{DayKind, OfficeDay, printed};
use crate::{CalendarError, Month};
use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// By how many days Ramadan may begin before Idul Fitri.
const RAMADAN: Days = Days::new(30);

/// How the list of holidays names the first day after Ramadan.
const IDUL_FITRI: &str = "Hari Raya Idul Fitri";

/// Spans of work within one day, in seconds from midnight.
pub(crate) type Spans = Vec<(i64, i64)>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoursFile {
    covered: Covered,
    holidays_source: String,
    hours: Vec<Hours>,
    profile: Vec<Hours>,
}

#[derive(Deserialize)]
struct Covered {
    from: NaiveDate,
    to: NaiveDate,
}

/// The hours of a week, either from a day on or as a named profile for periods.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Hours {
    #[serde(alias = "valid_from")]
    valid_from: Option<NaiveDate>,
    #[serde(default)]
    id: String,
    #[serde(default)]
    label: String,
    #[serde(alias = "source")]
    decree: String,
    #[serde(default)]
    note: String,
    monday: Vec<String>,
    tuesday: Vec<String>,
    wednesday: Vec<String>,
    thursday: Vec<String>,
    friday: Vec<String>,
    saturday: Vec<String>,
    sunday: Vec<String>,
}

/// A row of the holiday list.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Holiday {
    tanggal: NaiveDate,
    jenis: HolidayKind,
    nama: String,
    perkiraan: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HolidayKind {
    LiburNasional,
    CutiBersama,
}

/// The office's own entries, from `kalender.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OfficeDays {
    /// The last day of the calendar, if it is later than that of the built-in calendar.
    covered_to: Option<NaiveDate>,
    /// Weekly hours that apply from a day on.
    #[serde(default)]
    hours: Vec<Hours>,
    /// Periods with a profile of hours, such as Ramadan.
    #[serde(default)]
    period: Vec<Period>,
    /// Local closures, and holidays that the built-in list does not have.
    #[serde(default)]
    closed: Vec<Closed>,
    /// Exceptional working days.
    #[serde(default)]
    open: Vec<Open>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Period {
    profile: String,
    from: NaiveDate,
    to: NaiveDate,
    decree: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closed {
    from: NaiveDate,
    to: Option<NaiveDate>,
    reason: String,
    decree: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    date: NaiveDate,
    hours: Vec<String>,
    reason: String,
    decree: String,
}

/// Weekly hours as pages show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct HoursInForce {
    /// The first day on which they apply.
    pub from: NaiveDate,
    /// From Monday to Sunday, for example `07.30–12.00, 13.00–16.00`; empty on free days.
    pub week: [String; 7],
    /// The decree and a note.
    pub decree: String,
}

/// All covered days, in order.
#[derive(Clone, Debug)]
pub struct OfficeCalendar {
    days: Vec<OfficeDay>,
    hours: Vec<HoursInForce>,
    holidays_source: String,
}

impl OfficeCalendar {
    pub(crate) fn new(file: &HoursFile, holidays: &[Holiday], office: &OfficeDays) -> Result<Self, CalendarError> {
        let mut weeks = Vec::new();
        for hours in file.hours.iter().chain(&office.hours) {
            let from = hours.valid_from.ok_or_else(|| CalendarError::Data("hours lack valid-from".into()))?;
            weeks.push((from, hours.week()?, hours));
        }
        weeks.sort_by_key(|(from, ..)| *from);
        let special = office.special(file, holidays)?;
        let to = office.covered_to.unwrap_or(file.covered.to);
        if to < file.covered.to {
            return Err(CalendarError::Data(format!("covered-to {to} lies before {}", file.covered.to)));
        }
        let mut days = Vec::new();
        for date in file.covered.from.iter_days().take_while(|d| *d <= to) {
            let week = weeks.iter().rev().find(|(from, ..)| *from <= date);
            let (_, week, _) =
                week.ok_or_else(|| CalendarError::Data(format!("no working hours are valid on {date}")))?;
            days.push(special.day(date, &week[weekday(date)]));
        }
        let hours = weeks.iter().map(|(from, week, hours)| hours.in_force(*from, week)).collect();
        Ok(Self { days, hours, holidays_source: file.holidays_source.clone() })
    }

    pub(crate) fn of_week(from: NaiveDate, to: NaiveDate, week: &[Spans; 7], free: &[NaiveDate]) -> Self {
        let free = free.iter().map(|date| (*date, (DayKind::Tutup, String::new(), String::new()))).collect();
        let special = CalendarOverride { free, ..CalendarOverride::default() };
        let dates = from.iter_days().take_while(|date| *date <= to);
        let days = dates.map(|date| special.day(date, &week[weekday(date)])).collect();
        Self { days, hours: Vec::new(), holidays_source: String::new() }
    }

    /// Returns the source of the holidays.
    #[must_use]
    pub fn holidays_source(&self) -> &str {
        &self.holidays_source
    }

    /// Returns every covered day.
    #[must_use]
    pub fn days(&self) -> &[OfficeDay] {
        &self.days
    }

    /// Returns the days of a year.
    #[must_use]
    pub fn year(&self, year: i32) -> &[OfficeDay] {
        let (from, to) =
            (self.days.partition_point(|d| d.date.year() < year), self.days.partition_point(|d| d.date.year() <= year));
        self.days.get(from..to).unwrap_or_default()
    }

    /// Returns the weekly hours that apply on some day of a year.
    #[must_use]
    pub fn hours(&self, year: i32) -> Vec<&HoursInForce> {
        let until = self.hours.partition_point(|h| h.from.year() <= year);
        let since = self.hours.iter().take(until).rposition(|h| h.from.year() < year).unwrap_or(0);
        self.hours.get(since..until).unwrap_or_default().iter().collect()
    }

    /// Returns every Ramadan, from the first day on which it may begin to the day before Idul Fitri, no day of which has hours of its
    /// own.
    pub fn ramadans_without_hours(&self) -> impl Iterator<Item = (NaiveDate, NaiveDate)> {
        let is_feast = |day: &OfficeDay| day.kind == DayKind::LiburNasional && day.name.starts_with(IDUL_FITRI);
        let eves = self.days.array_windows().filter(move |[eve, day]| is_feast(day) && !is_feast(eve));
        let ramadans = eves.filter_map(|[eve, day]| Some((day.date.checked_sub_days(RAMADAN)?, eve.date)));
        ramadans.filter(|(from, to)| {
            let from = self.days.partition_point(|day| day.date < *from);
            let days = self.days.iter().skip(from).take_while(|day| day.date <= *to);
            days.into_iter().all(|day| day.kind != DayKind::Periode)
        })
    }

    /// Returns the first and the last covered day.
    #[must_use]
    pub fn covered(&self) -> Option<(NaiveDate, NaiveDate)> {
        Some((self.days.first()?.date, self.days.last()?.date))
    }

    /// Returns the working days and working seconds of each month of a year.
    #[must_use]
    pub fn months(&self, year: i32) -> Vec<(Month, u64, i64)> {
        let mut months: BTreeMap<Month, (u64, i64)> = BTreeMap::new();
        for day in self.year(year) {
            let (days, seconds) = months.entry(Month::of_date(day.date)).or_default();
            *days += u64::from(day.works());
            *seconds += day.working_s();
        }
        months.into_iter().map(|(month, (days, seconds))| (month, days, seconds)).collect()
    }

    /// Returns the working seconds of an average working day of a month, by which working time is told in working days; `None` for a
    /// month without working days.
    #[must_use]
    pub fn working_day_s(&self, month: Month) -> Option<i64> {
        let (_, days, seconds) = self.months(month.year()).into_iter().find(|(of, ..)| *of == month)?;
        seconds.checked_div(i64::try_from(days).ok()?)
    }
}

/// The days that differ from the ordinary week, by date.
#[derive(Default)]
struct CalendarOverride {
    periods: Vec<(NaiveDate, NaiveDate, String, String, [Spans; 7])>,
    free: BTreeMap<NaiveDate, (DayKind, String, String)>,
    open: BTreeMap<NaiveDate, (Spans, String, String)>,
}

impl OfficeDays {
    fn special(&self, file: &HoursFile, holidays: &[Holiday]) -> Result<CalendarOverride, CalendarError> {
        let mut special = CalendarOverride::default();
        for holiday in holidays {
            let kind = match holiday.jenis {
                HolidayKind::LiburNasional => DayKind::LiburNasional,
                HolidayKind::CutiBersama => DayKind::CutiBersama,
            };
            let estimate = holiday.perkiraan != "tidak";
            let year = holiday.tanggal.year();
            let decree = format!("SKB 3 Menteri untuk {year}{}", if estimate { " (perkiraan)" } else { "" });
            special.free.insert(holiday.tanggal, (kind, holiday.nama.clone(), decree));
        }
        for closed in &self.closed {
            let to = closed.to.unwrap_or(closed.from);
            if to < closed.from {
                return Err(CalendarError::Data(format!("the closure from {} ends before it begins", closed.from)));
            }
            for date in closed.from.iter_days().take_while(|d| *d <= to) {
                special.free.insert(date, (DayKind::Tutup, closed.reason.clone(), closed.decree.clone()));
            }
        }
        for open in &self.open {
            let spans = spans(&open.hours)?;
            special.open.insert(open.date, (spans, open.reason.clone(), open.decree.clone()));
        }
        for period in &self.period {
            let profile = file.profile.iter().find(|p| p.id == period.profile);
            let profile = profile.ok_or_else(|| {
                let ids: Vec<&str> = file.profile.iter().map(|p| p.id.as_str()).collect();
                CalendarError::Data(format!("there is no profile `{}`; there are {}", period.profile, ids.join(", ")))
            })?;
            if period.to < period.from {
                return Err(CalendarError::Data(format!("the period from {} ends before it begins", period.from)));
            }
            let decree = format!("{}; {}", period.decree, profile.decree);
            special.periods.push((period.from, period.to, profile.label.clone(), decree, profile.week()?));
        }
        Ok(special)
    }
}

impl CalendarOverride {
    fn day(&self, date: NaiveDate, ordinary: &Spans) -> OfficeDay {
        if let Some((spans, name, decree)) = self.open.get(&date) {
            let (spans, name, decree) = (spans.clone(), name.clone(), decree.clone());
            return OfficeDay { date, kind: DayKind::KerjaKhusus, spans, name, decree };
        }
        if let Some((kind, name, decree)) = self.free.get(&date) {
            return OfficeDay { date, kind: *kind, spans: Vec::new(), name: name.clone(), decree: decree.clone() };
        }
        let period = self.periods.iter().rev().find(|(from, to, ..)| *from <= date && date <= *to);
        let (spans, name, decree) = match period {
            Some((_, _, name, decree, week)) => (week[weekday(date)].clone(), name.clone(), decree.clone()),
            None => (ordinary.clone(), String::new(), String::new()),
        };
        if spans.is_empty() {
            return OfficeDay { date, kind: DayKind::AkhirPekan, spans, name: String::new(), decree: String::new() };
        }
        let kind = if period.is_some() { DayKind::Periode } else { DayKind::Kerja };
        OfficeDay { date, kind, spans, name, decree }
    }
}

impl Hours {
    fn week(&self) -> Result<[Spans; 7], CalendarError> {
        let [a, b, c, d, e, f, g] =
            [&self.monday, &self.tuesday, &self.wednesday, &self.thursday, &self.friday, &self.saturday, &self.sunday]
                .map(|texts| spans(texts));
        Ok([a?, b?, c?, d?, e?, f?, g?])
    }

    fn in_force(&self, from: NaiveDate, week: &[Spans; 7]) -> HoursInForce {
        let words: Vec<&str> = [&self.decree, &self.note].into_iter().map(String::as_str).collect();
        let words: Vec<&str> = words.into_iter().filter(|w| !w.is_empty()).collect();
        HoursInForce { from, week: week.clone().map(|spans| printed(&spans)), decree: words.join("; ") }
    }
}

fn weekday(date: NaiveDate) -> usize {
    usize::try_from(date.weekday().num_days_from_monday()).unwrap_or(0)
}

/// Parses spans, which must be in order and must not overlap.
fn spans(texts: &[String]) -> Result<Spans, CalendarError> {
    let spans = texts.iter().map(|t| span(t)).collect::<Result<Spans, _>>()?;
    if spans.windows(2).any(|pair| pair[1].0 < pair[0].1) {
        return Err(CalendarError::Data(format!("the hours {} overlap or are out of order", texts.join(", "))));
    }
    Ok(spans)
}

fn span(text: &str) -> Result<(i64, i64), CalendarError> {
    let fault = || CalendarError::Data(format!("`{text}` is not a span of hours like 07:30-12:00"));
    let clock = |s: &str| -> Option<i64> {
        let (h, m) = s.split_once(':')?;
        let (h, m): (i64, i64) = (h.parse().ok()?, m.parse().ok()?);
        ((0..=24).contains(&h) && (0..60).contains(&m)).then_some(h * 3600 + m * 60)
    };
    let (a, b) = text.split_once('-').ok_or_else(fault)?;
    let (a, b) = (clock(a).ok_or_else(fault)?, clock(b).ok_or_else(fault)?);
    if a < b && b <= 86_400 { Ok((a, b)) } else { Err(fault()) }
}

#[cfg(test)]
mod tests {
    use crate::{DayKind, FactFiles, Facts, OfficeDays};

    fn facts(entries: &str) -> Result<Facts, String> {
        let days: OfficeDays = toml::from_str(entries).map_err(|e| e.to_string())?;
        Facts::load(&FactFiles::default(), &days, crate::Zone::default()).map_err(|e| e.to_string())
    }

    fn day(facts: &Facts, date: &str) -> (DayKind, i64, String) {
        let date = date.parse().unwrap();
        let day = facts.calendar.days().iter().find(|d| d.date == date).unwrap();
        (day.kind, day.working_s(), day.name.clone())
    }

    #[test]
    fn a_working_day_is_as_long_as_those_of_its_month() {
        let ramadan = r#"
            [[period]]
            profile = "ramadan"
            from = "2026-02-01"
            to = "2026-02-28"
            decree = "SE rekaan"
        "#;
        let facts = facts(ramadan).unwrap();
        let day_s = |month: &str| facts.calendar.working_day_s(month.parse().unwrap());
        assert_eq!([day_s("2026-10"), day_s("2026-02")], [Some(27_000), Some(23_400)]);
        assert_eq!(day_s("2035-01"), None, "no day of it is covered");
    }

    #[test]
    fn the_more_particular_entry_holds() {
        let entries = r#"
            [[period]]
            profile = "ramadan"
            from = "2026-02-19"
            to = "2026-03-20"
            decree = "SE rekaan"
            [[closed]]
            from = "2026-02-24"
            to = "2026-02-25"
            reason = "Pindah kantor"
            decree = "SK rekaan 1"
            [[open]]
            date = "2026-02-25"
            hours = ["08:00-11:00"]
            reason = "Layanan khusus"
            decree = "SK rekaan 2"
            [[open]]
            date = "2026-02-28"
            hours = ["08:00-12:00"]
            reason = "Sabtu melayani"
            decree = "SK rekaan 2"
            [[hours]]
            valid-from = "2026-07-01"
            decree = "SK rekaan 3"
            monday = ["08:00-16:00"]
            tuesday = []
            wednesday = []
            thursday = []
            friday = []
            saturday = []
            sunday = []
        "#;
        let facts = facts(entries).unwrap();
        let hour = 3_600;
        assert_eq!(day(&facts, "2026-02-18"), (DayKind::Kerja, 15 * hour / 2, String::new()));
        assert_eq!(day(&facts, "2026-02-19"), (DayKind::Periode, 13 * hour / 2, "Ramadan".into()));
        assert_eq!(day(&facts, "2026-02-24"), (DayKind::Tutup, 0, "Pindah kantor".into()));
        assert_eq!(day(&facts, "2026-02-25"), (DayKind::KerjaKhusus, 3 * hour, "Layanan khusus".into()));
        assert_eq!(day(&facts, "2026-02-28"), (DayKind::KerjaKhusus, 4 * hour, "Sabtu melayani".into()));
        assert_eq!(day(&facts, "2026-03-01").0, DayKind::AkhirPekan);
        assert_eq!(day(&facts, "2026-03-19"), (DayKind::LiburNasional, 0, "Hari Suci Nyepi".into()));
        assert_eq!(day(&facts, "2026-07-06"), (DayKind::Kerja, 8 * hour, String::new()));
        assert_eq!(day(&facts, "2026-07-07").0, DayKind::AkhirPekan);
        assert_eq!(facts.calendar.hours(2026).len(), 2);
        assert_eq!(facts.calendar.hours(2027).len(), 1);
    }

    #[test]
    fn a_week_of_ramadan_has_32_and_a_half_hours() {
        let facts =
            facts("[[period]]\nprofile = \"ramadan\"\nfrom = \"2026-02-19\"\nto = \"2026-03-20\"\ndecree = \"SE\"")
                .unwrap();
        let week = |from: &str| -> i64 {
            let from = from.parse().unwrap();
            facts.calendar.days().iter().skip_while(|d| d.date < from).take(7).map(crate::OfficeDay::working_s).sum()
        };
        assert_eq!(week("2026-02-23"), 32 * 3600 + 1800);
        assert_eq!(week("2026-02-02"), 37 * 3600 + 1800);
    }

    #[test]
    fn the_calendar_can_be_extended() {
        let longer = facts(
            "covered-to = \"2028-12-31\"\n[[closed]]\nfrom = \"2028-08-17\"\nreason = \"HUT RI\"\ndecree = \"SKB\"",
        )
        .unwrap();
        assert_eq!(day(&longer, "2028-08-16").0, DayKind::Kerja);
        assert_eq!(day(&longer, "2028-08-17").0, DayKind::Tutup);
        assert!(longer.clock.covered().contains(&1_861_887_600));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (entries, says) in [
            ("covered-to = \"2025-01-01\"", "lies before"),
            (
                "[[period]]\nprofile = \"puasa\"\nfrom = \"2026-02-19\"\nto = \"2026-03-20\"\ndecree = \"x\"",
                "there are ramadan",
            ),
            (
                "[[period]]\nprofile = \"ramadan\"\nfrom = \"2026-03-19\"\nto = \"2026-02-20\"\ndecree = \"x\"",
                "ends before",
            ),
            ("[[closed]]\nfrom = \"2026-03-19\"\nto = \"2026-02-20\"\nreason = \"x\"\ndecree = \"x\"", "ends before"),
            (
                "[[open]]\ndate = \"2026-03-19\"\nhours = [\"16:00-07:00\"]\nreason = \"x\"\ndecree = \"x\"",
                "16:00-07:00",
            ),
            (
                "[[open]]\ndate = \"2026-03-19\"\nhours = [\"07:00-12:00\", \"11:00-13:00\"]\nreason = \"x\"\ndecree = \"x\"",
                "overlap",
            ),
            ("[[closed]]\nfrom = \"2026-03-19\"\nreason = \"x\"", "decree"),
            ("[[libur]]\nfrom = \"2026-03-19\"", "unknown field"),
        ] {
            let fault = facts(entries).unwrap_err();
            assert!(fault.contains(says), "{entries}: {fault}");
        }
    }
}
