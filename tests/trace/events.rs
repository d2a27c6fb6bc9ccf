//! Events and corrections: the source and the Parquet files have the same.

use crate::{column, eventful, happened, texts, traced};
use serde_json::Value;
use std::collections::BTreeMap;
use tests::tools::Tool;
use tests::{Office, root};

tests::part! {
    events_are_those_of_the_source;
    duckdb_has_the_same_rows needs Tool::Python(&["duckdb"]);
    a_correction_stands_beside_what_it_replaced;
    what_came_late_is_in_the_next_open_books;
    a_row_that_is_held_back_is_told;
    what_moved_to_another_berkas_is_told_of_both;
}

/// Each event with its step, outcome, officer and times, in the order of the figures.
fn events_are_those_of_the_source() {
    let office = Office::small();
    let mut seen = 0;
    for berkas in texts(&office, "select berkas_id from berkas order by berkas_id limit 12") {
        let said = texts(
            &office,
            &format!(
                "select event_id || '|' || langkah || '|' || coalesce(petugas_id, '') || '|' || coalesce(nomor_register, '') || '|'
                   || cast(strftime('%s', selesai) as integer) || '|' || coalesce(strftime('%s', mulai), '')
                 from langkah_berkas where berkas_id = '{berkas}' and langkah between 1 and 10
                 order by strftime('%s', selesai), langkah, event_id"
            ),
        );
        if said.is_empty() {
            continue;
        }
        let trace = traced(&office, &berkas);
        let of = |event: &Value| {
            let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
            let seconds = |field: &str| {
                let at = chrono::DateTime::parse_from_rfc3339(&text(field));
                at.map_or_else(|_| String::new(), |at| at.timestamp().to_string())
            };
            let [event_id, officer, number] = ["event", "petugas", "number"].map(text);
            format!("{event_id}|{}|{officer}|{number}|{}|{}", event["step"], seconds("ended"), seconds("began"))
        };
        let told: Vec<String> = trace["cases"][0]["events"].as_array().unwrap().iter().map(of).collect();
        assert_eq!(told, said, "{berkas}");
        for event in trace["cases"][0]["events"].as_array().unwrap() {
            let (began, ended) = (&event["began"], &event["ended"]);
            let second = |at: &Value| chrono::DateTime::parse_from_rfc3339(at.as_str().unwrap()).unwrap().timestamp();
            match (began.is_null(), event["handling_s"].as_i64()) {
                (false, Some(handled)) => assert_eq!(handled, second(ended) - second(began), "{event}"),
                (false, None) => assert!(second(began) > second(ended), "{event}"),
                (true, handled) => assert_eq!(handled, None),
            }
            seen += 1;
        }
    }
    assert!(seen > 80, "{seen}");
}

/// Every form that the Parquet files have of a berkas is in its trace: as an event, or as what a correction replaced.
fn duckdb_has_the_same_rows() {
    let office = eventful();
    let script = root().join("tests/trace/rows.py").display().to_string();
    let answer = Tool::Python(&["duckdb"]).output(&[&script, &office.place("archive/events")]);
    let rows: BTreeMap<String, Vec<(String, i64, i64, i64)>> = serde_json::from_str(&answer).unwrap();
    let (mut current, mut replaced) = (0, 0);
    let wanted = ["tertahan", "susulan", "koreksi", "nama", "pindah"].map(|what| happened(&office, what).0);
    for berkas in &wanted {
        let trace = traced(&office, berkas);
        let case = &trace["cases"][0];
        // By key, end and the version that brought it; 1 for one that a later row replaces.
        let mut told: Vec<(String, i64, i64, i64)> = Vec::new();
        for event in case["events"].as_array().unwrap() {
            let ended = chrono::DateTime::parse_from_rfc3339(event["ended"].as_str().unwrap()).unwrap().timestamp();
            let version = event["arrival"]["version"].as_i64().unwrap();
            told.push((event["event"].as_str().unwrap().to_owned(), ended, version, 0));
        }
        let of_now: Vec<_> = rows[berkas].iter().filter(|(.., replaced)| *replaced == 0).cloned().collect();
        told.sort();
        assert_eq!(told, of_now, "{berkas}");
        let before = rows[berkas].iter().filter(|(.., replaced)| *replaced == 1);
        let mut before: Vec<(String, i64)> = before.map(|(event, _, version, _)| (event.clone(), *version)).collect();
        let mut corrected: Vec<(String, i64)> = case["corrections"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| (of["event"].as_str().unwrap().to_owned(), of["before"]["version"].as_i64().unwrap()))
            .collect();
        (current, replaced) = (current + of_now.len(), replaced + before.len());
        // One that came from another berkas is told here too.
        corrected.retain(|of| before.contains(of));
        before.sort();
        corrected.sort();
        assert_eq!(corrected, before, "{berkas}");
    }
    assert!(current > 30 && replaced > 8, "{current} and {replaced}");
}

