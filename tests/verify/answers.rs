//! What is said where there is nothing to verify, of kept heads, of a copy of the public part, without the key, and by a job.

use crate::{finds, part, run};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tests::{Office, copy, flip, run_in, sha256_of, tree};

#[test]
fn where_nothing_is_nothing_is_vouched_for() {
    let office = Office::small();
    office.forget_archive();
    run(&office, &["verify"]).expect_refusal(&["nothing to verify"]);
    fs::create_dir_all(office.path("archive/events/_delta_log")).unwrap();
    run(&office, &["verify"]).expect_code(2);
    office.run(&["run", "verifikasi"]).expect_refusal(&["nothing to verify"]);
    // The parts and the own head are there, the log is not.
    let office = Office::small();
    fs::remove_dir_all(office.path("archive/events/_delta_log")).unwrap();
    finds(&office, "A016", "events/_delta_log/00000000000000000000.json");
    finds(&office, "A003", "events/bulan=2026-10/]");
}

/// Folders alone are no archive: there is nothing to vouch for, whatever they are called.
#[test]
fn folders_without_a_file_are_nothing_to_verify() {
    let office = Office::small();
    office.forget_archive();
    fs::create_dir_all(office.path("archive/_tertib/log")).unwrap();
    run(&office, &["verify"]).expect_refusal(&["nothing to verify"]);
    fs::write(office.path("archive/_tertib/log/catatan.txt"), "x").unwrap();
    finds(&office, "A003", "_tertib/log/]");
}

#[test]
fn a_kept_head_tells_what_was_cut_off_or_written_anew() {
    let office = Office::small();
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    let digest = |version| sha256_of(&office.commit(version));
    let (first, second) = (digest(0), digest(1));
    let short = &second[..16];
    for head in [short, &format!("{short}@1"), &first, &format!("{first}@0")] {
        let ran = run(&office, &["verify", "--head", head]).expect_code(0);
        assert!(ran.out.contains(" 1 kept heads; 0 findings") && !ran.out.contains("cut off"), "{}", ran.out);
    }
    for (head, code) in [(format!("{short}@0"), "A013"), (format!("{short}@3"), "A016"), ("0".repeat(16), "A016")] {
        let ran = run(&office, &["verify", "--head", &head]).expect_code(1);
        assert!(ran.found(code).iter().any(|(_, place)| place.contains(&head)), "{}", ran.out);
    }
    let ran = run(&office, &["verify", "--head", "6f9f"]).expect_code(2);
    assert!(ran.err.contains("copy it from the footer"), "{}", ran.err);
    let kept = office.path("sidik.txt");
    fs::write(&kept, format!("# kaki dokumen\n0 {first}\narsip versi 1 · sidik {short}\n")).unwrap();
    let kept = kept.display().to_string();
    let ran = run(&office, &["verify", "--heads", &kept]).expect_code(0);
    assert!(ran.out.contains(" 2 kept heads; 0 findings"), "{}", ran.out);
    // The newest commits go, and with them the archive's own copy.
    for version in [1, 2] {
        fs::remove_file(office.commit(version)).unwrap();
    }
    fs::write(office.path("archive/_tertib/head"), format!("0 {first}\n").repeat(2)).unwrap();
    let ran = run(&office, &["verify"]).expect_code(1);
    assert!(ran.finds("A028") && !ran.finds("A016"), "the log knows more: {}", ran.out);
    assert!(ran.out.contains("not checked: whether the end of the log was cut off"), "{}", ran.out);
    let ran = run(&office, &["verify", "--heads", &kept]).expect_code(1);
    assert!(ran.finds("A016") && ran.out.contains(" 1 kept heads; "), "{}", ran.out);
    fs::write(office.path("sidik.txt"), "0 salah\n").unwrap();
    run(&office, &["verify", "--heads", &kept]).expect_refusal(&["is no file of kept heads", "`0 salah`"]);
}

/// When each file and folder was changed last, by path.
fn changes(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let (mut changes, mut open) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(path) = open.pop() {
        let found = fs::symlink_metadata(&path).unwrap();
        if found.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        changes.insert(path, found.modified().unwrap());
    }
    changes
}

#[test]
fn verify_writes_nothing() {
    let office = Office::small();
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    office.run(&["metrics", "--month", "2026-10"]).expect_code(0);
    let before = (tree(office.folder()), changes(office.folder()));
    run(&office, &["verify"]).expect_code(0);
    run(&office, &["verify", "--head", &"0".repeat(16)]).expect_code(1);
    let book = office.path("laporan/2026-10/buku_agenda_pendaftaran_2026-10.pdf");
    run(&office, &["verify", "--book", &book.display().to_string()]).expect_code_in(&[0, 1], "a book");
    let root = office.place("archive");
    for arguments in [
        vec!["verify", "--archive", &root],
        vec!["verify", "--archive", &root, "--public"],
        vec!["metrics", "--archive", &root, "--month", "2026-10"],
        vec!["query", "--archive", &root, "SELECT COUNT(*) AS n FROM events"],
    ] {
        tests::run(&arguments).expect_code(0);
    }
    let after = (tree(office.folder()), changes(office.folder()));
    assert!(before.0 == after.0, "a file was changed");
    assert_eq!(before.1, after.1, "a folder was changed");
}

