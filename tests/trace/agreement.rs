//! What others print: conformance, quality, compliance, books and papers.

use crate::{all_cases, column, eventful};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tests::Office;

tests::part! {
    deviations_are_those_of_the_list;
    findings_are_those_of_the_months;
    verdicts_are_those_of_the_failing_cases;
    entries_stand_where_the_books_have_them;
    papers_are_those_that_were_made;
}

fn berkas(case: &Value) -> String {
    case["berkas"].as_str().unwrap().to_owned()
}

/// An office with targets of every kind.
fn judged() -> Office {
    let office = Office::small();
    fs::write(office.path("target.toml"), office.decisions()).unwrap();
    office
}

fn deviations_are_those_of_the_list() {
    let office = Office::small();
    let mut listed: BTreeMap<String, Vec<[String; 3]>> = BTreeMap::new();
    for row in office.run(&["conformance", "--month", "2026-10", "--format", "json"]).expect_code(1).rows() {
        let of = |field: &str| row[field].as_str().unwrap().to_owned();
        listed.entry(of("berkas_id")).or_default().push([of("kode"), of("langkah"), of("keterangan")]);
    }
    assert!(!listed.is_empty());
    let mut judged = 0;
    for case in all_cases(&office) {
        let Some(deviations) = case["deviations"].as_array() else { continue };
        judged += 1;
        let of = |deviation: &Value| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            [text(&deviation["text"]["code"]), text(&deviation["step"]), text(&deviation["detail"])]
        };
        let mut told: Vec<[String; 3]> = deviations.iter().map(of).collect();
        let mut said = listed.remove(&berkas(&case)).unwrap_or_default();
        told.sort();
        said.sort();
        assert_eq!(told, said, "{}", berkas(&case));
    }
    assert!(listed.is_empty() && judged > 20, "{judged}, not told: {listed:?}");
}

fn findings_are_those_of_the_months() {
    let office = eventful();
    let cases = all_cases(&office);
    let mut told: BTreeSet<[String; 4]> = BTreeSet::new();
    for case in &cases {
        for finding in case["findings"].as_array().unwrap() {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let month = text(&finding["month"]);
            told.insert([month, berkas(case), text(&finding["text"]["code"]), text(&finding["detail"])]);
        }
    }
    let mut said: BTreeSet<[String; 4]> = BTreeSet::new();
    for month in ["2026-09", "2026-10", "2026-11"] {
        for row in
            office.run(&["quality", "--month", month, "--format", "json"]).expect_code_in(&[0, 1], "quality").rows()
        {
            let of = |field: &str| row[field].as_str().unwrap().to_owned();
            let place = ["tempat", "berkas_id"].into_iter().find(|name| row[*name].is_string()).unwrap();
            if of(place).starts_with('B') {
                said.insert([month.to_owned(), of(place), of("kode"), of("keterangan")]);
            }
        }
    }
    assert!(said.len() > 20, "{}", said.len());
    // The month of the day on which this runs has findings too.
    told.retain(|[month, ..]| MONTHS.contains(&month.as_str()));
    assert_eq!(told, said);
}

fn verdicts_are_those_of_the_failing_cases() {
    let office = judged();
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut met = 0;
    for case in all_cases(&office) {
        for verdict in case["verdicts"].as_array().unwrap().iter().filter(|of| of["month"] == "2026-10") {
            let target = verdict["target"].as_str().unwrap().to_owned();
            let of_target = told.entry(target).or_default();
            match verdict["verdict"].as_str().unwrap() {
                "tidak memenuhi" => drop(of_target.insert(berkas(&case))),
                "memenuhi" => met += 1,
                other => assert_eq!(other, "target belum ditetapkan"),
            }
        }
    }
    let mut missed = 0;
    for (target, told) in told {
        let ran = office.run(&["compliance", "--month", "2026-10", "--failed", &target, "--format", "json"]);
        let said: BTreeSet<String> = ran.expect_code_in(&[0, 1], "compliance").rows().iter().map(berkas_of).collect();
        missed += said.len();
        assert_eq!(told, said, "{target}");
    }
    assert!(missed > 20 && met > 100, "{missed} and {met}");
}

fn berkas_of(row: &Value) -> String {
    row["berkas_id"].as_str().unwrap().to_owned()
}

