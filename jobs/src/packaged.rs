//! Where the service of the package keeps what is the office's, and to whom it belongs.
//!
//! Rule    `package/systemd/tertib.service` and `package/tmpfiles.d/tertib.conf` name the same user and folders

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// The folder of the configuration, the key and what the office decides.
pub(crate) const CONFIGURATION: &str = "/etc/tertib";
/// The folder of what the service writes.
pub(crate) const STATE: &str = "/var/lib/tertib";
/// The file with the URL of the source, beside the configuration.
pub(crate) const SOURCE_URL: &str = "source-url";
/// The schema of tertib.toml, for editors.
pub(crate) const SCHEMA: &str = "/usr/share/tertib/tertib.schema.json";
/// The user of the service.
const USER: &str = "tertib";
/// The units that write into the archive.
const UNITS: [&str; 2] = ["tertib.service", "tertib-once.service"];

/// Refuses to work as root with what belongs to the service: it could not change any more what root has written.
///
/// # Errors
/// Says as whom to run instead.
pub(crate) fn refuse_root(config: &Path) -> Result<()> {
    if config.starts_with(CONFIGURATION) && is_root() {
        bail!("{} belongs to the service; run the command as its user: sudo -u {USER} tertib …", config.display());
    }
    Ok(())
}

/// Makes the folders of the service and gives it what `init` has written.
///
/// # Errors
/// When the package is not installed, or this is not root.
pub(crate) fn hand_over(url: Option<&str>, archive: Option<&Path>) -> Result<()> {
    let configuration = Path::new(CONFIGURATION);
    if let Some(url) = url {
        let file = configuration.join(SOURCE_URL);
        let written = pipeline::create_private_file(&file, format!("{url}\n").as_bytes());
        written.with_context(|| format!("cannot write {}", file.display()))?;
    }
    let mut theirs: Vec<PathBuf> =
        ["", "tertib.toml", "kunci.key", "penanda.key", SOURCE_URL].map(|name| configuration.join(name)).into();
    theirs.push(STATE.into());
    if let Some(archive) = archive {
        std::fs::create_dir_all(archive).with_context(|| format!("cannot make {}", archive.display()))?;
        theirs.push(archive.to_owned());
        for unit in UNITS {
            let folder = Path::new("/etc/systemd/system").join(format!("{unit}.d"));
            let text = format!("[Service]\nReadWritePaths={}\n", archive.display());
            std::fs::create_dir_all(&folder)
                .and_then(|()| std::fs::write(folder.join("archive.conf"), text))
                .with_context(|| format!("cannot write into {}", folder.display()))?;
        }
    }
    theirs.iter().filter(|path| path.exists()).try_for_each(|path| give(path))
}

/// Returns whether `init --system` can be carried out.
///
/// # Errors
/// Says what is missing.
pub(crate) fn check() -> Result<()> {
    if !is_root() {
        bail!("only root can set up the service; run the command with sudo");
    }
    user().map(drop)
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

/// The numbers of the service's user and group, which the package has made.
fn user() -> Result<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let own = users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|line| line[0] == USER);
    let numbers = own.and_then(|line| Some((line.get(2)?.parse().ok()?, line.get(3)?.parse().ok()?)));
    numbers.with_context(|| format!("there is no user {USER}; install the package first, or leave --system out"))
}

#[cfg(unix)]
fn give(path: &Path) -> Result<()> {
    let (user, group) = user()?;
    std::os::unix::fs::lchown(path, Some(user), Some(group))
        .with_context(|| format!("cannot give {} to the user {USER}", path.display()))
}

#[cfg(not(unix))]
fn give(path: &Path) -> Result<()> {
    bail!("{} can be given to a user only on Linux", path.display())
}
