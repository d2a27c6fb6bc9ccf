//! Alerts: conditions that were told, as rows that remember since when and when last.

use super::{Draft, Kind, Messages, hours, outbox};
use crate::clock;
use crate::condition::Condition;
use anyhow::Result;
use chrono::{DateTime, Duration, Utc};
use schemas::Severity;
use sqlx::{SqliteConnection, query, query_as};
use std::collections::BTreeMap;

/// An alarm in the afternoon is not repeated the next morning as if it were a day old.
const BETWEEN_REMINDERS: Duration = Duration::hours(12);

/// Something that was told to be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alert {
    pub(super) key: String,
    pub(super) code: String,
    pub(super) about: String,
    pub(super) since: DateTime<Utc>,
    pub(super) told: DateTime<Utc>,
    pub(super) count: u64,
    /// How often it had come and gone before.
    pub(super) times_before: i64,
}

/// What is wrong now, the oldest first.
pub(super) async fn open(db: &mut SqliteConnection) -> Result<Vec<Alert>> {
    let select = "select key, code, about, since_s, told_s, count, times_before from alert where ended_s is null order by since_s, key";
    let rows: Vec<(String, String, String, i64, i64, i64, i64)> = query_as(select).fetch_all(db).await?;
    let read = |(key, code, about, since, told, count, times_before)| {
        let (since, told) = (clock::instant(since), clock::instant(told));
        Ok(Alert { key, code, about, since, told, count: u64::try_from(count)?, times_before })
    };
    rows.into_iter().map(read).collect()
}

pub(super) async fn observe(
    messages: &Messages,
    db: &mut SqliteConnection,
    conditions: &[Condition],
    now: DateTime<Utc>,
) -> Result<()> {
    let lasting: BTreeMap<String, &Condition> = conditions.iter().map(|of| (of.key(), of)).collect();
    let mut open: BTreeMap<String, Alert> =
        open(db).await?.into_iter().map(|alert| (alert.key.clone(), alert)).collect();
    for (key, condition) in lasting {
        match open.remove(&key) {
            Some(alert) => go_on(messages, db, &alert, condition.count, now).await?,
            None => begin(messages, db, &key, condition, now).await?,
        }
    }
    for alert in open.into_values() {
        end(messages, db, &alert, now).await?;
    }
    Ok(())
}

/// Tells a condition that has come, once it has been met often enough.
async fn begin(
    messages: &Messages,
    db: &mut SqliteConnection,
    key: &str,
    condition: &Condition,
    now: DateTime<Utc>,
) -> Result<()> {
    let rule = messages.facts.message_rules.of(condition.code);
    let after = if messages.is_seldom(&condition.of, now) { rule.after_seldom } else { rule.after };
    if condition.count < after {
        return Ok(());
    }
    // The same condition that comes back does not say that it is as old as the last one.
    let last: Option<(i64, i64)> =
        query_as("select ended_s, times_before from alert where key = ?").bind(key).fetch_optional(&mut *db).await?;
    let known = clock::instant(outbox::known_s(db, now).await?);
    let since = condition.since.min(known);
    let alert = Alert {
        key: key.to_owned(),
        code: condition.code.to_owned(),
        about: condition.of.clone(),
        since: last.map_or(since, |(ended, _)| since.max(clock::instant(ended))),
        told: known,
        count: condition.count,
        times_before: last.map_or(0, |(_, times_before)| times_before + 1),
    };
    let insert = query(
        "insert into alert (key, code, about, since_s, told_s, count) values (?, ?, ?, ?, ?, ?) on conflict (key) do update \
         set since_s = excluded.since_s, told_s = excluded.told_s, count = excluded.count, ended_s = null, \
         times_before = times_before + 1",
    );
    let count = i64::try_from(condition.count)?;
    let insert = insert.bind(key).bind(condition.code).bind(&condition.of).bind(alert.since.timestamp());
    insert.bind(known.timestamp()).bind(count).execute(&mut *db).await?;
    let told = messages.words().alarm(&alert.code, &alert.about, alert.since, condition.count);
    tell(messages, db, Kind::Alarm, &alert, told, now).await
}

/// Reminds of a condition that lasts: on each day on which the office is open, not before it opens.
async fn go_on(
    messages: &Messages,
    db: &mut SqliteConnection,
    alert: &Alert,
    count: u64,
    now: DateTime<Utc>,
) -> Result<()> {
    query("update alert set count = ? where key = ?")
        .bind(i64::try_from(count)?)
        .bind(&alert.key)
        .execute(&mut *db)
        .await?;
    let date = |at: DateTime<Utc>| messages.facts.zone.date(at.timestamp());
    let is_due = date(alert.told) < date(now)
        && now - alert.told >= BETWEEN_REMINDERS
        && hours::next_open(&messages.facts, now) <= now;
    if !is_due {
        return Ok(());
    }
    let told_s = outbox::known_s(db, now).await?;
    query("update alert set told_s = ? where key = ?").bind(told_s).bind(&alert.key).execute(&mut *db).await?;
    outbox::supersede(db, Kind::Reminder.word(), &alert.key, now).await?;
    let alert = Alert { count, ..alert.clone() };
    let told = messages.words().reminder(&alert, now);
    tell(messages, db, Kind::Reminder, &alert, told, now).await
}

async fn end(messages: &Messages, db: &mut SqliteConnection, alert: &Alert, now: DateTime<Utc>) -> Result<()> {
    let ended_s = outbox::known_s(db, now).await?.max(alert.since.timestamp());
    query("update alert set ended_s = ? where key = ?").bind(ended_s).bind(&alert.key).execute(&mut *db).await?;
    outbox::supersede(db, Kind::Reminder.word(), &alert.key, now).await?;
    let told = messages.words().recovery(alert, now);
    tell(messages, db, Kind::Recovery, alert, told, now).await
}

async fn tell(
    messages: &Messages,
    db: &mut SqliteConnection,
    kind: Kind,
    alert: &Alert,
    (subject, text): (String, String),
    now: DateTime<Utc>,
) -> Result<()> {
    // Each time that it comes has ids of its own, even if a clock shows the same instant again.
    let since = match alert.times_before {
        0 => alert.since.timestamp().to_string(),
        n => format!("{} {n}", alert.since.timestamp()),
    };
    let severity = messages.words().speech.finding(&alert.code).severity;
    let draft = Draft {
        kind,
        key: &alert.key,
        // Reminders of one alert differ by their day.
        since: if kind == Kind::Reminder { format!("{since} {}", messages.words().date(now)) } else { since },
        goes_on_from: (kind == Kind::Recovery).then_some(Kind::Alarm),
        severity: if kind == Kind::Recovery { Severity::Info } else { severity },
        code: &alert.code,
        subject,
        text,
        attachment: None,
        at_any_hour: kind != Kind::Reminder && messages.facts.message_rules.of(&alert.code).at_any_hour,
        not_through: ["N001", "N002"].contains(&alert.code.as_str()).then_some(alert.about.as_str()),
    };
    messages.add(db, &draft, now).await
}
