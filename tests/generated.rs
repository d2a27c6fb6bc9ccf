//! Offices that are generated from a seed, and offices that are written out by hand, each pulled into an archive of its own.
//!
//! The generated ones are small and distorted in every way in which a counter application can distort its records.

use pipeline::{Archive, Key, PullError, PullOptions, PullReport, SourceConfig, WriterLock};
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use schemas::{Facts, Month};
use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;
use tempfile::TempDir;

use crate::{runtime, sqlite};

/// Days that an office's events lie in.
const DAYS: i64 = 92;
/// Seconds of a day.
pub const DAY_S: i64 = 86_400;
const KINDS: [&str; 5] = ["baru", "hilang", "rusak", "perubahan_data", "pindah_datang"];
/// Villages of four kecamatan, the last alone in its own.
pub const VILLAGES: [&str; 10] = [
    "1806011001",
    "1806011002",
    "1806011003",
    "1806022012",
    "1806022015",
    "1806032001",
    "1806032002",
    "1806032003",
    "1806032004",
    "1806042001",
];
const PAPERS: [&str; 4] = ["kk", "f_1_02", "kk;ktp_lama", "skp"];

/// One row of the office's view.
#[derive(Clone, Debug)]
pub struct Row {
    /// Key of the event.
    pub id: i64,
    /// The berkas.
    pub berkas: String,
    /// The batch that the step names.
    pub batch: String,
    /// Step of the SOP.
    pub step: u8,
    /// Who took it.
    pub role: &'static str,
    /// The officer.
    pub officer: Option<String>,
    /// When it began, seconds since 1970.
    pub start: Option<i64>,
    /// When it ended.
    pub end: i64,
    /// What came of it.
    pub outcome: String,
    /// Papers that were missing.
    pub missing: Option<&'static str>,
    /// Number in the step's book.
    pub number: Option<String>,
    /// Kind of application.
    pub kind: &'static str,
    /// Village of the batch.
    pub village: &'static str,
    /// The applicant's NIK, invented.
    pub nik: Option<String>,
    /// When the batch was received.
    pub received: i64,
}

/// An office: its rows as they are in the end, what stood there before a correction, and its outages.
#[derive(Debug)]
pub struct Made {
    /// The rows.
    pub rows: Vec<Row>,
    /// In which of the pulls a row is first there, and what it says until the last.
    pub first_seen: Vec<(usize, Option<Row>)>,
    /// The log of outages.
    pub outages: Vec<(i64, i64)>,
    /// In how many pulls it comes.
    pub pulls: usize,
}

impl Made {
    /// Rows that are right from the first pull on.
    pub fn plain(rows: Vec<Row>) -> Self {
        Self { first_seen: vec![(0, None); rows.len()], rows, outages: Vec::new(), pulls: 1 }
    }

    /// What the table holds at a pull: a row and when it was written.
    fn at(&self, pull: usize) -> Vec<(Row, i64)> {
        let last = self.rows.iter().map(|row| row.end).max().unwrap();
        let written = |pull: usize| last + i64::try_from(pull).unwrap() * 30 * DAY_S;
        let rows = self.rows.iter().zip(&self.first_seen).filter(|(_, (seen, _))| *seen <= pull);
        rows.map(|(row, (seen, before))| match before {
            Some(before) if pull + 1 < self.pulls => (before.clone(), written(*seen)),
            Some(_) => (row.clone(), written(self.pulls - 1)),
            None => (row.clone(), written(*seen)),
        })
        .collect()
    }

