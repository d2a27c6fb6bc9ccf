//! Folders, configurations and keys that cannot be right: nothing is overwritten, and the doctor says what stops the next pull.

use crate::{clean, refused};
use std::fs;
use tests::{Office, Ran, covered_with_ramadan, run, run_in};

#[test]
fn init_writes_nothing_where_it_cannot_be_right() {
    let dir = tempfile::TempDir::new().unwrap();
    let work = dir.path().join("work");
    let init = |source: &[&str], url: Option<&str>| -> Ran {
        let mut command = tests::tertib();
        command.arg("init").arg(&work).args(source);
        url.map(|url| command.env("TERTIB_SOURCE_URL", url));
        command.output().unwrap().into()
    };
    refused(init(&["--source", "oracle://x/y"], None), "`oracle:` is not a source");
    refused(init(&["--source", "kantor.sqlite"], None), "it names no kind of database");
    refused(init(&[], None), "TERTIB_SOURCE_URL");
    assert!(!work.exists(), "it wrote something");
    // The password stays in the environment.
    let secret = "postgres://pembaca:sangat-rahasia@127.0.0.1:1/kantor";
    let ran = init(&[], Some(secret)).expect_code(1);
    assert!(!ran.err.contains("sangat-rahasia") && !ran.err.contains("arguments"), "{}", ran.err);
    assert!(!fs::read_to_string(work.join("tertib.toml")).unwrap().contains("sangat-rahasia"));
    fs::remove_dir_all(&work).unwrap();
    let ran = init(&["--source", secret], None).expect_code(1);
    let advice = ran.err.lines().find(|line| line.contains("others may see a password")).unwrap();
    let stands = format!("it now stands in {}", work.join("tertib.toml").display());
    assert!(advice.contains(&stands) && !advice.contains("sangat-rahasia"), "{advice}");
    assert!(fs::read_to_string(work.join("tertib.toml")).unwrap().contains("sangat-rahasia"));
    // An archive whose key was lost is not given another.
    let office = Office::small();
    fs::remove_file(office.path("kunci.key")).unwrap();
    fs::remove_file(office.path("tertib.toml")).unwrap();
    refused(run(&["init", &office.place(""), "--source", "sqlite:x"]), "restore");
    assert!(!office.path("kunci.key").exists() && !office.path("tertib.toml").exists());
}

/// What would break the next pull is not the same as what somebody should look at.
#[test]
fn the_doctor_tells_what_stops_the_next_pull() {
    let office = Office::unpulled();
    fs::write(office.path("kalender.toml"), covered_with_ramadan()).unwrap();
    office.run(&["pull"]).expect_code(0);
    let doctor = |code: i32, says: &str| {
        let ran = office.run(&["doctor", "--lang", "en"]).expect_code(code);
        assert!(ran.out.contains(says), "`{says}` in:\n{}", ran.out);
    };
    doctor(0, "nothing is wrong");
    let key = office.path("kunci.key");
    let mode = |mode| fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    mode(0o644);
    doctor(2, "Other users may read or change the key file");
    mode(0o600);
    let right = fs::read(&key).unwrap();
    fs::write(&key, format!("{}\n", "ab".repeat(32))).unwrap();
    doctor(2, "ERROR A022 key");
    fs::write(&key, right).unwrap();
    doctor(0, "nothing is wrong");
    fs::rename(office.path("kantor.sqlite"), office.path("hilang")).unwrap();
    doctor(2, "kantor.sqlite: No such file");
}

