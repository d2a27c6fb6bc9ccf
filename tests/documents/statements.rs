//! Statements and the monthly review: what they count is what the source and the lists hold.

use crate::{events, office_with_spoilt_cards};
use std::fs;
use tests::Office;
use tests::tools::Tool;

tests::part! {
    what_is_to_be_destroyed_is_stated needs Tool::Pdftotext;
    the_backlog_is_aged_in_working_days;
    papers_of_a_month_are_provisional_until_it_is_closed needs Tool::Pdftotext, Tool::Python(&[]);
    who_answers_for_the_year_checks_a_calendar_of_one_page needs Tool::Pdftotext;
}

/// The draft of a destruction sums up its list by cause, leaves the day open and names who else signs.
fn what_is_to_be_destroyed_is_stated() {
    let office = office_with_spoilt_cards();
    office
        .run(&["render", "--month", "2026-10", "--only", "berita_acara_pemusnahan_ktp_el,register_ktp_el_rusak"])
        .expect_code_in(&[0, 1], "render");
    let text = |name: &str| {
        let pdf = office.document(name, "pdf");
        Tool::Pdftotext.output(&["-layout", pdf.to_str().unwrap(), "-"])
    };
    let statement = text("berita_acara_pemusnahan_ktp_el");
    let withdrawn = events(&office, "langkah = 10 and jenis in ('rusak', 'perubahan_data', 'pindah_datang')");
    let spoilt = events(&office, "hasil = 'gagal_cetak'");
    assert!(withdrawn > 0 && spoilt > 0);
    let counted = |why: &str| {
        let line = statement.lines().find(|line| line.contains(why)).unwrap_or_default();
        line.split_whitespace().last().unwrap_or_default().to_owned()
    };
    // That an old card was taken in was recorded by nobody, so it is counted by hand.
    assert!(counted("KTP-el lama seharusnya ditarik").starts_with("....."), "{statement}");
    assert_eq!(counted("Gagal cetak"), spoilt.to_string());
    assert!(statement.contains("sebanyak .....") && statement.contains("diberi tanda diterima"), "{statement}");
    assert!(statement.contains("KONSEP") && statement.contains("dengan cara ....."), "{statement}");
    // What may still change is signed by nobody.
    let signers = ["Mengetahui", "Inspektorat", "Satuan Polisi Pamong Praja"];
    assert!(signers.iter().all(|signs| !statement.contains(signs)), "{statement}");
    let code = |text: &str| text[text.find("TERTIB1").unwrap()..].split_whitespace().take(7).collect::<String>();
    assert_eq!(code(&statement), code(&text("register_ktp_el_rusak")), "the annex is another list");
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    office
        .run(&["render", "--month", "2026-10", "--only", "berita_acara_pemusnahan_ktp_el"])
        .expect_code_in(&[0, 1], "render");
    let statement = text("berita_acara_pemusnahan_ktp_el");
    assert!(signers.iter().all(|signs| statement.contains(signs)), "{statement}");
    office
        .run(&["render", "--month", "2026-10", "--only", "berita_acara_pemusnahan_arsip"])
        .expect_code_in(&[0, 1], "render");
    let folder = office.path("laporan/2026-10");
    let made = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let about_nothing: Vec<String> = made.filter(|name| name.contains("pemusnahan_arsip")).collect();
    assert!(about_nothing.is_empty(), "{about_nothing:?}");
}

/// What a month sends may change until its books are closed, and is not signed before; what is handed out on a day is.
fn papers_of_a_month_are_provisional_until_it_is_closed() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let text = |name: &str| {
        office.run(&["render", "--month", "2026-10", "--only", name, "--full"]).expect_code_in(&[0, 1], "render");
        Tool::Pdftotext.output(&["-layout", office.full(name, "pdf").to_str().unwrap(), "-"])
    };
    let names = ["rekap_aparatur", "surat_pengantar_provinsi"];
    let says = |name: &str| {
        [text(name).contains("SEMENTARA"), text(name).contains("Petugas Front Office") || text(name).contains("NIP")]
    };
    assert_eq!(names.map(says), [[true, false]; 2]);
    assert_eq!(says("tanda_terima_berkas"), [false, true]);
    // So says everything else that is made of an open month: each sheet of a workbook, the notes beside a CSV file, JSON.
    let read = |ending: &str| fs::read_to_string(office.document("laporan_kepatuhan", ending)).unwrap();
    let open_ones = || {
        let only =
            ["render", "--month", "2026-10", "--only", "laporan_kepatuhan,buku_agenda_pendaftaran,rekap_aparatur"];
        office.run(&[&only[..], &["--format", "xlsx,csv,json"]].concat()).expect_code_in(&[0, 1], "render");
        let sheets = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); text = z.read('xl/sharedStrings.xml').decode(); \
            print(text.count('SEMENTARA, buku belum ditutup'), len([n for n in z.namelist() if 'worksheets/sheet' in n]))";
        for name in ["laporan_kepatuhan", "buku_agenda_pendaftaran", "rekap_aparatur"] {
            let workbook = office.document(name, "xlsx");
            let said = Tool::Python(&[]).output(&["-c", sheets, workbook.to_str().unwrap()]);
            let notes = fs::read_to_string(office.document(name, "keterangan.txt")).unwrap();
            // Strings are kept once: the line above all sheets, and that of the notes.
            let is_open = said.starts_with("2 ");
            assert!(is_open || said.starts_with("0 "), "{name}: {said}");
            assert_eq!(is_open, notes.contains("Keadaan: SEMENTARA, buku belum ditutup."), "{name}: {notes}");
            assert_eq!(is_open, !notes.contains("Keadaan: buku ditutup pada"), "{name}: {notes}");
            let json: serde_json::Value =
                serde_json::from_slice(&fs::read(office.document(name, "json")).unwrap()).unwrap();
            assert_eq!(is_open, json["closing"].is_null(), "{name}");
            assert_eq!(json["coverage"], "complete", "{name}: the archive holds all of the month");
        }
        read("keterangan.txt").contains("SEMENTARA")
    };
    assert!(open_ones());
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    assert_eq!(names.map(says), [[false, true]; 2]);
    assert!(!open_ones());
    // They name no person, and so say nothing of a copy with or without names; neither does their workbook.
    for name in names {
        assert!(!text(name).contains("disamarkan") && !text(name).contains("memuat data pribadi"), "{name}");
        let only = ["render", "--month", "2026-10", "--only", name, "--format", "xlsx"];
        office.run(&only).expect_code_in(&[0, 1], "render");
        let unzip = "import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read('xl/sharedStrings.xml').decode())";
        let workbook = Tool::Python(&[]).output(&["-c", unzip, office.document(name, "xlsx").to_str().unwrap()]);
        assert!(!workbook.contains("disamarkan") && workbook.contains("tanpa data pribadi"), "{name}: {workbook}");
    }
}

