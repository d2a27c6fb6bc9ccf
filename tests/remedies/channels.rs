//! Remedies for channels that take nothing, and for a service that broke off.

use crate::{Case, Remedies, commands, is_gone, quoted, run};
use std::fs;
use tests::sinks::QuietPort;
use tests::{Office, sqlite};

pub(crate) const CASES: [Case; 2] = [
    Case("a_channel_that_takes_nothing", &[], &["N001", "N002", "N003"], a_channel_that_takes_nothing),
    Case("too_few_channels", &[], &["N004", "N005"], too_few_channels),
];

/// Channels are asked for as long as one is not enough.
fn too_few_channels(remedies: &mut Remedies) {
    let office = Office::small();
    let add = |channel: &str| {
        let configured = fs::read_to_string(office.path("tertib.toml")).unwrap();
        fs::write(office.path("tertib.toml"), configured + "\n[[channel]]\n" + channel).unwrap();
    };
    let found = || {
        let answer = office.run(&["doctor", "--format", "json"]).expect_code_in(&[0, 1], "doctor").json();
        let checks = answer["checks"].as_array().unwrap().clone();
        let of_channels = checks.into_iter().find(|check| check["id"] == "channels").unwrap();
        let found = of_channels["findings"].as_array().unwrap().iter();
        let text = |found: &serde_json::Value, key: &str| found[key].as_str().unwrap().to_owned();
        found.map(|found| (text(found, "code"), text(found, "remedy"))).collect::<Vec<_>>()
    };
    add("name = \"wa\"\ntype = \"webhook\"\npreset = \"fonnte\"\nto = [\"62812\"]\nsecret-file = \"sandi\"\n");
    let told = found();
    for (code, remedy) in &told {
        assert!(remedy.contains("[[channel]]"), "{remedy}");
        remedies.read.insert(code.clone());
    }
    let kind = quoted(&told[1].1)[0];
    assert_eq!(kind, "type = \"email\"");
    add(&format!("name = \"surel\"\n{kind}\nserver = \"127.0.0.1\"\nfrom = \"a@b.id\"\nto = [\"c@b.id\"]\n"));
    assert_eq!(found(), []);
}

fn a_channel_that_takes_nothing(remedies: &mut Remedies) {
    let office = Office::small();
    // Nobody listens there until it is mended.
    let quiet = QuietPort::take();
    let port = quiet.port();
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
    let sink = quiet.listen();
    for command in told.iter().flat_map(|remedy| commands(remedy, &[])).filter(|command| command[1] == "send") {
        run(&office, &command);
    }
    let list = office.run(&["notify", "list"]).expect_code(0);
    is_gone(&list.err, &["N001", "N002"]);
    assert_eq!(sink.taken().iter().filter(|told| told.contains("N003")).count(), 1, "one crash in an hour is told");
}
