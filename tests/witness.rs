//! A second party signs what it has seen of the office's log: only what continues the last that it signed, whoever asks, and whatever
//! stops it, it forgets nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use tests::faults::{at_calls, faulted};
use tests::tools::Tool;
use tests::{Office, Ran, copy, run_in};

tests::trials! {
    it_signs_what_continues_and_the_office_shows_it;
    it_signs_no_other_history;
    it_forgets_nothing needs Tool::Strace;
}

const NAME: &str = "inspektorat.rekaan";

/// A witness with a folder of its own, and the public key of the office on paper.
struct Witness {
    folder: TempDir,
    public: String,
    office_key: String,
}

impl Witness {
    fn of(office: &Office) -> Self {
        let folder = TempDir::new().unwrap();
        let public = run_in(folder.path(), &["witness", "new", "--name", NAME]).expect_code(0).out.trim().to_owned();
        let office_key = office.run(&["key", "show"]).expect_code(0).out.trim().to_owned();
        Self { folder, public, office_key }
    }

    fn copy(&self) -> Self {
        let folder = TempDir::new().unwrap();
        copy(self.folder.path(), folder.path());
        Self { folder, public: self.public.clone(), office_key: self.office_key.clone() }
    }

    fn arguments<'a>(&'a self, file: &'a str) -> [&'a str; 7] {
        ["witness", "sign", file, "--name", NAME, "--public-key", &self.office_key]
    }

    fn signs(&self, file: &str) -> Ran {
        run_in(self.folder.path(), &self.arguments(file))
    }

    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.path().join(name)).ok()
    }
}

/// The statement of a note, without who signed it.
fn statement(note: &str) -> &str {
    note.split("\n\n").next().unwrap()
}

fn size(note: &str) -> u64 {
    note.lines().nth(1).unwrap().parse().unwrap()
}

fn checkpoint(office: &Office) -> String {
    office.path("archive/log/checkpoint").display().to_string()
}

/// The proof of the office that its log continues the one of that size.
fn continuation(office: &Office, old: u64) -> PathBuf {
    let to = office.path("untuk-saksi");
    drop(fs::remove_dir_all(&to));
    office.run(&["prove", "--consistency", &old.to_string(), "--output", &to.display().to_string()]).expect_code(0);
    if to.is_dir() { to.read_dir().unwrap().next().unwrap().unwrap().path() } else { to }
}

fn half_pulled() -> Office {
    let office = Office::unpulled();
    office.configure("lookback-days = 14", "lookback-days = 400");
    office.run(&["pull", "--until", "2026-10-15", "--at", "2026-10-15T00:00:00Z"]).expect_code_in(&[0, 1], "pull");
    office
}

fn it_signs_what_continues_and_the_office_shows_it() {
    let office = half_pulled();
    let witness = Witness::of(&office);
    let first = size(&fs::read_to_string(checkpoint(&office)).unwrap());
    witness.signs(&checkpoint(&office)).expect_code(0);
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let proof = continuation(&office, first).display().to_string();
    for turn in 0..2 {
        // The same once more is signed once more.
        witness.signs(&proof).expect_code_in(&[0], &format!("turn {turn}"));
    }
    let signed = witness.read("checkpoint.saksi").unwrap();
    assert!(size(&signed) > first && witness.read("saksi.checkpoint").as_ref() == Some(&signed));
    let quorum = ["verify", "--witness", &witness.public, "--quorum", "1"];
    assert!(office.run(&quorum).expect_code(1).finds("A029"));
    let note = witness.folder.path().join("checkpoint.saksi").display().to_string();
    let said = office.run(&["witness", "accept", &note, "--witness", &witness.public]).expect_code(0).out;
    assert!(said.contains(NAME) && said.contains("has seen"), "{said}");
    let said = office.run(&quorum).expect_code(0).out;
    assert!(said.contains("; 0 findings"), "{said}");
    let two = ["verify", "--witness", &witness.public, "--quorum", "2"];
    assert!(office.run(&two).expect_code(1).finds("A029"));
}

