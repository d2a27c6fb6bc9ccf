//! Errors that name a command or an option: each is made to come, and what it names is done.

use crate::archive::archive;
use crate::sources::a_folder_of_files_that_differs;
use crate::{Remedies, commands, mendable, obey, quoted, refused, run};
use std::collections::BTreeSet;
use std::fs;
use tests::forger::{Forger, chosen};
use tests::{Office, copy, flip, run_in, tree};

/// Every message of the program that names a command or an option: words of it as they stand in the source, and a test that
/// makes it come and follows it.
pub(crate) const ERRORS: [(&str, fn()); 22] = [
    ("there is no tertib.toml here; run `tertib init`", no_configuration),
    ("`tertib target list` names those that are", || {
        let office = Office::small();
        let told = refused(&office, &["compliance", "--month", "2026-10", "--failed", "salah"]);
        assert!(obey(&office, &told, &[]).out.contains("terbit_24_jam"));
        office
            .run(&["compliance", "--month", "2026-10", "--failed", "terbit_24_jam"])
            .expect_code_in(&[0, 1], "failed");
    }),
    ("which `tertib target list` tells", || {
        let office = Office::small();
        let set = |value: &str, code: i32| {
            let set = format!("target set waktu_langkah_04 --value {value} --article 7 --source x --by y");
            office.run(&set.split(' ').collect::<Vec<_>>()).expect_code(code).err
        };
        let listed = obey(&office, &set("15menit", 2), &[]).out;
        assert!(listed.lines().any(|line| line.contains("waktu_langkah_04") && line.contains("menit")), "{listed}");
        set("15", 0);
    }),
    ("the configuration has no [[job]]; add one or run `tertib pull` yourself", || {
        let office = Office::unpulled();
        let config = fs::read_to_string(office.path("tertib.toml")).unwrap();
        fs::write(office.path("tertib.toml"), config.split("[[job]]").next().unwrap()).unwrap();
        let told = refused(&office, &["serve"]);
        assert!(obey(&office, &told, &[]).out.contains(" new"));
    }),
    ("there is no row of event seq", || {
        for command in ["quality", "duplicates", "render"] {
            damaged(&[command, "--month", "2026-10"], "there is no row of event seq", without_persons);
        }
    }),
    ("`tertib render --only laporan_bulanan,laporan_kepatuhan` makes those that name nobody", || {
        let office = Office::small();
        for table in ["persons", "quarantine"] {
            drop(fs::remove_dir_all(office.path("archive").join(table)));
        }
        for command in ["quality", "duplicates", "reconcile", "render"] {
            let told = refused(&office, &[command, "--month", "2026-10"]);
            assert!(told.contains("is a public copy") && told.trim_end().lines().count() == 2, "{told}");
            let mut named = commands(&told, &[]).remove(0);
            named.extend(["--month", "2026-10"].map(str::to_owned));
            let made = run(&office, &named).out;
            assert!(made.lines().count() == 2, "{made}");
        }
        for command in ["metrics", "compliance", "conformance"] {
            office.run(&[command, "--month", "2026-10"]).expect_code_in(&[0, 1], command);
        }
    }),
    ("of the archive cannot be read: {reason}; run `tertib verify`", || {
        damaged(&["metrics", "--month", "2026-10"], "cannot be read", |f| {
            fs::write(f.commits().remove(1), "bukan catatan\n").unwrap();
        });
    }),
    ("is damaged (its SHA-256 is not the recorded one); run `tertib verify`", || {
        damaged(&["quality", "--month", "2026-10"], "is damaged", |f| flip(&f.parts("events")[0]));
    }),
    ("run `tertib verify` and find out who put it there", || {
        damaged(&["quality", "--month", "2026-10"], "is a link, a pipe", |f| {
            let part = f.parts("events").remove(0);
            fs::remove_file(&part).unwrap();
            std::os::unix::fs::symlink("/etc/hostname", part).unwrap();
        });
    }),
    ("run `tertib verify`, then restore the archive from the backup", || {
        damaged(&["metrics", "--month", "2026-10"], "is not the one that was written", |f| {
            let commit = f.commits().pop().unwrap();
            let text = fs::read_to_string(&commit).unwrap();
            fs::write(&commit, text.replace("2026-10", "2026-09")).unwrap();
        });
    }),
    ("the log ends before commit {version}, which {head} names; run `tertib verify`", || {
        damaged(&["pull"], "the log ends before commit 2", |f| fs::remove_file(f.commits().pop().unwrap()).unwrap());
    }),
    ("holds no events yet; run `tertib pull` first", || {
        let office = Office::unpulled();
        let told = refused(&office, &["metrics", "--month", "2026-10"]);
        obey(&office, &told, &[]);
        office.run(&["metrics", "--month", "2026-10"]).expect_code(0);
    }),
    ("a folder of files has no month to be read again", || {
        a_folder_of_files_that_differs(&mut Remedies::default());
    }),
    ("`--from` can only be said at the first pull", || {
        let office = Office::unpulled();
        office.run(&["pull"]).expect_code(0);
        refused(&office, &["pull", "--from", "2026-10-10"]);
        office.run(&["pull"]).expect_code(0);
    }),
    ("say `--accept-corrections`", || {
        let office = mendable();
        office.run(&["pull"]).expect_code(0);
        office.sql("update w set recorded_at = datetime(recorded_at, '+1 hour') || 'Z', petugas_id = 'P999'");
        let told = refused(&office, &["pull"]);
        let option = quoted(&told).into_iter().find(|part| part.starts_with("--")).unwrap();
        let accepted = office.run(&["pull", option]).expect_code(1);
        assert!(accepted.pulled().corrected > 0 && accepted.finds("W005"), "{}{}", accepted.out, accepted.err);
        office.run(&["pull"]).expect_code(0);
    }),
    ("has no papers of a day; leave out `--day`", || {
        let office = Office::small();
        let told = refused(&office, &["render", "--day", "2026-10-12", "--only", "buku"]);
        let only = quoted(&told).into_iter().find(|part| part.starts_with("--only")).unwrap();
        let other: Vec<&str> = ["render", "--day", "2026-10-12"].into_iter().chain(only.split(' ')).collect();
        office.run(&other).expect_code_in(&[0, 1], "render");
        assert!(office.path("laporan/2026-10").read_dir().unwrap().count() > 0);
    }),
    ("look at the month, or run `tertib pull` first", || {
        let office = mendable();
        office.sql(
            "update w set mulai = '2026-09-15T02:00:00Z', selesai = '2026-09-15T03:00:00Z',
             recorded_at = '2026-09-15T03:00:00Z' where event_id = 11",
        );
        office.run(&["pull", "--until", "2026-10-01"]).expect_code_in(&[0, 1], "pull");
        office.run(&["seal", "--month", "2026-09"]).expect_code(0);
        let told = refused(&office, &["seal", "--month", "2026-10"]);
        obey(&office, &told, &[]);
        office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    }),
    ("run `tertib pull{again}`, or give a reason with `--incomplete`", || {
        let seal = ["seal", "--month", "2026-10"];
        let pulled = || {
            let office = Office::unpulled();
            office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
            let told = refused(&office, &seal);
            (office, told)
        };
        let (office, told) = pulled();
        obey(&office, &told, &[]);
        office.run(&seal).expect_code(0);
        let office = Office::unpulled();
        office.run(&["pull", "--from", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
        let told = refused(&office, &seal);
        obey(&office, &told, &[]);
        office.run(&seal).expect_code(0);
        // The other way, where no reason is one that cannot stand there.
        let (office, told) = pulled();
        let option = quoted(&told).into_iter().find(|part| part.starts_with("--")).unwrap();
        let told = refused(&office, &[&seal[..], &[option, ""]].concat());
        assert!(told.contains("must be one line"), "{told}");
        office.run(&[&seal[..], &[option, "server rusak"]].concat()).expect_code(0);
    }),
    ("`tertib status JOB` shows the runs of a job", || {
        let office = Office::small();
        office.run(&["run", "verifikasi"]).expect_code(0);
        refused(&office, &["log", "99"]);
        let number = office.run(&["status", "verifikasi", "--format", "json"]).expect_code_in(&[0, 1], "status").json()
            ["runs"][0]["id"]
            .to_string();
        office.run(&["log", &number]).expect_code(0);
    }),
    ("close the first with `tertib seal --month {first}`", || {
        let office = Office::demo(&["--months", "2026-09:2026-10", "--per-month", "60", "--seed", "3"]);
        let told = refused(&office, &["run", "tutup-buku", "--month", "2026-10"]);
        obey(&office, &told, &[]);
        office.run(&["run", "tutup-buku", "--month", "2026-10"]).expect_code_in(&[0, 1], "run");
    }),
    ("close its books without `--incomplete`", || {
        let office = Office::small();
        refused(&office, &["seal", "--month", "2026-10", "--incomplete", "tergesa-gesa"]);
        office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    }),
    ("close them first with `tertib seal --month {earlier}`", || {
        let office = mendable();
        office.sql("update w set selesai = '2026-09-15T03:00:00Z' where event_id = 11");
        office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
        let told = refused(&office, &["seal", "--month", "2026-10"]);
        obey(&office, &told, &[]);
        office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    }),
];

/// Messages of the sources that name a command or an option and that nobody has followed.
pub(crate) fn every_command_of_an_error_has_a_case() {
    // They are followed by the tests of the messages that lead to them: those of backups by the trials of `backup/`,
    // those of the portal by `portal/`, those of destructions and of changed keys by `disposal` and `key_changes`, those of questions
    // by `query`. The last two are no errors: one stands in a file, one in an answer.
    const ELSEWHERE: [&str; 29] = [
        "it has no `-- {key}: `",
        "version {later} destroyed personal data, which no backup brings back",
        "was not approved by another person than {}; `tertib dispose approve` does that",
        "is not what `tertib dispose propose` writes",
        "make a new proposal with `tertib dispose propose`, and have it approved",
        " in the place of {}; run `tertib key rotate`",
        "the signing key in force is at hand, so it is not lost",
        "the key in force is at hand, so it is not lost",
        "only where it is lost for ever: `tertib key rotate",
        "are not computed: {other}",
        "as `tertib key show` prints it",
        "then change the key again",
        "of its key's change; run `tertib verify`",
        "a later table lacks one of its pseudonyms; run `tertib verify`",
        "the reason of `--incomplete` must be one line",
        "the archive is empty; run `tertib pull` first",
        "is whole until version {newest} only",
        "`--until {before}` restores what lies before",
        "print it anew with `tertib key print`",
        "`tertib key confirm` compares the paper with it",
        "`tertib portal user password {account}` changes its password",
        "there is no account `{account}`; `tertib portal user list` shows them",
        "`tertib portal token remove {name}` takes it away",
        "there is no token `{name}`; `tertib portal token list` shows them",
        "name certificate and key (`tertib portal certificate` makes them)",
        "the key before lies in {}: `tertib verify` proves by it",
        "Diubah dengan `tertib portal user`",
        "`tertib key rotate` ends a change of the key that was interrupted",
        "`tertib metrics`, and `tertib render --only laporan_bulanan,laporan_kepatuhan`",
    ];
    let followed = ERRORS.iter().chain(&crate::log_errors::ERRORS).map(|(words, _)| *words);
    let known: Vec<&str> = followed.chain(ELSEWHERE).collect();
    let mut met = BTreeSet::new();
    for folder in ["jobs/src", "pipeline/src", "reports/src", "schemas/src"] {
        for (path, bytes) in tree(&tests::root().join(folder)) {
            let text = String::from_utf8_lossy(&bytes);
            let own = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            if path.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let lines = own.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in lines.filter(|line| line.contains("`tertib ") || line.contains("`--")) {
                let of_line: Vec<_> = known.iter().filter(|words| line.contains(**words)).collect();
                assert!(!of_line.is_empty(), "{}: nobody follows\n{line}", path.display());
                met.extend(of_line);
            }
        }
    }
    assert_eq!(met, known.iter().collect::<BTreeSet<_>>(), "messages that no source has any more");
}

/// Nothing is configured where a command is run.
fn no_configuration() {
    let office = Office::unpulled();
    let dir = tempfile::TempDir::new().unwrap();
    let run = |arguments: &[&str]| run_in(dir.path(), arguments);
    let told = run(&["pull"]).expect_code(2).err;
    let named = commands(&told, &[]);
    let init: Vec<&str> = named[0].iter().map(String::as_str).collect();
    let told = run(&init).expect_code(2).err;
    let option = told.split(' ').map(|word| word.trim_end_matches(',')).find(|word| word.starts_with("--")).unwrap();
    let url = format!("sqlite:{}", office.path("kantor.sqlite").display());
    run(&[&init[..], &[option, &url]].concat()).expect_code(0);
    run(&["pull"]).expect_code_in(&[0, 1], "pull");
}

/// A command refuses a damaged archive; the check that it names finds it, and with the backup the command runs.
fn damaged(command: &[&str], says: &str, damage: fn(&Forger)) {
    let (office, backup, forger) = archive();
    damage(&forger);
    let told = refused(&office, command);
    assert!(told.contains(says), "{told}");
    let named = commands(&told, &[]);
    assert!(run(&office, &named[0]).code == 1, "`{told}` finds nothing");
    office.forget_archive();
    copy(backup.path(), &office.path("archive"));
    office.run(command).expect_code_in(&[0, 1], "after the backup");
    office.run(&["verify"]).expect_code(0);
}

/// Takes the personal data of a part's events away, and every trace of them.
fn without_persons(forger: &Forger) {
    Forger::edit(&forger.parts("persons")[0], |rows| chosen(&rows, []));
    forger.rehash();
}
