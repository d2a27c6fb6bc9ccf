//! The figures are reached by other means: DuckDB runs the same SQL, some figures have SQL of their own, and the same archive
//! comes about in other ways.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set up must stop")]

use arrow::util::display::array_value_to_string;
use pipeline::{Archive, FigureBook};
use schemas::figures::SpreadValues;
use schemas::{BESIDE, FactFiles, Facts, FigureKey, MEASURES, Narrowing, Numbered, OfficeDays, Zone};
use serde_json::{Map, Value};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use tests::forger::Forger;
use tests::tools::Tool;
use tests::{Office, make_office, make_office_in, root};

const MONTHS: [&str; 3] = ["2026-08", "2026-09", "2026-10"];
const DIVISIONS: [&str; 5] = ["total", "pekon", "kecamatan", "jenis", "officer"];

tests::trials! {
    duckdb_agrees needs DUCKDB;
    duckdb_agrees_in_the_east needs DUCKDB;
    the_script_of_a_number_gives_it_in_duckdb needs DUCKDB;
    threads_and_the_machine_s_zone_do_not_matter needs PYTHON;
    in_how_many_pulls_they_came_does_not_matter needs PYTHON;
    cut_anywhere_by_3 needs PYTHON;
    cut_anywhere_by_5 needs PYTHON;
    the_order_of_rows_does_not_matter needs PYTHON;
    months_add_up needs PYTHON;
    figures_are_kept needs PYTHON;
    rows_of_another_form_are_not_believed;
}

const PYTHON: Tool = Tool::Python(&[]);
const DUCKDB: Tool = Tool::Python(&["duckdb"]);

/// An invented office of three months, with an officer at each step, pulled.
fn office() -> Office {
    pulled(Office::around(|database| make_office(database, 5)))
}

fn pulled(office: Office) -> Office {
    office.run(&["pull"]).expect_code(0);
    office
}

fn by(office: &Office, month: &str, division: &str) -> Value {
    tests::figures(office.json(&["metrics", "--month", month, "--by", division], 0))
}

fn duckdb_agrees() {
    duckdb_agrees_in(Zone::Wib);
}

fn duckdb_agrees_in_the_east() {
    duckdb_agrees_in(Zone::Wit);
}

fn duckdb_agrees_in(zone: Zone) {
    let office = Office::around(|database| make_office_in(zone, database, 5));
    office.configure("zona = \"WIB\"", &format!("zona = \"{zone}\""));
    office.run(&["pull"]).expect_code(0);
    let of_month = |month: &str| DIVISIONS.map(|d| (d.to_owned(), by(&office, month, d))).into_iter().collect();
    let answers: Map<String, Value> = MONTHS.map(|m| (m.to_owned(), Value::Object(of_month(m)))).into_iter().collect();
    fs::write(office.path("jawaban.json"), Value::Object(answers).to_string()).unwrap();
    let at = |path: &str| root().join(path).display().to_string();
    let compared = DUCKDB.output(&[
        &at("tests/figures.py"),
        &office.place("archive"),
        &office.place("kantor.sqlite"),
        &at("schemas/data/wilayah/tanggamus.csv"),
        &at("pipeline/src/figures/metrics"),
        &office.place("jawaban.json"),
        &zone.to_string(),
    ]);
    assert!(compared.trim().parse::<u32>().expect("a number of rows") > 5_000, "only {compared} rows were compared");
}

