//! Mail servers of aiosmtpd on loopback.

use crate::{office, tested};
use std::fs;
use std::time::{Duration, Instant};
use tests::sinks::MailSink;
use tests::tools::Tool;
use tests::{Office, sqlite, sqlite_texts};

tests::part! {
    a_letter_comes_whole needs Tool::Python(&["aiosmtpd"]);
    a_password_travels_encrypted_or_not_at_all needs Tool::Python(&["aiosmtpd"]);
    a_server_that_is_not_who_it_says_gets_nothing needs Tool::Python(&["aiosmtpd"]);
    each_refusal_is_told_by_its_code_and_tried_again needs Tool::Python(&["aiosmtpd"]);
    one_receiver_who_is_refused_does_not_stop_the_others needs Tool::Python(&["aiosmtpd"]);
    a_server_that_falls_silent_is_left_in_time needs Tool::Python(&["aiosmtpd"]);
}

fn mail(sink: &MailSink, more: &str) -> String {
    format!(
        "type = \"email\"\nserver = \"localhost\"\nport = {}\nfrom = \"tertib@kantor.example\"\n\
         to = [\"kepala@kantor.example\"]\n{more}",
        sink.port()
    )
}

fn with_authority(more: &str) -> String {
    format!("ca-file = \"{}\"\n{more}", MailSink::file("authority.pem"))
}

fn a_letter_comes_whole() {
    let sink = MailSink::start("plain", "ours");
    let office = office(&mail(&sink, "security = \"none\""));
    office.run(&["notify", "crash"]).expect_code(0);
    let taken = sink.taken();
    assert_eq!(taken.len(), 1);
    let head = ["kepala@kantor.example plain None\n", "Auto-Submitted: auto-generated", "From: tertib@kantor.example"];
    assert!(head.iter().all(|part| taken[0].contains(part)), "{}", taken[0]);
    let id = sqlite_texts(&office.path("riwayat.sqlite"), "select id from outbox where state = 'sent'").remove(0);
    assert!(id.len() == 64 && taken[0].contains(&format!("Message-ID: <{id}@kantor.example>")), "{}", taken[0]);
    assert!(taken[0].contains("N003") && taken[0].contains("Layanan tertib berhenti"), "{}", taken[0]);
    // A document, as the summary of a month has one.
    let report = office.document("laporan_bulanan", "pdf");
    let letter = format!("json_set(letter, '$.attachment', '{}')", report.display());
    let waits = "state = 'waiting', settled_s = null, not_before_s = 0";
    sqlite(&office.path("riwayat.sqlite"), &format!("update outbox set {waits}, letter = {letter}"));
    office.run(&["notify", "send"]).expect_code(0);
    let taken = sink.taken().remove(1);
    assert!(taken.contains("filename=\"laporan_bulanan_2026-10.pdf\"") && taken.contains("application/pdf"), "{taken}");
    assert!(taken.contains(&format!("<{id}@")), "the same id");
    let encoded: String =
        taken.split("base64\r\n\r\n").last().unwrap().split("\r\n--").next().unwrap().split("\r\n").collect();
    assert_eq!(u64::try_from(encoded.len()).unwrap(), fs::metadata(&report).unwrap().len().div_ceil(3) * 4);
}

