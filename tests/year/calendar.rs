//! Which slots an office owes, found minute by minute, by a reading of the expressions and of the office's days that is the test's own.

use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use std::collections::{BTreeMap, BTreeSet};
use tests::root;

/// The office's clock is seven hours ahead of UTC.
const ZONE_S: i64 = 7 * 3_600;

const DAY_S: i64 = 86_400;

/// A job as the configuration has it.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) name: String,
    /// Minutes, hours, days of the month, months, days of the week.
    fields: [BTreeSet<u32>; 5],
    /// Whether any day of the month, any day of the week will do.
    any_day: [bool; 2],
    when: Option<String>,
    /// Whether every slot is run, however late.
    pub(crate) runs_all: bool,
}

/// The jobs of a configuration.
pub(crate) fn jobs(config: &str) -> Vec<Job> {
    let config: toml::Table = config.parse().unwrap();
    config["job"].as_array().unwrap().iter().map(job).collect()
}

fn job(of: &toml::Value) -> Job {
    let word = |key: &str| of.get(key).map(|value| value.as_str().unwrap().to_owned());
    let cron = word("cron").unwrap();
    let fields: Vec<&str> = cron.split(' ').collect();
    let spans = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
    let read = |at: usize| numbers(fields[at], spans[at]);
    Job {
        name: word("name").unwrap(),
        fields: [read(0), read(1), read(2), read(3), read(4)],
        any_day: [fields[2] == "*", fields[4] == "*"],
        when: word("when"),
        runs_all: word("catch-up").as_deref() == Some("all"),
    }
}

/// The numbers that a field names.
fn numbers(field: &str, (first, last): (u32, u32)) -> BTreeSet<u32> {
    let mut numbers = BTreeSet::new();
    for part in field.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (from.parse().unwrap(), to.parse().unwrap()),
            None if range == "*" => (first, last),
            None => (range.parse().unwrap(), range.parse().unwrap()),
        };
        numbers.extend((from..=to).step_by(step.parse().unwrap()));
    }
    numbers
}

/// Days on which the office is closed, weekends aside.
fn holidays() -> BTreeSet<NaiveDate> {
    let list = std::fs::read_to_string(root().join("tests/office/libur_2020_2027.csv")).unwrap();
    list.lines().skip(1).map(|line| line.split(',').next().unwrap().parse().unwrap()).collect()
}

/// The slots of the jobs after an instant and up to another, in seconds, each with the jobs that are due then.
pub(crate) fn due(jobs: &[Job], after_s: i64, until_s: i64) -> BTreeMap<i64, BTreeSet<String>> {
    let off = holidays();
    let works = |day: NaiveDate| day.weekday().number_from_monday() <= 5 && !off.contains(&day);
    let mut due: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    let mut at_s = (after_s / 60 + 1) * 60;
    while at_s <= until_s {
        let local = DateTime::from_timestamp(at_s + ZONE_S, 0).unwrap().naive_utc();
        let day = local.date();
        for job in jobs {
            let at = |field: usize, number: u32| job.fields[field].contains(&number);
            let is_time = at(0, local.minute()) && at(1, local.hour()) && at(3, local.month());
            let (of_month, of_week) = (at(2, local.day()), at(4, day.weekday().num_days_from_sunday()));
            // Where both are named, either will do.
            let is_day = if job.any_day.contains(&true) { of_month && of_week } else { of_month || of_week };
            let is_allowed = match job.when.as_deref() {
                None => true,
                Some("hari-kerja") => works(day),
                Some(number) => {
                    let number: usize = number.strip_prefix("hari-kerja ").unwrap().parse().unwrap();
                    let first = day.with_day(1).unwrap();
                    works(day)
                        && first.iter_days().take_while(|one| *one <= day).filter(|one| works(*one)).count() == number
                }
            };
            if is_time && is_day && is_allowed {
                due.entry(at_s).or_default().insert(job.name.clone());
            }
        }
        at_s += 60;
    }
    due
}

/// The instant at which a day of the office begins.
pub(crate) fn midnight_s(day: &str) -> i64 {
    let day: NaiveDate = day.parse().unwrap();
    day.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp() - ZONE_S
}

/// The day of the office at an instant.
pub(crate) fn day(at_s: i64) -> NaiveDate {
    DateTime::from_timestamp(at_s + ZONE_S, 0).unwrap().date_naive()
}

/// An instant as the office's clock shows it.
pub(crate) fn shown(at_s: i64) -> String {
    DateTime::from_timestamp(at_s + ZONE_S, 0).unwrap().format("%Y-%m-%d %H.%M").to_string()
}

/// How many days lie between two instants.
pub(crate) fn days(from_s: i64, to_s: i64) -> i64 {
    (to_s - from_s) / DAY_S
}
