//! The documents of the office's folder beside the archive as it is now, and the closing of books by a click.

use crate::{Shown, within};
use serde_json::Value;
use std::fs;
use std::time::Duration;
use tests::Office;

tests::part! {
    a_document_that_is_old_is_said_to_be;
    old_documents_of_the_last_month_have_a_button;
    every_month_that_is_closed_is_named_before;
}

/// How a document of the list stands: whether its month is not final, and the standing of its file.
fn standing(shown: &Shown, cookie: &str) -> (bool, String) {
    let page = shown.ask("get", "/dokumen/2026-10").cookie(Some(cookie)).json().send().json();
    let groups = page["golongan"].as_array().unwrap().iter();
    let mut documents = groups.flat_map(|group| group["dokumen"].as_array().unwrap().iter());
    let review: &Value = documents.find(|document| document["judul"] == "Laporan Bulanan").unwrap();
    let file = review["fail"].as_array().unwrap().iter().find(|file| file["jenis"] == "PDF/A").unwrap();
    assert_eq!(
        page["lama"].as_u64().unwrap() > 0,
        !["sama", "tidak_diketahui"].contains(&file["keadaan"].as_str().unwrap())
    );
    (review["sementara"] == true, file["keadaan"].as_str().unwrap().to_owned())
}

fn a_document_that_is_old_is_said_to_be() {
    let shown = Shown::served(Office::small());
    let office = &shown.office;
    let cookie = shown.sign_in("ti");
    fs::remove_dir_all(office.path("laporan/2026-10")).ok();
    let render = || {
        office.run(&["render", "--month", "2026-10", "--only", "laporan_bulanan"]).expect_code_in(&[0, 1], "render");
    };
    let becomes = |wanted: (bool, &str)| {
        within(Duration::from_secs(20), wanted.1, || {
            let (provisional, of) = standing(&shown, &cookie);
            ((provisional, of.as_str()) == wanted).then_some(())
        });
    };
    render();
    becomes((true, "sama"));
    let set =
        ["target", "set", "waktu_langkah_04", "--value", "15", "--article", "Pasal 3", "--source", "naskah hlm. 4"];
    office.run(&[&set[..], &["--from", "2026-10-01", "--by", "Rekaan"]].concat()).expect_code(0);
    becomes((true, "berbeda"));
    let page = shown.get("/dokumen/2026-10", &cookie).text();
    assert!(page.contains("Ada dokumen lama"), "{page}");
    render();
    becomes((true, "sama"));
    // What was written before the closing says that it is provisional, whatever the archive says now.
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    becomes((true, "sebelum_ditutup"));
    render();
    becomes((false, "sama"));
    let add = ["remark", "add", "Q004", "--month", "2026-10", "--text", "Sudah diperiksa.", "--by", "Rekaan"];
    // The remark is later than the file by a second at least, as its time has no smaller part.
    std::thread::sleep(Duration::from_millis(1_100));
    office.run(&add).expect_code(0);
    becomes((false, "berbeda"));
    // A mix of old and new ones is said to be one.
    assert!(!shown.get("/dokumen/2026-10", &cookie).text().contains("Belum lengkap"));
    fs::write(office.path("laporan/2026-10/BELUM-LENGKAP.txt"), "laporan_bulanan_2026-10\n").unwrap();
    let page = shown.get("/dokumen/2026-10", &cookie).text();
    assert!(page.contains("Belum lengkap") && page.contains("1 dokumen mungkin"), "{page}");
}

/// Where a job makes the documents of the month that is shown, its button stands below what is said of the old ones.
fn old_documents_of_the_last_month_have_a_button() {
    let (shown, clock) = Shown::by_the_clock(Office::small(), &["serve"]);
    let cookie = shown.sign_in("ti");
    let page = || shown.get("/dokumen/2026-10", &cookie).text().replace("&#x2f;", "/");
    let button = "action=\"/pekerjaan/laporan/jalankan\"><button>";
    let before = page();
    assert!(!before.contains("Ada dokumen lama") && !before.contains(button), "{before}");
    clock.run(&shown.office, &["seal", "--month", "2026-10"]).expect_code(0);
    within(Duration::from_secs(20), "they are old", || page().contains("Ada dokumen lama").then_some(()));
    let after = page();
    assert!(after.contains(button), "{after}");
}

fn every_month_that_is_closed_is_named_before() {
    let demo = ["--months", "2026-08:2026-10", "--per-month", "20", "--seed", "3"];
    let (shown, clock) = Shown::by_the_clock(Office::demo(&demo), &["serve"]);
    let office = &shown.office;
    let cookie = shown.sign_in("ti");
    let ask = || shown.post("/pekerjaan/tutup-buku/jalankan", &cookie);
    // Of an office that never closed any, nothing is asked that would then fail.
    let first = ask();
    assert!(first.status == 409 && first.text().contains("Belum pernah ada buku yang ditutup"), "{}", first.text());
    assert!(!first.text().contains("name=\"pasti\""), "{}", first.text());
    clock.run(office, &["seal", "--month", "2026-08"]).expect_code(0);
    let asked = ask();
    assert!(asked.text().contains("Menutup buku September 2026 dan Oktober 2026 tidak dapat"), "{}", asked.text());
    clock.run(office, &["run", "tutup-buku", "--month", "2026-10"]).expect_code_in(&[0, 1], "run");
    let status = clock.run(office, &["status", "tutup-buku", "--format", "json"]);
    let runs = status.expect_code_in(&[0, 1, 2], "status").json();
    let message = runs["runs"][0]["message"].as_str().unwrap();
    assert!(message.contains("2026-09 by version") && message.contains("2026-10 by version"), "{message}");
    for folder in ["2026-09", "2026-09_dinas", "2026-10", "2026-10_dinas"] {
        assert!(fs::read_dir(office.path(&format!("laporan/{folder}"))).unwrap().count() > 5, "{folder}");
    }
    assert!(ask().text().contains("Buku Oktober 2026 sudah ditutup"));
    // A value that counts in closed months is asked for once more.
    let head = shown.sign_in("kepala");
    let fields = [
        ("target", "waktu_langkah_04"),
        ("value", "15"),
        ("standing", "resmi"),
        ("article", "Pasal 3"),
        ("source", "naskah"),
        ("from", "2026-09-15"),
    ];
    let asked = shown.ask("post", "/target").cookie(Some(&head)).form(&fields).send();
    assert!(asked.status == 409 && asked.text().contains("September 2026 dan Oktober 2026"), "{}", asked.text());
    let sure = [&fields[..], &[("pasti", "ya")]].concat();
    assert_eq!(shown.ask("post", "/target").cookie(Some(&head)).form(&sure).send().status, 303);
    assert!(shown.get("/target", &head).text().contains("Buku terakhir yang sudah ditutup: Oktober 2026"));
}