#[test]
fn a_corrupt_configuration_is_refused_with_its_line() {
    for (from, to, says) in [
        ("rows-per-second = 100000", "rows-per-second = 0", "a whole number from 1 on is expected"),
        ("lock-timeout-seconds = 10", "lock-timeout-seconds = 0", "a whole number from 1 on is expected"),
        ("cron = \"0 7 5 1,4,7,10 *\"", "cron = \"0 6 31 2 *\"", "job `provinsi`: `0 6 31 2 *` is on no day"),
        ("lookback-days = 14", "lookback-days = \"dua minggu\"", "a whole number from 0 on is expected"),
        ("lookback-days = 14", "lookback-hari = 14", "did you mean `lookback-days`?"),
        ("lookback-days = 14", "lookback-days = ", "line"),
        ("# zone = \"UTC\"", "zone = \"Asia/Tanggamus\"", "is not a time zone"),
        ("zona = \"WIB\"", "zona = \"WITU\"", "did you mean `WIT`?"),
        ("cron = \"*/30 7-17 * * 1-5\"", "cron = \"setiap hari\"", "is not a cron expression"),
        ("task = \"verify\"", "task = \"hapus\"", "`hapus` is no word for this key in [job]"),
        ("name = \"verifikasi\"", "name = \"tarik\"", "two jobs are called `tarik`"),
    ] {
        let office = Office::unpulled();
        office.configure(from, to);
        refused(office.run(&["status"]), says);
    }
}

#[test]
fn no_configuration_is_said_so() {
    let office = Office::unpulled();
    fs::remove_file(office.path("tertib.toml")).unwrap();
    refused(office.run(&["pull"]), "cannot read the configuration");
    refused(run_in(office.folder(), &["pull"]), "there is no tertib.toml here");
}

#[test]
fn a_missing_or_wrong_key_stops_the_pull() {
    let office = Office::small();
    let key = office.path("kunci.key");
    fs::write(&key, format!("{}\n", "ab".repeat(32))).unwrap();
    refused(office.run(&["pull"]), "the archive was written with another key");
    fs::write(&key, "bukan kunci\n").unwrap();
    refused(office.run(&["pull"]), "does not hold a key of 64 hexadecimal digits");
    fs::remove_file(&key).unwrap();
    refused(office.run(&["pull"]), "cannot read the key file");
}

#[test]
fn an_archive_of_another_form_is_left_alone() {
    let office = Office::small();
    let commit = office.commit(0);
    let text = fs::read_to_string(&commit).unwrap();
    for other in ["\"tertib.form\":\"0\",", ""] {
        let changed = text.replace("\"tertib.form\":\"3\",", other);
        assert_ne!(changed, text);
        fs::write(&commit, changed).unwrap();
        let before = tests::tree(&office.path("archive"));
        for command in [&["pull"][..], &["pull", "--dry-run"], &["metrics", "--month", "2026-10"]] {
            refused(office.run(command), "in a form that this one does not know");
        }
        // The archive's head states what was written, which is not this.
        let altered = office.run(&["verify"]).expect_code(1);
        assert!(altered.out.contains("its form is not the one that was written"), "{}", altered.out);
        clean(&altered);
        assert!(tests::tree(&office.path("archive")) == before, "it was changed");

        // Where nothing states anything else, another program may have written it.
        let head = office.path("archive/_tertib/head");
        let bytes = fs::read(&head).unwrap();
        fs::remove_file(&head).unwrap();
        refused(office.run(&["verify"]), "in a form that this one does not know");
        fs::write(&head, bytes).unwrap();
    }
}

#[test]
fn a_folder_with_something_else_in_it_is_not_made_into_a_demo() {
    let dir = tempfile::TempDir::new().unwrap();
    fs::write(dir.path().join("surat.txt"), "penting").unwrap();
    refused(run(&["demo", "--dir", &dir.path().display().to_string()]), "holds something else");
    assert_eq!(fs::read_to_string(dir.path().join("surat.txt")).unwrap(), "penting");
}

#[test]
fn an_existing_configuration_is_never_overwritten() {
    let office = Office::small();
    let before = fs::read(office.path("tertib.toml")).unwrap();
    refused(run(&["init", &office.place(""), "--source", "sqlite:x"]), "is there already");
    assert_eq!(fs::read(office.path("tertib.toml")).unwrap(), before);
}

#[test]
fn a_demo_never_reads_a_real_office() {
    let dir = tempfile::TempDir::new().unwrap();
    let mut demo = tests::tertib();
    demo.arg("demo").arg("--dir").arg(dir.path().join("k")).args(tests::SMALL);
    let ran: Ran = demo.env("TERTIB_SOURCE_URL", "sqlite:/tidak/ada.sqlite").output().unwrap().into();
    ran.expect_code(0);
}
