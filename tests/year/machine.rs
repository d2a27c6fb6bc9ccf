//! The office's PC: its clock, its disks, and the processes that serve it.

use super::calendar::shown;
use super::plan::Kill;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tests::serving::{Clock, Serving};
use tests::sinks::{HttpSink, MailSink};
use tests::tools::{Mounted, Tool};
use tests::{Office, Ran, SqliteFile, tertib_after};

/// Nothing takes longer than this, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(150);

/// A disk of the archive that is large enough for the longest run.
const DISK: &str = "size=8g,mode=755";

/// The PC.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) serving: Option<Serving>,
    rival: Option<(Serving, Office)>,
    history: Option<SqliteFile>,
    /// The disk of the archive, where one may be mounted.
    pub(crate) disk: Option<Mounted>,
    is_full: bool,
    pub(crate) office: Office,
    pub(crate) sinks: Sinks,
    clock: Clock,
    /// The right time and the time since the machine was started, when they were set, and when that was.
    now_s: i64,
    machine_s: i64,
    set: Instant,
}

/// The services that take messages.
#[derive(Debug)]
pub(crate) struct Sinks {
    pub(crate) site: HttpSink,
    pub(crate) mail: MailSink,
}

impl Sinks {
    pub(crate) fn start() -> Self {
        Self { site: HttpSink::start(), mail: MailSink::start("plain", "ours") }
    }

    /// Neither takes anything.
    pub(crate) fn fall(&self) {
        self.site.answer(503, "");
        self.mail.answer("421");
    }

    pub(crate) fn rise(&self) {
        self.site.answer(200, "{\"status\":true}");
        self.mail.answer("take");
    }
}

/// What was looked at of a `serve`: how many runs there were, its own memory in kB, how many files it has open, how often its threads
/// have woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) process: u32,
    pub(crate) runs: i64,
    pub(crate) memory_kb: i64,
    pub(crate) files: i64,
    pub(crate) wakes: i64,
}

impl Machine {
    /// A PC on which an office was just set up.
    pub(crate) fn new(office: Office, sinks: Sinks, now_s: i64) -> Self {
        let may_mount = Tool::Mount.missing().is_none();
        let disk = may_mount.then(|| Mounted::new(&office.path("archive"), DISK));
        let clock = Clock::of(&office);
        let machine_s = 100_000;
        clock.set(now_s, machine_s);
        let (serving, rival, history, set) = (None, None, None, Instant::now());
        Self { serving, rival, history, disk, is_full: false, office, sinks, clock, now_s, machine_s, set }
    }

