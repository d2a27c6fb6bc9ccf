//! An archive of each form that was ever published, as the program of its time left it: every later program reads it, proves it and
//! goes on with it. `pipeline/src/archive/form.rs` says how forms follow each other.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tests::{EVERY_EVENT, Office, root, sqlite, sqlite_number};

/// What came with form 2.
const OPTIONAL: &str =
    "SELECT event_id, nomor_bukti, jumlah_lembar, ktp_lama_diterima FROM events_all ORDER BY event_id, seq";

/// The archives, each beside its key, its source, what it answers and its head.
fn frozen() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(root().join("tests/archives")).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

/// An office of today with a frozen archive, its key and its source.
fn office(frozen: &Path) -> Office {
    let sources = frozen.join("sumber");
    let office = Office::at(&format!("csv:{}", sources.display()));
    // Since form 3 an office has a key that signs the log, too.
    let keys = ["kunci.key", "penanda.key"].into_iter().filter(|key| frozen.join(key).exists());
    keys.clone().for_each(|key| fs::remove_file(office.path(key)).unwrap());
    tests::copy(frozen, office.folder());
    keys.for_each(|key| fs::set_permissions(office.path(key), fs::Permissions::from_mode(0o600)).unwrap());
    // Whoever checks the sources out may read all of them.
    for table in ["persons", "quarantine"].map(|table| office.path("archive").join(table)) {
        if table.exists() {
            fs::set_permissions(table, fs::Permissions::from_mode(0o700)).unwrap();
        }
    }
    office.configure(&format!("csv:{}", sources.display()), "csv:sumber");
    office
}

#[test]
fn every_published_form_has_its_archive() {
    let source = fs::read_to_string(root().join("pipeline/src/archive/form.rs")).unwrap();
    let forms = source.split_once("pub(crate) static FORMS").unwrap().1.split_once("];").unwrap().0;
    let names: Vec<&str> = forms.split("name: \"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let kept: Vec<String> = frozen()
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().strip_prefix("form-").unwrap().to_owned())
        .collect();
    assert_eq!(names, kept, "tests/archives keeps an archive of each form in FORMS");
}

#[test]
fn it_is_read_and_proved_as_it_was_left() {
    for frozen in frozen() {
        let office = office(&frozen);
        let heads = office.place("sidik.txt");
        let ran = office.run(&["verify", "--heads", &heads]).expect_code(0);
        assert!(ran.out.contains("31 events row by row, 1 kept heads; 0 findings"), "{}", ran.out);
        let events = office.run(&["query", EVERY_EVENT, "--format", "csv"]).expect_code(0).out;
        assert_eq!(events, fs::read_to_string(frozen.join("events.csv")).unwrap());
        let optional = office.run(&["query", OPTIONAL, "--format", "csv"]).expect_code(0).out;
        match fs::read_to_string(frozen.join("optional.csv")) {
            Ok(kept) => assert_eq!(optional, kept),
            Err(_) => assert!(optional.lines().skip(1).all(|row| row.ends_with(",,,")), "{optional}"),
        }
        // The private rows, too: a full copy prints the people.
        office.run(&["render", "--month", "2026-10", "--full", "--format", "csv"]).expect_code_in(&[0, 1], "render");
        let book = fs::read_to_string(office.full("buku_agenda_pendaftaran", "csv")).unwrap();
        assert!(book.contains("AHMAD HANDAYANI"), "{book}");
    }
}

#[test]
fn later_rows_come_into_it_and_nothing_of_it_is_lost() {
    for frozen in frozen() {
        let office = office(&frozen);
        let before = fs::read_to_string(frozen.join("events.csv")).unwrap();
        fs::rename(office.path("later.csv"), office.path("sumber/3.csv")).unwrap();
        office.run(&["pull", "--at", "2026-11-25T01:00:00Z"]).expect_code_in(&[0, 1], "pull");
        assert_eq!(office.events(""), 39);
        let now = office.run(&["query", EVERY_EVENT, "--format", "csv"]).expect_code(0).out;
        assert!(before.lines().all(|line| now.lines().any(|other| other == line)), "{now}");
        let heads = office.place("sidik.txt");
        office.run(&["verify", "--heads", &heads]).expect_code(0);
        for commit in 0..3 {
            let path = format!("archive/events/_delta_log/{commit:020}.json");
            assert_eq!(fs::read(office.path(&path)).unwrap(), fs::read(frozen.join(&path)).unwrap());
        }
    }
}

