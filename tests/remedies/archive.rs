//! Remedies for an archive whose files were lost, changed or left half written.

use crate::{Case, Remedies, commands, mend, mendable, obey, run};
use arrow::array::Array;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tests::forger::{Forger, swapped, with_column, with_text};
use tests::{Office, copy, flip, sha256_of, tree};

pub(crate) const CASES: [Case; 9] = [
    Case("files_of_the_archive", &[], &["A001", "A002", "A003", "A017", "A018", "A019"], files_of_the_archive),
    Case("kept_figures", &[], &["A008"], kept_figures),
    Case("an_interrupted_write", &[], &["A007"], an_interrupted_write),
    Case(
        "an_archive_from_the_backup",
        &[],
        &["A004", "A005", "A006", "A009", "A010", "A011", "A012", "A013", "A014", "A015", "A016", "A020", "A021"],
        an_archive_from_the_backup,
    ),
    Case("a_key_of_another_office", &[], &["A022"], a_key_of_another_office),
    Case("the_log", &[], &["A023", "A024", "A025", "A026", "A027", "A028", "A029"], the_log),
    Case("a_destruction_that_was_cut_off", &[], &["A031"], a_destruction_that_was_cut_off),
    Case("a_broken_seal", &[], &["A032"], a_broken_seal),
    Case("personal_data_that_others_may_read", &[], &["A033"], personal_data_that_others_may_read),
];

/// A sealed archive of one pull and its backup.
pub(crate) fn archive() -> (Office, tempfile::TempDir, Forger) {
    static MADE: OnceLock<Office> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let office = Office::small();
        office.run(&["seal", "--month", "2026-10"]).expect_code(0);
        office.run(&["metrics", "--month", "2026-10"]).expect_code(0);
        office.run(&["verify"]).expect_code(0);
        office
    });
    let office = made.copy();
    let backup = tempfile::TempDir::new().unwrap();
    copy(&office.path("archive"), backup.path());
    let forger = Forger { root: office.path("archive") };
    (office, backup, forger)
}

/// What `verify` finds, and the file that a finding names.
fn named(said: &str, code: &str) -> PathBuf {
    let line = said.lines().find(|line| line.starts_with(code)).unwrap_or_else(|| panic!("{code} is not in\n{said}"));
    let place = line.rsplit_once('[').unwrap().1.trim_end_matches(']');
    PathBuf::from(place.split([':', ',']).next().unwrap())
}

fn files_of_the_archive(remedies: &mut Remedies) {
    type Fault = fn(&Path);
    type Repair = fn(&Office, &Path, &Path, &str);
    let (_office, _, forger) = archive();
    let part = forger.parts("events").remove(0).strip_prefix(&forger.root).unwrap().display().to_string();
    let part = part.as_str();
    let intent = "_tertib/intent-00000000000000000003.json";
    let cases: [(&str, &str, Fault, Repair); 7] = [
        ("A001", part, |path| fs::remove_file(path).unwrap(), from_backup),
        ("A002", part, flip, from_backup),
        ("A003", "catatan.txt", |path| fs::write(path, "x").unwrap(), moved_out),
        (
            "A017",
            "_tertib/head",
            |path| fs::remove_file(path).unwrap(),
            |office, _, _, remedy| {
                let newest = office.commit(2);
                let head = sha256_of(&newest);
                let checked = obey(office, remedy, &[("SIDIK", &head[..16])]);
                assert!(checked.out.contains(" 1 kept heads; 1 findings"), "{}", checked.out);
                assert!(remedy.contains("penarikan berikutnya menulis salinan baru"));
                office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
            },
        ),
        // Cut short, and written by somebody.
        (
            "A018",
            intent,
            |path| fs::write(path, "{\"version\":2,").unwrap(),
            |office, _, _, remedy| {
                assert!(remedy.starts_with("Bila fail itu terpotong, penarikan berikutnya membereskannya"));
                office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
            },
        ),
        ("A018", intent, hostile_intent, |office, backup, place, remedy| {
            office.run(&["pull"]).expect_code(2);
            moved_out(office, backup, place, remedy);
        }),
        (
            "A019",
            part,
            |path| {
                fs::rename(path, path.with_extension("lain")).unwrap();
                std::os::unix::fs::symlink(path.with_extension("lain"), path).unwrap();
            },
            |office, backup, place, remedy| {
                assert!(remedy.starts_with("Pindahkan benda itu dari folder arsip, pulihkan yang asli"));
                let path = office.path("archive").join(place);
                fs::rename(&path, office.path("dipindahkan")).unwrap();
                // What the link led to is no file of the archive.
                fs::remove_file(path.with_extension("lain")).unwrap();
                from_backup(office, backup, place, remedy);
            },
        ),
    ];
    for (code, place, fault, repair) in cases {
        let (office, backup, _) = archive();
        fault(&office.path("archive").join(place));
        let found = office.run(&["verify"]).expect_code(1).out;
        let remedy = remedies.of(&found, code);
        assert_eq!(named(&found, code), Path::new(place));
        repair(&office, backup.path(), Path::new(place), &remedy);
        office.run(&["verify"]).expect_code(0);
        office.run(&["pull"]).expect_code_in(&[0, 1], "the next pull");
    }
}

