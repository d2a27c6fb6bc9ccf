//! Offices to test with: a small invented one in SQLite, and an installation beside any source.

use crate::tools::Tool;
use crate::{Ran, copy, root, sqlite, tertib, watched};
use schemas::Zone;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;

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

/// One month, 60 applications.
pub const SMALL: [&str; 6] = ["--months", "2026-10:2026-10", "--per-month", "60", "--seed", "3"];

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
