//! Who comes in, how often one may try, when a session ends, and that nobody is named anywhere.

use crate::client::Reply;
use crate::{ROLES, Shown, password, routes, user};
use std::collections::BTreeSet;
use std::fs;
use std::time::Instant;
use tests::{Office, holds_nik, sqlite_texts};

tests::part! {
    five_tries_are_free_and_an_unknown_account_is_no_other;
    the_time_tells_nothing;
    a_session_ends_for_many_reasons;
    nobody_is_named;
    what_is_typed_is_not_told;
}

fn five_tries_are_free_and_an_unknown_account_is_no_other() {
    let shown = Shown::alone();
    let told = |reply: &Reply| (reply.status, reply.text(), reply.header("retry-after").map(str::to_owned));
    let mut seen = Vec::new();
    for account in ["kepala", "tidak-ada"] {
        let tries: Vec<_> = (0..6).map(|_| told(&shown.try_to_sign_in(account, "bukan sandi ini"))).collect();
        assert!(tries[..5].iter().all(|(status, ..)| *status == 401), "{tries:?}");
        assert_eq!(tries[5].0, 429, "{tries:?}");
        let wait: u64 = tries[5].2.as_ref().unwrap().parse().unwrap();
        assert!((20..=30).contains(&wait), "{wait}");
        seen.push(tries.into_iter().map(|(status, text, _)| (status, text)).collect::<Vec<_>>());
    }
    assert_eq!(seen[0], seen[1], "an unknown account is answered as a known one");
    assert_eq!(shown.try_to_sign_in("kepala", &password("kepala")).status, 429, "the right password waits, too");
    assert_eq!(shown.try_to_sign_in("auditor", &password("auditor")).status, 303, "others come in");
    let tries = (0..40).map(|n| shown.try_to_sign_in(&format!("x{n}"), "x").status);
    assert_eq!(tries.filter(|status| *status == 401).count(), 10, "an address has twenty tries, ten of which it had");
    let log = shown.log();
    assert!(!log.contains("bukan sandi") && !log.contains("tidak-ada") && !log.contains(&password("kepala")), "{log}");
}

/// An unknown account costs the same time as a known one with another password.
fn the_time_tells_nothing() {
    let shown = Shown::alone();
    let time = |account: &str| {
        let began = Instant::now();
        assert_eq!(shown.try_to_sign_in(account, "bukan sandi ini").status, 401);
        began.elapsed().as_secs_f64()
    };
    // By turns, and the least of each: the machine may be busy with something else.
    let (mut known, mut unknown) = (f64::MAX, f64::MAX);
    for n in 0..9 {
        known = known.min(time(ROLES[n % 4]));
        unknown = unknown.min(time(["tidak-ada", "entah"][n % 2]));
    }
    assert!(known / unknown < 2.5 && unknown / known < 2.5, "{known} {unknown}");
    assert!(unknown > 0.01, "nothing was computed in {unknown} s");
}

fn a_session_ends_for_many_reasons() {
    let shown = Shown::alone();
    let [first, second] = [shown.sign_in("ti"), shown.sign_in("ti")];
    assert_ne!(first, second);
    let lasts = |cookie: &str| shown.get("/akun", cookie).status == 200;
    assert!(lasts(&first) && lasts(&second));
    // Who comes in again has a new secret, and the old one is worth nothing.
    let again = shown.ask("post", "/masuk").cookie(Some(&first));
    let again = again.form(&[("akun", "ti"), ("sandi", "sandi rekaan ti")]).send().cookie().unwrap();
    assert!(again != first && !lasts(&first) && lasts(&again));
    let left = shown.post("/keluar/semua", &second);
    assert_eq!((left.status, left.header("location")), (303, Some("/masuk?sebab=keluar")));
    assert!(!lasts(&second) && !lasts(&again));
    // Why one stands before the form again is said, and nothing that an address says.
    let form = |path: &str| shown.ask("get", path).send().text();
    assert!(form("/masuk?sebab=keluar").contains("Anda sudah keluar."));
    let ended = shown.get("/akun", &second).header("location").unwrap().to_owned();
    assert!(form(&ended).contains("Sesi Anda sudah berakhir."), "{ended}");
    let new = shown.ask("get", "/akun").send().header("location").unwrap().to_owned();
    assert!(!form(&new).contains("role=\"status\"") && !form("/masuk?sebab=lain").contains("lain"), "{new}");
    let changed = shown.sign_in("ti");
    // Who would add the account anew is shown the way, and goes it.
    let add = ["portal", "user", "add", "ti", "--name", "Sri", "--post", "Petugas", "--role", "ti"];
    shown.office.run(&add).expect_refusal(&["`tertib portal user password ti` changes its password"]);
    let close = ["portal", "user", "close", "tidak-ada"];
    shown.office.run(&close).expect_refusal(&["`tertib portal user list` shows them"]);
    let listed = shown.office.run(&["portal", "user", "list"]).expect_code(0);
    assert!(listed.out.contains("ti") && !listed.out.contains("tidak-ada"), "{}", listed.out);
    user(&shown.office, &["password", "ti"], "sandi yang lain sama sekali");
    assert!(!lasts(&changed), "the password is another one");
    assert_eq!(shown.try_to_sign_in("ti", "sandi yang lain sama sekali").status, 303);
    let closed = shown.sign_in("auditor");
    user(&shown.office, &["close", "auditor"], "");
    assert!(!lasts(&closed) && shown.try_to_sign_in("auditor", &password("auditor")).status == 401);
    let kept = shown.sign_in("kepala");
    let people = fs::read_to_string(shown.office.path("pengguna.toml")).unwrap();
    fs::write(shown.office.path("pengguna.toml"), "rusak").unwrap();
    assert!(
        !lasts(&kept) && shown.try_to_sign_in("kepala", &password("kepala")).status == 401,
        "nobody, while it is broken"
    );
    fs::write(shown.office.path("pengguna.toml"), people).unwrap();
    assert_eq!(shown.try_to_sign_in("kepala", &password("kepala")).status, 303);
    for wrong in ["tertib=", "tertib=x", "tertib", "x=y; tertib=00"] {
        assert!(!lasts(wrong), "{wrong}");
    }
    let cookie = shown.try_to_sign_in("pelihat", &password("pelihat"));
    let cookie = cookie.header("set-cookie").unwrap().to_owned();
    assert!(
        cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict") && !cookie.contains("Domain"),
        "{cookie}"
    );
}

