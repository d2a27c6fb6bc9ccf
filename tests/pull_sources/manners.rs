//! The office comes first: its locks are given way to, what is read slowly locks nobody out, and the session says its name.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tests::servers::Server;
use tests::{Office, watched};

tests::part! {
    a_lock_is_given_way_to on each_server;
    a_rate_is_kept on each_server;
    a_session_says_its_name on postgres;
    a_slow_reader_is_waited_for on mariadb;
    tables_that_lock on mariadb;
}

/// The office's own lock is waited for shortly and then given way to.
fn a_lock_is_given_way_to(server: &mut dyn Server) {
    let office = server.office(200);
    office.configure("lock-timeout-seconds = 10", "lock-timeout-seconds = 1");
    let given_way = || {
        let began = Instant::now();
        (office.run(&["pull"]).expect_code(2), began.elapsed())
    };
    let [lock, unlock] = server.dialect().lock;
    let (ran, waited) = server.while_open(lock, given_way, unlock);
    assert!(waited < Duration::from_secs(8), "waited {waited:?} for the office's lock");
    assert!(ran.err.to_lowercase().contains("lock") && ran.err.trim_end().lines().count() <= 2, "{}", ran.err);
    office.run(&["pull"]).expect_code(0);
}

/// What is read at a rate is what is read at full speed, and whoever else wants the processor comes first.
fn a_rate_is_kept(server: &mut dyn Server) {
    let office = server.office(200);
    office.run(&["pull"]).expect_code(0);
    let all = ["query", tests::EVERY_EVENT, "--format", "csv"];
    let at_full_speed = office.run(&all).expect_code(0).out;
    office.configure("[source]", "[source]\nrows-per-second = 100");
    office.forget_archive();
    let began = Instant::now();
    let mut slowed = office.command(&["pull"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while server.number(server.dialect().sessions) == 0 {
        assert!(slowed.try_wait().unwrap().is_none(), "the pull ended before it was seen");
    }
    stands_behind(slowed.id());
    assert!(slowed.wait().unwrap().success());
    assert!(began.elapsed() >= Duration::from_millis(1_900), "200 rows at 100 a second took {:?}", began.elapsed());
    assert_eq!(office.run(&all).expect_code(0).out, at_full_speed);
}

/// Every thread of the process runs only while no other program wants the processor (policy 5 is `SCHED_IDLE`).
fn stands_behind(process: u32) {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let policies: Vec<String> = tasks
        .map(|task| fs::read_to_string(task.unwrap().path().join("stat")).unwrap())
        .map(|stat| stat.rsplit(") ").next().unwrap().split(' ').nth(38).unwrap().to_owned())
        .collect();
    assert!(!policies.is_empty() && policies.iter().all(|policy| policy == "5"), "{policies:?}");
}

/// The office's administrators see whose session it is.
fn a_session_says_its_name(server: &mut dyn Server) {
    let office = server.office(200);
    office.configure("[source]", "[source]\nrows-per-second = 50");
    let sessions = "select count(*) from pg_stat_activity where application_name = 'tertib'";
    let server: &dyn Server = server;
    let (seen, _) = watched(
        |over| {
            let mut seen = 0;
            while seen == 0 && !over.load(std::sync::atomic::Ordering::Relaxed) {
                seen = server.number(sessions);
            }
            seen
        },
        || office.run(&["pull"]).expect_code(0),
    );
    assert!(seen > 0, "the session does not say that it is tertib");
}

/// The server must wait for its reader, and takes nobody for dead who is only slow: 12 MB at 20 rows a second.
fn a_slow_reader_is_waited_for(server: &mut dyn Server) {
    server.contract_table(200);
    server.sql("update workflow_events set keterangan = repeat('x', 60000); set global net_write_timeout = 1");
    let office = Office::at(&server.reader());
    office.configure("[source]", "[source]\nrows-per-second = 20");
    let slow = office.run(&["pull"]).expect_code(1);
    assert!(slow.pulled().quarantined == 200 && !slow.err.contains("trying again"), "{}", slow.err);
    assert_eq!(slow.found("V011").iter().map(|(times, _)| times).sum::<u64>(), 200);
}

/// A table of another kind than InnoDB is locked for the office as long as it is read, so it is not read slowly; nor is a
/// view whose tables the reader may not see.
fn tables_that_lock(server: &mut dyn Server) {
    server.contract_table(20_000);
    server.sql("create view peristiwa as select * from workflow_events");
    let office = Office::at(&server.reader());
    office.configure("[source]\n", "[source]\nrows-per-second = 100\n");
    let pulled = |says: bool, what: &str| {
        office.forget_archive();
        let began = Instant::now();
        let ran = office.run(&["pull"]).expect_code(0);
        assert_eq!(ran.pulled().new, 20_000, "{what}");
        assert_eq!(ran.finds("S005"), says, "{what}: {}", ran.err);
        began.elapsed()
    };
    // Read slowly it would take 200 seconds.
    let is_read_at_once = |says: bool, what: &str| {
        let took = pulled(says, what);
        assert!(took < Duration::from_secs(100), "{what}: {took:?}");
    };
    let is_read_slowly = |what: &str| {
        office.configure("rows-per-second = 100\n", "rows-per-second = 10000\n");
        let took = pulled(false, what);
        assert!(took > Duration::from_millis(1_900), "{what}: {took:?}");
        office.configure("rows-per-second = 10000\n", "rows-per-second = 100\n");
    };
    server.sql("create table lain (a int) engine = MyISAM");
    is_read_slowly("an InnoDB table beside another");
    server.sql("alter table workflow_events engine = MyISAM");
    is_read_at_once(true, "a MyISAM table");
    office.configure("view = \"workflow_events\"", "view = \"kantor.peristiwa\"");
    server.sql("alter table workflow_events engine = InnoDB");
    is_read_at_once(true, "a view beside a MyISAM table");
    server.sql("drop table lain");
    is_read_slowly("a view beside InnoDB tables");
    server.sql(
        "revoke select on kantor.* from pembaca@'127.0.0.1'; grant select on kantor.peristiwa to pembaca@'127.0.0.1'",
    );
    is_read_at_once(false, "a view whose tables are hidden");
}
