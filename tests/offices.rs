//! Offices to test with: small invented ones in SQLite, and installations for any source.

use crate::tools::Tool;
use crate::{Ran, copy, figures, root, run, sqlite, sqlite_number, tertib, watched};
use schemas::Zone;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// An office folder of its own: configuration, key, maybe a database and an archive. It is removed with the value.
#[derive(Debug)]
pub struct Office {
    dir: TempDir,
}

/// A schedule of retention by which the personal data of a month are due as soon as it is over.
pub const DUE_AT_ONCE: &str = "source = \"rekaan\"\n[[jra]]\nkode = \"400.12.2.1\"\naktif_tahun = 0\ninaktif_tahun = 0\n\
                               akhir = \"musnah\"\ndasar = \"Perbup rekaan, halaman 3\"\n";

impl Office {
    /// A copy of an invented office of one month, 60 applications, pulled and rendered.
    #[must_use]
    pub fn small() -> Self {
        static MADE: OnceLock<Office> = OnceLock::new();
        MADE.get_or_init(|| Self::demo(&SMALL)).copy()
    }

    /// The same office before its first pull, without the planted faults.
    #[must_use]
    pub fn unpulled() -> Self {
        let office = Self::small();
        office.forget_archive();
        office.sql(WITHOUT_FAULTS);
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

    /// The office that `tertib demo` makes with these options.
    #[must_use]
    pub fn demo(options: &[&str]) -> Self {
        let office = Self { dir: TempDir::new().unwrap() };
        run(&[&["demo", "--dir", &office.folder().display().to_string()], options].concat()).expect_code(0);
        office
    }

    /// What `tertib init` makes for a source, but for the rate at which it is read: it is read as fast as it can be.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self::of(TempDir::new().unwrap(), url)
    }

    /// The same in a folder with a SQLite file `kantor.sqlite`, which is made first.
    #[must_use]
    pub fn around(make: impl FnOnce(&Path)) -> Self {
        let dir = TempDir::new().unwrap();
        let database = dir.path().join("kantor.sqlite");
        make(&database);
        let url = format!("sqlite:{}", database.display());
        let office = Self::of(dir, &url);
        // A copy of the folder reads its own.
        office.configure(&url, "sqlite:kantor.sqlite");
        office
    }

    fn of(dir: TempDir, url: &str) -> Self {
        let office = Self { dir };
        run(&["init", &office.folder().display().to_string(), "--source", url]).expect_code(0);
        office.configure("rows-per-second = 100000\n", "");
        office
    }

