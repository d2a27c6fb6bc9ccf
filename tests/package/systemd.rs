//! The units: little that the service may touch, and nothing that systemd complains of.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use tests::tools::Tool;
use tests::{Office, Ran, root, tertib};

tests::part! {
    the_services_are_little_exposed needs Tool::SystemdAnalyze;
    the_services_may_call_what_the_program_calls needs Tool::Strace, Tool::SystemdAnalyze;
    every_secret_that_is_handed_over_is_read_by_its_name;
}

/// What the program calls only as root, as which tests may run: SQLite gives its journals to the owner of the database.
const AS_ROOT: [&str; 1] = ["fchown"];

/// The greatest exposure, of 10 (`systemd-analyze security`).
const EXPOSURE: f64 = 1.5;

fn units(ending: &str) -> Vec<PathBuf> {
    let folder = fs::read_dir(root().join("jobs/package/systemd")).unwrap();
    let mut units: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    units.retain(|path| path.extension().is_some_and(|own| own == ending));
    units.sort();
    units
}

fn the_services_are_little_exposed() {
    let services = units("service");
    assert_eq!(services.len(), 3);
    for unit in services {
        let said = Tool::SystemdAnalyze.output(&[
            "security",
            "--offline=true",
            "--no-pager",
            "--json=off",
            &unit.display().to_string(),
        ]);
        let level = said.lines().find_map(|line| line.split_once("Overall exposure level for ")).unwrap().1;
        let level: f64 = level.split_whitespace().nth(1).unwrap().parse().unwrap();
        assert!(level <= EXPOSURE, "{}: {level}\n{said}", unit.display());
    }
}

/// A credential goes by the name of the file that the configuration of `init --system` names.
fn every_secret_that_is_handed_over_is_read_by_its_name() {
    let unit = fs::read_to_string(root().join("jobs/package/systemd/tertib.service")).unwrap();
    let handed: Vec<&str> = unit.lines().filter_map(|line| line.strip_prefix("LoadCredential=")).collect();
    assert_eq!(handed, ["source-url:/etc/tertib/source-url", "kunci.key:/etc/tertib/kunci.key"]);
}

/// The system calls of a group of systemd (`@system-service`), with those of the groups in it.
fn calls_of(group: &str) -> BTreeSet<String> {
    let said = Tool::SystemdAnalyze.output(&["syscall-filter", "--no-pager", group]);
    let names = said.lines().skip(1).map(str::trim).filter(|name| !name.is_empty() && !name.starts_with('#'));
    names
        .flat_map(|name| if name.starts_with('@') { calls_of(name) } else { BTreeSet::from([name.to_owned()]) })
        .collect()
}

/// The calls in a table of `strace -c`. Above it stands what a thread was doing that ended in the middle of a call.
fn counted_in(table: &str) -> BTreeSet<&str> {
    let rows = table.lines().skip_while(|line| !line.starts_with("------")).skip(1);
    let rows = rows.take_while(|line| !line.starts_with("------"));
    rows.map(|row| row.split_whitespace().last().unwrap()).collect()
}

/// No systemd runs where this is tested, so the calls are traced, and looked up in what the units allow.
fn the_services_may_call_what_the_program_calls() {
    let unit = fs::read_to_string(root().join("jobs/package/systemd/tertib.service")).unwrap();
    let mut allowed = BTreeSet::new();
    for filter in unit.lines().filter_map(|line| line.strip_prefix("SystemCallFilter=")) {
        match filter.strip_prefix('~') {
            Some(group) => {
                let forbidden = calls_of(group);
                allowed.retain(|name| !forbidden.contains(name));
            }
            None => allowed.extend(calls_of(filter)),
        }
    }
    assert!(allowed.len() > 100 && !allowed.contains("mount"), "{allowed:?}");
    allowed.extend(AS_ROOT.map(str::to_owned));
    let office = Office::unpulled();
    let counted = office.path("panggilan");
    for command in [
        &["pull"][..],
        &["run", "verifikasi"],
        &["run", "laporan", "--month", "2026-10"],
        &["metrics", "--month", "2026-10"],
        &["doctor"],
    ] {
        let mut strace = Tool::Strace.command();
        strace.args(["-f", "-c", "-o"]).arg(&counted).arg(tertib().get_program()).args(command);
        let ran: Ran = strace.arg("--config").arg(office.path("tertib.toml")).output().unwrap().into();
        drop(ran.expect_code_in(&[0, 1], "traced"));
        let table = fs::read_to_string(&counted).unwrap();
        let called = counted_in(&table);
        assert!(called.contains("openat"), "{table}");
        let forbidden: Vec<_> = called.iter().filter(|name| !allowed.contains(**name)).collect();
        assert!(forbidden.is_empty(), "{command:?} calls {forbidden:?}, which the unit forbids");
    }
}