/// No number and no name of a resident is in any answer, in any header or in the log, for any role.
fn nobody_is_named() {
    let office = Office::small();
    let of = |select: &str| sqlite_texts(&office.path("kantor.sqlite"), select);
    let persons = [
        of("select nik from berkas where nik <> ''"),
        of("select nama from berkas where nama <> ''"),
        of("select pembawa from kolektif"),
    ];
    let persons: BTreeSet<String> = persons.concat().into_iter().filter(|text| text.len() > 5).collect();
    assert!(persons.len() > 60, "{persons:?}");
    let shown = Shown::served(office);
    let operator = shown.sign_in("ti");
    let run = shown.post("/pekerjaan/tarik/jalankan", &operator);
    let run = run.header("location").unwrap_or_else(|| panic!("{run:?}")).to_owned();
    let mut answers = 0;
    for role in ROLES {
        let cookie = shown.sign_in(role);
        for (_, route, _) in routes().into_iter().filter(|(method, ..)| method == "get") {
            let paths = match route.as_str() {
                "/tinjauan/{bulan}" | "/kepatuhan/{bulan}" => {
                    ["", ".csv", ".json"].map(|ending| route.replace("{bulan}", &format!("2026-10{ending}"))).to_vec()
                }
                "/pekerjaan/{id}" => vec![run.clone(), "/pekerjaan/1806010101809001".to_owned()],
                "/dokumen/{bulan}/{berkas}" => vec!["/dokumen/2026-10/1806010101809001.pdf".to_owned()],
                other => {
                    vec![other.replace("{bulan}", "2026-10").replace("{gambar}", "tren.svg").replace("{tahun}", "2026")]
                }
            };
            for path in paths {
                for asking in [shown.ask("get", &path), shown.ask("get", &path).json()] {
                    let reply = asking.cookie(Some(&cookie)).send();
                    let text = format!("{:?} {}", reply.headers, reply.text());
                    assert!(!holds_nik(&text.replace("1806010101809001", "")), "{path}: {text}");
                    let named = persons.iter().find(|person| text.contains(*person));
                    assert!(named.is_none(), "{path} names {named:?}");
                    assert!(reply.status != 404 || !reply.text().contains("1806010101809001"), "{path}");
                    answers += 1;
                }
            }
        }
    }
    assert!(answers > 100, "{answers}");
    let log = shown.log();
    assert!(!holds_nik(&log) && persons.iter().all(|person| !log.contains(person)), "{log}");
}

/// A number that somebody types into any field, path, query or header stands in no log, no file and no page but the form that it was
/// typed into.
fn what_is_typed_is_not_told() {
    const NIK: &str = "1806010101809001";
    let shown = Shown::alone();
    let cookie = shown.sign_in("ti");
    let form = [("akun", NIK), ("sandi", NIK), ("ke", "/pekerjaan")];
    let mut replies = vec![shown.ask("post", "/masuk").form(&form).send()];
    for (method, route, _) in routes() {
        let path =
            route.split('/').map(|part| if part.starts_with('{') { NIK } else { part }).collect::<Vec<_>>().join("/");
        if ["/masuk", "/keluar", "/keluar/semua"].contains(&path.as_str()) {
            continue;
        }
        for cookie in [cookie.clone(), format!("tertib={NIK}"), format!("{NIK}={NIK}; {cookie}")] {
            let asking = shown.ask(&method, &path).cookie(Some(&cookie));
            let asking = asking.with("User-Agent", NIK).with("Referer", NIK).with("If-None-Match", NIK);
            replies.push(asking.with("X-Forwarded-For", NIK).send());
        }
    }
    for query in [format!("/pekerjaan?saring={NIK}"), format!("/pekerjaan?{NIK}"), format!("/pekerjaan/1?dari={NIK}x")]
    {
        replies.push(shown.get(&query, &cookie));
    }
    replies.push(shown.ask("get", "/akun").with("Authorization", &format!("Bearer {NIK}")).send());
    replies.push(shown.ask("get", "/akun").host(NIK).send());
    for reply in &replies {
        // Who must sign in first is led back to the address that they typed.
        let is_led = reply.status == 303 && reply.asks_to_sign_in();
        assert!(!holds_nik(&reply.text()), "{reply:?}");
        assert!(is_led || !holds_nik(&format!("{:?}", reply.headers)), "{reply:?}");
    }
    assert!(replies.len() > 60, "{}", replies.len());
    assert!(!holds_nik(&shown.log()), "{}", shown.log());
    for file in ["pengguna.toml", "tertib.toml"] {
        assert!(!holds_nik(&fs::read_to_string(shown.office.path(file)).unwrap()), "{file}");
    }
}
