//! The office's zone is a single fact: the same office further east has the same figures and the same documents.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use schemas::Zone;
use std::fs;
use std::process::ExitCode;
use tests::reference::Reference;
use tests::tools::Tool;
use tests::trials::Trials;
use tests::{Office, make_office_in};

const MONTHS: [&str; 3] = ["2026-08", "2026-09", "2026-10"];

fn main() -> ExitCode {
    let mut trials = Trials::default();
    for zone in Zone::ALL {
        let name = format!("the_reference_agrees_in_{}", zone.to_string().to_lowercase());
        trials.add(name, &[Tool::Python(&[])], move || the_reference_agrees(zone));
    }
    trials.add("the_reference_agrees_in_ramadan", &[Tool::Python(&[])], the_reference_agrees_in_ramadan);
    trials.add("what_clocks_show_decides", &[], what_clocks_show_decides);
    trials.add("the_first_half_hour_of_a_month_is_of_the_month", &[], the_first_half_hour);
    trials.add("an_archive_keeps_its_zone", &[], an_archive_keeps_its_zone);
    trials.add("two_zones_are_both_named", &[], two_zones_are_both_named);
    trials.run()
}

fn move_to(zone: Zone, office: &Office) {
    office.configure("zona = \"WIB\"", &format!("zona = \"{zone}\""));
}

fn the_reference_agrees(zone: Zone) {
    let office = Office::around(|database| make_office_in(zone, database, 11));
    move_to(zone, &office);
    office.run(&["pull"]).expect_code(0);
    let database = office.path("kantor.sqlite");
    let months = MONTHS.map(|month| month.parse().unwrap());
    let mut reference = Reference::start();
    let truth = reference.figures(&database, zone, &months);
    for month in MONTHS {
        assert_eq!(office.figures(month, 0), truth[month], "{month} {zone}");
    }
    // Once is enough, since the reference is slow.
    if zone != Zone::Wib {
        let in_the_west = reference.figures(&database, Zone::Wib, &months[..1]);
        assert_ne!(in_the_west[MONTHS[0]], truth[MONTHS[0]], "the zone changes nothing");
    }
}

/// Hours that the office entered for a period count as the reference counts them.
fn the_reference_agrees_in_ramadan() {
    let days = ("2026-09-10", "2026-10-09");
    let office = Office::around(|database| make_office_in(Zone::Wib, database, 11));
    let (from, to) = days;
    let period =
        format!("[[period]]\nprofile = \"ramadan\"\nfrom = \"{from}\"\nto = \"{to}\"\ndecree = \"SE rekaan\"\n");
    fs::write(office.path("kalender.toml"), period).unwrap();
    office.run(&["pull"]).expect_code(0);
    let database = office.path("kantor.sqlite");
    let months = MONTHS.map(|month| month.parse().unwrap());
    let truth = Reference::with_ramadan(days).figures(&database, Zone::Wib, &months);
    for month in MONTHS {
        assert_eq!(office.figures(month, 0), truth[month], "{month}");
    }
    let at_usual_hours = Reference::start().figures(&database, Zone::Wib, &months[1..]);
    assert_ne!(at_usual_hours[MONTHS[1]], truth[MONTHS[1]], "Ramadan changes nothing");
}

/// The invented office of one month, moved to a zone before its first pull; its clocks show the same.
fn moved(zone: Zone) -> Office {
    let office = Office::unpulled();
    move_to(zone, &office);
    let hours = zone.offset_s() / 3_600 - 7;
    let earlier = |columns: &[&str]| -> String {
        let of = |c: &&str| format!("{c} = strftime('%Y-%m-%dT%H:%M:%SZ', {c}, '-{hours} hours')");
        columns.iter().map(of).collect::<Vec<_>>().join(", ")
    };
    office.sql(&format!(
        "update langkah_berkas set {}; update kolektif set {}; update gangguan set {};",
        earlier(&["mulai", "selesai", "recorded_at"]),
        earlier(&["diterima"]),
        earlier(&["mulai", "selesai"]),
    ));
    office
}

