//! Simulated offices against an oracle that looks at every minute: no slot is lost, none runs twice, whatever happens to the PC.
//!
//! A seed makes an office ([`office`]), with a history in memory ([`book`]). What the scheduler decides there is compared with the
//! minutes that match the expressions, found one by one ([`expression`]), and with the rules of the design, said once more ([`ledger`]).

mod book;
mod expression;
mod ledger;
mod office;

use super::*;
use crate::history::History;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use expression::Sets;
use office::Office;
use schemas::Facts;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Simulates offices on all processors: those that `TERTIB_SEEDS=0..1000` asks for, or else the usual ones. Returns how many slots were
/// decided.
#[expect(clippy::disallowed_methods, reason = "which offices a test lives through is no configuration")]
fn simulate_all(usual: Range<u64>, days: i64) -> usize {
    let asked = std::env::var("TERTIB_SEEDS").ok().map(|text| {
        let range = text.split_once("..").and_then(|(a, b)| Some(a.parse().ok()?..b.parse().ok()?));
        range.unwrap_or_else(|| panic!("TERTIB_SEEDS is `{text}`; write it as 0..1000"))
    });
    let seeds = asked.unwrap_or(usual);
    let facts = Facts::embedded().unwrap();
    let (next, failed) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let work = || {
        let mut slots = 0;
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if !seeds.contains(&seed) || failed.load(Ordering::Relaxed) {
                return slots;
            }
            let simulated = std::panic::catch_unwind(|| Office::simulate(seed, days, &facts, None));
            slots += simulated.unwrap_or_else(|_| {
                failed.store(true, Ordering::Relaxed);
                panic!("the office of `TERTIB_SEEDS={seed}..{}` over {days} days, see above", seed + 1)
            });
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("an office lost or doubled a slot")).sum()
    })
}

#[test]
fn ten_thousand_offices_of_forty_days_lose_no_slot_and_double_none() {
    assert!(simulate_all(0..10_000, 40) > 0);
}

#[test]
fn offices_of_ten_years_lose_no_slot_and_double_none() {
    assert!(simulate_all(20_000..20_200, 3_653) > 0);
}

/// The history on the disk does what the simulated one does.
#[test]
fn the_history_on_the_disk_knows_what_the_simulated_one_knows() {
    let facts = Facts::embedded().unwrap();
    for seed in 30_000..30_004 {
        let folder = tempfile::tempdir().unwrap();
        assert!(Office::simulate(seed, 20, &facts, Some(folder.path())) > 0);
    }
}

/// The clock of a PC that was off for a year, with a pull every half hour of the office's week.
#[test]
fn a_year_off_is_decided_at_once() {
    let facts = Facts::embedded().unwrap();
    let schedule = Schedule::new("*/30 * * * *", None, Tz::Asia__Jakarta).unwrap();
    let (now_s, since_s) = (1_830_000_000, 1_830_000_000 - 365 * DAY_S);
    let plan = Plan {
        name: "tarik".to_owned(),
        task: Task::Pull,
        catch_up: CatchUp::Last,
        after: Vec::new(),
        after_required: false,
        give_up_s: None,
        schedule: schedule.clone(),
    };
    let known = Known { schedule: schedule.words().to_owned(), since_s, ..Known::default() };
    let known = BTreeMap::from([("tarik".to_owned(), known)]);
    let clock = Clock { now_s, trust: Trust::Confirmed };
    let decided = decide(&[plan], &known, clock, &facts.clock, facts.zone);
    assert_eq!(decided.changes.len(), 17_520);
    let runs = decided.changes.iter().filter(|change| matches!(change, Change::Slot { decision: Decision::Run, .. }));
    assert_eq!(runs.count(), 1);
    // And written at once.
    let (folder, job) = (tempfile::tempdir().unwrap(), "tarik".to_owned());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let known = runtime.block_on(async {
        let mut history = History::open(&folder.path().join("riwayat.sqlite")).await.unwrap();
        history.apply(&[Change::Job { job, schedule: schedule.words().to_owned(), since_s }], since_s).await.unwrap();
        history.apply(&decided.changes, now_s).await.unwrap();
        history.known(now_s).await.unwrap()
    });
    assert_eq!((known["tarik"].last_s, known["tarik"].open.len()), (Some(1_830_000_000 / 1_800 * 1_800), 1));
}

#[test]
fn what_the_oracle_knows_of_summer_time() {
    let facts = Facts::embedded().unwrap();
    let due = |minute: u32, hour: u32, day: &str| {
        let zone = Tz::America__New_York;
        let sets = Sets { minutes: 1 << minute, hours: 1 << hour, days: None, weekdays: None, when: None, zone };
        let start_s = format!("{day}T00:00:00Z").parse::<DateTime<Utc>>().unwrap().timestamp();
        let due = sets.due(start_s, start_s + DAY_S, &facts.clock);
        due.into_iter().map(|at_s| DateTime::from_timestamp(at_s, 0).unwrap().to_string()).collect::<Vec<_>>()
    };
    // 02:30 does not exist on 8 March 2026, so it is due at 03:00; 01:30 exists twice on 1 November.
    assert_eq!(due(30, 2, "2026-03-08"), ["2026-03-08 07:00:00 UTC"]);
    assert_eq!(due(30, 1, "2026-11-01"), ["2026-11-01 05:30:00 UTC"]);
    assert_eq!(due(30, 2, "2026-11-01"), ["2026-11-01 07:30:00 UTC"]);
    assert_eq!(due(30, 2, "2026-06-01"), ["2026-06-01 06:30:00 UTC"]);
}
