//! Slots: tried again, waited for, given up, dropped, made up for.

use super::{DAY_S, MORNING_S, Served, codes};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::time::Duration;
use tests::serving::Serving;

const PULL: &str = "[[job]]\nname = \"tarik\"\ntask = \"pull\"\ncron = \"0 6 * * *\"\ngive-up-hours = 1\n";
const VERIFY: &str = "[[job]]\nname = \"periksa\"\ntask = \"verify\"\ncron = \"0 6 * * *\"\n";
const REPORTS: &str =
    "[[job]]\nname = \"laporan\"\ntask = \"monthly-reports\"\ncron = \"30 6 * * *\"\ncatch-up = \"all\"\n";
const MINUTE: &str = "[[job]]\nname = \"tiap-menit\"\ntask = \"verify\"\ncron = \"* * * * *\"\ncatch-up = \"all\"\n";

/// Holds a lock of another process.
fn held(served: &Served, path: &str) -> fs::File {
    let file = fs::File::options().create(true).truncate(false).write(true).open(served.office.path(path)).unwrap();
    file.lock().unwrap();
    file
}

#[test]
fn a_slot_is_tried_again_over_restarts_and_given_up_and_made_up_for() {
    let served = Served::with(PULL);
    // Somebody else writes into the archive for hours.
    let writer = held(&served, "archive/_tertib/lock");
    served.at(60);
    assert_eq!(served.once().code, 1, "a run failed");
    assert_eq!(served.codes(), codes(&["J001"]));
    // Another process tries again, after a pause.
    assert_eq!(served.once().code, 0, "nothing was run");
    assert_eq!(served.outcomes("tarik"), ["failed"]);
    served.at(62);
    served.once();
    assert_eq!(served.outcomes("tarik"), ["failed", "failed"]);
    assert_eq!(served.slots("tarik"), [(60, "run".into(), "due".into())]);
    served.at(180);
    served.once();
    assert_eq!(served.slots("tarik"), [(60, "given-up".into(), "tried".into())]);
    assert_eq!(served.codes(), codes(&["J001", "J002"]));
    drop(writer);
    served.at(190);
    served.run(&["run", "tarik"]).expect_code_in(&[0, 1], "run");
    assert!(served.codes().is_disjoint(&codes(&["J001", "J002"])), "{:?}", served.codes());
}

#[test]
fn a_monthly_report_waits_for_the_data_of_its_month() {
    let served = Served::with(&format!("{PULL}{REPORTS}after = [\"tarik\"]\n"));
    let give_back = served.without_source();
    served.at(90);
    served.once();
    assert_eq!(served.slots("laporan"), [(90, "waiting".into(), "needs".into())]);
    assert_eq!(served.status()["jobs"][1]["state"], "waiting");
    assert!(!served.codes().contains("J003"), "it may be over soon");
    served.at(90 + 61);
    assert_eq!(served.codes(), codes(&["J001", "J003"]));
    give_back();
    served.run(&["run", "tarik"]).expect_code(0);
    served.once();
    assert_eq!(served.outcomes("laporan").last().map(String::as_str), Some("done"), "{:?}", served.slots("laporan"));
    assert!(!served.codes().contains("J003"));
}

#[test]
fn a_report_that_waited_in_vain_is_made_and_said_to_be_so() {
    let served = Served::with(&format!("{PULL}{REPORTS}after = [\"tarik\"]\ngive-up-hours = 2\n"));
    let give_back = served.without_source();
    served.at(90);
    served.once();
    served.at(90 + 121);
    served.once();
    assert_eq!(served.slots("laporan")[0].1, "done");
    assert!(served.codes().contains("J009"), "{:?}", served.codes());
    give_back();
    served.at(90 + 200);
    served.run(&["run", "tarik"]).expect_code_in(&[0, 1], "run");
    served.run(&["run", "laporan"]).expect_code_in(&[0, 1], "run");
    assert!(!served.codes().contains("J009"), "{:?}", served.codes());
}

