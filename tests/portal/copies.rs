//! An archive that lies somewhere without its office: shown to whoever sits at the computer, read-only, and nothing of it stays.

use crate::client::Reply;
use crate::{Shown, within};
use rustix::process::Signal;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tests::serving::Serving;
use tests::tools::Tool;
use tests::{Office, copy, tertib};

tests::part! {
    a_copy_is_shown_without_its_office;
    a_public_copy_says_what_it_does_not_tell;
    every_page_of_a_public_copy_answers;
    files_of_a_public_copy_say_so needs Tool::Pdftotext, Tool::Python(&["openpyxl"]);
    what_is_no_archive_is_refused;
}

/// What stands in place of a value that a public copy does not tell.
const UNKNOWN: &str = "tidak diketahui dari salinan ini";

/// Every file below a folder with its digest.
fn files(folder: &Path) -> Vec<(String, String)> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                open.push(entry);
            } else {
                found.push((entry.display().to_string(), tests::sha256(&fs::read(&entry).unwrap())));
            }
        }
    }
    found.sort();
    found
}

fn a_copy_is_shown_without_its_office() {
    let office = Office::small();
    let laptop = tempfile::TempDir::new().unwrap();
    let (archive, scratch) = (laptop.path().join("salinan"), laptop.path().join("sementara"));
    fs::create_dir(&scratch).unwrap();
    fs::rename(office.path("archive"), &archive).unwrap();
    let before = files(&archive);
    let (mut shown, cookie) = open(office, &archive, &scratch);
    assert_eq!(shown.try_to_sign_in("auditor", "sandi rekaan auditor").status, 401);
    let review = shown.ask("get", "/tinjauan/2026-10").cookie(Some(&cookie)).json().send().json();
    // It says what the office's own portal says, and narrowed too.
    let own = shown.office.copy();
    fs::remove_dir_all(own.path("archive")).ok();
    std::os::unix::fs::symlink(&archive, own.path("archive")).unwrap();
    own.run(&["render", "--month", "2026-10", "--only", "laporan_bulanan", "--format", "json"])
        .expect_code_in(&[0, 1], "render");
    let rendered = fs::read(own.path("laporan/2026-10/laporan_bulanan_2026-10.json")).unwrap();
    let rendered: serde_json::Value = serde_json::from_slice(&rendered).unwrap();
    assert_eq!(review["sheet"]["figures"], rendered["sheet"]["figures"]);
    fs::remove_file(own.path("archive")).unwrap();
    for path in [
        "/tinjauan/2026-10?jenis=baru",
        "/tinjauan/2026-10.pdf",
        "/kepatuhan/2026-10",
        "/angka/2026-10/flow/received",
        "/angka/2026-10/flow/received/baris.csv",
        "/angka/2026-10/flow/received/duckdb.sql",
        "/target",
        "/dokumen/2026-10",
        "/pekerjaan",
    ] {
        let reply = shown.get(path, &cookie);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    }
    assert!(shown.get("/tinjauan/2026-10", &cookie).text().contains("hanya untuk membaca"));
    assert_eq!(shown.post("/temuan/2026-10/Q004/catatan", &cookie).status, 403);
    shown.serving.signal(Signal::TERM);
    shown.serving.wait();
    assert_eq!(fs::read_dir(&scratch).unwrap().count(), 0, "nothing of it stays");
    let after = files(&archive);
    // What the office itself keeps of months that are over was put there by `render`.
    let kept = |all: Vec<(String, String)>| {
        all.into_iter().filter(|(path, _)| !path.contains("/figures/")).collect::<Vec<_>>()
    };
    assert_eq!(kept(before), kept(after));
}

/// The portal of a copied archive, and the cookie of whoever sits at the computer.
pub(crate) fn open(office: Office, archive: &Path, scratch: &Path) -> (Shown, String) {
    let mut command = tertib();
    command.args(["portal", "--archive"]).arg(archive).env("TMPDIR", scratch).current_dir(scratch);
    let log = office.path("portal.log");
    command.stdout(Stdio::null());
    let serving = Serving::start(command, &log);
    let said = || fs::read_to_string(&log).unwrap_or_default();
    let address = within(Duration::from_secs(60), "the copy is shown", || {
        said().split("address=").nth(1)?.split_whitespace().next()?.parse::<std::net::SocketAddr>().ok()
    });
    assert!(address.ip().is_loopback(), "{address}");
    let password = said().split("password ").nth(1).unwrap().split(';').next().unwrap().to_owned();
    let shown = Shown { office, serving, address };
    let reply = shown.try_to_sign_in("auditor", &password);
    assert_eq!(reply.status, 303, "{}", shown.log());
    let cookie = reply.cookie().unwrap();
    (shown, cookie)
}

