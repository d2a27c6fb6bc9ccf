//! What a pull promises when the machine fails it: a kill, a full disk, a broken disk or too many open files at any system call
//! that touches the archive; a folder that is copied or loses its state; eight pulls at once.
//!
//! strace injects the faults.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use pipeline::Archive;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use tests::faults::at_calls;
use tests::tools::{Tool, mount, unmount};
use tests::{Office, Ran, copy, tree};

/// System calls that touch a file or folder.
const CALLS: [&str; 17] = [
    "openat",
    "mkdir",
    "write",
    "fsync",
    "rename",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "chmod",
    "fchmodat",
    "flock",
    "getdents64",
    "statx",
    "read",
    "close",
];
/// Which faults a call may meet.
const FAULTS: [(&str, &[&str]); 12] = [
    ("openat", &["EMFILE", "EIO", "ENOSPC"]),
    ("mkdir", &["ENOSPC", "EIO"]),
    ("write", &["ENOSPC", "EIO"]),
    ("fsync", &["EIO", "ENOSPC"]),
    ("rename", &["EIO", "ENOSPC"]),
    ("link", &["EIO", "ENOSPC"]),
    ("linkat", &["EIO", "ENOSPC"]),
    ("unlink", &["EIO"]),
    ("unlinkat", &["EIO"]),
    ("getdents64", &["EIO"]),
    ("flock", &["EIO", "ENOLCK"]),
    ("read", &["EIO"]),
];
/// The two pulls of the office claim to be of these instants, so that their files can be compared.
const FIRST: [&str; 5] = ["pull", "--until", "2026-10-15", "--at", "2026-10-16T00:00:00Z"];
const SECOND: [&str; 3] = ["pull", "--at", "2026-11-20T00:00:00Z"];

tests::trials! {
    killed_at_every_call needs Tool::Strace;
    every_call_may_fail needs Tool::Strace;
    without_hard_links needs Tool::Strace;
    a_full_disk_and_a_read_only_one needs Tool::Mount;
    eight_pulls_at_once;
    eight_pulls_at_once_without_a_lock;
    a_folder_copied_while_it_is_written;
}

/// An office of which half is archived or nothing, and the archive as the next pull leaves it undisturbed.
struct Stage {
    base: Office,
    /// The version that the next pull commits.
    version: u64,
    before: u64,
    after: u64,
    undisturbed: BTreeMap<PathBuf, Vec<u8>>,
    /// What the archive takes before the next pull, in pages of 4 kB, as kB.
    room: usize,
}

impl Stage {
    fn half_way() -> Self {
        Self::set(true)
    }

    fn from_nothing() -> Self {
        Self::set(false)
    }

    fn set(half: bool) -> Self {
        let office = Office::unpulled();
        // A few rows that break the contract, so that the quarantine is written too.
        office.sql("update langkah_berkas set langkah = 44 where event_id % 100 = 7");
        if half {
            office.run(&FIRST).expect_code(1);
        } else {
            fs::create_dir(office.path("archive")).unwrap();
        }
        let base = office.copy();
        let room = tree(&office.path("archive")).values().map(|bytes| bytes.len().div_ceil(4_096) * 4).sum();
        let before = events(&office.path("archive"));
        office.run(&SECOND).expect_code(1);
        let after = events(&office.path("archive"));
        assert!((before > 50) == half && after > before + 50, "{before} and {after} events");
        Self { base, version: u64::from(half), before, after, undisturbed: tree(&office.path("archive")), room }
    }

    /// The office before the second pull.
    fn office(&self) -> Office {
        self.base.copy()
    }

    /// Runs the second pull under strace with one fault.
    fn faulted(&self, office: &Office, fault: &str) -> Output {
        self.faulted_by(office, &[fault])
    }

