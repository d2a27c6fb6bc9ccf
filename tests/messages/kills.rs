//! `tertib` is killed while it sends: every message arrives, and who gets one twice sees the same id.

use crate::office;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tests::sinks::HttpSink;
use tests::{sqlite, sqlite_number};

tests::part! {
    a_thousand_messages_survive_kills;
}

const MESSAGES: i64 = 1_000;

fn a_thousand_messages_survive_kills() {
    let sink = HttpSink::start();
    let url = format!("url = \"http://127.0.0.1:{}/\"", sink.port());
    let office =
        office(&format!("type = \"webhook\"\npreset = \"generic\"\n{url}\nmost-a-day = 100000\nok = \"/status\""));
    // One message as the program writes it, then a thousand like it.
    sink.answer(500, "");
    office.run(&["notify", "crash"]).expect_code(1);
    sink.answer(200, "{\"status\":true}");
    let history = office.path("riwayat.sqlite");
    sqlite(
        &history,
        &format!(
            "insert into outbox (id, channel, receiver, kind, key, letter, made_s, not_before_s)
             with recursive n(n) as (select 1 union all select n + 1 from n where n < {MESSAGES})
             select printf('%064d', n), channel, receiver, kind, key, json_set(letter, '$.id', printf('%064d', n)), made_s, 0
             from outbox, n where state = 'waiting';
             delete from outbox where attempts > 0"
        ),
    );
    let before = sink.taken().len();
    let (began, mut kills) = (Instant::now(), 0_u64);
    while sqlite_number(&history, "select count(*) from outbox where state = 'waiting'") > 0 {
        assert!(began.elapsed() < Duration::from_secs(300), "it takes too long");
        let mut child = office.spawn(&["notify", "send"]);
        let until = Instant::now() + Duration::from_millis(120 + kills * 37 % 400);
        while child.try_wait().unwrap().is_none() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            kills += 1;
        }
        child.wait().unwrap();
    }
    assert_eq!(sqlite_number(&history, "select count(*) from outbox where state = 'sent'"), MESSAGES);
    let mut arrived: BTreeMap<String, u64> = BTreeMap::new();
    for request in &sink.taken()[before..] {
        let lower = request.to_lowercase();
        let id = lower.lines().find_map(|line| line.strip_prefix("idempotency-key: ")).unwrap();
        assert!(request.contains(&format!("\"id\":\"{id}\"")), "{request}");
        *arrived.entry(id.to_owned()).or_default() += 1;
    }
    let doubled: u64 = arrived.values().map(|times| times - 1).sum();
    assert_eq!(arrived.len(), usize::try_from(MESSAGES).unwrap(), "{kills} kills");
    assert!(kills > 3 && doubled <= kills, "{doubled} doubled by {kills} kills");
}
