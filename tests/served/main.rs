//! An office that is served, with a clock that the test sets: what is due is run once, what is wrong is told by its code as long as it
//! lasts, and what was missed, cut off or held by a wrong clock is made up for.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

mod clocks;
mod slots;
mod tasks;
mod told;

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};
use tests::serving::{Clock, Serving};
use tests::{Office, Ran};

const DAY_S: i64 = 86_400;

/// 05:00 in the office's zone, on 10 November 2026: October is complete, and Tuesday is a day like any other.
const MORNING_S: i64 = 1_794_261_600;

/// An office whose jobs and whose clock are the test's.
struct Served {
    office: Office,
    clock: Clock,
}

impl Served {
    /// An office with these jobs, which are in force since five o'clock.
    fn with(jobs: &str) -> Self {
        let office = Office::unpulled();
        let config = fs::read_to_string(office.path("tertib.toml")).unwrap();
        let before = config.split("\n[[job]]").next().unwrap();
        fs::write(office.path("tertib.toml"), format!("{before}\n{jobs}")).unwrap();
        let served = Self { clock: Clock::of(&office), office };
        served.at(-60);
        served.run(&["pull"]).expect_code(0);
        served.at(0);
        served.once();
        served
    }

    /// Sets the clock to so many minutes after the morning; the machine's own time goes along.
    fn at(&self, minutes: i64) {
        self.clock_at(minutes * 60, minutes * 60);
    }

    /// Sets the clock and the machine's own time, each to so many seconds after the morning.
    fn clock_at(&self, clock_s: i64, machine_s: i64) {
        self.clock.set(MORNING_S + clock_s, 100_000 + machine_s);
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.clock.rules(self.office.command(arguments)).output().unwrap())
    }

    /// Runs what is owed.
    fn once(&self) -> Ran {
        self.run(&["serve", "--once"]).expect_code_in(&[0, 1], "serve --once")
    }

    /// Serves until it is dropped.
    fn spawn(&self) -> Serving {
        Serving::start(self.clock.rules(self.office.command(&["serve"])), &self.office.path("serve.log"))
    }

    /// The same, once it has looked at everything.
    fn serve(&self) -> Serving {
        let serving = self.spawn();
        self.until("serve has looked", || self.status()["server"]["at_s"].is_i64());
        serving
    }

    fn status(&self) -> serde_json::Value {
        self.run(&["status", "--format", "json"]).json()
    }

    /// The codes of what is wrong with jobs and the clock.
    fn codes(&self) -> BTreeSet<String> {
        let status = self.status();
        let codes = status["conditions"].as_array().unwrap().iter();
        codes.map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    }

    /// How the runs of a job ended, oldest first.
    fn outcomes(&self, job: &str) -> Vec<String> {
        let mut runs = self.run(&["status", job, "--format", "json"]).json()["runs"].as_array().unwrap().clone();
        runs.reverse();
        runs.iter().map(|run| run["outcome"].as_str().unwrap().to_owned()).collect()
    }

    /// What was decided of the slots of a job, oldest first: minutes after the morning, decision, reason.
    fn slots(&self, job: &str) -> Vec<(i64, String, String)> {
        let mut slots = self.run(&["status", job, "--format", "json"]).json()["slots"].as_array().unwrap().clone();
        slots.reverse();
        let word = |slot: &serde_json::Value, key: &str| slot[key].as_str().unwrap().to_owned();
        slots
            .iter()
            .map(|slot| {
                ((slot["slot_s"].as_i64().unwrap() - MORNING_S) / 60, word(slot, "decision"), word(slot, "reason"))
            })
            .collect()
    }

    /// Waits until something holds.
    fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let began = Instant::now();
        while !holds() {
            let said = || fs::read_to_string(self.office.path("serve.log")).unwrap_or_default();
            assert!(began.elapsed() < Duration::from_secs(150), "never: {what}\n{}", said());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Takes the office's database away, and gives back what returns it.
    fn without_source(&self) -> impl Fn() + use<> {
        let (here, away) = (self.office.path("kantor.sqlite"), self.office.path("hilang.sqlite"));
        fs::rename(&here, &away).unwrap();
        move || fs::rename(&away, &here).unwrap()
    }
}

fn codes(codes: &[&str]) -> BTreeSet<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}
