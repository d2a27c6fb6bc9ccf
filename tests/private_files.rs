//! Residents' data stay with their office. What leaves it names nobody, full copies and the key are the owner's alone, and
//! neither links that lead elsewhere nor files or templates without end do harm.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tests::{Office, Ran, tree};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

fn restrict(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The program with this office's configuration, by a shell that lets everybody read and write what is made.
fn run_openly(office: &Office, arguments: &[&str]) -> Ran {
    let mut command = tests::tertib_after("umask 000");
    command.args(arguments).arg("--config").arg(office.path("tertib.toml")).output().unwrap().into()
}

fn pulled() -> Office {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    office
}

/// What a command says that must not go on for ever.
fn soon(mut command: Command) -> Ran {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    tests::ended_within(Duration::from_mins(2), child)
}

#[track_caller]
fn refused(ran: Ran, says: &str) {
    ran.expect_refusal(&[says]);
}

/// Who starts the program may let everybody write what is made; nobody else may change an office for that.
#[test]
fn what_is_made_nobody_else_may_change() {
    let office = Office::unpulled();
    run_openly(&office, &["pull"]).expect_code(0);
    run_openly(&office, &["seal", "--month", "2026-10"]).expect_code(0);
    run_openly(&office, &["render", "--month", "2026-10", "--only", "laporan_bulanan"]).expect_code(0);
    run_openly(&office, &["run", "verifikasi"]).expect_code(0);
    for place in ["archive", "laporan"] {
        let files = tree(&office.path(place));
        assert!(!files.is_empty());
        for file in files.keys() {
            let path = office.path(place).join(file);
            for path in path.ancestors().take_while(|path| *path != office.folder()) {
                assert_eq!(mode(path) & 0o022, 0, "{}", path.display());
            }
        }
    }
    assert_eq!(mode(&office.path("riwayat.sqlite")) & 0o022, 0);
}

#[test]
fn full_copies_are_the_owners_alone_and_never_mix_with_masked_ones() {
    let office = pulled();
    let formats = ["render", "--month", "2026-10", "--format", "pdf,csv,xlsx,json"];
    let full = [&formats[..], &["--full"]].concat();
    let ran = run_openly(&office, &full).expect_code(0);
    let folder = office.path("laporan/2026-10_dinas");
    assert_eq!(mode(&folder), 0o700);
    let sealed = tree(&folder);
    assert!(sealed.len() > 40, "{}", ran.out);
    for name in sealed.keys() {
        assert_eq!(mode(&folder.join(name)), 0o600, "{}", name.display());
        let name = name.to_string_lossy();
        let is_report = ["laporan_bulanan_", "laporan_kepatuhan_"].iter().any(|report| name.starts_with(report));
        assert_eq!(!is_report, name.contains("_2026-10_dinas"), "{name}");
    }
    assert!(sealed.values().any(|bytes| tests::holds_nik(&String::from_utf8_lossy(bytes))), "nothing is in full");
    // The masked copies of the month come beside them and change nothing.
    run_openly(&office, &formats).expect_code(0);
    run_openly(&office, &["run", "laporan", "--month", "2026-10"]).expect_code(0);
    assert_eq!(tree(&folder), sealed);
    let masked = tree(&office.path("laporan/2026-10"));
    assert!(masked.len() > 40);
    for (name, bytes) in masked.iter().filter(|(name, _)| name.extension().is_some_and(|e| e == "csv" || e == "json")) {
        assert!(!name.to_string_lossy().contains("dinas"));
        assert!(!tests::holds_nik(&String::from_utf8_lossy(bytes)), "{} is not masked", name.display());
    }
    // Each table says what it is.
    for (folder, copy, says) in [(&sealed, "_dinas", "Salinan dinas"), (&masked, "", "Salinan kerja")] {
        let notes = &folder[&PathBuf::from(format!("buku_registrasi_arsip_2026-10{copy}.keterangan.txt"))];
        let notes = String::from_utf8_lossy(notes);
        for line in
            [format!("Salinan: {says}"), "Bulan: Oktober 2026".into(), "Versi arsip: 0".into(), "Sidik arsip: ".into()]
        {
            assert!(notes.contains(&line), "{notes}");
        }
    }
    // A folder that others may enter takes no full copy.
    let open = office.path("terbuka");
    fs::create_dir(&open).unwrap();
    restrict(&open, 0o755);
    let out = open.to_str().unwrap();
    refused(office.run(&[&full[..], &["--out", out]].concat()), &format!("chmod 700 {out}"));
    restrict(&open, 0o700);
    office.run(&[&full[..], &["--out", out]].concat()).expect_code(0);
    // A full book is checked like a masked one.
    let book = office.full("buku_registrasi_arsip", "pdf");
    office.run(&["verify", "--book", book.to_str().unwrap()]).expect_code(0);
}

#[test]
fn links_are_not_followed() {
    let office = pulled();
    let victim = office.path("milik_orang_lain");
    fs::write(&victim, "penting").unwrap();
    let folder = office.path("laporan/2026-10");
    fs::create_dir_all(&folder).unwrap();
    let render = ["render", "--month", "2026-10", "--only", "buku_registrasi_arsip", "--format", "pdf,csv"];
    for name in ["pdf", "tmp", "csv"] {
        fs::remove_file(folder.join(format!("buku_registrasi_arsip_2026-10.{name}"))).ok();
        symlink(&victim, folder.join(format!("buku_registrasi_arsip_2026-10.{name}"))).unwrap();
    }
    office.run(&render).expect_code(0);
    assert!(fs::read(folder.join("buku_registrasi_arsip_2026-10.pdf")).unwrap().starts_with(b"%PDF"));
    // Nor is a folder that leads elsewhere, whoever may read what is written.
    let elsewhere = office.path("di_tempat_lain");
    fs::rename(&folder, &elsewhere).unwrap();
    symlink(&elsewhere, &folder).unwrap();
    symlink(&elsewhere, office.path("laporan/2026-10_dinas")).unwrap();
    let before = tree(&elsewhere);
    refused(office.run(&render), "it is no folder, or a link to one");
    refused(office.run(&[&render[..], &["--full"]].concat()), "it is no folder, or a link to one");
    assert!(tree(&elsewhere) == before, "a document went through a link");
    // What the office enters goes to its own file too.
    symlink(&victim, office.path("target.toml")).unwrap();
    office.run(&["target", "list", "--month", "2026-10"]).expect_code(2);
    fs::remove_file(office.path("target.toml")).unwrap();
    symlink(office.path("kosong.toml"), office.path("target.toml")).unwrap();
    fs::write(office.path("kosong.toml"), "").unwrap();
    let set = [
        "target",
        "set",
        "waktu_langkah_01",
        "--value",
        "10",
        "--standing",
        "sementara",
        "--source",
        "SK rekaan",
        "--by",
        "ANDI",
    ];
    office.run(&set).expect_code(0);
    assert_eq!(fs::read_to_string(office.path("kosong.toml")).unwrap(), "");
    // A configuration that is only a link to nowhere is not written through it.
    let place = office.path("baru");
    fs::create_dir(&place).unwrap();
    symlink(office.path("tertanam.toml"), place.join("tertib.toml")).unwrap();
    let init = |place: &Path| -> Ran {
        let source = format!("sqlite:{}", office.place("kantor.sqlite"));
        tests::run(&["init", &place.display().to_string(), "--source", &source])
    };
    refused(init(&place), "is there already");
    assert!(!office.path("tertanam.toml").exists());
    assert_eq!(fs::read_to_string(&victim).unwrap(), "penting");
}

#[test]
fn eight_renders_at_once_all_succeed() {
    let office = pulled();
    let render =
        ["render", "--month", "2026-10", "--only", "buku_registrasi_arsip,laporan_bulanan", "--format", "pdf,csv,json"];
    office.run(&render).expect_code(0);
    let alone = tree(&office.path("laporan/2026-10"));
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..8).map(|_| scope.spawn(|| office.run(&render))).collect();
        for run in runs {
            run.join().unwrap().expect_code(0);
        }
    });
    assert!(tree(&office.path("laporan/2026-10")) == alone, "a document differs, or something was left beside them");
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let office = pulled();
    let key = office.path("kunci.key");
    for open in [0o644, 0o640, 0o602] {
        restrict(&key, open);
        for arguments in [&["pull"][..], &["reconcile", "--month", "2026-10"], &["seal", "--month", "2026-10"]] {
            refused(office.run(arguments), &format!("run `chmod 400 {}`", key.display()));
        }
        let doctor = office.run(&["doctor"]).expect_code(2);
        assert!(doctor.out.contains("P012"), "{}", doctor.out);
    }
    restrict(&key, 0o600);
    office.run(&["pull"]).expect_code(0);
}

