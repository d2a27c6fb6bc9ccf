//! Sources that cannot be read, or are not the office's.

use crate::{clean, refused};
use std::fs;
use tests::Office;

/// Many rows that changed at once are no corrections until somebody says so.
#[test]
fn many_corrections_at_once_wait_for_a_word() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let archive = office.status()["archive"].clone();
    office.configure("lookback-days = 14", "lookback-days = 400");
    office.sql("update langkah_berkas set petugas_id = 'P999' where event_id in (select event_id from langkah_berkas limit 49)");
    assert_eq!(office.run(&["pull", "--dry-run"]).expect_code(1).pulled().corrected, 49);
    office.sql("update langkah_berkas set petugas_id = 'P999'");
    for command in [&["pull", "--dry-run"][..], &["pull"], &["run", "tarik"]] {
        let held = office.run(command).expect_code(1);
        let said = format!("{}{}", held.out, held.err);
        assert!(said.contains("wait for --accept-corrections") && said.contains("S007"), "{said}");
        assert!(
            said.contains("archived 0 new and 0 corrected") || said.contains("would archive 0 new and 0 corrected"),
            "{said}"
        );
        clean(&held);
    }
    assert_eq!(office.status()["archive"], archive, "it was written");
    let accepted = office.run(&["pull", "--accept-corrections"]).expect_code(1);
    assert!(accepted.finds("W005") && !accepted.finds("S007"), "{}", accepted.err);
    office.run(&["pull"]).expect_code(0);
}

/// Another office's file under the same archive, whose keys and berkas are numbered alike.
#[test]
fn another_offices_file_is_not_taken_for_this_ones() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let other = Office::demo(&["--months", "2026-10:2026-10", "--per-month", "60", "--seed", "4"]);
    let url = format!("sqlite:{}", other.place("kantor.sqlite"));
    let before = tests::tree(&office.path("archive/events"));
    for command in [&["pull"][..], &["pull", "--dry-run"], &["pull", "--again", "2026-10"]] {
        refused(office.run_with_source(&url, command), "this is not the database of the archive");
    }
    assert!(tests::tree(&office.path("archive/events")) == before, "it was written");
}

#[test]
fn an_unreachable_database_is_said_so() {
    let office = Office::unpulled();
    for (url, says) in [
        ("postgres://a:b@127.0.0.1:1/kantor", "cannot reach the PostgreSQL database"),
        ("mysql://a:b@127.0.0.1:1/kantor", "cannot reach the MySQL/MariaDB database"),
        ("sqlite:/tidak/ada/kantor.sqlite", "cannot read /tidak/ada/kantor.sqlite: No such file"),
        ("sqlite:/tmp", "cannot read /tmp: it is a folder"),
        ("oracle://a:b@127.0.0.1/kantor", "`oracle:` is not a source"),
        ("kantor.sqlite", "it names no kind of database"),
    ] {
        let ran = office.run_with_source(url, &["pull"]);
        assert!(!url.starts_with("sqlite") || !ran.err.contains("port"), "a file has no port: {}", ran.err);
        refused(ran, says);
    }
    // A name that looks like a URL with parameters is a file where there is one.
    fs::rename(office.path("kantor.sqlite"), office.path("kantor?1.sqlite")).unwrap();
    let odd = format!("sqlite:{}", office.path("kantor?1.sqlite").display());
    office.run_with_source(&odd, &["pull"]).expect_code(0);
}

#[test]
fn a_file_that_is_no_database_is_said_so() {
    let office = Office::unpulled();
    fs::write(office.path("kantor.sqlite"), "ini bukan basis data, hanya teks biasa\n".repeat(100)).unwrap();
    refused(office.run(&["pull"]), "SQLite database");
}

#[test]
fn a_view_that_is_not_there_is_named() {
    let office = Office::unpulled();
    office.configure("view = \"workflow_events\"", "view = \"peristiwa\"");
    refused(office.run(&["pull"]), "no relation `peristiwa`");
}
