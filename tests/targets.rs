//! Targets: values that the office enters, with the page and the person they come from; months that are over; which target takes
//! precedence; the berkas that missed one.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use serde_json::Value;
use std::fs;
use tests::Office;

const BY: [&str; 4] = ["--source", "naskah rekaan, hlm. 3", "--by", "Kasi Rekaan"];

fn set(office: &Office, rest: &[&str]) -> tests::Ran {
    office.run(&[&["target", "set"], rest, &BY].concat())
}

fn judged(office: &Office, month: &str) -> Value {
    office.run(&["compliance", "--month", month, "--format", "json"]).expect_code_in(&[0, 1], "compliance").json()
}

fn of<'a>(sheet: &'a Value, target: &str) -> Vec<&'a Value> {
    sheet["judgements"].as_array().unwrap().iter().filter(|j| j["target"] == target).collect()
}

/// Ids that `--failed` lists.
fn failed(office: &Office, target: &str) -> Vec<String> {
    let failed = ["compliance", "--month", "2026-10", "--failed", target, "--format", "json"];
    let rows = office.run(&failed).expect_code_in(&[0, 1], "failed").rows();
    rows.iter().map(|row| row["berkas_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_entered_is_judged_from_its_day_on_and_never_lost() {
    let office = Office::small();
    assert_eq!(of(&judged(&office, "2026-10"), "waktu_langkah_04")[0]["verdict"], "target belum ditetapkan");
    let article = ["--article", "Pasal 7"];
    set(&office, &[&["waktu_langkah_04", "--value", "600", "--from", "2026-10-01"], &article[..]].concat())
        .expect_code(0);
    let sheet = judged(&office, "2026-10");
    let row = of(&sheet, "waktu_langkah_04")[0];
    assert_eq!(
        (&row["verdict"], &row["value"], &row["standing"]),
        (&"memenuhi".into(), &36_000.0.into(), &"resmi".into())
    );
    assert!(row["entered"].as_str().unwrap().contains("Kasi Rekaan") && row["article"] == "Pasal 7", "{row}");
    assert_eq!(row["margin"], Value::from(36_000.0 - row["figure"].as_f64().unwrap()));

    // From the next month on it is another value; October is judged as before.
    set(&office, &[&["waktu_langkah_04", "--value", "0", "--from", "2026-11-01"], &article[..]].concat())
        .expect_code(0);
    assert_eq!(judged(&office, "2026-10"), sheet);
    let november = office.json(&["target", "list", "--month", "2026-11"], 0);
    let listed = november.as_array().unwrap().iter().find(|r| r["target"] == "waktu_langkah_04").unwrap();
    assert_eq!((&listed["value"], &listed["decides"]), (&"0".into(), &"yes".into()));

    // Taken back: no target again; nothing that was entered is gone.
    set(&office, &["waktu_langkah_04", "--withdraw", "--from", "2026-10-15"]).expect_code(0);
    assert_eq!(of(&judged(&office, "2026-10"), "waktu_langkah_04")[0]["verdict"], "target belum ditetapkan");
    let history = office.json(&["target", "history", "waktu_langkah_04"], 0);
    let history = history.as_array().unwrap();
    let values: Vec<&str> = history.iter().map(|d| d["value"].as_str().unwrap()).collect();
    assert_eq!(values, ["600", "0", "taken back"]);
    assert!(history.iter().all(|d| d["by"] == "Kasi Rekaan" && d["source"] == "naskah rekaan, hlm. 3"));
}

#[test]
fn of_several_regulations_one_decides_and_a_kind_has_its_own() {
    let office = Office::small();
    let enter = |rest: &[&str]| {
        set(&office, &[rest, &["--from", "2026-10-01", "--article", "Pasal 7"]].concat()).expect_code(0);
    };
    enter(&["waktu_langkah_04", "--value", "600"]);
    enter(&["waktu_langkah_04", "--value", "0", "--regulation", "perbup_21_2020"]);
    enter(&["waktu_langkah_04", "--value", "600", "--jenis", "hilang"]);
    let sheet = judged(&office, "2026-10");
    let rows: Vec<_> = of(&sheet, "waktu_langkah_04")
        .into_iter()
        .map(|j| (j["jenis"].as_str(), j["verdict"].as_str().unwrap(), j["decides"].as_bool().unwrap()))
        .collect();
    assert_eq!(rows, [(None, "memenuhi", false), (Some("hilang"), "memenuhi", true), (None, "tidak memenuhi", true)]);
    let n = |i: usize| of(&sheet, "waktu_langkah_04")[i]["n"].as_u64().unwrap();
    assert!(0 < n(1) && n(1) < n(0) && n(0) == n(2), "the kind is a part of all");
}

#[test]
fn the_berkas_that_failed_are_as_many_as_the_verdict_says() {
    let office = Office::small();
    let sheet = judged(&office, "2026-10");
    for target in ["terbit_1_jam", "terbit_24_jam", "terbit_14_hari_kerja", "kelengkapan_pemeriksaan_pertama"] {
        let row = of(&sheet, target)[0];
        let (share, n) = (row["figure"].as_f64().unwrap(), row["n"].as_f64().unwrap());
        let ids = failed(&office, target);
        assert_eq!(ids.len().to_string(), (n - share * n).round().to_string(), "{target}");
        assert!(ids.iter().all(|id| id.starts_with("B2026")), "{ids:?}");
    }
    // For a time the value is what each berkas may take; all take longer than nothing.
    set(&office, &["waktu_langkah_04", "--value", "0", "--from", "2026-10-01", "--article", "1"]).expect_code(0);
    let metrics = office.figures("2026-10", 0);
    let measured = metrics["time_per_step"]["4"]["handling_working"]["n"].as_u64().unwrap();
    let late = failed(&office, "waktu_langkah_04").len() as u64;
    assert!(late > 0 && late <= measured, "{late} of {measured}");
    let sheet_text = judged(&office, "2026-10").to_string();
    assert!(!sheet_text.contains("B2026"), "ids of berkas do not leave the office");
}

#[test]
fn what_cannot_be_meant_is_refused_and_nothing_is_written() {
    let office = Office::small();
    for (rest, says) in [
        (&["waktu_langkah_99", "--value", "1", "--article", "1"][..], "there is no target `waktu_langkah_99`"),
        (&["waktu_langkah_04", "--value", "-1", "--article", "1"], "menit"),
        (&["kelengkapan_pemeriksaan_pertama", "--value", "95", "--article", "1"], "for 95 % write 0.95"),
        (&["waktu_langkah_04", "--value", "15menit", "--article", "1"], "the unit is the target's"),
        (&["waktu_langkah_04", "--value", "0.33", "--article", "1"], "whole number of seconds"),
        (&["waktu_langkah_04", "--value", "1"], "without its article"),
        (&["waktu_langkah_04", "--value", "1", "--article", "1", "--jenis", "x"], "there is no jenis `x`"),
        (&["waktu_langkah_04", "--value", "1", "--article", "1", "--regulation", "x"], "there is no regulation `x`"),
    ] {
        let ran = set(&office, rest).expect_code(2);
        assert!(ran.err.contains(says), "{rest:?}: {}", ran.err);
    }
    assert!(!office.path("target.toml").exists());
    fs::write(office.path("target.toml"), "[[decision]]\ntarget = 3\n").unwrap();
    office.run(&["compliance", "--month", "2026-10"]).expect_refusal(&["target.toml", "line 2"]);
}

#[test]
fn a_time_equal_to_its_limit_meets_it() {
    let office = Office::unpulled();
    // Step 4 takes 246 s each time, within the office's hours: 4.1 minutes.
    office.sql(
        "delete from langkah_berkas where langkah = 4 and mulai is null;
         update langkah_berkas set mulai = date(mulai, '+7 hours') || 'T02:00:00Z',
           selesai = date(mulai, '+7 hours') || 'T02:04:06Z' where langkah = 4",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let article = ["--from", "2026-10-01", "--article", "Pasal 7"];
    set(&office, &[&["waktu_langkah_04", "--value", "4.1"], &article[..]].concat()).expect_code(0);
    let row = of(&judged(&office, "2026-10"), "waktu_langkah_04")[0].clone();
    assert_eq!(
        (&row["figure"], &row["value"], &row["verdict"], &row["margin"]),
        (&246.0.into(), &246.0.into(), &"memenuhi".into(), &0.0.into()),
        "{row}"
    );
    assert_eq!(failed(&office, "waktu_langkah_04"), Vec::<String>::new());
    set(&office, &[&["waktu_langkah_04", "--value", "4.05"], &article[..]].concat()).expect_code(0);
    assert_eq!(failed(&office, "waktu_langkah_04").len() as u64, row["n"].as_u64().unwrap());
}

#[test]
fn a_share_prints_the_digits_that_decide() {
    let office = Office::small();
    let sheet = judged(&office, "2026-10");
    let share = of(&sheet, "kelengkapan_pemeriksaan_pertama")[0]["figure"].as_f64().unwrap();
    let above = format!("{:.5}", share + 0.000_015);
    let article = ["--from", "2026-10-01", "--article", "Pasal 7"];
    set(&office, &[&["kelengkapan_pemeriksaan_pertama", "--value", &above], &article[..]].concat()).expect_code(0);
    let table = office.run(&["compliance", "--month", "2026-10", "--format", "csv"]).expect_code(1).out;
    let line = table.lines().find(|line| line.starts_with("kelengkapan_pemeriksaan_pertama")).unwrap();
    let fields: Vec<&str> = line.split(',').collect();
    assert!(fields[2] == "tidak memenuhi" && fields[3] != fields[5] && fields[5] == above, "{line}");
    assert!(fields[6].starts_with('-') && fields[6].parse::<f64>().unwrap() < 0.0, "{line}");
}

#[test]
fn a_target_without_a_value_never_looks_green() {
    let office = Office::small();
    let ran = office.run(&["compliance", "--month", "2026-10", "--failed", "waktu_langkah_04"]).expect_code(1);
    assert!(ran.err.contains("T002") && ran.err.contains("waktu_langkah_04"), "{}", ran.err);
    let ran = office.run(&["compliance", "--month", "2026-10"]).expect_code(1);
    assert!(ran.err.contains("T002") && ran.err.contains("waktu_penyelesaian"), "{}", ran.err);
}

#[test]
fn what_is_said_beside_a_value_is_what_holds_of_it() {
    let office = Office::small();
    let article = ["--from", "2026-10-01", "--article", "Pasal 7"];
    set(&office, &[&["waktu_langkah_04", "--value", "600"], &article[..]].concat()).expect_code(0);
    let sheet = judged(&office, "2026-10");
    let note = |target: &str| of(&sheet, target)[0]["note"].as_str().unwrap().to_owned();
    assert_eq!(note("waktu_langkah_04"), "nilai dimasukkan oleh Dinas");
    assert!(note("waktu_langkah_05").contains("menunggu Dinas"));
    set(&office, &["waktu_langkah_04", "--withdraw", "--from", "2026-10-15"]).expect_code(0);
    let sheet = judged(&office, "2026-10");
    let row = of(&sheet, "waktu_langkah_04")[0];
    assert_eq!((&row["standing"], &row["note"]), (&"asumsi".into(), &"nilai ditarik kembali oleh Dinas".into()));
}

#[test]
fn a_sheet_that_leaves_tells_verdicts_and_no_count() {
    let office = Office::small();
    set(&office, &["waktu_langkah_04", "--value", "600", "--from", "2026-10-01", "--article", "Pasal 7"])
        .expect_code(0);
    let whole = judged(&office, "2026-10");
    let run =
        |format| office.run(&["compliance", "--month", "2026-10", "--format", format, "--hide-small"]).expect_code(1);
    let hidden = run("json").json();
    let judgements = |sheet: &Value| sheet["judgements"].as_array().unwrap().clone();
    for (all, shown) in judgements(&whole).iter().zip(judgements(&hidden)) {
        assert_eq!([&shown["n"], &shown["figure"], &shown["margin"]], [&Value::Null; 3], "{shown}");
        assert_eq!([&all["verdict"], &all["value"]], [&shown["verdict"], &shown["value"]]);
    }
    let counts = |sheet: &Value| -> Vec<Value> {
        let deadlines = sheet["deadlines"].as_object().unwrap().values().flat_map(|d| d.as_object().unwrap().values());
        deadlines.chain(sheet["counts"].as_object().unwrap().values()).cloned().collect()
    };
    // The small office has counts to be hidden: 59 of 60 berkas follow the SOP.
    assert!(counts(&whole).contains(&60.into()) && counts(&whole).contains(&59.into()), "{whole}");
    assert!(counts(&hidden).iter().all(Value::is_null), "{hidden}");
    for line in run("csv").out.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!([fields[3], fields[6], fields[8]], [""; 3], "{line}");
    }
    let only =
        ["render", "--month", "2026-10", "--only", "laporan_kepatuhan", "--format", "json,data,csv", "--hide-small"];
    office.run(&only).expect_code_in(&[0, 1], "render");
    let read = |name: &str| fs::read_to_string(office.path("laporan/2026-10").join(name)).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&read("laporan_kepatuhan_2026-10_luar.json")).unwrap(), hidden);
    let page: Value = serde_json::from_str(&read("laporan_kepatuhan_2026-10_luar.data.json")).unwrap();
    let cells = ["ringkasan", "tenggat"].into_iter().flat_map(|table| page[table].as_array().unwrap());
    assert!(cells.flat_map(|row| &row.as_array().unwrap()[1..]).all(|cell| cell == "–"), "{page}");
    let printed: Vec<&Value> =
        page["peraturan"].as_array().unwrap().iter().flat_map(|p| p["baris"].as_array().unwrap()).collect();
    assert!(printed.iter().all(|row| row["angka"] == "–" && row["kasus"] == "–"), "{page}");
    assert!(page["salinan_luar"].as_str().unwrap().contains("tidak dicantumkan"), "the page says what it withholds");
    // Who entered a value is for the office: neither the paper nor what goes with it says it.
    assert!(printed.iter().any(|row| row["pasal"].as_str().unwrap().contains("naskah rekaan")), "{page}");
    for name in ["data.json", "json", "csv"] {
        let text = read(&format!("laporan_kepatuhan_2026-10_luar.{name}"));
        assert!(!text.contains("Kasi Rekaan"), "{name}: {text}");
    }
    assert!(read("laporan_kepatuhan_2026-10_luar.keterangan.txt").contains("tidak dicantumkan"));
    // Nothing that tells counts comes with it, and it takes no other copy's place.
    let out = office.place("luar");
    let all = ["render", "--month", "2026-10", "--hide-small", "--format", "csv", "--out", &out];
    office.run(&all).expect_code_in(&[0, 1], "render");
    let names = || fs::read_dir(office.path("luar")).unwrap().map(|e| e.unwrap().file_name());
    assert_eq!(names().count(), 2);
    assert!(names().all(|name| name.to_string_lossy().contains("_luar.")), "{:?}", names().collect::<Vec<_>>());
    office.run(&[&all[..], &["--only", "formulir_provinsi"]].concat()).expect_refusal(&["has no copy for outsiders"]);
}

