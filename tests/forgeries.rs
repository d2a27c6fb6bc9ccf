//! What `tertib verify` finds when somebody changes the archive: single bits in every file, and twelve forgeries, each made
//! carelessly and made with every digest, size, count and the chain written anew.
//!
//! `TERTIB_FLIPS` says how many bits are flipped (400); the last long trial stands in `README.md`.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use arrow::array::{Array, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, SchemaBuilder};
use pipeline::{Archive, Examination, FigureBook, KeptHead, Key, SigningKey, VerifyingKey, WriterLock};
use rand::{Rng, SeedableRng};
use schemas::{Facts, Finding};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use tests::forger::{Forger, chosen, swapped, with_column, with_text};
use tests::{Office, flip, sha256_of, tree};

const MONTHS: [&str; 2] = ["2026-07", "2026-08"];

/// An office with two months, two pulls and two seals.
fn office() -> Office {
    static MADE: OnceLock<Office> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let office = Office::demo(&["--months", "2026-07:2026-08", "--per-month", "30", "--seed", "3"]);
        office.forget_archive();
        office.sql("update langkah_berkas set langkah = 44 where event_id = 9");
        let first = ["pull", "--until", "2026-08-10", "--at", "2026-08-10T00:00:00Z"];
        office.run(&first).expect_code(1);
        // Later than the months, so that they are whole.
        office.run(&["pull", "--at", "2026-10-01T00:00:00Z"]).expect_code_in(&[0, 1], "the second pull");
        for month in MONTHS {
            office.run(&["seal", "--month", month]).expect_code(0);
        }
        office.run(&["metrics", "--month", "2026-07"]).expect_code(0);
        // So that somebody has looked.
        let full = ["render", "--month", "2026-07", "--full", "--format", "csv", "--only", "buku_registrasi_arsip"];
        office.run(&full).expect_code_in(&[0, 1], "render");
        office.run(&["verify"]).expect_code(0);
        office
    });
    made.copy()
}

/// The public key of the honest office's log.
fn public_key() -> VerifyingKey {
    let honest = office();
    let origin = Archive::open(&honest.path("archive")).unwrap().origin().unwrap();
    SigningKey::load(&honest.path("penanda.key")).unwrap().verifying(&origin)
}

/// All that `tertib verify` finds, without a process for each.
fn findings(office: &Office, heads: &[KeptHead]) -> Vec<Finding> {
    findings_with(office, heads, &[])
}

