//! The peers' jobs by our own means: rows put in order by `pipeline::by_case`, working time by `schemas::WorkingClock`.
//!
//! core LOG.parquet --job core|bh --out ANSWERS.json      the log of peers/figures, whole process
//! core --make CASES                                       events made on the fly, a million cases at a time
//!
//! Their answers are the same to a millionth (`run.py` compares). Times are microseconds since 1970, local, as in the log.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench stops where it cannot go on, and prints")]
#![expect(clippy::cast_precision_loss, reason = "means of fewer than 2^52 microseconds")]

use arrow::array::AsArray;
use arrow::datatypes::{Int8Type, Int64Type, TimestampMicrosecondType};
use chrono::NaiveDate;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rand::{Rng, SeedableRng};
use schemas::{Month, WorkingClock, Zone};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{File, read_to_string, write};

const STEPS: usize = 10;
const NOTHING: i64 = i64::MIN;
const SECOND_US: i64 = 1_000_000;

/// Events in columns, in order of `event_id`.
#[derive(Default)]
struct Log {
    case: Vec<u32>,
    step: Vec<u8>,
    start: Vec<i64>,
    end: Vec<i64>,
    /// Of each case.
    nik: Vec<u64>,
    cases: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let after = |name: &str| arguments.iter().position(|a| a == name).map(|at| arguments[at + 1].as_str());
    if let Some(cases) = after("--make") {
        return made(cases.parse().unwrap());
    }
    let Some(path) = arguments.first() else { return };
    let answers = if after("--job") == Some("bh") {
        let mut log = Log::read(path, false);
        let order = log.order();
        log.in_working_time(&clock());
        log.times(&order)
    } else {
        let log = Log::read(path, true);
        let mut answers = log.completeness();
        answers["dup"] = log.duplicates();
        let order = log.order();
        answers.as_object_mut().unwrap().extend(log.times(&order).as_object().unwrap().clone());
        answers
    };
    write(after("--out").unwrap(), answers.to_string()).unwrap();
}

impl Log {
    fn read(path: &str, with_nik: bool) -> Self {
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        let rows = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap();
        let names = ["event_id", "case_id", "step", "start", "end", "nik"];
        let names = &names[..if with_nik { 6 } else { 5 }];
        let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
        let mut log = Self::default();
        log.case.reserve_exact(rows);
        log.step.reserve_exact(rows);
        log.start.reserve_exact(rows);
        log.end.reserve_exact(rows);
        let mut last_id = NOTHING;
        for batch in builder.with_projection(mask).with_batch_size(32_768).build().unwrap() {
            let batch = batch.unwrap();
            let column = |name: &str| batch.column_by_name(name).unwrap();
            for id in column("event_id").as_primitive::<Int64Type>().values() {
                assert!(*id > last_id, "the log is not in order of event_id");
                last_id = *id;
            }
            let cases = column("case_id").as_primitive::<Int64Type>().values();
            log.case.extend(cases.iter().map(|case| u32::try_from(*case).unwrap()));
            log.step.extend(
                column("step").as_primitive::<Int8Type>().values().iter().map(|s| u8::try_from(*s - 1).unwrap()),
            );
            for (name, times) in [("start", &mut log.start), ("end", &mut log.end)] {
                times.extend(
                    column(name).as_primitive::<TimestampMicrosecondType>().iter().map(|t| t.unwrap_or(NOTHING)),
                );
            }
            if with_nik {
                let niks = column("nik").as_string::<i32>();
                for (row, case) in cases.iter().enumerate() {
                    let case = usize::try_from(*case).unwrap();
                    if case >= log.nik.len() {
                        log.nik.resize(case + 1, 0);
                    }
                    log.nik[case] = niks.value(row).parse().unwrap();
                }
            }
        }
        log.cases = log.case.iter().max().map_or(0, |most| *most as usize + 1);
        log
    }

