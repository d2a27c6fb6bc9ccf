//! A clock that is wrong: what is held, and how it goes on.

use super::{DAY_S, MORNING_S, Served, codes};

const JOBS: &str = "[[job]]\nname = \"tarik\"\ntask = \"pull\"\ncron = \"0 6 * * *\"\n\
    [[job]]\nname = \"laporan\"\ntask = \"monthly-reports\"\ncron = \"30 6 * * *\"\n";

#[test]
fn a_clock_that_went_back_a_little_is_told_when_it_lasts() {
    let served = Served::with(JOBS);
    served.at(90);
    served.once();
    served.at(95);
    let serving = served.serve();
    served.clock_at(60 * 60, 95 * 60);
    serving.wake();
    served.until("it has looked", || served.status()["server"]["at_s"].as_i64() < Some(MORNING_S + 90 * 60));
    assert!(!served.codes().contains("T010"));
    served.clock_at(72 * 60, 107 * 60);
    serving.wake();
    served.until("T010", || served.codes().contains("T010"));
    served.clock_at(130 * 60, 165 * 60);
    serving.wake();
    served.until("it is over", || !served.codes().contains("T010"));
    assert_eq!(served.outcomes("laporan"), ["done"], "nothing twice");
}

/// A clock that was in another year comes back; what it decided there is void, and what it would have hidden is owed.
#[test]
fn a_clock_that_stood_in_another_year_hides_nothing() {
    let served = Served::with(JOBS);
    served.clock_at(400 * DAY_S, 60);
    // The first start after that cannot know which one is wrong.
    served.once();
    assert!(served.codes().contains("T014"), "{:?}", served.codes());
    assert_eq!(served.outcomes("laporan").len(), 0, "documents wait");
    served.run(&["clock", "confirm"]).expect_code(0);
    served.once();
    let in_future = served.outcomes("laporan").len();
    assert_eq!(in_future, 1);
    // It was wrong all the same.
    served.at(91);
    assert!(served.codes().contains("T011"), "{:?}", served.codes());
    served.once();
    assert_eq!(served.outcomes("laporan").len(), in_future, "nothing is decided until somebody says which is right");
    served.run(&["clock", "confirm"]).expect_code(0);
    served.once();
    served.at(92);
    served.once();
    let outcomes = served.outcomes("laporan");
    assert_eq!((outcomes.len(), outcomes[1].as_str()), (2, "done"), "of the future the archive holds no month");
    let slots = served.slots("laporan");
    assert_eq!((slots.len(), slots[0].0, slots[0].1.as_str()), (1, 90, "done"), "{slots:?}");
    let history = served.office.path("riwayat.sqlite");
    let of_future = |what: &str| {
        let now_s = MORNING_S + 92 * 60;
        tests::sqlite_number(&history, &format!("select count(*) from slot where slot_s > {now_s} and decision {what}"))
    };
    assert!(of_future("= 'void'") > 300 && of_future("<> 'void'") == 0);
}

/// What a pull wrote by a clock in another year stays in the archive, and is not held against the right clock for ever.
#[test]
fn a_commit_of_the_future_is_no_evidence_once_a_person_has_spoken() {
    let served = Served::with(JOBS);
    served.clock_at(20_000 * DAY_S, 60);
    served.office.sql(
        "update langkah_berkas set petugas_id = 'P998' where event_id = (select max(event_id) from langkah_berkas)",
    );
    served.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    served.at(91);
    served.once();
    assert!(served.codes().contains("T011"), "{:?}", served.codes());
    assert_eq!(served.outcomes("laporan").len(), 0, "documents wait");
    served.run(&["clock", "confirm"]).expect_code(0);
    served.once();
    assert_eq!(served.outcomes("laporan"), ["done"]);
    // The word of a person counts for a week, and the commits of that week state the time of the last one.
    served.at(10 * 24 * 60 + 91);
    served.once();
    assert!(!served.codes().contains("T011"), "{:?}", served.codes());
    assert_eq!(served.outcomes("laporan").len(), 2);
}

/// A run that was started by a right clock, which somebody sets wrong meanwhile.
#[test]
fn a_run_states_no_later_time_than_it_can_be() {
    let served = Served::with(JOBS);
    served.at(60);
    let slot_s = (MORNING_S + 3_600).to_string();
    served.run(&["serve", "--once"]).expect_code(0);
    served.office.sql(
        "update langkah_berkas set petugas_id = 'P998' where event_id = (select max(event_id) from langkah_berkas)",
    );
    served.clock_at(20_000 * DAY_S, 3_660);
    let history = served.office.path("riwayat.sqlite");
    tests::sqlite(&history, "update slot set decision = 'run', not_before_s = 0");
    let not_after = (MORNING_S + 7_200).to_string();
    let ran = served.run(&["run", "tarik", "--slot", &slot_s, "--not-after", &not_after]);
    ran.expect_code_in(&[0, 1], "run");
    served.at(125);
    served.once();
    assert!(!served.codes().contains("T011"), "{:?}", served.codes());
}

#[test]
fn a_clock_that_ran_ahead_of_the_machine_holds_documents_and_not_the_pull() {
    let served = Served::with(JOBS);
    let serving = served.serve();
    served.clock_at(10 * DAY_S, 60);
    serving.wake();
    served.until("T012", || served.codes().contains("T012"));
    served.until("a pull", || served.outcomes("tarik").len() == 1 && served.outcomes("tarik")[0] != "running");
    assert_eq!(served.outcomes("laporan").len(), 0);
    let state = |job: usize| served.status()["jobs"][job]["state"].as_str().unwrap().to_owned();
    assert_eq!(state(1), "held");
    assert_ne!(state(0), "held", "the pull goes on");
    served.run(&["clock", "confirm"]).expect_code(0);
    serving.wake();
    served.until("the report", || served.outcomes("laporan") == ["done"]);
    served.until("nothing more", || served.codes().is_disjoint(&codes(&["T011", "T012"])));
}

#[test]
fn a_clock_before_the_program_was_made_runs_nothing() {
    let served = Served::with(JOBS);
    served.clock_at(-3_000 * DAY_S, 60);
    served.once();
    assert!(served.codes().contains("T013"), "{:?}", served.codes());
    assert_eq!((served.outcomes("tarik").len(), served.outcomes("laporan").len()), (0, 0));
    served.at(90);
    served.once();
    assert_eq!((served.outcomes("tarik").len(), served.outcomes("laporan").len()), (1, 1));
}
