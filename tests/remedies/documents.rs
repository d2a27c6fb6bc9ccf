//! Remedies for printed documents, for months that are not all there, and for targets.

use crate::{Case, Remedies, is_gone, obey, quoted};
use std::fs;
use tests::forger::{Forger, rebag, resign, with_text};
use tests::{Office, flip, forged_code, printed_code};

pub(crate) const CASES: [Case; 5] = [
    Case("printed_documents", &[], &["B001", "B002", "K003"], printed_documents),
    Case("a_document_of_another_archive", &[], &["K004"], a_document_of_another_archive),
    Case("a_month_that_is_not_all_there", &[], &["K001", "K002", "K005"], a_month_that_is_not_all_there),
    Case(
        "a_bag_from_elsewhere",
        &[],
        &["B010", "B011", "B012", "B013", "B014", "B015", "B016", "B017"],
        a_bag_from_elsewhere,
    ),
    Case("targets", &[], &["T001", "T002", "T003"], targets),
];

fn printed_documents(remedies: &mut Remedies) {
    let office = Office::small();
    for (id, code) in [("buku_agenda_pendaftaran", "B001"), ("laporan_kepatuhan", "K003")] {
        let pdf = office.document(id, "pdf");
        let verify = |code: &str, exit: i32| office.run(&["verify", "--code", code]).expect_code(exit).out;
        let render = || office.run(&["render", "--month", "2026-10", "--only", id]).expect_code_in(&[0, 1], "render");
        render();
        let printed = printed_code(&pdf);
        // Somebody's print.
        let remedy = remedies.of(&verify(&forged_code(&printed), 1), code);
        if code == "B001" {
            assert!(remedy.starts_with("Jangan pakai cetakan itu; cetak ulang dari arsip"), "{remedy}");
        } else {
            assert!(remedy.starts_with("Bila fakta atau versi program berubah sejak dicetak"), "{remedy}");
            // A target that was entered after printing is no reason: what had been entered then is known.
            let set = "target set waktu_langkah_04 --value 600 --article 7 --source x --by y --from 2026-10-01";
            office.run(&set.split(' ').collect::<Vec<_>>()).expect_code(0);
            verify(&printed, 0);
        }
        render();
        verify(&printed_code(&pdf), 0);
        office.run(&["verify", "--book", &pdf.display().to_string()]).expect_code(0);
    }
    let pdf = office.document("buku_agenda_pendaftaran", "pdf");
    let book = ["verify", "--book", &pdf.display().to_string()];
    let render = ["render", "--month", "2026-10", "--only", "buku_agenda_pendaftaran"];
    let changed: [fn(&Office); 2] = [
        |office| flip(&office.document("buku_agenda_pendaftaran", "pdf")),
        |office| {
            fs::create_dir_all(office.path("punya_kami")).unwrap();
            fs::write(office.path("punya_kami/penutup_buku.txt.j2"), "Ditutup.").unwrap();
            office.configure("# templates = \"templates\"", "templates = \"punya_kami\"");
        },
    ];
    for change in changed {
        change(&office);
        let remedy = remedies.of(&office.run(&book).expect_code(1).out, "B002");
        assert!(remedy.contains("templat") && remedy.contains("fail itu diubah"), "{remedy}");
        office.run(&render).expect_code_in(&[0, 1], "render");
        office.run(&book).expect_code(0);
    }
}