/// Had the limit been another: for each month the figure, the cases within it and the verdict, as the events of the source say.
#[test]
fn a_value_is_tried_on_past_months() {
    let office = Office::demo(&["--months", "2026-06:2026-10", "--per-month", "60", "--seed", "4"]);
    let rows = |id: &str, value: &str, more: &[&str]| -> Vec<Value> {
        let ask = [&["target", "try", id, "--value", value, "--month", "2026-10", "--format", "json"], more].concat();
        office.run(&ask).expect_code(0).json().as_array().unwrap().clone()
    };
    let number = |row: &Value, name: &str| row[name].as_str().unwrap().parse::<f64>().unwrap();
    // Step 4 is measured within the office's hours; the events that lie in one span of work take as long by any clock.
    office.sql(
        "update langkah_berkas set mulai = strftime('%Y-%m-%dT01:00:00Z', selesai, '+7 hours'),
           selesai = strftime('%Y-%m-%dT', selesai, '+7 hours') || time('01:00:00', '+' || (60 + event_id % 11 * 60) || ' seconds') || 'Z'
         where langkah = 4",
    );
    office.forget_archive();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let tried = rows("waktu_langkah_04", "6", &[]);
    assert_eq!(tried.len(), 5, "{tried:?}");
    for row in &tried {
        let month = row["month"].as_str().unwrap();
        let of = format!(
            "langkah = 4 and strftime('%Y-%m', selesai, '+7 hours') = '{month}' and strftime('%w', selesai, '+7 hours') between '1' and '5'"
        );
        let took = "strftime('%s', selesai) - strftime('%s', mulai)";
        let all = office.number(&format!("select count(*) from workflow_events where {of}"));
        let within = office.number(&format!("select count(*) from workflow_events where {of} and {took} <= 360"));
        let ninth = office.number(&format!(
            "select {took} as t from workflow_events where {of} order by t limit 1 offset (select (count(*) * 90 + 99) / 100 - 1 from workflow_events where {of})"
        ));
        assert!(all > 20 && within > 0 && within < all, "{month}: {within} of {all} prove little");
        let found = ["n", "within", "figure"].map(|name| row[name].as_str().unwrap().to_owned());
        assert_eq!(found, [all, within, ninth].map(|n| n.to_string()), "{month}");
        let verdict = if ninth <= 360 { "memenuhi" } else { "tidak memenuhi" };
        assert_eq!((&row["verdict"], &row["value"], &row["unit"]), (&verdict.into(), &"360".into(), &"detik".into()));
        assert_eq!(row["verdict_in_force"], "target belum ditetapkan");
    }
    // The strictest value is met by every month, and one second less is not.
    let strictest = number(&tried[0], "strictest");
    let minutes = |seconds: f64| rows("waktu_langkah_04", &(seconds / 60.0).to_string(), &[]);
    assert!(minutes(strictest).iter().all(|row| row["verdict"] == "memenuhi"));
    assert!(minutes(strictest - 60.0).iter().any(|row| row["verdict"] == "tidak memenuhi"));

    // A share: the same figure and verdict as of the month itself, where the value is the one in force.
    let shares = rows("terbit_24_jam", "1", &["--from", "2026-09"]);
    assert_eq!(shares.len(), 2);
    let sheet = judged(&office, "2026-10");
    let judgement = of(&sheet, "terbit_24_jam")[0];
    assert_eq!(number(&shares[1], "figure").to_bits(), judgement["figure"].as_f64().unwrap().to_bits());
    assert_eq!((&shares[1]["verdict"], &shares[1]["verdict_in_force"]), (&judgement["verdict"], &judgement["verdict"]));
    let lowest = rows("terbit_24_jam", "0", &[]);
    assert!(lowest.iter().all(|row| row["verdict"] == "memenuhi" && row["within"] == ""), "{lowest:?}");
    let least = lowest.iter().map(|row| number(row, "figure")).min_by(f64::total_cmp).unwrap();
    assert_eq!(number(&lowest[0], "strictest").to_bits(), least.to_bits(), "{lowest:?}");

    // From the first whole hour on within which nine of ten berkas came home, the limit would have been met.
    for row in rows("waktu_penyelesaian", "1", &[]) {
        let hours = (number(&row, "figure") / 3_600.0).ceil();
        let month = row["month"].as_str().unwrap();
        let within = |hours: f64| {
            let tried = rows("waktu_penyelesaian", &hours.to_string(), &["--from", month]);
            (number(&tried[0], "within"), tried[0]["verdict"] == "memenuhi")
        };
        let nine = (number(&row, "n") * 0.9).ceil();
        let (before, met_before) = within(hours - 1.0);
        let (after, met_after) = within(hours);
        assert!(before < nine && nine <= after, "{month}: {before} and {after} of {nine}");
        assert!(!met_before && met_after, "{month}");
    }

    // For those who draft the regulation.
    let page = office.place("percobaan.pdf");
    let ask =
        ["target", "try", "kelengkapan_pemeriksaan_pertama", "--value", "0.9", "--month", "2026-10", "--pdf", &page];
    let said = office.run(&ask).expect_code(0);
    assert_eq!(said.out.lines().filter(|line| line.starts_with("2026-")).count(), 5, "{}", said.out);
    assert!(said.err.contains("percobaan.pdf (1 pages)"), "{}", said.err);
    assert!(fs::read(&page).unwrap().starts_with(b"%PDF"));
    assert!(!office.path("target.toml").exists(), "a trial was entered");
}

#[test]
fn what_cannot_be_tried_is_refused() {
    let office = Office::small();
    for (rest, says) in [
        (&["waktu_langkah_99", "--value", "1"][..], "there is no target `waktu_langkah_99`"),
        (&["waktu_langkah_04", "--value", "-1"], "menit"),
        (&["kelengkapan_pemeriksaan_pertama", "--value", "95"], "for 95 % write 0.95"),
        (&["waktu_langkah_04", "--value", "15menit"], "the unit is the target's"),
        (&["waktu_langkah_04", "--value", "0.33"], "whole number of seconds"),
        (&["waktu_langkah_04", "--value", "1", "--jenis", "x"], "there is no jenis `x`"),
        (&["waktu_langkah_04", "--value", "1", "--from", "2027-01"], "--from is the first month"),
    ] {
        let ran = office.run(&[&["target", "try", "--month", "2026-10"], rest].concat()).expect_code(2);
        assert!(ran.err.contains(says), "{rest:?}: {}", ran.err);
    }
}
