//! Delivery: the outbox is emptied, one receiver after the other and one message after the other.
//!
//! A server that cannot be reached is asked for its oldest message only, and less and less often; a message that is refused for good
//! lets the others pass.

use super::{Draft, Kind, Messages, Unsent, outbox, plain};
use crate::channel::{Channel, Letter, Refusal};
use crate::clock;
use anyhow::{Context, Result};
use chrono::{DateTime, Duration, Utc};
use sqlx::{Connection, SqliteConnection};
use std::fs::{File, TryLockError};

/// The first pause after an attempt that failed; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::minutes(1);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::hours(6);

/// Which messages are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Those that are due.
    Due,
    /// All that wait or were given up, as a person asks for.
    AtOnce,
}

/// What a delivery did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivered {
    /// Messages that were taken.
    pub sent: u64,
    /// Messages that were not.
    pub refused: u64,
    /// Messages that were given up.
    pub given_up: u64,
}

pub(super) async fn deliver(
    messages: &Messages,
    db: &mut SqliteConnection,
    pace: Pace,
    now: DateTime<Utc>,
) -> Result<Option<Delivered>> {
    let mut delivered = Delivered::default();
    let Some(lock) = lock(messages)? else { return Ok(None) };
    outbox::keep_in_time(db, now).await?;
    if pace == Pace::AtOnce {
        outbox::take_up(db, now).await?;
    }
    for channel in &messages.channels {
        for to in &channel.to {
            let mut line = Line { messages, channel, to, pace, now, delivered: &mut delivered };
            line.deliver(db).await?;
        }
    }
    // Not by closing it alone: a program that is being started in another thread holds a copy of it for a moment.
    lock.unlock().with_context(|| format!("cannot unlock {}", messages.lock.display()))?;
    Ok(Some(delivered))
}

/// Whoever holds it sends; the kernel frees it however that process ends.
fn lock(messages: &Messages) -> Result<Option<File>> {
    let failed = || format!("cannot lock {}", messages.lock.display());
    let file = File::options().create(true).truncate(false).write(true).open(&messages.lock).with_context(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(fault)) => Err(fault).with_context(failed),
    }
}

/// The messages of one receiver.
struct Line<'a> {
    messages: &'a Messages,
    channel: &'a Channel,
    to: &'a str,
    pace: Pace,
    now: DateTime<Utc>,
    delivered: &'a mut Delivered,
}

impl Line<'_> {
    async fn deliver(&mut self, db: &mut SqliteConnection) -> Result<()> {
        let mut rows = outbox::unsent(db).await?;
        rows.retain(|row| !row.given_up && row.channel == self.channel.name && row.receiver == self.to);
        let today = self.messages.facts.zone.date(self.now.timestamp()).unwrap_or_default();
        let midnight = clock::instant(self.messages.facts.zone.start_s(today));
        let sent = outbox::sent_since(db, &self.channel.name, self.to, midnight).await?;
        let mut left = self.channel.most_a_day.saturating_sub(sent);
        for (at, row) in rows.iter().enumerate() {
            let is_digest = row.kind == Kind::Digest.word();
            if self.pace == Pace::Due && row.not_before > self.now {
                // Behind a message that nobody takes the others wait; one that waits for the morning lets urgent ones pass.
                if row.attempts > 0 && !row.lasting {
                    break;
                }
                continue;
            }
            if left == 0 && !is_digest {
                if let Some(digest) = self.sum_up(db, &rows[at..], midnight).await? {
                    self.send(db, &digest).await?.ok();
                }
                break;
            }
            match self.send(db, row).await? {
                Ok(()) if !is_digest => left -= 1,
                Ok(()) => {}
                Err(refusal) if refusal.lasting => {}
                Err(_) => break,
            }
        }
        self.delivered.given_up += outbox::give_up(db, &self.channel.name, self.to, self.now).await?;
        Ok(())
    }

    /// Tries one message, and writes how that ended.
    async fn send(&mut self, db: &mut SqliteConnection, row: &Unsent) -> Result<Result<(), Refusal>> {
        outbox::begin(db, &row.id, self.now + pause(row.attempts)).await?;
        let letter = self.messages.with_document(row.letter.clone());
        let answer = attempt(self.channel, self.to, letter).await;
        match &answer {
            Ok(()) => {
                outbox::sent(db, &row.id, self.now).await?;
                self.delivered.sent += 1;
            }
            Err(refusal) => {
                let next = if refusal.lasting { self.now + LONGEST_PAUSE } else { self.now };
                outbox::refused(db, &row.id, &refusal.reason, refusal.lasting, next).await?;
                self.delivered.refused += 1;
                tracing::warn!(channel = self.channel.name, attempt = row.attempts + 1, "not sent: {}", refusal.reason);
            }
        }
        Ok(answer)
    }

    /// Makes one message of those that are due today though the receiver had enough; none when that was done today.
    async fn sum_up(
        &self,
        db: &mut SqliteConnection,
        rows: &[Unsent],
        midnight: DateTime<Utc>,
    ) -> Result<Option<Unsent>> {
        let is_due = |row: &&Unsent| {
            row.kind != Kind::Digest.word() && (self.pace == Pace::AtOnce || row.not_before <= self.now)
        };
        let due: Vec<&Unsent> = rows.iter().filter(is_due).collect();
        let subjects: Vec<String> = due.iter().map(|row| row.subject.clone()).collect();
        let (subject, text) = self.messages.words().digest(&subjects, self.channel.most_a_day);
        let key = format!("digest/{}/{}/{}", self.channel.name, self.to, midnight.timestamp());
        if outbox::has(db, Kind::Digest.word(), &key).await? {
            return Ok(None);
        }
        let draft: Draft<'_> = plain(Kind::Digest, &key, midnight.timestamp().to_string(), subject, text);
        let letter = self.messages.letter(&draft, &self.channel.name, self.to, self.now);
        let mut transaction = db.begin().await?;
        outbox::add(&mut transaction, (&self.channel.name, self.to), &draft, &letter, self.now, self.now).await?;
        for row in due {
            outbox::sum_up(&mut transaction, &row.id, &letter.id, self.now).await?;
        }
        transaction.commit().await?;
        let rows = outbox::unsent(db).await?;
        Ok(rows.into_iter().find(|row| row.id == letter.id))
    }
}

impl Messages {
    /// The letter without its document, where that has gone.
    fn with_document(&self, letter: Letter) -> Letter {
        match &letter.attachment {
            Some(path) if !path.is_file() => {
                let text = format!("{}\n{}", self.words().without_document(), letter.text);
                Letter { text, attachment: None, ..letter }
            }
            _ => letter,
        }
    }
}

/// Sends in a thread of its own, which is not waited for longer than a channel may take.
pub(super) async fn attempt(channel: &Channel, to: &str, letter: Letter) -> Result<(), Refusal> {
    let deadline = channel.deadline(&letter);
    let (channel, to) = (channel.clone(), to.to_owned());
    let sent = tokio::task::spawn_blocking(move || channel.send(&to, &letter));
    match tokio::time::timeout(deadline, sent).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(Refusal { lasting: false, reason: "sending broke off".to_owned() }),
        Err(_) => Err(Refusal { lasting: false, reason: "the other side does not answer".to_owned() }),
    }
}

fn pause(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts).unwrap_or_default().min(10);
    (FIRST_PAUSE * 2_i32.pow(doublings)).min(LONGEST_PAUSE)
}
