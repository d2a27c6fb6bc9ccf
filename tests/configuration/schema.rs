//! The schema by which editors know tertib.toml: it is that of the program, accepts what the program accepts, and refuses what has
//! another shape.
//!
//! After a change of a key: `TERTIB_SCHEMA=write cargo test --workspace --test configuration`.

use crate::mutations::SHAPE;
use crate::{FULL, Folder};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tests::tools::Tool;
use tests::{Office, Ran, root};

const JSONSCHEMA: Tool = Tool::Python(&["jsonschema"]);

/// Which of the files that are named after the schema are refused by it, one a line.
const JUDGE: &str = "
import json, jsonschema, sys, tomllib
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
judge = jsonschema.Draft7Validator(schema)
for path in sys.argv[2:]:
    if next(judge.iter_errors(tomllib.load(open(path, 'rb'))), None):
        print(path)
";

tests::part! {
    the_schema_is_that_of_the_program;
    the_whole_file_has_every_key_of_the_schema;
    what_the_program_accepts_the_schema_accepts needs JSONSCHEMA;
    what_has_another_shape_the_schema_refuses needs JSONSCHEMA;
    init_names_the_schema_beside_it needs JSONSCHEMA;
}

fn printed() -> String {
    Ran::from(tests::tertib().args(["util", "schema"]).output().unwrap()).expect_code(0).out
}

/// What the judge refuses.
fn refused(schema: &Path, files: &[String]) -> Vec<String> {
    let schema = schema.display().to_string();
    let arguments: Vec<&str> = ["-c", JUDGE, &schema].into_iter().chain(files.iter().map(String::as_str)).collect();
    JSONSCHEMA.output(&arguments).lines().map(str::to_owned).collect()
}

fn the_schema_is_that_of_the_program() {
    let (place, printed) = (root().join("jobs/tertib.schema.json"), printed());
    if std::env::var_os("TERTIB_SCHEMA").is_some_and(|word| word == "write") {
        fs::write(&place, &printed).unwrap();
    }
    assert!(fs::read_to_string(&place).unwrap() == printed, "a key has changed: write the schema anew (see above)");
}

fn the_whole_file_has_every_key_of_the_schema() {
    let schema: Value = serde_json::from_str(&printed()).unwrap();
    let shapes = schema["definitions"].as_object().unwrap().values().chain([&schema]);
    let mut keys = 0;
    for key in shapes.filter_map(|shape| shape["properties"].as_object()).flat_map(|keys| keys.keys()) {
        let is_there = [
            format!("\n{key} = "),
            format!("[{key}]"),
            format!(".{key}]\n"),
            format!(".{key}]]\n"),
            format!(".{key}."),
        ];
        // Columns of the contract are named by an office where they differ, and the file of a URL where there is no URL.
        let is_there = is_there.iter().any(|written| FULL.contains(written.as_str()));
        assert!(is_there || key == "url-file" || schemas::Column::named(key).is_some(), "{key}");
        keys += 1;
    }
    assert!(keys >= 90, "{keys}");
}

fn what_the_program_accepts_the_schema_accepts() {
    let folder = Folder::new();
    let schema = folder.write("schema.json", &printed());
    let written = fs::read_to_string(Office::small().path("tertib.toml")).unwrap();
    // Everything that stands there as an example, too.
    let uncommented: Vec<&str> = written
        .lines()
        .map(|line| {
            let bare = line.trim_start_matches("# ");
            let is_value = |value: &str| value.starts_with(['"', '[', '{', '/']) || value.trim().parse::<u32>().is_ok();
            let is_key = |key: &str| key.starts_with('"') || !key.contains([' ', ':']);
            let is_example = bare.starts_with('[')
                || bare.split_once(" = ").is_some_and(|(key, value)| is_key(key) && is_value(value))
                || bare == "removable = true";
            if is_example { bare } else { line }
        })
        .filter(|line| !line.starts_with("url-file"))
        .collect();
    let uncommented = uncommented.join("\n");
    assert!(uncommented.contains("\n[[channel]]\nname = \"program\""), "{uncommented}");
    let eastern = FULL.replace("zona = \"WIB\"", "zona = \"Asia/Jayapura\"").replace("= 3\n", "= \"3\"\n");
    let texts = [FULL, &written, &uncommented, &eastern];
    let names: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(number, text)| folder.write(&format!("{number}.toml"), text).display().to_string())
        .collect();
    for name in &names {
        let ran: Ran = tests::tertib().args(["status", "--config", name]).output().unwrap().into();
        assert!(!ran.err.contains(".toml: line"), "{}", ran.err);
    }
    assert_eq!(refused(&schema, &names), Vec::<String>::new());
}

fn what_has_another_shape_the_schema_refuses() {
    let folder = Folder::new();
    let schema = folder.write("schema.json", &printed());
    let made = SHAPE.iter().enumerate().map(|(number, mutation)| {
        folder.write(&format!("{number}.toml"), &mutation.made().replace('¦', "")).display().to_string()
    });
    let made: Vec<String> = made.collect();
    let refused = refused(&schema, &made);
    let accepted = made.iter().zip(SHAPE).filter(|(name, _)| !refused.contains(name));
    let accepted: Vec<&str> = accepted.map(|(_, mutation)| mutation.1).collect();
    assert!(accepted.is_empty(), "{accepted:?}");
}

/// An editor finds it without being told.
fn init_names_the_schema_beside_it() {
    let office = Office::unpulled();
    let made = office.path("baru");
    let source = format!("sqlite:{}", office.place("kantor.sqlite"));
    tests::run(&["init", &made.display().to_string(), "--source", &source]).expect_code(0);
    let config = made.join("tertib.toml");
    let text = fs::read_to_string(&config).unwrap();
    let named = text.lines().find_map(|line| line.strip_prefix("#:schema ")).unwrap();
    let schema = made.join(named);
    assert!(fs::read_to_string(&schema).unwrap() == printed(), "{named}");
    assert_eq!(refused(&schema, &[config.display().to_string()]), Vec::<String>::new());
}
