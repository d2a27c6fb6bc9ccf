//! Programs of others that tests run: how each one is looked for, and the only way to run it.
//!
//! A test that runs one is a trial and says so (`trials.rs`). Whatever is missing is named there.

use crate::{Ran, servers};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// A program of others, or several that are only useful together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// The shell of Debian.
    Bash,
    /// `cargo-deb` with what it runs.
    CargoDeb,
    /// `chromium`, a browser without a screen.
    Chromium,
    /// A clean Debian with systemd, which `.ci/run` makes, and the right to enter it.
    Chroot,
    /// `lintian`, which knows the faults of packages.
    Lintian,
    /// `mandoc`, which reads manual pages strictly.
    Mandoc,
    /// A MariaDB server.
    Mariadb,
    /// `mount` and `umount`, and the right to use them.
    Mount,
    /// `openssl`, which checks signatures.
    Openssl,
    /// `pdffonts` of poppler.
    Pdffonts,
    /// `pdfinfo` of poppler.
    Pdfinfo,
    /// `pdftoppm` of poppler.
    Pdftoppm,
    /// `pdftotext` of poppler.
    Pdftotext,
    /// A PostgreSQL server.
    Postgresql,
    /// Preflight of Apache PDFBox, which `java` runs.
    Preflight,
    /// `python3` with these packages.
    Python(&'static [&'static str]),
    /// `script`, which runs a command on a terminal.
    Script,
    /// `sha256sum` with the other words of a shell that a recipe is written in.
    Sha256sum,
    /// `soffice`, a spreadsheet without a screen.
    Soffice,
    /// `strace`, which injects faults.
    Strace,
    /// `systemd-analyze`, which judges units.
    SystemdAnalyze,
    /// `taskset`, which binds a command to a core.
    Taskset,
    /// The `typst` program.
    Typst,
    /// `zbarimg`, a scanner of QR codes.
    Zbarimg,
}

/// Where Debian puts the parts of Apache PDFBox.
pub const JARS: &str = "/usr/share/java";

/// Tools that a trial of this test program says it needs, by their first program.
static DECLARED: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());

thread_local! {
    /// What the trial needs that runs in this thread.
    static NEEDED: RefCell<Option<BTreeSet<&'static str>>> = const { RefCell::new(None) };
}

impl Tool {
    /// Every tool; of Python the packages that some test needs.
    pub const ALL: [Self; 24] = [
        Self::Bash,
        Self::CargoDeb,
        Self::Chromium,
        Self::Chroot,
        Self::Lintian,
        Self::Mandoc,
        Self::Mariadb,
        Self::Mount,
        Self::Openssl,
        Self::Pdffonts,
        Self::Pdfinfo,
        Self::Pdftoppm,
        Self::Pdftotext,
        Self::Postgresql,
        Self::Preflight,
        Self::Python(&[]),
        Self::Script,
        Self::Sha256sum,
        Self::Soffice,
        Self::Strace,
        Self::SystemdAnalyze,
        Self::Taskset,
        Self::Typst,
        Self::Zbarimg,
    ];

