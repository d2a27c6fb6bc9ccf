//! The process that waits for an answer.
//!
//! Rule    the child is killed at its deadline, and at once when this process is asked to stop; its answer waits in memory, and
//!         if it is long in a file without a name, which nobody else can open

use super::order::{Asked, Order};
use crate::itself;
use crate::options::{ArchiveCopy, Where};
use crate::stop;
use anyhow::{Context, Result, anyhow};
use pipeline::{AnswerColumn, Ended, Given};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tempfile::SpooledTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Child;

/// The word by which tertib is called for an answer.
const ANSWER: &str = "answer";
/// The most addresses that a question may take: what its budget of values needs at most, and the program itself.
const MEMORY_BYTES: u64 = 3 << 29;
/// How much of an answer waits in memory.
const IN_MEMORY: usize = 1 << 20;
/// How much is read at once.
const AT_ONCE: usize = 1 << 17;
/// The longest line that is no row.
const LONGEST: u64 = 1 << 20;

/// The limits of a question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The most rows that are given.
    pub(crate) rows: u64,
    /// The time that it may take.
    pub(crate) seconds: u64,
    /// The most bytes of an answer that waits.
    pub(crate) bytes: u64,
    /// Whether it has the processor only while no other program wants it.
    pub(crate) behind: bool,
}

/// Why a question is not answered, in words that are of the question alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

fn refused(words: String) -> anyhow::Error {
    Refused(words).into()
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) asked: Asked,
    pub(crate) columns: Vec<AnswerColumn>,
    /// How many rows the answer has, also those that are not given.
    pub(crate) all: u64,
    lines: BufReader<SpooledTempFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Columns(Vec<AnswerColumn>),
    /// The question cannot be answered.
    Refused(String),
    /// What it is asked of cannot be read.
    Broken(String),
    End(Ended),
}

/// A question, with the values of its parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    /// The SELECT.
    pub(crate) sql: String,
    /// The values of its parameters.
    pub(crate) given: BTreeMap<String, Given>,
}

impl Question {
    /// The question as the log of those who looked has it: the SELECT, and the values of its parameters.
    pub(crate) fn words(&self) -> String {
        let value = |(name, value): (&String, &Given)| match value {
            Given::Text(text) => format!("\n:{name} = '{text}'"),
            Given::Integer(n) => format!("\n:{name} = {n}"),
        };
        self.given.iter().map(value).fold(self.sql.clone(), |words, one| words + &one)
    }
}

/// Lets a child answer a question.
pub(crate) async fn answered(
    question: Question,
    limits: Limits,
    copy: &ArchiveCopy,
    place: &Where,
) -> Result<Answered> {
    carried_out(question, false, limits, copy, place).await
}

/// Lets a child say what a question reads; the answer has no rows.
pub(crate) async fn examined(question: Question, limits: Limits, copy: &ArchiveCopy, place: &Where) -> Result<Asked> {
    Ok(carried_out(question, true, limits, copy, place).await?.asked)
}

async fn carried_out(
    question: Question,
    examined: bool,
    limits: Limits,
    copy: &ArchiveCopy,
    place: &Where,
) -> Result<Answered> {
    let Question { sql, given } = question;
    let order = Order {
        sql,
        given,
        examined,
        most: limits.rows,
        memory_bytes: MEMORY_BYTES,
        // All its threads together; the clock of the wall is kept here.
        seconds: limits.seconds.saturating_mul(4).saturating_add(5),
        parent: i32::try_from(std::process::id()).context("the number of this process is not known")?,
    };
    let mut child = start(copy, place, limits.behind)?;
    let mut spool = SpooledTempFile::new(IN_MEMORY);
    let deadline = Duration::from_secs(limits.seconds);
    let heard = tokio::select! {
        heard = tokio::time::timeout(deadline, hear(&mut child, &order, (&mut spool, limits.bytes))) => heard,
        stopped = stop::asked() => {
            end(&mut child).await;
            return Err(stopped.into());
        }
    };
    let status = match heard {
        Ok(Ok(status)) => status,
        Ok(Err(fault)) => {
            end(&mut child).await;
            return Err(fault);
        }
        Err(_) => {
            end(&mut child).await;
            return Err(refused(format!(
                "the question took longer than {} s and was ended\nask for fewer months with WHERE bulan = '…', or give it more time with --timeout",
                limits.seconds
            )));
        }
    };
    whole(spool, status, order, limits)
}

