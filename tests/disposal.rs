//! Personal data whose retention has ended are destroyed by two persons: nothing of them is left in the archive, everything else is as it
//! was and stays provable, and what was begun is ended.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use tests::faults::{at_calls, faulted};
use tests::forger::decoded;
use tests::tools::Tool;
use tests::{DUE_AT_ONCE, Office, Ran, make_office, sqlite_texts, tree};

tests::trials! {
    what_is_destroyed_is_gone_and_the_rest_is_as_it_was needs PYTHON, TEXT;
    nothing_is_destroyed_by_default needs PYTHON;
    who_proposes_does_not_approve needs PYTHON;
    a_hold_goes_before_retention needs PYTHON;
    late_rows_and_a_new_key_after_a_destruction needs PYTHON;
    a_destruction_that_is_killed_at_any_call_is_ended needs PYTHON, Tool::Strace;
    a_destruction_whose_calls_fail_is_ended needs PYTHON, Tool::Strace;
}

const PYTHON: Tool = Tool::Python(&[]);
const TEXT: Tool = Tool::Pdftotext;
const MONTHS: [&str; 3] = ["2026-08", "2026-09", "2026-10"];
const OF_AUGUST: [&str; 4] = ["dispose", "propose", "--month", "2026-08"];

/// Three months that are pulled, some rows held back, and a schedule.
fn office(schedule: &str) -> Office {
    let office = Office::around(|database| make_office(database, 5));
    office.configure("lookback-days = 14", "lookback-days = 400");
    office.sql("update langkah_berkas set langkah = 44 where event_id % 100 = 7");
    fs::write(office.facts().join("jra.toml"), schedule).unwrap();
    office.run(&["pull", "--at", "2026-11-20T00:00:00Z"]).expect_code(1);
    office
}

fn proposed(office: &Office) -> (Ran, PathBuf) {
    let ran = office.run(&[&OF_AUGUST[..], &["--by", "ANDI REKAAN, arsiparis"]].concat()).expect_code(0);
    let mut found: Vec<PathBuf> =
        fs::read_dir(office.path("laporan")).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.file_name().unwrap().to_string_lossy().starts_with("usul_musnah_2026-08_"));
    assert_eq!(found.len(), 1);
    (ran, found.remove(0))
}

fn approved(office: &Office) -> String {
    let (_, path) = proposed(office);
    let path = path.display().to_string();
    office.run(&["dispose", "approve", &path, "--by", "SRI REKAAN, Kepala Dinas"]).expect_code(0);
    path
}

fn carried_out(office: &Office, proposal: &str) -> Ran {
    office.run(&["dispose", "carry-out", proposal, "--output", &office.place("musnah")])
}

/// The NIK and names of who came in a month and in no other.
fn people(office: &Office, month: &str) -> Vec<String> {
    let other = format!(
        "select nik from workflow_events where strftime('%Y-%m', selesai, '+7 hours') != '{month}' and nik is not null"
    );
    let own = format!(
        "from workflow_events where strftime('%Y-%m', selesai, '+7 hours') = '{month}' and nik not in ({other})"
    );
    let mut found = sqlite_texts(&office.path("kantor.sqlite"), &format!("select distinct nik {own}"));
    let names =
        sqlite_texts(&office.path("kantor.sqlite"), &format!("select distinct nama {own} and length(nama) > 14"));
    let elsewhere = "from workflow_events where strftime('%Y-%m', selesai, '+7 hours')";
    let kept = sqlite_texts(
        &office.path("kantor.sqlite"),
        &format!("select distinct nama {elsewhere} != '{month}' and nama is not null"),
    );
    found.extend(names.into_iter().filter(|name| !kept.contains(name)));
    found
}

/// Which of these texts are in which files of a folder, Parquet parts decoded.
fn found_in(folder: &std::path::Path, texts: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, bytes) in tree(folder) {
        let said = decoded(&folder.join(&path), &bytes);
        found
            .extend(texts.iter().filter(|text| said.contains(*text)).map(|text| format!("{}: {text}", path.display())));
    }
    found
}

fn figures(office: &Office) -> BTreeMap<&'static str, Value> {
    MONTHS.into_iter().map(|month| (month, office.figures(month, 0))).collect()
}

fn books(office: &Office, month: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    office.run(&["render", "--month", month, "--format", "csv"]).expect_code_in(&[0, 1], "render");
    tree(&office.path("laporan").join(month))
        .into_iter()
        .filter(|(path, _)| path.extension().is_some_and(|of| of == "csv"))
        .collect()
}

