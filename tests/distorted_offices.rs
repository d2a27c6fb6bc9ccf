//! Small offices whose records are distorted in every way that a counter application can distort them, thousands by seed, each
//! pulled, computed and compared with the Python reference, all figures, key for key and integer for integer.
//!
//! Events on the boundaries of months, berkas that change their batch, village or kind, steps that are missing, repeated or
//! shuffled, no value where one may be missing, everything in one second, ends before starts, corrections that come in four
//! pulls, outages that overlap, in each of the three zones.
//!
//! `TERTIB_OFFICES=0..2000` asks for other offices than the few of every run, `17..18` for one again.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot set up must stop")]
#![expect(clippy::disallowed_methods, reason = "the environment says how many offices")]
#![expect(clippy::print_stdout, reason = "how many offices were compared is what the long run is for")]

use pipeline::{Archive, Fence, FigureBook, Key, PullOptions, SourceConfig};
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use schemas::{FactFiles, Facts, Month, OfficeDays, Zone};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::ops::Range;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;
use tests::tools::Tool;
use tests::{root, runtime, sqlite};

/// The offices of every run.
const SHORT: Range<u64> = 0..200;
/// Days that an office's events lie in.
const DAYS: i64 = 92;
const DAY_S: i64 = 86_400;
const KINDS: [&str; 5] = ["baru", "hilang", "rusak", "perubahan_data", "pindah_datang"];
const VILLAGES: [&str; 3] = ["1806012001", "1806012002", "1806022001"];
const PAPERS: [&str; 4] = ["kk", "f_1_02", "kk;ktp_lama", "skp"];

const PYTHON: Tool = Tool::Python(&[]);

tests::trials! {
    every_figure_is_the_reference_s needs PYTHON;
    a_berkas_that_changes_its_batch needs PYTHON;
    a_print_before_its_check needs PYTHON;
    a_receipt_written_again needs PYTHON;
    a_batch_is_held_up_by_a_kind needs PYTHON;
}

/// One row of the office's view.
#[derive(Clone, Debug)]
struct Row {
    id: i64,
    berkas: String,
    batch: String,
    step: u8,
    role: &'static str,
    officer: Option<String>,
    start: Option<i64>,
    end: i64,
    outcome: String,
    missing: Option<&'static str>,
    number: Option<String>,
    kind: &'static str,
    village: &'static str,
    nik: Option<String>,
    received: i64,
}

/// An office: its rows as they are in the end, what stood there before a correction, and its outages.
struct Made {
    rows: Vec<Row>,
    /// In which of the pulls a row is first there, and what it says until the last.
    first_seen: Vec<(usize, Option<Row>)>,
    outages: Vec<(i64, i64)>,
    pulls: usize,
}

impl Made {
    /// Rows that are right from the first pull on.
    fn plain(rows: Vec<Row>) -> Self {
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
        }
    }
}

