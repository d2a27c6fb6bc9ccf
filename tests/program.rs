//! The program under test: how it is built and run, and what came of it.

use crate::root;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
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

/// The program under test, which a shell starts after some settings of its own (umask, ulimit).
#[cfg(unix)]
pub fn tertib_after(settings: &str) -> Command {
    let program = tertib();
    let mut shell = Command::new("/bin/sh");
    shell.env_remove("TERTIB_CONFIG").env_remove("TERTIB_SOURCE_URL");
    shell.arg("-c").arg(format!("{settings}; exec \"$0\" \"$@\"")).arg(program.get_program());
    shell
}

/// What cargo knows of every package of the workspace and its dependencies on the platform that offices have.
#[must_use]
pub fn metadata() -> serde_json::Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let platform = "x86_64-unknown-linux-gnu";
    let mut metadata = Command::new(cargo);
    metadata.args(["metadata", "--offline", "--format-version", "1", "--filter-platform", platform]);
    let ran = Ran::from(metadata.current_dir(root()).output().unwrap()).expect_code(0);
    serde_json::from_str(&ran.out).unwrap()
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
}

/// Waits for a program's end; the most memory that it held, MB. Linux tells it while the program runs.
#[must_use]
pub fn peak_mb(child: &mut std::process::Child) -> u64 {
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
/// which may be busy. What it writes meanwhile must be little.
#[must_use]
pub fn ended(mut child: std::process::Child) -> Ran {
    let began = std::time::Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_mins(10) {
            child.kill().unwrap();
            let ran = Ran::from(child.wait_with_output().unwrap());
            panic!("it does not end; until now it said:\n{}{}", ran.out, ran.err);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap().into()
}
