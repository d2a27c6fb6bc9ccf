//! The key on paper, and from the paper.

use crate::{office, restored};
use std::fs;
use std::io::Write;
use std::process::Stdio;
use tests::tools::Tool;
use tests::{Office, Ran, run, run_in};

tests::part! {
    the_paper_is_compared_with_the_key;
    a_restored_office_gets_its_key_from_the_paper;
    the_code_is_read_by_a_scanner needs Tool::Zbarimg;
}

fn typing(office: &Office, arguments: &[&str], text: &str) -> Ran {
    let mut child = office.command(arguments);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

/// What stands on the paper below a word.
fn below(paper: &str, word: &str) -> String {
    paper.split_once(&format!("{word}:\n")).unwrap().1.split_once("\n\n").unwrap().0.to_owned()
}

fn paper_of_another() -> String {
    let dir = tempfile::TempDir::new().unwrap();
    // Its database is not there, which is said; its key is made all the same.
    run(&["init", &dir.path().display().to_string(), "--source", "sqlite:tidak-ada.sqlite"]).expect_code(1);
    run_in(dir.path(), &["key", "print"]).expect_code(0).out
}

fn the_paper_is_compared_with_the_key() {
    let office = office();
    let paper = office.run(&["key", "print"]).expect_code(0).out;
    let (digits, words) = (below(&paper, "Angka"), below(&paper, "Kata"));
    assert_eq!(words.split_whitespace().count(), 17, "{paper}");
    assert_eq!(
        digits.split_whitespace().collect::<String>(),
        fs::read_to_string(office.path("kunci.key")).unwrap().trim()
    );
    for text in [&words, &words.to_uppercase(), &digits] {
        let ran = typing(&office, &["key", "confirm"], text).expect_code(0);
        assert!(ran.out.contains("the date is noted"), "{}", ran.out);
    }
    let first = words.split_whitespace().next().unwrap();
    for (wrong, words_of_error) in [
        (words.replacen(first, "babab", 1), "does not fit"),
        (words.replacen(first, "eeeee", 1), "word 1 is misspelt"),
        (String::new(), "it has 0 words"),
    ] {
        let ran = typing(&office, &["key", "confirm"], &wrong).expect_refusal(&[words_of_error]);
        assert!(!ran.err.contains("eeeee"), "what was typed is secret: {}", ran.err);
    }
    typing(&office, &["key", "confirm"], &below(&paper_of_another(), "Kata")).expect_code(1);
}

fn a_restored_office_gets_its_key_from_the_paper() {
    let office = office();
    let words = below(&office.run(&["key", "print"]).expect_code(0).out, "Kata");
    office.run(&["backup"]).expect_code(0);
    let (ran, dir) = restored(&office.path("usb"));
    drop(ran.expect_code(0));
    let new = Office::copy_of(&dir.path().join("pulih"));
    typing(&new, &["key", "enter"], &below(&paper_of_another(), "Kata")).expect_code(2);
    assert!(!new.path("kunci.key").exists(), "the key of another office was taken");
    typing(&new, &["key", "enter"], &words).expect_code(0);
    assert_eq!(fs::read(new.path("kunci.key")).unwrap(), fs::read(office.path("kunci.key")).unwrap());
    new.run(&["verify"]).expect_code(0);
    typing(&new, &["key", "enter"], &words).expect_refusal(&["is there already"]);
}

/// Each block is two points of the code, one above the other.
fn the_code_is_read_by_a_scanner() {
    let office = office();
    let paper = office.run(&["key", "print"]).expect_code(0).out;
    let is_code = |line: &&str| !line.is_empty() && line.chars().all(|c| " ▀▄█".contains(c));
    let lines: Vec<Vec<char>> = paper.lines().filter(is_code).map(|line| line.chars().collect()).collect();
    let (width, scale) = (lines.iter().map(Vec::len).max().unwrap(), 6);
    let dark = |x: usize, y: usize| match lines[y / 2].get(x).copied().unwrap_or(' ') {
        '█' => true,
        '▀' => y.is_multiple_of(2),
        '▄' => y % 2 == 1,
        _ => false,
    };
    let (wide, high) = (width * scale, lines.len() * 2 * scale);
    let mut picture = format!("P5 {wide} {high} 255\n").into_bytes();
    picture.extend(
        (0..high)
            .flat_map(|y| (0..wide).map(move |x| (x, y)))
            .map(|(x, y)| if dark(x / scale, y / scale) { 0 } else { 255 }),
    );
    let path = office.path("kode.pgm");
    fs::write(&path, picture).unwrap();
    let read = Tool::Zbarimg.output(&["--raw", "-q", &path.display().to_string()]);
    assert_eq!(read.trim(), fs::read_to_string(office.path("kunci.key")).unwrap().trim());
}
