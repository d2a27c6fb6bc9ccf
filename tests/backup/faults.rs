//! A backup that is killed, or fails, at any system call leaves a target that is whole as far as it goes, and the next one goes on.
//!
//! strace injects the faults.

use crate::{add, carried, restored};
use std::path::Path;
use std::process::Stdio;
use tests::faults::at_calls;
use tests::tools::Tool;
use tests::{Office, Ran};

tests::part! {
    killed_at_every_call needs Tool::Strace;
    every_call_may_fail needs Tool::Strace;
    without_hard_links needs Tool::Strace;
    two_backups_at_once;
}

/// Calls that change something, and of those that are many every which is tried.
const CALLS: [(&str, usize); 7] =
    [("mkdir", 2), ("linkat", 1), ("fsync", 3), ("unlink", 1), ("write", 5), ("openat", 12), ("fchmod", 1)];

/// Which faults a call may meet. A write is not among them: the runtime wakes its threads by writes, which no disk can fail.
const FAULTS: [(&str, usize); 5] = [
    ("mkdir:error=ENOSPC", 3),
    ("mkdir:error=EROFS", 5),
    ("linkat:error=EIO", 2),
    ("fsync:error=EIO", 4),
    ("fsync:error=ENOSPC", 7),
];

/// An office with two commits and few files of its own; the second is not in the target yet.
struct Stage {
    office: Office,
}

impl Stage {
    fn set() -> Self {
        let office = Office::unpulled();
        std::fs::remove_dir_all(office.path("laporan")).unwrap();
        office.sql("update langkah_berkas set langkah = 44 where event_id % 100 = 7");
        add(&office, "[[backup]]\nname = \"usb\"\ntarget = \"usb\"\nencrypted = \"luks\"\n");
        office.run(&["pull", "--until", "2026-10-15T00:00:00Z"]).expect_code(1);
        office.run(&["pull"]).expect_code(1);
        Self { office }
    }
}

fn faulted(office: &Office, faults: &[String]) -> Ran {
    let mut strace = Tool::Strace.command();
    strace.args(["-f", "-qq", "-o", "/dev/null"]);
    for fault in faults {
        strace.args(["-e", &format!("inject={fault}")]);
    }
    let program = tests::tertib();
    strace.arg(program.get_program()).args(["backup", "--config"]).arg(office.path("tertib.toml"));
    strace.stdin(Stdio::null()).output().unwrap().into()
}

/// What lies in the target can be restored as far as it goes, or there is nothing yet; and the next backup makes it whole.
fn check(office: &Office, what: &str) {
    let usb = office.path("usb");
    if usb.exists() {
        let (ran, dir) = restored(&usb);
        assert!(!ran.finds("K013"), "{what}: something is damaged\n{}{}", ran.out, ran.err);
        match ran.code {
            0 | 1 => is_a_beginning(&dir.path().join("pulih/archive"), &office.path("archive"), what),
            2 => assert!(
                ["no backup of tertib", "no commit of an archive"].iter().any(|words| ran.err.contains(words)),
                "{what}: {}",
                ran.err
            ),
            code => panic!("{what}: exit {code} {}", ran.err),
        }
    }
    let ran = office.run(&["backup"]).expect_code_in(&[0], what);
    assert!(!ran.finds("K013"), "{what}: {}", ran.out);
    let (ran, dir) = restored(&usb);
    // Files of the one that was cut off may stay.
    let ran = ran.expect_code_in(&[0, 1], what);
    assert!(!ran.finds("K013"), "{what}: {}", ran.out);
    assert_eq!(carried(&dir.path().join("pulih/archive")), carried(&office.path("archive")), "{what}");
}

/// Every file of the restored archive is one of the office's, but for the copy of its head.
fn is_a_beginning(restored: &Path, own: &Path, what: &str) {
    let own = carried(own);
    for (path, bytes) in carried(restored) {
        // The tree of an earlier state is another one.
        let is_of_state = path.ends_with("head") || path.starts_with("log") || path.ends_with("tree");
        assert!(is_of_state || own.get(&path) == Some(&bytes), "{what}: {}", path.display());
    }
}

fn killed_at_every_call() {
    let stage = Stage::set();
    let points = at_calls(
        &CALLS,
        |(_, step)| (1..).step_by(*step),
        |(call, _), n| {
            let office = stage.office.copy();
            let ran = faulted(&office, &[format!("{call}:signal=KILL:when={n}")]);
            let killed = ran.code != 0;
            check(&office, &format!("killed at {call} {n}"));
            killed
        },
    );
    assert!(points >= 60, "only {points} points");
}

fn every_call_may_fail() {
    let stage = Stage::set();
    let points = at_calls(
        &FAULTS,
        |(_, step)| (1..).step_by(*step),
        |(fault, _), n| {
            let office = stage.office.copy();
            let what = format!("{fault} at call {n}");
            let ran = faulted(&office, &[format!("{fault}:when={n}")]);
            assert!([0, 2].contains(&ran.code), "{what}: exit {} {}", ran.code, ran.err);
            assert!(!ran.err.contains("panic") && !ran.err.contains("defect"), "{what}: {}", ran.err);
            assert!(ran.code == 0 || ran.err.lines().count() <= 2, "{what}: {}", ran.err);
            check(&office, &what);
            ran.code == 2
        },
    );
    assert!(points >= 20, "only {points} points");
}

/// A stick with FAT has none: a file appears at once there too, and a disk that has no way for that is refused.
fn without_hard_links() {
    const NO_LINKS: &str = "linkat:error=EPERM";
    let stage = Stage::set();
    let office = stage.office.copy();
    faulted(&office, &[NO_LINKS.to_owned()]).expect_code(0);
    check(&office, "without links");
    let points = at_calls(
        &[("renameat2", 1), ("fsync", 6)],
        |(_, step)| (1..).step_by(*step),
        |(call, _), n| {
            let office = stage.office.copy();
            let ran = faulted(&office, &[NO_LINKS.to_owned(), format!("{call}:signal=KILL:when={n}")]);
            let killed = ran.code != 0;
            check(&office, &format!("without links, killed at {call} {n}"));
            killed
        },
    );
    assert!(points >= 10, "only {points} points");
    let office = stage.office.copy();
    faulted(&office, &[NO_LINKS.to_owned(), "renameat2:error=EINVAL".to_owned()]).expect_refusal(&["cannot write"]);
    check(&office, "without links and moves");
}

/// From two copies of the office at once, none destroys what the other puts.
fn two_backups_at_once() {
    let stage = Stage::set();
    let target = tempfile::TempDir::new().unwrap();
    let offices = [(); 4].map(|()| {
        let office = stage.office.copy();
        office.configure("target = \"usb\"", &format!("target = \"{}\"", target.path().join("usb").display()));
        office
    });
    let running: Vec<_> = offices.iter().map(|office| office.spawn(&["backup"])).collect();
    let mut made = 0;
    for child in running {
        let ran = Ran::from(child.wait_with_output().unwrap());
        let gave_way = ran.code == 2 && ran.err.contains("another backup");
        assert!(ran.code == 0 || gave_way, "{} {}", ran.code, ran.err);
        made += usize::from(ran.code == 0);
    }
    assert!(made >= 1);
    let (ran, dir) = restored(&target.path().join("usb"));
    assert!(!ran.finds("K013") && ran.code < 2, "{}{}", ran.out, ran.err);
    assert_eq!(carried(&dir.path().join("pulih/archive")), carried(&offices[0].path("archive")));
}
