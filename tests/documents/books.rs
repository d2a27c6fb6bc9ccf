//! Books: volumes, closed months with what comes late, and marks at gaps and doubles in the numbers.

use crate::rows;
use std::fs;
use tests::Office;
use tests::tools::Tool;

tests::part! {
    a_long_book_is_set_in_volumes needs Tool::Pdftotext;
    closed_books_stay_and_late_entries_follow needs Tool::Pdftotext;
    gaps_and_doubles_are_marked_in_their_rows needs Tool::Pdftotext;
}

/// A long book is set in volumes: together they hold every entry once, each carries on, the last one closes.
fn a_long_book_is_set_in_volumes() {
    const ENTRIES: usize = 4_100;
    let office = Office::unpulled();
    office.sql(&format!(
        "with recursive n(n) as (select 1 union all select n + 1 from n where n < {ENTRIES})
         insert into langkah_berkas select 500000 + n, (select min(berkas_id) from berkas), 4, 'loket_pendaftaran', null, null,
           '2026-10-20T03:00:00Z', 'selesai', null, substr('000000' || (5000 + n), -6) || '/4/2026', null, '2026-10-20T03:00:00Z' from n;
         delete from langkah_berkas where langkah = 4 and event_id < 500000"
    ));
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let name = "buku_agenda_pendaftaran";
    office.run(&["render", "--month", "2026-10", "--only", name, "--format", "pdf,csv"]).expect_code(0);
    let folder = office.path("laporan/2026-10");
    let csv = fs::read_to_string(folder.join(format!("{name}_2026-10.csv"))).unwrap();
    assert_eq!(csv.lines().count(), ENTRIES + 1);
    let texts: Vec<String> = (1..=5)
        .map(|volume| {
            let file = folder.join(format!("{name}_2026-10_jilid_{volume}.pdf"));
            office.run(&["verify", "--book", file.to_str().unwrap()]).expect_code(0);
            Tool::Pdftotext.output(&["-layout", file.to_str().unwrap(), "-"])
        })
        .collect();
    assert!(!folder.join(format!("{name}_2026-10_jilid_6.pdf")).exists());
    let all = texts.concat();
    let numbers: Vec<&str> =
        all.split_whitespace().filter(|word| word.ends_with("/4/2026") && word.len() == 13).collect();
    let wanted: Vec<String> = (5001..=5000 + ENTRIES).map(|n| format!("{n:06}/4/2026")).collect();
    // The closing statement names the first and the last once more.
    assert_eq!(numbers[..ENTRIES], wanted);
    for (volume, says) in [
        (0, "Bersambung ke jilid 2"),
        (1, "Pindahan: 1.000 entri"),
        (4, "Pindahan: 4.000 entri"),
        (4, "belum ditutup: 4.100 ("),
    ] {
        assert!(texts[volume].contains(says), "volume {} does not say `{says}`", volume + 1);
    }
    // A working copy of an open month is signed by nobody, and says so.
    assert!(texts.iter().all(|text| !text.contains("Mengetahui") && text.contains("TIDAK UNTUK DITANDATANGANI")));
}

