//! What `tertib verify` says where there is nothing to verify, of a copy of the public part, beside kept heads, and of archives that
//! want to hurt it: it never hangs, never opens what is no file of the archive, writes nothing, and shows no control characters.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};
use tests::{Office, Ran, copy, tertib, tree};

/// Longer than any answer about a small archive takes on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs a command of which somebody might fear that it never ends.
fn run(office: &Office, arguments: &[&str]) -> Ran {
    let mut command = tertib();
    command.args(arguments).arg("--config").arg(office.path("tertib.toml"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > LONGEST {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_ne!(ran.code, -1, "it does not end");
    ran
}

fn sha256_of(path: &Path) -> String {
    tests::sha256(&fs::read(path).unwrap())
}

/// The first public part.
fn part(office: &Office) -> String {
    let files = tree(&office.path("archive"));
    files.into_keys().find(|path| path.starts_with("events/bulan=2026-10")).unwrap().display().to_string()
}

fn commit(office: &Office) -> PathBuf {
    office.path("archive/events/_delta_log/00000000000000000000.json")
}

#[track_caller]
fn finds(office: &Office, code: &str, place: &str) -> Ran {
    let ran = run(office, &["verify"]).expect_code(1);
    let found = ran.out.lines().any(|line| line.starts_with(code) && line.contains(&format!("[{place}")));
    assert!(found, "{code} at {place} is not in:\n{}{}", ran.out, ran.err);
    ran
}

#[test]
fn where_nothing_is_nothing_is_vouched_for() {
    let office = Office::small();
    fs::remove_dir_all(office.path("archive")).unwrap();
    let ran = run(&office, &["verify"]).expect_code(2);
    assert!(ran.err.contains("nothing to verify"), "{}", ran.err);
    fs::create_dir_all(office.path("archive/events/_delta_log")).unwrap();
    run(&office, &["verify"]).expect_code(2);
    office.fail_at_once("verifikasi");
    let job = office.run(&["run", "verifikasi"]).expect_code(2);
    assert!(job.err.contains("nothing to verify"), "{}", job.err);
    // The parts and the own head are there, the log is not.
    let office = Office::small();
    fs::remove_dir_all(office.path("archive/events/_delta_log")).unwrap();
    finds(&office, "A016", "events/_delta_log/00000000000000000000.json");
    finds(&office, "A003", "events/bulan=2026-10/]");
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
        let text = fs::read_to_string(commit(&office)).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(commit(&office), text.replacen(from, to, 1)).unwrap();
        finds(&office, "A005", "events/_delta_log/00000000000000000000.json: ");
        let ran = run(&office, &["metrics", "--month", "2026-10"]).expect_code(2);
        assert!(ran.err.contains("commit 0 of the archive cannot be read"), "{from}: {}", ran.err);
        run(&office, &["pull"]).expect_code(2);
    }
    // An archive whose table has lost what never changes is no archive of a first version.
    for lost in ["{\"metaData\"", "{\"protocol\"", "{\"commitInfo\""] {
        let office = Office::small();
        let text = fs::read_to_string(commit(&office)).unwrap();
        let kept: Vec<&str> = text.split_inclusive('\n').filter(|line| !line.starts_with(lost)).collect();
        assert!(kept.len() + 1 == text.lines().count(), "{lost}");
        fs::write(commit(&office), kept.concat()).unwrap();
        finds(&office, "A005", "events/_delta_log/00000000000000000000.json: ");
        run(&office, &["metrics", "--month", "2026-10"]).expect_code(2);
    }
    // A seal that is misspelt does not open the month.
    let office = Office::small();
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    let sealed = office.path("archive/events/_delta_log/00000000000000000001.json");
    let text = fs::read_to_string(&sealed).unwrap();
    fs::write(&sealed, text.replace("\"seal\"", "\"saal\"")).unwrap();
    finds(&office, "A005", "events/_delta_log/00000000000000000001.json: line 1: unknown field `saal`");
    office.run(&["seal", "--month", "2026-10"]).expect_code(2);
    // Nothing is written after a newest commit that is not the one that was written.
    fs::write(&sealed, text.replace("2026-10", "2026-09")).unwrap();
    finds(&office, "A004", "events/_delta_log/00000000000000000001.json");
    let ran = office.run(&["seal", "--month", "2026-10"]).expect_code(2);
    assert!(ran.err.contains("commit 1 is not the one that was written"), "{}", ran.err);
}

#[test]
fn a_kept_head_tells_what_was_cut_off_or_written_anew() {
    let office = Office::small();
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    let digest = |version: u8| sha256_of(&office.path(&format!("archive/events/_delta_log/{version:020}.json")));
    let (first, second) = (digest(0), digest(1));
    let short = &second[..16];
    for head in [short, &format!("{short}@1"), &first, &format!("{first}@0")] {
        let ran = run(&office, &["verify", "--head", head]).expect_code(0);
        assert!(ran.out.contains(" 1 kept heads; 0 findings") && !ran.out.contains("cut off"), "{}", ran.out);
    }
    for (head, code) in [(format!("{short}@0"), "A013"), (format!("{short}@2"), "A016"), ("0".repeat(16), "A016")] {
        let ran = run(&office, &["verify", "--head", &head]).expect_code(1);
        assert!(ran.out.contains(code) && ran.out.contains(&head), "{}", ran.out);
    }
    let ran = run(&office, &["verify", "--head", "6f9f"]).expect_code(2);
    assert!(ran.err.contains("copy it from the footer"), "{}", ran.err);
    let kept = office.path("sidik.txt");
    fs::write(&kept, format!("# kaki dokumen\n0 {first}\narsip versi 1 · sidik {short}\n")).unwrap();
    let kept = kept.display().to_string();
    let ran = run(&office, &["verify", "--heads", &kept]).expect_code(0);
    assert!(ran.out.contains(" 2 kept heads; 0 findings"), "{}", ran.out);
    // The newest commit goes, and with it the archive's own copy.
    fs::remove_file(office.path("archive/events/_delta_log/00000000000000000001.json")).unwrap();
    fs::write(office.path("archive/_tertib/head"), format!("0 {first}\n").repeat(2)).unwrap();
    let ran = run(&office, &["verify"]).expect_code(0);
    assert!(ran.out.contains("not checked: whether the end of the log was cut off"), "{}", ran.out);
    let ran = run(&office, &["verify", "--heads", &kept]).expect_code(1);
    assert!(ran.out.contains("A016") && ran.out.contains(" 1 kept heads; 1 findings"), "{}", ran.out);
    fs::write(office.path("sidik.txt"), "0 salah\n").unwrap();
    let ran = run(&office, &["verify", "--heads", &kept]).expect_code(2);
    assert!(ran.err.contains("is no file of kept heads") && ran.err.contains("`0 salah`"), "{}", ran.err);
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
    let root = office.path("archive").display().to_string();
    for arguments in [
        vec!["verify", "--archive", &root],
        vec!["verify", "--archive", &root, "--public"],
        vec!["metrics", "--archive", &root, "--month", "2026-10"],
        vec!["query", "--archive", &root, "SELECT COUNT(*) AS n FROM events"],
    ] {
        Ran::from(tertib().args(&arguments).output().unwrap()).expect_code(0);
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
    let run = |arguments: &[&str]| -> Ran {
        let mut command = tertib();
        command.args(arguments).args(["--archive", &shown]).current_dir(copied.path()).output().unwrap().into()
    };
    let ran = run(&["verify", "--public"]).expect_code(0);
    for unchecked in
        ["not checked: the private tables", "not checked: the kept figures", "not checked: whether the end"]
    {
        assert!(ran.out.contains(unchecked), "{unchecked}\n{}", ran.out);
    }
    let rows = office.events("seq >= 0");
    assert!(
        ran.out.contains(&format!("{rows} events row by row; "))
            || ran.out.contains(&format!("{rows} events row by row"))
    );
    // Without being told, it misses each private part.
    let ran = run(&["verify"]).expect_code(1);
    assert!(ran.out.contains("A001") && ran.out.contains("[persons/"), "{}", ran.out);
    let count = ["query", "SELECT COUNT(*) AS n FROM events", "--format", "csv"];
    assert_eq!(run(&count).expect_code(0).out, format!("n\n{rows}\n"));
    let figures = ["metrics", "--month", "2026-10", "--format", "json"];
    let copied_figures = run(&figures).expect_code(0);
    assert!(
        copied_figures.err.contains("follow the working calendar and SOP that are built in"),
        "{}",
        copied_figures.err
    );
    let own_figures = office.run(&figures).expect_code(0);
    assert_eq!(copied_figures.out, own_figures.out);
    assert!(!own_figures.err.contains("built in"), "{}", own_figures.err);
    run(&["verify", "--public", "--book", "x.pdf"]).expect_code(2);
    run(&["verify", "--report", "x.pdf"]).expect_code(2);
    // A damaged part is found in the copy too, and one whose rows were changed without the digests.
    let part = root.join(part(&office));
    let mut bytes = fs::read(&part).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&part, bytes).unwrap();
    assert!(run(&["verify", "--public"]).expect_code(1).out.contains("A002"));
    assert!(run(&count).expect_code(2).err.contains("is damaged"));
}

/// A pipe to which nobody writes: whoever opens it waits.
fn pipe(path: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

/// Something that is no file or folder of the archive, in a place of one.
const IN_PLACE: [fn(&Path); 5] = [
    pipe,
    |path| symlink("/dev/zero", path).unwrap(),
    |path| symlink("/etc/hostname", path).unwrap(),
    |path| fs::create_dir(path).unwrap(),
    |path| {
        // A copy that is the same, but elsewhere.
        let elsewhere = path.parent().unwrap().with_file_name("elsewhere");
        fs::rename(path.with_extension("held"), &elsewhere).unwrap();
        symlink(&elsewhere, path).unwrap();
    },
];

#[test]
fn what_is_no_file_is_named_and_not_opened() {
    let whole = Office::small();
    for place in [part(&whole), "events/_delta_log/00000000000000000000.json".to_owned(), "_tertib/head".to_owned()] {
        for put in IN_PLACE {
            let office = Office::small();
            let path = office.path("archive").join(&place);
            fs::rename(&path, path.with_extension("held")).unwrap();
            put(&path);
            drop(fs::remove_file(path.with_extension("held")));
            let ran = finds(&office, if place == "_tertib/head" { "A017" } else { "A019" }, &place);
            let is_again = |line: &str| line.starts_with("A003") && line.contains(&format!("[{place}"));
            assert!(!ran.out.lines().any(is_again), "{place} is found twice:\n{}", ran.out);
            if place != "_tertib/head" {
                run(&office, &["metrics", "--month", "2026-10"]).expect_code(2);
            }
        }
    }
    for folder in ["events", "events/_delta_log", "persons", "persons/bulan=2026-10", "_tertib"] {
        let office = Office::small();
        let (path, elsewhere) = (office.path("archive").join(folder), office.path("elsewhere"));
        fs::rename(&path, &elsewhere).unwrap();
        symlink(&elsewhere, &path).unwrap();
        let before = tree(&elsewhere);
        office.sql("update langkah_berkas set petugas_id = 'P999' where event_id > 100");
        let ran = run(&office, &["verify"]).expect_code(1);
        assert!(ran.out.contains("A019"), "{folder}: {}", ran.out);
        // Nor does a pull write through it.
        let ran = run(&office, &["pull", "--accept-corrections"]).expect_code(2);
        assert!(ran.err.contains("is a link, a pipe, a device"), "{folder}: {}", ran.err);
        assert!(tree(&elsewhere) == before, "{folder}");
        // Nor does a book take its rows from there.
        if folder != "_tertib" {
            let book = ["render", "--month", "2026-10", "--format", "csv", "--only", "buku_registrasi_arsip"];
            let ran = run(&office, &book).expect_code(2);
            assert!(ran.err.contains("is a link, a pipe, a device"), "{folder}: {}", ran.err);
        }
    }
}

#[test]
fn a_folder_that_nothing_stands_in_yet_is_a_folder() {
    let puts: [fn(&Path); 3] = [pipe, |path| symlink("/etc", path).unwrap(), |path| fs::write(path, "x").unwrap()];
    for place in ["figures", "_tertib/staging"] {
        for put in puts {
            let office = Office::small();
            let path = office.path("archive").join(place);
            if path.exists() {
                fs::remove_dir_all(&path).unwrap();
            }
            put(&path);
            let ran = finds(&office, "A019", &format!("{place}]"));
            assert!(ran.out.contains(" 1 findings"), "{}", ran.out);
        }
    }
}

#[test]
fn the_greatest_numbers_and_lengths_end_no_check() {
    for (version, code) in [(u64::MAX, "A003"), (u64::MAX - 1, "A005")] {
        let office = Office::small();
        let place = format!("events/_delta_log/{version:020}.json");
        fs::write(office.path("archive").join(&place), "{}").unwrap();
        finds(&office, code, &place);
    }
    // Such a file takes no room on the disk.
    for (place, code) in [
        ("_tertib/head", "A017"),
        ("_tertib/intent-00000000000000000001.json", "A018"),
        ("events/_delta_log/00000000000000000000.json", "A002"),
    ] {
        let office = Office::small();
        let file = fs::File::options().create(true).append(true).open(office.path("archive").join(place)).unwrap();
        file.set_len(50 << 30).unwrap();
        finds(&office, code, place);
    }
}

#[test]
fn strays_are_found_wherever_they_are() {
    let office = Office::small();
    let archive = office.path("archive");
    for folder in ["events/bulan=2031-01", "kosong", "figures/dalam", "_tertib/staging/lain", "_tertib/staging/3-0"] {
        fs::create_dir_all(archive.join(folder)).unwrap();
    }
    let part = part(&office);
    symlink(archive.join(&part), archive.join("events/bulan=2026-10/salinan.parquet")).unwrap();
    let files = [
        "catatan.txt",
        "figures/2026-10.parquet",
        "_tertib/lain",
        "_tertib/intent-1.json",
        "_tertib/staging/catatan.txt",
        // A writer that ended early leaves such files, which the next one clears.
        "_tertib/.tertib-4xY9ab.tmp",
        "_tertib/staging/3-0/apa_saja",
        "persons/x\u{1b}[2Jy\u{202e}z\nA002",
    ];
    for file in files {
        fs::write(archive.join(file), "x").unwrap();
    }
    let ran = run(&office, &["verify"]).expect_code(1);
    for place in [
        "events/bulan=2031-01/",
        "kosong/",
        "figures/dalam/",
        "events/bulan=2026-10/salinan.parquet",
        "catatan.txt",
        "figures/2026-10.parquet",
        "_tertib/lain",
        "_tertib/intent-1.json",
        "_tertib/staging/lain/",
        "_tertib/staging/catatan.txt",
        r"persons/x\u{1b}[2Jy\u{202e}z\nA002",
    ] {
        assert!(ran.out.contains(&format!("[{place}]")), "{place} is not in:\n{}", ran.out);
    }
    assert_eq!(ran.out.matches("A003").count(), 11, "{}", ran.out);
    let raw = |text: &str| text.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}'));
    assert!(!raw(&ran.out) && !raw(&ran.err), "{}{}", ran.out, ran.err);
    // Nor in errors.
    let ran = run(&office, &["verify", "--heads", "\u{1b}[2J"]).expect_code(2);
    assert!(!raw(&ran.err) && ran.err.contains(r"\u{1b}[2J"), "{}", ran.err);
}

#[test]
fn a_hostile_intent_is_not_followed() {
    let entry = |path: &str| serde_json::json!({"path": path, "sha256": "0".repeat(64), "size_bytes": 1, "rows": 1});
    let part = "events/bulan=2026-10/part-00000001-0000.parquet";
    let staging = "_tertib/staging/1-0";
    for (version, staging, path) in [
        (1, staging, "../kantor.sqlite"),
        (1, staging, "/etc/hostname"),
        (1, staging, "events/bulan=2026-10/part-00000000-0000.parquet"),
        (1, staging, "events/_delta_log/00000000000000000000.json"),
        (1, "../..", part),
        (1, "_tertib/staging/..", part),
        (1, "_tertib/staging/a/b", part),
        (2, staging, part),
    ] {
        let office = Office::small();
        let intent = serde_json::json!({
            "version": version, "staging": staging, "commit_sha256": "0".repeat(64), "files": [entry(path)],
        });
        let place = "_tertib/intent-00000000000000000001.json";
        fs::write(office.path("archive").join(place), intent.to_string()).unwrap();
        let before = tree(office.folder());
        finds(&office, "A018", &format!("{place}: "));
        let ran = run(&office, &["pull"]).expect_code(2);
        assert!(ran.err.contains("is not followed"), "{path}: {}", ran.err);
        assert!(tree(office.folder()) == before, "{staging} {path}: something was written or removed");
    }
    let office = Office::small();
    let place = office.path("archive/_tertib/intent-00000000000000000001.json");
    pipe(&place);
    finds(&office, "A018", "_tertib/intent-00000000000000000001.json");
    run(&office, &["pull"]).expect_code(2);
}

#[test]
fn a_commit_or_intent_that_a_crash_cut_short_heals() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let archive = office.path("archive");
    let whole = tree(&archive);
    let text = fs::read_to_string(commit(&office)).unwrap();
    let intent = serde_json::json!({
        "version": 0, "staging": "_tertib/staging/0-0", "commit_sha256": sha256_of(&commit(&office)), "files": [],
    });
    let place = archive.join("_tertib/intent-00000000000000000000.json");
    for length in [0, 1, text.len() / 2, text.len() - 1, text.len()] {
        fs::create_dir_all(archive.join("_tertib/staging/0-0")).unwrap();
        fs::write(archive.join("_tertib/staging/0-0/commit.json"), &text).unwrap();
        fs::write(&place, intent.to_string()).unwrap();
        fs::write(commit(&office), &text[..length]).unwrap();
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
fn a_key_that_is_not_the_archives_is_seen() {
    let office = Office::small();
    fs::write(office.path("kunci.key"), "ab".repeat(32)).unwrap();
    let doctor = office.run(&["doctor"]).expect_code(2);
    assert!(doctor.out.contains("the archive was written with another key"), "{}", doctor.out);
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
    tests::sqlite(&office.path("riwayat.sqlite"), "delete from runs where message not like '%key is not at hand%'");
    assert_eq!(tests::sqlite_number(&office.path("riwayat.sqlite"), "select count(*) from runs"), 1);
    fs::write(office.path("kunci.key"), "ab".repeat(32)).unwrap();
    restrict(&office.path("kunci.key"));
    let ran = office.run(&["run", "verifikasi"]).expect_code(1);
    assert!(ran.out.contains("1 findings A022") && ran.out.contains("the key at hand is not"), "{}", ran.out);
    fs::write(office.path("kunci.key"), key).unwrap();
    restrict(&office.path("kunci.key"));
    office.run(&["run", "verifikasi"]).expect_code(0);
}

/// The statement's data name everything that was not checked; the words of its paper stand in `documents.rs`.
#[test]
fn a_statement_says_what_was_not_checked() {
    let office = Office::small();
    let place = office.path("berita_acara.json").display().to_string();
    let unchecked = |options: &[&str], code: i32| -> Vec<String> {
        run(&office, &[&["verify", "--report", &place], options].concat()).expect_code(code);
        let report: serde_json::Value = serde_json::from_slice(&fs::read(&place).unwrap()).unwrap();
        let mut said: Vec<String> = serde_json::from_value(report["unchecked"].clone()).unwrap();
        said.push(report["figures"].as_str().unwrap().to_owned());
        said
    };
    let head = sha256_of(&commit(&office));
    assert_eq!(unchecked(&["--head", &head], 0), ["recomputed"]);
    assert_eq!(unchecked(&[], 0), ["completeness", "recomputed"]);
    fs::remove_file(office.path("kunci.key")).unwrap();
    assert_eq!(unchecked(&[], 0), ["key_missing", "kept_figures", "completeness", "key_missing"]);
    fs::write(office.path("kunci.key"), "ab".repeat(32)).unwrap();
    restrict(&office.path("kunci.key"));
    assert_eq!(unchecked(&[], 1), ["key_of_another", "kept_figures", "completeness", "key_of_another"]);
}

/// Folders alone are no archive: there is nothing to vouch for, whatever they are called.
#[test]
fn folders_without_a_file_are_nothing_to_verify() {
    let office = Office::small();
    fs::remove_dir_all(office.path("archive")).unwrap();
    fs::create_dir_all(office.path("archive/_tertib/log")).unwrap();
    let ran = run(&office, &["verify"]).expect_code(2);
    assert!(ran.err.contains("nothing to verify"), "{}", ran.err);
    fs::write(office.path("archive/_tertib/log/catatan.txt"), "x").unwrap();
    finds(&office, "A003", "_tertib/log/]");
}

/// A key is the owner's alone.
fn restrict(path: &Path) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}
