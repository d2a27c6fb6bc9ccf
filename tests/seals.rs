//! A closed month has one bag in the archive, which a leaf of the log names: it opens without tertib, nothing of it is changed unseen,
//! whatever stops its making it is whole or not there, and it goes where the archive goes.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tests::faults::{at_calls, faulted};
use tests::tools::Tool;
use tests::{Office, Ran, flip, pasted, tree};

tests::trials! {
    a_sealed_month_has_a_bag needs Tool::Sha256sum, Tool::Openssl, Tool::Python(&["bagit", "duckdb"]);
    it_holds_both_tables_and_the_books needs Tool::Pdftotext;
    a_broken_seal_is_found;
    a_month_is_sealed_once;
    a_log_that_nobody_signs_has_no_bag;
    what_arrives_later_leaves_the_seal_alone;
    destroyed_data_leave_the_bag;
    backups_carry_the_seals;
    others_may_not_read_it;
    killed_at_every_call needs Tool::Strace;
    every_call_may_fail needs Tool::Strace;
}

const SEAL: [&str; 3] = ["seal", "--month", "2026-10"];

fn pulled() -> Office {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    office
}

fn sealed() -> Office {
    let office = pulled();
    office.run(&SEAL).expect_code(0);
    office
}

fn bag(office: &Office) -> PathBuf {
    office.path("archive/seals/2026-10")
}

/// The commits of the archive, the last one last.
fn commits(office: &Office) -> Vec<String> {
    let log = tree(&office.path("archive/events/_delta_log"));
    log.into_values().map(|bytes| String::from_utf8(bytes).unwrap()).collect()
}

fn a_sealed_month_has_a_bag() {
    let office = sealed();
    let bag = bag(&office);
    let key = office.run(&["key", "show"]).expect_code(0).out;
    tests::run(&["verify", "--bag", &bag.display().to_string(), "--public-key", key.trim()]).expect_code(0);
    // With the programs of others alone.
    let recipe = fs::read_to_string(bag.join("BACA-SAYA.md")).unwrap();
    assert!(recipe.contains("2026-10") || recipe.contains("Oktober 2026"), "{recipe}");
    assert!(["nik", "hasil"].iter().all(|column| recipe.contains(&format!("| `{column}` | "))), "{recipe}");
    assert!(!recipe.contains("CSV"), "{recipe}");
    let room = tempfile::TempDir::new().unwrap();
    let blocks = recipe.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
    let mut run = 0;
    for line in blocks.flat_map(str::lines).filter(|line| !line.starts_with("duckdb ")) {
        let line =
            line.replace("bagit.py", "python3 -m bagit").replace("/tmp/", &format!("{}/", room.path().display()));
        let ran = pasted(&line, &bag).expect_code(0);
        assert!(!ran.out.contains("tidak cocok"), "{line}\n{}", ran.out);
        run += 1;
    }
    assert!(run >= 8, "{recipe}");
    const ASK: &str = "import duckdb, sys\nprint(duckdb.connect().execute(open('verifikasi.sql').read()).fetchall())";
    let mut duckdb = Tool::Python(&["duckdb"]).command();
    let said = Ran::from(duckdb.current_dir(&bag).args(["-c", ASK]).output().unwrap()).expect_code(0).out;
    assert!(said.contains("cocok") && !said.contains("tidak cocok"), "{said}");
    // The leaf names the digest on which all files hang, and is proved.
    let digest = tests::sha256(&fs::read(bag.join("tagmanifest-sha256.txt")).unwrap());
    let version = commits(&office).len() - 1;
    let to = office.path("bukti");
    office.run(&["prove", "--commit", &version.to_string(), "--output", &to.display().to_string()]).expect_code(0);
    let proof = tree(&to).into_values().next().unwrap();
    let proof = String::from_utf8_lossy(&proof).into_owned();
    assert!(commits(&office)[version].contains(&digest), "the commit names it");
    let file = tree(&to).into_keys().next().unwrap();
    let file = to.join(file).display().to_string();
    let checked = tests::run(&["prove", "--check", &file, "--public-key", key.trim()]).expect_code(0).out;
    assert!(format!("{checked}{proof}").contains(&digest) || proof.len() > 100, "{checked}");
}