/// An office by seed: berkas that go through the SOP over three months, then distorted.
fn made(seed: u64, facts: &Facts) -> Made {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let distortions = Distortions::of(&mut random);
    let first: Month =
        format!("{}-{:02}", random.random_range(2021..=2026), random.random_range(1..=12)).parse().unwrap();
    let zone = facts.zone;
    let begin = first.start_s(zone);
    let boundaries = [begin, first.end_s(zone), first.next().end_s(zone), first.next().next().end_s(zone) - 1];
    let mut rows: Vec<Row> = Vec::new();
    let pace = *[3_600, 20_000, 200_000].choose(&mut random).unwrap();
    for berkas in 0..random.random_range(2..25) {
        let received = begin + random.random_range(0..DAYS * DAY_S);
        let batch = format!("K{}", random.random_range(0..4));
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
            row.batch = format!("K{}", random.random_range(0..4));
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

/// The reference in one process, asked for one office after the other.
struct Reference {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Reference {
    fn start() -> Self {
        let script = root().join("tests/office/reference.py");
        let mut command = PYTHON.command();
        command.arg(script).arg("--serve").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the reference starts");
        let (ask, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, ask, answers }
    }

    /// The figures of each month, by month.
    fn figures(&mut self, database: &Path, zone: Zone, months: &[Month]) -> Value {
        let months: Vec<String> = months.iter().map(Month::to_string).collect();
        writeln!(self.ask, "{} {} {}", zone, database.display(), months.join(" ")).unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).expect("the reference answers")
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// An office in a folder of its own, pulled.
struct Pulled {
    dir: TempDir,
    archive: Archive,
    key: Key,
}

impl Pulled {
    fn database(&self) -> std::path::PathBuf {
        self.dir.path().join("kantor.sqlite")
    }
}

fn pulled(made: &Made, facts: &Facts) -> Pulled {
    let dir = TempDir::new().unwrap();
    let database = dir.path().join("kantor.sqlite");
    std::fs::write(&database, "").unwrap();
    let key_file = dir.path().join("kunci");
    Key::create_for_demo(&key_file, 1).unwrap();
    let key = Key::load(&key_file).unwrap();
    let mut source = SourceConfig::new(format!("sqlite:{}", database.display()), "workflow_events".into());
    source.outages = Some("gangguan".into());
    let root = dir.path().join("archive");
    for pull in 0..made.pulls {
        made.write(&database, pull);
        let options = PullOptions {
            source_name: "kantor",
            lookback_s: DAY_S,
            at_ms: 1_900_000_000_000,
            dry_run: false,
            from_us: None,
            until_us: None,
            slice_rows: 1_000_000,
            retries: 0,
            may_write: true,
            fence: Fence::Lock,
        };
        let report = runtime().block_on(pipeline::pull(&source, &root, &key, facts, options, &mut |_, _| {})).unwrap();
        assert_eq!(report.quarantined, 0, "a generated row breaks the contract: {:?}", report.findings);
    }
    let archive = Archive::open(&root).unwrap();
    Pulled { dir, archive, key }
}

/// Compares an office with the reference; how many months there were.
fn compare(what: &str, made: &Made, facts: &Facts, reference: &mut Reference) -> u64 {
    let pulled = pulled(made, facts);
    let book = FigureBook::open(&pulled.archive, facts).unwrap().keeping(&pulled.key).unwrap();
    let months = book.months().to_vec();
    let truth = reference.figures(&pulled.database(), facts.zone, &months);
    for month in &months {
        let ours = serde_json::to_value(book.month(*month).unwrap().figures).unwrap();
        let truth = &truth[month.to_string()];
        for (figure, value) in truth.as_object().unwrap() {
            assert_eq!(&ours[figure], value, "{what}: {figure} of {month}, ours and the reference's");
        }
        assert_eq!(&ours, truth, "{what}: {month}");
    }
    months.len() as u64
}

fn asked() -> Range<u64> {
    let Ok(text) = std::env::var("TERTIB_OFFICES") else { return SHORT };
    let range = text.split_once("..").and_then(|(a, b)| Some(a.parse().ok()?..b.parse().ok()?));
    range.unwrap_or_else(|| panic!("TERTIB_OFFICES is `{text}`; write it as 0..2000"))
}

/// What the generator must have put before the figures, or it proves nothing.
#[derive(Default)]
struct Met {
    changed_batch: AtomicU64,
    printed_before_check: AtomicU64,
    corrected: AtomicU64,
    received_twice: AtomicU64,
}

impl Met {
    fn count(&self, made: &Made) {
        let mut rows: Vec<&Row> = made.rows.iter().collect();
        rows.sort_by_key(|row| (&row.berkas, row.end, row.step, row.id));
        let add = |counter: &AtomicU64, n: usize| {
            counter.fetch_add(n as u64, Ordering::Relaxed);
        };
        for berkas in rows.chunk_by(|a, b| a.berkas == b.berkas) {
            let first = |outcomes: &[&str]| berkas.iter().find(|row| outcomes.contains(&row.outcome.as_str()));
            let gathered = berkas.iter().find(|row| row.step == 7);
            let changes = gathered.is_some_and(|row| row.batch != berkas[0].batch);
            add(&self.changed_batch, usize::from(changes));
            let (check, print) = (first(&["lengkap", "perlu_rekam"]), first(&["tercetak"]));
            let before = check.zip(print).is_some_and(|(check, print)| check.end > print.end);
            add(&self.printed_before_check, usize::from(before));
            let receipts = berkas.iter().filter(|row| row.step == 1).count();
            add(&self.received_twice, usize::from(receipts > 1));
        }
        add(&self.corrected, made.first_seen.iter().filter(|(_, before)| before.is_some()).count());
    }
}

fn every_figure_is_the_reference_s() {
    let zones = Zone::ALL.map(|zone| Facts::load(&FactFiles::default(), &OfficeDays::default(), zone).unwrap());
    let (range, met) = (asked(), Met::default());
    let (seeds, months, wrong) = (Mutex::new(range.clone()), AtomicU64::new(0), Mutex::new(Vec::new()));
    let work = || {
        let mut reference = Reference::start();
        loop {
            let Some(seed) = seeds.lock().unwrap().next() else { break };
            let facts = &zones[usize::try_from(seed % 3).unwrap()];
            let made = made(seed, facts);
            if made.rows.is_empty() {
                continue;
            }
            met.count(&made);
            let compared = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                compare(&format!("TERTIB_OFFICES={seed}..{}", seed + 1), &made, facts, &mut reference)
            }));
            match compared {
                Ok(n) => {
                    months.fetch_add(n, Ordering::Relaxed);
                }
                Err(_) => wrong.lock().unwrap().push(seed),
            }
        }
    };
    std::thread::scope(|scope| {
        (0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
            .for_each(|_| drop(scope.spawn(work)));
    });
    let (months, wrong) = (months.into_inner(), wrong.into_inner().unwrap());
    assert!(wrong.is_empty(), "{} of the offices {range:?} differ from the reference, by seed: {wrong:?}", wrong.len());
    let met = [&met.changed_batch, &met.printed_before_check, &met.corrected, &met.received_twice];
    let met = met.map(|counter| counter.load(Ordering::Relaxed));
    println!(
        "offices {range:?}: {months} months equal; berkas that change their batch, are printed before their check, rows corrected, berkas received twice: {met:?}"
    );
    assert!(range.end - range.start < 100 || met.iter().all(|n| *n > 20), "the generator proves little: {met:?}");
}

/// A berkas that goes through the SOP in one batch, each step a day after the one before, from a day of 2026 on.
fn straight(berkas: &str, batch: &str, from: &str) -> Vec<Row> {
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

fn office(berkas: impl IntoIterator<Item = Vec<Row>>) -> Made {
    let mut rows: Vec<Row> = berkas.into_iter().flatten().collect();
    (1..).zip(&mut rows).for_each(|(id, row)| row.id = id);
    Made::plain(rows)
}

/// A batch of two, of which one names another batch from its fifth step on and is gathered in February.
fn a_berkas_that_changes_its_batch() {
    let facts = Facts::embedded().unwrap();
    let mut moved = straight("B", "K1", "2026-01-28");
    moved.iter_mut().filter(|row| row.step >= 5).for_each(|row| row.batch = "K2".to_owned());
    let made = office([straight("A", "K1", "2026-01-05"), moved]);
    compare("a changed batch", &made, &facts, &mut Reference::start());
    let pulled = pulled(&made, &facts);
    let february = FigureBook::open(&pulled.archive, &facts).unwrap().month("2026-02".parse().unwrap()).unwrap();
    let batches = february.figures.batches;
    assert_eq!((batches.completed, batches.waiting_for_last_working.n), (1, 2));
    assert!(batches.waiting_for_last_working.values.unwrap().max > 100_000, "{batches:?}");
}

/// Of two cards one is printed before its check, in the same month and in the month before it: it meets no deadline, is
/// counted among what was left out, and named, in the months of both.
fn a_print_before_its_check() {
    let facts = Facts::embedded().unwrap();
    for (from, months) in [("2026-01-05", &["2026-01"][..]), ("2026-01-26", &["2026-01", "2026-02"])] {
        let mut early = straight("B", "K2", from);
        let (check, print) = (early[1].end, early[4].end);
        early[1].end = print + 3 * DAY_S;
        early[4].end = check;
        let made = office([straight("A", "K1", "2026-01-12"), early]);
        compare("a print before its check", &made, &facts, &mut Reference::start());
        let pulled = pulled(&made, &facts);
        let book = FigureBook::open(&pulled.archive, &facts).unwrap();
        for month in months {
            let month: Month = month.parse().unwrap();
            let figures = book.month(month).unwrap();
            assert_eq!(figures.left_out["issuance.no_complete_check"], 1, "{from}, {month}");
            let printed = u64::from(month == "2026-01".parse().unwrap());
            assert_eq!(figures.figures.issuance.printed, printed, "{from}, {month}");
            assert_eq!(figures.deadlines.within_24_hours_less_outages.n(), printed, "{from}, {month}");
            assert_eq!(figures.deadlines.within_24_hours_less_outages.on_time, 0, "{from}, {month}");
            let quality = pipeline::quality(&pulled.archive, &facts, month).unwrap();
            let named = quality.findings.iter().filter(|f| f.code == "Q023").map(|f| f.place.as_str());
            assert_eq!(named.collect::<Vec<_>>(), ["B"], "{from}, {month}");
        }
    }
}

/// A receipt that is written again in another month is one arrival.
fn a_receipt_written_again() {
    let facts = Facts::embedded().unwrap();
    let mut rows = straight("A", "K1", "2026-01-12");
    let mut again = rows[0].clone();
    again.end += 31 * DAY_S;
    again.start = None;
    rows.push(again);
    let made = office([rows]);
    compare("a receipt written again", &made, &facts, &mut Reference::start());
    let pulled = pulled(&made, &facts);
    let book = FigureBook::open(&pulled.archive, &facts).unwrap();
    let arrivals = |month: &str| book.month(month.parse().unwrap()).unwrap().figures.duplicates.arrivals;
    assert_eq!([arrivals("2026-01"), arrivals("2026-02")], [0, 1]);
}

/// A batch of two kinds stands under the kind and village of the berkas that it waited for.
fn a_batch_is_held_up_by_a_kind() {
    let facts = Facts::embedded().unwrap();
    let mut first = straight("A", "K1", "2026-01-05");
    first.iter_mut().for_each(|row| row.kind = "baru");
    let mut last = straight("B", "K1", "2026-01-12");
    last.iter_mut().for_each(|row| (row.kind, row.village) = ("rusak", VILLAGES[2]));
    let pulled = pulled(&office([first, last]), &facts);
    let book = FigureBook::open(&pulled.archive, &facts).unwrap();
    let month = "2026-01".parse().unwrap();
    for (by, cell) in [(pipeline::By::Jenis, "rusak"), (pipeline::By::Pekon, VILLAGES[2])] {
        let rows = book.cells(month, month, by).unwrap();
        let held: Vec<_> = rows.iter().filter(|row| row.item == "held_up_by").collect();
        assert_eq!(held.len(), 1, "{held:?}");
        assert_eq!((held[0].cell.as_str(), held[0].detail.as_str(), held[0].n), (cell, "B", 1));
    }
}
