//! What makes the pages is a process of its own: it is started when it is needed, again when it was killed, and never outlives the portal.

use crate::operations::begun;
use crate::{Shown, office as office_with_portal, within};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::fs;
use std::path::Path;
use std::time::Duration;
use tests::Office;

tests::part! {
    it_goes_home_when_it_is_not_needed;
    it_is_started_again_and_ends_with_the_portal;
    an_upgrade_changes_nothing_before_the_restart;
    an_office_that_has_just_begun_has_pages;
}

/// The process that makes the pages, which is the only child of a portal that runs no job.
fn desk(shown: &Shown) -> Option<Pid> {
    let children = shown.serving.children();
    assert!(children.len() < 2, "one at a time");
    children.first().copied()
}

pub(crate) fn is_gone(process: Pid) -> Option<()> {
    // A process that nobody has waited for yet has ended all the same.
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())).unwrap_or_default();
    (test_kill_process(process).is_err() || stat.contains(") Z ")).then_some(())
}

fn it_goes_home_when_it_is_not_needed() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("kepala");
    assert!(desk(&shown).is_none(), "nothing was asked for");
    assert_eq!(shown.get("/tinjauan/2026-10", &cookie).status, 200);
    let first = desk(&shown).unwrap();
    within(Duration::from_secs(60), "nobody needs it", || is_gone(first));
    // What was made is still there, and what was not is made by another.
    assert_eq!(shown.get("/tinjauan/2026-10", &cookie).status, 200);
    assert!(desk(&shown).is_none(), "the page was kept");
    assert_eq!(shown.get("/kepatuhan/2026-10", &cookie).status, 200);
    assert!(desk(&shown).is_some());
}

fn it_is_started_again_and_ends_with_the_portal() {
    let mut shown = Shown::served(Office::small());
    let cookie = shown.sign_in("kepala");
    let review = shown.get("/tinjauan/2026-10.json", &cookie);
    assert_eq!(review.status, 200);
    let first = desk(&shown).unwrap();
    kill_process(first, Signal::KILL).unwrap();
    let again = shown.get("/tinjauan/2026-10.csv", &cookie);
    assert_eq!(again.status, 200, "{}", again.text());
    assert!(shown.log().contains("started again"), "{}", shown.log());
    // While the configuration is broken, pages show what was read before, whoever makes them.
    let config = fs::read_to_string(shown.office.path("tertib.toml")).unwrap();
    fs::write(shown.office.path("tertib.toml"), config.replacen("[office]", "[ofice]", 1)).unwrap();
    assert_eq!(shown.get("/kepatuhan/2026-10", &cookie).status, 200);
    kill_process(desk(&shown).unwrap(), Signal::KILL).unwrap();
    let broken = shown.get("/kalender/2026", &cookie);
    assert_eq!(broken.status, 200, "{}\n{}", broken.text(), shown.log());
    fs::write(shown.office.path("tertib.toml"), config).unwrap();
    // Whatever ends the portal ends it too.
    let last = desk(&shown).unwrap();
    shown.serving.signal(Signal::KILL);
    shown.serving.wait();
    within(Duration::from_secs(10), "it has no portal any more", || is_gone(last));
}

/// Before the first pull there is no archive: whoever comes in is told so, and the calendar needs none.
fn an_office_that_has_just_begun_has_pages() {
    let shown = Shown::alone_of(Office::unpulled());
    for role in ["kepala", "pelihat"] {
        let cookie = shown.sign_in(role);
        for start in ["/", "/tinjauan", "/kepatuhan", "/dokumen"] {
            let page = shown.get(start, &cookie);
            assert!(page.status == 200 && page.text().contains("Arsip masih kosong."), "{start}: {}", page.text());
            assert_eq!(page.text().contains("Ke Pekerjaan"), role == "kepala", "{}", page.text());
        }
        let calendar = shown.get("/kalender/2026", &cookie);
        assert!(calendar.status == 200 && calendar.text().contains("Kalender Kerja Tahun 2026"), "{}", shown.log());
        assert_eq!(shown.get("/kalender/2026.pdf", &cookie).status, 200);
    }
    let auditor = shown.sign_in("auditor");
    for page in ["/kueri", "/telusur", "/telusur-orang", "/bukti", "/log-akses", "/periksa"] {
        assert_eq!(shown.get(page, &auditor).status, 200, "{page}: {}", shown.log());
    }
    let posted = |path: &str, field: &str| {
        shown.ask("post", path).cookie(Some(&auditor)).form(&[(field, "B202610-000001")]).send()
    };
    assert_eq!(posted("/telusur", "berkas").status, 422);
    let printed = posted("/periksa", "kode");
    assert!(printed.status == 200 && printed.text().contains("<strong>Tidak.</strong>"), "{}", printed.text());
    let status = shown.office.run(&["status"]).expect_code(0);
    assert!(status.out.starts_with("ADA CATATAN: 1") && status.out.contains("P019"), "{}", status.out);
}

/// Another version takes the place of the program that runs, as a package does: pages and runs stay those of the one that runs.
fn an_upgrade_changes_nothing_before_the_restart() {
    let office = Office::small();
    let own = office.path("tertib-yang-jalan");
    fs::copy(tests::tertib().get_program(), &own).unwrap();
    let office = office_with_portal(office);
    let command = tests::copied(&own, &office.command(&["serve"]));
    let shown = Shown::of(office, command);
    let cookie = shown.sign_in("ti");
    replace(&own);
    let page = shown.get("/tinjauan/2026-10", &cookie);
    assert_eq!(page.status, 200, "{}\n{}", page.text(), shown.log());
    let path = begun(&shown, &cookie, "verifikasi");
    within(Duration::from_secs(60), "the run has ended", || {
        let run = shown.ask("get", &path).cookie(Some(&cookie)).json().send().json();
        (run["run"]["outcome"] == "done").then_some(())
    });
}

/// Puts a file that is no program in its place.
fn replace(program: &Path) {
    let other = program.with_extension("baru");
    fs::write(&other, "#!/bin/false\n").unwrap();
    fs::rename(other, program).unwrap();
}
