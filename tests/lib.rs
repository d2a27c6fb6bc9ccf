//! What several test files need: the program, an invented office, real databases on loopback, outside tools.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up must stop")]
#![expect(clippy::disallowed_methods, reason = "tests start the program under test and outside judges")]

pub mod febrl;
pub mod forger;
pub mod generated;
pub mod planted;
pub mod reference;
pub mod servers;
pub mod tools;
pub mod trials;
pub mod wire;

use schemas::Zone;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tools::Tool;

/// The workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The program under test, built with everything else of the workspace.
pub fn tertib() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--bins"]).current_dir(root());
        // Cargo tells a test about its own package; a build script that watches these would be run again.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_CRATE_NAME" {
                build.env_remove(&name);
            }
        }
        let built = build.status().unwrap();
        assert!(built.success(), "the program does not build");
        let deps = std::env::current_exe().unwrap();
        deps.parent().and_then(Path::parent).unwrap().join("tertib")
    });
    let mut command = Command::new(program);
    command.env_remove("TERTIB_CONFIG").env_remove("TERTIB_SOURCE_URL");
    command
}

/// The program under test, which a shell starts after some settings of its own (umask, ulimit).
#[cfg(unix)]
pub fn tertib_after(settings: &str) -> Command {
    let program = tertib();
    let mut shell = Command::new("/bin/sh");
    shell.env_remove("TERTIB_CONFIG").env_remove("TERTIB_SOURCE_URL");
    shell.arg("-c").arg(format!("{settings}; exec \"$0\" \"$@\"")).arg(program.get_program());
    shell
}

/// What cargo knows of every package of the workspace and its dependencies on the platform that offices have.
#[must_use]
pub fn metadata() -> serde_json::Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let platform = "x86_64-unknown-linux-gnu";
    let mut metadata = Command::new(cargo);
    metadata.args(["metadata", "--offline", "--format-version", "1", "--filter-platform", platform]);
    let ran = Ran::from(metadata.current_dir(root()).output().unwrap()).expect_code(0);
    serde_json::from_str(&ran.out).unwrap()
}

/// Runs a line as it is pasted into a shell in that folder.
#[must_use]
pub fn pasted(line: &str, folder: &Path) -> Ran {
    Command::new("/bin/sh").args(["-c", line]).current_dir(folder).output().unwrap().into()
}

/// What a run of the program gave.
#[derive(Debug)]
pub struct Ran {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// Stops the test unless the program ended with that code.
    pub fn expect_code(self, code: i32) -> Self {
        self.expect_code_in(&[code], "")
    }

    /// Stops the test unless the program ended with one of these codes.
    pub fn expect_code_in(self, codes: &[i32], what: &str) -> Self {
        assert!(codes.contains(&self.code), "{what} exit {}\nstdout:\n{}\nstderr:\n{}", self.code, self.out, self.err);
        self
    }
}

/// An office folder of its own: configuration, key, database, maybe an archive.
#[derive(Debug)]
pub struct Office {
    /// The folder; removed with the value.
    pub dir: TempDir,
}