    /// The programs that it consists of; the first one is what tests run.
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Bash => &["bash"],
            Self::CargoDeb => &["cargo-deb", "bash", "dpkg-deb", "dpkg-shlibdeps", "gzip", "objdump", "sh", "strip"],
            Self::Chromium => &["chromium"],
            Self::Chroot => &["chroot", "tar"],
            Self::Lintian => &["lintian"],
            Self::Mandoc => &["mandoc"],
            Self::Mariadb => &["mariadbd", "mariadb-install-db"],
            Self::Postgresql => &["postgres", "initdb"],
            Self::Mount => &["mount", "umount"],
            Self::Openssl => &["openssl"],
            Self::Pdffonts => &["pdffonts"],
            Self::Pdfinfo => &["pdfinfo"],
            Self::Pdftoppm => &["pdftoppm"],
            Self::Pdftotext => &["pdftotext"],
            Self::Preflight => &["java"],
            Self::Python(_) => &["python3"],
            Self::Script => &["script"],
            Self::Sha256sum => &["sha256sum", "sh", "sed", "grep", "head", "tail", "awk", "base64", "cut", "test"],
            Self::Soffice => &["soffice"],
            Self::Strace => &["strace"],
            Self::SystemdAnalyze => &["systemd-analyze"],
            Self::Taskset => &["taskset"],
            Self::Typst => &["typst"],
            Self::Zbarimg => &["zbarimg"],
        }
    }

    /// Programs by which a server is started as its own user, and stopped with everything that it started.
    fn helpers(self) -> &'static [&'static str] {
        match self {
            Self::Mariadb => &["id", "kill", "pgrep"],
            Self::Postgresql => &["chown", "id", "kill", "pgrep", "runuser"],
            _ => &[],
        }
    }

    /// The name under which a trial shows its need.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Mariadb => "mariadb".to_owned(),
            Self::Postgresql => "postgresql".to_owned(),
            Self::Preflight => "preflight".to_owned(),
            Self::Python(packages) if !packages.is_empty() => format!("python3 with {}", packages.join(" ")),
            _ => self.programs()[0].to_owned(),
        }
    }

    /// What is missing of it on this machine, if anything is. It is looked for once.
    #[must_use]
    pub fn missing(self) -> Option<String> {
        static LOOKED: Mutex<BTreeMap<Tool, Option<String>>> = Mutex::new(BTreeMap::new());
        let mut looked = LOOKED.lock().unwrap_or_else(PoisonError::into_inner);
        looked.entry(self).or_insert_with(|| self.look()).clone()
    }

    fn look(self) -> Option<String> {
        let is_there = |program: &str| match self {
            Self::Mariadb | Self::Postgresql => servers::program(program).is_some(),
            _ => on_path(program).is_some(),
        };
        if let Some(program) = self.programs().iter().find(|program| !is_there(program)) {
            return Some((*program).to_owned());
        }
        if let Some(program) = self.helpers().iter().find(|program| on_path(program).is_none()) {
            return Some((*program).to_owned());
        }
        match self {
            Self::Preflight if !Path::new(JARS).join("preflight.jar").exists() => Some(format!("{JARS}/preflight.jar")),
            Self::Python(packages) => packages.iter().find(|name| !has_package(name)).map(|name| (*name).to_owned()),
            Self::Strace if !succeeds("strace", &["-qq", "-e", "trace=none", "true"]) => {
                Some("the right to trace".to_owned())
            }
            Self::Chroot if !debian_root().exists() => Some("a clean Debian".to_owned()),
            Self::Chroot if !succeeds("chroot", &["/", "true"]) => Some("the right to chroot".to_owned()),
            Self::Mount if !may_mount() => Some("the right to mount".to_owned()),
            _ => None,
        }
    }

    /// Whether it is a right of the machine's owner, which no package brings.
    #[must_use]
    pub fn is_a_right(self) -> bool {
        self == Self::Mount
    }

    /// A trial of this program says that it needs this tool.
    pub(crate) fn declare(self) {
        DECLARED.lock().unwrap_or_else(PoisonError::into_inner).insert(self.programs()[0]);
    }

    /// The trial that this thread begins needs these and no others.
    pub(crate) fn declare_alone(tools: &[Self]) {
        NEEDED.set(Some(tools.iter().map(|tool| tool.programs()[0]).collect()));
    }

    /// The tool as a command, for a trial that says it needs it.
    #[must_use]
    pub fn command(self) -> Command {
        let program = self.programs()[0];
        // Threads that a trial starts itself know what all trials of its program need.
        let by_any = || DECLARED.lock().unwrap_or_else(PoisonError::into_inner).contains(program);
        let declared = NEEDED.with_borrow(|needed| needed.as_ref().map(|needed| needed.contains(program)));
        assert!(declared.unwrap_or_else(by_any), "this trial does not say `needs` {self:?}; see tests/README.md");
        Command::new(program)
    }

    /// A program that belongs to the tool beside its first one.
    #[must_use]
    pub fn beside(self, program: &str) -> Command {
        assert!(self.programs().contains(&program), "{self:?} has no {program}");
        drop(self.command());
        Command::new(program)
    }

    /// Where the tool is.
    #[must_use]
    pub fn path(self) -> PathBuf {
        on_path(self.programs()[0]).unwrap_or_else(|| panic!("there is no {}", self.name()))
    }

    /// Runs the tool.
    #[must_use]
    pub fn run(self, arguments: &[&str]) -> Ran {
        let output = self.command().args(arguments).output();
        output.unwrap_or_else(|e| panic!("{}: {e}", self.name())).into()
    }

    /// Runs the tool and gives its standard output; it must succeed.
    #[must_use]
    pub fn output(self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{} {arguments:?}\n{}\n{}", self.name(), ran.out, ran.err);
        ran.out
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_absolute() && file.is_file())
}

