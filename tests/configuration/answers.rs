//! What the program answers to each mutation.

use crate::mutations::{MEANING, Mutation, NO_TOML, SHAPE};
use crate::{FULL, Folder};
use tests::Ran;

tests::part! {
    the_whole_file_is_accepted;
    each_of_a_hundred_faults_is_told_with_its_place;
    every_key_that_is_misspelt_is_told_with_its_right_name;
}

/// What the program says of a configuration, without the folder.
fn said(folder: &Folder, text: &str) -> Ran {
    let config = folder.write("tertib.toml", text);
    tests::tertib().args(["status", "--config"]).arg(config).output().unwrap().into()
}

/// Where in a text a mark stands, as the program says it.
fn place(before: &str) -> String {
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    format!("tertib.toml: line {line}, column {column}: ")
}

fn the_whole_file_is_accepted() {
    let folder = Folder::new();
    let ran = said(&folder, FULL).expect_code_in(&[0, 1, 2], "status");
    assert!(ran.err.is_empty() && ran.out.contains("tarik"), "{}\n{}", ran.out, ran.err);
}

fn each_of_a_hundred_faults_is_told_with_its_place() {
    let folder = Folder::new();
    let all = || SHAPE.iter().chain(MEANING).chain(NO_TOML);
    assert!(all().count() >= 100, "{} mutations", all().count());
    for mutation in all() {
        let (Mutation(_, to, says), marked) = (mutation, mutation.made());
        let text = marked.replace('¦', "");
        let place = marked.split_once('¦').map_or_else(|| "tertib.toml: line ".to_owned(), |(before, _)| place(before));
        let ran = said(&folder, &text).expect_refusal(&[&place, says]);
        assert!(ran.out.is_empty() && !ran.err.contains("RAHASIA"), "{to}\n{}", ran.err);
    }
}

fn every_key_that_is_misspelt_is_told_with_its_right_name() {
    let folder = Folder::new();
    let (mut at, mut keys) = (0, 0);
    for line in FULL.split_inclusive('\n') {
        let key = line.split(" = ").next().unwrap();
        if line.contains(" = ") && key.starts_with(|c: char| c.is_ascii_lowercase()) {
            let (before, after) = FULL.split_at(at);
            let (begin, last) = key.split_at(key.len() - 1);
            let text = format!("{before}{begin}{last}{last}{}", &after[key.len()..]);
            said(&folder, &text).expect_refusal(&[&place(before), &format!("did you mean `{key}`?")]);
            keys += 1;
        }
        at += line.len();
    }
    assert!(keys >= 90, "{keys} keys");
}
