//! Verification and reconciliation on the page: they find what the command line finds, say what to do, go one at a time, and leave
//! nothing behind.

use crate::client::Reply;
use crate::copies::open;
use crate::questions::address;
use crate::{Shown, within};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tests::{Office, SqliteFile};

tests::part! {
    an_archive_is_verified_as_by_the_command_line;
    what_was_kept_elsewhere_is_compared;
    a_month_is_compared_as_by_the_command_line;
    a_source_that_is_away_is_said;
    one_check_at_a_time_ends_when_it_is_cancelled;
    a_copy_is_verified_without_its_office;
}

const ARCHIVE: &str = "/verifikasi";
const SOURCE: &str = "/rekonsiliasi/2026-10";

fn begun(shown: &Shown, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
    shown.ask("post", path).cookie(Some(cookie)).form(fields).send()
}

fn seen(shown: &Shown, cookie: &str, path: &str) -> Value {
    shown.ask("get", path).cookie(Some(cookie)).json().send().json()
}

/// What the page says once the check is over.
fn over(shown: &Shown, cookie: &str, path: &str) -> Value {
    within(Duration::from_secs(60), "the check is over", || {
        let said = seen(shown, cookie, path);
        (said["check"]["standing"] != "running").then_some(said)
    })
}

/// Lets something be checked, and sees what was found.
pub(crate) fn checked(shown: &Shown, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Value {
    assert_eq!(address(&begun(shown, cookie, path, fields)), path);
    let said = over(shown, cookie, path);
    assert_eq!(said["check"]["standing"], "done", "{said}");
    said
}

fn codes(said: &Value) -> BTreeSet<String> {
    let findings = said["found"]["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

/// The files that a page gives, by their endings.
fn files(shown: &Shown, cookie: &str, path: &str) -> Vec<(String, Vec<u8>)> {
    let page = shown.get(path, cookie).text().replace("&#x2f;", "/");
    let links: BTreeSet<&str> = page
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|link| link.starts_with(&format!("{path}/")) && link.contains('.'))
        .collect();
    let file = |link: &str| {
        let reply = shown.get(link, cookie);
        assert_eq!(reply.status, 200, "{link}: {reply:?}");
        (link.rsplit('.').next().unwrap().to_owned(), reply.body)
    };
    links.into_iter().map(file).collect()
}

/// The first file of a month's public rows.
fn part(archive: &Path) -> std::path::PathBuf {
    let is_part = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|ending| ending == "parquet") && path.to_string_lossy().contains("2026-10")
    };
    tests::tree(archive).into_keys().map(|path| archive.join(path)).find(is_part).unwrap()
}

