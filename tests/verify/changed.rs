//! Archives that somebody changed, or that a crash cut short: what is found, and what still heals.

use crate::{finds, run};
use std::fs;
use tests::{Office, flip, sha256_of, tree};

#[test]
fn a_tampered_archive_is_found_and_never_decoded() {
    let office = Office::small();
    office.run(&["verify"]).expect_code(0);
    let archive = office.path("archive");
    let part = tree(&archive).into_keys().find(|p| p.starts_with("events/bulan=2026-10")).unwrap();
    let whole = fs::read(archive.join(&part)).unwrap();
    flip(&archive.join(&part));
    let ran = office.run(&["verify"]).expect_code(1);
    assert!(ran.found("A002").iter().any(|(_, place)| place.starts_with(&part.display().to_string())), "{}", ran.out);
    office.run(&["metrics", "--month", "2026-10"]).expect_refusal(&["is damaged"]);
    fs::remove_file(archive.join(&part)).unwrap();
    assert!(office.run(&["verify"]).expect_code(1).finds("A001"));
    fs::write(archive.join(&part), &whole).unwrap();
    fs::write(archive.join("persons/bulan=2026-10/sisipan.parquet"), &whole).unwrap();
    let ran = office.run(&["verify"]).expect_code(1);
    assert_eq!(ran.found("A003"), [(1, "persons/bulan=2026-10/sisipan.parquet")]);
}

#[test]
fn a_rewritten_commit_breaks_the_chain() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    office.sql(
        "update langkah_berkas set petugas_id = 'P999' where event_id = (select max(event_id) from langkah_berkas)",
    );
    office.run(&["pull"]).expect_code(1);
    office.run(&["verify"]).expect_code(0);
    let commit = office.commit(0);
    let text = fs::read_to_string(&commit).unwrap();
    fs::write(&commit, text.replace("\"isBlindAppend\":true", "\"isBlindAppend\":false")).unwrap();
    let ran = office.run(&["verify"]).expect_code(1);
    let changed = (1, "events/_delta_log/00000000000000000000.json");
    assert!(ran.found("A004").contains(&changed), "{}", ran.out);
    // A commit that claims another number of rows than its file has.
    let rows = text.split("numRecords\\\":").nth(1).unwrap().split(|c: char| !c.is_ascii_digit()).next().unwrap();
    fs::write(&commit, text.replace(&format!("numRecords\\\":{rows}"), "numRecords\\\":1")).unwrap();
    assert!(office.run(&["verify"]).expect_code(1).finds("A006"));
    // An action of a newer program must not be passed over.
    fs::write(&commit, format!("{text}{{\"remove\":{{\"path\":\"x\"}}}}\n")).unwrap();
    office.run(&["metrics", "--month", "2026-10"]).expect_refusal(&["does not know the action `remove`"]);
    fs::remove_file(&commit).unwrap();
    assert!(office.run(&["verify"]).expect_code(1).finds("A005"));
    office.run(&["metrics", "--month", "2026-10"]).expect_code(2);
}

