//! Lists: their rows are those of the source, their totals those of the books.

use crate::{events, lines, office_with_spoilt_cards, rows};
use std::fs;
use tests::Office;

tests::part! {
    archive_lists_hold_what_the_archive_book_holds;
    spoilt_and_withdrawn_cards_stand_in_the_register;
    the_stock_card_ends_with_what_is_left;
    an_opening_that_nobody_recorded_is_not_zero;
    the_provinces_form_counts_days;
    nothing_is_listed_for_destruction_without_a_schedule;
    what_is_not_recorded_is_not_nothing;
    no_column_of_a_list_is_always_blank;
}

fn sum(rows: &[Vec<String>], column: usize) -> usize {
    rows.iter().map(|row| row[column].parse::<usize>().unwrap()).sum()
}

fn archive_lists_hold_what_the_archive_book_holds() {
    let office = Office::small();
    let archived = events(&office, "langkah = 9");
    assert!(archived > 40);
    assert_eq!(rows(&office, "buku_registrasi_arsip").len(), archived);
    let items = rows(&office, "daftar_isi_berkas");
    assert_eq!(items.len(), archived);
    let batches = rows(&office, "daftar_berkas");
    assert_eq!(sum(&batches, 6), archived);
    // The period is that of what is counted beside it: from the first entry of the batch, be it in an earlier month.
    for batch in &batches {
        let ends = |of: &str| {
            let sql = format!(
                "select {of}(date(selesai, '+7 hours')) from workflow_events where langkah = 9 and kolektif_id = '{}' and selesai < '2026-10-31T17'",
                batch[1]
            );
            tests::sqlite_texts(&office.path("kantor.sqlite"), &sql).remove(0)
        };
        assert_eq!([&batch[7], &batch[8]], [&ends("min"), &ends("max")], "{batch:?}");
    }
    // Each item counts as one, as a number that a spreadsheet adds up.
    assert_eq!(sum(&items, 9), archived);
    let only = ["render", "--month", "2026-10", "--only", "daftar_isi_berkas", "--format", "json"];
    office.run(&only).expect_code_in(&[0, 1], "render");
    assert_eq!(office.document_json("daftar_isi_berkas", "json")["totals"][9]["number"], archived);
    // Items are numbered within their batch.
    for batch in &batches {
        let of_batch: Vec<&str> =
            items.iter().filter(|item| item[1] == batch[1]).map(|item| item[2].as_str()).collect();
        let wanted: Vec<String> = (1..=of_batch.len()).map(|n| n.to_string()).collect();
        assert_eq!(of_batch, wanted, "{}", batch[1]);
    }
}

fn spoilt_and_withdrawn_cards_stand_in_the_register() {
    let office = office_with_spoilt_cards();
    let register = rows(&office, "register_ktp_el_rusak");
    let of = |why: &str| register.iter().filter(|row| row[2] == why).count();
    assert_eq!(of("Gagal cetak"), events(&office, "hasil = 'gagal_cetak'"));
    assert!(of("Gagal cetak") >= 3);
    let withdrawn = events(&office, "langkah = 10 and jenis in ('rusak', 'perubahan_data', 'pindah_datang')");
    assert!(withdrawn > 0 && of("KTP-el lama seharusnya ditarik") == withdrawn);
    assert_eq!(register.len(), of("Gagal cetak") + withdrawn);
    // Only what is recorded is counted as being there.
    let only = ["render", "--month", "2026-10", "--only", "register_ktp_el_rusak", "--format", "data"];
    office.run(&only).expect_code_in(&[0, 1], "render");
    let closing = office.document_json("register_ktp_el_rusak", "data.json")["penutup"].to_string();
    assert!(closing.contains(&format!("ditutup: {} (", of("Gagal cetak"))), "{closing}");
    let apart = format!("tidak tercatat diterima: KTP-el lama seharusnya ditarik, {withdrawn} (");
    assert!(closing.contains(&apart), "{closing}");
}

/// The small office with a log of blanks that begins in the month before, so that it is known what was there.
pub(crate) fn office_with_known_stock() -> Office {
    let office = Office::unpulled();
    office.sql("insert into blangko (tanggal, terima, cetak, gagal) values ('2026-09-30', 300, 0, 0)");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    office
}

fn the_stock_card_ends_with_what_is_left() {
    let office = office_with_known_stock();
    let days = rows(&office, "kartu_stok_blangko");
    let sql = |what: &str| office.number(&format!("select {what} from blangko where tanggal < '2026-11'"));
    assert_eq!(i64::try_from(days.len()).unwrap(), sql("count(*)") - 1);
    assert_eq!(days.last().unwrap()[6].parse::<i64>().unwrap(), sql("sum(terima - cetak - gagal)"));
    // What was carried in stands above the days, what they come to below them, in the CSV file as on the page.
    let lines = lines(&office, "kartu_stok_blangko");
    let (first, last) = (lines.first().unwrap(), lines.last().unwrap());
    assert_eq!((lines.len(), first[1].as_str(), last[1].as_str()), (days.len() + 2, "Saldo awal", "Jumlah"));
    assert_eq!(last[4].parse::<i64>().unwrap(), sql("sum(cetak)"));
}