fn a_correction_stands_beside_what_it_replaced() {
    let office = eventful();
    let (berkas, event) = happened(&office, "koreksi");
    let trace = traced(&office, &berkas);
    let corrections = &trace["cases"][0]["corrections"];
    let of = corrections.as_array().unwrap().iter().find(|of| of["event"] == event.as_str()).unwrap();
    let changes: BTreeMap<String, &Value> =
        column(&of["changes"], "column").into_iter().zip(of["changes"].as_array().unwrap()).collect();
    assert_eq!(changes.keys().collect::<Vec<_>>(), ["nomor_register", "petugas_id"], "{of}");
    assert_eq!(changes["petugas_id"]["after"], "P999");
    assert_ne!(changes["petugas_id"]["before"], "P999");
    assert_eq!(changes["nomor_register"]["after"], "000777/9/2026");
    // The commits are those of the log.
    let sidik = |version: &Value| tests::sha256_of(&office.commit(version.as_u64().unwrap()));
    for side in ["before", "after"] {
        assert_eq!(of[side]["sidik"], sidik(&of[side]["version"]).as_str(), "{of}");
    }
    assert!(of["after"]["version"].as_u64() > of["before"]["version"].as_u64());
    assert_eq!(of["late"], true, "the books of its month were closed");
    // A name is masked on both sides, and is told to differ.
    let (berkas, _) = happened(&office, "nama");
    let trace = traced(&office, &berkas);
    let names =
        trace["cases"][0]["corrections"].as_array().unwrap().iter().flat_map(|of| of["changes"].as_array().unwrap());
    let names: Vec<&Value> = names.filter(|change| change["column"] == "nama").collect();
    assert!(names.len() > 5, "{trace}");
    assert!(names.iter().all(|change| change["after"] == "N*** B**** R*****"), "{names:?}");
}

fn what_came_late_is_in_the_next_open_books() {
    let office = eventful();
    let (berkas, event) = happened(&office, "susulan");
    let trace = traced(&office, &berkas);
    let case = &trace["cases"][0];
    let late = case["events"].as_array().unwrap().iter().find(|of| of["event"] == event.as_str()).unwrap();
    assert_eq!(late["late"], true, "{late}");
    let entry = case["books"].as_array().unwrap().iter().find(|of| of["event"] == event.as_str()).unwrap();
    assert_eq!((&entry["month"], &entry["late_of"]), (&"2026-11".into(), &"2026-10".into()), "{entry}");
    let october = case["months"].as_array().unwrap().iter().find(|of| of["month"] == "2026-10").unwrap();
    assert_eq!(october["late"], 1, "{october}");
    assert!(october["closed"].is_string() && october["closed_by"].is_u64(), "{october}");
}

fn a_row_that_is_held_back_is_told() {
    let office = eventful();
    let (berkas, event) = happened(&office, "tertahan");
    let held = traced(&office, &berkas)["cases"][0]["held"].clone();
    assert_eq!(held.as_array().unwrap().len(), 1, "{held}");
    assert_eq!((&held[0]["event"], &held[0]["step"]), (&event.as_str().into(), &8.into()), "{held}");
    assert_eq!(held[0]["column"], "hasil");
    assert!(held[0]["text"]["code"].as_str().unwrap().starts_with('V') && held[0]["since"].is_string());
    // When it is mended, it is an event.
    office.sql(&format!("update langkah_berkas set hasil = 'selesai' where event_id = {event}"));
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let trace = traced(&office, &berkas);
    assert_eq!(trace["cases"][0]["held"], serde_json::json!([]));
    assert!(column(&trace["cases"][0]["events"], "event").contains(&event));
}

fn what_moved_to_another_berkas_is_told_of_both() {
    let office = eventful();
    let ((from, event), (to, _)) = (happened(&office, "pindah"), happened(&office, "nama"));
    for (berkas, has_it) in [(&from, false), (&to, true)] {
        let trace = traced(&office, berkas);
        let case = &trace["cases"][0];
        assert_eq!(column(&case["events"], "event").contains(&event), has_it, "{berkas}");
        let of = case["corrections"].as_array().unwrap().iter().find(|of| of["event"] == event.as_str()).unwrap();
        let moved = of["changes"].as_array().unwrap().iter().find(|of| of["column"] == "berkas_id").unwrap();
        assert_eq!((&moved["before"], &moved["after"]), (&from.as_str().into(), &to.as_str().into()));
    }
}
