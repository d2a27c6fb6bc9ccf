//! Every route, for every role and for nobody, with a session that lasts and one that has ended.

use crate::client::Reply;
use crate::{ROLES, Shown, routes};
use schemas::Facts;
use std::collections::BTreeMap;
use tests::{Office, tree};

tests::part! {
    every_route_is_for_those_who_may_and_nobody_else;
    each_answer_is_guarded;
    tables_are_files_too;
    asking_changes_nothing_and_is_answered_once;
    what_is_downloaded_is_what_the_office_has;
}

/// A path of a route that may exist.
pub(crate) fn path(route: &str) -> String {
    route
        .replace("{bulan}/{berkas}", "2026-10/laporan_bulanan_2026-10.pdf")
        .replace("{berkas}", "tidak-ada.json")
        .replace("{bulan}/{kode}", "2026-10/Q004")
        .replace("{metrik}/{item}", "issuance/wall")
        .replace("{metrik}/{gambar}", "terbit_24_jam/percobaan.svg?target=0.9")
        .replace("{metrik}", "terbit_24_jam?target=0.9")
        .replace("{gambar}", "titik.svg")
        .replace("{bulan}", "2026-10")
        .replace("{baris}", "baris.csv")
        .replace("{tahun}", "2026")
        .replace("{ukuran}", "1")
        .replace("{lama}/{baru}", "1/2")
        .replace("{nama}", "tidak-ada.css")
        .replace("{sidik}", "1")
        .replace("{id}", "1")
}

/// Whether the rights of the facts let a role ask.
pub(crate) fn may(role: &str, access: &str) -> bool {
    let facts = Facts::embedded().unwrap();
    let role = facts.portal_roles.iter().find(|known| known.id == role).unwrap();
    let right = |word: &str| serde_json::from_value(word.into()).unwrap();
    ["semua", "masuk"].contains(&access) || role.may(right(access))
}

fn every_route_is_for_those_who_may_and_nobody_else() {
    let shown = Shown::alone();
    let ended: BTreeMap<&str, String> = ROLES
        .map(|role| {
            let cookie = shown.sign_in(role);
            assert_eq!(shown.post("/keluar", &cookie).status, 303);
            (role, cookie)
        })
        .into();
    let mut refused = 0;
    for (method, route, access) in routes() {
        let path = path(&route);
        let ask = |cookie: Option<&str>| shown.ask(&method, &path).cookie(cookie).send();
        let is_sign_in = route == "/masuk";
        // How often somebody may try is a test of its own.
        if is_sign_in && method == "post" {
            continue;
        }
        for (who, cookie) in ended.iter().map(|(role, cookie)| (*role, Some(cookie.as_str()))).chain([("nobody", None)])
        {
            let reply = ask(cookie);
            assert_eq!(reply.asks_to_sign_in() && !is_sign_in, access != "semua", "{who} {method} {route}: {reply:?}");
            refused += usize::from(access != "semua");
            let reply = shown.ask(&method, &path).cookie(cookie).json().send();
            assert_eq!(reply.status == 401, access != "semua", "{who} {method} {route}: {reply:?}");
        }
        for role in ROLES {
            let cookie = shown.sign_in(role);
            let reply = ask(Some(&cookie));
            let is_let_in =
                ![401, 403].contains(&reply.status) && (route.starts_with("/keluar") || !reply.asks_to_sign_in());
            let expected = may(role, &access);
            assert_eq!(is_let_in, expected, "{role} {method} {route}: {} {}", reply.status, reply.text());
            refused += usize::from(!expected);
        }
    }
    assert!(refused > 80, "{refused}");
}

