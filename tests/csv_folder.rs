//! A folder of exported CSV files can be the source. The contract is the same, each file is read once, and each row comes in
//! once.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::fs;
use std::path::PathBuf;
use tests::Office;

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
    office: Office,
}

impl Folder {
    /// A folder with one file of these rows.
    fn with(name: &str, text: &[u8]) -> Self {
        let dir = tempfile::TempDir::new().unwrap();
        fs::write(dir.path().join(name), text).unwrap();
        let office = Office::at(&format!("csv:{}", dir.path().display()));
        Self { dir, office }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn events(&self) -> i64 {
        self.office.events("")
    }

    /// A pull that ends with that code, reads so many rows, and finds so many new and corrected.
    #[track_caller]
    fn pull(&self, code: i32, read: i64, changes: (i64, i64)) {
        let pulled = self.office.run(&["pull"]).expect_code(code).pulled();
        assert_eq!((pulled.read, pulled.changes()), (read, changes));
    }
}

fn lines(rows: &[String]) -> Vec<u8> {
    format!("{HEAD}\n{}\n", rows.join("\n")).into_bytes()
}

#[test]
fn a_file_is_read_once_and_a_row_once() {
    let folder = Folder::with("2026-10.csv", &lines(&[row(1, "SITI"), row(2, "BUDI")]));
    folder.pull(0, 2, (2, 0));
    folder.pull(0, 0, (0, 0));
    fs::copy(folder.file("2026-10.csv"), folder.file("salinan.csv")).unwrap();
    folder.pull(0, 0, (0, 0));
    // An export that overlaps, one row changed, one new.
    fs::write(folder.file("2026-11.csv"), lines(&[row(2, "BUDI S."), row(1, "SITI"), row(3, "AGUS")])).unwrap();
    folder.pull(1, 3, (1, 1));
    folder.pull(0, 0, (0, 0));
    // The working state is lost; what was read is in the commits.
    fs::remove_dir_all(folder.office.path("archive/_tertib")).unwrap();
    folder.pull(0, 0, (0, 0));
    // The folder is emptied: nothing is followed.
    fs::remove_file(folder.file("2026-10.csv")).unwrap();
    folder.pull(0, 0, (0, 0));
    assert_eq!(folder.events(), 4);
    folder.office.run(&["verify"]).expect_code(0);
}

/// A folder tells no more than the latest row in it, whenever it is read.
#[test]
fn a_folder_is_complete_until_its_latest_row() {
    let folder = Folder::with("2026-10.csv", &lines(&[row(1, "SITI"), row(2, "BUDI")]));
    folder.pull(0, 2, (2, 0));
    let until = || folder.office.status()["archive"]["complete_until"].clone();
    assert_eq!(until(), "2026-10-05T09:00:00+07:00");
    folder.office.run(&["metrics", "--month", "2026-10"]).expect_code(1);
    let november = row(3, "AGUS").replace(",2026-10-05 09:00:00,", ",2026-11-02 08:00:00,");
    fs::write(folder.file("2026-11.csv"), lines(&[november])).unwrap();
    folder.pull(0, 1, (1, 0));
    assert_eq!(until(), "2026-11-02T08:00:00+07:00");
    folder.office.run(&["metrics", "--month", "2026-10"]).expect_code(0);
}

/// A file of which a pull left rows out for its range is not done with.
#[test]
fn a_range_does_not_lose_what_lies_beyond_it() {
    let later = row(2, "BUDI").replace(",2026-10-05 09:00:00,", ",2026-10-06 09:00:00,");
    let folder = Folder::with("2026-10.csv", &lines(&[row(1, "SITI"), later]));
    assert_eq!(folder.office.run(&["pull", "--until", "2026-10-06"]).expect_code(0).pulled().new, 1);
    folder.pull(0, 2, (1, 0));
    folder.pull(0, 0, (0, 0));
}

#[test]
fn a_file_that_was_still_being_written_is_read_again_when_it_is_whole() {
    let whole = lines(&[row(1, "SITI"), row(2, "BUDI")]);
    let cut = whole.len() - 60;
    let folder = Folder::with("ekspor.csv", &whole[..cut]);
    folder.pull(1, 2, (1, 0));
    fs::write(folder.file("ekspor.csv"), &whole).unwrap();
    folder.pull(0, 2, (1, 0));
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
    folder.pull(0, 2, (2, 0));
    let office = &folder.office;
    fs::write(folder.file("dua.csv"), lines(&[row(1, "\"SITI; \"\"A\"\"\"")])).unwrap();
    folder.pull(0, 1, (0, 0));
    assert_eq!(office.events("petugas_id = 'P071'"), 2);
}

#[test]
fn no_value_and_empty_text_stay_different_where_the_export_tells_them_apart() {
    let with = |officer: &str| row(1, "SITI").replace("P071", officer);
    let folder = Folder::with("a.csv", &lines(&[with("\\N").replace(",,", ",\\N,").replace(",,", ",\\N,")]));
    folder.office.configure("# csv-null = \"\\\\N\"", "csv-null = \"\\\\N\"");
    folder.pull(0, 1, (1, 0));
    assert_eq!(folder.office.events("petugas_id IS NULL"), 1);
    fs::write(folder.file("b.csv"), lines(&[with("").replace(",,2026", ",\\N,2026").replace(",,,,", ",\\N,\\N,\\N,")]))
        .unwrap();
    folder.pull(1, 1, (0, 1));
    assert_eq!(folder.office.events("petugas_id = ''"), 1);
}

#[test]
fn broken_rows_go_to_quarantine_and_a_broken_file_is_named() {
    let mut text = lines(&[row(1, "SITI"), row(2, "X").replace(",7,", ",tujuh,"), row(3, "A,B")]);
    text.extend(b"4,");
    text.extend(row(5, "\u{0}").bytes().skip(2).map(|b| if b == 0 { 0xff } else { b }));
    text.push(b'\n');
    let folder = Folder::with("a.csv", &text);
    let ran = folder.office.run(&["pull"]).expect_code(1);
    assert_eq!((ran.pulled().new, ran.pulled().quarantined), (1, 3));
    assert!(ran.finds("V002") && ran.finds("V010"), "{}", ran.err);
    fs::write(folder.file("b.csv"), "event_id,nama\n9,SITI\n").unwrap();
    folder.office.run(&["pull"]).expect_refusal(&["b.csv", "recorded_at"]);
    fs::remove_file(folder.file("b.csv")).unwrap();
    fs::remove_dir_all(folder.dir.path()).unwrap();
    folder.office.run(&["pull"]).expect_refusal(&["cannot read"]);
}

/// A row of a side table that has shifted, or that counts fewer than none, is left out and named.
#[test]
fn a_faulty_row_of_the_blank_stock_is_left_out_and_named() {
    let dir = tempfile::TempDir::new().unwrap();
    fs::write(dir.path().join("2026-10.csv"), lines(&[row(1, "SITI")])).unwrap();
    let stock = "tanggal,terima,cetak,gagal\n2026-10-05,100,20,1\n2026-10-06,1,000,20,1\n2026-10-07,0,-5,0\n";
    fs::write(dir.path().join("blangko.csv"), stock).unwrap();
    fs::write(dir.path().join("gangguan.csv"), "jenis,mulai,selesai\nlistrik,2026-10-05 10:00:00\n").unwrap();
    let folder = Office::at(&format!("csv:{}", dir.path().display()));
    let ran = folder.run(&["pull"]).expect_code(1);
    assert_eq!(ran.found("S008"), [(2, "blangko: baris ke-2, 2026-10-07"), (1, "gangguan: baris ke-1")]);
    assert!(!ran.err.contains("ditahan"), "{}", ran.err);
    fs::write(dir.path().join("blangko.csv"), stock.replace("1,000", "1000").replace("-5", "5")).unwrap();
    fs::write(dir.path().join("gangguan.csv"), "jenis,mulai,selesai\n").unwrap();
    let mended = folder.run(&["pull"]).expect_code(0);
    assert!(!mended.finds("S008"), "{}", mended.err);
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
    let folder = Office::at(&format!("csv:{}", dir.path().display()));
    folder.run(&["pull"]).expect_code(0);
    let figures = ["metrics", "--month", "2026-10", "--format", "json"];
    // The latest row is of before the end of the month, and more the folder does not tell.
    let of_folder = folder.run(&figures).expect_code(1);
    assert!(of_folder.finds("K001"), "{}", of_folder.err);
    assert_eq!(tests::figures(of_folder.json()), office.figures("2026-10", 0));
    folder.run(&["reconcile", "--month", "2026-10"]).expect_code(0);
    office.run(&["reconcile", "--month", "2026-10"]).expect_code(0);
    office.sql("delete from langkah_berkas where event_id = 7");
    office.sql("update langkah_berkas set petugas_id = 'P999' where event_id = 8");
    let found = office.json(&["reconcile", "--month", "2026-10"], 1);
    assert_eq!(found["in_database"], false);
    let of = |kind: &str| found[kind].as_array().unwrap().len();
    assert_eq!((of("gone"), of("different"), of("missing")), (1, 1, 0), "{found}");
}
