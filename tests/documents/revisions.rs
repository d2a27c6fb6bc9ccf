//! Reports that are made again: a signed page stays as it was, or says that it is a revision and what changed.

use serde_json::Value;
use std::fs;
use tests::Office;

tests::part! {
    a_signed_page_stays_when_the_next_month_follows;
    a_late_row_makes_a_revision_that_names_what_changed;
    whatever_changes_a_figure_makes_a_revision;
    what_is_said_of_the_data_is_compared_too;
    each_report_that_differs_has_a_number_of_its_own;
    what_is_again_as_it_was_is_a_revision_too;
    a_target_that_is_entered_later_makes_a_revision;
    a_public_copy_has_a_number_only_where_it_knows_it;
}

const MONTH: &str = "2026-10";

/// An office that was pulled two days into November, and whose books are closed up to October. What is written late is found, whenever
/// this runs.
fn closed() -> Office {
    let office = Office::demo(&["--months", "2026-09:2026-11", "--per-month", "60", "--seed", "5"]);
    office.configure("lookback-days = 14", "lookback-days = 400");
    office.forget_archive();
    office.run(&["pull", "--until", "2026-11-02"]).expect_code_in(&[0, 1], "pull");
    for month in ["2026-09", MONTH] {
        office.run(&["seal", "--month", month]).expect_code(0);
    }
    office
}

/// What the layout reads of a report of October, without what says of which version of the archive it is.
fn page(office: &Office, name: &str) -> Value {
    let only = ["render", "--month", MONTH, "--only", name, "--format", "data"];
    office.run(&only).expect_code_in(&[0, 1], "render");
    let path = office.path(&format!("laporan/{MONTH}/{name}_{MONTH}.data.json"));
    let mut page: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    for of_version in ["asal", "kode", "qr", "pernyataan", "keadaan"] {
        page.as_object_mut().unwrap().remove(of_version);
    }
    page
}

const REPORTS: [&str; 2] = ["laporan_bulanan", "laporan_kepatuhan"];

/// What happens in November is no matter of October: not which batches were complete, nor for how long their cards had waited.
fn a_signed_page_stays_when_the_next_month_follows() {
    let office = closed();
    let signed = REPORTS.map(|name| page(&office, name));
    let batches = &signed[0]["arus"]["kolektif"];
    assert!(batches[1].as_str().unwrap().parse::<u32>().unwrap() > 0, "no batch was complete: {batches}");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let later = office.number("select count(*) from langkah_berkas where selesai > '2026-11-03'");
    assert!(later > 100, "{later} rows followed");
    for (name, signed) in REPORTS.into_iter().zip(signed) {
        let now = page(&office, name);
        let differ: Vec<&String> = signed
            .as_object()
            .unwrap()
            .iter()
            .filter(|(key, value)| now[*key] != **value)
            .map(|(key, _)| key)
            .collect();
        assert!(differ.is_empty(), "{name}: {differ:?}");
        assert!(now["perbaikan"].is_null(), "{name}");
    }
}

