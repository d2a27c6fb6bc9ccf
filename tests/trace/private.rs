//! Nobody is named who must not be, and the NIK that is asked for is nowhere but in the copy for the office.

use crate::{texts, traced};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tests::tools::Tool;
use tests::{Office, Ran, holds_nik, tree};

tests::part! {
    what_is_masked_names_nobody needs Tool::Pdftotext;
    a_person_is_found_by_a_nik_that_is_nowhere;
    a_nik_that_nobody_has_and_one_that_cannot_be_answer_alike;
    a_full_copy_is_its_owner_s_alone;
    of_another_person_nothing_is_shown;
    a_purpose_is_said_and_names_nobody;
}

/// An invented person who came twice, in two batches, once with another name.
const CANARY: &str = "1806015508979077";
const NAME: &str = "KENARI BERNYANYI REKAAN";

/// The small office, of which two berkas are of the canary.
fn office() -> Office {
    let office = Office::unpulled();
    office.sql(&format!(
        "create table kenari as select min(berkas_id) as berkas_id from berkas group by kolektif_id order by 1 limit 2;
         update berkas set nik = '{CANARY}', nama = '{NAME}', tempat_lahir = 'KOTA KENARI'
           where berkas_id in (select berkas_id from kenari);
         update langkah_berkas set keterangan = 'catatan kenari' where langkah = 6
           and berkas_id in (select berkas_id from kenari);"
    ));
    office.run(&["pull"]).expect_code(0);
    office
}

/// Traces the person of a NIK.
fn of_person(office: &Office, nik: &str, more: &[&str]) -> Ran {
    let arguments = [&["trace", "--person", "--purpose", "permintaan akses"], more].concat();
    let mut child = office.command(&arguments);
    child.env("TMPDIR", office.path("sementara"));
    fs::create_dir_all(office.path("sementara")).unwrap();
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // While it waits for the NIK, everybody may look at it.
    std::thread::sleep(Duration::from_millis(150));
    for seen in ["cmdline", "environ"] {
        let seen = fs::read(format!("/proc/{}/{seen}", child.id())).unwrap_or_default();
        assert!(nik.len() < 16 || !String::from_utf8_lossy(&seen).contains(nik), "the NIK is seen by everybody");
    }
    let mut stdin = child.stdin.take().unwrap();
    // What is refused at once reads nothing.
    drop(stdin.write_all(format!("{nik}\n").as_bytes()));
    drop(stdin);
    child.wait_with_output().unwrap().into()
}

/// Whether a text names the canary.
fn names(text: &str) -> bool {
    [CANARY, NAME, "KENARI", "kenari"].iter().any(|canary| text.contains(canary))
}

fn what_is_masked_names_nobody() {
    let office = office();
    let berkas = texts(&office, "select min(berkas_id) from kenari").remove(0);
    for format in ["table", "json", "csv"] {
        let ran = office.run(&["trace", "--berkas", &berkas, "--format", format, "-vv"]).expect_code(0);
        let said = ran.out + &ran.err;
        assert!(!names(&said) && !holds_nik(&said), "{format}: {said}");
    }
    for ending in ["pdf", "xlsx", "csv", "json"] {
        let path = office.path(&format!("riwayat.{ending}"));
        office.run(&["trace", "--berkas", &berkas, "--report", path.to_str().unwrap()]).expect_code(0);
        let text = match ending {
            "pdf" => Tool::Pdftotext.output(&["-layout", path.to_str().unwrap(), "-"]),
            _ => String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
        };
        assert!(!names(&text) && !holds_nik(&text), "{ending}: {text}");
        // The initials of the person are there.
        assert!(ending == "xlsx" || text.contains("K*****"), "{ending}: {text}");
    }
}

fn a_person_is_found_by_a_nik_that_is_nowhere() {
    let office = office();
    let before = tree(office.folder());
    let ran = of_person(&office, CANARY, &["--format", "json", "-vv"]).expect_code(0);
    assert!(!ran.err.contains(CANARY) && !names(&ran.out), "{}{}", ran.out, ran.err);
    let trace = ran.json();
    let found: Vec<String> = crate::column(&trace["cases"], "berkas");
    let mut wanted = texts(&office, "select berkas_id from kenari order by 1");
    wanted.sort();
    let mut sorted = found.clone();
    sorted.sort();
    assert_eq!(sorted, wanted);
    // The id is the pseudonym, as the public table has it.
    let sql = format!("SELECT DISTINCT nik_pseudonym FROM events WHERE berkas_id = '{}'", wanted[0]);
    assert_eq!(trace["subject"]["id"], office.json(&["query", &sql], 0)["rows"][0]["nik_pseudonym"]);
    // Nothing was written but who asked, and no file has the NIK that had it not before.
    let after = tree(office.folder());
    let new: Vec<&Path> = after
        .keys()
        .filter(|name| {
            !before.contains_key(*name)
                && !name.starts_with("archive/access")
                && !name.to_string_lossy().contains("_tertib/access")
        })
        .map(AsRef::as_ref)
        .collect();
    assert!(new.is_empty(), "{new:?}");
    // Each of the two is the trace of the berkas, but for what was asked.
    let alone = traced(&office, &found[0]);
    assert_eq!(alone["cases"][0], trace["cases"][0]);
    let copy = office.copy();
    fs::remove_file(copy.path("kunci.key")).unwrap();
    of_person(&copy, CANARY, &[]).expect_code(2);
}

