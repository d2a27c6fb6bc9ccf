//! Commands that ask for what there is not, templates that fail, and a reader that is gone.

use crate::{clean, refused};
use std::fs;
use tests::{Office, Ran};

#[test]
fn an_unknown_month_is_refused() {
    let office = Office::small();
    for command in ["metrics", "compliance", "render"] {
        refused(office.run(&[command, "--month", "2031-01"]), "the archive does not hold 2031-01; it holds 2026-10 to");
    }
    let ran = office.run(&["metrics", "--month", "Oktober"]).expect_code(2);
    assert!(ran.err.contains("`Oktober` is not a month; write it as year and month"), "{}", ran.err);
}

#[test]
fn an_unknown_document_or_job_is_refused_with_what_there_is() {
    let office = Office::small();
    let ran = office.run(&["render", "--month", "2026-10", "--only", "buku_besar"]);
    refused(ran, "no document `buku_besar`; there are buku_registrasi_perekaman");
    refused(office.run(&["run", "hapus"]), "no job `hapus`; the configuration has tarik, verifikasi, ");
}

#[test]
fn only_one_select_over_the_public_table_is_answered() {
    let office = Office::small();
    for sql in [
        "DROP TABLE events",
        "SELECT * FROM read_csv('/etc/hosts')",
        "SELECT * FROM persons",
        "SELECT nik FROM events",
        "SELECT 1; SELECT 2",
        "SELECT langkah FROM events WHERE",
    ] {
        let ran = office.run(&["query", sql]).expect_code(2);
        assert!(ran.out.is_empty(), "{}", ran.out);
        clean(&ran);
    }
}

/// Who stops reading what is written to standard error does not stop the program.
#[test]
fn nobody_who_reads_standard_error_is_no_crash() {
    let office = Office::small();
    let unheard = |arguments: &[&str]| -> Ran {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        office.command(arguments).stderr(writer).output().unwrap().into()
    };
    // An error, a line of the log, words beside the figures.
    unheard(&["metrics", "--month", "2030-01"]).expect_code(2);
    office.forget_archive();
    office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    assert!(office.run(&["metrics", "--month", "2026-10"]).expect_code(1).finds("K001"));
    let ran = unheard(&["metrics", "--month", "2026-10", "--all"]).expect_code(1);
    assert!(ran.out.contains("arrivals"), "{}", ran.out);
    fs::remove_file(office.path("kantor.sqlite")).unwrap();
    unheard(&["run", "tarik"]).expect_code(2);
}

#[test]
fn a_template_of_the_office_replaces_ours_and_a_broken_one_is_named_with_its_line() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    office.configure("# templates = \"templates\"", "templates = \"punya_kami\"");
    fs::create_dir(office.path("punya_kami")).unwrap();
    let render = ["render", "--month", "2026-10", "--only", "buku_agenda_pendaftaran"];
    let pdf = office.path("laporan/2026-10/buku_agenda_pendaftaran_2026-10.pdf");
    office.run(&render).expect_code(0);
    let ours = fs::read(&pdf).unwrap();
    let closing = office.path("punya_kami/penutup_buku.txt.j2");
    fs::write(&closing, "Ditutup dengan {{ jumlah|angka }} entri.").unwrap();
    office.run(&render).expect_code(0);
    assert!(fs::read(&pdf).unwrap() != ours, "the office's template was not used");
    fs::write(&closing, "Baris satu\n{{ tidak_ada }}").unwrap();
    refused(office.run(&render), "penutup_buku.txt.j2 failed: line 2");
    fs::write(&closing, "Ditutup.").unwrap();
    fs::write(office.path("punya_kami/buku.typ"), "#let d = json(\"data.json\")\n\n#d.tidak_ada\n").unwrap();
    refused(office.run(&render), "buku.typ, line 3");
    fs::write(office.path("punya_kami/buku.typ"), "#read(\"/etc/hostname\")").unwrap();
    refused(office.run(&render), "buku.typ, line 1: file not found");
}