impl Office {
    /// A copy of an invented office of one month, 60 applications, pulled and rendered.
    #[must_use]
    pub fn small() -> Self {
        static MADE: OnceLock<TempDir> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let dir = TempDir::new().unwrap();
            let demo = tertib().arg("demo").arg("--dir").arg(dir.path().join("kantor")).args(SMALL).output().unwrap();
            Ran::from(demo).expect_code(0);
            dir
        });
        let dir = TempDir::new().unwrap();
        copy(&made.path().join("kantor"), dir.path());
        Self { dir }
    }

    /// The same office before its first pull, without the planted faults.
    #[must_use]
    pub fn unpulled() -> Self {
        let office = Self::small();
        fs::remove_dir_all(office.path("archive")).unwrap();
        office.sql(
            "update berkas set nik = nik || '1' where length(nik) = 15;
             delete from langkah_berkas where langkah = 11;
             update langkah_berkas set mulai = selesai where mulai > selesai;",
        );
        office
    }

    /// Two such offices that were pulled at the same instant, and of which one row differs.
    #[must_use]
    pub fn alike() -> (Self, Self) {
        let pulled = |change: &str| {
            let office = Self::unpulled();
            office.sql(change);
            office.run(&["pull", "--at", "2026-11-20T00:00:00Z"]).expect_code_in(&[0, 1], "pull");
            office
        };
        (pulled(""), pulled("update langkah_berkas set petugas_id = 'P999' where event_id = 7"))
    }

    /// A path inside the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A document of October among those that `render --full` wrote: a book's full copy has a name of its own.
    #[must_use]
    pub fn full(&self, name: &str, ending: &str) -> PathBuf {
        let folder = self.path("laporan/2026-10_dinas");
        let copy = folder.join(format!("{name}_2026-10_dinas.{ending}"));
        if copy.exists() { copy } else { folder.join(format!("{name}_2026-10.{ending}")) }
    }

    /// Runs the program with this office's configuration.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        tertib().args(arguments).arg("--config").arg(self.path("tertib.toml")).output().unwrap().into()
    }

    /// Runs the program on another source.
    #[must_use]
    pub fn run_with_source(&self, url: &str, arguments: &[&str]) -> Ran {
        let mut command = tertib();
        command.args(arguments).arg("--config").arg(self.path("tertib.toml")).env("TERTIB_SOURCE_URL", url);
        command.output().unwrap().into()
    }

    /// Changes the office's database.
    pub fn sql(&self, statements: &str) {
        sqlite(&self.path("kantor.sqlite"), statements);
    }

    /// Replaces text in the configuration.
    pub fn configure(&self, from: &str, to: &str) {
        replace_in(&self.path("tertib.toml"), from, to);
    }

    /// Lets a job that fails not be tried again, which it is after pauses of half a minute together.
    pub fn fail_at_once(&self, job: &str) {
        let name = format!("name = \"{job}\"\n");
        self.configure(&name, &format!("{name}retries = 0\n"));
    }

    /// The one value of a query over the public table.
    #[must_use]
    pub fn query_count(&self, condition: &str) -> u64 {
        let sql = format!("SELECT COUNT(*) AS n FROM events WHERE {condition}");
        let ran = self.run(&["query", &sql, "--format", "json"]).expect_code(0);
        let rows: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        rows[0]["n"].as_u64().unwrap()
    }
}

/// A folder that pulls from any source, without an archive yet.
#[derive(Debug)]
pub struct Installed {
    dir: TempDir,
}

impl Installed {
    /// Made by `tertib init`, without the rate at which the source is read, as fast as it can.
    #[must_use]
    pub fn at(url: &str) -> Self {
        let dir = TempDir::new().unwrap();
        let init = tertib().arg("init").arg(dir.path().join("work")).args(["--source", url]).output().unwrap();
        Ran::from(init).expect_code(0);
        let installed = Self { dir };
        installed.configure("rows-per-second = 100000\n", "");
        installed
    }

    /// A path inside the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("work").join(name)
    }

    /// The program with this folder's configuration.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = tertib();
        command.args(arguments).arg("--config").arg(self.path("tertib.toml"));
        command
    }

    /// Runs the program with this folder's configuration.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    /// What the program answers as JSON.
    #[must_use]
    pub fn json(&self, arguments: &[&str], code: i32) -> serde_json::Value {
        serde_json::from_str(&self.run(arguments).expect_code(code).out).unwrap()
    }

    /// The one integer `n` that a query answers with.
    #[must_use]
    pub fn count(&self, sql: &str) -> i64 {
        self.json(&["query", sql, "--format", "json"], 0)[0]["n"].as_i64().unwrap()
    }

    /// Pulls every 200 ms while eight writers write; how many rows plain cursors find meanwhile, by the event's key and by its
    /// time of recording.
    pub fn pull_beside_writers(
        &self,
        write: impl Fn(u64) + Sync,
        cursors: [&str; 2],
        number: impl Fn(&str) -> i64 + Send,
    ) -> [i64; 2] {
        let write = &write;
        let pull = || {
            std::thread::scope(|scope| {
                let writers: Vec<_> = (0..8).map(|writer| scope.spawn(move || write(writer))).collect();
                while writers.iter().any(|writer| !writer.is_finished()) {
                    self.run(&["pull"]).expect_code(0);
                    std::thread::sleep(Duration::from_millis(200));
                }
            });
        };
        watched(|over| found_by_cursors(cursors, number, over), pull).0
    }

    /// The archive has so many events, and none of them twice.
    #[track_caller]
    pub fn holds_once(&self, rows: i64) {
        assert_eq!(self.count("SELECT COUNT(*) AS n FROM events"), rows);
        assert_eq!(self.count("SELECT COUNT(DISTINCT event_id) AS n FROM events"), rows);
    }

    /// Removes the archive.
    pub fn forget_archive(&self) {
        if self.path("archive").exists() {
            fs::remove_dir_all(self.path("archive")).unwrap();
        }
    }

    /// Replaces text in the configuration.
    pub fn configure(&self, from: &str, to: &str) {
        replace_in(&self.path("tertib.toml"), from, to);
    }
}

