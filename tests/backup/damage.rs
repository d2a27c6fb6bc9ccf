//! Whatever one file of a target loses, or is changed in, a restore finds; and the trial of the backup does.

use crate::{office, restored};
use std::fs;
use std::path::Path;
use tests::{Office, copy, tree};

tests::part! {
    any_file_that_is_lost_is_found;
    any_byte_that_is_changed_is_found;
    the_trial_finds_damage_too;
    a_file_of_nobody_is_told;
}

/// An office with two backups, so that there are older forms of its files.
fn twice() -> Office {
    let office = office();
    office.run(&["backup"]).expect_code(0);
    fs::write(office.path("kalender.toml"), "# diubah\n").unwrap();
    office.run(&["backup"]).expect_code(0);
    office
}

/// Restores a target of which one file is not what it was. It is either refused, or told.
fn is_found(target: &Path, what: &str) {
    let (ran, dir) = restored(target);
    assert!([1, 2].contains(&ran.code), "{what} was not found\n{}{}", ran.out, ran.err);
    let is_told = ran.finds("K013") || ran.out.contains("cut off") || ran.code == 2;
    assert!(is_told, "{what}\n{}{}", ran.out, ran.err);
    assert_eq!(ran.code == 2, !dir.path().join("pulih").exists(), "{what}");
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}

fn any_file_that_is_lost_is_found() {
    let office = twice();
    let files = tree(&office.path("usb"));
    assert!(files.len() > 20, "{}", files.len());
    for (path, bytes) in &files {
        let file = office.path("usb").join(path);
        fs::remove_file(&file).unwrap();
        is_found(&office.path("usb"), &path.display().to_string());
        fs::write(&file, bytes).unwrap();
    }
    restored(&office.path("usb")).0.expect_code(0);
}

/// At its beginning, in the middle, at its end; and a byte more or less.
fn any_byte_that_is_changed_is_found() {
    let office = twice();
    let target = tempfile::TempDir::new().unwrap();
    copy(&office.path("usb"), target.path());
    for (path, bytes) in &tree(target.path()) {
        let file = target.path().join(path);
        for at in [0, bytes.len() / 2, bytes.len().saturating_sub(1)] {
            let mut changed = bytes.clone();
            if let Some(byte) = changed.get_mut(at) {
                *byte ^= 4;
                fs::write(&file, &changed).unwrap();
                is_found(target.path(), &format!("{} at {at}", path.display()));
            }
        }
        let cut = &bytes[..bytes.len().saturating_sub(1)];
        for changed in [&[bytes.as_slice(), b"x"].concat(), cut] {
            if changed != bytes.as_slice() {
                fs::write(&file, changed).unwrap();
                is_found(target.path(), &format!("{} of another length", path.display()));
            }
        }
        fs::write(&file, bytes).unwrap();
    }
}

fn the_trial_finds_damage_too() {
    let office = twice();
    let said = office.run(&["backup", "--prove"]).expect_code(0).out;
    assert!(said.contains("all of it read") && said.contains("the figures of 2026-10 compared"), "{said}");
    let files = tree(&office.path("usb"));
    for top in ["archive/events/bulan=2026-10", "archive/persons", "office/laporan", "office/kalender.toml"] {
        let (path, bytes) = files.iter().find(|(path, _)| path.starts_with(top)).unwrap();
        let file = office.path("usb").join(path);
        let mut changed = bytes.clone();
        changed[0] ^= 4;
        if changed.is_empty() {
            continue;
        }
        fs::write(&file, changed).unwrap();
        let ran = office.run(&["backup", "--prove"]).expect_code(1);
        assert!(ran.found("K013")[0].1.contains(&path.display().to_string()), "{}", ran.out);
        assert_eq!(ran.finds("K015"), top.starts_with("archive"), "{}", ran.out);
        assert!(office.run(&["backup", "--list"]).expect_code(1).finds("K013"));
        fs::write(&file, bytes).unwrap();
    }
    office.run(&["backup", "--prove"]).expect_code(0);
    office.run(&["backup", "--list"]).expect_code(0);
    assert!(!office.path(".tertib-restore").exists(), "residents' data are left in a scratch folder");
}

fn a_file_of_nobody_is_told() {
    let office = twice();
    fs::write(office.path("usb/office/catatan.txt"), "x").unwrap();
    let (ran, _dir) = restored(&office.path("usb"));
    let ran = ran.expect_code(1);
    assert!(ran.out.contains("1 more files"), "{}", ran.out);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", office.path("usb/office/tautan")).unwrap();
        restored(&office.path("usb")).0.expect_refusal(&["is a link"]);
        office.run(&["backup"]).expect_refusal(&["is a link"]);
    }
}
