//! Orders what takes long from the desk, one at a time, and keeps the last of it as long as the archive and the office's files are
//! what they were.
//!
//! Rule    what many ask for at once is made once; what nobody waits for any more is finished all the same

use super::file::{File, Tagged, media};
use super::office::Office;
use super::said::Said;
use super::work::{Delivery, Order, Work};
use crate::itself;
use crate::stamp::{Seen, seen};
use anyhow::{Context, Result, anyhow, bail};
use pipeline::CopiedCommit;
use schemas::Month;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};

/// So many results are kept.
const MOST: usize = 40;

/// The hidden command by which tertib makes what pages show.
const DESK: &str = "desk";

/// A desk that was asked nothing for so long goes home, and its memory with it.
const IDLE: Duration = Duration::from_secs(30);

/// No work takes longer: it has come to grief.
const LONGEST: Duration = Duration::from_secs(300);

/// What was made.
#[derive(Clone, Debug)]
enum Made {
    Months(Arc<[Month]>),
    Said(Arc<Said>),
    File(File),
    Nothing,
}

/// What everything that is kept was made from: which reading of the office's files, and the archive's last commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Basis {
    reading: u64,
    commits: Option<Seen>,
}

#[derive(Debug, Default)]
struct Kept {
    basis: Option<Basis>,
    /// How often the basis changed.
    state: u64,
    /// The latest last.
    made: VecDeque<(Work, Made)>,
}

/// Orders and keeps.
#[derive(Debug, Default)]
pub(super) struct Clerk {
    desk: tokio::sync::Mutex<Option<Desk>>,
    kept: Mutex<Kept>,
}

/// A desk that is attended.
#[derive(Debug)]
struct Desk {
    /// It ends with this.
    _process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    last: Instant,
}

impl Clerk {
    /// The months of which the archive has something, in order.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub(super) async fn months(self: &Arc<Self>, office: &Office) -> Result<Arc<[Month]>> {
        match self.ask(office, Work::Months).await? {
            Made::Months(months) => Ok(months),
            Made::Said(_) | Made::File(_) | Made::Nothing => bail!("the desk gave no months"),
        }
    }

    /// What a page says.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) async fn said(self: &Arc<Self>, office: &Office, work: Work) -> Result<Arc<Said>> {
        self.said_if_any(office, work).await?.context("the desk gave no page")
    }

    /// What a page says; none where there is no such thing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) async fn said_if_any(self: &Arc<Self>, office: &Office, work: Work) -> Result<Option<Arc<Said>>> {
        match self.ask(office, work).await? {
            Made::Said(said) => Ok(Some(said)),
            Made::Nothing => Ok(None),
            Made::Months(_) | Made::File(_) => bail!("the desk gave no page"),
        }
    }

    /// A file; none where there is no such thing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) async fn file_if_any(self: &Arc<Self>, office: &Office, work: Work) -> Result<Option<File>> {
        match self.ask(office, work).await? {
            Made::File(file) => Ok(Some(file)),
            Made::Nothing => Ok(None),
            Made::Months(_) | Made::Said(_) => bail!("the desk gave no file"),
        }
    }

    async fn ask(self: &Arc<Self>, office: &Office, work: Work) -> Result<Made> {
        let (reading, workspace) = office.reading();
        let commits = workspace.config.archive_path().join(CopiedCommit::path_of(0));
        let basis = Basis { reading, commits: commits.parent().and_then(seen) };
        if let Some(made) = self.found(basis, &work).1 {
            return Ok(made);
        }
        let (clerk, config, is_copy) = (Arc::clone(self), office.config(), office.is_copy());
        // A task of its own: whoever asks may go, and the next one finds it.
        let working = tokio::spawn(async move {
            let mut desk = clerk.desk.lock().await;
            let (state, found) = clerk.found(basis, &work);
            if let Some(made) = found {
                return Ok(made);
            }
            let made = ordered(&mut desk, (config, is_copy), &Order { state, work: work.clone() }).await?;
            tokio::spawn(Arc::clone(&clerk).goes_home());
            clerk.keep(basis, work, &made);
            Ok(made)
        });
        working.await.map_err(|fault| anyhow!("a page broke off: {fault}"))?
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept of work on that basis, and the basis's number; all of another basis is thrown away.
    fn found(&self, basis: Basis, work: &Work) -> (u64, Option<Made>) {
        let mut kept = self.kept();
        if kept.basis != Some(basis) {
            *kept = Kept { basis: Some(basis), state: kept.state + 1, made: VecDeque::new() };
        }
        let made = kept.made.iter().find(|(of, _)| of == work).map(|(_, made)| made.clone());
        (kept.state, made)
    }

    fn keep(&self, basis: Basis, work: Work, made: &Made) {
        let mut kept = self.kept();
        if kept.basis == Some(basis) {
            kept.made.push_back((work, made.clone()));
            if kept.made.len() > MOST {
                kept.made.pop_front();
            }
        }
    }

    /// Ends the desk when it is no longer needed.
    async fn goes_home(self: Arc<Self>) {
        tokio::time::sleep(IDLE).await;
        let mut desk = self.desk.lock().await;
        if desk.as_ref().is_some_and(|desk| desk.last.elapsed() >= IDLE) {
            *desk = None;
        }
    }
}