/// An office of which an entry of a book is held back, so that its number is missing for who does not know it.
pub(crate) fn holding() -> Office {
    let office = Office::small();
    office.forget_archive();
    office.sql(
        "update langkah_berkas set hasil = 'entah' where event_id = (select event_id from langkah_berkas
           where langkah = 4 and selesai > '2026-10-08' and nomor_register is not null order by nomor_register limit 1 offset 9)",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    office
}

/// A copy of the tables that name nobody, shown.
fn public(office: Office) -> (Shown, String) {
    let copied = office.path("salinan");
    for table in ["events", "gangguan", "blangko", "log"] {
        let table = Path::new("archive").join(table);
        if office.path(table.to_str().unwrap()).exists() {
            copy(&office.path(table.to_str().unwrap()), &copied.join(table.file_name().unwrap()));
        }
    }
    let scratch = office.path("sementara");
    fs::create_dir(&scratch).unwrap();
    open(office, &copied, &scratch)
}

/// The places in which two values differ.
fn differ(one: &Value, other: &Value, place: &str, places: &mut BTreeSet<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => {
            one.iter().for_each(|(key, value)| differ(value, &other[key], &format!("{place}.{key}"), places));
        }
        _ if one == other => {}
        _ => drop(places.insert(place.to_owned())),
    }
}

