//! Values at the edge of what a database can hold, and beyond what the contract allows.

use tests::Office;
use tests::servers::Server;

tests::part! {
    edges on each_server;
    no_time_of_recording on each_server;
    a_date_of_zeros_is_no_value on mariadb;
    no_encoding on postgres;
}

/// No value and empty text, remarks of 20 MB, times at the edge, a column that cannot be an integer.
fn edges(server: &mut dyn Server) {
    server.contract_table(50);
    server.sql(server.dialect().let_remarks_be_long);
    server.sql("update workflow_events set keterangan = null, petugas_id = '' where event_id = 1");
    server.sql("update workflow_events set keterangan = '', petugas_id = null where event_id = 2");
    server.sql("update workflow_events set keterangan = repeat('x', 20971520) where event_id in (3, 4, 5, 6)");
    let office = Office::at(&server.reader());
    let long = office.run(&["pull"]).expect_code(1);
    assert_eq!(long.pulled().new, 46);
    assert_eq!(long.found("V011"), [(4, "keterangan, paling banyak 2000 huruf: 3, 4, 5")]);
    let waiting = office.json(&["reconcile", "--month", "2026-01"], 1);
    assert_eq!(waiting["quarantined"].as_array().unwrap().len(), 4);
    server.sql("update workflow_events set keterangan = repeat('x', 2000) where event_id in (3, 4, 5, 6)");
    assert_eq!(office.run(&["pull"]).expect_code(0).pulled().new, 4);
    for (condition, events) in [("petugas_id = ''", 1), ("petugas_id IS NULL", 49), ("", 50)] {
        assert_eq!(office.events(condition), events, "{condition}");
    }
    office.run(&["reconcile", "--month", "2026-01"]).expect_code(0);
    server.sql("update workflow_events set keterangan = '' where event_id = 1");
    assert_eq!(office.run(&["pull"]).expect_code(1).pulled().corrected, 1, "no value became empty text");
    server.sql("alter table workflow_events add baru int");
    let new = office.run(&["pull"]).expect_code(0);
    assert!(new.found("S001").iter().any(|(_, place)| place.contains("baru")), "{}", new.err);
    server.sql(&server.retype("langkah", "double precision"));
    server.sql(&format!("update workflow_events set langkah = {} where event_id = 9", server.dialect().odd_double));
    office.run(&["pull"]).expect_refusal(&["`langkah` is ", "needs an integer"]);
    server.sql("alter table workflow_events drop column langkah");
    office.run(&["pull"]).expect_refusal(&["lacks the column langkah"]);
    office.run(&["verify"]).expect_code(0);
}

/// A row whose time of recording cannot be read lies in no window of time; it goes to quarantine whenever it comes, and comes
/// in when mended.
fn no_time_of_recording(server: &mut dyn Server) {
    let odd = &server.dialect().no_instants;
    let office = server.office(30);
    server.pulled_through_a_view(&office);
    office.run(&["pull"]).expect_code(0);
    let recorded = |at: &str| {
        server.sql(&format!("{}update workflow_events set recorded_at = '{at}' where event_id > 30", odd.allowed_by));
    };
    server.add_row("default");
    recorded(odd.earliest);
    let ran = office.run(&["pull"]).expect_code(1);
    assert!(ran.finds(odd.code_of_earliest) && ran.pulled().quarantined == 1, "{}{}", ran.out, ran.err);
    let again = office.run(&["pull"]).expect_code(1).pulled();
    assert_eq!((again.quarantined, again.still_quarantined), (0, 1));
    recorded("2026-10-05 02:00:00");
    assert_eq!(office.run(&["pull"]).expect_code(0).pulled().new, 1);
    assert_eq!(office.json(&["reconcile", "--month", "2026-01"], 0)["in_database"], true);
}

/// Where a row may lack a value, zeros stand for none.
fn a_date_of_zeros_is_no_value(server: &mut dyn Server) {
    let office = server.office(30);
    office.run(&["pull"]).expect_code(0);
    server.sql(
        "set sql_mode = ''; update workflow_events set mulai = '0000-00-00 00:00:00', tanggal_lahir = '0000-00-00'
         where event_id = 3",
    );
    assert_eq!(office.run(&["pull"]).expect_code(1).pulled().changes(), (0, 1));
    assert_eq!(office.json(&["reconcile", "--month", "2026-01"], 0)["in_database"], true);
}

/// A database that was made without an encoding may hold bytes that are no text; the row goes to quarantine, by the cursor
/// and by COPY, and comes in when mended.
fn no_encoding(server: &mut dyn Server) {
    server.contract_table(1_000);
    server.sql("update pg_database set encoding = 0 where datname = 'kantor'");
    server.sql("update workflow_events set nama = convert_from('\\x53ff54', 'SQL_ASCII') where event_id = 7");
    let office = Office::at(&server.reader());
    for rate in ["", "rows-per-second = 100000\n"] {
        office.configure("[source]\n", &format!("[source]\n{rate}"));
        office.forget_archive();
        let ran = office.run(&["pull"]).expect_code(1);
        assert!(ran.pulled().new == 999 && ran.finds("V010"), "{}{}", ran.out, ran.err);
    }
    server.sql("update workflow_events set nama = 'SITI REKAAN' where event_id = 7");
    assert_eq!(office.run(&["pull"]).expect_code(0).pulled().new, 1);
}
