//! The office's calendar of a year, which the office checks before figures are judged by it.

use crate::indonesian::{integer, long_date};
use crate::table::{Item, Table};
use chrono::Datelike;
use schemas::document::{CalendarYear, Office};
use schemas::{DayKind, HoursInForce, OfficeDay, printed};
use serde_json::{Value, json};

const HOUR_S: i64 = 3_600;

/// Returns what the layout `kalender.typ` reads.
pub(crate) fn page(calendar: &CalendarYear, office: &Office) -> Value {
    let months = calendar.months.iter().map(|(month, days, seconds)| {
        let of_month: Vec<Value> =
            calendar.days.iter().filter(|d| schemas::Month::of_date(d.date) == *month).map(day).collect();
        json!({
            "nama": month.indonesian(),
            "awal": of_month.first().map_or(Value::Null, |d| d["hari"].clone()),
            "hari": of_month,
            "hari_kerja": integer(*days),
            "jam_kerja": hours(*seconds),
        })
    });
    let total_days: u64 = calendar.months.iter().map(|(_, days, _)| days).sum();
    let total_s: i64 = calendar.months.iter().map(|(.., seconds)| seconds).sum();
    json!({
        "kantor": office,
        "tahun": calendar.year.to_string(),
        "bulan": months.collect::<Vec<_>>(),
        "jumlah": [integer(total_days), hours(total_s)],
        "jam": calendar.hours.iter().map(|h| json!({"mulai": since(h, calendar.year), "pekan": h.week, "dasar": h.decree})).collect::<Vec<_>>(),
        "jenis": marks(&calendar.days),
        "khusus": runs(&calendar.days),
        "tanpa_jam_ramadan": calendar.ramadan_without_hours.iter().map(|(from, to)| format!("± {} sampai {}", long_date(*from), long_date(*to))).collect::<Vec<_>>(),
        "sumber_libur": calendar.holidays_source,
        "program": calendar.program,
    })
}

/// Returns the day of the year from which on hours hold; those that are older hold from its beginning.
fn since(hours: &HoursInForce, year: i32) -> String {
    if hours.from.year() < year || hours.from.ordinal() == 1 { "Awal tahun".to_owned() } else { long_date(hours.from) }
}

/// Returns the kinds of days that differ from the ordinary week, each once, by which the layout marks them and explains its marks.
fn marks(days: &[OfficeDay]) -> Vec<DayKind> {
    let mut marks = Vec::new();
    for day in days.iter().filter(|day| day.is_special()) {
        if !marks.contains(&day.kind) {
            marks.push(day.kind);
        }
    }
    marks
}

fn day(day: &OfficeDay) -> Value {
    let weekday = day.date.weekday().num_days_from_monday();
    json!({"tanggal": day.date.day(), "hari": weekday, "jenis": day.kind, "kerja": day.works()})
}

/// Returns the days that differ from the ordinary week. Neighbouring days of the same name form one row.
fn runs(days: &[OfficeDay]) -> Vec<Value> {
    let mut runs: Vec<Vec<&OfficeDay>> = Vec::new();
    for day in days.iter().filter(|d| d.is_special()) {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| goes_on(last, day)) => run.push(day),
            _ => runs.push(vec![day]),
        }
    }
    runs.iter().filter_map(|run| Some(row(run.first()?, run.last()?, run))).collect()
}

fn row(first: &OfficeDay, last: &OfficeDay, run: &[&OfficeDay]) -> Value {
    let when = if first.date == last.date {
        format!("{}, {}", weekday(first), long_date(first.date))
    } else {
        format!("{}, {} – {}, {}", weekday(first), long_date(first.date), weekday(last), long_date(last.date))
    };
    // The same hours are listed once; a weekday is named if its hours differ from those of the first day.
    let mut hours: Vec<String> = Vec::new();
    for day in run.iter().filter(|d| d.works()) {
        let spans = printed(&day.spans);
        let text = if day.spans == first.spans { spans } else { format!("{} {spans}", weekday(day)) };
        if !hours.contains(&text) {
            hours.push(text);
        }
    }
    let name = if hours.is_empty() { first.name.clone() } else { format!("{} ({})", first.name, hours.join("; ")) };
    json!([when, name, first.kind.words(), first.decree])
}

/// Whether a day continues the one before, possibly over a weekend.
fn goes_on(last: &OfficeDay, day: &OfficeDay) -> bool {
    last.kind == day.kind
        && last.name == day.name
        && last.decree == day.decree
        && (day.date - last.date).num_days() <= 3
}

fn weekday(day: &OfficeDay) -> &'static str {
    crate::indonesian::weekday(day.date)
}

/// Returns hours and minutes, `157 jam 30 menit`.
fn hours(seconds: i64) -> String {
    let whole = integer(u64::try_from(seconds / HOUR_S).unwrap_or(0));
    match seconds % HOUR_S / 60 {
        0 => format!("{whole} jam"),
        minutes => format!("{whole} jam {minutes} menit"),
    }
}

/// Returns every day as a table for spreadsheets.
pub(crate) fn table(calendar: &CalendarYear) -> Table {
    let head = ["Tanggal", "Hari", "Jenis hari", "Jam kerja", "Lama (jam kerja)", "Nama", "Dasar"];
    let row = |d: &OfficeDay| {
        vec![
            Item::Date(d.date),
            weekday(d).into(),
            d.kind.words().into(),
            (&printed(&d.spans)).into(),
            Item::Hours(d.working_s()),
            (&d.name).into(),
            (&d.decree).into(),
        ]
    };
    Table::new(head, calendar.days.iter().map(row).collect())
}
