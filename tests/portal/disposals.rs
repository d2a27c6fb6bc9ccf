//! What may be destroyed, on the page: one person proposes, another one approves, and only the command line destroys.

use crate::Shown;
use crate::client::Reply;
use crate::questions::address;
use serde_json::Value;
use std::fs;
use tests::{DUE_AT_ONCE, Office};

tests::part! {
    one_proposes_and_another_one_approves;
    what_may_not_be_destroyed_is_not_proposed;
    a_portal_for_reading_proposes_nothing;
}

const ROOT: &str = "/pemusnahan";

/// An office that is served, with a schedule.
fn served(schedule: &str) -> Shown {
    let office = Office::small().copy();
    fs::write(office.facts().join("jra.toml"), schedule).unwrap();
    Shown::served(office)
}

fn seen(shown: &Shown, cookie: &str) -> Value {
    shown.ask("get", ROOT).cookie(Some(cookie)).json().send().json()
}

fn proposed(shown: &Shown, cookie: &str, months: &[&str]) -> Reply {
    let fields: Vec<(&str, &str)> = months.iter().map(|month| ("bulan", *month)).collect();
    shown.ask("post", ROOT).cookie(Some(cookie)).form(&fields).send()
}

fn approved(shown: &Shown, cookie: &str, path: &str) -> Reply {
    shown.ask("post", path).cookie(Some(cookie)).form(&[("pasti", "ya")]).send()
}

fn one_proposes_and_another_one_approves() {
    let shown = served(DUE_AT_ONCE);
    let [officer, head, auditor] = ["ti", "kepala", "auditor"].map(|role| shown.sign_in(role));
    assert_eq!(shown.get(ROOT, &auditor).status, 403);
    // The jobs of the office go on meanwhile; what they do is none of persons.
    let before = tests::tree(&shown.office.path("archive/persons"));
    assert!(!before.is_empty());
    let said = seen(&shown, &officer);
    let month = said["months"].as_array().unwrap().iter().find(|month| month["is_due"] == true).unwrap();
    let month = month["month"].as_str().unwrap();
    assert_eq!((said["proposals"].as_array().unwrap().len(), &said["may_choose"]), (0, &true.into()));
    assert_eq!(address(&proposed(&shown, &officer, &[month])), ROOT);
    // It is the one of the command line, and names who made it.
    let said = seen(&shown, &officer);
    let one = &said["proposals"][0];
    assert_eq!((&one["standing"], &one["by"]), (&"waiting".into(), &"Rekaan ti, Jabatan rekaan".into()));
    assert!(one["action"].is_null(), "who proposes does not approve: {one}");
    let file = shown.office.place(&format!("laporan/{}", one["name"].as_str().unwrap()));
    let path = seen(&shown, &head)["proposals"][0]["action"].as_str().unwrap().to_owned();
    assert_eq!(approved(&shown, &officer, &path).status, 403);
    shown.office.run(&["dispose", "carry-out", &file, "--output", &shown.office.place("musnah")]).expect_code(2);
    // Whether it is meant is asked first.
    let asked = shown.post(&path, &head);
    assert!(asked.status == 409 && asked.text().contains("tidak dapat dipulihkan"), "{asked:?}");
    assert_eq!(seen(&shown, &head)["proposals"][0]["standing"], "waiting");
    for _ in 0..2 {
        assert_eq!(address(&approved(&shown, &head, &path)), ROOT);
    }
    let said = seen(&shown, &head);
    assert_eq!(said["proposals"][0]["standing"], "approved");
    assert_eq!(said["proposals"][0]["approved_by"], "Rekaan kepala, Jabatan rekaan");
    let approvals = fs::read_to_string(shown.office.path("persetujuan_musnah.toml")).unwrap();
    assert_eq!(approvals.matches("[[approval]]").count(), 1, "{approvals}");
    assert!(tests::tree(&shown.office.path("archive/persons")) == before, "no page destroys anything");
    shown.office.run(&["dispose", "carry-out", &file, "--output", &shown.office.place("musnah")]).expect_code(0);
    let said = seen(&shown, &head);
    assert!(said["proposals"][0]["standing"] == "done" && said["proposals"][0]["version"].is_u64(), "{said}");
    assert!(shown.get(ROOT, &officer).text().contains("dilaksanakan"));
    let text = fs::read_to_string(shown.office.place("musnah/").clone() + &musnah(&shown)).unwrap();
    assert!(text.contains("Rekaan ti, Jabatan rekaan") && text.contains("Rekaan kepala, Jabatan rekaan"), "{text}");
}

/// The name of the statement of the destruction, as JSON.
fn musnah(shown: &Shown) -> String {
    let mut names = fs::read_dir(shown.office.path("musnah")).unwrap().map(|entry| entry.unwrap().file_name());
    names.find_map(|name| name.into_string().ok().filter(|name| name.ends_with(".json"))).unwrap()
}

fn what_may_not_be_destroyed_is_not_proposed() {
    let shown = served(&DUE_AT_ONCE.replace("inaktif_tahun = 0", "inaktif_tahun = 9"));
    let head = shown.sign_in("kepala");
    let said = seen(&shown, &head);
    let months = said["months"].as_array().unwrap();
    assert!(!months.is_empty() && months.iter().all(|month| month["is_due"] == false), "{said}");
    assert!(!shown.get(ROOT, &head).text().contains("name=\"bulan\""));
    for chosen in [&[][..], &["2026-10"], &["bulan"], &["1999-01"]] {
        let refused = proposed(&shown, &head, chosen);
        assert!(refused.status == 422 && refused.text().contains("belum boleh dimusnahkan"), "{refused:?}");
    }
    fs::write(shown.office.path("fakta/jra.toml"), DUE_AT_ONCE).unwrap();
    assert_eq!(address(&proposed(&shown, &head, &["2026-10"])), ROOT);
    let name = seen(&shown, &head)["proposals"][0]["name"].as_str().unwrap().to_owned();
    let file = shown.office.path("laporan").join(name);
    let path = format!("{ROOT}/{}/setujui", tests::sha256_of(&file));
    let refused = approved(&shown, &head, &path);
    assert!(refused.status == 409 && refused.text().contains("dari Anda sendiri"), "{refused:?}");
    // What was changed afterwards is another proposal, and what cannot be read is said.
    fs::write(&file, fs::read_to_string(&file).unwrap().replace("2026-10", "2026-11")).unwrap();
    assert_eq!(approved(&shown, &head, &path).status, 404);
    fs::write(&file, "bukan usulan").unwrap();
    assert_eq!(seen(&shown, &head)["proposals"][0]["standing"], "unreadable");
}

fn a_portal_for_reading_proposes_nothing() {
    let office = Office::small().copy();
    fs::write(office.facts().join("jra.toml"), DUE_AT_ONCE).unwrap();
    let shown = Shown::alone_of(office);
    let head = shown.sign_in("kepala");
    let said = seen(&shown, &head);
    assert!(said["may_choose"] == false && said["may_propose"] == false, "{said}");
    assert_eq!(proposed(&shown, &head, &["2026-10"]).status, 409);
}
