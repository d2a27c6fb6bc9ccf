//! What the Kepala Dinas enters: values of targets and remarks, as the command line would, and what-ifs, which enter nothing.

use crate::{Shown, within};
use serde_json::Value;
use std::fs;
use std::time::Duration;
use tests::Office;

tests::part! {
    a_value_is_entered_as_by_the_command_line;
    what_the_command_line_refuses_is_refused_in_words;
    a_remark_stands_in_the_review;
    a_remark_of_the_command_line_stands_where_its_finding_does;
    a_portal_that_only_reads_enters_nothing;
    a_what_if_is_the_trial_of_the_command_line;
}

/// The fields of a form that enters a value.
const ENTERED: [(&str, &str); 6] = [
    ("target", "waktu_langkah_04"),
    ("value", "15,5"),
    ("standing", "resmi"),
    ("article", "Pasal 3 ayat (2)"),
    ("source", "naskah rekaan hlm. 4"),
    ("from", "2026-10-01"),
];

/// The same for the command line.
const SET: [&str; 11] = [
    "target",
    "set",
    "waktu_langkah_04",
    "--value",
    "15.5",
    "--article",
    "Pasal 3 ayat (2)",
    "--source",
    "naskah rekaan hlm. 4",
    "--from",
    "2026-10-01",
];

fn decisions(office: &Office) -> Vec<toml::Table> {
    let text = fs::read_to_string(office.path("target.toml")).unwrap_or_default();
    let all: toml::Table = text.parse().unwrap();
    let all = all.get("decision").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    all.into_iter().map(|one| one.try_into().unwrap()).collect()
}

fn a_value_is_entered_as_by_the_command_line() {
    let shown = Shown::served(Office::small());
    let office = &shown.office;
    office.run(&[&SET[..], &["--by", "Rekaan kepala, Jabatan rekaan"]].concat()).expect_code(0);
    let cookie = shown.sign_in("kepala");
    let asking = |fields: &[(&str, &str)]| shown.ask("post", "/target").cookie(Some(&cookie)).form(fields).send();
    let reply = asking(&ENTERED);
    assert!(reply.status == 303 && reply.header("location") == Some("/target?tercatat"), "{}", reply.text());
    let mut both = decisions(office);
    for one in &mut both {
        one.remove("entered").unwrap();
    }
    assert_eq!(both.len(), 2);
    assert_eq!(both[0], both[1], "the page enters what the command line enters");
    // It counts at once, for the pages and the command line.
    let value = |page: &Value| {
        page["targets"].as_array().unwrap().iter().find(|t| t["id"] == "waktu_langkah_04").unwrap()["value"].clone()
    };
    let page = || shown.ask("get", "/target").cookie(Some(&cookie)).json().send().json();
    assert_eq!(value(&page()), "≤\u{A0}15 menit 30 detik");
    assert!(shown.get("/target?tercatat", &cookie).text().contains("Tercatat."));
    assert!(!shown.get("/target?lain", &cookie).text().contains("Tercatat."));
    // Nothing is chosen beforehand.
    assert!(!shown.get("/target", &cookie).text().contains(" selected"));
    assert!(shown.get("/kepatuhan/2026-10", &cookie).text().contains("15 menit 30 detik"));
    // Who may not decide sees it, and no form.
    let other = shown.sign_in("auditor");
    let seen = shown.get("/target", &other).text();
    assert!(seen.contains("naskah rekaan hlm. 4") && !seen.contains("name=\"withdraw\""), "{seen}");
    assert_eq!(shown.ask("post", "/target").cookie(Some(&other)).form(&ENTERED).send().status, 403);
    // Many at once all come in, and one takes the value back.
    std::thread::scope(|scope| {
        (0..8).for_each(|_| drop(scope.spawn(|| assert_eq!(asking(&ENTERED).status, 303))));
    });
    assert_eq!(decisions(office).len(), 10);
    // That is asked once more.
    let withdrawn = [&ENTERED[..], &[("withdraw", "ya")]].concat();
    let asked = asking(&withdrawn);
    assert!(asked.status == 409 && asked.text().contains("ditarik kembali"), "{}", asked.text());
    assert!(asked.text().contains("name=\"source\" value=\"naskah rekaan hlm. 4\""), "{}", asked.text());
    assert_eq!(decisions(office).len(), 10, "it was only asked for");
    assert_eq!(asking(&[&withdrawn[..], &[("pasti", "ya")]].concat()).status, 303);
    assert_eq!(value(&page()), "–");
    assert!(!decisions(office)[10].contains_key("value"));
}

