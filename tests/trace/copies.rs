//! Copies of the archive, hostile ids, and pages.

use crate::{eventful, happened, texts, traced};
use serde_json::Value;
use std::fs;
use tests::tools::Tool;
use tests::{Office, hostile, run};

tests::part! {
    a_public_copy_says_what_it_does_not_know;
    hostile_ids_are_ids;
    the_document_is_checked_against_the_archive needs Tool::Pdftotext;
    a_damaged_part_is_no_answer;
}

fn without(mut case: Value, fields: &[&str]) -> Value {
    let object = case.as_object_mut().unwrap();
    fields.iter().for_each(|field| drop(object.remove(*field)));
    case
}

fn a_public_copy_says_what_it_does_not_know() {
    let office = eventful();
    let copy = office.copy();
    for private in ["persons", "quarantine"] {
        fs::remove_dir_all(copy.path(&format!("archive/{private}"))).unwrap();
    }
    let place = copy.place("archive");
    let (berkas, _) = happened(&office, "koreksi");
    let whole = traced(&office, &berkas);
    let public = run(&["trace", "--berkas", &berkas, "--archive", &place, "--format", "json"]).expect_code(0).json();
    assert_eq!((&public["public_copy"], &whole["public_copy"]), (&true.into(), &false.into()));
    let (own, known) = (whole["cases"][0].clone(), public["cases"][0].clone());
    for unknown in ["person", "findings", "held"] {
        assert!(known[unknown].is_null() && !own[unknown].is_null(), "{unknown}: {known}");
    }
    // All else is the same, but for what is personal in corrections.
    let personal = ["person", "findings", "held", "corrections"];
    assert_eq!(without(known.clone(), &personal), without(own, &personal));
    assert!(!known["corrections"].as_array().unwrap().is_empty());
    let batch = known["kolektif"].as_str().unwrap();
    let of_batch = run(&["trace", "--batch", batch, "--archive", &place, "--format", "json"]).expect_code(0).json();
    assert!(of_batch["cases"].as_array().unwrap().contains(&known));
    let shown = run(&["trace", "--berkas", &berkas, "--archive", &place]).expect_code(0).out;
    for title in ["Temuan", "Baris tertahan"] {
        assert!(shown.contains(&format!("{title}: tidak diketahui dari salinan ini")), "{shown}");
    }
    run(&["trace", "--person", "--purpose", "x", "--archive", &place]).expect_code(2);
    run(&["trace", "--berkas", &berkas, "--full", "--purpose", "x", "--archive", &place]).expect_code(2);
}

/// Whatever stands in an id: it is looked for, and it is set.
fn hostile_ids_are_ids() {
    let office = Office::unpulled();
    let names: Vec<String> =
        hostile::names().into_iter().filter(|name| !name.contains('\0') && name.chars().count() < 90).collect();
    assert!(names.len() > 30);
    for name in names.iter().step_by(9).map(String::as_str).chain(["", "\u{1b}[2J", "' OR '1'='1", "B202610-%"]) {
        let ran = office.run(&["trace", "--berkas", name]);
        ran.expect_code_in(&[1, 2], name);
    }
    let mut renamed = Vec::new();
    for (n, name) in names.iter().filter(|name| !name.chars().any(char::is_control)).step_by(11).enumerate() {
        let quoted = name.replace('\'', "''");
        let berkas = texts(&office, "select min(berkas_id) from berkas where berkas_id like 'B202610-%'").remove(0);
        office.sql(&format!(
            "pragma foreign_keys = off;
             update langkah_berkas set berkas_id = '{n}-{quoted}' where berkas_id = '{berkas}';
             update berkas set berkas_id = '{n}-{quoted}' where berkas_id = '{berkas}'"
        ));
        renamed.push(format!("{n}-{name}"));
    }
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    for name in &renamed {
        let path = office.path("riwayat.pdf");
        let ran = office.run(&["trace", "--berkas", name, "--report", path.to_str().unwrap(), "--format", "json"]);
        let trace = ran.expect_code_in(&[0, 1], name).json();
        // What may not stand in a row went to quarantine.
        if let Some(case) = trace["cases"].as_array().unwrap().first() {
            assert_eq!(case["berkas"], name.as_str());
            assert!(case["events"].as_array().unwrap().len() > 1);
        }
        assert!(fs::read(&path).unwrap().starts_with(b"%PDF"));
        let shown = office.run(&["trace", "--berkas", name]).expect_code_in(&[0, 1], name).out;
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202E}'));
    }
    assert!(renamed.len() > 3);
}

fn the_document_is_checked_against_the_archive() {
    let office = eventful();
    let (berkas, _) = happened(&office, "susulan");
    let path = office.path("riwayat.pdf");
    let report = path.to_str().unwrap();
    office.run(&["trace", "--berkas", &berkas, "--purpose", "pemeriksaan rekaan", "--report", report]).expect_code(0);
    let text = Tool::Pdftotext.output(&["-layout", report, "-"]);
    for said in [
        "RIWAYAT BERKAS",
        "Urutan peristiwa",
        "pemeriksaan rekaan",
        "Yang pernah melihat",
        "susulan",
        "TERTIB1 telusur",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    office.run(&["verify", "--book", report]).expect_code(0);
    let code = tests::printed_code(&path);
    office.run(&["verify", "--code", &code]).expect_code(0);
    let head = code.split(' ').find(|word| word.len() == 17 && word.starts_with('h')).unwrap();
    let forged = code.replace(head, "h0123456789abcdef");
    assert!(office.run(&["verify", "--code", &forged]).expect_code(1).finds("K004"));
}

/// Bytes are never decoded before their digest was checked.
fn a_damaged_part_is_no_answer() {
    let office = Office::small();
    let parts = tests::tree(&office.path("archive/events"));
    let part = parts.keys().find(|name| name.extension().is_some_and(|ending| ending == "parquet")).unwrap();
    tests::flip(&office.path("archive/events").join(part));
    let ran = office.run(&["trace", "--berkas", "B202610-000007"]).expect_code(2);
    assert!(ran.err.contains("part-") && ran.out.is_empty(), "{}{}", ran.out, ran.err);
}
