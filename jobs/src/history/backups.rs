//! Backups, trials of restoring them, and the copy of the key on paper, as the history keeps them.

use super::History;
use anyhow::{Context, Result};
use chrono::{DateTime, SecondsFormat, Utc};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, query};
use std::path::Path;

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordKind {
    /// The target was seen in the configuration for the first time.
    Configured,
    /// A backup.
    Backup,
    /// A trial of restoring one.
    Drill,
    /// The copy of the key on paper was compared with the key.
    Key,
}

impl RecordKind {
    const ALL: [Self; 4] = [Self::Configured, Self::Backup, Self::Drill, Self::Key];

    fn word(self) -> &'static str {
        match self {
            Self::Configured => "configured",
            Self::Backup => "backup",
            Self::Drill => "drill",
            Self::Key => "key",
        }
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordOutcome {
    /// All is well.
    Done,
    /// There are findings: with a number the backup was made all the same, without one it was refused.
    Findings,
    /// It could not run.
    Failed,
    /// The disk is not plugged in, or there is nothing to be tried.
    Absent,
}

impl RecordOutcome {
    const ALL: [Self; 4] = [Self::Done, Self::Findings, Self::Failed, Self::Absent];

    /// Its word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Findings => "findings",
            Self::Failed => "failed",
            Self::Absent => "absent",
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BackupRecord {
    /// The name of the target; empty for the key.
    pub target: String,
    /// Where it is. Under the same name another place is another target.
    pub place: String,
    pub kind: RecordKind,
    /// When it ended.
    pub at: DateTime<Utc>,
    pub outcome: RecordOutcome,
    /// The findings.
    pub codes: Vec<String>,
    /// One line for a person.
    pub message: String,
    /// The number of the backup.
    pub number: Option<u64>,
    /// The version of the archive.
    pub version: Option<u64>,
    /// Its head.
    pub head: Option<String>,
    /// How many files were put or read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Whether a trial read all that the target holds.
    pub whole: bool,
}

impl BackupRecord {
    /// A record of something that gave nothing yet.
    pub(crate) fn new(
        (target, place): (&str, &str),
        kind: RecordKind,
        at: DateTime<Utc>,
        outcome: RecordOutcome,
    ) -> Self {
        let (codes, message) = (Vec::new(), String::new());
        let (target, place) = (target.to_owned(), place.to_owned());
        Self {
            target,
            place,
            kind,
            at,
            outcome,
            codes,
            message,
            number: None,
            version: None,
            head: None,
            files: 0,
            bytes: 0,
            whole: false,
        }
    }
}

impl History {
    /// Keeps a record.
    pub(crate) async fn keep_backup(&mut self, record: &BackupRecord) -> Result<()> {
        let insert = query(
            "insert into backups (target, place, kind, at, outcome, codes, message, number, version, head, files, bytes, whole) \
             values (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        );
        let number = |number: Option<u64>| number.map(i64::try_from).transpose();
        insert
            .bind(&record.target)
            .bind(&record.place)
            .bind(record.kind.word())
            .bind(record.at.to_rfc3339_opts(SecondsFormat::Secs, true))
            .bind(record.outcome.word())
            .bind(record.codes.join(" "))
            .bind(&record.message)
            .bind(number(record.number)?)
            .bind(number(record.version)?)
            .bind(&record.head)
            .bind(i64::try_from(record.files)?)
            .bind(i64::try_from(record.bytes)?)
            .bind(record.whole)
            .execute(&mut self.db)
            .await?;
        Ok(())
    }

    /// All records of a target at its place, the oldest first; those of the key under empty names.
    pub(crate) async fn backups(&mut self, (target, place): (&str, &str)) -> Result<Vec<BackupRecord>> {
        let select = query(
            "select target, place, kind, at, outcome, codes, message, number, version, head, files, bytes, whole \
             from backups where target = ? and place = ? order by id",
        );
        let rows = select.bind(target).bind(place).fetch_all(&mut self.db).await?;
        rows.iter().map(record).collect()
    }

    /// The history as one file, as it is at this moment, made beside it.
    pub(crate) async fn snapshot(&mut self, beside: &Path) -> Result<Vec<u8>> {
        let scratch = tempfile::Builder::new().prefix(".tertib-").tempdir_in(beside);
        let scratch = scratch.with_context(|| format!("cannot write in {}", beside.display()))?;
        let path = scratch.path().join("riwayat.sqlite");
        let into = path.to_str().context("the path of the history is not UTF-8")?;
        query("vacuum into ?").bind(into).execute(&mut self.db).await?;
        Ok(std::fs::read(&path)?)
    }
}

fn record(row: &SqliteRow) -> Result<BackupRecord> {
    let word = |column: &str| row.try_get::<String, _>(column);
    let number =
        |column: &str| row.try_get::<Option<i64>, _>(column).map(|number| number.and_then(|n| u64::try_from(n).ok()));
    let (kind, outcome) = (word("kind")?, word("outcome")?);
    let unknown = |word: &str| format!("the history holds the unknown word `{word}`");
    Ok(BackupRecord {
        target: word("target")?,
        place: word("place")?,
        kind: RecordKind::ALL.into_iter().find(|k| k.word() == kind).with_context(|| unknown(&kind))?,
        at: word("at")?.parse()?,
        outcome: RecordOutcome::ALL.into_iter().find(|o| o.word() == outcome).with_context(|| unknown(&outcome))?,
        codes: word("codes")?.split_whitespace().map(str::to_owned).collect(),
        message: word("message")?,
        number: number("number")?,
        version: number("version")?,
        head: row.try_get("head")?,
        files: number("files")?.unwrap_or_default(),
        bytes: number("bytes")?.unwrap_or_default(),
        whole: row.try_get("whole")?,
    })
}
