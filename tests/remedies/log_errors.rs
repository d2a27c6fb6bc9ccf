//! Errors of the log, its keys and its witnesses, and of holds, that name a command: each is made to come, and what it names is done.

use crate::{commands, obey, quoted, refused, run};
use std::fs;
use tests::{Office, Ran, run_in};

/// Words of each message as they stand in the source, and a test that makes it come and follows it.
pub(crate) const ERRORS: [(&str, fn()); 12] = [
    ("make a key with `tertib key new`, then run `tertib pull`", || {
        let office = unsigned();
        let told = refused(&office, &["prove", "--event", "8", "--output", "bukti"]);
        for named in commands(&told, &[]) {
            run(&office, &named);
        }
        proved(&office, "8");
    }),
    ("or run `tertib pull`, which signs what is new", || {
        let office = Office::unpulled();
        office.run(&["pull", "--until", "2026-10-02"]).expect_code_in(&[0, 1], "pull");
        let newest = tests::sqlite_texts(
            &office.path("kantor.sqlite"),
            "select cast(max(event_id) as text) from langkah_berkas",
        );
        let told = refused(&office, &["prove", "--event", &newest[0], "--output", "bukti"]);
        obey(&office, &told, &[]);
        proved(&office, &newest[0]);
    }),
    ("is there already; `tertib key show` prints its public part", || {
        let office = signed();
        let told = refused(&office, &["key", "new"]);
        assert!(obey(&office, &told, &[]).out.starts_with("tertib/"));
    }),
    ("there is no signing key {}; run `tertib key new`", || {
        let office = unsigned();
        let told = refused(&office, &["key", "show"]);
        obey(&office, &told, &[]);
        office.run(&["key", "show"]).expect_code(0);
    }),
    ("restore {} or enter it from the paper (`tertib key enter`)", || {
        let office = signed();
        let key = fs::read(office.path("penanda.key")).unwrap();
        fs::remove_file(office.path("penanda.key")).unwrap();
        let told = refused(&office, &["key", "new"]);
        assert!(told.contains("key rotate --signing --lost"), "{told}");
        office.typed(&["key", "enter"], &key).expect_code(0);
        office.run(&["key", "show"]).expect_code(0);
    }),
    ("is not at hand; restore its file or enter it from the paper (`tertib key enter`)", || {
        for (name, which) in [("kunci.key", "--pseudonym"), ("penanda.key", "--signing")] {
            let office = signed();
            let change = ["key", "rotate", which, "--reason", "laptop hilang", "--by", "ANDI, operator"];
            let key = fs::read(office.path(name)).unwrap();
            fs::remove_file(office.path(name)).unwrap();
            let told = refused(&office, &change);
            assert!(told.contains("tertib key enter") && told.contains("--lost"), "{told}");
            office.typed(&["key", "enter"], &key).expect_code(0);
            office.run(&change).expect_code(0);
        }
    }),
    ("the log is not signed yet, so it has no key to be changed; make one with `tertib key new`", || {
        let office = unsigned();
        let change = ["key", "rotate", "--signing", "--reason", "laptop hilang", "--by", "ANDI, operator"];
        let told = refused(&office, &change);
        obey(&office, &told, &[]);
        office.run(&change).expect_code(0);
    }),
    ("the archive is empty, and its log has no name yet; run `tertib pull` first", || {
        let office = Office::unpulled();
        let told = refused(&office, &["key", "show"]);
        obey(&office, &told, &[]);
        office.run(&["key", "show"]).expect_code(0);
    }),
    ("leaves; ask the office for `tertib prove --consistency {}`", || {
        let office = Office::unpulled();
        let witness = Witness::new();
        office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
        let checkpoint = office.path("archive/log/checkpoint").display().to_string();
        witness.signs(&office, &checkpoint).expect_code(0);
        office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
        let told = witness.signs(&office, &checkpoint).expect_code(2).err;
        let words = quoted(&told).into_iter().find_map(|part| part.strip_prefix("tertib ").map(str::to_owned)).unwrap();
        let to = office.path("untuk-saksi");
        let words: Vec<&str> = words.split(' ').chain(["--output", to.to_str().unwrap()]).collect();
        office.run(&words).expect_code(0);
        let proof = if to.is_dir() { to.read_dir().unwrap().next().unwrap().unwrap().path() } else { to };
        witness.signs(&office, &proof.display().to_string()).expect_code(0);
    }),
    ("`tertib witness new` makes the key of a witness", || {
        let office = signed();
        let witness = Witness::new();
        fs::remove_file(witness.0.path().join("saksi.key")).unwrap();
        let checkpoint = office.path("archive/log/checkpoint").display().to_string();
        let told = witness.signs(&office, &checkpoint).expect_code(2).err;
        let named = quoted(&told).into_iter().find(|part| part.starts_with("tertib witness new")).unwrap();
        let words: Vec<&str> = named.split(' ').skip(1).chain(["--name", "inspektorat"]).collect();
        run_in(witness.0.path(), &words).expect_code(0);
        witness.signs(&office, &checkpoint).expect_code(0);
    }),
    ("`tertib hold list` shows all holds", || {
        let office = signed();
        let hold = |action: &str| {
            office.run(&["hold", action, "--month", "2026-10", "--reason", "perkara 9/2026", "--by", "SITI, arsiparis"])
        };
        let told = hold("lift").expect_code(2).err;
        assert!(!obey(&office, &told, &[]).out.contains("2026-10"));
        hold("add").expect_code(0);
        let told = hold("add").expect_code(2).err;
        assert!(obey(&office, &told, &[]).out.contains("2026-10"));
    }),
    ("`tertib hold lift --month {month}` ends the hold", || {
        let office = Office::small();
        let proposal = office.approved_destruction("2026-10");
        let by = ["--reason", "perkara 9/2026", "--by", "SITI, arsiparis"];
        office.run(&[&["hold", "add", "--month", "2026-10"][..], &by].concat()).expect_code(0);
        let to = office.path("musnah").display().to_string();
        let carry_out = ["dispose", "carry-out", &proposal, "--output", &to];
        let told = refused(&office, &carry_out);
        let named = quoted(&told).into_iter().find(|part| part.starts_with("tertib hold lift")).unwrap();
        let words: Vec<&str> = named.split(' ').skip(1).chain(by).collect();
        office.run(&words).expect_code(0);
        office.run(&carry_out).expect_code(0);
    }),
];

/// An office whose log nobody signs.
fn unsigned() -> Office {
    let office = Office::unpulled();
    fs::remove_file(office.path("penanda.key")).unwrap();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    office
}

fn signed() -> Office {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    office
}

fn proved(office: &Office, event: &str) {
    let to = office.path("terbukti").display().to_string();
    office.run(&["prove", "--event", event, "--output", &to]).expect_code(0);
}

/// A second party with a folder of its own.
struct Witness(tempfile::TempDir);

impl Witness {
    fn new() -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        run_in(folder.path(), &["witness", "new", "--name", "inspektorat"]).expect_code(0);
        Self(folder)
    }

    fn signs(&self, office: &Office, file: &str) -> Ran {
        let key = office.run(&["key", "show"]).expect_code(0).out;
        run_in(self.0.path(), &["witness", "sign", file, "--name", "inspektorat", "--public-key", key.trim()])
    }
}
