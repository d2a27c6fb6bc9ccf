//! Jobs are run and aborted by `serve`, their logs are seen as they grow, and everything ends soon.

use crate::client::{rest, until};
use crate::{Shown, within};
use rustix::process::{Signal, kill_process, kill_process_group};
use serde_json::Value;
use std::time::{Duration, Instant};
use tests::Office;

tests::part! {
    a_job_is_run_now_and_its_log_is_seen;
    a_run_is_aborted_at_once_and_not_tried_again;
    a_run_that_fails_says_why_to_those_who_mend_and_to_others_whom_to_tell;
    what_is_final_is_asked_for_twice;
    a_run_that_is_killed_ends_its_stream;
    it_ends_within_a_second_with_open_streams;
    jobs_run_without_the_portal_and_streams_end_with_their_session;
    changed_settings_ask_for_a_restart;
}

/// A run is aborted within this.
const AT_ONCE: Duration = Duration::from_millis(200);

/// `serve` or the portal ends within this, whoever is connected.
const SECOND: Duration = Duration::from_secs(1);

/// An office whose pull takes minutes.
pub(crate) fn slow() -> Office {
    let office = Office::unpulled();
    office.configure("rows-per-second = 100000", "rows-per-second = 50");
    office
}

/// The last run of a job.
fn last(shown: &Shown, cookie: &str, job: &str) -> Option<i64> {
    let page = shown.ask("get", "/pekerjaan").cookie(Some(cookie)).json().send().json();
    let runs = page["runs"].as_array().unwrap().iter().filter(|run| run["job"] == job);
    runs.filter_map(|run| run["id"].as_i64()).max()
}

/// Starts a job; the path of its run.
pub(crate) fn begun(shown: &Shown, cookie: &str, job: &str) -> String {
    let before = last(shown, cookie, job);
    let reply = shown.post(&format!("/pekerjaan/{job}/jalankan"), cookie);
    assert_eq!(reply.status, 303, "{}", reply.text());
    let path = reply.header("location").unwrap();
    if path != "/pekerjaan" {
        return path.to_owned();
    }
    // On a busy machine it begins later than the portal waits for it.
    let run =
        within(Duration::from_secs(60), "it begins", || last(shown, cookie, job).filter(|run| Some(*run) > before));
    format!("/pekerjaan/{run}")
}

pub(crate) fn run(shown: &Shown, cookie: &str, path: &str) -> Value {
    shown.ask("get", path).cookie(Some(cookie)).json().send().json()["run"].clone()
}

fn a_job_is_run_now_and_its_log_is_seen() {
    let shown = Shown::served(Office::unpulled());
    let cookie = shown.sign_in("ti");
    let before = shown.get("/tinjauan/2026-10", &cookie);
    assert!(
        before.status == 404
            && before.text().contains("Arsip tidak memuat bulan Oktober 2026.")
            && plain(&before.text()).contains("<a class=\"tombol\" href=\"/tinjauan\">Ke bulan terakhir</a>"),
        "{}",
        before.text()
    );
    let path = begun(&shown, &cookie, "tarik");
    let mut stream = shown.ask("get", &path).cookie(Some(&cookie)).with("Accept", "text/event-stream").open();
    let events = until(&mut stream, "event: selesai");
    assert!(events.contains("text/event-stream") && events.contains("no-store"), "{events}");
    assert!(events.contains("data: ") && events.contains("began") && events.contains("archived"), "{events}");
    for known in ["job=", "run=", "attempt=", "period="] {
        assert!(!events.contains(known), "the page says it already: {events}");
    }
    let run = run(&shown, &cookie, &path);
    assert_eq!((&run["outcome"], &run["asked_by"]), (&"done".into(), &"ti".into()), "{run}");
    assert_eq!(shown.get("/tinjauan/2026-10", &cookie).status, 200, "what was pulled is shown");
    let page = shown.get(&path, &cookie).text();
    assert!(page.contains("diminta akun ti") && page.contains("archived"), "{page}");
    let number = path.rsplit('/').next().unwrap();
    let log = shown.office.run(&["log", number]).expect_code(0);
    assert!(log.out.contains("\"began\""), "{}", log.out);
    // A browser that comes back is told the rest only.
    let mut stream = shown
        .ask("get", &path)
        .cookie(Some(&cookie))
        .with("Accept", "text/event-stream")
        .with("Last-Event-ID", "1")
        .open();
    assert!(!until(&mut stream, "event: selesai").contains("id: 1\n"));
    assert_eq!(shown.post("/pekerjaan/tidak-ada/jalankan", &cookie).status, 404);
    assert_eq!(shown.post("/pekerjaan/999/batal", &cookie).status, 404);
    let ended = shown.post(&format!("{path}/batal"), &cookie);
    assert_eq!(ended.status, 409, "it has ended");
    assert!(plain(&ended.text()).contains("href=\"/pekerjaan\">Ke Pekerjaan</a>"), "{}", ended.text());
    let status = shown.office.run(&["status", "--format", "json"]).json();
    let jobs = shown.ask("get", "/pekerjaan").cookie(Some(&cookie)).json().send().json();
    let of =
        |value: &Value| value["jobs"].as_array().unwrap().iter().map(|job| job["state"].clone()).collect::<Vec<_>>();
    assert_eq!(of(&status), of(&jobs), "the page says what `status` says");
    let codes = |value: &Value| value.as_array().unwrap().iter().map(|one| one["code"].clone()).collect::<Vec<_>>();
    assert_eq!(codes(&status["conditions"]), codes(&jobs["findings"]));
}

