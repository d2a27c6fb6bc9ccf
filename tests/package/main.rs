//! What an office installs: manual pages, completions, secrets in files of their own.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

mod manual;
mod secrets;

use std::process::ExitCode;
use tests::trials::Trials;

fn main() -> ExitCode {
    let mut all = Trials::default();
    for trials in [manual::trials, secrets::trials] {
        trials(&mut all);
    }
    all.run()
}