/// The script that the page of a number offers gives, run by `DuckDB` in the folder of the archive, its count and its ranks.
fn the_script_of_a_number_gives_it_in_duckdb() {
    for (zone, month) in [(Zone::Wib, "2026-10"), (Zone::Wit, "2026-09")] {
        let office = Office::around(|database| make_office_in(zone, database, 5));
        office.configure("zona = \"WIB\"", &format!("zona = \"{zone}\""));
        office.run(&["pull"]).expect_code(0);
        let archive = Archive::open(&office.path("archive")).unwrap();
        let facts = Arc::new(Facts::load(&FactFiles::default(), &OfficeDays::default(), zone).unwrap());
        let book = FigureBook::open(&archive, &facts).unwrap();
        let month = month.parse().unwrap();
        let all = facts.figure_meanings.iter().filter(|meaning| meaning.figure != BESIDE);
        let mut keys: Vec<FigureKey> = all.map(|meaning| FigureKey::of(&meaning.figure, &meaning.item)).collect();
        let kecamatan = book.by_kecamatan(month, &Narrowing::default()).unwrap()[0].kecamatan.clone();
        let missing = book.month(month).unwrap().figures.completeness.missing;
        let document = missing.into_keys().next();
        let numbers = FigureKey { numbered: Some(Numbered::Any), ..FigureKey::of("register_agreement", "numbers") };
        keys.extend([
            FigureKey { kecamatan: Some(kecamatan), ..FigureKey::of("flow", "received") },
            FigureKey { document, ..FigureKey::of("completeness", "returned") },
            FigureKey { jenis: Some("baru".to_owned()), ..FigureKey::of(MEASURES, "issued_within_24_hours") },
            FigureKey { at_most: Some(5), above: Some(1), ..FigureKey::of("backlog", "open") },
            FigureKey::of("time_per_step", "handling_working").at_step(6),
            numbers.at_step(4),
            FigureKey { numbered: Some(Numbered::Unreadable), ..FigureKey::of("register_agreement", "numbers") },
        ]);
        let mut wanted = Vec::new();
        for (number, key) in keys.iter().enumerate() {
            let script = book.rerun(month, key).unwrap().unwrap();
            fs::write(office.path(&format!("archive/{number}.sql")), script).unwrap();
            let origin = book.origin(month, key).unwrap().unwrap();
            let terms = origin.terms.iter().map(|term| (term.path.clone(), term.n)).collect::<Vec<_>>();
            let terms = if terms.is_empty() { vec![(key.path(month), origin.spread.n)] } else { terms };
            let ranks = origin.spread.values.map(|SpreadValues { min, p50, p90, max, .. }| [min, p50, p90, max]);
            wanted.push(serde_json::json!({"terms": terms, "ranks": ranks}));
        }
        assert!(wanted.len() > 45 && wanted.iter().filter(|of| of["terms"][0][1].as_u64() > Some(0)).count() > 30);
        fs::write(office.path("archive/wanted.json"), Value::Array(wanted).to_string()).unwrap();
        let compared = DUCKDB.output(&[&root().join("tests/rerun.py").display().to_string(), &office.place("archive")]);
        assert_eq!(compared.trim().parse(), Ok(keys.len()), "so many scripts were run");
    }
}

/// An office and its figures by the plainest way, for all those below that come another way to the same.
struct Plain {
    office: Office,
    figures: Vec<Value>,
}

fn plain() -> &'static Plain {
    static PLAIN: OnceLock<Plain> = OnceLock::new();
    PLAIN.get_or_init(|| {
        let office = office();
        let figures = all(&office, "2", "Asia/Jakarta");
        Plain { office, figures }
    })
}

impl Plain {
    /// Another archive of the same database.
    fn unpulled(&self) -> Office {
        let office = self.office.copy();
        office.forget_archive();
        office
    }

    #[track_caller]
    fn is_of(&self, office: &Office, threads: &str, zone: &str, what: &str) {
        assert_eq!(all(office, threads, zone), self.figures, "{what}");
    }
}

/// The figures of each month, and two divisions of the last, by so many threads and with the machine in that zone.
fn all(office: &Office, threads: &str, zone: &str) -> Vec<Value> {
    let ask = |month: &str, division: &[&str]| {
        let mut command = office.command(&["metrics", "--month", month, "--format", "json"]);
        let ran = command.args(division).env("POLARS_MAX_THREADS", threads).env("TZ", zone).output().unwrap();
        tests::figures(tests::Ran::from(ran).expect_code(0).json())
    };
    let whole = MONTHS.map(|month| ask(month, &[]));
    whole.into_iter().chain(["pekon", "officer"].map(|d| ask("2026-10", &["--by", d]))).collect()
}

/// By other numbers of threads, in another zone: the same bytes.
fn threads_and_the_machine_s_zone_do_not_matter() {
    let plain = plain();
    let pulled = || pulled(plain.unpulled());
    plain.is_of(&pulled(), "1", "Asia/Jakarta", "by one thread");
    plain.is_of(&pulled(), "7", "Asia/Jakarta", "by seven threads");
    plain.is_of(&pulled(), "2", "America/St_Johns", "in another zone");
}

/// In other parts: the same bytes.
fn in_how_many_pulls_they_came_does_not_matter() {
    let plain = plain();
    let slices = plain.unpulled();
    for until in ["2026-08-12", "2026-08-20", "2026-09-01", "2026-09-02", "2026-10-10"] {
        slices.run(&["pull", "--until", until]).expect_code(0);
    }
    slices.run(&["pull"]).expect_code(0);
    plain.is_of(&slices, "2", "America/St_Johns", "in six commits");
}

