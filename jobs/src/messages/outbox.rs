//! The outbox: messages as rows, from the moment when they are to be told until they are settled.

use super::Draft;
use crate::channel::Letter;
use crate::clock;
use crate::condition::Condition;
use anyhow::{Context, Result};
use chrono::{DateTime, Duration, Utc};
use sqlx::{SqliteConnection, query, query_as};

/// After which time a message that nobody takes is given up.
const PATIENCE: Duration = Duration::days(7);

/// A clock that is wrong for a moment gives nothing up: so many attempts take a day at least.
const FEWEST_ATTEMPTS: i64 = 12;

/// How long settled messages and ended alerts are kept, by a clock that is believed.
const KEPT: Duration = Duration::days(400);

/// The longest that a message may wait for the office to open. More is the mark of a clock that ran ahead.
const LONGEST_REST: Duration = Duration::days(60);

/// After how many attempts it is a condition that a channel takes nothing.
const ATTEMPTS_OF_A_CONDITION: i64 = 3;

/// A message that waits, or was given up.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Unsent {
    /// Its id.
    #[serde(skip)]
    pub(super) id: String,
    /// Through which channel.
    pub channel: String,
    /// To whom.
    pub receiver: String,
    /// What kind of message it is.
    pub kind: String,
    /// Its subject.
    pub subject: String,
    /// The message itself.
    #[serde(skip)]
    pub(super) letter: Letter,
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// Whether it was given up; it is tried again when a person asks for it.
    pub given_up: bool,
    /// When it is tried next, at the earliest.
    pub not_before: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: i64,
    /// Whether the last answer would be the same soon.
    #[serde(skip)]
    pub(super) lasting: bool,
    /// Why it was not taken.
    pub fault: String,
}

/// Brings back what a clock that ran ahead put into the future, and removes what is long settled. It writes first, so that the
/// transaction around it waits for other writers at its beginning.
pub(super) async fn keep_in_time(db: &mut SqliteConnection, now: DateTime<Utc>) -> Result<()> {
    let at = now.timestamp();
    let rest = (now + LONGEST_REST).timestamp();
    let update = query("update outbox set not_before_s = ? where state = 'waiting' and not_before_s > ?");
    update.bind(at).bind(rest).execute(&mut *db).await?;
    // For a clock that fell back everything would lie in the future.
    let known = known_s(db, now).await?;
    let tomorrow = known + Duration::hours(26).num_seconds();
    for statement in [
        "update outbox set made_s = ? where state = 'waiting' and made_s > ?",
        "update outbox set settled_s = ? where settled_s > ?",
        "update alert set told_s = ? where ended_s is null and told_s > ?",
        "update alert set since_s = ? where ended_s is null and since_s > ?",
        "update alert set ended_s = ? where ended_s > ?",
    ] {
        query(statement).bind(known).bind(tomorrow).execute(&mut *db).await?;
    }
    // By a clock that ran ahead everything would be old.
    for statement in [
        "delete from outbox where settled_s < (select min(at_s, ?) from clock_belief) - ?",
        "delete from alert where ended_s < (select min(at_s, ?) from clock_belief) - ?",
    ] {
        query(statement).bind(at).bind(KEPT.num_seconds()).execute(&mut *db).await?;
    }
    Ok(())
}

/// The time that is written beside what is settled: not one before the clock was last believed, by which it would be old at once.
pub(super) async fn known_s(db: &mut SqliteConnection, now: DateTime<Utc>) -> Result<i64> {
    let (believed_s,): (Option<i64>,) = query_as("select max(at_s) from clock_belief").fetch_one(db).await?;
    Ok(believed_s.map_or(now.timestamp(), |believed_s| believed_s.max(now.timestamp())))
}

