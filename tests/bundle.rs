//! A bag to carry away: it opens without tertib, by its own recipe; it names nobody; what was changed in it is found and named;
//! and whatever stops its making, it is whole or not there.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tests::faults::{at_calls, faulted};
use tests::forger::{Forger, chosen, rebag, resign, swapped, with_text};
use tests::tools::{Tool, mount, unmount};
use tests::{Office, Ran, copy, flip, pasted, sha256, sqlite_texts, tree};

tests::trials! {
    the_recipe_is_followed needs Tool::Sha256sum, Tool::Openssl, Tool::Python(&["bagit", "duckdb"]);
    it_answers_as_the_archive_does needs Tool::Python(&["duckdb"]);
    saved_questions_are_answered_in_the_bag needs Tool::Python(&["duckdb"]);
    each_role_gets_its_own;
    nothing_names_a_resident needs Tool::Pdftotext, Tool::Python(&["duckdb", "openpyxl"]);
    text_is_never_a_formula needs Tool::Python(&["openpyxl"]);
    the_same_bag_is_the_same_bytes;
    what_cannot_be_asked_for;
    changed_bags_are_found needs Tool::Python(&["bagit"]);
    forged_bags_are_found needs Tool::Python(&["bagit", "duckdb"]);
    an_earlier_statement_is_continued;
    bags_with_traps_are_found;
    killed_at_every_call needs Tool::Strace;
    every_call_may_fail needs Tool::Strace;
    a_full_disk needs Tool::Mount;
}

/// An office with an archive, and the bag of October for a role.
fn bundled(role: &str) -> (Office, PathBuf) {
    let office = Office::small();
    let bag = bundle(&office, role);
    (office, bag)
}

fn bundle(office: &Office, role: &str) -> PathBuf {
    let bag = office.path(&format!("paket_{role}"));
    office
        .run(&["bundle", "--month", "2026-10", "--role", role, "--output", &bag.display().to_string()])
        .expect_code_in(&[0, 1], role);
    bag
}

fn verify(bag: &Path) -> Ran {
    tests::run(&["verify", "--bag", &bag.display().to_string()])
}

/// Runs the commands of the recipe's blocks as they stand, in the bag, with no program but those that it names.
fn the_recipe_is_followed() {
    let (_office, bag) = bundled("auditor");
    let recipe = fs::read_to_string(bag.join("BACA-SAYA.md")).unwrap();
    let room = tempfile::TempDir::new().unwrap();
    let blocks: Vec<&str> = recipe.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    let mut run = 0;
    for line in blocks.iter().flat_map(|block| block.lines()).filter(|line| !line.starts_with("duckdb ")) {
        // The program of the package is not on every path, its module is.
        let line =
            line.replace("bagit.py", "python3 -m bagit").replace("/tmp/", &format!("{}/", room.path().display()));
        let ran = pasted(&line, &bag).expect_code(0);
        assert!(!ran.out.contains("tidak cocok"), "{line}\n{}", ran.out);
        if line.starts_with("openssl") {
            assert!(ran.out.contains("Signature Verified Successfully"), "{line}\n{}", ran.out);
        }
        run += 1;
    }
    assert!(run >= 11, "{recipe}");
    // What is signed stands for every byte: one more digit, and the signature does not fit.
    let checkpoint = bag.join("data/log/checkpoint");
    let text = fs::read_to_string(&checkpoint).unwrap();
    fs::write(&checkpoint, text.replacen('\n', "\n1", 1)).unwrap();
    let check = blocks.iter().find(|block| block.contains("data/log/checkpoint")).unwrap();
    let check = check.replace("/tmp/", &format!("{}/", room.path().display()));
    assert_ne!(pasted(&check, &bag).code, 0);
    for role in ["province", "inspectorate"] {
        let (_office, bag) = bundled(role);
        pasted("sha256sum -c --quiet manifest-sha256.txt && sha256sum -c --quiet tagmanifest-sha256.txt", &bag)
            .expect_code(0);
        drop(Tool::Python(&["bagit", "duckdb"]).output(&["-m", "bagit", "--validate", &bag.display().to_string()]));
        verify(&bag).expect_code(0);
    }
}