/// Figures are kept of a month after which another one came.
fn kept_figures(remedies: &mut Remedies) {
    let office = Office::demo(&["--months", "2026-07:2026-08", "--per-month", "30", "--seed", "3"]);
    let metrics = ["metrics", "--month", "2026-07"];
    office.run(&metrics).expect_code(0);
    let kept = tree(&office.path("archive/figures")).into_keys().next().unwrap();
    flip(&office.path("archive/figures").join(kept));
    let found = office.run(&["verify"]).expect_code(1).out;
    assert!(remedies.of(&found, "A008").starts_with("Hapus fail tersebut; angka dihitung ulang."));
    fs::remove_file(office.path("archive").join(named(&found, "A008"))).unwrap();
    office.run(&metrics).expect_code(0);
    office.run(&["verify"]).expect_code(0);
}

/// Puts back what a finding names.
fn from_backup(office: &Office, backup: &Path, place: &Path, remedy: &str) {
    assert!(remedy.contains("ulihkan") && remedy.contains(" dari cadangan"), "{remedy}");
    fs::copy(backup.join(place), office.path("archive").join(place)).unwrap();
}

/// An interrupted write that would take a file of the office away.
fn hostile_intent(path: &Path) {
    let file = json!({"path": "../kantor.sqlite", "sha256": "0".repeat(64), "size_bytes": 1, "rows": 1});
    let intent = json!({
        "version": 2, "staging": "_tertib/staging/2-0", "commit_sha256": "0".repeat(64), "files": [file],
    });
    fs::write(path, intent.to_string()).unwrap();
}

/// Moves what a finding names out of the archive.
fn moved_out(office: &Office, _: &Path, place: &Path, remedy: &str) {
    assert!(remedy.contains("indahkan") && remedy.contains("dari folder arsip"), "{remedy}");
    fs::rename(office.path("archive").join(place), office.path("dipindahkan")).unwrap();
}

/// A pull that was stopped after it had decided, and before its commit stood in the log.
fn an_interrupted_write(remedies: &mut Remedies) {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let root = office.path("archive");
    let whole = tree(&root);
    let log = root.join("events/_delta_log/00000000000000000000.json");
    let intent = json!({
        "version": 0, "staging": "_tertib/staging/0-0", "commit_sha256": sha256_of(&log), "files": [],
    });
    fs::create_dir_all(root.join("_tertib/staging/0-0")).unwrap();
    fs::rename(&log, root.join("_tertib/staging/0-0/commit.json")).unwrap();
    fs::write(root.join("_tertib/intent-00000000000000000000.json"), intent.to_string()).unwrap();
    let found = office.run(&["verify"]).expect_code(1).out;
    assert!(remedies.of(&found, "A007").contains("penarikan berikutnya menyelesaikannya"));
    office.run(&["pull"]).expect_code(0);
    assert!(tree(&root) == whole);
    office.run(&["verify"]).expect_code(0);
}

