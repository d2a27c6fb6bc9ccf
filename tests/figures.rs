//! Figures by other means: the same SQL in DuckDB, SQL of its own for some, and archives that came about in other ways.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set up must stop")]

use libtest_mimic::Arguments;
use serde_json::{Map, Value};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use tests::{Installed, has_tool, make_office, root, sqlite, tool, trial};

const MONTHS: [&str; 3] = ["2026-08", "2026-09", "2026-10"];
const DIVISIONS: [&str; 5] = ["total", "pekon", "kecamatan", "jenis", "officer"];

fn main() {
    let arguments = Arguments::from_args();
    let python = has_tool("python3", &["--version"]);
    let duckdb = has_tool("python3", &["-c", "import duckdb"]);
    let trials = vec![
        trial("duckdb_agrees".into(), "python3 with duckdb", duckdb, duckdb_agrees),
        trial("the_way_to_the_archive_does_not_matter".into(), "python3", python, any_way),
        trial("months_add_up".into(), "python3", python, months_add_up),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// An invented office of three months, with an officer at each step.
fn office(dir: &TempDir) -> PathBuf {
    let path = dir.path().join("kantor.sqlite");
    make_office(&path, 5);
    path
}

fn pulled(url: &str) -> Installed {
    let installed = Installed::at(url);
    installed.run(&["pull"]).expect_code(0);
    installed
}

fn by(installed: &Installed, month: &str, division: &str) -> Value {
    installed.json(&["metrics", "--month", month, "--by", division, "--format", "json"], 0)
}

fn duckdb_agrees() {
    let dir = TempDir::new().unwrap();
    let database = office(&dir);
    let installed = pulled(&format!("sqlite:{}", database.display()));
    let of_month = |month: &str| DIVISIONS.map(|d| (d.to_owned(), by(&installed, month, d))).into_iter().collect();
    let answers: Map<String, Value> = MONTHS.map(|m| (m.to_owned(), Value::Object(of_month(m)))).into_iter().collect();
    let place = dir.path().join("jawaban.json");
    fs::write(&place, Value::Object(answers).to_string()).unwrap();
    let at = |path: PathBuf| path.display().to_string();
    let compared = tool(
        "python3",
        &[
            &at(root().join("tests/figures.py")),
            &at(installed.path("archive")),
            &at(database),
            &at(root().join("schemas/data/wilayah/tanggamus.csv")),
            &at(root().join("pipeline/src/metrics")),
            &at(place),
        ],
    );
    assert!(compared.trim().parse::<u32>().expect("a number of rows") > 5_000, "only {compared} rows were compared");
}

/// Rows in another order, in other parts, by other numbers of threads: the same bytes.
fn any_way() {
    let dir = TempDir::new().unwrap();
    let database = office(&dir);
    let url = format!("sqlite:{}", database.display());
    let all = |installed: &Installed, threads: &str| -> Vec<String> {
        let ask = |month: &str, division: &[&str]| {
            let mut command = installed.command(&["metrics", "--month", month, "--format", "json"]);
            let ran = command.args(division).env("POLARS_MAX_THREADS", threads).output().unwrap();
            tests::Ran::from(ran).expect_code(0).out
        };
        let whole = MONTHS.map(|month| ask(month, &[]));
        whole.into_iter().chain(["pekon", "officer"].map(|d| ask("2026-10", &["--by", d]))).collect()
    };
    let plain = all(&pulled(&url), "2");
    assert_eq!(all(&pulled(&url), "1"), plain, "by one thread");
    assert_eq!(all(&pulled(&url), "7"), plain, "by seven threads");
    let slices = Installed::at(&url);
    for until in ["2026-08-12", "2026-08-20", "2026-09-01", "2026-09-02", "2026-10-10"] {
        slices.run(&["pull", "--until", until]).expect_code(0);
    }
    slices.run(&["pull"]).expect_code(0);
    assert_eq!(all(&slices, "2"), plain, "in six commits");
    for seed in 1..=3 {
        sqlite(
            &database,
            &format!(
                "create table kocok as select * from langkah_berkas order by (event_id * {seed} * 7919) % 10007;
                 delete from langkah_berkas; insert into langkah_berkas select * from kocok; drop table kocok"
            ),
        );
        assert_eq!(all(&pulled(&url), "2"), plain, "shuffled, {seed}");
    }
}

/// What is counted of three months is the sum of the months; what stands open is the last month's.
fn months_add_up() {
    let dir = TempDir::new().unwrap();
    let installed = pulled(&format!("sqlite:{}", office(&dir).display()));
    let together =
        installed.json(&["metrics", "--month", "2026-10", "--from", "2026-08", "--by", "total", "--format", "json"], 0);
    let n = |rows: &Value, figure: &str, item: &str| -> u64 {
        let rows = rows.as_array().unwrap().iter();
        rows.filter(|r| r["figure"] == figure && r["item"] == item).map(|r| r["n"].as_u64().unwrap()).sum()
    };
    let months = MONTHS.map(|m| by(&installed, m, "total"));
    for (figure, item) in [("flow", "received"), ("issuance", "wall"), ("time_per_step", "waiting_working")] {
        let sum: u64 = months.iter().map(|rows| n(rows, figure, item)).sum();
        assert!(sum > 0 && n(&together, figure, item) == sum, "{figure} {item}");
    }
    for (figure, item) in [("flow", "open"), ("backlog", "open"), ("issuance", "open_wall")] {
        assert_eq!(n(&together, figure, item), n(&months[2], figure, item), "{figure} {item}");
    }
    let series =
        installed.json(&["metrics", "--month", "2026-10", "--from", "2026-08", "--by", "month", "--format", "json"], 0);
    for (month, rows) in MONTHS.iter().zip(&months) {
        let of_series = series.as_array().unwrap().iter().filter(|r| r["cell"] == *month);
        let of_series = Value::Array(of_series.cloned().collect());
        assert_eq!(of_series.as_array().unwrap().len(), rows.as_array().unwrap().len(), "{month}");
        assert_eq!(n(&of_series, "flow", "open"), n(rows, "flow", "open"), "{month}");
    }
}
