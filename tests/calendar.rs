//! The office's calendar is printed as it counts, and the figures follow the days that the office enters.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use serde_json::Value;
use std::fs;
use tests::Office;

const ENTRIES: &str = r#"
[[closed]]
from = "2026-10-13"
to = "2026-10-14"
reason = "Pemadaman rekaan"
decree = "SK rekaan 1"

[[open]]
date = "2026-10-17"
hours = ["08:00-12:00"]
reason = "Sabtu melayani"
decree = "SK rekaan 2"
"#;

fn metrics(office: &Office) -> Value {
    office.figures("2026-10", 0)
}

fn october(office: &Office) -> (u64, u64) {
    let year = office.json(&["calendar", "--year", "2026"], 0);
    assert_eq!(year["days"].as_array().unwrap().len(), 365);
    let month = year["months"].as_array().unwrap().iter().find(|m| m[0] == "2026-10").unwrap().clone();
    (month[1].as_u64().unwrap(), month[2].as_u64().unwrap())
}

#[test]
fn figures_follow_the_offices_own_days() {
    let office = Office::small();
    let before = metrics(&office);
    assert_eq!(october(&office), (22, 165 * 3_600));
    fs::write(office.path("kalender.toml"), ENTRIES).unwrap();
    assert_eq!(october(&office), (21, (165 - 15 + 4) * 3_600));
    let after = metrics(&office);
    let closed = ENTRIES.split("[[open]]").next().unwrap();
    fs::write(office.path("kalender.toml"), closed).unwrap();
    let sum = |figures: &Value| figures["turnaround"]["working"]["sum"].as_i64().unwrap();
    assert!(sum(&metrics(&office)) < sum(&before), "two days less");
    assert!(sum(&metrics(&office)) < sum(&after), "half a day more");
    assert_eq!(after["issuance"]["wall"], before["issuance"]["wall"], "the clock on the wall goes on");
    fs::remove_file(office.path("kalender.toml")).unwrap();
    assert_eq!(metrics(&office), before);
}

#[test]
fn the_page_says_by_which_decree_and_is_the_same_again() {
    let office = Office::small();
    fs::write(office.path("kalender.toml"), ENTRIES).unwrap();
    let pdf = |office: &Office| {
        let ran = office.run(&["calendar", "--year", "2026", "--format", "pdf"]).expect_code(0);
        fs::read(ran.out.split(" (").next().unwrap()).unwrap()
    };
    assert_eq!(pdf(&office), pdf(&office));
    let csv = office.run(&["calendar", "--year", "2026", "--format", "csv"]).expect_code(0).out;
    assert!(csv.contains("2026-10-14,Rabu,kantor tutup,,0.00,Pemadaman rekaan,SK rekaan 1"), "{csv}");
    assert!(csv.contains("2026-10-17,Sabtu,hari kerja khusus,08.00–12.00,4.00,Sabtu melayani,SK rekaan 2"), "{csv}");
    assert!(csv.contains("2026-12-25,Jumat,libur nasional,,0.00,Hari Raya Natal,SKB 3 Menteri untuk 2026"), "{csv}");
}

#[test]
fn a_year_that_is_not_covered_says_how_to_extend_it() {
    let office = Office::small();
    office.run(&["calendar", "--year", "2028"]).expect_refusal(&["2020-01-01 to 2027-12-31", "covered-to"]);
    fs::write(office.path("kalender.toml"), "covered-to = \"2028-12-31\"\n").unwrap();
    office.run(&["calendar", "--year", "2028"]).expect_code(0);
    fs::write(office.path("kalender.toml"), "[[closed]]\nfrom = \"2026-10-13\"\nreason = \"x\"\n").unwrap();
    office.run(&["metrics", "--month", "2026-10"]).expect_refusal(&["kalender.toml", "decree"]);
}