fn it_holds_both_tables_and_the_books() {
    let office = sealed();
    let (bag, archive) = (tree(&bag(&office)), tree(&office.path("archive")));
    let of_month = |table: &str| -> BTreeMap<&PathBuf, &Vec<u8>> {
        archive.iter().filter(|(path, _)| path.starts_with(format!("{table}/bulan=2026-10"))).collect()
    };
    assert!(!of_month("events").is_empty() && !of_month("persons").is_empty());
    for (path, bytes) in of_month("events") {
        assert_eq!(&bag[&Path::new("data").join(path)], bytes, "{}", path.display());
    }
    for (path, bytes) in of_month("persons") {
        assert_eq!(&bag[&Path::new("data/pribadi").join(path)], bytes, "{}", path.display());
    }
    let books: Vec<&PathBuf> = bag.keys().filter(|path| path.starts_with("data/pribadi/buku")).collect();
    assert_eq!(books.len(), 4, "{books:?}");
    // The books in full, with the checkpoint in which the closing stands.
    let office_copy = office.run(&["render", "--month", "2026-10", "--full", "--only", "buku"]);
    office_copy.expect_code_in(&[0, 1], "render");
    for book in books {
        let name = book.file_name().unwrap();
        let rendered = fs::read(office.path("laporan/2026-10_dinas").join(name)).unwrap();
        assert!(bag[book] == rendered, "{} is another than the office's", book.display());
    }
    assert!(office.run(&["access", "--format", "json"]).expect_code(0).out.contains("\"seal\""));
}

fn a_broken_seal_is_found() {
    let office = sealed();
    office.run(&["verify"]).expect_code(0);
    for path in tree(&bag(&office)).into_keys() {
        let (place, file) = (format!("seals/2026-10/{}", path.display()), bag(&office).join(&path));
        let bytes = fs::read(&file).unwrap();
        flip(&file);
        let altered = office.run(&["verify"]).expect_code(1);
        assert_eq!(altered.found("A032"), [(1, place.as_str())], "{}", altered.out);
        fs::remove_file(&file).unwrap();
        let missing = office.run(&["verify"]).expect_code(1);
        assert_eq!(missing.found("A032"), [(1, place.as_str())], "{}", missing.out);
        fs::write(&file, bytes).unwrap();
    }
    fs::write(bag(&office).join("data/lain.txt"), "x").unwrap();
    assert!(office.run(&["verify"]).expect_code(1).finds("A003"));
    fs::remove_file(bag(&office).join("data/lain.txt")).unwrap();
    fs::rename(bag(&office), office.path("archive/seals/2026-09")).unwrap();
    let moved = office.run(&["verify"]).expect_code(1);
    assert!(moved.finds("A032") && moved.finds("A003"), "{}", moved.out);
}

fn a_month_is_sealed_once() {
    let office = sealed();
    let (held, log) = (tree(&bag(&office)), commits(&office));
    office.run(&SEAL).expect_refusal(&["were closed by version"]);
    assert!(tree(&bag(&office)) == held && commits(&office) == log);
    // A month that an earlier tertib closed has no bag: it is made now.
    let office = without_bag();
    assert!(!bag(&office).exists());
    office.run(&SEAL).expect_code(0);
    office.run(&["verify"]).expect_code(0);
}

/// An office whose books are closed, and that has no bag of them yet.
fn without_bag() -> Office {
    let office = pulled();
    fs::rename(office.path("penanda.key"), office.path("disimpan")).unwrap();
    office.run(&SEAL).expect_code(1);
    fs::rename(office.path("disimpan"), office.path("penanda.key")).unwrap();
    office
}

fn a_log_that_nobody_signs_has_no_bag() {
    let office = Office::unpulled();
    fs::remove_file(office.path("penanda.key")).unwrap();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let said = office.run(&SEAL).expect_code(1).out;
    assert!(said.contains("are closed by version") && said.contains("no bag was made"), "{said}");
    office.run(&["key", "new"]).expect_code(0);
    office.run(&SEAL).expect_code(0);
    assert!(bag(&office).exists());
}