/// A log that begins in the month does not say what was there before; one that says that less than nothing is left says so in numbers.
fn an_opening_that_nobody_recorded_is_not_zero() {
    let office = Office::unpulled();
    let names = "kartu_stok_blangko,laporan_blangko,formulir_provinsi,laporan_bulanan";
    let render = |office: &Office, name: &str| {
        office.forget_archive();
        office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
        let render = ["render", "--month", "2026-10", "--only", names, "--format", "json,data"];
        office.run(&render).expect_code_in(&[0, 1], "render");
        office.document_json(name, "json")
    };
    office.sql("delete from blangko where tanggal < '2026-10'");
    let card = render(&office, "kartu_stok_blangko");
    assert!(card["rows"].as_array().unwrap().iter().all(|day| day[6] == "empty"), "{card}");
    assert_eq!([&card["opening"][6], &card["totals"][6]], ["empty"; 2]);
    assert!(card["totals"][4]["number"].as_u64().unwrap() > 0);
    let said = |name: &str| office.document_json(name, "data.json");
    assert!(said("kartu_stok_blangko")["penutup"].to_string().contains("Saldo awal tidak tercatat"));
    let review = office.document_json("laporan_bulanan", "json")["blanks"].clone();
    assert!(["left_before", "left", "lasts_working_days"].iter().all(|name| review[name].is_null()), "{review}");
    let printed = said("laporan_bulanan")["blangko"].clone();
    assert_eq!([&printed[0][1], &printed[4][1]], ["tidak diketahui"; 2]);
    let lines = office.document_json("laporan_blangko", "json")["rows"].clone();
    assert_eq!([&lines[0][2]["text"], &lines[4][2]["text"]], ["tidak diketahui"; 2]);
    let days = office.document_json("formulir_provinsi", "json")["rows"].clone();
    assert!(days.as_array().unwrap().iter().all(|day| day[10] == "empty"), "{days}");
    // In the next month the log goes before it, and less than nothing is left.
    office.sql("update blangko set terima = 0; insert into blangko (tanggal, terima, cetak, gagal) values ('2026-09-30', 0, 1500, 0)");
    let card = render(&office, "kartu_stok_blangko");
    let left = office.number("select sum(terima - cetak - gagal) from blangko where tanggal < '2026-11'");
    assert!(left < -1_500);
    assert_eq!(
        [&card["opening"][6]["number"], &card["totals"][6]["number"]],
        [&serde_json::json!(-1_500), &serde_json::json!(left)]
    );
    let page = said("kartu_stok_blangko");
    let written = format!("−1.{:03}", -left - 1_000);
    assert!(
        page["penutup"].to_string().contains(&format!("Saldo akhir: {written} (minus seribu")),
        "{}",
        page["penutup"]
    );
    assert!(page["isi"].to_string().contains(&written), "{written}");
    assert_eq!(rows(&office, "kartu_stok_blangko").last().unwrap()[6], left.to_string());
}

/// The province's form counts what the source says, day for day, and names nobody.
fn the_provinces_form_counts_days() {
    let office = office_with_known_stock();
    let days = rows(&office, "formulir_provinsi");
    assert!(days.len() > 3);
    assert_eq!(sum(&days, 3), events(&office, "langkah = 3"));
    assert_eq!(sum(&days, 5), events(&office, "langkah = 6 and hasil = 'tercetak' and jenis = 'baru'"));
    assert_eq!(sum(&days, 9), events(&office, "langkah = 6 and hasil = 'tercetak' and jenis <> 'baru'"));
    assert_eq!(sum(&days, 7), events(&office, "hasil = 'duplikat'"));
    let left = office.number("select sum(terima - cetak - gagal) from blangko");
    assert!(days.iter().any(|day| day[10] == left.to_string()), "no day ends with {left} blanks");
}

/// The office as its configuration names it.
fn office_of(office: &Office) -> String {
    let config: toml::Table = fs::read_to_string(office.path("tertib.toml")).unwrap().parse().unwrap();
    config["office"]["dinas"].as_str().unwrap().to_owned()
}

