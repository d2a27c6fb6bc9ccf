//! What an official reads is Indonesian, and each thing has one name.
//!
//! Every word that stands in a document, or that the officer is told, was read by a person: it is in `kosakata.txt`, or it is a name
//! or a number. A new word fails until it is read and written there: `TERTIB_WORDS=write cargo test --workspace --test wording`, then
//! look at what changed. `inggris.txt` holds words that are not Indonesian and never come in; `schemas/data/istilah.toml` the words
//! that stand for one thing, and those that are refused in their place.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

mod printed;
mod said;

use schemas::{Facts, Term};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tests::root;
use tests::tools::Tool;

tests::trials! {
    every_word_was_read needs Tool::Pdftotext, Tool::Python(&[]);
    no_phrase_of_a_source_is_refused;
    a_word_that_is_refused_is_found;
}

/// A text that somebody reads, and where it stands: the id of a document, or a file.
struct Reading {
    place: String,
    text: String,
}

impl Reading {
    /// What it says in its own words: without those of other languages that an official text uses, where they may stand.
    fn own_words(&self, terms: &[Term]) -> String {
        // What has the length of a root or a signature is one.
        let is_said = |piece: &&str| piece.len() < 44 || !piece.ends_with('=');
        let mut text =
            plain(&self.text.replace('\u{200b}', "")).split_whitespace().filter(is_said).collect::<Vec<_>>().join(" ");
        for given in terms.iter().flat_map(|term| &term.as_given) {
            if given.documents.is_empty() || given.documents.iter().any(|id| self.place.starts_with(id)) {
                for words in [&given.words, &given.words.to_uppercase(), &given.words.to_lowercase()] {
                    text = text.replace(words.as_str(), "");
                }
            }
        }
        text
    }
}

/// The words of a text in lower case, without what stands in backquotes or braces, and without numbers, paths, ids and hyphens.
fn words(text: &str) -> BTreeSet<String> {
    let text = plain(text);
    let pieces =
        text.split_whitespace().filter(|piece| !piece.starts_with(['/', '-', '#']) && !piece.starts_with("(#"));
    let pieces = pieces.flat_map(|piece| piece.split(|c: char| "/–—·,;:()\"“”‘’=≤≥<>+×→|%".contains(c)));
    // What holds a digit, a star or an underscore is a number, a masked name or an id; so is the month in the number of a letter.
    let is_roman = |piece: &str| piece.chars().all(|c| "IVX".contains(c));
    let is_word = |piece: &&str| {
        !piece.contains(|c: char| c.is_ascii_digit() || "*_@".contains(c)) && !is_path(piece) && !is_roman(piece)
    };
    let letters = pieces.filter(is_word).flat_map(|piece| piece.split(|c: char| !c.is_alphabetic() && c != '-'));
    letters.map(|word| word.replace('-', "").to_lowercase()).filter(|word| word.chars().count() > 1).collect()
}

/// Whether a piece is the name of a file or a host.
fn is_path(piece: &str) -> bool {
    let inside = piece.trim_matches('.');
    inside.split('.').next_back().is_some_and(|end| end.len() > 1 && end.len() < inside.len())
}

/// A text without what stands in backquotes, which is typed, in braces, which is filled in, and in brackets, as sections of a
/// configuration do.
fn plain(text: &str) -> String {
    let (mut plain, mut inside) = (String::new(), 0_usize);
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '`' => quoted = !quoted,
            '{' | '[' => inside += 1,
            '}' | ']' => inside = inside.saturating_sub(1),
            _ if quoted || inside > 0 => {}
            _ => plain.push(c),
        }
    }
    plain
}

/// The lines of a file beside this one.
fn list(name: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("tests/wording").join(name)).unwrap();
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(str::to_owned).collect()
}