/// The same with checkpoints that somebody has kept.
fn findings_with(office: &Office, heads: &[KeptHead], checkpoints: &[(String, String)]) -> Vec<Finding> {
    static KEY: OnceLock<VerifyingKey> = OnceLock::new();
    let trusted = [KEY.get_or_init(public_key).clone()];
    static FACTS: OnceLock<Arc<Facts>> = OnceLock::new();
    let facts = FACTS.get_or_init(|| Arc::new(Facts::embedded().unwrap()));
    let root = office.path("archive");
    let key = Key::load(&office.path("kunci.key")).unwrap();
    let examination = Examination { key: Some(&key), heads, trusted: &trusted, checkpoints, ..Examination::of(&root) };
    let mut findings = pipeline::verify(examination, &|_, _| {}).unwrap().findings;
    if findings.is_empty() {
        let archive = pipeline::Archive::open(&root).unwrap();
        findings = FigureBook::open(&archive, facts).unwrap().altered(&key).unwrap();
    }
    findings
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long a trial is belongs to who runs it")]
fn every_flipped_bit_is_found_and_its_file_named() {
    let office = office();
    let root = office.path("archive");
    let files: Vec<(PathBuf, Vec<u8>)> = tree(&root).into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
    assert!(files.iter().any(|(path, _)| path.starts_with("figures")), "no figures are kept");
    assert_eq!(findings(&office, &[]), []);
    let flips = std::env::var("TERTIB_FLIPS").map_or(400, |n| n.parse().unwrap());
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(16);
    for n in 0..flips {
        // Each file in turn, so that small ones have their share.
        let (path, bytes) = &files[n % files.len()];
        let bit = random.random_range(0..8 * bytes.len());
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fs::write(root.join(path), flipped).unwrap();
        let found = findings(&office, &[]);
        let path_named = |finding: &Finding| finding.place.starts_with(&path.display().to_string());
        assert!(found.iter().any(path_named), "bit {bit} of {}: {found:?}", path.display());
        fs::write(root.join(path), bytes).unwrap();
    }
    assert_eq!(findings(&office, &[]), []);
}

/// A form that no program knows is that of a later one only if the commit is the one that was written.
#[test]
fn a_form_that_was_altered_is_no_later_program() {
    let office = office();
    let first = office.path("archive/events/_delta_log/00000000000000000000.json");
    let text = fs::read_to_string(&first).unwrap();
    let altered = text.replacen("\"tertib.form\":\"3\"", "\"tertib.form\":\"7\"", 1);
    assert_ne!(altered, text);
    fs::write(&first, altered).unwrap();
    let found = findings(&office, &[]);
    let is_named = |finding: &Finding| finding.code == "A005" && finding.place.contains("00000000000000000000.json");
    assert!(found.iter().any(is_named), "{found:?}");
}

/// One forgery: its name, what it does, what is found when it was made carelessly, and when all was hashed anew.
struct Forgery {
    name: &'static str,
    make: fn(&Forger),
    careless: &'static str,
    hashed_anew: &'static [&'static str],
}

fn forgeries() -> Vec<Forgery> {
    [forgeries_of_rows(), forgeries_of_the_log()].into_iter().flatten().collect()
}

fn forgery(
    name: &'static str,
    careless: &'static str,
    hashed_anew: &'static [&'static str],
    make: fn(&Forger),
) -> Forgery {
    Forgery { name, make, careless, hashed_anew }
}

fn forgeries_of_rows() -> Vec<Forgery> {
    vec![
        forgery("1 another register number", "A002", &[], |f| {
            Forger::edit(&f.parts("events")[0], |rows| with_text(&rows, "nomor_register", "9999/1/2026"));
        }),
        forgery("1 another officer", "A002", &[], |f| {
            Forger::edit(&f.parts("events")[0], |rows| with_text(&rows, "petugas_id", "P999"));
        }),
        forgery("1 another name", "A002", &["A011", "A012"], |f| {
            Forger::edit(&f.parts("persons")[0], |rows| with_text(&rows, "nama", "ORANG LAIN"));
        }),
        forgery("2 an event deleted", "A002", &["A009"], |f| {
            for table in ["events", "persons"] {
                Forger::edit(&f.parts(table)[0], |rows| chosen(&rows, (0..rows.num_rows()).filter(|row| *row != 7)));
            }
        }),
        forgery("3 an event twice", "A002", &["A009"], |f| {
            for table in ["events", "persons"] {
                Forger::edit(&f.parts(table)[0], |rows| chosen(&rows, (0..rows.num_rows()).chain([7])));
            }
        }),
        forgery("4 numbers exchanged", "A002", &["A009"], |f| {
            for table in ["events", "persons"] {
                Forger::edit(&f.parts(table)[0], |rows| swapped(&rows, "seq"));
            }
        }),
        forgery("4 numbers exchanged in the private rows alone", "A002", &["A009"], |f| {
            Forger::edit(&f.parts("persons")[0], |rows| swapped(&rows, "seq"));
        }),
        forgery("4 rows in another order", "A002", &["A009"], |f| {
            Forger::edit(&f.parts("events")[0], |rows| chosen(&rows, (0..rows.num_rows()).rev()));
        }),
        forgery("6 two parts exchanged", "A002", &["A010"], |f| {
            for table in ["events", "persons"] {
                let parts = f.parts(table);
                let held = fs::read(&parts[0]).unwrap();
                fs::copy(&parts[1], &parts[0]).unwrap();
                fs::write(&parts[1], held).unwrap();
            }
        }),
        forgery("12 two salts exchanged", "A002", &["A011"], |f| {
            // Neighbours may be of one person.
            let path = &f.parts("persons")[0];
            let rows = Forger::rows(path);
            let salt = |row: usize| chosen(&rows, [row]).column_by_name("salt").unwrap().to_data();
            let other = (1..rows.num_rows()).find(|row| salt(*row) != salt(0)).unwrap();
            let places: Vec<usize> = (0..rows.num_rows())
                .map(|row| {
                    if row == 0 {
                        other
                    } else if row == other {
                        0
                    } else {
                        row
                    }
                })
                .collect();
            let salts = Arc::clone(chosen(&rows, places).column_by_name("salt").unwrap());
            Forger::edit(path, |rows| with_column(&rows, "salt", |_| salts));
        }),
    ]
}