fn what_is_destroyed_is_gone_and_the_rest_is_as_it_was() {
    let office = office(DUE_AT_ONCE);
    let people = people(&office, "2026-08");
    assert!(people.len() > 20 && found_in(&office.path("archive"), &people).len() > 20);
    let (figures_before, books_before) = (figures(&office), books(&office, "2026-10"));
    let head = office.run(&["verify"]).expect_code(0).out;
    let head = head.lines().find_map(|line| line.strip_prefix("head ")).unwrap().to_owned();
    let archive = tree(&office.path("archive"));
    office
        .run(&["render", "--month", "2026-08", "--full", "--only", "buku_registrasi_arsip"])
        .expect_code_in(&[0, 1], "full");
    let (said, path) = proposed(&office);
    assert!(
        said.out.contains("2026-08") && said.err.contains("SHA-256") && said.err.contains("nothing was destroyed"),
        "{said:?}"
    );
    let rows = |files: BTreeMap<PathBuf, Vec<u8>>| {
        files.into_keys().filter(|path| !path.to_string_lossy().contains("access")).count()
    };
    assert_eq!(rows(tree(&office.path("archive"))), rows(archive.clone()));
    let path = path.display().to_string();
    office.run(&["dispose", "approve", &path, "--by", "SRI REKAAN, Kepala Dinas"]).expect_code(0);
    let ran = carried_out(&office, &path).expect_code(0);
    assert!(ran.out.contains("were destroyed by version 1") && ran.err.contains("2026-08_dinas"), "{ran:?}");
    // Nothing of these people is left, and nothing else has changed.
    assert_eq!(found_in(&office.path("archive"), &people), Vec::<String>::new());
    let now = tree(&office.path("archive"));
    let public = |path: &PathBuf| {
        path.starts_with("events")
            || path.starts_with("persons/bulan=2026-09")
            || path.starts_with("persons/bulan=2026-10")
    };
    assert!(archive.iter().filter(|(path, _)| public(path)).all(|(path, bytes)| now[path] == *bytes));
    assert_eq!(figures(&office), figures_before);
    assert_eq!(books(&office, "2026-10").keys().collect::<Vec<_>>(), books_before.keys().collect::<Vec<_>>());
    let verified = office.run(&["verify", "--head", &format!("{head}@0")]).expect_code(0).out;
    assert!(verified.contains("; 0 findings") && verified.contains("destroyed by decision"), "{verified}");
    // What names people says why it cannot.
    for arguments in [
        &["render", "--month", "2026-08", "--only", "buku_registrasi_arsip", "--full"][..],
        &["render", "--month", "2026-08", "--only", "buku_registrasi_arsip"],
        &["quality", "--month", "2026-08"],
        &["duplicates", "--month", "2026-08"],
        &["reconcile", "--month", "2026-08"],
    ] {
        let ran = office.run(arguments).expect_code(2);
        assert!(
            ran.err.contains("the personal data of 2026-08 were destroyed by version 1"),
            "{arguments:?}: {}",
            ran.err
        );
    }
    office
        .run(&["render", "--month", "2026-08", "--only", "laporan_bulanan,laporan_kepatuhan"])
        .expect_code_in(&[0, 1], "reports");
    the_statement_names_nobody(&office, &people);
    // The same again changes nothing.
    let (archive, statement) = (tree(&office.path("archive")), tree(&office.path("musnah")));
    carried_out(&office, &path).expect_code(0);
    assert!(tree(&office.path("archive")) == archive && tree(&office.path("musnah")) == statement);
    assert_eq!(
        office.run(&["pull", "--at", "2026-11-21T00:00:00Z"]).expect_code_in(&[0, 1], "pull").pulled().changes(),
        (0, 0)
    );
}

/// The statement says what was destroyed, and names nobody of them.
fn the_statement_names_nobody(office: &Office, people: &[String]) {
    let pdf = office.path("musnah/berita_acara_pemusnahan_data_pribadi_1.pdf");
    let text = TEXT.output(&["-layout", &pdf.display().to_string(), "-"]);
    for wanted in [
        "BERITA ACARA PEMUSNAHAN ARSIP DATA PRIBADI",
        "Agustus 2026",
        "ANDI REKAAN",
        "SRI REKAAN",
        "Perbup rekaan",
        "LAMPIRAN",
    ] {
        assert!(text.contains(wanted), "{wanted} is not in\n{text}");
    }
    assert!(found_in(&office.path("musnah"), people).is_empty() && !tests::holds_nik(&text));
    let json: Value = serde_json::from_slice(&fs::read(pdf.with_extension("json")).unwrap()).unwrap();
    assert_eq!(json["version"], 1);
    assert!(
        json["files"]
            .as_array()
            .unwrap()
            .iter()
            .all(|file| !office.path("archive").join(file["path"].as_str().unwrap()).exists())
    );
}

