//! Rows that break the contract or are odd, and views that lack a column: named, kept apart, and taken in when they are mended.

use crate::{clean, refused};
use std::fs;
use tests::Office;

/// Pulls and expects the finding; the good rows must all have come in.
fn pulled_with(office: &Office, code: &str, archived: i64) {
    let ran = office.run(&["pull"]).expect_code(1);
    assert!(ran.finds(code), "expected {code} in:\n{}", ran.err);
    assert_eq!(ran.pulled().new, archived, "{}", ran.err);
    clean(&ran);
}

/// An office that was pulled with a fault which keeps so many of its rows out.
fn faulty(fault: &str, code: &str, kept_out: i64) -> Office {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql(fault);
    pulled_with(&office, code, n - kept_out);
    office
}

/// How many rows the office's view has.
fn rows(office: &Office) -> i64 {
    office.run(&["pull", "--dry-run"]).expect_code(0).pulled().read
}

/// How many new events a pull without a finding brings.
fn new_events(office: &Office) -> i64 {
    office.run(&["pull"]).expect_code(0).pulled().new
}

#[test]
fn a_missing_column_is_named() {
    let office = Office::unpulled();
    office.sql(
        "alter table langkah_berkas add column rahasia text;
         drop view workflow_events;
         create view workflow_events as select event_id, recorded_at, l.berkas_id, langkah, pelaksana, petugas_id, mulai,
         selesai, kekurangan, nomor_register, keterangan, jenis, kewarganegaraan, nik, nama, jenis_kelamin, tempat_lahir,
         tanggal_lahir, pekon, pembawa, diterima, k.kolektif_id from langkah_berkas l join berkas b using (berkas_id)
         join kolektif k using (kolektif_id)",
    );
    refused(office.run(&["pull"]), "lacks the column hasil");
    assert!(!office.path("archive/events").exists());
}

#[test]
fn an_unknown_column_is_reported_and_ignored() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql("create view lebih as select *, 1 as catatan_lain from workflow_events");
    office.configure("view = \"workflow_events\"", "view = \"lebih\"");
    let ran = office.run(&["pull"]).expect_code(0);
    assert!(ran.found("S001").iter().any(|(_, place)| place.contains("catatan_lain")), "{}", ran.err);
    assert_eq!(ran.pulled().new, n);
}

#[test]
fn a_value_of_the_wrong_type_goes_to_quarantine_and_comes_in_when_mended() {
    let office = faulty("update langkah_berkas set langkah = 'dua' where event_id = 5", "V002", 1);
    let again = office.run(&["pull"]).expect_code(1).pulled();
    assert_eq!((again.quarantined, again.still_quarantined), (0, 1));
    office.sql("update langkah_berkas set langkah = 1, hasil = 'selesai' where event_id = 5");
    assert_eq!(office.status()["quarantined"], 1);
    assert_eq!(new_events(&office), 1);
    assert_eq!(office.status()["quarantined"], 0);
}

#[test]
fn a_source_with_nothing_but_broken_rows_loses_nothing() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql("create table langkah_asli as select event_id, langkah from langkah_berkas; update langkah_berkas set langkah = 13");
    pulled_with(&office, "V003", 0);
    office.run(&["pull"]).expect_code(1);
    office.sql(
        "update langkah_berkas set langkah = (select a.langkah from langkah_asli a where a.event_id = langkah_berkas.event_id)",
    );
    assert_eq!(new_events(&office), n);
}

#[test]
fn one_stray_key_does_not_decide_for_the_others() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql(
        "create view aneh as select case when event_id = 2 then null when event_id = 1 then 'satu' else event_id end as event_id,
         recorded_at, berkas_id, kolektif_id, langkah, pelaksana, petugas_id, mulai, selesai, hasil, kekurangan,
         nomor_register, keterangan, jenis, kewarganegaraan, nik, nama, jenis_kelamin, tempat_lahir, tanggal_lahir, pekon,
         pembawa, diterima from workflow_events",
    );
    office.configure("view = \"workflow_events\"", "view = \"aneh\"");
    pulled_with(&office, "V002", n - 2);
    // Mended long after the window: the row without a key cannot be asked for by key, and still comes in.
    office.configure("view = \"aneh\"", "view = \"workflow_events\"");
    office.configure("lookback-days = 14", "lookback-days = 0");
    assert_eq!(new_events(&office), 2);
}

