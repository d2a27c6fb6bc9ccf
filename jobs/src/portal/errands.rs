//! What takes long and is done for visitors: the archive is verified or compared, a bundle is made. Each by a child process, and what
//! it gave is kept for a while.
//!
//! Rule    one errand runs at a time: it takes the machine. What it gave says when, and is of the archive as it was then
//!
//! Invariant: whoever cancels an errand, or goes out of the program, leaves no child behind.

use super::office::Office;
use super::runner::{Order, Subject, Told};
use super::spool::{AT_ONCE, Spool};
use crate::itself;
use crate::messages::words::without_persons;
use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, FixedOffset};
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Child;
use tokio::sync::Notify;

/// The hidden command by which tertib runs an errand of a portal.
const ERRAND: &str = "errand";
/// No errand takes longer.
const DEADLINE: Duration = Duration::from_secs(3_600);
/// So many errands are kept.
const KEPT: usize = 14;
/// For how long what an errand gave is kept.
const LONGEST_KEPT: Duration = Duration::from_secs(2 * 3_600);

/// An errand.
#[derive(Debug)]
pub(super) struct Errand {
    subject: Subject,
    /// The account and the name of who asked for it.
    pub(super) account: String,
    pub(super) by: String,
    pub(super) asked_at: DateTime<FixedOffset>,
    began: Instant,
    standing: Mutex<Standing>,
    /// Told when it is cancelled.
    ending: Notify,
}

/// How an errand stands.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    /// So much of so much is done; nothing is known at first.
    Running(Option<(u64, u64)>),
    /// It is done.
    Done(Arc<Done>),
    /// Why it could not be done, in the program's words.
    Failed(String),
    /// Who asked for it has cancelled it.
    Cancelled,
}

/// What an errand gave.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) value: Value,
    /// The same as files, by their names.
    pub(super) files: Vec<(String, Spool)>,
    pub(super) took: Duration,
}

/// The last errand of each subject, and the last bundle of each account, the latest last.
#[derive(Debug, Default)]
pub(super) struct Errands {
    all: Mutex<Vec<Arc<Errand>>>,
}

impl Errand {
    /// How it stands.
    pub(super) fn standing(&self) -> Standing {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Since when it runs.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Ends it where it runs, and its child with it.
    pub(super) fn cancel(&self) {
        if self.becomes(Standing::Cancelled) {
            self.ending.notify_one();
        }
    }

    /// Whether it runs.
    fn goes_on(&self) -> bool {
        matches!(self.standing(), Standing::Running(_))
    }

    fn is_bundle_of(&self, account: &str) -> bool {
        matches!(self.subject, Subject::Bundle(_)) && self.account == account
    }

    /// It stands so from now on, where it is not over.
    fn becomes(&self, next: Standing) -> bool {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let goes_on = matches!(*standing, Standing::Running(_));
        if goes_on {
            *standing = next;
        }
        goes_on
    }
}

impl Errands {
    /// Those that are not forgotten yet.
    fn all(&self) -> MutexGuard<'_, Vec<Arc<Errand>>> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|errand| errand.goes_on() || errand.elapsed() < LONGEST_KEPT);
        all
    }

    /// The last errand of a subject.
    pub(super) fn of(&self, subject: &Subject) -> Option<Arc<Errand>> {
        self.all().iter().find(|errand| errand.subject == *subject).cloned()
    }

    /// The last bundle that an account wanted.
    pub(super) fn bundle_of(&self, account: &str) -> Option<Arc<Errand>> {
        self.all().iter().find(|errand| errand.is_bundle_of(account)).cloned()
    }

    /// Whether an errand runs.
    pub(super) fn is_busy(&self) -> bool {
        is_busy(&self.all())
    }

