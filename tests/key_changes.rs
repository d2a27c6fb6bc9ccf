//! An archive lives on when its key was changed or lost: rows that are read again are recognised, persons are still told apart by their
//! pseudonyms, figures are as they were, everything stays provable, and a change that was cut off is ended.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use tests::faults::faulted;
use tests::tools::Tool;
use tests::{EVERY_EVENT, Office, Ran, make_office, tree};

tests::trials! {
    a_lost_key_does_not_end_an_archive needs PYTHON;
    a_key_that_is_at_hand_is_changed_twice needs PYTHON;
    a_wrong_key_is_refused_as_before;
    the_paper_of_the_new_key_is_confirmed_and_entered;
    a_change_that_is_killed_at_any_call_is_ended needs Tool::Strace;
    a_public_copy_tells_persons_apart needs PYTHON, DUCKDB;
}

const PYTHON: Tool = Tool::Python(&[]);
const DUCKDB: Tool = Tool::Python(&["duckdb"]);
const MONTHS: [&str; 3] = ["2026-08", "2026-09", "2026-10"];
const LOST: [&str; 7] = ["key", "rotate", "--lost", "--reason", "kunci terbakar", "--by", "ANDI, operator"];
const CHANGED: [&str; 7] = ["key", "rotate", "--pseudonym", "--reason", "laptop hilang", "--by", "ANDI, operator"];

/// Three months, of which half is pulled; some rows wait in quarantine.
fn half_pulled() -> Office {
    let office = Office::around(|database| make_office(database, 5));
    office.configure("lookback-days = 14", "lookback-days = 400");
    office.sql("update langkah_berkas set langkah = 44 where event_id % 100 = 7");
    office.run(&["pull", "--until", "2026-09-15", "--at", "2026-09-16T00:00:00Z"]).expect_code(1);
    office
}

fn pull(office: &Office) -> Ran {
    office.run(&["pull", "--at", "2026-11-20T00:00:00Z"]).expect_code_in(&[0, 1], "pull")
}

/// What the months come to, the persons among it.
fn figures(office: &Office) -> Vec<serde_json::Value> {
    MONTHS.iter().map(|month| office.figures(month, 0)).collect()
}

fn verified(office: &Office) -> String {
    let said = office.run(&["verify"]).expect_code(0).out;
    assert!(said.contains("; 0 findings"), "{said}");
    said
}

/// For each event the events of the same person.
fn persons(office: &Office) -> BTreeSet<BTreeSet<String>> {
    let ran = office.run(&["query", "SELECT event_id, nik_pseudonym FROM events", "--format", "csv"]).expect_code(0);
    let mut by = std::collections::BTreeMap::<String, BTreeSet<String>>::new();
    for line in ran.out.lines().skip(1) {
        let (id, person) = line.split_once(',').unwrap();
        by.entry(person.to_owned()).or_default().insert(id.to_owned());
    }
    by.into_values().collect()
}

fn keys(office: &Office) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(office.folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.file_name().unwrap().to_string_lossy().starts_with("kunci"));
    found.sort();
    found
}

fn a_lost_key_does_not_end_an_archive() {
    let (office, control) = (half_pulled(), half_pulled());
    control.put_key("kunci.key", fs::read(office.path("kunci.key")).unwrap());
    control.forget_archive();
    control.run(&["pull", "--until", "2026-09-15", "--at", "2026-09-16T00:00:00Z"]).expect_code(1);
    let (before, held) = (office.events(""), persons(&office));
    let head = tree(&office.path("archive"));
    fs::remove_file(office.path("kunci.key")).unwrap();
    office.run(&["pull"]).expect_refusal(&["kunci.key"]);
    office.run(&CHANGED).expect_refusal(&["is not at hand", "--lost"]);
    assert!(keys(&office).is_empty() && tree(&office.path("archive")) == head, "a refusal left something");
    let said = office.run(&LOST).expect_code(0);
    assert!(said.out.contains("is in force since version 1") && said.out.contains("key print"), "{}", said.out);
    // Nothing of what was written before is another.
    let now = tree(&office.path("archive"));
    let was = |path: &PathBuf| path.starts_with("events") || path.starts_with("persons");
    assert!(head.iter().filter(|(path, _)| was(path)).all(|(path, bytes)| now[path] == *bytes));
    assert_eq!(persons(&office), held);
    assert!(verified(&office).contains("not checked: the salts of rows that were written under an earlier key"));
    // All rows are read again: none is a correction, and those in quarantine are known there.
    let (pulled, wanted) = (pull(&office).pulled(), pull(&control).pulled());
    assert_eq!((pulled.changes(), pulled.quarantined), (wanted.changes(), wanted.quarantined));
    assert_eq!((pulled.changes().1, pulled.still_quarantined), (0, wanted.still_quarantined));
    assert!(pulled.new > 100 && pulled.still_quarantined > 0 && before > 100);
    assert_eq!(figures(&office), figures(&control));
    assert_eq!(persons(&office), persons(&control));
    // Kept figures count under the new key, and are found again.
    assert_eq!(figures(&office), figures(&control));
    verified(&office);
    office.run(&["reconcile", "--month", "2026-08"]).expect_code_in(&[0, 1], "reconcile");
    assert_eq!(pull(&office).pulled().changes(), (0, 0));
    // A row of before the change that the source corrects becomes one correction, and a pseudonym that was altered is found.
    office.sql("update langkah_berkas set petugas_id = 'P999' where event_id = 8");
    assert_eq!(office.run(&["pull", "--at", "2026-11-21T00:00:00Z"]).expect_code(1).pulled().changes(), (0, 1));
    let commit = fs::read_to_string(office.commit(1)).unwrap();
    assert!(commit.contains("\"lost\":true") && commit.contains("kunci terbakar") && !tests::holds_nik(&commit));
}