/// Aborts a run, whose process is gone then; how long that took.
fn aborted(shown: &Shown, cookie: &str, path: &str) -> Duration {
    let [child] = shown.serving.children()[..] else { panic!("one run goes on") };
    let began = Instant::now();
    let reply = shown.post(&format!("{path}/batal"), cookie);
    let took = began.elapsed();
    assert_eq!((reply.status, reply.header("location")), (303, Some(path)), "{}", reply.text());
    assert!(kill_process(child, Signal::CONT).is_err() || shown.serving.children().is_empty(), "its process is gone");
    took
}

fn a_run_is_aborted_at_once_and_not_tried_again() {
    let shown = Shown::served(slow());
    let cookie = shown.sign_in("ti");
    let mut path = begun(&shown, &cookie, "tarik");
    assert_eq!(shown.post("/pekerjaan/tarik/jalankan", &cookie).status, 409, "one at a time");
    let mut took = vec![aborted(&shown, &cookie, &path)];
    // The machine may be busy with builds, so the least of a few counts.
    while took.len() < 5 && took[took.len() - 1] > AT_ONCE {
        path = begun(&shown, &cookie, "tarik");
        took.push(aborted(&shown, &cookie, &path));
    }
    println!("aborted in {took:?}");
    assert!(took[took.len() - 1] <= AT_ONCE, "{took:?}");
    let run = run(&shown, &cookie, &path);
    assert_eq!((&run["outcome"], &run["aborted_by"]), (&"aborted".into(), &"ti".into()), "{run}");
    let page = shown.get(&path, &cookie).text();
    assert!(page.contains("oleh akun ti") && page.contains("dibatalkan") && page.contains("aborted by ti"), "{page}");
    assert!(!page.contains("gagal"), "{page}");
    // Somebody wanted it so: it is no failure.
    let status = shown.office.status();
    let of_pull = |one: &Value| one["of"] == "tarik";
    assert!(!status["conditions"].as_array().unwrap().iter().any(of_pull), "{status}");
    assert_eq!(status["jobs"][0]["state"], "aborted", "{status}");
    assert!(
        shown
            .office
            .run(&["verify"])
            .expect_code_in(&[0, 1, 2], "verify")
            .err
            .lines()
            .all(|line| !line.contains("panicked"))
    );
    let pelihat = shown.sign_in("kepala");
    assert_eq!(shown.post(&format!("{path}/batal"), &pelihat).status, 403);
}

/// A page with the slashes of its addresses as they are.
fn plain(page: &str) -> String {
    page.replace("&#x2f;", "/")
}