/// Figures, verdicts, findings, books and lists are the same, the zone on the page is the office's.
fn what_clocks_show_decides() {
    let of = |zone: Zone| {
        let office = moved(zone);
        // At noon, wherever that is.
        let noon = format!("2026-11-20T{:02}:00:00Z", 12 - zone.offset_s() / 3_600);
        let printed = format!("20-11-2026 12.00 {zone}");
        office.run(&["pull", "--at", &noon]).expect_code(0);
        let ask = |arguments: &[&str]| {
            let ran = office.run(arguments).expect_code_in(&[0, 1], "");
            // Where an archive ends and what its commits are called is not the same.
            ran.out
                .lines()
                .filter(|l| !l.contains("\"head\"") && !l.contains("_at\""))
                .map(|l| l.replace(&noon, "noon"))
                .collect()
        };
        let said: Vec<Vec<String>> = [
            vec!["metrics", "--month", "2026-10", "--format", "json"],
            vec!["metrics", "--month", "2026-10", "--by", "officer", "--format", "json"],
            vec!["compliance", "--month", "2026-10", "--format", "csv"],
            vec!["quality", "--month", "2026-10", "--format", "csv"],
            vec!["conformance", "--month", "2026-10", "--format", "csv"],
            vec!["query", "SELECT bulan, COUNT(*) AS n FROM events GROUP BY bulan ORDER BY bulan", "--format", "csv"],
        ]
        .into_iter()
        .map(|arguments| ask(&arguments))
        .collect();
        office.run(&["render", "--month", "2026-10", "--format", "csv,data,pdf"]).expect_code_in(&[0, 1], "render");
        let folder = office.path("laporan/2026-10");
        let mut tables = Vec::new();
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "csv") {
                tables.push((
                    path.file_name().unwrap().to_owned(),
                    fs::read_to_string(&path).unwrap().replace(&printed, "noon"),
                ));
            }
        }
        tables.sort();
        let book = fs::read(folder.join("buku_agenda_pendaftaran_2026-10.data.json")).unwrap();
        let book: serde_json::Value = serde_json::from_slice(&book).unwrap();
        let pdf = fs::read(folder.join("buku_agenda_pendaftaran_2026-10.pdf")).unwrap();
        let pdf = String::from_utf8_lossy(&pdf).into_owned();
        (said, tables, book, pdf)
    };
    let (said, tables, book, pdf) = of(Zone::Wib);
    assert!(tables.len() > 8 && said.iter().all(|lines| lines.len() > 1), "little to compare: {said:?}");
    assert_eq!(book["zona"], "WIB");
    assert!(pdf.contains("20261031235959+07'00"), "the date of the file");
    for (zone, offset) in [(Zone::Wita, "+08'00"), (Zone::Wit, "+09'00")] {
        let (said_there, tables_there, book_there, pdf_there) = of(zone);
        assert_eq!(said_there, said, "{zone}");
        assert_eq!(tables_there, tables, "{zone}");
        assert_eq!(book_there["isi"], book["isi"], "{zone}");
        assert_eq!(book_there["zona"], zone.to_string());
        assert!(pdf_there.contains(&format!("20261031235959{offset}")), "the date of the file");
    }
}

/// 00:30 on the first day is of the new month, and 07:30 is the beginning of work, wherever the office is.
fn the_first_half_hour() {
    for (zone, utc) in [(Zone::Wib, "17:30"), (Zone::Wita, "16:30"), (Zone::Wit, "15:30")] {
        let office = moved(zone);
        office.sql(&format!(
            "insert into langkah_berkas select max(event_id) + 1, min(berkas_id), 2, 'front_office', null, null,
             '2026-09-30T{utc}:00Z', 'kurang', 'kk', null, null, max(recorded_at) from langkah_berkas"
        ));
        let before = "select min(event_id) from langkah_berkas where langkah = 6";
        let started = zone.offset_s() / 3_600;
        // From 06:30 to 08:30 on Monday, an hour of which is worked.
        office.sql(&format!(
            "update langkah_berkas set mulai = strftime('%Y-%m-%dT%H:%M:%SZ', '2026-10-05T06:30:00Z', '-{started} hours'),
             selesai = strftime('%Y-%m-%dT%H:%M:%SZ', '2026-10-05T08:30:00Z', '-{started} hours') where event_id = ({before});
             delete from langkah_berkas where langkah = 6 and event_id <> ({before})"
        ));
        office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
        assert_eq!(office.events("bulan = '2026-10' AND selesai < '2026-09-30T17:31:00'"), 1, "{zone}");
        assert_eq!(office.events("bulan = '2026-09'"), 0, "{zone}");
        let figures = office.figures("2026-10", 0);
        assert_eq!(figures["time_per_step"]["6"]["handling_working"]["sum"], 3_600, "{zone}");
        assert_eq!(figures["time_per_step"]["6"]["handling_wall"]["sum"], 7_200, "{zone}");
    }
}

