//! `tertib serve` as a process, under a clock that the test sets.

use crate::{Office, Ran};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{SystemTime, UNIX_EPOCH};

/// The true time in seconds since 1970.
#[must_use]
pub fn true_s() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// The clock of an office: a file that every process of it reads.
#[derive(Debug)]
pub struct Clock {
    file: PathBuf,
}

impl Clock {
    /// The clock of an office. It shows the true time until it is set.
    #[must_use]
    pub fn of(office: &Office) -> Self {
        Self { file: office.path("jam") }
    }

    /// Sets it, and the time since the machine was started, both in seconds. From then on both go on as true time does.
    pub fn set(&self, clock_s: i64, machine_s: i64) {
        let now_s = true_s();
        let new = self.file.with_extension("baru");
        fs::write(&new, format!("{clock_s} {machine_s} {now_s}\n")).unwrap();
        fs::rename(new, &self.file).unwrap();
    }

    /// Lets a command live by it.
    #[must_use]
    pub fn rules(&self, mut command: Command) -> Command {
        command.env("TERTIB_CLOCK", &self.file);
        command
    }

    /// Runs the program with an office's configuration by it.
    #[must_use]
    pub fn run(&self, office: &Office, arguments: &[&str]) -> Ran {
        self.rules(office.command(arguments)).output().unwrap().into()
    }
}

/// `tertib serve`, which is killed when it is dropped.
#[derive(Debug)]
pub struct Serving(Child);

impl Serving {
    /// Starts it; what it says is added to a file.
    #[must_use]
    pub fn start(mut command: Command, said: &Path) -> Self {
        let said = fs::File::options().create(true).append(true).open(said).unwrap();
        Self(command.stderr(said).spawn().unwrap())
    }

    /// Makes it look at clock and configuration.
    pub fn wake(&self) {
        self.signal(Signal::HUP);
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    /// Waits until it has ended by itself.
    pub fn wait(&mut self) {
        self.0.wait().unwrap();
    }

    /// The number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// The processes that it has started and that have not ended.
    #[must_use]
    pub fn children(&self) -> Vec<Pid> {
        let of_process = |entry: fs::DirEntry| -> Option<Pid> {
            let id: i32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // After the name, which may hold anything: the state and the parent.
            let mut rest = stat.rsplit_once(") ")?.1.split(' ');
            let (state, parent) = (rest.next()?, rest.next()?);
            (state != "Z" && parent == self.id().to_string()).then(|| Pid::from_raw(id))?
        };
        fs::read_dir("/proc").unwrap().flatten().filter_map(of_process).collect()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
