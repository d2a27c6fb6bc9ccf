//! Rows whose transactions commit after later rows were pulled: none of them is lost.

use std::time::{Duration, Instant};
use tests::forger::Forger;
use tests::servers::Server;
use tests::{Office, ROW, VALUES};

tests::part! {
    late_commits on each_server;
    late_commits_through_a_view on each_server;
    open_transactions on each_server;
    horizon on postgres;
}

/// Eight writers hold their transactions open for up to a second while pulls come every 200 ms. The naive cursors lose rows;
/// ours does not.
fn late_commits(server: &mut dyn Server) {
    late_commits_seen_by(server, "workflow_events");
}

/// A view does not show which transaction wrote a row, so here only the window of time guards.
fn late_commits_through_a_view(server: &mut dyn Server) {
    late_commits_seen_by(server, "peristiwa");
}

fn late_commits_seen_by(server: &dyn Server, relation: &str) {
    server.contract_table(0);
    server.sql("create view peristiwa as select * from workflow_events");
    let office = Office::at(&server.reader());
    office.configure("view = \"workflow_events\"", &format!("view = \"{relation}\""));
    // An empty source is a finding of its own.
    server.add_row("default");
    let time = server.microseconds("recorded_at");
    let write = |writer| write_late(server, writer);
    let [naive_by_id, naive_by_time] = office.pull_beside_writers(write, ["event_id", &time], |sql| server.number(sql));
    office.run(&["pull"]).expect_code(0);
    let rows = server.number("select count(*) from workflow_events");
    assert!(rows > 30, "only {rows} rows were written");
    assert!(naive_by_id < rows, "event_id > cursor should lose rows and found {naive_by_id} of {rows}");
    assert!(naive_by_time < rows, "recorded_at > cursor should lose rows and found {naive_by_time} of {rows}");
    office.holds_once(rows);
    office.run(&["reconcile", "--month", "2026-10"]).expect_code(0);
}

/// Writes for four seconds, in transactions that stay open for up to one.
fn write_late(server: &dyn Server, writer: u64) {
    let began = Instant::now();
    let mut turn = writer;
    while began.elapsed() < Duration::from_secs(4) {
        turn = (turn * 7 + 3) % 31;
        let wait = server.sleep(f64::from(u32::try_from(turn).unwrap()) / 30.0);
        let insert = format!("insert into workflow_events ({ROW}) values ({VALUES})");
        let end = if turn % 10 == 9 { "rollback" } else { "commit" };
        server.sql(&format!("start transaction; {insert}; select {wait}; savepoint s; {insert}; {insert}; {end}"));
    }
}

/// Who may see open transactions needs no window of time: the cursor never passes the start of one. Who may not see them
/// loses without a window what the window is for, and `reconcile` tells; the window brings it in.
fn open_transactions(server: &mut dyn Server) {
    let office = server.office(0);
    server.pulled_through_a_view(&office);
    office.configure("lookback-days = 14", "lookback-days = 0");
    let begin = format!("start transaction; insert into workflow_events ({ROW}) values ({VALUES})");
    let pull_while_one_is_open = || {
        let later_row_comes_first = || {
            server.add_row("default");
            office.run(&["pull"]).expect_code(0);
        };
        server.while_open(&begin, later_row_comes_first, "commit");
        office.run(&["pull"]).expect_code(0);
        (office.events(""), server.number("select count(*) from workflow_events"))
    };
    assert_eq!(pull_while_one_is_open(), (1, 2));
    let found = office.json(&["reconcile", "--month", "2026-10"], 1);
    assert_eq!(found["missing"], serde_json::json!(["1"]), "{found}");
    office.configure("lookback-days = 0", "lookback-days = 1");
    office.run(&["pull"]).expect_code(0);
    office.run(&["reconcile", "--month", "2026-10"]).expect_code(0);
    office.configure("lookback-days = 1", "lookback-days = 0");
    server.sql(server.dialect().let_transactions_be_seen);
    assert_eq!(pull_while_one_is_open(), (4, 4));
    // Nor is the archive complete beyond that start.
    let complete_until = || {
        std::thread::sleep(Duration::from_secs(2));
        let now = server.number(&format!("select {}", server.microseconds("current_timestamp(6)"))) / 1_000_000;
        server.add_row("default");
        office.run(&["pull"]).expect_code(0);
        let until = office.status()["archive"]["complete_until"].as_str().unwrap().to_owned();
        let until = chrono::DateTime::parse_from_rfc3339(&until).unwrap().timestamp();
        let began = now - 2;
        assert!((began - 60..=began).contains(&until), "complete until {until}, the transaction began before {began}");
    };
    server.while_open(&begin, complete_until, "commit");
}

/// A row that claims to be months old comes in, since the table shows that its transaction is new.
fn horizon(server: &mut dyn Server) {
    let office = server.office(2_000);
    office.run(&["pull"]).expect_code(0);
    server.add_row("'2025-01-01 00:00:00'");
    let pulled = office.run(&["pull"]).expect_code(0).pulled();
    assert_eq!((pulled.read, pulled.new), (1, 1), "only what is new is read");
    // A cluster that cannot be compared with the one before falls back to the window of time, and says so.
    Forger { root: office.path("archive") }.of_another_cluster();
    server.add_row("'2026-01-06 00:00:00'");
    let ran = office.run(&["pull"]).expect_code(1);
    assert!(ran.pulled().new == 1 && ran.finds("S004"), "{}{}", ran.out, ran.err);
}
