//! What the commits of a bag say of the parts of the public table that it must have.
//!
//! Rule    a part that a commit of the bag adds to one of its months is in the bag with the digest that the commit states, unless a
//!         later commit removes it; and no other part is

use super::fault::BagFault;
use super::layout::PAYLOAD;
use super::logged_commit::LoggedCommit;
use super::manifest::Files;
use super::reading;
use crate::hash::hex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// No commit, and no list of commits, is longer.
const LONGEST_BYTES: u64 = 64 << 20;

/// Reads the list of commits; `None` if it is none.
pub(super) fn commits(path: &Path) -> Option<Vec<LoggedCommit>> {
    let bytes = reading::bytes(path, LONGEST_BYTES).ok()?;
    let mut commits: Vec<LoggedCommit> = Vec::new();
    for record in csv::Reader::from_reader(bytes.as_slice()).into_records() {
        let record = record.ok()?;
        let commit = LoggedCommit {
            version: record.get(0)?.parse().ok()?,
            first_seq: record.get(1)?.parse().ok().filter(|seq| *seq >= 0)?,
            next_seq: record.get(2)?.parse().ok()?,
            statement: record.get(3)?.to_owned(),
        };
        let is_next =
            commits.last().is_none_or(|last| last.version < commit.version && last.next_seq <= commit.first_seq);
        if !is_next || commit.first_seq > commit.next_seq {
            return None;
        }
        commits.push(commit);
    }
    Some(commits)
}

/// Compares the parts of the bag with those that its commits state. `find` is told which are missing, other ones, or not stated.
pub(super) fn check(root: &Path, whole: &Files, commits: &[LoggedCommit], find: &mut dyn FnMut(BagFault, &str)) {
    let mut stated: BTreeMap<String, String> = BTreeMap::new();
    let mut removed = BTreeSet::new();
    for path in whole.keys().filter(|path| path.starts_with(FOLDER)) {
        match actions(root, path, commits) {
            Some(actions) => {
                stated.extend(actions.added);
                removed.extend(actions.removed);
            }
            None => find(BagFault::Log, path),
        }
    }
    for commit in commits.iter().filter(|commit| !whole.contains_key(&file_of(commit.version))) {
        find(BagFault::Missing, &file_of(commit.version));
    }
    let months = reading::months(root);
    let month = |path: &str| path.strip_prefix("bulan=").and_then(|rest| rest.split('/').next()).map(str::to_owned);
    stated.retain(|path, _| !removed.contains(path) && month(path).is_some_and(|month| months.contains(&month)));
    let held = |path: &String| whole.get(&format!("{PAYLOAD}events/{path}")).map(|digest| hex(digest));
    for (path, sha256) in &stated {
        match held(path) {
            Some(digest) if digest == *sha256 => {}
            Some(_) => find(BagFault::Row, &format!("{PAYLOAD}events/{path}")),
            None => find(BagFault::Missing, &format!("{PAYLOAD}events/{path}")),
        }
    }
    let parts =
        whole.keys().filter_map(|path| path.strip_prefix("data/events/")).filter(|path| path.ends_with(".parquet"));
    for path in parts.filter(|path| !stated.contains_key(*path)) {
        find(BagFault::Row, &format!("{PAYLOAD}events/{path}"));
    }
}

/// The folder of the commits in a bag.
const FOLDER: &str = "data/log/commits/";

fn file_of(version: u64) -> String {
    format!("{FOLDER}{version:020}.json")
}

/// What a commit does to the public table.
#[derive(Default)]
struct Actions {
    /// The paths of parts within the table, each with its digest in hexadecimal digits.
    added: Vec<(String, String)>,
    removed: Vec<String>,
}

/// Reads a commit of the bag; `None` if it is not the one that the log states, or is none.
fn actions(root: &Path, path: &str, commits: &[LoggedCommit]) -> Option<Actions> {
    let commit = commits.iter().find(|commit| file_of(commit.version) == path)?;
    let bytes = reading::bytes(&root.join(path), LONGEST_BYTES).ok()?;
    let stated: Value = serde_json::from_str(&commit.statement).ok()?;
    if stated["commit"] != commit.version || stated["sha256"] != crate::hash::sha256(&bytes).as_str() {
        return None;
    }
    let mut actions = Actions::default();
    for line in std::str::from_utf8(&bytes).ok()?.lines() {
        let action: Value = serde_json::from_str(line).ok()?;
        if let Some(add) = action.get("add") {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            actions.added.push((text(&add["path"])?, text(&add["tags"]["sha256"])?));
        }
        if let Some(remove) = action.get("remove") {
            actions.removed.push(remove["path"].as_str()?.to_owned());
        }
    }
    Some(actions)
}