/// A bag that was changed on its way is sent again; what is no part of it is taken out.
fn a_bag_from_elsewhere(remedies: &mut Remedies) {
    let office = Office::small();
    let bundle = |to: &str| {
        office
            .run(&["bundle", "--month", "2026-10", "--role", "auditor", "--output", &office.place(to)])
            .expect_code_in(&[0, 1], "bundle");
    };
    bundle("paket");
    let verify = |exit: i32| tests::run(&["verify", "--bag", &office.place("paket")]).expect_code(exit).out;
    let report = office.path("paket/data/dokumen/2026-10/laporan_kepatuhan_2026-10.pdf");
    let (stray, link) = (office.path("paket/data/catatan.txt"), office.path("paket/data/tautan"));
    let outside = std::path::PathBuf::from("/etc/hostname");
    let bag = office.path("paket");
    let forge = |path: std::path::PathBuf, change: &dyn Fn(&std::path::Path)| {
        change(&path);
        rebag(&bag);
        resign(&bag, &office.path("penanda.key"));
    };
    let first = |folder: &str| tests::tree(&bag).into_keys().find(|path| path.starts_with(folder)).unwrap();
    let faults: [(&str, &dyn Fn()); 8] = [
        ("B010", &|| fs::remove_file(&report).unwrap()),
        ("B011", &|| flip(&report)),
        ("B012", &|| fs::write(&stray, "x").unwrap()),
        ("B013", &|| std::os::unix::fs::symlink(&outside, &link).unwrap()),
        ("B014", &|| fs::write(office.path("paket/bagit.txt"), "x").unwrap()),
        ("B015", &|| fs::remove_file(office.path("paket/tagmanifest-sha256.note")).unwrap()),
        ("B016", &|| {
            forge(bag.join(first("data/events/bulan=2026-10")), &|part| {
                Forger::edit(part, |rows| with_text(&rows, "petugas_id", "P999"));
            });
        }),
        ("B017", &|| forge(bag.join(first("data/log/tile/0")), &flip)),
    ];
    for (code, fault) in faults {
        verify(0);
        fault();
        let remedy = remedies.of(&verify(1), code);
        if code == "B012" {
            assert!(remedy.contains("keluarkan dari folder paket"), "{remedy}");
            fs::rename(&stray, office.path("catatan.txt")).unwrap();
        } else {
            assert!(remedy.contains("minta paket itu lagi dari"), "{remedy}");
            fs::remove_dir_all(office.path("paket")).unwrap();
            bundle("paket");
        }
        verify(0);
    }
}

fn a_document_of_another_archive(remedies: &mut Remedies) {
    let (office, other) = Office::alike();
    office.run(&["render", "--month", "2026-10", "--only", "laporan_kepatuhan"]).expect_code_in(&[0, 1], "render");
    let pdf = office.document("laporan_kepatuhan", "pdf").display().to_string();
    let found = other.run(&["verify", "--book", &pdf]).expect_code(1).out;
    let remedy = remedies.of(&found, "K004");
    assert!(remedy.contains("kepala arsip yang disimpan di tempat lain"), "{remedy}");
    // The finding shows both heads; a kept head tells which archive is the right one.
    let line = found.lines().find(|line| line.starts_with("K004")).unwrap();
    let heads: Vec<&str> = line.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() == 16).collect();
    assert!(other.run(&["verify", "--head", heads[0]]).expect_code(1).finds("A016"));
    office.run(&["verify", "--head", heads[0]]).expect_code(0);
    other.run(&["verify", "--head", heads[1]]).expect_code(0);
    office.run(&["verify", "--book", &pdf]).expect_code(0);
}