/// Closed books stay as they were; what comes for their month stands in the next open book, with a reference.
fn closed_books_stay_and_late_entries_follow() {
    let office = Office::unpulled();
    let name = "buku_agenda_pendaftaran";
    let book = |month: &str| {
        let only = ["render", "--month", month, "--only", name, "--format", "pdf,csv"];
        office.run(&only).expect_code_in(&[0, 1], "render");
        let folder = office.path(&format!("laporan/{month}"));
        let csv = fs::read_to_string(folder.join(format!("{name}_{month}.csv"))).unwrap();
        let pdf = folder.join(format!("{name}_{month}.pdf"));
        (csv, fs::read(&pdf).unwrap(), pdf.display().to_string())
    };
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let (open, ..) = book("2026-10");
    office.run(&["seal", "--month", "2199-01"]).expect_refusal(&["is not over"]);
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    office.run(&["seal", "--month", "2026-10"]).expect_refusal(&["were closed by version 1"]);
    let (closed, bytes, _) = book("2026-10");
    assert_eq!(closed, open);
    // A late entry, a correction, and an entry of the next month.
    let row = |id: u32, at: &str, number: &str| {
        format!(
            "insert into langkah_berkas select {id}, (select min(berkas_id) from berkas), 4, 'loket_pendaftaran', null, null,
             '{at}', 'selesai', null, '{number}', 'catatan kaki', '2026-11-03T03:00:00Z';"
        )
    };
    office.sql(&row(900_001, "2026-10-20T03:00:00Z", "900001/4/2026"));
    office.sql(&row(900_002, "2026-11-02T03:00:00Z", "900002/4/2026"));
    office.sql("update langkah_berkas set petugas_id = 'P099', recorded_at = '2026-11-03T03:00:00Z' where event_id =
                 (select event_id from langkah_berkas where langkah = 4 and selesai < '2026-10-31' order by selesai desc, event_id limit 1)");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let (still, same, october) = book("2026-10");
    assert!(still == open && same == bytes, "a closed book has changed");
    let (next, _, november) = book("2026-11");
    let rows: Vec<&str> = next.lines().skip(1).collect();
    assert_eq!(rows.len(), 3, "{next}");
    assert!(rows[0].contains("900002/4/2026") && !rows[0].contains("Oktober"), "{next}");
    assert!(rows.iter().any(|row| row.contains("900001/4/2026") && row.contains("Susulan Oktober 2026")), "{next}");
    assert!(rows.iter().any(|row| row.contains("Koreksi Oktober 2026")), "{next}");
    assert!(!next.contains("catatan kaki"), "a remark stands in a masked book");
    let text = Tool::Pdftotext.output(&["-layout", &november, "-"]);
    assert!(text.contains("2 (dua) entri susulan atau koreksi"), "{text}");
    for printed in [october, november] {
        office.run(&["verify", "--book", &printed]).expect_code(0);
    }
    office.run(&["verify"]).expect_code(0);
}

/// A gap and a double in the numbers are marked where they stand, and listed at the close.
fn gaps_and_doubles_are_marked_in_their_rows() {
    let office = Office::unpulled();
    let number = |n: u32| format!("{n:06}/4/2026");
    let change = |place: u32, number: &str| {
        format!(
            "update langkah_berkas set nomor_register = '{number}' where event_id =
               (select event_id from langkah_berkas where langkah = 4 order by selesai, event_id limit 1 offset {place});"
        )
    };
    let all: String = (0..60).map(|place| change(place, &number(1_000 + place))).collect();
    office.sql(&all);
    // 1005 and 1010 to 1012 are taken away; 1020 comes twice.
    office.sql(&format!(
        "delete from langkah_berkas where langkah = 4 and nomor_register in ('{}', '{}', '{}', '{}'); {}",
        number(1_005),
        number(1_010),
        number(1_011),
        number(1_012),
        format_args!(
            "update langkah_berkas set nomor_register = '{}' where nomor_register = '{}'",
            number(1_020),
            number(1_021)
        ),
    ));
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let name = "buku_agenda_pendaftaran";
    let marked: Vec<(String, String)> = rows(&office, name)
        .into_iter()
        .filter(|row| row.last().is_some_and(|remark| !remark.is_empty()))
        .map(|row| (row[1].clone(), row.last().unwrap().clone()))
        .collect();
    let wanted = [
        (1_006, "Nomor 001005 terlewat"),
        (1_013, "Nomor 001010–001012 terlewat"),
        (1_020, "Nomor ganda"),
        (1_020, "Nomor ganda"),
        (1_022, "Nomor 001021 terlewat"),
    ];
    assert_eq!(marked, wanted.map(|(n, mark)| (number(n), mark.to_owned())));
    office.run(&["render", "--month", "2026-10", "--only", name]).expect_code_in(&[0, 1], "render");
    let pdf = office.document(name, "pdf");
    let text = Tool::Pdftotext.output(&["-raw", pdf.to_str().unwrap(), "-"]);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("terlewat: 001005, 001010, 001011, 001012, 001021."), "{text}");
    assert!(text.contains("lebih dari sekali: 001020."), "{text}");
}
