//! What the officer is told on a terminal and in messages, what facts say in Indonesian, and the handbook.

use crate::Reading;
use std::fs;
use std::path::PathBuf;
use tests::root;
use toml::Value;

/// The fact files in which a text stands in each language.
const IN_LANGUAGES: [&str; 4] = ["columns.toml", "findings.toml", "kata.toml", "side_tables.toml"];

pub(crate) fn readings() -> Vec<Reading> {
    let data = root().join("schemas/data");
    let mut readings = Vec::new();
    let mut read = |place: &str, text: String| readings.push(Reading { place: place.to_owned(), text });
    for name in IN_LANGUAGES {
        let mut texts = Vec::new();
        indonesian(&table(data.join(name)), &mut texts);
        assert!(!texts.is_empty(), "{name}");
        texts.into_iter().for_each(|text| read(name, text));
    }
    for matter in table(data.join("keputusan.toml"))["matter"].as_array().unwrap() {
        for key in ["sentence", "proposal", "actor"] {
            read("keputusan.toml", matter[key].as_str().unwrap().to_owned());
        }
    }
    for number in table(data.join("angka.toml"))["angka"].as_array().unwrap() {
        for key in ["judul", "arti", "hitung"] {
            read("angka.toml", number[key].as_str().unwrap().to_owned());
        }
    }
    for entry in fs::read_dir(root().join("templates")).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.to_string_lossy().ends_with(".txt.j2") {
            // All branches of a sentence, also those that no month of the test comes to.
            let text = fs::read_to_string(&entry).unwrap();
            let said: Vec<&str> = text.split("{%").enumerate().map(after_block).collect();
            read(entry.file_name().unwrap().to_str().unwrap(), said.join(" "));
        }
    }
    for entry in fs::read_dir(root().join("templates/halaman")).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.to_string_lossy().ends_with(".html.j2") {
            read(entry.file_name().unwrap().to_str().unwrap(), on_page(&fs::read_to_string(&entry).unwrap()));
        }
    }
    let handbook = fs::read_to_string(root().join("jobs/PANDUAN.md")).unwrap();
    // What is typed stands between fences.
    let prose: String = handbook.split("```").step_by(2).collect();
    read("PANDUAN.md", prose);
    readings
}

/// The texts between quotes in the sources that say something to an official, also where no office of the tests comes to them.
pub(crate) fn sources() -> Vec<Reading> {
    let mut readings = Vec::new();
    let mut ahead: Vec<PathBuf> =
        ["pipeline/src", "reports/src", "schemas/src", "jobs/src/portal", "templates"].map(|of| root().join(of)).into();
    while let Some(path) = ahead.pop() {
        if path.is_dir() {
            ahead.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "typ") {
            let text = fs::read_to_string(&path).unwrap();
            let program = text.split("#[cfg(test)]").next().unwrap();
            let quoted = program.lines().flat_map(|line| line.split('"').skip(1).step_by(2));
            let place = path.strip_prefix(root()).unwrap().display().to_string();
            readings.extend(quoted.map(|text| Reading { place: place.clone(), text: text.to_owned() }));
        }
    }
    readings
}

/// What a template of a page says: its text, what its attributes say, and the texts that stand in its code.
fn on_page(template: &str) -> String {
    // A name in a table of texts is no text, nor is that with which something is compared.
    let quoted = |code: &str| {
        let pieces: Vec<&str> = code.split('"').collect();
        let is_said = |around: &&[&str]| !around[0].trim_end().ends_with("==") && !around[2].starts_with(':');
        let texts = pieces.windows(3).step_by(2).filter(is_said);
        texts.map(|around| around[1]).collect::<Vec<_>>().join(" ")
    };
    let mut said = String::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, code)) = rest.split_once('{') {
        let end = match code.chars().next() {
            Some('#') => "#}",
            Some('%') => "%}",
            _ => "}}",
        };
        let (code, after) = code.split_once(end).unwrap();
        text.push_str(before);
        text.push(' ');
        if end != "#}" {
            said.push_str(&quoted(code));
            said.push(' ');
        }
        rest = after;
    }
    text.push_str(rest);
    for piece in text.split('<') {
        let (tag, shown) = piece.split_once('>').unwrap_or(("", piece));
        for name in ["alt=\"", "aria-label=\"", "data-kolom=\""] {
            said.push_str(tag.split_once(name).and_then(|(_, value)| value.split('"').next()).unwrap_or_default());
            said.push(' ');
        }
        // What is typed is no word.
        if tag != "code" {
            said.push_str(shown);
            said.push(' ');
        }
    }
    said
}

/// The part of a piece of a template that stands after the block with which it begins.
fn after_block((at, piece): (usize, &str)) -> &str {
    if at == 0 { piece } else { piece.split_once("%}").map_or("", |(_, said)| said) }
}

fn table(path: PathBuf) -> Value {
    Value::Table(fs::read_to_string(path).unwrap().parse().unwrap())
}

/// Every text that stands beside one in English.
fn indonesian(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Table(table) => match (table.get("id"), table.get("en")) {
            (Some(Value::String(text)), Some(_)) => texts.push(text.clone()),
            _ => table.values().for_each(|value| indonesian(value, texts)),
        },
        Value::Array(values) => values.iter().for_each(|value| indonesian(value, texts)),
        _ => {}
    }
}
