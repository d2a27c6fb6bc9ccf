//! A backup that a program of others carries on, such as restic, borg, or tar and age in a script. It is first made in a folder of
//! this machine; the program then reads the paths of all its files on standard input, and its success is its exit code 0.

use super::folder::Folder;
use super::manifest::PROBE;
use super::target::{Put, Target};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A folder whose content a program carries on.
#[derive(Debug)]
pub(super) struct Carried {
    folder: Folder,
    command: Vec<String>,
}

impl Carried {
    pub(super) fn new(folder: Folder, command: Vec<String>) -> Self {
        Self { folder, command }
    }
}

impl Target for Carried {
    fn list(&self) -> Result<BTreeMap<String, u64>> {
        self.folder.list()
    }

    fn read(&self, path: &str, most: u64) -> Result<Vec<u8>> {
        self.folder.read(path, most)
    }

    fn put(&self, path: &str, bytes: &[u8]) -> Result<Put> {
        self.folder.put(path, bytes)
    }

    fn finish(&self) -> Result<()> {
        let root = std::path::absolute(self.folder.root())?;
        let mut names = String::new();
        for path in self.folder.list()?.keys().map(String::as_str).chain([PROBE]) {
            names.push_str(&root.join(path).display().to_string());
            names.push('\n');
        }
        run(&self.command, &root, &names)
    }

    fn place(&self) -> String {
        format!("{} ({})", self.folder.place(), self.command.first().map_or("", String::as_str))
    }
}

/// A copy that a program brought back. Its folder goes with the value.
#[derive(Debug)]
pub(super) struct Fetched {
    folder: Folder,
    _scratch: TempDir,
}

/// Lets the program bring the copy back. It may do so under any path: restic repeats the whole one.
pub(super) fn fetch(command: &[String]) -> Result<Fetched> {
    let scratch = TempDir::new().context("cannot make a folder for what the program brings back")?;
    run(command, scratch.path(), "")?;
    let root = holding_probe(scratch.path())?;
    let root = root.with_context(|| format!("`{}` brought back no backup of tertib", command.join(" ")))?;
    Ok(Fetched { folder: Folder::at(root), _scratch: scratch })
}

impl Target for Fetched {
    fn list(&self) -> Result<BTreeMap<String, u64>> {
        self.folder.list()
    }

    fn read(&self, path: &str, most: u64) -> Result<Vec<u8>> {
        self.folder.read(path, most)
    }

    fn put(&self, _path: &str, _bytes: &[u8]) -> Result<Put> {
        bail!("what was brought back is only read")
    }

    fn place(&self) -> String {
        self.folder.place()
    }
}

/// The folder at or below a path that is the top of a backup.
fn holding_probe(folder: &Path) -> Result<Option<PathBuf>> {
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        if folder.join(PROBE).is_file() {
            return Ok(Some(folder));
        }
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            }
        }
    }
    Ok(None)
}

/// Runs a program of the configuration, with `{folder}` filled in, and gives it the text.
#[expect(clippy::disallowed_methods, reason = "the office names this program in its configuration")]
fn run(command: &[String], folder: &Path, text: &str) -> Result<()> {
    let mut words = command.iter().map(|word| word.replace("{folder}", &folder.display().to_string()));
    let program = words.next().context("`command` of the backup is empty; name a program")?;
    // A file, not a pipe: a program that reads nothing, or says much before it reads, would stop us.
    let mut input = tempfile::tempfile().context("cannot make a file for the list of paths")?;
    input.write_all(text.as_bytes()).and_then(|()| input.rewind()).context("cannot write the list of paths")?;
    let mut child = Command::new(&program);
    // The password of the office's database is nothing to it.
    child.args(words).env_remove("TERTIB_SOURCE_URL").stdin(input).stdout(Stdio::null());
    let output = child.output().with_context(|| format!("cannot start `{program}`, the command of the backup"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
        bail!("`{program}`, the command of the backup, ended with {}: {}", output.status, last.trim());
    }
    Ok(())
}
