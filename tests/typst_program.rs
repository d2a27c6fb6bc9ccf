//! A typst program in place of the built-in typesetter sets the same pages and has no more freedom.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tests::serving::Clock;
use tests::tools::Tool;
use tests::{Office, Ran};

tests::trials! {
    both_set_the_same_pages needs Tool::Typst, Tool::Pdftoppm;
    both_name_the_same_fault needs Tool::Typst;
    nothing_is_fetched needs Tool::Typst;
    memory_is_limited needs Tool::Typst;
    a_program_sees_its_folder_and_nothing_else;
    a_program_is_not_waited_for_forever;
    another_version_is_a_finding;
}

/// The morning of 10 November 2026 in the office's zone, after the last month of the small office: in seconds.
const MORNING_S: i64 = 1_794_274_200;

/// The small office, with a typst program and further settings of `[render]`.
fn office_with(program: &Path, settings: &str) -> Office {
    let office = Office::small();
    let config = fs::read_to_string(office.path("tertib.toml")).unwrap();
    let program = program.display();
    fs::write(office.path("tertib.toml"), format!("{config}\n[render]\ntypst = \"{program}\"\n{settings}\n")).unwrap();
    office
}

/// A program that does what a shell does.
fn script(folder: &Path, body: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("penata");
    fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn render(office: &Office, only: &str) -> Ran {
    office.run(&["render", "--month", "2026-10", "--only", only])
}

/// Every PDF of a folder as the pictures of its pages.
fn pictures(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "pdf"));
    files.sort();
    let picture = |path: &PathBuf| {
        let drawn = Tool::Pdftoppm.command().args(["-r", "50"]).arg(path).output().unwrap();
        assert!(drawn.status.success(), "{}", path.display());
        (path.file_name().unwrap().to_string_lossy().into_owned(), drawn.stdout)
    };
    files.iter().map(picture).collect()
}

fn both_set_the_same_pages() {
    let doctor = office_with(&Tool::Typst.path(), "").run(&["doctor"]);
    assert!(!doctor.out.contains("P034"), "typst is of another version: {}", doctor.out);
    let everything = |office: &Office| {
        fs::remove_dir_all(office.path("laporan")).unwrap();
        // The report of `verify` names the day on which it was made.
        let clock = Clock::of(office);
        clock.set(MORNING_S, 100_000);
        let run = |arguments: &[&str]| clock.run(office, arguments);
        run(&["render", "--month", "2026-10"]).expect_code_in(&[0, 1], "render");
        let folder = office.path("laporan/2026-10");
        run(&["calendar", "--year", "2026", "--format", "pdf"]).expect_code(0);
        fs::rename(office.path("laporan/kalender_2026.pdf"), folder.join("kalender_2026.pdf")).unwrap();
        let report = folder.join("verifikasi.pdf").display().to_string();
        run(&["verify", "--report", &report]).expect_code(0);
        pictures(&folder)
    };
    let (ours, theirs) = (everything(&Office::small()), everything(&office_with(&Tool::Typst.path(), "")));
    assert!(ours.len() > 15, "{}", ours.len());
    let names = |pages: &[(String, Vec<u8>)]| pages.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&theirs));
    for ((name, ours), (_, theirs)) in ours.iter().zip(&theirs) {
        assert!(!ours.is_empty() && ours == theirs, "{name} has other pages");
    }
    // What it sets can be checked like what is set by ourselves, as long as the office keeps to it.
    let office = office_with(&Tool::Typst.path(), "");
    render(&office, "buku_registrasi_arsip").expect_code_in(&[0, 1], "render");
    let book = office.path("laporan/2026-10/buku_registrasi_arsip_2026-10.pdf");
    office.run(&["verify", "--book", book.to_str().unwrap()]).expect_code(0);
}

fn with_layout(office: &Office, end: &str) -> usize {
    let folder = office.path("templat");
    fs::create_dir_all(&folder).unwrap();
    let text = fs::read_to_string(tests::root().join("templates/buku.typ")).unwrap();
    fs::write(folder.join("buku.typ"), format!("{text}\n{end}\n")).unwrap();
    office.configure("[reports]\n", "[reports]\ntemplates = \"templat\"\n");
    text.lines().count() + 2
}

