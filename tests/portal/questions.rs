//! Questions to the archive on the page: answered as on the command line, cancelled at once, noted before they are shown, and nobody
//! else's.

use crate::client::{Reply, escaped};
use crate::{Shown, office, password, user, within};
use rustix::process::{Pid, Signal, test_kill_process};
use serde_json::Value;
use std::fs;
use std::time::{Duration, Instant};
use tests::tools::Tool;
use tests::{Office, root};

tests::part! {
    an_answer_is_that_of_the_command_line needs Tool::Python(&["duckdb", "openpyxl"]);
    what_is_read_is_said_before;
    a_question_is_cancelled_at_once;
    one_question_a_person_and_two_in_all;
    no_number_of_a_person_is_asked;
    an_answer_that_cannot_be_noted_is_not_shown;
    nothing_is_left_of_a_server_that_is_killed;
    a_child_that_is_killed_ends_its_question_alone;
    hostile_statements_reach_nothing;
    a_proof_from_the_page_holds_without_the_archive needs Tool::Python(&[]), Tool::Openssl;
    a_printed_code_is_of_the_archive_or_not;
    a_file_is_of_the_archive_or_not;
}

/// A question that takes longer than any test: a join of all pairs.
const LONG: &str = "SELECT COUNT(*) AS n FROM events a JOIN events b ON a.seq < b.seq JOIN events c ON b.seq < c.seq";

/// Asks; the address of the answer.
fn asked(shown: &Shown, cookie: &str, fields: &[(&str, &str)]) -> Reply {
    shown.ask("post", "/kueri").cookie(Some(cookie)).form(fields).send()
}

pub(crate) fn address(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{reply:?}");
    reply.header("location").unwrap().to_owned()
}

fn standing(shown: &Shown, cookie: &str, path: &str) -> Value {
    shown.ask("get", path).cookie(Some(cookie)).json().send().json()
}

/// What it says once it is over.
pub(crate) fn over(shown: &Shown, cookie: &str, path: &str) -> Value {
    within(Duration::from_secs(60), "the question is over", || {
        Some(standing(shown, cookie, path)).filter(|said| said["goes_on"] == false)
    })
}

pub(crate) fn accesses(office: &Office) -> Vec<Value> {
    let listed = office.run(&["access", "--format", "json"]).expect_code(0).out;
    serde_json::from_str::<Value>(&listed).unwrap().as_array().unwrap().clone()
}

/// Saved ones and one of one's own: the same rows, digest and files as `tertib query` gives; the log says who asked.
fn an_answer_is_that_of_the_command_line() {
    const OWN: &str = "SELECT langkah, hasil, COUNT(*) AS n FROM events WHERE bulan = :month GROUP BY langkah, hasil ORDER BY langkah, hasil";
    let shown = Shown::alone();
    let cookie = shown.sign_in("auditor");
    let archive = shown.office.path("archive");
    let month = ("month", "2026-10");
    let of = [
        (vec![("sql", OWN), month, ("purpose", "Pemeriksaan, surat 700/123")], vec![OWN, "--month", "2026-10"]),
        (vec![("tanya", "beban_petugas"), month], vec!["beban_petugas", "--month", "2026-10"]),
        (vec![("tanya", "riwayat_arsip")], vec!["riwayat_arsip"]),
    ];
    for (fields, arguments) in of {
        let path = address(&asked(&shown, &cookie, &fields));
        let said = over(&shown, &cookie, &path);
        assert_eq!(said["standing"], "answered", "{said}");
        let told = shown.office.run(&[&["query", "--format", "json"], arguments.as_slice()].concat()).expect_code(0);
        let told: Value = serde_json::from_str(&told.out).unwrap();
        let answer = &said["answer"];
        assert_eq!(answer["digest"], told["sha256"], "{said}");
        let rows = answer["rows"].as_array().unwrap();
        assert!(!rows.is_empty() && rows.len() as u64 == told["n"].as_u64().unwrap());
        // The entry was written before the answer was shown.
        let noted = accesses(&shown.office).into_iter().find(|entry| entry["index"] == answer["entry"]).unwrap();
        assert_eq!(
            (&noted["by"], &noted["act"], &noted["answer"]),
            (&"portal: auditor".into(), &"query".into(), &answer["digest"])
        );
        assert_eq!(noted["role"], "auditor");
        for (ending, media) in [
            ("csv", "text/csv; charset=utf-8"),
            ("json", "application/json"),
            ("parquet", "application/vnd.apache.parquet"),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ] {
            let file = shown.get(&format!("{path}.{ending}"), &cookie);
            assert_eq!((file.status, file.header("content-type")), (200, Some(media)), "{file:?}");
            let name = file.header("content-disposition").unwrap();
            assert!(name.contains(&format!("catatan-akses-{}.{ending}", answer["entry"])), "{name}");
            fs::write(shown.office.path(&format!("jawaban.{ending}")), &file.body).unwrap();
        }
        let script = shown.get(&format!("{path}/duckdb.sql"), &cookie);
        let is_stored = said["sql"] == OWN;
        assert_eq!(script.status, if is_stored { 200 } else { 404 }, "{}", script.text());
        if is_stored {
            fs::write(shown.office.path("duckdb.sql"), &script.body).unwrap();
        }
        let mut judge = Tool::Python(&["duckdb", "openpyxl"]).command();
        judge.arg(root().join("tests/portal/answer.py")).arg(shown.office.folder()).arg(&archive);
        judge.arg(answer["digest"].as_str().unwrap()).arg(answer["entry"].to_string()).arg(if is_stored {
            "duckdb"
        } else {
            ""
        });
        let judged = judge.output().unwrap();
        assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
    }
    let log = shown.get("/log-akses", &cookie).text();
    assert!(log.contains("portal: auditor") && log.contains("Pemeriksaan, surat 700&#x2f;123"), "{log}");
    // Somebody else sees none of it: neither answer nor entry.
    let other = shown.sign_in("pelihat");
    assert!(!shown.get("/log-akses", &other).text().contains("portal: auditor"));
}

