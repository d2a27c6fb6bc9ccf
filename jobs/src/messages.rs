//! Messages: what changed is told through the channels of the office, and nothing that was to be told is lost.
//!
//! Reads   the conditions that last, the rules by which they are told, the channels and their answers
//! Gives   rows of the tables `alert` and `outbox`, and messages that were sent
//!
//! Invariant: what is to be told is written in one transaction with the alert that it tells, and is sent from there.
//! Invariant: a message has one id for all its attempts. It is sent at least once; who gets it twice sees the same id.
//! Invariant: a text is made of codes, counts, times and the words of the facts, never of an error or of a row.

mod alerts;
mod delivery;
mod hours;
mod outbox;
#[cfg(test)]
mod tests;
pub(crate) mod words;

pub(crate) use delivery::{Delivered, Pace};
pub(crate) use outbox::Unsent;

use crate::channel::{Channel, Letter, Tells};
use crate::condition::Condition;
use crate::config::JobSection;
use crate::workspace::Workspace;
use anyhow::Result;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use schemas::document::Provenance;
use schemas::{Facts, Language, Month, Severity};
use sqlx::{Connection, SqliteConnection};
use std::path::PathBuf;
use std::sync::Arc;
use words::Words;

/// What tells and to whom. It holds no state: that is in the history, whose connection (or transaction) each call is given.
#[derive(Clone, Debug)]
pub(crate) struct Messages {
    facts: Arc<Facts>,
    language: Language,
    channels: Vec<Channel>,
    jobs: Vec<JobSection>,
    zone: Tz,
    /// The office in two lines of its letterhead, and where it is.
    office: String,
    place: String,
    reports: PathBuf,
    lock: PathBuf,
}

/// What the summary of a day tells. What is not known is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Day {
    /// How far the archive reaches.
    pub archive: Option<Provenance>,
    /// Rows in quarantine.
    pub quarantined: Option<u64>,
    /// Messages that wait.
    pub unsent: usize,
}

/// What became of a message that was sent past the outbox.
#[derive(Clone, Debug)]
pub(crate) struct Tried {
    /// Through which channel.
    pub channel: String,
    /// To whom.
    pub receiver: String,
    /// Why it was not taken, if it was not.
    pub answer: Result<(), String>,
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Something is wrong.
    Alarm,
    /// It is still wrong.
    Reminder,
    /// It is right again.
    Recovery,
    /// `serve` broke off.
    Crash,
    /// A monthly report is ready.
    Report,
    /// The summary of a day.
    Daily,
    /// The sign of life of a week.
    Weekly,
    /// What did not fit into a day.
    Digest,
    /// An attempt that a person asked for.
    Test,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Alarm => "alarm",
            Self::Reminder => "reminder",
            Self::Recovery => "recovery",
            Self::Crash => "crash",
            Self::Report => "report",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Digest => "digest",
            Self::Test => "test",
        }
    }

    fn goes_through(self, channel: &Channel) -> bool {
        let tells = match self {
            Self::Alarm | Self::Reminder | Self::Recovery | Self::Crash => Tells::Alarms,
            Self::Report => Tells::Reports,
            Self::Daily => Tells::Daily,
            Self::Weekly => Tells::Weekly,
            Self::Digest | Self::Test => return true,
        };
        channel.tells.contains(&tells)
    }
}

/// A message before it is known who receives it.
struct Draft<'a> {
    kind: Kind,
    /// What it is about, and since when: with the office and the receiver they make its id.
    key: &'a str,
    since: String,
    /// The message of the same key and instant that it goes on from.
    goes_on_from: Option<Kind>,
    severity: Severity,
    code: &'a str,
    subject: String,
    text: String,
    attachment: Option<PathBuf>,
    at_any_hour: bool,
    /// A channel that is not told, since it is what the message is about.
    not_through: Option<&'a str>,
}

/// A job that is due as seldom as this, in seconds, or less often, is seldom.
const SELDOM_S: i64 = 7 * 86_400;

impl Messages {
    /// The channels, rules and words of an office.
    ///
    /// # Errors
    /// When a channel of the configuration cannot be meant.
    pub(crate) fn open(workspace: &Workspace) -> Result<Self> {
        let config = &workspace.config;
        Ok(Self {
            channels: Channel::all(&config.channels, &workspace.facts.presets, &config.folder)?,
            facts: Arc::clone(&workspace.facts),
            language: config.bahasa,
            jobs: config.jobs.clone(),
            zone: config.zone(),
            office: format!("{}\n{}", config.office.dinas, config.office.pemerintah),
            place: config.office.tempat.clone(),
            reports: config.reports_path(),
            lock: config.history_path().with_file_name(".messages.lock"),
        })
    }

