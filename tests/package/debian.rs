//! The Debian package: made by its recipe, judged by lintian, and installed, upgraded and purged in a clean Debian.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;
use tests::tools::{Tool, debian_root};
use tests::{Office, Ran, root, tertib};

tests::part! {
    lintian_finds_no_error needs Tool::CargoDeb, Tool::Lintian;
    installed_upgraded_and_purged_nothing_of_the_office_is_lost needs Tool::CargoDeb, Tool::Chroot;
    a_program_that_is_published_is_checked needs Tool::CargoDeb;
}

/// The package of this program, and the same as an earlier version.
fn packages() -> &'static (TempDir, PathBuf, PathBuf) {
    static MADE: OnceLock<(TempDir, PathBuf, PathBuf)> = OnceLock::new();
    MADE.get_or_init(|| {
        let dir = TempDir::new().unwrap();
        let program = tertib().get_program().to_owned();
        let make = |version: &str| {
            let out = dir.path().join(format!("tertib_{version}.deb"));
            let script = root().join("jobs/package/deb.sh");
            let mut made = Tool::CargoDeb.beside("sh");
            let made = made.arg(script).arg(&program).arg(&out).arg(version).output().unwrap();
            drop(Ran::from(made).expect_code(0));
            out
        };
        let (old, new) = (make("0.0.9-1"), make(concat!(env!("CARGO_PKG_VERSION"), "-1")));
        (dir, old, new)
    })
}

fn lintian_finds_no_error() {
    let (_, _, package) = packages();
    let ran = Tool::Lintian.run(&["--allow-root", "--fail-on", "error,warning", &package.display().to_string()]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
}

/// A clean Debian, in which commands run.
struct Debian {
    dir: TempDir,
}

impl Debian {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let (archive, folder) = (debian_root().display().to_string(), dir.path().display().to_string());
        let unpack = ["--extract", "--file", &archive, "--directory", &folder, "--exclude=./dev/*"];
        let ran = Ran::from(Tool::Chroot.beside("tar").args(unpack).output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.err);
        // What maintainer scripts write to nowhere.
        fs::write(dir.path().join("dev/null"), "").unwrap();
        fs::set_permissions(dir.path().join("dev/null"), fs::Permissions::from_mode(0o666)).unwrap();
        Self { dir }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn run(&self, command: &[&str]) -> Ran {
        let mut chroot = Tool::Chroot.command();
        chroot.arg(self.dir.path()).args(command).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C.UTF-8");
        chroot.env("DEBIAN_FRONTEND", "noninteractive").output().unwrap().into()
    }

    fn install(&self, package: &Path) -> String {
        fs::copy(package, self.path("tertib.deb")).unwrap();
        let ran = self.run(&["dpkg", "--force-confold", "--install", "/tertib.deb"]).expect_code(0);
        ran.out + &ran.err
    }
}

/// Every file below a folder with its content, its rights and its owner.
fn content(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u32, u32)> {
    let (mut found, mut open) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(dir) = open.pop() {
        for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            let meta = fs::metadata(&path).unwrap();
            let bytes = if meta.is_dir() { Vec::new() } else { fs::read(&path).unwrap() };
            if meta.is_dir() {
                open.push(path.clone());
            }
            found.insert(path, (bytes, meta.mode(), meta.uid()));
        }
    }
    found
}

/// What systemd of that Debian says of the units.
fn verify(debian: &Debian) -> (i32, String) {
    let units = ["tertib.service", "tertib-once.service", "tertib-once.timer", "tertib-alarm.service"];
    let ran = debian.run(&[&["systemd-analyze", "verify", "--man=no"][..], &units].concat());
    (ran.code, ran.err)
}

/// `init --system`, and what an officer does with it: as root nothing, as the user of the service everything.
fn set_up(debian: &Debian, uid: u32) {
    let office = Office::unpulled();
    fs::copy(office.path("kantor.sqlite"), debian.path("srv/kantor.sqlite")).unwrap();
    let init = ["tertib", "init", "--system", "--source", "sqlite:/srv/kantor.sqlite"];
    let ran = debian.run(&init).expect_code(0);
    assert!(ran.err.contains("sudo -u tertib tertib doctor"), "{}", ran.err);
    for (secret, mode) in [("tertib.toml", 0o600), ("kunci.key", 0o400), ("penanda.key", 0o400), ("source-url", 0o600)]
    {
        let meta = fs::metadata(debian.path("etc/tertib").join(secret)).unwrap();
        assert_eq!((meta.mode() & 0o777, meta.uid()), (mode, uid), "{secret}");
    }
    let configuration = fs::read_to_string(debian.path("etc/tertib/tertib.toml")).unwrap();
    let schema = configuration.lines().next().unwrap().strip_prefix("#:schema file:///").unwrap();
    let schema = fs::read_to_string(debian.path(schema)).unwrap();
    assert!(schema == debian.run(&["tertib", "util", "schema"]).expect_code(0).out);
    assert_eq!(fs::read_to_string(debian.path("etc/tertib/source-url")).unwrap(), "sqlite:/srv/kantor.sqlite\n");
    debian.run(&init).expect_code(2);
    let refused = debian.run(&["tertib", "pull"]).expect_code(2);
    assert!(refused.err.contains("sudo -u tertib tertib"), "{}", refused.err);
    let as_the_service =
        |command: &[&str]| debian.run(&[&["runuser", "-u", "tertib", "--", "tertib"], command].concat());
    as_the_service(&["pull"]).expect_code_in(&[0, 1], "pull");
    // `ProtectSystem=strict` keeps the service from writing beside its configuration; here the rights of the folder do.
    let folder = debian.path("etc/tertib");
    std::os::unix::fs::chown(&folder, Some(0), None).unwrap();
    as_the_service(&["run", "verifikasi"]).expect_code(0);
    std::os::unix::fs::chown(&folder, Some(uid), None).unwrap();
    assert!(debian.path("var/lib/tertib/archive/events/_delta_log").exists());
    assert!(
        debian.path("var/lib/tertib/riwayat.sqlite").exists() && !debian.path("etc/tertib/riwayat.sqlite").exists()
    );
}