/// Columns and months, before a row is read; nothing is noted for it.
fn what_is_read_is_said_before() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("auditor");
    let before = accesses(&shown.office).len();
    let examined = |sql: &str| {
        let reply =
            shown.ask("post", "/kueri").cookie(Some(&cookie)).json().form(&[("sql", sql), ("act", "examine")]).send();
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["reads"].clone()
    };
    let reads = examined("SELECT langkah FROM events WHERE bulan = '2026-10'");
    assert_eq!(reads["columns"], serde_json::json!(["events.bulan", "events.langkah"]));
    assert_eq!(reads["months"], "Oktober 2026");
    let reads = examined("SELECT COUNT(*) AS n FROM berkas");
    assert!(reads["months"].as_str().unwrap().contains("Oktober 2026"), "{reads}");
    assert!(examined("SELECT COUNT(*) AS n FROM runs")["months"].is_null());
    // What DuckDB would have to compute has no script, also where no column is read.
    let path = address(&asked(&shown, &cookie, &[("sql", "SELECT COUNT(*) AS n FROM berkas")]));
    assert_eq!(over(&shown, &cookie, &path)["standing"], "answered");
    assert_eq!(shown.get(&format!("{path}/duckdb.sql"), &cookie).status, 404);
    let before = before + 1;
    assert_eq!(accesses(&shown.office).len(), before);
    let refused = asked(&shown, &cookie, &[("sql", "SELECT nik FROM events")]);
    assert_eq!(refused.status, 422);
    let text = refused.text();
    assert!(
        text.contains("tidak dapat dijawab") && text.contains("<textarea") && text.contains("SELECT nik"),
        "{text}"
    );
}

/// The child is gone before a quarter of a second is over, and so is that of a question whose time is over.
fn a_question_is_cancelled_at_once() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("auditor");
    let path = address(&asked(&shown, &cookie, &[("sql", LONG)]));
    let children = || {
        let is_answering = |id: &Pid| {
            fs::read(format!("/proc/{}/cmdline", id.as_raw_nonzero()))
                .unwrap_or_default()
                .windows(6)
                .any(|six| six == b"answer")
        };
        shown.serving.children().into_iter().filter(is_answering).collect::<Vec<_>>()
    };
    let child = within(Duration::from_secs(20), "a child answers", || children().first().copied());
    assert_eq!(standing(&shown, &cookie, &path)["standing"], "running");
    let page = shown.get(&path, &cookie).text();
    assert!(page.contains("sedang dijawab") && page.contains("Batalkan"), "{page}");
    let began = Instant::now();
    assert_eq!(address(&shown.post(&format!("{path}/batal"), &cookie)), path);
    within(Duration::from_secs(5), "the child is gone", || test_kill_process(child).is_err().then_some(()));
    println!("cancelled in {} ms", began.elapsed().as_millis());
    assert_eq!(standing(&shown, &cookie, &path)["standing"], "cancelled");
    assert!(shown.get(&path, &cookie).text().contains("dibatalkan"));
    // The next one runs.
    let path = address(&asked(&shown, &cookie, &[("sql", "SELECT COUNT(*) AS n FROM events")]));
    assert_eq!(over(&shown, &cookie, &path)["standing"], "answered");
    assert!(accesses(&shown.office).iter().all(|entry| !entry["what"].as_str().unwrap().contains("c.seq")));
}