/// What the tables that name nobody tell is what the whole archive tells; all else is not known, and is never nothing.
fn a_public_copy_says_what_it_does_not_tell() {
    let office = holding();
    let whole = office.copy();
    let scratch = whole.path("sementara");
    fs::create_dir(&scratch).unwrap();
    let archive = whole.path("archive");
    let (whole, of_whole) = open(whole, &archive, &scratch);
    let (shown, cookie) = public(office);
    let review =
        |shown: &Shown, cookie: &str| shown.ask("get", "/tinjauan/2026-10").cookie(Some(cookie)).json().send().json();
    let (all, some) = (review(&whole, &of_whole), review(&shown, &cookie));
    let (mut places, unknown) = (BTreeSet::new(), ["quarantined", "probable_duplicates", "quality"]);
    differ(&all, &some, "", &mut places);
    for field in unknown {
        assert!(!all[field].is_null() && some[field].is_null(), "{field}: {}", some[field]);
        assert!(places.remove(&format!(".{field}")));
    }
    let proves = all["quarantined"].as_u64() > Some(0) && !all["quality"].as_array().unwrap().is_empty();
    assert!(proves, "{} {}", all["quarantined"], all["quality"]);
    // What is known of returns is public, and so is what is to be decided about them.
    assert!(some["needless_returns"].is_u64());
    let held = places.iter().filter(|place| place.starts_with(".sheet.figures.figures.ledgers.")).cloned();
    for place in held.collect::<Vec<_>>() {
        assert!(place.ends_with(".held_back") || place.ends_with("buku_agenda_pendaftaran.numbers_missing"), "{place}");
        places.remove(&place);
    }
    let matters = |review: &Value| review["pending"].as_array().unwrap().clone();
    assert!(places.remove(".pending") && matters(&some).iter().all(|matter| matters(&all).contains(matter)));
    assert!(matters(&some).iter().all(|matter| matter["section"] != "mutu" && matter["section"] != "penomoran"));
    assert_eq!(places, BTreeSet::new(), "these are public");

    let page = main_of(&shown.get("/tinjauan/2026-10", &cookie));
    for words in [
        "dibuat dari salinan arsip yang tidak memuat data pribadi",
        "Temuan pada data bulan ini tidak diketahui dari salinan ini.",
        "tertahan karena tidak sah: tidak diketahui dari salinan ini.",
        "Perkara yang bertumpu pada mutu data, baris yang tertahan, atau nomor buku yang terlewat",
        "kecuali yang tertahan",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let of_persons = page.split("Kemungkinan orang yang sama dengan NIK lain").nth(1).unwrap();
    assert!(of_persons.split("</tr>").next().unwrap().contains(UNKNOWN), "{of_persons}");
    assert!(!page.contains("Tidak ada temuan") && !page.contains("TERTIB1"));
    let whole_page = main_of(&whole.get("/tinjauan/2026-10", &of_whole));
    assert!(!whole_page.contains("salinan ini") && whole_page.contains("TERTIB1"));
    assert!(shown.log().contains("a copy without personal data") && !whole.log().contains("without personal data"));
    let csv = shown.get("/tinjauan/2026-10.csv", &cookie).text();
    assert!(csv.lines().any(|line| line.starts_with("Mutu") && line.ends_with(UNKNOWN)), "{csv}");
}

/// What stands between the menu and the foot of a page.
fn main_of(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.text().split("<main").nth(1).unwrap().split("</main>").next().unwrap().replace("&#x2f;", "/")
}

/// The paths to which a text leads.
fn paths(text: &str) -> BTreeSet<String> {
    let text = text.replace("&#x2f;", "/").replace("&amp;", "&");
    let links = text.split(" href=\"/").skip(1).filter_map(|rest| rest.split_once('"'));
    links.map(|(path, _)| format!("/{path}")).collect()
}

/// Whatever the menu, the review and the pages of its numbers lead to is there, or is refused in words.
fn every_page_of_a_public_copy_answers() {
    let (shown, cookie) = public(holding());
    let review = shown.get("/tinjauan/2026-10", &cookie);
    let (mut ahead, mut seen) = (paths(&review.text()), BTreeSet::new());
    assert!(ahead.len() > 100, "{ahead:?}");
    ahead.extend(["/", "/tinjauan", "/kepatuhan", "/dokumen", "/sistem", "/pekerjaan"].map(str::to_owned));
    for more in ["/kepatuhan/2026-10", "/dokumen/2026-10", "/angka/2026-10/lain/tertahan", "/temuan/2026-10/Q004"] {
        ahead.insert(more.to_owned());
        ahead.extend(paths(&shown.get(more, &cookie).text()));
    }
    for path in ahead {
        let reply = shown.get(&path, &cookie);
        let refuses = [403, 404].contains(&reply.status) && reply.text().contains("<h1>");
        assert!([200, 303].contains(&reply.status) || refuses, "{path}: {} {}", reply.status, reply.text());
        seen.insert((path, reply.status));
    }
    let refused: Vec<_> = seen.iter().filter(|(_, status)| *status > 400).map(|(path, _)| path.as_str()).collect();
    assert_eq!(refused, ["/angka/2026-10/lain/tertahan", "/sistem"]);
    // No number that is not known has a page, and a finding says that it is not.
    for unknown in ["kemungkinan_ganda", "mutu?nama=Q004"] {
        assert_eq!(shown.get(&format!("/angka/2026-10/lain/{unknown}"), &cookie).status, 404, "{unknown}");
    }
    let finding = shown.ask("get", "/temuan/2026-10/Q004").cookie(Some(&cookie)).json().send().json();
    assert!(finding["n"].is_null() && finding["words"].is_null(), "{finding}");
    assert!(main_of(&shown.get("/temuan/2026-10/Q004", &cookie)).contains(UNKNOWN));
    assert!(main_of(&shown.get("/dokumen/2026-10", &cookie)).contains("salinan tanpa data pribadi"));
    assert!(!shown.log().contains("a page cannot be made"), "{}", shown.log());
}

fn files_of_a_public_copy_say_so() {
    let (shown, cookie) = public(holding());
    let file = |ending: &str| {
        let reply = shown.get(&format!("/tinjauan/2026-10.{ending}"), &cookie);
        assert_eq!(reply.status, 200, "{ending}: {}", reply.text());
        let path = shown.office.path(&format!("laporan_umum.{ending}"));
        fs::write(&path, reply.body).unwrap();
        path.display().to_string()
    };
    let paper = Tool::Pdftotext.output(&["-layout", &file("pdf"), "-"]);
    let paper = paper.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "dibuat dari salinan arsip yang tidak memuat data pribadi",
        "Temuan pada data bulan ini tidak diketahui dari salinan ini.",
        "tertahan karena tidak sah: tidak diketahui dari salinan ini.",
    ] {
        assert!(paper.contains(words), "{words}: {paper}");
    }
    assert!(!paper.contains("Tidak ada temuan") && !paper.contains("TERTIB1"), "{paper}");
    let cells = "import openpyxl, sys
for sheet in openpyxl.load_workbook(sys.argv[1]):
    for row in sheet.iter_rows(values_only=True):
        print(sheet.title, *(cell for cell in row if cell is not None), sep='|')";
    let book = Tool::Python(&["openpyxl"]).output(&["-c", cells, &file("xlsx")]);
    assert!(book.lines().any(|line| line == format!("Mutu|Mutu data bulan ini|{UNKNOWN}")), "{book}");
    assert!(book.contains("salinan arsip yang tidak memuat data pribadi"), "{book}");
}

fn what_is_no_archive_is_refused() {
    let folder = tempfile::TempDir::new().unwrap();
    let ran = |path: &Path| {
        let mut command = tertib();
        command.args(["portal", "--archive"]).arg(path);
        tests::ended(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    };
    ran(&folder.path().join("tidak-ada")).expect_refusal(&["cannot open"]);
    ran(folder.path()).expect_refusal(&["no archive"]);
    let office = Office::small();
    office.run(&["portal", "--archive", "archive", "--config", "tertib.toml"]).expect_code(2);
}