    /// The same with several faults.
    fn faulted_by(&self, office: &Office, faults: &[&str]) -> Output {
        let archive = office.path("archive");
        let mut strace = Tool::Strace.command();
        strace.args(["-f", "-qq", "-o", "/dev/null"]);
        for fault in faults {
            strace.args(["-e", &format!("inject={fault}")]);
        }
        for path in self.touched(&archive) {
            strace.arg("-P").arg(path);
        }
        let program = tests::tertib();
        strace.arg(program.get_program()).args(SECOND).arg("--config").arg(office.path("tertib.toml"));
        strace.stdin(Stdio::null()).output().unwrap()
    }

    /// Every path below the archive that the second pull touches, the staged ones included.
    fn touched(&self, archive: &Path) -> Vec<PathBuf> {
        let staging = archive.join("_tertib/staging");
        let mut paths =
            vec![archive.to_owned(), staging.clone(), archive.join("_tertib"), archive.join("_tertib/lock")];
        paths.push(archive.join(format!("_tertib/intent-{:020}.json", self.version)));
        let own = staging.join(format!("{}-0", self.version));
        paths.extend([own.clone(), own.join("commit.json"), own.join("intent.json")]);
        for file in self.undisturbed.keys() {
            paths.push(archive.join(file));
            paths.push(own.join(file.display().to_string().replace('/', "~")));
            paths.extend(archive.join(file).parent().map(Path::to_owned));
        }
        paths.sort();
        paths.dedup();
        paths
    }

    /// The archive is as before or as after; the next pull completes; every file is that of the undisturbed run.
    fn check(&self, office: &Office, what: &str) {
        let now = events(&office.path("archive"));
        assert!(now == self.before || now == self.after, "{what}: {now} events");
        office.run(&SECOND).expect_code_in(&[0, 1], what);
        let files = tree(&office.path("archive"));
        let names = |t: &BTreeMap<PathBuf, Vec<u8>>| t.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&files), names(&self.undisturbed), "{what}");
        for (path, bytes) in &self.undisturbed {
            assert!(files[path] == *bytes, "{what}: {} is another", path.display());
        }
    }
}

fn events(archive: &Path) -> u64 {
    let archive = Archive::open(archive).unwrap();
    archive.provenance().map_or(0, |p| p.events)
}

fn killed_at_every_call() {
    let points: usize = [Stage::half_way(), Stage::from_nothing()].iter().map(killed_from).sum();
    assert!(points >= 200, "only {points} points");
}

fn killed_from(stage: &Stage) -> usize {
    let kinds: Vec<String> = CALLS.iter().map(|c| (*c).to_owned()).collect();
    at_calls(
        &kinds,
        |_| 1..,
        |call, n| {
            let office = stage.office();
            let what = format!("killed at {call} {n}");
            let output = stage.faulted(&office, &format!("{call}:signal=KILL:when={n}"));
            let killed = !matches!(output.status.code(), Some(0 | 1));
            if killed && n % 3 == 0 {
                // The folder as it is now on another machine, and the same with the working state lost.
                let moved = office.copy();
                stage.check(&moved, &format!("{what}, then copied"));
                let lost = office.copy();
                fs::remove_dir_all(lost.path("archive/_tertib")).unwrap();
                drop(fs::remove_file(lost.path("riwayat.sqlite")));
                stage.check(&lost, &format!("{what}, then the state lost"));
            }
            stage.check(&office, &what);
            killed
        },
    )
}

fn every_call_may_fail() {
    let points: usize = [Stage::half_way(), Stage::from_nothing()].iter().map(failing_from).sum();
    assert!(points >= 150, "only {points} points");
}