fn one_question_a_person_and_two_in_all() {
    let of = office(Office::small());
    let people = ["periksa1", "periksa2", "periksa3"];
    for account in people {
        user(
            &of,
            &["add", account, "--name", "Rekaan", "--post", "Pemeriksa", "--role", "auditor"],
            &password(account),
        );
    }
    let shown = Shown::by(of, &["portal"]);
    let cookies = people.map(|account| shown.sign_in(account));
    let [first, second, third] = &cookies;
    let paths = cookies.each_ref().map(|cookie| address(&asked(&shown, cookie, &[("sql", LONG)])));
    let again = asked(&shown, first, &[("sql", "SELECT 1 AS satu FROM events")]);
    assert!(again.status == 409 && again.text().contains("masih berjalan"), "{}", again.text());
    assert!(again.text().contains("SELECT 1 AS satu"), "what was typed stays");
    let stands = |cookie: &str, path: &str| standing(&shown, cookie, path)["standing"].as_str().unwrap().to_owned();
    within(Duration::from_secs(20), "two run", || {
        let all =
            [(first, &paths[0]), (second, &paths[1]), (third, &paths[2])].map(|(cookie, path)| stands(cookie, path));
        (all == ["running", "running", "waiting"]).then_some(())
    });
    // An answer is its asker's.
    let foreign = shown.get(&paths[0], second);
    assert!(foreign.status == 404 && shown.post(&format!("{}/batal", paths[0]), second).status == 404);
    shown.post(&format!("{}/batal", paths[0]), first);
    within(Duration::from_secs(20), "the third one's turn comes", || {
        (stands(third, &paths[2]) == "running").then_some(())
    });
    for (cookie, path) in cookies.iter().zip(&paths) {
        shown.post(&format!("{path}/batal"), cookie);
    }
}

/// Neither in a question nor in an address, and what is refused is not repeated.
fn no_number_of_a_person_is_asked() {
    const NIK: &str = "1806015708979001";
    let shown = Shown::alone();
    let cookie = shown.sign_in("auditor");
    let sql = format!("SELECT COUNT(*) AS n FROM events WHERE berkas_id = '{NIK}'");
    for fields in [
        vec![("sql", sql.as_str())],
        vec![("sql", "SELECT 1 AS n FROM events"), ("purpose", NIK)],
        vec![("tanya", "riwayat_berkas"), ("berkas", NIK)],
    ] {
        let reply = asked(&shown, &cookie, &fields);
        assert!(reply.status == 422 && !reply.text().contains(NIK), "{}", reply.text());
    }
    let reply = shown.get(&format!("/kueri?sql={}", escaped(&sql)), &cookie);
    assert!(reply.status == 422 && !reply.text().contains(NIK), "{}", reply.text());
    assert!(!shown.log().contains(NIK));
    for (fields, words) in [
        (vec![("sql", " ")], "Belum ada yang ditanyakan"),
        (vec![("tanya", "beban_petugas")], "belum lengkap"),
        (vec![("tanya", "beban_petugas"), ("month", "Oktober")], "tidak sesuai"),
    ] {
        let reply = asked(&shown, &cookie, &fields);
        assert!(reply.status == 422 && reply.text().contains(words), "{}", reply.text());
    }
}

fn an_answer_that_cannot_be_noted_is_not_shown() {
    let shown = Shown::alone_of(Office::small().copy());
    let cookie = shown.sign_in("auditor");
    let access = shown.office.path("archive/access");
    let aside = shown.office.path("aside");
    drop(fs::rename(&access, &aside));
    fs::write(&access, "").unwrap();
    let path = address(&asked(&shown, &cookie, &[("sql", "SELECT COUNT(*) AS banyak FROM events")]));
    let said = over(&shown, &cookie, &path);
    assert_eq!((&said["standing"], said["answer"].is_null()), (&"unnoted".into(), true), "{said}");
    let page = shown.get(&path, &cookie);
    assert!(page.status == 503 && page.text().contains("catatan akses tidak dapat ditulis"), "{}", page.text());
    assert_eq!(shown.get(&format!("{path}.csv"), &cookie).status, 404);
    fs::remove_file(&access).unwrap();
    drop(fs::rename(&aside, &access));
    let path = address(&asked(&shown, &cookie, &[("sql", "SELECT COUNT(*) AS banyak FROM events")]));
    assert_eq!(over(&shown, &cookie, &path)["standing"], "answered");
}