fn forgeries_of_the_log() -> Vec<Forgery> {
    vec![
        // They would have seen what came a year later.
        forgery("5 all commits a year earlier", "A004", &["A014"], |f| {
            for path in f.commits() {
                let text = fs::read_to_string(&path).unwrap();
                let mut actions = Forger::actions(&path);
                let at = actions[0]["commitInfo"]["timestamp"].as_i64().unwrap();
                let earlier = text.replace(&at.to_string(), &(at - 31_536_000_000).to_string());
                actions = earlier.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                Forger::write(&path, &actions);
            }
        }),
        forgery("9 the newest commit gone", "A016", &[], |f| fs::remove_file(f.commits().pop().unwrap()).unwrap()),
        forgery("10 a pull rolled back", "A016", &[], |f| {
            for path in f.commits().split_off(1) {
                for action in Forger::actions(&path) {
                    if let Some(add) = action.get("add") {
                        fs::remove_file(f.root.join("events").join(add["path"].as_str().unwrap())).unwrap();
                    }
                    let note = &action["commitInfo"]["tertib"];
                    let entries =
                        ["persons", "quarantine"].into_iter().flat_map(|table| note[table].as_array()).flatten();
                    for entry in entries.chain(["outages", "stock"].into_iter().map(|table| &note[table])) {
                        if let Some(path) = entry["path"].as_str() {
                            fs::remove_file(f.root.join(path)).unwrap();
                        }
                    }
                }
                fs::remove_file(path).unwrap();
            }
            // Folders that are empty now; others stay.
            for table in ["events", "persons", "quarantine", "gangguan", "blangko"] {
                let Ok(entries) = fs::read_dir(f.root.join(table)) else { continue };
                entries.for_each(|entry| drop(fs::remove_dir(entry.unwrap().path())));
                drop(fs::remove_dir(f.root.join(table)));
            }
        }),
        forgery("11 a seal dropped", "A004", &[], |f| {
            let path = f.commits().remove(4);
            let mut actions = Forger::actions(&path);
            actions[0]["commitInfo"]["tertib"].as_object_mut().unwrap().remove("seal").unwrap();
            Forger::write(&path, &actions);
        }),
    ]
}

/// The heads of an archive as its documents showed them.
fn kept(office: &Office) -> Vec<KeptHead> {
    let forger = Forger { root: office.path("archive") };
    let lines = forger
        .commits()
        .into_iter()
        .enumerate()
        .map(|(version, path)| format!("arsip versi {version} · sidik {}\n", &sha256_of(&path)[..16]));
    KeptHead::all(&lines.collect::<String>()).unwrap()
}

