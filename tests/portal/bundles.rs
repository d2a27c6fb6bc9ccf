//! Bundles on the page: those of the command line as one file, noted before they leave, each its asker's.

use crate::client::Reply;
use crate::copies::open;
use crate::questions::{accesses, address};
use crate::{Shown, within};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use tests::Office;
use tests::tools::Tool;

tests::part! {
    a_bundle_is_that_of_the_command_line needs Tool::Python(&["zipfile"]);
    what_cannot_be_bundled_is_said;
    a_bundle_that_cannot_be_noted_does_not_leave;
    a_copy_makes_no_bundle;
}

const ROOT: &str = "/paket";

fn wanted(shown: &Shown, cookie: &str, role: &str, more: &[(&str, &str)]) -> Reply {
    let usual = [("dari", "2026-10"), ("sampai", "2026-10"), ("untuk", role), ("purpose", "Pemeriksaan triwulan")];
    let is_usual = |(name, _): &(&str, &str)| more.iter().all(|(other, _)| other != name);
    let fields: Vec<(&str, &str)> = usual.into_iter().filter(is_usual).chain(more.iter().copied()).collect();
    shown.ask("post", ROOT).cookie(Some(cookie)).form(&fields).send()
}

fn over(shown: &Shown, cookie: &str) -> Value {
    within(Duration::from_secs(90), "the bundle is made", || {
        let said = shown.ask("get", ROOT).cookie(Some(cookie)).json().send().json();
        (said["check"]["standing"] != "running").then_some(said)
    })
}

/// The bundle unpacked by somebody else.
fn unpacked(bytes: &[u8]) -> (TempDir, PathBuf) {
    let room = TempDir::new().unwrap();
    let (file, folder) = (room.path().join("paket.zip"), room.path().join("isi"));
    fs::write(&file, bytes).unwrap();
    let mut python = Tool::Python(&["zipfile"]).command();
    let ran = python.args(["-m", "zipfile", "-e"]).arg(&file).arg(&folder).status().unwrap();
    assert!(ran.success());
    let mut inside = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let bag = inside.next().unwrap();
    assert!(inside.next().is_none(), "all of it is in one folder");
    (room, bag)
}

fn a_bundle_is_that_of_the_command_line() {
    let shown = Shown::alone_of(Office::small().copy());
    let cookie = shown.sign_in("auditor");
    let before = accesses(&shown.office).len();
    for (role, name) in [("provinsi", "province"), ("auditor", "auditor")] {
        assert_eq!(address(&wanted(&shown, &cookie, role, &[])), ROOT);
        let said = over(&shown, &cookie);
        assert_eq!(said["check"]["standing"], "done", "{said}");
        let file = said["given"]["name"].as_str().unwrap();
        assert_eq!(file, format!("paket_{name}_2026-10.zip"));
        let reply = shown.get(&format!("{ROOT}/{file}"), &cookie);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/zip")));
        let (_room, bag) = unpacked(&reply.body);
        tests::run(&["verify", "--bag", &bag.display().to_string()]).expect_code(0);
        assert_eq!(said["given"]["digest"], tests::sha256_of(&bag.join("tagmanifest-sha256.txt")));
        let own = shown.office.place(&format!("paket_{name}"));
        let arguments =
            ["bundle", "--month", "2026-10", "--role", name, "--purpose", "Pemeriksaan triwulan", "--output", &own];
        shown.office.run(&arguments).expect_code_in(&[0, 1], name);
        // But for the log, which has an entry more.
        let (given, own) = (tests::tree(&bag), tests::tree(own.as_ref()));
        assert_eq!(given.keys().collect::<Vec<_>>(), own.keys().collect::<Vec<_>>());
        let differs: Vec<_> =
            given.iter().filter(|(path, bytes)| own[*path] != **bytes).map(|(path, _)| path).collect();
        assert!(differs.is_empty(), "{differs:?}");
        // Nobody else has it.
        let kepala = shown.sign_in("kepala");
        assert_eq!(shown.get(&format!("{ROOT}/{file}"), &kepala).status, 404);
        assert!(shown.ask("get", ROOT).cookie(Some(&kepala)).json().send().json()["given"].is_null());
        let noted = accesses(&shown.office);
        let entry = noted[before..].iter().find(|entry| entry["what"] == format!("{name}: 2026-10")).unwrap();
        assert_eq!((&entry["act"], &entry["by"]), (&"bundle".into(), &"portal: auditor".into()));
        assert_eq!((&entry["role"], &entry["purpose"]), (&"auditor".into(), &"Pemeriksaan triwulan".into()));
        assert_eq!(entry["answer"], said["given"]["digest"]);
    }
}

fn what_cannot_be_bundled_is_said() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("kepala");
    for (role, more, words) in [
        ("presiden", &[][..], "Penerima paket tidak dikenal"),
        ("provinsi", &[("dari", "2026-13")], "Bulan paket tidak sesuai"),
        ("provinsi", &[("dari", "2026-10"), ("sampai", "2026-09")], "Bulan paket tidak sesuai"),
        ("provinsi", &[("dari", "1999-01"), ("sampai", "1999-01")], "Bulan paket tidak sesuai"),
        ("provinsi", &[("purpose", "")], "Tujuan tidak dapat dicatat"),
        ("provinsi", &[("purpose", "tentang 1806015708979001")], "Tujuan tidak dapat dicatat"),
    ] {
        let refused = wanted(&shown, &cookie, role, more);
        let text = refused.text();
        assert!(refused.status == 422 && text.contains(words), "{words}: {refused:?}");
        assert!(!text.contains("1806015708979001"), "{text}");
    }
    for role in ["ti", "pelihat"] {
        let cookie = shown.sign_in(role);
        assert_eq!((shown.get(ROOT, &cookie).status, wanted(&shown, &cookie, "provinsi", &[]).status), (403, 403));
    }
}

/// What has rows of cases does not leave where that cannot be noted.
fn a_bundle_that_cannot_be_noted_does_not_leave() {
    let shown = Shown::alone_of(Office::small().copy());
    let cookie = shown.sign_in("auditor");
    let access = shown.office.path("archive/access");
    drop(fs::remove_dir_all(&access));
    fs::write(&access, "").unwrap();
    assert_eq!(address(&wanted(&shown, &cookie, "auditor", &[])), ROOT);
    let said = over(&shown, &cookie);
    assert!(said["check"]["standing"] == "failed" && said["given"].is_null(), "{said}");
    assert_eq!(shown.get("/paket/paket_auditor_2026-10.zip", &cookie).status, 404);
    fs::remove_file(&access).unwrap();
    assert_eq!(address(&wanted(&shown, &cookie, "auditor", &[])), ROOT);
    assert_eq!(over(&shown, &cookie)["check"]["standing"], "done");
}

fn a_copy_makes_no_bundle() {
    let office = Office::small();
    let laptop = TempDir::new().unwrap();
    let (archive, scratch) = (laptop.path().join("salinan"), laptop.path().join("sementara"));
    fs::create_dir(&scratch).unwrap();
    fs::rename(office.path("archive"), &archive).unwrap();
    let (shown, cookie) = open(office, &archive, &scratch);
    let refused = wanted(&shown, &cookie, "auditor", &[]);
    assert!(refused.status == 409 && refused.text().contains("kunci penanda"), "{refused:?}");
    assert!(!shown.get(ROOT, &cookie).text().contains("name=\"untuk\""));
}
