//! Programs of the office that are given messages.

use crate::{office, tested};
use std::fs;
use std::time::{Duration, Instant};

tests::part! {
    a_program_is_given_the_message_and_nothing_else;
    a_program_that_does_not_end_is_ended_with_what_it_started;
}

fn a_program_is_given_the_message_and_nothing_else() {
    let office =
        office("type = \"command\"\nprogram = \"/bin/sh\"\narguments = [\"-c\", \"cat > terima; env > lingkungan\"]");
    let place = office.folder().display().to_string();
    office.configure(
        "cat > terima; env > lingkungan",
        &format!("cat > {place}/terima; /usr/bin/env > {place}/lingkungan"),
    );
    assert!(tested(&office, 0).ends_with("sent"));
    let told: serde_json::Value = serde_json::from_slice(&fs::read(office.path("terima")).unwrap()).unwrap();
    assert!(told["subject"].as_str().unwrap().contains("Pesan percobaan") && told["kind"] == "test", "{told}");
    let environment = fs::read_to_string(office.path("lingkungan")).unwrap();
    assert!(!environment.contains("HOME") && !environment.contains("CARGO"), "{environment}");
    office.configure("type = \"command\"\nprogram = \"/bin/sh\"", "type = \"command\"\nprogram = \"/bin/false\"");
    assert!(tested(&office, 1).ends_with("the program ended with code 1"));
    office.configure("program = \"/bin/false\"", "program = \"/bin/tidak-ada\"");
    assert!(tested(&office, 1).ends_with("the program cannot be started"));
}

fn a_program_that_does_not_end_is_ended_with_what_it_started() {
    let keys = "type = \"command\"\nprogram = \"/bin/sh\"\ndeadline-seconds = 1\narguments = [\"-c\", \"WAIT\"]";
    let office = office(keys);
    let late = office.place("terlambat");
    office.configure("WAIT", &format!("(/bin/sleep 4; echo > {late}) & wait"));
    let began = Instant::now();
    assert!(tested(&office, 1).ends_with("did not end in time"));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    std::thread::sleep(Duration::from_secs(5));
    assert!(!office.path("terlambat").exists(), "what it started went on");
}
