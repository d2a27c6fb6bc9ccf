//! The watchdog ends a test that hangs and names it, and leaves a slow one alone. The tests that hang do so only when they are
//! told to.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "this runs test programs under the watchdog")]

use std::process::Command;
use std::time::{Duration, Instant};
use tests::Ran;

/// Tells the tests below what to do.
const TOLD: &str = "TERTIB_HANGING";

/// This program under the watchdog with a limit in seconds, a part of its tests, and the variable set.
fn watched(limit: &str, told: &str, arguments: &[&str]) -> Ran {
    let mut watchdog = Command::new(env!("CARGO_BIN_EXE_watchdog"));
    watchdog.arg(std::env::current_exe().unwrap()).args(arguments);
    watchdog.env(TOLD, told).env("TERTIB_TEST_LIMIT", limit).output().unwrap().into()
}

fn is_told(what: &str) -> bool {
    std::env::var(TOLD).is_ok_and(|told| told == what)
}

#[test]
fn told_to_hang() {
    if is_told("hang") {
        // What a test has started is ended with it.
        Command::new("/bin/sh").args(["-c", "while :; do :; done"]).status().unwrap();
    }
}

#[test]
fn told_to_be_slow_first() {
    if is_told("slow") {
        std::thread::sleep(Duration::from_secs(2));
    }
}

#[test]
fn told_to_be_slow_then() {
    told_to_be_slow_first();
}

#[test]
fn told_to_be_slow_at_last() {
    told_to_be_slow_first();
}

#[test]
fn a_hanging_test_is_ended_and_named() {
    for threads in ["--test-threads=1", "--test-threads=2"] {
        let began = Instant::now();
        let ran = watched("3", "hang", &["told_to", threads]).expect_code(101);
        assert!(began.elapsed() < Duration::from_secs(60));
        let (_, named) = ran.err.split_once("These had not ended:").unwrap();
        assert_eq!(named.trim(), "told_to_hang", "{threads}: {}", ran.err);
    }
}

#[test]
fn a_slow_program_is_left_alone() {
    // All of them take longer than the limit, each of them does not.
    let ran = watched("5", "slow", &["told_to_be_slow", "--test-threads=1"]).expect_code(0);
    assert!(ran.out.contains("3 passed"), "{}", ran.out);
    let began = Instant::now();
    watched("5", "nothing", &["told_to"]).expect_code(0);
    // For last words it would wait twice as long.
    assert!(began.elapsed() < Duration::from_secs(10), "the watchdog keeps a program that has ended");
}

#[test]
fn a_limit_that_is_none_is_refused() {
    let mut watchdog = Command::new(env!("CARGO_BIN_EXE_watchdog"));
    let ran: Ran = watchdog.arg("true").env("TERTIB_TEST_LIMIT", "sepuluh").output().unwrap().into();
    ran.expect_refusal(&["TERTIB_TEST_LIMIT is no number of seconds"]);
}
