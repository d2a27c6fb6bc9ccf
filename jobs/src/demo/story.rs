//! What happens in the invented office: batches arrive, berkas walk through the SOP, some come back, some end early.

use anyhow::Result;
use chrono::{Datelike, Duration, NaiveDate};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use schemas::{Facts, Month, Zone};
use std::collections::BTreeMap;

const HOUR_S: i64 = 3_600;
const FIRST_NAMES: [&str; 18] = [
    "SITI", "BUDI", "AHMAD", "DEWI", "RINA", "JOKO", "SRI", "AGUS", "NUR", "HENDRA", "WAYAN", "MADE", "YUSUF",
    "FATIMAH", "ENDANG", "SUPRI", "IDA", "RUDI",
];
const LAST_NAMES: [&str; 13] = [
    "AMINAH",
    "SANTOSO",
    "FAUZI",
    "LESTARI",
    "WATI",
    "PRASETYO",
    "HANDAYANI",
    "SETIAWAN",
    "HIDAYAH",
    "GUNAWAN",
    "SARI",
    "O'BRIEN",
    "*HALIM",
];
const KINDS: [(&str, u32); 5] =
    [("baru", 30), ("hilang", 25), ("rusak", 20), ("perubahan_data", 20), ("pindah_datang", 5)];
const DOCUMENTS: [&str; 6] = ["f_1_02", "kk", "ktp_lama", "surat_kehilangan", "bukti_peristiwa", "skp"];
/// Working minutes of handling and of waiting before it, per step 1–10; drawn around these.
const HANDLING_MIN: [f64; 10] = [3.0, 8.0, 7.0, 5.0, 10.0, 6.0, 4.0, 4.0, 5.0, 3.0];
const WAITING_MIN: [f64; 10] = [0.0, 10.0, 25.0, 20.0, 90.0, 120.0, 60.0, 30.0, 240.0, 600.0];

/// How large the office is and how long it works.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// First month.
    pub first: Month,
    /// Last month.
    pub last: Month,
    /// Applications per month.
    pub per_month: u32,
    /// Same seed, same office.
    pub seed: u64,
}

/// A resident who applies.
#[derive(Clone, Debug)]
pub(crate) struct Resident {
    pub nik: String,
    pub name: String,
    pub sex: &'static str,
    pub born: NaiveDate,
}

/// A batch that an Aparatur Pekon brings.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub id: String,
    pub pekon: String,
    pub brought_by: String,
    pub received_s: i64,
}

/// One application.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub id: String,
    pub batch: usize,
    pub resident: Resident,
    pub kind: &'static str,
}

/// One row of the counter application. All times are seconds since 1970 UTC.
#[derive(Clone, Debug)]
pub(crate) struct StepRow {
    pub application: usize,
    pub step: u8,
    pub role: String,
    pub officer: String,
    pub start_s: Option<i64>,
    pub end_s: i64,
    pub outcome: &'static str,
    pub missing: Option<String>,
    pub number: Option<String>,
    pub remark: Option<String>,
    pub recorded_s: i64,
}

/// An outage of network, power or equipment.
#[derive(Clone, Debug)]
pub(crate) struct Outage {
    pub kind: &'static str,
    pub start_s: i64,
    pub end_s: i64,
}

/// Everything in the office's database.
#[derive(Debug, Default)]
pub(crate) struct Office {
    pub batches: Vec<Batch>,
    pub applications: Vec<Application>,
    pub steps: Vec<StepRow>,
    pub outages: Vec<Outage>,
}

struct Inventor<'a> {
    rng: ChaCha8Rng,
    facts: &'a Facts,
    pekon: Vec<String>,
    office: Office,
    residents: Vec<Resident>,
    serial: u32,
}

/// Invents an office.
///
/// # Errors
/// When a month of the plan lies outside the calendar.
pub(crate) fn invent(plan: Plan, facts: &Facts) -> Result<Office> {
    let mut inventor = Inventor {
        rng: ChaCha8Rng::seed_from_u64(plan.seed),
        facts,
        pekon: facts.wilayah.iter().map(|(code, _)| code.to_owned()).collect(),
        office: Office::default(),
        residents: Vec::new(),
        serial: 9_000,
    };
    let mut month = plan.first;
    while month <= plan.last {
        inventor.month(month, plan.per_month)?;
        month = month.next();
    }
    let mut office = inventor.office;
    number_registers(&mut ChaCha8Rng::seed_from_u64(plan.seed ^ 0xB0C0), &mut office.steps, facts.zone);
    office.steps.sort_by_key(|s| (s.recorded_s, s.application, s.step, s.end_s));
    plant_faults(&mut office);
    Ok(office)
}

