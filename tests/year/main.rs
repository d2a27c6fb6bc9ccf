//! A year of an office that is served: its processes are real, its database grows as the office works, its clock is the test's, and all
//! that may go wrong goes wrong again and again. In the end no slot is lost or run twice, and whoever had to be told was told once.
//!
//! `TERTIB_YEAR=365` is the whole; without it, it is a quarter.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up must stop")]
#![expect(clippy::print_stdout, reason = "what happened in the year is what the long run is for")]

mod calendar;
mod judge;
mod machine;
mod plan;
mod source;

use calendar::{midnight_s, shown};
use machine::{Machine, Sample, Sinks};
use plan::{DAY_S, Event, HOUR_S, Kill, Plan};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use source::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::os::unix::fs::PermissionsExt;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tests::Office;
use tests::servers::Server;
use tests::tools::Tool;
use tests::trials::Trials;

/// A Monday. October is over and whole.
const FIRST_DAY: &str = "2026-11-09";

/// The months of which the invented office has events.
const MONTHS: &str = "2026-10:2027-11";

const PER_MONTH: u32 = 60;

/// The days on which the office works by the hours of Ramadan.
const RAMADAN: (&str, &str) = ("2027-02-08", "2027-03-09");

const SEED: u64 = 18;

/// The days of every run, and the fewest and the most that can be asked for.
const QUARTER: i64 = 91;
const FEWEST: i64 = 20;
const MOST: i64 = 390;

/// A test ends at least this often.
const PART_DAYS: i64 = 15;

/// The mail server, whose Python also computes the reference.
const MAIL: Tool = Tool::Python(&["aiosmtpd"]);
const NEEDS: &[Tool] = &[MAIL];

/// The jobs that an office adds for its backups.
const BACKUPS: &str = "
[[job]]
name = \"cadangan\"
task = \"backup\"
cron = \"0 20 * * 1-5\"

[[job]]
name = \"uji-pulih\"
task = \"restore-drill\"
cron = \"0 21 10 * *\"
deadline-minutes = 120

[[backup]]
name = \"usb\"
target = \"cadangan\"
encrypted = \"luks\"
";

/// The year that all trials of this program look at.
static YEAR: Mutex<Option<Year>> = Mutex::new(None);

fn main() -> ExitCode {
    let mut all = Trials::default();
    let (days, _) = asked();
    let parts = days / PART_DAYS + i64::from(days % PART_DAYS > 0);
    for part in 1..=parts {
        let until = (part * PART_DAYS).min(days);
        let name = format!("day_{:03}_to_{until:03}", (part - 1) * PART_DAYS + 1);
        all.add(name, NEEDS, move || lived(until, |_| {}));
    }
    all.add("every_slot_has_its_end_and_none_ran_twice", NEEDS, move || lived(days, judge::slots));
    all.add("every_alarm_was_told_once_and_closed_once", NEEDS, move || lived(days, judge::messages));
    all.add("the_archive_and_its_backup_are_whole", NEEDS, move || lived(days, judge::archive));
    all.add("serve_does_not_grow", NEEDS, move || lived(days, judge::growth));
    all.add("logs_are_bounded_and_name_nobody", NEEDS, move || lived(days, judge::logs));
    all.add("the_figures_of_each_month_are_the_reference_s", NEEDS, move || lived(days, judge::figures));
    all.add("days_with_a_server", &[Tool::Postgresql, MAIL], days_with_a_server);
    let code = all.run();
    // Nothing of it may go on.
    drop(YEAR.lock().unwrap_or_else(PoisonError::into_inner).take());
    code
}

/// The days that are asked for, and the seed by which they go: `91`, or `91:7` for another year than the usual one.
#[expect(clippy::disallowed_methods, reason = "how long a test lives is no configuration")]
fn asked() -> (i64, u64) {
    let Ok(text) = std::env::var("TERTIB_YEAR") else { return (QUARTER, SEED) };
    let read = || {
        let (days, seed) = text.split_once(':').map_or((text.as_str(), None), |(days, seed)| (days, Some(seed)));
        Some((days.parse().ok()?, seed.map_or(Some(SEED), |seed| seed.parse().ok())?))
    };
    match read() {
        Some((days, seed)) if (FEWEST..=MOST).contains(&days) => (days, seed),
        _ => panic!("TERTIB_YEAR is `{text}`; write how many days, {FEWEST} to {MOST}"),
    }
}

/// Lets the year go on until that day is over, if it is not yet, and looks at it.
fn lived(day: i64, look: impl FnOnce(&mut Year)) {
    // What one looked for and did not find keeps no other from looking.
    let mut year = YEAR.lock().unwrap_or_else(PoisonError::into_inner);
    let year = year.get_or_insert_with(|| Year::begin(asked().0, asked().1, None));
    assert!(!year.is_living, "it broke off before");
    year.live_until(year.begin_s + day * DAY_S);
    look(year);
}