fn a_nik_that_nobody_has_and_one_that_cannot_be_answer_alike() {
    let office = office();
    let answers = ["1806015508979078", "123", "bukan NIK", "9999999999999999", "1806015508979077 1806015508979077"]
        .map(|nik| {
            let ran = of_person(&office, nik, &["-vv"]);
            assert!(!ran.err.contains(nik) && !ran.out.contains(nik), "{}{}", ran.out, ran.err);
            // Of times, runs and the pseudonym nothing is compared.
            let lines = ran.err.lines().filter(|line| line.contains("arsip tidak memuat")).map(str::to_owned);
            (ran.code, ran.out, lines.collect::<Vec<_>>())
        });
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(answers[0].0, 1);
    let documents = ["1806015508979078", "123"].map(|nik| {
        let mut json = of_person(&office, nik, &["--format", "json"]).expect_code(1).json();
        assert_eq!(json["subject"]["id"].as_str().unwrap().len(), 32);
        json["subject"]["id"] = "".into();
        // Who has just asked is told with the time and the pseudonym.
        json["looked"] = serde_json::Value::Null;
        json
    });
    assert_eq!(documents[0], documents[1]);
    assert_eq!(documents[0]["cases"], serde_json::json!([]));
    of_person(&office, "", &[]).expect_refusal(&["no NIK came from standard input"]);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn a_full_copy_is_its_owner_s_alone() {
    let office = office();
    let ran = of_person(&office, CANARY, &["--full"]).expect_code(0);
    assert!(!names(&ran.out) && !names(&ran.err), "{}{}", ran.out, ran.err);
    let path = Path::new(ran.out.trim());
    assert_eq!((mode(path), mode(path.parent().unwrap())), (0o600, 0o700), "{}", path.display());
    assert!(path.ends_with(path.file_name().unwrap()) && ran.out.contains("_dinas.pdf"), "{}", ran.out);
    let json = office.path("rahasia/kenari.json");
    of_person(&office, CANARY, &["--full", "--report", json.to_str().unwrap()]).expect_code(0);
    assert_eq!((mode(&json), mode(json.parent().unwrap())), (0o600, 0o700));
    let text = fs::read_to_string(&json).unwrap();
    assert!(
        text.contains(CANARY) && text.contains(NAME) && text.contains("KOTA KENARI") && text.contains("catatan kenari")
    );
    // A folder that others may enter takes no full copy, and what is full is never shown.
    let open = office.path("terbuka");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
    let place = open.join("kenari.pdf").display().to_string();
    of_person(&office, CANARY, &["--full", "--report", &place]).expect_refusal(&["chmod 700"]);
    assert!(fs::read_dir(&open).unwrap().next().is_none());
    of_person(&office, CANARY, &["--full", "--format", "json"]).expect_code(2);
}

/// A berkas may have been entered under the wrong NIK at first: who asks for that NIK sees that, and nothing of the other person.
fn of_another_person_nothing_is_shown() {
    let office = office();
    let other = "1806014412059099";
    let berkas = texts(&office, "select min(berkas_id) from kenari").remove(0);
    office.sql(&format!("update berkas set nik = '{other}', nama = 'ORANG LAIN REKAAN' where berkas_id = '{berkas}'"));
    office.configure("lookback-days = 14", "lookback-days = 400");
    office.run(&["pull", "--accept-corrections"]).expect_code_in(&[0, 1], "pull");
    let place = office.path("rahasia/kenari.json");
    of_person(&office, CANARY, &["--full", "--report", place.to_str().unwrap()]).expect_code(0);
    let text = fs::read_to_string(&place).unwrap();
    assert!(!text.contains(other) && !text.contains("ORANG LAIN"), "another person is named");
    let trace: serde_json::Value = serde_json::from_str(&text).unwrap();
    let case = trace["cases"].as_array().unwrap().iter().find(|case| case["berkas"] == berkas.as_str()).unwrap();
    assert!(case["person"].is_null(), "{case}");
    assert!(case["events"].as_array().unwrap().iter().all(|event| event["of_another"] == true));
    // Their own data of then are theirs.
    let changes = case["corrections"].as_array().unwrap().iter().flat_map(|of| of["changes"].as_array().unwrap());
    let niks: Vec<_> = changes.filter(|change| change["column"] == "nik").collect();
    assert!(
        !niks.is_empty()
            && niks.iter().all(|of| of["before"] == CANARY && of["after"].is_null() && of["withheld"] == true)
    );
}

fn a_purpose_is_said_and_names_nobody() {
    let office = office();
    let person = |purpose: &[&str]| office.run(&[&["trace", "--person"], purpose].concat());
    person(&[]).expect_code(2);
    let berkas = texts(&office, "select min(berkas_id) from kenari").remove(0);
    office.run(&["trace", "--berkas", &berkas, "--full"]).expect_code(2);
    for bad in ["", "   ", "dua\nbaris", &"x".repeat(201)] {
        person(&["--purpose", bad]).expect_refusal(&["--purpose must be one line of 1 to 200 characters"]);
    }
    let ran = person(&["--purpose", &format!("milik {CANARY}")]).expect_refusal(&["without a NIK"]);
    assert!(!ran.err.contains(CANARY), "{}", ran.err);
    let said = of_person(&office, CANARY, &["--format", "json"]).expect_code(0).json();
    assert_eq!(said["purpose"], "permintaan akses");
    // Who looked before is told: nobody yet.
    assert_eq!(said["looked"], serde_json::json!([]));
    let shown = office.run(&["trace", "--berkas", &berkas]).expect_code(0).out;
    assert!(shown.contains("Yang pernah melihat"), "{shown}");
}
