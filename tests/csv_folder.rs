//! A folder of exported CSV files as the source: the same contract, each file once, each row once.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::fs;
use std::path::PathBuf;
use tests::{Installed, Office, sqlite};

const HEAD: &str = "event_id,recorded_at,berkas_id,kolektif_id,langkah,pelaksana,petugas_id,mulai,selesai,hasil,kekurangan,\
                    nomor_register,keterangan,jenis,kewarganegaraan,nik,nama,jenis_kelamin,tempat_lahir,tanggal_lahir,pekon,\
                    pembawa,diterima";

/// A row of the contract with that key and name.
fn row(id: u32, nama: &str) -> String {
    format!(
        "{id},2026-10-05 09:00:00,B202610-1,K202610-1,7,operator,P071,,2026-10-05 08:30:00,selesai,,,,baru,WNI,\
         1806015708979001,{nama},P,KOTA AGUNG,1997-08-17,1806011001,ANDI,2026-10-05 08:00:00"
    )
}

struct Folder {
    dir: tempfile::TempDir,
    installed: Installed,
}

impl Folder {
    /// A folder with one file of these rows.
    fn with(name: &str, text: &[u8]) -> Self {
        let dir = tempfile::TempDir::new().unwrap();
        fs::write(dir.path().join(name), text).unwrap();
        let installed = Installed::at(&format!("csv:{}", dir.path().display()));
        Self { dir, installed }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn events(&self) -> i64 {
        self.installed.count("SELECT COUNT(*) AS n FROM events")
    }

    #[track_caller]
    fn pull(&self, code: i32, says: &str) {
        let ran = self.installed.run(&["pull"]).expect_code(code);
        assert!(ran.out.contains(says) || ran.err.contains(says), "`{says}` is missing in {}{}", ran.out, ran.err);
    }
}

fn lines(rows: &[String]) -> Vec<u8> {
    format!("{HEAD}\n{}\n", rows.join("\n")).into_bytes()
}

#[test]
fn a_file_is_read_once_and_a_row_once() {
    let folder = Folder::with("2026-10.csv", &lines(&[row(1, "SITI"), row(2, "BUDI")]));
    folder.pull(0, "read 2 rows: archived 2 new");
    folder.pull(0, "read 0 rows");
    fs::copy(folder.file("2026-10.csv"), folder.file("salinan.csv")).unwrap();
    folder.pull(0, "read 0 rows");
    // An export that overlaps, one row changed, one new.
    fs::write(folder.file("2026-11.csv"), lines(&[row(2, "BUDI S."), row(1, "SITI"), row(3, "AGUS")])).unwrap();
    folder.pull(1, "read 3 rows: archived 1 new and 1 corrected, 1 known already");
    folder.pull(0, "read 0 rows");
    // The working state is lost; what was read is in the commits.
    fs::remove_dir_all(folder.installed.path("archive/_tertib")).unwrap();
    folder.pull(0, "read 0 rows");
    // The folder is emptied: nothing is followed.
    fs::remove_file(folder.file("2026-10.csv")).unwrap();
    folder.pull(0, "read 0 rows");
    assert_eq!(folder.events(), 4);
    folder.installed.run(&["verify"]).expect_code(0);
}

/// A folder tells no more than the latest row in it, whenever it is read.
#[test]
fn a_folder_is_complete_until_its_latest_row() {
    let folder = Folder::with("2026-10.csv", &lines(&[row(1, "SITI"), row(2, "BUDI")]));
    folder.pull(0, "archived 2 new");
    let until = || folder.installed.json(&["status", "--format", "json"], 0)["archive"]["complete_until_s"].clone();
    let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp();
    assert_eq!(until(), at("2026-10-05T09:00:00+07:00"));
    folder.installed.run(&["metrics", "--month", "2026-10"]).expect_code(1);
    let november = row(3, "AGUS").replace(",2026-10-05 09:00:00,", ",2026-11-02 08:00:00,");
    fs::write(folder.file("2026-11.csv"), lines(&[november])).unwrap();
    folder.pull(0, "archived 1 new");
    assert_eq!(until(), at("2026-11-02T08:00:00+07:00"));
    folder.installed.run(&["metrics", "--month", "2026-10"]).expect_code(0);
}

/// A file of which a pull left rows out for its range is not done with.
#[test]
fn a_range_does_not_lose_what_lies_beyond_it() {
    let later = row(2, "BUDI").replace(",2026-10-05 09:00:00,", ",2026-10-06 09:00:00,");
    let folder = Folder::with("2026-10.csv", &lines(&[row(1, "SITI"), later]));
    let until = folder.installed.run(&["pull", "--until", "2026-10-06"]).expect_code(0);
    assert!(until.out.contains("archived 1 new"), "{}", until.out);
    folder.pull(0, "archived 1 new and 0 corrected, 1 known already");
    folder.pull(0, "read 0 rows");
}

#[test]
fn a_file_that_was_still_being_written_is_read_again_when_it_is_whole() {
    let whole = lines(&[row(1, "SITI"), row(2, "BUDI")]);
    let cut = whole.len() - 60;
    let folder = Folder::with("ekspor.csv", &whole[..cut]);
    folder.pull(1, "1 new and 0 corrected, 0 known already, 1 to quarantine");
    fs::write(folder.file("ekspor.csv"), &whole).unwrap();
    folder.pull(0, "1 new and 0 corrected, 1 known already");
    assert_eq!(folder.events(), 2);
}

#[test]
fn semicolons_marks_quotes_and_line_ends_of_other_programs_are_read() {
    let semicolons = |id, nama| row(id, nama).replace(',', ";");
    let text = format!(
        "\u{feff}{}\r\n{}\r\n{}\r\n",
        HEAD.replace(',', ";"),
        semicolons(1, "\"SITI; \"\"A\"\"\""),
        semicolons(2, "BUDI")
    );
    let folder = Folder::with("excel.CSV", text.as_bytes());
    folder.pull(0, "archived 2 new");
    let office = &folder.installed;
    fs::write(folder.file("dua.csv"), lines(&[row(1, "\"SITI; \"\"A\"\"\"")])).unwrap();
    folder.pull(0, "1 known already");
    assert_eq!(office.count("SELECT COUNT(*) AS n FROM events WHERE petugas_id = 'P071'"), 2);
}

#[test]
fn no_value_and_empty_text_stay_different_where_the_export_tells_them_apart() {
    let with = |officer: &str| row(1, "SITI").replace("P071", officer);
    let folder = Folder::with("a.csv", &lines(&[with("\\N").replace(",,", ",\\N,").replace(",,", ",\\N,")]));
    folder.installed.configure("# csv-null = \"\\\\N\"", "csv-null = \"\\\\N\"");
    folder.pull(0, "archived 1 new");
    assert_eq!(folder.installed.count("SELECT COUNT(*) AS n FROM events WHERE petugas_id IS NULL"), 1);
    fs::write(folder.file("b.csv"), lines(&[with("").replace(",,2026", ",\\N,2026").replace(",,,,", ",\\N,\\N,\\N,")]))
        .unwrap();
    folder.pull(1, "1 corrected");
    assert_eq!(folder.installed.count("SELECT COUNT(*) AS n FROM events WHERE petugas_id = ''"), 1);
}

#[test]
fn broken_rows_go_to_quarantine_and_a_broken_file_is_named() {
    let mut text = lines(&[row(1, "SITI"), row(2, "X").replace(",7,", ",tujuh,"), row(3, "A,B")]);
    text.extend(b"4,");
    text.extend(row(5, "\u{0}").bytes().skip(2).map(|b| if b == 0 { 0xff } else { b }));
    text.push(b'\n');
    let folder = Folder::with("a.csv", &text);
    let ran = folder.installed.run(&["pull"]).expect_code(1);
    assert!(ran.out.contains("1 new") && ran.out.contains("3 to quarantine"), "{}", ran.out);
    assert!(ran.err.contains("V002") && ran.err.contains("V010"), "{}", ran.err);
    fs::write(folder.file("b.csv"), "event_id,nama\n9,SITI\n").unwrap();
    let refused = folder.installed.run(&["pull"]).expect_code(2);
    assert!(refused.err.contains("b.csv") && refused.err.contains("recorded_at"), "{}", refused.err);
    fs::remove_file(folder.file("b.csv")).unwrap();
    fs::remove_dir_all(folder.dir.path()).unwrap();
    let refused = folder.installed.run(&["pull"]).expect_code(2);
    assert!(refused.err.contains("cannot read"), "{}", refused.err);
}

/// A row of a side table that has shifted, or that counts fewer than none, is left out and named.
#[test]
fn a_faulty_row_of_the_blank_stock_is_left_out_and_named() {
    let dir = tempfile::TempDir::new().unwrap();
    fs::write(dir.path().join("2026-10.csv"), lines(&[row(1, "SITI")])).unwrap();
    let stock = "tanggal,terima,cetak,gagal\n2026-10-05,100,20,1\n2026-10-06,1,000,20,1\n2026-10-07,0,-5,0\n";
    fs::write(dir.path().join("blangko.csv"), stock).unwrap();
    fs::write(dir.path().join("gangguan.csv"), "jenis,mulai,selesai\nlistrik,2026-10-05 10:00:00\n").unwrap();
    let installed = Installed::at(&format!("csv:{}", dir.path().display()));
    let ran = installed.run(&["pull"]).expect_code(1);
    for said in ["S008 (2×)", "[blangko: baris ke-2, 2026-10-07]", "S008 (1×)", "[gangguan: baris ke-1]"] {
        assert!(ran.err.contains(said), "`{said}` is missing in {}", ran.err);
    }
    assert!(!ran.err.contains("karantina"), "{}", ran.err);
    fs::write(dir.path().join("blangko.csv"), stock.replace("1,000", "1000").replace("-5", "5")).unwrap();
    fs::write(dir.path().join("gangguan.csv"), "jenis,mulai,selesai\n").unwrap();
    let mended = installed.run(&["pull"]).expect_code(0);
    assert!(!mended.err.contains("S008"), "{}", mended.err);
}

/// The same office, exported, gives the same figures.
#[test]
fn an_exported_office_gives_the_figures_of_its_database() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let dir = tempfile::TempDir::new().unwrap();
    for (name, relation) in
        [("peristiwa.csv", "workflow_events"), ("gangguan.csv", "gangguan"), ("blangko.csv", "blangko")]
    {
        tests::export(&office.path("kantor.sqlite"), relation, &dir.path().join(name));
    }
    let installed = Installed::at(&format!("csv:{}", dir.path().display()));
    installed.run(&["pull"]).expect_code(0);
    let figures = ["metrics", "--month", "2026-10", "--format", "json"];
    // The latest row is of before the end of the month, and more the folder does not tell.
    let of_folder = installed.run(&figures).expect_code(1);
    assert!(of_folder.err.contains("K001"), "{}", of_folder.err);
    assert_eq!(tests::figures(&of_folder.out), tests::figures(&office.run(&figures).expect_code(0).out));
    installed.run(&["reconcile", "--month", "2026-10"]).expect_code(0);
    office.run(&["reconcile", "--month", "2026-10"]).expect_code(0);
    sqlite(&office.path("kantor.sqlite"), "delete from langkah_berkas where event_id = 7");
    sqlite(&office.path("kantor.sqlite"), "update langkah_berkas set petugas_id = 'P999' where event_id = 8");
    let table = office.run(&["reconcile", "--month", "2026-10"]).expect_code(1);
    assert!(table.out.contains("row by row") && table.out.contains("1 gone, 1 different"), "{}", table.out);
}