    /// Another office with the same files.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self::copy_of(self.folder())
    }

    /// An office with the files of a folder.
    #[must_use]
    pub fn copy_of(folder: &Path) -> Self {
        let office = Self { dir: TempDir::new().unwrap() };
        copy(folder, office.folder());
        office
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.dir.path()
    }

    /// A path inside the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// A path inside the folder, as an argument of a command.
    #[must_use]
    pub fn place(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// A commit of the archive.
    #[must_use]
    pub fn commit(&self, version: u64) -> PathBuf {
        self.path(&format!("archive/events/_delta_log/{version:020}.json"))
    }

    /// Where `render` writes a document of October.
    #[must_use]
    pub fn document(&self, name: &str, ending: &str) -> PathBuf {
        self.path(&format!("laporan/2026-10/{name}_2026-10.{ending}"))
    }

    /// What `render` wrote of a document of October as JSON.
    #[must_use]
    pub fn document_json(&self, name: &str, ending: &str) -> Value {
        serde_json::from_slice(&fs::read(self.document(name, ending)).unwrap()).unwrap()
    }

    /// A document of October among those that `render --full` wrote: a book's full copy has a name of its own.
    #[must_use]
    pub fn full(&self, name: &str, ending: &str) -> PathBuf {
        let folder = self.path("laporan/2026-10_dinas");
        let copy = folder.join(format!("{name}_2026-10_dinas.{ending}"));
        if copy.exists() { copy } else { folder.join(format!("{name}_2026-10.{ending}")) }
    }

    /// The program with this office's configuration.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = tertib();
        command.args(arguments).arg("--config").arg(self.path("tertib.toml"));
        command
    }

    /// Runs the program with this office's configuration.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    /// Starts the program with this office's configuration; what it writes is kept for whoever waits for its end.
    #[must_use]
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs the program on another source.
    #[must_use]
    pub fn run_with_source(&self, url: &str, arguments: &[&str]) -> Ran {
        self.command(arguments).env("TERTIB_SOURCE_URL", url).output().unwrap().into()
    }

    /// What the program answers as JSON, when it ends with that code.
    #[must_use]
    pub fn json(&self, arguments: &[&str], code: i32) -> Value {
        self.run(&[arguments, &["--format", "json"]].concat()).expect_code(code).json()
    }

    /// The state of the archive and the jobs.
    #[must_use]
    pub fn status(&self) -> Value {
        self.run(&["status", "--format", "json"]).expect_code_in(&[0, 1, 2], "status").json()
    }

    /// The figures of a month, without what `metrics` says of the archive, which differs from pull to pull.
    #[must_use]
    pub fn figures(&self, month: &str, code: i32) -> Value {
        figures(self.json(&["metrics", "--month", month], code))
    }

    /// A decision on every target that waits for a value, as `target.toml` holds them.
    #[must_use]
    pub fn decisions(&self) -> String {
        let list = self.run(&["target", "list", "--format", "json"]).expect_code_in(&[0, 1], "target list").json();
        let open = list.as_array().unwrap().iter().filter(|target| target["value"] == "");
        open.map(|target| {
            let value = if target["unit"] == "bagian" { "0.5" } else { "60" };
            format!(
                "[[decision]]\ntarget = {}\nregulation = \"perbup_07_2020\"\nvalue = {value}\nvalid-from = \"2020-01-01\"\n\
                 standing = \"resmi\"\narticle = \"7\"\nsource = \"naskah\"\nby = \"petugas\"\n\
                 entered = \"2026-01-01T08:00:00+07:00\"\n",
                target["target"]
            )
        })
        .collect()
    }

    /// How many events of the public table satisfy a condition; all, where there is none.
    #[must_use]
    pub fn events(&self, condition: &str) -> i64 {
        self.count("*", condition)
    }

    /// What `COUNT` says of a column of such events.
    #[must_use]
    pub fn count(&self, column: &str, condition: &str) -> i64 {
        let condition = if condition.is_empty() { String::new() } else { format!(" WHERE {condition}") };
        let sql = format!("SELECT COUNT({column}) AS n FROM events_all{condition}");
        self.json(&["query", &sql], 0)["rows"][0]["n"].as_i64().unwrap()
    }

    /// The archive has so many events, and none of them twice.
    #[track_caller]
    pub fn holds_once(&self, events: i64) {
        assert_eq!(self.events(""), events);
        assert_eq!(self.count("DISTINCT event_id", ""), events);
    }

    /// Changes the office's database.
    pub fn sql(&self, statements: &str) {
        sqlite(&self.path("kantor.sqlite"), statements);
    }

    /// One integer that a statement on the office's database answers with.
    #[must_use]
    pub fn number(&self, sql: &str) -> i64 {
        sqlite_number(&self.path("kantor.sqlite"), sql)
    }

    /// Replaces text in the configuration.
    pub fn configure(&self, from: &str, to: &str) {
        let path = self.path("tertib.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{} has no `{from}`", path.display());
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// A folder `fakta` whose files replace or extend the facts that are built in.
    #[must_use]
    pub fn facts(&self) -> PathBuf {
        self.configure("# facts = \"fakta\"", "facts = \"fakta\"");
        let folder = self.path("fakta");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Runs a command to which somebody types a text.
    #[must_use]
    pub fn typed(&self, arguments: &[&str], text: &[u8]) -> Ran {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), text).unwrap();
        child.wait_with_output().unwrap().into()
    }

    /// Puts another key into the place of one, which nobody writes again.
    pub fn put_key(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        if path.exists() {
            fs::remove_file(&path).unwrap();
        }
        fs::write(&path, bytes).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    /// The proposal to destroy the personal data of a month, which are due, approved by another person.
    #[must_use]
    pub fn approved_destruction(&self, month: &str) -> String {
        fs::write(self.facts().join("jra.toml"), DUE_AT_ONCE).unwrap();
        let to = self.place("usul");
        self.run(&["dispose", "propose", "--month", month, "--by", "ANDI", "--output", &to]).expect_code(0);
        let proposal = fs::read_dir(&to).unwrap().next().unwrap().unwrap().path().display().to_string();
        self.run(&["dispose", "approve", &proposal, "--by", "SRI"]).expect_code(0);
        proposal
    }

    /// Removes the archive, and what runs have known of it.
    pub fn forget_archive(&self) {
        if self.path("archive").exists() {
            fs::remove_dir_all(self.path("archive")).unwrap();
        }
        let history = self.path("riwayat.sqlite");
        if history.exists() {
            sqlite(&history, "update run set archive_version = null");
        }
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
}

/// A calendar that goes on for years, with nothing else in it.
#[must_use]
pub fn covered() -> String {
    let today = chrono::DateTime::<chrono::Utc>::from(SystemTime::now());
    format!("covered-to = \"{}-12-31\"\n", chrono::Datelike::year(&today) + 2)
}

/// The same with the hours of Ramadan after the months of the invented offices, so that the doctor has nothing to say of it.
#[must_use]
pub fn covered_with_ramadan() -> String {
    let ramadan = "[[period]]\nprofile = \"ramadan\"\nfrom = \"2026-12-01\"\nto = \"2099-12-31\"\ndecree = \"SE\"\n";
    covered() + ramadan
}

/// All that the public table says of each event, whatever number it got.
pub const EVERY_EVENT: &str = "SELECT event_id, recorded_at, berkas_id, kolektif_id, langkah, pelaksana, petugas_id, mulai, \
     selesai, hasil, kekurangan, nomor_register, jenis, kewarganegaraan, pekon, diterima, nik_pseudonym, pii_commitment \
     FROM events_all ORDER BY event_id, seq";

/// The columns that an invented row must be given.
pub const ROW: &str = "berkas_id, kolektif_id, langkah, pelaksana, selesai, hasil, jenis, kewarganegaraan, nik, nama, pekon, \
                   pembawa, diterima";

/// Their values, none of them of a real person.
pub const VALUES: &str = "'B202610-1', 'K202610-1', 7, 'operator', '2026-10-05 02:00:00', 'selesai', 'baru', 'WNI', \
                      '1806015708979001', 'SITI REKAAN', '1806011001', 'ANDI', '2026-10-05 01:00:00'";

/// Takes the planted faults out of an invented office.
pub const WITHOUT_FAULTS: &str = "update berkas set nik = nik || '1' where length(nik) = 15;
     delete from langkah_berkas where langkah = 11;
     update langkah_berkas set mulai = selesai where mulai > selesai;";

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