    /// When a row happened: its start, or its end where it has none.
    fn key(&self, row: u32) -> i64 {
        let row = row as usize;
        if self.start[row] == NOTHING { self.end[row] } else { self.start[row] }
    }

    fn completeness(&self) -> Value {
        let (mut seen, mut whole) = (vec![0_u16; self.cases], vec![0_u16; self.cases]);
        let (mut rows, mut starts, mut ends) = ([0_u64; STEPS], [0_u64; STEPS], [0_u64; STEPS]);
        for (row, (case, step)) in self.case.iter().zip(&self.step).enumerate() {
            let (case, step) = (*case as usize, usize::from(*step));
            let (has_start, has_end) = (self.start[row] != NOTHING, self.end[row] != NOTHING);
            seen[case] |= 1 << step;
            rows[step] += 1;
            starts[step] += u64::from(has_start);
            ends[step] += u64::from(has_end);
            if has_start && has_end {
                whole[case] |= 1 << step;
            }
        }
        let cases = seen.iter().filter(|seen| **seen != 0).count() as f64;
        let with = |step: usize| seen.iter().filter(|seen| **seen & (1 << step) != 0).count() as f64;
        let per_step = |s: usize| {
            let rows = rows[s] as f64;
            json!({"step": s + 1, "cases": with(s) / cases, "start": starts[s] as f64 / rows, "end": ends[s] as f64 / rows})
        };
        let complete = whole.iter().filter(|whole| **whole == (1 << STEPS) - 1).count() as f64;
        json!({"complete": (0..STEPS).map(per_step).collect::<Vec<_>>(), "complete_cases": complete / cases})
    }

    /// Filings of a month, and those whose NIK was filed before in it.
    fn duplicates(&self) -> Value {
        let mut first = vec![i64::MAX; self.cases];
        for (row, case) in (0_u32..).zip(&self.case) {
            let first = &mut first[*case as usize];
            *first = (*first).min(self.key(row));
        }
        let filed = first.iter().zip(&self.nik).filter(|(at, _)| **at != i64::MAX);
        let day = |at: i64| chrono::DateTime::from_timestamp_micros(at).unwrap().date_naive();
        let month = |at: i64| Month::of_date(day(at));
        let mut filings: Vec<(Month, u64)> = filed.map(|(at, nik)| (month(*at), *nik)).collect();
        filings.sort_unstable();
        let months = filings.chunk_by(|a, b| a.0 == b.0).map(|of_month| {
            let again = of_month.windows(2).filter(|pair| pair[0] == pair[1]).count();
            let (n, name) = (of_month.len(), of_month[0].0.to_string());
            json!({"month": name, "filings": n, "dup": again, "rate": again as f64 / n as f64})
        });
        months.collect()
    }

    /// The rows by case, and in a case as they happened.
    fn order(&self) -> Vec<u32> {
        let key = |row: u32| (self.key(row), self.step[row as usize], row);
        pipeline::by_case(&self.case, self.cases, |a, b| key(a).cmp(&key(b))).0
    }

    /// Durations of the steps and waits before them. Each wait takes the place of its start, which is needed no more.
    fn times(mut self, order: &[u32]) -> Value {
        let durations = self.spreads(|row| {
            let (start, end) = (self.start[row], self.end[row]);
            (start != NOTHING && end != NOTHING && end >= start).then(|| end - start)
        });
        let mut before: Option<usize> = None;
        for row in order.iter().map(|row| *row as usize) {
            let known = before.filter(|b: &usize| self.case[*b] == self.case[row] && self.end[*b] != NOTHING);
            let start = self.start[row];
            self.start[row] = match known {
                Some(before) if start != NOTHING => (start - self.end[before]).max(0),
                _ => NOTHING,
            };
            before = Some(row);
        }
        let waits = self.spreads(|row| (self.start[row] != NOTHING).then(|| self.start[row]));
        json!({"dur": durations, "wait": waits})
    }

