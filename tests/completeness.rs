//! An archive knows until when it is complete. These tests show what is said before a month is complete, who refuses to work
//! until then, and what moves the instant.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use serde_json::Value;
use std::fs;
use tests::{Office, tree};

/// The instants that the commits state, microseconds.
fn stated(office: &Office) -> Vec<Option<i64>> {
    let log = tree(&office.path("archive/events/_delta_log"));
    let commits = log.values().map(|bytes| String::from_utf8(bytes.clone()).unwrap());
    let note = |text: String| serde_json::from_str::<Value>(text.lines().next().unwrap()).unwrap();
    commits.map(|text| note(text)["commitInfo"]["tertib"]["complete_until_us"].as_i64()).collect()
}

fn us(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
}

/// The password of the database expired in the middle of the month: everything says so, and nothing is signed.
#[test]
fn a_month_that_is_not_all_there_is_provisional_everywhere() {
    let office = Office::unpulled();
    office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    let until = "2026-10-14T17:00:00Z";
    let month = ["--month", "2026-10"];
    let says =
        |ran: &tests::Ran| assert!(ran.err.contains("K001") && ran.err.contains("15-10-2026 00.00 WIB"), "{}", ran.err);

    let metrics = [&["metrics"], &month[..]].concat();
    let figures = office.json(&metrics, 1);
    assert_eq!(figures["archive"]["coverage"], "provisional");
    assert_eq!(figures["archive"]["complete_until"], until);
    let table = office.run(&[&metrics[..], &["--format", "csv"]].concat()).expect_code(1);
    assert!(table.out.contains(&format!("archive.complete_until,{until}")), "{}", table.out);
    says(&table);
    let rows = office.json(&[&metrics[..], &["--by", "kecamatan"]].concat(), 1);
    assert!(
        rows.as_array().unwrap().iter().all(|row| row["coverage"] == "provisional" && row["complete_until"] == until)
    );

    let compliance = [&["compliance"], &month[..]].concat();
    let sheet = office.json(&compliance, 1);
    assert_eq!(
        (&sheet["coverage"], &sheet["provenance"]["complete_until"]),
        (&"provisional".into(), &"2026-10-15T00:00:00+07:00".into())
    );
    let csv = office.run(&[&compliance[..], &["--format", "csv"]].concat()).expect_code(1);
    assert!(csv.out.lines().skip(1).all(|line| line.ends_with(&format!(",{until},provisional"))), "{}", csv.out);
    says(&csv);

    let render = [&["render"], &month[..], &["--format", "data,json"]].concat();
    says(&office.run(&render).expect_code(1));
    let papers = tree(&office.path("laporan/2026-10"));
    let facts = schemas::Facts::embedded().unwrap();
    let daily: Vec<&str> =
        facts.papers.iter().filter(|paper| paper.group.name() == "harian").map(|paper| paper.id.as_str()).collect();
    let mut seen = 0;
    for (name, bytes) in papers.iter().filter(|(name, _)| name.to_string_lossy().ends_with(".json")) {
        let paper: Value = serde_json::from_slice(bytes).unwrap();
        // What happened on a day is handed out on that day, whatever the month still brings.
        let is_of_month = daily.iter().all(|id| !name.to_string_lossy().starts_with(&format!("{id}_2026")));
        if name.to_string_lossy().ends_with(".data.json") {
            assert_eq!(paper["keadaan"]["sementara"], is_of_month, "{}", name.display());
            assert_eq!(paper["keadaan"]["sampai"], "data sampai 15-10-2026 00.00 WIB", "{}", name.display());
        } else {
            assert_eq!(paper["coverage"] == "provisional", is_of_month, "{}", name.display());
        }
        seen += 1;
    }
    // Each document in both forms.
    assert!(seen >= 2 * tests::documents_of_a_month() && seen % 2 == 0, "{seen}");

    let job = office.run(&["run", "laporan", "--month", "2026-10"]).expect_code(1);
    assert!(job.out.contains("K001 2026-10: data sampai 15-10-2026 00.00 WIB"), "{}", job.out);
    let status = office.json(&["status"], 1);
    let codes: Vec<&str> =
        status["conditions"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["J005", "P020"], "as the doctor says");
    assert_eq!(status["runs"][0]["outcome"], "findings");
    assert!(status["data_age_s"].as_i64().unwrap() > 86_400);
    assert!(office.run(&["status"]).expect_code(1).out.contains("data sampai 15-10-2026 00.00 WIB ("));
    let doctor = office.run(&["doctor"]).expect_code(1);
    for part in ["P020", "15-10-2026 00.00 WIB", "`tertib pull`"] {
        assert!(doctor.out.contains(part), "{}", doctor.out);
    }

    nothing_is_stated_that_is_not_so(&office);

    // All of it is there, and nothing is said any more.
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    assert_eq!(office.json(&metrics, 0)["archive"]["coverage"], "complete");
    let whole = office.run(&render);
    assert!(!whole.finds("K001"), "{}", whole.err);
    let open = office.document_json("laporan_bulanan", "data.json");
    assert!(open["keadaan"]["sebab"].as_str().unwrap().contains("belum ditutup"), "{}", open["keadaan"]);
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    office.run(&render).expect_code(0);
    let paper = office.document_json("laporan_bulanan", "data.json");
    assert_eq!(paper["keadaan"]["sementara"], false);
    assert!(paper["keadaan"]["sampai"].as_str().unwrap().starts_with("data sampai "));
}

