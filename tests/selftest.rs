//! The self-test, on a log of our own that is small enough to be counted by hand. The public logs are not part of the project.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// Two cases: Friday 15:00 to Monday 09:00 with a repeated check, and one of a single event.
const LOG: &str = "Nomor,activity,who,end_utc,end_local,extra
A,terima,ANI,2026-10-02T08:00:00.000000Z,2026-10-02T15:00:00.000000,x
A,periksa,BUDI,2026-10-02T08:30:00.250000Z,2026-10-02T15:30:00.250000,x
A,periksa,BUDI,2026-10-05T01:30:00.000000Z,2026-10-05T08:30:00.000000,x
A,serah,ANI,2026-10-05T02:00:00.000000Z,2026-10-05T09:00:00.000000,x
B,terima,,2026-10-05T03:00:00.000000Z,2026-10-05T10:00:00.000000,x
";

fn said() -> Value {
    let spread = |n: u64, sum: f64, min: f64, p90: f64, max: f64| {
        let mean = sum / f64::from(u32::try_from(n).unwrap());
        json!({"n": n, "sum": sum, "mean": mean, "min": min, "p90_nearest_rank": p90, "p95_nearest_rank": p90, "max": max})
    };
    let days: Vec<[i64; 2]> = (0..5).map(|d| [d * 86_400 + 8 * 3_600, d * 86_400 + 16 * 3_600]).collect();
    json!({
        "log": "kecil", "columns": {"case_id": "Nomor", "resource": "who"},
        "published": {"meta_general:events_total": 5, "meta_general:traces_total": 2, "meta_general:events_max": 4,
            "meta_time:duration_max": 237_600.0, "meta_concept:named_events_total/by": {"terima": 2, "periksa": 2, "serah": 1}},
        "pm4py": {
            "events": 5, "cases": 2, "variants": 2, "resources": 2, "cases_with_rework": 1,
            "handovers": {"directly_follows_pairs": 3, "changed_resource": 2},
            "start_activities": {"terima": 2}, "end_activities": {"serah": 1, "terima": 1},
            "rework_cases_per_activity": {"periksa": 1},
            "directly_follows": [{"source": "periksa", "target": "periksa", "n": 1}],
            "case_duration_s": spread(2, 237_600.0, 0.0, 237_600.0, 237_600.0),
            "gap_into_activity_s": {"periksa": spread(2, 235_800.0, 1_800.25, 233_999.75, 233_999.75)},
            // Friday 15:00 to 16:00 and Monday 08:00 to 09:00.
            "business_hours": {"delapan": {"slots_seconds_from_monday": days, "holidays": [],
                "case_duration_s": spread(2, 7_200.0, 0.0, 7_200.0, 7_200.0),
                "gap_into_activity_s": {"periksa": spread(2, 5_400.0, 1_800.25, 3_599.75, 3_599.75)}}},
        },
        "conformance": {"accepted_sequences": [["terima", "periksa", "serah"]], "cases_fitting": 0,
            "variants": [{"variant": ["terima", "periksa", "periksa", "serah"], "cost": 1}, {"variant": ["terima"], "cost": 2}]},
    })
}

fn run(said: &Value, log: &str) -> tests::Ran {
    run_all(&[("kecil", said, log)], "csv")
}

/// Logs of a folder by name.
fn run_all(logs: &[(&str, &Value, &str)], format: &str) -> tests::Ran {
    let dir = TempDir::new().unwrap();
    for (name, said, log) in logs {
        fs::write(dir.path().join(format!("{name}.csv")), log).unwrap();
        fs::write(dir.path().join(format!("{name}.json")), said.to_string()).unwrap();
    }
    tests::run(&["selftest", &dir.path().display().to_string(), "--format", format])
}

#[test]
fn what_can_be_counted_by_hand_is_found() {
    let ran = run(&said(), LOG).expect_code(0);
    assert!(ran.out.lines().count() > 45 && !ran.out.contains(",no\n"), "{}", ran.out);
}

#[test]
fn every_statistic_can_fail() {
    for (place, wrong) in [
        ("/published/meta_general:events_max", json!(5)),
        ("/published/meta_time:duration_max", json!(237_599.0)),
        ("/pm4py/variants", json!(3)),
        ("/pm4py/handovers/changed_resource", json!(1)),
        ("/pm4py/end_activities", json!({"serah": 1})),
        ("/pm4py/case_duration_s/mean", json!(118_801.0)),
        ("/pm4py/gap_into_activity_s/periksa/min", json!(1_800.0)),
        ("/pm4py/business_hours/delapan/case_duration_s/max", json!(7_201.0)),
        ("/pm4py/business_hours/delapan/gap_into_activity_s/periksa/p90_nearest_rank", json!(3_600.0)),
        ("/conformance/variants/0/cost", json!(0)),
    ] {
        let mut said = said();
        *said.pointer_mut(place).unwrap() = wrong;
        let ran = run(&said, LOG).expect_code(1);
        assert_eq!(ran.out.matches(",no\n").count(), 1, "{place}: {}", ran.out);
    }
}