fn installed_upgraded_and_purged_nothing_of_the_office_is_lost() {
    let (_, old, new) = packages();
    let debian = Debian::new();
    let said = debian.install(old);
    assert!(said.contains("tertib init --system"), "{said}");
    let version = debian.run(&["tertib", "--version"]).expect_code(0).out;
    assert_eq!(version.trim(), concat!("tertib ", env!("CARGO_PKG_VERSION")));

    // The service's own user, its folders, and nothing that runs before it is set up.
    let users = fs::read_to_string(debian.path("etc/passwd")).unwrap();
    let user = users.lines().find(|line| line.starts_with("tertib:")).unwrap().split(':').collect::<Vec<_>>();
    assert_eq!((user[5], user[6]), ("/var/lib/tertib", "/usr/sbin/nologin"));
    let uid: u32 = user[2].parse().unwrap();
    for (folder, owner) in [("var/lib/tertib", uid), ("etc/tertib", uid)] {
        let meta = fs::metadata(debian.path(folder)).unwrap();
        assert_eq!((meta.mode() & 0o7777, meta.uid()), (0o750, owner), "{folder}");
    }
    let enabled = debian.run(&["sh", "-c", "find /etc/systemd/system -name '*tertib*'"]).out;
    assert_eq!(enabled, "", "nothing is enabled");

    // systemd itself, of that Debian, reads the units without a complaint.
    assert_eq!(verify(&debian), (0, String::new()));
    assert!(debian.path("usr/share/man/man1/tertib-pull.1.gz").exists());

    set_up(&debian, uid);
    // What an office has after a month is there after an upgrade, and after the package is gone.
    let kept = ["etc/tertib", "var/lib/tertib"].map(|folder| (folder, content(&debian.path(folder))));
    assert!(kept.iter().all(|(_, files)| files.len() > 2), "{kept:?}");
    let is_kept = |when: &str| {
        for (folder, files) in &kept {
            assert!(content(&debian.path(folder)) == *files, "{folder} {when}");
        }
    };
    let said = debian.install(new);
    assert!(!said.contains("tertib init --system"), "it is set up already: {said}");
    is_kept("after the upgrade");
    debian.run(&["dpkg", "--remove", "tertib"]).expect_code(0);
    is_kept("after the removal");
    let purged = debian.run(&["dpkg", "--purge", "tertib"]).expect_code(0);
    is_kept("after the purge");
    assert!(
        purged.out.contains("/var/lib/tertib is kept") && purged.out.contains("/etc/tertib is kept"),
        "{}",
        purged.out
    );
    assert!(!debian.path("usr/bin/tertib").exists() && !debian.path("usr/share/man/man1/tertib.1.gz").exists());

    // Where nothing was ever set up, nothing stays.
    let empty = Debian::new();
    drop(empty.install(new));
    empty.run(&["dpkg", "--purge", "tertib"]).expect_code(0);
    assert!(!empty.path("etc/tertib").exists() && !empty.path("var/lib/tertib").exists());

    // An archive on another disk, into which systemd must let the service write.
    drop(empty.install(new));
    fs::copy(Office::unpulled().path("kantor.sqlite"), empty.path("srv/kantor.sqlite")).unwrap();
    let init = ["tertib", "init", "--system", "--source", "sqlite:/srv/kantor.sqlite", "--archive", "/srv/arsip"];
    empty.run(&init).expect_code(0);
    for unit in ["tertib", "tertib-once"] {
        let path = format!("etc/systemd/system/{unit}.service.d/archive.conf");
        assert_eq!(fs::read_to_string(empty.path(&path)).unwrap(), "[Service]\nReadWritePaths=/srv/arsip\n");
    }
    assert_eq!(verify(&empty), (0, String::new()));
    empty.run(&["runuser", "-u", "tertib", "--", "tertib", "pull"]).expect_code_in(&[0, 1], "pull");
    assert!(empty.path("srv/arsip/events/_delta_log").exists() && !empty.path("var/lib/tertib/archive").exists());
}

/// The program of the tests is of a machine as new as this one, and holds its paths: neither may be published.
fn a_program_that_is_published_is_checked() {
    let check = |glibc: &str| {
        let mut check = Tool::CargoDeb.beside("bash");
        check.arg(root().join("jobs/package/check.sh")).arg(tertib().get_program()).arg(glibc);
        let sources = std::env::var_os("CARGO_HOME").or_else(|| std::env::var_os("HOME")).unwrap();
        Ran::from(check.env("HOME", sources).output().unwrap()).expect_code(1).err
    };
    assert!(check("2.17").contains("it needs glibc 2."));
    let said = check("2.99");
    assert!(!said.contains("it needs") && said.contains("it holds the path"), "{said}");
}