/// What DuckDB answers to a script, in a bag.
fn duckdb(bag: &Path, setup: &str, question: &str) -> Value {
    const ASK: &str = "import duckdb, json, sys\ndb = duckdb.connect()\nfor name in sys.argv[1].split():\n    db.execute(open(name).read())\n\
                       print(json.dumps(db.execute(sys.argv[2]).fetchall(), default=str))";
    let mut ask = Tool::Python(&["duckdb"]).command();
    let ran = Ran::from(ask.current_dir(bag).args(["-c", ASK, setup, question]).output().unwrap());
    ran.expect_code(0).json()
}

fn it_answers_as_the_archive_does() {
    let (office, bag) = bundled("auditor");
    for question in [
        "select count(*) as n from events_all where bulan = '2026-10'",
        "select langkah, hasil, count(*) as n from events_all group by langkah, hasil order by langkah, hasil",
        "select min(selesai) as a, max(selesai) as b, min(nik_pseudonym) as c, max(seq) as d from events_all",
    ] {
        let ours = office.json(&["query", question], 0);
        let columns: Vec<&str> =
            ours["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
        let rows = ours["rows"].as_array().unwrap().iter();
        let ours: Vec<Vec<String>> = rows.map(|row| columns.iter().map(|name| plain(&row[*name])).collect()).collect();
        let theirs = duckdb(&bag, "tampilan.sql", question);
        let theirs: Vec<Vec<String>> =
            theirs.as_array().unwrap().iter().map(|row| row.as_array().unwrap().iter().map(plain).collect()).collect();
        assert_eq!(ours, theirs, "{question}");
    }
    let corrected =
        duckdb(&bag, "tampilan.sql", "select count(*) from events_all where seq not in (select seq from events)");
    let replaced = fs::read_to_string(bag.join("data/events/diganti.csv")).unwrap().lines().count() - 1;
    assert_eq!(corrected[0][0], replaced);
}

/// The twenty questions, in DuckDB of the bag and in tertib of the archive.
fn saved_questions_are_answered_in_the_bag() {
    let office = Office::small();
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    let bag = bundle(&office, "auditor");
    let of_archive = |sql: &str| office.json(&["query", sql], 0)["rows"][0]["a"].as_str().unwrap().to_owned();
    let berkas = of_archive("SELECT MIN(berkas_id) AS a FROM events WHERE langkah = 10");
    let petugas = of_archive("SELECT MIN(petugas_id) AS a FROM events");
    let (mut asked, mut with_rows) = (0, 0);
    for file in tree(&bag.join("data/pertanyaan")).into_keys() {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let script = fs::read_to_string(bag.join("data/pertanyaan").join(&file)).unwrap();
        assert!(script.starts_with("-- ") && !script.contains(" :"), "{script}");
        let (mut words, mut filled) = (vec!["query".to_owned(), name.to_owned()], script.clone());
        for (parameter, value, given) in [
            ("month", "'2026-10'", "2026-10"),
            ("berkas", "''", berkas.as_str()),
            ("petugas", "''", petugas.as_str()),
            ("hari", "1", "1"),
            ("kali", "1", "1"),
        ] {
            let stands = format!("SET VARIABLE {parameter} = {value};");
            if script.contains(&stands) {
                filled = filled.replace(&stands, &format!("SET VARIABLE {parameter} = '{given}';"));
                words.extend(match parameter {
                    "month" => ["--month".to_owned(), given.to_owned()],
                    _ => ["--set".to_owned(), format!("{parameter}={given}")],
                });
            }
        }
        let ours = office.json(&words.iter().map(String::as_str).collect::<Vec<_>>(), 0);
        let columns: Vec<&str> =
            ours["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
        let rows = ours["rows"].as_array().unwrap().iter();
        let ours: Vec<Vec<String>> = rows.map(|row| columns.iter().map(|name| plain(&row[*name])).collect()).collect();
        let theirs = duckdb(&bag, "tampilan.sql", &filled);
        let rows = theirs.as_array().unwrap().iter();
        let theirs: Vec<Vec<String>> = rows.map(|row| row.as_array().unwrap().iter().map(plain).collect()).collect();
        assert_eq!(ours, theirs, "{name}");
        asked += 1;
        with_rows += usize::from(!ours.is_empty());
    }
    assert!(asked == 20 && with_rows >= 12, "{with_rows} of {asked} have rows");
}

fn plain(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = text.replace('T', " ");
    // Fractions of a second have three digits in one and six in the other.
    if text.contains(':') {
        text.trim_end_matches('Z').trim_end_matches("000").trim_end_matches('.').to_owned()
    } else {
        text
    }
}

fn each_role_gets_its_own() {
    for (role, has, lacks) in [
        (
            "auditor",
            &[
                "data/events/",
                "data/tabel/peristiwa_2026-10.csv",
                "data/dokumen/2026-10/laporan_bulanan_2026-10.pdf",
                "tampilan.sql",
            ][..],
            &["pribadi", "persons"][..],
        ),
        (
            "inspectorate",
            &["data/events/", "data/dokumen/2026-10/buku_agenda_pendaftaran_2026-10.xlsx"],
            &["pribadi", "persons"],
        ),
        (
            "province",
            &["data/dokumen/2026-10/laporan_kepatuhan_2026-10_luar.pdf"],
            &["events", "tabel", "buku_", "laporan_bulanan", ".sql"],
        ),
    ] {
        let (_office, bag) = bundled(role);
        let files: Vec<String> = tree(&bag).into_keys().map(|path| path.display().to_string()).collect();
        for part in has {
            assert!(files.iter().any(|file| file.starts_with(part)), "{role} has no {part}: {files:?}");
        }
        for part in lacks {
            assert!(!files.iter().any(|file| file.contains(part)), "{role} has {part}: {files:?}");
        }
        let info = fs::read_to_string(bag.join("bag-info.txt")).unwrap();
        assert!(info.contains(&format!("Tertib-Role: {role}\n")) && !info.contains("Tertib-Purpose"), "{info}");
        verify(&bag).expect_code(0);
    }
}

/// Every text of a bag, also those in workbooks, Parquet files and pages.
fn texts(bag: &Path) -> BTreeMap<String, String> {
    const READ: &str = "import duckdb, openpyxl, sys\npath = sys.argv[1]\n\
        if path.endswith('.xlsx'):\n    book = openpyxl.load_workbook(path)\n    cells = [c.value for s in book for r in s.iter_rows() for c in r]\n\
        else:\n    cells = duckdb.execute('select columns(*)::varchar from read_parquet(?)', [path]).fetchall()\nprint(cells)";
    let tools = Tool::Python(&["duckdb", "openpyxl"]);
    let text = |path: &Path, bytes: &[u8]| {
        let whole = bag.join(path).display().to_string();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("xlsx" | "parquet") => tools.output(&["-c", READ, &whole]),
            Some("pdf") => Tool::Pdftotext.output(&[&whole, "-"]),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        }
    };
    tree(bag).iter().map(|(path, bytes)| (path.display().to_string(), text(path, bytes))).collect()
}

fn nothing_names_a_resident() {
    let office = Office::small();
    let database = office.path("kantor.sqlite");
    let names =
        sqlite_texts(&database, "select nama from berkas where length(nama) > 7 union select pembawa from kolektif");
    let niks = sqlite_texts(&database, "select nik from berkas where length(nik) > 14");
    assert!(names.len() > 30 && niks.len() > 30);
    for role in ["auditor", "province", "inspectorate"] {
        let bag = bundle(&office, role);
        for (path, text) in texts(&bag) {
            let found = names.iter().chain(&niks).find(|canary| text.contains(canary.as_str()));
            assert!(found.is_none(), "{path} of {role} names somebody");
        }
        for (path, bytes) in tree(&bag) {
            let holds = |canary: &String| bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!niks.iter().any(holds), "{} of {role} has a NIK", path.display());
        }
    }
    let log =
        office.run(&["-v", "bundle", "--month", "2026-10", "--role", "auditor", "--output", &office.place("lagi")]);
    assert!(
        !niks.iter().chain(&names).any(|canary| log.err.contains(canary.as_str()) || log.out.contains(canary.as_str()))
    );
}

