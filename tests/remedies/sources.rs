//! Remedies for what a source has become: months that differ, users, servers and views.

use crate::{Case, Remedies, commands, is_gone, mend, mendable, obey, quoted, refused, run};
use std::fs;
use tests::Office;
use tests::forger::Forger;
use tests::servers::{self, Server};
use tests::tools::Tool;

pub(crate) const CASES: [Case; 11] = [
    Case("a_month_that_differs", &[], &["R001", "R002", "R003", "R004", "R007"], a_month_that_differs),
    Case("a_row_of_a_side_table", &[], &["S008"], a_row_of_a_side_table),
    Case("a_view_without_keys", &[], &["R005", "R006"], a_view_without_keys),
    Case("a_folder_of_files_that_differs", &[], &["R001", "R003"], a_folder_of_files_that_differs),
    Case("many_corrections", &[], &["R003", "S007"], many_corrections),
    Case("columns_and_an_empty_view", &[], &["S001", "S002"], columns_and_an_empty_view),
    Case("a_user_who_may_write_postgres", &[Tool::Postgresql], &["S003"], |r| {
        a_user_who_may_write(r, &*servers::postgres());
    }),
    Case("a_user_who_may_write_mariadb", &[Tool::Mariadb], &["S003"], |r| {
        a_user_who_may_write(r, &*servers::mariadb());
    }),
    Case("a_restored_database_postgres", &[Tool::Postgresql], &["S004"], a_restored_database),
    Case("tables_that_lock_mariadb", &[Tool::Mariadb], &["S005"], tables_that_lock),
    Case("a_moved_database_postgres", &[Tool::Postgresql], &["S006"], a_moved_database),
];

const OCTOBER: [&str; 3] = ["reconcile", "--month", "2026-10"];

fn a_month_that_differs(remedies: &mut Remedies) {
    let office = mendable();
    office.configure("lookback-days = 14", "lookback-days = 0");
    office.sql("update w set langkah = 44 where event_id = 13; delete from w where event_id = 14");
    office.run(&["pull"]).expect_code(1);
    office.sql("update w set petugas_id = 'P999' where event_id = 11; delete from w where event_id = 12");
    mend(&office, "event_id = 14");
    let found = office.run(&OCTOBER).expect_code(1).out;
    let [missing, gone, different, waiting] = ["R001", "R002", "R003", "R004"].map(|code| remedies.of(&found, code));
    // The month stands in the command.
    obey(&office, &missing, &[]);
    let healed = office.run(&OCTOBER).expect_code(1).out;
    is_gone(&healed, &["R001", "R003"]);
    office.sql("update w set petugas_id = 'P998' where event_id = 11");
    assert!(office.run(&OCTOBER).expect_code(1).finds("R003"));
    obey(&office, &different, &[]);
    is_gone(&office.run(&OCTOBER).expect_code(1).out, &["R003"]);
    // Who deleted the row explains that it was by mistake, and puts it back.
    assert!(gone.starts_with("Minta penjelasan tertulis"));
    mend(&office, "event_id = 12");
    is_gone(&office.run(&OCTOBER).expect_code(1).out, &["R002"]);
    mend(&office, "event_id = 13");
    obey(&office, &waiting, &[]);
    office.run(&OCTOBER).expect_code(0);
    office.sql("update w set selesai = 'kemarin' where event_id = 13");
    let broken = remedies.of(&office.run(&OCTOBER).expect_code(1).out, "R007");
    mend(&office, "event_id = 13");
    obey(&office, &broken, &[]);
    office.run(&OCTOBER).expect_code(0);
}

fn a_row_of_a_side_table(remedies: &mut Remedies) {
    let office = Office::unpulled();
    office.sql(
        "insert into gangguan (jenis, mulai, selesai) values (' ', '2026-10-05T01:00:00Z', '2026-10-05T02:00:00Z')",
    );
    let left_out = remedies.of(&office.run(&["pull"]).expect_code(1).err, "S008");
    office.sql("update gangguan set jenis = 'listrik' where jenis = ' '");
    is_gone(&obey(&office, &left_out, &[]).err, &["S008"]);
}

fn a_view_without_keys(remedies: &mut Remedies) {
    let office = mendable();
    office.run(&["pull"]).expect_code(0);
    office.sql(
        "update w set event_id = null where event_id = 11; update w set event_id = 13 where event_id = 12;
         update w set petugas_id = 'P999' where event_id = 14",
    );
    let found = office.run(&OCTOBER).expect_code(1).out;
    let [without, doubled] = ["R005", "R006"].map(|code| remedies.of(&found, code));
    office.sql("delete from w where event_id is null; delete from w where event_id = 13");
    office.sql("insert into w select * from asli where event_id between 11 and 13");
    assert_eq!(obey(&office, &without, &[]).pulled().corrected, 1);
    let healed = obey(&office, &doubled, &[]);
    assert_eq!(healed.code, 0, "{}", healed.out);
}

/// A folder has no month to be pulled again; the command says what to do instead.
pub(crate) fn a_folder_of_files_that_differs(remedies: &mut Remedies) {
    let office = mendable();
    let dir = tempfile::TempDir::new().unwrap();
    let export = |name: &str| tests::export(&office.path("kantor.sqlite"), "workflow_events", &dir.path().join(name));
    office.sql("delete from w where event_id = 12");
    export("1.csv");
    let folder = Office::at(&format!("csv:{}", dir.path().display()));
    let run = |arguments: &[&str]| folder.run(arguments);
    run(&["pull"]).expect_code_in(&[0, 1], "pull");
    fs::remove_file(dir.path().join("1.csv")).unwrap();
    mend(&office, "event_id = 12");
    office.sql("update w set petugas_id = 'P999' where event_id = 11");
    export("2.csv");
    let found = run(&OCTOBER).expect_code(1).out;
    for code in ["R001", "R003"] {
        let remedy = remedies.of(&found, code);
        let named = commands(&remedy, &[]);
        let refused = run(&named[0].iter().map(String::as_str).collect::<Vec<_>>()).expect_code(2).err;
        assert!(refused.contains("export 2026-10 anew"), "{refused}");
        let told = commands(&refused, &[]);
        run(&told[0].iter().map(String::as_str).collect::<Vec<_>>()).expect_code_in(&[0, 1], "what was told");
    }
    run(&OCTOBER).expect_code(0);
}

