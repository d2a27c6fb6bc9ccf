//! The questions that visitors ask. Each is answered by a child process, in its turn, and its answer is kept for a while.
//!
//! Reads   questions that were examined already
//! Gives   how each stands, to who asked it
//! Rule    of one account one question runs at a time, of all of them two; nothing of an answer is shown before it stands in the log of
//!         those who looked, which the office has and a copy of its archive has not
//!
//! Invariant: whoever cancels a question, or goes out of the program, leaves no child behind.

use super::Portal;
use super::visit::Visitor;
use crate::access::{self, Look};
use crate::inquiry::{Answered, Asked, Limits, Question, Refused, answered, examined};
use crate::options::{ArchiveCopy, Where};
use crate::workspace::Workspace;
use anyhow::{Result, anyhow};
use chrono::{DateTime, FixedOffset};
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

/// How many questions run at a time.
const AT_ONCE: usize = 2;
/// How many answers are kept of an account, and of all.
const KEPT: usize = 4;
const KEPT_IN_ALL: usize = 40;
/// For how long an answer is kept.
const LONGEST_KEPT: Duration = Duration::from_secs(30 * 60);

/// What a question of a page may take, and how many rows its files have at most. A pull goes before it.
pub(super) const LIMITS: Limits = Limits { rows: 1_000_000, seconds: 60, bytes: 512 << 20, behind: true };

/// A question that somebody asked.
#[derive(Debug)]
pub(super) struct Inquiry {
    /// What its path ends with.
    pub(super) id: String,
    account: String,
    pub(super) question: Question,
    /// The query by which its form is filled in again.
    pub(super) form: String,
    /// What it reads.
    pub(super) reads: Asked,
    pub(super) asked_at: DateTime<FixedOffset>,
    begun: Instant,
    /// What its page shows of the answer, once somebody looked.
    pub(super) shown: OnceLock<Value>,
    standing: Mutex<Standing>,
    task: Mutex<Option<AbortHandle>>,
}

/// How a question stands.
#[derive(Debug)]
pub(super) enum Standing {
    /// Others run.
    Waiting,
    /// Since then.
    Running(Instant),
    /// It is answered. Whoever reads the rows holds the answer alone, and not how the question stands.
    Answered(Arc<Mutex<Noted>>),
    /// Why it is not answered, in the program's words.
    Refused(String),
    /// What it is asked of cannot be read.
    Broken,
    /// Who asked it has cancelled it.
    Cancelled,
    /// It is answered, but that somebody looked could not be noted, so that it is not shown.
    Unnoted,
}

/// An answer, which stands in the log of those who looked.
#[derive(Debug)]
pub(super) struct Noted {
    pub(super) answer: Answered,
    /// The number of the entry; none for who has a copy.
    pub(super) number: Option<u64>,
    pub(super) took: Duration,
}

/// All that were asked lately.
#[derive(Debug)]
pub(super) struct Inquiries {
    turns: Arc<Semaphore>,
    /// Examinations and files of answers take their turns, too.
    pub(super) examining: Semaphore,
    pub(super) writing: Arc<Semaphore>,
    all: Arc<Mutex<Vec<Arc<Inquiry>>>>,
}

/// What is asked, by whom, and why.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    pub(super) visitor: &'a Visitor,
    pub(super) question: Question,
    pub(super) form: String,
    pub(super) purpose: Option<String>,
    pub(super) reads: Asked,
    pub(super) now: DateTime<FixedOffset>,
}

impl Default for Inquiries {
    fn default() -> Self {
        let [turns, writing] = [(); 2].map(|()| Arc::new(Semaphore::new(AT_ONCE)));
        Self { turns, examining: Semaphore::new(AT_ONCE), writing, all: Arc::default() }
    }
}

impl Inquiry {
    /// The answer; none where it has none.
    pub(super) fn answer(&self) -> Option<Arc<Mutex<Noted>>> {
        if let Standing::Answered(noted) = &*self.standing() { Some(Arc::clone(noted)) } else { None }
    }

    /// How it stands; while somebody looks, nothing changes.
    pub(super) fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is not over.
    fn goes_on(&self) -> bool {
        matches!(*self.standing(), Standing::Waiting | Standing::Running(_))
    }

    /// Ends it where it is not over, and its child with it.
    pub(super) fn cancel(&self) {
        let mut standing = self.standing();
        if matches!(*standing, Standing::Waiting | Standing::Running(_)) {
            *standing = Standing::Cancelled;
            if let Some(task) = &*self.task.lock().unwrap_or_else(PoisonError::into_inner) {
                task.abort();
            }
        }
    }

    /// It is over so, unless it was cancelled meanwhile.
    fn end(&self, over: Standing) {
        let mut standing = self.standing();
        if !matches!(*standing, Standing::Cancelled) {
            *standing = over;
        }
    }
}

/// Those that are not forgotten yet.
fn lasting(all: &Mutex<Vec<Arc<Inquiry>>>) -> MutexGuard<'_, Vec<Arc<Inquiry>>> {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    all.retain(|one| one.begun.elapsed() < LONGEST_KEPT || one.goes_on());
    all
}

