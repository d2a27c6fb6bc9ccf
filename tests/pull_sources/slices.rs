//! Backlogs that come in several commits, in bounded memory, and what a terminal shows meanwhile.

use std::process::Stdio;
use tests::forger::Forger;
use tests::servers::Server;
use tests::tools::Tool;
use tests::{EVERY_EVENT, Office};

tests::part! {
    slices_from_until on each_server;
    slices_of_uneven_times on each_server;
    memory on each_server;
    progress_on_a_terminal needs Tool::Script;
}

/// The rows that each commit of an archive brought.
fn commits(office: &Office) -> Vec<u64> {
    let rows = |path: &std::path::PathBuf| {
        let actions = Forger::actions(path);
        let parts = actions.iter().filter_map(|action| action["add"]["stats"].as_str());
        parts
            .map(|stats| serde_json::from_str::<serde_json::Value>(stats).unwrap()["numRecords"].as_u64().unwrap())
            .sum()
    };
    Forger { root: office.path("archive") }.commits().iter().map(rows).collect()
}

/// A backlog beyond a limit comes in several transactions and commits; a range can be chosen at the first pull.
fn slices_from_until(server: &mut dyn Server) {
    let office = server.office(5_000);
    office.run(&["pull"]).expect_code(0);
    let rows = ["query", EVERY_EVENT, "--format", "csv"];
    let whole = office.run(&rows).expect_code(0).out;
    office.forget_archive();
    office.configure("slice-rows = 20000000", "slice-rows = 700");
    let dry = office.run(&["pull", "--dry-run"]).expect_code(0);
    assert!(dry.out.contains("would archive 5000 new"), "{}", dry.out);
    assert!(!office.path("archive/events").exists(), "a dry run wrote something");
    let pulled = |options: &[&str]| office.run(&[&["pull"], options].concat()).expect_code(0).pulled().changes();
    assert_eq!(pulled(&[]), (5_000, 0));
    let commits = commits(&office).len();
    assert!((7..=9).contains(&commits), "{commits} commits");
    assert_eq!(office.run(&rows).expect_code(0).out, whole);
    assert_eq!(pulled(&[]), (0, 0));
    office.forget_archive();
    // A day of 1440 minutes.
    assert_eq!(pulled(&["--from", "2026-01-06T00:00:00+07:00", "--until", "2026-01-07"]), (1_440, 0));
    let expected = server.number("select count(*) from workflow_events where recorded_at >= '2026-01-05 17:00:00'");
    assert_eq!(pulled(&[]), (expected - 1_440, 0));
    office.run(&["pull", "--from", "2025-01-01"]).expect_refusal(&["--from"]);
}

/// Stray rows of other times do not keep a backlog in one piece, and where many rows came at once a slice is cut again.
fn slices_of_uneven_times(server: &mut dyn Server) {
    server.contract_table(5_000);
    let odd = &server.dialect().no_instants;
    let second = server.later("2026-01-05 01:00:00", "event_id", "second");
    let recorded = |at: &str, rows: &str| {
        server.sql(&format!("{}update workflow_events set recorded_at = {at} where event_id {rows}", odd.allowed_by));
    };
    recorded(&second, "<= 3000");
    recorded("'1970-01-02 00:00:00'", "= 4001");
    recorded(&format!("'{}'", odd.never), "= 4002");
    let office = Office::at(&server.reader());
    office.configure("slice-rows = 20000000", "slice-rows = 700");
    let pulled = office.run(&["pull"]).expect_code(1).pulled();
    assert_eq!((pulled.new, pulled.quarantined), (4_999, 1));
    let commits: Vec<u64> = commits(&office).into_iter().filter(|rows| *rows > 0).collect();
    assert!(commits.iter().all(|rows| *rows <= 701), "a commit of too many rows: {commits:?}");
    assert!((8..=24).contains(&commits.len()), "{commits:?}");
}

/// Three times the rows, the same memory; also when rows come in small lots and are looked up in what slices before brought.
fn memory(server: &mut dyn Server) {
    let mut peaks = Vec::new();
    for (rows, settings) in [
        (400_000, "slice-rows = 20000000"),
        (1_200_000, "slice-rows = 20000000"),
        (1_200_000, "slice-rows = 300000\nrows-per-second = 1000000"),
    ] {
        server.contract_table(rows);
        let office = Office::at(&server.reader());
        office.configure("slice-rows = 20000000", settings);
        let mut child = office.command(&["pull"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let peak = tests::peak_mb(&mut child);
        assert_eq!(office.events(""), i64::from(rows));
        peaks.push(peak);
    }
    assert!(peaks.iter().all(|peak| *peak < 300), "{peaks:?} MB");
    assert!(peaks[1..].iter().all(|peak| *peak < peaks[0] + peaks[0] / 4 + 16), "memory grows with rows: {peaks:?} MB");
}

/// On a terminal a bar says how many rows have come of how many, how fast, and how long it will take.
fn progress_on_a_terminal() {
    let office = Office::unpulled();
    // So slow that there is something to see.
    office.configure("rows-per-second = 100000", "rows-per-second = 200");
    let program = tests::tertib().get_program().to_string_lossy().into_owned();
    let pull = format!("'{program}' pull --config '{}'", office.place("tertib.toml"));
    let seen = Tool::Script.output(&["-qec", &pull, "/dev/null"]);
    let bars: Vec<&str> =
        seen.split(['\r', '\n']).filter(|line| line.contains("/s, ") && line.contains(" left")).collect();
    assert!(!bars.is_empty(), "no bar in {seen:?}");
    let rate = bars[bars.len() - 1].split(", ").nth(1).unwrap();
    assert!(rate.ends_with("/s") && !rate.contains('.'), "`{rate}` in {seen:?}");
    assert!(seen.contains(" new and 0 corrected"), "{seen:?}");
}
