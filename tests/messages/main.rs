//! Messages reach real servers or wait: mail servers and services that refuse, fall silent or are not who they say, and a program
//! that is killed while it sends.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

mod command;
mod digest;
mod email;
mod kills;
mod webhook;

use std::fs;
use std::process::ExitCode;
use tests::Office;
use tests::trials::Trials;

fn main() -> ExitCode {
    let mut all = Trials::default();
    for trials in [email::trials, webhook::trials, command::trials, digest::trials, kills::trials] {
        trials(&mut all);
    }
    all.run()
}

/// An office with a channel `saluran` of these keys.
fn office(keys: &str) -> Office {
    let office = Office::small();
    channel(&office, keys);
    office
}

/// One more channel, before which nothing else has these keys.
fn channel(office: &Office, keys: &str) {
    let path = office.path("tertib.toml");
    let written = fs::read_to_string(&path).unwrap();
    fs::write(path, format!("{written}\n[[channel]]\nname = \"saluran\"\n{keys}\n")).unwrap();
}

/// What `notify test` says became of the message to the only receiver.
#[track_caller]
fn tested(office: &Office, code: i32) -> String {
    let ran = office.run(&["notify", "test"]).expect_code(code);
    ran.out.trim_end().to_owned()
}