#[test]
fn an_unknown_step_goes_to_quarantine_even_long_after_the_window() {
    let office = faulty("update langkah_berkas set langkah = 12 where event_id = 1", "V003", 1);
    office.configure("lookback-days = 14", "lookback-days = 0");
    office.sql("update langkah_berkas set langkah = 1, hasil = 'selesai' where event_id = 1");
    assert_eq!(new_events(&office), 1);
}

#[test]
fn a_nik_of_15_digits_is_archived_and_named_by_berkas() {
    let short = "update berkas set nik = substr(nik, 1, 15) where berkas_id = (select min(berkas_id) from berkas)";
    let office = faulty(short, "W001", 0);
    office.run(&["pull"]).expect_code(0);
}

#[test]
fn an_end_before_its_start_is_archived_and_left_out_of_the_times() {
    let office = faulty("update langkah_berkas set mulai = '2026-12-01T01:00:00Z' where event_id = 3", "W003", 0);
    let table = office.run(&["metrics", "--month", "2026-10", "--all"]).expect_code(0).out;
    let left_out = table.lines().find(|line| line.contains("left_out.time_per_step.end_before_start")).unwrap();
    assert!(left_out.trim_end().ends_with(" 1"), "{left_out}");
}

#[test]
fn a_key_used_twice_keeps_the_first_row() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql(
        "create view ganda as select * from workflow_events union all select * from workflow_events where event_id = 9",
    );
    office.configure("view = \"workflow_events\"", "view = \"ganda\"");
    pulled_with(&office, "V008", n);
}

#[test]
fn a_control_character_goes_to_quarantine() {
    faulty("update langkah_berkas set petugas_id = 'P' || char(7) where event_id = 4", "V006", 1);
}

#[test]
fn text_that_is_not_utf8_goes_to_quarantine_with_its_bytes() {
    let bytes = "update langkah_berkas set petugas_id = cast(x'50ff41' as text) where event_id = 4";
    let office = faulty(bytes, "V010", 1);
    let compared = office.json(&["reconcile", "--month", "2026-10"], 1);
    assert_eq!(compared["quarantined"].as_array().unwrap().len(), 1, "{compared}");
}

#[test]
fn a_view_of_nothing_but_broken_rows_stops_the_pull() {
    let office = Office::unpulled();
    office.sql(
        "drop view workflow_events; create view workflow_events as with recursive n(n) as (select 1 union all select n + 1
         from n where n < 120000) select n as event_id, null as recorded_at, null as berkas_id, null as kolektif_id,
         44 as langkah, null as pelaksana, null as petugas_id, null as mulai, null as selesai, null as hasil,
         null as kekurangan, null as nomor_register, null as keterangan, null as jenis, null as kewarganegaraan,
         null as nik, null as nama, null as jenis_kelamin, null as tempat_lahir, null as tanggal_lahir, null as pekon,
         null as pembawa, null as diterima from n",
    );
    refused(office.run(&["pull"]), "rows break the contract and few keep it");
    assert!(!office.path("archive/events").exists(), "nothing was committed");
}

#[test]
fn a_view_that_doubles_thousands_of_rows_keeps_one_of_each() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql(
        "create table semua as select * from workflow_events; drop view workflow_events;
         create view workflow_events as select * from semua union all select * from semua",
    );
    let ran = office.run(&["pull"]).expect_code(1);
    assert_eq!(ran.found("V008").iter().map(|(times, _)| times).sum::<u64>(), u64::try_from(n).unwrap());
    assert_eq!(office.events(""), n);
}

#[test]
fn a_name_that_looks_like_a_command_is_only_a_name() {
    let office = Office::unpulled();
    office.sql("update berkas set nama = '#read(\"/etc/passwd\") *x* $y$ {{ 7*7 }} =cmd|calc'");
    clean(&office.run(&["pull"]).expect_code(0));
    let ran = office.run(&["render", "--month", "2026-10", "--full", "--format", "pdf,csv,json"]).expect_code(0);
    clean(&ran);
    let csv =
        fs::read_to_string(office.path("laporan/2026-10_dinas/buku_agenda_pendaftaran_2026-10_dinas.csv")).unwrap();
    assert!(csv.contains("#read(\"\"/etc/passwd\"\") *x* $y$ {{ 7*7 }} =cmd|calc"), "{csv}");
}