fn each_answer_is_guarded() {
    let (shown, _) = Shown::by_the_clock(Office::small(), &["portal"]);
    let cookie = shown.sign_in("ti");
    // Every part is in the menu, and leads to the last month.
    let page = shown.get("/akun", &cookie).text().replace("&#x2f;", "/");
    for part in ["/tinjauan", "/kepatuhan", "/dokumen"] {
        assert!(page.contains(&format!("<a href=\"{part}\">")), "{page}");
        assert_eq!(shown.get(part, &cookie).header("location"), Some(format!("{part}/2026-10").as_str()));
    }
    assert!(shown.get("/sistem", &cookie).text().contains("Pemeriksaan sistem: "));
    for (method, route, _) in routes() {
        for cookie in [None, Some(cookie.as_str())] {
            guarded(&shown.ask(&method, &path(&route)).cookie(cookie).send(), &route);
        }
    }
    guarded(&shown.ask("get", "/tidak/ada").send(), "none");
    // That has signed out.
    let cookie = shown.sign_in("ti");
    // A slash too many leads to the page, and what is no page keeps the menu.
    assert_eq!(shown.get("/tinjauan/2026-10/", &cookie).header("location"), Some("/tinjauan/2026-10"));
    let none = shown.get("/tidak/ada", &cookie);
    assert!(none.status == 404 && none.text().contains("Keluar"), "{}", none.text());
    assert_eq!(shown.get("//evil.example/", &cookie).status, 404);
    let beyond = shown.get("/kalender/2050", &cookie);
    assert!(beyond.status == 404 && beyond.text().contains("Pilih tahun "), "{}", beyond.text());
    guarded(&shown.ask("delete", "/pekerjaan").send(), "another method");
    guarded(&shown.ask("get", "/sehat").host("evil.example").send(), "another name");
}

/// What a page lists is also there for spreadsheets, and a form that is not there is said to be.
fn tables_are_files_too() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("ti");
    let of = |accept: &str, path: &str| shown.ask("get", path).cookie(Some(&cookie)).with("Accept", accept).send();
    for (page, head, name) in [
        ("/target", "Target;Jenis permohonan;", "target"),
        ("/sistem", "Pokok;Keadaan;", "sistem"),
        ("/dokumen/2026-10", "Golongan;Dokumen;", "dokumen_2026-10"),
        ("/temuan/2026-10/Q004", "Nomor permohonan, hari, atau buku;", "temuan_2026-10_Q004"),
        ("/angka/2026-10/issuance/wall", "Besaran;Nilai", "angka_2026-10_issuance_wall"),
        ("/andai/2026-10/terbit_24_jam?target=0.9", "Bulan;Jumlah kasus;", "percobaan_target"),
    ] {
        let (path, query) =
            page.split_once('?').map_or((page, String::new()), |(path, query)| (path, format!("?{query}")));
        let csv = shown.get(&format!("{path}.csv{query}"), &cookie);
        assert_eq!((csv.status, csv.header("content-type")), (200, Some("text/csv; charset=utf-8")), "{page}");
        assert!(csv.text().trim_start_matches('\u{FEFF}').starts_with(head), "{page}: {}", csv.text());
        assert!(csv.header("content-disposition").unwrap().contains(name), "{csv:?}");
        assert_eq!(of("text/csv", page).body, csv.body, "{page}");
        let xlsx = shown.get(&format!("{path}.xlsx{query}"), &cookie);
        assert!(xlsx.status == 200 && xlsx.body.starts_with(b"PK"), "{page}");
        let json = shown.get(&format!("{path}.json{query}"), &cookie);
        assert_eq!((json.status, json.header("content-type")), (200, Some("application/json")), "{page}");
    }
    let history = shown.get("/target.csv?tabel=riwayat", &cookie);
    assert!(history.text().contains("Dimasukkan oleh"), "{}", history.text());
    for (accept, path) in [("text/csv", "/akun"), ("application/pdf", "/target"), ("text/csv", "/target?tabel=x")] {
        let none = of(accept, path);
        assert!(
            none.status == 406 && none.text().contains("tidak tersedia dalam bentuk itu"),
            "{path}: {}",
            none.text()
        );
    }
    for unknown in ["flow/received?kecamatan=XX", "flow/received?jenis=zzz", "time_per_step/events?langkah=99"] {
        assert_eq!(shown.get(&format!("/angka/2026-10/{unknown}"), &cookie).status, 404, "{unknown}");
    }
}

