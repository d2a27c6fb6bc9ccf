//! Somebody asks the program to stop: Ctrl-C (SIGINT) or SIGTERM. The program ends within two seconds, and says what was done and
//! what was not.
//!
//! `main` calls [`listen`] once. From then on the first signal raises a flag, and the second ends the program at once. What
//! follows from the flag depends on what is under way:
//!
//! - Nothing, or work that only reads ([`reading`]): the program ends at once. Every file of ours is written whole or not at all,
//!   so this is always safe.
//! - Work that calls [`under_way`] with words on what is done so far: it calls [`check`]`()?` between two pieces (documents,
//!   files), or races its future with [`asked`], and gives back [`Stopped`] as its error. A piece that takes longer than
//!   [`GRACE`] is left, and the program ends with the same words.
//! - Work that ends by itself ([`ends_by_itself`]), as `serve` does when its runs have ended: the program waits for it, also when
//!   it does work of the second kind meanwhile.
//!
//! The exit code is the shell's, 128 and the number of the signal: 130 for Ctrl-C, 143 for SIGTERM. The latest that said what is
//! under way has the word, so a run of a job is told as its task tells it.

use crate::print;
use std::error::Error;
use std::fmt;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How long a piece of work that is under way may go on.
const GRACE: Duration = Duration::from_millis(1_500);

/// How the program was asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// From a service manager, `kill`, or a run that is past its deadline.
    Terminate,
}

impl Signal {
    /// What a shell says of a program that this signal ended.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// Work that was stopped before its end.
#[derive(Debug)]
pub(crate) struct Stopped {
    /// How it was asked to.
    pub signal: Signal,
    /// What was done and what was not, and what to do now.
    left: String,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = match self.signal {
            Signal::Interrupt => "Ctrl-C",
            Signal::Terminate => "SIGTERM",
        };
        write!(f, "stopped by {by}: {}", self.left)
    }
}

impl Error for Stopped {}

/// The first signal.
static ASKED: LazyLock<watch::Sender<Option<Signal>>> = LazyLock::new(|| watch::Sender::new(None));

/// Says what was done and what was not.
type Words = Box<dyn Fn() -> String + Send>;

/// What is under way, the latest last.
static UNDER_WAY: Mutex<Vec<Work>> = Mutex::new(Vec::new());

struct Work {
    id: u64,
    /// How long it may go on after the first signal.
    patience: Duration,
    left: Option<Words>,
}

/// What is said where nothing says that it is under way.
const NO_WORDS: &str = "it did not come to its end; run the same command again";

fn all_under_way() -> MutexGuard<'static, Vec<Work>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Work that is under way, until it is dropped.
#[derive(Debug)]
#[must_use = "the work is under way only while this lives"]
pub(crate) struct UnderWay(u64);

impl UnderWay {
    fn begin(patience: Duration, left: Option<Words>) -> Self {
        let mut all = all_under_way();
        let id = all.last().map_or(0, |last| last.id + 1);
        all.push(Work { id, patience, left });
        Self(id)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        all_under_way().retain(|work| work.id != self.0);
    }
}

/// Begins work that asks for the flag between its pieces; `left` says what is done so far, what is not, and what to do.
pub(crate) fn under_way(left: impl Fn() -> String + Send + 'static) -> UnderWay {
    UnderWay::begin(GRACE, Some(Box::new(left)))
}

/// Begins work that only reads, which may be left at any moment.
pub(crate) fn reading(left: impl Fn() -> String + Send + 'static) -> UnderWay {
    UnderWay::begin(Duration::ZERO, Some(Box::new(left)))
}

/// Begins work that ends by itself after the first signal, however long that takes.
pub(crate) fn ends_by_itself() -> UnderWay {
    UnderWay::begin(Duration::MAX, None)
}

/// Fails when the program was asked to stop.
///
/// # Errors
/// [`Stopped`], with the words of what is under way.
pub(crate) fn check() -> Result<(), Stopped> {
    let asked = *ASKED.borrow();
    asked.map_or(Ok(()), |signal| Err(stopped(signal)))
}

/// Waits until the program is asked to stop.
pub(crate) async fn asked() -> Stopped {
    let mut asked = ASKED.subscribe();
    match asked.wait_for(Option::is_some).await.map(|signal| *signal) {
        Ok(Some(signal)) => stopped(signal),
        // The sender is never dropped.
        Ok(None) | Err(_) => std::future::pending().await,
    }
}

fn stopped(signal: Signal) -> Stopped {
    let all = all_under_way();
    let left = all.iter().rev().find_map(|work| work.left.as_ref()).map_or_else(|| NO_WORDS.to_owned(), |left| left());
    Stopped { signal, left }
}

/// Obeys signals from now on, within a runtime.
pub(crate) fn listen() {
    drop(tokio::spawn(obey()));
}

async fn obey() {
    let mut signals = match Signals::new() {
        Ok(signals) => signals,
        Err(fault) => {
            tracing::warn!("signals cannot be waited for, so Ctrl-C ends the program without a word: {fault}");
            return;
        }
    };
    let first = signals.next().await;
    ASKED.send_replace(Some(first));
    let second = async { signals.next().await };
    let patience = all_under_way().iter().map(|work| work.patience).max().unwrap_or_default();
    if let Ok(second) = tokio::time::timeout(patience, second).await {
        std::process::exit(second.exit_code().into());
    }
    print::fault(&format!("tertib: {}", stopped(first)));
    std::process::exit(first.exit_code().into());
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }
}