fn text_is_never_a_formula() {
    const TYPES: &str = "import openpyxl, sys\nbook = openpyxl.load_workbook(sys.argv[1])\n\
        print(sum(c.data_type == 'f' for s in book for r in s.iter_rows() for c in r), [c.value for s in book for r in s.iter_rows() for c in r].count(sys.argv[2]))";
    let office = Office::unpulled();
    office.sql("update langkah_berkas set petugas_id = '=1+1' where event_id % 7 = 0");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let bag = bundle(&office, "auditor");
    let csv = fs::read_to_string(bag.join("data/tabel/peristiwa_2026-10.csv")).unwrap();
    assert!(csv.contains(";'=1+1;") && !csv.contains(";=1+1"), "{}", &csv[..2_000]);
    let workbook = bag.join("data/tabel/peristiwa_2026-10.xlsx").display().to_string();
    let said = Tool::Python(&["openpyxl"]).output(&["-c", TYPES, &workbook, "=1+1"]);
    let (formulas, texts) = said.trim().split_once(' ').unwrap();
    assert!(formulas == "0" && texts.parse::<u64>().unwrap() > 10, "{said}");
}

fn the_same_bag_is_the_same_bytes() {
    let (office, bag) = bundled("auditor");
    let first = tree(&bag);
    let digest = sha256(&first[Path::new("tagmanifest-sha256.txt")]);
    let said = verify(&bag).expect_code(0);
    assert!(said.out.contains(&format!("digest {digest}")), "{}", said.out);
    // The same again is nothing new; another is refused and changes nothing.
    bundle(&office, "auditor");
    assert_eq!(tree(&bag), first);
    flip(&bag.join("data/tabel/peristiwa_2026-10.csv"));
    let changed = tree(&bag);
    let to = bag.display().to_string();
    office
        .run(&["bundle", "--month", "2026-10", "--role", "auditor", "--output", &to])
        .expect_refusal(&["is there already"]);
    assert_eq!(tree(&bag), changed);
    // Elsewhere, too; and nothing is left on the way.
    let other = office.place("lain");
    office.run(&["bundle", "--month", "2026-10", "--role", "auditor", "--output", &other]).expect_code_in(&[0, 1], "");
    assert_eq!(tree(Path::new(&other)), first);
    assert_eq!(leftovers(&office), Vec::<PathBuf>::new());
}