/// The end of a log, codes and causes are for who mends; who does not reads Indonesian, and whom to tell.
fn a_run_that_fails_says_why_to_those_who_mend_and_to_others_whom_to_tell() {
    let office = Office::unpulled();
    std::fs::remove_file(office.path("kantor.sqlite")).unwrap();
    let shown = Shown::served(office);
    let cookie = shown.sign_in("ti");
    let path = begun(&shown, &cookie, "tarik");
    within(Duration::from_secs(60), "it has failed", || {
        (run(&shown, &cookie, &path)["outcome"] == "failed").then_some(())
    });
    let page = shown.get(&path, &cookie).text();
    let log = page.split("<pre").nth(1).unwrap();
    assert!(log.contains("GALAT: ") && log.contains("kantor.sqlite"), "the log says why: {page}");
    assert!(!log.contains("began attempt") && !page.contains("Keterangan program"), "{page}");
    let condition = |role: &str| {
        let cookie = shown.sign_in(role);
        let page = shown.get("/pekerjaan", &cookie).text();
        assert!(page.contains("J019") && page.contains("Pekerjaan ini gagal."), "{page}");
        assert!(!page.contains("kantor.sqlite") && !page.contains("akan dicoba lagi"), "{page}");
        page
    };
    assert!(condition("ti").contains("Lihat sebabnya pada catatan pelaksanaannya"));
    let for_auditor = condition("auditor");
    assert!(for_auditor.contains("Beri tahu petugas TI.") && !for_auditor.contains("Lihat sebabnya"), "{for_auditor}");
    let for_auditor = shown.get(&path, &shown.sign_in("auditor")).text();
    assert!(!for_auditor.contains("/jalankan"), "{for_auditor}");
    // What the doctor finds is told by its words, and its commands are told from them.
    let doctor = begun(&shown, &cookie, "periksa");
    within(Duration::from_secs(60), "the doctor has ended", || {
        (run(&shown, &cookie, &doctor)["outcome"] == "findings").then_some(())
    });
    let found = shown.ask("get", &doctor).cookie(Some(&cookie)).json().send().json();
    let codes: Vec<&str> =
        found["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"P019"), "{found}");
    let page = shown.get(&doctor, &cookie).text();
    assert!(page.contains("Arsip masih kosong.") && page.contains("Jalankan <code>tertib pull</code>."), "{page}");
}

/// One click neither closes books nor writes the report of the province.
fn what_is_final_is_asked_for_twice() {
    let (shown, clock) = Shown::by_the_clock(Office::small(), &["serve"]);
    let cookie = shown.sign_in("ti");
    let runs = |job: &str| {
        let status = clock.run(&shown.office, &["status", job, "--format", "json"]);
        status.expect_code_in(&[0, 1, 2], "status").json()["runs"].as_array().unwrap().len()
    };
    for (job, words) in [("tutup-buku", "Menutup buku "), ("provinsi", "untuk provinsi akan dibuat")] {
        let asked = shown.post(&format!("/pekerjaan/{job}/jalankan"), &cookie);
        assert!(asked.status == 409 && asked.text().contains(words), "{}", asked.text());
        assert!(asked.text().contains("Lanjutkan?") && asked.text().contains("name=\"pasti\""), "{}", asked.text());
        assert_eq!(runs(job), 0, "{job} was only asked for");
        let path = format!("/pekerjaan/{job}/jalankan");
        let meant = shown.ask("post", &path).cookie(Some(&cookie)).form(&[("pasti", "ya")]).send();
        assert_eq!(meant.status, 303, "{}", meant.text());
        within(Duration::from_secs(60), "it has begun", || (runs(job) == 1).then_some(()));
    }
}

/// A run that somebody kills is told as cut off, and who watches it is told its end.
fn a_run_that_is_killed_ends_its_stream() {
    let shown = Shown::served(slow());
    let cookie = shown.sign_in("ti");
    let path = begun(&shown, &cookie, "tarik");
    let mut stream = shown.ask("get", &path).cookie(Some(&cookie)).with("Accept", "text/event-stream").open();
    until(&mut stream, "began");
    let [child] = shown.serving.children()[..] else { panic!("one run goes on") };
    kill_process_group(child, Signal::KILL).unwrap();
    until(&mut stream, "event: selesai");
    assert_eq!(run(&shown, &cookie, &path)["outcome"], "failed");
    assert_eq!(shown.ask("get", "/sehat").send().status, 200);
}

/// Streams that are open hold nothing up: those of a run that goes on, too. The machine may be busy with builds, so the least of a few
/// ends counts.
fn it_ends_within_a_second_with_open_streams() {
    for end in [ends_with_streams, ends_alone] {
        let mut took = vec![end()];
        while took.len() < 3 && took[took.len() - 1] >= SECOND {
            took.push(end());
        }
        assert!(took[took.len() - 1] < SECOND, "{took:?}");
    }
}

/// How long the streams of a run stay open after the end was asked for.
fn ends_with_streams() -> Duration {
    let mut shown = Shown::served(slow());
    let cookie = shown.sign_in("ti");
    let path = begun(&shown, &cookie, "tarik");
    let listen = || shown.ask("get", &path).cookie(Some(&cookie)).with("Accept", "text/event-stream").open();
    let mut streams: Vec<_> = (0..8).map(|_| listen()).collect();
    for stream in &mut streams {
        until(stream, "began");
    }
    let ninth = shown.ask("get", &path).cookie(Some(&cookie)).with("Accept", "text/event-stream").send();
    assert_eq!(ninth.status, 429, "a session has eight");
    let began = Instant::now();
    shown.serving.signal(Signal::TERM);
    for stream in &mut streams {
        rest(stream);
    }
    let ended = began.elapsed();
    shown.serving.wait();
    let took = began.elapsed();
    // The run ends within two seconds by itself, and would go on for much longer; the portal does not wait for it.
    assert!(took < Duration::from_secs(6), "{took:?}");
    ended
}

/// How long a portal that runs nothing takes to end, with a connection that says nothing and one whose answer is being made.
fn ends_alone() -> Duration {
    let mut alone = Shown::alone();
    let cookie = alone.sign_in("kepala");
    let _idle = crate::client::connected(alone.address);
    let _half = alone.ask("get", "/tinjauan/2026-10").cookie(Some(&cookie)).open();
    alone.stop()
}

/// A portal that cannot be opened keeps no job from running, and a session that ends takes its stream along.
fn jobs_run_without_the_portal_and_streams_end_with_their_session() {
    let shown = Shown::served(slow());
    let cookie = shown.sign_in("ti");
    let path = begun(&shown, &cookie, "tarik");
    let mut stream = shown.ask("get", &path).cookie(Some(&cookie)).with("Accept", "text/event-stream").open();
    until(&mut stream, "began");
    assert_eq!(shown.post("/keluar", &cookie).status, 303);
    assert!(!String::from_utf8_lossy(&rest(&mut stream)).contains("selesai"));
    let other = crate::office(Office::unpulled());
    other.configure("listen = \"127.0.0.1:0\"", &format!("listen = \"{}\"", shown.address));
    other.run(&["portal"]).expect_refusal(&["cannot show pages", "another program"]);
    let log = other.path("serve.log");
    let _serving = tests::serving::Serving::start(other.command(&["serve"]), &log);
    let said = || std::fs::read_to_string(&log).unwrap_or_default();
    within(Duration::from_secs(60), "it serves", || said().contains("waiting").then_some(()));
    assert!(said().contains("the portal is not open, the jobs run"), "{}", said());
    within(Duration::from_secs(60), "it is a finding", || {
        let status = other.run(&["status", "--format", "json"]).json();
        status["conditions"].as_array().unwrap().iter().any(|one| one["code"] == "J014").then_some(())
    });
}

/// Settings of the portal that were changed count from the next start on: the page, `status` and the doctor say so, until then or until
/// they are as they were.
fn changed_settings_ask_for_a_restart() {
    let shown = Shown::served(Office::small());
    let cookie = shown.sign_in("ti");
    let says = |shown: &Shown| shown.get("/pekerjaan", &cookie).text().contains("belum berlaku");
    assert!(!says(&shown));
    let listen = "listen = \"127.0.0.1:0\"\n";
    shown.office.configure(listen, &format!("{listen}names = [\"portal.rekaan.lan\"]\n"));
    within(Duration::from_secs(5), "the page says so", || says(&shown).then_some(()));
    shown.serving.signal(rustix::process::Signal::HUP);
    let has = || {
        let status = shown.office.run(&["status", "--format", "json"]).json();
        status["conditions"].as_array().unwrap().iter().any(|one| one["code"] == "J016")
    };
    within(Duration::from_secs(60), "status says so", || has().then_some(()));
    let doctor = shown.office.run(&["doctor", "--format", "json"]).json().to_string();
    assert!(doctor.contains("J016") && doctor.contains("systemctl restart tertib"), "{doctor}");
    shown.office.configure("names = [\"portal.rekaan.lan\"]\n", "");
    within(Duration::from_secs(5), "the page is silent again", || (!says(&shown)).then_some(()));
    shown.serving.signal(rustix::process::Signal::HUP);
    within(Duration::from_secs(60), "status is silent again", || (!has()).then_some(()));
}
