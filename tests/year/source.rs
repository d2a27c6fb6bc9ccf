//! The office's database, which grows as the office works: the rows of an invented office are written when their time has come, and
//! some of them days late.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::servers::Server;
use tests::{WITHOUT_FAULTS, sqlite, tertib};

const TABLES: [&str; 5] = ["kolektif", "berkas", "langkah_berkas", "gangguan", "blangko"];

/// Every nineteenth row is written one to six days after it says that it was.
const DUE: &str = "unixepoch(recorded_at) + iif(event_id % 19 = 7, (1 + event_id % 6) * 86400 + event_id % 3600, 0)";

/// The database and all that will ever be written into it.
#[derive(Debug)]
pub(crate) struct Source {
    /// Holds the invented office and the rows of one step.
    folder: TempDir,
    /// What was written; where the office has a server, a copy of it.
    pub(crate) database: PathBuf,
    pub(crate) server: Option<Box<dyn Server>>,
    is_away: bool,
    grown_s: i64,
}

impl Source {
    /// An office of these months; nothing of it is written yet.
    pub(crate) fn invented(months: &str, per_month: u32) -> Self {
        let folder = TempDir::new().unwrap();
        let office = folder.path().join("kantor");
        let per_month = per_month.to_string();
        let mut demo = tertib();
        demo.args(["demo", "--seed", "18", "--months", months, "--per-month", &per_month, "--dir"]).arg(&office);
        let mut demo = demo.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        // When it begins to pull, its database is complete. Nothing else is wanted of it.
        let began = Instant::now();
        while !office.join("archive").exists() && demo.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(120), "no office is invented");
            std::thread::sleep(Duration::from_millis(5));
        }
        drop(demo.kill());
        drop(demo.wait());
        let stock = office.join("kantor.sqlite");
        sqlite(&stock, WITHOUT_FAULTS);
        sqlite(
            &stock,
            &format!(
                "create table antre as select event_id, {DUE} as due_s from langkah_berkas;
                 create index antre_due on antre (due_s)"
            ),
        );
        let schema = include_str!("../../jobs/src/demo/schema.sql");
        let database = folder.path().join("awal.sqlite");
        for file in [&database, &folder.path().join("langkah.sqlite")] {
            fs::File::create(file).unwrap();
            sqlite(file, schema);
        }
        sqlite(
            &database,
            &format!("attach '{}' as stok; insert into main.pekon select * from stok.pekon", stock.display()),
        );
        Self { folder, database, server: None, is_away: false, grown_s: i64::MIN }
    }

    /// Moves it to where the office has it.
    pub(crate) fn install(&mut self, path: &Path) {
        fs::rename(&self.database, path).unwrap();
        path.clone_into(&mut self.database);
    }

    /// Moves it into a server; the URL of its reader.
    pub(crate) fn move_into(&mut self, server: Box<dyn Server>) -> String {
        server.fill(&self.database);
        let url = server.reader();
        self.server = Some(server);
        url
    }

    /// Writes all rows whose time has come.
    pub(crate) fn grow(&mut self, to_s: i64) {
        // Where there is no server, nobody can write into it.
        if to_s <= self.grown_s || self.is_away && self.server.is_some() {
            return;
        }
        let [stock, step] = ["kantor/kantor.sqlite", "langkah.sqlite"].map(|name| self.folder.path().join(name));
        let new = format!("(select event_id from stok.antre where due_s > {} and due_s <= {to_s})", self.grown_s);
        let berkas = format!("(select berkas_id from stok.langkah_berkas where event_id in {new})");
        let day = format!("date({to_s}, 'unixepoch', '+7 hours')");
        let batches = format!("(select kolektif_id from stok.berkas where berkas_id in {berkas})");
        let wanted = [
            ("kolektif", "kolektif_id", format!("kolektif_id in {batches}")),
            ("berkas", "berkas_id", format!("berkas_id in {berkas}")),
            ("langkah_berkas", "event_id", format!("event_id in {new}")),
            ("gangguan", "gangguan_id", format!("unixepoch(selesai) <= {to_s}")),
            ("blangko", "tanggal", format!("tanggal < {day}")),
        ];
        let selected: String = wanted
            .iter()
            .map(|(table, key, condition)| {
                format!(
                    "delete from langkah.{table}; insert into langkah.{table} select * from stok.{table} where {condition} \
                     and {key} not in (select {key} from main.{table});\n"
                )
            })
            .collect();
        let written: String =
            TABLES.map(|table| format!("insert into main.{table} select * from langkah.{table};\n")).concat();
        sqlite(
            &self.database,
            &format!(
                "pragma foreign_keys = off; pragma synchronous = off; attach '{}' as stok; attach '{}' as langkah; pragma langkah.synchronous = off;
                 begin; {selected} {written} commit;",
                stock.display(),
                step.display()
            ),
        );
        if let Some(server) = &self.server {
            server.append(&step);
        }
        self.grown_s = to_s;
    }

    /// Takes it away: the file is moved, the server stopped.
    pub(crate) fn take_away(&mut self) {
        assert!(!std::mem::replace(&mut self.is_away, true));
        match &mut self.server {
            Some(server) => server.kill(),
            None => self.move_to("hilang.sqlite"),
        }
    }

    /// Brings it back.
    pub(crate) fn bring_back(&mut self) {
        assert!(std::mem::replace(&mut self.is_away, false));
        match &mut self.server {
            Some(server) => server.start(),
            None => self.move_to("kantor.sqlite"),
        }
    }

    fn move_to(&mut self, name: &str) {
        let to = self.database.with_file_name(name);
        fs::rename(&self.database, &to).unwrap();
        self.database = to;
    }
}