/// What a bundle left behind, beside itself.
fn leftovers(office: &Office) -> Vec<PathBuf> {
    let is_temporary = |path: &&PathBuf| path.display().to_string().contains(".tmp");
    tree(office.folder()).keys().filter(is_temporary).cloned().collect()
}

fn what_cannot_be_asked_for() {
    let office = Office::small();
    let ask = |options: &[&str]| {
        let to = office.place("paket");
        office.run(&[&["bundle", "--output", &to, "--role", "auditor"][..], options].concat())
    };
    ask(&["--month", "2026-10", "--purpose", "berkas 1806010101900001"]).expect_refusal(&["without a NIK"]);
    ask(&["--month", "2026-10", "--purpose", " "]).expect_refusal(&["1 to 200 characters"]);
    ask(&["--month", "1999-01"]).expect_refusal(&["holds no event of 1999-01"]);
    ask(&["--month", "1900-01:2026-10"]).expect_refusal(&["at most 120 months"]);
    assert!(ask(&["--month", "2026-10:2026-09"]).err.contains("after the last one"));
    assert!(!office.path("paket").exists());
    fs::write(office.path("paket"), "mine").unwrap();
    ask(&["--month", "2026-10"]).expect_refusal(&["is there already"]);
    assert_eq!(fs::read(office.path("paket")).unwrap(), b"mine");
    fs::remove_file(office.path("paket")).unwrap();
    ask(&["--month", "2026-10", "--purpose", "pemeriksaan rutin"]).expect_code_in(&[0, 1], "a purpose");
    let info = fs::read_to_string(office.path("paket/bag-info.txt")).unwrap();
    assert!(info.contains("\nTertib-Purpose: pemeriksaan rutin\n"), "{info}");
}

/// A change of a bag, the finding that it must be, and the file that it must name.
type Change = (&'static str, &'static str, fn(&Path));

