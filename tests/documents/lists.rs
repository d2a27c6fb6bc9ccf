//! Lists: their rows are those of the source, their totals those of the books.

use crate::{events, office_with_spoilt_cards, rows};
use std::fs;
use tests::Office;

tests::part! {
    archive_lists_hold_what_the_archive_book_holds;
    spoilt_and_withdrawn_cards_stand_in_the_register;
    the_stock_card_ends_with_what_is_left;
    the_provinces_form_counts_days;
    nothing_is_listed_for_destruction_without_a_schedule;
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
    assert_eq!(sum(&batches, 7), archived);
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
    let withdrawn = events(&office, "langkah = 10 and jenis in ('rusak', 'perubahan_data')");
    assert!(withdrawn > 0 && of("KTP-el lama ditarik") == withdrawn);
    assert_eq!(register.len(), of("Gagal cetak") + withdrawn);
}

fn the_stock_card_ends_with_what_is_left() {
    let office = Office::small();
    let days = rows(&office, "kartu_stok_blangko");
    let sql = |what: &str| office.number(&format!("select {what} from blangko where tanggal < '2026-11'"));
    assert_eq!(i64::try_from(days.len()).unwrap(), sql("count(*)"));
    assert_eq!(days.last().unwrap()[5].parse::<i64>().unwrap(), sql("sum(terima - cetak - gagal)"));
}

/// The province's form counts what the source says, day for day, and names nobody.
fn the_provinces_form_counts_days() {
    let office = Office::small();
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
        closing.contains("NIHIL") && closing.contains("tidak ada dalam Jadwal Retensi Arsip: Oktober 2025"),
        "{closing}"
    );
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