fn what_the_command_line_refuses_is_refused_in_words() {
    let shown = Shown::served(Office::small());
    let office = &shown.office;
    let cookie = shown.sign_in("kepala");
    for (field, value, option) in [
        ("target", "tidak_ada", None),
        ("value", "-3", Some("--value")),
        ("value", "0,0001", Some("--value")),
        ("value", "banyak", Some("--value")),
        ("article", "", Some("--article")),
        ("source", "", Some("--source")),
        ("source", "NIK 1806 0101 0190 9001 hlm", Some("--source")),
        ("article", "Pasal 1806.010101.909001", Some("--article")),
        ("from", "2026-13-01", Some("--from")),
        ("until", "2026-09-01", Some("--until")),
        ("jenis", "tidak_ada", Some("--jenis")),
        ("regulation", "tidak_ada", Some("--regulation")),
        ("standing", "pasti", Some("--standing")),
    ] {
        let mut fields = ENTERED.to_vec();
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let reply = shown.ask("post", "/target").cookie(Some(&cookie)).form(&fields).send();
        let text = reply.text();
        assert!(
            reply.status == 422
                && text.contains("role=\"alert\"")
                && text.contains("<form method=\"post\" action=\"/target\""),
            "{field}={value}: {text}"
        );
        // What was typed is there still.
        let kept = if field == "article" { "naskah rekaan hlm. 4" } else { "Pasal 3 ayat (2)" };
        assert!(text.contains(kept), "{field}={value}: {text}");
        let mut set: Vec<String> = SET.iter().map(|word| (*word).to_owned()).collect();
        let english = value.replace(',', ".");
        match option.and_then(|option| set.iter().position(|word| word == option)) {
            Some(at) => set[at + 1] = english,
            None if field == "target" => set[2] = english,
            None => set.extend([option.unwrap().to_owned(), english]),
        }
        set.extend(["--by".to_owned(), "Rekaan".to_owned()]);
        let words: Vec<&str> = set.iter().map(String::as_str).collect();
        office.run(&words).expect_code(2);
    }
    assert!(!office.path("target.toml").exists(), "something was entered");
}

fn a_remark_stands_in_the_review() {
    let shown = Shown::served(Office::small());
    let office = &shown.office;
    let cookie = shown.sign_in("kepala");
    let review = || shown.ask("get", "/tinjauan/2026-10").cookie(Some(&cookie)).json().send().json();
    let code = review()["quality"][0]["text"]["code"].as_str().unwrap().to_owned();
    let path = format!("/temuan/2026-10/{code}");
    let remark =
        |text: &str| shown.ask("post", &format!("{path}/catatan")).cookie(Some(&cookie)).form(&[("text", text)]).send();
    assert!(review().get("remarks").is_none(), "no remark is said where there is none");
    let before = shown.get("/tinjauan/2026-10.pdf", &cookie).body;
    let reply = remark("Sudah diperiksa bersama Kabid.");
    assert!(reply.status == 303 && reply.header("location") == Some(&*format!("{path}?tercatat")), "{}", reply.text());
    assert_eq!(remark("Tidak perlu tindakan lagi.").status, 303);
    let file = fs::read_to_string(office.path("catatan.toml")).unwrap();
    assert!(file.contains("Rekaan kepala, Jabatan rekaan") && file.matches("[[remark]]").count() == 2, "{file}");
    for role in ["kepala", "auditor", "ti", "pelihat"] {
        let cookie = shown.sign_in(role);
        let page = shown.get("/tinjauan/2026-10", &cookie).text();
        assert!(page.contains("Sudah diperiksa bersama Kabid.") && page.contains("Catatan atas temuan"), "{role}");
        let finding = shown.get(&path, &cookie).text();
        assert!(finding.contains("Tidak perlu tindakan lagi."), "{role}");
        assert_eq!(finding.contains("<textarea"), role == "kepala");
    }
    assert_eq!(review()["remarks"].as_array().unwrap().len(), 2);
    let after = shown.get("/tinjauan/2026-10.pdf", &cookie);
    assert!(after.status == 200 && after.body != before, "the PDF has no remark");
    // What says nothing, too much, or a NIK is not written.
    for text in ["", "   ", "NIK 1806015708979001", &"x".repeat(1_001)] {
        let reply = remark(text);
        assert!(reply.status == 422 && !reply.text().contains("1806015708979001"), "{text}: {}", reply.text());
        assert!(
            reply.text().contains("Catatan belum tercatat.") && reply.text().contains("<textarea"),
            "{}",
            reply.text()
        );
    }
    assert_eq!(fs::read_to_string(office.path("catatan.toml")).unwrap(), file);
    assert!(shown.get(&format!("{path}?tercatat"), &cookie).text().contains("Catatan sudah tercatat"));
    // Who sees cases sees where it is.
    let other = shown.sign_in("auditor");
    let quality = office.run(&["quality", "--month", "2026-10", "--format", "json"]).expect_code_in(&[0, 1], "quality");
    let found: Vec<Value> = serde_json::from_str(&quality.out).unwrap();
    let (case, place) = (found[0]["kode"].as_str().unwrap(), found[0]["tempat"].as_str().unwrap());
    let places = |cookie: &str| {
        let text = shown.get(&format!("/temuan/2026-10/{case}"), cookie).text();
        text.contains("Tempat temuan") && text.contains(place)
    };
    assert!(places(&other) && !places(&shown.sign_in("pelihat")));
    assert_eq!(
        shown.ask("post", &format!("{path}/catatan")).cookie(Some(&other)).form(&[("text", "ya")]).send().status,
        403
    );
    for unknown in ["/temuan/2026-10/Z999", "/temuan/1999-01/Q004"] {
        assert_eq!(shown.get(unknown, &cookie).status, 404, "{unknown}");
    }
}