#[test]
fn init_says_that_a_key_was_there() {
    let office = pulled();
    let source = format!("sqlite:{}", office.place("kantor.sqlite"));
    let init = || tests::run(&["init", &office.place(""), "--source", &source]);
    fs::remove_file(office.path("tertib.toml")).unwrap();
    let key = fs::read(office.path("kunci.key")).unwrap();
    restrict(&office.path("kunci.key"), 0o644);
    refused(init(), "chmod 400");
    restrict(&office.path("kunci.key"), 0o600);
    let ran = init().expect_code(0);
    assert!(ran.err.contains("was there already and is kept"), "{}", ran.err);
    assert_eq!(fs::read(office.path("kunci.key")).unwrap(), key);
    // Another key would not fit the archive.
    fs::remove_file(office.path("tertib.toml")).unwrap();
    fs::remove_file(office.path("kunci.key")).unwrap();
    refused(init(), "restore kunci.key from the backup");
    assert!(!office.path("kunci.key").exists() && !office.path("tertib.toml").exists());
}

#[test]
fn doctor_looks_at_who_may_change_the_configuration_and_the_archive() {
    let office = pulled();
    let rights = || office.run(&["doctor"]).expect_code_in(&[0, 1, 2], "doctor").out;
    let is_well = || !["P014", "P015", "P016", "P017"].iter().any(|code| rights().contains(code));
    restrict(office.folder(), 0o755);
    assert!(is_well(), "{}", rights());
    restrict(&office.path("tertib.toml"), 0o666);
    assert!(rights().contains("P014") && rights().contains("chmod go-w"), "{}", rights());
    restrict(&office.path("tertib.toml"), 0o644);
    assert!(is_well(), "{}", rights());
    restrict(office.folder(), 0o777);
    assert!(rights().contains("P014"), "{}", rights());
    restrict(office.folder(), 0o755);
    // What the doctor says to do about an archive that others may change helps.
    for place in ["archive", "archive/events"] {
        restrict(&office.path(place), 0o777);
    }
    let said = rights();
    assert!(said.contains("P015") && said.contains("`chmod -R go-w`"), "{said}");
    for place in ["archive", "archive/events"] {
        restrict(&office.path(place), 0o777 & !0o022);
    }
    assert!(is_well(), "{}", rights());
    assert_eq!(mode(&office.path("archive/events")), 0o755);
    office.configure("url = \"sqlite:kantor.sqlite\"", "url = \"postgres://pembaca:rahasia@127.0.0.1:1/x\"");
    assert!(rights().contains("P016") && !rights().contains("rahasia"), "{}", rights());
    restrict(&office.path("tertib.toml"), 0o600);
    assert!(is_well(), "{}", rights());
}