#[test]
fn what_a_lost_history_still_had_to_do_is_done() {
    let served = Served::with(&format!("{PULL}{REPORTS}after = [\"tarik\"]\n"));
    let give_back = served.without_source();
    served.at(90);
    served.once();
    assert_eq!(served.slots("laporan"), [(90, "waiting".into(), "needs".into())]);
    give_back();
    // The report waits, and nobody knows of it any more.
    fs::remove_file(served.office.path("riwayat.sqlite")).unwrap();
    served.at(120);
    served.once();
    assert_eq!(served.slots("tarik"), [(60, "done".into(), "due".into())]);
    assert_eq!(served.slots("laporan"), [(90, "done".into(), "due".into())]);
    assert_eq!(served.codes(), codes(&["J013"]));
    served.at(7 * 24 * 60 + 30);
    served.once();
    assert!(served.codes().contains("J013"));
    served.at(8 * 24 * 60);
    served.once();
    assert!(!served.codes().contains("J013"));
    // A new office owes nothing of the past.
    let new = Served::with(PULL);
    assert_eq!((new.slots("tarik"), new.codes()), (Vec::new(), codes(&[])));
}

#[test]
fn a_pull_whose_file_was_away_is_tried_again_soon() {
    let served = Served::with(PULL);
    let give_back = served.without_source();
    served.at(60);
    served.once();
    give_back();
    served.at(62);
    served.once();
    assert_eq!(served.outcomes("tarik").len(), 2, "what was away for a minute is not left for a day");
    assert_eq!(served.slots("tarik"), [(60, "done".into(), "due".into())]);
}

#[test]
fn nobody_serves_what_is_due() {
    let served = Served::with(VERIFY);
    assert_eq!(served.codes(), codes(&[]));
    served.at(60 + 61);
    assert_eq!(served.codes(), codes(&["J004"]));
    served.once();
    assert_eq!((served.codes(), served.outcomes("periksa")), (codes(&[]), vec!["done".to_owned()]));
}

#[test]
fn findings_last_until_a_run_without_any() {
    let served = Served::with(VERIFY);
    let stray = served.office.path("archive/events/milik-siapa.parquet");
    fs::write(&stray, "x").unwrap();
    served.at(60);
    served.once();
    served.at(60 + 24 * 60);
    served.once();
    let status = served.status();
    assert_eq!(status["conditions"][0]["code"], "J005");
    assert_eq!((&status["conditions"][0]["count"], served.codes()), (&serde_json::json!(2), codes(&["J005"])));
    fs::remove_file(stray).unwrap();
    served.run(&["run", "periksa"]).expect_code(0);
    assert_eq!(served.codes(), codes(&[]));
}

#[test]
fn a_failure_is_not_hidden_by_the_runs_of_others() {
    let served = Served::with(&format!("{PULL}{VERIFY}"));
    let give_back = served.without_source();
    served.at(60);
    served.once();
    for _ in 0..16 {
        served.run(&["run", "periksa"]).expect_code(0);
    }
    assert_eq!(served.codes(), codes(&["J001"]));
    give_back();
}

#[test]
fn a_day_that_never_comes_and_slots_beyond_number_are_said() {
    let never = "[[job]]\nname = \"hampa\"\ntask = \"verify\"\ncron = \"0 6 1 * *\"\nwhen = \"hari-kerja 20\"\n";
    let served = Served::with(&format!("{never}{PULL}{MINUTE}after = [\"tarik\"]\nafter-required = true\n"));
    assert_eq!(served.codes(), codes(&["J007"]));
    let give_back = served.without_source();
    served.at(24 * 60);
    served.once();
    assert_eq!(served.codes(), codes(&["J001", "J007", "J008"]));
    let status = served.status();
    let dropped = status["conditions"].as_array().unwrap().iter().find(|one| one["code"] == "J008").unwrap();
    assert_eq!(dropped["count"], 1_440 - 1_000);
    give_back();
}

#[test]
fn a_run_that_does_not_begin_is_late() {
    let served = Served::with(VERIFY);
    served.at(60);
    // Another process runs the job for long.
    let lock = held(&served, ".periksa.lock");
    served.once();
    served.at(60 + 59);
    assert!(!served.codes().contains("J010"));
    served.at(60 + 61);
    assert_eq!(served.codes(), codes(&["J010"]));
    drop(lock);
    served.once();
    assert_eq!((served.codes(), served.outcomes("periksa")), (codes(&[]), vec!["done".to_owned()]));
}

#[test]
fn an_archive_that_cannot_be_opened_is_said_and_messages_go_on() {
    let served = Served::with(VERIFY);
    let commit = served.office.commit(0);
    let bytes = fs::read(&commit).unwrap();
    fs::write(&commit, "{").unwrap();
    assert!(served.codes().contains("J011"), "{:?}", served.codes());
    assert_eq!(served.status()["quarantined"], serde_json::Value::Null);
    fs::write(&commit, bytes).unwrap();
    assert_eq!(served.codes(), codes(&[]));
}

