//! The review of one kecamatan, of one kind of application, or of both: its parts add up to the whole, it says what the command line
//! says, and its numbers lead to where they come from.

use crate::numbers::leads_to_itself;
use crate::visits::seven_months;
use crate::{Reply, Shown};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tests::Office;

tests::part! {
    the_parts_add_up_to_the_whole;
    a_part_says_what_metrics_say;
    every_number_of_a_part_leads_to_itself;
    a_part_is_asked_for_by_a_form_and_kept_apart;
    what_is_no_part_is_refused_in_words;
    a_target_of_a_kind_is_judged_where_it_binds;
}

/// A query of these fields.
fn query(fields: &[(&str, &str)]) -> String {
    let escaped = |value: &str| value.replace(' ', "+").replace('\'', "%27");
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    format!("?{}", fields.join("&"))
}

const PAGE: &str = "/tinjauan/2026-10";

/// What a review says of one of its parts as JSON.
fn json(shown: &Shown, cookie: &str, query: &str) -> Value {
    let reply = shown.ask("get", &format!("{PAGE}{query}")).cookie(Some(cookie)).json().send();
    assert_eq!(reply.status, 200, "{query}: {}", reply.text());
    reply.json()
}

/// The choices of a field of the form, as the page offers them.
fn choices(page: &str, field: &str) -> Vec<String> {
    let select = page.split(&format!("<select name=\"{field}\">")).nth(1).unwrap().split("</select>").next().unwrap();
    let values = select.split("<option value=\"").skip(2).filter_map(|rest| rest.split('"').next());
    values.map(|value| value.replace("&#x2f;", "/").replace("&#x27;", "'")).collect()
}

/// Every count of the figures of cases by its path; what is no sum over cases, as a rank, is not among them.
fn counts(value: &Value, path: &str, found: &mut BTreeMap<String, u64>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                if !["sum", "min", "p50", "p90", "p95", "max", "oldest_working_days", "month"].contains(&name.as_str())
                {
                    counts(inner, &format!("{path}/{name}"), found);
                }
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                let name = inner["month"].as_str().map_or_else(|| at.to_string(), str::to_owned);
                counts(inner, &format!("{path}/{name}"), found);
            }
        }
        value => {
            if let Some(n) = value.as_u64() {
                *found.entry(path.to_owned()).or_insert(0) += n;
            }
        }
    }
}

/// The additive counts of a narrowed review, or of the same parts of the whole one.
fn additive(review: &Value) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    let sheet = review.get("sheet");
    let month = sheet.map_or(review, |sheet| &sheet["figures"]);
    let figures = sheet.map_or(&review["figures"], |sheet| &sheet["figures"]["figures"]);
    for name in [
        "time_per_step",
        "completeness",
        "issuance",
        "turnaround",
        "duplicates",
        "conformance",
        "movement",
        "backlog",
        "uncollected",
    ] {
        counts(&figures[name], name, &mut found);
    }
    for name in ["deadlines", "trend", "left_out"] {
        counts(&month[name], name, &mut found);
    }
    counts(&review["open_before"], "open_before", &mut found);
    counts(&review["backlog_age"]["steps"], "backlog_age", &mut found);
    // What is nothing in the whole may be missing in a part.
    found.retain(|_, n| *n > 0);
    found
}

fn the_parts_add_up_to_the_whole() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("pelihat");
    let page = shown.get(PAGE, &cookie).text();
    let whole = additive(&json(&shown, &cookie, ""));
    assert!(whole.len() > 50, "{whole:?}");
    for (field, least) in [("kecamatan", 20), ("jenis", 4)] {
        let names = choices(&page, field);
        assert!(names.len() >= least, "{names:?}");
        let (mut sum, mut with_cases) = (BTreeMap::new(), 0);
        for name in &names {
            let part = additive(&json(&shown, &cookie, &query(&[(field, name)])));
            with_cases += u64::from(!part.is_empty());
            part.into_iter().for_each(|(path, n)| *sum.entry(path).or_insert(0) += n);
        }
        assert!(with_cases > 1, "only {with_cases} of {names:?} have cases");
        assert_eq!(sum, whole, "{field}");
    }
}

