//! Traces on the page: of cases and batches for who may ask, of a person for whoever has a purpose and a letter and types the password again.

use crate::client::Reply;
use crate::copies::open;
use crate::questions::{accesses, address, over};
use crate::{Shown, password, typed, user};
use serde_json::Value;
use std::fs;
use tempfile::TempDir;
use tests::Office;

tests::part! {
    a_trace_is_noted_and_nobody_elses;
    what_is_missing_for_a_person_is_said_and_nothing_is_sought;
    a_person_is_traced_for_a_purpose_by_a_letter_and_a_password;
    nobody_learns_which_nik_somebody_has;
    a_person_who_cannot_be_noted_is_not_traced;
    a_copy_is_left_as_it_is_and_traces_nobody;
    who_looks_is_noted_though_the_configuration_is_broken;
}

/// The same sections as on the command line, under an address that says nothing; the file is the one of `--report`.
fn a_trace_is_noted_and_nobody_elses() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("auditor");
    let of = |sql: &str| tests::sqlite_texts(&shown.office.path("kantor.sqlite"), sql)[0].clone();
    let (berkas, batch) =
        (of("select min(berkas_id) from berkas"), of("select min(kolektif_id) from berkas where kolektif_id <> ''"));
    for (field, id, word) in [("berkas", &berkas, "berkas"), ("kolektif", &batch, "kolektif")] {
        let fields = [(field, id.as_str()), ("purpose", "Pengaduan 12")];
        let reply = shown.ask("post", "/telusur").cookie(Some(&cookie)).form(&fields).send();
        let path = address(&reply);
        assert!(!path.contains(id.as_str()), "{path}");
        let said = shown.ask("get", &path).cookie(Some(&cookie)).json().send().json();
        assert_eq!((&said["about"], &said["purpose"]), (&format!("{word} {id}").into(), &"Pengaduan 12".into()));
        let noted = accesses(&shown.office).into_iter().find(|entry| entry["index"] == said["entry"]).unwrap();
        assert_eq!(
            (&noted["act"], &noted["what"], &noted["by"]),
            (&"trace".into(), &said["about"], &"portal: auditor".into())
        );
        assert_eq!(noted["rows"], said["rows"]);
        // As the command line says it, whose table is the same.
        let option = if field == "berkas" { "--berkas" } else { "--batch" };
        let told = shown.office.run(&["trace", option, id, "--format", "json"]).expect_code(0).out;
        let told: Value = serde_json::from_str(&told).unwrap();
        let events: usize =
            told["cases"].as_array().unwrap().iter().map(|case| case["events"].as_array().unwrap().len()).sum();
        assert_eq!(said["events"].as_array().unwrap().len(), events, "{told}");
        for (ending, begins) in [("pdf", &b"%PDF-"[..]), ("xlsx", b"PK"), ("csv", b"\xEF\xBB\xBF"), ("json", b"{")] {
            let file = shown.get(&format!("{path}.{ending}"), &cookie);
            assert!(file.status == 200 && file.body.starts_with(begins), "{ending}: {}", file.status);
        }
        assert_eq!(shown.get(&format!("{path}.exe"), &cookie).status, 406);
        let page = shown.get(&path, &cookie).text().replace("&#x2f;", "/");
        assert!(page.contains("Peristiwa") && page.contains("/bukti?peristiwa="), "{page}");
        assert!(shown.get(&path, &shown.sign_in("kepala")).status == 403);
    }
    for (fields, words) in [
        (vec![("berkas", "TIDAK-ADA")], "tidak memuat nomor itu"),
        (vec![("berkas", "1806015708979001")], "sepanjang NIK"),
        (vec![("berkas", berkas.as_str()), ("kolektif", batch.as_str())], "salah satu"),
    ] {
        let reply = shown.ask("post", "/telusur").cookie(Some(&cookie)).form(&fields).send();
        assert!(reply.status == 422 && reply.text().contains(words), "{}", reply.text());
    }
    assert_eq!(shown.get("/telusur/0123", &cookie).status, 404);
    // The rows behind a number lead here, and to their proofs.
    let rows = |path: &str| shown.get(path, &cookie).text().replace("&#x2f;", "/");
    let behind = rows("/angka/2026-10/issuance/wall/baris");
    assert!(behind.contains("<a href=\"/telusur?berkas=B2026"), "{behind}");
    let events = rows("/angka/2026-10/time_per_step/handling_working/baris?langkah=6");
    assert!(events.contains("<a href=\"/bukti?peristiwa="), "{events}");
}

