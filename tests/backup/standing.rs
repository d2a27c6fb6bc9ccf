//! What lasts until it is mended: late, shrunk, unproved, failed, not plugged in.

use crate::{add, archived, office};
use std::fs;
use tests::{Office, sqlite};

tests::part! {
    a_target_without_a_backup_is_late;
    a_disk_that_is_not_plugged_in_is_no_failure;
    without_a_backup_there_is_none_to_try;
    an_empty_mount_point_is_not_written_to;
    fewer_files_than_before_are_told;
    a_backup_that_nobody_proved;
    a_backup_that_fails;
    another_place_under_the_same_name_is_another_target;
    the_jobs_do_the_same;
}

/// Sets the dates of what the history knows of backups back.
fn days_ago(office: &Office, days: u32) {
    let sql = format!("update backups set at = strftime('%Y-%m-%dT%H:%M:%SZ', at, '-{days} days')");
    sqlite(&office.path("riwayat.sqlite"), &sql);
}

fn a_target_without_a_backup_is_late() {
    let office = office();
    office.run(&["backup", "--list"]).expect_code(0);
    days_ago(&office, 8);
    let ran = office.run(&["backup", "--list"]).expect_code(1);
    assert_eq!(ran.found("K010"), [(8, "usb")], "{}", ran.out);
    office.run(&["backup"]).expect_code(0);
    office.run(&["backup", "--list"]).expect_code(0);
    days_ago(&office, 6);
    office.run(&["backup", "--list"]).expect_code(0);
    days_ago(&office, 2);
    assert_eq!(office.run(&["backup", "--list"]).expect_code(1).found("K010"), [(8, "usb")]);
    // The remedy, as it stands.
    office.run(&["backup"]).expect_code(0);
    office.run(&["backup", "--list"]).expect_code(0);
}

fn a_disk_that_is_not_plugged_in_is_no_failure() {
    let office = office();
    // The target is the last table of the file.
    add(&office, "removable = true");
    let absent = |code| {
        let ran = office.run(&["backup"]).expect_code(code);
        assert!(ran.out.contains("not plugged in"), "{}{}", ran.out, ran.err);
    };
    absent(0);
    assert!(!office.path("usb").exists(), "a folder was made where the disk belongs");
    fs::create_dir(office.path("usb")).unwrap();
    office.run(&["backup"]).expect_code(0);
    fs::rename(office.path("usb"), office.path("laci")).unwrap();
    absent(0);
    // The mount point of a stick that is in the drawer.
    fs::create_dir(office.path("usb")).unwrap();
    absent(0);
    assert_eq!(fs::read_dir(office.path("usb")).unwrap().count(), 0);
    days_ago(&office, 8);
    absent(1);
    let ran = office.run(&["backup", "--list"]).expect_code(1);
    assert!(ran.finds("K010") && !ran.finds("K016"), "{}", ran.out);
    fs::remove_dir(office.path("usb")).unwrap();
    fs::rename(office.path("laci"), office.path("usb")).unwrap();
    office.run(&["backup"]).expect_code(0);
}

fn without_a_backup_there_is_none_to_try() {
    let office = office();
    let tried = |code, words| {
        let ran = office.run(&["backup", "--prove"]).expect_code(code);
        assert!([ran.out.as_str(), &ran.err].concat().contains(words), "{}{}", ran.out, ran.err);
    };
    let unproved = "no backup was made yet";
    tried(0, unproved);
    // The folder may be there, and what another program left in it is not a backup.
    fs::create_dir(office.path("usb")).unwrap();
    tried(0, unproved);
    assert!(!office.run(&["status"]).out.contains("K01"), "what was not tried is neither damaged nor proved");
    office.run(&["backup"]).expect_code(0);
    tried(0, "restored from the backup and verified");
    // From now on a target that holds nothing has lost something.
    fs::remove_dir_all(office.path("usb")).unwrap();
    tried(2, "usb");
    fs::create_dir(office.path("usb")).unwrap();
    tried(1, "K013");
    // A stick may be in the drawer.
    fs::remove_dir_all(office.path("usb")).unwrap();
    add(&office, "removable = true");
    tried(0, "not plugged in");
}

fn an_empty_mount_point_is_not_written_to() {
    let office = office();
    office.run(&["backup"]).expect_code(0);
    fs::remove_dir_all(office.path("usb")).unwrap();
    fs::create_dir(office.path("usb")).unwrap();
    office.run(&["backup"]).expect_refusal(&["mount the disk"]);
    assert_eq!(fs::read_dir(office.path("usb")).unwrap().count(), 0);
    assert!(office.run(&["backup", "--list"]).expect_code(1).finds("K016"));
}