/// Cut anywhere: each seed picks other days.
fn cut_anywhere(seed: u32) {
    let plain = plain();
    let parts = plain.unpulled();
    let days = (0..92_u32).filter(|day| (day * 7919 + seed * 104_729) % 13 < 2);
    let first = chrono::NaiveDate::from_ymd_opt(2026, 8, 1).unwrap();
    for day in days.map(|day| first + chrono::Days::new(day.into())) {
        parts.run(&["pull", "--until", &day.to_string()]).expect_code(0);
    }
    parts.run(&["pull"]).expect_code(0);
    plain.is_of(&parts, "2", "America/St_Johns", "cut");
}

fn cut_anywhere_by_3() {
    cut_anywhere(3);
}

fn cut_anywhere_by_5() {
    cut_anywhere(5);
}

/// Rows in another order: the same bytes.
fn the_order_of_rows_does_not_matter() {
    let plain = plain();
    for seed in 1..=3 {
        let office = plain.unpulled();
        office.sql(&format!(
            "create table kocok as select * from langkah_berkas order by (event_id * {seed} * 7919) % 10007;
             delete from langkah_berkas; insert into langkah_berkas select * from kocok; drop table kocok"
        ));
        plain.is_of(&pulled(office), "2", "America/St_Johns", &format!("shuffled, {seed}"));
    }
}

/// What is counted of three months is the sum of the months; what stands open is the last month's.
fn months_add_up() {
    let office = office();
    let together = office.json(&["metrics", "--month", "2026-10", "--from", "2026-08", "--by", "total"], 0);
    let n = |rows: &Value, figure: &str, item: &str| -> u64 {
        let rows = rows.as_array().unwrap().iter();
        rows.filter(|r| r["figure"] == figure && r["item"] == item).map(|r| r["n"].as_u64().unwrap()).sum()
    };
    let months = MONTHS.map(|m| by(&office, m, "total"));
    for (figure, item) in [("flow", "received"), ("issuance", "wall"), ("time_per_step", "waiting_working")] {
        let sum: u64 = months.iter().map(|rows| n(rows, figure, item)).sum();
        assert!(sum > 0 && n(&together, figure, item) == sum, "{figure} {item}");
    }
    for (figure, item) in [("flow", "open"), ("backlog", "open"), ("issuance", "open_wall")] {
        assert_eq!(n(&together, figure, item), n(&months[2], figure, item), "{figure} {item}");
    }
    let series = office.json(&["metrics", "--month", "2026-10", "--from", "2026-08", "--by", "month"], 0);
    for (month, rows) in MONTHS.iter().zip(&months) {
        let of_series = series.as_array().unwrap().iter().filter(|r| r["cell"] == *month);
        let of_series = Value::Array(of_series.cloned().collect());
        assert_eq!(of_series.as_array().unwrap().len(), rows.as_array().unwrap().len(), "{month}");
        assert_eq!(n(&of_series, "flow", "open"), n(rows, "flow", "open"), "{month}");
    }
}