fn a_month_that_is_not_all_there(remedies: &mut Remedies) {
    let metrics = ["metrics", "--month", "2026-10"];
    let pulled = || {
        let office = Office::unpulled();
        office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
        office
    };
    let office = pulled();
    let found = office.run(&metrics).expect_code(1).err;
    obey(&office, &remedies.of(&found, "K001"), &[]);
    is_gone(&office.run(&metrics).expect_code(0).err, &["K001"]);
    let office = Office::unpulled();
    office.run(&["pull", "--from", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    let found = office.run(&metrics).expect_code(1).err;
    obey(&office, &remedies.of(&found, "K005"), &[("BULAN", "2026-10")]);
    is_gone(&office.run(&metrics).expect_code(0).err, &["K001", "K005"]);
    let office = pulled();
    office.run(&["seal", "--month", "2026-10", "--incomplete", "server loket rusak"]).expect_code(0);
    let found = office.run(&["verify"]).expect_code(0).out;
    let remedy = remedies.of(&found, "K002");
    obey(&office, &remedy, &[]);
    assert!(remedy.contains("tercantum sebagai susulan pada buku bulan berikutnya"), "{remedy}");
    let render = ["render", "--month", "2026-11", "--only", "buku_agenda_pendaftaran", "--format", "data"];
    office.run(&render).expect_code_in(&[0, 1], "render");
    let book = fs::read_to_string(office.path("laporan/2026-11/buku_agenda_pendaftaran_2026-11.data.json")).unwrap();
    assert!(book.contains("Susulan"), "{book}");
}

fn targets(remedies: &mut Remedies) {
    let office = Office::small();
    let month = ["compliance", "--month", "2026-10"];
    // Every target without a value gets one.
    let found = office.run(&month).expect_code(1).err;
    let remedy = remedies.of(&found, "T002");
    let place = found.lines().find(|line| line.starts_with("T002")).unwrap().rsplit_once('[').unwrap().1;
    let without: Vec<&str> = place.trim_end_matches(']').split(", ").collect();
    assert!(without.len() > 5, "{without:?}");
    for target in without {
        let value = if target.starts_with("kelengkapan") { "0.95" } else { "600" };
        let filled_in = [
            ("TARGET", target),
            ("NILAI", value),
            ("PASAL", "Pasal 7"),
            ("NASKAH", "naskah rekaan, hlm. 3"),
            ("NAMA", "Kasi Rekaan"),
            ("TANGGAL", "2026-10-01"),
        ];
        obey(&office, &remedy, &filled_in);
    }
    is_gone(&office.run(&month).err, &["T002"]);
    // A number of a person in one of them is taken out.
    let entered = fs::read_to_string(office.path("target.toml")).unwrap();
    let told = || {
        let doctor = office.run(&["doctor", "--format", "json"]).json();
        let found = doctor["checks"].as_array().unwrap().iter().flat_map(|check| check["findings"].as_array().unwrap());
        found.filter(|found| found["code"] == "T003").map(|found| found["remedy"].to_string()).collect::<Vec<_>>()
    };
    let numbered = entered.replacen("source = \"", "source = \"NIK 1806 0101 0190 9001, ", 1);
    assert_ne!(numbered, entered);
    fs::write(office.path("target.toml"), numbered).unwrap();
    assert!(matches!(&told()[..], [remedy] if remedy.contains("Hapus nomor itu") && remedy.contains("target.toml")));
    remedies.read.insert("T003".to_owned());
    fs::write(office.path("target.toml"), entered).unwrap();
    assert!(told().is_empty());
    // No target is in force any more, until a regulation is added.
    let office = Office::small();
    fs::create_dir(office.facts().join("targets")).unwrap();
    let national = fs::read_to_string(tests::root().join("schemas/data/targets/nasional_14_hari_kerja.toml")).unwrap();
    let ended =
        national.replace("valid_from = \"2006-12-29\"", "valid_from = \"2006-12-29\"\nvalid_to = \"2026-09-30\"");
    assert_ne!(ended, national);
    let file = office.path("fakta/targets/nasional_14_hari_kerja.toml");
    fs::write(&file, &ended).unwrap();
    let found = office.run(&month).expect_code(1).err;
    let remedy = remedies.of(&found, "T001");
    assert!(quoted(&remedy) == ["targets", "facts"] && remedy.contains("periksa masa berlakunya"), "{remedy}");
    let added = national.replace("terbit_14_hari_kerja", "terbit_14_hari");
    let heal: [(&str, &str, &str); 2] = [
        ("fakta/targets/baru.toml", &added, "terbit_14_hari"),
        ("fakta/targets/nasional_14_hari_kerja.toml", &national, "terbit_14_hari_kerja"),
    ];
    for (path, text, target) in heal {
        fs::write(office.path(path), text).unwrap();
        let judged = office.run(&month);
        is_gone(&judged.err, &["T001"]);
        assert!(judged.out.contains(target), "{}", judged.out);
        fs::remove_file(office.path(path)).unwrap();
        fs::write(&file, &ended).unwrap();
    }
}