fn nothing_is_left_of_a_server_that_is_killed() {
    let mut shown = Shown::alone_of(Office::small().copy());
    let cookie = shown.sign_in("auditor");
    drop(address(&asked(&shown, &cookie, &[("sql", LONG)])));
    let children = within(Duration::from_secs(20), "a child answers", || {
        Some(shown.serving.children()).filter(|children| !children.is_empty())
    });
    shown.serving.signal(Signal::KILL);
    shown.serving.wait();
    within(Duration::from_secs(10), "its children are gone", || {
        children.iter().all(|child| test_kill_process(*child).is_err()).then_some(())
    });
    let verified = shown.office.run(&["verify"]);
    verified.expect_code(0);
}

/// The server goes on, says that there is no answer, and gives the next one; an answer that is being sent is sent to its end.
fn a_child_that_is_killed_ends_its_question_alone() {
    let shown = Shown::alone();
    let (cookie, other) = (shown.sign_in("auditor"), shown.sign_in("kepala"));
    let all = address(&asked(&shown, &cookie, &[("sql", "SELECT * FROM events_all")]));
    assert_eq!(over(&shown, &cookie, &all)["standing"], "answered");
    let whole = shown.get(&format!("{all}.csv"), &cookie).body;
    let sending = shown.ask("get", &format!("{all}.csv")).cookie(Some(&cookie)).open();
    let path = address(&asked(&shown, &cookie, &[("sql", LONG)]));
    let child = within(Duration::from_secs(20), "a child answers", || {
        let line = |id: &Pid| fs::read(format!("/proc/{}/cmdline", id.as_raw_nonzero())).unwrap_or_default();
        let is_answering = |id: &Pid| line(id).split(|byte| *byte == 0).nth(1) == Some(b"answer");
        shown.serving.children().into_iter().find(is_answering)
    });
    rustix::process::kill_process(child, Signal::KILL).unwrap();
    let said = over(&shown, &cookie, &path);
    assert!(said["answer"].is_null() && said["standing"] != "answered", "{said}");
    assert!(shown.get(&path, &cookie).text().contains("tidak d"), "{said}");
    let next = address(&asked(&shown, &cookie, &[("sql", "SELECT COUNT(*) AS n FROM events")]));
    assert_eq!(over(&shown, &cookie, &next)["standing"], "answered");
    assert_eq!(shown.get("/tinjauan/2026-10", &other).status, 200);
    let mut sent = Vec::new();
    let mut sending = std::io::BufReader::new(sending);
    while !sent.ends_with(&whole) {
        let mut piece = [0; 4_096];
        let n = std::io::Read::read(&mut sending, &mut piece).unwrap();
        assert!(n > 0, "the file broke off after {} bytes", sent.len());
        sent.extend(&piece[..n]);
    }
}

/// Every fourth statement of the list of attacks; all of them with `TERTIB_HOSTILE=all`. None aborts the server, none reads a file.
fn hostile_statements_reach_nothing() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("auditor");
    let canary = shown.office.path("kenari.csv");
    fs::write(&canary, "rahasia\nKENARI-9001\n").unwrap();
    let corpus = fs::read_to_string(root().join("tests/query/hostile.sql")).unwrap();
    let every = if std::env::var_os("TERTIB_HOSTILE").is_some_and(|how| how == "all") { 1 } else { 4 };
    let (mut answered, mut refused) = (0, 0);
    for line in corpus.lines().filter(|line| !line.is_empty() && !line.starts_with("--")).step_by(every) {
        let sql = line.replace("KANARI", &canary.display().to_string());
        let reply = asked(&shown, &cookie, &[("sql", &sql)]);
        let text = match reply.status {
            303 => {
                let said = over(&shown, &cookie, reply.header("location").unwrap());
                answered += 1;
                said.to_string()
            }
            _ => {
                assert!([413, 422].contains(&reply.status), "{sql}: {reply:?}");
                refused += 1;
                reply.text()
            }
        };
        assert!(!text.contains("KENARI-9001") && !text.contains("root:x:"), "{sql}");
    }
    println!("{answered} were asked, {refused} refused at once");
    assert!(answered > 5 && refused > 50);
    assert_eq!(shown.get("/sehat", &cookie).status, 200);
}