fn guarded(reply: &Reply, of: &str) {
    let policy = reply.header("content-security-policy").unwrap_or_else(|| panic!("{of}: {reply:?}"));
    assert!(
        policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe") && !policy.contains("http"),
        "{policy}"
    );
    let given =
        ["x-content-type-options", "referrer-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"];
    let values = given.map(|name| reply.header(name).unwrap_or_else(|| panic!("{of}: no {name}")));
    assert_eq!(values, ["nosniff", "no-referrer", "same-origin", "same-origin"]);
    let kept = reply.header("cache-control").unwrap();
    assert!(["private, no-cache", "no-store"].contains(&kept), "{of}: {kept}");
    let text = reply.text();
    assert!(!text.contains("<script>") && !text.contains(" style=\"") && !text.contains(" onclick="), "{of}: {text}");
}

/// A GET changes no file of the office, and what is asked for again is not sent again.
fn asking_changes_nothing_and_is_answered_once() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("ti");
    let paths = || routes().into_iter().filter(|(method, ..)| method == "get").map(|(_, route, _)| path(&route));
    // Figures of months that are over are kept when they are first computed, by whatever computes them.
    for path in paths() {
        shown.get(&path, &cookie);
    }
    let files = || {
        let mut files = tree(shown.office.folder());
        files.retain(|path, _| !path.ends_with("portal.log"));
        files
    };
    let before = files();
    for path in paths() {
        let reply = shown.get(&path, &cookie);
        let cross_site = shown.ask("get", &path).cookie(Some(&cookie)).with("Sec-Fetch-Site", "cross-site").send();
        assert_eq!(cross_site.status, reply.status, "{path}: a link from elsewhere may lead here");
        if reply.status == 200 {
            let tag = reply.header("etag").unwrap_or_else(|| panic!("{path} has no tag")).to_owned();
            let again = shown.ask("get", &path).cookie(Some(&cookie)).with("If-None-Match", &tag).send();
            // The time of an examination may have gone on by a minute.
            let is_same = again.status == 304 && again.body.is_empty();
            assert!(is_same || ["/sistem", "/pekerjaan"].iter().any(|of| path.starts_with(of)), "{path}: {again:?}");
        }
    }
    let after = files();
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (path, bytes) in &before {
        assert!(*bytes == after[path], "{} was changed", path.display());
    }
}

/// The file that is downloaded is the one that lies in the office, and the page links to files that are there.
fn what_is_downloaded_is_what_the_office_has() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("pelihat");
    let page = shown.get("/dokumen/2026-10", &cookie).text().replace("&#x2f;", "/");
    let links: Vec<&str> =
        page.split("href=\"/dokumen/2026-10/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(links.len() >= tests::documents_of_a_month(), "{links:?}");
    for name in links {
        let reply = shown.get(&format!("/dokumen/2026-10/{name}"), &cookie);
        let file = std::fs::read(shown.office.path(&format!("laporan/2026-10/{name}"))).unwrap();
        assert!(reply.status == 200 && reply.body == file, "{name}");
        assert!(page.contains(&tests::sha256(&file)), "the digest of {name} is not on the page");
    }
    // The PDF of the review that is made now is the one that was rendered.
    let made = shown.get("/tinjauan/2026-10.pdf", &cookie);
    assert!(made.body == std::fs::read(shown.office.document("laporan_bulanan", "pdf")).unwrap());
    shown.office.run(&["render", "--month", "2026-10", "--full"]).expect_code_in(&[0, 1], "render");
    let full = shown.office.path("laporan/2026-10_dinas");
    for entry in std::fs::read_dir(full).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        std::fs::copy(
            shown.office.path(&format!("laporan/2026-10_dinas/{name}")),
            shown.office.path(&format!("laporan/2026-10/{name}")),
        )
        .unwrap();
        if name.contains("_dinas") {
            assert_eq!(shown.get(&format!("/dokumen/2026-10/{name}"), &cookie).status, 404, "{name}");
        }
    }
    assert!(!shown.get("/dokumen/2026-10", &cookie).text().contains("_dinas"));
}
