//! Remedies for channels that take nothing, and for a service that broke off.

use crate::{Case, Remedies, commands, is_gone, quoted, run};
use std::fs;
use tests::sinks::HttpSink;
use tests::{Office, sqlite};

pub(crate) const CASES: [Case; 1] =
    [Case("a_channel_that_takes_nothing", &[], &["N001", "N002", "N003"], a_channel_that_takes_nothing)];

fn a_channel_that_takes_nothing(remedies: &mut Remedies) {
    let office = Office::small();
    // Nobody listens there until it is mended.
    let port = HttpSink::start().port() + 1;
    let channel = format!(
        "\n[[channel]]\nname = \"wa\"\ntype = \"webhook\"\npreset = \"generic\"\nurl = \"http://127.0.0.1:{port}/\"\n"
    );
    let configured = fs::read_to_string(office.path("tertib.toml")).unwrap();
    fs::write(office.path("tertib.toml"), configured + &channel).unwrap();
    let crash = || office.run(&["notify", "crash"]).expect_code(1).err;
    let remedy = remedies.of(&crash(), "N003");
    assert_eq!(quoted(&remedy), ["journalctl -u tertib", "tertib status"]);
    for command in commands(&remedy, &[]) {
        run(&office, &command);
    }
    // A week and many attempts later.
    sqlite(
        &office.path("riwayat.sqlite"),
        "update outbox set attempts = 20, made_s = made_s - 700000, not_before_s = 0",
    );
    crash();
    sqlite(&office.path("riwayat.sqlite"), "update outbox set attempts = 5 where state = 'waiting'");
    let list = office.run(&["notify", "list"]).expect_code(1);
    assert!(list.out.contains("cannot be reached"), "{}", list.out);
    let told = [remedies.of(&list.err, "N001"), remedies.of(&list.err, "N002")];
    let sink = HttpSink::at(port);
    for command in told.iter().flat_map(|remedy| commands(remedy, &[])).filter(|command| command[1] == "send") {
        run(&office, &command);
    }
    let list = office.run(&["notify", "list"]).expect_code(0);
    is_gone(&list.err, &["N001", "N002"]);
    assert_eq!(sink.taken().iter().filter(|told| told.contains("N003")).count(), 1, "one crash in an hour is told");
}