/// What is downloaded is checked with the public key alone, elsewhere.
fn a_proof_from_the_page_holds_without_the_archive() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("auditor");
    let asked = ["query", "SELECT MIN(event_id) AS event_id FROM events", "--format", "csv"];
    let event = shown.office.run(&asked).expect_code(0).out.lines().nth(1).unwrap().to_owned();
    let said = shown.ask("get", &format!("/bukti?peristiwa={event}")).cookie(Some(&cookie)).json().send().json();
    let key = said["key"].as_str().unwrap();
    assert_eq!(key, shown.office.run(&["key", "show"]).expect_code(0).out.trim());
    let elsewhere = tempfile::TempDir::new().unwrap();
    let kept = |path: &str, name: &str| {
        let file = shown.get(path, &cookie);
        assert_eq!(file.status, 200, "{path}");
        let to = elsewhere.path().join(name);
        fs::write(&to, &file.body).unwrap();
        to.display().to_string()
    };
    let row = &said["rows"][0];
    let checker = kept("/bukti/periksa_bukti.py", "periksa_bukti.py");
    drop(Tool::Openssl.path());
    let judged = |arguments: &[&str]| {
        let output = Tool::Python(&[]).command().arg(&checker).args(arguments).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    for path in [row["path"].as_str().unwrap(), said["statements"][0]["proof"].as_str().unwrap()] {
        let proof = kept(path, "bukti");
        tests::run(&["prove", "--check", &proof, "--public-key", key]).expect_code(0);
        let (holds, words) = judged(&[&proof, key]);
        assert!(holds && words.starts_with("SAH: daun "), "{words}");
        // With any letter changed it proves nothing, here and there.
        let text = fs::read_to_string(&proof).unwrap();
        let letters: Vec<usize> =
            text.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).map(|(at, _)| at).collect();
        for at in letters.iter().step_by(letters.len() / 23).copied() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'B' { b'C' } else { b'B' };
            fs::write(&proof, &other).unwrap();
            assert!(!judged(&[&proof, key]).0, "{}", String::from_utf8_lossy(&other));
            assert_ne!(tests::run(&["prove", "--check", &proof, "--public-key", key]).code, 0);
        }
    }
    let record: Value = serde_json::from_str(row["record"].as_str().unwrap()).unwrap();
    assert_eq!(record["event_id"].to_string().trim_matches('"'), event);
    let statements = said["statements"].as_array().unwrap();
    let oldest = statements.last().unwrap();
    if let Some(continued) = oldest["continued"].as_str() {
        let (earlier, proof) = (kept(oldest["path"].as_str().unwrap(), "lama"), kept(continued, "kesinambungan"));
        tests::run(&["prove", "--check", &proof, "--earlier", &earlier, "--public-key", key]).expect_code(0);
        let (holds, words) = judged(&[&proof, key, &earlier]);
        assert!(holds && words.contains("yang lama tidak berubah"), "{words}");
    }
    // A printed book leads to the proof of the commit that it names.
    let pdf = fs::read(shown.office.document("buku_agenda_pendaftaran", "pdf")).unwrap();
    let code = schemas::document::BookCode::find(&String::from_utf8_lossy(&pdf)).unwrap();
    let path = format!("/bukti?kode={}", escaped(&code.to_string()));
    let said = shown.ask("get", &path).cookie(Some(&cookie)).json().send().json();
    assert_eq!((&said["document"]["version"], &said["is_missing"]), (&code.version.into(), &false.into()), "{said}");
    let (holds, words) = judged(&[&kept(said["document"]["path"].as_str().unwrap(), "komit"), key]);
    assert!(holds && words.contains("SAH"), "{words}");
    assert_eq!(shown.get("/bukti?kode=bukan", &cookie).status, 404);
    let missing = shown.get("/bukti?peristiwa=999999999", &cookie);
    assert!(
        missing.status == 404 && missing.text().contains("tidak memuat peristiwa atau dokumen itu"),
        "{}",
        missing.text()
    );
    for path in ["/bukti/seq-99999999", "/bukti/x", "/titik-periksa/7", "/titik-periksa/x", "/titik-periksa/1/9999999"]
    {
        assert_eq!(shown.get(path, &cookie).status, 404, "{path}");
    }
}