/// Some days of an office whose database is a server.
fn days_with_a_server() {
    let days = FEWEST;
    let mut year = Year::begin(days, SEED, Some(tests::servers::postgres()));
    year.live_until(year.begin_s + days * DAY_S);
    judge::slots(&mut year);
    judge::messages(&mut year);
    judge::archive(&mut year);
    judge::logs(&mut year);
    judge::figures(&mut year);
}

/// How often something happened.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) kills: BTreeMap<Kill, u32>,
    pub(crate) events: BTreeMap<Event, u32>,
    pub(crate) runs_of_rivals: i64,
}

/// An office and its time.
#[derive(Debug)]
pub(crate) struct Year {
    pub(crate) machine: Machine,
    pub(crate) source: Source,
    pub(crate) jobs: Vec<calendar::Job>,
    pub(crate) begin_s: i64,
    pub(crate) days: i64,
    due: BTreeMap<i64, BTreeSet<String>>,
    pub(crate) plan: Plan,
    random: ChaCha8Rng,
    lived_s: i64,
    /// Until when the plan was followed.
    happened_s: i64,
    /// Until when everything that was due was waited for.
    settled_s: i64,
    /// A fault lasts for long, so that not every attempt at a slot is waited for.
    is_long: bool,
    /// It broke off, if this is seen from outside.
    is_living: bool,
    pub(crate) samples: Vec<Sample>,
    pub(crate) tally: Tally,
    began: Instant,
}

impl Year {
    fn begin(days: i64, seed: u64, server: Option<Box<dyn Server>>) -> Self {
        let begin_s = midnight_s(FIRST_DAY);
        let mut source = Source::invented(MONTHS, PER_MONTH);
        source.grow(begin_s);
        let office = match server {
            Some(server) => Office::at(&source.move_into(server)),
            None => Office::around(|path| source.install(path)),
        };
        let sinks = Sinks::start();
        set_up(&office, &sinks);
        // The clock of a server would be that of this computer.
        if source.server.is_some() {
            let text = fs::read_to_string(office.path("tertib.toml")).unwrap();
            let (before, after) = text.split_once("[[job]]\nname = \"periksa\"\n").unwrap();
            let after = after.split_once("\n\n").unwrap().1;
            fs::write(office.path("tertib.toml"), format!("{before}{after}")).unwrap();
        }
        let jobs = calendar::jobs(&fs::read_to_string(office.path("tertib.toml")).unwrap());
        let due = calendar::due(&jobs, begin_s, begin_s + days * DAY_S);
        let plan = Plan::new(begin_s, days, &due, seed);
        let mut machine = Machine::new(office, sinks, begin_s - 600);
        machine.run(&["pull"]).expect_code(0);
        // The first books are closed by a person.
        machine.run(&["seal", "--month", "2026-10"]).expect_code(0);
        machine.confirm_keys();
        machine.serve();
        let mut year = Self {
            machine,
            source,
            jobs,
            begin_s,
            days,
            due,
            plan,
            random: ChaCha8Rng::seed_from_u64(seed),
            lived_s: begin_s,
            happened_s: begin_s,
            settled_s: begin_s,
            is_long: false,
            is_living: false,
            samples: Vec::new(),
            tally: Tally::default(),
            began: Instant::now(),
        };
        year.machine.until_it_serves();
        year.machine.go_to(begin_s);
        year
    }

    /// Lives until an instant.
    fn live_until(&mut self, until_s: i64) {
        self.is_living = true;
        let before = (self.lived_s, self.began.elapsed());
        while self.lived_s < until_s {
            let (next_s, event_s) = self.next();
            self.source.grow(next_s.min(until_s));
            self.machine.go_to(next_s.min(until_s));
            if let Some(event_s) = event_s.filter(|event_s| *event_s <= until_s) {
                self.happen(event_s);
            }
            self.kill(next_s);
            self.settle();
        }
        self.is_living = false;
        if before.0 < until_s {
            let took = self.began.elapsed();
            println!("until {} in {:?}, the last of it in {:?}", shown(until_s), took, took - before.1);
        }
    }

    /// When something happens next, and the instant in the plan, where it is of the plan. Time may have passed over that.
    fn next(&mut self) -> (i64, Option<i64>) {
        let after = |at_s: i64| (Excluded(at_s), Unbounded);
        let due_s = self.due.range(after(self.lived_s)).next().map_or(i64::MAX, |(at_s, _)| *at_s);
        let event_s = self.plan.events.range(after(self.happened_s)).next().map(|(at_s, _)| *at_s);
        // What failed is tried again in between.
        let again = "select min(not_before_s) from slot where decision = 'run' and not_before_s > ";
        let again = self.machine.asked::<1>(&format!("{again}{}", self.lived_s)).map(|[at_s]| at_s);
        let next_s = again.filter(|_| !self.is_long).map_or(due_s, |again_s| due_s.min(again_s));
        let event_s = event_s.filter(|event_s| *event_s <= next_s);
        (event_s.unwrap_or(next_s), event_s)
    }

