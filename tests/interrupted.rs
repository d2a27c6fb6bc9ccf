//! Ctrl-C and SIGTERM: the program ends within two seconds, says what was and was not done, and leaves nothing unmarked.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};
use tests::{Office, Ran};

/// The longest that the program may take after a signal: two seconds, and as much again for a machine that is busy.
const END: Duration = Duration::from_secs(4);

/// Waits until something is so.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_mins(2), "{what} does not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a signal and says what the program gave, which must end soon.
fn signalled(child: Child, signal: Signal) -> Ran {
    let began = Instant::now();
    kill_process(Pid::from_child(&child), signal).unwrap();
    let ran = tests::ended_within(END, child);
    assert!(began.elapsed() < END, "it took {:?}", began.elapsed());
    ran
}

fn pdfs(folder: &Path) -> usize {
    let Ok(files) = fs::read_dir(folder) else { return 0 };
    files.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().ends_with(".pdf")).count()
}

/// A pull that reads so slowly that it can be stopped: fifty rows a second.
fn slow() -> Office {
    let office = Office::unpulled();
    office.configure("rows-per-second = 100000", "rows-per-second = 50");
    office
}

#[test]
fn a_pull_that_is_stopped_says_that_nothing_was_archived() {
    for (signal, code, name) in [(Signal::INT, 130, "Ctrl-C"), (Signal::TERM, 143, "SIGTERM")] {
        let office = slow();
        let child = office.spawn(&["pull"]);
        until("the pull", || office.path("archive").exists());
        std::thread::sleep(Duration::from_millis(500));
        let ran = signalled(child, signal).expect_code(code);
        assert_eq!(ran.err.trim_end(), format!("tertib: stopped by {name}: nothing was archived; pull again"));
        assert_eq!(ran.out, "");
        office.configure("rows-per-second = 50", "rows-per-second = 100000");
        office.run(&["pull"]).expect_code(0);
    }
}

#[test]
fn a_pull_in_slices_says_what_was_archived() {
    let office = slow();
    office.configure("slice-rows = 20000000", "slice-rows = 40");
    let child = office.spawn(&["pull"]);
    until("the second slice", || office.commit(2).exists());
    let ran = signalled(child, Signal::INT).expect_code(130);
    let version = office.status()["archive"]["archive_version"].as_u64().unwrap();
    let words = format!("stopped by Ctrl-C: archived up to version {version}; pull again, which goes on from there");
    assert!(ran.err.contains(&words), "{}", ran.err);
    office.configure("rows-per-second = 50", "rows-per-second = 100000");
    office.run(&["pull"]).expect_code(0);
    office.holds_once(office.number("select count(*) from workflow_events"));
}

#[test]
fn a_render_that_is_stopped_marks_the_mix_until_it_is_whole() {
    let office = Office::demo(&["--months", "2026-10:2026-10", "--per-month", "1500", "--seed", "3"]);
    let folder = office.path("laporan/2026-10");
    let (note, all) = (folder.join("BELUM-LENGKAP.txt"), pdfs(&folder));
    assert!(!note.exists());
    fs::remove_dir_all(&folder).unwrap();
    let child = office.spawn(&["render", "--month", "2026-10"]);
    until("the third document", || pdfs(&folder) >= 3);
    assert!(note.exists(), "the folder is not marked while documents are written");
    let ran = signalled(child, Signal::INT).expect_code(130);
    let there = pdfs(&folder);
    assert!(there < all, "it was over before it could be stopped");
    let words = format!("{there} of {all} documents in {} are new; run the same command again", folder.display());
    assert!(ran.err.contains(&words), "{}", ran.err);
    assert!(fs::read_to_string(&note).unwrap().contains("\nbuku_agenda_pendaftaran_2026-10\n"));
    // One of them alone does not make it whole.
    office.run(&["render", "--month", "2026-10", "--only", "laporan_bulanan"]).expect_code(0);
    let named = fs::read_to_string(&note).unwrap();
    assert!(!named.contains("laporan_bulanan") && named.contains("laporan_kepatuhan"), "{named}");
    office.run(&["render", "--month", "2026-10"]).expect_code(0);
    assert!(!note.exists());
    assert_eq!(pdfs(&folder), all);
}

#[test]
fn a_render_that_is_killed_marks_the_mix_too() {
    let office = Office::demo(&["--months", "2026-10:2026-10", "--per-month", "600", "--seed", "3"]);
    let folder = office.path("laporan/2026-10");
    fs::remove_dir_all(&folder).unwrap();
    let mut child = office.spawn(&["render", "--month", "2026-10"]);
    until("the first document", || pdfs(&folder) >= 1);
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    assert!(folder.join("BELUM-LENGKAP.txt").exists());
}