fn nothing_is_listed_for_destruction_without_a_schedule() {
    let office = Office::small();
    assert!(rows(&office, "daftar_arsip_inaktif").is_empty() && rows(&office, "daftar_arsip_usul_musnah").is_empty());
    // With one, the month of October is inactive in November and may go when its time is over.
    let facts = office.facts();
    let schedule = |active: u32, kept: u32, end: &str| {
        let text = format!(
            "source = \"rekaan\"\n[[jra]]\nkode = \"400.12.2.1\"\naktif_tahun = {active}\ninaktif_tahun = {kept}\nakhir = \"{end}\"\ndasar = \"rekaan\"\n"
        );
        fs::write(facts.join("jra.toml"), text).unwrap();
    };
    office.sql("update langkah_berkas set selesai = replace(selesai, '2026-10', '2025-10'), mulai = replace(mulai, '2026-10', '2025-10')
                 where langkah = 9 and berkas_id in (select berkas_id from langkah_berkas where langkah = 9 and selesai < '2026-10-20')");
    office.forget_archive();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let moved = office.number("select count(*) from langkah_berkas where langkah = 9 and selesai < '2026'");
    assert!(moved > 0);
    for (active, kept, end, inactive, to_go) in [
        (2, 1, "musnah", false, false),
        (0, 5, "musnah", true, false),
        (0, 0, "musnah", false, true),
        (0, 0, "permanen", true, false),
    ] {
        schedule(active, kept, end);
        let listed = |name: &str| -> Option<String> {
            rows(&office, name)
                .iter()
                .find(|row| row.iter().any(|cell| cell == "Oktober 2025"))
                .map(|row| row.join("|"))
        };
        let (ina, go) = (listed("daftar_arsip_inaktif"), listed("daftar_arsip_usul_musnah"));
        assert_eq!((ina.is_some(), go.is_some()), (inactive, to_go), "{active} {kept} {end}");
        let creator = office_of(&office);
        assert!(ina.as_ref().is_none_or(|row| row.contains(&format!("|{creator}|"))), "{ina:?}");
        assert!(ina.or(go).is_none_or(|row| row.contains(&format!("|{moved}|"))));
    }
    // A month of which the schedule says nothing is left out, and the paper says so.
    let text = fs::read_to_string(facts.join("jra.toml")).unwrap();
    fs::write(facts.join("jra.toml"), text.replace("400.12.2.1", "999.9")).unwrap();
    let only = ["render", "--month", "2026-10", "--only", "daftar_arsip_inaktif", "--format", "data"];
    office.run(&only).expect_code_in(&[0, 1], "render");
    let data = office.document_json("daftar_arsip_inaktif", "data.json");
    let closing = data["penutup"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect::<Vec<_>>().join(" ");
    assert!(
        closing.contains("0 (nol) bulan") && closing.contains("tidak ada dalam Jadwal Retensi Arsip: Oktober 2025"),
        "{closing}"
    );
}

/// A log that the source does not have is not one without entries.
fn what_is_not_recorded_is_not_nothing() {
    let office = Office::unpulled();
    let said = |name: &str| {
        let only = ["render", "--month", "2026-10", "--only", name, "--format", "data"];
        office.run(&only).expect_code_in(&[0, 1], "render");
        let data = office.document_json(name, "data.json");
        (data["kosong"].as_str().unwrap().to_owned(), data["penutup"].to_string().contains("belum dapat disusun"))
    };
    let names = ["laporan_blangko", "kartu_stok_blangko", "log_gangguan"];
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    assert_eq!(names.map(said), names.map(|_| ("NIHIL".to_owned(), false)));
    office.configure("outages = \"gangguan\"\n", "");
    office.configure("stock = \"blangko\"\n", "");
    office.forget_archive();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    assert_eq!(names.map(said), names.map(|_| ("BELUM DAPAT DISUSUN".to_owned(), true)));
    // What cannot be made is not enclosed with the letter to the province.
    let name = "surat_pengantar_provinsi";
    let only = ["render", "--month", "2026-10", "--only", name, "--format", "data,csv", "--csv-dialect", "rfc4180"];
    office.run(&only).expect_code_in(&[0, 1], "render");
    assert_eq!(office.document_json(name, "data.json")["lembar"][0]["surat"]["lampiran"], "2 (dua) dokumen");
    let enclosed = fs::read_to_string(office.document(name, "csv")).unwrap();
    assert!(enclosed.contains("Laporan Kepatuhan") && !enclosed.contains("Persediaan Blangko"), "{enclosed}");
}

/// A column that no row of its list can fill is refused with the file, the others are filled.
fn no_column_of_a_list_is_always_blank() {
    let office = Office::small();
    let facts = office.facts();
    fs::create_dir(facts.join("daftar")).unwrap();
    let list = fs::read_to_string(tests::root().join("schemas/data/daftar/daftar_arsip_inaktif.toml")).unwrap();
    assert!(list.contains("field = \"pencipta\""));
    fs::write(facts.join("daftar/daftar_arsip_inaktif.toml"), list.replace("\"pencipta\"", "\"nik\"")).unwrap();
    let said = office.run(&["metrics", "--month", "2026-10"]).expect_code(2).err;
    assert!(said.contains("daftar/daftar_arsip_inaktif.toml") && said.contains("Pencipta Arsip"), "{said}");
}