fn failing_from(stage: &Stage) -> usize {
    let kinds: Vec<String> =
        FAULTS.iter().flat_map(|(call, errors)| errors.iter().map(move |e| format!("{call}:error={e}"))).collect();
    at_calls(
        &kinds,
        |_| 1..,
        |fault, n| {
            let office = stage.office();
            let what = format!("{fault} at call {n}");
            let output = stage.faulted(&office, &format!("{fault}:when={n}"));
            let ran = Ran::from(output);
            assert!(!ran.err.contains("panic") && !ran.err.contains("defect"), "{what}: {}", ran.err);
            assert!([0, 1, 2].contains(&ran.code), "{what}: exit {} {}", ran.code, ran.err);
            if ran.code == 2 {
                let words: Vec<&str> = ran.err.lines().filter(|l| l.starts_with("tertib:")).collect();
                assert!(words.len() == 1 && ran.err.lines().count() <= 2, "{what}: {}", ran.err);
                assert!(words[0].contains("archive"), "{what} does not say where: {}", ran.err);
                assert!(ran.err.matches("os error").count() < 2, "{what} is said twice: {}", ran.err);
            }
            stage.check(&office, &what);
            // A fault that did no harm (a file that was being cleared, say) still counts as one more call.
            ran.code == 2 || reached(stage, fault, n)
        },
    )
}

/// Whether the undisturbed pull comes to the n-th such call at all.
fn reached(stage: &Stage, fault: &str, n: usize) -> bool {
    let call = fault.split(':').next().unwrap();
    let office = stage.office();
    let output = stage.faulted(&office, &format!("{call}:signal=KILL:when={n}"));
    !matches!(output.status.code(), Some(0 | 1))
}

/// A file system that has no hard links, as those of memory cards and of many shared folders: a commit appears at once there too.
fn without_hard_links() {
    const NO_LINKS: &str = "linkat:error=EPERM";
    for stage in [Stage::half_way(), Stage::from_nothing()] {
        let office = stage.office();
        let ran = Ran::from(stage.faulted_by(&office, &[NO_LINKS]));
        ran.expect_code_in(&[0, 1], "without links");
        stage.check(&office, "without links");
        let calls = ["renameat2", "rename", "write", "fsync", "openat", "unlink", "unlinkat"].map(str::to_owned);
        let points = at_calls(
            &calls,
            |_| 1..,
            |call, n| {
                let office = stage.office();
                let output = stage.faulted_by(&office, &[NO_LINKS, &format!("{call}:signal=KILL:when={n}")]);
                stage.check(&office, &format!("without links, killed at {call} {n}"));
                !matches!(output.status.code(), Some(0 | 1))
            },
        );
        assert!(points >= 40, "only {points} points");
        // Nor anything else that would not replace what is there: nothing is committed, and it is said.
        let office = stage.office();
        Ran::from(stage.faulted_by(&office, &[NO_LINKS, "renameat2:error=EINVAL"]))
            .expect_refusal(&["cannot write", "intent-"]);
        assert_eq!(events(&office.path("archive")), stage.before);
        stage.check(&office, "without links and moves");
    }
}

fn a_full_disk_and_a_read_only_one() {
    let stage = Stage::half_way();
    let at = tempfile::TempDir::new().unwrap();
    let at = at.path();
    assert!(mount(at, "size=64k"));
    let remount =
        |options: &str| drop(Tool::Mount.output(&["-o", &format!("remount,{options}"), &at.display().to_string()]));
    // In kB: a little more than what is there before the pull.
    let (mut full, mut size) = (0, stage.room + 8);
    loop {
        let office = stage.office();
        let archive = office.path("archive");
        // The archive lies on the small disk, the rest of the office elsewhere.
        for entry in fs::read_dir(at).unwrap() {
            fs::remove_dir_all(entry.unwrap().path()).unwrap();
        }
        remount("size=4m");
        copy(&archive, &at.join("archive"));
        fs::remove_dir_all(&archive).unwrap();
        office.configure("path = \"archive\"", &format!("path = \"{}\"", at.join("archive").display()));
        remount(&format!("size={size}k"));
        let ran = office.run(&SECOND);
        if ran.code != 2 {
            break;
        }
        full += 1;
        assert!(ran.err.contains("No space left on device"), "{}", ran.err);
        let now = events(&at.join("archive"));
        assert!(now == stage.before || now == stage.after, "{now} events with {size} kB");
        remount("size=4m,ro");
        office.run(&SECOND).expect_refusal(&["Read-only file system"]);
        office.run(&["verify"]).expect_code_in(&[0, 1], "read-only");
        remount("size=4m,rw");
        office.run(&SECOND).expect_code_in(&[0, 1], "with room again");
        assert!(tree(&at.join("archive")) == stage.undisturbed, "{size} kB");
        size += 4;
    }
    assert!(full >= 3, "the disk was full {full} times");
    assert!(unmount(at));
}