fn a_portal_that_only_reads_enters_nothing() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("kepala");
    let refused = |path: &str, fields: &[(&str, &str)]| {
        let reply = shown.ask("post", path).cookie(Some(&cookie)).form(fields).send();
        assert!(reply.status == 409 && reply.text().contains("hanya untuk membaca"), "{path}: {}", reply.text());
    };
    refused("/target", &ENTERED);
    refused("/temuan/2026-10/Q004/catatan", &[("text", "ya")]);
    assert!(!shown.get("/target", &cookie).text().contains("name=\"withdraw\""));
    assert!(!shown.get("/temuan/2026-10/Q004", &cookie).text().contains("<textarea"));
    for file in ["target.toml", "catatan.toml"] {
        assert!(!shown.office.path(file).exists(), "{file} was written");
    }
}

/// The months, verdicts and figures of the page are those of `tertib target try`, which enters nothing either.
fn a_what_if_is_the_trial_of_the_command_line() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("pelihat");
    let mut verdicts = 0;
    for (target, value) in
        [("terbit_24_jam", "0.9"), ("kelengkapan_pemeriksaan_pertama", "0.8"), ("waktu_langkah_06", "240")]
    {
        let path = format!("/andai/2026-10/{target}?target={value}");
        let json = shown.ask("get", &path).cookie(Some(&cookie)).json().send().json();
        let rows =
            shown.office.run(&["target", "try", target, "--value", value, "--month", "2026-10", "--format", "json"]);
        let rows = rows.expect_code(0).json();
        let rows = rows.as_array().unwrap();
        let months = json["months"].as_array().unwrap();
        assert_eq!(months.len(), rows.len(), "{json}");
        let page = shown.get(&path, &cookie).text();
        for (month, row) in months.iter().zip(rows) {
            assert_eq!((&month["month"], &month["verdict"]), (&row["month"], &row["verdict"]), "{target}");
            assert_eq!(month["n"].to_string(), row["n"].as_str().map_or_else(|| row["n"].to_string(), str::to_owned));
            assert!(page.contains(month["verdict"].as_str().unwrap()), "{page}");
            verdicts += 1;
        }
        let picture = shown.get(&format!("/andai/2026-10/{target}/percobaan.svg?target={value}"), &cookie);
        assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/svg+xml")));
    }
    assert!(verdicts >= 3, "{verdicts}");
    let form = shown.get("/andai/2026-10/terbit_24_jam", &cookie).text();
    assert!(
        form.contains("<form method=\"get\"") && form.contains("type=\"range\"") && !form.contains("<img"),
        "{form}"
    );
    // It begins with the value in force, and with its months.
    assert!(form.contains("value=\"1\"") && form.contains("Bulan demi bulan"), "{form}");
    for (query, status) in [
        ("terbit_24_jam?target=2", 422),
        ("terbit_24_jam?target=x", 422),
        ("terbit_24_jam?target=1&jenis=x", 422),
        ("terbit_24_jam?jenis=x", 422),
        ("lain?target=1", 404),
    ] {
        assert_eq!(shown.get(&format!("/andai/2026-10/{query}"), &cookie).status, status, "{query}");
    }
    let wrong = shown.get("/andai/2026-10/terbit_24_jam?target=0.9&jenis=x", &cookie).text();
    assert!(wrong.contains("Jenis permohonan ini tidak ada.") && wrong.contains("value=\"0.9\""), "{wrong}");
    within(Duration::from_secs(1), "nothing is entered", || (!shown.office.path("target.toml").exists()).then_some(()));
}