/// Writes a message for one receiver; one of the same id is there already and stays as it is.
pub(super) async fn add(
    db: &mut SqliteConnection,
    (channel, receiver): (&str, &str),
    draft: &Draft<'_>,
    letter: &Letter,
    not_before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let insert = query(
        "insert into outbox (id, channel, receiver, kind, key, letter, made_s, not_before_s) values (?, ?, ?, ?, ?, ?, ?, ?) \
         on conflict (id) do nothing",
    );
    let insert = insert.bind(&letter.id).bind(channel).bind(receiver).bind(draft.kind.word()).bind(draft.key);
    let insert = insert.bind(serde_json::to_string(letter)?).bind(now.timestamp()).bind(not_before.timestamp());
    insert.execute(db).await?;
    Ok(())
}

/// What waits of a kind about a key is said by a newer message.
pub(super) async fn supersede(db: &mut SqliteConnection, kind: &str, key: &str, now: DateTime<Utc>) -> Result<()> {
    let update =
        "update outbox set state = 'superseded', settled_s = ? where state = 'waiting' and kind = ? and key = ?";
    let settled_s = known_s(db, now).await?;
    query(update).bind(settled_s).bind(kind).bind(key).execute(db).await?;
    Ok(())
}

/// The same of a kind, whatever it is about.
pub(super) async fn supersede_all(db: &mut SqliteConnection, kind: &str, now: DateTime<Utc>) -> Result<()> {
    let update = "update outbox set state = 'superseded', settled_s = ? where state = 'waiting' and kind = ?";
    let settled_s = known_s(db, now).await?;
    query(update).bind(settled_s).bind(kind).execute(db).await?;
    Ok(())
}

/// Whether a message of a kind about a key was written.
pub(super) async fn has(db: &mut SqliteConnection, kind: &str, key: &str) -> Result<bool> {
    let select = query("select 1 from outbox where kind = ? and key = ? limit 1");
    Ok(select.bind(kind).bind(key).fetch_optional(db).await?.is_some())
}