fn eight_pulls_at_once() {
    eight_at_once(true);
}

fn eight_pulls_at_once_without_a_lock() {
    eight_at_once(false);
}

fn eight_at_once(lock: bool) {
    let stage = Stage::half_way();
    for round in 0..if lock { 3 } else { 8 } {
        // From the beginning, and from half-way.
        let office = stage.office();
        if round % 2 == 0 {
            office.forget_archive();
        }
        if !lock {
            office.configure("lock = true", "lock = false");
        }
        let root = office.path("archive");
        let watch = |over: &AtomicBool| {
            let mut seen = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let archive = Archive::open(&root).unwrap();
                let named = archive.provenance().map_or(0, |p| p.events);
                // Every part that the log names is there, whole, and holds the rows it should.
                if named > 0 {
                    let answer = tests::asked(&archive, "SELECT COUNT(*) AS n FROM events_all").unwrap();
                    assert_eq!(answer.rows[0][0].to_string(), named.to_string());
                }
                seen.push(named);
            }
            seen.dedup();
            seen
        };
        let (seen, ()) = tests::watched(watch, || {
            let pulls: Vec<_> = (0..8).map(|_| office.spawn(&SECOND)).collect();
            for pull in pulls {
                let ran = Ran::from(pull.wait_with_output().unwrap());
                let gave_way = ran.code == 2 && ran.err.contains("another tertib");
                assert!([0, 1].contains(&ran.code) || gave_way, "lock {lock}: {} {}", ran.code, ran.err);
            }
        });
        let states = [0, stage.before, stage.after];
        assert!(seen.iter().all(|n| states.contains(n)) && seen.is_sorted(), "a reader saw {seen:?}");
        office.run(&SECOND).expect_code_in(&[0, 1], "afterwards");
        office.run(&["verify"]).expect_code(0);
        assert_eq!(events(&root), stage.after, "lock {lock}, round {round}");
        assert_eq!(office.count("DISTINCT event_id", ""), i64::try_from(stage.after).unwrap());
    }
}

/// The copy of a folder that was being written has some files and lacks others; a pull makes it whole.
fn a_folder_copied_while_it_is_written() {
    let stage = Stage::half_way();
    for _ in 0..12 {
        let office = stage.office();
        let child = office.spawn(&SECOND);
        let dir = tempfile::TempDir::new().unwrap();
        copy_what_stays(office.folder(), dir.path());
        Ran::from(child.wait_with_output().unwrap()).expect_code_in(&[0, 1], "the original");
        let copied = Office::copy_of(dir.path());
        copied.run(&SECOND).expect_code_in(&[0, 1], "the copy");
        assert_eq!(events(&copied.path("archive")), stage.after);
        copied.run(&["verify"]).expect_code(0);
    }
}

/// Copies a folder's contents, but for files that go away meanwhile.
fn copy_what_stays(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let gone = |fault: std::io::Error| assert_eq!(fault.kind(), std::io::ErrorKind::NotFound, "{fault}");
    let entries = match fs::read_dir(from) {
        Ok(entries) => entries,
        Err(fault) => return gone(fault),
    };
    for entry in entries.map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => copy_what_stays(&entry.path(), &target),
            Ok(_) => drop(fs::copy(entry.path(), target).map_err(gone)),
            Err(fault) => gone(fault),
        }
    }
}
