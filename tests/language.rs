//! What the officer is told: complete in every language, each word used and given what it fills in, and the language is chosen.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot read must stop")]

use schemas::{Facts, Text};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use tests::{Office, root};

/// The names that a text fills in.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split_once('}').unwrap_or_else(|| panic!("`{text}`")).0).collect()
}

/// A place where something is said: the key, and what is given.
struct Said {
    file: PathBuf,
    key: String,
    given: BTreeSet<String>,
}

/// Every call of `say` in the program, as it is written.
fn said() -> Vec<Said> {
    let (mut said, mut open) = (Vec::new(), vec![root().join("jobs/src"), root().join("schemas/src")]);
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let file = entry.unwrap().path();
            if file.is_dir() {
                open.push(file);
            } else if file.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&file).unwrap();
                let program = text.split("#[cfg(test)]\nmod tests").next().unwrap();
                for call in program.split(".say(").skip(1) {
                    let (key, given) = call.split_once(',').unwrap();
                    let quoted = key.trim().strip_prefix('"').and_then(|key| key.strip_suffix('"'));
                    let key = quoted.unwrap_or_else(|| panic!("{}: a key is written out: {key}", file.display()));
                    let given = slice(given).unwrap_or_else(|| panic!("{}: {key} is given a slice", file.display()));
                    // A name is the first thing in parentheses; what is filled in may hold texts of its own.
                    let names = given.split("(\"").skip(1).filter_map(|part| part.split_once("\","));
                    let names = names.map(|(name, _)| name).filter(|name| !name.contains(['"', '(', '.']));
                    let given = names.map(str::to_owned).collect();
                    said.push(Said { file: file.clone(), key: key.to_owned(), given });
                }
            }
        }
    }
    said
}

/// What stands in the brackets with which a text begins.
fn slice(text: &str) -> Option<&str> {
    let rest = text.trim_start().strip_prefix("&[")?;
    let mut depth = 1_u32;
    for (at, c) in rest.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&rest[..at]);
        }
    }
    None
}

#[test]
fn every_word_is_there_and_used_and_given_what_it_fills_in() {
    let facts = Facts::embedded().unwrap();
    let said = said();
    for Said { file, key, given } in &said {
        let text = facts.words.get(key).unwrap_or_else(|| panic!("{}: `{key}` is not in kata.toml", file.display()));
        let asked: BTreeSet<String> = placeholders(&text.id).into_iter().map(str::to_owned).collect();
        assert_eq!(given, &asked, "{}: what `{key}` is given, and what it asks for", file.display());
    }
    let used: BTreeSet<&str> = said.iter().map(|said| said.key.as_str()).collect();
    let unused: Vec<_> = facts.words.keys().filter(|key| !used.contains(key.as_str())).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}

#[test]
fn every_language_says_the_same() {
    let facts = Facts::embedded().unwrap();
    let alike = |what: &str, text: &Text| {
        for of_language in [&text.id, &text.en] {
            assert!(!of_language.trim().is_empty() && of_language.trim() == of_language, "{what}: `{of_language}`");
        }
        assert_eq!(placeholders(&text.id), placeholders(&text.en), "{what}");
    };
    facts.words.iter().for_each(|(key, text)| alike(key, text));
    for finding in facts.findings.values() {
        alike(&finding.code, &finding.sentence);
        alike(&finding.code, &finding.remedy);
        for sentence in [&finding.sentence, &finding.remedy] {
            assert_ne!(sentence.id, sentence.en, "{}", finding.code);
            for text in [&sentence.id, &sentence.en] {
                assert!(
                    text.ends_with('.') && text.starts_with(char::is_uppercase) || text.starts_with("event_id"),
                    "{text}"
                );
            }
        }
    }
}

#[test]
fn the_language_is_that_of_the_office_or_of_the_command() {
    let office = Office::small();
    let facts = Facts::embedded().unwrap();
    let text = &facts.findings["T002"].sentence;
    let told = |arguments: &[&str]| {
        let ran = office.run(&[&["compliance", "--month", "2026-10"], arguments].concat()).expect_code(1);
        [&text.id, &text.en].map(|sentence| ran.err.contains(sentence.as_str()))
    };
    assert_eq!(told(&[]), [true, false]);
    assert_eq!(told(&["--lang", "en"]), [false, true]);
    office.configure("bahasa = \"id\"", "bahasa = \"en\"");
    assert_eq!(told(&[]), [false, true]);
    assert_eq!(told(&["--lang", "id"]), [true, false]);
    office.configure("bahasa = \"en\"", "bahasa = \"fr\"");
    office.run(&["status"]).expect_refusal(&["line 5, column 10", "`fr`", "`id`", "`en`"]);
}