impl Inventor<'_> {
    fn month(&mut self, month: Month, per_month: u32) -> Result<()> {
        let days: Vec<NaiveDate> = month.first_day().iter_days().take_while(|d| *d <= month.last_day()).collect();
        let mut open = Vec::new();
        for day in days {
            if !self.facts.clock.spans(day)?.is_empty() {
                open.push(day);
            }
        }
        for _ in 0..self.rng.random_range(1..=3) {
            let start_s = self.moment_of_work(&open)?;
            let kind = self.pick(&["jaringan", "listrik", "perangkat"]);
            let minutes = self.rng.random_range(20..=300);
            self.office.outages.push(Outage { kind, start_s, end_s: start_s + minutes * 60 });
        }
        let mut made = 0;
        while made < per_month {
            let size = self.rng.random_range(5..=60).min(per_month - made);
            self.batch(month, made, size, &open)?;
            made += size;
        }
        Ok(())
    }

    fn batch(&mut self, month: Month, made: u32, size: u32, open: &[NaiveDate]) -> Result<()> {
        let pekon = self.pekon.choose(&mut self.rng).cloned().unwrap_or_default();
        let received_s = self.moment_of_work(open)?;
        let brought_by = self.name();
        let id = format!("K{}-{made:05}", month.to_string().replace('-', ""));
        self.office.batches.push(Batch { id, pekon: pekon.clone(), brought_by, received_s });
        let batch = self.office.batches.len() - 1;
        let mut first: Option<Resident> = None;
        for k in 0..size {
            let resident = match &first {
                Some(first) if k > 0 && self.rng.random_bool(0.004) => first.clone(),
                _ => self.resident(&pekon),
            };
            first.get_or_insert_with(|| resident.clone());
            let kind = self.kind();
            let id = format!("B{}-{:06}", month.to_string().replace('-', ""), self.office.applications.len() + 1);
            self.office.applications.push(Application { id, batch, resident, kind });
            self.walk(self.office.applications.len() - 1, received_s, kind)?;
        }
        Ok(())
    }

    /// One berkas through the SOP.
    fn walk(&mut self, application: usize, received_s: i64, kind: &str) -> Result<()> {
        let needs_recording = kind == "baru" && self.rng.random_bool(0.8);
        let (mut at, mut step, mut returned, mut skipped) = (received_s, 1_u8, 0, false);
        loop {
            let place = usize::from(step) - 1;
            let wait = if step == 1 { 0.0 } else { self.exponential(WAITING_MIN[place] * 60.0) };
            let start = self.add_working(at, whole(wait))?;
            let handling = (self.normal() * 0.5).exp() * HANDLING_MIN[place] * 60.0;
            let end = self.add_working(start, whole(handling).max(20))?;
            let (outcome, missing) = self.outcome(step, needs_recording, returned);
            self.record(application, step, start, end, outcome, missing);
            at = end;
            step = match (step, outcome) {
                (2, "kurang") => {
                    returned += 1;
                    if returned > 3 {
                        return Ok(());
                    }
                    let days = self.rng.random_range(1..=5);
                    at = self.add_working(at, days * 27_000)?;
                    2
                }
                (_, "ditolak" | "duplikat") | (10, _) => return Ok(()),
                (6, "gagal_cetak") => 6,
                (2, "perlu_rekam") => 3,
                (2, _) => 4,
                // The archive entry is skipped once in a while.
                (8, _) if !skipped && self.rng.random_bool(0.006) => {
                    skipped = true;
                    10
                }
                (n, _) => n + 1,
            };
        }
    }

    fn outcome(&mut self, step: u8, needs_recording: bool, returned: u32) -> (&'static str, Option<String>) {
        match step {
            2 if self.rng.random_bool(if returned == 0 { 0.18 } else { 0.05 }) => {
                let n = self.rng.random_range(1..=2);
                let mut missing: Vec<&str> = DOCUMENTS.choose_multiple(&mut self.rng, n).copied().collect();
                missing.sort_unstable();
                ("kurang", Some(missing.join(";")))
            }
            2 if needs_recording => ("perlu_rekam", None),
            2 => ("lengkap", None),
            5 => (if self.rng.random_bool(0.01) { "ditolak" } else { "disetujui" }, None),
            6 => match self.rng.random_range(0..1_000) {
                0..13 => ("duplikat", None),
                13..30 => ("gagal_cetak", None),
                _ => ("tercetak", None),
            },
            10 => ("diserahkan", None),
            _ => ("selesai", None),
        }
    }

    fn record(
        &mut self,
        application: usize,
        step: u8,
        start: i64,
        end: i64,
        outcome: &'static str,
        missing: Option<String>,
    ) {
        let role = self.facts.sop.step(step).map(|s| s.pelaksana.clone()).unwrap_or_default();
        let role = match self.rng.random_bool(0.004) {
            true if step == 6 => "kasi_identitas".to_owned(),
            true => "operator".to_owned(),
            false => role,
        };
        let late = if self.rng.random_bool(0.93) {
            self.rng.random_range(0..=120)
        } else {
            self.rng.random_range(2..=90) * HOUR_S
        };
        let row = StepRow {
            application,
            step,
            role,
            officer: format!("P{step:02}{}", self.rng.random_range(1..=4)),
            start_s: (!self.rng.random_bool(0.03)).then_some(start),
            end_s: end,
            outcome,
            missing,
            number: None,
            remark: None,
            recorded_s: end + late,
        };
        self.office.steps.push(row);
    }

    fn resident(&mut self, pekon: &str) -> Resident {
        if self.rng.random_bool(0.02)
            && let Some(again) = self.residents.choose(&mut self.rng)
        {
            return again.clone();
        }
        self.serial = if self.serial < 9_999 { self.serial + 1 } else { 9_001 };
        let sex = self.pick(&["L", "P"]);
        let (year, month, day) =
            (self.rng.random_range(1950..=2009), self.rng.random_range(1..=12), self.rng.random_range(1..=28));
        let born = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        let area = if self.rng.random_bool(0.9) { pekon.get(..6).unwrap_or("180601") } else { "180605" };
        let day = born.day() + if sex == "P" { 40 } else { 0 };
        let nik = format!("{area}{day:02}{:02}{:02}{:04}", born.month(), born.year() % 100, self.serial);
        let resident = Resident { nik, name: self.name(), sex, born };
        self.residents.push(resident.clone());
        resident
    }

    fn name(&mut self) -> String {
        format!("{} {}", self.pick(&FIRST_NAMES), self.pick(&LAST_NAMES))
    }

    fn kind(&mut self) -> &'static str {
        KINDS.choose_weighted(&mut self.rng, |k| k.1).map_or("baru", |k| k.0)
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of.choose(&mut self.rng).copied().unwrap_or_default()
    }

    /// A moment within working hours on one of the days.
    fn moment_of_work(&mut self, days: &[NaiveDate]) -> Result<i64> {
        let day = days.choose(&mut self.rng).copied().unwrap_or_default();
        let spans = self.facts.clock.spans(day)?.to_vec();
        let (from, to) = spans.choose(&mut self.rng).copied().unwrap_or((0, 1));
        Ok(self.facts.zone.start_s(day) + self.rng.random_range(from..to))
    }

    /// The instant that many working seconds after another.
    fn add_working(&self, from_s: i64, seconds: i64) -> Result<i64> {
        let mut left = seconds;
        let mut day = self.facts.zone.date(from_s).unwrap_or_default();
        loop {
            let start_of_day = self.facts.zone.start_s(day);
            for (a, b) in self.facts.clock.spans(day)? {
                let (a, b) = ((start_of_day + a).max(from_s), start_of_day + b);
                if a < b {
                    if left <= b - a {
                        return Ok(a + left);
                    }
                    left -= b - a;
                }
            }
            day += Duration::days(1);
        }
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.rng.random::<f64>()).ln()
    }

    /// Standard normal, by Box and Muller.
    fn normal(&mut self) -> f64 {
        let (u, v): (f64, f64) = (1.0 - self.rng.random::<f64>(), self.rng.random());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a draw of minutes or hours, in seconds")]
fn whole(seconds: f64) -> i64 {
    seconds as i64
}

/// Each book is numbered in the order of its entries, per year; a few numbers are skipped or used twice.
fn number_registers(rng: &mut ChaCha8Rng, steps: &mut [StepRow], zone: Zone) {
    let mut order: Vec<usize> = (0..steps.len()).filter(|i| [3, 4, 8, 9].contains(&steps[*i].step)).collect();
    order.sort_by_key(|i| (steps[*i].end_s, steps[*i].application, steps[*i].step));
    let mut last: BTreeMap<(u8, i32), u32> = BTreeMap::new();
    for i in order {
        let year = zone.date(steps[i].end_s).unwrap_or_default().year();
        let number = last.entry((steps[i].step, year)).or_insert(0);
        *number += match rng.random_range(0..1_000) {
            0..2 => 2,
            2 if *number > 0 => 0,
            _ => 1,
        };
        steps[i].number = Some(format!("{number:06}/{}/{year}", steps[i].step));
    }
}

/// What real offices have: a NIK with a digit missing, an end before its start, a step that does not exist, a name that
/// looks like a command.
fn plant_faults(office: &mut Office) {
    let last = office.applications.len().saturating_sub(1);
    if let Some(a) = office.applications.get_mut(last / 2) {
        a.resident.nik.pop();
    }
    if let Some(a) = office.applications.get_mut(last / 3) {
        a.resident.name = "#read(\"/etc/passwd\") *x* $y$".to_owned();
    }
    let n = office.steps.len();
    if let Some(row) = office.steps.get_mut(n / 2) {
        row.start_s = Some(row.end_s + 600);
    }
    if let Some(mut row) = office.steps.get(n / 4).cloned() {
        row.step = 11;
        row.remark = Some("langkah salah ketik".to_owned());
        office.steps.push(row);
    }
}
