//! What a pull promises about its source, tried on real servers.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

mod databases;
mod faults;
mod late_commits;
mod manners;
mod months;
mod slices;
mod values;

use std::process::ExitCode;
use tests::trials::Trials;

fn main() -> ExitCode {
    let mut all = Trials::default();
    // What takes longest begins first.
    for trials in [
        slices::trials,
        faults::trials,
        late_commits::trials,
        months::trials,
        databases::trials,
        values::trials,
        manners::trials,
    ] {
        trials(&mut all);
    }
    all.run()
}
