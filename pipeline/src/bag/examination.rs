//! Examines a bag that may be anybody's: whether it is one, and whether it holds its files and no others.
//!
//! Reads   a folder, piece by piece
//! Gives   [`BagExamination`]: how much was examined, and what is wrong, each with a stable code and the file
//! Rule    what is wrong is a finding and not an error; of very many, the first are named and the others counted

use super::fault::BagFault;
use super::layout::{DECLARATION, INFO, PAYLOAD, SIGNATURE, TAG_MANIFEST};
use super::manifest::{Digest, Files, Unusable, stays_inside};
use super::proof_check::{self, Checked};
use super::reading::{self, Named, Wrong};
use crate::hash::hex;
use crate::transparency::{Checkpoint, VerifyingKey};
use schemas::Finding;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

/// The result of an examination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BagExamination {
    /// How many files were hashed.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// The SHA-256 of the manifest of tags, which stands for the whole bag; empty where there is none.
    pub digest: String,
    /// What is wrong, and where.
    pub faults: Vec<(BagFault, String)>,
    /// How many faults are not named.
    pub more: u64,
    /// The size and the root of the archive's log, as a signed statement in the bag says; `None` if it has none.
    pub log: Option<(u64, String)>,
    /// How many rows are leaves of the log.
    pub rows: u64,
    /// How many kept statements the log continues.
    pub continued: u64,
}

/// What a bag from elsewhere is compared with.
#[derive(Clone, Debug, Default)]
pub struct BagTrust {
    /// The public keys that count; of none, those in the bag.
    pub keys: Vec<VerifyingKey>,
    /// Statements of the log that somebody kept, each with its place.
    pub kept: Vec<(String, Checkpoint)>,
}

/// So many faults are named.
const MOST_FAULTS: usize = 1_000;
/// A place is not longer in a finding.
const LONGEST_PLACE: usize = 300;
/// More files are not looked at.
const MOST_FILES: u64 = 1_000_000;

impl BagExamination {
    fn find(&mut self, fault: BagFault, place: &str) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push((fault, place.chars().take(LONGEST_PLACE).collect()));
        } else {
            self.more += 1;
        }
    }

    /// Returns the findings.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let finding =
            |(fault, place): &(BagFault, String)| Finding { code: fault.code(), place: place.clone(), count: 1 };
        let mut findings: Vec<Finding> = self.faults.iter().map(finding).collect();
        // The last one that is named stands for those that are not.
        if let Some(last) = findings.last_mut() {
            last.count += self.more;
        }
        findings
    }
}

/// Examines a bag and what it brings of the archive's log. Memory grows with the number of its files and rows, up to a limit, and not
/// with their lengths.
#[must_use]
pub fn examine_bag(root: &Path, trust: &BagTrust) -> BagExamination {
    let (mut result, whole) = examine_files(root);
    let digest = result.digest.clone();
    let bag = proof_check::Bag { root, whole: &whole, digest: &digest, trusted: &trust.keys, kept: &trust.kept };
    let Checked { statement, rows, continued } = proof_check::check(bag, &mut |fault, place| result.find(fault, place));
    result.log = statement.map(|statement| (statement.size, statement.root_text()));
    (result.rows, result.continued) = (rows, continued);
    result.faults.sort();
    result.faults.dedup();
    result
}