    /// n, mean and nearest ranks of each step, in seconds; one step after the other, so that memory holds the values of one.
    fn spreads(&self, value: impl Fn(usize) -> Option<i64>) -> Value {
        let spread = |of: u8| {
            let rows = self.step.iter().enumerate().filter(|(_, step)| **step == of);
            let mut values: Vec<i64> = rows.filter_map(|(row, _)| value(row)).collect();
            let n = values.len();
            let sum: i64 = values.iter().sum();
            let mut rank = |percent: usize| {
                let (_, value, _) = values.select_nth_unstable((percent * n).div_ceil(100) - 1);
                *value as f64 / 1e6
            };
            let ranks = (n > 0).then(|| [50, 90, 95].map(&mut rank));
            let [median, p90, p95] = ranks?;
            let mean = sum as f64 / n as f64 / 1e6;
            Some(json!({"step": of + 1, "n": n, "mean": mean, "median": median, "p90": p90, "p95": p95}))
        };
        (0..10).filter_map(spread).collect()
    }

    /// Puts the working clock in place of the wall's; what ended before it began stays so.
    fn in_working_time(&mut self, clock: &WorkingClock) {
        let working = |at: i64| clock.working_us(at - i64::from(Zone::Wib.offset_s()) * SECOND_US).unwrap();
        for (start, end) in self.start.iter_mut().zip(&mut self.end) {
            let backwards = *end < *start;
            for time in [&mut *start, &mut *end].into_iter().filter(|time| **time != NOTHING) {
                *time = working(*time);
            }
            if backwards && *end != NOTHING {
                *end = (*end).min(*start - 1);
            }
        }
    }
}

/// The hours and holidays of the peers.
fn clock() -> WorkingClock {
    let text = read_to_string("data/holidays.csv").unwrap();
    let free: Vec<NaiveDate> = text.lines().skip(1).map(|line| line[..10].parse().unwrap()).collect();
    let day = |d: usize| if d < 5 { vec![(8 * 3600, 16 * 3600)] } else { Vec::new() };
    let week: [Vec<(i64, i64)>; 7] = std::array::from_fn(day);
    let date = |year| NaiveDate::from_ymd_opt(year, 12, 1).unwrap();
    WorkingClock::of_week(date(2023), date(2028), &week, &free).unwrap()
}

/// Cases of ten steps, a million at a time in shuffled order; whole seconds are counted, so that parts add up.
fn made(cases: usize) {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let mut counts: BTreeMap<(u8, i64), u64> = BTreeMap::new();
    let (mut left, mut events) = (cases, 0_u64);
    while left > 0 {
        let now = left.min(1_000_000);
        left -= now;
        let mut rows: Vec<(u32, u8, u32, u32)> = Vec::with_capacity(now * STEPS);
        for case in 0..u32::try_from(now).unwrap() {
            let mut at: u32 = random.random_range(1_700_000_000..1_750_000_000);
            for step in 0..10 {
                let start = at + random.random_range(0..40_000);
                at = start + random.random_range(20..2_000);
                rows.push((case, step, start, at));
            }
        }
        rand::seq::SliceRandom::shuffle(rows.as_mut_slice(), &mut random);
        events += rows.len() as u64;
        let case: Vec<u32> = rows.iter().map(|row| row.0).collect();
        let key = |row: u32| (rows[row as usize].3, rows[row as usize].1);
        let (order, _) = pipeline::by_case(&case, now, |a, b| key(a).cmp(&key(b)));
        for pair in order.windows(2) {
            let (before, row) = (rows[pair[0] as usize], rows[pair[1] as usize]);
            *counts.entry((row.1, i64::from(row.3 - row.2))).or_insert(0) += 1;
            if before.0 == row.0 {
                *counts.entry((row.1 + 10, i64::from(row.2.saturating_sub(before.3)))).or_insert(0) += 1;
            }
        }
    }
    println!("{events} events, {} values", counts.len());
}