#[test]
fn a_name_that_cannot_be_printed_does_not_stop_the_book() {
    let office = Office::unpulled();
    office.sql(
        "update berkas set nama = 'ᯅᯖᯂ ' || char(0x202E) || 'X' where berkas_id = (select max(berkas_id) from berkas)",
    );
    office.run(&["pull"]).expect_code(0);
    let ran = office.run(&["render", "--month", "2026-10", "--full"]).expect_code(1);
    assert!(ran.err.contains("cannot be printed"), "{}", ran.err);
}

#[test]
fn an_empty_table_is_a_finding() {
    let office = Office::unpulled();
    office.sql("delete from langkah_berkas");
    let ran = office.run(&["pull"]).expect_code(1);
    assert!(ran.finds("S002") && ran.pulled().read == 0, "{}{}", ran.out, ran.err);
    refused(office.run(&["metrics", "--month", "2026-10"]), "holds no events yet; run `tertib pull` first");
    refused(office.run(&["verify"]), "nothing to verify");
}

#[test]
fn a_text_beyond_its_limit_goes_to_quarantine_and_stops_no_document() {
    let office = Office::unpulled();
    let n = rows(&office);
    office.sql(
        "update berkas set nama = replace(hex(zeroblob(50000)), '0', 'AB ') where berkas_id = (select min(berkas_id) from berkas);
         update langkah_berkas set keterangan = replace(hex(zeroblob(1001)), '0', 'x')
         where berkas_id <> (select min(berkas_id) from berkas) and event_id in (select max(event_id) from langkah_berkas)",
    );
    let long = "select count(*) from workflow_events where length(nama) > 200 or length(keterangan) > 2000";
    pulled_with(&office, "V011", n - office.number(long));
    let again = office.run(&["pull"]).expect_code(1);
    for limit in ["nama, paling banyak 200 huruf: ", "keterangan, paling banyak 2000 huruf: "] {
        assert!(again.found("V011").iter().any(|(_, place)| place.starts_with(limit)), "{limit}: {}", again.err);
    }
    office.run(&["render", "--month", "2026-10", "--only", "laporan_bulanan"]).expect_code(0);
}

#[test]
fn an_outage_without_a_kind_is_said_and_not_taken() {
    let outage =
        "insert into gangguan (jenis, mulai, selesai) values (' ', '2026-10-05T01:00:00Z', '2026-10-05T02:00:00Z')";
    let office = faulty(outage, "S008", 0);
    let again = office.run(&["pull"]).expect_code(1);
    assert_eq!(again.found("S008"), [(1, "gangguan: 2026-10-05")]);
    assert!(!again.err.contains("ditahan"), "{}", again.err);
}

/// A row that breaks the contract since it was archived is no difference that another pull would heal.
#[test]
fn a_row_that_broke_after_it_was_archived_is_mended_at_the_source() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let month = ["reconcile", "--month", "2026-10"];
    office.run(&month).expect_code(0);
    let event = "event_id = (select max(event_id) from langkah_berkas where selesai < '2026-10-31')";
    let id = office.number(&format!("select event_id from langkah_berkas where {event}"));
    let ended = format!("select selesai from langkah_berkas where {event}");
    let ended = tests::sqlite_texts(&office.path("kantor.sqlite"), &ended).remove(0);
    office.sql(&format!("update langkah_berkas set selesai = 'kemarin' where event_id = {id}"));
    for _ in 0..2 {
        let broken = office.run(&month).expect_code(1);
        assert_eq!(broken.found("R007"), [(1, format!("selesai: {id}").as_str())]);
        assert!(!broken.finds("R003"), "{}", broken.out);
        assert_eq!(office.run(&["pull", "--again", "2026-10"]).expect_code(1).pulled().corrected, 0);
    }
    office.sql(&format!("update langkah_berkas set selesai = '{ended}', petugas_id = 'P999' where event_id = {id}"));
    assert_eq!(office.run(&["pull", "--again", "2026-10"]).expect_code(1).pulled().corrected, 1);
    office.run(&month).expect_code(0);
}