#[test]
fn what_never_ends_is_not_read() {
    let endless = Path::new("/dev/zero");
    let office = pulled();
    let ran = |place: &str| -> Ran {
        let mut command = tests::tertib();
        command.args(["status", "--config", place]);
        soon(command)
    };
    refused(ran("/dev/zero"), "it is no ordinary file");
    // A socket, which like a pipe waits for somebody.
    let socket = office.path("soket.toml");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    refused(ran(socket.to_str().unwrap()), "it is no ordinary file");
    for name in ["kunci.key", "lambang.svg", "kalender.toml", "target.toml"] {
        let office = pulled();
        fs::remove_file(office.path(name)).ok();
        symlink(endless, office.path(name)).unwrap();
        office.configure(
            "# lambang = \"lambang.svg\"",
            if name == "lambang.svg" { "lambang = \"lambang.svg\"" } else { "" },
        );
        // Everybody may read a device, so it is no key before anything of it is read.
        let (command, says) = if name == "kunci.key" {
            (&["pull"][..], "others may read the key file")
        } else {
            (&["render", "--month", "2026-10", "--only", "laporan_bulanan"][..], "it is no ordinary file")
        };
        refused(soon(office.command(command)), says);
    }
    for (facts, says) in [("/etc", "no fact file"), ("/dev", "no fact file"), ("fakta", "it is no ordinary file")] {
        let office = pulled();
        fs::create_dir(office.path("fakta")).unwrap();
        symlink(endless, office.path("fakta/jra.toml")).unwrap();
        office.configure("# facts = \"fakta\"", &format!("facts = \"{facts}\""));
        refused(soon(office.command(&["status"])), says);
    }
    let office = pulled();
    let long = "# panjang\n".repeat(1 << 20);
    fs::write(office.path("tertib.toml"), long).unwrap();
    refused(office.run(&["status"]), "it is longer than");
}