/// What is sent for a person.
fn person<'a>(nik: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [("nik", nik), ("purpose", "Permohonan salinan data"), ("surat", "470/12/2026")];
    let is_given = |(name, _): &(&str, &str)| more.iter().all(|(other, _)| other != name);
    usual.into_iter().filter(is_given).chain(more.iter().copied()).collect()
}

fn asked(shown: &Shown, cookie: &str, fields: &[(&str, &str)]) -> Reply {
    shown.ask("post", "/telusur-orang").cookie(Some(cookie)).form(fields).send()
}

/// A NIK of the office that has a case.
fn somebody(office: &Office) -> String {
    tests::sqlite_texts(&office.path("kantor.sqlite"), "select min(nik) from berkas")[0].clone()
}

fn what_is_missing_for_a_person_is_said_and_nothing_is_sought() {
    let shown = Shown::alone_of(Office::small().copy());
    let nik = somebody(&shown.office);
    let before = accesses(&shown.office).len();
    let (secret, cookie) = (password("kepala"), shown.sign_in("kepala"));
    let form = shown.get("/telusur-orang", &cookie).text();
    assert!(form.contains("name=\"sandi\""), "{form}");
    let long = "x".repeat(121);
    let sandi = ("sandi", secret.as_str());
    for (number, more, words) in [
        (nik.as_str(), &[][..], "Kata sandi tidak benar"),
        (&nik, &[("sandi", "bukan kata sandi itu")], "Kata sandi tidak benar"),
        (&nik, &[sandi, ("surat", " ")], "Nomor surat tidak dapat dicatat"),
        (&nik, &[sandi, ("surat", &nik)], "Nomor surat tidak dapat dicatat"),
        (&nik, &[sandi, ("purpose", "")], "Tujuan tidak dapat dicatat"),
        (&nik, &[sandi, ("purpose", &long)], "Tujuan tidak dapat dicatat"),
        (&nik, &[sandi, ("purpose", &nik)], "Tujuan tidak dapat dicatat"),
        ("18060157", &[sandi], "terdiri atas 16 angka"),
        ("180601570897900X", &[sandi], "terdiri atas 16 angka"),
    ] {
        let reply = asked(&shown, &cookie, &person(number, more));
        let text = reply.text();
        assert!(reply.status == 422 && text.contains(words), "{words}: {text}");
        assert!(!text.contains(number) && !text.contains(&nik) && !text.contains(&secret), "{text}");
    }
    assert_eq!(accesses(&shown.office).len(), before, "what was not looked for is not noted");
}