fn both_name_the_same_fault() {
    for office in [Office::small(), office_with(&Tool::Typst.path(), "")] {
        let line = with_layout(&office, "#tidak_ada");
        let said = render(&office, "buku_registrasi_arsip").expect_code(2).err;
        assert!(said.contains(&format!("buku.typ, line {line}: unknown variable: tidak_ada")), "{said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
}

fn nothing_is_fetched() {
    let office = office_with(&Tool::Typst.path(), "");
    with_layout(&office, "#import \"@preview/cetz:0.3.4\": canvas");
    let said = render(&office, "buku_registrasi_arsip").expect_code(2).err;
    assert!(said.contains("buku.typ, line ") && said.contains("failed to download package"), "{said}");
    let office = office_with(&Tool::Typst.path(), "");
    with_layout(&office, "#read(\"/etc/passwd\")");
    let said = render(&office, "buku_registrasi_arsip").expect_code(2).err;
    assert!(said.contains("buku.typ, line ") && said.contains("not found"), "{said}");
}

fn memory_is_limited() {
    let office = office_with(&Tool::Typst.path(), "memory-mb = 48");
    let said = render(&office, "laporan_bulanan").expect_code(2).err;
    assert!(said.contains("memory-mb") && said.trim_end().lines().count() == 1, "{said}");
}

fn a_program_sees_its_folder_and_nothing_else() {
    let folder = tempfile::TempDir::new().unwrap();
    let to = folder.path().display();
    let look = format!(
        "env > {to}/env; ls -A > {to}/files; pwd > {to}/room; stat -c %a . > {to}/mode; echo error: cukup >&2; exit 1"
    );
    let office = office_with(&script(folder.path(), &look), "");
    let said = render(&office, "buku_registrasi_arsip").expect_code(2).err;
    assert!(said.contains("buku_registrasi_arsip_2026-10 could not be set: cukup"), "{said}");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let allowed = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "TYPST_PACKAGE_PATH", "TYPST_PACKAGE_CACHE_PATH"];
    let of_the_shell = ["PWD", "OLDPWD", "SHLVL", "_"];
    for variable in read("env").lines() {
        let name = variable.split('=').next().unwrap();
        assert!(allowed.contains(&name) || of_the_shell.contains(&name), "{variable}");
    }
    for file in read("files").lines() {
        assert!(["data.json", "complaint"].contains(&file) || file.ends_with(".typ"), "{file}");
    }
    assert_eq!(read("mode").trim(), "700");
    let room = read("room");
    assert!(room.len() > 2 && !Path::new(room.trim()).exists(), "{room} was left behind");
}

fn a_program_is_not_waited_for_forever() {
    let folder = tempfile::TempDir::new().unwrap();
    let pid = folder.path().join("pid");
    let body = format!("echo $$ > {}; exec sleep 120", pid.display());
    let office = office_with(&script(folder.path(), &body), "deadline-seconds = 5");
    let began = Instant::now();
    let said = render(&office, "buku_registrasi_arsip").expect_code(2).err;
    assert!(said.contains("after 5 s") && said.contains("deadline-seconds"), "{said}");
    assert!(began.elapsed() < Duration::from_secs(60));
    let pid = fs::read_to_string(pid).unwrap();
    assert!(!Path::new("/proc").join(pid.trim()).exists(), "the program was left running");
}

fn another_version_is_a_finding() {
    let folder = tempfile::TempDir::new().unwrap();
    let office = office_with(&script(folder.path(), "echo typst 0.3.0"), "");
    let doctor = office.run(&["doctor"]).expect_code(1).out;
    assert!(doctor.contains("P034") && doctor.contains("typst 0.3.0"), "{doctor}");
    let office = office_with(Path::new("tidak/ada"), "");
    let doctor = office.run(&["doctor"]).expect_code(1).out;
    assert!(doctor.contains("P034") && doctor.contains("No such file"), "{doctor}");
}