const PART: &str = "data/tabel/peristiwa_2026-10.csv";

fn changed_bags_are_found() {
    let (_office, bag) = bundled("auditor");
    let changes: [Change; 9] = [
        ("B011", PART, |bag| flip(&bag.join(PART))),
        ("B010", PART, |bag| fs::remove_file(bag.join(PART)).unwrap()),
        ("B012", "data/tambahan.csv", |bag| fs::write(bag.join("data/tambahan.csv"), "x").unwrap()),
        ("B012", "catatan.txt", |bag| fs::write(bag.join("catatan.txt"), "x").unwrap()),
        ("B011", "BACA-SAYA.md", |bag| flip(&bag.join("BACA-SAYA.md"))),
        ("B011", "manifest-sha256.txt", |bag| flip(&bag.join("manifest-sha256.txt"))),
        ("B010", "bagit.txt", |bag| fs::remove_file(bag.join("bagit.txt")).unwrap()),
        ("B014", "tagmanifest-sha256.txt", |bag| fs::remove_file(bag.join("tagmanifest-sha256.txt")).unwrap()),
        ("B011", PART, |bag| {
            let (one, other) = (bag.join(PART), bag.join("data/tabel/peristiwa_2026-10.xlsx"));
            let bytes = fs::read(&one).unwrap();
            fs::copy(&other, &one).unwrap();
            fs::write(&other, bytes).unwrap();
        }),
    ];
    for (code, place, change) in changes {
        let copied = tempfile::TempDir::new().unwrap();
        let forged = copied.path().join("paket");
        copy(&bag, &forged);
        change(&forged);
        let ran = verify(&forged).expect_code(1);
        let named = ran.found(code).iter().any(|(_, found)| found.starts_with(place));
        assert!(named, "{code} {place}:\n{}", ran.out);
        // What bagit.py lets pass is a file outside of the payload that no manifest names.
        if place != "catatan.txt" && place != "tagmanifest-sha256.txt" {
            let path = forged.display().to_string();
            assert_ne!(Tool::Python(&["bagit"]).run(&["-m", "bagit", "--validate", &path]).code, 0, "{code} {place}");
        }
    }
}