fn a_person_is_traced_for_a_purpose_by_a_letter_and_a_password() {
    let shown = Shown::alone_of(Office::small().copy());
    let nik = somebody(&shown.office);
    let before = accesses(&shown.office).len();
    let secret = password("kepala");
    let cookie = shown.sign_in("kepala");
    let path = address(&asked(&shown, &cookie, &person(&nik, &[("sandi", &secret)])));
    let noted = accesses(&shown.office);
    let [first, done] = &noted[before..] else { panic!("{noted:?}") };
    let pseudonym = done["what"].as_str().unwrap().strip_prefix("orang ").unwrap().to_owned();
    for entry in [first, done] {
        assert_eq!((&entry["by"], &entry["role"]), (&"portal: kepala".into(), &"kepala".into()));
        assert_eq!((&entry["discloses"], &entry["what"]), (&true.into(), &format!("orang {pseudonym}").into()));
        assert_eq!(entry["purpose"], "Permohonan salinan data; surat nomor 470/12/2026");
    }
    assert_eq!((&first["act"], &first["rows"], &done["act"]), (&"trace".into(), &0.into(), &"traced".into()));
    let said = shown.ask("get", &path).cookie(Some(&cookie)).json().send().json();
    assert_eq!((&said["entry"], &said["rows"]), (&done["index"], &done["rows"]));

    // The same cases as on the command line, and the name of nobody.
    let out = typed(&shown.office, &["trace", "--person", "--purpose", "x", "--format", "json"], &nik).expect_code(0);
    let told: Value = serde_json::from_str(&out.out).unwrap();
    assert_eq!(told["subject"]["id"], pseudonym.as_str());
    let page = shown.get(&path, &cookie).text();
    for case in told["cases"].as_array().unwrap() {
        assert!(page.contains(case["berkas"].as_str().unwrap()), "{case}");
    }
    // Who may not ask for proofs is not led to them.
    assert!(!page.contains("/bukti?peristiwa="), "{page}");
    for ending in ["pdf", "xlsx", "csv", "json"] {
        let before = accesses(&shown.office).len();
        let file = shown.get(&format!("{path}.{ending}"), &cookie);
        assert_eq!(file.status, 200, "{ending}");
        let noted = accesses(&shown.office);
        let [first, done] = &noted[before..] else { panic!("{noted:?}") };
        assert_eq!((&first["answer"], &first["discloses"]), (&"".into(), &true.into()));
        assert_eq!((&done["answer"], &done["discloses"]), (&tests::sha256(&file.body).into(), &true.into()));
        assert!(!tests::holds_nik(&file.text()), "{ending}");
    }
    // Within a quarter of an hour the password is not asked for once more, in this session.
    assert!(!shown.get("/telusur-orang", &cookie).text().contains("name=\"sandi\""));
    address(&asked(&shown, &cookie, &person(&nik, &[])));
    let other = shown.sign_in("kepala");
    assert_eq!(shown.get(&path, &other).status, 404);
    assert_eq!(asked(&shown, &other, &person(&nik, &[])).status, 422);
    // Who may trace cases sees no person's trace by that address, nor by another one.
    let auditor = shown.sign_in("auditor");
    let path_of_case = path.replace("/telusur-orang/", "/telusur/");
    assert!(shown.get(&path, &auditor).status == 404 && shown.get(&path_of_case, &auditor).status == 404);
    assert_eq!(shown.get(&path_of_case, &cookie).status, 403);
    for role in ["ti", "pelihat"] {
        let cookie = shown.sign_in(role);
        assert!(
            shown.get("/telusur-orang", &cookie).status == 403
                && asked(&shown, &cookie, &person(&nik, &[])).status == 403
        );
    }
    let everywhere = [shown.log(), page, said.to_string(), serde_json::to_string(&accesses(&shown.office)).unwrap()];
    assert!(everywhere.iter().all(|text| !text.contains(&nik) && !text.contains(&secret)));
    assert!(tests::tree(&shown.office.path("archive/access")).iter().all(|(_, bytes)| !holds(bytes, nik.as_bytes())));
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

/// A NIK that nobody has and one that cannot be are answered alike, both are noted, and who tries many must wait.
fn nobody_learns_which_nik_somebody_has() {
    let shown = Shown::alone_of(Office::small().copy());
    user(
        &shown.office,
        &["add", "periksa", "--name", "Rekaan", "--post", "Pemeriksa", "--role", "auditor"],
        &password("periksa"),
    );
    let cookie = shown.sign_in("auditor");
    let secret = password("auditor");
    let before = accesses(&shown.office).len();
    let bodies = ["1806015708979999", "0000000000000000", "9999999999999999"].map(|nik| {
        let reply = asked(&shown, &cookie, &person(nik, &[("sandi", &secret)]));
        assert!(
            reply.status == 422 && reply.text().contains("tidak memuat apa pun tentang orang itu"),
            "{}",
            reply.text()
        );
        reply.text()
    });
    assert!(bodies[0] == bodies[1] && bodies[1] == bodies[2], "{bodies:?}");
    let noted = accesses(&shown.office);
    assert_eq!(noted.len(), before + 3);
    assert!(noted[before..].iter().all(|entry| entry["act"] == "trace" && entry["discloses"] == true));
    for _ in 0..2 {
        assert_eq!(asked(&shown, &cookie, &person("1806015708979998", &[])).status, 422);
    }
    let refused = asked(&shown, &cookie, &person("1806015708979998", &[]));
    assert!(refused.status == 429 && refused.header("retry-after").is_some(), "{refused:?}");
    assert_eq!(accesses(&shown.office).len(), before + 5);
    // Another person is not held up by that.
    let cookie = shown.sign_in("periksa");
    address(&asked(&shown, &cookie, &person(&somebody(&shown.office), &[("sandi", &password("periksa"))])));
}

fn a_person_who_cannot_be_noted_is_not_traced() {
    let shown = Shown::alone_of(Office::small().copy());
    let (nik, secret) = (somebody(&shown.office), password("auditor"));
    let cookie = shown.sign_in("auditor");
    let path = address(&asked(&shown, &cookie, &person(&nik, &[("sandi", &secret)])));
    let (access, aside) = (shown.office.path("archive/access"), shown.office.path("aside"));
    fs::rename(&access, &aside).unwrap();
    fs::write(&access, "").unwrap();
    let refused = asked(&shown, &cookie, &person(&nik, &[]));
    assert!(
        refused.status == 503 && refused.text().contains("catatan akses tidak dapat ditulis"),
        "{}",
        refused.text()
    );
    assert_eq!(shown.get(&format!("{path}.pdf"), &cookie).status, 503);
    fs::remove_file(&access).unwrap();
    fs::rename(&aside, &access).unwrap();
    assert_eq!(shown.get(&format!("{path}.pdf"), &cookie).status, 200);
}

/// A copy has neither the office's key nor its log: what is asked is answered, and nothing of it stays.
fn a_copy_is_left_as_it_is_and_traces_nobody() {
    let office = Office::small();
    let nik = somebody(&office);
    let berkas = tests::sqlite_texts(&office.path("kantor.sqlite"), "select min(berkas_id) from berkas")[0].clone();
    let laptop = TempDir::new().unwrap();
    let (archive, scratch) = (laptop.path().join("salinan"), laptop.path().join("sementara"));
    fs::create_dir(&scratch).unwrap();
    // Somebody has looked, so that the copy has the log of those who did.
    office.run(&["trace", "--berkas", &berkas]).expect_code(0);
    fs::rename(office.path("archive"), &archive).unwrap();
    let before = tests::tree(&archive);
    assert!(archive.join("access").is_dir());
    let (shown, cookie) = open(office, &archive, &scratch);
    let form = shown.get("/telusur-orang", &cookie);
    let (status, text) = (form.status, form.text());
    assert!(status == 200 && text.contains("tidak disertai kunci kantor") && !text.contains("name=\"nik\""), "{text}");
    let refused = asked(&shown, &cookie, &person(&nik, &[("sandi", &password("auditor"))]));
    assert!(refused.status == 409 && refused.text().contains("kunci kantor"), "{}", refused.text());
    let traced = shown.ask("post", "/telusur").cookie(Some(&cookie)).form(&[("berkas", &berkas)]).send();
    let said = shown.ask("get", &address(&traced)).cookie(Some(&cookie)).json().send().json();
    assert!(said["entry"].is_null() && said["events"].as_array().is_some_and(|events| !events.is_empty()), "{said}");
    let question = [("sql", "SELECT COUNT(*) AS banyak FROM events")];
    let path = address(&shown.ask("post", "/kueri").cookie(Some(&cookie)).form(&question).send());
    let said = over(&shown, &cookie, &path);
    assert!(said["answer"]["entry"].is_null() && said["standing"] == "answered", "{said}");
    assert!(tests::tree(&archive) == before, "the copy was changed");
}

/// While what was kept of the office's files is read, it is the office's archive all the same.
fn who_looks_is_noted_though_the_configuration_is_broken() {
    let mut shown = Shown::served(Office::small().copy());
    let config = shown.office.path("tertib.toml");
    let whole = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("{whole}\nini bukan pengaturan")).unwrap();
    shown.killed_and_started("serve");
    let cookie = shown.sign_in("auditor");
    let berkas = &tests::sqlite_texts(&shown.office.path("kantor.sqlite"), "select min(berkas_id) from berkas")[0];
    let traced = shown.ask("post", "/telusur").cookie(Some(&cookie)).form(&[("berkas", berkas)]).send();
    let traced = shown.ask("get", &address(&traced)).cookie(Some(&cookie)).json().send().json();
    let question = [("sql", "SELECT COUNT(*) AS banyak FROM events")];
    let path = address(&shown.ask("post", "/kueri").cookie(Some(&cookie)).form(&question).send());
    let answered = over(&shown, &cookie, &path);
    fs::write(&config, whole).unwrap();
    let noted = accesses(&shown.office);
    for (entry, act) in [(&traced["entry"], "trace"), (&answered["answer"]["entry"], "query")] {
        assert!(noted.iter().any(|one| one["index"] == *entry && one["act"] == act), "{act} {entry}: {noted:?}");
    }
}