fn a_key_that_is_at_hand_is_changed_twice() {
    let (office, control) = (half_pulled(), half_pulled());
    let held = persons(&office);
    office.run(&[&CHANGED[..2], &["--lost"], &CHANGED[3..]].concat()).expect_refusal(&["is at hand", "--pseudonym"]);
    for _ in 0..2 {
        office.run(&CHANGED).expect_code(0);
    }
    assert_eq!(keys(&office).len(), 3, "the keys before are kept: {:?}", keys(&office));
    assert_eq!(persons(&office), held);
    let (pulled, wanted) = (pull(&office).pulled(), pull(&control).pulled());
    assert_eq!((pulled.changes(), pulled.still_quarantined), (wanted.changes(), wanted.still_quarantined));
    assert_eq!((figures(&office), persons(&office)), (figures(&control), persons(&control)));
    assert!(!verified(&office).contains("earlier key"), "all keys are at hand");
    // An office without the first key proves its rows by the present one, and says what it could not.
    let oldest = keys(&office).into_iter().find(|path| path != &office.path("kunci.key")).unwrap();
    fs::rename(&oldest, office.path("disimpan")).unwrap();
    verified(&office);
    // The key is nowhere in the archive, and no backup takes one.
    let digits: Vec<String> =
        keys(&office).iter().map(|key| fs::read_to_string(key).unwrap().trim().to_owned()).collect();
    for (path, bytes) in tree(&office.path("archive")) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(digits.iter().all(|digits| !text.contains(digits)), "{}", path.display());
    }
}

fn a_wrong_key_is_refused_as_before() {
    let office = Office::unpulled();
    pull(&office);
    let archive = tree(&office.path("archive"));
    let key = fs::read(office.path("kunci.key")).unwrap();
    office.put_key("kunci.key", "ab".repeat(32));
    for command in [&["pull"][..], &["seal", "--month", "2026-10"]] {
        office.run(command).expect_code(2);
        let said = office.run(command).err;
        assert!(said.contains("another key") && said.lines().count() == 2, "{said}");
    }
    office.run(&CHANGED).expect_refusal(&["is not at hand"]);
    for (reason, says) in [("", "--reason"), ("1806015708979001", "--reason"), ("dua\nbaris", "--reason")] {
        office.run(&[&LOST[..4], &[reason, "--by", "ANDI"]].concat()).expect_refusal(&[says]);
    }
    assert!(tree(&office.path("archive")) == archive && keys(&office).len() == 1);
    office.put_key("kunci.key", key);
    assert_eq!(pull(&office).pulled().changes(), (0, 0));
    // Where no archive was begun yet, a key is only made.
    office.forget_archive();
    office.run(&CHANGED).expect_refusal(&["holds no events yet"]);
}

fn the_paper_of_the_new_key_is_confirmed_and_entered() {
    let office = Office::unpulled();
    pull(&office);
    let words = |office: &Office| {
        let paper = office.run(&["key", "print"]).expect_code(0).out;
        let words = paper.split_once("Kata:\n").unwrap().1.split_once("\n\n").map_or("", |(words, _)| words).to_owned();
        words.lines().take(3).collect::<Vec<_>>().join("\n") + "\n\n"
    };
    let old = words(&office);
    office.run(&CHANGED).expect_code(0);
    assert!(office.typed(&["key", "confirm"], old.as_bytes()).expect_code(1).out.contains("another key"));
    let new = words(&office);
    office.typed(&["key", "confirm"], new.as_bytes()).expect_code(0);
    fs::remove_file(office.path("kunci.key")).unwrap();
    office.typed(&["key", "enter"], old.as_bytes()).expect_refusal(&["another key"]);
    office.typed(&["key", "enter"], new.as_bytes()).expect_code(0);
    assert_eq!(pull(&office).pulled().changes(), (0, 0));
}

