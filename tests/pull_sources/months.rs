//! A month compared with the database, and pulled again.

use serde_json::json;
use tests::forger::Forger;
use tests::servers::Server;
use tests::{Office, ROW, VALUES};

tests::part! {
    reconcile on each_server;
    rows_without_an_end on each_server;
    again on each_server;
}

/// Rows that are missing, gone, different and in quarantine are named, and nothing is followed.
fn reconcile(server: &mut dyn Server) {
    let office = server.office(3_000);
    office.run(&["pull"]).expect_code(0);
    let month = ["reconcile", "--month", "2026-01"];
    let whole = office.json(&month, 0);
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
    let found = office.json(&month, 1);
    assert_eq!(found["missing"], json!(["90001", "90002"]), "{found}");
    assert_eq!(found["gone"], json!(["17", "18"]), "{found}");
    let different = [("20", "keterangan"), ("21", "selesai"), ("22", "nama"), ("23", "tanggal_lahir")];
    let different = different.map(|(id, column)| json!({"event_id": id, "columns": [column]}));
    assert_eq!(found["different"], json!(different), "{found}");
    assert!(found["travelled"].as_u64().unwrap() < 3_000, "only days that differ travel: {found}");
    let lines = office.run(&[&month[..], &["--format", "csv"]].concat()).expect_code(1).out;
    for line in ["R001,90001,", "R002,17,", "R003,21,selesai"] {
        assert!(lines.contains(&format!("{line}\n")), "{line} is missing in\n{lines}");
    }
    office.run(&["pull"]).expect_code(1);
    let table = office.run(&month).expect_code(1);
    assert!(table.out.contains("0 missing, 2 gone") && table.out.contains("1 in quarantine"), "{}", table.out);
    assert!(table.finds("R002") && !table.finds("R001") && !table.finds("R003"), "{}", table.out);
    assert_eq!(table.found("R004"), [(1, "event_id: 90002")]);
    assert!(!tests::holds_nik(&table.out), "{}", table.out);
    assert_eq!(office.events("event_id IN (17, 18)"), 2);
    unlike_any(server, &office);
}

/// A row without a key and a key that comes twice are no agreement; nor is a database that answers something else.
fn unlike_any(server: &dyn Server, office: &Office) {
    server.sql(
        "create view aneh as select case when event_id = 30 then null when event_id = 31 then 32 else event_id end as event_id,
         recorded_at, berkas_id, kolektif_id, langkah, pelaksana, petugas_id, mulai, selesai, hasil, kekurangan,
         nomor_register, keterangan, jenis, kewarganegaraan, nik, nama, jenis_kelamin, tempat_lahir, tanggal_lahir, pekon,
         pembawa, diterima from workflow_events",
    );
    office.configure("view = \"workflow_events\"", "view = \"aneh\"");
    let month = ["reconcile", "--month", "2026-01"];
    let found = office.json(&month, 1);
    assert_eq!(found["in_database"], true, "{found}");
    assert_eq!((&found["without_key"], &found["doubled"]), (&1.into(), &json!(["32"])), "{found}");
    assert_eq!(found["gone"], json!(["17", "18", "30", "31"]), "{found}");
    let table = office.run(&month).expect_code(1);
    assert_eq!(table.found("R005").len(), 1, "{}", table.out);
    assert_eq!(table.found("R006"), [(1, "event_id: 32")]);
    // A row without a key cannot be asked for by its key.
    let again = office.run(&["pull", "--again", "2026-01", "--dry-run"]);
    assert_eq!(again.pulled().read, 3_000);
}

