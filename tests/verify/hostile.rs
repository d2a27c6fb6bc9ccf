//! Archives that want to hurt the one who checks them: nothing is opened that is no file of the archive, and nothing is followed.

use crate::{finds, part, run};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use tests::{Office, tree};

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
            let is_again = ran.found("A003").iter().any(|(_, found)| found.starts_with(&place));
            assert!(!is_again, "{place} is found twice:\n{}", ran.out);
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
        assert!(ran.finds("A019"), "{folder}: {}", ran.out);
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
    let wanted = [
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
    ];
    let found: BTreeSet<&str> = ran.found("A003").into_iter().map(|(_, place)| place).collect();
    assert_eq!(found, wanted.into());
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
