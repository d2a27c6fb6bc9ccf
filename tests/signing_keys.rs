//! The key that signs the log is changed or lost, and the log goes on: who trusts the key before learns of the new one, nothing is
//! signed with another key, a change that was cut off is ended, and there are copies of both keys.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::fs;
use std::path::Path;
use tests::faults::faulted;
use tests::tools::Tool;
use tests::{Office, Ran, tree};

tests::trials! {
    whoever_trusts_the_key_before_learns_of_the_new_one;
    a_lost_signing_key_does_not_end_a_log;
    nothing_is_signed_with_another_key;
    a_history_that_the_key_before_signed_is_found;
    a_change_that_is_killed_at_any_call_is_ended needs Tool::Strace;
    both_keys_have_papers;
    both_keys_are_copied_to_a_medium;
}

const CHANGED: [&str; 7] = ["key", "rotate", "--signing", "--reason", "laptop hilang", "--by", "ANDI, operator"];
const LOST: [&str; 8] =
    ["key", "rotate", "--signing", "--lost", "--reason", "kunci terbakar", "--by", "ANDI, operator"];

/// An office whose log is signed.
fn signed() -> Office {
    let office = Office::unpulled();
    office.configure("lookback-days = 14", "lookback-days = 400");
    office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    office
}

fn pull(office: &Office) {
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
}

fn public_key(office: &Office) -> String {
    office.run(&["key", "show"]).expect_code(0).out.trim().to_owned()
}

/// Verifies with that public key alone, and without the one in the office.
fn verified(office: &Office, key: &str) -> Ran {
    let archive = office.path("archive").display().to_string();
    tests::run(&["verify", "--archive", &archive, "--public-key", key])
}

/// The names of the keys that have signed a checkpoint of the archive, the newest or that of a size.
fn signatures(office: &Office, name: &str) -> usize {
    let note = fs::read_to_string(office.path("archive/log").join(name)).unwrap();
    note.lines().filter(|line| line.starts_with("\u{2014} ")).count()
}

fn whoever_trusts_the_key_before_learns_of_the_new_one() {
    let office = signed();
    office.run(&["query", "SELECT 1 AS satu"]).expect_code(0);
    let before = public_key(&office);
    for turn in 0..2 {
        let held = public_key(&office);
        let said = office.run(&CHANGED).expect_code(0).out;
        assert!(said.contains("is in force since version") && said.contains("key show"), "{said}");
        assert!(public_key(&office) != held && signatures(&office, "checkpoint") == 2, "change {turn}");
        pull(&office);
        office.sql(&format!("update langkah_berkas set petugas_id = 'P99{turn}' where event_id = 8"));
        pull(&office);
        assert_eq!(signatures(&office, "checkpoint"), 1, "after the change the new one signs alone");
        office.run(&["query", "SELECT 1 AS satu"]).expect_code(0);
    }
    let after = public_key(&office);
    for key in [&before, &after] {
        let said = verified(&office, key).expect_code(0).out;
        assert!(said.contains("; 0 findings") && !said.contains("signature"), "{said}");
    }
    office.run(&["verify"]).expect_code(0);
    // A proof that is made now is checked with the new key.
    let proof = office.path("bukti");
    office.run(&["prove", "--event", "8", "--output", &proof.display().to_string()]).expect_code(0);
    for name in fs::read_dir(&proof).unwrap() {
        let name = name.unwrap().path().display().to_string();
        tests::run(&["prove", "--check", &name, "--public-key", &after]).expect_code(0);
        tests::run(&["prove", "--check", &name, "--public-key", &before]).expect_code_in(&[1, 2], "the key before");
    }
    let kept = tree(office.folder()).into_keys().filter(|path| path.to_string_lossy().starts_with("penanda")).count();
    assert_eq!(kept, 3, "the keys before are kept");
    let commit = fs::read_to_string(office.commit(1)).unwrap();
    assert!(commit.contains("laptop hilang") && commit.contains(&before), "{commit}");
}

