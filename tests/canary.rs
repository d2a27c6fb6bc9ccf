//! A NIK and a name that are nobody's go through the main commands, and come out nowhere: in no log, error, message, temporary file, public
//! file or argument list, and in no core, which is never written.
//!
//! strace shows every text that the program writes, and to which file.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::fs;
use std::path::Path;
use std::process::Stdio;
use tests::forger::decoded;
use tests::tools::Tool;
use tests::{DUE_AT_ONCE, Office, sqlite_texts, tree};

tests::trials! {
    the_canary_is_where_it_belongs_and_nowhere_else needs Tool::Strace;
}

/// Of a NIK and of a name; the second row of the canary breaks the contract.
const CANARIES: [&str; 3] = ["1806015708979077", "1806015708979088", "KENARIKU"];
/// What makes the canary a resident of the invented office: one row that is archived, one that is held back.
const RESIDENT: &str = "update berkas set nik = '1806015708979077', nama = 'KENARIKU REKAAN'
       where berkas_id = (select berkas_id from langkah_berkas where event_id = 20);
     update berkas set nik = '1806015708979088', nama = 'KENARIKU TERTAHAN'
       where berkas_id = (select berkas_id from langkah_berkas where event_id = 200);
     update langkah_berkas set langkah = 44 where berkas_id = (select berkas_id from langkah_berkas where event_id = 200)";

/// An office with the canary among its residents, a folder for temporary files, and what strace saw.
struct Watched {
    office: Office,
    seen: Vec<String>,
    commands: usize,
}

impl Watched {
    /// Runs a command under strace. What it says and what it writes is looked at at once.
    fn run(&mut self, arguments: &[&str], codes: &[i32]) -> String {
        let trace = self.office.path("jejak");
        let mut strace = Tool::Strace.command();
        strace.args(["-f", "-qq", "-y", "-s", "65536", "-e"]);
        strace.arg("trace=execve,write,pwrite64,writev,sendto,sendmsg,rename,renameat2,symlink,prlimit64,setrlimit");
        strace.arg("-o").arg(&trace);
        let program = tests::tertib();
        strace.arg(program.get_program()).args(arguments).args(["--config", &self.office.place("tertib.toml")]);
        strace.env("TMPDIR", self.office.path("sementara")).env_remove("TERTIB_CONFIG").stdin(Stdio::null());
        let ran = tests::Ran::from(strace.output().unwrap());
        let what = arguments.join(" ");
        assert!(codes.contains(&ran.code), "{what}: exit {} {}{}", ran.code, ran.out, ran.err);
        let said = ran.out + &ran.err;
        assert!(!CANARIES.iter().any(|canary| said.contains(canary)), "{what} says it:\n{said}");
        let lines = String::from_utf8_lossy(&fs::read(&trace).unwrap()).into_owned();
        fs::remove_file(&trace).unwrap();
        assert!(lines.contains("RLIMIT_CORE, {rlim_cur=0, rlim_max=0}"), "{what} may leave a core");
        for line in lines.lines().filter(|line| CANARIES.iter().any(|canary| line.contains(canary))) {
            let to = line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(path, _)| path);
            assert!(self.is_private(Path::new(to)), "{what} writes it to {to}: {}", line.get(..200).unwrap_or(line));
            self.seen.push(to.to_owned());
        }
        self.commands += 1;
        said
    }

    /// Whether a place is for personal data and for its owner alone.
    fn is_private(&self, path: &Path) -> bool {
        let Ok(path) = path.strip_prefix(fs::canonicalize(self.office.folder()).unwrap()) else { return false };
        let path = path.to_string_lossy();
        ["archive/persons/", "archive/quarantine/", "archive/_tertib/staging/"].iter().any(|of| path.starts_with(of))
            || path.starts_with("laporan/") && path.contains("_dinas")
    }

    /// No file of the office but the source and the private ones has it.
    fn look(&self) {
        for (path, bytes) in tree(self.office.folder()) {
            let full = fs::canonicalize(self.office.folder()).unwrap().join(&path);
            if path.ends_with("kantor.sqlite") || self.is_private(&full) {
                continue;
            }
            let said = decoded(&full, &bytes);
            let found = CANARIES.iter().find(|canary| said.contains(**canary));
            assert!(found.is_none(), "{} holds {}", path.display(), found.unwrap());
            let is_core = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("core"));
            assert!(!is_core, "{} is a core", path.display());
        }
        assert!(tree(&self.office.path("sementara")).is_empty(), "a temporary file is left");
    }
}

fn the_canary_is_where_it_belongs_and_nowhere_else() {
    let office = Office::unpulled();
    office.sql(RESIDENT);
    fs::create_dir(office.path("sementara")).unwrap();
    fs::write(office.facts().join("jra.toml"), DUE_AT_ONCE).unwrap();
    let names =
        sqlite_texts(&office.path("kantor.sqlite"), "select nama from workflow_events where nama like 'KENARIKU%'");
    assert!(names.len() > 2);
    let mut watched = Watched { office, seen: Vec::new(), commands: 0 };
    work(&mut watched);
    mistakes(&mut watched);
    destroy(&mut watched);
    watched.look();
    assert!(
        watched.commands > 25 && !watched.seen.is_empty(),
        "{} commands, seen in {:?}",
        watched.commands,
        watched.seen
    );
}