/// Runs a program that must succeed and gives its standard output: what belongs to a tool but is none of its own.
pub(crate) fn output(program: &str, arguments: &[&str]) -> String {
    let ran = Ran::from(Command::new(program).args(arguments).output().unwrap());
    assert_eq!(ran.code, 0, "{program} {arguments:?}\n{}\n{}", ran.out, ran.err);
    ran.out
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|o| o.status.success())
}

/// Whether Python finds a package, which is not imported.
fn has_package(name: &str) -> bool {
    let find = format!("import importlib.util as u, sys; sys.exit(u.find_spec('{name}') is None)");
    succeeds("python3", &["-c", &find])
}

fn may_mount() -> bool {
    tempfile::TempDir::new().is_ok_and(|at| mount(at.path(), "size=1m") && unmount(at.path()))
}

/// The clean Debian that `.ci/run` makes, as a tar archive.
#[must_use]
pub fn debian_root() -> PathBuf {
    let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("/nonexistent"), PathBuf::from);
    let named = std::env::var_os("TERTIB_DEBIAN").map(PathBuf::from);
    named.unwrap_or_else(|| home.join(".cache/tertib/debian-12.tar"))
}

/// Mounts a file system in memory on a folder; whether that is allowed.
#[must_use]
pub fn mount(at: &Path, options: &str) -> bool {
    succeeds("mount", &["-t", "tmpfs", "-o", options, "tmpfs", &at.display().to_string()])
}

/// Unmounts what `mount` mounted on a folder; whether that succeeded.
#[must_use]
pub fn unmount(at: &Path) -> bool {
    succeeds("umount", &[&at.display().to_string()])
}

/// A file system in memory, until it is dropped.
#[derive(Debug)]
pub struct Mounted(PathBuf);

impl Mounted {
    /// Mounts one on a folder, which is made where it is not there.
    #[must_use]
    pub fn new(at: &Path, options: &str) -> Self {
        std::fs::create_dir_all(at).unwrap();
        assert!(mount(at, options), "{}", at.display());
        Self(at.to_owned())
    }

    /// Lets it hold as much as is in it, and nothing more.
    pub fn fill(&self) {
        let disk = rustix::fs::statvfs(&self.0).unwrap();
        self.resize(&format!("{}k", (disk.f_blocks - disk.f_bfree) * disk.f_frsize / 1_024));
    }

    /// Lets it hold so much, in the words of `mount`.
    pub fn resize(&self, size: &str) {
        assert!(succeeds("mount", &["-o", &format!("remount,size={size}"), &self.0.display().to_string()]), "{size}");
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // A process that was killed just now holds it until it is gone.
        let is_gone = (0..50).any(|again| {
            std::thread::sleep(std::time::Duration::from_millis(if again == 0 { 0 } else { 100 }));
            unmount(&self.0)
        });
        assert!(is_gone || std::thread::panicking(), "{}", self.0.display());
    }
}