/// The documents of an office's month as JSON.
fn documents(office: &Office, month: &str) -> Vec<Value> {
    let out = office.path(&format!("data_{month}"));
    let render = ["render", "--month", month, "--format", "json", "--out", out.to_str().unwrap()];
    office.run(&render).expect_code_in(&[0, 1], "render");
    let files = fs::read_dir(&out).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files.map(|bytes| serde_json::from_slice(&bytes).unwrap()).collect()
}

const MONTHS: [&str; 3] = ["2026-09", "2026-10", "2026-11"];

/// The row of each entry, by month and book, is the one in the book; every row of a book that has a berkas is told of it.
fn entries_stand_where_the_books_have_them() {
    let office = eventful();
    let mut printed: BTreeSet<(String, String, String, u64)> = BTreeSet::new();
    let mut listed: BTreeSet<(String, String, String)> = BTreeSet::new();
    for month in MONTHS {
        for document in documents(&office, month) {
            let Some(of_rows) = document["berkas"].as_array() else { continue };
            let id = document["id"].as_str().unwrap().to_owned();
            for (row, berkas) in (1..).zip(of_rows).filter(|(_, berkas)| *berkas != "") {
                let berkas = berkas.as_str().unwrap().to_owned();
                if document["unit"].is_null() {
                    printed.insert((month.to_owned(), id.clone(), berkas, row));
                } else {
                    listed.insert((month.to_owned(), id.clone(), berkas));
                }
            }
        }
    }
    let cases = all_cases(&office);
    let (mut told, mut named) = (BTreeSet::new(), BTreeSet::new());
    for case in &cases {
        for entry in case["books"].as_array().unwrap() {
            let text = |field: &str| entry[field].as_str().unwrap().to_owned();
            told.insert((text("month"), text("id"), berkas(case), entry["row"].as_u64().unwrap()));
        }
        for paper in case["papers"].as_array().unwrap().iter().filter(|paper| paper["number"].is_null()) {
            let text = |field: &str| paper[field].as_str().unwrap().to_owned();
            named.insert((text("month"), text("id"), berkas(case)));
        }
    }
    assert!(printed.len() > 200, "{}", printed.len());
    told.retain(|(month, ..)| MONTHS.contains(&month.as_str()));
    named.retain(|(month, ..)| MONTHS.contains(&month.as_str()));
    assert_eq!(told, printed);
    // Letters without a number are no lists.
    named.retain(|(_, id, _)| listed.iter().any(|(_, list, _)| list == id));
    assert_eq!(named, listed);
}

/// Every sheet of a berkas or of its batch that was made is told with its number, and no other.
fn papers_are_those_that_were_made() {
    let office = eventful();
    let mut made: BTreeMap<String, BTreeSet<(String, String, String)>> = BTreeMap::new();
    let mut numbers: BTreeSet<(String, String, String)> = BTreeSet::new();
    for month in MONTHS {
        for document in documents(&office, month) {
            let Some(sheets) = document["sheets"].as_array() else { continue };
            for sheet in sheets {
                let number = sheet["number"].as_str().unwrap().to_owned();
                let of = (month.to_owned(), document["id"].as_str().unwrap().to_owned(), number);
                numbers.insert(of.clone());
                if let Some(berkas) = sheet["berkas_id"].as_str() {
                    made.entry(berkas.to_owned()).or_default().insert(of);
                }
            }
        }
    }
    let mut seen = 0;
    for case in all_cases(&office) {
        let papers = &case["papers"];
        let told = column(papers, "month").into_iter().zip(column(papers, "id")).zip(column(papers, "number"));
        let told: BTreeSet<(String, String, String)> = told
            .map(|((month, id), number)| (month, id, number))
            .filter(|(month, _, number)| number != "null" && MONTHS.contains(&month.as_str()))
            .collect();
        let unmade: Vec<_> = told.difference(&numbers).collect();
        assert!(unmade.is_empty(), "{}: {unmade:?}", berkas(&case));
        let of_berkas = made.remove(&berkas(&case)).unwrap_or_default();
        let untold: Vec<_> = of_berkas.difference(&told).collect();
        assert!(untold.is_empty(), "{}: {untold:?}", berkas(&case));
        seen += told.len();
    }
    assert!(made.is_empty() && seen > 300, "{seen}, not told: {made:?}");
}