    fn write(&self, database: &Path, pull: usize) {
        let mut text = "pragma journal_mode = off; pragma synchronous = off; begin;
             drop table if exists workflow_events; drop table if exists gangguan;
             create table workflow_events(event_id integer primary key, recorded_at text, berkas_id text, kolektif_id text,
               langkah integer, pelaksana text, petugas_id text, mulai text, selesai text, hasil text, kekurangan text,
               nomor_register text, keterangan text, jenis text, kewarganegaraan text, nik text, nama text, jenis_kelamin text,
               tempat_lahir text, tanggal_lahir text, pekon text, pembawa text, diterima text);
             create table gangguan(gangguan_id integer primary key, jenis text, mulai text, selesai text);\n"
            .to_owned();
        for (row, written) in self.at(pull) {
            let quoted = |text: Option<&str>| text.map_or_else(|| "null".to_owned(), |text| format!("'{text}'"));
            writeln!(
                text,
                "insert into workflow_events values ({}, '{}', '{}', '{}', {}, '{}', {}, {}, '{}', '{}', {}, {}, null, '{}',
                 'WNI', {}, 'SITI REKAAN', 'P', 'TANGGAMUS', '1990-01-01', '{}', 'ANDI REKAAN', '{}');",
                row.id,
                instant(written),
                row.berkas,
                row.batch,
                row.step,
                row.role,
                quoted(row.officer.as_deref()),
                quoted(row.start.map(instant).as_deref()),
                instant(row.end),
                row.outcome,
                quoted(row.missing),
                quoted(row.number.as_deref()),
                row.kind,
                quoted(row.nik.as_deref()),
                row.village,
                instant(row.received)
            )
            .unwrap();
        }
        for (i, (start, end)) in self.outages.iter().enumerate() {
            let (start, end) = (instant(*start), instant(*end));
            writeln!(text, "insert into gangguan values ({i}, 'jaringan', '{start}', '{end}');").unwrap();
        }
        sqlite(database, &(text + "commit;"));
    }
}

fn instant(epoch_s: i64) -> String {
    chrono::DateTime::from_timestamp(epoch_s, 0).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// How often each kind of distortion strikes in an office; most offices know some of them.
struct Distortions {
    lost: f64,
    repeated: f64,
    other_batch: f64,
    other_cell: f64,
    no_value: f64,
    wrong_role: f64,
    on_boundary: f64,
    one_second: f64,
    shuffled: f64,
    corrected: f64,
    /// How many batches there are: few that are in hand all the time, or many that are not.
    batches: u32,
}

impl Distortions {
    fn of(random: &mut ChaCha8Rng) -> Self {
        let mut often = |most: f64| if random.random_bool(0.4) { random.random_range(0.0..most) } else { 0.0 };
        Self {
            lost: often(0.2),
            repeated: often(0.2),
            other_batch: often(0.3),
            other_cell: often(0.3),
            no_value: often(0.3),
            wrong_role: often(0.2),
            on_boundary: often(0.4),
            one_second: often(0.4),
            shuffled: often(0.6),
            corrected: often(0.4),
            batches: *[4, 12, 30].choose(random).unwrap(),
        }
    }
}

/// An office by seed: berkas that go through the SOP over three months, then distorted.
pub fn made(seed: u64, berkas: Range<u32>, facts: &Facts) -> Made {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let distortions = Distortions::of(&mut random);
    let first: Month =
        format!("{}-{:02}", random.random_range(2021..=2026), random.random_range(1..=12)).parse().unwrap();
    let zone = facts.zone;
    let begin = first.start_s(zone);
    let boundaries = [begin, first.end_s(zone), first.next().end_s(zone), first.next().next().end_s(zone) - 1];
    let mut rows: Vec<Row> = Vec::new();
    let pace = *[3_600, 20_000, 200_000].choose(&mut random).unwrap();
    for berkas in 0..random.random_range(berkas) {
        let received = begin + random.random_range(0..DAYS * DAY_S);
        let batch = format!("K{}", random.random_range(0..distortions.batches));
        let nik = format!("18060157{:02}900{:03}", random.random_range(41..60), random.random_range(1..12));
        let (kind, village) = (*KINDS.choose(&mut random).unwrap(), *VILLAGES.choose(&mut random).unwrap());
        let (mut at, mut step) = (received, Some(1_u8));
        let mut of_berkas: Vec<Row> = Vec::new();
        while let Some(number) = step {
            let sop = facts.sop.step(number).unwrap();
            // The first outcome is the usual one.
            let usual = random.random_bool(0.75);
            let outcome = if usual { &sop.outcomes[0] } else { sop.outcomes.choose(&mut random).unwrap() };
            let start = at + random.random_range(0..pace);
            at = start + random.random_range(0..pace / 4);
            if at >= begin + DAYS * DAY_S || of_berkas.len() > 20 {
                break;
            }
            of_berkas.push(Row {
                id: 0,
                berkas: format!("B{berkas:03}"),
                batch: batch.clone(),
                step: number,
                role: role_of(number),
                officer: Some(format!("P{number}{}", random.random_range(1..3))),
                start: Some(start),
                end: at,
                outcome: outcome.hasil.clone(),
                missing: (outcome.hasil == "kurang").then(|| *PAPERS.choose(&mut random).unwrap()),
                number: None,
                kind,
                village,
                nik: Some(nik.clone()),
                received,
            });
            step = outcome.next;
        }
        distort(&mut of_berkas, &distortions, boundaries, &mut random);
        rows.extend(of_berkas);
    }
    numbered(rows, &distortions, facts, &mut random)
}

/// The seeds that `TERTIB_OFFICES=0..2000` asks for, or else the usual ones.
pub fn asked(usual: Range<u64>) -> Range<u64> {
    let Ok(text) = std::env::var("TERTIB_OFFICES") else { return usual };
    let range = text.split_once("..").and_then(|(a, b)| Some(a.parse().ok()?..b.parse().ok()?));
    range.unwrap_or_else(|| panic!("TERTIB_OFFICES is `{text}`; write it as 0..2000"))
}

fn role_of(step: u8) -> &'static str {
    ["front_office", "front_office", "perekaman", "loket_pendaftaran", "kasi_identitas", "operator", "operator"]
        .into_iter()
        .chain(["loket_pengambilan", "registrasi_arsip", "loket_pengambilan"])
        .nth(usize::from(step) - 1)
        .unwrap()
}