/// A disk that is not mounted looks like an office that has no archive yet.
#[test]
fn an_archive_that_went_away_is_not_begun_anew() {
    let served = Served::with(PULL);
    served.at(60);
    served.once();
    assert_eq!(served.codes(), codes(&[]));
    fs::rename(served.office.path("archive"), served.office.path("lepas")).unwrap();
    served.at(60 + 24 * 60);
    assert_eq!(served.codes(), codes(&["J015"]), "nobody has run anything");
    served.once();
    assert_eq!(served.outcomes("tarik"), ["done", "failed"]);
    for arguments in [&["run", "tarik"][..], &["pull"]] {
        let refused = served.run(arguments).expect_code(2).err;
        assert!(refused.contains("but a run has left version 0") && refused.contains("mount its disk"), "{refused}");
    }
    let doctor = served.run(&["doctor", "--format", "json"]).expect_code(2).out;
    assert!(doctor.contains("J015") && !doctor.contains("P019"), "{doctor}");
    drop(fs::remove_dir_all(served.office.path("archive")));
    fs::rename(served.office.path("lepas"), served.office.path("archive")).unwrap();
    served.run(&["run", "tarik"]).expect_code_in(&[0, 1], "run");
    assert!(!served.codes().contains("J015"));
}

#[test]
fn who_serves_once_is_told_when_it_cannot_be_done() {
    let served = Served::with(PULL);
    fs::write(served.office.path("riwayat.sqlite"), "bukan basis data ".repeat(100)).unwrap();
    served.at(60);
    let refused = served.run(&["serve", "--once"]).expect_code(2).err;
    assert!(refused.contains("riwayat.sqlite"), "{refused}");
}

#[test]
fn a_serve_that_was_killed_is_said_at_once() {
    let served = Served::with(PULL);
    let mut serving = served.serve();
    served.until("it lives", || served.status()["server"].is_object());
    assert!(!served.codes().contains("J004"));
    serving.signal(Signal::KILL);
    serving.wait();
    assert_eq!(served.codes(), codes(&["J004"]));
    let mut serving = served.serve();
    served.until("it lives", || served.status()["server"].is_object());
    serving.signal(Signal::TERM);
    serving.wait();
    assert!(served.codes().is_empty(), "it said farewell");
}

#[test]
fn a_run_by_hand_for_another_month_hides_no_slot() {
    let served = Served::with(REPORTS);
    served.at(95);
    served.run(&["run", "laporan", "--month", "2026-09"]).expect_code(2);
    served.at(96);
    served.once();
    assert_eq!(served.slots("laporan"), [(90, "done".into(), "due".into())]);
    // One for the same month, after the slot was due, stands for it.
    served.at(90 + 24 * 60 + 5);
    served.run(&["run", "laporan"]).expect_code(0);
    served.once();
    assert_eq!(served.slots("laporan").last().unwrap(), &(90 + 24 * 60, "covered".into(), "by-hand".into()));
}

#[test]
fn a_second_slot_of_a_month_is_run_too() {
    let served = Served::with(REPORTS);
    served.at(90);
    served.once();
    served.at(90 + 24 * 60);
    served.once();
    assert_eq!(served.slots("laporan").iter().map(|slot| slot.1.as_str()).collect::<Vec<_>>(), ["done", "done"]);
    assert_eq!(served.outcomes("laporan"), ["done", "done"]);
}

#[test]
fn an_edited_schedule_owes_nothing_of_the_past() {
    let served = Served::with(VERIFY);
    served.at(30);
    served.office.configure("cron = \"0 6 * * *\"", "cron = \"*/10 * * * *\"");
    served.once();
    assert_eq!(served.slots("periksa"), []);
    served.at(40);
    served.once();
    assert_eq!(served.slots("periksa"), [(40, "done".into(), "due".into())]);
}

/// An office whose monthly report has just begun, and its `serve`. On a busy machine it may have ended before that is seen.
fn with_a_report_that_has_begun() -> (Served, Serving) {
    let served = Served::with(REPORTS);
    served.at(89);
    let serving = served.serve();
    served.at(90);
    serving.wake();
    served.until("the report has begun", || !served.outcomes("laporan").is_empty());
    (served, serving)
}