fn nothing_is_destroyed_by_default() {
    let never = DUE_AT_ONCE.replace("akhir = \"musnah\"", "akhir = \"permanen\"");
    let later = DUE_AT_ONCE.replace("inaktif_tahun = 0", "inaktif_tahun = 3");
    for (schedule, says) in [("source = \"rekaan\"\njra = []\n", "JRA"), (&never, "permanen"), (&later, "2029-09-01")] {
        let office = office(schedule);
        let archive = tree(&office.path("archive"));
        let ran = office.run(&[&OF_AUGUST[..], &["--by", "ANDI", "--format", "json"]].concat()).expect_code(1);
        assert!(ran.out.contains(says) && ran.err.contains("no proposal was written"), "{ran:?}");
        assert!(tree(&office.path("archive")) == archive);
        let written = tree(office.folder());
        assert!(!written.keys().any(|path| path.to_string_lossy().contains("usul_musnah")), "{:?}", written.keys());
    }
    // A schedule that was changed after the proposal counts.
    let office = office(DUE_AT_ONCE);
    let path = approved(&office);
    fs::write(office.path("fakta/jra.toml"), later).unwrap();
    carried_out(&office, &path).expect_refusal(&["the retention schedule does not say"]);
}

fn who_proposes_does_not_approve() {
    let office = office(DUE_AT_ONCE);
    let (_, path) = proposed(&office);
    let path = path.display().to_string();
    carried_out(&office, &path).expect_refusal(&["was not approved by another person"]);
    office.run(&["dispose", "approve", &path, "--by", "Andi Rekaan"]).expect_refusal(&["another person approves"]);
    office.run(&["dispose", "approve", &path, "--by", "SRI, Kepala Dinas"]).expect_code(0);
    // An approval is of these bytes.
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("ANDI REKAAN", "BUDI REKAAN")).unwrap();
    carried_out(&office, &path).expect_refusal(&["was not approved"]);
    fs::write(&path, text).unwrap();
    // What came since was not approved.
    office.sql(
        "insert into langkah_berkas select 900001, berkas_id, 7, 'operator', 'P071', null, selesai, 'selesai', null, null, null,
         datetime((select max(recorded_at) from langkah_berkas), '-3 days') from langkah_berkas
         where strftime('%Y-%m', selesai) = '2026-08' limit 1",
    );
    office.run(&["pull", "--at", "2026-11-21T00:00:00Z"]).expect_code_in(&[0, 1], "pull");
    let archive = tree(&office.path("archive"));
    carried_out(&office, &path).expect_refusal(&["has other personal data of these months"]);
    assert!(tree(&office.path("archive")) == archive);
}

fn a_hold_goes_before_retention() {
    let office = office(DUE_AT_ONCE);
    let path = approved(&office);
    let hold = |action: &str| {
        office.run(&["hold", action, "--month", "2026-08", "--reason", "perkara rekaan", "--by", "ANDI"])
    };
    hold("lift").expect_refusal(&["is not on hold"]);
    hold("add").expect_code(0);
    hold("add").expect_refusal(&["is on hold already"]);
    assert_eq!(office.json(&["hold", "list"], 0)[0]["reason"], "perkara rekaan");
    carried_out(&office, &path).expect_refusal(&["2026-08 is on hold (perkara rekaan)"]);
    let ran = office.run(&[&OF_AUGUST[..], &["--by", "ANDI", "--format", "json"]].concat()).expect_code(1);
    assert!(ran.out.contains("perkara rekaan"), "{}", ran.out);
    hold("lift").expect_code(0);
    assert_eq!(office.json(&["hold", "list"], 0).as_array().unwrap().len(), 0);
    carried_out(&office, &path).expect_code(0);
    office.run(&["verify"]).expect_code(0);
}

fn late_rows_and_a_new_key_after_a_destruction() {
    let office = office(DUE_AT_ONCE);
    let path = approved(&office);
    carried_out(&office, &path).expect_code(0);
    let rotate = ["key", "rotate", "--lost", "--reason", "terbakar", "--by", "ANDI"];
    fs::remove_file(office.path("kunci.key")).unwrap();
    office.run(&rotate).expect_code(0);
    let before = figures(&office);
    office.sql(
        "insert into langkah_berkas select 900001, berkas_id, 7, 'operator', 'P071', null, selesai, 'selesai', null, null, null,
         datetime((select max(recorded_at) from langkah_berkas), '-3 days') from langkah_berkas
         where strftime('%Y-%m', selesai) = '2026-08' limit 1",
    );
    // The months whose personal data were destroyed are not read again: under another key their persons cannot be compared.
    office.configure("lookback-days = 400", "lookback-days = 14");
    let pulled = office.run(&["pull", "--at", "2026-11-21T00:00:00Z"]).expect_code_in(&[0, 1], "pull").pulled();
    assert_eq!(pulled.changes(), (1, 0));
    assert_eq!(before["2026-10"]["duplicates"], figures(&office)["2026-10"]["duplicates"]);
    let said = office.run(&["verify"]).expect_code(0).out;
    assert!(said.contains("; 0 findings"), "{said}");
    // What came late can be destroyed in its turn.
    fs::remove_file(&path).unwrap();
    carried_out(&office, &approved(&office)).expect_code(0);
    office.run(&["verify"]).expect_code(0);
}

