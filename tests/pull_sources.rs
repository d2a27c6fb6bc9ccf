//! What a pull promises about sources, on real servers: late commits, death in the middle, memory, slices, reconciliation.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::fs;
use std::process::{Child, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tests::servers::{self, PASSWORD, Server};
use tests::tools::Tool;
use tests::trials::Trials;
use tests::wire::Wire;
use tests::{Installed, ROW, VALUES};

/// A test of one promise on a fresh server.
type ServerTest = fn(&mut Server);

fn main() -> ExitCode {
    let mut trials = Trials::default();
    let tests: [(&str, ServerTest); 18] = [
        ("late_commits", late_commits),
        ("late_commits_through_a_view", late_commits_through_a_view),
        ("open_transactions", open_transactions),
        ("the_server_dies", the_server_dies),
        ("the_network_falls_silent", the_network_falls_silent),
        ("no_connection_is_left", no_connection_is_left),
        ("reconcile", reconcile),
        ("rows_without_an_end", rows_without_an_end),
        ("again", again),
        ("another_database", another_database),
        ("refused_is_not_every_fault", refused_is_not_every_fault),
        ("slices_from_until", slices_from_until),
        ("slices_of_uneven_times", slices_of_uneven_times),
        ("memory", memory),
        ("edges", edges),
        ("no_time_of_recording", no_time_of_recording),
        ("not_hurt", not_hurt),
        ("who_may_write", who_may_write),
    ];
    for (name, test) in tests {
        trials.add(format!("{name}_postgres"), &[Tool::Postgresql], move || test(&mut servers::postgres()));
        trials.add(format!("{name}_mariadb"), &[Tool::Mariadb], move || test(&mut servers::mariadb()));
    }
    trials.add("horizon_postgres", &[Tool::Postgresql], || horizon(&servers::postgres()));
    trials.add("no_encoding_postgres", &[Tool::Postgresql], || no_encoding(&servers::postgres()));
    trials.add("progress_on_a_terminal", &[Tool::Script], progress_on_a_terminal);
    trials.add("tables_that_lock_mariadb", &[Tool::Mariadb], || tables_that_lock(&servers::mariadb()));
    trials.run()
}

/// Eight writers hold their transactions open for 0 to 3 seconds while pulls come every 200 ms. The naive cursors lose
/// rows; ours does not.
fn late_commits(server: &mut Server) {
    late_commits_seen_by(server, None);
}

/// A view does not show which transaction wrote a row, so here only the window of time guards.
fn late_commits_through_a_view(server: &mut Server) {
    late_commits_seen_by(server, Some("peristiwa"));
}

fn late_commits_seen_by(server: &mut Server, view: Option<&str>) {
    server.contract_table(0);
    let office = Installed::at(&server.reader());
    if let Some(view) = view {
        server.sql(&format!("create view {view} as select * from workflow_events"));
        if server.is_postgres() {
            server.sql(&format!("grant select on {view} to pembaca"));
        }
        office.configure("view = \"workflow_events\"", &format!("view = \"{view}\""));
    }
    // An empty source is a finding of its own.
    server.sql(&format!("insert into workflow_events ({ROW}) values ({VALUES})"));
    let server: &Server = server;
    let time = if server.is_postgres() {
        "cast(extract(epoch from recorded_at) * 1000000 as bigint)"
    } else {
        "cast(unix_timestamp(recorded_at) * 1000000 as signed)"
    };
    let write = |writer| write_late(server, writer);
    let [naive_by_id, naive_by_time] = office.pull_beside_writers(write, ["event_id", time], |sql| server.number(sql));
    office.run(&["pull"]).expect_code(0);
    let rows = server.number("select count(*) from workflow_events");
    assert!(rows > 30, "only {rows} rows were written");
    assert!(naive_by_id < rows, "event_id > cursor should lose rows and found {naive_by_id} of {rows}");
    assert!(naive_by_time < rows, "recorded_at > cursor should lose rows and found {naive_by_time} of {rows}");
    office.holds_once(rows);
    office.run(&["reconcile", "--month", "2026-10"]).expect_code(0);
}

/// Writes for ten seconds, in transactions that stay open for up to three.
fn write_late(server: &Server, writer: u64) {
    let began = Instant::now();
    let mut turn = writer;
    while began.elapsed() < Duration::from_secs(10) {
        turn = (turn * 7 + 3) % 31;
        let wait = format!("{:.2}", f64::from(u32::try_from(turn).unwrap()) / 10.0);
        let (begin, wait) = if server.is_postgres() {
            ("begin".to_owned(), format!("select pg_sleep({wait})"))
        } else {
            ("start transaction".to_owned(), format!("do sleep({wait})"))
        };
        let insert = format!("insert into workflow_events ({ROW}) values ({VALUES})");
        let save = "savepoint s";
        let end = if turn % 10 == 9 { "rollback" } else { "commit" };
        server.sql(&format!("{begin}; {insert}; {wait}; {save}; {insert}; {insert}; {end}"));
    }
}

/// Who may see open transactions needs no window of time: the cursor never passes the start of one. Who may not see them
/// loses without a window what the window is for, and `reconcile` tells; the window brings it in.
fn open_transactions(server: &mut Server) {
    server.contract_table(0);
    let office = Installed::at(&server.reader());
    if server.is_postgres() {
        // A table would show by which transaction a row was written.
        server.sql("create view peristiwa as select * from workflow_events; grant select on peristiwa to pembaca");
        office.configure("view = \"workflow_events\"", "view = \"peristiwa\"");
    }
    office.configure("lookback-days = 14", "lookback-days = 0");
    let insert = format!("insert into workflow_events ({ROW}) values ({VALUES})");
    let begin = if server.is_postgres() { "begin" } else { "start transaction" };
    let pull_while_one_is_open = || {
        let later_row_comes_first = || {
            server.sql(&insert);
            office.run(&["pull"]).expect_code(0);
        };
        server.while_open(&format!("{begin}; {insert}"), later_row_comes_first, "commit");
        office.run(&["pull"]).expect_code(0);
        (office.count("SELECT COUNT(*) AS n FROM events"), server.number("select count(*) from workflow_events"))
    };
    assert_eq!(pull_while_one_is_open(), (1, 2));
    let found = office.json(&["reconcile", "--month", "2026-10", "--format", "json"], 1);
    assert_eq!(found["missing"], serde_json::json!(["1"]), "{found}");
    office.configure("lookback-days = 0", "lookback-days = 1");
    office.run(&["pull"]).expect_code(0);
    office.run(&["reconcile", "--month", "2026-10"]).expect_code(0);
    office.configure("lookback-days = 1", "lookback-days = 0");
    server.sql(if server.is_postgres() {
        "grant pg_read_all_stats to pembaca"
    } else {
        "grant process on *.* to pembaca@'127.0.0.1'"
    });
    assert_eq!(pull_while_one_is_open(), (4, 4));
    // Nor is the archive complete beyond that start.
    server.while_open(
        &format!("{begin}; {insert}"),
        || {
            std::thread::sleep(std::time::Duration::from_secs(3));
            let now = if server.is_postgres() { "extract(epoch from now())::bigint" } else { "unix_timestamp()" };
            let began = server.number(&format!("select {now}")) - 3;
            server.sql(&insert);
            office.run(&["pull"]).expect_code(0);
            let status = office.json(&["status", "--format", "json"], 0);
            let until = status["archive"]["complete_until_s"].as_i64().unwrap();
            assert!(
                (began - 60..=began).contains(&until),
                "complete until {until}, the transaction began before {began}"
            );
        },
        "commit",
    );
}

/// The server is killed while it answers, and so is a single connection; the pull says so, waits and completes.
fn the_server_dies(server: &mut Server) {
    server.contract_table(400_000);
    let (wire, url) = server.wired();
    let office = Installed::at(&url);
    let reading = |server: &Server, bytes: u64| {
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
    server.cut(session);
    completes(pull);
    // A server that never comes back ends the pull with one clear line, and the archive is as it was.
    office.configure(&url, &server.reader());
    server.kill();
    let ran = office.run(&["pull"]).expect_code(2);
    assert!(ran.err.contains("cannot reach the") && ran.err.trim_end().lines().count() == 1, "{}", ran.err);
    office.run(&["verify"]).expect_code(0);
}

/// More than a server says before it sends rows, and less than the rows.
const EARLY: u64 = 1 << 20;

/// A pull that has read so many bytes and waits for more until the wire goes on, and its session.
fn pull_held(office: &Installed, server: &Server, wire: &Wire, bytes: u64) -> (Child, i64) {
    wire.hold_after(bytes);
    let mut pull = office.command(&["pull"]).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    wire.wait_until_held(&mut pull);
    let session = server.reading(&mut pull);
    (pull, session)
}

/// A connection that is dead without a word, or a whole network, is noticed and the pull completes; a server that takes long
/// over a question is waited for.
fn the_network_falls_silent(server: &mut Server) {
    server.contract_table(400_000);
    let (wire, url) = server.wired();
    let office = Installed::at(&url);
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
    server.cut(session);
    completes(pull, "has ended this connection");
    let (pull, session) = reading();
    wire.cut();
    wire.go_on();
    let began = Instant::now();
    let refused = office.run(&["reconcile", "--month", "2026-01"]).expect_code(2);
    assert!(
        refused.err.contains("no answer within 2 s") && began.elapsed() < Duration::from_secs(30),
        "{}",
        refused.err
    );
    std::thread::sleep(Duration::from_secs(3));
    wire.mend();
    completes(pull, "no answer within 2 s");
    // The server still holds the table for whom it cannot hear.
    server.cut(session);
    server.contract_table(1);
    let slow = if server.is_postgres() { "(select pg_sleep(7)) is not null" } else { "(select sleep(7)) = 0" };
    server.sql(&format!("create view lambat as select * from workflow_events where {slow}"));
    if server.is_postgres() {
        server.sql("grant select on lambat to pembaca");
    }
    office.forget_archive();
    office.configure("view = \"workflow_events\"", "view = \"lambat\"");
    let began = Instant::now();
    let ran = office.run(&["pull"]).expect_code(0);
    assert!(began.elapsed() > Duration::from_secs(6) && !ran.err.contains("trying again"), "{}", ran.err);
    assert_eq!(office.count("SELECT COUNT(*) AS n FROM events"), 1);
}

/// Two offices may use one user with one connection: the second pull waits for the first. A wrong port is not waited for.
fn no_connection_is_left(server: &mut Server) {
    server.contract_table(100_000);
    let offices = [Installed::at(&server.reader()), Installed::at(&server.reader())];
    offices[0].configure("[source]", "[source]\nrows-per-second = 50000");
    server.sql(if server.is_postgres() {
        "alter role pembaca connection limit 1"
    } else {
        "alter user pembaca@'127.0.0.1' with max_user_connections 1"
    });
    let spawn = |office: &Installed| office.command(&["pull"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = spawn(&offices[0]);
    server.reading(&mut first);
    let second = tests::Ran::from(spawn(&offices[1]).wait_with_output().unwrap()).expect_code(0);
    assert!(second.err.contains("trying again"), "{}", second.err);
    tests::Ran::from(first.wait_with_output().unwrap()).expect_code(0);
    for office in &offices {
        assert_eq!(office.count("SELECT COUNT(*) AS n FROM events"), 100_000);
    }
    server.kill();
    let ran = offices[1].run(&["pull"]).expect_code(2);
    assert!(!ran.err.contains("trying again"), "{}", ran.err);
}

/// Rows that are missing, gone, different and in quarantine are named, and nothing is followed.
fn reconcile(server: &mut Server) {
    server.contract_table(3_000);
    let office = Installed::at(&server.reader());
    office.run(&["pull"]).expect_code(0);
    let whole = office.json(&["reconcile", "--month", "2026-01", "--format", "json"], 0);
    assert_eq!((&whole["in_database"], &whole["source_rows"]), (&true.into(), &3_000.into()), "{whole}");
    assert!(whole["travelled"].as_u64().unwrap() < 10, "only sums travel: {whole}");
    server.sql("delete from workflow_events where event_id in (17, 18)");
    server.sql("update workflow_events set keterangan = 'diubah' where event_id = 20");
    server.sql("update workflow_events set selesai = '2026-02-20 03:00:00' where event_id = 21");
    server.sql("update workflow_events set nama = '' where event_id = 22");
    server.sql("update workflow_events set tanggal_lahir = null where event_id = 23");
    let insert = "insert into workflow_events (event_id, berkas_id, kolektif_id, langkah, pelaksana, selesai, hasil, jenis, \
                  kewarganegaraan, pekon, pembawa, diterima)";
    let end = "'baru', 'WNI', '1806011001', 'ANDI', '2026-01-05 01:00:00')";
    server.sql(&format!("{insert} values (90001, 'B', 'K', 7, 'operator', '2026-01-06 02:00:00', 'selesai', {end}"));
    server.sql(&format!("{insert} values (90002, 'B', 'K', 44, 'operator', '2026-01-06 02:00:00', 'selesai', {end}"));
    let found = office.json(&["reconcile", "--month", "2026-01", "--format", "json"], 1);
    assert_eq!(found["missing"], serde_json::json!(["90001", "90002"]), "{found}");
    assert_eq!(found["gone"], serde_json::json!(["17", "18"]), "{found}");
    let different = [("20", "keterangan"), ("21", "selesai"), ("22", "nama"), ("23", "tanggal_lahir")];
    let different = different.map(|(id, column)| serde_json::json!({"event_id": id, "columns": [column]}));
    assert_eq!(found["different"], serde_json::json!(different), "{found}");
    assert!(found["travelled"].as_u64().unwrap() < 3_000, "only days that differ travel: {found}");
    let lines = office.run(&["reconcile", "--month", "2026-01", "--format", "csv"]).expect_code(1).out;
    for line in ["R001,90001,", "R002,17,", "R003,21,selesai"] {
        assert!(lines.contains(&format!("{line}\n")), "{line} is missing in\n{lines}");
    }
    office.run(&["pull"]).expect_code(1);
    let table = office.run(&["reconcile", "--month", "2026-01"]).expect_code(1);
    for part in ["0 missing, 2 gone", "1 in quarantine", "R002", "R004", "[event_id: 90002]"] {
        assert!(table.out.contains(part), "`{part}` is missing in\n{}", table.out);
    }
    assert!(!table.out.contains("R001") && !table.out.contains("R003"), "{}", table.out);
    assert!(!tests::holds_nik(&table.out), "{}", table.out);
    assert_eq!(office.count("SELECT COUNT(*) AS n FROM events WHERE event_id IN (17, 18)"), 2);
    unlike_any(server, &office);
}

/// A row without a key and a key that comes twice are no agreement; nor is a database that answers something else.
fn unlike_any(server: &Server, office: &Installed) {
    server.sql(
        "create view aneh as select case when event_id = 30 then null when event_id = 31 then 32 else event_id end as event_id,
         recorded_at, berkas_id, kolektif_id, langkah, pelaksana, petugas_id, mulai, selesai, hasil, kekurangan,
         nomor_register, keterangan, jenis, kewarganegaraan, nik, nama, jenis_kelamin, tempat_lahir, tanggal_lahir, pekon,
         pembawa, diterima from workflow_events",
    );
    if server.is_postgres() {
        server.sql("grant select on aneh to pembaca");
    }
    office.configure("view = \"workflow_events\"", "view = \"aneh\"");
    let found = office.json(&["reconcile", "--month", "2026-01", "--format", "json"], 1);
    assert_eq!(found["in_database"], true, "{found}");
    assert_eq!((&found["without_key"], &found["doubled"]), (&1.into(), &serde_json::json!(["32"])), "{found}");
    assert_eq!(found["gone"], serde_json::json!(["17", "18", "30", "31"]), "{found}");
    let table = office.run(&["reconcile", "--month", "2026-01"]).expect_code(1);
    for code in ["R005", "R006"] {
        assert!(table.out.contains(&format!("{code} (1×)")), "{code} is missing in\n{}", table.out);
    }
    assert!(table.out.contains("[event_id: 32]"), "{}", table.out);
    // A row without a key cannot be asked for by its key.
    let again = office.run(&["pull", "--again", "2026-01", "--dry-run"]);
    assert!(again.out.starts_with("read 3000 rows"), "{} {} {}", again.code, again.out, again.err);
    office.configure("view = \"aneh\"", "view = \"workflow_events\"");
}

/// A row that ends at no instant belongs to every month, whether the database digests rows or they are read here.
fn rows_without_an_end(server: &mut Server) {
    server.contract_table(300);
    let (nullable, before, never, text) = if server.is_postgres() {
        ("alter column selesai drop not null", "", "infinity", "text")
    } else {
        ("modify selesai timestamp(6) null", "set sql_mode = ''; ", "0000-00-00 00:00:00", "char(10)")
    };
    server.sql(&format!("alter table workflow_events {nullable}"));
    let office = Installed::at(&server.reader());
    office.run(&["pull"]).expect_code(0);
    server.sql(&format!("{before}update workflow_events set selesai = null where event_id in (7, 8)"));
    server.sql(&format!("{before}update workflow_events set selesai = '{never}' where event_id in (9, 10)"));
    let first = "select * from workflow_events where event_id = 1";
    server.sql(&format!(
        "create table baru as {first}; update baru set event_id = 90001, selesai = null;
        insert into workflow_events select * from baru; drop table baru"
    ));
    server.sql("delete from workflow_events where event_id in (8, 10)");
    // A birth date as text is one that the database may write otherwise.
    let columns: Vec<String> = schemas::Column::ALL
        .map(|column| match column {
            schemas::Column::TanggalLahir => format!("cast(tanggal_lahir as {text}) as tanggal_lahir"),
            other => other.name().to_owned(),
        })
        .into();
    server.sql(&format!("create view dibaca_di_sini as select {} from workflow_events", columns.join(", ")));
    if server.is_postgres() {
        server.sql("grant select on dibaca_di_sini to pembaca");
    }
    let compared = |month: &str, code: i32| office.json(&["reconcile", "--month", month, "--format", "json"], code);
    let both_ways = |month: &str, code: i32| {
        let digested = compared(month, code);
        assert_eq!(digested["in_database"], true, "{digested}");
        office.configure("view = \"workflow_events\"", "view = \"dibaca_di_sini\"");
        let read = compared(month, code);
        assert_eq!(read["in_database"], false, "{read}");
        office.configure("view = \"dibaca_di_sini\"", "view = \"workflow_events\"");
        for part in ["source_rows", "missing", "gone", "different", "broken", "quarantined", "doubled", "without_key"] {
            assert_eq!(digested[part], read[part], "{part} of {month}: {digested}\n{read}");
        }
        digested
    };
    let broken = |id: &str| serde_json::json!({"event_id": id, "columns": ["selesai"]});
    let found = both_ways("2026-01", 1);
    assert_eq!(found["missing"], serde_json::json!(["90001"]), "{found}");
    assert_eq!(found["gone"], serde_json::json!(["10", "8"]), "{found}");
    assert_eq!(found["broken"], serde_json::json!([broken("7"), broken("9")]), "{found}");
    office.run(&["pull", "--again", "2026-01"]).expect_code(1);
    let found = both_ways("2026-01", 1);
    assert_eq!((&found["missing"], &found["quarantined"]), (&serde_json::json!([]), &serde_json::json!(["90001"])));
    let later = both_ways("2026-02", 1);
    assert_eq!(later["quarantined"], serde_json::json!(["90001"]), "{later}");
}

/// What the window of time does not reach is healed by the month, and the remedy of every finding says how.
fn again(server: &mut Server) {
    server.contract_table(3_000);
    server.sql("create view peristiwa as select * from workflow_events");
    if server.is_postgres() {
        // A table would show by which transaction a row was written.
        server.sql("grant select on peristiwa to pembaca");
    }
    let office = Installed::at(&server.reader());
    office.configure("view = \"workflow_events\"", "view = \"peristiwa\"");
    office.configure("lookback-days = 14", "lookback-days = 0");
    office.run(&["pull"]).expect_code(0);
    server.sql("update workflow_events set nama = 'BUDI' where event_id between 100 and 107");
    server.sql("update workflow_events set selesai = '2026-02-20 03:00:00' where event_id = 200");
    server.sql(&format!(
        "insert into workflow_events (recorded_at, {ROW}) values ('2026-01-05 03:00:00', {})",
        VALUES.replace("2026-10-05", "2026-01-05")
    ));
    let month = ["reconcile", "--month", "2026-01"];
    let nothing = office.run(&["pull"]).expect_code(0);
    assert!(nothing.out.contains("0 new and 0 corrected"), "the window reaches it: {}", nothing.out);
    let before = office.run(&month).expect_code(1).out;
    assert_eq!(before.lines().count(), 2 + 3 * 2, "one finding for each kind, not one for each row:\n{before}");
    assert!(before.contains("R003 (8×)") && before.contains("[nama: 100, 101, 102]"), "{before}");
    let cursor = |office: &Installed| {
        let log = office.path("archive/events/_delta_log");
        let last = fs::read_dir(log).unwrap().map(|e| e.unwrap().path()).max().unwrap();
        let text = fs::read_to_string(last).unwrap();
        text.lines().find(|l| l.contains("\"txn\"")).map(|l| l.split("\"version\":").nth(1).unwrap().to_owned())
    };
    let at = cursor(&office);
    let command = before.split('`').find(|part| part.starts_with("tertib pull")).unwrap();
    assert_eq!(command, "tertib pull --again 2026-01");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let dry = office.run(&[&words[..], &["--dry-run"]].concat()).expect_code(1);
    assert!(dry.out.contains("would archive 1 new and 9 corrected"), "{}", dry.out);
    let healed = office.run(&words).expect_code(1);
    assert!(healed.out.contains("read 10 rows: archived 1 new and 9 corrected"), "{}", healed.out);
    assert_eq!(cursor(&office), at, "the cursor must stay, since what lies before it was not read");
    office.run(&month).expect_code(0);
    office.run(&["reconcile", "--month", "2026-02"]).expect_code(0);
    office.run(&["verify"]).expect_code(0);
    let again = office.run(&words).expect_code(0);
    assert!(again.out.contains("read 0 rows"), "{}", again.out);
}

/// Another database under the same archive is no correction of it; one that was moved or restored is the same.
fn another_database(server: &mut Server) {
    server.contract_table(400);
    let office = Installed::at(&server.reader());
    office.run(&["pull"]).expect_code(0);
    let mut other = if server.is_postgres() { servers::postgres() } else { servers::mariadb() };
    other.contract_table(400);
    // The same rows at another place.
    office.configure(&server.reader(), &other.reader());
    let moved = office.run(&["pull"]);
    assert!(moved.err.contains("S006") && moved.out.contains("0 new and 0 corrected"), "{}{}", moved.out, moved.err);
    // The same keys, and other rows.
    other.sql("update workflow_events set recorded_at = recorded_at + interval '1' hour, nama = 'ORANG LAIN'");
    let head = office.run(&["status"]).expect_code(0).out;
    for command in [&["pull", "--dry-run"][..], &["pull"], &["pull", "--again", "2026-01"]] {
        let refused = office.run(command).expect_code(2);
        assert!(refused.err.contains("not the database of the archive"), "{}", refused.err);
        assert!(
            refused.err.contains("16 archived rows") && refused.err.contains("--accept-corrections"),
            "{}",
            refused.err
        );
        assert!(!refused.err.contains(PASSWORD), "{}", refused.err);
    }
    assert_eq!(office.run(&["status"]).expect_code(0).out, head, "it was written");
    let accepted = office.run(&["pull", "--accept-corrections"]).expect_code(1);
    assert!(accepted.out.contains("400 corrected"), "{}", accepted.out);
    // From now on it is the archive's own.
    office.run(&["pull"]).expect_code(0);
    other.kill();
}

/// The question for open transactions may be refused for lack of a right, and for nothing else.
fn refused_is_not_every_fault(server: &mut Server) {
    server.contract_table(50);
    let office = Installed::at(&server.reader());
    if server.is_postgres() {
        server.sql("revoke execute on function pg_control_system() from public");
        office.run(&["pull"]).expect_code(0);
        // A server on which the question has another answer.
        server.sql(
            "create schema tiru; create function tiru.clock_timestamp() returns timestamptz language sql
             as $$ select 1 / 0; select now() $$; grant usage on schema tiru to pembaca;
             alter role pembaca set search_path = tiru, pg_catalog, public",
        );
        let ran = office.run(&["pull"]).expect_code(2);
        assert!(ran.err.contains("division by zero"), "{}", ran.err);
        // One whose sums are none is not one without rows.
        server.sql(
            "drop function tiru.clock_timestamp(); create function tiru.substr(text, int, int) returns text
             language sql as $$ select null::text $$",
        );
        let ran = office.run(&["reconcile", "--month", "2026-01"]).expect_code(2);
        assert!(ran.err.contains("the sums of its days"), "{}", ran.err);
    } else {
        // Who lacks PROCESS may not see other transactions.
        office.run(&["pull"]).expect_code(0);
        // A table that cannot be looked at is not one that the office does not have.
        server.sql("create definer = 'tiada'@'localhost' sql security definer view gangguan as select 1 as jenis");
        let again = office.path("lagi");
        let ran = tests::tertib().arg("init").arg(&again).args(["--source", &server.reader()]).output().unwrap();
        let ran = tests::Ran::from(ran).expect_code_in(&[0, 1], "init");
        assert!(ran.err.contains("the source could not be examined"), "{}", ran.err);
    }
}

/// A backlog beyond a limit comes in several transactions and commits; a range can be chosen at the first pull.
fn slices_from_until(server: &mut Server) {
    server.contract_table(5_000);
    let office = Installed::at(&server.reader());
    office.run(&["pull"]).expect_code(0);
    let rows = ["query", tests::EVERY_EVENT, "--format", "csv"];
    let whole = office.run(&rows).expect_code(0).out;
    office.forget_archive();
    office.configure("slice-rows = 20000000", "slice-rows = 700");
    let dry = office.run(&["pull", "--dry-run"]).expect_code(0);
    assert!(dry.out.contains("would archive 5000 new"), "{}", dry.out);
    assert!(!office.path("archive").join("events").exists(), "a dry run wrote something");
    let ran = office.run(&["pull"]).expect_code(0);
    assert!(ran.out.contains("archived 5000 new"), "{}", ran.out);
    let commits = fs::read_dir(office.path("archive").join("events/_delta_log")).unwrap().count();
    assert!((7..=9).contains(&commits), "{commits} commits");
    assert_eq!(office.run(&rows).expect_code(0).out, whole);
    let again = office.run(&["pull"]).expect_code(0);
    assert!(again.out.contains("archived 0 new and 0 corrected"), "{}", again.out);
    office.forget_archive();
    let (from, until) = ("2026-01-06T00:00:00+07:00", "2026-01-07");
    let part = office.run(&["pull", "--from", from, "--until", until]).expect_code(0);
    assert!(part.out.contains("archived 1440 new"), "a day of 1440 minutes: {}", part.out);
    let rest = office.run(&["pull"]).expect_code(0);
    let expected =
        server.number("select count(*) from workflow_events where recorded_at >= '2026-01-05 17:00:00+00:00'");
    assert!(rest.out.contains(&format!("archived {} new", expected - 1_440)), "{} of {expected}", rest.out);
    let refused = office.run(&["pull", "--from", "2025-01-01"]).expect_code(2);
    assert!(refused.err.contains("--from"), "{}", refused.err);
}

/// Stray rows of other times do not keep a backlog in one piece, and where many rows came at once a slice is cut again.
fn slices_of_uneven_times(server: &mut Server) {
    server.contract_table(5_000);
    let (before, at, never) = if server.is_postgres() {
        ("", "timestamptz '2026-01-05 01:00:00+00' + make_interval(secs => event_id)", "infinity")
    } else {
        (
            "set sql_mode = ''; set time_zone = '+00:00'; ",
            "timestamp('2026-01-05 01:00:00') + interval event_id second",
            "0000-00-00 00:00:00",
        )
    };
    server.sql(&format!("{before}update workflow_events set recorded_at = {at} where event_id <= 3000"));
    server
        .sql(&format!("{before}update workflow_events set recorded_at = '1970-01-02 00:00:00' where event_id = 4001"));
    server.sql(&format!("{before}update workflow_events set recorded_at = '{never}' where event_id = 4002"));
    let office = Installed::at(&server.reader());
    office.configure("slice-rows = 20000000", "slice-rows = 700");
    let ran = office.run(&["pull"]).expect_code(1);
    assert!(ran.out.contains("archived 4999 new") && ran.out.contains(" 1 to quarantine"), "{}{}", ran.out, ran.err);
    let mut commits = 0;
    for entry in fs::read_dir(office.path("archive/events/_delta_log")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let rows = |part: &str| part.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse::<u64>().unwrap();
        let archived: u64 = text.split("\\\"numRecords\\\":").skip(1).map(rows).sum();
        assert!(archived <= 701, "a commit of {archived} rows");
        commits += u64::from(archived > 0);
    }
    assert!((8..=24).contains(&commits), "{commits} commits");
}

/// Three times the rows, the same memory; also when rows come in small lots and are looked up in what slices before brought.
fn memory(server: &mut Server) {
    let mut peaks = Vec::new();
    for (rows, settings) in [
        (400_000, "slice-rows = 20000000"),
        (1_200_000, "slice-rows = 20000000"),
        (1_200_000, "slice-rows = 300000\nrows-per-second = 1000000"),
    ] {
        server.contract_table(rows);
        let office = Installed::at(&server.reader());
        office.configure("slice-rows = 20000000", settings);
        let words = fs::File::create(office.path("kata.log")).unwrap();
        let mut child = office.command(&["pull"]).stdout(Stdio::null()).stderr(words).spawn().unwrap();
        let peak = tests::peak_mb(&mut child);
        assert_eq!(office.count("SELECT COUNT(*) AS n FROM events"), i64::from(rows));
        let words = fs::read_to_string(office.path("kata.log")).unwrap();
        let lines = words.lines().filter(|l| l.contains("rows_per_second=")).count();
        assert!(lines >= usize::try_from(rows / 100_000).unwrap() - 1, "{lines} lines tell how far it is:\n{words}");
        peaks.push(peak);
    }
    assert!(peaks.iter().all(|peak| *peak < 300), "{peaks:?} MB");
    assert!(peaks[1..].iter().all(|peak| *peak < peaks[0] + peaks[0] / 4 + 16), "memory grows with rows: {peaks:?} MB");
}

/// No value and empty text, remarks of 20 MB, times at the edge, a column that cannot be an integer.
fn edges(server: &mut Server) {
    server.contract_table(50);
    if !server.is_postgres() {
        server.sql("set global max_allowed_packet = 1073741824");
        server.sql("alter table workflow_events modify keterangan longtext");
    }
    server.sql("update workflow_events set keterangan = null, petugas_id = '' where event_id = 1");
    server.sql("update workflow_events set keterangan = '', petugas_id = null where event_id = 2");
    server.sql("update workflow_events set keterangan = repeat('x', 20971520) where event_id in (3, 4, 5, 6)");
    let office = Installed::at(&server.reader());
    let long = office.run(&["pull"]).expect_code(1);
    assert!(long.out.contains("46 new") && long.err.contains("V011 (4×)"), "{}{}", long.out, long.err);
    assert!(long.err.contains("[keterangan, paling banyak 2000 huruf: 3, 4, 5]"), "{}", long.err);
    let waiting = office.run(&["reconcile", "--month", "2026-01"]).expect_code(1);
    assert!(waiting.out.contains("4 in quarantine"), "{}", waiting.out);
    server.sql("update workflow_events set keterangan = repeat('x', 2000) where event_id in (3, 4, 5, 6)");
    let mended = office.run(&["pull"]).expect_code(0);
    assert!(mended.out.contains("archived 4 new"), "{}", mended.out);
    assert_eq!(office.count("SELECT COUNT(*) AS n FROM events WHERE petugas_id = ''"), 1);
    assert_eq!(office.count("SELECT COUNT(*) AS n FROM events WHERE petugas_id IS NULL"), 49);
    assert_eq!(office.count("SELECT COUNT(*) AS n FROM events"), 50);
    office.run(&["reconcile", "--month", "2026-01"]).expect_code(0);
    server.sql("update workflow_events set keterangan = '' where event_id = 1");
    let corrected = office.run(&["pull"]).expect_code(1);
    assert!(corrected.out.contains("1 corrected"), "no value became empty text: {}", corrected.out);
    server.sql("alter table workflow_events add baru int");
    let new = office.run(&["pull"]).expect_code(0);
    assert!(new.err.contains("S001") && new.err.contains("baru"), "{}", new.err);
    let double = if server.is_postgres() { "alter column langkah type float8" } else { "modify langkah double" };
    server.sql(&format!("alter table workflow_events {double}"));
    if server.is_postgres() {
        server.sql("update workflow_events set langkah = 'NaN' where event_id = 9");
    }
    let refused = office.run(&["pull"]).expect_code(2);
    assert!(refused.err.contains("column `langkah`") && refused.err.contains("needs an integer"), "{}", refused.err);
    server.sql("alter table workflow_events drop column langkah");
    let refused = office.run(&["pull"]).expect_code(2);
    assert!(refused.err.contains("lacks the column langkah"), "{}", refused.err);
    office.run(&["verify"]).expect_code(0);
}

/// A row whose time of recording cannot be read lies in no window of time; it goes to quarantine whenever it comes, and comes
/// in when mended.
fn no_time_of_recording(server: &mut Server) {
    server.contract_table(30);
    server.sql("create view peristiwa as select * from workflow_events");
    let (before, least, code) = if server.is_postgres() {
        // A table would show by which transaction the row was written.
        server.sql("grant select on peristiwa to pembaca");
        ("", "-infinity", "V002")
    } else {
        ("set sql_mode = ''; ", "0000-00-00 00:00:00", "V001")
    };
    let office = Installed::at(&server.reader());
    office.configure("view = \"workflow_events\"", "view = \"peristiwa\"");
    office.run(&["pull"]).expect_code(0);
    server.sql(&format!("{before}insert into workflow_events (recorded_at, {ROW}) values ('{least}', {VALUES})"));
    let ran = office.run(&["pull"]).expect_code(1);
    assert!(ran.err.contains(code) && ran.out.contains(" 1 to quarantine"), "{}{}", ran.out, ran.err);
    let again = office.run(&["pull"]).expect_code(1);
    assert!(again.out.contains("0 to quarantine, 1 still there"), "{}", again.out);
    if !server.is_postgres() {
        // Elsewhere a date of zeros is no value.
        let zeros = "mulai = '0000-00-00 00:00:00', tanggal_lahir = '0000-00-00'";
        server.sql(&format!("{before}update workflow_events set {zeros} where event_id = 3"));
        let none = office.run(&["pull"]).expect_code(1);
        assert!(none.out.contains("archived 0 new and 1 corrected"), "{}{}", none.out, none.err);
    }
    server.sql(&format!("{before}update workflow_events set recorded_at = '2026-10-05 02:00:00' where event_id > 30"));
    let mended = office.run(&["pull"]).expect_code(0);
    assert!(mended.out.contains("archived 1 new"), "{}{}", mended.out, mended.err);
    let whole = office.json(&["reconcile", "--month", "2026-01", "--format", "json"], 0);
    assert_eq!(whole["in_database"], true, "{whole}");
}

/// The office's own lock is waited for shortly and then given way to; a statement has a limit; the session says its name.
fn not_hurt(server: &mut Server) {
    server.contract_table(200);
    let office = Installed::at(&server.reader());
    office.configure("lock-timeout-seconds = 10", "lock-timeout-seconds = 1");
    let server: &Server = server;
    let (lock, unlock) = if server.is_postgres() {
        ("begin; lock table workflow_events in access exclusive mode", "commit")
    } else {
        ("lock tables workflow_events write", "unlock tables")
    };
    let given_way = || {
        let began = Instant::now();
        (office.run(&["pull"]).expect_code(2), began.elapsed())
    };
    let (ran, waited) = server.while_open(lock, given_way, unlock);
    assert!(waited < Duration::from_secs(8), "waited {waited:?} for the office's lock");
    assert!(ran.err.to_lowercase().contains("lock") && ran.err.trim_end().lines().count() <= 2, "{}", ran.err);
    office.run(&["pull"]).expect_code(0);
    let all = ["query", "SELECT * FROM events ORDER BY seq", "--format", "csv"];
    let at_full_speed = office.run(&all).expect_code(0).out;
    office.configure("[source]", "[source]\nrows-per-second = 100");
    office.forget_archive();
    let began = Instant::now();
    let mut slowed = office.command(&["pull"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let sessions = if server.is_postgres() {
        "select count(*) from pg_stat_activity where usename = 'pembaca'"
    } else {
        "select count(*) from information_schema.processlist where user = 'pembaca'"
    };
    while server.number(sessions) == 0 {
        assert!(slowed.try_wait().unwrap().is_none(), "the pull ended before it was seen");
    }
    stands_behind(slowed.id());
    assert!(slowed.wait().unwrap().success());
    assert!(began.elapsed() >= Duration::from_millis(1_900), "200 rows at 100 a second took {:?}", began.elapsed());
    assert_eq!(office.run(&all).expect_code(0).out, at_full_speed);
    office.configure("rows-per-second = 100\n", "");
    if server.is_postgres() {
        let seen = AtomicBool::new(false);
        server.sql("alter table workflow_events alter column keterangan set storage plain");
        std::thread::scope(|scope| {
            let watching = scope.spawn(|| {
                let began = Instant::now();
                while began.elapsed() < Duration::from_secs(10) && !seen.load(Ordering::Relaxed) {
                    let count = "select count(*) from pg_stat_activity where application_name = 'tertib'";
                    seen.fetch_or(server.number(count) > 0, Ordering::Relaxed);
                }
            });
            while !watching.is_finished() {
                office.run(&["pull"]).expect_code(0);
            }
        });
        assert!(seen.load(Ordering::Relaxed), "the session does not say that it is tertib");
    }
    if !server.is_postgres() {
        // 12 MB at 20 rows a second: the server must wait for its reader, and takes nobody for dead who is only slow.
        server.sql("update workflow_events set keterangan = repeat('x', 60000); set global net_write_timeout = 1");
        office.configure("[source]", "[source]\nrows-per-second = 20");
        office.forget_archive();
        let slow = office.run(&["pull"]).expect_code(1);
        assert!(slow.out.contains("200 to quarantine") && !slow.err.contains("trying again"), "{}", slow.err);
        assert!(slow.err.contains("V011 (200×)"), "{}", slow.err);
    }
    let url = server.url("pemilik", PASSWORD);
    let owner = Installed::at(&url).run(&["pull"]).expect_code(2);
    assert!(owner.err.contains("may change data") && !owner.err.contains(PASSWORD), "{}", owner.err);
}

/// A user who may change a column, or take a role that may, is refused; one who may do so elsewhere, or reads by a role, is not.
fn who_may_write(server: &mut Server) {
    server.contract_table(10);
    let office = Installed::at(&server.reader());
    let cases: &[(&str, &str, bool)] = if server.is_postgres() {
        &[
            (
                "grant select (nama) on workflow_events to pembaca",
                "revoke select (nama) on workflow_events from pembaca",
                false,
            ),
            (
                "grant update (nama) on workflow_events to pembaca",
                "revoke update (nama) on workflow_events from pembaca",
                true,
            ),
            (
                "create role baca; grant select on workflow_events to baca; grant baca to pembaca",
                "revoke baca from pembaca",
                false,
            ),
            (
                "create role penulis; grant insert on workflow_events to penulis; grant penulis to pembaca",
                "revoke penulis from pembaca",
                true,
            ),
            ("alter role pembaca noinherit; grant penulis to pembaca", "revoke penulis from pembaca", true),
        ]
    } else {
        &[
            (
                "grant select (nama) on kantor.workflow_events to pembaca@'127.0.0.1'",
                "revoke select (nama) on kantor.workflow_events from pembaca@'127.0.0.1'",
                false,
            ),
            (
                "grant update (nama) on kantor.workflow_events to pembaca@'127.0.0.1'",
                "revoke update (nama) on kantor.workflow_events from pembaca@'127.0.0.1'",
                true,
            ),
            (
                "create role baca; grant select on kantor.* to baca; grant baca to pembaca@'127.0.0.1';
                 set default role baca for pembaca@'127.0.0.1'",
                "set default role none for pembaca@'127.0.0.1'; revoke baca from pembaca@'127.0.0.1'",
                false,
            ),
            (
                "create role penulis; grant insert on kantor.* to penulis; grant penulis to pembaca@'127.0.0.1'",
                "revoke penulis from pembaca@'127.0.0.1'",
                true,
            ),
            (
                "create database lain; grant all on lain.* to pembaca@'127.0.0.1'",
                "revoke all on lain.* from pembaca@'127.0.0.1'",
                false,
            ),
        ]
    };
    for (grant, revoke, refused) in cases {
        server.sql(grant);
        let ran = office.run(&["pull"]);
        assert_eq!(ran.err.contains("may change data"), *refused, "{grant}: {}", ran.err);
        ran.expect_code(if *refused { 2 } else { 0 });
        server.sql(revoke);
    }
    office.run(&["pull"]).expect_code(0);
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

/// A database that was made without an encoding may hold bytes that are no text; the row goes to quarantine, by the cursor
/// and by COPY, and comes in when mended.
fn no_encoding(server: &Server) {
    server.contract_table(1_000);
    server.sql("update pg_database set encoding = 0 where datname = 'kantor'");
    server.sql("update workflow_events set nama = convert_from('\\x53ff54', 'SQL_ASCII') where event_id = 7");
    let office = Installed::at(&server.reader());
    for rate in ["", "rows-per-second = 100000\n"] {
        office.configure("[source]\n", &format!("[source]\n{rate}"));
        office.forget_archive();
        let ran = office.run(&["pull"]).expect_code(1);
        assert!(ran.out.contains("archived 999 new") && ran.err.contains("V010"), "{}{}", ran.out, ran.err);
    }
    server.sql("update workflow_events set nama = 'SITI REKAAN' where event_id = 7");
    let ran = office.run(&["pull"]).expect_code(0);
    assert!(ran.out.contains("archived 1 new"), "{}{}", ran.out, ran.err);
}

/// On a terminal a bar says how many rows have come of how many, how fast, and how long it will take.
fn progress_on_a_terminal() {
    let office = tests::Office::unpulled();
    let program = tests::tertib().get_program().to_string_lossy().into_owned();
    let pull = format!("'{program}' pull --config '{}'", office.path("tertib.toml").display());
    let seen = Tool::Script.output(&["-qec", &pull, "/dev/null"]);
    let bars: Vec<&str> =
        seen.split(['\r', '\n']).filter(|line| line.contains("/s, ") && line.contains(" left")).collect();
    assert!(!bars.is_empty(), "no bar in {seen:?}");
    let rate = bars[bars.len() - 1].split(", ").nth(1).unwrap();
    assert!(rate.ends_with("/s") && !rate.contains('.'), "`{rate}` in {seen:?}");
    assert!(seen.contains(" new and 0 corrected"), "{seen:?}");
}

/// A table of another kind than InnoDB is locked for the office as long as it is read, so it is not read slowly; nor is a
/// view whose tables the reader may not see.
fn tables_that_lock(server: &Server) {
    server.contract_table(20_000);
    server.sql("create view peristiwa as select * from workflow_events");
    let office = Installed::at(&server.reader());
    office.configure("[source]\n", "[source]\nrows-per-second = 100\n");
    let pulled = |says: bool, what: &str| {
        office.forget_archive();
        let began = Instant::now();
        let ran = office.run(&["pull"]).expect_code(0);
        assert!(ran.out.contains("archived 20000 new"), "{what}: {}", ran.out);
        assert_eq!(ran.err.contains("S005"), says, "{what}: {}", ran.err);
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

/// A row that claims to be sixty days old comes in, since the table shows that its transaction is new.
fn horizon(server: &Server) {
    server.contract_table(2_000);
    let office = Installed::at(&server.reader());
    office.run(&["pull"]).expect_code(0);
    let log = fs::read_to_string(office.path("archive").join("events/_delta_log/00000000000000000000.json")).unwrap();
    assert!(log.contains("\"horizon\":{\"next\""), "no horizon was noted:\n{log}");
    let late = |at: &str| format!("insert into workflow_events (recorded_at, {ROW}) values ('{at}', {VALUES})");
    server.sql(&late("2025-01-01 00:00:00+00"));
    let ran = office.run(&["pull"]).expect_code(0);
    assert!(ran.out.contains("read 1 rows: archived 1 new"), "only what is new is read: {}", ran.out);
    // A cluster that cannot be compared with the one before falls back to the window of time, and says so.
    let last = office.path("archive").join("events/_delta_log/00000000000000000001.json");
    let text = fs::read_to_string(&last).unwrap();
    let system = text.split("\"system\":\"").nth(1).unwrap().split('"').next().unwrap();
    fs::write(&last, text.replace(system, "1/1")).unwrap();
    // It would speak against the commit.
    fs::remove_file(office.path("archive").join("_tertib/head")).unwrap();
    server.sql(&late("2026-01-06 00:00:00+00"));
    let ran = office.run(&["pull"]).expect_code(1);
    assert!(ran.out.contains("archived 1 new") && ran.err.contains("S004"), "{}{}", ran.out, ran.err);
}
