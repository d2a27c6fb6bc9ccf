//! A backup holds everything, is restored as it was, and goes to no target that holds another history.

use crate::{add, archived, carried, office, restored};
use std::fs;
use tests::{Office, copy, run, run_in, tree};

tests::part! {
    what_is_restored_is_what_was_there;
    the_restored_office_goes_on;
    a_backup_puts_only_what_is_new;
    an_earlier_version_is_restored;
    nothing_is_restored_over_something;
    another_office_and_a_rewritten_archive_are_refused;
    a_target_that_lost_files_gets_them_again;
    a_program_carries_the_copy_on;
    a_configuration_that_contradicts_itself;
}

fn what_is_restored_is_what_was_there() {
    let office = office();
    let said = office.run(&["backup"]).expect_code(0).out;
    assert!(said.contains("usb: backup 1 of archive version 1"), "{said}");
    let before = tree(&office.path("usb"));
    let (ran, dir) = restored(&office.path("usb"));
    let ran = ran.expect_code(0);
    assert!(ran.err.contains("missing: the key") && ran.err.contains("key enter"), "{}", ran.err);
    let folder = dir.path().join("pulih");
    assert_eq!(carried(&folder.join("archive")), carried(&office.path("archive")));
    for name in ["laporan", "fakta"] {
        if office.path(name).exists() {
            let files = tree(&office.path(name));
            let back = if folder.join(name).exists() { tree(&folder.join(name)) } else { Default::default() };
            assert_eq!(back, files, "{name}");
        }
    }
    for name in ["kalender.toml", "lambang.svg"] {
        assert_eq!(fs::read(folder.join(name)).unwrap(), fs::read(office.path(name)).unwrap());
    }
    assert!(!folder.join("kunci.key").exists());
    assert_eq!(tree(&office.path("usb")), before, "a restore changes the target");
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["pulih"], "something is left beside it");
}

/// With the key from the paper, the restored office checks, counts and pulls as the old one did.
fn the_restored_office_goes_on() {
    let office = office();
    office.run(&["backup"]).expect_code(0);
    let figures = office.figures("2026-10", 0);
    let (ran, dir) = restored(&office.path("usb"));
    drop(ran.expect_code(0));
    let folder = dir.path().join("pulih");
    fs::copy(office.path("kunci.key"), folder.join("kunci.key")).unwrap();
    fs::copy(office.path("kantor.sqlite"), folder.join("kantor.sqlite")).unwrap();
    let new = Office::copy_of(&folder);
    new.run(&["verify"]).expect_code(0);
    assert_eq!(new.figures("2026-10", 0), figures);
    let pulled = new.run(&["pull"]).expect_code_in(&[0, 1], "pull").pulled();
    assert_eq!(pulled.changes(), (0, 0), "{pulled:?}");
    // Its own backup goes on in the same target.
    copy(&office.path("usb"), &new.path("usb"));
    let said = new.run(&["backup"]).expect_code(0).out;
    assert!(said.contains("usb: backup 2"), "{said}");
}

fn a_backup_puts_only_what_is_new() {
    let office = office();
    office.run(&["backup"]).expect_code(0);
    let first = tree(&office.path("usb"));
    office.sql(
        "update langkah_berkas set petugas_id = 'P998' where event_id > (select max(event_id) - 3 from langkah_berkas)",
    );
    office.run(&["pull"]).expect_code(1);
    office.run(&["backup"]).expect_code(0);
    let second = tree(&office.path("usb"));
    let new: Vec<String> =
        second.keys().filter(|path| !first.contains_key(*path)).map(|path| path.display().to_string()).collect();
    assert!(first.iter().all(|(path, bytes)| second.get(path) == Some(bytes)), "a file was changed or removed");
    let of = |top: &str| new.iter().filter(|path| path.starts_with(top)).count();
    assert_eq!((of("archive/events/_delta_log"), of("archive/persons"), of("manifest")), (1, 1, 1), "{new:?}");
    assert_eq!(of("office/laporan"), 0, "{new:?}");
}

fn an_earlier_version_is_restored() {
    let office = office();
    office.run(&["backup"]).expect_code(0);
    let dir = tempfile::TempDir::new().unwrap();
    let (usb, into) = (office.place("usb"), dir.path().join("pulih").display().to_string());
    run(&["restore", &usb, &into, "--until", "2"]).expect_refusal(&["whole until version 1"]);
    assert!(!dir.path().join("pulih").exists());
    run(&["restore", &usb, &into, "--until", "0"]).expect_code(0);
    let archive = dir.path().join("pulih/archive").display().to_string();
    let verified = run(&["verify", "--archive", &archive]).expect_code(0).out;
    assert!(verified.starts_with("1 commits"), "{verified}");
}

fn nothing_is_restored_over_something() {
    let office = office();
    office.run(&["backup"]).expect_code(0);
    let before = tree(&office.path("archive"));
    let folder = office.folder().display().to_string();
    for into in [folder.as_str(), &office.place("archive"), &office.place("kantor.sqlite")] {
        office.run(&["restore", "usb", into]).expect_refusal(&["not there yet"]);
    }
    assert_eq!(tree(&office.path("archive")), before);
    let nothing = tempfile::TempDir::new().unwrap();
    let place = nothing.path().display().to_string();
    run(&["restore", &place, &office.place("baru")]).expect_refusal(&["no backup of tertib"]);
    run_in(nothing.path(), &["restore", "tidak-ada", "baru"]).expect_code(2);
    // An empty folder may be there.
    fs::create_dir(office.path("kosong")).unwrap();
    office.run(&["restore", "usb", &office.place("kosong")]).expect_code(0);
}

