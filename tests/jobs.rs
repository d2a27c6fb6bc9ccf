//! Each run of a job stands in the history, a run that was missed is caught up, and `serve` obeys a stop.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tests::serving::Clock;
use tests::{Office, Ran};

/// 08.45 on Friday, 20 November 2026, in the office's zone: in seconds.
///
/// That is not so long after the last commit that the clock is doubted, no month was to be closed in the week before, and no job is due
/// in the next quarter of an hour.
const MORNING_S: i64 = 1_795_139_100;

#[test]
fn jobs_run_once_and_stand_in_the_history() {
    let office = Office::small();
    let ran = office.run(&["run", "verifikasi"]).expect_code(0);
    assert!(ran.out.contains("0 findings"), "{}", ran.out);
    office.run(&["run", "laporan", "--month", "2026-10"]).expect_code(0);
    fs::rename(office.path("kantor.sqlite"), office.path("hilang.sqlite")).unwrap();
    office.run(&["run", "tarik"]).expect_code(2);
    let status = office.json(&["status"], 2);
    assert_eq!(status["conditions"][0]["code"], "J019", "nobody tries it again");
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
    let clock = Clock::of(&office);
    clock.set(MORNING_S, 1_000_000);
    clock.run(&office, &["serve", "--once"]).expect_code(0);
    tests::sqlite(&office.path("riwayat.sqlite"), "update job set since_s = since_s - 7 * 86400");
    let mut serve = clock.rules(office.command(&["serve"]));
    let child = serve.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let count = || {
        let status = clock.run(&office, &["status", "--format", "json"]).expect_code_in(&[0, 1, 2], "status").json();
        status["runs"].as_array().unwrap().iter().filter(|r| r["job"] == "verifikasi" && r["outcome"] == "done").count()
    };
    let began = Instant::now();
    while count() < 1 && began.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(100));
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).expect_code(0);
    assert_eq!(count(), 1, "the last missed run, once\n{}", ran.err);
    assert!(ran.err.contains("stopped"), "{}", ran.err);
}

#[test]
fn a_changed_configuration_counts_without_a_restart_and_a_broken_one_is_told() {
    let office = Office::small();
    let good = fs::read_to_string(office.path("tertib.toml")).unwrap();
    let (clock, began) = (Clock::of(&office), Instant::now());
    let since_a_minute = |s: i64| clock.set(MORNING_S + s, 1_000_000 + s);
    since_a_minute(0);
    let mut command = clock.rules(office.command(&["serve"]));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let server = rustix::process::Pid::from_child(&child);
    let (say, said) = std::sync::mpsc::channel();
    let words = BufReader::new(child.stderr.take().unwrap());
    std::thread::spawn(move || words.lines().map_while(Result::ok).try_for_each(|line| say.send(line)));
    let hears = |wanted: &str| {
        let until = Instant::now() + Duration::from_secs(90);
        let mut lines = Vec::new();
        while let Ok(line) = said.recv_timeout(until.saturating_duration_since(Instant::now())) {
            lines.push(line);
            if lines[lines.len() - 1].contains(wanted) {
                return;
            }
        }
        rustix::process::kill_process(server, rustix::process::Signal::KILL).unwrap();
        unreachable!("`{wanted}` was not said:\n{}", lines.join("\n"));
    };
    hears("waiting");
    fs::write(office.path("tertib.toml"), good.replace("[[job]]", "[[jobb]]")).unwrap();
    hears("jobs run by what was read before");
    // A job more, which is due in the next minute. That one is near, and `serve` does not wait for its next look.
    let more = "\n[[job]]\nname = \"tiap-menit\"\ntask = \"verify\"\ncron = \"* * * * *\"\n";
    fs::write(office.path("tertib.toml"), good + more).unwrap();
    rustix::process::kill_process(server, rustix::process::Signal::HUP).unwrap();
    hears("is used from now on");
    since_a_minute(i64::try_from((began.elapsed().as_secs() + 1) / 60 * 60).unwrap() + 58);
    rustix::process::kill_process(server, rustix::process::Signal::HUP).unwrap();
    hears("tiap-menit");
    rustix::process::kill_process(server, rustix::process::Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
}