/// Has something made, by a new desk where the one that was there has ended meanwhile.
async fn ordered(desk: &mut Option<Desk>, (config, is_copy): (Option<PathBuf>, bool), order: &Order) -> Result<Made> {
    if let Some(there) = desk {
        match there.made(order).await {
            Ok(made) => return made,
            Err(fault) => tracing::warn!("what makes the pages has ended, and is started again: {fault:#}"),
        }
    }
    *desk = None;
    let made = desk.insert(Desk::start(config, is_copy)?).made(order).await;
    if made.is_err() {
        *desk = None;
    }
    made.context("what makes the pages has ended")?
}

impl Desk {
    fn start(config: Option<PathBuf>, is_copy: bool) -> Result<Self> {
        let mut command = itself::child()?;
        command.arg(DESK);
        if is_copy {
            command.arg("--copy");
        }
        if let Some(config) = config {
            command.arg("--config").arg(config);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
        let mut process = command.spawn().context("cannot start what makes the pages")?;
        let orders = process.stdin.take().context("what makes the pages takes no orders")?;
        let answers = process.stdout.take().context("what makes the pages does not answer")?;
        Ok(Self { _process: process, orders, answers: BufReader::new(answers), last: Instant::now() })
    }

    /// What it makes, or says; an error where it has ended.
    async fn made(&mut self, order: &Order) -> Result<Result<Made>> {
        let mut line = serde_json::to_vec(order).context("an order cannot be written")?;
        line.push(b'\n');
        let made = tokio::time::timeout(LONGEST, self.answer(&line)).await;
        self.last = Instant::now();
        made.with_context(|| format!("it gave nothing for {} s", LONGEST.as_secs()))?
    }

    async fn answer(&mut self, order: &[u8]) -> Result<Result<Made>> {
        self.orders.write_all(order).await.context("it takes no orders")?;
        let mut line = Vec::new();
        self.answers.read_until(b'\n', &mut line).await.context("it does not answer")?;
        Ok(match serde_json::from_slice(&line).context("it broke off")? {
            Delivery::Months(months) => Ok(Made::Months(months.into())),
            Delivery::Said { template, values, origins, source } => {
                let origins = (!origins.is_null()).then(|| Arc::new(origins));
                let said = Said::new(template, values, source).with_origins(origins);
                Ok(Made::Said(Arc::new(said)))
            }
            Delivery::Nothing => Ok(Made::Nothing),
            Delivery::File { name, length, is_packed } => {
                let mut bytes = vec![0; length];
                self.answers.read_exact(&mut bytes).await.context("it broke off")?;
                let media = media(&name).context("nobody shows files of this kind");
                media.map(|media| {
                    Made::File(File { media, name: Some(name), body: Tagged::new(bytes.into()), is_packed })
                })
            }
            Delivery::Fault(fault) => Err(anyhow!(fault)),
        })
    }
}