/// The archive without what names residents, as an auditor has it: figures from it, and a number run again in DuckDB.
fn a_public_copy_tells_persons_apart() {
    let office = half_pulled();
    office.run(&LOST[..]).expect_refusal(&["is at hand"]);
    office.run(&CHANGED).expect_code(0);
    pull(&office);
    let copy = tempfile::TempDir::new().unwrap();
    for table in ["events", "gangguan", "blangko", "pseudonim", "log"] {
        if office.path("archive").join(table).exists() {
            tests::copy(&office.path("archive").join(table), &copy.path().join(table));
        }
    }
    let at = copy.path().display().to_string();
    for month in MONTHS {
        let there =
            tests::run(&["metrics", "--month", month, "--archive", &at, "--format", "json"]).expect_code(0).json();
        assert_eq!(tests::figures(there)["duplicates"], office.figures(month, 0)["duplicates"], "{month}");
    }
    tests::run(&["verify", "--archive", &at, "--public"]).expect_code(0);
    let events = "SELECT COUNT(DISTINCT nik_pseudonym) AS n FROM events";
    let n = tests::run(&["query", events, "--archive", &at, "--format", "json"]).expect_code(0).json()["rows"][0]["n"]
        .as_i64()
        .unwrap();
    assert_eq!(n, office.json(&["query", events], 0)["rows"][0]["n"].as_i64().unwrap());
    assert!(office.run(&["query", EVERY_EVENT, "--format", "csv"]).expect_code(0).out.lines().count() > 100);
}

/// Calls that touch a file.
const CALLS: [&str; 14] = [
    "openat",
    "mkdir",
    "write",
    "fsync",
    "rename",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "chmod",
    "getdents64",
    "statx",
    "read",
];

fn a_change_that_is_killed_at_any_call_is_ended() {
    let base = Office::unpulled();
    pull(&base);
    let undisturbed = base.copy();
    undisturbed.run(&CHANGED).expect_code(0);
    let names: Vec<PathBuf> = tree(&undisturbed.path("archive")).into_keys().collect();
    let killed = |office: &Office, call: &str, n: usize| -> bool {
        let (archive, own) = (office.path("archive"), office.path("archive/_tertib/staging/1-0"));
        let mut paths = vec![archive.clone(), own.clone(), own.join("commit.json"), own.join("intent.json")];
        paths.push(archive.join(format!("_tertib/intent-{:020}.json", 1)));
        paths.extend([archive.join("_tertib"), archive.join("_tertib/staging"), archive.join("_tertib/lock")]);
        for name in &names {
            paths.extend([archive.join(name), own.join(name.display().to_string().replace('/', "~"))]);
            paths.extend(archive.join(name).parent().map(PathBuf::from));
        }
        paths.extend(["kunci.key", "kunci.key.baru", "kunci-*.key", "."].map(|name| office.path(name)));
        paths.sort();
        paths.dedup();
        let mut change = faulted(&format!("{call}:signal=KILL:when={n}"), paths);
        change.args(CHANGED).arg("--config").arg(office.path("tertib.toml"));
        !matches!(change.output().unwrap().status.code(), Some(0))
    };
    let mut points = 0;
    for call in CALLS {
        for n in 1.. {
            let office = base.copy();
            let what = format!("killed at {call} {n}");
            if !killed(&office, call, n) {
                break;
            }
            points += 1;
            // Ended by the same command; where it was ended already, a second change is as good.
            office.run(&CHANGED).expect_code_in(&[0], &what);
            let kept: BTreeSet<_> =
                keys(&office).into_iter().map(|path| path.file_name().unwrap().to_owned()).collect();
            assert!(!kept.iter().any(|name| name.to_string_lossy().ends_with(".baru")), "{what}: {kept:?}");
            let changes = (1..4).filter(|version| office.commit(*version).exists()).count();
            assert!(changes == kept.len() - 1, "{what}: {changes} changes, {kept:?}");
            let pulled = pull(&office).pulled();
            assert_eq!(pulled.changes(), (0, 0), "{what}");
            let said = office.run(&["verify"]).expect_code(0).out;
            assert!(said.contains("; 0 findings") && !said.contains("earlier key"), "{what}: {said}");
        }
    }
    assert!(points >= 60, "only {points} points");
}