/// Rows of a month that is over are kept, not computed twice, computed anew when an event of it comes late, and never
/// trusted by `verify`.
fn figures_are_kept() {
    let office = office();
    let kept = || -> Vec<PathBuf> {
        let entries = fs::read_dir(office.path("archive/figures")).map(|e| e.map(|e| e.unwrap().path()).collect());
        let mut paths: Vec<PathBuf> = entries.unwrap_or_default();
        paths.sort();
        paths
    };
    let of = |month: &str| office.run(&["metrics", "--month", month, "--format", "json"]).expect_code(0).out;
    let first = of("2026-09");
    let files = kept();
    assert_eq!(files.len(), 3, "what August and September saw, and what September looks ahead for: {files:?}");
    // Without the events the figures are the same, so they were not computed anew.
    let parts = office.path("archive/events/bulan=2026-09");
    let aside = office.path("aside");
    fs::rename(&parts, &aside).unwrap();
    assert_eq!(of("2026-09"), first);
    fs::rename(&aside, &parts).unwrap();
    office.run(&["verify"]).expect_code(0);

    // A file whose bytes are not its own is not read; one that was forged with care is found by `verify`.
    let past = |files: &[PathBuf], month: &str| {
        files
            .iter()
            .find(|f| f.file_name().unwrap().to_string_lossy().starts_with(&format!("{month}-past")))
            .unwrap()
            .clone()
    };
    let (august, september) = (past(&files, "2026-08"), past(&files, "2026-09"));
    let whole = fs::read(&september).unwrap();
    fs::write(&september, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(of("2026-09"), first);
    let digest = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().rsplit('-').next().unwrap().to_owned();
    let september = past(&kept(), "2026-09");
    let forged = september.display().to_string().replace(&digest(&september), &digest(&august));
    fs::remove_file(&september).unwrap();
    fs::copy(&august, &forged).unwrap();
    let found = office.run(&["verify"]).expect_code(1);
    assert!(found.found("A008").iter().any(|(_, place)| place.contains("figures/2026-09-past")), "{}", found.out);
    // Nor is one believed whose name holds the digest of its bytes, which anybody can compute.
    let bytes = fs::read(&august).unwrap();
    let unkeyed = tests::sha256(&bytes);
    let forged_openly = september.display().to_string().replace(&digest(&september), &unkeyed[..32]);
    fs::remove_file(&forged).unwrap();
    fs::write(&forged_openly, bytes).unwrap();
    assert!(office.run(&["verify"]).expect_code(1).finds("A008"));
    assert_eq!(of("2026-09"), first, "a forged file was believed");
    office.run(&["verify"]).expect_code(0);

    // Without the office's key nothing is believed and nothing is written.
    let (key, key_aside) = (office.path("kunci.key"), office.path("kunci.aside"));
    fs::rename(&key, &key_aside).unwrap();
    let whole = past(&kept(), "2026-09");
    fs::write(&whole, b"no rows").unwrap();
    let before = tests::tree(&office.path("archive"));
    assert_eq!(of("2026-09"), first);
    assert!(tests::tree(&office.path("archive")) == before, "something was written without the key");
    fs::rename(&key_aside, &key).unwrap();
    assert_eq!(of("2026-09"), first);
    office.run(&["verify"]).expect_code(0);

    // An event that comes late changes its month and the months after it.
    of("2026-09");
    office.sql(
        "insert into langkah_berkas select max(event_id) + 1, min(berkas_id), 2, 'front_office', null, null,
         '2026-09-10T03:00:00Z', 'kurang', 'kk', null, null, max(recorded_at) from langkah_berkas",
    );
    office.run(&["pull"]).expect_code(0);
    let late = of("2026-09");
    assert_ne!(late, first);
    let now = kept();
    assert!(now.contains(&august) && now.len() == 3, "{now:?}");
    fs::remove_dir_all(office.path("archive/figures")).unwrap();
    assert_eq!(of("2026-09"), late);
}

/// An office that already keeps rows goes on with them after an update, unless their form was raised: a change of what the
/// rows of one and the same demo are needs a higher `FORM`, and both stand here. Where only the demo has changed, the digest does.
fn rows_of_another_form_are_not_believed() {
    const PINNED: (&str, &str) = ("4", "78e9f5088a57afd8169d77f773a0273daf0baff29a72f1e32b2eff008c96ac44");
    let source = fs::read_to_string(root().join("pipeline/src/figures/cache.rs")).unwrap();
    let form = source.lines().find_map(|line| line.strip_prefix("const FORM: u32 = ")).unwrap().trim_end_matches(';');
    let office = Office::demo(&["--months", "2026-06:2026-10", "--per-month", "60", "--seed", "3"]);
    office.run(&["metrics", "--month", "2026-09"]).expect_code(0);
    let mut kept = Vec::new();
    for entry in fs::read_dir(office.path("archive/figures")).unwrap() {
        let path = entry.unwrap().path();
        let rows = Forger::rows(&path);
        // The name begins with the month and what it sees; what follows is of the key and the form.
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let of = name.split('-').take(3).collect::<Vec<_>>().join("-");
        for row in 0..rows.num_rows() {
            let cells = rows.columns().iter().map(|column| array_value_to_string(column, row).unwrap());
            kept.push(format!("{of}\t{}", cells.collect::<Vec<_>>().join("\t")));
        }
    }
    kept.sort_unstable();
    assert!(kept.len() > 1_000 && kept.iter().any(|row| row.contains("-ahead\t")), "{} rows", kept.len());
    assert_eq!((form, tests::sha256(kept.join("\n").as_bytes()).as_str()), PINNED);
}