    /// Begins an errand for somebody, who has an account and a name; not where another one runs.
    pub(super) fn begin(
        &self,
        office: &Office,
        (subject, kept): (Subject, String),
        (account, by): (&str, &str),
        asked_at: DateTime<FixedOffset>,
    ) -> bool {
        let mut all = self.all();
        if is_busy(&all) {
            return false;
        }
        let errand = Arc::new(Errand {
            subject: subject.clone(),
            account: account.to_owned(),
            by: by.to_owned(),
            asked_at,
            began: Instant::now(),
            standing: Mutex::new(Standing::Running(None)),
            ending: Notify::new(),
        });
        let is_bundle = matches!(subject, Subject::Bundle(_));
        all.retain(|other| other.subject != subject && !(is_bundle && other.is_bundle_of(account)));
        if all.len() >= KEPT {
            all.remove(0);
        }
        all.push(Arc::clone(&errand));
        drop(all);
        let parent = std::process::id().cast_signed();
        let order = Order { parent, subject, kept, is_copy: office.is_copy() };
        let config = office.config();
        tokio::spawn(async move {
            match run(&errand, config, &order).await {
                Ok(Some(done)) => drop(errand.becomes(Standing::Done(Arc::new(done)))),
                // It was cancelled.
                Ok(None) => {}
                Err(fault) => {
                    tracing::warn!("an errand of the pages was not done: {fault:#}");
                    errand.becomes(Standing::Failed(without_persons(&format!("{fault:#}"))));
                }
            }
        });
        true
    }
}

fn is_busy(all: &[Arc<Errand>]) -> bool {
    all.iter().any(|errand| errand.goes_on())
}

/// Lets a child run; nothing where it is cancelled. The child is over when this is.
async fn run(errand: &Errand, config: Option<PathBuf>, order: &Order) -> Result<Option<Done>> {
    let mut child = itself::child()?;
    child.arg(ERRAND);
    if let Some(config) = config {
        child.arg("--config").arg(config);
    }
    child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
    let mut child = child.spawn().context("cannot start an errand")?;
    let done = tokio::select! {
        done = told(errand, &mut child, order) => done.map(Some),
        () = errand.ending.notified() => Ok(None),
        () = tokio::time::sleep(DEADLINE) => Err(anyhow!("it took more than {} minutes", DEADLINE.as_secs() / 60)),
    };
    child.kill().await.context("an errand cannot be ended")?;
    done
}

/// What the child tells.
async fn told(errand: &Errand, child: &mut Child, order: &Order) -> Result<Done> {
    let mut line = serde_json::to_vec(order).context("an order cannot be written")?;
    line.push(b'\n');
    let mut orders = child.stdin.take().context("an errand takes no order")?;
    orders.write_all(&line).await.context("an errand takes no order")?;
    drop(orders);
    let mut told = BufReader::new(child.stdout.take().context("an errand says nothing")?);
    loop {
        line.clear();
        told.read_until(b'\n', &mut line).await.context("an errand says nothing")?;
        match serde_json::from_slice(&line).context("an errand broke off")? {
            Told::At(done, of) => drop(errand.becomes(Standing::Running(Some((done, of))))),
            Told::Fault(fault) => bail!(fault),
            Told::Done(value, names) => {
                let mut files = Vec::new();
                for (name, length) in names {
                    files.push((name, kept(&mut told, length).await?));
                }
                return Ok(Done { value, files, took: errand.elapsed() });
            }
        }
    }
}

/// Keeps so many bytes aside.
async fn kept(from: &mut (impl AsyncRead + Unpin), length: u64) -> Result<Spool> {
    const UNKEPT: &str = "what an errand gave cannot be kept";
    let mut spool = tempfile::tempfile().context(UNKEPT)?;
    let (mut left, mut from, mut piece) = (length, from.take(length), vec![0; AT_ONCE]);
    while left > 0 {
        let n = from.read(&mut piece).await.context("an errand broke off")?;
        if n == 0 {
            bail!("an errand broke off");
        }
        let piece = piece.get(..n).unwrap_or_default();
        tokio::task::block_in_place(|| spool.write_all(piece)).context(UNKEPT)?;
        left -= n as u64;
    }
    Spool::of(spool)
}
