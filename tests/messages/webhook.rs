//! Services on loopback that take requests, or say that they do not.

use crate::{channel, office, tested};
use std::fs;
use std::time::{Duration, Instant};
use tests::Office;
use tests::sinks::{HttpSink, MailSink};
use tests::tools::Tool;

tests::part! {
    each_preset_sends_what_its_service_wants;
    a_service_that_is_not_who_it_says_gets_nothing needs Tool::Python(&["aiosmtpd"]);
    an_answer_of_200_is_not_yet_a_message;
    a_service_that_falls_silent_is_left_in_time;
    a_request_of_the_office_is_checked_before_it_is_needed;
}

fn preset(name: &str, sink: &HttpSink, more: &str) -> String {
    let port = sink.port();
    format!("type = \"webhook\"\npreset = \"{name}\"\nurl = \"http://127.0.0.1:{port}/kirim\"\n{more}")
}

fn each_preset_sends_what_its_service_wants() {
    let sent = |name: &str, more: &str, answer: &str| {
        let sink = HttpSink::start();
        sink.answer(200, answer);
        let office = office(&preset(name, &sink, more));
        fs::write(office.path("rahasia"), "kunci-123\n").unwrap();
        assert!(tested(&office, 0).ends_with("sent"));
        sink.taken().remove(0)
    };
    let telegram = sent("telegram", "to = [\"-100200\"]\nsecret-file = \"rahasia\"", "{\"ok\":true}");
    let body: serde_json::Value = serde_json::from_str(telegram.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!((&body["chat_id"], &body["disable_web_page_preview"]), (&"-100200".into(), &true.into()));
    assert!(body["text"].as_str().unwrap().starts_with("[tertib Kota Agung] Pesan percobaan\n\nPesan ini diminta"));
    let fonnte = sent("fonnte", "to = [\"628120001\"]\nsecret-file = \"rahasia\"", "{\"status\":true}");
    for part in [
        "Authorization: kunci-123",
        "application/x-www-form-urlencoded",
        "message=%5Btertib+Kota+Agung%5D+Pesan",
        "&target=628120001",
    ] {
        assert!(fonnte.to_lowercase().contains(&part.to_lowercase()), "{part} in {fonnte}");
    }
    let ntfy = sent("ntfy", "to = [\"tertib\"]", "{}");
    assert!(ntfy.contains("\"topic\":\"tertib\"") && !ntfy.contains("uthorization"), "{ntfy}");
    let slack = sent("slack", "", "ok");
    assert!(slack.contains("{\"text\":\"[tertib"), "{slack}");
    let generic = sent("generic", "headers = { X-Kantor = \"{{ kind }}\" }", "");
    let id = generic.lines().find_map(|line| line.to_lowercase().strip_prefix("idempotency-key: ").map(str::to_owned));
    assert!(
        generic.contains(&format!("\"id\":\"{}\"", id.unwrap())) && generic.to_lowercase().contains("x-kantor: test")
    );
}

/// Any server that speaks TLS will do: the request must not come so far that it could answer it.
fn a_service_that_is_not_who_it_says_gets_nothing() {
    for (certificate, authority) in [("anothers", true), ("ours", false)] {
        let server = MailSink::start("tls", certificate);
        let trusted =
            if authority { format!("ca-file = \"{}\"", MailSink::file("authority.pem")) } else { String::new() };
        let office = office(&format!(
            "type = \"webhook\"\npreset = \"generic\"\nurl = \"https://localhost:{}/\"\n{trusted}",
            server.port()
        ));
        assert!(tested(&office, 1).contains("certificate of the service is not trusted"));
    }
    // With the authority and the right name the handshake succeeds, and what answers is no HTTP.
    let server = MailSink::start("tls", "ours");
    let office = office(&format!(
        "type = \"webhook\"\npreset = \"generic\"\nurl = \"https://localhost:{}/\"\nca-file = \"{}\"",
        server.port(),
        MailSink::file("authority.pem")
    ));
    assert!(tested(&office, 1).contains("broke off"));
}

fn an_answer_of_200_is_not_yet_a_message() {
    let sink = HttpSink::start();
    let office = office(&preset("fonnte", &sink, "to = [\"628120001\"]\nsecret-file = \"rahasia\""));
    fs::write(office.path("rahasia"), "kunci-123").unwrap();
    for (status, body, says) in [
        (
            200,
            "{\"status\":false,\"reason\":\"disconnected device 1806015708979001\"}",
            "HTTP 200, but /status is false",
        ),
        (200, "<html>Masuk</html>", "HTTP 200, but /status of the answer is not true"),
        (200, "{\"status\":\"true\"}", "not true"),
        (302, "", "HTTP 302"),
        (429, "", "HTTP 429"),
        (500, "{\"status\":true}", "HTTP 500"),
        (401, "kunci-123", "HTTP 401"),
    ] {
        sink.answer(status, body);
        let ran = office.run(&["notify", "test"]).expect_code(1);
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains(says) && !said.contains("1806015708979001") && !said.contains("kunci-123"), "{said}");
    }
    sink.answer(200, "{\"status\":true}");
    assert!(tested(&office, 0).ends_with("sent"));
}