#[test]
fn an_auditor_checks_and_questions_a_copy_of_the_public_part() {
    let office = Office::small();
    let copied = tempfile::TempDir::new().unwrap();
    let root = copied.path().join("arsip");
    for public in ["events", "gangguan", "blangko"] {
        copy(&office.path("archive").join(public), &root.join(public));
    }
    let shown = root.display().to_string();
    let run = |arguments: &[&str]| run_in(copied.path(), &[arguments, &["--archive", &shown]].concat());
    let ran = run(&["verify", "--public"]).expect_code(0);
    for unchecked in
        ["not checked: the private tables", "not checked: the kept figures", "not checked: whether the end"]
    {
        assert!(ran.out.contains(unchecked), "{unchecked}\n{}", ran.out);
    }
    let rows = office.events("");
    assert!(ran.out.contains(&format!(" {rows} events row by row, ")), "{}", ran.out);
    // Without being told, it misses each private part.
    let ran = run(&["verify"]).expect_code(1);
    assert!(ran.found("A001").iter().any(|(_, place)| place.starts_with("persons/")), "{}", ran.out);
    let count = ["query", "SELECT COUNT(*) AS n FROM events_all", "--format", "json"];
    assert_eq!(run(&count).expect_code(0).json()["rows"][0]["n"], rows);
    let figures = ["metrics", "--month", "2026-10", "--format", "json"];
    let copied_figures = run(&figures).expect_code(0);
    assert!(
        copied_figures.err.contains("follow the working calendar and SOP that are built in"),
        "{}",
        copied_figures.err
    );
    let own_figures = office.run(&figures).expect_code(0);
    assert!(!own_figures.err.contains("built in"), "{}", own_figures.err);
    let mut known = own_figures.json();
    for book in known["ledgers"].as_object_mut().unwrap().values_mut() {
        assert_eq!(book["held_back"]["entries"], 0);
        // Whether an entry is held back only the quarantine says.
        book["held_back"] = serde_json::Value::Null;
    }
    assert_eq!(copied_figures.json(), known);
    run(&["verify", "--public", "--book", "x.pdf"]).expect_code(2);
    run(&["verify", "--report", "x.pdf"]).expect_code(2);
    // A damaged part is found in the copy too, and one whose rows were changed without the digests.
    let part = root.join(part(&office));
    flip(&part);
    assert!(run(&["verify", "--public"]).expect_code(1).finds("A002"));
    run(&["query", "SELECT MAX(petugas_id) FROM events_all"]).expect_refusal(&["is damaged"]);
}

#[test]
fn a_key_that_is_not_the_archives_is_seen() {
    let office = Office::small();
    office.put_key("kunci.key", "ab".repeat(32));
    let doctor = office.run(&["doctor"]).expect_code(2);
    assert!(doctor.out.contains("A022"), "{}", doctor.out);
    let ran = finds(&office, "A022", "events/_delta_log/00000000000000000000.json: kunci ");
    assert!(ran.out.contains("not checked: pseudonyms and salts, since the key at hand is not"), "{}", ran.out);
    assert!(ran.out.contains(" 1 findings"), "{}", ran.out);
    fs::remove_file(office.path("kunci.key")).unwrap();
    let ran = run(&office, &["verify"]).expect_code(0);
    assert!(
        ran.out.contains("not checked: pseudonyms and salts, since the office's key is not at hand"),
        "{}",
        ran.out
    );
}

/// A night's verification that lacks the office's key is for somebody to look at, and says what it did not check.
#[test]
fn a_job_says_what_it_did_not_check() {
    let office = Office::small();
    let end = "not checked: whether the end of the log was cut off";
    let ran = office.run(&["run", "verifikasi"]).expect_code(0);
    assert!(ran.out.contains("0 findings") && ran.out.contains(end), "{}", ran.out);
    let key = fs::read(office.path("kunci.key")).unwrap();
    fs::remove_file(office.path("kunci.key")).unwrap();
    let ran = office.run(&["run", "verifikasi"]).expect_code(1);
    assert!(ran.out.contains("not checked: pseudonyms and salts, since the office's key is not at"), "{}", ran.out);
    tests::sqlite(&office.path("riwayat.sqlite"), "delete from run where message not like '%key is not at hand%'");
    assert_eq!(tests::sqlite_number(&office.path("riwayat.sqlite"), "select count(*) from run"), 1);
    office.put_key("kunci.key", "ab".repeat(32));
    restrict(&office.path("kunci.key"));
    let ran = office.run(&["run", "verifikasi"]).expect_code(1);
    assert!(ran.out.contains("1 findings A022") && ran.out.contains("the key at hand is not"), "{}", ran.out);
    office.put_key("kunci.key", key);
    restrict(&office.path("kunci.key"));
    office.run(&["run", "verifikasi"]).expect_code(0);
}

/// The statement's data name everything that was not checked; the words of its paper stand in `checked_documents.rs`.
#[test]
fn a_statement_says_what_was_not_checked() {
    let office = Office::small();
    let place = office.place("berita_acara.json");
    let unchecked = |options: &[&str], code: i32| -> Vec<String> {
        run(&office, &[&["verify", "--report", &place], options].concat()).expect_code(code);
        let report: serde_json::Value = serde_json::from_slice(&fs::read(&place).unwrap()).unwrap();
        let mut said: Vec<String> = serde_json::from_value(report["unchecked"].clone()).unwrap();
        said.push(report["figures"].as_str().unwrap().to_owned());
        said
    };
    let head = sha256_of(&office.commit(0));
    assert_eq!(unchecked(&["--head", &head], 0), ["recomputed"]);
    assert_eq!(unchecked(&[], 0), ["completeness", "recomputed"]);
    fs::remove_file(office.path("kunci.key")).unwrap();
    assert_eq!(unchecked(&[], 0), ["key_missing", "kept_figures", "completeness", "key_missing"]);
    office.put_key("kunci.key", "ab".repeat(32));
    restrict(&office.path("kunci.key"));
    assert_eq!(unchecked(&[], 1), ["key_of_another", "kept_figures", "completeness", "key_of_another"]);
}

/// A key is the owner's alone.
fn restrict(path: &Path) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}