fn replace_in(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{} has no `{from}`", path.display());
    fs::write(path, text.replace(from, to)).unwrap();
}

/// All that the public table says of each event, whatever number it got.
pub const EVERY_EVENT: &str = "SELECT event_id, recorded_at, berkas_id, kolektif_id, langkah, pelaksana, petugas_id, mulai, \
     selesai, hasil, kekurangan, nomor_register, jenis, kewarganegaraan, pekon, diterima, nik_pseudonym, pii_commitment \
     FROM events ORDER BY event_id, seq";

/// The columns that an invented row must be given.
pub const ROW: &str = "berkas_id, kolektif_id, langkah, pelaksana, selesai, hasil, jenis, kewarganegaraan, nik, nama, pekon, \
                   pembawa, diterima";
/// Their values, none of them of a real person.
pub const VALUES: &str = "'B202610-1', 'K202610-1', 7, 'operator', '2026-10-05 02:00:00', 'selesai', 'baru', 'WNI', \
                      '1806015708979001', 'SITI REKAAN', '1806011001', 'ANDI', '2026-10-05 01:00:00'";

/// What `metrics --format json` says of the month, without what it says of the archive, which differs from pull to pull.
#[must_use]
pub fn figures(out: &str) -> serde_json::Value {
    let mut answer: serde_json::Value = serde_json::from_str(out).unwrap();
    if let Some(figures) = answer.as_object_mut() {
        assert!(figures.remove("archive").is_some(), "{out}");
    }
    for row in answer.as_array_mut().into_iter().flatten() {
        let row = row.as_object_mut().unwrap();
        assert!(row.remove("complete_until").is_some() && row.remove("coverage").is_some(), "{row:?}");
    }
    answer
}

/// One month, 60 applications.
pub const SMALL: [&str; 6] = ["--months", "2026-10:2026-10", "--per-month", "60", "--seed", "3"];

/// Runs statements on a SQLite file.
pub fn sqlite(path: &Path, statements: &str) {
    use sqlx::Connection;
    let statements = statements.to_owned();
    runtime().block_on(async {
        let url = format!("sqlite:{}", path.display());
        let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    });
}

/// One integer that a statement on a SQLite file answers with.
#[must_use]
pub fn sqlite_number(path: &Path, sql: &str) -> i64 {
    use sqlx::{Connection, Row};
    let (url, sql) = (format!("sqlite:{}", path.display()), sqlx::AssertSqlSafe(sql.to_owned()));
    runtime().block_on(async {
        let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::query(sql).fetch_one(&mut db).await.unwrap().get(0)
    })
}

/// The first column of what a statement on a SQLite file answers with, texts.
#[must_use]
pub fn sqlite_texts(path: &Path, sql: &str) -> Vec<String> {
    use sqlx::{Connection, Row};
    let (url, sql) = (format!("sqlite:{}", path.display()), sqlx::AssertSqlSafe(sql.to_owned()));
    runtime().block_on(async {
        let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::query(sql).fetch_all(&mut db).await.unwrap().iter().map(|row| row.get(0)).collect()
    })
}