    /// Runs the program as a person would.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.clock.rules(self.office.command(arguments));
        Ran::from(command.env("TZ", "Asia/Jakarta").output().unwrap())
    }

    /// Says that the copies of the keys on paper are right.
    pub(crate) fn confirm_keys(&self) {
        for key in ["kunci.key", "penanda.key"] {
            let mut confirm = self.clock.rules(self.office.command(&["key", "confirm"]));
            let key = fs::File::open(self.office.path(key)).unwrap();
            Ran::from(confirm.stdin(key).output().unwrap()).expect_code(0);
        }
    }

    /// Whether no file can become longer, the history neither.
    pub(crate) fn is_limited(&self) -> bool {
        self.is_full && self.disk.is_none()
    }

    /// Switches the PC on: `serve` is started.
    pub(crate) fn serve(&mut self) {
        let mut command = self.clock.rules(self.office.command(&["serve"]));
        if self.is_limited() {
            // No file can become longer than the history is now.
            let blocks = fs::metadata(self.office.path("riwayat.sqlite")).unwrap().len() / 512 + 1;
            command = self.clock.rules(tertib_after(&format!("trap '' XFSZ; ulimit -f {blocks}")));
            command.args(["serve", "--config"]).arg(self.office.path("tertib.toml"));
        }
        // As the unit of the package starts it.
        command.env("TZ", "Asia/Jakarta").env("MALLOC_ARENA_MAX", "1").env("_RJEM_MALLOC_CONF", "narenas:1");
        self.serving = Some(Serving::start(command, &self.office.path("serve.log")));
    }

    /// The right time now.
    pub(crate) fn now_s(&self) -> i64 {
        self.now_s + i64::try_from(self.set.elapsed().as_secs()).unwrap()
    }

    /// Time goes on: clock and machine are at an instant, and whoever serves looks at them.
    pub(crate) fn go_to(&mut self, at_s: i64) {
        self.pass_to(at_s);
        self.show(self.now_s);
    }

    /// Time goes on, and nobody has looked at the clock yet.
    fn pass_to(&mut self, at_s: i64) {
        let at_s = at_s.max(self.now_s());
        self.machine_s += at_s - self.now_s;
        (self.now_s, self.set) = (at_s, Instant::now());
    }

    /// The clock shows that, whatever time it is.
    fn show(&self, clock_s: i64) {
        self.clock.set(clock_s, self.machine_s);
        self.wake();
    }

    fn wake(&self) {
        let own = self.serving.iter().map(|serving| (serving, &self.office));
        for (serving, office) in own.chain(self.rival.iter().map(|(serving, rival)| (serving, rival))) {
            // One that has just been started cannot be woken.
            self.until(&format!("process {} that serves", serving.id()), || {
                beat(office).is_some_and(|beat| beat["process"] == serving.id())
            });
            serving.wake();
        }
    }

    /// Asks the history.
    pub(crate) fn asked<const N: usize>(&mut self, sql: &str) -> Option<[i64; N]> {
        let path = self.office.path("riwayat.sqlite");
        let history = self.history.get_or_insert_with(|| SqliteFile::open(&path));
        history.numbers(sql)
    }

    /// What the history says, as text.
    pub(crate) fn told<const N: usize>(&mut self, sql: &str) -> Vec<[String; N]> {
        let path = self.office.path("riwayat.sqlite");
        let history = self.history.get_or_insert_with(|| SqliteFile::open(&path));
        history.texts(sql)
    }

    /// Waits until each of so many slots after an instant is decided, and nothing that may run is left.
    pub(crate) fn until_quiet(&mut self, after_s: i64, due: usize) {
        let began = Instant::now();
        loop {
            let now_s = self.now_s();
            let decided = format!("decision <> 'void' and slot_s > {after_s} and slot_s <= {now_s}");
            let sql = format!(
                "select (select count(*) from slot where {decided}), (select count(*) from run where outcome = 'running'), \
                 (select count(*) from slot where decision = 'run' and not_before_s <= {now_s})"
            );
            let [decided, running, open] = self.asked(&sql).unwrap();
            if decided >= i64::try_from(due).unwrap() && running == 0 && open == 0 {
                return;
            }
            if began.elapsed() > PATIENCE {
                let text = "select job || ' ' || datetime(slot_s, 'unixepoch', '+7 hours') || ' ' || decision || ' ' || reason \
                    || ' ' || attempts || ' ' || not_before_s from slot order by changed_s desc limit 12";
                let slots: Vec<[String; 1]> = self.told(text);
                panic!(
                    "{} after {}: {decided} of {due} slots decided, {running} running, {open} open, now {now_s}\n{slots:?}\n{}",
                    shown(now_s),
                    shown(after_s),
                    self.said()
                );
            }
            std::thread::sleep(Duration::from_millis(if began.elapsed() < Duration::from_millis(60) { 15 } else { 5 }));
        }
    }

    /// Waits until `serve` has looked at everything for the first time.
    pub(crate) fn until_it_serves(&self) {
        let now_s = self.now_s;
        self.until_it_saw("the beginning", |at_s| at_s >= now_s);
    }

    /// Waits until `serve` has looked at a clock that shows a time in that range.
    fn until_it_saw(&self, what: &str, seen: impl Fn(i64) -> bool) {
        self.until(what, || beat(&self.office).and_then(|beat| beat["at_s"].as_i64()).is_some_and(&seen));
    }

    fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < PATIENCE, "never: {what}\n{}", self.said());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The last that `serve` said.
    pub(crate) fn said(&self) -> String {
        let said = fs::read_to_string(self.office.path("serve.log")).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        let of_clock: Vec<&str> = lines.iter().copied().filter(|line| line.contains("the clock of")).collect();
        [&of_clock, &lines[lines.len().saturating_sub(40)..]].concat().join("\n")
    }

    /// Kills what is to be killed, soon or at some moment after a job became due. Whether anything was there to be killed.
    pub(crate) fn kill(&mut self, what: Kill, is_soon: bool, random: &mut ChaCha8Rng) -> bool {
        let began = Instant::now();
        // The processes of runs alone, not those that carry messages.
        let is_run = |process: &Pid| {
            let line = fs::read(format!("/proc/{}/cmdline", process.as_raw_pid())).unwrap_or_default();
            line.windows(6).any(|word| word == b"--slot")
        };
        let runs = loop {
            let mut children = self.serving.as_ref().unwrap().children();
            children.retain(is_run);
            if !children.is_empty() || began.elapsed() > Duration::from_millis(300) {
                break children;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let longest_ms = match () {
            () if is_soon => 10,
            () if random.random_bool(0.1) => 1_000,
            () => 60,
        };
        std::thread::sleep(Duration::from_millis(random.random_range(0..longest_ms)));
        // One that has ended is not killed any more.
        let kill_runs =
            || runs.iter().filter(|run| is_run(run)).filter(|run| kill_process(**run, Signal::KILL).is_ok()).count();
        match what {
            Kill::Run => kill_runs() > 0,
            Kill::Serve => {
                self.serving = None;
                std::thread::sleep(Duration::from_millis(random.random_range(0..60)));
                self.serve();
                true
            }
            Kill::Both => {
                self.serving.as_ref().unwrap().signal(Signal::KILL);
                kill_runs();
                self.restart();
                true
            }
        }
    }

    /// Fills the disk of the archive, or lets no file become longer where none can be mounted.
    pub(crate) fn fill_disk(&mut self) {
        self.is_full = true;
        match &self.disk {
            Some(disk) => disk.fill(),
            None => self.restart(),
        }
    }

    pub(crate) fn empty_disk(&mut self) {
        self.is_full = false;
        match &self.disk {
            Some(disk) => disk.resize("8g"),
            None => self.restart(),
        }
    }

    fn restart(&mut self) {
        self.at_rest(|_| ());
    }

    /// Looks at the office while nothing is served, so that no file comes or goes meanwhile.
    pub(crate) fn at_rest<T>(&mut self, look: impl FnOnce(&Office) -> T) -> T {
        self.serving = None;
        let seen = look(&self.office);
        self.serve();
        seen
    }

    /// Breaks the configuration in the way that a slip of the hand does.
    pub(crate) fn break_configuration(&self) {
        self.office.configure("[archive]\n", "[archive\n");
        self.wake();
    }

    pub(crate) fn mend_configuration(&self) {
        self.office.configure("[archive\n", "[archive]\n");
        self.wake();
    }

    /// Starts another `serve` on the same archive and source, from another folder with a history of its own.
    pub(crate) fn start_rival(&mut self) {
        let rival = Office::copy_of(&self.without_data());
        let own = fs::read_to_string(rival.path("tertib.toml")).unwrap();
        let own = own.split("\n[[backup]]").next().unwrap().replace("sqlite:kantor.sqlite", &self.url("kantor.sqlite"));
        let archive = format!("path = \"{}\"", self.office.place("archive"));
        fs::write(rival.path("tertib.toml"), own.replace("path = \"archive\"", &archive)).unwrap();
        let command = self.clock.rules(rival.command(&["serve"]));
        self.rival = Some((Serving::start(command, &rival.path("serve.log")), rival));
    }

    fn url(&self, name: &str) -> String {
        format!("sqlite:{}", self.office.place(name))
    }

    /// A folder with the files that a careless person copies to another place.
    fn without_data(&self) -> PathBuf {
        let folder = self.office.path("salinan");
        fs::create_dir_all(&folder).unwrap();
        for name in ["tertib.toml", "kunci.key", "penanda.key", "kalender.toml", "target.toml"] {
            fs::copy(self.office.path(name), folder.join(name)).unwrap();
        }
        folder
    }

    /// Ends it; how many runs it had.
    pub(crate) fn end_rival(&mut self) -> i64 {
        let (serving, rival) = self.rival.take().unwrap();
        drop(serving);
        fs::remove_dir_all(self.office.path("salinan")).unwrap();
        tests::sqlite_number(&rival.path("riwayat.sqlite"), "select count(*) from run where outcome = 'done'")
    }

    /// The clock shows an hour less than it is, for three quarters of one.
    pub(crate) fn hour_back(&mut self) {
        for _ in 0..3 {
            self.pass_to(self.now_s + 900);
            let clock_s = self.now_s - 3_600;
            self.show(clock_s);
            self.until_it_saw("an hour less", |at_s| (clock_s..clock_s + 600).contains(&at_s));
        }
        self.go_to(self.now_s + 60);
    }

    /// The clock shows 2099 for a minute. Then somebody sets it right, and says that it is.
    pub(crate) fn far_ahead(&mut self) {
        const YEAR_2099_S: i64 = 4_083_000_000;
        self.show(YEAR_2099_S);
        self.until_it_saw("the year 2099", |at_s| at_s >= YEAR_2099_S);
        std::thread::sleep(Duration::from_millis(500));
        self.go_to(self.now_s + 60);
        let now_s = self.now_s;
        self.until_it_saw("the right year", |at_s| (now_s..now_s + 600).contains(&at_s));
        self.run(&["clock", "confirm"]).expect_code(0);
        self.wake();
    }

    /// The power fails, and the clock begins in 2020, until somebody sets it.
    pub(crate) fn battery(&mut self) {
        const YEAR_2020_S: i64 = 1_577_836_800;
        self.serving = None;
        self.machine_s = 10;
        self.clock.set(YEAR_2020_S, self.machine_s);
        self.serve();
        self.until_it_saw("the year 2020", |at_s| (YEAR_2020_S..YEAR_2020_S + 600).contains(&at_s));
        self.go_to(self.now_s + 600);
    }

    /// The machine sleeps for so long, whatever runs.
    pub(crate) fn sleep(&mut self, lasts_s: i64) {
        std::thread::sleep(Duration::from_millis(60));
        let serving = self.serving.as_ref().unwrap();
        serving.signal(Signal::STOP);
        let runs = serving.children();
        let signal_runs = |signal| {
            // One of them may just have ended.
            runs.iter().for_each(|run| kill_process(*run, signal).unwrap_or_default());
        };
        signal_runs(Signal::STOP);
        self.pass_to(self.now_s + lasts_s);
        self.clock.set(self.now_s, self.machine_s);
        signal_runs(Signal::CONT);
        self.serving.as_ref().unwrap().signal(Signal::CONT);
        self.wake();
    }

    /// What can be seen of `serve` from outside.
    pub(crate) fn sample(&mut self) -> Option<Sample> {
        let process = self.serving.as_ref()?.id();
        let [runs] = self.asked("select count(*) from run")?;
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        // What it holds itself; pages of its file the system takes back.
        let memory = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
        let memory_kb = memory.trim().strip_suffix(" kB")?.parse().ok()?;
        let files = fs::read_dir(format!("/proc/{process}/fd")).ok()?.count();
        Some(Sample { process, runs, memory_kb, files: i64::try_from(files).unwrap(), wakes: wakes(process) })
    }
}

/// How often the threads of a process have given up the processor by themselves.
fn wakes(process: u32) -> i64 {
    let of = |thread: fs::DirEntry| -> Option<i64> {
        let status = fs::read_to_string(thread.path().join("status")).ok()?;
        status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?.trim().parse().ok()
    };
    fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten().filter_map(of).sum()
}

/// The last sign of life of an office's `serve`.
fn beat(office: &Office) -> Option<serde_json::Value> {
    serde_json::from_str(&fs::read_to_string(office.path(".serve.lock")).ok()?).ok()
}