/// Changes the log, with the chain made anew where it is to agree.
fn log(forger: &Forger, version: usize, chain: bool, change: impl FnOnce(&mut Vec<Value>)) {
    let paths = forger.commits();
    let mut actions = Forger::actions(&paths[version]);
    change(&mut actions);
    Forger::write(&paths[version], &actions);
    let mut previous = Value::Null;
    for path in paths.iter().filter(|_| chain) {
        let mut actions = Forger::actions(path);
        actions[0]["commitInfo"]["tertib"]["previous"] = previous;
        Forger::write(path, &actions);
        previous = json!(sha256_of(path));
    }
    if chain {
        let head = format!("{} {}\n", paths.len() - 1, previous.as_str().unwrap()).repeat(2);
        fs::write(forger.root.join("_tertib/head"), head).unwrap();
    }
}

/// What somebody changed together with its digests: one file of a backup would not agree with the log any more.
fn an_archive_from_the_backup(remedies: &mut Remedies) {
    type Fault = fn(&Forger);
    let cases: [(&str, Fault); 13] = [
        ("A004", |f| {
            log(f, 1, false, |a| {
                a[0]["commitInfo"]["tertib"].as_object_mut().unwrap().remove("seal").unwrap();
            });
        }),
        ("A005", |f| fs::write(f.commits().remove(0), "bukan catatan\n").unwrap()),
        ("A006", |f| {
            log(f, 0, true, |a| {
                let persons = &mut a[0]["commitInfo"]["tertib"]["persons"][0]["rows"];
                *persons = json!(persons.as_u64().unwrap() + 1);
            });
        }),
        ("A009", |f| {
            Forger::edit(&f.parts("events")[0], |rows| swapped(&rows, "seq"));
            Forger::edit(&f.parts("persons")[0], |rows| swapped(&rows, "seq"));
            f.rehash();
        }),
        ("A010", |f| {
            Forger::edit(&f.parts("events")[0], |rows| {
                with_column(&rows, "selesai", |column| {
                    let times = column.to_data();
                    let at = times.buffers()[0].typed_data::<i64>().iter().map(|us| us - 90 * 86_400_000_000);
                    let moved = arrow::array::Int64Array::from_iter_values(at);
                    arrow::compute::cast(&moved, column.data_type()).unwrap()
                })
            });
            f.rehash();
        }),
        ("A011", |f| {
            Forger::edit(&f.parts("persons")[0], |rows| with_text(&rows, "nama", "ORANG LAIN"));
            f.rehash();
        }),
        ("A012", |f| {
            Forger::edit(&f.parts("persons")[0], |rows| with_text(&rows, "nama", "ORANG LAIN"));
            f.rehash();
        }),
        ("A013", |f| {
            // Another history, of which every digest agrees.
            log(f, 0, true, |a| a[0]["commitInfo"]["engineInfo"] = json!("tertib/9.9.9"));
        }),
        ("A014", |f| log(f, 1, true, |a| a[0]["commitInfo"]["timestamp"] = json!(1_600_000_000_000_i64))),
        ("A015", |f| {
            // Closed once more.
            let again = f.root.join("events/_delta_log/00000000000000000003.json");
            fs::copy(f.commits().remove(1), again).unwrap();
            log(f, 2, true, |_| {});
        }),
        ("A016", |f| fs::remove_file(f.commits().pop().unwrap()).unwrap()),
        ("A020", |f| log(f, 1, true, |a| a[0]["commitInfo"]["tertib"]["next_seq"] = json!(9))),
        ("A021", |f| {
            Forger::edit(&f.parts("events")[0], |rows| rows.project(&[0, 1, 2]).unwrap());
            f.rehash();
        }),
    ];
    for (code, fault) in cases {
        let (office, backup, forger) = archive();
        let kept = tests::sha256(&fs::read(&forger.commits()[0]).unwrap());
        let head = format!("{}@0", &kept[..16]);
        fault(&forger);
        let verify = if code == "A013" { vec!["verify", "--head", &head] } else { vec!["verify"] };
        let found = office.run(&verify).expect_code(1).out;
        let remedy = remedies.of(&found, code).to_lowercase();
        assert!(remedy.contains("pulihkan folder arsip dari cadangan"), "{code}: {remedy}");
        office.forget_archive();
        copy(backup.path(), &office.path("archive"));
        office.run(&verify).expect_code(0);
    }
}

