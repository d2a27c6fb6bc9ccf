//! What the jobs do: closing a month, checking what is new, comparing with the source, reporting to the province.

use super::Served;
use std::fs;

const CLOSE: &str =
    "[[job]]\nname = \"tutup\"\ntask = \"close-month\"\ncron = \"30 6 * * *\"\nwhen = \"hari-kerja 7\"\n";
const NEW: &str = "[[job]]\nname = \"baru\"\ntask = \"verify-new\"\ncron = \"0 6 * * *\"\n";
const RECONCILE: &str = "[[job]]\nname = \"cocok\"\ntask = \"reconcile\"\ncron = \"0 6 * * *\"\n";
const PROVINCE: &str =
    "[[job]]\nname = \"provinsi\"\ntask = \"province-report\"\ncron = \"0 6 10 * *\"\ncatch-up = \"all\"\n";

fn message(served: &Served, job: &str) -> String {
    served.run(&["status", job, "--format", "json"]).json()["runs"][0]["message"].as_str().unwrap().to_owned()
}

/// 10 November 2026 is the seventh working day of its month.
#[test]
fn a_month_is_closed_and_rendered_on_the_working_day_of_its_number() {
    let served = Served::with(CLOSE);
    served.at(90);
    let ran = served.once();
    assert_eq!(served.outcomes("tutup"), ["done"], "{}", ran.err);
    assert!(
        message(&served, "tutup").starts_with("closed the books of 2026-10 by version 1"),
        "{}",
        message(&served, "tutup")
    );
    for folder in ["2026-10", "2026-10_dinas"] {
        let made = fs::read_dir(served.office.path(&format!("laporan/{folder}"))).unwrap().count();
        assert!(made > 5, "{folder}: {made}");
    }
    served.run(&["verify"]).expect_code(0);
    // Made again, it closes nothing twice.
    served.run(&["run", "tutup", "--month", "2026-10"]).expect_code(0);
    assert!(message(&served, "tutup").starts_with("the books of 2026-10 were closed by version 1"));
    // The next day is another one, and the next month is not over.
    served.at(90 + 24 * 60);
    served.once();
    assert_eq!(served.slots("tutup").len(), 1);
    served.run(&["run", "tutup", "--month", "2026-11"]).expect_code(2);
}

#[test]
fn a_check_of_what_is_new_reads_only_that_and_the_whole_log() {
    let served = Served::with(NEW);
    let checked = |served: &Served| message(served, "baru").split(' ').next().unwrap().parse::<u64>().unwrap();
    served.at(60);
    served.once();
    let all = checked(&served);
    assert!(all > 2, "{}", message(&served, "baru"));
    served.run(&["run", "baru"]).expect_code(0);
    assert_eq!(checked(&served), 0, "{}", message(&served, "baru"));
    assert!(message(&served, "baru").contains("not checked: the files that were added before"));
    // New rows.
    served.office.sql("update langkah_berkas set petugas_id = 'P098' where event_id = 11");
    let changed = served.run(&["pull", "--again", "2026-10"]);
    assert!([0, 1].contains(&changed.code), "{}", changed.err);
    served.run(&["run", "baru"]).expect_code(0);
    let new = checked(&served);
    assert!(new > 0 && new < all, "{}", message(&served, "baru"));
    // What is new is found, what is old is not read; the whole check finds both.
    let parts = |folder: &str| -> Vec<_> {
        let folder = served.office.path(&format!("archive/{folder}"));
        let files = tests::tree(&folder).into_keys();
        files
            .filter(|path| path.extension().is_some_and(|ending| ending == "parquet"))
            .map(|path| folder.join(path))
            .collect()
    };
    let old = parts("persons").into_iter().next().unwrap();
    tests::flip(&old);
    served.run(&["verify"]).expect_code(1);
    served.run(&["verify", "--since", "0"]).expect_code_in(&[0, 1], "verify");
    let commit = served.office.commit(0);
    let bytes = fs::read(&commit).unwrap();
    let text = String::from_utf8_lossy(&bytes).replacen("\"numRecords", "\"numrecords", 1);
    fs::write(&commit, text).unwrap();
    served.run(&["run", "baru"]).expect_code(1);
    fs::write(&commit, bytes).unwrap();
}

#[test]
fn the_months_that_are_over_are_compared_with_the_source() {
    let served = Served::with(RECONCILE);
    served.at(60);
    served.once();
    assert_eq!(served.outcomes("cocok"), ["done"], "{}", message(&served, "cocok"));
    assert!(message(&served, "cocok").starts_with("2026-10: "), "{}", message(&served, "cocok"));
    served.office.sql("delete from langkah_berkas where event_id = 11");
    served.run(&["run", "cocok"]).expect_code(1);
    assert!(message(&served, "cocok").contains("R002 1×"), "{}", message(&served, "cocok"));
}

#[test]
fn the_province_gets_the_verdicts_of_a_quarter_and_no_counts() {
    let served = Served::with(PROVINCE);
    served.at(60);
    served.once();
    // The quarter before is July to September, of which the archive holds nothing.
    assert_eq!(served.outcomes("provinsi"), ["failed"]);
    served.run(&["run", "provinsi", "--month", "2026-10"]).expect_code_in(&[0, 1], "run");
    let folder = served.office.path("laporan/provinsi/2026-TW4");
    let files = tests::tree(&folder);
    let names: Vec<String> = files.keys().map(|path| path.display().to_string()).collect();
    let wanted =
        ["csv", "json", "keterangan.txt", "pdf"].map(|ending| format!("laporan_kepatuhan_2026-10_luar.{ending}"));
    assert_eq!(names, wanted);
    let json = files.iter().find(|(path, _)| path.extension().is_some_and(|ending| ending == "json")).unwrap();
    assert!(!tests::holds_nik(&String::from_utf8_lossy(json.1)));
    assert!(message(&served, "provinsi").contains("2026-TW4"));
}