/// How somebody forges a bag of whom the office's key is known, too: the manifests are right, and so is the signature.
type Forgery = (&'static str, fn(&Path, &Path));

/// A change of the rows of a part, and whether the script names a row for it.
fn forged_bags_are_found() {
    let (office, bag) = bundled("auditor");
    let forgeries: [Forgery; 6] = [
        ("edited", |_, part| Forger::edit(part, |rows| with_text(&rows, "petugas_id", "P999"))),
        ("deleted", |_, part| Forger::edit(part, |rows| chosen(&rows, 1..rows.num_rows()))),
        ("inserted", |_, part| Forger::edit(part, |rows| chosen(&rows, (0..rows.num_rows()).chain([0])))),
        ("reordered", |_, part| Forger::edit(part, |rows| swapped(&rows, "seq"))),
        ("dropped", |_, part| fs::remove_file(part).unwrap()),
        ("of another month", |bag, part| {
            let other = bag.join("data/events/bulan=2026-10/part-00000009-0009.parquet");
            fs::copy(part, other).unwrap();
        }),
    ];
    for signs in [false, true] {
        for (what, forge) in forgeries {
            let copied = tempfile::TempDir::new().unwrap();
            let forged = copied.path().join("paket");
            copy(&bag, &forged);
            let part = fs::read_dir(forged.join("data/events/bulan=2026-10")).unwrap().next().unwrap().unwrap().path();
            let name = part.strip_prefix(&forged).unwrap().display().to_string();
            forge(&forged, &part);
            rebag(&forged);
            if signs {
                resign(&forged, &office.path("penanda.key"));
            }
            // For BagIt it is a bag.
            drop(Tool::Python(&["bagit", "duckdb"]).output(&[
                "-m",
                "bagit",
                "--validate",
                &forged.display().to_string(),
            ]));
            let ran = verify(&forged).expect_code(1);
            assert_eq!(ran.finds("B015"), !signs, "{what}: {}", ran.out);
            let code = if what == "dropped" { "B010" } else { "B016" };
            let at =
                if what == "of another month" { "data/events/bulan=2026-10/part-00000009-0009.parquet" } else { &name };
            assert!(ran.found(code).iter().any(|(_, place)| place.starts_with(at)), "{what}: {}", ran.out);
            // What the script can see is a row that is another one, or there twice.
            if !["deleted", "dropped"].contains(&what) {
                assert!(ran.out.contains(": seq "), "{what}: {}", ran.out);
                let said = duckdb(&forged, "", &fs::read_to_string(forged.join("verifikasi.sql")).unwrap());
                assert_eq!(said[0][0], "tidak cocok", "{what}: {said}");
                assert!(said[0][1].is_number(), "{what}: {said}");
            }
        }
    }
    // The log itself: a tile, the statement, the list of commits.
    for (file, code) in [("data/log/tile/0", "B017"), ("data/log/commits.csv", "B017"), ("data/log/checkpoint", "B015")]
    {
        let copied = tempfile::TempDir::new().unwrap();
        let forged = copied.path().join("paket");
        copy(&bag, &forged);
        let at = tree(&forged).into_keys().find(|path| path.starts_with(file)).unwrap();
        flip(&forged.join(at));
        rebag(&forged);
        let ran = verify(&forged).expect_code(1);
        assert!(ran.finds(code), "{file}: {}", ran.out);
    }
}

/// The statement of an earlier bag is continued by a later one; that of another archive is not.
fn an_earlier_statement_is_continued() {
    let office = Office::unpulled();
    office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "half");
    let earlier = office.path("awal");
    fs::copy(office.path("archive/log/checkpoint"), &earlier).unwrap();
    office.run(&["pull"]).expect_code_in(&[0, 1], "the rest");
    let bag = bundle(&office, "auditor");
    let against = |checkpoint: &Path| {
        tests::run(&["verify", "--bag", &bag.display().to_string(), "--checkpoint", &checkpoint.display().to_string()])
    };
    let ran = against(&earlier).expect_code(0);
    assert!(!ran.out.contains("not continued"), "{}", ran.out);
    let statement = fs::read_to_string(&earlier).unwrap();
    let root = statement.lines().nth(2).unwrap();
    let other = format!("{}{}", if root.starts_with('A') { "B" } else { "A" }, &root[1..]);
    fs::write(
        &earlier,
        statement.lines().take(3).map(|line| format!("{}\n", line.replace(root, &other))).collect::<String>(),
    )
    .unwrap();
    let ran = against(&earlier).expect_code(1);
    assert!(ran.found("B017").iter().any(|(_, place)| place.contains("awal")), "{}", ran.out);
    // A key that is not the office's speaks against the whole bag.
    let stranger = pipeline::SigningKey::of_seed([9; 32]).unwrap().verifying("tertib/lain").to_string();
    let ran = tests::run(&["verify", "--bag", &bag.display().to_string(), "--public-key", &stranger]).expect_code(1);
    assert!(ran.finds("B015"), "{}", ran.out);
}

