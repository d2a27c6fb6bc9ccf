//! The handbook of the officer: every command in it is one that the program has.

use std::fs;
use tests::{Office, root, run};

tests::part! {
    every_command_of_the_handbook_is_understood;
    what_it_adds_to_the_configuration_is_understood;
    what_the_handbook_names_is_what_the_package_makes;
}

/// Programs of Debian that the handbook uses beside tertib.
const OTHERS: [&str; 11] =
    ["apt", "chown", "install", "journalctl", "lp", "man", "rsync", "sudoedit", "systemctl", "timedatectl", "zless"];

fn handbook() -> String {
    fs::read_to_string(root().join("jobs/PANDUAN.md")).unwrap()
}

/// What stands in blocks that are copied into a shell, and what is quoted in a line with `sudo -u tertib`.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_block = false;
    for line in text.lines().map(str::trim) {
        match line {
            "```sh" => is_block = true,
            "```" => is_block = false,
            _ if is_block => found.push(line.to_owned()),
            _ => found.extend(
                line.split('`')
                    .skip(1)
                    .step_by(2)
                    .filter(|part| part.starts_with("sudo -u tertib tertib "))
                    .map(str::to_owned),
            ),
        }
    }
    found
}

/// The words of a command as a shell reads them; what stands between single quotes is one.
fn words(command: &str) -> Vec<&str> {
    let parts = command.split('\'').enumerate();
    parts.flat_map(|(n, part)| if n % 2 == 1 { vec![part] } else { part.split_whitespace().collect() }).collect()
}

fn every_command_of_the_handbook_is_understood() {
    let commands = commands(&handbook());
    assert!(commands.len() > 30, "{commands:?}");
    let mut own = 0;
    for command in commands {
        for part in command.split(" | ") {
            let words = words(part);
            let words = words
                .strip_prefix(&["sudo", "-u", "tertib"])
                .or_else(|| words.strip_prefix(&["sudo"]))
                .unwrap_or(&words);
            let [program, arguments @ ..] = words else { unreachable!("an empty line in a block") };
            if *program != "tertib" {
                assert!(OTHERS.contains(program), "`{command}`: what is {program}?");
                continue;
            }
            // Up to `--help`, clap refuses what it does not know, and values that it cannot read.
            let ran = run(&[arguments, &["--help"]].concat());
            assert_eq!(ran.code, 0, "`{command}` is not understood:\n{}", ran.err);
            own += 1;
        }
    }
    assert!(own > 25, "{own}");
}

fn what_it_adds_to_the_configuration_is_understood() {
    let text = handbook();
    let blocks: Vec<&str> = text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let office = Office::small();
        let path = office.path("tertib.toml");
        let written = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{written}\n{block}")).unwrap();
        office.run(&["query", "SELECT COUNT(*) FROM events"]).expect_code(0);
    }
}

fn what_the_handbook_names_is_what_the_package_makes() {
    let text = handbook();
    let names = [
        "tertib.service",
        "tertib-once.timer",
        "/etc/tertib/source-url",
        "/etc/tertib/kunci.key",
        "/var/lib/tertib/archive",
    ];
    let packaged = ["jobs/package", "jobs/src/packaged.rs", "jobs/src/config/tertib.toml.txt"];
    assert!(packaged.iter().all(|path| root().join(path).exists()));
    for name in names {
        assert!(text.contains(name), "the handbook does not name {name}");
    }
    for unit in text
        .split_whitespace()
        .map(|word| word.trim_matches('`'))
        .filter(|word| word.ends_with(".service") || word.ends_with(".timer"))
    {
        assert!(root().join("jobs/package/systemd").join(unit).exists(), "there is no unit {unit}");
    }
}
