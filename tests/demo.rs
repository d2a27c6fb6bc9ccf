//! The demo is made again byte for byte, and an office gets from its first command to its documents with commands that work as
//! they are printed.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use tests::{Office, Ran, SMALL, covered_with_ramadan, run_in, tree};

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
    assert!(before.len() >= tests::documents_of_a_month(), "{}", before.len());
    office.run(&["render", "--month", "2026-10"]).expect_code(0);
    assert!(tree(&office.path("laporan/2026-10")) == before);
    for (path, bytes) in before {
        assert!(bytes.starts_with(b"%PDF-1.7"), "{} is no PDF", path.display());
        // What leaves the office is tagged, PDF/A-2a; the others are PDF/A-2b.
        let says = |level: &str| {
            let marked = format!("pdfaid:conformance>{level}");
            bytes.windows(marked.len()).any(|window| window == marked.as_bytes())
        };
        assert!(says("A") != says("B"), "{} does not say which PDF/A it is", path.display());
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
    assert!(ran.out.lines().count() < 48, "{}", ran.out);
    let (above, commands) = ran.out.split_once("\nSelanjutnya\n").unwrap();
    assert_eq!(commands.lines().count(), 4, "{commands}");
    let (commands, portal) = commands.trim_end().rsplit_once('\n').unwrap();
    opens(portal, above, dir.path());
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
    assert_eq!(row("diterima")[1], figures["duplicates"]["arrivals"].to_string());
    assert_eq!(row("diserahkan")[1], figures["turnaround"]["handed_over"].to_string());
}

/// The last command opens the office in a browser, and the persons that were shown come in.
fn opens(command: &str, shown: &str, folder: &std::path::Path) {
    assert!(command.contains(" portal --config "), "{command}");
    let of = |role: &str| {
        let row = shown.lines().find(|line| line.trim_start().starts_with(&format!("{role} "))).unwrap();
        row.split_whitespace().nth(1).unwrap().to_owned()
    };
    // At another address than the usual one, which somebody may use.
    let config = folder.join("kantor o'rekaan/tertib.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("{text}\n[portal]\nlisten = \"127.0.0.1:0\"\n")).unwrap();
    let mut shell = tests::tertib();
    shell.current_dir(folder).args(["portal", "--config", &config.display().to_string()]).stdout(Stdio::piped());
    let mut portal = shell.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(portal.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
    for role in ["kepala", "auditor", "ti", "pelihat"] {
        let form = format!("akun={role}&sandi={}", of(role));
        let head =
            format!("POST /masuk HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}", form.len());
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        write!(stream, "{head}\r\n\r\n{form}").unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        assert!(said.starts_with("HTTP/1.1 303 ") && said.contains("set-cookie: tertib="), "{role}: {said}");
    }
    portal.kill().unwrap();
    portal.wait().unwrap();
}

#[test]
fn init_doctor_and_pull_work_from_an_empty_folder() {
    let office = Office::unpulled();
    let dir = tempfile::TempDir::new().unwrap();
    fs::copy(office.path("kantor.sqlite"), dir.path().join("office.sqlite")).unwrap();
    let run = |arguments: &[&str]| run_in(dir.path(), arguments);
    run(&["init", "work", "--source", "sqlite:office.sqlite"]).expect_code(0);
    // The days of the next year are an office's to enter, sooner or later.
    fs::write(dir.path().join("work/kalender.toml"), covered_with_ramadan()).unwrap();
    let doctor = run(&["doctor"]).expect_code(0);
    assert!(doctor.out.contains("P032") && doctor.out.contains("P019"), "{}", doctor.out);
    run(&["pull"]).expect_code(0);
    run(&["metrics", "--month", "2026-10", "--format", "csv"]).expect_code(0);
    let ran = run(&["compliance", "--month", "2026-10"]).expect_code(1);
    for word in [
        "target belum ditetapkan",
        "memenuhi",
        "belum dikukuhkan",
        "sippn.menpan.go.id",
        "waykanankab",
        "Perbup Tanggamus 07/2020",
    ] {
        assert!(ran.out.contains(word), "`{word}` is missing in:\n{}", ran.out);
    }
}