fn a_lost_signing_key_does_not_end_a_log() {
    let office = signed();
    let before = public_key(&office);
    office.run(&LOST).expect_refusal(&["is at hand", "--signing"]);
    fs::remove_file(office.path("penanda.key")).unwrap();
    office.run(&CHANGED).expect_refusal(&["is not at hand", "--signing --lost"]);
    assert!(!office.path("penanda.key").exists() && !office.path("penanda.key.baru").exists());
    let doctor = office.run(&["doctor", "--lang", "en"]).expect_code_in(&[1, 2], "doctor");
    assert!(doctor.out.contains("P037"), "{}", doctor.out);
    // Pulls go on, and the log waits for its signature.
    pull(&office);
    assert!(office.run(&["verify"]).expect_code(1).finds("A027"));
    let said = office.run(&LOST).expect_code(0).out;
    assert!(said.contains("hand the new public key over"), "{said}");
    let after = public_key(&office);
    office.run(&["verify"]).expect_code(0);
    verified(&office, &after).expect_code(0);
    // Whoever has the key before alone is told that something else signs now.
    assert!(verified(&office, &before).expect_code(1).finds("A026"));
    let commit = fs::read_to_string(office.commit(2)).unwrap();
    assert!(commit.contains("\"lost\":true") && commit.contains(&before), "{commit}");
}

fn nothing_is_signed_with_another_key() {
    let office = signed();
    let held = fs::read(office.path("penanda.key")).unwrap();
    office.run(&CHANGED).expect_code(0);
    let newest = fs::read(office.path("archive/log/checkpoint")).unwrap();
    // The file of the key before stands in its place again.
    let new = fs::read(office.path("penanda.key")).unwrap();
    office.put_key("penanda.key", held);
    pull(&office);
    assert_eq!(fs::read(office.path("archive/log/checkpoint")).unwrap(), newest);
    let found = office.run(&["verify"]).expect_code(1);
    assert!(found.finds("A027") && !found.finds("A026"), "{}", found.out);
    let doctor = office.run(&["doctor", "--lang", "en"]).expect_code_in(&[1, 2], "doctor");
    assert!(doctor.out.contains("P037"), "{}", doctor.out);
    office.put_key("penanda.key", new);
    office.run(&["query", "SELECT 1 AS satu"]).expect_code(0);
    office.sql("update langkah_berkas set petugas_id = 'P999' where event_id = 8");
    pull(&office);
    office.run(&["verify"]).expect_code(0);
}

/// Somebody holds the key before and the archive: what is signed with it after the change does not count.
fn a_history_that_the_key_before_signed_is_found() {
    let office = signed();
    let before = public_key(&office);
    let forged = office.copy();
    office.run(&CHANGED).expect_code(0);
    pull(&office);
    pull(&forged);
    verified(&forged, &before).expect_code(0);
    // The forged log under the new key, or under the key before with the checkpoint of the change at hand.
    assert!(verified(&forged, &public_key(&office)).expect_code(1).finds("A026"));
    let kept = office.path("archive/log/checkpoint").display().to_string();
    let archive = forged.path("archive").display().to_string();
    let found = tests::run(&["verify", "--archive", &archive, "--public-key", &before, "--checkpoint", &kept]);
    assert!(found.code == 1, "{}", found.out);
    // A checkpoint of the archive that the key before alone has signed after the change.
    let size = fs::read_to_string(office.path("archive/log/checkpoint")).unwrap().lines().nth(1).unwrap().to_owned();
    let theirs = fs::read_to_string(forged.path("archive/log/checkpoint")).unwrap();
    fs::write(office.path("archive/log/checkpoints").join(&size), theirs).unwrap();
    assert!(verified(&office, &before).expect_code(1).finds("A025") || verified(&office, &before).finds("A026"));
}

/// Calls that touch a file.
const CALLS: [&str; 9] = ["openat", "write", "fsync", "rename", "link", "linkat", "unlink", "chmod", "read"];

fn a_change_that_is_killed_at_any_call_is_ended() {
    let base = signed();
    let undisturbed = base.copy();
    undisturbed.run(&CHANGED).expect_code(0);
    let names: Vec<_> = tree(&undisturbed.path("archive")).into_keys().collect();
    let killed = |office: &Office, call: &str, n: usize| -> bool {
        let (archive, own) = (office.path("archive"), office.path("archive/_tertib/staging/1-0"));
        let mut paths = vec![archive.clone(), own.clone(), own.join("commit.json"), own.join("intent.json")];
        paths.push(archive.join(format!("_tertib/intent-{:020}.json", 1)));
        paths.extend(names.iter().map(|name| archive.join(name)).filter(|path| {
            let text = path.to_string_lossy();
            text.contains("/log/") || text.contains("/_tertib/") || text.contains("_delta_log")
        }));
        paths.extend([archive.join("log"), archive.join("log/checkpoints"), archive.join("log/keys")]);
        paths.extend(["penanda.key", "penanda.key.baru", "."].map(|name| office.path(name)));
        let mut change = faulted(&format!("{call}:signal=KILL:when={n}"), paths);
        change.args(CHANGED).arg("--config").arg(office.path("tertib.toml"));
        !matches!(change.output().unwrap().status.code(), Some(0))
    };
    let before = public_key(&base);
    let mut points = 0;
    for call in CALLS {
        for n in 1.. {
            let office = base.copy();
            let what = format!("killed at {call} {n}");
            if !killed(&office, call, n) {
                break;
            }
            points += 1;
            office.run(&CHANGED).expect_code_in(&[0], &what);
            assert!(!office.path("penanda.key.baru").exists(), "{what}");
            for key in [&before, &public_key(&office)] {
                let said = verified(&office, key).expect_code_in(&[0], &what).out;
                assert!(said.contains("; 0 findings"), "{what}: {said}");
            }
        }
    }
    assert!(points >= 40, "only {points} points");
}