#[test]
fn what_cannot_be_used_is_said() {
    run(&said(), &LOG.replace("end_local", "lokal")).expect_refusal(&["no column `end_local`"]);
    run(&said(), &LOG.replace("2026-10-05T10:00:00.000000", "besok")).expect_refusal(&["line 6", "besok"]);
    let empty = TempDir::new().unwrap();
    tests::run(&["selftest", &empty.path().display().to_string()]).expect_refusal(&["calendar_vectors.json"]);
}

#[test]
fn a_statistic_that_is_misspelt_missing_or_no_number_is_said() {
    for (place, from, to) in [
        ("/pm4py", "variants", "varaints"),
        ("", "pm4py", "pm4pi"),
        ("/published", "meta_general:events_max", "meta_general:event_max"),
        ("/pm4py/case_duration_s", "max", "maks"),
        ("/pm4py/business_hours/delapan", "slots_seconds_from_monday", "slots"),
        ("/conformance/variants/0", "cost", "costs"),
        ("/columns", "resource", "resourse"),
    ] {
        let mut said = said();
        let object = said.pointer_mut(place).unwrap().as_object_mut().unwrap();
        let value = object.remove(from).unwrap();
        object.insert(to.to_owned(), value);
        run(&said, LOG).expect_refusal(&["kecil.json", to]);
    }
    let mut lacking = said();
    lacking["pm4py"]["case_duration_s"].as_object_mut().unwrap().remove("sum");
    run(&lacking, LOG).expect_refusal(&["missing field `sum`"]);
    let mut text = said();
    text["pm4py"]["cases"] = json!("2");
    run(&text, LOG).expect_refusal(&["expected u64"]);
    let mut silent = said();
    silent["pm4py"].as_object_mut().unwrap().remove("cases");
    let ran = run(&silent, LOG).expect_code(0);
    assert!(ran.out.contains("kecil,counts,cases,,2,\n"), "what others do not say is shown as such: {}", ran.out);
}

/// Whatever is left out shows as such, so that nobody takes it for compared.
#[test]
fn everything_that_others_leave_out_is_shown() {
    for (place, name, line) in [
        ("/pm4py", "directly_follows", "directly follows,all,,3,"),
        ("/pm4py", "top_variants", "variants,all,,2,"),
        ("/pm4py", "case_duration_s", "case duration,sum,,237600,"),
        ("/pm4py", "gap_into_activity_s", "gap into activity,all,,3,"),
        ("/pm4py", "business_hours", "working time of cases,all,,,"),
        ("/pm4py/business_hours/delapan", "gap_into_activity_s", "working time into activity,delapan: all,,3,"),
        ("/pm4py/business_hours/delapan", "with_holidays", "working time of cases,delapan with holidays,,,"),
        ("", "conformance", "conformance cost,cases that fit,,,"),
    ] {
        let mut silent = said();
        silent.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(name);
        let ran = run(&silent, LOG).expect_code(0);
        assert!(ran.out.lines().any(|l| l == format!("kecil,{line}")), "`{line}` is missing in\n{}", ran.out);
    }
}

#[test]
fn a_log_of_another_time_is_compared_and_one_that_cannot_be_used_stops_no_other() {
    let early = LOG.replace("2026-10-0", "1998-10-0");
    let mut of_early = said();
    // 2 October 1998 was a Friday, too.
    of_early["log"] = json!("lama");
    let broken = LOG.replace("end_local", "lokal");
    let ran = run_all(&[("kecil", &said(), LOG), ("lama", &of_early, &early), ("rusak", &said(), &broken)], "json");
    let ran = ran.expect_code(2);
    assert!(ran.err.contains("rusak.csv") && !ran.err.contains("kalender") && !ran.err.contains("lama"), "{}", ran.err);
    let checks = ran.rows();
    for log in ["kecil", "lama"] {
        let of: Vec<&Value> = checks.iter().filter(|check| check["log"] == log).collect();
        assert!(of.len() > 45 && of.iter().all(|check| check["agrees"] != json!(false)), "{log}");
        assert!(of.iter().all(|check| check["tertib finds"].is_number() || check["they say"].is_null()));
    }
    let cases = checks.iter().find(|check| check["statistic"] == "cases" && check["kind"] == "counts").unwrap();
    assert_eq!((&cases["they say"], &cases["tertib finds"], &cases["agrees"]), (&json!(2), &json!(2), &json!(true)));
}

#[test]
fn the_table_shows_both_figures() {
    let ran = run_all(&[("kecil", &said(), LOG)], "table").expect_code(0);
    let line = ran.out.lines().find(|line| line.contains("longest case")).unwrap();
    assert_eq!(line.matches("237600").count(), 2, "{line}");
    assert!(ran.out.contains("not said"), "{}", ran.out);
}
