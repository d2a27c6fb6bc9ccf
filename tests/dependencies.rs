//! What others wrote and the program holds: known advisories are accounted for in `.deny.toml`, and every licence is shipped.
//!
//! After a change of Cargo.lock: `TERTIB_LICENCES=write cargo test --workspace --test dependencies`.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the project must stop")]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use tests::root;

fn toml_file(path: &str) -> toml::Table {
    fs::read_to_string(root().join(path)).map_err(|fault| format!("{path}: {fault}")).unwrap().parse().unwrap()
}

/// Names and versions of a lock file.
fn locked(lock: &toml::Table) -> Vec<(&str, Vec<u64>)> {
    let packages = lock["package"].as_array().unwrap().iter();
    packages.map(|p| (p["name"].as_str().unwrap(), version(p["version"].as_str().unwrap()))).collect()
}

fn version(text: &str) -> Vec<u64> {
    text.split(['-', '+']).next().unwrap().split('.').map(|n| n.parse().unwrap()).collect()
}

/// The frozen advisories that a lock file meets.
fn met(lock: &toml::Table, advisories: &toml::Table) -> BTreeSet<String> {
    let locked = locked(lock);
    let is_met = |advisory: &&toml::Value| {
        let patched = advisory.get("patched").map(|v| version(v.as_str().unwrap()));
        let of_package = locked.iter().filter(|(name, _)| *name == advisory["package"].as_str().unwrap());
        of_package.map(|(_, version)| version).any(|version| patched.as_ref().is_none_or(|patched| version < patched))
    };
    let all = advisories["advisory"].as_array().unwrap().iter();
    all.filter(is_met).map(|a| a["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_known_advisory_is_accounted_for() {
    let deny = toml_file(".deny.toml");
    let ignored = deny["advisories"]["ignore"].as_array().unwrap();
    let accounted: BTreeSet<String> = ignored.iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect();
    assert!(ignored.iter().all(|i| i["reason"].as_str().unwrap().len() > 10), "a reason is missing");
    assert_eq!(met(&toml_file("Cargo.lock"), &toml_file("tests/advisories.toml")), accounted);
}

#[test]
fn a_version_with_the_fault_is_met_and_one_without_is_not() {
    let advisories = toml_file("tests/advisories.toml");
    let with = |name: &str, version: &str| {
        let lock = format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n").parse().unwrap();
        met(&lock, &advisories).len()
    };
    assert_eq!([with("quick-xml", "0.40.9"), with("quick-xml", "0.41.0"), with("quick-xml", "1.0.0-rc.1")], [2, 0, 0]);
    assert_eq!([with("paste", "1.0.15"), with("paste-2", "1.0.15")], [1, 0]);
}

/// Every package that is linked into the program on this platform, by its id; what only builds it is not.
fn linked(metadata: &Value) -> BTreeMap<&str, &Value> {
    let by_id = |list: &'_ Value| -> BTreeMap<String, usize> {
        let all = list.as_array().unwrap().iter().enumerate();
        all.map(|(at, value)| (value["id"].as_str().unwrap().to_owned(), at)).collect()
    };
    let (packages, nodes) = (by_id(&metadata["packages"]), by_id(&metadata["resolve"]["nodes"]));
    let package = |id: &str| &metadata["packages"][packages[id]];
    let builds = |id: &str| {
        let kinds = package(id)["targets"].as_array().unwrap().iter();
        kinds.flat_map(|target| target["kind"].as_array().unwrap()).any(|kind| kind == "proc-macro")
    };
    let all = metadata["packages"].as_array().unwrap();
    let mut open = vec![all.iter().find(|p| p["name"] == "jobs").unwrap()["id"].as_str().unwrap()];
    let mut linked = BTreeMap::new();
    while let Some(id) = open.pop() {
        if linked.insert(id, package(id)).is_some() {
            continue;
        }
        for dependency in metadata["resolve"]["nodes"][nodes[id]]["deps"].as_array().unwrap() {
            let id = dependency["pkg"].as_str().unwrap();
            let is_linked = dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null());
            if is_linked && !builds(id) {
                open.push(id);
            }
        }
    }
    linked
}

/// The licences that lie beside a package, without what tells two copies of one text apart.
fn licences_in(folder: &Path) -> Vec<String> {
    let begins = ["licen", "copying", "copyright", "notice", "unlicense"];
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy().to_lowercase();
        path.is_file() && begins.iter().any(|begin| name.starts_with(begin))
    });
    files.sort();
    let text = |path: &std::path::PathBuf| {
        let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        let lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
        lines.join("\n")
    };
    files.iter().map(text).collect()
}

/// What `tertib licences` prints.
fn notices() -> String {
    let metadata = tests::metadata();
    let linked = linked(&metadata);
    let mut text = "tertib holds these works of others. Their licences follow the list.\n\n".to_owned();
    // Texts that differ in nothing but spaces and marks are one.
    let mut texts: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    let mut lines = BTreeSet::new();
    for package in linked.values().filter(|package| !package["source"].is_null()) {
        let of = |field: &str| package[field].as_str().unwrap_or_default();
        let name = format!("{} {}", of("name"), of("version"));
        lines.insert(format!("{name} · {} · {}\n", of("license"), of("repository")));
        for licence in licences_in(Path::new(of("manifest_path")).parent().unwrap()) {
            let letters = licence.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
            texts.entry(letters).or_insert_with(|| (licence, BTreeSet::new())).1.insert(name.clone());
        }
    }
    text.extend(lines);
    let mut sections: Vec<(String, String)> =
        texts.into_values().map(|(licence, of)| (of.into_iter().collect::<Vec<_>>().join(", "), licence)).collect();
    sections.sort();
    for (of, licence) in sections {
        write!(text, "\n{}\n{of}\n\n{licence}\n", "=".repeat(80)).unwrap();
    }
    text
}

#[test]
fn every_licence_is_shipped() {
    let place = root().join("jobs/src/commands/licences.txt");
    let notices = notices();
    if std::env::var_os("TERTIB_LICENCES").is_some_and(|word| word == "write") {
        fs::write(&place, &notices).unwrap();
        return;
    }
    let shipped = fs::read_to_string(&place).unwrap();
    let differ = notices.lines().zip(shipped.lines()).find(|(now, shipped)| now != shipped);
    assert!(notices == shipped, "Cargo.lock has changed: write the licences anew (see above); first {differ:?}");
    let printed = tests::Ran::from(tests::tertib().arg("licences").output().unwrap()).expect_code(0).out;
    assert!(printed == shipped, "the program prints others");
    for held in ["typst 0.", "Libertinus Serif fonts", "NewCMMath-Regular.otf", "DejaVu", "webpki-roots", "sqlx-sqlite"]
    {
        assert!(printed.contains(held), "{held}");
    }
}
