//! The list of departures from the SOP agrees with the figures, and departures that were planted are named in the SOP's own
//! words.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use serde_json::Value;
use std::collections::BTreeSet;
use tests::Office;

fn listed(office: &Office) -> Vec<Value> {
    office.run(&["conformance", "--month", "2026-10", "--format", "json"]).expect_code_in(&[0, 1], "conformance").rows()
}

fn of(rows: &[Value], berkas: &str) -> Vec<(String, String)> {
    let rows = rows.iter().filter(|r| r["berkas_id"] == berkas);
    rows.map(|r| (r["kode"].as_str().unwrap().to_owned(), r["langkah"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn the_list_is_that_of_the_figures() {
    let office = Office::small();
    let figures = office.figures("2026-10", 0)["conformance"].clone();
    let rows = listed(&office);
    let berkas: BTreeSet<&str> = rows.iter().map(|r| r["berkas_id"].as_str().unwrap()).collect();
    let deviating = figures["finished"].as_u64().unwrap() - figures["conforming"].as_u64().unwrap();
    assert!(deviating > 0 && berkas.len() as u64 == deviating, "{deviating} and {berkas:?}");
    let wrong_roles: u64 = figures["wrong_role"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(rows.iter().filter(|r| r["kode"] == "C004").count() as u64, wrong_roles);
}

#[test]
fn planted_departures_are_named() {
    let office = Office::unpulled();
    let whole = "select berkas_id from langkah_berkas group by berkas_id having count(*) = 9 and max(langkah) = 10
                 and count(distinct langkah) = 9 and min(hasil = 'gagal_cetak') = 0 order by berkas_id";
    // Four berkas that went straight through, each bent in one way.
    office.sql(&format!(
        "create table lurus as select berkas_id, row_number() over (order by berkas_id) as n from ({whole}) limit 4;
         delete from langkah_berkas where langkah = 4 and berkas_id = (select berkas_id from lurus where n = 1);
         insert into langkah_berkas select 900000 + event_id, berkas_id, langkah, pelaksana, petugas_id, mulai, selesai, hasil,
           kekurangan, nomor_register, keterangan, recorded_at from langkah_berkas
           where langkah = 8 and berkas_id = (select berkas_id from lurus where n = 2);
         update langkah_berkas set pelaksana = 'operator' where langkah = 9
           and berkas_id = (select berkas_id from lurus where n = 3);
         update langkah_berkas set hasil = 'kurang', kekurangan = 'kk' where langkah = 2
           and berkas_id = (select berkas_id from lurus where n = 4)"
    ));
    office.run(&["pull"]).expect_code(0);
    let rows = listed(&office);
    let planted = |n: u32| {
        let wanted = format!(
            "(select event_id from langkah_berkas where berkas_id = (select berkas_id from lurus where n = {n}))"
        );
        let event = office.number(&format!("select min(event_id) from {wanted}"));
        let answer = office.json(&["query", &format!("SELECT berkas_id FROM events WHERE event_id = {event}")], 0);
        of(&rows, answer["rows"][0]["berkas_id"].as_str().unwrap())
    };
    let says = |code: &str, step: &str| vec![(code.to_owned(), step.to_owned())];
    assert_eq!(planted(1), says("C001", "4 (Pendaftaran)"));
    assert_eq!(planted(2)[0].0, "C002");
    assert_eq!(planted(3)[0].0, "C004");
    assert_eq!(planted(4), says("C005", "4 (Pendaftaran)"));
}
