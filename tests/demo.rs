//! The demo is made again byte for byte, and an office gets from its first command to its documents with commands that work as
//! they are printed.

use std::fs;
use std::os::unix::process::CommandExt;
use tests::{Office, Ran, SMALL, run_in, tree};

#[test]
fn the_same_seed_gives_the_same_archive_and_documents() {
    let office = Office::small();
    let again = Office::demo(&SMALL);
    for folder in ["archive", "laporan"] {
        let (a, b) = (tree(&office.path(folder)), tree(&again.path(folder)));
        assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
        for (path, bytes) in &a {
            assert!(bytes == &b[path], "{} differs between two runs", path.display());
        }
    }
}

#[test]
fn rendering_again_gives_the_same_bytes() {
    let office = Office::small();
    let before = tree(&office.path("laporan/2026-10"));
    assert_eq!(before.len(), tests::documents_of_a_month());
    office.run(&["render", "--month", "2026-10"]).expect_code(0);
    assert!(tree(&office.path("laporan/2026-10")) == before);
    for (path, bytes) in before {
        assert!(bytes.starts_with(b"%PDF-1.7"), "{} is no PDF", path.display());
        let marked = bytes.windows(20).any(|w| w == b"pdfaid:conformance>B");
        assert!(marked, "{} does not say that it is PDF/A-2b", path.display());
    }
}

/// The commands that `init` and `seal` name work as they stand, wherever the configuration is.
#[test]
fn the_next_commands_work_where_they_are_read() {
    let office = Office::unpulled();
    let dir = tempfile::TempDir::new().unwrap();
    std::os::unix::fs::symlink(tests::tertib().get_program(), dir.path().join("tertib")).unwrap();
    let here = |arguments: &[&str]| {
        let mut command = tests::tertib();
        Ran::from(command.args(arguments).arg0("./tertib").current_dir(dir.path()).output().unwrap())
    };
    let folder = "kantor o'rekaan";
    let source = format!("sqlite:{}", office.path("kantor.sqlite").display());
    let init = here(&["init", folder, "--source", &source]).expect_code(0);
    let (_, commands) = init.err.split_once("next:\n").unwrap();
    assert_eq!(commands.lines().count(), 2, "{commands}");
    for command in commands.lines() {
        tests::pasted(command, dir.path()).expect_code_in(&[0, 1], command);
    }
    let seal = here(&["seal", "--month", "2026-10", "--config", &format!("{folder}/tertib.toml")]).expect_code(0);
    let (_, command) = seal.out.split_once("next:\n").unwrap();
    let rendered = tests::pasted(command, dir.path()).expect_code_in(&[0, 1], command);
    assert!(rendered.out.contains("buku_agenda_pendaftaran"), "{}", rendered.out);
}

/// The end of a demo fits 80 columns; it counts every document and page, shows the last month's figures, and names commands
/// that work as they stand there.
#[test]
fn a_demo_ends_with_figures_documents_and_commands() {
    let dir = tempfile::TempDir::new().unwrap();
    let mut demo = tests::tertib();
    std::os::unix::fs::symlink(demo.get_program(), dir.path().join("tertib")).unwrap();
    let folder = "kantor o'rekaan";
    demo.args(["demo", "--months", "2026-09:2026-10", "--per-month", "60", "--seed", "3", "--dir", folder]);
    let ran = Ran::from(demo.arg0("./tertib").current_dir(dir.path()).output().unwrap()).expect_code(0);
    for line in ran.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(ran.out.lines().count() < 40, "{}", ran.out);
    let (above, commands) = ran.out.split_once("\nNext\n").unwrap();
    assert_eq!(commands.lines().count(), 3, "{commands}");
    for command in commands.lines() {
        let pasted = tests::pasted(command, dir.path()).expect_code_in(&[0, 1], command);
        assert!(pasted.out.lines().count() > 1 || command.contains("verify"), "{command}: {}", pasted.out);
    }
    let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let row = |name: &str| cells(above.lines().find(|line| line.trim_start().starts_with(name)).unwrap());
    let config = dir.path().join(folder).join("tertib.toml").display().to_string();
    let run =
        |arguments: &[&str]| Ran::from(tests::tertib().args(arguments).args(["--config", &config]).output().unwrap());
    for month in ["2026-09", "2026-10"] {
        let said: Vec<usize> = row(month).iter().skip(1).map(|n| n.parse().unwrap()).collect();
        let written = run(&["render", "--month", month]).expect_code_in(&[0, 1], "render").out;
        let pages = written.lines().map(|line| line.rsplit_once('(').unwrap().1.split(' ').next().unwrap().to_owned());
        let pages: usize = pages.map(|n| n.parse::<usize>().unwrap()).sum();
        let (kinds, last) = said.split_at(said.len() - 1);
        assert_eq!((kinds.iter().sum::<usize>(), last[0]), (written.lines().count(), pages), "{month}");
        assert!(kinds.len() == 5 && kinds.iter().all(|n| *n > 0), "{said:?}");
    }
    let figures = run(&["metrics", "--month", "2026-10", "--format", "json"]).expect_code_in(&[0, 1], "metrics").out;
    let figures: serde_json::Value = serde_json::from_str(&figures).unwrap();
    assert_eq!(row("received")[1], figures["duplicates"]["arrivals"].to_string());
    assert_eq!(row("handed over")[2], figures["turnaround"]["handed_over"].to_string());
}

#[test]
fn init_doctor_and_pull_work_from_an_empty_folder() {
    let office = Office::unpulled();
    let dir = tempfile::TempDir::new().unwrap();
    fs::copy(office.path("kantor.sqlite"), dir.path().join("office.sqlite")).unwrap();
    let run = |arguments: &[&str]| run_in(dir.path(), arguments);
    run(&["init", "work", "--source", "sqlite:office.sqlite"]).expect_code(0);
    let doctor = run(&["doctor"]).expect_code(0);
    assert!(doctor.out.contains("P032") && doctor.out.contains("P019"), "{}", doctor.out);
    run(&["pull"]).expect_code(0);
    run(&["metrics", "--month", "2026-10", "--format", "csv"]).expect_code(0);
    let ran = run(&["compliance", "--month", "2026-10"]).expect_code(1);
    for word in [
        "target belum ditetapkan",
        "memenuhi",
        "asumsi",
        "sippn.menpan.go.id",
        "waykanankab",
        "Perbup Tanggamus 07/2020",
    ] {
        assert!(ran.out.contains(word), "`{word}` is missing in:\n{}", ran.out);
    }
}