    /// Compares the conditions of now with what was told, and writes the messages of every change: an alarm when one has come, a
    /// reminder on each later working day, the end with its duration; and once a week the sign of life. All or nothing of it.
    ///
    /// # Errors
    /// When the history cannot be written.
    pub(crate) async fn observe(
        &self,
        db: &mut SqliteConnection,
        conditions: &[Condition],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut transaction = db.begin().await?;
        outbox::keep_in_time(&mut transaction, now).await?;
        alerts::observe(self, &mut transaction, conditions, now).await?;
        self.sign_of_life(&mut transaction, now).await?;
        Ok(transaction.commit().await?)
    }

    /// Sends what is due, oldest first, each receiver for itself. `None` where another process is sending.
    ///
    /// # Errors
    /// When the history cannot be read or written. A message that is not taken is no error: it is tried again.
    pub(crate) async fn deliver(
        &self,
        db: &mut SqliteConnection,
        pace: Pace,
        now: DateTime<Utc>,
    ) -> Result<Option<Delivered>> {
        delivery::deliver(self, db, pace, now).await
    }

    /// What is wrong with the channels themselves: N001 messages that were given up, N002 messages that are not taken.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub(crate) async fn conditions(&self, db: &mut SqliteConnection) -> Result<Vec<Condition>> {
        let mut conditions = Vec::new();
        for channel in &self.channels {
            conditions.extend(outbox::conditions(db, &channel.name).await?);
        }
        Ok(conditions)
    }

    /// The messages that wait or were given up, oldest first.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub(crate) async fn unsent(&self, db: &mut SqliteConnection) -> Result<Vec<Unsent>> {
        outbox::unsent(db).await
    }

    /// Tells that the documents of a month are ready, with the monthly report, in which residents are masked. The same report is
    /// told once.
    ///
    /// # Errors
    /// When the history cannot be written.
    pub(crate) async fn report_ready(&self, db: &mut SqliteConnection, month: Month, now: DateTime<Utc>) -> Result<()> {
        let report = self.reports.join(month.to_string()).join(format!("laporan_bulanan_{month}.pdf"));
        let bytes = pipeline::read_file(&report, crate::channel::LONGEST_ATTACHMENT_BYTES).ok();
        let words = self.words();
        let (subject, text) = words.report(month, bytes.is_some());
        let draft = Draft {
            kind: Kind::Report,
            key: &format!("report/{month}"),
            since: bytes.as_deref().map(pipeline::sha256).unwrap_or_default(),
            goes_on_from: None,
            severity: Severity::Info,
            code: "",
            subject,
            text,
            attachment: bytes.is_some().then_some(report),
            at_any_hour: false,
            not_through: None,
        };
        let mut transaction = db.begin().await?;
        self.add(&mut transaction, &draft, now).await?;
        Ok(transaction.commit().await?)
    }

    /// Tells that `serve` broke off, at most once an hour.
    ///
    /// # Errors
    /// When the history cannot be written.
    pub(crate) async fn crashed(&self, db: &mut SqliteConnection, now: DateTime<Utc>) -> Result<()> {
        let mut transaction = db.begin().await?;
        let (subject, text) = self.words().alarm("N003", "", now, 1);
        self.add(&mut transaction, &self.crash(subject, text, now), now).await?;
        Ok(transaction.commit().await?)
    }

    fn crash(&self, subject: String, text: String, now: DateTime<Utc>) -> Draft<'static> {
        Draft {
            kind: Kind::Crash,
            key: "N003/",
            since: now.format("%Y-%m-%dT%H").to_string(),
            goes_on_from: None,
            severity: Severity::Error,
            code: "N003",
            subject,
            text,
            attachment: None,
            at_any_hour: true,
            not_through: None,
        }
    }

    /// Tells the summary of a day, which a newer one supersedes, and what is wrong now.
    ///
    /// # Errors
    /// When the history cannot be read or written.
    pub(crate) async fn daily(&self, db: &mut SqliteConnection, day: &Day, now: DateTime<Utc>) -> Result<()> {
        let mut transaction = db.begin().await?;
        outbox::supersede(&mut transaction, Kind::Daily.word(), "daily", now).await?;
        let open = alerts::open(&mut transaction).await?;
        let (subject, text) = self.words().daily(&open, day, now);
        let since = self.words().date(now);
        self.add(&mut transaction, &plain(Kind::Daily, "daily", since, subject, text), now).await?;
        Ok(transaction.commit().await?)
    }

    /// Sends a message to every receiver, or to those of one channel, at once and past the outbox; what each answered.
    pub(crate) async fn test(&self, only: Option<&str>, now: DateTime<Utc>) -> Vec<Tried> {
        let (subject, text) = self.words().test();
        let draft = plain(Kind::Test, "test", now.to_rfc3339(), subject, text);
        self.send_past_the_outbox(&draft, only, now).await
    }

    /// The same for the news that `serve` broke off, where the history is what cannot be written.
    pub(crate) async fn crashed_without_history(&self, now: DateTime<Utc>) -> Vec<Tried> {
        let (subject, text) = self.words().alarm("N003", "", now, 1);
        self.send_past_the_outbox(&self.crash(subject, text, now), None, now).await
    }

    /// The names of the channels.
    pub(crate) fn channels(&self) -> impl Iterator<Item = &str> {
        self.channels.iter().map(|channel| channel.name.as_str())
    }

    async fn send_past_the_outbox(&self, draft: &Draft<'_>, only: Option<&str>, now: DateTime<Utc>) -> Vec<Tried> {
        let mut answers = Vec::new();
        for channel in self.channels.iter().filter(|channel| only.is_none_or(|only| channel.name == only)) {
            for to in channel.to.iter().filter(|_| draft.kind.goes_through(channel)) {
                let letter = self.letter(draft, &channel.name, to, now);
                let answer = delivery::attempt(channel, to, letter).await.map_err(|refusal| refusal.reason);
                answers.push(Tried { channel: channel.name.clone(), receiver: to.clone(), answer });
            }
        }
        answers
    }

    async fn sign_of_life(&self, db: &mut SqliteConnection, now: DateTime<Utc>) -> Result<()> {
        if self.channels.is_empty() || hours::next_open(&self.facts, now) > now {
            return Ok(());
        }
        let week = self.words().week(now);
        if outbox::has(db, Kind::Weekly.word(), &week).await? {
            return Ok(());
        }
        outbox::supersede_all(db, Kind::Weekly.word(), now).await?;
        let open = alerts::open(db).await?;
        let (subject, text) = self.words().weekly(&open, now);
        self.add(db, &plain(Kind::Weekly, &week, week.clone(), subject, text), now).await
    }

    /// Writes a message for each receiver whom it concerns.
    async fn add(&self, db: &mut SqliteConnection, draft: &Draft<'_>, now: DateTime<Utc>) -> Result<()> {
        for channel in &self.channels {
            if !draft.kind.goes_through(channel) || draft.not_through == Some(channel.name.as_str()) {
                continue;
            }
            let at_any_hour = draft.at_any_hour || channel.at_any_hour;
            let not_before = if at_any_hour { now } else { hours::next_open(&self.facts, now) };
            for to in &channel.to {
                let letter = self.letter(draft, &channel.name, to, now);
                outbox::add(db, (&channel.name, to), draft, &letter, not_before, now).await?;
            }
        }
        Ok(())
    }

    fn letter(&self, draft: &Draft<'_>, channel: &str, to: &str, now: DateTime<Utc>) -> Letter {
        let id = |kind: Kind| {
            let parts = [&self.office, channel, to, draft.key, kind.word(), &draft.since];
            let mut all = Vec::new();
            for part in parts {
                all.extend(u64::try_from(part.len()).unwrap_or_default().to_be_bytes());
                all.extend(part.bytes());
            }
            pipeline::sha256(&all)
        };
        Letter {
            id: id(draft.kind),
            in_reply_to: draft.goes_on_from.map(id),
            written: now,
            office: self.office.replace('\n', ", "),
            kind: draft.kind.word().to_owned(),
            severity: words::severity(draft.severity).to_owned(),
            code: draft.code.to_owned(),
            subject: draft.subject.clone(),
            text: draft.text.clone(),
            attachment: draft.attachment.clone(),
        }
    }

    fn words(&self) -> Words<'_> {
        Words {
            speech: self.facts.speech(self.language),
            zone: self.facts.zone,
            place: &self.place,
            office: &self.office,
        }
    }

    /// Whether it is a job that is due once a week or less often.
    fn is_seldom(&self, job: &str, now: DateTime<Utc>) -> bool {
        let Some(job) = self.jobs.iter().find(|known| known.name == job) else { return false };
        let Ok(plan) = job.plan(self.zone) else { return false };
        let next = |after_s| plan.schedule.next(after_s, &self.facts.clock).ok();
        let due_s = next(now.timestamp());
        due_s.zip(due_s.and_then(next)).is_some_and(|(due_s, after_s)| after_s - due_s >= SELDOM_S)
    }
}

fn plain(kind: Kind, key: &str, since: String, subject: String, text: String) -> Draft<'_> {
    Draft {
        kind,
        key,
        since,
        goes_on_from: None,
        severity: Severity::Info,
        code: "",
        subject,
        text,
        attachment: None,
        at_any_hour: false,
        not_through: None,
    }
}
