//! Each run of a job stands in the history, a run that was missed is caught up, and `serve` obeys a stop.

use std::fs;
use std::time::Duration;
use tests::{Office, Ran};

#[test]
fn jobs_run_once_and_stand_in_the_history() {
    let office = Office::small();
    let ran = office.run(&["run", "verifikasi"]).expect_code(0);
    assert!(ran.out.contains("0 findings"), "{}", ran.out);
    office.run(&["run", "laporan", "--month", "2026-10"]).expect_code(0);
    fs::rename(office.path("kantor.sqlite"), office.path("hilang.sqlite")).unwrap();
    office.configure("retries = 3", "retries = 0");
    office.run(&["run", "tarik"]).expect_code(2);
    let status = office.json(&["status"], 1);
    let runs: Vec<(&str, &str)> = status["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["job"].as_str().unwrap(), r["outcome"].as_str().unwrap()))
        .collect();
    assert_eq!(runs, [("tarik", "failed"), ("laporan", "done"), ("verifikasi", "done")]);
    assert!(status["runs"][0]["message"].as_str().unwrap().contains("No such file"));
}

#[test]
fn a_served_job_that_was_missed_is_caught_up_and_a_stop_is_obeyed() {
    let office = Office::small();
    office.run(&["run", "verifikasi"]).expect_code(0);
    tests::sqlite(&office.path("riwayat.sqlite"), "update runs set started = '2026-10-01T00:00:00Z', period = 'lama'");
    let child = office.spawn(&["serve"]);
    let count = || {
        let status = office.json(&["status"], 0);
        status["runs"].as_array().unwrap().iter().filter(|r| r["job"] == "verifikasi" && r["outcome"] == "done").count()
    };
    let began = std::time::Instant::now();
    while count() < 2 && began.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(100));
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).expect_code(0);
    assert_eq!(count(), 2, "the last missed run, once\n{}", ran.err);
    assert!(ran.err.contains("stopped"), "{}", ran.err);
}
