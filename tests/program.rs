//! The program under test: how it is built and run, and how what it says is read.

use crate::root;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::OnceLock;
use std::time::Duration;

/// The program under test, built with everything else of the workspace.
pub fn tertib() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--bins"]).current_dir(root());
        // Cargo tells a test about its own package; a build script that watches these would be run again.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_CRATE_NAME" {
                build.env_remove(&name);
            }
        }
        let built = build.status().unwrap();
        assert!(built.success(), "the program does not build");
        let deps = std::env::current_exe().unwrap();
        deps.parent().and_then(Path::parent).unwrap().join("tertib")
    });
    let mut command = Command::new(program);
    command.env_remove("TERTIB_CONFIG").env_remove("TERTIB_SOURCE_URL");
    command
}

/// A copy of the program under test that lies elsewhere, with the arguments and settings of another command.
#[must_use]
pub fn copied(program: &Path, like: &Command) -> Command {
    let mut command = Command::new(program);
    command.args(like.get_args()).env_remove("TERTIB_CONFIG").env_remove("TERTIB_SOURCE_URL");
    command.envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

/// The program under test, which a shell starts after some settings of its own (umask, ulimit).
#[cfg(unix)]
pub fn tertib_after(settings: &str) -> Command {
    let program = tertib();
    let mut shell = Command::new("/bin/sh");
    shell.env_remove("TERTIB_CONFIG").env_remove("TERTIB_SOURCE_URL");
    shell.arg("-c").arg(format!("{settings}; exec \"$0\" \"$@\"")).arg(program.get_program());
    shell
}

/// Runs the program without a configuration.
#[must_use]
pub fn run(arguments: &[&str]) -> Ran {
    tertib().args(arguments).output().unwrap().into()
}

/// Runs the program in a folder, whose configuration it finds there.
#[must_use]
pub fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    tertib().args(arguments).current_dir(folder).output().unwrap().into()
}

/// What cargo knows of every package of the workspace and its dependencies on the platform that offices have.
#[must_use]
pub fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let platform = "x86_64-unknown-linux-gnu";
    let mut metadata = Command::new(cargo);
    metadata.args(["metadata", "--offline", "--format-version", "1", "--filter-platform", platform]);
    Ran::from(metadata.current_dir(root()).output().unwrap()).expect_code(0).json()
}

/// Runs a line as it is pasted into a shell in that folder.
#[must_use]
pub fn pasted(line: &str, folder: &Path) -> Ran {
    Command::new("/bin/sh").args(["-c", line]).current_dir(folder).output().unwrap().into()
}

/// What a run of the program gave.
#[derive(Debug)]
pub struct Ran {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// Stops the test unless the program ended with that code.
    pub fn expect_code(self, code: i32) -> Self {
        self.expect_code_in(&[code], "")
    }

    /// Stops the test unless the program ended with one of these codes.
    pub fn expect_code_in(self, codes: &[i32], what: &str) -> Self {
        assert!(codes.contains(&self.code), "{what} exit {}\nstdout:\n{}\nstderr:\n{}", self.code, self.out, self.err);
        self
    }

    /// Stops the test unless the program could not do what it was told to, and said so in one or two lines that hold these words.
    #[track_caller]
    pub fn expect_refusal(self, words: &[&str]) -> Self {
        let ran = self.expect_code(2);
        for part in words {
            assert!(ran.err.contains(part), "`{part}` is missing in:\n{}", ran.err);
        }
        assert!(ran.err.trim_end().lines().count() <= 2, "more than two lines:\n{}", ran.err);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        ran
    }

    /// The answer of a command that was asked for JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|fault| panic!("{fault} in\n{}{}", self.out, self.err))
    }

    /// The rows of such an answer.
    #[must_use]
    pub fn rows(&self) -> Vec<Value> {
        self.json().as_array().unwrap().clone()
    }

    /// The counts of a pull, which writes no JSON.
    #[must_use]
    pub fn pulled(&self) -> Pulled {
        let line = self.out.lines().find(|line| line.starts_with("read "));
        let line = line.unwrap_or_else(|| panic!("no pull is told in\n{}{}", self.out, self.err));
        let maybe = |words: &str| -> Option<i64> { line.split_once(words)?.0.rsplit(' ').next()?.parse().ok() };
        let before = |words: &str| maybe(words).unwrap_or_else(|| panic!("no number of `{words}` in {line}"));
        Pulled {
            read: before(" rows: "),
            held_back: maybe(" corrections wait").unwrap_or(0),
            new: before(" new and "),
            corrected: before(" corrected, "),
            quarantined: before(" to quarantine, "),
            still_quarantined: before(" still there; "),
        }
    }

    /// How often and where a finding was made, for each line that tells it, on whichever output.
    #[must_use]
    pub fn found(&self, code: &str) -> Vec<(u64, &str)> {
        let told = self.out.lines().chain(self.err.lines());
        let of_code = told.filter_map(|line| line.strip_prefix(code)?.strip_prefix(" ("));
        of_code
            .map(|line| {
                let (times, sentence) = line.split_once("×) ").unwrap();
                let (_, place) = sentence.rsplit_once(" [").unwrap();
                (times.parse().unwrap(), place.strip_suffix(']').unwrap())
            })
            .collect()
    }

    /// Whether a finding was made.
    #[must_use]
    pub fn finds(&self, code: &str) -> bool {
        !self.found(code).is_empty()
    }
}

/// What a pull did with the rows that it read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// Rows that it read.
    pub read: i64,
    /// Corrections that wait for `--accept-corrections`.
    pub held_back: i64,
    /// Events that are new.
    pub new: i64,
    /// Events that correct an archived one.
    pub corrected: i64,
    /// Rows that went to quarantine.
    pub quarantined: i64,
    /// Rows that were in quarantine before and stayed there.
    pub still_quarantined: i64,
}

impl Pulled {
    /// New and corrected events.
    #[must_use]
    pub fn changes(&self) -> (i64, i64) {
        (self.new, self.corrected)
    }
}

/// Waits for a program's end; the most memory that it held, MB. Linux tells it while the program runs.
#[must_use]
pub fn peak_mb(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
        peak = peak.max(line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024);
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

/// What a program gave that must end within ten minutes: one that reads slowly gives way to all other programs of the machine,
/// which may be busy.
#[must_use]
pub fn ended(child: Child) -> Ran {
    ended_within(Duration::from_mins(10), child)
}

/// What a program gave that must end within that time. What it writes meanwhile must be little.
#[must_use]
pub fn ended_within(limit: Duration, mut child: Child) -> Ran {
    let began = std::time::Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > limit {
            child.kill().unwrap();
            let ran = Ran::from(child.wait_with_output().unwrap());
            panic!("it does not end; until now it said:\n{}{}", ran.out, ran.err);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap().into()
}