/// The days of an office.
fn work(watched: &mut Watched) {
    for (arguments, codes) in [
        (&["doctor"][..], &[0, 1, 2][..]),
        (&["pull", "--dry-run", "-v"], &[0, 1]),
        (&["pull", "-v", "--log", "json"], &[0, 1]),
        (&["pull"], &[0, 1]),
        (&["status"], &[0, 1, 2]),
        (&["metrics", "--month", "2026-10", "--all"], &[0, 1]),
        (&["quality", "--month", "2026-10"], &[0, 1]),
        (&["duplicates", "--month", "2026-10"], &[0, 1]),
        (&["conformance", "--month", "2026-10"], &[0, 1]),
        (&["reconcile", "--month", "2026-10"], &[0, 1]),
        (&["render", "--month", "2026-10", "--format", "pdf,csv,json,xlsx"], &[0, 1]),
        (&["render", "--month", "2026-10", "--full", "--format", "csv"], &[0, 1]),
        (&["query", "SELECT * FROM events"], &[0]),
        (&["verify"], &[0, 1]),
        (&["run", "tarik"], &[0, 1]),
        (&["key", "rotate", "--pseudonym", "--reason", "laptop hilang", "--by", "ANDI"], &[0]),
        (&["pull"], &[0, 1]),
        (&["verify"], &[0, 1]),
    ] {
        watched.run(arguments, codes);
    }
    let full = watched.office.path("laporan/2026-10_dinas");
    let held = tree(&full).values().any(|bytes| String::from_utf8_lossy(bytes).contains(CANARIES[0]));
    assert!(held, "the office's own copy has the canary, so that it would have been seen");
    watched.look();
}

/// What goes wrong: another key, a source that changed, a value that cannot be meant, a damaged file, a NIK where none belongs.
fn mistakes(watched: &mut Watched) {
    let office = &watched.office;
    let key = fs::read(office.path("kunci.key")).unwrap();
    office.put_key("kunci.key", "ab".repeat(32));
    watched.run(&["pull"], &[2]);
    watched.run(&["verify"], &[1]);
    watched.run(&["key", "rotate", "--pseudonym", "--reason", "x", "--by", "ANDI"], &[2]);
    watched.office.put_key("kunci.key", key);
    // Many rows have changed at once, and some cannot be read.
    watched.office.sql(
        "update berkas set nama = nama || ' KENARIKU', nik = '1806015708979077' || nik;
         update berkas set tanggal_lahir = 'KENARIKU' where berkas_id = (select berkas_id from langkah_berkas where event_id = 40)",
    );
    watched.run(&["pull", "-v"], &[0, 1, 2]);
    watched.run(&["reconcile", "--month", "2026-10"], &[0, 1]);
    // The view goes on asking for the table.
    watched.office.sql("pragma legacy_alter_table = on; alter table langkah_berkas rename to langkah_lain");
    watched.run(&["pull"], &[2]);
    watched.office.sql("pragma legacy_alter_table = on; alter table langkah_lain rename to langkah_berkas");
    // A part that was changed.
    let persons = watched.office.path("archive/persons/bulan=2026-10");
    let part = fs::read_dir(persons).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read(&part).unwrap();
    tests::flip(&part);
    watched.run(&["verify"], &[1]);
    watched.run(&["quality", "--month", "2026-10"], &[2]);
    watched.run(&["key", "rotate", "--pseudonym", "--reason", "x", "--by", "ANDI"], &[2]);
    fs::write(&part, whole).unwrap();
    watched.look();
}

/// The end of the canary.
fn destroy(watched: &mut Watched) {
    let of = watched.office.place("usul");
    watched.run(&["hold", "add", "--month", "2026-10", "--reason", "perkara", "--by", "ANDI"], &[0]);
    watched.run(&["dispose", "propose", "--month", "2026-10", "--by", "ANDI", "--output", &of], &[1]);
    watched.run(&["hold", "lift", "--month", "2026-10", "--reason", "selesai", "--by", "ANDI"], &[0]);
    watched.run(&["dispose", "propose", "--month", "2026-10", "--by", "ANDI", "--output", &of], &[0]);
    let proposal = fs::read_dir(&of).unwrap().next().unwrap().unwrap().path().display().to_string();
    watched.run(&["dispose", "carry-out", &proposal, "--output", &of], &[2]);
    watched.run(&["dispose", "approve", &proposal, "--by", "ANDI"], &[2]);
    watched.run(&["dispose", "approve", &proposal, "--by", "SRI"], &[0]);
    watched.run(&["dispose", "carry-out", &proposal, "--output", &of], &[0]);
    watched.run(&["render", "--month", "2026-10", "--only", "buku_registrasi_arsip"], &[2]);
    watched.run(&["verify"], &[0]);
}