/// Bags that are made to harm whoever opens them.
#[cfg(unix)]
fn bags_with_traps_are_found() {
    use std::os::unix::fs::symlink;
    let (_office, bag) = bundled("province");
    let manifest = |bag: &Path, line: &str| {
        let path = bag.join("manifest-sha256.txt");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}{line}\n")).unwrap();
    };
    let zeros = "0".repeat(64);
    let fifo = |at: &Path| {
        rustix::fs::mknodat(rustix::fs::CWD, at, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    };
    type Trap<'a> = (&'a str, &'a str, Box<dyn Fn(&Path) + 'a>);
    let traps: Vec<Trap<'_>> = vec![
        ("B013", "data/tautan", Box::new(|bag| symlink("/etc/passwd", bag.join("data/tautan")).unwrap())),
        ("B013", "data/folder", Box::new(|bag| symlink("/etc", bag.join("data/folder")).unwrap())),
        ("B013", "data/pipa", Box::new(|bag| fifo(&bag.join("data/pipa")))),
        ("B013", "../luar", Box::new(|bag| manifest(bag, &format!("{zeros}  ../luar")))),
        ("B013", "/etc/passwd", Box::new(|bag| manifest(bag, &format!("{zeros}  /etc/passwd")))),
        ("B013", "catatan", Box::new(|bag| manifest(bag, &format!("{zeros}  catatan")))),
        ("B014", "manifest-sha256.txt: line", Box::new(|bag| manifest(bag, &"x".repeat(1 << 20)))),
        ("B010", "data/a\\n", Box::new(|bag| manifest(bag, &format!("{zeros}  data/a%0A\u{1b}[2J")))),
        (
            "B013",
            "manifest-sha256.txt",
            Box::new(|bag| {
                fs::remove_file(bag.join("manifest-sha256.txt")).unwrap();
                symlink("/dev/zero", bag.join("manifest-sha256.txt")).unwrap();
            }),
        ),
        ("B014", "bagit.txt", Box::new(|bag| fs::write(bag.join("bagit.txt"), "BagIt-Version: 9\n").unwrap())),
        ("B014", "bag-info.txt", Box::new(|bag| fs::write(bag.join("bag-info.txt"), "Payload-Oxum: 1.1\n").unwrap())),
    ];
    for (code, place, trap) in traps {
        let copied = tempfile::TempDir::new().unwrap();
        let forged = copied.path().join("paket");
        copy(&bag, &forged);
        trap(&forged);
        let ran = verify(&forged).expect_code(1);
        let named = ran.found(code).iter().any(|(_, found)| found.starts_with(place));
        assert!(named && !ran.out.contains('\u{1b}'), "{code} {place}:\n{}", ran.out);
    }
    // More names than memory may hold, and a hole that no disk holds, which is read until it ends.
    let copied = tempfile::TempDir::new().unwrap();
    let forged = copied.path().join("paket");
    copy(&bag, &forged);
    let lines: String = (0..1_100_000).map(|n| format!("{zeros}  data/{n}\n")).collect();
    fs::write(forged.join("manifest-sha256.txt"), lines).unwrap();
    assert!(verify(&forged).expect_code(1).finds("B014"));
    for nothing in ["paket_lain", "paket/bagit.txt"] {
        let ran = verify(&copied.path().join(nothing)).expect_code(1);
        assert!(ran.finds("B010") || ran.finds("B013"), "{}", ran.out);
    }
}

#[cfg(not(unix))]
fn bags_with_traps_are_found() {}

/// System calls by which a bag is made.
const CALLS: [&str; 10] =
    ["openat", "mkdir", "write", "fsync", "renameat2", "unlinkat", "flock", "getdents64", "read", "close"];
/// Which faults a call may meet.
const FAULTS: [(&str, &[&str]); 7] = [
    ("openat", &["EMFILE", "ENOSPC"]),
    ("mkdir", &["ENOSPC"]),
    ("write", &["ENOSPC", "EIO"]),
    ("fsync", &["EIO"]),
    ("renameat2", &["EIO", "ENOSPC"]),
    ("getdents64", &["EIO"]),
    ("flock", &["ENOLCK"]),
];
/// The smallest bag.
const SMALLEST: [&str; 5] = ["bundle", "--month", "2026-10", "--role", "province"];

/// An office, and the bag that it makes undisturbed.
struct Stage {
    office: Office,
    bag: BTreeMap<PathBuf, Vec<u8>>,
}

impl Stage {
    fn set() -> Self {
        let office = Office::small();
        let bag = bundle(&office, "province");
        let made = tree(&bag);
        fs::remove_dir_all(bag).unwrap();
        Self { office, bag: made }
    }

    /// Makes the bag in a copy of the office, with one fault.
    fn faulted(&self, fault: &str) -> (Office, PathBuf, Output) {
        let office = self.office.copy();
        let to = office.path("keluar/paket");
        let mut bundle = faulted(fault, self.touched(&office));
        bundle.args(SMALLEST).arg("--output").arg(&to).arg("--config").arg(office.path("tertib.toml"));
        let output = bundle.output().unwrap();
        (office, to, output)
    }