impl Inquiries {
    /// The question of an account; none where it is gone, or somebody else's.
    pub(super) fn of(&self, account: &str, id: &str) -> Option<Arc<Inquiry>> {
        lasting(&self.all).iter().find(|one| one.id == id && one.account == account).cloned()
    }

    /// The questions of an account, the newest first.
    pub(super) fn of_account(&self, account: &str) -> Vec<Arc<Inquiry>> {
        lasting(&self.all).iter().rev().filter(|one| one.account == account).cloned().collect()
    }

    /// Whether a question of the account goes on.
    pub(super) fn is_busy(&self, account: &str) -> bool {
        lasting(&self.all).iter().any(|one| one.account == account && one.goes_on())
    }

    /// Takes a question in, and forgets the oldest of those that are over where there is no room; not where another one of the account
    /// goes on.
    fn take(&self, inquiry: &Arc<Inquiry>) -> bool {
        let mut all = lasting(&self.all);
        if all.iter().any(|one| one.account == inquiry.account && one.goes_on()) {
            return false;
        }
        loop {
            let own = all.iter().filter(|one| one.account == inquiry.account).count() >= KEPT;
            if !own && all.len() < KEPT_IN_ALL {
                break;
            }
            let over = all.iter().position(|one| (!own || one.account == inquiry.account) && !one.goes_on());
            let Some(over) = over else { break };
            all.remove(over);
        }
        all.push(Arc::clone(inquiry));
        true
    }
}

impl Portal {
    /// Has a child say what a question reads.
    ///
    /// # Errors
    /// [`Refused`] when it is none that is answered, and otherwise when what it is asked of cannot be read.
    pub(super) async fn examined(&self, question: Question) -> Result<Asked> {
        let place = Where { config: self.office.config() };
        let _turn = self.inquiries.examining.acquire().await?;
        examined(question, LIMITS, &ArchiveCopy::default(), &place).await
    }

    /// Has a question answered; none where another one of the account goes on.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub(super) fn inquire(&self, asking: Asking<'_>) -> Result<Option<Arc<Inquiry>>> {
        let Asking { visitor, question, form, purpose, reads, now } = asking;
        let inquiry = Arc::new(Inquiry {
            id: random()?,
            account: visitor.account.clone(),
            question,
            form,
            reads,
            asked_at: now,
            begun: Instant::now(),
            shown: OnceLock::new(),
            standing: Mutex::new(Standing::Waiting),
            task: Mutex::default(),
        });
        if !self.inquiries.take(&inquiry) {
            return Ok(None);
        }
        let (turns, all) = (Arc::clone(&self.inquiries.turns), Arc::clone(&self.inquiries.all));
        let workspace = (self.office.now(), self.office.is_copy());
        let (place, role) = (Where { config: self.office.config() }, visitor.role.id.clone());
        let working = Arc::clone(&inquiry);
        let task = tokio::spawn(async move {
            let Ok(turn) = turns.acquire_owned().await else { return };
            let over = carried_out(&working, &place, workspace, (role, purpose)).await;
            working.end(over);
            drop(turn);
            // What nobody asks for any more takes no room.
            tokio::time::sleep(LONGEST_KEPT).await;
            drop(lasting(&all));
        });
        *inquiry.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task.abort_handle());
        Ok(Some(inquiry))
    }
}

/// Lets a child answer, and notes that somebody looked; of what was refused after rows were read, too.
async fn carried_out(
    inquiry: &Arc<Inquiry>,
    place: &Where,
    (workspace, is_copy): (Arc<Workspace>, bool),
    (role, purpose): (String, Option<String>),
) -> Standing {
    let began = Instant::now();
    inquiry.end(Standing::Running(began));
    let answered = answered(inquiry.question.clone(), LIMITS, &ArchiveCopy::default(), place).await;
    let took = began.elapsed();
    let (digest, rows) = match &answered {
        Ok(answer) => (answer.asked.digest.clone(), answer.asked.rows),
        Err(fault) if fault.is::<Refused>() => (String::new(), 0),
        Err(fault) => {
            tracing::error!("a question is not answered: {fault:#}");
            return Standing::Broken;
        }
    };
    let over = |number| match answered {
        Ok(answer) => answered_by(Noted { answer, number, took }),
        Err(refused) => Standing::Refused(refused.to_string()),
    };
    // Who has a copy of the archive has no log of the office.
    if is_copy {
        return over(None);
    }
    let (account, what) = (inquiry.account.clone(), inquiry.question.words());
    let noted = tokio::task::spawn_blocking(move || {
        let look = Look {
            by: Some(&account),
            act: "query",
            what,
            answer: digest,
            rows,
            discloses: false,
            role: &role,
            purpose: purpose.as_deref(),
        };
        access::note(&workspace, &look)
    });
    match noted.await.map_err(|fault| anyhow!("it broke off: {fault}")).and_then(|noted| noted) {
        Ok(number @ Some(_)) => over(number),
        Ok(None) => Standing::Unnoted,
        Err(fault) => {
            tracing::error!("an answer is not shown, since it cannot be noted: {fault:#}");
            Standing::Unnoted
        }
    }
}

fn answered_by(noted: Noted) -> Standing {
    Standing::Answered(Arc::new(Mutex::new(noted)))
}

/// A name that nobody guesses.
pub(super) fn random() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|fault| anyhow!("the system gives no random bytes: {fault}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
