//! A trace says of a berkas, a batch or a person what the source says of it, and what every figure, list, book, paper and check prints;
//! and it names nobody unless it is told to, where only its owner reads it.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

mod agreement;
mod copies;
mod events;
mod private;

use serde_json::Value;
use std::process::ExitCode;
use std::sync::OnceLock;
use tests::trials::Trials;
use tests::{Office, sqlite_texts};

fn main() -> ExitCode {
    let mut all = Trials::default();
    for trials in [events::trials, agreement::trials, private::trials, copies::trials] {
        trials(&mut all);
    }
    all.run()
}

/// What the office's database says, one text a row.
fn texts(office: &Office, sql: &str) -> Vec<String> {
    sqlite_texts(&office.path("kantor.sqlite"), sql)
}

/// The trace of a berkas as JSON.
fn traced(office: &Office, berkas: &str) -> Value {
    office.json(&["trace", "--berkas", berkas], 0)
}

/// Every berkas of an office as its batches are traced, each once.
fn all_cases(office: &Office) -> Vec<Value> {
    let mut cases: Vec<Value> = Vec::new();
    for batch in texts(office, "select kolektif_id from kolektif where kolektif_id in (select kolektif_id from berkas)")
    {
        let ran = office.run(&["trace", "--batch", &batch, "--format", "json"]).expect_code_in(&[0, 1], "trace");
        cases.extend(ran.json()["cases"].as_array().unwrap().iter().cloned());
    }
    cases
}

/// The texts of a field in each row.
fn column(rows: &Value, field: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    rows.as_array().unwrap().iter().map(|row| text(&row[field])).collect()
}

/// An office of three months, pulled two days into November and closed up to October, of which afterwards rows came late, were corrected,
/// moved to another berkas, and are held back; the berkas to which these things happened are in `terjadi` of its database.
fn eventful() -> Office {
    static MADE: OnceLock<Office> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let office = Office::demo(&["--months", "2026-09:2026-11", "--per-month", "40", "--seed", "5"]);
        office.configure("lookback-days = 14", "lookback-days = 400");
        office.forget_archive();
        let of_month = "from langkah_berkas where selesai between '2026-10-05' and '2026-10-25'";
        office.sql(&format!(
            "create table terjadi(apa text, berkas_id text, event_id integer);
             insert into terjadi select 'tertahan', berkas_id, event_id {of_month} and langkah = 8
               and berkas_id in (select berkas_id from langkah_berkas where langkah = 10) order by event_id limit 1;
             update langkah_berkas set hasil = 'entah' where event_id = (select event_id from terjadi);
             insert into terjadi select 'susulan', berkas_id, event_id {of_month} and langkah = 4
               and berkas_id not in (select berkas_id from terjadi) order by event_id desc limit 1;
             create table nanti as select * from langkah_berkas
               where event_id = (select event_id from terjadi where apa = 'susulan');
             delete from langkah_berkas where event_id in (select event_id from nanti);"
        ));
        office.run(&["pull", "--until", "2026-11-02"]).expect_code_in(&[0, 1], "pull");
        for month in ["2026-09", "2026-10"] {
            office.run(&["seal", "--month", month]).expect_code(0);
        }
        office.sql(&format!(
            "insert into langkah_berkas select * from nanti;
             insert into terjadi select 'koreksi', berkas_id, event_id {of_month} and langkah = 9
               and berkas_id not in (select berkas_id from terjadi) order by event_id limit 1;
             update langkah_berkas set petugas_id = 'P999', nomor_register = '000777/9/2026'
               where event_id = (select event_id from terjadi where apa = 'koreksi');
             insert into terjadi select 'nama', min(berkas_id), 0 from langkah_berkas where berkas_id like 'B202609%'
               and berkas_id not in (select berkas_id from terjadi);
             update berkas set nama = 'NAMA BETUL REKAAN' where berkas_id = (select berkas_id from terjadi where apa = 'nama');
             insert into terjadi select 'pindah', max(berkas_id), 0 from langkah_berkas where berkas_id like 'B202609%'
               and berkas_id not in (select berkas_id from terjadi);
             update terjadi set event_id = (select max(event_id) from langkah_berkas where langkah = 7 and berkas_id = terjadi.berkas_id)
               where apa = 'pindah';
             update langkah_berkas set berkas_id = (select berkas_id from terjadi where apa = 'nama')
               where event_id = (select event_id from terjadi where apa = 'pindah');"
        ));
        office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
        office
    });
    made.copy()
}

/// The berkas and the event to which something happened in that office.
fn happened(office: &Office, what: &str) -> (String, String) {
    let of = |column: &str| {
        texts(office, &format!("select cast({column} as text) from terjadi where apa = '{what}'")).remove(0)
    };
    (of("berkas_id"), of("event_id"))
}
