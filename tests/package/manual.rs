//! Manual pages and completions are made from the command line itself.

use std::collections::BTreeSet;
use std::fs;
use tempfile::TempDir;
use tests::run;
use tests::tools::Tool;

tests::part! {
    every_command_has_a_page_that_shows_its_options;
    pages_have_no_fault needs Tool::Mandoc;
    completions_know_every_command;
    bash_reads_its_completions needs Tool::Bash;
}

/// The names of the commands that `--help` shows.
fn commands() -> BTreeSet<String> {
    let help = run(&["--help"]).expect_code(0).out;
    let list = help.split_once("Commands:\n").unwrap().1.split("\n\n").next().unwrap().to_owned();
    let name = |line: &str| line.split_whitespace().next().unwrap().to_owned();
    list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")).map(name).collect()
}

fn pages() -> TempDir {
    let dir = TempDir::new().unwrap();
    run(&["util", "man", &dir.path().join("man1").display().to_string()]).expect_code(0);
    dir
}

fn every_command_has_a_page_that_shows_its_options() {
    let dir = pages();
    let page = |name: &str| fs::read_to_string(dir.path().join("man1").join(name)).unwrap();
    let all = page("tertib.1");
    for command in commands().iter().filter(|name| *name != "help") {
        assert!(all.contains(&format!("tertib\\-{command}(1)")), "tertib.1 does not name {command}");
        let text = page(&format!("tertib-{command}.1")).replace("\\-", "-");
        let help = run(&[command, "--help"]).expect_code(0).out;
        for option in help.split_whitespace().filter(|word| word.starts_with("--")) {
            let option = option.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            assert!(text.contains(option), "the page of {command} lacks {option}");
        }
    }
    assert!(page("tertib-target-set.1").contains("tertib target set"), "commands of commands have their own");
    assert!(!dir.path().join("man1/tertib-typeset.1").exists(), "what is hidden has none");
}

fn pages_have_no_fault() {
    let dir = pages();
    for entry in fs::read_dir(dir.path().join("man1")).unwrap() {
        let path = entry.unwrap().path();
        drop(Tool::Mandoc.output(&["-T", "lint", "-W", "error", &path.display().to_string()]));
    }
}

fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&["util", "completions", shell]).expect_code(0).out;
        for command in commands() {
            assert!(script.contains(&command), "{shell} does not complete {command}");
        }
    }
}

fn bash_reads_its_completions() {
    let script = run(&["util", "completions", "bash"]).expect_code(0).out;
    let asked = "COMP_WORDS=(tertib ver); COMP_CWORD=1; _tertib tertib ver tertib; echo \"${COMPREPLY[@]}\"";
    // It is longer than an argument may be.
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("tertib");
    fs::write(&file, script).unwrap();
    let said = Tool::Bash.output(&["-c", &format!("source {}; {asked}", file.display())]);
    assert_eq!(said.trim(), "verify");
}
