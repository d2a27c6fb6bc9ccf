//! The watchdog of all test programs. When no test of a program has ended for too long, it stops the program and names the tests
//! that hang.
//!
//! Cargo runs programs through `.cargo/run`, which puts test programs under this one, whatever their harness. The watchdog reads
//! what they print. `TERTIB_TEST_LIMIT` is the limit in seconds.

#![expect(clippy::disallowed_methods, reason = "the watchdog starts test programs and is set by the environment")]
#![expect(clippy::print_stderr, reason = "a program for developers")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{IsTerminal, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Ten minutes.
const LIMIT: Duration = Duration::from_mins(10);
/// How often it is asked whether the program has ended.
const TICK: Duration = Duration::from_millis(50);

/// For how long nothing comes any more of a program that has ended, also on a busy machine.
const LAST_WORDS: Duration = Duration::from_secs(20);
/// How long a program may take to list its tests.
const LISTING: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    match watch() {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("watchdog: {fault}");
            ExitCode::from(2)
        }
    }
}

/// A test program with its arguments.
struct Watched {
    program: OsString,
    arguments: Vec<OsString>,
}

impl Watched {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        command
    }

    fn says(&self, options: &[&str]) -> bool {
        self.arguments.iter().any(|argument| options.iter().any(|option| argument == option))
    }
}

fn watch() -> Result<ExitCode, String> {
    let mut words = std::env::args_os().skip(1);
    let program = words.next().ok_or("usage: watchdog PROGRAM [ARGUMENT …]")?;
    let watched = Watched { program, arguments: words.collect() };
    let limit = limit()?;
    let failed = |e: std::io::Error| format!("{}: {e}", watched.program.display());
    let mut command = watched.command();
    if watched.says(&["--bench", "--list"]) {
        return Err(failed(command.exec()));
    }
    // The program writes into a pipe, so that it cannot see the terminal.
    if std::io::stdout().is_terminal() && !watched.says(&["--color"]) {
        command.args(["--color", "always"]);
    }
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let heard = pass_on(&mut child)?;
    let mut seen = Seen { terse: watched.says(&["-q", "--quiet", "--format"]), ..Seen::default() };
    let mut last = Instant::now();
    loop {
        match heard.recv_timeout(TICK) {
            Ok(bytes) if seen.progress(&bytes) => last = Instant::now(),
            Ok(_) => {}
            Err(why) => {
                if let Some(status) = child.try_wait().map_err(failed)? {
                    // What it printed last is on its way, unless something that it left behind holds the pipe open.
                    while heard.recv_timeout(LAST_WORDS).is_ok() {}
                    return Ok(code(status));
                }
                if why == RecvTimeoutError::Disconnected {
                    std::thread::sleep(TICK);
                }
            }
        }
        if last.elapsed() > limit {
            stop(&mut child);
            let hanging = seen.hanging(&watched);
            eprintln!(
                "\nwatchdog: {} was stopped: none of its tests has ended for {} s (TERTIB_TEST_LIMIT). These had not ended:\n  {}",
                watched.program.display(),
                limit.as_secs(),
                hanging.join("\n  ")
            );
            return Ok(ExitCode::from(101));
        }
    }
}

fn limit() -> Result<Duration, String> {
    match std::env::var("TERTIB_TEST_LIMIT") {
        Err(std::env::VarError::NotPresent) => Ok(LIMIT),
        value => {
            let seconds = value.ok().and_then(|v| v.parse::<u64>().ok()).filter(|n| *n > 0);
            seconds.map(Duration::from_secs).ok_or_else(|| "TERTIB_TEST_LIMIT is no number of seconds".to_owned())
        }
    }
}

/// Passes on what the program prints, and tells it.
fn pass_on(child: &mut Child) -> Result<Receiver<Vec<u8>>, String> {
    let mut from = child.stdout.take().ok_or("the program has no output")?;
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 8_192];
        while let Ok(n @ 1..) = from.read(&mut buffer) {
            let mut to = std::io::stdout().lock();
            if to.write_all(&buffer[..n]).and_then(|()| to.flush()).is_err() || tell.send(buffer[..n].to_vec()).is_err()
            {
                break;
            }
        }
    });
    Ok(heard)
}

/// The program's exit code; 128 and the signal's number where it was killed, as shells have it.
fn code(status: ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}

/// Kills the program and everything that it started and that would go on without it.
fn stop(child: &mut Child) {
    let started = descendants(child.id());
    // Whatever has ended by itself since it was listed needs no stopping.
    drop(child.kill());
    for process in started.into_iter().filter_map(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?)) {
        rustix::process::kill_process(process, rustix::process::Signal::KILL).ok();
    }
    drop(child.wait());
}

/// Every process that a process started, and that those started, as Linux tells it.
fn descendants(of: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let id = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
            // `1234 (a name) S 1 …`
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((id, parent))
        })
        .collect();
    let mut found = vec![of];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(id, _)| *id));
        at += 1;
    }
    found.split_off(1)
}

/// What the program has printed about its tests.
#[derive(Default)]
struct Seen {
    /// It prints no line for each test.
    terse: bool,
    ended: BTreeSet<String>,
    /// The line that is not complete.
    line: Vec<u8>,
}

impl Seen {
    /// Takes in what was printed; whether a test has ended.
    fn progress(&mut self, bytes: &[u8]) -> bool {
        let before = self.ended.len();
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.ended.extend(test_of(&String::from_utf8_lossy(&line)));
            } else {
                self.line.push(*byte);
            }
        }
        self.terse || self.ended.len() > before
    }

    /// The tests that have not ended. One thread alone prints a test's name before it runs it.
    fn hanging(&self, watched: &Watched) -> Vec<String> {
        if let Some(running) = test_of(&String::from_utf8_lossy(&self.line)) {
            return vec![running];
        }
        let all = listed(watched);
        let open: Vec<String> = all.difference(&self.ended).cloned().collect();
        if open.is_empty() { vec!["(the program cannot say which)".to_owned()] } else { open }
    }
}

/// `test NAME ... ok` without spaces that only align.
fn test_of(line: &str) -> Option<String> {
    let (name, _) = line.strip_prefix("test ")?.split_once(" ... ")?;
    Some(name.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The tests that the program would run.
fn listed(watched: &Watched) -> BTreeSet<String> {
    let list = || -> std::io::Result<String> {
        let to = tempfile::NamedTempFile::new()?;
        let mut child =
            watched.command().arg("--list").stdout(to.reopen()?).stdin(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let began = Instant::now();
        while child.try_wait()?.is_none() {
            if began.elapsed() > LISTING {
                stop(&mut child);
            }
            std::thread::sleep(TICK);
        }
        fs::read_to_string(to.path())
    };
    let text = list().unwrap_or_default();
    text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}