/// A key lies where the archive's own belongs.
fn a_key_of_another_office(remedies: &mut Remedies) {
    let (office, _, _) = archive();
    let (key, kept) = (office.path("kunci.key"), office.path("cadangan.key"));
    fs::copy(&key, &kept).unwrap();
    fs::write(&key, "ab".repeat(32)).unwrap();
    let found = office.run(&["verify"]).expect_code(1).out;
    assert!(remedies.of(&found, "A022").starts_with("Pulihkan fail kunci milik arsip ini dari cadangan"));
    fs::copy(&kept, &key).unwrap();
    assert!(office.run(&["verify"]).expect_code(0).out.contains("; 0 findings"));
}

/// What speaks against the log of rows and commits, and what speaks for it again.
fn the_log(remedies: &mut Remedies) {
    let restored = |office: &Office, backup: &Path, folder: &str| {
        fs::remove_dir_all(office.path("archive").join(folder)).unwrap();
        copy(&backup.join(folder), &office.path("archive").join(folder));
        assert!(office.run(&["verify"]).expect_code(0).out.contains("; 0 findings"));
    };
    let (office, backup, forger) = archive();
    Forger::edit(&forger.parts("events")[0], |rows| with_text(&rows, "petugas_id", "P999"));
    forger.rehash();
    let found = office.run(&["verify"]).expect_code(1).out;
    assert!(remedies.of(&found, "A023").contains("pulihkan folder arsip dari cadangan"), "{found}");
    restored(&office, backup.path(), "");

    let (office, backup, _) = archive();
    flip(&office.path("archive/log/tile/0/000"));
    let found = office.run(&["verify"]).expect_code(1).out;
    assert_eq!(named(&found, "A024"), Path::new("log/tile/0/000"));
    assert!(remedies.of(&found, "A024").contains("pulihkan folder `log` dari cadangan"), "{found}");
    restored(&office, backup.path(), "log");

    let checkpoint = office.path("archive/log/checkpoint");
    let text = fs::read_to_string(&checkpoint).unwrap();
    fs::write(&checkpoint, text.replacen("\n\n", "x\n\n", 1)).unwrap();
    let found = office.run(&["verify"]).expect_code(1).out;
    let remedy = remedies.of(&found, "A026");
    assert!(obey(&office, &remedy, &[]).out.starts_with("tertib/"), "{remedy}");
    assert!(remedy.contains("pulihkan folder `log` dari cadangan"));
    restored(&office, backup.path(), "log");

    fs::remove_dir_all(office.path("archive/log")).unwrap();
    fs::remove_file(office.path("archive/_tertib/tree")).unwrap();
    let found = office.run(&["verify"]).expect_code(1).out;
    let told = commands(&remedies.of(&found, "A027"), &[]);
    assert_eq!(told, [vec!["pull"], vec!["key", "new"]]);
    run(&office, &told[0]);
    assert!(office.run(&["verify"]).expect_code(0).out.contains("; 0 findings"));

    // An end that was deleted, and a history that is another.
    let (office, backup, _) = archive();
    let (kept, whole) = (office.place("tersimpan"), tempfile::TempDir::new().unwrap());
    let hold = ["hold", "add", "--month", "2026-10", "--reason", "rekaan", "--by", "ANDI"];
    office.run(&hold).expect_code(0);
    fs::copy(office.path("archive/log/checkpoint"), &kept).unwrap();
    copy(&office.path("archive"), whole.path());
    let verify = ["verify", "--checkpoint", kept.as_str()];
    for (code, more) in
        [("A028", None), ("A025", Some(["hold", "add", "--month", "2026-10", "--reason", "lain", "--by", "ANDI"]))]
    {
        restored(&office, backup.path(), "");
        if let Some(more) = more {
            office.run(&more).expect_code(0);
        }
        let found = office.run(&verify).expect_code(1).out;
        assert!(remedies.of(&found, code).contains("ulihkan folder arsip dari cadangan yang"), "{found}");
        restored(&office, whole.path(), "");
        office.run(&verify).expect_code(0);
    }

    let place = |name: &str| office.place(name);
    let (key, note, state) = (place("saksi.key"), place("checkpoint.saksi"), place("saksi.checkpoint"));
    let public = tests::run(&["witness", "new", "--key", &key, "--name", "inspektorat.rekaan"]).expect_code(0).out;
    let quorum = ["verify", "--witness", public.trim(), "--quorum", "1"];
    let found = office.run(&quorum).expect_code(1).out;
    let told = commands(&remedies.of(&found, "A029"), &[]);
    assert_eq!(told, [vec!["witness", "sign"], vec!["witness", "accept"]]);
    let own = office.run(&["key", "show"]).expect_code(0).out;
    let of_witness = ["--key", &key, "--name", "inspektorat.rekaan", "--public-key", own.trim()];
    let files = ["--state", &state, "--output", &note, &kept];
    tests::run(&[&["witness", "sign"], &of_witness[..], &files[..]].concat()).expect_code(0);
    office.run(&["witness", "accept", "--witness", public.trim(), &note]).expect_code(0);
    office.run(&quorum).expect_code(0);
}