/// A row that ends at no instant belongs to every month, whether the database digests rows or they are read here.
fn rows_without_an_end(server: &mut dyn Server) {
    server.contract_table(300);
    server.sql(&server.let_be_null("selesai"));
    let office = Office::at(&server.reader());
    office.run(&["pull"]).expect_code(0);
    let odd = &server.dialect().no_instants;
    server.sql("update workflow_events set selesai = null where event_id in (7, 8)");
    server.sql(&format!(
        "{}update workflow_events set selesai = '{}' where event_id in (9, 10)",
        odd.allowed_by, odd.never
    ));
    server.sql(
        "create table baru as select * from workflow_events where event_id = 1;
         update baru set event_id = 90001, selesai = null;
         insert into workflow_events select * from baru; drop table baru;
         delete from workflow_events where event_id in (8, 10)",
    );
    // A birth date as text is one that the database may write otherwise.
    let columns = schemas::Column::ALL.map(|column| match column {
        schemas::Column::TanggalLahir => "concat(tanggal_lahir) as tanggal_lahir",
        other => other.name(),
    });
    server.sql(&format!("create view dibaca_di_sini as select {} from workflow_events", columns.join(", ")));
    let compared = |month: &str, code: i32| office.json(&["reconcile", "--month", month], code);
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
    let broken = |id: &str| json!({"event_id": id, "columns": ["selesai"]});
    let found = both_ways("2026-01", 1);
    assert_eq!(found["missing"], json!(["90001"]), "{found}");
    assert_eq!(found["gone"], json!(["10", "8"]), "{found}");
    assert_eq!(found["broken"], json!([broken("7"), broken("9")]), "{found}");
    office.run(&["pull", "--again", "2026-01"]).expect_code(1);
    let found = both_ways("2026-01", 1);
    assert_eq!((&found["missing"], &found["quarantined"]), (&json!([]), &json!(["90001"])));
    let later = both_ways("2026-02", 1);
    assert_eq!(later["quarantined"], json!(["90001"]), "{later}");
}

/// What the window of time does not reach is healed by the month, and the remedy of every finding says how.
fn again(server: &mut dyn Server) {
    let office = server.office(3_000);
    server.pulled_through_a_view(&office);
    office.configure("lookback-days = 14", "lookback-days = 0");
    office.run(&["pull"]).expect_code(0);
    server.sql("update workflow_events set nama = 'BUDI' where event_id between 100 and 107");
    server.sql("update workflow_events set selesai = '2026-02-20 03:00:00' where event_id = 200");
    server.sql(&format!(
        "insert into workflow_events (recorded_at, {ROW}) values ('2026-01-05 03:00:00', {})",
        VALUES.replace("2026-10-05", "2026-01-05")
    ));
    let month = ["reconcile", "--month", "2026-01"];
    assert_eq!(office.run(&["pull"]).expect_code(0).pulled().changes(), (0, 0), "the window reaches it");
    let before = office.run(&month).expect_code(1);
    assert_eq!(
        before.out.lines().count(),
        2 + 3 * 2,
        "one finding for each kind, not one for each row:\n{}",
        before.out
    );
    assert!(before.found("R003").contains(&(8, "nama: 100, 101, 102")), "{}", before.out);
    let cursor = |office: &Office| {
        let commits = Forger { root: office.path("archive") }.commits();
        let actions = Forger::actions(commits.last().unwrap());
        actions.iter().find_map(|action| action["txn"]["version"].as_i64())
    };
    let at = cursor(&office);
    let command = before.out.split('`').find(|part| part.starts_with("tertib pull")).unwrap();
    assert_eq!(command, "tertib pull --again 2026-01");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let dry = office.run(&[&words[..], &["--dry-run"]].concat()).expect_code(1);
    assert!(dry.out.contains("would archive 1 new and 9 corrected"), "{}", dry.out);
    let healed = office.run(&words).expect_code(1).pulled();
    assert_eq!((healed.read, healed.changes()), (10, (1, 9)));
    assert_eq!(cursor(&office), at, "the cursor must stay, since what lies before it was not read");
    office.run(&month).expect_code(0);
    office.run(&["reconcile", "--month", "2026-02"]).expect_code(0);
    office.run(&["verify"]).expect_code(0);
    assert_eq!(office.run(&words).expect_code(0).pulled().read, 0);
}
