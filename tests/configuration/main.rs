//! tertib.toml: what is wrong with it is told with its line and column and what could be meant, and editors know it by a schema.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

mod answers;
mod mutations;
mod schema;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use tempfile::TempDir;
use tests::trials::Trials;

/// Every section and key.
const FULL: &str = include_str!("full.toml");

fn main() -> ExitCode {
    let mut trials = Trials::default();
    answers::trials(&mut trials);
    schema::trials(&mut trials);
    trials.run()
}

/// A folder with what `full.toml` names.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        for folder in ["fakta", "templates", "keadaan"] {
            fs::create_dir(dir.path().join(folder)).unwrap();
        }
        Self(dir)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }
}