/// While its data go until 15 October only: no act is stated that nobody has done, and nothing is compared that is not whole.
fn nothing_is_stated_that_is_not_so(office: &Office) {
    for command in ["quality", "conformance", "duplicates"] {
        let said = office.run(&[command, "--month", "2026-10"]).expect_code(1).err;
        assert!(said.contains("K001") && said.contains("15-10-2026 00.00 WIB"), "{said}");
    }
    let data = |name: &str| office.document_json(name, "data.json");
    for book in ["buku_agenda_pendaftaran", "daftar_berkas"] {
        let closing = data(book)["penutup"].to_string();
        assert!(closing.contains("menurut data sampai 15-10-2026 00.00 WIB"), "{closing}");
        assert!(!closing.contains("Pada hari ini") && !closing.contains("dibuat pada"), "{closing}");
    }
    let review = data("laporan_bulanan");
    assert!(review["kesimpulan"].to_string().contains("belum mencakup seluruh bulan"), "{}", review["kesimpulan"]);
    let measures = review["ukuran"]["baris"].as_array().unwrap();
    assert!(measures.len() > 5 && measures.iter().all(|measure| measure["tanda"] == ""), "{measures:?}");
}

/// Books of a month that is not all there are closed for a reason only, which stays.
#[test]
fn books_are_closed_early_only_for_a_reason() {
    let office = Office::unpulled();
    office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    let seal = |reason: &[&str], code: i32, says: &str| {
        let ran = office.run(&[&["seal", "--month", "2026-10"], reason].concat()).expect_code(code);
        assert!(ran.err.contains(says) || ran.out.contains(says), "`{says}`: {}{}", ran.out, ran.err);
    };
    let before = tree(&office.path("archive"));
    seal(&[], 2, "not all of 2026-10 is in the archive (data sampai 15-10-2026 00.00 WIB); run `tertib pull`, or give");
    for bad in ["", "  ", "dua\nbaris", "NIK 1806015708979001", &"x".repeat(201)] {
        seal(&["--incomplete", bad], 2, "must be one line");
    }
    assert!(tree(&office.path("archive")) == before, "a refusal changed the archive");
    let reason = "server loket rusak; data sesudah 14 Oktober tidak ada";
    seal(&["--incomplete", reason], 0, "are closed by version 1");
    let verify = office.run(&["verify"]).expect_code(0);
    assert!(verify.found("K002").iter().any(|(_, place)| place.contains(reason)), "{}", verify.out);
    assert!(office.run(&["status"]).expect_code_in(&[0, 1], "status").out.contains(reason));
    let status = office.status();
    assert_eq!(status["sealed_incomplete"], serde_json::json!([{"month": "2026-10", "reason": reason}]));
    // Of a whole month it would be untrue.
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    office
        .run(&["seal", "--month", "2026-10", "--incomplete", "tergesa-gesa"])
        .expect_refusal(&["all of 2026-10 is in the archive"]);
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
}