#[test]
fn folders_that_hold_the_configuration_are_not_filled() {
    for (section, path) in
        [("archive", "/"), ("archive", ".."), ("archive", "."), ("reports", "/"), ("archive", "a/../..")]
    {
        let office = Office::unpulled();
        let (from, to) =
            if section == "archive" { ("path = \"archive\"", "path") } else { ("path = \"laporan\"", "path") };
        office.configure(from, &format!("{to} = \"{path}\""));
        refused(office.run(&["status"]), &format!("path under [{section}]"));
    }
}

#[test]
fn what_the_configuration_cannot_mean_is_said_in_words() {
    let office = Office::unpulled();
    office.configure("cron = \"0 7 5 1,4,7,10 *\"", "cron = \"0 0 31 2 *\"");
    refused(office.run(&["status"]), "job `provinsi`: `0 0 31 2 *` is on no day that comes");
    let office = Office::unpulled();
    office.configure("path = \"laporan\"", "path = \"D:\\users\\laporan\"");
    refused(office.run(&["status"]), "put the path between single quotes");
    let office = Office::unpulled();
    let text = fs::read_to_string(office.path("tertib.toml")).unwrap();
    let utf_16: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    fs::write(office.path("tertib.toml"), utf_16).unwrap();
    refused(office.run(&["status"]), "UTF-16; save it with the encoding UTF-8");
    let latin = text.replace("[office]\n", "[office]\n# Kepala Dinas: Ren\u{e9}\n");
    let line = latin.lines().position(|l| l.contains("Ren")).unwrap() + 1;
    let latin: Vec<u8> = latin.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    fs::write(office.path("tertib.toml"), latin).unwrap();
    refused(office.run(&["status"]), &format!("line {line} is not UTF-8"));
    fs::write(office.path("tertib.toml"), format!("\u{FEFF}{text}")).unwrap();
    office.run(&["status"]).expect_code_in(&[0, 1], "status");
    // Of the environment.
    let url = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"sqlite:\xFF");
    let ran = office.command(&["status"]).env("TERTIB_SOURCE_URL", url).output().unwrap();
    refused(ran.into(), "TERTIB_SOURCE_URL is not UTF-8");
}