fn another_office_and_a_rewritten_archive_are_refused() {
    let target = "[[backup]]\nname = \"usb\"\ntarget = \"usb\"\nencrypted = \"luks\"\n";
    let (one, other) = Office::alike();
    add(&one, target);
    add(&other, target);
    one.run(&["backup"]).expect_code(0);
    let before = tree(&one.path("usb"));
    copy(&one.path("usb"), &other.path("usb"));
    let ran = other.run(&["backup"]).expect_code(2);
    assert!(ran.finds("K012"), "{}", ran.out);
    assert_eq!(tree(&other.path("usb")), before, "something was put into the target of another office");
    assert!(other.run(&["backup", "--list"]).expect_code(1).finds("K012"));
    // An archive that was put back to an earlier state lacks what the target has.
    let office = office();
    let earlier = archived();
    earlier.forget_archive();
    office.run(&["backup"]).expect_code(0);
    fs::remove_file(office.commit(1)).unwrap();
    fs::remove_file(office.path("archive/_tertib/head")).unwrap();
    let ran = office.run(&["backup"]).expect_code(2);
    assert!(ran.finds("K012"), "{}{}", ran.out, ran.err);
}

fn a_target_that_lost_files_gets_them_again() {
    let office = office();
    office.run(&["backup"]).expect_code(0);
    let part = tree(&office.path("usb")).into_keys().find(|path| path.starts_with("archive/persons")).unwrap();
    let commit = office.path("usb/archive/events/_delta_log/00000000000000000000.json");
    fs::remove_file(office.path("usb").join(&part)).unwrap();
    fs::remove_file(commit).unwrap();
    let ran = office.run(&["backup"]).expect_code(1);
    let found = ran.found("K013");
    assert!(found[0].0 == 2 && found[0].1.contains(&part.display().to_string()), "{}", ran.out);
    office.run(&["backup"]).expect_code(0);
    let (ran, _dir) = restored(&office.path("usb"));
    drop(ran.expect_code(0));
    // Without its manifest nobody could tell that the newest backup was ever made, but the history knows.
    fs::remove_file(office.path("usb/manifest/00000003.json")).unwrap();
    let ran = office.run(&["backup"]).expect_code(1);
    assert!(ran.found("K013")[0].1.contains("manifest/00000003.json"), "{}", ran.out);
}

/// As restic would, a program gets the paths, and brings back a tree of its own.
fn a_program_carries_the_copy_on() {
    let office = archived();
    let away = office.place("jauh");
    add(
        &office,
        &format!(
            "[[backup]]\nname = \"jauh\"\ntarget = \"cadangan\"\nencrypted = \"restic\"\n\
             command = [\"/bin/sh\", \"-c\", \"/bin/mkdir -p '{away}' && /bin/tar -cf '{away}/salinan.tar' -P -T -\"]\n\
             fetch = [\"/bin/sh\", \"-c\", \"cd '{{folder}}' && /bin/tar -xf '{away}/salinan.tar' --one-top-level=isi\"]\n"
        ),
    );
    office.run(&["backup"]).expect_code(0);
    fs::remove_dir_all(office.path("cadangan")).unwrap();
    office.run(&["restore", "jauh", &office.place("pulih")]).expect_code(0);
    assert_eq!(carried(&office.path("pulih/archive")), carried(&office.path("archive")));
    // Its failure is one of the backup.
    let failing = office.copy();
    failing.configure("tar -cf", "echo 'tidak ada ruang' >&2; exit 3; tar -cf");
    copy(&office.path("pulih"), &failing.path("x"));
    failing.configure("target = \"cadangan\"", "target = \"cadangan-lain\"");
    failing.configure("name = \"jauh\"", "name = \"lain\"");
    let ran = failing.run(&["backup"]).expect_code(2);
    assert!(ran.err.contains("tidak ada ruang") && ran.err.contains("exit status: 3"), "{}", ran.err);
}

fn a_configuration_that_contradicts_itself() {
    for (lines, words) in [
        ("target = \"x\"", "encrypted"),
        ("target = \"x\"\nencrypted = \"luks\"\npublic-only = true", "public-only"),
        ("target = \"x\"\nencrypted = \"tidak\"", "is no word for this key"),
        ("target = \"s3://b/x\"\nencrypted = \"server\"", "access-key-file"),
        ("target = \"https://b/x\"\nencrypted = \"server\"", "s3://BUCKET"),
        ("target = \"x\"\npublic-only = true\nfetch = [\"a\"]", "fetch"),
    ] {
        let office = Office::small();
        add(&office, &format!("[[backup]]\nname = \"usb\"\n{lines}\n"));
        office.run(&["backup"]).expect_refusal(&[words]);
    }
    Office::small().run(&["backup"]).expect_refusal(&["has no [[backup]]"]);
}
