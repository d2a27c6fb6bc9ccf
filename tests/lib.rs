//! What several test programs need: the program under test, invented offices, real databases on loopback, and programs of others.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up must stop")]
#![expect(clippy::disallowed_methods, reason = "tests start the program under test and outside judges")]

mod databases;
pub mod faults;
pub mod febrl;
pub mod forger;
pub mod generated;
pub mod hostile;
mod offices;
pub mod planted;
mod program;
pub mod reference;
pub mod servers;
#[cfg(unix)]
pub mod serving;
pub mod sinks;
pub mod tools;
pub mod trials;
pub mod wire;

pub use databases::{SqliteFile, export, runtime, sqlite, sqlite_number, sqlite_texts};
pub use offices::{
    DUE_AT_ONCE, EVERY_EVENT, Office, ROW, SMALL, VALUES, WITHOUT_FAULTS, covered, covered_with_ramadan, make_office,
    make_office_in,
};
pub use program::{
    Pulled, Ran, copied, ended, ended_within, metadata, pasted, peak_mb, run, run_in, tertib, tertib_after,
};

use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// The workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What `metrics --format json` says of the month, without what it says of the archive, which differs from pull to pull.
#[must_use]
pub fn figures(mut answer: serde_json::Value) -> serde_json::Value {
    if let Some(figures) = answer.as_object_mut() {
        assert!(figures.remove("archive").is_some() && figures.remove("left_out").is_some(), "{figures:?}");
    }
    for row in answer.as_array_mut().into_iter().flatten() {
        let row = row.as_object_mut().unwrap();
        assert!(row.remove("complete_until").is_some() && row.remove("coverage").is_some(), "{row:?}");
    }
    answer
}

/// How many documents a month has at least in which something of every kind happened.
///
/// They are the books, the lists with their drafts of a destruction, the papers, two reports. Nobody is called to collect a card where
/// none is left.
#[must_use]
pub fn documents_of_a_month() -> usize {
    let facts = schemas::Facts::embedded().unwrap();
    // Without a retention schedule no archive is to be destroyed, and a paper about nothing is not made.
    let may_have_rows = |list: &schemas::ArchiveList| !matches!(list.rows, schemas::ListRows::Month { .. });
    let drafts = facts.lists.iter().filter(|list| list.destruction.is_some() && may_have_rows(list)).count();
    let papers = facts.papers.iter().filter(|paper| !matches!(paper.rows, schemas::PaperRows::Uncollected)).count();
    facts.ledgers.len() + facts.lists.len() + drafts + papers + 2
}

/// Does something beside a watcher, who goes on until it is over: also where it ends with a panic, which would never be told
/// if the watcher went on. What the watcher saw, and what came of it.
pub fn watched<W: Send, T>(watch: impl FnOnce(&AtomicBool) -> W + Send, work: impl FnOnce() -> T) -> (W, T) {
    struct Over<'a>(&'a AtomicBool);
    impl Drop for Over<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(&over));
        let done = {
            let _over = Over(&over);
            work()
        };
        (watcher.join().unwrap(), done)
    })
}

/// Copies a folder's contents, and who may enter it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
    fs::set_permissions(to, from.metadata().unwrap().permissions()).unwrap();
}

/// Every file below a folder with its bytes, by path.
#[must_use]
pub fn tree(folder: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Changes one bit in the middle of a file.
pub fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// The code that a document prints.
#[must_use]
pub fn printed_code(pdf: &Path) -> String {
    let text = String::from_utf8_lossy(&fs::read(pdf).unwrap()).into_owned();
    text[text.find("TERTIB1").unwrap()..].chars().take_while(|c| *c != '<' && *c != ')').collect()
}

/// The same code with another digest.
#[must_use]
pub fn forged_code(code: &str) -> String {
    let digest = code.split(' ').nth(6).unwrap();
    code.replace(digest, &digest.chars().rev().collect::<String>())
}

/// SHA-256 of a file in hexadecimal digits.
#[must_use]
pub fn sha256_of(path: &Path) -> String {
    sha256(&fs::read(path).unwrap())
}

/// SHA-256 in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a text holds what could be a NIK: 15 or 16 digits that stand alone, neither part of a share like
/// 0.8833333333333333 nor of a hexadecimal digest.
#[must_use]
pub fn holds_nik(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
        .map(|word| word.trim_matches('.'))
        .any(|word| matches!(word.len(), 15 | 16) && word.bytes().all(|b| b.is_ascii_digit()))
}

/// Asks an archive by the facts and targets that are built in.
///
/// # Errors
/// As for [`pipeline::Questions::answer`].
///
/// # Panics
/// When the facts that are built in are broken.
pub fn asked(archive: &pipeline::Archive, sql: &str) -> Result<pipeline::Answer, pipeline::QueryError> {
    let facts = std::sync::Arc::new(schemas::Facts::embedded().unwrap());
    let questions = pipeline::Questions::new(archive.clone(), facts, Some(schemas::Decisions::default()));
    questions.answer(sql, &std::collections::BTreeMap::new())
}
