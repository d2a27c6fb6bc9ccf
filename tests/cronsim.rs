//! cronsim, which reads expressions as Debian's cron does, names the same minutes as the program.
//!
//! For each random expression it says which minutes of the wall clock match, and which instants those are in a zone. The first is the
//! judge of how expressions are read. Where clocks change the two go by different rules, both documented:
//!
//! * the program moves to the end of a gap, and runs once in an overlap, what has one minute and one hour; everything else runs at each
//!   instant that shows a matching time, so not in a gap and twice in an overlap;
//! * cronsim does the former with everything whose minute and hour both do not begin with `*`.
//!
//! cronsim also walks in whole hours through what begins with `*`, and so loses times on the day after the half-hour changes of Lord Howe.
//!
//! So their instants are the same but for expressions with several minutes or hours, none of which begins with `*`; and what cronsim
//! says of those is what its own rule makes of the same minutes.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

#[expect(dead_code, reason = "the program uses all of it")]
#[path = "../jobs/src/scheduler/schedule.rs"]
mod schedule;

use chrono::{DateTime, Duration, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use schedule::Schedule;
use schemas::Facts;
use std::collections::BTreeSet;
use tests::tools::Tool;

const CASES: usize = 2_400;

const CHANGING: [Tz; 3] = [Tz::America__New_York, Tz::Europe__Berlin, Tz::Australia__Lord_Howe];

/// Reads lines of JSON, `[expression, zone, from, to]`, and answers each with the minutes of the wall clock and the instants.
const JUDGE: &str = r#"
import json, sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo
from cronsim import CronSim
for line in open(sys.argv[1]):
    text, zone, begin, end = json.loads(line)
    zone = ZoneInfo(zone)
    def until(start, last):
        for at in CronSim(text, start):
            if at > last:
                return
            yield at
    local = [datetime.fromtimestamp(at, zone) for at in (begin, end)]
    wall = [at.isoformat() for at in until(local[0].replace(tzinfo=None), local[1].replace(tzinfo=None))]
    instants = [int(at.timestamp()) for at in until(local[0], local[1])]
    print(json.dumps([wall, instants]))
"#;

tests::trials! {
    expressions_name_the_same_minutes needs Tool::Python(&["cronsim"]);
}

/// An expression, a zone, and between which instants it is asked for.
struct Case {
    text: String,
    zone: Tz,
    from_s: i64,
    to_s: i64,
}

fn expressions_name_the_same_minutes() {
    let mut rng = ChaCha8Rng::seed_from_u64(18);
    let changes = CHANGING.map(changes);
    let facts = Facts::embedded().unwrap();
    let cases: Vec<Case> = (0..CASES).map(|n| Case::random(&mut rng, n, &changes)).collect();
    let questions = cases
        .iter()
        .map(|case| serde_json::json!([case.asked(), case.zone.name(), case.from_s, case.to_s]).to_string() + "\n");
    let answers = judged(&questions.collect::<String>());
    let (mut instants_seen, mut gaps, mut overlaps, mut apart) = (0, 0, 0, 0);
    for (case, answer) in cases.iter().zip(answers.lines()) {
        let (wall, judged): (Vec<String>, Vec<i64>) = serde_json::from_str(answer).unwrap();
        let wall: Vec<NaiveDateTime> = wall.iter().map(|text| text.parse().unwrap()).collect();
        let ours = case.ours(&facts);
        let context = format!("`{}` in {} from {} to {}", case.text, case.zone, case.from_s, case.to_s);
        assert_eq!(ours, case.instants(&wall, case.is_single()), "{context}");
        if case.is_single() || case.begins_with_a_star() {
            let is_lost = |at_s: &&i64| {
                let after = |change_s: &i64| (change_s - 1_800..change_s + 26 * 3_600).contains(*at_s);
                !case.is_single() && case.zone == Tz::Australia__Lord_Howe && changes[2].iter().any(after)
            };
            let kept = |all: &[i64]| all.iter().filter(|at_s| !is_lost(at_s)).copied().collect::<Vec<_>>();
            assert_eq!(kept(&ours), kept(&judged), "{context}");
            // It loses times, and invents none.
            assert!(judged.iter().all(|at_s| ours.contains(at_s)), "{context}");
        } else {
            assert_eq!(case.instants(&wall, true), judged, "{context}, by the rule of cronsim");
            apart += usize::from(ours != judged);
        }
        instants_seen += ours.len();
        let count = |instants: fn(&chrono::MappedLocalTime<DateTime<Tz>>) -> bool| {
            wall.iter().filter(|at| instants(&case.zone.from_local_datetime(at))).count()
        };
        gaps += count(|found| found.latest().is_none());
        overlaps += count(|found| found.single().is_none() && found.latest().is_some());
    }
    assert_eq!(answers.lines().count(), CASES);
    // The cases reach what they are made for.
    assert!(
        instants_seen > 50_000 && gaps > 200 && overlaps > 200 && apart > 50,
        "{instants_seen} {gaps} {overlaps} {apart}"
    );
}

fn judged(questions: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("questions");
    std::fs::write(&file, questions).unwrap();
    Tool::Python(&["cronsim"]).output(&["-c", JUDGE, file.to_str().unwrap()])
}

impl Case {
    fn random(rng: &mut ChaCha8Rng, n: usize, changes: &[Vec<i64>; 3]) -> Self {
        let own = [Tz::Asia__Jakarta, Tz::Asia__Makassar, Tz::Asia__Jayapura];
        let changing = rng.random_range(0..3);
        let zone = if n.is_multiple_of(4) { *own.choose(rng).unwrap() } else { CHANGING[changing] };
        let near = n % 4 > 1;
        // Where clocks change they do so in the first hours.
        let days_long = if near { 4 } else { *[6, 400, 1_500].choose(rng).unwrap() };
        let hours = match days_long {
            4 => field(rng, 0, 4, &[]),
            6 => field(rng, 0, 23, &[]),
            _ => rng.random_range(0..24).to_string(),
        };
        let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
        let weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
        let mut rarely = |chance: f64, from: u32, to: u32, names: &[&str]| {
            if rng.random_bool(chance) { field(rng, from, to, names) } else { "*".to_owned() }
        };
        let chance = if near { 0.15 } else { 0.5 };
        let (days, month) = (rarely(chance, 1, 28, &[]), rarely(chance / 2.0, 1, 12, &months));
        let weekday = rarely(chance, 0, 6, &weekdays);
        let from_s = if near {
            changes[changing].choose(rng).unwrap() - 2 * 86_400
        } else {
            rng.random_range(1_780_000_000..1_900_000_000)
        };
        let minutes = if days_long > 6 { rng.random_range(0..60).to_string() } else { field(rng, 0, 59, &[]) };
        let text = format!("{minutes} {hours} {days} {month} {weekday}");
        Self { text, zone, from_s, to_s: from_s + days_long * 86_400 }
    }

    fn ours(&self, facts: &Facts) -> Vec<i64> {
        let schedule = Schedule::new(&self.text, None, self.zone).unwrap();
        let mut ours = Vec::new();
        let mut at_s = self.from_s;
        loop {
            at_s = schedule.next(at_s, &facts.clock).unwrap();
            if at_s > self.to_s {
                return ours;
            }
            ours.push(at_s);
        }
    }

    /// The expression for the judge. Debian's cron takes the days that both fields name where one of them begins with `*`, also `*/2`;
    /// POSIX, and so the program, only where one is `*`. Written out the two mean the same.
    fn asked(&self) -> String {
        let written_out = |field: &str, from: u32, to: u32| match field.strip_prefix("*/") {
            Some(step) => {
                let days: Vec<String> = (from..=to).step_by(step.parse().unwrap()).map(|n| n.to_string()).collect();
                days.join(",")
            }
            None => field.to_owned(),
        };
        let fields: Vec<&str> = self.text.split(' ').collect();
        let (days, weekdays) = (written_out(fields[2], 1, 31), written_out(fields[4], 0, 6));
        format!("{} {} {days} {} {weekdays}", fields[0], fields[1], fields[3])
    }

    fn fields(&self) -> [&str; 2] {
        let mut fields = self.text.split(' ');
        [fields.next().unwrap(), fields.next().unwrap()]
    }

    fn is_single(&self) -> bool {
        self.fields().iter().all(|field| field.parse::<u32>().is_ok())
    }

    fn begins_with_a_star(&self) -> bool {
        self.fields().iter().any(|field| field.starts_with('*'))
    }

    /// The instants at which clocks show these times: each once, and at the end of a gap that swallows it; or whenever they show it.
    fn instants(&self, wall: &[NaiveDateTime], once: bool) -> Vec<i64> {
        let mut instants = BTreeSet::new();
        for at in wall {
            let found = self.zone.from_local_datetime(at);
            match (once, found.earliest(), found.latest()) {
                (true, Some(first), _) => _ = instants.insert(first.timestamp()),
                (true, None, _) => {
                    let after =
                        (1..=180).find_map(|n| self.zone.from_local_datetime(&(*at + Duration::minutes(n))).earliest());
                    instants.insert(after.unwrap().timestamp());
                }
                (false, first, last) => instants.extend([first, last].into_iter().flatten().map(|at| at.timestamp())),
            }
        }
        instants.range(self.from_s + 1..=self.to_s).copied().collect()
    }
}

/// When the clocks of a zone change, over ten years.
fn changes(zone: Tz) -> Vec<i64> {
    use chrono::Offset;
    let offset = |at_s: i64| {
        let utc = DateTime::from_timestamp(at_s, 0).unwrap().naive_utc();
        zone.offset_from_utc_datetime(&utc).fix()
    };
    (1_780_000_000..2_090_000_000).step_by(1_800).filter(|at_s| offset(*at_s) != offset(at_s + 1_800)).collect()
}

/// One number, a list, a range, steps, or a name.
fn field(rng: &mut ChaCha8Rng, from: u32, to: u32, names: &[&str]) -> String {
    let word = |rng: &mut ChaCha8Rng, n: u32| match names.get((n - from) as usize) {
        Some(name) if rng.random_bool(0.5) => (*name).to_owned(),
        _ => n.to_string(),
    };
    let number = rng.random_range(from..=to);
    let last = rng.random_range(number..=to);
    match rng.random_range(0..8) {
        3 => {
            let mut numbers: BTreeSet<u32> = (0..3).map(|_| rng.random_range(from..=to)).collect();
            numbers.insert(number);
            numbers.into_iter().map(|n| word(rng, n)).collect::<Vec<_>>().join(",")
        }
        4 if number < last => format!("{}-{}", word(rng, number), word(rng, last)),
        // cronsim takes the steps from a range of one number to the end of the field, as if it were no range.
        5 if number < last => format!("{number}-{last}/{}", rng.random_range(1..=7)),
        6 => format!("*/{}", rng.random_range(2..=(to / 2).max(2))),
        7 => "*".to_owned(),
        _ => word(rng, number),
    }
}
