//! Conditions come and go, clocks move, and services take messages or do not: what is told, to whom, and how often.

mod clocks;
mod sink;

use super::*;
use crate::channel::ChannelSection;
use crate::history::History;
use chrono::Duration;
use schemas::{FactFiles, OfficeDays, Zone};
use sink::Sink;
use std::sync::atomic::Ordering;
use tempfile::TempDir;

/// A NIK that must be nowhere; of nobody.
const CANARY: &str = "1806015708979001";

/// An office with a history and channels.
struct Told {
    dir: TempDir,
    messages: Messages,
    history: History,
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl Told {
    async fn new(channels: &str, jobs: &str) -> Self {
        #[derive(serde::Deserialize)]
        struct Written {
            #[serde(default)]
            channel: Vec<ChannelSection>,
            #[serde(default)]
            job: Vec<JobSection>,
        }
        let dir = TempDir::new().unwrap();
        // K is told as a failing job is, and V as a damaged archive.
        let rules = [("", 1, 1, false), ("K", 2, 1, false), ("V", 1, 1, true)].map(|(code, after, seldom, at_any_hour)| {
            format!("[[rule]]\ncode = \"{code}\"\nafter = {after}\nafter-seldom = {seldom}\nat-any-hour = {at_any_hour}\n")
        });
        let rules = format!("source = \"rekaan\"\n{}", rules.concat());
        let files = FactFiles::new([("pesan.toml".to_owned(), rules)].into()).unwrap();
        let facts = Arc::new(Facts::load(&files, &OfficeDays::default(), Zone::Wib).unwrap());
        let written: Written = toml::from_str(&format!("{channels}\n{jobs}")).unwrap();
        let messages = Messages {
            channels: Channel::all(&written.channel, &facts.presets, dir.path()).unwrap(),
            facts,
            language: Language::Indonesian,
            jobs: written.job,
            zone: Tz::Asia__Jakarta,
            office: "DINAS REKAAN\nPEMERINTAH REKAAN".to_owned(),
            place: "Kota Agung".to_owned(),
            reports: dir.path().join("laporan"),
            lock: dir.path().join(".messages.lock"),
        };
        let history = History::open(&dir.path().join("riwayat.sqlite")).await.unwrap();
        Self { dir, messages, history }
    }

    async fn observe(&mut self, conditions: &[Condition], now: DateTime<Utc>) {
        self.messages.observe(self.history.connection(), conditions, now).await.unwrap();
    }

    async fn deliver(&mut self, now: DateTime<Utc>) -> Delivered {
        self.messages.deliver(self.history.connection(), Pace::Due, now).await.unwrap().unwrap()
    }

    async fn both(&mut self, conditions: &[Condition], now: DateTime<Utc>) {
        self.observe(conditions, now).await;
        self.deliver(now).await;
    }

    async fn unsent(&mut self) -> Vec<Unsent> {
        self.messages.unsent(self.history.connection()).await.unwrap()
    }

    async fn conditions(&mut self) -> Vec<(&'static str, String, u64)> {
        let conditions = self.messages.conditions(self.history.connection()).await.unwrap();
        conditions.into_iter().map(|of| (of.code, of.of, of.count)).collect()
    }
}

fn generic(name: &str, port: u16, more: &str) -> String {
    format!(
        "[[channel]]\nname = \"{name}\"\ntype = \"webhook\"\npreset = \"generic\"\nurl = \"http://127.0.0.1:{port}/\"\n\
         ok = \"/status\"\n{more}\n"
    )
}

fn failing(count: u64, since: &str) -> Condition {
    Condition { code: "K001", of: "tarik".to_owned(), since: utc(since), count }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// A pull each half hour from 7.00 to 17.30, as `init` writes it.
fn pulls(from: DateTime<Utc>, until: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    let all = (0..).map(move |n| from + Duration::minutes(30) * n).take_while(move |at| *at <= until);
    all.filter(|at| {
        let local = Zone::Wib.datetime(at.timestamp()).unwrap();
        let hour = chrono::Timelike::hour(&local);
        (7..18).contains(&hour) && chrono::Datelike::weekday(&local).number_from_monday() <= 5
    })
}

#[test]
fn an_outage_of_a_week_is_told_once_reminded_daily_and_closed_once() {
    run(async {
        let (sink, port) = Sink::start();
        let mut office = Told::new(&generic("wa", port, ""), "").await;
        // Thursday 8.00 to the Thursday after, 8.00, each failed pull counted.
        let (began, ended) = ("2026-12-03T01:00:00Z", utc("2026-12-10T01:00:00Z"));
        for (at, count) in pulls(utc(began), ended - Duration::minutes(30)).zip(1..) {
            office.both(&[failing(count, began)], at).await;
        }
        office.both(&[], ended).await;
        office.both(&[], ended + Duration::days(1)).await;
        assert_eq!(sink.subjects(Kind::Alarm), ["[tertib Kota Agung] GANGGUAN K001 tarik"]);
        // Friday, Monday to Wednesday, and Thursday morning.
        assert_eq!(sink.count(Kind::Reminder), 5);
        assert_eq!(sink.subjects(Kind::Recovery), ["[tertib Kota Agung] PULIH K001 tarik"]);
        // Of the week in which it began, and of the next one.
        let weekly = sink.subjects(Kind::Weekly);
        assert_eq!(weekly.len(), 2, "{weekly:?}");
        assert!(weekly[0].contains("Semua baik") && weekly[1].contains("Perlu perhatian: 1"), "{weekly:?}");
        let requests = sink.requests.lock().unwrap();
        let recovery = requests.iter().find(|text| text.contains("PULIH")).unwrap();
        assert!(
            recovery.contains("7 hari 0 jam, sejak 03-12-2026 08.00 WIB sampai 10-12-2026 08.00 WIB"),
            "{recovery}"
        );
    });
}

#[test]
fn an_outage_of_a_day_is_one_alarm_one_reminder_and_one_end() {
    run(async {
        let (sink, port) = Sink::start();
        let mut office = Told::new(&generic("wa", port, ""), "").await;
        let began = "2026-12-01T03:00:00Z";
        for (at, count) in pulls(utc(began), utc("2026-12-02T02:30:00Z")).zip(1..) {
            office.both(&[failing(count, began)], at).await;
        }
        office.both(&[], utc("2026-12-02T03:00:00Z")).await;
        assert_eq!([Kind::Alarm, Kind::Reminder, Kind::Recovery].map(|kind| sink.count(kind)), [1, 1, 1]);
    });
}

#[test]
fn one_failure_is_not_told_but_for_a_job_that_runs_seldom() {
    run(async {
        let (sink, port) = Sink::start();
        let jobs = "[[job]]\nname = \"laporan\"\ntask = \"monthly-reports\"\ncron = \"0 6 2 * *\"\n\
                    [[job]]\nname = \"periksa\"\ntask = \"doctor\"\ncron = \"0 8 * * 1\"\n\
                    [[job]]\nname = \"tarik\"\ntask = \"pull\"\ncron = \"*/30 7-17 * * 1-5\"\n";
        let mut office = Told::new(&generic("wa", port, "tells = [\"alarms\"]"), jobs).await;
        let at = "2026-12-01T03:00:00Z";
        let of = |job: &str| Condition { of: job.to_owned(), ..failing(1, at) };
        office.both(&[failing(1, at), of("laporan"), of("periksa")], utc(at)).await;
        let told = ["laporan", "periksa"].map(|job| format!("[tertib Kota Agung] GANGGUAN K001 {job}"));
        assert_eq!(sink.subjects(Kind::Alarm), told);
        office.both(&[], utc(at) + Duration::minutes(30)).await;
        assert_eq!(sink.count(Kind::Recovery), 2, "what was not told has no end");
    });
}

#[test]
fn at_night_only_what_cannot_wait_is_told() {
    run(async {
        let (sink, port) = Sink::start();
        let mut office = Told::new(&generic("wa", port, "tells = [\"alarms\"]"), "").await;
        let at = "2026-12-01T14:00:00Z";
        let damaged = Condition { code: "V001", of: "arsip".to_owned(), since: utc(at), count: 1 };
        office.both(&[failing(2, at), damaged.clone()], utc(at)).await;
        assert_eq!(sink.subjects(Kind::Alarm), ["[tertib Kota Agung] GANGGUAN V001 arsip"]);
        office.both(&[failing(2, at), damaged.clone()], utc("2026-12-02T00:29:00Z")).await;
        assert_eq!(sink.count(Kind::Alarm), 1);
        office.both(&[failing(2, at), damaged], utc("2026-12-02T00:31:00Z")).await;
        assert_eq!(sink.count(Kind::Alarm), 2);
    });
}

#[test]
fn what_a_day_does_not_hold_is_one_message() {
    run(async {
        let (sink, port) = Sink::start();
        let mut office = Told::new(&generic("wa", port, "tells = [\"alarms\"]"), "").await;
        let at = utc("2026-12-01T03:00:00Z");
        let all: Vec<Condition> = (0..35)
            .map(|n| Condition { of: format!("pekerjaan {n:02}"), ..failing(2, "2026-12-01T03:00:00Z") })
            .collect();
        office.both(&all, at).await;
        assert_eq!(
            (sink.count(Kind::Alarm), sink.subjects(Kind::Digest)),
            (20, vec!["[tertib Kota Agung] 15 pesan dalam satu".to_owned()])
        );
        let digest = sink.requests.lock().unwrap().last().unwrap().clone();
        assert!((20..35).all(|n| digest.contains(&format!("pekerjaan {n:02}"))), "{digest}");
        // Nothing more of that day, and the rest on the next one.
        office.both(&[], at + Duration::minutes(30)).await;
        assert_eq!(sink.requests.lock().unwrap().len(), 21);
        office.both(&[], at + Duration::days(1)).await;
        assert_eq!((sink.count(Kind::Recovery), sink.count(Kind::Digest)), (20, 2));
        assert!(office.unsent().await.is_empty());
    });
}

#[test]
fn a_channel_that_takes_nothing_is_asked_less_and_less_and_told_through_the_other() {
    run(async {
        let ((dead, dead_port), (sink, port)) = (Sink::start(), Sink::start());
        dead.refuses.store(true, Ordering::Relaxed);
        let channels = [generic("mati", dead_port, ""), generic("wa", port, "")].concat();
        let mut office = Told::new(&channels, "").await;
        let began = utc("2026-12-01T03:00:00Z");
        let (mut at, mut asked) = (began, Vec::new());
        while at < began + Duration::days(8) {
            let mut conditions = office.messages.conditions(office.history.connection()).await.unwrap();
            if at < began + Duration::hours(1) {
                conditions.push(failing(2, "2026-12-01T03:00:00Z"));
            }
            let before = dead.asked.load(Ordering::Relaxed);
            office.both(&conditions, at).await;
            if dead.asked.load(Ordering::Relaxed) > before {
                asked.push((at - began).num_minutes());
            }
            at += Duration::minutes(if at < began + Duration::hours(3) { 1 } else { 12 });
        }
        assert_eq!(asked[..8], [0, 1, 3, 7, 15, 31, 63, 127]);
        let pauses: Vec<i64> = asked.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(pauses.iter().all(|pause| *pause <= 372), "{pauses:?}");
        let told = |code: &str| sink.subjects(Kind::Alarm).iter().filter(|s| s.ends_with(code)).count();
        assert_eq!(["K001 tarik", "N002 mati", "N001 mati"].map(told), [1, 1, 1]);
        assert_eq!(sink.count(Kind::Recovery), 1, "of K001");
        assert!(
            office.unsent().await.iter().any(|message| message.given_up && message.fault.contains("/status is false"))
        );
        // A person mends it: what was given up is sent too, and the conditions are over.
        dead.refuses.store(false, Ordering::Relaxed);
        let delivered = office.messages.deliver(office.history.connection(), Pace::AtOnce, at).await.unwrap().unwrap();
        assert!(delivered.sent > 0 && delivered.refused == 0, "{delivered:?}");
        assert_eq!(dead.subjects(Kind::Alarm), ["[tertib Kota Agung] GANGGUAN K001 tarik"]);
        assert_eq!(dead.count(Kind::Recovery), 1);
        assert!(office.conditions().await.is_empty() && office.unsent().await.is_empty());
    });
}

#[test]
fn what_comes_back_is_told_anew_though_it_says_that_it_is_as_old() {
    run(async {
        let (sink, port) = Sink::start();
        let mut office = Told::new(&generic("wa", port, "tells = [\"alarms\"]"), "").await;
        let at = utc("2026-12-01T03:00:00Z");
        let condition = [failing(2, "2026-12-01T03:00:00Z")];
        for minutes in [0, 2] {
            office.both(&condition, at + Duration::minutes(minutes)).await;
            office.both(&[], at + Duration::minutes(minutes + 1)).await;
        }
        assert_eq!((sink.count(Kind::Alarm), sink.count(Kind::Recovery)), (2, 2));
    });
}

#[test]
fn an_interrupted_observation_leaves_neither_alert_nor_message() {
    run(async {
        let mut office = Told::new(&generic("wa", 9, ""), "").await;
        let at = utc("2026-12-01T03:00:00Z");
        let mut transaction = office.history.connection().begin().await.unwrap();
        office.messages.observe(&mut transaction, &[failing(2, "2026-12-01T03:00:00Z")], at).await.unwrap();
        transaction.rollback().await.unwrap();
        assert!(office.unsent().await.is_empty());
        office.observe(&[failing(2, "2026-12-01T03:00:00Z")], at).await;
        assert_eq!(office.unsent().await.len(), 2, "the alarm and the sign of life");
    });
}

#[test]
fn a_report_is_told_once_with_its_document() {
    run(async {
        let (sink, port) = Sink::start();
        let mut office = Told::new(&generic("wa", port, ""), "").await;
        let folder = office.messages.reports.join("2026-11");
        std::fs::create_dir_all(&folder).unwrap();
        let report = folder.join("laporan_bulanan_2026-11.pdf");
        let at = utc("2026-12-02T03:00:00Z");
        let month = "2026-11".parse().unwrap();
        for (bytes, told) in [("%PDF a", 1), ("%PDF a", 1), ("%PDF b", 2)] {
            std::fs::write(&report, bytes).unwrap();
            office.messages.report_ready(office.history.connection(), month, at).await.unwrap();
            let unsent = office.unsent().await;
            assert!(unsent.iter().all(|message| message.letter.attachment.as_ref() == Some(&report)));
            office.deliver(at).await;
            assert_eq!(sink.count(Kind::Report), told);
        }
        // One that is longer than a mail server takes stays where it is, and so does one that has gone until it is sent.
        let file = std::fs::File::create(&report).unwrap();
        file.set_len(crate::channel::LONGEST_ATTACHMENT_BYTES + 1).unwrap();
        office.messages.report_ready(office.history.connection(), month, at).await.unwrap();
        office.deliver(at).await;
        assert!(sink.requests.lock().unwrap().last().unwrap().contains("folder laporan 2026-11"));
        std::fs::write(&report, "%PDF c").unwrap();
        office.messages.report_ready(office.history.connection(), month, at).await.unwrap();
        std::fs::remove_file(&report).unwrap();
        office.deliver(at).await;
        assert!(sink.requests.lock().unwrap().last().unwrap().contains("sudah tidak ada di komputer tertib"));
    });
}

#[test]
fn no_number_of_a_person_reaches_a_channel() {
    run(async {
        let (sink, port) = Sink::start();
        let file = "cat > \"$0\"";
        let mut office = Told::new("", "").await;
        let kept = office.dir.path().join("kept");
        let command = format!(
            "[[channel]]\nname = \"program\"\ntype = \"command\"\nprogram = \"/bin/sh\"\narguments = ['-c', '{file}', '{}']\n",
            kept.display()
        );
        let written: ChannelSection = toml::from_str(command.strip_prefix("[[channel]]").unwrap()).unwrap();
        let web: ChannelSection = toml::from_str(generic("wa", port, "").strip_prefix("[[channel]]").unwrap()).unwrap();
        office.messages.channels =
            Channel::all(&[written, web], &office.messages.facts.presets, office.dir.path()).unwrap();
        let at = utc("2026-12-01T03:00:00Z");
        let of = |of: String| Condition { of, ..failing(3, "2026-12-01T03:00:00Z") };
        let conditions =
            [of(format!("tarik {CANARY}")), of(format!("{CANARY}.csv")), of("1806-0157-0897-9001".to_owned())];
        for day in 0..3 {
            office.both(&conditions, at + Duration::days(day)).await;
            let said = std::fs::read_to_string(&kept).unwrap();
            assert!(said.contains("K001") && !said.contains(CANARY) && !said.contains("0157-0897"), "{said}");
        }
        let archive = Provenance {
            archive_version: 7,
            events: 812,
            zone: Zone::Wib,
            complete_from_s: None,
            complete_until_s: Some(at.timestamp()),
            head: String::new(),
            statement: None,
            program: String::new(),
        };
        let day = Day { archive: Some(archive), quarantined: Some(2), unsent: 3 };
        office.messages.daily(office.history.connection(), &day, at).await.unwrap();
        office.both(&[], at + Duration::days(3)).await;
        let requests = sink.requests.lock().unwrap().concat();
        assert_eq!((sink.count(Kind::Alarm), sink.count(Kind::Recovery), sink.count(Kind::Daily)), (3, 3, 1));
        assert!(!requests.contains(CANARY) && !requests.contains("0157-0897") && requests.contains("tarik …"));
        assert!(requests.contains("versi 7, 812 peristiwa, lengkap sampai 01-12-2026 10.00 WIB"), "{requests}");
    });
}