fn a_password_travels_encrypted_or_not_at_all() {
    for (security, sink) in [("starttls", MailSink::start("starttls", "ours")), ("tls", MailSink::start("tls", "ours"))]
    {
        let login = format!("security = \"{security}\"\nuser = \"tono\"\npassword-file = \"sandi\"");
        let office = office(&mail(&sink, &with_authority(&login)));
        assert!(tested(&office, 1).contains("the secret cannot be read"));
        fs::write(office.path("sandi"), "rahasia\n").unwrap();
        assert!(tested(&office, 0).ends_with("kepala@kantor.example: sent"));
        assert!(sink.taken()[0].starts_with("kepala@kantor.example tls True\n"), "{}", sink.taken()[0]);
        fs::write(office.path("sandi"), "salah\n").unwrap();
        assert!(tested(&office, 1).ends_with("SMTP 535"));
    }
    // Who offers no STARTTLS gets neither password nor message.
    let sink = MailSink::start("plain", "ours");
    for login in ["", "user = \"tono\"\npassword-file = \"sandi\""] {
        let office = office(&mail(&sink, login));
        fs::write(office.path("sandi"), "rahasia").unwrap();
        assert!(tested(&office, 1).contains("no STARTTLS"));
    }
    let office = office(&mail(&sink, ""));
    office.configure("server = \"localhost\"", "server = \"mail.kantor.example\"\nsecurity = \"none\"");
    office.run(&["notify", "test"]).expect_refusal(&["saluran", "unencrypted = true"]);
    assert!(sink.taken().is_empty());
}

fn a_server_that_is_not_who_it_says_gets_nothing() {
    for security in ["starttls", "tls"] {
        let keys = format!("security = \"{security}\"");
        let (another, unknown) = (MailSink::start(security, "anothers"), MailSink::start(security, "ours"));
        let wrong = [(&another, with_authority(&keys)), (&unknown, keys)];
        for (sink, keys) in wrong {
            let said = tested(&office(&mail(sink, &keys)), 1);
            assert!(said.contains("certificate is not trusted"), "{security}: {said}");
            assert!(sink.taken().is_empty());
        }
    }
}

fn each_refusal_is_told_by_its_code_and_tried_again() {
    let sink = MailSink::start("plain", "ours");
    let office = office(&mail(&sink, "security = \"none\""));
    let history = office.path("riwayat.sqlite");
    let texts = |column: &str| sqlite_texts(&history, &format!("select {column} from outbox"));
    for (n, mode) in ["421", "450", "451", "550", "554"].into_iter().enumerate() {
        sink.answer(mode);
        let ran = office.run(&[["notify", "crash"], ["notify", "send"]][n.min(1)]).expect_code(1);
        assert_eq!(texts("fault"), [format!("SMTP {mode}")]);
        assert!(!format!("{}{}", ran.out, ran.err).contains("1806015708979001"), "{}{}", ran.out, ran.err);
        let later = "cast(not_before_s > unixepoch() + 3600 as text)";
        assert_eq!(texts(later), [u8::from(mode.starts_with('5')).to_string()], "{mode}: what lasts is tried seldom");
    }
    assert!(office.run(&["notify", "list"]).expect_code(1).finds("N002"));
    sink.answer("take");
    office.run(&["notify", "send"]).expect_code(0);
    assert_eq!((texts("state"), sink.taken().len()), (vec!["sent".to_owned()], 1));
}

fn one_receiver_who_is_refused_does_not_stop_the_others() {
    let sink = MailSink::start("plain", "ours");
    let office = office(&mail(&sink, "security = \"none\""));
    office.configure("to = [\"kepala@kantor.example\"]", "to = [\"a@kantor.example\", \"b@kantor.example\"]");
    sink.answer("550");
    office.run(&["notify", "crash"]).expect_code(1);
    sink.answer("take");
    // The first one is tried again in hours; the second one meanwhile.
    sqlite(&office.path("riwayat.sqlite"), "update outbox set not_before_s = 0 where receiver like 'b%'");
    office.run(&["notify", "crash"]).expect_code(0);
    assert_eq!(sink.taken().len(), 1);
    assert!(sink.taken()[0].starts_with("b@kantor.example "));
}

fn a_server_that_falls_silent_is_left_in_time() {
    let sink = MailSink::start("plain", "ours");
    let office: Office = office(&mail(&sink, "security = \"none\""));
    sink.answer("silent");
    let began = Instant::now();
    assert!(tested(&office, 1).contains("does not answer"));
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
}
