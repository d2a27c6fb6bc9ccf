//! What a pull promises about a SQLite file, which has no server: rows that commit late come in, and writers are not held back.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use sqlx::Connection;
use sqlx::sqlite::SqliteConnectOptions;
use std::fs;
use std::time::{Duration, Instant};
use tests::{Office, ROW, VALUES, runtime};

/// An office's file with an empty table of the contract.
fn office_with(journal: &str, key: &str) -> Office {
    Office::around(|file| {
        fs::write(file, "").unwrap();
        tests::sqlite(
            file,
            &format!(
                "pragma journal_mode = {journal}; create table workflow_events ({key}, recorded_at, berkas_id, kolektif_id,
                 langkah, pelaksana, petugas_id, mulai, selesai, hasil, kekurangan, nomor_register, keterangan, jenis,
                 kewarganegaraan, nik, nama, jenis_kelamin, tempat_lahir, tanggal_lahir, pekon, pembawa, diterima)"
            ),
        );
    })
}

/// Late commits with a SQLite file, where one writer waits for another: what it writes is older than its commit.
#[test]
fn late_commits() {
    let office = office_with("wal", "event_id text primary key");
    // An empty source is a finding of its own.
    let insert = format!("insert into workflow_events (event_id, recorded_at, {ROW})");
    office.sql(&format!("{insert} values ('000-0', unixepoch(), {VALUES})"));
    // The keys say nothing of the order of commits.
    let key = "cast(substr(event_id, 1, 3) as integer)";
    let write = |writer| write_late(&office, writer);
    let [by_id, by_time] = office.pull_beside_writers(write, [key, "recorded_at"], |sql| office.number(sql));
    office.run(&["pull"]).expect_code(0);
    let rows = office.number("select count(*) from workflow_events");
    assert!(rows > 30 && by_id < rows && by_time < rows, "{rows} rows, naive {by_id} and {by_time}");
    office.holds_once(rows);
}

/// Writes for four seconds. The key and the time are taken up to three seconds before the writer's turn comes.
fn write_late(office: &Office, writer: u64) {
    let began = Instant::now();
    let mut turn = writer;
    while began.elapsed() < Duration::from_secs(4) {
        turn += 8;
        let id = format!("{:03}-{turn}", (turn * 37) % 997);
        let values = VALUES.replace("'B202610-1'", &format!("'B202610-{turn}'"));
        office.sql(&format!(
            "pragma busy_timeout = 20000; create temp table t as select unixepoch() - {} as at; begin immediate;
             insert into workflow_events (event_id, recorded_at, {ROW}) select '{id}', at, {values} from t; commit",
            turn % 4
        ));
        std::thread::sleep(Duration::from_millis(turn % 90));
    }
}

/// A pull that reads slowly, since the office comes first, holds nobody back who writes into the file, and sees one state of
/// it, also where it reads twice to know which rows have the key of an earlier one.
#[test]
fn writers_go_on_while_a_pull_reads_slowly() {
    for journal in ["delete", "truncate", "wal"] {
        let office = office_with(journal, "event_id text");
        let insert = format!("insert into workflow_events (event_id, recorded_at, {ROW})");
        office.sql(&format!(
            "{insert} with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
             select 'A' || i, 1767600000 + i, {VALUES} from n; {insert} values ('A7', 1767600001, {VALUES})"
        ));
        office.configure("[source]\n", "[source]\nrows-per-second = 3000\n");
        let mut pull = office.spawn(&["pull"]);
        // Every key comes twice, so what the second reading sees anew would stand in the archive twice.
        let pair = |n| format!("{insert} values ('B{n}', 1767700000, {VALUES}), ('B{n}', 1767700000, {VALUES})");
        let (written, refused) = runtime().block_on(async {
            let options =
                SqliteConnectOptions::new().filename(office.path("kantor.sqlite")).busy_timeout(Duration::ZERO);
            let mut writer = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
            let (mut written, mut refused) = (0, 0);
            while pull.try_wait().unwrap().is_none() {
                match sqlx::raw_sql(sqlx::AssertSqlSafe(pair(written))).execute(&mut writer).await {
                    Ok(_) => written += 1,
                    Err(fault) => {
                        assert!(fault.to_string().contains("locked"), "{fault}");
                        refused += 1;
                    }
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            (written, refused)
        });
        let pulled = tests::Ran::from(pull.wait_with_output().unwrap()).expect_code(1);
        assert!(written > 10 && refused < written / 2, "{journal}: {written} written, {refused} refused");
        let rows = |like: &str, what: &str| office.count(what, &format!("event_id LIKE '{like}%'"));
        let seen = rows("B", "*");
        assert!(seen < written, "{journal}: the writer was done before the pull read");
        let twice: u64 = pulled.found("V008").iter().map(|(times, _)| times).sum();
        assert_eq!(i64::try_from(twice).unwrap(), seen + 1, "{journal}: {}", pulled.err);
        office.configure("rows-per-second = 3000\n", "");
        office.run(&["pull"]).expect_code(1);
        for (like, there) in [("A", 3_000), ("B", written)] {
            assert_eq!((rows(like, "*"), rows(like, "DISTINCT event_id")), (there, there), "{journal}");
        }
    }
}

/// A file that another program has locked is waited for as long as the configuration says, and then given way to.
#[test]
fn a_locked_file_is_given_way_to() {
    let office = office_with("delete", "event_id integer primary key");
    office.configure("lock-timeout-seconds = 10", "lock-timeout-seconds = 1");
    runtime().block_on(async {
        let options = SqliteConnectOptions::new().filename(office.path("kantor.sqlite"));
        let mut writer = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        for rate in ["", "rows-per-second = 1500\n"] {
            office.configure("[source]\n", &format!("[source]\n{rate}"));
            sqlx::raw_sql("begin exclusive").execute(&mut writer).await.unwrap();
            let began = Instant::now();
            let ran = office.run(&["pull"]).expect_code(2);
            assert!(began.elapsed() < Duration::from_secs(8), "waited {:?}", began.elapsed());
            assert!(ran.err.contains("database is locked") && ran.err.trim_end().lines().count() == 1, "{}", ran.err);
            sqlx::raw_sql("rollback").execute(&mut writer).await.unwrap();
        }
    });
}