/// Only months that the archive holds are closed, in order; after every close the archive is whole.
#[test]
fn a_month_that_the_archive_does_not_hold_is_not_closed() {
    let office = Office::unpulled();
    office.run(&["pull", "--at", "2026-11-01T12:00:00Z"]).expect_code_in(&[0, 1], "pull");
    let refused = |month: &str, says: &str| {
        let before = tree(&office.path("archive"));
        for reason in [&[][..], &["--incomplete", "tidak ada data"]] {
            let ran = office.run(&[&["seal", "--month", month], reason].concat()).expect_code(2);
            assert!(ran.err.contains(says), "{month}: {}", ran.err);
        }
        assert!(tree(&office.path("archive")) == before, "a refusal changed the archive");
    };
    for month in ["2019-05", "0001-01", "2026-09"] {
        refused(month, &format!("the archive holds 2026-10 to 2026-11, not {month}"));
    }
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    assert!(office.run(&["verify"]).expect_code(0).out.contains(" 0 findings"));
    refused("2026-09", "the archive holds 2026-10 to 2026-11, not 2026-09");
    // What comes late for an earlier month stands in later books.
    office.sql(
        "update langkah_berkas set mulai = replace(mulai, '2026-10', '2026-09'),
         selesai = replace(selesai, '2026-10', '2026-09'),
         recorded_at = replace(recorded_at, '2026-10', '2026-11') where event_id = 9",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    refused("2026-09", "the books of 2026-10 are closed already, so 2026-09 has none of its own");
    assert!(office.run(&["verify"]).expect_code(0).out.contains(" 0 findings"));
}

/// The first pull was told to begin in the middle of a month: that month lacks its beginning until it is asked for.
#[test]
fn a_month_whose_beginning_was_not_asked_for_is_provisional() {
    let office = Office::unpulled();
    let whole = Office::unpulled();
    whole.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    office.run(&["pull", "--from", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    let metrics = ["metrics", "--month", "2026-10"];
    let says = "data dari 15-10-2026 00.00 WIB sampai ";
    let ran = office.run(&metrics).expect_code(1);
    assert!(ran.err.contains("K005") && ran.err.contains(says) && ran.err.contains("--again"), "{}", ran.err);
    assert_eq!(office.json(&metrics, 1)["archive"]["coverage"], "provisional");
    let seal = ["seal", "--month", "2026-10"];
    office.run(&seal).expect_refusal(&[says, "`tertib pull --again 2026-10`"]);
    let book = "buku_agenda_pendaftaran";
    let render = ["render", "--month", "2026-10", "--only", book, "--format", "data"];
    assert!(office.run(&render).expect_code(1).finds("K005"));
    let page = office.document_json(book, "data.json");
    assert_eq!(page["keadaan"]["sementara"], true);
    assert!(page["keadaan"]["sampai"].as_str().unwrap().starts_with(says));
    // A later pull does not bring it, the remedy does, and it is done once.
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    office.run(&metrics).expect_code(1);
    for _ in 0..2 {
        office.run(&["pull", "--again", "2026-10"]).expect_code_in(&[0, 1], "pull");
        assert_eq!(office.json(&metrics, 0)["archive"]["coverage"], "complete");
    }
    let (healed, known) = (office.json(&metrics, 0), whole.json(&metrics, 0));
    assert_eq!(healed["flow"]["received"], known["flow"]["received"]);
    office.run(&seal).expect_code(0);
    // Of a month that it has as a whole, an archive that begins with it says nothing.
    let office = Office::unpulled();
    office.run(&["pull", "--from", "2026-10-01"]).expect_code_in(&[0, 1], "pull");
    assert_eq!(office.json(&metrics, 0)["archive"]["coverage"], "complete");
}

/// A pull without news says once a day that there was none, and what was printed from a version stays what it was.
#[test]
fn a_pull_without_news_moves_the_instant_once_a_day() {
    let office = Office::unpulled();
    let pull = |at: &str| drop(office.run(&["pull", "--at", at]).expect_code_in(&[0, 1], "pull"));
    pull("2026-10-31T14:00:00Z");
    pull("2026-10-31T16:59:59Z");
    let first = us("2026-10-31T14:00:00Z");
    assert_eq!(stated(&office), [Some(first)]);
    let book = "buku_agenda_pendaftaran";
    let ran = office.run(&["render", "--month", "2026-10", "--only", book]).expect_code(1);
    assert!(ran.err.contains("K001"), "{}", ran.err);
    // The next day of the office has begun.
    pull("2026-10-31T17:00:00Z");
    let second = us("2026-10-31T17:00:00Z");
    assert_eq!(stated(&office), [Some(first), Some(second)]);
    pull("2026-11-01T16:59:59Z");
    assert_eq!(stated(&office).len(), 2);
    let pdf = office.place(&format!("laporan/2026-10/{book}_2026-10.pdf"));
    office.run(&["verify", "--book", &pdf]).expect_code(0);
    office.run(&["render", "--month", "2026-10", "--only", book]).expect_code(0);
    office.run(&["verify", "--book", &pdf]).expect_code(0);
    // A pull that looks less far, or claims to be of earlier, takes nothing back.
    office.run(&["pull", "--until", "2026-10-20", "--at", "2026-11-03T00:00:00Z"]).expect_code_in(&[0, 1], "pull");
    pull("2026-10-25T00:00:00Z");
    assert_eq!(stated(&office).len(), 2);
    office.run(&["pull", "--at", "2199-01-01"]).expect_refusal(&["in the future"]);
    office.run(&["verify"]).expect_code(0);
    // Nor does one that brings something.
    office.sql(
        "update langkah_berkas set petugas_id = 'P098' where event_id = (select max(event_id) from langkah_berkas)",
    );
    pull("2026-10-25T00:00:00Z");
    assert_eq!(stated(&office), [Some(first), Some(second), Some(second)]);
}

/// A month that is read again is one month: what lies between it and the place that pulls had reached was not read.
#[test]
fn a_month_that_is_read_again_moves_neither_the_instant_nor_the_cursor() {
    let office = Office::unpulled();
    office.run(&["pull", "--until", "2026-10-15", "--at", "2026-10-20T00:00:00Z"]).expect_code_in(&[0, 1], "pull");
    let cursors = || -> Vec<Value> {
        let commits = tree(&office.path("archive/events/_delta_log")).into_values();
        let actions = commits.flat_map(|bytes| {
            let text = String::from_utf8(bytes).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
        });
        actions.filter_map(|action| action.get("txn").map(|txn| txn["version"].clone())).collect()
    };
    let until = Some(us("2026-10-14T17:00:00Z"));
    assert_eq!(stated(&office), [until]);
    let reached = cursors().pop().unwrap();
    let again = ["pull", "--again", "2026-10", "--at", "2026-11-20T00:00:00Z"];
    office.run(&again).expect_code_in(&[0, 1], "the month again");
    assert_eq!(stated(&office), [until, until]);
    assert_eq!(cursors().pop().unwrap(), reached);
}

/// Each slice says how far it came, so that a pull which is cut off leaves no more than that.
#[test]
fn each_slice_is_complete_until_its_own_end() {
    let office = Office::unpulled();
    office.configure("slice-rows = 20000000", "slice-rows = 150");
    let at = "2026-11-20T00:00:00Z";
    office.run(&["pull", "--at", at]).expect_code_in(&[0, 1], "pull");
    let stated: Vec<i64> = stated(&office).into_iter().map(Option::unwrap).collect();
    assert!(stated.len() > 3, "{stated:?}");
    assert!(stated.is_sorted_by(|a, b| a < b) && *stated.last().unwrap() == us(at), "{stated:?}");
    // What the archive held after each slice is all that was recorded before its end.
    let log = tree(&office.path("archive/events/_delta_log"));
    for (until, bytes) in stated.iter().zip(log.values()) {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let note: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        let sql =
            format!("select count(*) from workflow_events where unixepoch(recorded_at, 'subsec') * 1000000 < {until}");
        let recorded = tests::sqlite_number(&office.path("kantor.sqlite"), &sql);
        assert_eq!(note["commitInfo"]["tertib"]["next_seq"], recorded, "until {until}");
    }
}

/// An archive of an earlier program does not say it, so nothing is taken for granted until the next pull.
#[test]
fn an_archive_that_says_nothing_is_not_complete() {
    let office = Office::unpulled();
    office.run(&["pull", "--at", "2026-11-20T00:00:00Z"]).expect_code_in(&[0, 1], "pull");
    let commit = office.commit(0);
    let text = fs::read_to_string(&commit).unwrap();
    let field = format!("\"complete_until_us\":{},", us("2026-11-20T00:00:00Z"));
    assert!(text.contains(&field), "{text}");
    fs::write(&commit, text.replace(&field, "")).unwrap();
    // Such a program kept no head and no log.
    fs::remove_file(office.path("archive/_tertib/head")).unwrap();
    fs::remove_file(office.path("archive/_tertib/tree")).unwrap();
    fs::remove_dir_all(office.path("archive/log")).unwrap();
    let said = office.run(&["verify"]).expect_code(1);
    assert!(said.out.contains("; 2 findings") && said.finds("A017") && said.finds("A027"), "{}", said.out);
    let said = office.run(&["metrics", "--month", "2026-10"]).expect_code(1);
    assert!(said.err.contains("data sampai waktu yang tidak diketahui"), "{}", said.err);
    office.run(&["pull", "--at", "2026-11-20T01:00:00Z"]).expect_code(0);
    office.run(&["metrics", "--month", "2026-10"]).expect_code(0);
}

/// A month in which nothing happened has its papers too, once the archive has seen it.
#[test]
fn a_month_after_the_last_event_is_nihil() {
    let office = Office::demo(&["--months", "2026-05:2026-05"]);
    let run = |arguments: &[&str]| office.run(arguments);
    let seen = ["2026-05-31T17:00:00Z", "2026-07-20T00:00:00Z", "2026-08-02T00:00:00Z"];
    let [metrics, quality] = ["metrics", "quality"].map(|command| [command, "--month", "2026-07"]);
    run(&["pull", "--at", seen[0]]).expect_code_in(&[0, 1], "pull");
    assert!(run(&metrics).expect_code(2).err.contains("does not hold 2026-07"), "nothing was seen of it yet");
    run(&["pull", "--at", seen[1]]).expect_code_in(&[0, 1], "pull");
    assert!(run(&metrics).expect_code(1).finds("K001"), "the month is not over");
    run(&["pull", "--at", seen[2]]).expect_code_in(&[0, 1], "pull");
    run(&metrics).expect_code(0);
    run(&quality).expect_code(0);
    let book = || {
        run(&["render", "--month", "2026-07", "--format", "pdf,data"]).expect_code_in(&[0, 1], "render");
        fs::read_to_string(office.path("laporan/2026-07/buku_agenda_pendaftaran_2026-07.data.json")).unwrap()
    };
    let open = book();
    assert!(open.contains("belum ditutup: 0 (nol) entri") && !open.contains("Pada hari ini"), "{open}");
    for month in ["2026-05", "2026-06", "2026-07"] {
        run(&["seal", "--month", month]).expect_code(0);
    }
    let closed = book();
    assert!(closed.contains("ditutup dengan NIHIL"), "{closed}");
    run(&["verify"]).expect_code(0);
}
