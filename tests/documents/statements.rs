//! Statements and the monthly review: what they count is what the source and the lists hold.

use crate::{events, office_with_spoilt_cards, rows};
use tests::Office;
use tests::tools::Tool;

tests::part! {
    every_card_handed_over_stands_in_one_statement;
    what_is_to_be_destroyed_is_stated needs Tool::Pdftotext;
    the_backlog_is_aged_in_working_days;
}

fn every_card_handed_over_stands_in_one_statement() {
    let office = Office::small();
    let cards = rows(&office, "berita_acara_serah_terima");
    assert_eq!(cards.len(), events(&office, "langkah = 10"));
    assert!(cards.iter().all(|card| card[6].contains('*')), "a working copy shows a NIK");
    let days: std::collections::BTreeSet<(&str, &str)> = cards.iter().map(|c| (c[0].as_str(), c[1].as_str())).collect();
    let ran = office.run(&["render", "--month", "2026-10", "--only", "berita_acara_serah_terima"]).expect_code(0);
    assert!(ran.out.contains(&format!("({} pages)", days.len())), "{} {}", days.len(), ran.out);
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
    let withdrawn = events(&office, "langkah = 10 and jenis in ('rusak', 'perubahan_data')");
    let spoilt = events(&office, "hasil = 'gagal_cetak'");
    assert!(withdrawn > 0 && spoilt > 0);
    let counted = |why: &str| {
        let line = statement.lines().find(|line| line.contains(why)).unwrap_or_default();
        line.split_whitespace().last().unwrap_or_default().to_owned()
    };
    assert_eq!(counted("KTP-el lama ditarik"), withdrawn.to_string());
    assert_eq!(counted("Gagal cetak"), spoilt.to_string());
    assert!(statement.contains(&format!("sebanyak {} (", withdrawn + spoilt)), "{statement}");
    for says in ["KONSEP", "Inspektorat", "Satuan Polisi Pamong Praja", "dengan cara ....."] {
        assert!(statement.contains(says), "`{says}`: {statement}");
    }
    let code = |text: &str| text[text.find("TERTIB1").unwrap()..].split_whitespace().take(7).collect::<String>();
    assert_eq!(code(&statement), code(&text("register_ktp_el_rusak")), "the annex is another list");
    office
        .run(&["render", "--month", "2026-10", "--only", "berita_acara_pemusnahan_arsip"])
        .expect_code_in(&[0, 1], "render");
    let nothing = text("berita_acara_pemusnahan_arsip");
    assert!(nothing.contains("NIHIL") && nothing.contains("tidak ada arsip"), "{nothing}");
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