fn it_signs_no_other_history() {
    let office = half_pulled();
    let witness = Witness::of(&office);
    let first = fs::read_to_string(checkpoint(&office)).unwrap();
    // Another history from the first commit on, signed with the real key.
    let other = office.copy();
    fs::remove_dir_all(other.path("archive")).unwrap();
    other.sql("update langkah_berkas set petugas_id = 'P999' where event_id = 8");
    other.run(&["pull", "--until", "2026-10-15", "--at", "2026-10-15T00:00:00Z"]).expect_code_in(&[0, 1], "pull");
    witness.signs(&checkpoint(&office)).expect_code(0);
    let held = witness.read("saksi.checkpoint").unwrap();
    assert_eq!(statement(&held), statement(&first));
    let refused = |file: &str, says: &str| {
        let said = witness.signs(file).expect_code(2).err;
        assert!(said.contains(says) && said.trim_end().lines().count() <= 2, "{said}");
        assert_eq!(witness.read("saksi.checkpoint").as_ref(), Some(&held), "{says}");
    };
    // Two of one size, and a later one that does not continue the first.
    refused(&checkpoint(&other), "two different logs");
    other.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    refused(&checkpoint(&other), "prove --consistency");
    refused(&continuation(&other, size(&first)).display().to_string(), "sign nothing");
    // The office's log cut back to before.
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    witness.signs(&continuation(&office, size(&first)).display().to_string()).expect_code(0);
    let held = witness.read("saksi.checkpoint").unwrap();
    let before = office.path("archive/log/checkpoints").join(size(&first).to_string()).display().to_string();
    witness.signs(&before).expect_code(2);
    assert_eq!(witness.read("saksi.checkpoint"), Some(held));
    // A key that is not the office's, and a checkpoint that was altered.
    let stranger = Witness { office_key: other_key(), ..witness.copy() };
    fs::remove_file(stranger.folder.path().join("saksi.checkpoint")).unwrap();
    stranger.signs(&checkpoint(&office)).expect_code(2);
    let altered = office.path("diubah");
    fs::write(&altered, fs::read_to_string(checkpoint(&office)).unwrap().replacen('\n', "\n1", 1)).unwrap();
    let fresh = witness.copy();
    fs::remove_file(fresh.folder.path().join("saksi.checkpoint")).unwrap();
    fresh.signs(&altered.display().to_string()).expect_code(2);
    assert_eq!(fresh.read("saksi.checkpoint"), None);
}

/// A public key of another office.
fn other_key() -> String {
    let office = half_pulled();
    office.run(&["key", "rotate", "--signing", "--reason", "rekaan", "--by", "ANDI, operator"]).expect_code(0);
    office.run(&["key", "show"]).expect_code(0).out.trim().to_owned()
}

/// Kinds of faults, and the calls that meet them.
const FAULTS: [&str; 13] = [
    "openat:signal=KILL",
    "write:signal=KILL",
    "fsync:signal=KILL",
    "rename:signal=KILL",
    "read:signal=KILL",
    "openat:error=EMFILE",
    "openat:error=ENOSPC",
    "write:error=ENOSPC",
    "write:error=EIO",
    "fsync:error=EIO",
    "rename:error=EIO",
    "rename:error=ENOSPC",
    "read:error=EIO",
];

fn it_forgets_nothing() {
    let office = half_pulled();
    let base = Witness::of(&office);
    base.signs(&checkpoint(&office)).expect_code(0);
    let (first, key) = (base.read("saksi.checkpoint").unwrap(), base.read("saksi.key").unwrap());
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let proof = continuation(&office, size(&first)).display().to_string();
    let second = fs::read_to_string(checkpoint(&office)).unwrap();
    let points = at_calls(
        &FAULTS,
        |_| 1..,
        |fault, n| {
            let witness = base.copy();
            let what = format!("{fault} at call {n}");
            let names = ["", "saksi.key", "saksi.checkpoint", "checkpoint.saksi"];
            let paths = names.map(|name| witness.folder.path().join(name)).into_iter().chain([PathBuf::from(&proof)]);
            let mut sign = faulted(&format!("{fault}:when={n}"), paths);
            let ran = sign.args(witness.arguments(&proof)).current_dir(witness.folder.path()).output().unwrap();
            let ran = Ran::from(ran);
            assert!(!ran.err.contains("panic"), "{what}: {}", ran.err);
            let disturbed = ran.code != 0;
            // What the office may have by now, the witness knows of.
            let (state, given) = (witness.read("saksi.checkpoint").unwrap(), witness.read("checkpoint.saksi").unwrap());
            for note in [&state, &given] {
                assert!([statement(&first), statement(&second)].contains(&statement(note)), "{what}: half a note");
            }
            assert!(size(&given) <= size(&state), "{what}: the office has more than the witness remembers");
            assert_eq!(witness.read("saksi.key").as_ref(), Some(&key), "{what}");
            witness.signs(&proof).expect_code_in(&[0], &what);
            let (state, given) = (witness.read("saksi.checkpoint").unwrap(), witness.read("checkpoint.saksi").unwrap());
            assert!(state == given && statement(&state) == statement(&second), "{what}");
            disturbed
        },
    );
    assert!(points >= 10, "only {points} points");
}
