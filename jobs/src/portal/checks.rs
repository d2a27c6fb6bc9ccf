//! What is verified and compared for visitors: each by a child process, and what was found is kept for whoever may ask for it.
//!
//! Rule    one check runs at a time: it takes the machine. What was found says when, and is of the archive as it was then
//!
//! Invariant: whoever cancels a check, or goes out of the program, leaves no child behind.

use super::checker::{Order, Subject, Told};
use super::office::Office;
use crate::itself;
use crate::messages::words::without_persons;
use anyhow::{Context, Result, anyhow, bail};
use axum::body::Bytes;
use chrono::{DateTime, FixedOffset};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Child;
use tokio::sync::Notify;

/// The hidden command by which tertib checks for a portal.
const CHECK: &str = "check";
/// No check takes longer.
const DEADLINE: Duration = Duration::from_secs(3_600);
/// Of so many subjects the last check is kept.
const KEPT: usize = 14;

/// A check.
#[derive(Debug)]
pub(super) struct Check {
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

/// How a check stands.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    /// So much of so much is done; nothing is known at first.
    Running(Option<(u64, u64)>),
    /// It is done.
    Found(Arc<Found>),
    /// Why it could not be done, in the program's words.
    Failed(String),
    /// Who asked for it has cancelled it.
    Cancelled,
}

/// What a check found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) value: Value,
    /// The same as files, by their names.
    pub(super) files: Vec<(String, Bytes)>,
    pub(super) took: Duration,
}

/// The last check of each subject, the latest last.
#[derive(Debug, Default)]
pub(super) struct Checks {
    all: Mutex<Vec<Arc<Check>>>,
}

impl Check {
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

impl Checks {
    fn all(&self) -> MutexGuard<'_, Vec<Arc<Check>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last check of a subject.
    pub(super) fn of(&self, subject: Subject) -> Option<Arc<Check>> {
        self.all().iter().find(|check| check.subject == subject).cloned()
    }

    /// Whether a check runs.
    pub(super) fn is_busy(&self) -> bool {
        is_busy(&self.all())
    }

    /// Begins a check by somebody, who has an account and a name; not where another one runs.
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
        let check = Arc::new(Check {
            subject,
            account: account.to_owned(),
            by: by.to_owned(),
            asked_at,
            began: Instant::now(),
            standing: Mutex::new(Standing::Running(None)),
            ending: Notify::new(),
        });
        all.retain(|other| other.subject != subject);
        if all.len() >= KEPT {
            all.remove(0);
        }
        all.push(Arc::clone(&check));
        drop(all);
        let parent = std::process::id().cast_signed();
        let order = Order { parent, subject, kept, is_copy: office.is_copy() };
        let config = office.config();
        tokio::spawn(async move {
            match checked(&check, config, &order).await {
                Ok(Some(found)) => drop(check.becomes(Standing::Found(Arc::new(found)))),
                // It was cancelled.
                Ok(None) => {}
                Err(fault) => {
                    tracing::warn!("a check from the pages was not done: {fault:#}");
                    check.becomes(Standing::Failed(without_persons(&format!("{fault:#}"))));
                }
            }
        });
        true
    }
}

fn is_busy(all: &[Arc<Check>]) -> bool {
    all.iter().any(|check| matches!(check.standing(), Standing::Running(_)))
}

/// Lets a child check; nothing where it is cancelled. The child is over when this is.
async fn checked(check: &Check, config: Option<PathBuf>, order: &Order) -> Result<Option<Found>> {
    let mut child = itself::child()?;
    child.arg(CHECK);
    if let Some(config) = config {
        child.arg("--config").arg(config);
    }
    child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
    let mut child = child.spawn().context("cannot start what checks")?;
    let found = tokio::select! {
        found = told(check, &mut child, order) => found.map(Some),
        () = check.ending.notified() => Ok(None),
        () = tokio::time::sleep(DEADLINE) => Err(anyhow!("it took more than {} minutes", DEADLINE.as_secs() / 60)),
    };
    child.kill().await.context("what checks cannot be ended")?;
    found
}

/// What the child tells.
async fn told(check: &Check, child: &mut Child, order: &Order) -> Result<Found> {
    let mut line = serde_json::to_vec(order).context("an order cannot be written")?;
    line.push(b'\n');
    let mut orders = child.stdin.take().context("what checks takes no order")?;
    orders.write_all(&line).await.context("what checks takes no order")?;
    drop(orders);
    let mut told = BufReader::new(child.stdout.take().context("what checks says nothing")?);
    loop {
        line.clear();
        told.read_until(b'\n', &mut line).await.context("what checks says nothing")?;
        match serde_json::from_slice(&line).context("what checks broke off")? {
            Told::At(done, of) => drop(check.becomes(Standing::Running(Some((done, of))))),
            Told::Fault(fault) => bail!(fault),
            Told::Found(value, names) => {
                let mut files = Vec::new();
                for (name, length) in names {
                    let mut bytes = vec![0; length];
                    told.read_exact(&mut bytes).await.context("what checks broke off")?;
                    files.push((name, bytes.into()));
                }
                return Ok(Found { value, files, took: check.elapsed() });
            }
        }
    }
}