/// Of each printed document; with one digit changed it is none of the archive.
fn a_printed_code_is_of_the_archive_or_not() {
    let shown = Shown::alone();
    let cookie = shown.sign_in("pelihat");
    let checked = |code: &str| {
        let asked = shown.ask("post", "/periksa").cookie(Some(&cookie)).form(&[("kode", code)]);
        let (page, said) = (asked.send(), asked.clone().json().send().json());
        assert_eq!(
            (page.status, page.text().contains("<strong>Ya.</strong>")),
            (200, said["is_same"] == true),
            "{said}"
        );
        said["is_same"].as_bool().unwrap()
    };
    let mut found = 0;
    for name in ["laporan_bulanan", "buku_agenda_pendaftaran"] {
        let pdf = fs::read(shown.office.document(name, "pdf")).unwrap();
        let code = schemas::document::BookCode::find(&String::from_utf8_lossy(&pdf)).unwrap();
        let text = code.to_string();
        assert!(checked(&text), "{text}");
        for other in [
            text.replacen("2026-10", "2026-09", 1),
            text.replace(name, "buku_yang_lain"),
            "x".to_owned(),
            "a".repeat(9_000),
        ] {
            assert!(!checked(&other), "{other}");
        }
        found += 1;
    }
    assert_eq!(found, 2);
}

/// A masked book and a sealed one are known by every byte; nothing of what was sent stays, and nothing else is said.
fn a_file_is_of_the_archive_or_not() {
    let shown = Shown::alone_of(Office::small().copy());
    let cookie = shown.sign_in("pelihat");
    let sent = |bytes: &[u8]| shown.ask("post", "/periksa").cookie(Some(&cookie)).file("fail", bytes);
    let is_same = |bytes: &[u8]| {
        let said = sent(bytes).json().send();
        assert_eq!(said.status, 200, "{said:?}");
        let said = said.json();
        assert!(said["is_file"] == true && said.as_object().unwrap().len() == 2, "{said}");
        said["is_same"].as_bool().unwrap()
    };
    let full = ["render", "--month", "2026-10", "--only", "buku_agenda_pendaftaran", "--full", "--purpose", "uji"];
    shown.office.run(&full).expect_code_in(&[0, 1], "render");
    let sealed = tests::tree(&shown.office.path("laporan/2026-10_dinas"));
    let sealed = sealed.into_iter().find(|(path, _)| path.extension().is_some_and(|ending| ending == "pdf"));
    let books = ["laporan_bulanan", "buku_agenda_pendaftaran"];
    let mut files = books.map(|name| fs::read(shown.office.document(name, "pdf")).unwrap()).to_vec();
    files.push(sealed.unwrap().1);
    for mut pdf in files {
        assert!(is_same(&pdf));
        assert!(sent(&pdf).send().text().contains("<strong>Ya.</strong> Fail ini adalah dokumen dari arsip."));
        // One byte of it, and what is behind it.
        let middle = pdf.len() / 2;
        pdf[middle] ^= 1;
        assert!(!is_same(&pdf));
        pdf[middle] ^= 1;
        pdf.push(b' ');
        assert!(!is_same(&pdf));
        assert!(sent(&pdf).send().text().contains("<strong>Tidak.</strong> Fail ini bukan dokumen dari arsip."));
    }
    assert!(!is_same(b"") && !is_same(b"%PDF-1.7 bukan apa-apa") && !is_same(&vec![0; 15 << 20]));
    // Neither longer files, nor files for anything else, nor of who is not signed in.
    assert_eq!(sent(&vec![0; 17 << 20]).send().status, 413);
    let elsewhere = shown.ask("post", "/kueri").cookie(Some(&shown.sign_in("auditor"))).file("sql", &vec![0; 1 << 20]);
    assert_eq!(elsewhere.send().status, 413);
    let nobody = shown.ask("post", "/periksa").file("fail", &vec![0; 1 << 20]).send();
    assert!(nobody.status == 413 || nobody.asks_to_sign_in(), "{nobody:?}");
    assert_eq!(shown.ask("post", "/periksa").cookie(Some(&cookie)).file("lain", b"%PDF").send().status, 400);
    assert!(fs::read_dir(shown.office.path("sementara")).map_or(0, Iterator::count) == 0);
}