#[test]
fn a_commit_is_read_only_as_it_was_written() {
    for (from, to) in [
        ("\"persons\":", "\"person5\":"),
        ("\"corrections\":", "\"corrections\": "),
        ("\"isBlindAppend\":true,", ""),
        ("\"add\":{", "\"add\":{\"deletionVector\":null,"),
        ("events", "evints"),
        ("\"minReaderVersion\":1", "\"minReaderVersion\":3"),
        ("\"metaData\"", "\"metadata\""),
        ("part-00000000-", "part-00000001-"),
        ("bulan=2026-10/part", "bulan=2026-10/../bulan=2026-10/part"),
        ("persons/bulan=2026-10/", "/etc/"),
        ("\"next_seq\":", "\"next_seq\":-"),
        ("\"previous\":null", "\"previous\":null,\"previous\":null"),
    ] {
        let office = Office::small();
        let text = fs::read_to_string(office.commit(0)).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(office.commit(0), text.replacen(from, to, 1)).unwrap();
        finds(&office, "A005", "events/_delta_log/00000000000000000000.json: ");
        let ran = run(&office, &["metrics", "--month", "2026-10"]).expect_code(2);
        assert!(ran.err.contains("commit 0 of the archive cannot be read"), "{from}: {}", ran.err);
        run(&office, &["pull"]).expect_code(2);
    }
    // An archive whose table has lost what never changes is no archive of a first version.
    for lost in ["{\"metaData\"", "{\"protocol\"", "{\"commitInfo\""] {
        let office = Office::small();
        let text = fs::read_to_string(office.commit(0)).unwrap();
        let kept: Vec<&str> = text.split_inclusive('\n').filter(|line| !line.starts_with(lost)).collect();
        assert!(kept.len() + 1 == text.lines().count(), "{lost}");
        fs::write(office.commit(0), kept.concat()).unwrap();
        finds(&office, "A005", "events/_delta_log/00000000000000000000.json: ");
        run(&office, &["metrics", "--month", "2026-10"]).expect_code(2);
    }
    // A seal that is misspelt does not open the month.
    let office = Office::small();
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    let sealed = office.commit(1);
    let text = fs::read_to_string(&sealed).unwrap();
    fs::write(&sealed, text.replace("\"seal\"", "\"saal\"")).unwrap();
    finds(&office, "A005", "events/_delta_log/00000000000000000001.json: line 1: unknown field `saal`");
    office.run(&["seal", "--month", "2026-10"]).expect_code(2);
    // Nothing is written after a newest commit that is not the one that was written.
    fs::write(&sealed, text).unwrap();
    let newest = office.commit(2);
    let text = fs::read_to_string(&newest).unwrap();
    fs::write(&newest, text.replace("2026-10", "2026-09")).unwrap();
    finds(&office, "A004", "events/_delta_log/00000000000000000002.json");
    office.run(&["seal", "--month", "2026-10"]).expect_refusal(&["commit 2 is not the one that was written"]);
}

#[test]
fn a_commit_or_intent_that_a_crash_cut_short_heals() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let archive = office.path("archive");
    let whole = tree(&archive);
    let text = fs::read_to_string(office.commit(0)).unwrap();
    let intent = serde_json::json!({
        "version": 0, "staging": "_tertib/staging/0-0", "commit_sha256": sha256_of(&office.commit(0)), "files": [],
    });
    let place = archive.join("_tertib/intent-00000000000000000000.json");
    for length in [0, 1, text.len() / 2, text.len() - 1, text.len()] {
        fs::create_dir_all(archive.join("_tertib/staging/0-0")).unwrap();
        fs::write(archive.join("_tertib/staging/0-0/commit.json"), &text).unwrap();
        fs::write(&place, intent.to_string()).unwrap();
        fs::write(office.commit(0), &text[..length]).unwrap();
        office.run(&["pull"]).expect_code(0);
        assert!(tree(&archive) == whole, "cut at {length}");
    }
    // An intent that ends early was never acted upon.
    for length in [0, 1, 40] {
        for version in [0, 1] {
            let place = archive.join(format!("_tertib/intent-{version:020}.json"));
            fs::write(&place, &intent.to_string()[..length]).unwrap();
            finds(&office, "A018", &format!("_tertib/intent-{version:020}.json"));
            office.run(&["pull"]).expect_code(0);
            assert!(tree(&archive) == whole, "an intent cut at {length}");
        }
    }
    run(&office, &["verify"]).expect_code(0);
}

#[test]
fn the_archives_own_head_is_missed_and_renewed() {
    let office = Office::small();
    let head = office.path("archive/_tertib/head");
    let whole = fs::read(&head).unwrap();
    fs::remove_file(&head).unwrap();
    finds(&office, "A017", "_tertib/head");
    // At the instant of the pull before there is nothing to commit.
    office.run(&["pull", "--at", "2026-10-31T17:00:00Z"]).expect_code_in(&[0, 1], "the next pull");
    assert_eq!(fs::read(&head).unwrap(), whole);
    run(&office, &["verify"]).expect_code(0);
}