fn many_corrections(remedies: &mut Remedies) {
    let office = mendable();
    office.run(&["pull"]).expect_code(0);
    let change = |officer: &str, to: i64| {
        office.sql(&format!("update w set petugas_id = '{officer}' where event_id between 1 and {to}"));
    };
    office.configure("lookback-days = 14", "lookback-days = 400");
    change("P999", 500);
    let held = office.run(&["pull"]).expect_code(1).err;
    let accepted = obey(&office, &remedies.of(&held, "S007"), &[]);
    assert!(accepted.pulled().corrected >= 50 && !accepted.finds("S007"), "{}{}", accepted.out, accepted.err);
    office.run(&["pull"]).expect_code(0);
    // What lies before the window comes by its month, and waits there too.
    office.configure("lookback-days = 400", "lookback-days = 0");
    change("P998", 60);
    let found = office.run(&OCTOBER).expect_code(1).out;
    let remedy = remedies.of(&found, "R003");
    let held = obey(&office, &remedy, &[]);
    let remedy = remedies.of(&held.err, "S007");
    let mut told = commands(&remedy, &[]).remove(0);
    let month = quoted(&remedy).into_iter().find(|part| part.starts_with("--again ")).unwrap();
    told.extend(month.replace("BULAN", "2026-10").split(' ').map(str::to_owned));
    run(&office, &told);
    office.run(&OCTOBER).expect_code(0);
}

fn columns_and_an_empty_view(remedies: &mut Remedies) {
    let office = mendable();
    office.sql("delete from w");
    let found = office.run(&["pull"]).expect_code(1).err;
    assert!(remedies.of(&found, "S002").starts_with("Periksa tampilan sumber"));
    mend(&office, "true");
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["S002"]);
    // A column that is another's successor is named in the configuration; any other needs nothing.
    office.sql("alter table w add column jns; update w set jns = jenis");
    let found = office.run(&["pull"]).expect_code(0).err;
    assert!(remedies.of(&found, "S001").starts_with("Tidak perlu tindakan, kecuali"), "{found}");
    office.sql("alter table w drop column jenis");
    assert!(refused(&office, &["pull"]).contains("add it to the view or map it under [source.columns]"));
    let config = fs::read_to_string(office.path("tertib.toml")).unwrap();
    let named = "[source.columns]\njenis = \"jns\"\n";
    fs::write(office.path("tertib.toml"), format!("{config}\n{named}")).unwrap();
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["S001"]);
}

fn a_user_who_may_write(remedies: &mut Remedies, server: &dyn Server) {
    server.contract_table(10);
    let office = Office::at(&server.owner());
    let refused = office.run(&["pull"]).expect_code(2).err;
    let setting = quoted(&refused).into_iter().find(|part| part.starts_with("may-write")).unwrap();
    office.configure("[source]", &format!("[source]\n{setting}"));
    let found = office.run(&["pull"]).expect_code(0).err;
    let remedy = remedies.of(&found, "S003");
    assert!(remedy.contains("`SELECT` saja") && quoted(&remedy) == ["SELECT", "may-write"], "{remedy}");
    office.configure(&server.owner(), &server.reader());
    office.configure(&format!("{setting}\n"), "");
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["S003"]);
}

fn a_restored_database(remedies: &mut Remedies) {
    let server = servers::postgres();
    let office = server.office(200);
    office.run(&["pull"]).expect_code(0);
    // As if the pull had been from another cluster.
    Forger { root: office.path("archive") }.of_another_cluster();
    // The restored database lacks nothing, and has a row more.
    server.add_row("'2026-01-06 00:00:00'");
    let found = office.run(&["pull"]).expect_code(1).err;
    let remedy = remedies.of(&found, "S004");
    let told = commands(&remedy, &[("BULAN", "2026-01")]);
    office.run(&told[0].iter().map(String::as_str).collect::<Vec<_>>()).expect_code(0);
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["S004"]);
}

fn tables_that_lock(remedies: &mut Remedies) {
    let server = servers::mariadb();
    server.contract_table(10);
    server.sql("alter table workflow_events engine = MyISAM");
    let office = Office::at(&server.reader());
    let found = office.run(&["pull"]).expect_code(0).err;
    assert!(remedies.of(&found, "S005").contains("menjadi InnoDB"));
    server.sql("alter table workflow_events engine = InnoDB");
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["S005"]);
}

fn a_moved_database(remedies: &mut Remedies) {
    let (server, other) = (servers::postgres(), servers::postgres());
    for server in [&server, &other] {
        server.contract_table(50);
    }
    let office = Office::at(&server.reader());
    office.run(&["pull"]).expect_code(0);
    office.configure(&server.reader(), &other.reader());
    let found = office.run(&["pull"]).err;
    assert!(remedies.of(&found, "S006").starts_with("Tidak perlu tindakan"), "{found}");
    // The pull that next has news notes the new place.
    other.add_row("default");
    assert_eq!(office.run(&["pull"]).expect_code_in(&[0, 1], "pull").pulled().new, 1);
    is_gone(&office.run(&["pull"]).expect_code(0).err, &["S006", "S004"]);
}
