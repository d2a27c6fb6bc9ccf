//! Servers that die, networks that fall silent, and connections that cannot be had: the pull says so, waits and completes.

use std::process::Child;
use std::time::{Duration, Instant};
use tests::servers::Server;
use tests::wire::Wire;
use tests::{Office, Ran};

tests::part! {
    the_server_dies on each_server;
    the_network_falls_silent on each_server;
    no_connection_is_left on each_server;
}

/// More than a server says before it sends rows, and less than the rows.
const EARLY: u64 = 1 << 20;

/// The server is killed while it answers, and so is a single connection; the pull says so, waits and completes.
fn the_server_dies(server: &mut dyn Server) {
    server.contract_table(400_000);
    let (wire, url) = server.wired();
    let office = Office::at(&url);
    let reading = |server: &dyn Server, bytes: u64| {
        office.forget_archive();
        pull_held(&office, server, &wire, bytes)
    };
    let completes = |pull: Child| {
        wire.go_on();
        let ran = tests::ended(pull).expect_code(0);
        assert!(ran.err.contains("trying again") && !ran.err.contains("panic"), "{}", ran.err);
        office.holds_once(400_000);
        office.run(&["verify"]).expect_code(0);
    };
    // As fast as it can; then slowly, which has another way to read, early and late.
    for (rate, bytes) in [("", EARLY), ("rows-per-second = 400000\n", EARLY), ("", 20 * EARLY)] {
        office.configure("[source]\n", &format!("[source]\n{rate}"));
        let (pull, _) = reading(server, bytes);
        server.kill();
        wire.go_on();
        std::thread::sleep(Duration::from_millis(700));
        server.start();
        completes(pull);
    }
    let (pull, session) = reading(server, EARLY);
    server.sql(&server.end(session));
    completes(pull);
    // A server that never comes back ends the pull with one clear line, and the archive is as it was.
    office.configure(&url, &server.reader());
    server.kill();
    let ran = office.run(&["pull"]).expect_code(2);
    assert!(ran.err.contains("cannot reach the") && ran.err.trim_end().lines().count() == 1, "{}", ran.err);
    office.run(&["verify"]).expect_code(0);
}

/// A pull that has read so many bytes and waits for more until the wire goes on, and its session.
fn pull_held(office: &Office, server: &dyn Server, wire: &Wire, bytes: u64) -> (Child, i64) {
    wire.hold_after(bytes);
    let mut pull = office.spawn(&["pull"]);
    wire.wait_until_held(&mut pull);
    let session = server.reading(&mut pull);
    (pull, session)
}

/// A connection that is dead without a word, or a whole network, is noticed and the pull completes; a server that takes long
/// over a question is waited for.
fn the_network_falls_silent(server: &mut dyn Server) {
    server.contract_table(400_000);
    let (wire, url) = server.wired();
    let office = Office::at(&url);
    office.configure("answer-timeout-seconds = 60", "answer-timeout-seconds = 2");
    office.configure("[source]\n", "[source]\nrows-per-second = 400000\n");
    let reading = || {
        office.forget_archive();
        pull_held(&office, server, &wire, EARLY)
    };
    let completes = |pull: Child, why: &str| {
        let ran = tests::ended(pull).expect_code(0);
        assert!(ran.err.contains(why) && ran.err.contains("trying again"), "{}", ran.err);
        office.holds_once(400_000);
    };
    let (pull, session) = reading();
    wire.silence();
    wire.go_on();
    server.sql(&server.end(session));
    completes(pull, "has ended this connection");
    let (pull, session) = reading();
    wire.cut();
    wire.go_on();
    let began = Instant::now();
    let refused = office.run(&["reconcile", "--month", "2026-01"]).expect_code(2);
    let waited = began.elapsed();
    assert!(refused.err.contains("no answer within 2 s") && waited < Duration::from_secs(30), "{}", refused.err);
    std::thread::sleep(Duration::from_secs(3));
    wire.mend();
    completes(pull, "no answer within 2 s");
    // The server still holds the table for whom it cannot hear.
    server.sql(&server.end(session));
    server.contract_table(1);
    let slow = server.sleep(5.0);
    server.sql(&format!("create view lambat as select * from workflow_events where (select {slow}) is not null"));
    office.forget_archive();
    office.configure("view = \"workflow_events\"", "view = \"lambat\"");
    let began = Instant::now();
    let ran = office.run(&["pull"]).expect_code(0);
    assert!(began.elapsed() > Duration::from_secs(4) && !ran.err.contains("trying again"), "{}", ran.err);
    assert_eq!(office.events(""), 1);
}

/// Two offices may use one user with one connection: the second pull waits for the first. A wrong port is not waited for.
fn no_connection_is_left(server: &mut dyn Server) {
    server.contract_table(100_000);
    let offices = [Office::at(&server.reader()), Office::at(&server.reader())];
    offices[0].configure("[source]", "[source]\nrows-per-second = 10000");
    server.sql(server.dialect().let_connect_once);
    let mut first = offices[0].spawn(&["pull"]);
    server.reading(&mut first);
    let second = Ran::from(offices[1].spawn(&["pull"]).wait_with_output().unwrap()).expect_code(0);
    assert!(second.err.contains("trying again"), "{}", second.err);
    Ran::from(first.wait_with_output().unwrap()).expect_code(0);
    for office in &offices {
        assert_eq!(office.events(""), 100_000);
    }
    server.kill();
    let ran = offices[1].run(&["pull"]).expect_code(2);
    assert!(!ran.err.contains("trying again"), "{}", ran.err);
}