    /// Every path that the making of the bag touches.
    fn touched(&self, office: &Office) -> Vec<PathBuf> {
        let roots = ["laporan/.paket/.tertib-paket.tmp", "keluar/.tertib-paket.tmp", "keluar/paket"]
            .map(|name| office.path(name));
        let mut paths = vec![office.path("laporan/.paket"), office.path("keluar")];
        for root in &roots {
            paths.push(root.clone());
            for file in self.bag.keys() {
                let mut path = root.join(file);
                while path != *root {
                    paths.push(path.clone());
                    path.pop();
                }
            }
        }
        paths.sort();
        paths.dedup();
        paths
    }

    /// The bag is whole or not there, and made again it is the same.
    fn check(&self, office: &Office, to: &Path, what: &str) {
        assert!(!to.exists() || tree(to) == self.bag, "{what}: half a bag has its name");
        let ran = office.run(&[&SMALLEST[..], &["--output", &to.display().to_string()]].concat());
        ran.expect_code_in(&[0, 1], what);
        assert_eq!(tree(to).keys().collect::<Vec<_>>(), self.bag.keys().collect::<Vec<_>>(), "{what}");
        assert!(tree(to) == self.bag, "{what}: other bytes");
        assert_eq!(leftovers(office), Vec::<PathBuf>::new(), "{what}");
    }
}

/// The first six calls of a kind, then every eighth: most calls are those of one file after the other.
fn calls_of<K>(_: &K) -> impl Iterator<Item = usize> + use<K> {
    (1..=6).chain((14..).step_by(8))
}

fn killed_at_every_call() {
    let stage = Stage::set();
    let points = at_calls(&CALLS, calls_of, |call, n| {
        let (office, to, output) = stage.faulted(&format!("{call}:signal=KILL:when={n}"));
        let killed = !matches!(output.status.code(), Some(0 | 1));
        stage.check(&office, &to, &format!("killed at {call} {n}"));
        killed
    });
    assert!(points >= 40, "only {points} points");
}

fn every_call_may_fail() {
    let stage = Stage::set();
    let kinds: Vec<String> = FAULTS
        .iter()
        .flat_map(|(call, errors)| errors.iter().map(move |error| format!("{call}:error={error}")))
        .collect();
    let points = at_calls(&kinds, calls_of, |fault, n| {
        let (office, to, output) = stage.faulted(&format!("{fault}:when={n}"));
        let what = format!("{fault} at call {n}");
        let ran = Ran::from(output);
        assert!(!ran.err.contains("panic") && !ran.err.contains("defect"), "{what}: {}", ran.err);
        assert!([0, 1, 2].contains(&ran.code), "{what}: exit {} {}", ran.code, ran.err);
        if ran.code == 2 {
            let words: Vec<&str> = ran.err.lines().filter(|line| line.starts_with("tertib:")).collect();
            assert!(
                words.len() == 1 && ["paket", "keluar"].iter().any(|place| words[0].contains(place)),
                "{what} does not say where: {}",
                ran.err
            );
        }
        stage.check(&office, &to, &what);
        let call = fault.split(':').next().unwrap();
        // A fault that did no harm still counts as one more call.
        ran.code == 2 || !matches!(stage.faulted(&format!("{call}:signal=KILL:when={n}")).2.status.code(), Some(0 | 1))
    });
    assert!(points >= 25, "only {points} points");
}

/// Where the bag goes there is room for the first files alone, then for more, until it fits.
fn a_full_disk() {
    let stage = Stage::set();
    let at = tempfile::TempDir::new().unwrap();
    let (mut full, mut size) = (0, 24);
    loop {
        assert!(mount(at.path(), &format!("size={size}k")));
        let to = at.path().join("paket");
        let ran = stage.office.run(&[&SMALLEST[..], &["--output", &to.display().to_string()]].concat());
        let is_there = to.exists();
        let left = fs::read_dir(at.path()).unwrap().count();
        let made = is_there.then(|| tree(&to));
        assert!(unmount(at.path()));
        if ran.code != 2 {
            assert!(made.unwrap() == stage.bag);
            break;
        }
        assert!(!is_there && left == 0, "{left} are left in {size} kB: {}", ran.err);
        ran.expect_refusal(&["cannot", "paket"]);
        full += 1;
        size += 64;
    }
    assert!(full >= 2, "it was full {full} times");
}
