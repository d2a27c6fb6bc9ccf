//! What a clock that stands in another year does to messages, and what it does not.

use super::*;

#[test]
fn a_clock_in_another_century_loses_and_repeats_nothing() {
    run(async {
        let (sink, port) = Sink::start();
        sink.refuses.store(true, Ordering::Relaxed);
        let mut office = Told::new(&generic("wa", port, "tells = [\"alarms\"]"), "").await;
        let at = utc("2026-12-01T03:00:00Z");
        let condition = [failing(2, "2026-12-01T03:00:00Z")];
        office.both(&condition, at).await;
        office.both(&condition, utc("2099-06-01T03:00:00Z")).await;
        assert!(office.unsent().await.iter().all(|message| !message.given_up));
        sink.refuses.store(false, Ordering::Relaxed);
        office.both(&condition, at + Duration::minutes(5)).await;
        office.both(&condition, at + Duration::hours(8)).await;
        assert_eq!((sink.count(Kind::Alarm), office.unsent().await.len()), (1, 0));
        // The reminder of the next day is not kept back for seventy years.
        office.both(&condition, at + Duration::days(1)).await;
        office.both(&[], at + Duration::days(1)).await;
        assert_eq!(sink.count(Kind::Recovery), 1);
    });
}

#[test]
fn only_a_clock_that_is_believed_forgets_what_was_told() {
    run(async {
        let (sink, port) = Sink::start();
        let mut office = Told::new(&generic("wa", port, "tells = [\"weekly\"]"), "").await;
        let (at, then) = (utc("2026-12-01T03:00:00Z"), utc("2099-06-02T03:00:00Z"));
        for now in [at, then, at + Duration::hours(1)] {
            office.both(&[], now).await;
        }
        assert_eq!(sink.count(Kind::Weekly), 2, "that of this week once, and that of 2099");
        office.history.believe_clock(then.timestamp()).await.unwrap();
        office.observe(&[], then).await;
        let select = sqlx::query_as("select count(*) from outbox");
        let left: (i64,) = select.fetch_one(office.history.connection()).await.unwrap();
        assert_eq!(left, (1,), "after seventy years what was told is forgotten");
    });
}

#[test]
fn what_was_told_by_a_clock_that_began_anew_is_remembered() {
    run(async {
        let (sink, port) = Sink::start();
        let mut office = Told::new(&generic("wa", port, "tells = [\"alarms\"]"), "").await;
        let (at, battery) = (utc("2026-12-01T03:00:00Z"), utc("2020-01-02T03:00:00Z"));
        let condition = [failing(2, "2026-12-01T03:00:00Z")];
        office.history.believe_clock(at.timestamp()).await.unwrap();
        office.both(&[], at).await;
        office.both(&condition, battery).await;
        assert_eq!(sink.count(Kind::Alarm), 1);
        office.both(&condition, at + Duration::minutes(5)).await;
        office.both(&[], at + Duration::minutes(6)).await;
        let select = sqlx::query_as("select kind from outbox order by rowid");
        let left: Vec<(String,)> = select.fetch_all(office.history.connection()).await.unwrap();
        assert_eq!(left.iter().map(|(kind,)| kind.as_str()).collect::<Vec<_>>(), ["alarm", "recovery"]);
        // What ends while the clock shows 2020 is not begun before it ended.
        office.both(&condition, battery).await;
        office.both(&[], battery).await;
        office.both(&[], at + Duration::minutes(7)).await;
        assert_eq!((sink.count(Kind::Alarm), sink.count(Kind::Recovery)), (2, 2));
    });
}

/// A clock that runs ahead again and again may show the same instant each time.
#[test]
fn each_alarm_is_told_even_if_it_comes_at_the_same_instant() {
    run(async {
        let (sink, port) = Sink::start();
        let mut office = Told::new(&generic("wa", port, "tells = [\"alarms\"]"), "").await;
        let (mut at, ahead) = (utc("2026-12-01T03:00:00Z"), utc("2099-06-01T03:00:00Z"));
        for n in 1..=3 {
            office.both(&[], at).await;
            office.both(&[failing(2, "2099-06-01T03:00:00Z")], ahead).await;
            at += Duration::days(28);
            office.both(&[], at).await;
            assert_eq!((sink.count(Kind::Alarm), sink.count(Kind::Recovery)), (n, n));
        }
    });
}