/// The messages that wait or were given up, oldest first.
pub(super) async fn unsent(db: &mut SqliteConnection) -> Result<Vec<Unsent>> {
    type Row = (String, String, String, String, String, bool, i64, i64, i64, bool, String);
    let select = "select id, channel, receiver, kind, letter, state = 'given-up', made_s, not_before_s, attempts, lasting, fault from outbox \
                  where state in ('waiting', 'given-up') order by made_s, rowid";
    let rows: Vec<Row> = query_as(select).fetch_all(db).await?;
    let read = |(id, channel, receiver, kind, letter, given_up, made, not_before, attempts, lasting, fault): Row| {
        let letter: Letter = serde_json::from_str(&letter).context("the outbox of the history cannot be read")?;
        Ok(Unsent {
            id,
            channel,
            receiver,
            kind,
            subject: letter.subject.clone(),
            letter,
            since: clock::instant(made),
            given_up,
            not_before: clock::instant(not_before),
            attempts,
            lasting,
            fault,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Takes up again what was given up, as if it were new.
pub(super) async fn take_up(db: &mut SqliteConnection, now: DateTime<Utc>) -> Result<()> {
    let update =
        "update outbox set state = 'waiting', settled_s = null, attempts = 0, made_s = ? where state = 'given-up'";
    query(update).bind(now.timestamp()).execute(db).await?;
    Ok(())
}

/// Writes that an attempt begins, and when the next one would be. An attempt that never ends counts too.
pub(super) async fn begin(db: &mut SqliteConnection, id: &str, next: DateTime<Utc>) -> Result<()> {
    let update = query("update outbox set attempts = attempts + 1, lasting = 0, not_before_s = ? where id = ?");
    update.bind(next.timestamp()).bind(id).execute(db).await?;
    Ok(())
}

/// Writes that a message was taken.
pub(super) async fn sent(db: &mut SqliteConnection, id: &str, now: DateTime<Utc>) -> Result<()> {
    let update = query("update outbox set state = 'sent', settled_s = ?, fault = '' where id = ?");
    let settled_s = known_s(db, now).await?;
    update.bind(settled_s).bind(id).execute(db).await?;
    Ok(())
}

/// Writes why a message was not taken.
pub(super) async fn refused(
    db: &mut SqliteConnection,
    id: &str,
    fault: &str,
    lasting: bool,
    next: DateTime<Utc>,
) -> Result<()> {
    let update = query("update outbox set fault = ?, lasting = ?, not_before_s = max(not_before_s, ?) where id = ?");
    update.bind(fault).bind(lasting).bind(next.timestamp()).bind(id).execute(db).await?;
    Ok(())
}

/// Gives up what a receiver's channel did not take for a week, with all that waited behind it as long.
pub(super) async fn give_up(
    db: &mut SqliteConnection,
    channel: &str,
    receiver: &str,
    now: DateTime<Utc>,
) -> Result<u64> {
    let update = query(
        "update outbox set state = 'given-up', settled_s = ?1 where state = 'waiting' and channel = ?2 and receiver = ?3 \
         and made_s <= ?4 and exists (select 1 from outbox where state = 'waiting' and channel = ?2 and receiver = ?3 \
         and made_s <= ?4 and attempts >= ?5)",
    );
    let settled_s = known_s(db, now).await?;
    let update = update.bind(settled_s).bind(channel).bind(receiver).bind((now - PATIENCE).timestamp());
    Ok(update.bind(FEWEST_ATTEMPTS).execute(db).await?.rows_affected())
}

/// How many messages a receiver got since an instant, without those that sum up others or were asked for.
pub(super) async fn sent_since(
    db: &mut SqliteConnection,
    channel: &str,
    receiver: &str,
    since: DateTime<Utc>,
) -> Result<u32> {
    let select = query_as(
        "select count(*) from outbox where state = 'sent' and channel = ? and receiver = ? and settled_s >= ? \
         and kind <> 'digest'",
    );
    let (count,): (i64,) = select.bind(channel).bind(receiver).bind(since.timestamp()).fetch_one(db).await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Writes that a message is summed up in another.
pub(super) async fn sum_up(db: &mut SqliteConnection, id: &str, digest: &str, now: DateTime<Utc>) -> Result<()> {
    let update = query("update outbox set state = 'summed-up', settled_s = ?, summed_up_in = ? where id = ?");
    let settled_s = known_s(db, now).await?;
    update.bind(settled_s).bind(digest).bind(id).execute(db).await?;
    Ok(())
}

/// What is wrong with a channel: it has taken nothing since messages were given up; it does not take what it is offered.
pub(super) async fn conditions(db: &mut SqliteConnection, channel: &str) -> Result<Vec<Condition>> {
    let last = query_as("select coalesce(max(settled_s), 0) from outbox where state = 'sent' and channel = ?");
    let (last,): (i64,) = last.bind(channel).fetch_one(&mut *db).await?;
    let given_up = query_as(
        "select min(settled_s), count(*) from outbox where state = 'given-up' and channel = ? and settled_s > ?",
    );
    let given_up: (Option<i64>, i64) = given_up.bind(channel).bind(last).fetch_one(&mut *db).await?;
    // Attempts of messages that were settled otherwise count too, or it would end whenever another message comes first.
    let stuck = query_as(
        "select min(made_s), count(*) filter (where settled_s is null), sum(attempts) >= ?3 or max(lasting) from outbox \
         where state <> 'sent' and channel = ?1 and attempts > 0 and (settled_s is null or settled_s > ?2)",
    );
    let stuck = stuck.bind(channel).bind(last).bind(ATTEMPTS_OF_A_CONDITION);
    let (since, count, is_stuck): (Option<i64>, i64, Option<bool>) = stuck.fetch_one(db).await?;
    let mut conditions = Vec::new();
    let mut push = |code, since: Option<i64>, count: i64| -> Result<()> {
        if let Some(since) = since {
            conditions.push(Condition {
                code,
                of: channel.to_owned(),
                since: clock::instant(since),
                count: u64::try_from(count)?,
            });
        }
        Ok(())
    };
    push("N001", given_up.0, given_up.1)?;
    push("N002", since.filter(|_| is_stuck == Some(true)), count.max(1))?;
    Ok(conditions)
}
