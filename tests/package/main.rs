//! What an office installs: the package with its units, manual pages and completions, and secrets in files of their own.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

mod debian;
mod handbook;
mod manual;
mod secrets;
mod systemd;

use std::process::ExitCode;
use tests::trials::Trials;

fn main() -> ExitCode {
    let mut all = Trials::default();
    for trials in [manual::trials, secrets::trials, systemd::trials, debian::trials, handbook::trials] {
        trials(&mut all);
    }
    all.run()
}