#[test]
fn the_forgeries_are_found_by_the_rows_or_by_a_head_that_was_kept() {
    let honest = office();
    let heads = kept(&honest);
    assert_eq!(heads.len(), 6);
    assert_eq!(findings(&honest, &heads), []);
    let codes = |findings: &[Finding]| findings.iter().map(|finding| finding.code).collect::<Vec<_>>();
    for forgery in forgeries() {
        let name = forgery.name;
        let office = office();
        let forger = Forger { root: office.path("archive") };
        (forgery.make)(&forger);
        let found = codes(&findings(&office, &[]));
        assert!(found.contains(&forgery.careless), "{name}, made carelessly: {found:?}");
        forger.rehash();
        let found = findings(&office, &[]);
        let expected = forgery.hashed_anew;
        assert!(codes(&found).iter().any(|code| matches!(*code, "A023" | "A028")), "{name}, hashed anew: {found:?}");
        assert!(expected.iter().all(|code| codes(&found).contains(code)), "{name}, hashed anew: {found:?}");
        assert!(
            found.iter().all(|finding| !matches!(finding.code, "A002" | "A004" | "A006" | "A020")),
            "{name}: {found:?}"
        );
        let found = codes(&findings(&office, &heads));
        assert!(found.iter().any(|code| matches!(*code, "A013" | "A016")), "{name}, with kept heads: {found:?}");
    }
}

/// Makes the log of a changed archive anew, as who can write the folder and run the program does; whether the program lets itself be
/// used for that.
fn log_anew(office: &Office, signing: &SigningKey) -> bool {
    let root = office.path("archive");
    // They may be gone already.
    drop(fs::remove_dir_all(root.join("log")));
    drop(fs::remove_file(root.join("_tertib/tree")));
    let key = Key::load(&office.path("kunci.key")).unwrap();
    pipeline::sign_log(&root, (&key, signing), WriterLock::Lock, &mut |_, _| {}).is_ok()
}

/// Only the kept checkpoint speaks against who has the signing key, too.
#[test]
fn a_log_that_is_made_anew_is_found_by_its_signature_or_by_a_kept_checkpoint() {
    let honest = office();
    let note = fs::read_to_string(honest.path("archive/log/checkpoint")).unwrap();
    let printed = note.split("\n\n").next().unwrap().to_owned();
    let kept = [("checkpoint".to_owned(), note), ("kertas".to_owned(), printed)];
    assert_eq!(findings_with(&honest, &[], &kept), []);
    let other = SigningKey::of_seed([9; 32]).unwrap();
    let mut made = 0;
    for forgery in forgeries() {
        let name = forgery.name;
        let office = office();
        let forger = Forger { root: office.path("archive") };
        (forgery.make)(&forger);
        forger.rehash();
        let codes = |found: Vec<Finding>| found.iter().map(|finding| finding.code).collect::<Vec<_>>();
        let own = SigningKey::load(&office.path("penanda.key")).unwrap();
        for (signing, is_real) in [(&other, false), (&own, true)] {
            if !log_anew(&office, signing) {
                assert!(codes(findings(&office, &[])).contains(&"A027"), "{name}: no log fits these rows");
                continue;
            }
            made += 1;
            let found = codes(findings(&office, &[]));
            assert_eq!(found.contains(&"A026"), !is_real, "{name}, signed with the real key {is_real}: {found:?}");
            assert!(!is_real || !found.contains(&"A023"), "{name}: the log is that of the changed rows: {found:?}");
            let found = findings_with(&office, &[], &kept);
            for (place, _) in &kept {
                let speaks = |found: &Finding| {
                    matches!(found.code, "A025" | "A028") && found.place.starts_with(&format!("{place}: "))
                };
                assert!(found.iter().any(speaks), "{name}, with a kept checkpoint, {is_real}: {found:?}");
            }
        }
    }
    assert!(made > 10, "only {made} logs were made anew");
}

#[test]
fn a_history_that_the_keys_holder_makes_anew_is_found_by_a_kept_head_alone() {
    let honest = office();
    let heads = kept(&honest);
    // 7 and 8: other data, the real key, every digest right.
    let office = office();
    office.forget_archive();
    office.sql("update berkas set nama = 'ORANG LAIN' where rowid = 3");
    office.run(&["pull", "--until", "2026-08-10", "--at", "2026-08-10T00:00:00Z"]).expect_code(1);
    office.run(&["pull", "--at", "2026-10-01T00:00:00Z"]).expect_code_in(&[0, 1], "the second pull");
    for month in MONTHS {
        office.run(&["seal", "--month", month]).expect_code(0);
    }
    assert_eq!(findings(&office, &[]), []);
    let found = findings(&office, &heads);
    assert_eq!(found.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["A013"; 6]);
}