fn a_service_that_falls_silent_is_left_in_time() {
    let sink = HttpSink::start();
    sink.fall_silent();
    let office = office(&preset("generic", &sink, ""));
    let began = Instant::now();
    assert!(tested(&office, 1).contains("does not answer"));
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
}

fn a_request_of_the_office_is_checked_before_it_is_needed() {
    for (keys, says) in [
        ("type = \"webhook\"", "`url` is missing"),
        ("type = \"webhook\"\npreset = \"generic\"", "`url` is missing"),
        ("type = \"webhook\"\npreset = \"wablas\"", "there is no preset `wablas`; known are `telegram`"),
        ("type = \"webhook\"\npreset = \"telegram\"\nto = [\"1\"]", "secret (with `secret-file`)"),
        ("type = \"webhook\"\npreset = \"generic\"\nurl = \"http://kantor.example/\"", "unencrypted = true"),
        (
            "type = \"webhook\"\nurl = \"https://kantor.example/\"\nbody = { teks = \"{{ isi }}\" }",
            "a template cannot be filled in",
        ),
        (
            "type = \"webhook\"\nurl = \"https://kantor.example/\"\nbody = { teks = \"{{ text\" }",
            "a template cannot be filled in",
        ),
        ("type = \"webhook\"\nurl = \"https://kantor.example/\"\nserver = \"x\"", "`server` is for type = \"email\""),
        ("type = \"email\"\nfrom = \"a@b.example\"\nto = [\"c@d.example\"]", "`server` is missing"),
        (
            "type = \"email\"\nserver = \"localhost\"\nfrom = \"a@b.example\"\nto = [\"c\"]",
            "`c` of `to` is no e-mail address",
        ),
        (
            "type = \"email\"\nserver = \"localhost\"\nfrom = \"a@b.example\"\nto = [\"c@d.example\"]\nuser = \"x\"",
            "go together",
        ),
        ("type = \"command\"", "`program` is missing"),
        ("type = \"pigeon\"", "`pigeon` is no word for this key"),
        ("type = \"command\"\nprogramme = \"x\"", "there is no key `programme`"),
    ] {
        office(keys).run(&["notify", "test"]).expect_refusal(&["tertib.toml", says]);
    }
    let twice = office("type = \"command\"\nprogram = \"/bin/true\"");
    channel(&twice, "type = \"command\"\nprogram = \"/bin/true\"");
    twice.run(&["status"]).expect_refusal(&["two channels are called `saluran`"]);
    Office::small().run(&["notify", "test"]).expect_refusal(&["no [[channel]]"]);
}
