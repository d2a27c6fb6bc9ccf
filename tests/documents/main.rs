//! The documents of a month beside the source: books, lists, statements, and how they are typeset.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set up must stop")]

mod books;
mod hostile_text;
mod json;
mod lists;
mod numbers;
mod page_one;
mod papers;
mod read_aloud;
mod revisions;
mod statements;
mod typesetting;

use std::fs;
use std::process::ExitCode;
use tests::Office;
use tests::trials::Trials;

fn main() -> ExitCode {
    let mut all = Trials::default();
    for trials in [
        typesetting::trials,
        books::trials,
        hostile_text::trials,
        statements::trials,
        lists::trials,
        papers::trials,
        page_one::trials,
        numbers::trials,
        json::trials,
        read_aloud::trials,
        revisions::trials,
    ] {
        trials(&mut all);
    }
    all.run()
}

/// The rows of a document of October as CSV, without the head, and without what was carried in and what they come to.
fn rows(office: &Office, name: &str) -> Vec<Vec<String>> {
    let is_framing = |row: &Vec<String>| row.iter().any(|cell| cell == "Saldo awal" || cell == "Jumlah");
    lines(office, name).into_iter().filter(|row| !is_framing(row)).collect()
}

/// All lines of it below the head.
fn lines(office: &Office, name: &str) -> Vec<Vec<String>> {
    let place = office.place("keluaran");
    let render = ["render", "--month", "2026-10", "--format", "csv", "--csv-dialect", "rfc4180", "--only", name];
    office.run(&[&render[..], &["--out", &place]].concat()).expect_code(0);
    let text = fs::read_to_string(office.path(&format!("keluaran/{name}_2026-10.csv"))).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// How many events of October the source has of which something holds.
fn events(office: &Office, what: &str) -> usize {
    let sql = format!(
        "select count(*) from workflow_events where selesai >= '2026-09-30T17' and selesai < '2026-10-31T17' and {what}"
    );
    usize::try_from(office.number(&sql)).unwrap()
}

/// The small office, pulled, with three cards that were spoilt in printing.
fn office_with_spoilt_cards() -> Office {
    let office = Office::unpulled();
    office.sql("update langkah_berkas set hasil = 'gagal_cetak' where event_id in
                 (select event_id from langkah_berkas where langkah = 6 and hasil = 'tercetak' order by event_id limit 3)");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    office
}