#[test]
fn counts_times_seals_and_corrections_that_cannot_be_are_found() {
    type Change = fn(&mut [Value]);
    fn note(actions: &mut [Value], name: &str, value: Value) {
        actions[0]["commitInfo"]["tertib"][name] = value;
    }
    let cases: [(&str, usize, Change, &str); 8] = [
        ("a lower next_seq", 5, |a| note(a, "next_seq", json!(9)), "A020"),
        ("more quarantined", 0, |a| note(a, "quarantined", json!(999)), "A020"),
        ("corrections that are not there", 1, |a| note(a, "corrections", json!(5)), "A020"),
        (
            "a commit before the one before",
            5,
            |a| a[0]["commitInfo"]["timestamp"] = json!(1_600_000_000_000_i64),
            "A014",
        ),
        ("more seen than there was", 1, |a| note(a, "complete_until_us", json!(9_990_000_000_000_000_i64)), "A014"),
        ("less seen than before", 1, |a| note(a, "complete_until_us", json!(1)), "A014"),
        ("an earlier month closed last", 4, |a| note(a, "seal", json!("2026-06")), "A015"),
        ("a month closed twice", 4, |a| note(a, "seal", json!("2026-07")), "A015"),
    ];
    for (name, version, change, code) in cases {
        let office = office();
        let forger = Forger { root: office.path("archive") };
        let paths = forger.commits();
        let mut actions = Forger::actions(&paths[version]);
        change(&mut actions);
        Forger::write(&paths[version], &actions);
        // Only the chain is made anew.
        let mut previous = Value::Null;
        for path in &paths {
            let mut actions = Forger::actions(path);
            actions[0]["commitInfo"]["tertib"]["previous"] = previous;
            Forger::write(path, &actions);
            previous = json!(sha256_of(path));
        }
        fs::write(forger.root.join("_tertib/head"), format!("5 {}\n", previous.as_str().unwrap()).repeat(2)).unwrap();
        // What the log of rows says of it has trials of its own.
        let mut found = findings(&office, &[]);
        found.retain(|finding| !("A023"..="A029").contains(&finding.code) && !finding.place.starts_with("log/"));
        let place = format!("events/_delta_log/{version:020}.json");
        let named = |finding: &Finding| finding.code == code && finding.place.starts_with(&place);
        assert!(found.iter().any(named), "{name}: {found:?}");
        assert_eq!(found.len(), 1, "{name}: {found:?}");
    }
    // A correction of what comes later, and columns of another table.
    let office = office();
    let forger = Forger { root: office.path("archive") };
    let part = &forger.parts("events")[0];
    Forger::edit(part, |rows| {
        with_column(&rows, "correction_of", |column| {
            let own = column.as_any().downcast_ref::<Int64Array>().unwrap();
            Arc::new((0..own.len()).map(|i| (i == 4).then_some(1_000_000)).collect::<Int64Array>())
        })
    });
    forger.rehash();
    let found = findings(&office, &[]);
    assert!(found.iter().any(|f| f.code == "A009" && f.place.contains("mengoreksi")), "{found:?}");
    Forger::edit(part, |rows| rows.project(&[0, 1, 2]).unwrap());
    forger.rehash();
    let found = findings(&office, &[]);
    assert!(found.iter().any(|f| f.code == "A021"), "{found:?}");
    // A column more than the table has, in which anything could stand.
    let office = self::office();
    let forger = Forger { root: office.path("archive") };
    Forger::edit(&forger.parts("events")[0], |rows| {
        let mut schema = SchemaBuilder::from(rows.schema().fields());
        schema.push(Field::new("nama", DataType::Int64, false));
        let seqs = Arc::clone(rows.column_by_name("seq").unwrap());
        let columns = rows.columns().iter().cloned().chain([seqs]).collect();
        RecordBatch::try_new(Arc::new(schema.finish()), columns).unwrap()
    });
    forger.rehash();
    let found = findings(&office, &[]);
    assert!(found.iter().any(|f| f.code == "A021"), "{found:?}");
}

