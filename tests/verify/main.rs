//! What `tertib verify` finds and says. It never hangs, writes nothing, and shows no control characters.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]
#![cfg(unix)]

mod answers;
mod changed;
mod hostile;

use std::time::Duration;
use tests::{Office, Ran, tree};

/// Longer than any answer about a small archive takes on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs a command of which somebody might fear that it never ends.
fn run(office: &Office, arguments: &[&str]) -> Ran {
    tests::ended_within(LONGEST, office.spawn(arguments))
}

/// The first public part.
fn part(office: &Office) -> String {
    let files = tree(&office.path("archive"));
    files.into_keys().find(|path| path.starts_with("events/bulan=2026-10")).unwrap().display().to_string()
}

#[track_caller]
fn finds(office: &Office, code: &str, place: &str) -> Ran {
    let ran = run(office, &["verify"]).expect_code(1);
    let is_there = ran.found(code).iter().any(|(_, found)| format!("{found}]").starts_with(place));
    assert!(is_there, "{code} at {place} is not in:\n{}{}", ran.out, ran.err);
    ran
}
