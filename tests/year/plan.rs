//! What goes wrong when, by seed: everything that can, spread over the time, and in the end nothing.

use super::calendar;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

pub(crate) const HOUR_S: i64 = 3_600;
pub(crate) const DAY_S: i64 = 24 * HOUR_S;

/// So many processes are killed in a year.
const KILLS_OF_A_YEAR: i64 = 500;

/// A day of the office begins to work at that hour, before its first pull.
const MORNING_S: i64 = 5 * HOUR_S;

/// What happens at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// The database is away, and comes back.
    SourceGoes,
    SourceComes,
    /// The disk of the archive is full, and has room again.
    DiskFills,
    DiskEmpties,
    /// The service that takes messages refuses them, and takes them again.
    SinkFalls,
    SinkRises,
    /// The configuration is broken, and mended.
    EditBreaks,
    EditMends,
    /// Another `serve` on the same archive, with a history of its own, and its end.
    RivalComes,
    RivalGoes,
    /// A second `serve` of the same office is started by mistake.
    Twin,
    /// The clock goes back by an hour for a while.
    HourBack,
    /// The clock stands in 2099 for a minute.
    FarAhead,
    /// The power fails, and the clock's battery is empty.
    Battery,
    /// The machine sleeps.
    Sleep,
}

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kill {
    Serve,
    Run,
    Both,
}

/// The plan of a time.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) events: BTreeMap<i64, Vec<Event>>,
    pub(crate) kills: BTreeMap<i64, Kill>,
}

impl Plan {
    /// The plan for some days from a midnight on, with these slots.
    pub(crate) fn new(begin_s: i64, days: i64, due: &BTreeMap<i64, BTreeSet<String>>, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        // In the last sixth `serve` is left alone, so that it can be seen whether it grows. The last days are without any fault.
        let calm_s = begin_s + (days - (days / 6).max(5)) * DAY_S;
        let end_s = begin_s + (days - 4) * DAY_S;
        let rounds = (days / 60).max(1);
        let of_a_round = days_between(begin_s + DAY_S, calm_s) / rounds;
        let mut events = BTreeMap::new();
        for round in 0..rounds {
            let first_s = begin_s + (1 + round * of_a_round) * DAY_S;
            faults(first_s, of_a_round, &mut random, &mut events);
        }
        let kills = kills(due, begin_s..end_s, calm_s, KILLS_OF_A_YEAR * days / 365, &mut random);
        Self { events, kills }
    }
}

fn days_between(from_s: i64, to_s: i64) -> i64 {
    calendar::days(from_s, to_s)
}

/// Every fault once, one after the other. Messages may be refused meanwhile.
fn faults(first_s: i64, days: i64, random: &mut ChaCha8Rng, events: &mut BTreeMap<i64, Vec<Event>>) {
    use Event::{
        Battery, DiskEmpties, DiskFills, EditBreaks, EditMends, FarAhead, HourBack, RivalComes, RivalGoes, SinkFalls,
        SinkRises, Sleep, SourceComes, SourceGoes, Twin,
    };
    let mut windows: [(Event, Option<Event>, i64); 8] = [
        (SourceGoes, Some(SourceComes), 2 * DAY_S),
        (DiskFills, Some(DiskEmpties), DAY_S),
        (EditBreaks, Some(EditMends), 5 * HOUR_S),
        (RivalComes, Some(RivalGoes), 3 * HOUR_S),
        (HourBack, None, HOUR_S),
        (FarAhead, None, HOUR_S),
        (Battery, None, HOUR_S),
        (Sleep, None, 8 * HOUR_S),
    ];
    windows.shuffle(random);
    let needed: i64 = windows.iter().map(|(_, _, lasts_s)| lasts_s / DAY_S + 1).sum();
    let spare = (days - needed) / 8;
    assert!(spare >= 0, "{days} days are too few for {needed}");
    let mut day_s = first_s;
    let mut add = |at_s: i64, event: Event| events.entry(at_s).or_default().push(event);
    for (event, end, lasts_s) in windows {
        // On a day on which the office works, at an hour at which something may run.
        day_s += random.random_range(0..=spare) * DAY_S;
        let monday_to_friday = (0..).map(|n| day_s + n * DAY_S).find(|day_s| is_weekday(*day_s)).unwrap_or(day_s);
        let at_s =
            monday_to_friday + MORNING_S + random.random_range(4..=9) * HOUR_S + random.random_range(0..2) * HOUR_S / 2;
        add(at_s, event);
        if let Some(end) = end {
            add(at_s + lasts_s, end);
        }
        if event == EditBreaks {
            add(at_s - DAY_S / 4, Twin);
        }
        day_s = monday_to_friday + (lasts_s / DAY_S + 1) * DAY_S;
    }
    let falls_s = first_s + random.random_range(0..=(days - 9).max(0)) * DAY_S + 10 * HOUR_S;
    add(falls_s, SinkFalls);
    add(falls_s + 7 * DAY_S, SinkRises);
}

fn is_weekday(day_s: i64) -> bool {
    use chrono::Datelike;
    calendar::day(day_s).weekday().number_from_monday() <= 5
}

/// So many kills, each where a job is due. Half of the slots of jobs that are due once a month are among them.
fn kills(
    due: &BTreeMap<i64, BTreeSet<String>>,
    within: Range<i64>,
    calm_s: i64,
    number: i64,
    random: &mut ChaCha8Rng,
) -> BTreeMap<i64, Kill> {
    let all: Vec<i64> = due.range(within).map(|(at_s, _)| *at_s).collect();
    let count = |name: &str| due.values().filter(|jobs| jobs.contains(name)).count();
    let is_seldom = |at_s: &i64| due[at_s].iter().any(|name| count(name) * 28 <= due.len());
    let seldom: Vec<i64> = all.iter().copied().filter(is_seldom).collect();
    let number = usize::try_from(number).unwrap();
    let mut at: BTreeSet<i64> = seldom.choose_multiple(random, (seldom.len() / 2).min(number / 3)).copied().collect();
    while at.len() < number.min(all.len()) {
        at.extend(all.choose(random));
    }
    let mut kind =
        |at_s| if at_s >= calm_s { Kill::Run } else { [Kill::Serve, Kill::Run, Kill::Both][random.random_range(0..3)] };
    at.into_iter().map(|at_s| (at_s, kind(at_s))).collect()
}
