//! What names residents goes only to a target that is declared encrypted, and secrets go to none.

use crate::{add, archived, restored};
use std::fs;
use std::path::Path;
use tests::{Office, tree};

tests::part! {
    a_target_that_is_not_encrypted_gets_no_resident;
    no_target_gets_a_secret;
}

/// The name and NIK of a resident who is in every table, and whose row is in quarantine.
const CANARY: [&str; 2] = ["1806015708979001", "SITI KENARI REKAAN"];

fn holding(folder: &Path, words: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| bytes.windows(words.len()).any(|window| window == words.as_bytes());
    tree(folder).iter().filter(|(_, bytes)| holds(bytes)).map(|(path, _)| path.display().to_string()).collect()
}

/// The office with the canary, its full documents in every form, and both kinds of target.
fn with_canary() -> Office {
    let office = archived();
    let [nik, name] = CANARY;
    office.sql(&format!("update berkas set nik = '{nik}', nama = '{name}'"));
    office.run(&["pull", "--again", "2026-10", "--accept-corrections"]).expect_code_in(&[0, 1], "pull");
    for form in ["csv", "json"] {
        office.run(&["render", "--month", "2026-10", "--full", "--format", form]).expect_code_in(&[0, 1], "render");
        office.run(&["render", "--month", "2026-10", "--format", form]).expect_code_in(&[0, 1], "render");
    }
    // A full document that somebody put elsewhere, for himself alone.
    let mut full = fs::read_dir(office.path("laporan/2026-10_dinas")).unwrap().map(|entry| entry.unwrap().path());
    let full = full.find(|path| path.extension().is_some_and(|ending| ending == "csv")).unwrap();
    fs::create_dir(office.path("laporan/untuk-camat")).unwrap();
    fs::copy(&full, office.path("laporan/untuk-camat/daftar.csv")).unwrap();
    #[cfg(unix)]
    fs::set_permissions(
        office.path("laporan/untuk-camat/daftar.csv"),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    add(
        &office,
        "[[backup]]\nname = \"usb\"\ntarget = \"usb\"\nencrypted = \"luks\"\n\
         [[backup]]\nname = \"umum\"\ntarget = \"umum\"\npublic-only = true\n",
    );
    office
}

fn a_target_that_is_not_encrypted_gets_no_resident() {
    let office = with_canary();
    let ran = office.run(&["backup"]).expect_code_in(&[0, 1], "backup");
    assert!(ran.found("K017").iter().any(|(_, place)| *place == "umum"), "{}", ran.out);
    for words in CANARY {
        assert!(!holding(&office.path("usb"), words).is_empty(), "the canary is nowhere, so this test proves nothing");
        assert_eq!(holding(&office.path("umum"), words), [""; 0]);
    }
    let paths: Vec<String> = tree(&office.path("umum")).into_keys().map(|path| path.display().to_string()).collect();
    let private = ["archive/persons", "archive/quarantine", "_dinas", "untuk-camat"];
    assert!(!paths.iter().any(|path| private.iter().any(|word| path.contains(word))), "{paths:?}");
    let all: Vec<String> = tree(&office.path("usb")).into_keys().map(|path| path.display().to_string()).collect();
    assert!(private.iter().all(|word| all.iter().any(|path| path.contains(word))), "{all:?}");
    // What is restored from it is whole in its own way, and says what it lacks.
    let (ran, dir) = restored(&office.path("umum"));
    assert!(ran.expect_code(0).finds("K017"));
    let archive = dir.path().join("pulih/archive").display().to_string();
    tests::run(&["verify", "--archive", &archive, "--public"]).expect_code(0);
}

fn no_target_gets_a_secret() {
    let office = with_canary();
    office.configure("url = \"sqlite:kantor.sqlite\"", "url = \"sqlite:kantor.sqlite\"\nmay-write = true");
    let key = fs::read_to_string(office.path("kunci.key")).unwrap();
    // The configuration of another source, with a password.
    let text = fs::read_to_string(office.path("tertib.toml")).unwrap();
    let line = text.lines().find(|line| line.starts_with("url = ")).unwrap().to_owned();
    office.configure(&line, "url = \"postgres://baca:KataSandi123@db.local/kantor\"");
    office.run(&["backup"]).expect_code_in(&[0, 1], "backup");
    for target in ["usb", "umum"] {
        assert_eq!(holding(&office.path(target), "KataSandi123"), [""; 0]);
        assert_eq!(holding(&office.path(target), key.trim()), [""; 0]);
        assert!(!holding(&office.path(target), "postgres://baca@db.local/kantor").is_empty());
    }
    // Wherever somebody has put a copy of the key.
    fs::write(office.path("laporan/2026-10/catatan.txt"), format!("kunci: {}", key.trim().to_uppercase())).unwrap();
    office.run(&["backup", "usb"]).expect_refusal(&["catatan.txt", "never goes into a backup"]);
}
