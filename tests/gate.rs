//! The gate itself: a missing tool is named, its test is ignored, and in CI that is a failure. A tool that was not asked for
//! cannot be run, and a trial that hangs is ended.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "this runs itself on a machine without tools")]

use std::process::{Command, ExitCode};
use tests::Ran;
use tests::tools::Tool;
use tests::trials::Trials;

/// Makes this program list the trials that its own trials look at.
const INNER: &str = "TERTIB_GATE";

fn main() -> ExitCode {
    let mut trials = Trials::default();
    if std::env::var_os(INNER).is_some() {
        trials.add("reads_a_page", &[Tool::Pdftotext], || ());
        trials.add("asks_a_server", &[Tool::Python(&[]), Tool::Postgresql], || ());
        trials.add("looks_for_everything", &[], || {
            let found: Vec<Tool> = Tool::ALL.into_iter().filter(|tool| tool.missing().is_none()).collect();
            assert!(found.is_empty(), "without a PATH there are {found:?}");
        });
        trials.add("asks_for_a_scanner", &[Tool::Zbarimg], || ());
        trials.add("runs_what_it_did_not_ask_for", &[], || drop(Tool::Zbarimg.run(&["--version"])));
        trials.add("hangs", &[], || std::thread::sleep(std::time::Duration::MAX));
    } else {
        trials.add("a_missing_tool_is_named_and_its_trial_ignored", &[], missing_is_ignored);
        trials.add("in_ci_a_missing_tool_is_a_failure", &[], missing_fails_in_ci);
        trials.add("a_tool_that_was_not_asked_for_is_not_run", &[], undeclared_is_refused);
        trials.add("a_trial_that_hangs_is_ended_and_named", &[], hanging_is_ended);
    }
    trials.run()
}

/// One inner trial where nothing is on the PATH.
fn alone(trial: &str, ci: &str) -> Ran {
    let mut inner = Command::new(std::env::current_exe().unwrap());
    inner.args([trial, "--color", "never"]).env(INNER, "").env("PATH", "").env("CI", ci).output().unwrap().into()
}

fn missing_is_ignored() {
    for (trial, line) in [
        ("reads_a_page", "test [pdftotext] reads_a_page ... ignored (pdftotext is missing)"),
        ("asks_a_server", "test [python3, postgresql] asks_a_server ... ignored (python3 is missing)"),
        ("looks_for_everything", "test looks_for_everything ... ok"),
    ] {
        let ran = alone(trial, "").expect_code(0);
        assert!(ran.out.contains(line), "{}", ran.out);
    }
}

fn missing_fails_in_ci() {
    let ran = alone("reads_a_page", "true").expect_code(101);
    assert!(ran.out.contains("pdftotext is missing, and with CI=true nothing may be skipped"), "{}", ran.out);
}

fn undeclared_is_refused() {
    let ran = alone("runs_what_it_did_not_ask_for", "").expect_code(101);
    assert!(ran.out.contains("this trial does not say `needs` Zbarimg"), "{}", ran.out);
}

fn hanging_is_ended() {
    for threads in ["--test-threads=1", "--test-threads=2"] {
        let mut watchdog = Command::new(env!("CARGO_BIN_EXE_watchdog"));
        watchdog.arg(std::env::current_exe().unwrap()).args(["--skip", "runs_what", "--skip", "looks_for", threads]);
        watchdog.env(INNER, "").env("PATH", "").env("CI", "").env("TERTIB_TEST_LIMIT", "3");
        let ran = Ran::from(watchdog.output().unwrap()).expect_code(101);
        let (_, named) = ran.err.split_once("These had not ended:").unwrap();
        assert_eq!(named.trim(), "hangs", "{threads}: {}", ran.err);
    }
}