/// The calendar of any year is one page with lines for who checks it, and says for which Ramadan no hours are entered.
fn who_answers_for_the_year_checks_a_calendar_of_one_page() {
    let office = Office::small();
    office.configure("alamat = \"\"", "alamat = \"Jalan Jenderal Sudirman 1\"");
    office.configure("telepon = \"\"", "telepon = \"(0722) 21000\"");
    office.configure("pos_el = \"\"", "pos_el = \"dinas@example.go.id\"");
    let calendar = |year: &str| {
        office.run(&["calendar", "--year", year, "--format", "pdf"]).expect_code(0);
        let pdf = office.place(&format!("laporan/kalender_{year}.pdf"));
        Tool::Pdftotext.output(&["-layout", &pdf, "-"])
    };
    for year in 2020..=2027 {
        let text = calendar(&year.to_string());
        assert_eq!(text.matches('\u{c}').count(), 1, "{year} has not one page");
        for part in [
            "Diperiksa oleh",
            "(jabatan)",
            "NIP",
            "Jam kerja Ramadan belum dimasukkan",
            "Telepon (0722) 21000",
            "Pos-el dinas@example.go.id",
        ] {
            assert!(text.contains(part), "{year}: {part}: {text}");
        }
        assert!(
            !text.contains("kantor tutup") && !text.contains("hari kerja khusus"),
            "marks that do not occur: {text}"
        );
    }
    let ramadan =
        "[[period]]\nprofile = \"ramadan\"\nfrom = \"2026-02-18\"\nto = \"2026-03-19\"\ndecree = \"SE Bupati\"\n";
    fs::write(office.path("kalender.toml"), ramadan).unwrap();
    let text = calendar("2026");
    assert!(!text.contains("belum dimasukkan") && text.contains("jam kerja khusus"), "{text}");
    assert!(text.contains("Rabu, 18 Februari 2026 – Selasa, 17 Maret 2026"), "{text}");
}

/// The review says how old the open berkas are, in working days by the office's calendar.
fn the_backlog_is_aged_in_working_days() {
    let office = Office::unpulled();
    // Nothing is handed over in the second half of the month, and some files rest since its first days.
    office.sql(
        "delete from langkah_berkas where langkah >= 6 and selesai > '2026-10-16';
         delete from langkah_berkas where langkah >= 3 and berkas_id in
           (select berkas_id from langkah_berkas group by 1 order by min(selesai), 1 limit 7)",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let days = office.json(&["calendar", "--year", "2026"], 0);
    let works = |day: &serde_json::Value| day["spans"].as_array().is_some_and(|spans| !spans.is_empty());
    let working: Vec<&str> =
        days["days"].as_array().unwrap().iter().filter(|d| works(d)).map(|d| d["date"].as_str().unwrap()).collect();
    assert!(working.len() > 200, "{}", working.len());
    let age = |first: &str| working.iter().filter(|day| **day >= first && **day <= "2026-10-31").count();
    let open = "select date(min(selesai), '+7 hours') from langkah_berkas group by berkas_id
                having sum(langkah = 10 or hasil in ('ditolak', 'duplikat')) = 0 and min(selesai) < '2026-10-31T17:00:00Z'";
    let mut wanted = vec![0_u64; 4];
    for first in tests::sqlite_texts(&office.path("kantor.sqlite"), open) {
        // The day of the first event does not count.
        let age = age(&first) - usize::from(working.contains(&first.as_str()));
        wanted[[1, 5, 14].iter().filter(|most| age > **most).count()] += 1;
    }
    assert!(wanted.iter().filter(|n| **n > 0).count() >= 2, "{wanted:?}");
    office
        .run(&["render", "--month", "2026-10", "--only", "laporan_bulanan", "--format", "json,pdf"])
        .expect_code_in(&[0, 1], "render");
    let review = office.document_json("laporan_bulanan", "json");
    assert_eq!(review["backlog_age"]["up_to"], serde_json::json!([1, 5, 14]));
    let mut found = vec![0_u64; 4];
    for classes in review["backlog_age"]["steps"].as_object().unwrap().values() {
        found.iter_mut().zip(classes.as_array().unwrap()).for_each(|(sum, n)| *sum += n.as_u64().unwrap());
    }
    assert_eq!(found, wanted);
}
