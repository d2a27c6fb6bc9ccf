//! Asks `office/reference.py`, which computes the figures slowly and by other means than the program.

use crate::root;
use crate::tools::Tool;
use schemas::{Month, Zone};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

/// The reference in one process, asked for one office after the other.
#[derive(Debug)]
pub struct Reference {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Reference {
    /// Starts it; the trial needs Python.
    #[must_use]
    pub fn start() -> Self {
        Self::begin(&[])
    }

    /// The same for an office that works by the hours of Ramadan from a day to a day.
    #[must_use]
    pub fn with_ramadan((from, to): (&str, &str)) -> Self {
        Self::begin(&[from, to])
    }

    fn begin(ramadan: &[&str]) -> Self {
        let script = root().join("tests/office/reference.py");
        let mut command = Tool::Python(&[]).command();
        command.arg(script).arg("--serve").args(ramadan).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (ask, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, ask, answers }
    }

    /// The figures of each month, by month.
    pub fn figures(&mut self, database: &Path, zone: Zone, months: &[Month]) -> Value {
        let months: Vec<String> = months.iter().map(Month::to_string).collect();
        writeln!(self.ask, "{} {} {}", zone, database.display(), months.join(" ")).unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