    /// Does what the plan has for an instant.
    fn happen(&mut self, at_s: i64) {
        self.happened_s = at_s;
        for event in self.plan.events.get(&at_s).cloned().unwrap_or_default() {
            *self.tally.events.entry(event).or_default() += 1;
            match event {
                Event::SourceGoes => self.source.take_away(),
                Event::SourceComes => self.source.bring_back(),
                Event::DiskFills => self.machine.fill_disk(),
                Event::DiskEmpties => self.machine.empty_disk(),
                Event::SinkFalls => self.machine.sinks.fall(),
                Event::SinkRises => self.machine.sinks.rise(),
                Event::EditBreaks => self.machine.break_configuration(),
                Event::EditMends => self.machine.mend_configuration(),
                Event::RivalComes => self.machine.start_rival(),
                Event::RivalGoes => self.tally.runs_of_rivals += self.machine.end_rival(),
                Event::Twin => {
                    let refused = self.machine.run(&["serve"]).expect_code(2);
                    assert!(refused.err.contains("running already"), "{}", refused.err);
                }
                Event::HourBack => self.machine.hour_back(),
                Event::FarAhead => self.machine.far_ahead(),
                Event::Battery => self.machine.battery(),
                Event::Sleep => self.machine.sleep(8 * HOUR_S),
            }
            match event {
                Event::SourceGoes | Event::DiskFills => self.is_long = true,
                Event::SourceComes | Event::DiskEmpties => self.is_long = false,
                _ => {}
            }
        }
    }

    /// Kills what the plan has for an instant, or what it had when there was nothing to be killed.
    fn kill(&mut self, at_s: i64) {
        let planned = self.plan.kills.get(&at_s).copied();
        // One that came too late is made up for.
        let killed: u32 = self.tally.kills.values().sum();
        let is_owed = self.plan.kills.range(..=self.lived_s).count() > killed as usize && self.due.contains_key(&at_s);
        if let Some(kill) = planned.or(is_owed.then_some(Kill::Run))
            && self.machine.kill(kill, planned.is_none(), &mut self.random)
        {
            *self.tally.kills.entry(kill).or_default() += 1;
        }
    }

    /// Waits until all that was due has been decided, and nothing runs.
    fn settle(&mut self) {
        self.lived_s = self.machine.now_s();
        if self.machine.is_limited() {
            // Nothing can be decided.
            std::thread::sleep(Duration::from_millis(300));
            return;
        }
        let due: usize =
            self.due.range((Excluded(self.settled_s), Included(self.lived_s))).map(|(_, jobs)| jobs.len()).sum();
        self.machine.until_quiet(self.settled_s, due);
        self.settled_s = self.lived_s;
        if let Some(sample) = self.machine.sample() {
            self.samples.push(sample);
        }
    }
}

/// Makes an office of what `init` wrote, in which nothing is left to be done.
fn set_up(office: &Office, sinks: &Sinks) {
    let (from, to) = RAMADAN;
    let days = format!(
        "covered-to = \"2029-12-31\"\n[[period]]\nprofile = \"ramadan\"\nfrom = \"{from}\"\nto = \"{to}\"\n\
         decree = \"SE rekaan\"\n"
    );
    fs::write(office.path("kalender.toml"), days).unwrap();
    fs::write(office.path("target.toml"), office.decisions()).unwrap();
    let program = office.path("kabar.sh");
    fs::create_dir(office.path("kabar")).unwrap();
    let folder = office.place("kabar");
    // A file is there whole or not at all.
    let script =
        format!("#!/bin/sh\ncat > '{folder}'/$$.baru && mv '{folder}'/$$.baru '{folder}'/$$.$(date +%s%N).json\n");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let channels = format!(
        "\n[[channel]]\nname = \"program\"\ntype = \"command\"\nprogram = \"kabar.sh\"\nat-any-hour = true\nmost-a-day = 500\n\
         \n[[channel]]\nname = \"situs\"\ntype = \"webhook\"\npreset = \"generic\"\nurl = \"http://127.0.0.1:{}/pesan\"\n\
         to = [\"petugas\"]\nok = \"/status\"\n\
         \n[[channel]]\nname = \"surel\"\ntype = \"email\"\nserver = \"localhost\"\nport = {}\nsecurity = \"none\"\n\
         from = \"tertib@kantor.example\"\nto = [\"kepala@kantor.example\"]\n",
        sinks.site.port(),
        sinks.mail.port()
    );
    let config = fs::read_to_string(office.path("tertib.toml")).unwrap();
    fs::write(office.path("tertib.toml"), [&config, BACKUPS, &channels].concat()).unwrap();
    for name in ["tertib.toml", "kunci.key", "penanda.key", "kalender.toml", "target.toml"] {
        fs::set_permissions(office.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
}
