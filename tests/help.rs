//! `--help` of every command is the text in `help.txt`, so that a change of it is seen. `TERTIB_HELP=write` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test that cannot read must stop")]

use std::fs;
use tests::{root, run};

/// The help of a command and of those below it.
fn help(command: &[&str], all: &mut String) {
    let text = run(&[command, &["--help"]].concat()).expect_code(0).out;
    all.push_str(&format!("$ tertib {}\n\n{}\n\n", [command, &["--help"]].concat().join(" "), text.trim_end()));
    let below = text.split_once("\nCommands:\n").map(|(_, rest)| rest.split("\n\n").next().unwrap_or_default());
    for line in below.unwrap_or_default().lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
        let name = line.split_whitespace().next().unwrap();
        if name != "help" {
            help(&[command, &[name]].concat(), all);
        }
    }
}

#[test]
fn the_help_of_every_command_is_as_committed() {
    let path = root().join("tests/help.txt");
    let mut all = String::new();
    help(&[], &mut all);
    if std::env::var_os("TERTIB_HELP").is_some_and(|how| how == "write") {
        fs::write(&path, &all).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap();
    let differs = all.lines().zip(committed.lines()).find(|(now, then)| now != then);
    assert!(all == committed, "tests/help.txt is another: {differs:?}; write it anew with TERTIB_HELP=write");
}
