//! Every number of the review leads to where it comes from, and to the cases behind it for who may see them.

use crate::{Shown, office};
use serde_json::Value;
use std::collections::BTreeSet;
use tests::Office;

tests::part! {
    every_number_leads_to_itself;
    cases_are_for_who_may_see_them_and_name_nobody;
    rows_that_are_held_back_are_named_by_their_event;
    what_is_no_number_is_refused_in_words;
}

/// The links of a page to the pages that explain its numbers, each with its text.
fn links(page: &str) -> Vec<(String, String)> {
    let page = page.replace("&#x2f;", "/").replace("&amp;", "&");
    let links = page.split("<a href=\"/angka/").skip(1);
    links
        .map(|rest| {
            let (path, rest) = rest.split_once("\">").unwrap();
            (format!("/angka/{path}"), rest.split_once("</a>").unwrap().0.to_owned())
        })
        .collect()
}

/// The integers of a text in which thousands have points; a decimal number is none.
fn integers(text: &str) -> Vec<u64> {
    let numbers = text.split(|c: char| !c.is_ascii_digit() && !".,".contains(c));
    numbers.filter_map(|number| number.replace('.', "").parse().ok()).collect()
}

/// What the page of a number says it is: its count, its part, and each of its ranks in seconds.
fn counts(origin: &Value) -> BTreeSet<u64> {
    let names = ["n", "part", "min", "p50", "p90", "p95", "max", "amount"];
    names.into_iter().filter_map(|name| origin[name].as_u64()).collect()
}

/// Each link of the review leads to a page whose number is the one that it stands on: a count as it is, a share computed from part and
/// whole, a time as one of its ranks.
fn every_number_leads_to_itself() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("pelihat");
    let page = shown.get("/tinjauan/2026-10", &cookie).text();
    let all = links(&page);
    assert!(all.len() > 150, "{} links", all.len());
    let seen = leads_to_itself(&shown, &cookie, &page);
    assert!(seen[0] > 80 && seen[1] >= 5 && seen[2] > 10, "{seen:?}");
    // Each is a page, too, with its definition and the statement.
    let (path, _) = all.iter().find(|(path, _)| path.ends_with("/issuance/wall")).unwrap();
    let page = shown.get(path, &cookie).text();
    assert!(page.contains("issuance.sql, printed") && !page.contains("$month"), "{page}");
    assert!(page.contains("duckdb.sql") && !page.contains("satu per satu"), "{page}");
    let script = shown.get(&path.replace("/wall", "/wall/duckdb.sql"), &cookie);
    assert!(script.status == 200 && script.text().contains("read_parquet"), "{script:?}");
}

/// How many counts, shares and other numbers of a page lead to themselves.
pub(crate) fn leads_to_itself(shown: &Shown, cookie: &str, page: &str) -> [usize; 3] {
    let mut seen = [0; 3];
    // What no figure has is held against its page.
    for (path, text) in links(page).iter().filter(|(path, _)| !path.contains("/lain/")) {
        let reply = shown.ask("get", path).cookie(Some(cookie)).json().send();
        assert_eq!(reply.status, 200, "{path} ({text}): {}", reply.text());
        let origin = reply.json();
        let counts = counts(&origin);
        let plain = |c: char| c.is_ascii_digit() || c == '.' || c == '−';
        if text.chars().all(plain) {
            let is_there = integers(text).into_iter().all(|n| counts.contains(&n));
            assert!(is_there, "{text} leads to {path}, which says {counts:?}");
            seen[0] += 1;
        } else if let (Some(part), true) = (origin["part"].as_u64(), text.ends_with("\u{A0}%")) {
            let whole = origin["n"].as_u64().unwrap();
            let percent = format!("{:.1}", 100.0 * count(part) / count(whole)).replace('.', ",");
            // A share beside its target has as many digits as its verdict needs.
            assert!(text.starts_with(percent.split(',').next().unwrap()), "{text} leads to {path}: {percent}");
            seen[1] += 1;
        } else {
            seen[2] += 1;
        }
    }
    seen
}

#[expect(clippy::cast_precision_loss, reason = "counts of a small office")]
fn count(n: u64) -> f64 {
    n as f64
}