/// The process of the first run that `serve` has started.
fn first_run(served: &Served) -> Pid {
    let said = fs::read_to_string(served.office.path("serve.log")).unwrap();
    let process = said.split("process=").nth(1).unwrap().split_whitespace().next().unwrap();
    Pid::from_raw(process.trim_matches('"').parse().unwrap()).unwrap()
}

/// A run outlives the `serve` that started it. Nobody tells the next one when it is killed, and it is noticed all the same.
#[test]
fn a_run_of_an_earlier_serve_that_is_killed_is_noticed_soon() {
    // It may end before it is held; then another one is begun.
    let held = std::iter::repeat_with(|| {
        let (served, serving) = with_a_report_that_has_begun();
        let run = first_run(&served);
        let is_held = kill_process(run, Signal::STOP).is_ok() && served.outcomes("laporan") == ["running"];
        is_held.then_some((served, serving, run))
    });
    let (served, serving, run) = held.take(10).flatten().next().unwrap();
    serving.signal(Signal::KILL);
    drop(serving);
    let serving = served.serve();
    // It has nothing to do.
    std::thread::sleep(Duration::from_secs(1));
    kill_process(run, Signal::KILL).unwrap();
    std::thread::sleep(Duration::from_secs(1));
    serving.wake();
    served.until("it is made again", || served.outcomes("laporan") == ["failed", "done"]);
}

/// A monthly report that is cut off at any moment is made again, and told of: `serve` and its run are killed.
#[test]
fn a_report_that_is_cut_off_is_made_again() {
    for (of_serve, wait_ms) in [(false, 0), (false, 300), (true, 200), (true, 600)] {
        let (served, serving) = with_a_report_that_has_begun();
        std::thread::sleep(Duration::from_millis(wait_ms));
        let pid = first_run(&served);
        if of_serve {
            serving.signal(Signal::KILL);
        }
        // It may just have ended by itself.
        kill_process(pid, Signal::KILL).ok();
        drop(serving);
        // What is killed holds its lock until it is gone.
        let lock = || fs::File::options().write(true).open(served.office.path(".laporan.lock")).unwrap();
        served.until("it is gone", || lock().try_lock().is_ok());
        served.at(91);
        served.once();
        served.at(95);
        served.once();
        let outcomes = served.outcomes("laporan");
        assert_eq!(outcomes.last().map(String::as_str), Some("done"), "{of_serve} {wait_ms}: {outcomes:?}");
        assert_eq!(served.slots("laporan")[0].1, "done");
        assert!(served.codes().is_disjoint(&codes(&["J001", "J002"])));
    }
}

/// Another machine that serves the same archive: the second one only pulls, until the first is silent.
#[test]
fn the_second_of_two_machines_only_pulls() {
    let served = Served::with(&format!("{PULL}{VERIFY}"));
    let place = served.office.path("archive/_tertib/server");
    assert!(fs::read_to_string(&place).unwrap().contains("\"process\""), "it says that it is there");
    served.at(60);
    let first = format!("{{\"host\":\"komputer-lain\",\"process\":7,\"at_s\":{}}}", MORNING_S + 58 * 60);
    fs::write(&place, &first).unwrap();
    let serving = served.serve();
    served.until("a pull", || served.outcomes("tarik").len() == 1 && served.outcomes("tarik")[0] != "running");
    assert_eq!(served.outcomes("periksa").len(), 0);
    served.until("J012", || served.codes().contains("J012"));
    assert_eq!(fs::read_to_string(&place).unwrap(), first, "the first one is not disturbed");
    served.at(69);
    serving.wake();
    served.until("the check", || served.outcomes("periksa") == ["done"]);
    served.until("its end", || !served.codes().contains("J012"));
    drop(serving);
    served.run(&["verify"]).expect_code(0);
}

/// A week in which the PC was off: one pull, each report.
#[test]
fn after_a_week_off_each_owed_report_is_made_in_order() {
    let served = Served::with(&format!("{PULL}{REPORTS}"));
    served.clock_at(7 * DAY_S, 7 * DAY_S);
    served.once();
    let slots = |job| served.slots(job).iter().map(|slot| slot.1.clone()).collect::<Vec<_>>();
    assert_eq!(slots("tarik").iter().filter(|decision| *decision == "done").count(), 1);
    assert_eq!(slots("tarik").iter().filter(|decision| *decision == "covered").count(), 6);
    assert_eq!(slots("laporan"), vec!["done".to_owned(); 7]);
}