fn what_arrives_later_leaves_the_seal_alone() {
    let office = sealed();
    let held = tree(&bag(&office));
    office.sql("update langkah_berkas set petugas_id = 'P999' where event_id = 8");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    assert!(tree(&bag(&office)) == held);
    let key = office.run(&["key", "show"]).expect_code(0).out;
    tests::run(&["verify", "--bag", &bag(&office).display().to_string(), "--public-key", key.trim()]).expect_code(0);
    office.run(&["verify"]).expect_code(0);
}

fn destroyed_data_leave_the_bag() {
    let office = sealed();
    let niks = tests::sqlite_texts(&office.path("kantor.sqlite"), "select distinct nik from berkas limit 3");
    let proposal = office.approved_destruction("2026-10");
    let to = office.path("musnah").display().to_string();
    office.run(&["dispose", "carry-out", &proposal, "--output", &to]).expect_code(0);
    let left = tree(&bag(&office));
    assert!(!left.keys().any(|path| path.starts_with("data/pribadi")), "{:?}", left.keys());
    for (path, bytes) in tree(&office.path("archive")) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(niks.iter().all(|nik| !text.contains(nik.as_str())), "{}", path.display());
    }
    let said = office.run(&["verify"]).expect_code(0).out;
    assert!(said.contains("destroyed by decision") && said.contains("; 0 findings"), "{said}");
    // What is left is checked as before.
    flip(&bag(&office).join("manifest-sha256.txt"));
    assert!(office.run(&["verify"]).expect_code(1).finds("A032"));
}

fn backups_carry_the_seals() {
    let office = sealed();
    office.configure("[office]", "[[backup]]\nname = \"usb\"\ntarget = \"usb\"\nencrypted = \"luks\"\n\n[office]");
    office.run(&["backup"]).expect_code(0);
    let restored = office.path("pulih");
    office
        .run(&["restore", &office.path("usb").display().to_string(), &restored.display().to_string()])
        .expect_code_in(&[0, 1], "restore");
    assert!(tree(&restored.join("archive/seals/2026-10")) == tree(&bag(&office)));
    for name in ["kunci.key", "penanda.key"] {
        fs::copy(office.path(name), restored.join(name)).unwrap();
    }
    tests::run(&["verify", "--config", &restored.join("tertib.toml").display().to_string()]).expect_code(0);
}

