//! Nothing is forgotten: files are in their lists, ids are file names, files stay short, facts have sources, and the READMEs are
//! complete.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the project must stop")]

mod imports;

use imports::Imports;
use schemas::{Column, Facts};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tests::root;

/// Lines of a source file without its tests.
const LINES: usize = 400;

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).map_err(|fault| format!("{path}: {fault}")).unwrap()
}

/// File stems in a folder with that ending.
fn stems(folder: &str, ending: &str) -> BTreeSet<String> {
    fs::read_dir(root().join(folder))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == ending))
        .map(|p| p.file_stem().unwrap().to_string_lossy().into_owned())
        .collect()
}

/// Every file of the project with that ending, by path from the root.
fn files(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && !["target", "tertib-demo", "work"].contains(&name.as_str()) {
                    open.push(path);
                }
            } else if name.ends_with(ending) {
                found.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn every_ledger_and_target_file_is_loaded_under_its_name() {
    let facts = Facts::embedded().unwrap();
    assert_eq!(stems("schemas/data/ledgers", "toml"), set(facts.ledgers.iter().map(|l| l.id.as_str())));
    assert_eq!(stems("schemas/data/targets", "toml"), set(facts.regulations().map(|(file, _)| file)));
    assert_eq!(stems("schemas/data/daftar", "toml"), set(facts.lists.iter().map(|list| list.id.as_str())));
    assert_eq!(stems("schemas/data/sop", "toml"), set([facts.sop.id.as_str()]));
    let ids: Vec<&str> = facts.targets.iter().flat_map(|f| &f.targets).map(|t| t.id.as_str()).collect();
    assert_eq!(set(ids.iter().copied()).len(), ids.len(), "a target id occurs twice");
}

#[test]
fn a_target_without_a_seen_text_has_no_value_of_ours() {
    let facts = Facts::embedded().unwrap();
    let perbup = facts.targets.iter().find(|f| f.title.contains("Perbup")).unwrap();
    for target in &perbup.targets {
        assert!(!target.standard.has_value() && target.article.is_empty() && target.quote.is_empty(), "{}", target.id);
    }
    for target in facts.targets.iter().flat_map(|f| &f.targets).filter(|t| t.standard.has_value()) {
        assert!(!target.quote.is_empty(), "`{}` has a value but no words of a rule", target.id);
    }
}

#[test]
fn every_fact_file_names_its_source() {
    // The words of the program are its own.
    for path in files(".toml").iter().filter(|p| p.starts_with("schemas/data") && !p.ends_with("kata.toml")) {
        let text = read(&path.display().to_string());
        let data: toml::Table = text.parse().unwrap();
        let named = data.keys().any(|k| k.ends_with("source"));
        assert!(named, "{} does not say where its facts come from", path.display());
    }
}

#[test]
fn every_column_is_classified_and_named_alike() {
    let data: toml::Table = read("schemas/data/columns.toml").parse().unwrap();
    let rows = data["column"].as_array().unwrap();
    let mut names: Vec<&str> = rows.iter().map(|r| r["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    let mut ours: Vec<&str> = Column::ALL.into_iter().map(Column::name).collect();
    ours.sort_unstable();
    assert_eq!(names, ours, "columns.toml and schemas::Column differ");
    for name in names {
        assert_eq!(Column::named(name).map(Column::name), Some(name));
    }
}

#[test]
fn every_figure_is_one_sql_and_one_rust_file_in_the_list() {
    let sql = stems("pipeline/src/figures/metrics", "sql");
    assert_eq!(sql, stems("pipeline/src/figures/metrics", "rs"));
    let list = read("pipeline/src/figures/metrics.rs");
    for name in sql {
        let listed = [format!("mod {name};"), format!("{name}::FIGURE,")].iter().all(|line| list.contains(line));
        assert!(listed, "metrics.rs does not list {name}");
        let computed = ["metrics.rs", "../figures.rs"].iter().any(|file| {
            let text = read(&format!("pipeline/src/figures/{file}"));
            text.contains(&format!("{name}::compute("))
        });
        assert!(computed, "neither metrics.rs nor figures.rs computes {name}");
        let head = read(&format!("pipeline/src/figures/metrics/{name}.rs"));
        for label in ["//! Reads ", "//! Gives "] {
            assert!(head.contains(label), "{name}.rs does not say `{label}`");
        }
    }
}

#[test]
fn every_source_command_and_task_is_one_file_in_its_list() {
    for (folder, list, used_in) in [
        ("pipeline/src/source", "pipeline/src/source.rs", None),
        ("jobs/src/commands", "jobs/src/commands.rs", Some("jobs/src/cli.rs")),
        ("jobs/src/tasks", "jobs/src/tasks.rs", Some("jobs/src/tasks.rs")),
    ] {
        let text = read(list);
        for name in stems(folder, "rs") {
            assert!(text.contains(&format!("mod {name};")), "{list} does not list {name}");
            if let Some(used_in) = used_in {
                assert!(read(used_in).contains(&format!("{name}::")), "{used_in} does not use {name}");
            }
        }
    }
    // Under another name than their file, and for packagers alone.
    let hidden = [("manual", "util")];
    let help = String::from_utf8(tests::tertib().arg("--help").output().unwrap().stdout).unwrap();
    let readme = read("README.md");
    for name in stems("jobs/src/commands", "rs") {
        let other = hidden.iter().find(|(file, _)| *file == name).map(|(_, shown)| *shown);
        let is_shown = help.contains(&format!("\n  {name} "));
        assert!(is_shown || other.is_some(), "--help does not show {name}");
        let name = other.unwrap_or(&name);
        assert!(readme.contains(&format!("`tertib {name}")), "README.md does not show `tertib {name}`");
    }
}

#[test]
fn every_template_is_compiled_in_and_described() {
    let readme = read("templates/README.md");
    for (folder, lists) in [
        ("templates", ["reports/src/templates.rs", "reports/src/templates.rs"]),
        ("templates/halaman", ["reports/src/html.rs", "reports/src/html/assets.rs"]),
    ] {
        let lists = lists.map(read).concat();
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            if name != "README.md" && entry.file_type().unwrap().is_file() {
                assert!(lists.contains(&format!("{folder}/{name}\"")), "{folder}/{name} is not compiled in");
                let below = folder.strip_prefix("templates").unwrap().trim_start_matches('/');
                let described =
                    [name.clone(), format!("{below}/{name}")].iter().any(|n| readme.contains(&format!("`{n}`")));
                assert!(described, "templates/README.md does not describe {name}");
            }
        }
    }
}

/// A question is an expression inside a question: what compiles them calls itself through all its files.
const ONE_IN_THE_OTHER: &str = "query/";

#[test]
fn no_import_leads_back_to_its_own_file() {
    for crate_of in ["schemas", "pipeline", "reports", "jobs"] {
        let mut circles = Imports::of(&root().join(crate_of).join("src")).circles();
        circles.retain(|module| !module.starts_with(ONE_IN_THE_OTHER));
        assert!(circles.is_empty(), "{crate_of}: imports lead back to {circles:?}");
    }
}

/// The README of the crate has the floors as a picture, a room and the rooms below it that it knows.
#[test]
fn the_rooms_of_the_pipeline_know_only_those_below_them() {
    let readme = read("pipeline/README.md");
    let picture = readme.split("```text\n").find_map(|block| block.strip_prefix("hash")).unwrap();
    let picture = format!("hash{}", picture.split("```").next().unwrap());
    let (mut floors, mut allowed) = (BTreeSet::new(), BTreeSet::new());
    for line in picture.lines() {
        let (room, below) = line.split_once('→').unwrap_or((line, ""));
        for below in below.split_whitespace() {
            assert!(floors.contains(below), "{} stands above {below} in the picture", room.trim());
            allowed.insert((room.trim().to_owned(), below.to_owned()));
        }
        floors.insert(room.trim().to_owned());
    }
    let rooms = Imports::of(&root().join("pipeline/src")).rooms();
    let of_tests = |(room, _): &&(String, String)| room == "sql_subset";
    let through_walls: Vec<_> = rooms.difference(&allowed).filter(|arrow| !of_tests(arrow)).collect();
    assert!(through_walls.is_empty(), "imports that the picture does not allow: {through_walls:?}");
    let unused: Vec<_> = allowed.difference(&rooms).collect();
    assert!(unused.is_empty(), "the picture allows what nobody imports: {unused:?}");
}

#[test]
fn every_finding_code_has_a_text_and_a_use_and_a_test() {
    let facts = Facts::embedded().unwrap();
    let code_files: String = files(".rs")
        .iter()
        .filter(|p| ["pipeline/src", "jobs/src", "schemas/src"].iter().any(|folder| p.starts_with(folder)))
        .map(|p| read(&p.display().to_string()).split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned())
        .collect();
    // A file's own tests follow the program; those of a folder of programs are all that it holds.
    let tests_of = |p: &PathBuf| {
        let text = read(&p.display().to_string());
        if p.starts_with("tests") || p.ends_with("contract.rs") || p.ends_with("deviations.rs") {
            return text;
        }
        text.split_once("#[cfg(test)]\nmod tests").map(|(_, tests)| tests.to_owned()).unwrap_or_default()
    };
    let test_files: String = files(".rs").iter().filter(|p| !p.ends_with("tidy.rs")).map(tests_of).collect();
    for code in facts.findings.keys() {
        assert!(code_files.contains(&format!("\"{code}\"")), "{code} is in findings.toml and nowhere found");
        assert!(test_files.contains(&format!("\"{code}\"")), "{code} has no test");
    }
    for quoted in code_files
        .split('"')
        .filter(|t| t.len() == 4 && t.starts_with(['V', 'W', 'Q', 'S', 'A', 'R', 'C', 'B', 'T', 'K', 'J', 'N', 'P']))
    {
        if quoted[1..].bytes().all(|b| b.is_ascii_digit()) {
            assert!(facts.findings.contains_key(quoted), "{quoted} is not in findings.toml");
        }
    }
}

#[test]
fn source_files_are_short_and_named_for_what_they_hold() {
    for path in files(".rs") {
        let text = read(&path.display().to_string());
        let lines = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().lines().count();
        let is_test = path.starts_with("tests");
        assert!(is_test || lines <= LINES, "{} has {lines} lines; {LINES} is the limit", path.display());
        let stem = path.file_stem().unwrap().to_string_lossy();
        for banned in ["util", "helper", "common", "manager", "handler", "processor", "service", "misc"] {
            assert!(!stem.contains(banned), "{} is named for nothing", path.display());
        }
        assert_ne!(stem, "mod", "{}", path.display());
        assert!(
            text.starts_with("//!") || text.starts_with("#![doc"),
            "{} does not say what it is for",
            path.display()
        );
    }
}

/// Programs of others are started by `tools.rs` and `servers/` alone, for trials that say so; and no test is left out because
/// it is written for the other harness.
#[test]
fn every_test_runs_and_goes_through_the_gate() {
    let targets: toml::Table = read("tests/Cargo.toml").parse().unwrap();
    let readme = read("tests/README.md");
    for target in targets["test"].as_array().unwrap() {
        let path = target["path"].as_str().unwrap();
        // A program of several files is a folder.
        let (text, path) = match path.strip_suffix("main.rs") {
            Some(folder) => {
                let folder_of = Path::new("tests").join(folder);
                let parts = files(".rs").into_iter().filter(|part| part.parent() == Some(&folder_of));
                (parts.map(|part| read(&part.display().to_string())).collect(), folder)
            }
            None => (read(&format!("tests/{path}")), path),
        };
        assert!(readme.contains(&format!("`{path}`")), "tests/README.md does not say what `{path}` proves");
        let listed = target.get("harness").is_some_and(|harness| harness.as_bool() == Some(false));
        // Written in two halves, so that this file does not find itself.
        assert_eq!(
            text.contains(&("\n#[te".to_owned() + "st]\n")),
            !listed,
            "{path}: see `Add a test` in tests/README.md"
        );
        let starts = text.contains(&("Command::".to_owned() + "new("));
        assert!(
            !starts || ["gate.rs", "hanging.rs"].contains(&path),
            "{path}: run programs of others through a `Tool`"
        );
    }
    for path in files(".rs").iter().filter(|path| path.starts_with("tests") && path.components().count() == 2) {
        let name = path.file_name().unwrap().to_string_lossy();
        assert!(readme.contains(&format!("`{name}`")), "tests/README.md does not name `{name}`");
    }
}

#[test]
fn no_machine_path_and_no_unfinished_work_is_in_the_project() {
    // Written in two halves, so that this file does not find itself.
    let banned =
        ["/ro".to_owned() + "ot/", "to".to_owned() + "do!(", "FIX".to_owned() + "ME", "unimple".to_owned() + "mented!"];
    for ending in [".rs", ".toml", ".sql", ".typ", ".j2", ".md", "run"] {
        for path in files(ending) {
            let text = read(&path.display().to_string());
            for word in &banned {
                assert!(!text.contains(word.as_str()), "{} has `{word}`", path.display());
            }
        }
    }
}

#[test]
fn the_readme_shows_both_commands_every_crate_and_where_to_add() {
    let readme = read("README.md");
    for text in ["cargo run -- demo", "cargo test --workspace", "Where do I add"] {
        assert!(readme.contains(text), "README.md does not show `{text}`");
    }
    for name in ["schemas", "pipeline", "reports", "jobs", "tests", "templates"] {
        assert!(readme.contains(&format!("`{name}`")), "README.md does not name {name}");
    }
    for path in readme.split('`').filter(|t| t.contains('/') && t.ends_with(['/', 's', 'l', 'p', 'v', '2', 'd'])) {
        let plain = !path.contains([' ', '<', '*', ':', '{', '=']) && !path.starts_with('/') && path.contains('.');
        if plain
            && ["schemas/", "pipeline/", "reports/", "jobs/", "tests/", "templates/"]
                .iter()
                .any(|c| path.starts_with(c))
        {
            assert!(root().join(path).exists(), "README.md names {path}, which is not there");
        }
    }
    assert!(read(".ci/run").contains("cargo test --workspace"), "CI must run the README's test command");
    assert!(Path::new(&root().join("CHANGELOG.md")).exists());
}
