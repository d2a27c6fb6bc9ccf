//! What `serve` lets be known by itself: messages, measures, and the request that says that all is well.

use super::{Served, codes};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

const PULL: &str = "[[job]]\nname = \"tarik\"\ntask = \"pull\"\ncron = \"*/10 * * * *\"\n";

/// An office whose messages are lines of a file.
fn with_channel(jobs: &str) -> Served {
    let served = Served::with(jobs);
    let program = served.office.path("kabar.sh");
    fs::write(&program, format!("#!/bin/sh\ncat >> '{}'; echo >> '{0}'\n", served.office.place("kabar.jsonl")))
        .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let channel = "\n[[channel]]\nname = \"program\"\ntype = \"command\"\nprogram = \"kabar.sh\"\nat-any-hour = true\n\
        tells = [\"alarms\", \"reports\"]\n";
    served.office.configure(PULL, &format!("{PULL}{channel}"));
    served
}

/// What was told, each message by its kind and code.
fn told(served: &Served) -> Vec<(String, String)> {
    let text = fs::read_to_string(served.office.path("kabar.jsonl")).unwrap_or_default();
    let read = |line: &str| {
        let letter: serde_json::Value = serde_json::from_str(line).unwrap();
        (letter["kind"].as_str().unwrap().to_owned(), letter["code"].as_str().unwrap().to_owned())
    };
    text.lines().filter(|line| !line.is_empty()).map(read).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(kind, code)| ((*kind).to_owned(), (*code).to_owned())).collect()
}

#[test]
fn a_failure_that_lasts_is_told_once_and_so_is_its_end() {
    let served = with_channel(PULL);
    let give_back = served.without_source();
    for minutes in (10..=60).step_by(10) {
        served.at(minutes);
        served.once();
    }
    assert_eq!(told(&served), pairs(&[("alarm", "J001")]));
    give_back();
    served.at(70);
    served.once();
    served.at(80);
    served.once();
    let told = told(&served);
    assert_eq!(told.iter().filter(|(_, code)| code == "J001").count(), 2, "{told:?}");
    assert!(told.contains(&("recovery".to_owned(), "J001".to_owned())));
    let said = fs::read_to_string(served.office.path("kabar.jsonl")).unwrap();
    assert!(!tests::holds_nik(&said) && !said.contains("kantor.sqlite"), "{said}");
}

#[test]
fn a_report_that_is_ready_is_told_with_its_pdf() {
    let served = with_channel(PULL);
    let reports = "\n[[job]]\nname = \"laporan\"\ntask = \"monthly-reports\"\ncron = \"5 5 * * *\"\n";
    served.office.configure(PULL, &format!("{PULL}{reports}"));
    served.once();
    for minutes in [5, 6] {
        served.at(minutes);
        served.once();
    }
    let said = fs::read_to_string(served.office.path("kabar.jsonl")).unwrap_or_default();
    let letter: serde_json::Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert_eq!(letter["kind"], "report", "{said}");
    assert!(served.office.path(letter["attachment"].as_str().unwrap().trim_start_matches("./")).is_file());
    assert_eq!(said.lines().filter(|line| line.contains("\"report\"")).count(), 1);
}

#[test]
fn a_broken_configuration_is_told_while_jobs_run_by_the_one_before() {
    let served = with_channel(PULL);
    served.at(1);
    let serving = served.serve();
    served.office.configure("task = \"pull\"", "task = \"pul\"");
    serving.wake();
    served.until("J006 is told", || told(&served) == pairs(&[("alarm", "J006")]));
    served.at(10);
    serving.wake();
    let runs = || {
        tests::sqlite_number(
            &served.office.path("riwayat.sqlite"),
            "select count(*) from run where ended_s is not null",
        )
    };
    served.until("a pull", || runs() == 1);
    // The power fails while the file is broken. How things are is told all the same.
    drop(serving);
    let ran = served.run(&["status"]).expect_code(2);
    assert!(ran.out.contains("J006") && ran.out.contains("tarik"), "{}", ran.out);
    assert!(ran.err.contains("`pul`"), "{}", ran.err);
    assert!(served.run(&["status", "--check"]).expect_code(2).out.starts_with("TERTIB CRITICAL - J006"));
    served.at(20);
    let serving = served.spawn();
    served.until("another pull", || runs() == 2);
    assert_eq!(told(&served), pairs(&[("alarm", "J006")]), "it is told once");
    served.office.configure("task = \"pul\"", "task = \"pull\"");
    served.at(21);
    serving.wake();
    served.until("its end is told", || told(&served).contains(&("recovery".to_owned(), "J006".to_owned())));
}

/// A `serve` that is started while the office's days are broken runs by the last usable ones, and takes the mended ones.
#[test]
fn days_that_are_broken_at_a_start_are_read_when_they_are_mended() {
    let served = with_channel(PULL);
    served.at(1);
    drop(served.serve());
    let days = served.office.path("kalender.toml");
    fs::write(&days, "ini bukan TOML").unwrap();
    let serving = served.spawn();
    served.until("J006 is told", || told(&served) == pairs(&[("alarm", "J006")]));
    fs::write(&days, "").unwrap();
    served.at(2);
    serving.wake();
    served.until("its end is told", || told(&served).contains(&("recovery".to_owned(), "J006".to_owned())));
}