/// The words of a text that some term refuses, with the term that stands for the thing.
fn refused<'t>(reading: &Reading, terms: &'t [Term]) -> Vec<(&'t str, &'t str)> {
    let text = reading.own_words(terms).to_lowercase();
    let is_whole = |at: usize, word: &str| {
        let is_letter = |c: char| c.is_alphanumeric() || "_*-".contains(c);
        let (before, after) = (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
        !before.is_some_and(is_letter) && !after.is_some_and(is_letter)
    };
    let stands = |word: &str| text.match_indices(word).any(|(at, _)| is_whole(at, word));
    let all = terms.iter().flat_map(|term| term.refused.iter().map(|word| (word.as_str(), term.term.as_str())));
    all.filter(|(word, _)| stands(word)).collect()
}

fn every_word_was_read() {
    let facts = Facts::embedded().unwrap();
    let (readings, names) = printed::readings();
    let readings: Vec<Reading> = readings.into_iter().chain(said::readings()).collect();
    assert!(readings.len() > 100, "{}", readings.len());
    let faults: BTreeSet<String> = readings
        .iter()
        .flat_map(|reading| {
            let of_reading = refused(reading, &facts.terms).into_iter();
            of_reading.map(|(word, term)| format!("{}: `{word}`; write `{term}`", reading.place))
        })
        .collect();
    assert!(faults.is_empty(), "words that are refused:\n{}", faults.into_iter().collect::<Vec<_>>().join("\n"));

    let mut found: BTreeMap<String, &str> = BTreeMap::new();
    for reading in &readings {
        for word in words(&reading.own_words(&facts.terms)).into_iter().filter(|word| !names.contains(word)) {
            found.entry(word).or_insert(&reading.place);
        }
    }
    let english = list("inggris.txt");
    let strangers: Vec<_> = found.iter().filter(|(word, _)| english.contains(*word)).collect();
    assert!(strangers.is_empty(), "words that are not Indonesian: {strangers:?}");
    if std::env::var_os("TERTIB_WORDS").is_some_and(|word| word == "write") {
        let head = "# Every word of documents and of what the officer is told, in lower case and without hyphens, as a person has read it.\n";
        let text: String = found.keys().map(|word| format!("{word}\n")).collect();
        fs::write(root().join("tests/wording/kosakata.txt"), format!("{head}{text}")).unwrap();
        return;
    }
    let read = list("kosakata.txt");
    let new: Vec<_> = found.iter().filter(|(word, _)| !read.contains(*word)).collect();
    assert!(new.is_empty(), "words that nobody has read yet, with where they stand: {new:#?}");
    let gone: Vec<_> = read.iter().filter(|word| !found.contains_key(*word)).collect();
    assert!(gone.is_empty(), "words that stand nowhere any more: {gone:?}");
}

/// Single words stand for other things in a source too; a phrase of several that is refused has no place in one.
fn no_phrase_of_a_source_is_refused() {
    let facts = Facts::embedded().unwrap();
    let sources = said::sources();
    assert!(sources.len() > 3_000, "{}", sources.len());
    let faults = |readings: &[Reading]| -> Vec<String> {
        let of = |reading: &Reading| {
            let found = refused(reading, &facts.terms).into_iter().filter(|(words, _)| words.contains(' '));
            found.map(|(words, term)| format!("{}: `{words}`; write `{term}`", reading.place)).collect::<Vec<_>>()
        };
        readings.iter().flat_map(of).collect()
    };
    assert_eq!(faults(&sources), [""; 0]);
    let wrong = Reading { place: "x.rs".to_owned(), text: "Kartu tercetak tanpa pemeriksaan".to_owned() };
    assert_eq!(faults(&[wrong]).len(), 1);
}

/// The test itself sees what it should: whole words, in the documents for which they are not given.
fn a_word_that_is_refused_is_found() {
    let facts = Facts::embedded().unwrap();
    let found = |place: &str, text: &str| {
        let reading = Reading { place: place.to_owned(), text: text.to_owned() };
        refused(&reading, &facts.terms).into_iter().map(|(word, _)| word).collect::<Vec<_>>()
    };
    assert_eq!(found("buku", "Nomor Batch, dan n kasus"), ["batch", "n"]);
    assert_eq!(found("buku", "permohonan\nkolektif N**** dan berkas B202610-n"), [""; 0]);
    assert_eq!(found("buku", "jalankan `tertib log JOB` untuk {record}"), [""; 0]);
    assert_eq!(found("formulir_provinsi", "Duplicate Record"), [""; 0]);
    assert_eq!(found("buku", "Duplicate Record"), ["duplicate", "record"]);
    let of = |text: &str| words(text).into_iter().collect::<Vec<_>>();
    assert_eq!(
        of("KTP-el 1.234/XII/2026 A**** (Pekon/Kelurahan) events_x s.d. a.toml B202610-000012"),
        ["kelurahan", "ktpel", "pekon"]
    );
}