/// The auditor sees the cases, in every form as many as the number says; nobody else does, and a NIK that somebody wrote into an id is
/// not shown.
fn cases_are_for_who_may_see_them_and_name_nobody() {
    let of = Office::unpulled();
    of.sql("pragma foreign_keys = off; update langkah_berkas set berkas_id = 'B1806010101909001' where berkas_id = (select min(berkas_id) from langkah_berkas)");
    of.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let shown = Shown::by(office(of), &["portal"]);
    let cookie = shown.sign_in("auditor");
    let mut rows = 0;
    for item in [
        "flow/received",
        "issuance/wall",
        "batches/received",
        "completeness/returned",
        "ukuran/complete_at_first_check",
    ] {
        let path = format!("/angka/2026-10/{item}");
        let asking = |path: &str| shown.ask("get", path).cookie(Some(&cookie));
        let origin = asking(&path).json().send().json();
        let n = origin["n"].as_u64().unwrap();
        let page = asking(&format!("{path}/baris")).send().text();
        let on_page = page.split("<tbody>").nth(1).map_or(0, |table| table.matches("<tr>").count());
        let json = asking(&format!("{path}/baris.json")).send();
        let csv = asking(&format!("{path}/baris.csv")).send();
        let xlsx = asking(&format!("{path}/baris.xlsx")).send();
        let cases = json.json()["cases"].as_array().unwrap().clone();
        assert!(
            n > 0
                && [on_page, cases.len(), csv.text().trim_end().lines().count() - 1]
                    .iter()
                    .all(|rows| *rows as u64 == n),
            "{item}: {n}, {on_page}, {}",
            cases.len()
        );
        assert_eq!(asking(&format!("{path}/baris")).json().send().body, json.body, "{item}");
        assert!(xlsx.status == 200 && xlsx.body.starts_with(b"PK"), "{item}");
        for text in [page, json.text(), csv.text()] {
            assert!(!text.contains("1806010101909001"), "{item} shows a NIK");
        }
        rows += n;
    }
    assert!(rows > 50, "{rows} rows");
    // What the program finds without a statement names its cases too, as many as it says.
    let review = shown.ask("get", "/tinjauan/2026-10").cookie(Some(&cookie)).json().send().json();
    let found = review["quality"].as_array().unwrap().iter().map(|of| (of["text"]["code"].as_str().unwrap(), &of["n"]));
    let returns = [("lain/tanpa_syarat".to_owned(), &review["needless_returns"])];
    let all = found.map(|(code, n)| (format!("lain/mutu?nama={code}"), n)).chain(returns);
    for (item, n) in all.filter(|(_, n)| n.as_u64() > Some(0)) {
        let path = format!("/angka/2026-10/{item}");
        assert!(shown.get(&path, &cookie).text().contains("satu per satu"), "{item}");
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        let cases =
            shown.get(&format!("{path}/baris.json?{query}"), &cookie).json()["cases"].as_array().unwrap().clone();
        let counted: u64 = cases.iter().map(|case| case["value"].as_u64().unwrap_or(1)).sum();
        assert_eq!(Some(counted), n.as_u64(), "{item}");
        assert!(cases.iter().all(|case| !case["berkas"].as_str().unwrap().contains("1806010101909001")), "{item}");
    }
    for role in ["kepala", "ti", "pelihat"] {
        let cookie = shown.sign_in(role);
        assert_eq!(shown.get("/angka/2026-10/flow/received/baris", &cookie).status, 403, "{role}");
        assert!(!shown.get("/angka/2026-10/flow/received", &cookie).text().contains("satu per satu"), "{role}");
    }
    assert!(shown.get("/angka/2026-10/flow/received", &cookie).text().contains("satu per satu"));
}

/// Who may see cases finds each row that is held back at its source: by its event, why, in which column, and since when.
fn rows_that_are_held_back_are_named_by_their_event() {
    let held = crate::copies::holding();
    let event = held.number("select event_id from langkah_berkas where hasil = 'entah'").to_string();
    let shown = Shown::served(held);
    let path = "/angka/2026-10/lain/tertahan";
    let cookie = shown.sign_in("auditor");
    assert!(shown.get(path, &cookie).text().contains("satu per satu"));
    let n = shown.ask("get", path).cookie(Some(&cookie)).json().send().json()["n"].as_u64().unwrap();
    let cases = shown.get(&format!("{path}/baris.json"), &cookie).json()["cases"].as_array().unwrap().clone();
    assert_eq!(cases.len() as u64, n);
    let named = cases.iter().find(|case| case["event"] == event.as_str()).unwrap_or_else(|| panic!("{cases:?}"));
    assert_eq!(named["step"], 4);
    for words in ["Kolom: hasil.", "Tertahan sejak "] {
        assert!(named["words"].as_str().unwrap().contains(words), "{named}");
    }
    let jobs = shown.ask("get", "/pekerjaan").cookie(Some(&cookie));
    assert!(jobs.send().text().contains("dirinci pada <a href=\"/tinjauan#mutu\">"));
    let kepala = shown.sign_in("kepala");
    assert_eq!(shown.get(&format!("{path}/baris"), &kepala).status, 403);
}

/// What is no number, no month or no form is not there, and the page says what to do.
fn what_is_no_number_is_refused_in_words() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("auditor");
    for path in [
        "/angka/2026-10/flow/lain",
        "/angka/2026-10/flow/received,printed,lain",
        "/angka/2026-10/lain/mutu?nama=Z999",
        "/angka/2026-10/ukuran/open,conforming",
        "/angka/2026-10/flow/received?langkah=satu",
        "/angka/2026-10/flow/received?apa=1",
        "/angka/2026-10/..%2Fflow/received",
        "/angka/1999-01/flow/received",
        "/angka/2026-10/lain/tertahan/duckdb.sql",
        "/angka/2026-10/flow/received/baris.pdf",
        "/angka/2026-10/flow/received/isi.csv",
    ] {
        let reply = shown.get(path, &cookie);
        assert!(reply.status == 404 && reply.text().contains("<h1>"), "{path}: {reply:?}");
        assert_eq!(shown.ask("get", path).cookie(Some(&cookie)).json().send().status, 404, "{path}");
    }
    assert_eq!(shown.get("/angka/2026-10/lain/tertahan", &cookie).status, 200);
}