#[cfg(target_os = "linux")]
#[test]
fn a_crash_leaves_no_memory_on_the_disk() {
    let office = Office::unpulled();
    let mut command = tests::tertib_after("ulimit -S -c unlimited 2>/dev/null");
    let mut child = command.arg("serve").arg("--config").arg(office.path("tertib.toml")).spawn().unwrap();
    let limits = format!("/proc/{}/limits", child.id());
    let began = Instant::now();
    let held = loop {
        let text = fs::read_to_string(&limits).unwrap();
        let line = text.lines().find(|l| l.starts_with("Max core file size")).unwrap_or_default().to_owned();
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.get(4..6) == Some(&["0", "0"]) || began.elapsed() > Duration::from_secs(30) {
            break line;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(held.split_whitespace().nth(5), Some("0"), "{held}");
}

#[test]
fn a_long_text_fills_no_page_and_is_marked() {
    let office = Office::unpulled();
    // A remark may have 2,000 characters; a longer text never comes into the archive.
    office.sql("update langkah_berkas set keterangan = substr(hex(zeroblob(1000)), 1, 2000) where berkas_id = (select min(berkas_id) from berkas)");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let book = "buku_agenda_pendaftaran";
    let began = Instant::now();
    office
        .run(&["render", "--month", "2026-10", "--full", "--format", "pdf,data,csv"])
        .expect_code_in(&[0, 1], "render");
    let data = fs::read_to_string(office.full(book, "data.json")).unwrap();
    assert!(data.contains("[dipotong]"), "nothing says that a remark was cut");
    assert!(began.elapsed() < Duration::from_mins(2), "{:?}", began.elapsed());
    for name in [book, "buku_registrasi_arsip", "buku_registrasi_pengambilan"] {
        let data = fs::read_to_string(office.full(name, "data.json")).unwrap();
        assert!(!data.contains(&"0".repeat(400)), "{name} prints all of it");
    }
}

#[test]
fn a_template_without_end_is_ended() {
    let office = pulled();
    office.configure("# templates = \"templates\"", "templates = \"punya_kami\"");
    refused(office.run(&["render", "--month", "2026-10"]), "there is no folder");
    fs::create_dir(office.path("punya_kami")).unwrap();
    let render = ["render", "--month", "2026-10", "--only", "buku_agenda_pendaftaran"];
    let sentence = office.path("punya_kami/penutup_buku.txt.j2");
    let endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% set c = a + b %}{% endfor %}{% endfor %}";
    fs::write(&sentence, endless).unwrap();
    refused(soon(office.command(&render)), "it does not come to an end");
    fs::remove_file(&sentence).unwrap();
    office.run(&render).expect_code(0);
    // The layout is set by a process of its own; what it sets is what the built-in typesetter sets in this one.
    let pdf = office.path("laporan/2026-10/buku_agenda_pendaftaran_2026-10.pdf");
    let alone = fs::read(&pdf).unwrap();
    let layout = office.path("punya_kami/buku.typ");
    fs::copy(tests::root().join("templates/buku.typ"), &layout).unwrap();
    office.run(&render).expect_code(0);
    assert!(fs::read(&pdf).unwrap() == alone, "another process sets other bytes");
    office.configure("# [render]", "[render]\ndeadline-seconds = 5\nmemory-mb = 1024\n#");
    for endless in
        ["#for a in range(100000) { for b in range(100000) [x #pagebreak()] }", "#let a = range(400000000)\n#a.len()"]
    {
        fs::write(&layout, endless).unwrap();
        let began = Instant::now();
        let ran = soon(office.command(&render)).expect_code(2);
        // Which of the two limits it meets first depends on the machine.
        assert!(ran.err.contains("was ended after 5 s") || ran.err.contains("more than `memory-mb`"), "{}", ran.err);
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
        assert!(fs::read(&pdf).unwrap() == alone, "the document of before is gone");
    }
}

#[test]
fn what_leaves_the_office_holds_no_person() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let formats = ["render", "--month", "2026-10", "--format", "csv,json"];
    office.run(&formats).expect_code(0);
    let csv = |name: &str| fs::read_to_string(office.document(name, "csv")).unwrap();
    let masked = csv("buku_agenda_pendaftaran");
    assert!(masked.contains("1806********9"), "NIK are masked");
    assert!(!tests::holds_nik(&masked) && !masked.contains("AMINAH"));
    office.run(&[&formats[..], &["--full"]].concat()).expect_code(0);
    let full = fs::read_to_string(office.full("buku_agenda_pendaftaran", "csv")).unwrap();
    assert!(tests::holds_nik(&full), "the office's own copy has full NIK");
    assert_eq!(csv("buku_agenda_pendaftaran"), masked, "the masked copy is as it was");
    for ending in ["csv", "json"] {
        let text = fs::read_to_string(office.document("laporan_kepatuhan", ending)).unwrap();
        let ids = ["AMINAH", "B202610", "K202610", "P101", "********"];
        assert!(!ids.iter().any(|id| text.contains(id)) && !tests::holds_nik(&text), "more than counts:\n{text}");
    }
    let all = office.run(&["query", "SELECT * FROM events_all", "--format", "csv"]).expect_code(0).out;
    assert!(!all.contains("AMINAH") && !all.contains("TANGGAMUS"), "a name or birthplace in the public table");
    let head = all.lines().next().unwrap();
    assert!(!head.split(',').any(|c| ["nik", "nama", "tanggal_lahir", "pembawa", "keterangan"].contains(&c)), "{head}");
}

#[test]
fn what_is_private_is_the_owners_alone() {
    let office = Office::small();
    for (name, wanted) in [
        ("archive/persons", 0o700),
        ("archive/quarantine", 0o700),
        ("archive/_tertib", 0o700),
        ("kunci.key", 0o400),
        ("penanda.key", 0o400),
        ("tertib.toml", 0o600),
    ] {
        let found = mode(&office.path(name));
        assert_eq!(found, wanted, "{name} has mode {found:o}");
    }
}