fn an_archive_is_verified_as_by_the_command_line() {
    let shown = Shown::alone_of(Office::small().copy());
    let cookie = shown.sign_in("kepala");
    let before = tests::tree(&shown.office.path("archive"));
    assert!(seen(&shown, &cookie, ARCHIVE)["found"].is_null());
    let said = checked(&shown, &cookie, ARCHIVE, &[]);
    assert!(codes(&said).is_empty() && said["found"]["figures"] == "recomputed", "{said}");
    assert_eq!(said["found"]["unchecked"], serde_json::json!(["completeness"]));
    // The statement is that of the command line, and nothing of the archive was changed.
    shown.office.run(&["verify", "--report", &shown.office.place("berita.json")]).expect_code(0);
    let own: Value = serde_json::from_slice(&fs::read(shown.office.path("berita.json")).unwrap()).unwrap();
    let files_now = files(&shown, &cookie, ARCHIVE);
    let endings: Vec<&str> = files_now.iter().map(|(ending, _)| ending.as_str()).collect();
    assert_eq!(endings, ["csv", "json", "pdf", "xlsx"]);
    let given: Value = serde_json::from_slice(&files_now[1].1).unwrap();
    assert_eq!(given, own);
    assert!(files_now[2].1.starts_with(b"%PDF-"));
    assert!(tests::tree(&shown.office.path("archive")) == before, "the archive was changed");
    let text = shown.get(ARCHIVE, &cookie).text();
    assert!(text.contains("Tidak ada temuan") && text.contains("Angka yang tersimpan dihitung ulang"), "{text}");

    // One byte of a file, and a file that nobody knows.
    let damaged = part(&shown.office.path("archive"));
    let mut bytes = fs::read(&damaged).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    fs::write(damaged.with_file_name("asing.parquet"), "asing").unwrap();
    let said = checked(&shown, &cookie, ARCHIVE, &[]);
    let told = shown.office.run(&["verify"]).expect_code(1).out;
    assert!(codes(&said).len() > 1 && codes(&said).iter().all(|code| told.contains(code.as_str())), "{said}: {told}");
    let name = damaged.file_name().unwrap().to_string_lossy().into_owned();
    let findings = said["found"]["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["place"].as_str().unwrap().contains(&name)), "{said}");
    assert!(findings.iter().all(|finding| !finding["remedy"].as_str().unwrap().is_empty()));
    // Who cannot mend it tells who can.
    let text = shown.get(ARCHIVE, &cookie).text();
    assert!(text.contains("Ada temuan") && text.contains("Beri tahu petugas TI."), "{text}");
    let officer = shown.sign_in("ti");
    assert!(!shown.get(ARCHIVE, &officer).text().contains("Beri tahu petugas TI."));
}

fn what_was_kept_elsewhere_is_compared() {
    let shown = Shown::alone_of(Office::small().copy());
    let cookie = shown.sign_in("auditor");
    let statements = seen(&shown, &cookie, "/bukti");
    let newest = statements["newest"].as_str().unwrap();
    // As a browser sends lines, and as who copies them loses the last end of one.
    for kept in [newest.to_owned(), newest.replace('\n', "\r\n"), newest.trim().to_owned()] {
        let said = checked(&shown, &cookie, ARCHIVE, &[("kept", &kept)]);
        assert!(said["found"]["kept"] == "1" && codes(&said).is_empty(), "{said}");
        assert_eq!(said["found"]["unchecked"], serde_json::json!([]), "what was kept tells whether the end is there");
    }
    // A statement of another tree, and a head that no commit has.
    let mut lines: Vec<&str> = newest.lines().collect();
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    lines[2] = other;
    for kept in [lines[..3].join("\n"), format!("1 {}", "a".repeat(64))] {
        let said = checked(&shown, &cookie, ARCHIVE, &[("kept", &kept)]);
        assert!(!codes(&said).is_empty() && said["found"]["needs_attention"] == true, "{kept}: {said}");
    }
    let refused = begun(&shown, &cookie, ARCHIVE, &[("kept", "bukan pernyataan 1806015708979001")]);
    let text = refused.text();
    assert!(refused.status == 422 && text.contains("bukan pernyataan arsip dan bukan sidik"), "{text}");
    assert!(text.contains("bukan pernyataan") && !text.contains("1806015708979001"), "{text}");
}

fn a_month_is_compared_as_by_the_command_line() {
    let shown = Shown::alone_of(Office::small().copy());
    let cookie = shown.sign_in("kepala");
    assert_eq!(shown.get("/rekonsiliasi", &cookie).header("location"), Some(SOURCE));
    assert_eq!(shown.get("/rekonsiliasi/1999-01", &cookie).status, 404);
    // A row is held back since it was pulled, which is nothing new.
    let said = checked(&shown, &cookie, SOURCE, &[]);
    assert_eq!((codes(&said), &said["found"]["n"]), (BTreeSet::from(["R004".to_owned()]), &"1".into()));
    shown.office.sql("delete from langkah_berkas where event_id = 558");
    let said = checked(&shown, &cookie, SOURCE, &[]);
    assert!(codes(&said).is_empty() && said["found"]["source_rows"] == said["found"]["archive_rows"], "{said}");
    assert!(shown.get(SOURCE, &cookie).text().contains("tanpa perbedaan"));
    // A row is gone, and another one says something else.
    shown.office.sql("delete from langkah_berkas where event_id = (select min(event_id) from langkah_berkas where selesai like '2026-10%')");
    shown.office.sql(
        "update langkah_berkas set petugas_id = 'PTG-99'
           where event_id = (select max(event_id) from langkah_berkas where selesai like '2026-10%')",
    );
    let said = checked(&shown, &cookie, SOURCE, &[]);
    let told =
        |format: &str| shown.office.run(&["reconcile", "--month", "2026-10", "--format", format]).expect_code(1).out;
    let own: Value = serde_json::from_str(&told("json")).unwrap();
    assert_eq!((own["gone"].as_array().unwrap().len(), own["different"].as_array().unwrap().len()), (1, 1), "{own}");
    assert_eq!(codes(&said), BTreeSet::from(["R002", "R003"].map(str::to_owned)));
    assert_eq!(said["found"]["n"], "2");
    let lines = said["found"]["lines"].as_array().unwrap();
    assert!(lines.iter().any(|line| line[0] == "R003" && line[2] == "petugas_id"), "{said}");
    let files = files(&shown, &cookie, SOURCE);
    assert_eq!(files[0], ("csv".to_owned(), told("csv").into_bytes()));
    let given: Value = serde_json::from_slice(&files[1].1).unwrap();
    assert_eq!((&given["gone"], &given["different"]), (&own["gone"], &own["different"]));
}

fn a_source_that_is_away_is_said() {
    let shown = Shown::alone_of(Office::small().copy());
    let cookie = shown.sign_in("auditor");
    let (source, aside) = (shown.office.path("kantor.sqlite"), shown.office.path("lain.sqlite"));
    fs::rename(&source, &aside).unwrap();
    assert_eq!(begun(&shown, &cookie, SOURCE, &[]).status, 303);
    let said = over(&shown, &cookie, SOURCE);
    assert!(said["check"]["standing"] == "failed" && said["check"]["fault"].is_string(), "{said}");
    let text = shown.get(SOURCE, &cookie).text();
    assert!(text.contains("tidak dapat diselesaikan") && text.contains("Beri tahu petugas TI"), "{text}");
    fs::rename(&aside, &source).unwrap();
    checked(&shown, &cookie, SOURCE, &[]);
}

/// The child that checks.
fn child(shown: &Shown) -> Option<Pid> {
    let is_checking = |id: &Pid| {
        let line = fs::read(format!("/proc/{}/cmdline", id.as_raw_nonzero())).unwrap_or_default();
        line.split(|byte| *byte == 0).nth(1) == Some(b"errand")
    };
    shown.serving.children().into_iter().find(is_checking)
}

fn one_check_at_a_time_ends_when_it_is_cancelled() {
    let mut shown = Shown::alone();
    let (cookie, other) = (shown.sign_in("kepala"), shown.sign_in("auditor"));
    let stopped = |shown: &Shown| {
        assert_eq!(begun(shown, &cookie, ARCHIVE, &[]).status, 303);
        let child = within(Duration::from_secs(20), "a child checks", || child(shown));
        kill_process(child, Signal::STOP).unwrap();
        child
    };
    let held = stopped(&shown);
    let text = shown.get(ARCHIVE, &cookie).text();
    assert!(text.contains("sedang berjalan") && text.contains("Batalkan"), "{text}");
    let theirs = shown.get(ARCHIVE, &other).text();
    assert!(theirs.contains("sedang berjalan") && !theirs.contains("Batalkan"), "{theirs}");
    for path in [ARCHIVE, SOURCE] {
        let refused = begun(&shown, &other, path, &[]);
        assert!(refused.status == 409 && refused.text().contains("Pemeriksaan lain sedang berjalan"), "{refused:?}");
    }
    assert!(!shown.get(SOURCE, &other).text().contains("Cocokkan sekarang"));
    assert_eq!(begun(&shown, &other, "/verifikasi/batal", &[]).status, 404);
    assert_eq!(address(&begun(&shown, &cookie, "/verifikasi/batal", &[])), ARCHIVE);
    within(Duration::from_secs(5), "the child is gone", || test_kill_process(held).is_err().then_some(()));
    assert!(shown.get(ARCHIVE, &cookie).text().contains("dibatalkan"));
    checked(&shown, &other, SOURCE, &[]);
    // Nor does a server that is killed leave one: it waits for the database, which somebody has locked.
    let database = shown.office.path("kantor.sqlite");
    let mut locking = SqliteFile::open(&database);
    locking.numbers::<0>("begin exclusive");
    assert_eq!(begun(&shown, &cookie, SOURCE, &[]).status, 303);
    let held = within(Duration::from_secs(20), "a child waits", || {
        let child = child(&shown)?;
        let opened = fs::read_dir(format!("/proc/{}/fd", child.as_raw_nonzero())).ok()?.flatten();
        let mut opened = opened.filter_map(|entry| fs::read_link(entry.path()).ok());
        opened.any(|path| path == database).then_some(child)
    });
    shown.serving.signal(Signal::KILL);
    shown.serving.wait();
    within(Duration::from_secs(5), "the child of a server that was killed is gone", || {
        test_kill_process(held).is_err().then_some(())
    });
}

fn a_copy_is_verified_without_its_office() {
    let office = Office::small();
    let laptop = TempDir::new().unwrap();
    let (archive, scratch) = (laptop.path().join("salinan"), laptop.path().join("sementara"));
    fs::create_dir(&scratch).unwrap();
    fs::rename(office.path("archive"), &archive).unwrap();
    let before = tests::tree(&archive);
    let (shown, cookie) = open(office, &archive, &scratch);
    let said = checked(&shown, &cookie, ARCHIVE, &[]);
    assert!(codes(&said).is_empty(), "{said}");
    let unchecked = said["found"]["unchecked"].as_array().unwrap();
    assert!(
        ["key_missing", "signature", "completeness"].iter().all(|part| unchecked.contains(&(*part).into())),
        "{said}"
    );
    let endings: Vec<String> = files(&shown, &cookie, ARCHIVE).into_iter().map(|(ending, _)| ending).collect();
    assert_eq!(endings, ["csv", "json", "xlsx"]);
    let refused = begun(&shown, &cookie, SOURCE, &[]);
    assert!(refused.status == 409 && refused.text().contains("tidak terhubung"), "{refused:?}");
    assert!(shown.get(SOURCE, &cookie).text().contains("salinan arsip"));
    assert!(tests::tree(&archive) == before, "the copy was changed");
}