/// What came back from a copy, or was not removed yet, is removed by the same command.
fn a_destruction_that_was_cut_off(remedies: &mut Remedies) {
    let (office, backup, _) = archive();
    let proposal = office.approved_destruction("2026-10");
    let of = office.place("usul");
    let carry_out = ["dispose", "carry-out", &proposal, "--output", &of];
    office.run(&carry_out).expect_code(0);
    copy(&backup.path().join("persons"), &office.path("archive/persons"));
    let found = office.run(&["verify"]).expect_code(1).out;
    assert!(remedies.of(&found, "A031").contains("`tertib dispose carry-out`"), "{found}");
    office.run(&carry_out).expect_code(0);
    assert!(office.run(&["verify"]).expect_code(0).out.contains("; 0 findings"));
}

fn a_broken_seal(remedies: &mut Remedies) {
    let (office, backup, _) = archive();
    let seals = office.path("archive/seals");
    flip(&seals.join("2026-10/bag-info.txt"));
    let found = office.run(&["verify"]).expect_code(1).out;
    let told = commands(&remedies.of(&found, "A032"), &[]);
    fs::remove_dir_all(&seals).unwrap();
    copy(&backup.path().join("seals"), &seals);
    assert!(run(&office, &told[0]).out.contains("; 0 findings"));
}

#[cfg(unix)]
fn personal_data_that_others_may_read(remedies: &mut Remedies) {
    use std::os::unix::fs::PermissionsExt;
    let office = Office::small();
    let persons = office.path("archive/persons");
    let open = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    open(&persons, 0o755);
    for file in tree(&persons).into_keys() {
        open(persons.join(&file).parent().unwrap(), 0o755);
        open(&persons.join(file), 0o644);
    }
    let found = office.run(&["verify"]).expect_code(1).out;
    let remedy = remedies.of(&found, "A033");
    let command = remedy.split('`').nth(1).unwrap().to_owned();
    let line = format!("{command} {}", named(&found, "A033").display());
    assert_eq!(tests::pasted(&line, &office.path("archive")).code, 0, "{line}");
    assert!(office.run(&["verify"]).expect_code(0).out.contains("; 0 findings"));
}

#[cfg(not(unix))]
fn personal_data_that_others_may_read(remedies: &mut Remedies) {
    remedies.of("A033 (1×)\n", "A033");
}

/// No clock makes a log that looks altered for ever.
pub(crate) fn a_clock_that_was_set_back() {
    let office = mendable();
    office.sql("delete from w where event_id = 11");
    office.run(&["pull", "--at", "2026-11-20T00:00:00Z"]).expect_code(0);
    mend(&office, "event_id = 11");
    office.configure("lookback-days = 14", "lookback-days = 400");
    let ran = office.run(&["pull", "--at", "2026-11-10T00:00:00Z"]).expect_code(0);
    assert!(ran.pulled().new == 1 && ran.err.contains("set the clock"), "{}{}", ran.out, ran.err);
    office.run(&["verify"]).expect_code(0);
}