/// An office exports all again, now with the columns that came with form 2, which say something of later rows alone. What is in the
/// archive of form 1, or waits in its quarantine, is what it was.
#[test]
fn rows_that_come_again_with_more_columns_are_the_rows_that_they_were() {
    let first = &frozen()[0];
    let office = office(first);
    let figures = office.figures("2026-10", 0);
    let later = fs::read_to_string(root().join("tests/archives/form-2/later.csv")).unwrap();
    let (head, later) = later.split_once('\n').unwrap();
    let rows = |name: &str| fs::read_to_string(first.join(name)).unwrap().lines().skip(1).map(str::to_owned).collect();
    let (one, two): (Vec<String>, Vec<String>) = (rows("sumber/1.csv"), rows("sumber/2.csv"));
    // Event 2 was corrected in the second export.
    let old = one.into_iter().filter(|row| !row.starts_with("2,")).chain(two);
    let again: String = old.map(|row| format!("{row},,,,\n")).collect();
    fs::write(office.path("sumber/3.csv"), format!("{head}\n{again}{later}")).unwrap();
    let pulled = office.run(&["pull", "--at", "2026-11-25T01:00:00Z"]).expect_code_in(&[0, 1], "pull").pulled();
    assert_eq!((pulled.changes(), pulled.quarantined, pulled.still_quarantined), ((8, 0), 0, 2));
    assert_eq!(office.events("ktp_lama_diterima IS NOT NULL OR jumlah_lembar IS NOT NULL"), 3);
    assert_eq!(office.figures("2026-10", 0), figures);
    let heads = office.place("sidik.txt");
    office.run(&["verify", "--heads", &heads]).expect_code(0);
    office.run(&["reconcile", "--month", "2026-11"]).expect_code_in(&[0, 1], "reconcile");
    let commit = fs::read_to_string(office.commit(3)).unwrap();
    assert!(commit.contains("\"tertib.form\":\"3\""), "{commit}");
}

#[test]
fn an_older_program_says_that_a_newer_one_wrote_and_changes_nothing() {
    let office = Office::small();
    let commit = office.commit(0);
    let text = fs::read_to_string(&commit).unwrap();
    // Of a newer program an older one may understand nothing but the form.
    let newer = text.replace("\"tertib.form\":\"3\"", "\"tertib.form\":\"99\",\"tertib.later\":\"x\"");
    fs::write(&commit, newer.replacen("\"commitInfo\"", "\"laterInfo\"", 1)).unwrap();
    // Its head is of the commit as this program wrote it.
    fs::remove_file(office.path("archive/_tertib/head")).unwrap();
    let before = fs::read(&commit).unwrap();
    for command in [&["pull"][..], &["verify"], &["status"], &["metrics", "--month", "2026-10"]] {
        let ran = office.run(command).expect_code(2);
        let lines: Vec<&str> = ran.err.lines().filter(|line| !line.is_empty()).collect();
        assert!(lines[0].contains("has form 99, which tertib") && lines[0].contains("nothing was read or changed"));
        assert!(lines[1].contains("install that version or a newer one"), "{}", ran.err);
    }
    assert_eq!(fs::read(&commit).unwrap(), before);
}

#[test]
fn an_earlier_history_of_runs_goes_on_and_a_newer_one_is_told_and_left() {
    for frozen in frozen().into_iter().filter(|frozen| frozen.join("riwayat.sqlite").exists()) {
        let office = office(&frozen);
        let history = office.path("riwayat.sqlite");
        let runs = |table: &str| {
            let done = format!("select count(*) from {table} where job = 'verifikasi' and outcome = 'done'");
            sqlite_number(&history, &done)
        };
        assert_eq!(runs("runs"), 1);
        office.run(&["run", "verifikasi"]).expect_code(0);
        assert_eq!(runs("run"), 2, "the run of the earlier program is still there");
        sqlite(
            &history,
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values (9999, 'later', true, x'00', 0)",
        );
        let before = fs::read(&history).unwrap();
        for command in [&["run", "verifikasi"][..], &["status"]] {
            let ran = office.run(command).expect_code(2);
            let lines: Vec<&str> = ran.err.trim_end().lines().collect();
            assert!(lines[0].contains("was written by another tertib than this one"), "{}", ran.err);
            assert!(lines.len() == 2 && lines[1].contains("move the file away"), "{}", ran.err);
        }
        assert_eq!(fs::read(&history).unwrap(), before);
        fs::remove_file(&history).unwrap();
        office.run(&["run", "verifikasi"]).expect_code(0);
    }
}
