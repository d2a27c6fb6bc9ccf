//! The portal as browsers and attackers meet it: who may ask for what, from where a request may come, what holds no connection for long,
//! what is run and aborted, and that nobody is named.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up must stop")]
#![expect(clippy::print_stdout, reason = "what a test that fails needs to know, and what was measured")]

mod bundles;
mod checks;
mod client;
mod connections;
mod copies;
mod decisions;
mod desk;
mod disposals;
mod explained;
mod hostile;
mod killed;
mod narrowed;
mod numbers;
mod operations;
mod origins;
mod questions;
mod rights;
mod shelf;
mod sign_in;
mod tokens;
mod traces;
mod visits;

use client::{Asking, Reply};
use rustix::process::Signal;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tests::serving::{Clock, Serving};
use tests::trials::Trials;
use tests::{Office, Ran, ended};

fn main() -> ExitCode {
    let mut all = Trials::default();
    // What takes longest begins first.
    for trials in [
        connections::trials,
        rights::trials,
        explained::trials,
        shelf::trials,
        narrowed::trials,
        questions::trials,
        traces::trials,
        checks::trials,
        bundles::trials,
        disposals::trials,
        numbers::trials,
        decisions::trials,
        copies::trials,
        desk::trials,
        visits::trials,
        tokens::trials,
        hostile::trials,
        killed::trials,
        operations::trials,
        sign_in::trials,
        origins::trials,
    ] {
        trials(&mut all);
    }
    all.run()
}

/// The roles of the built-in facts; each has a person of the same account.
const ROLES: [&str; 4] = ["kepala", "auditor", "ti", "pelihat"];

/// An office with its portal open.
struct Shown {
    office: Office,
    serving: Serving,
    address: SocketAddr,
}

/// The password of an account of the tests.
fn password(account: &str) -> String {
    format!("sandi rekaan {account}")
}

/// An office that is served or shown, with a person of each role.
fn office(office: Office) -> Office {
    static PEOPLE: OnceLock<String> = OnceLock::new();
    let config = fs::read_to_string(office.path("tertib.toml")).unwrap();
    fs::write(office.path("tertib.toml"), format!("{config}\n[portal]\nlisten = \"127.0.0.1:0\"\n")).unwrap();
    let people = PEOPLE.get_or_init(|| {
        // The demo has made its own, with passwords that only it has shown.
        drop(fs::remove_file(office.path("pengguna.toml")));
        for role in ROLES {
            let name = format!("Rekaan {role}");
            user(&office, &["add", role, "--name", &name, "--post", "Jabatan rekaan", "--role", role], &password(role));
        }
        fs::read_to_string(office.path("pengguna.toml")).unwrap()
    });
    fs::write(office.path("pengguna.toml"), people).unwrap();
    office
}

/// Runs `tertib portal user` with a password on standard input.
fn user(office: &Office, arguments: &[&str], password: &str) -> Ran {
    typed(office, &[&["portal", "user"], arguments].concat(), password).expect_code(0)
}

/// Runs the program, which reads a line that must stand in no argument.
fn typed(office: &Office, arguments: &[&str], line: &str) -> Ran {
    let mut command = office.command(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{line}").unwrap();
    ended(child)
}

impl Shown {
    /// The portal alone.
    fn alone() -> Self {
        Self::alone_of(Office::small())
    }

    /// The same of an office of its own.
    fn alone_of(of: Office) -> Self {
        Self::by(office(of), &["portal"])
    }

    /// The portal of an office that is served, and that pulls while nobody tests.
    fn served(of: Office) -> Self {
        let office = office(of);
        office.configure("cron = \"*/30 7-17 * * 1-5\"", "cron = \"0 3 * * 0\"");
        Self::by(office, &["serve"])
    }

    /// By a clock at which October is the month before and no job is due. It shows whole seconds, so nothing may depend on parts of them.
    fn by_the_clock(of: Office, arguments: &[&str]) -> (Self, Clock) {
        let office = office(of);
        let clock = Clock::of(&office);
        clock.set(visits::MORNING_S, 100_000);
        let command = clock.rules(office.command(arguments));
        (Self::of(office, command), clock)
    }

    fn by(office: Office, arguments: &[&str]) -> Self {
        let command = office.command(arguments);
        Self::of(office, command)
    }

    fn of(office: Office, command: Command) -> Self {
        let (serving, address) = started(&office, command);
        Self { office, serving, address }
    }

    /// Kills it as a power cut does, and starts the office's next one.
    fn killed_and_started(&mut self, command: &str) {
        self.serving.signal(Signal::KILL);
        self.serving.wait();
        fs::rename(self.office.path("portal.log"), self.office.path("portal.log.lama")).unwrap();
        (self.serving, self.address) = started(&self.office, self.office.command(&[command]));
    }

    fn ask(&self, method: &str, path: &str) -> Asking {
        Asking::new(self.address, method, path)
    }

    fn get(&self, path: &str, cookie: &str) -> Reply {
        self.ask("get", path).cookie(Some(cookie)).send()
    }

    fn post(&self, path: &str, cookie: &str) -> Reply {
        self.ask("post", path).cookie(Some(cookie)).send()
    }

    fn try_to_sign_in(&self, account: &str, password: &str) -> Reply {
        self.ask("post", "/masuk").form(&[("akun", account), ("sandi", password)]).send()
    }

    /// The cookie of a new session.
    fn sign_in(&self, account: &str) -> String {
        let reply = self.try_to_sign_in(account, &password(account));
        assert_eq!(reply.status, 303, "{reply:?}");
        reply.cookie().unwrap()
    }

    /// What it said until now.
    fn log(&self) -> String {
        fs::read_to_string(self.office.path("portal.log")).unwrap()
    }

    /// Tells it to stop, and how long it then took until its process was gone.
    fn stop(&mut self) -> Duration {
        let began = Instant::now();
        self.serving.signal(Signal::TERM);
        self.serving.wait();
        began.elapsed()
    }
}

fn started(office: &Office, mut command: Command) -> (Serving, SocketAddr) {
    command.stdout(Stdio::null());
    let log = office.path("portal.log");
    let serving = Serving::start(command, &log);
    let said = || fs::read_to_string(&log).unwrap_or_default();
    let address = within(Duration::from_secs(60), "the portal is open", || {
        said().split("address=").nth(1)?.split_whitespace().next()?.parse().ok()
    });
    (serving, address)
}

/// What is found once it is there.
fn within<T>(limit: Duration, what: &str, find: impl Fn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(began.elapsed() < limit, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Drop for Shown {
    /// What a test that fails needs to know.
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", self.log());
        }
    }
}

/// What the portal says of itself to programs.
fn description() -> Value {
    serde_json::from_str(include_str!("../../schemas/portal.openapi.json")).unwrap()
}

/// The routes of the portal, as it describes them for programs: method, path, who may ask.
fn routes() -> Vec<(String, String, String)> {
    let described = description();
    let mut routes = Vec::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            routes.push((method.clone(), path.clone(), operation["x-akses"].as_str().unwrap().to_owned()));
        }
    }
    assert!(routes.len() > 15, "{routes:?}");
    routes
}