#[cfg(unix)]
fn others_may_not_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let office = sealed();
    let restrict = |name: &str, mode| {
        fs::set_permissions(office.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o077;
    assert_eq!(mode(&office.path("archive/seals")), 0);
    for table in ["persons", "seals"] {
        let files: Vec<PathBuf> =
            tree(&office.path("archive")).into_keys().filter(|path| path.starts_with(table)).collect();
        restrict(&format!("archive/{table}"), 0o755);
        let mut folders: Vec<PathBuf> = files.iter().filter_map(|path| path.parent().map(PathBuf::from)).collect();
        folders.dedup();
        for path in folders.iter().flat_map(|path| path.ancestors()).filter(|path| path.starts_with(table)) {
            restrict(&format!("archive/{}", path.display()), 0o755);
        }
        for path in &files {
            restrict(&format!("archive/{}", path.display()), 0o644);
        }
        let found = office.run(&["verify"]).expect_code(1);
        assert_eq!(found.found("A033"), [(1, format!("{table}/").as_str())], "{}", found.out);
        restrict(&format!("archive/{table}"), 0o700);
        office.run(&["verify"]).expect_code(0);
    }
}

#[cfg(not(unix))]
fn others_may_not_read_it() {}

/// System calls by which a bag is made and kept.
const CALLS: [&str; 9] = ["openat", "mkdir", "write", "fsync", "rename", "link", "unlink", "unlinkat", "read"];
/// Which faults a call may meet.
const FAULTS: [(&str, &[&str]); 5] = [
    ("openat", &["EMFILE", "ENOSPC"]),
    ("mkdir", &["ENOSPC"]),
    ("write", &["ENOSPC", "EIO"]),
    ("fsync", &["EIO"]),
    ("rename", &["EIO", "ENOSPC"]),
];

/// An office without the bag, and the bag that it makes undisturbed.
struct Stage {
    office: Office,
    bag: BTreeMap<PathBuf, Vec<u8>>,
    paths: Vec<PathBuf>,
}

impl Stage {
    fn set() -> Self {
        let office = without_bag();
        let undisturbed = office.copy();
        undisturbed.run(&SEAL).expect_code(0);
        let bag = tree(&bag(&undisturbed));
        // Every path that it touches: in the room, in the staging folder, in its place, and what records it.
        let version = commits(&undisturbed).len() - 1;
        let staging = format!("archive/_tertib/staging/{version}-0");
        let mut paths: Vec<PathBuf> = ["laporan/.segel", "archive/seals", "archive/_tertib/head", "archive/log"]
            .into_iter()
            .map(PathBuf::from)
            .collect();
        paths.extend([PathBuf::from(&staging), format!("archive/_tertib/intent-{version:020}.json").into()]);
        paths.extend(["commit.json", "intent.json"].map(|name| Path::new(&staging).join(name)));
        paths.push(format!("archive/events/_delta_log/{version:020}.json").into());
        for file in bag.keys() {
            for root in ["laporan/.segel/.tertib-2026-10.tmp", "archive/seals/2026-10"] {
                let mut path = Path::new(root).join(file);
                while path != *root {
                    paths.push(path.clone());
                    path.pop();
                }
                paths.push(path);
            }
            let staged = format!("seals/2026-10/{}", file.display()).replace('/', "~");
            paths.push(Path::new(&staging).join(staged));
        }
        paths.sort();
        paths.dedup();
        Self { office, bag, paths }
    }

    fn faulted(&self, fault: &str) -> (Office, Output) {
        let office = self.office.copy();
        let mut seal = faulted(fault, self.paths.iter().map(|path| office.folder().join(path)));
        let output = seal.args(SEAL).arg("--config").arg(office.path("tertib.toml")).output().unwrap();
        (office, output)
    }

    /// Whatever happened: the archive is whole, and the same command gives the same bag.
    fn check(&self, office: &Office, what: &str) {
        if tree(&office.path("archive/_tertib")).keys().all(|path| !path.to_string_lossy().contains("intent-")) {
            // The closing is not signed yet, nor is the seal.
            let ran = office.run(&["verify"]).expect_code_in(&[0, 1], what);
            assert!(ran.code == 0 || (ran.finds("A027") && ran.out.contains("; 1 findings")), "{what}: {}", ran.out);
        }
        let ran = office.run(&SEAL);
        assert!(ran.code == 0 || ran.err.contains("were closed by version"), "{what}: {}{}", ran.out, ran.err);
        assert!(tree(&bag(office)) == self.bag, "{what}: other bytes");
        office.run(&["verify"]).expect_code_in(&[0], what);
    }
}

/// The first calls of a kind, then every 25th: most calls are those of one file after the other.
fn calls_of<K>(_: &K) -> impl Iterator<Item = usize> + use<K> {
    (1..=4).chain((15..).step_by(25))
}

fn killed_at_every_call() {
    let stage = Stage::set();
    let points = at_calls(&CALLS, calls_of, |call, n| {
        let (office, output) = stage.faulted(&format!("{call}:signal=KILL:when={n}"));
        let killed = !matches!(output.status.code(), Some(0));
        if killed {
            stage.check(&office, &format!("killed at {call} {n}"));
        }
        killed
    });
    assert!(points >= 40, "only {points} points");
}

fn every_call_may_fail() {
    let stage = Stage::set();
    let kinds: Vec<String> = FAULTS
        .iter()
        .flat_map(|(call, errors)| errors.iter().map(move |error| format!("{call}:error={error}")))
        .collect();
    let points = at_calls(&kinds, calls_of, |fault, n| {
        let (office, output) = stage.faulted(&format!("{fault}:when={n}"));
        let what = format!("{fault} at call {n}");
        let ran = Ran::from(output);
        assert!(!ran.err.contains("panic") && !ran.err.contains("defect"), "{what}: {}", ran.err);
        let failed = ran.code != 0;
        if failed {
            stage.check(&office, &what);
        }
        failed
    });
    assert!(points >= 20, "only {points} points");
}
