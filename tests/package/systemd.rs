//! The units: little that the service may touch, and nothing that systemd complains of.

use std::fs;
use std::path::PathBuf;
use tests::root;
use tests::tools::Tool;

tests::part! {
    the_services_are_little_exposed needs Tool::SystemdAnalyze;
    every_secret_that_is_handed_over_is_read_by_its_name;
}

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