/// Answers every request, and keeps its first line.
fn sink() -> (String, Arc<Mutex<Vec<String>>>) {
    let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let (url, asked) = (format!("http://{}", server.local_addr().unwrap()), Arc::new(Mutex::new(Vec::new())));
    let kept = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in server.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 1024];
            let n = stream.read(&mut bytes).unwrap();
            let line = String::from_utf8_lossy(&bytes[..n]).lines().next().unwrap_or_default().to_owned();
            kept.lock().unwrap().push(line);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK").unwrap();
        }
    });
    (url, asked)
}

#[test]
fn the_request_goes_out_only_while_all_is_well_and_measures_say_what_is_not() {
    let served = Served::with(PULL);
    let (url, asked) = sink();
    fs::write(served.office.path("ping"), format!("{url}/baik-rahasia\n")).unwrap();
    fs::write(served.office.path("gagal"), format!("{url}/gagal-rahasia\n")).unwrap();
    let monitoring =
        "\n[monitoring]\ntextfile = \"tertib.prom\"\nping-url-file = \"ping\"\nfail-url-file = \"gagal\"\n";
    served.office.configure(PULL, &format!("{PULL}{monitoring}"));
    let serving = served.serve();
    let last = || asked.lock().unwrap().last().cloned().unwrap_or_default();
    served.until("a request", || last().starts_with("GET /baik-rahasia "));
    let measures = || fs::read_to_string(served.office.path("tertib.prom")).unwrap_or_default();
    assert!(measures().contains("tertib_conditions{severity=\"error\"} 0\n"), "{}", measures());
    let give_back = served.without_source();
    served.at(10);
    serving.wake();
    served.until("the failure is known", || served.codes() == codes(&["J001"]));
    let n = asked.lock().unwrap().len();
    let tries = served.outcomes("tarik").len();
    served.at(16);
    serving.wake();
    served.until("a request that says so", || last().starts_with("GET /gagal-rahasia "));
    assert!(asked.lock().unwrap()[n..].iter().all(|line| line.contains("/gagal-rahasia")));
    assert!(measures().contains("tertib_conditions{severity=\"error\"} 1\n"), "{}", measures());
    assert!(measures().contains("tertib_condition_since_timestamp_seconds{code=\"J001\",of=\"tarik\"}"));
    // Else it could be the source that was given back which it reads.
    let again = || served.outcomes("tarik").get(tries..).is_some_and(|new| new == ["failed"]);
    served.until("it was tried again, and failed", again);
    give_back();
    let said = fs::read_to_string(served.office.path("serve.log")).unwrap();
    assert!(!said.contains("rahasia"), "{said}");
    let line = served.run(&["status", "--check"]).expect_code(2).out;
    assert!(line.starts_with("TERTIB CRITICAL - J001 tarik | data_age=") && line.lines().count() == 1, "{line}");
}

#[test]
fn a_job_is_shown_with_the_end_of_its_log_and_from_a_day_on() {
    let served =
        Served::with("[[job]]\nname = \"baru\"\ntask = \"verify-new\"\ncron = \"0 6 * * *\"\ncatch-up = \"all\"\n");
    served.at(60 + 23 * 24 * 60);
    served.once();
    let shown = |arguments: &[&str]| {
        served.run(&[&["status", "baru"], arguments].concat()).expect_code_in(&[0, 1], "status").out
    };
    let all = shown(&[]);
    // 06.00 in the office's zone is the period, not the instant in UTC.
    assert!(all.contains("03-12-2026 06.00") && !all.contains("23:00Z"), "{all}");
    let end = all.split("akhir catatan pelaksanaan 24 (seluruhnya: `tertib log 24`)\n").nth(1).unwrap();
    // The last of 24 runs may begin some minutes later.
    assert!(end.lines().last().unwrap().starts_with("06.0"), "{all}");
    let rows = |text: &str| text.lines().filter(|line| line.contains(" selesai ")).count();
    assert_eq!(rows(&all), 2 * 20, "the last 20 slots and runs");
    assert_eq!(rows(&shown(&["--since", "2026-11-10"])), 2 * 24);
    assert_eq!(rows(&shown(&["--since", "2026-12-02"])), 2 + 24, "two slots; every run began on the last day");
    assert!(shown(&["--lang", "en"]).contains("end of the log of run 24 (all of it: `tertib log 24`)"));
    served.run(&["status", "--since", "2026-12-02"]).expect_code(2);
    let table = served.run(&["status", "--format", "csv"]).out;
    assert!(table.starts_with("job,task,state,last_success,next,"), "{table}");
    assert!(table.contains("\nbaru,verify-new,well,2026-12-02T23:0"), "{table}");
}