/// A month that no pull has seen to its end is not called complete, whatever the archive says.
#[test]
fn nothing_is_complete_beyond_the_pull_that_says_so() {
    let figures = ["metrics", "--month", "2026-12", "--format", "json"];
    let honest = office().run(&figures);
    let office = office();
    let forger = Forger { root: office.path("archive") };
    let pull = &forger.commits()[1];
    let mut actions = Forger::actions(pull);
    actions[0]["commitInfo"]["tertib"]["complete_until_us"] = json!(9_990_000_000_000_000_i64);
    Forger::write(pull, &actions);
    forger.rehash();
    let forged = office.run(&figures);
    assert_eq!(forged.code, honest.code, "{}{}", forged.out, forged.err);
    assert!(!format!("{}{}", forged.out, forged.err).contains("2286"), "{}{}", forged.out, forged.err);
}

/// What is kept is kept in the archive, not where a link leads.
#[test]
#[cfg(unix)]
fn figures_are_not_kept_through_a_link() {
    let office = office();
    let (figures, elsewhere) = (office.path("archive/figures"), office.path("tempat_lain"));
    fs::remove_dir_all(&figures).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &figures).unwrap();
    office.run(&["metrics", "--month", "2026-07"]).expect_code(0);
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0, "figures were kept outside the archive");
    let found: Vec<(&str, String)> = findings(&office, &[]).into_iter().map(|one| (one.code, one.place)).collect();
    assert_eq!(found, [("A019", "figures".to_owned())]);
}

/// A first commit that cannot be read is found once; what it would say of the rows after it is not known.
#[test]
fn a_first_commit_that_cannot_be_read_is_one_finding() {
    let office = office();
    fs::write(office.commit(0), "{}\n").unwrap();
    let found = findings(&office, &[]);
    assert_eq!(found.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["A005"], "{found:?}");
}

/// Figures are kept by who makes documents, not by who checks them.
#[test]
fn checking_a_document_keeps_no_figures() {
    let office = office();
    office.run(&["render", "--month", "2026-07", "--only", "laporan_bulanan"]).expect_code_in(&[0, 1], "render");
    fs::remove_dir_all(office.path("archive/figures")).unwrap();
    let report = office.place("laporan/2026-07/laporan_bulanan_2026-07.pdf");
    office.run(&["verify", "--book", &report]).expect_code(0);
    assert!(!office.path("archive/figures").exists(), "figures were kept by a check");
}

/// Figures that somebody without the office's key put there are not believed.
#[test]
fn kept_figures_under_another_key_are_computed_anew() {
    let office = office();
    let figures = ["metrics", "--month", "2026-07"];
    let believed = office.run(&figures).expect_code(0);
    assert!(!believed.err.contains("computed anew"), "{}", believed.err);
    office.put_key("kunci.key", "ab".repeat(32));
    let doubted = office.run(&figures).expect_code(0);
    assert!(doubted.err.contains("computed anew"), "{}", doubted.err);
    assert_eq!(believed.out, doubted.out);
}

#[test]
fn the_scheduled_check_is_that_of_the_command() {
    let office = office();
    let kept = fs::read_dir(office.path("archive/figures")).unwrap().next().unwrap().unwrap().path();
    flip(&kept);
    assert!(office.run(&["verify"]).expect_code(1).finds("A008"));
    let job = office.run(&["run", "verifikasi"]).expect_code(1);
    assert!(job.out.contains("A008"), "{}", job.out);
}