/// The distortions of one berkas.
fn distort(rows: &mut Vec<Row>, distortions: &Distortions, boundaries: [i64; 4], random: &mut ChaCha8Rng) {
    let latest = boundaries[3];
    rows.retain(|_| !random.random_bool(distortions.lost));
    for mut again in rows.clone() {
        if random.random_bool(distortions.repeated) {
            let later = *[0, 1, 3_600, 20 * DAY_S, 40 * DAY_S].choose(random).unwrap();
            again.end = (again.end + later).min(latest);
            rows.push(again);
        }
    }
    if random.random_bool(distortions.shuffled) {
        let mut ends: Vec<i64> = rows.iter().map(|row| row.end).collect();
        ends.shuffle(random);
        rows.iter_mut().zip(ends).for_each(|(row, end)| row.end = end);
    }
    let one = rows.first().filter(|_| random.random_bool(distortions.one_second)).map(|row| row.end);
    for row in rows {
        row.end = one.unwrap_or(row.end);
        if random.random_bool(distortions.on_boundary) {
            row.end = (boundaries.choose(random).unwrap() + random.random_range(-1..=1)).clamp(boundaries[0], latest);
        }
        if random.random_bool(distortions.other_batch) {
            row.batch = format!("K{}", random.random_range(0..distortions.batches));
        }
        if random.random_bool(distortions.other_cell) {
            row.kind = KINDS.choose(random).unwrap();
            row.village = VILLAGES.choose(random).unwrap();
        }
        if random.random_bool(distortions.wrong_role) {
            row.role = role_of(random.random_range(1..=10));
        }
        if random.random_bool(distortions.no_value) {
            match random.random_range(0..3) {
                0 => row.start = None,
                1 => row.officer = None,
                _ => row.nik = None,
            }
        }
        if random.random_bool(distortions.on_boundary / 2.0) {
            row.received = (row.received + random.random_range(-40..40) * DAY_S).clamp(boundaries[0], latest);
        }
    }
}

/// Events get their keys in another order than they happened, numbers of books, and the pulls in which they come.
fn numbered(mut rows: Vec<Row>, distortions: &Distortions, facts: &Facts, random: &mut ChaCha8Rng) -> Made {
    if distortions.shuffled > 0.0 {
        rows.shuffle(random);
    } else {
        rows.sort_by_key(|row| row.end);
    }
    for (id, row) in (1..).zip(&mut rows) {
        row.id = id;
        if [3, 4, 8, 9].contains(&row.step) && !random.random_bool(distortions.no_value / 3.0) {
            let year = facts.zone.month(row.end).unwrap().year();
            row.number = Some(format!("{:06}/{}/{year}", random.random_range(id..=id + 3), row.step));
        }
    }
    let pulls = if distortions.corrected > 0.0 { 4 } else { 1 };
    let seen = |row: &Row, random: &mut ChaCha8Rng| {
        let before = random.random_bool(distortions.corrected).then(|| {
            let mut before = row.clone();
            before.end -= random.random_range(0..40 * DAY_S).min(before.end - 1_609_500_000);
            before.kind = KINDS.choose(random).unwrap();
            before.batch = "K9".to_owned();
            before.officer = None;
            before
        });
        (random.random_range(0..pulls), before)
    };
    let first_seen = rows.iter().map(|row| seen(row, random)).collect();
    let end = rows.iter().map(|row| row.end).max().unwrap_or_default();
    let outage = |random: &mut ChaCha8Rng| {
        let start = end - random.random_range(0..DAYS * DAY_S);
        (start, start + random.random_range(1..3 * DAY_S))
    };
    let outages = (0..random.random_range(0..6)).map(|_| outage(random)).collect();
    Made { rows, first_seen, outages, pulls }
}