fn a_part_says_what_metrics_say() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("kepala");
    let mut compared = 0;
    for field in ["kecamatan", "jenis"] {
        let said = shown
            .office
            .run(&["metrics", "--month", "2026-10", "--by", field, "--format", "json"])
            .expect_code_in(&[0, 1], "metrics");
        let rows: Vec<Value> = serde_json::from_str(&said.out).unwrap();
        let cells: BTreeSet<&str> = rows.iter().map(|row| row["cell"].as_str().unwrap()).collect();
        assert!(cells.len() > 1, "{cells:?}");
        for cell in cells {
            let figures = json(&shown, &cookie, &query(&[(field, cell)]))["figures"].clone();
            for row in rows.iter().filter(|row| row["cell"] == cell) {
                let (step, item) = (row["step"].to_string(), row["item"].as_str().unwrap());
                let there = match (row["figure"].as_str().unwrap(), item) {
                    ("time_per_step", "events") => Some(figures["time_per_step"][&step]["events"].clone()),
                    ("time_per_step", "handling_working" | "handling_wall" | "waiting_working") => {
                        compared += spreads(&figures["time_per_step"][&step][item], row);
                        None
                    }
                    ("issuance", "working" | "wall" | "wall_less_outages") => {
                        compared += spreads(&figures["issuance"][item], row);
                        None
                    }
                    ("turnaround", "working" | "working_less_applicant") => {
                        compared += spreads(&figures["turnaround"][item], row);
                        None
                    }
                    ("batches", "waiting_for_last_working") => {
                        compared += spreads(&figures["waiting_for_last_working"], row);
                        None
                    }
                    ("duplicates", "left_out") => None,
                    ("duplicates", item) => Some(figures["duplicates"][item].clone()),
                    ("backlog", "open") => Some(figures["backlog"][&step].clone()),
                    ("flow", "entered") => Some(figures["movement"]["entered"].clone()),
                    _ => None,
                };
                if let Some(there) = there {
                    assert_eq!(there, row["n"], "{field} {cell}: {row}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 100, "{compared}");
}

/// Compares a distribution with a row of the command line: so many numbers agree.
fn spreads(there: &Value, row: &Value) -> u64 {
    for rank in ["n", "sum", "min", "p50", "p90", "p95", "max"] {
        assert_eq!(there[rank], row[rank], "{rank} of {row}");
    }
    7
}

fn every_number_of_a_part_leads_to_itself() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("auditor");
    let page = shown.get(PAGE, &cookie).text();
    let cases = |name: &String| {
        json(&shown, &cookie, &query(&[("kecamatan", name)]))["figures"]["movement"]["entered"].as_u64() > Some(0)
    };
    let kecamatan = choices(&page, "kecamatan").into_iter().find(cases).unwrap();
    for (narrowed, least) in
        [(query(&[("jenis", "baru")]), 100), (query(&[("kecamatan", &kecamatan), ("jenis", "baru")]), 80)]
    {
        let page = shown.get(&format!("{PAGE}{narrowed}"), &cookie).text();
        let seen = leads_to_itself(&shown, &cookie, &page);
        assert!(seen.iter().sum::<usize>() > least, "{narrowed}: {seen:?}");
        // Each number is of the part, and so are the cases behind it.
        let page = page.replace("&#x2f;", "/");
        let links = page.matches("/angka/").count() - page.matches("/lain/").count();
        assert!(links > least && page.matches("jenis=baru").count() >= links, "{links}");
    }
    let path = format!("/angka/2026-10/flow/entered{}", query(&[("kecamatan", &kecamatan)]));
    let origin = shown.ask("get", &path).cookie(Some(&cookie)).json().send().json();
    let cases = shown.ask("get", &path.replacen('?', "/baris.json?", 1)).cookie(Some(&cookie)).send().json();
    let cases = cases["cases"].as_array().unwrap();
    assert!(
        cases.len() as u64 == origin["n"].as_u64().unwrap() && cases.iter().all(|case| case["kecamatan"] == *kecamatan)
    );
    // A stock is of the whole office; there is no part of it.
    assert_eq!(shown.get("/angka/2026-10/lain/tertahan?jenis=baru", &cookie).status, 404);
}

/// The page offers the form with what is chosen, its files and neighbours carry it, and what a browser has of one part counts for no other.
fn a_part_is_asked_for_by_a_form_and_kept_apart() {
    let shown = Shown::alone_of(seven_months());
    let cookie = shown.sign_in("kepala");
    let get = |path: &str| shown.get(path, &cookie);
    let leads = |reply: &Reply| (reply.status, reply.header("location").map(str::to_owned));
    assert_eq!(leads(&get("/tinjauan/2026-10?kecamatan=&jenis=")), (303, Some(PAGE.to_owned())));
    let whole = get(PAGE);
    let part = get("/tinjauan/2026-10?kecamatan=&jenis=baru");
    let text = part.text().replace("&#x2f;", "/").replace("&amp;", "&");
    assert!(
        text.contains("<option value=\"baru\" selected>")
            && text.contains("href=\"/tinjauan/2026-10\">Buka laporan seluruh kantor"),
        "{text}"
    );
    for link in [
        "/tinjauan/2026-10.xlsx?jenis=baru",
        "/tinjauan/2026-10.csv?jenis=baru",
        "/tinjauan/2026-10.json?jenis=baru",
        "/tinjauan/2026-09?jenis=baru",
    ] {
        assert!(text.contains(&format!("\"{link}\"")), "{link}");
        assert_eq!(get(link).status, 200, "{link}");
    }
    for word in ["Kesimpulan", "Blangko", "Gangguan", "Penomoran", "Mutu data", "Perlu keputusan", "TERTIB1", ".pdf"] {
        let main = text.split("<main").nth(1).unwrap().replace("Stok blangko, gangguan", "");
        assert!(!main.contains(word), "{word}");
    }
    for picture in ["tren", "langkah", "titik"] {
        let of = |query: &str| get(&format!("{PAGE}/{picture}.svg{query}"));
        let (all, some) = (of(""), of("?jenis=baru"));
        assert!(
            some.status == 200 && some.body != all.body && text.contains(&format!("{picture}.svg?jenis=baru")),
            "{picture}"
        );
    }
    let tags: BTreeSet<String> = [&whole, &part, &get("/tinjauan/2026-10?jenis=hilang")]
        .iter()
        .map(|reply| reply.header("etag").unwrap().to_owned())
        .collect();
    assert_eq!(tags.len(), 3);
    let asking =
        |path: &str, tag: &str| shown.ask("get", path).cookie(Some(&cookie)).with("If-None-Match", tag).send().status;
    let (of_whole, of_part) = (whole.header("etag").unwrap(), part.header("etag").unwrap());
    assert_eq!([asking(PAGE, of_whole), asking(PAGE, of_part)], [304, 200]);
    let path = "/tinjauan/2026-10?jenis=baru";
    assert_eq!([asking(path, of_part), asking(path, of_whole)], [304, 200]);
    assert_eq!(get(PAGE).body, whole.body);
    // The same of one who may not see where numbers come from is the same page without links.
    let json = json(&shown, &cookie, "?jenis=baru");
    assert_eq!((json["jenis"].as_str(), &json["kecamatan"]), (Some("baru"), &Value::Null));
    for absent in ["blanks", "outages", "quarantined", "quality", "pending", "books"] {
        assert!(json.get(absent).is_none(), "{absent}");
    }
}

fn what_is_no_part_is_refused_in_words() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("kepala");
    let long = format!("?kecamatan={}", "a".repeat(4_000));
    let hostile = [
        ("?kecamatan=Atlantis", 404),
        ("?jenis=lain", 404),
        ("?kecamatan=wonosobo", 404),
        ("?kecamatan=Wonosobo%00", 404),
        ("?kecamatan=%ff%fe", 404),
        ("?kecamatan=..%2F..%2Fkunci.key", 404),
        ("?jenis=%3Cscript%3Ealert(1)%3C/script%3E", 404),
        ("?kecamatan=%0d%0aSet-Cookie:%20a=b", 404),
        ("?jenis='%20OR%201=1--", 404),
        ("?jenis=baru&jenis=hilang", 400),
        ("?kecamatan=&kecamatan=Wonosobo", 400),
        (long.as_str(), 404),
    ];
    for (asked, status) in hostile {
        for ending in ["", ".json", ".csv", ".xlsx", "/tren.svg"] {
            let reply = shown.get(&format!("{PAGE}{ending}{asked}"), &cookie);
            let text = reply.text();
            assert!(
                reply.status == status && text.contains("<h1>") && !text.contains("<script>alert"),
                "{ending}{asked}: {text}"
            );
            assert!(reply.header("set-cookie").is_none() && reply.header("etag").is_some());
        }
        let reply = shown.ask("get", &format!("{PAGE}{asked}")).cookie(Some(&cookie)).json().send();
        assert!(reply.status == status && reply.json()["what"].is_string(), "{asked}");
    }
    let reply = shown.get("/tinjauan/2026-10.pdf?jenis=baru", &cookie);
    assert!(reply.status == 404 && reply.text().contains("tidak tersedia sebagai PDF"), "{}", reply.text());
    // A field of another name changes nothing.
    assert_eq!(shown.get("/tinjauan/2026-10?warna=biru", &cookie).body, shown.get(PAGE, &cookie).body);
    assert_eq!(shown.get("/tinjauan/1999-01?jenis=baru", &cookie).status, 404);
}

/// A target for one kind of application is judged on the page of that kind in all kecamatan, as on that of the whole office; others have
/// their value there and no verdict.
fn a_target_of_a_kind_is_judged_where_it_binds() {
    let office = Office::small();
    let set = [
        "target",
        "set",
        "waktu_langkah_06",
        "--value",
        "1",
        "--source",
        "naskah rekaan",
        "--by",
        "Rekaan",
        "--standing",
        "sementara",
    ];
    office.run(&[&set[..], &["--jenis", "baru", "--from", "2026-10-01"]].concat()).expect_code(0);
    let shown = Shown::alone_of(office);
    let cookie = shown.sign_in("kepala");
    let whole = json(&shown, &cookie, "");
    let of = |targets: &Value, jenis: &str| -> Vec<Value> {
        targets
            .as_array()
            .unwrap()
            .iter()
            .filter(|target| target["jenis"].as_str().unwrap_or("") == jenis)
            .cloned()
            .collect()
    };
    let judged = of(&whole["sheet"]["judgements"], "baru");
    let part = json(&shown, &cookie, "?jenis=baru");
    let here = of(&part["targets"], "baru");
    assert_eq!((judged.len(), here.len()), (1, 1));
    assert!(
        ["figure", "value", "n", "verdict"].iter().all(|name| judged[0][*name] == here[0][*name]),
        "{judged:?} {here:?}"
    );
    assert!(here[0]["verdict"].is_string());
    assert!(of(&part["targets"], "").iter().all(|target| target["verdict"].is_null()));
    let kecamatan = choices(&shown.get(PAGE, &cookie).text(), "kecamatan").remove(0);
    for (narrowed, n) in [(query(&[("kecamatan", &kecamatan), ("jenis", "baru")]), 1), ("?jenis=hilang".to_owned(), 0)]
    {
        let targets = json(&shown, &cookie, &narrowed)["targets"].clone();
        assert_eq!(of(&targets, "baru").len(), n, "{narrowed}");
        assert!(targets.as_array().unwrap().iter().all(|target| target["verdict"].is_null()), "{narrowed}");
    }
    // A step has a target, though of this kind alone: nothing says that there is none.
    let review = shown.get(PAGE, &cookie).text();
    assert!(review.contains("berlaku bagi jenis permohonan tertentu saja") && !review.contains("jadi belum ada garis"));
    let words = "Target khusus jenis permohonan ini";
    let says = |query: &str| shown.get(&format!("{PAGE}{query}"), &cookie).text().contains(words);
    assert_eq!([says("?jenis=baru"), says("?jenis=hilang")], [true, false]);
}