fn fewer_files_than_before_are_told() {
    let office = office();
    office.run(&["backup"]).expect_code(0);
    fs::remove_dir_all(office.path("laporan")).unwrap();
    for _ in 0..2 {
        // As long as nobody says that it is right.
        let ran = office.run(&["backup"]).expect_code(1);
        assert!(ran.finds("K011"), "{}", ran.out);
        assert!(office.run(&["backup", "--list"]).expect_code(1).finds("K011"));
    }
    let restored = office.run(&["restore", "usb", &office.place("pulih")]).expect_code(0);
    assert!(restored.out.contains("verified"), "{}", restored.out);
    office.run(&["backup", "--accept-smaller"]).expect_code(0);
    office.run(&["backup"]).expect_code(0);
    office.run(&["backup", "--list"]).expect_code(0);
}

fn a_backup_that_nobody_proved() {
    let office = office();
    office.run(&["backup"]).expect_code(0);
    days_ago(&office, 101);
    office.run(&["backup"]).expect_code(0);
    let ran = office.run(&["backup", "--list"]).expect_code(1);
    assert_eq!(ran.found("K014"), [(101, "usb")], "{}", ran.out);
    office.run(&["backup", "--prove"]).expect_code(0);
    office.run(&["backup", "--list"]).expect_code(0);
    days_ago(&office, 101);
    office.run(&["backup"]).expect_code(0);
    assert_eq!(office.run(&["backup", "--list"]).expect_code(1).found("K014"), [(101, "usb")]);
}

fn a_backup_that_fails() {
    let office = archived();
    fs::write(office.path("berkas"), "x").unwrap();
    add(&office, "[[backup]]\nname = \"usb\"\ntarget = \"berkas/usb\"\nencrypted = \"luks\"\n");
    for n in 1..3 {
        office.run(&["backup"]).expect_code(2);
        assert_eq!(office.run(&["backup", "--list"]).expect_code(1).found("K016"), [(n, "usb")]);
    }
    let ran = office.run(&["backup", "--prove"]).expect_code(2);
    assert!(ran.err.contains("there is no backup"), "{}", ran.err);
    assert!(office.run(&["backup", "--list"]).expect_code(1).finds("K018"));
    fs::remove_file(office.path("berkas")).unwrap();
    office.run(&["backup"]).expect_code(0);
    office.run(&["backup", "--prove"]).expect_code(0);
    office.run(&["backup", "--list"]).expect_code(0);
}

/// As the remedies of a damaged target say.
fn another_place_under_the_same_name_is_another_target() {
    let office = office();
    office.run(&["backup"]).expect_code(0);
    fs::write(office.path("usb/manifest/00000001.json"), "x").unwrap();
    assert!(office.run(&["backup"]).expect_code(2).finds("K013"));
    assert!(office.run(&["backup", "--list"]).expect_code(1).finds("K013"));
    office.configure("target = \"usb\"", "target = \"usb-baru\"");
    let said = office.run(&["backup"]).expect_code(0).out;
    assert!(said.contains("usb: backup 1"), "{said}");
    office.run(&["backup", "--list"]).expect_code(0);
    office.run(&["restore", "usb", &office.place("pulih")]).expect_code(0);
}

fn the_jobs_do_the_same() {
    let office = office();
    add(
        &office,
        "[[job]]\nname = \"cadangan\"\ntask = \"backup\"\ncron = \"0 19 * * *\"\n\
         [[job]]\nname = \"latihan\"\ntask = \"restore-drill\"\ncron = \"0 20 1 * *\"\n",
    );
    let said = office.run(&["run", "cadangan"]).expect_code(0).out;
    assert!(said.contains("usb: backup 1"), "{said}");
    let first = office.run(&["run", "latihan"]).expect_code(0).out;
    assert!(first.contains("all of it read"), "the first trial reads all: {first}");
    let second = office.run(&["run", "latihan"]).expect_code(0).out;
    assert!(second.contains("a twelfth of it read"), "{second}");
    days_ago(&office, 366);
    let later = office.run(&["run", "latihan"]).expect_code(0).out;
    assert!(later.contains("all of it read"), "{later}");
    fs::remove_dir_all(office.path("usb")).unwrap();
    office.run(&["run", "cadangan"]).expect_code(2);
    office.run(&["run", "latihan"]).expect_code(2);
}
