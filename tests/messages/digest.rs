//! The job that tells the summary of the day, and the channels that `init` proposes.

use crate::{channel, office};
use std::fs;
use tests::Office;
use tests::sinks::HttpSink;

tests::part! {
    a_day_is_summed_up_in_the_language_of_the_office;
    the_channels_that_init_proposes_can_be_used_as_they_stand;
}

fn a_day_is_summed_up_in_the_language_of_the_office() {
    let sink = HttpSink::start();
    let office = office(&format!(
        "type = \"webhook\"\npreset = \"generic\"\nurl = \"http://127.0.0.1:{}/\"\nat-any-hour = true",
        sink.port()
    ));
    let told = |language: &str| {
        office.run(&["run", "ringkasan"]).expect_code(0);
        office.run(&["notify", "send"]).expect_code(0);
        let request = sink.taken().pop().unwrap();
        let body: serde_json::Value = serde_json::from_str(request.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert_eq!(body["kind"], "daily", "{language}");
        format!("{}\n{}", body["subject"].as_str().unwrap(), body["text"].as_str().unwrap())
    };
    let indonesian = told("id");
    for part in ["Ringkasan", "Arsip: versi ", "Baris data sumber yang tertahan: ", "Tidak ada gangguan yang terbuka."]
    {
        assert!(indonesian.contains(part), "{indonesian}");
    }
    // The summary of one day is told once.
    office.run(&["run", "ringkasan"]).expect_code(0);
    office.run(&["notify", "send"]).expect_code(0);
    assert_eq!(sink.taken().len(), 1);
    office.configure("bahasa = \"id\"", "bahasa = \"en\"");
    office.configure("name = \"saluran\"", "name = \"channel\"");
    let english = told("en");
    for part in ["Summary of", "Archive: version ", "Waiting in quarantine: ", "Nothing is wrong."] {
        assert!(english.contains(part), "{english}");
    }
}

fn the_channels_that_init_proposes_can_be_used_as_they_stand() {
    let office = Office::small();
    let path = office.path("tertib.toml");
    let written = fs::read_to_string(&path).unwrap();
    let (before, channels) = written.split_once("# [[channel]]").unwrap();
    let channels = channels.replace("\n# ", "\n").replace("\n#\n", "\n\n");
    fs::write(&path, format!("{before}[[channel]]{channels}")).unwrap();
    let ran = office.run(&["notify", "test", "--channel", "program"]).expect_code(1);
    assert_eq!(ran.out, "program: not sent: the program cannot be started\n");
    let ran = office.run(&["notify", "test", "--channel", "surat"]);
    ran.expect_refusal(&["no channel `surat`", "surel, whatsapp, program"]);
    channel(&office, "type = \"command\"\nprogram = \"/bin/true\"");
    office.run(&["notify", "test", "--channel", "saluran"]).expect_code(0);
}