/// An archive says in which zone it was begun, unless that is Western Indonesian Time, and is refused to an office of another.
fn an_archive_keeps_its_zone() {
    let commit = |office: &Office| fs::read_to_string(office.commit(0)).unwrap();
    let west = Office::small();
    assert!(!commit(&west).contains("tertib.zone"), "an archive of WIB is as it always was");
    let central = moved(Zone::Wita);
    central.run(&["pull"]).expect_code(0);
    assert!(commit(&central).contains("\"tertib.zone\":\"Asia/Makassar\""), "{}", commit(&central));
    for (office, from, to) in [(west, "WIB", "WIT"), (central, "WITA", "WIB")] {
        let written = tests::tree(&office.path("archive"));
        office.configure(&format!("zona = \"{from}\""), &format!("zona = \"{to}\""));
        for arguments in [
            vec!["pull"],
            vec!["pull", "--dry-run"],
            vec!["metrics", "--month", "2026-10"],
            vec!["compliance", "--month", "2026-10"],
            vec!["render", "--month", "2026-10"],
            vec!["reconcile", "--month", "2026-10"],
            vec!["seal", "--month", "2026-10"],
            vec!["query", "SELECT COUNT(*) AS n FROM events"],
            vec!["verify"],
            vec!["run", "laporan", "--month", "2026-10"],
        ] {
            let ran = office.run(&arguments).expect_code(2);
            let says = format!("was begun in {from} (");
            assert!(ran.err.contains(&says) && ran.err.contains(&format!("zona = \"{from}\"")), "{}", ran.err);
        }
        assert_eq!(tests::tree(&office.path("archive")), written);
        office.configure(&format!("zona = \"{to}\""), &format!("zona = \"{from}\""));
        office.run(&["pull"]).expect_code_in(&[0, 1], "in its own zone again");
    }
}

/// The zone of times that a source stores without one may be another than the office's, but only in so many words.
fn two_zones_are_both_named() {
    let office = Office::unpulled();
    let ends =
        || office.run(&["query", "SELECT MIN(selesai) AS a, MAX(selesai) AS b FROM events", "--format", "csv"]).out;
    office.run(&["pull"]).expect_code(0);
    let (truth, month) = (ends(), office.events("bulan = '2026-10'"));
    // A source without zones, whose clock is that of Makassar.
    for (table, column) in
        [("langkah_berkas", "mulai"), ("langkah_berkas", "selesai"), ("langkah_berkas", "recorded_at")]
            .into_iter()
            .chain([("kolektif", "diterima"), ("gangguan", "mulai"), ("gangguan", "selesai")])
    {
        office.sql(&format!("update {table} set {column} = strftime('%Y-%m-%d %H:%M:%S', {column}, '+8 hours')"));
    }
    office.forget_archive();
    office.configure("# zone = \"UTC\"", "zone = \"Asia/Makassar\"");
    office.configure("zona = \"WIB\"\n", "");
    office.run(&["pull"]).expect_refusal(&["under [source]", "write zona = \"WITA\""]);
    assert!(!office.path("archive").exists());
    office.configure("tempat = \"Kota Agung\"\n", "tempat = \"Kota Agung\"\nzona = \"WIB\"\n");
    office.run(&["pull"]).expect_code(0);
    assert_eq!((ends(), office.events("bulan = '2026-10'")), (truth.clone(), month));
    // Read as the office's own, the same times are an hour later.
    office.forget_archive();
    office.configure("zone = \"Asia/Makassar\"\n", "");
    office.run(&["pull"]).expect_code(0);
    assert_ne!(ends(), truth);
}