/// Calls that touch a file.
const CALLS: [&str; 9] = ["openat", "write", "fsync", "rename", "link", "linkat", "unlink", "unlinkat", "rmdir"];

/// Faults that a call may meet.
const FAULTS: [&str; 7] = [
    "openat:error=EMFILE",
    "openat:error=ENOSPC",
    "write:error=ENOSPC",
    "write:error=EIO",
    "fsync:error=EIO",
    "rename:error=EIO",
    "unlink:error=EIO",
];

/// The one proposal of an office.
fn proposal_of(office: &Office) -> String {
    let mut found = fs::read_dir(office.path("laporan")).unwrap().map(|entry| entry.unwrap().path());
    found.find(|path| path.to_string_lossy().contains("usul_musnah")).unwrap().display().to_string()
}

/// Carries a destruction out with a fault at one of the calls that touch what it touches; returns the exit code, if it ended.
fn disturbed(office: &Office, fault: &str) -> Option<i32> {
    let archive = office.path("archive");
    let own = archive.join("_tertib/staging/1-0");
    let mut paths = vec![
        archive.clone(),
        own.clone(),
        own.join("commit.json"),
        own.join("intent.json"),
        archive.join("_tertib/head"),
    ];
    paths.push(archive.join(format!("_tertib/intent-{:020}.json", 1)));
    paths.push(archive.join(format!("events/_delta_log/{:020}.json", 1)));
    paths.extend(
        [
            "quarantine/part-00000001-0000.parquet",
            "quarantine",
            "persons",
            "persons/bulan=2026-08",
            "events/_delta_log",
        ]
        .map(|path| archive.join(path)),
    );
    paths.push(own.join("quarantine~part-00000001-0000.parquet"));
    paths.extend(
        tree(&archive)
            .into_keys()
            .filter(|path| path.starts_with("persons/bulan=2026-08") || path.starts_with("quarantine"))
            .map(|path| archive.join(path)),
    );
    let to = office.place("musnah");
    let mut carry_out = faulted(fault, paths);
    carry_out.args(["dispose", "carry-out", &proposal_of(office), "--output", &to]);
    carry_out.arg("--config").arg(office.path("tertib.toml")).output().unwrap().status.code()
}

/// The same command ends what was disturbed: nothing of the persons is left, and nothing is wrong.
fn is_ended(office: &Office, people: &[String], what: &str) {
    carried_out(office, &proposal_of(office)).expect_code_in(&[0], what);
    assert!(found_in(&office.path("archive"), people).is_empty(), "{what}");
    assert!(office.commit(1).exists() && !office.commit(2).exists(), "{what}");
    let said = office.run(&["verify"]).expect_code_in(&[0], what).out;
    assert!(said.contains("; 0 findings"), "{what}: {said}");
}

fn a_destruction_that_is_killed_at_any_call_is_ended() {
    let base = office(DUE_AT_ONCE);
    let people = people(&base, "2026-08");
    approved(&base);
    let points = at_calls(
        &CALLS,
        |_| 1..,
        |call, n| {
            let office = base.copy();
            let killed = disturbed(&office, &format!("{call}:signal=KILL:when={n}")) != Some(0);
            if killed {
                is_ended(&office, &people, &format!("killed at {call} {n}"));
            }
            killed
        },
    );
    assert!(points >= 20, "only {points} points");
}

fn a_destruction_whose_calls_fail_is_ended() {
    let base = office(DUE_AT_ONCE);
    let people = people(&base, "2026-08");
    approved(&base);
    let points = at_calls(
        &FAULTS,
        |_| 1..,
        |fault, n| {
            let office = base.copy();
            let code = disturbed(&office, &format!("{fault}:when={n}"));
            assert!(matches!(code, Some(0..=2)), "{fault} at call {n}: {code:?}");
            let failed = code != Some(0);
            if failed {
                is_ended(&office, &people, &format!("{fault} at call {n}"));
            }
            failed
        },
    );
    assert!(points >= 10, "only {points} points");
}