/// A remark that the command line enters stands on the pages, in `tertib quality` and, of what the doctor finds, on the page of the
/// system; what the page refuses is refused.
fn a_remark_of_the_command_line_stands_where_its_finding_does() {
    let shown = Shown::served(Office::small());
    let office = &shown.office;
    let quality = office.run(&["quality", "--month", "2026-10", "--format", "json"]).expect_code_in(&[0, 1], "quality");
    let found: Vec<Value> = serde_json::from_str(&quality.out).unwrap();
    let code = found[0]["kode"].as_str().unwrap().to_owned();
    assert!(found.iter().all(|one| one["catatan"] == ""), "{found:?}");
    let add = |code: &str, text: &str| {
        let by = ["--by", "Sri Rekaan, Kepala Dinas", "--month", "2026-10"];
        office.run(&[&["remark", "add", code, "--text", text], &by[..]].concat())
    };
    let ran = add(&code, "Sudah diperiksa;\nbukan kesalahan.").expect_code(0);
    assert!(ran.err.contains("catatan.toml"), "{}", ran.err);
    add("Z999", "Ya.").expect_refusal(&["no finding of that code"]);
    add(&code, " ").expect_refusal(&["needs a text"]);
    add(&code, "NIK 1806010101909001").expect_refusal(&["names no person"]);
    let text = "Sudah diperiksa; bukan kesalahan. (Sri Rekaan, Kepala Dinas, ";
    let quality = office.run(&["quality", "--month", "2026-10", "--format", "json"]).expect_code_in(&[0, 1], "quality");
    let found: Vec<Value> = serde_json::from_str(&quality.out).unwrap();
    for one in &found {
        assert_eq!(one["catatan"].as_str().unwrap().starts_with(text), one["kode"] == code, "{one}");
    }
    let listed = office.run(&["remark", "list", "--format", "json"]).json();
    assert_eq!((listed.as_array().unwrap().len(), listed[0]["finding"].as_str()), (1, Some(code.as_str())));
    let none = office.run(&["remark", "list", "--month", "2026-09", "--format", "json"]).json();
    assert_eq!(none, serde_json::json!([]));
    let cookie = shown.sign_in("ti");
    let page = format!("/temuan/2026-10/{code}");
    within(Duration::from_secs(5), "the page has it", || {
        shown.get(&page, &cookie).text().contains("bukan kesalahan.").then_some(())
    });
    // What the doctor finds is of no month; the last remark on its code stands there.
    let system = || shown.ask("get", "/sistem").cookie(Some(&cookie)).json().send().json();
    let checks = system()["found"]["checks"].as_array().unwrap().clone();
    let code = checks.iter().find_map(|check| check["findings"][0]["code"].as_str()).unwrap().to_owned();
    add(&code, "Menunggu naskahnya.").expect_code(0);
    add(&code, "Naskahnya sudah diminta.").expect_code(0);
    within(Duration::from_secs(5), "the system's page has it", || {
        (system()["remarks"][&code]["text"] == "Naskahnya sudah diminta.").then_some(())
    });
    let page = shown.get("/sistem", &cookie).text();
    assert!(page.contains("Naskahnya sudah diminta.") && !page.contains("Menunggu naskahnya."), "{page}");
}