/// Examines whether a folder is a bag with its files and no others; also returns the files that are as its manifests say.
pub(super) fn examine_files(root: &Path) -> (BagExamination, Files) {
    let (mut result, mut whole) = (BagExamination::default(), Files::new());
    let is_folder = root.symlink_metadata().map(|found| found.is_dir());
    if !is_folder.as_ref().is_ok_and(|is_folder| *is_folder) {
        let fault = if is_folder.is_ok() { BagFault::Foreign } else { BagFault::Missing };
        result.find(fault, &root.display().to_string());
        return (result, whole);
    }
    declaration(root, &mut result);
    let Named { payload, tags } = reading::named(root, |wrong| match wrong {
        Wrong::Manifest(name, fault) => result.find(BagFault::Malformed, &format!("{name}: {}", words(&fault))),
        Wrong::Outside(path) => result.find(BagFault::Foreign, &path),
    });
    let (mut payload_bytes, payload_files) = (0, payload.len() as u64);
    let mut expected: BTreeMap<String, Digest> = payload;
    expected.extend(tags);
    walk(root, &mut result, |result, name| {
        let named = expected.remove(name);
        match reading::digest_of(&root.join(name)) {
            Ok((digest, bytes)) => {
                result.files += 1;
                result.bytes += bytes;
                payload_bytes += if name.starts_with(PAYLOAD) { bytes } else { 0 };
                match named {
                    Some(named) if named == digest => drop(whole.insert(name.to_owned(), digest)),
                    Some(_) => result.find(BagFault::Altered, name),
                    None if name == TAG_MANIFEST => result.digest = hex(&digest),
                    None if name == SIGNATURE => {}
                    None => result.find(BagFault::Stray, name),
                }
            }
            Err(e) if e.kind() == ErrorKind::InvalidInput => result.find(BagFault::Foreign, name),
            Err(e) => result.find(BagFault::Missing, &format!("{name}: {}", e.kind())),
        }
    });
    for name in expected.keys().filter(|name| root.join(name).symlink_metadata().is_err()) {
        result.find(BagFault::Missing, name);
    }
    oxum(root, (payload_bytes, payload_files), &mut result);
    (result, whole)
}

/// Calls `file` with the path of each file below the folder; what is neither a file nor a folder is a finding.
fn walk(root: &Path, result: &mut BagExamination, mut file: impl FnMut(&mut BagExamination, &str)) {
    let (mut open, mut seen) = (vec![String::new()], 0);
    while let Some(folder) = open.pop() {
        let at = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let entries = match std::fs::read_dir(root.join(&folder)) {
            Ok(entries) => entries,
            Err(e) => {
                result.find(BagFault::Missing, &format!("{folder}: {}", e.kind()));
                continue;
            }
        };
        for entry in entries {
            seen += 1;
            if seen > MOST_FILES {
                result.find(BagFault::Malformed, &format!("more than {MOST_FILES} files"));
                return;
            }
            let Ok((name, kind)) = entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) else {
                result.find(BagFault::Missing, &folder);
                continue;
            };
            let path = at(&name.to_string_lossy());
            // A name that is not UTF-8, or that another system would take for a path, is in no manifest.
            let is_name = name.to_str().is_some_and(stays_inside);
            if kind.is_dir() && is_name {
                open.push(path);
            } else if kind.is_file() && is_name {
                file(result, &path);
            } else {
                result.find(if kind.is_file() { BagFault::Stray } else { BagFault::Foreign }, &path);
            }
        }
    }
}

/// Checks that the folder declares itself a bag that this program can read.
fn declaration(root: &Path, result: &mut BagExamination) {
    let (name, ours) = DECLARATION;
    let text = reading::text(&root.join(name)).map(|text| text.replace("\r\n", "\n"));
    let is_known = |text: &String| text.as_bytes() == ours || text.as_bytes() == EARLIER;
    if !text.as_ref().is_ok_and(is_known) {
        result.find(BagFault::Malformed, name);
    }
}

/// What programs of the draft before the standard declare, whose manifests are the same.
const EARLIER: &[u8] = b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n";

/// Compares the size of the payload with what the bag says of it, if it says something.
fn oxum(root: &Path, (bytes, files): (u64, u64), result: &mut BagExamination) {
    let text = match reading::text(&root.join(INFO)) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return,
        Err(_) => return result.find(BagFault::Malformed, INFO),
    };
    let Some(fields) = reading::info(&text) else { return result.find(BagFault::Malformed, INFO) };
    let stated = fields.iter().filter(|(label, _)| label == "Payload-Oxum");
    if stated.into_iter().any(|(_, value)| *value != format!("{bytes}.{files}")) {
        result.find(BagFault::Malformed, &format!("{INFO}: Payload-Oxum"));
    }
}

fn words(fault: &Unusable) -> String {
    match fault {
        Unusable::Io(kind) => kind.to_string(),
        Unusable::Line(number) => format!("line {number}"),
        Unusable::Again(number) => format!("line {number} names a file again"),
        Unusable::Long => "it names too many files".to_owned(),
    }
}