/// Writes a relation of a SQLite file as CSV, every value quoted where it must be, no value as nothing.
pub fn export(database: &Path, relation: &str, to: &Path) {
    use sqlx::{Column, Connection, Row};
    let (url, sql) = (format!("sqlite:{}", database.display()), format!("select * from {relation}"));
    let text = runtime().block_on(async {
        let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut db).await.unwrap();
        let head: Vec<&str> = rows[0].columns().iter().map(Column::name).collect();
        let mut lines = vec![head.join(",")];
        for row in &rows {
            let values = (0..row.len()).map(|i| match row.try_get::<Option<i64>, _>(i) {
                Ok(number) => number.map_or_else(String::new, |n| n.to_string()),
                Err(_) => {
                    let text: Option<String> = row.try_get(i).unwrap();
                    text.map_or_else(String::new, |t| format!("\"{}\"", t.replace('"', "\"\"")))
                }
            });
            lines.push(values.collect::<Vec<_>>().join(","));
        }
        lines.join("\n") + "\n"
    });
    fs::write(to, text).unwrap();
}

/// An asynchronous runtime for one call.
#[must_use]
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Does something beside a watcher, who goes on until it is over: also where it ends with a panic, which would never be told
/// if the watcher went on. What the watcher saw, and what came of it.
pub fn watched<W: Send, T>(watch: impl FnOnce(&AtomicBool) -> W + Send, work: impl FnOnce() -> T) -> (W, T) {
    struct Over<'a>(&'a AtomicBool);
    impl Drop for Over<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(&over));
        let done = {
            let _over = Over(&over);
            work()
        };
        (watcher.join().unwrap(), done)
    })
}

/// What a plain cursor finds by each of these columns: again and again the rows of the contract's table that are above the
/// greatest which the last question saw.
fn found_by_cursors(by: [&str; 2], number: impl Fn(&str) -> i64, over: &AtomicBool) -> [i64; 2] {
    let (mut found, mut cursors) = ([0; 2], [0; 2]);
    while !over.load(Ordering::Relaxed) {
        for ((column, found), cursor) in by.into_iter().zip(&mut found).zip(&mut cursors) {
            let to = number(&format!("select coalesce(max({column}), 0) from workflow_events"));
            let new = format!("select count(*) from workflow_events where {column} > {cursor} and {column} <= {to}");
            *found += number(&new);
            *cursor = to;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    found
}

/// Waits for a program's end; the most memory that it held, MB. Linux tells it while the program runs.
#[must_use]
pub fn peak_mb(child: &mut std::process::Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
        peak = peak.max(line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024);
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

/// What a program gave that must end within ten minutes: one that reads slowly gives way to all other programs of the machine,
/// which may be busy. What it writes meanwhile must be little.
#[must_use]
pub fn ended(mut child: std::process::Child) -> Ran {
    let began = std::time::Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_mins(10) {
            child.kill().unwrap();
            let ran = Ran::from(child.wait_with_output().unwrap());
            panic!("it does not end; until now it said:\n{}{}", ran.out, ran.err);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap().into()
}

/// Copies a folder's contents.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Every file below a folder with its bytes, by path.
#[must_use]
pub fn tree(folder: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// SHA-256 in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a text holds what could be a NIK: 15 or 16 digits that stand alone, neither part of a share like
/// 0.8833333333333333 nor of a hexadecimal digest.
#[must_use]
pub fn holds_nik(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
        .map(|word| word.trim_matches('.'))
        .any(|word| matches!(word.len(), 15 | 16) && word.bytes().all(|b| b.is_ascii_digit()))
}

/// Makes an office database with the generator that the reference figures belong to.
pub fn make_office(path: &Path, seed: u32) {
    make_office_in(Zone::default(), path, seed);
}

/// The same, of an office in that zone, whose clocks show the same.
pub fn make_office_in(zone: Zone, path: &Path, seed: u32) {
    let script = root().join("tests/office/make_office.py");
    let (script, seed) = (script.display().to_string(), seed.to_string());
    drop(Tool::Python(&[]).output(&[
        &script,
        &path.display().to_string(),
        "--seed",
        &seed,
        "--zone",
        &zone.to_string(),
    ]));
}