/// A late row of step 4 alone, which is no count of the flow, is named by the step and the book.
fn a_late_row_makes_a_revision_that_names_what_changed() {
    let office = closed();
    office.sql(
        "insert into langkah_berkas select 900001, (select min(berkas_id) from berkas), 4, 'loket_pendaftaran', null, null,
           '2026-10-20T03:00:00Z', 'selesai', null, '900001/4/2026', null, '2026-11-03T03:00:00Z'",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    for name in REPORTS {
        let said = &page(&office, name)["perbaikan"];
        assert_eq!(said["nomor"], 1, "{name}: {said}");
        let changed: Vec<&str> = said["perubahan"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
        for names in ["peristiwa langkah 4: ", "nomor dalam Buku Agenda Pendaftaran ", "bagian yang berubah: "] {
            assert!(changed.iter().any(|change| change.contains(names)), "{name}: `{names}` in {changed:?}");
        }
        assert!(changed.last().unwrap().contains("penomoran buku"), "{name}: {changed:?}");
    }
    // Another one is another revision.
    office.sql(
        "insert into langkah_berkas select 900002, (select min(berkas_id) from berkas), 4, 'loket_pendaftaran', null, null,
           '2026-10-21T03:00:00Z', 'selesai', null, '900002/4/2026', null, '2026-12-03T03:00:00Z'",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    assert_eq!(page(&office, REPORTS[0])["perbaikan"]["nomor"], 2);
}

/// No row of October came late; but one of November says that what was handed over went on, against the order of steps.
fn whatever_changes_a_figure_makes_a_revision() {
    let office = closed();
    office.sql(
        "insert into langkah_berkas select 900001, (select berkas_id from langkah_berkas where langkah = 10
             and selesai between '2026-10-05' and '2026-10-31T10' order by berkas_id limit 1),
           4, 'loket_pendaftaran', null, null, '2026-11-20T03:00:00Z', 'selesai', null, '900001/4/2026', null,
           '2026-11-20T03:00:00Z'",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let (number, changed) = revision(&office);
    assert_eq!(number, 1, "{changed:?}");
    assert!(changed.last().unwrap().contains("kesesuaian dengan SOP"), "{changed:?}");
}

/// The number of the revision of the review, and what changed.
fn revision(office: &Office) -> (u64, Vec<String>) {
    let said = &page(office, REPORTS[0])["perbaikan"];
    let changed = said["perubahan"].as_array().into_iter().flatten();
    (said["nomor"].as_u64().unwrap_or(0), changed.map(|change| change.as_str().unwrap().to_owned()).collect())
}

/// Brings what was done to the source into the archive, and returns the revision that it makes.
fn after(office: &Office, sql: &str) -> (u64, Vec<String>) {
    office.sql(sql);
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    revision(office)
}

fn names(changed: &[String], what: &str) {
    assert!(changed.iter().any(|change| change.contains(what)), "`{what}` in {changed:?}");
}

/// Findings of quality, rows that are held back, and persons who probably came under another NIK: none of them is a figure of events.
fn what_is_said_of_the_data_is_compared_too() {
    let office = closed();
    let held = |id: u32, ended: &str, recorded: &str| {
        format!(
            "insert into langkah_berkas select {id}, (select min(berkas_id) from berkas), 4, 'loket_pendaftaran', null, null,
               '{ended}', 'entah', null, '{id}/4/2026', null, '{recorded}'"
        )
    };
    let (number, changed) = after(&office, &held(900_001, "2026-11-05T03:00:00Z", "2026-11-05T03:00:00Z"));
    assert_eq!((number, &changed[..]), (0, &[][..]), "a row of November that is held back is no matter of October");

    let (number, changed) = after(&office, &held(900_002, "2026-10-20T03:00:00Z", "2026-12-01T03:00:00Z"));
    assert_eq!(number, 1, "{changed:?}");
    for what in ["baris data sumber yang tertahan ", "entri tertahan dalam Buku Agenda Pendaftaran 0 menjadi 1"] {
        names(&changed, what);
    }
    names(&changed, "bagian yang berubah: penomoran buku, data yang tertahan");

    let ended_before_it_began =
        "insert into gangguan values (900001, 'jaringan', '2026-10-14T03:00:00Z', '2026-10-14T02:00:00Z')";
    let (number, changed) = after(&office, ended_before_it_began);
    assert_eq!(number, 2, "{changed:?}");
    names(&changed, "temuan Q046: 0 menjadi 1");
    names(&changed, "terhadap perbaikan ke-1: mutu data");

    let [one, other] = ["min", "max"].map(|which| {
        // Two of one batch, and so of one pekon.
        let of_october = "from langkah_berkas join berkas using (berkas_id)
            where langkah = 1 and selesai between '2026-10-05' and '2026-10-30' and length(nik) = 16";
        let batch = format!(
            "(select min(kolektif_id) from (select kolektif_id {of_october} group by kolektif_id having count(*) > 1))"
        );
        format!("(select {which}(berkas_id) {of_october} and kolektif_id = {batch})")
    });
    let (number, changed) = after(
        &office,
        &format!(
            "update berkas set (nama, jenis_kelamin, tempat_lahir, tanggal_lahir) =
               (select nama, jenis_kelamin, tempat_lahir, tanggal_lahir from berkas where berkas_id = {one})
             where berkas_id = {other};
             update langkah_berkas set recorded_at = '2026-12-02T03:00:00Z' where berkas_id = {other} and langkah = 1"
        ),
    );
    assert_eq!(number, 3, "{changed:?}");
    names(&changed, "kemungkinan orang yang sama dengan NIK lain ");
    names(&changed, "data ganda");
}

/// Twice something else than a late row changes the figures: the second paper has the second number, whenever it is made.
fn each_report_that_differs_has_a_number_of_its_own() {
    let office = closed();
    let against_the_order = |id: u32, place: u32| {
        format!(
            "insert into langkah_berkas select {id}, (select berkas_id from langkah_berkas where langkah = 10
                 and selesai between '2026-10-05' and '2026-10-31T10' order by berkas_id limit 1 offset {place}),
               4, 'loket_pendaftaran', null, null, '2026-11-20T03:00:00Z', 'selesai', null, '{id}/4/2026', null,
               '2026-11-20T0{place}:00:00Z'"
        )
    };
    assert_eq!(after(&office, &against_the_order(900_001, 1)).0, 1);
    let second = after(&office, &against_the_order(900_002, 2));
    assert_eq!(second.0, 2, "{second:?}");
    assert_eq!(revision(&office), second, "made again");
    let nothing_of_october =
        "insert into gangguan values (900001, 'jaringan', '2026-11-24T02:00:00Z', '2026-11-24T03:00:00Z')";
    assert_eq!(after(&office, nothing_of_october), second);
}

/// Who holds the first revision must see that the second says something else, though it says what the signed page said.
fn what_is_again_as_it_was_is_a_revision_too() {
    let office = closed();
    let outage = "insert into gangguan values (900001, 'jaringan', '2026-10-14T02:00:00Z', '2026-10-14T02:30:00Z')";
    let (number, changed) = after(&office, outage);
    assert_eq!(number, 1, "{changed:?}");
    names(&changed, "gangguan");
    let (number, changed) = after(&office, "delete from gangguan where gangguan_id = 900001");
    assert_eq!(number, 2, "{changed:?}");
    assert_eq!(changed[0], "semua angka kembali seperti pada saat buku ditutup");
    assert!(changed[1].starts_with("terhadap perbaikan ke-1: ") && changed.len() == 2, "{changed:?}");
}

/// A value that is entered after the closing turns verdicts of a signed page: the new page says so, and the signed one is still what the
/// archive gave with what had been decided then.
fn a_target_that_is_entered_later_makes_a_revision() {
    let office = closed();
    let decide = |value: &[&str], from: &str| {
        let of = ["--article", "7", "--source", "Keputusan rekaan 1, hlm. 2", "--by", "Rekaan", "--from", from];
        office.run(&[&["target", "set", "terbit_24_jam"], value, &of].concat()).expect_code(0);
    };
    office.run(&["render", "--month", MONTH, "--only", &REPORTS.join(",")]).expect_code_in(&[0, 1], "render");
    let signed = REPORTS.map(|name| office.document(name, "pdf"));
    let kept = signed.clone().map(|path| path.with_extension("ditandatangani.pdf"));
    for (from, to) in signed.iter().zip(&kept) {
        fs::copy(from, to).unwrap();
    }
    decide(&["--value", "0.5"], "2026-11-01");
    assert_eq!(revision(&office), (0, Vec::new()), "it binds November");
    decide(&["--value", "0.01"], "2026-10-01");
    let (number, changed) = revision(&office);
    assert_eq!(number, 1, "{changed:?}");
    names(&changed, "target yang terpenuhi ");
    names(&changed, "putusan atas target");
    decide(&["--value", "0.02"], "2026-10-01");
    let (number, changed) = revision(&office);
    assert_eq!(number, 2, "{changed:?}");
    assert!(changed.last().unwrap().starts_with("terhadap perbaikan ke-1: "), "{changed:?}");
    assert_eq!(page(&office, REPORTS[1])["perbaikan"]["nomor"], 2);
    office.run(&["render", "--month", MONTH, "--only", &REPORTS.join(",")]).expect_code_in(&[0, 1], "render");
    for of in signed.iter().chain(&kept) {
        let checked = office.run(&["verify", "--book", &of.display().to_string()]).expect_code(0);
        assert!(checked.out.contains("; 0 findings"), "{}", checked.out);
    }
    tests::flip(&kept[0]);
    let checked = office.run(&["verify", "--book", &kept[0].display().to_string()]).expect_code(1);
    assert!(checked.finds("B002") && !checked.finds("K003"), "{}", checked.out);
}

/// The same office without the tables that name residents.
fn public(office: &Office) -> Office {
    let copied = office.copy();
    for table in ["persons", "quarantine"] {
        let table = copied.path("archive").join(table);
        if table.exists() {
            fs::remove_dir_all(table).unwrap();
        }
    }
    copied
}

/// A commit that changed what a public copy tells is counted there as in the office. One that may have changed only what it does not
/// tell leaves it without a number, and without a code that the office would not find again.
fn a_public_copy_has_a_number_only_where_it_knows_it() {
    let office = closed();
    assert!(page(&public(&office), REPORTS[0])["perbaikan"].is_null(), "nothing followed");
    let outage = "insert into gangguan values (900001, 'jaringan', '2026-10-14T02:00:00Z', '2026-10-14T02:30:00Z')";
    assert_eq!(after(&office, outage).0, 1);
    let (own, copied) = (page(&office, REPORTS[0]), page(&public(&office), REPORTS[0]));
    let changes = |page: &Value| -> Vec<String> {
        page["perbaikan"]["perubahan"].as_array().unwrap().iter().map(|c| c.as_str().unwrap().to_owned()).collect()
    };
    for same in ["nomor", "tanggal"] {
        assert_eq!(own["perbaikan"][same], copied["perbaikan"][same], "{same}");
    }
    assert_eq!(own["tanggal"], copied["tanggal"]);
    let unknown =
        "perubahan yang tidak diketahui dari salinan ini: data ganda, penomoran buku, mutu data, data yang tertahan";
    assert_eq!(changes(&copied).last().map(String::as_str), Some(unknown));
    assert!(changes(&copied).iter().filter(|change| *change != unknown).all(|change| changes(&own).contains(change)));

    office.sql(
        "insert into langkah_berkas select 900002, (select min(berkas_id) from berkas), 4, 'loket_pendaftaran', null, null,
           '2026-10-20T03:00:00Z', 'entah', null, '900002/4/2026', null, '2026-12-01T03:00:00Z'",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    assert_eq!(revision(&office).0, 2, "a row of the month is held back");
    let copied = public(&office);
    for name in REPORTS {
        let said = page(&copied, name);
        assert!(said["perbaikan"]["nomor"].is_null() && said["perbaikan"]["tanggal"].is_null(), "{said}");
        assert!(said["tanggal"].is_null(), "{said}");
        names(&changes(&said), "bagian yang berubah: ");
        let json = ["render", "--month", MONTH, "--only", name, "--format", "json,data"];
        copied.run(&json).expect_code_in(&[0, 1], "render");
        let of = |ending: &str| -> Value {
            let path = copied.path(&format!("laporan/{MONTH}/{name}_{MONTH}{ending}"));
            serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
        };
        assert!(of(".data.json")["kode"].is_null(), "{name}");
        let written = of(".json");
        let revision = if name == REPORTS[0] { &written["sheet"]["revision"] } else { &written["revision"] };
        assert!(revision["number"].is_null() && !revision["unknown"].as_array().unwrap().is_empty(), "{revision}");
    }
}