fn start(copy: &ArchiveCopy, place: &Where, behind: bool) -> Result<Child> {
    let mut command = itself::child()?;
    command.arg(ANSWER);
    if behind {
        command.arg("--behind");
    }
    if let Some(archive) = &copy.archive {
        command.arg("--archive").arg(archive);
    }
    if let Some(config) = &place.config {
        command.arg("--config").arg(config);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    command.spawn().context("what answers questions cannot be started")
}

/// Kills the child, and waits until it has ended.
async fn end(child: &mut Child) {
    // It has ended either way, killed or by itself.
    drop(child.kill().await);
}

/// Gives the order, and takes everything that the child says.
async fn hear(child: &mut Child, order: &Order, (spool, most): (&mut SpooledTempFile, u64)) -> Result<ExitStatus> {
    let mut heard = 0;
    let (orders, answers) = (child.stdin.take(), child.stdout.take());
    let (mut orders, mut answers) = orders.zip(answers).context("what answers questions cannot be heard")?;
    let written = orders.write_all(&serde_json::to_vec(order)?).await;
    drop(orders);
    let mut bytes = vec![0; AT_ONCE];
    loop {
        let n = answers.read(&mut bytes).await.context("the answer breaks off")?;
        if n == 0 {
            break;
        }
        heard += n as u64;
        if heard > most {
            let words = format!("the answer is longer than {} MB\nask for fewer columns or rows", most >> 20);
            return Err(refused(words));
        }
        spool.write_all(&bytes[..n]).context("the answer does not fit into the folder for temporary files")?;
    }
    let status = child.wait().await.context("the end of the child is not known")?;
    // A child that ended before it read its order says why by its end.
    if status.success() {
        written.context("what answers questions takes no order")?;
    }
    Ok(status)
}

/// Reads how the answer begins and ends.
fn whole(mut spool: SpooledTempFile, status: ExitStatus, order: Order, limits: Limits) -> Result<Answered> {
    let length = spool.seek(SeekFrom::End(0))?;
    let tail = length.min(LONGEST);
    spool.seek(SeekFrom::Start(length - tail))?;
    let mut last = Vec::new();
    spool.read_to_end(&mut last)?;
    let last = last.strip_suffix(b"\n").and_then(|lines| lines.rsplit(|byte| *byte == b'\n').next());
    let end = match last.and_then(|line| serde_json::from_slice(line).ok()) {
        Some(Line::End(end)) if status.success() => end,
        Some(Line::Refused(reason)) => return Err(refused(reason)),
        Some(Line::Broken(reason)) => return Err(anyhow!(reason)),
        _ => return Err(broken_off(status)),
    };
    spool.seek(SeekFrom::Start(0))?;
    let mut lines = BufReader::with_capacity(AT_ONCE, spool);
    let mut head = String::new();
    lines.read_line(&mut head)?;
    let Ok(Line::Columns(columns)) = serde_json::from_str(&head) else { return Err(broken_off(status)) };
    let Ended { rows: all, sha256: digest, views, columns: read, months } = end;
    let asked = Asked { sql: order.sql, views, columns: read, months, digest, rows: all.min(limits.rows) };
    Ok(Answered { asked, columns, all, lines })
}

/// Why a child ended without an answer.
fn broken_off(status: ExitStatus) -> anyhow::Error {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    match signal {
        Some(signal) => refused(format!(
            "the question was ended by signal {signal}; it needs more than {} MB of memory\nask for fewer columns or rows, with WHERE in a subquery",
            MEMORY_BYTES >> 20
        )),
        None => refused(format!(
            "the question was not answered ({status})\nask for fewer columns or rows, with WHERE in a subquery"
        )),
    }
}

impl Answered {
    /// Begins again with the first row.
    pub(crate) fn rewind(&mut self) -> std::io::Result<()> {
        self.lines.seek(SeekFrom::Start(0))?;
        self.lines.read_line(&mut String::new())?;
        Ok(())
    }

    /// Returns the next row.
    pub(crate) fn row(&mut self) -> std::io::Result<Option<Vec<Value>>> {
        let mut line = String::new();
        self.lines.read_line(&mut line)?;
        if !line.starts_with('[') {
            return Ok(None);
        }
        Ok(Some(serde_json::from_str(&line)?))
    }
}