fn words(office: &Office, options: &[&str]) -> String {
    let paper = office.run(&[&["key", "print"], options].concat()).expect_code(0).out;
    let words = paper.split_once("Kata:\n").unwrap().1;
    words.lines().take(3).collect::<Vec<_>>().join("\n") + "\n\n"
}

fn both_keys_have_papers() {
    let office = signed();
    let (key, signing) = (words(&office, &[]), words(&office, &["--signing"]));
    assert_ne!(key, signing);
    assert!(office.run(&["key", "print", "--signing"]).out.starts_with("KUNCI PENANDA TERTIB"));
    assert!(office.typed(&["key", "confirm"], key.as_bytes()).expect_code(0).out.contains("of the key "));
    assert!(office.typed(&["key", "confirm"], signing.as_bytes()).expect_code(0).out.contains("of the signing key "));
    office.typed(&["key", "enter"], signing.as_bytes()).expect_refusal(&["is there already"]);
    let held = ["kunci.key", "penanda.key"].map(|name| fs::read(office.path(name)).unwrap());
    for name in ["kunci.key", "penanda.key"] {
        fs::remove_file(office.path(name)).unwrap();
    }
    // In any order: the archive tells which is which.
    for paper in [&signing, &key] {
        office.typed(&["key", "enter"], paper.as_bytes()).expect_code(0);
    }
    assert_eq!(["kunci.key", "penanda.key"].map(|name| fs::read(office.path(name)).unwrap()), held);
    fs::remove_file(office.path("penanda.key")).unwrap();
    let other = signed();
    other.run(&CHANGED).expect_code(0);
    let stranger = words(&other, &["--signing"]);
    office.typed(&["key", "enter"], stranger.as_bytes()).expect_code(2);
    assert!(!office.path("penanda.key").exists());
}

fn both_keys_are_copied_to_a_medium() {
    let office = signed();
    office.run(&["key", "rotate", "--pseudonym", "--reason", "laptop hilang", "--by", "ANDI, operator"]).expect_code(0);
    let medium = tempfile::TempDir::new().unwrap();
    let to = medium.path().join("kunci");
    let copied = |to: &Path| office.run(&["key", "backup", "--output", &to.display().to_string()]);
    for inside in ["archive/kunci", "laporan"] {
        copied(&office.path(inside)).expect_code(2);
    }
    assert!(!office.path("archive/kunci").exists());
    let said = copied(&to).expect_code(0).out;
    assert!(
        said.contains("the key ") && said.contains("the earlier key ") && said.contains("the signing key "),
        "{said}"
    );
    let own = |name: &str| name.starts_with("kunci") || name.starts_with("penanda");
    let of_office: Vec<_> =
        tree(office.folder()).into_iter().filter(|(path, _)| own(&path.to_string_lossy())).collect();
    assert_eq!(tree(&to).into_iter().collect::<Vec<_>>(), of_office);
    assert_eq!(of_office.len(), 3);
    #[cfg(unix)]
    for name in tree(&to).into_keys() {
        let mode = std::os::unix::fs::PermissionsExt::mode(&to.join(&name).metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o400, "{}", name.display());
    }
    copied(&to).expect_refusal(&["is there already"]);
    // A computer that was replaced gets them back, and its log goes on.
    for (name, bytes) in &of_office {
        fs::remove_file(office.path(&name.display().to_string())).unwrap();
        fs::copy(to.join(name), office.path(&name.display().to_string())).unwrap();
        assert_eq!(fs::read(office.path(&name.display().to_string())).unwrap(), *bytes);
    }
    pull(&office);
    office.run(&["verify"]).expect_code(0);
}