/// An office in a folder of its own, pulled.
#[derive(Debug)]
pub struct Pulled {
    /// Its folder.
    pub dir: TempDir,
    /// The archive after the last pull.
    pub archive: Archive,
    /// Its key.
    pub key: Key,
}

impl Pulled {
    /// The office's database.
    pub fn database(&self) -> std::path::PathBuf {
        self.dir.path().join("kantor.sqlite")
    }

    /// The folder of the archive.
    pub fn root(&self) -> std::path::PathBuf {
        self.dir.path().join("archive")
    }
}

/// Pulls an office into an archive, without a row in quarantine.
pub fn pulled(made: &Made, facts: &Facts) -> Pulled {
    let dir = TempDir::new().unwrap();
    let database = dir.path().join("kantor.sqlite");
    std::fs::write(&database, "").unwrap();
    let key_file = dir.path().join("kunci");
    Key::create_for_demo(&key_file, 1).unwrap();
    let key = Key::load(&key_file).unwrap();
    for number in 0..made.pulls {
        made.write(&database, number);
        let report = pull(dir.path(), &key, facts).unwrap();
        assert_eq!(report.quarantined, 0, "a generated row breaks the contract: {:?}", report.findings);
    }
    let archive = Archive::open(&dir.path().join("archive")).unwrap();
    Pulled { dir, archive, key }
}

/// Changes the office's database and pulls once more.
///
/// # Errors
/// The words of the pull that was refused.
pub fn again(pulled: &mut Pulled, facts: &Facts, change: &str) -> Result<(), String> {
    sqlite(&pulled.database(), change);
    pull(pulled.dir.path(), &pulled.key, facts).map_err(|e| e.to_string())?;
    pulled.archive = Archive::open(&pulled.root()).unwrap();
    Ok(())
}

fn pull(folder: &Path, key: &Key, facts: &Facts) -> Result<PullReport, PullError> {
    let database = folder.join("kantor.sqlite");
    let mut source = SourceConfig::new(format!("sqlite:{}", database.display()), "workflow_events".into());
    source.outages = Some("gangguan".into());
    let options = PullOptions {
        source_name: "kantor",
        lookback_s: DAY_S,
        at_ms: 1_900_000_000_000,
        dry_run: false,
        from_us: None,
        until_us: None,
        again: None,
        accept_corrections: true,
        slice_rows: 1_000_000,
        retries: 0,
        may_write: true,
        fence: WriterLock::Lock,
        signing: None,
    };
    let root = folder.join("archive");
    runtime().block_on(pipeline::pull(&source, &root, key, facts, options, &mut |_, _, _| {}))
}

/// A berkas that goes through the SOP in one batch, each step a day after the one before, from a day of 2026 on.
pub fn straight(berkas: &str, batch: &str, from: &str) -> Vec<Row> {
    let from = chrono::NaiveDate::parse_from_str(from, "%Y-%m-%d").unwrap().and_hms_opt(2, 0, 0).unwrap().and_utc();
    let facts = Facts::embedded().unwrap();
    let steps = [1_u8, 2, 4, 5, 6, 7, 8, 9, 10];
    let row = |(day, step): (i64, u8)| {
        let end = from.timestamp() + day * DAY_S;
        Row {
            id: 0,
            berkas: berkas.to_owned(),
            batch: batch.to_owned(),
            step,
            role: role_of(step),
            officer: None,
            start: Some(end - 60),
            end,
            outcome: facts.sop.step(step).unwrap().outcomes[0].hasil.clone(),
            missing: None,
            number: [3, 4, 8, 9].contains(&step).then(|| format!("000001/{step}/2026")),
            kind: "hilang",
            village: VILLAGES[0],
            nik: Some("1806015708979001".to_owned()),
            received: from.timestamp(),
        }
    };
    (0..).zip(steps).map(row).collect()
}

/// An office of these berkas, its events numbered in that order.
pub fn office(berkas: impl IntoIterator<Item = Vec<Row>>) -> Made {
    let mut rows: Vec<Row> = berkas.into_iter().flatten().collect();
    (1..).zip(&mut rows).for_each(|(id, row)| row.id = id);
    Made::plain(rows)
}
