//! Which database it is, and what its user may do: another one is no correction of the archive, and who may write is refused.

use tests::run;
use tests::servers::{PASSWORD, Server};

tests::part! {
    another_database on each_server;
    who_may_write on each_server;
    a_question_that_fails_is_not_refused on postgres;
    a_table_that_cannot_be_looked_at_is_there on mariadb;
}

/// Another database under the same archive is no correction of it; one that was moved or restored is the same.
fn another_database(server: &mut dyn Server) {
    let office = server.office(400);
    office.run(&["pull"]).expect_code(0);
    let other = server.another();
    other.contract_table(400);
    // The same rows at another place.
    office.configure(&server.reader(), &other.reader());
    let moved = office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    assert!(moved.finds("S006") && moved.pulled().changes() == (0, 0), "{}{}", moved.out, moved.err);
    // The same keys, and other rows.
    other.sql("update workflow_events set recorded_at = recorded_at + interval '1' hour, nama = 'ORANG LAIN'");
    let head = office.status()["archive"].clone();
    for command in [&["pull", "--dry-run"][..], &["pull"], &["pull", "--again", "2026-01"]] {
        let refused = office.run(command).expect_code(2).err;
        for words in ["not the database of the archive", "16 archived rows", "--accept-corrections"] {
            assert!(refused.contains(words), "`{words}` is missing in {refused}");
        }
        assert!(!refused.contains(PASSWORD), "{refused}");
    }
    assert_eq!(office.status()["archive"], head, "it was written");
    assert_eq!(office.run(&["pull", "--accept-corrections"]).expect_code(1).pulled().changes(), (0, 400));
    // From now on it is the archive's own.
    office.run(&["pull"]).expect_code(0);
}

/// A user who may change a column, or take a role that may, is refused; one who may do so elsewhere, or reads by a role, is not.
fn who_may_write(server: &mut dyn Server) {
    let office = server.office(10);
    for granted in server.dialect().grants {
        server.sql(granted.grant);
        let ran = office.run(&["pull"]);
        assert_eq!(ran.err.contains("may change data"), granted.may_write, "{}: {}", granted.grant, ran.err);
        ran.expect_code(if granted.may_write { 2 } else { 0 });
        server.sql(granted.revoke);
    }
    office.run(&["pull"]).expect_code(0);
}

/// The question for open transactions may be refused for lack of a right, and for nothing else.
fn a_question_that_fails_is_not_refused(server: &mut dyn Server) {
    let office = server.office(50);
    server.sql("revoke execute on function pg_control_system() from public");
    office.run(&["pull"]).expect_code(0);
    // A server on which the question has another answer.
    server.sql(
        "create schema tiru; create function tiru.clock_timestamp() returns timestamptz language sql
         as $$ select 1 / 0; select now() $$; grant usage on schema tiru to pembaca;
         alter role pembaca set search_path = tiru, pg_catalog, public",
    );
    office.run(&["pull"]).expect_refusal(&["division by zero"]);
    // One whose sums are none is not one without rows.
    server.sql(
        "drop function tiru.clock_timestamp(); create function tiru.substr(text, int, int) returns text
         language sql as $$ select null::text $$",
    );
    office.run(&["reconcile", "--month", "2026-01"]).expect_refusal(&["the sums of its days"]);
}

/// Who lacks PROCESS may not see other transactions, and pulls. A table that cannot be looked at is not one that the office
/// does not have.
fn a_table_that_cannot_be_looked_at_is_there(server: &mut dyn Server) {
    let office = server.office(50);
    office.run(&["pull"]).expect_code(0);
    server.sql("create definer = 'tiada'@'localhost' sql security definer view gangguan as select 1 as jenis");
    let init = ["init", &office.place("lagi"), "--source", &server.reader()];
    let ran = run(&init).expect_code_in(&[0, 1], "init");
    assert!(ran.err.contains("the source could not be examined"), "{}", ran.err);
}
