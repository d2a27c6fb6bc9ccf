//! `kill -9` of the portal, of `serve` with its run, and in the middle of a download: the next start is whole.

use crate::client::{rest, until};
use crate::desk::is_gone;
use crate::operations::{begun, run, slow};
use crate::{Shown, within};
use rustix::process::{Signal, kill_process_group};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;
use tests::{Office, tree};

tests::part! {
    a_server_that_is_killed_loses_no_row_and_its_sessions;
    a_download_that_breaks_off_leaves_nothing_half_written;
    a_register_of_people_is_never_half_written;
}

/// What is asked for at once; the last one is longer than what a connection holds.
const DOWNLOADS: [&str; 5] = [
    "/tinjauan/2026-10.pdf",
    "/tinjauan/2026-10.xlsx",
    "/kepatuhan/2026-10.pdf",
    "/tinjauan/2026-10/tren.svg",
    "/dokumen/2026-10/buku_agenda_pendaftaran_2026-10.csv",
];

/// An office with a book that takes a while to be sent.
fn with_a_long_book() -> Office {
    let office = Office::small();
    fs::write(office.document("buku_agenda_pendaftaran", "csv"), vec![b'a'; 16 << 20]).unwrap();
    office
}

fn a_server_that_is_killed_loses_no_row_and_its_sessions() {
    let mut shown = Shown::served(slow());
    let cookie = shown.sign_in("ti");
    let path = begun(&shown, &cookie, "tarik");
    let mut stream = shown.ask("get", &path).cookie(Some(&cookie)).with("Accept", "text/event-stream").open();
    until(&mut stream, "began");
    let [child] = shown.serving.children()[..] else { panic!("one run goes on") };
    shown.killed_and_started("serve");
    assert!(!String::from_utf8_lossy(&rest(&mut stream)).contains("selesai"), "nobody said that it ended");
    assert!(shown.get("/pekerjaan", &cookie).asks_to_sign_in(), "sessions are gone");
    let cookie = shown.sign_in("ti");
    // The run has a process of its own, and goes on until that is killed as well.
    assert_eq!(run(&shown, &cookie, &path)["outcome"], "running");
    kill_process_group(child, Signal::KILL).unwrap();
    within(Duration::from_secs(60), "the run is told as failed", || {
        (run(&shown, &cookie, &path)["outcome"] == "failed").then_some(())
    });
    shown.office.configure("rows-per-second = 50", "rows-per-second = 100000");
    let path = begun(&shown, &cookie, "tarik");
    within(Duration::from_secs(60), "the next pull is done", || {
        (run(&shown, &cookie, &path)["outcome"] == "done").then_some(())
    });
    assert_eq!(shown.get("/tinjauan/2026-10", &cookie).status, 200);
    shown.office.holds_once(shown.office.number("select count(*) from workflow_events"));
    shown.office.run(&["verify"]).expect_code(0);
}

/// The files of an office, without those that a process that shows pages may write: its log, and figures that are computed once.
fn files(office: &Office) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = tree(office.folder());
    files.retain(|path, _| {
        let text = path.to_string_lossy();
        !text.contains("portal.log") && !text.contains("figures") && !text.contains("riwayat.sqlite")
    });
    files
}

fn a_download_that_breaks_off_leaves_nothing_half_written() {
    let untouched = Shown::by(crate::office(with_a_long_book()), &["portal"]);
    let cookie = untouched.sign_in("pelihat");
    let whole = DOWNLOADS.map(|path| untouched.get(path, &cookie));
    let mut shown = Shown::by(crate::office(with_a_long_book()), &["portal"]);
    let before = files(&shown.office);
    let mut broken_off = 0;
    for n in 0..10 {
        let cookie = shown.sign_in("pelihat");
        let mut streams = DOWNLOADS.map(|path| shown.ask("get", path).cookie(Some(&cookie)).open());
        // At first while figures and pages are made, later in the middle of what is sent.
        std::thread::sleep(Duration::from_millis(n * n * 4));
        if n % 2 == 1 {
            drop(streams[DOWNLOADS.len() - 1].read(&mut [0; 512]));
        }
        let children = shown.serving.children();
        shown.killed_and_started("portal");
        within(Duration::from_secs(10), "what it had started is gone", || {
            children.iter().all(|child| is_gone(*child).is_some()).then_some(())
        });
        for (stream, whole) in streams.iter_mut().zip(&whole) {
            broken_off += usize::from(rest(stream).len() < whole.body.len());
        }
        assert!(shown.get("/akun", &cookie).asks_to_sign_in(), "sessions are gone");
        let after = files(&shown.office);
        assert!(after.keys().eq(before.keys()), "{:?}", after.keys().collect::<Vec<_>>());
        assert!(after == before, "a file was changed");
        let cookie = shown.sign_in("pelihat");
        for (path, whole) in DOWNLOADS.iter().zip(&whole) {
            let again = shown.get(path, &cookie);
            assert!(again.status == 200 && again.body == whole.body, "{n} {path}: {}", again.status);
        }
    }
    assert!(broken_off > 12, "only {broken_off} downloads broke off");
    shown.office.run(&["verify"]).expect_code_in(&[0, 1], "verify");
}

fn a_register_of_people_is_never_half_written() {
    let office = crate::office(Office::small());
    let listed = |of: &str| office.run(&["portal", of, "list", "--format", "json"]).json().as_array().unwrap().len();
    let (people, mut known) = (listed("user"), 0);
    for n in 0..24 {
        let name = format!("mesin-{n}");
        let add = ["portal", "token", "add", &name, "--role", "ti", "--until", "2099-12-31"];
        let mut child = office.spawn(&add);
        std::thread::sleep(Duration::from_millis(n * 4));
        child.kill().unwrap();
        let said = child.wait_with_output().unwrap().stdout;
        let now = listed("token");
        assert!(now == known || now == known + 1, "{n}: {now} after {known}");
        assert!(now > known || said.is_empty(), "a token was printed that is not kept");
        known = now;
        assert_eq!(listed("user"), people, "persons were lost");
    }
    // What a kill left behind is read by nobody, other accounts of the machine included.
    for entry in fs::read_dir(office.folder()).unwrap().map(Result::unwrap) {
        let mode = entry.metadata().unwrap().permissions().mode();
        let is_of_people = fs::read(entry.path()).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains("argon2"));
        assert!(!is_of_people || mode & 0o077 == 0, "{} may be read by others", entry.path().display());
    }
    println!("{known} of 24 were kept");
}
