//! How far work is: on a terminal a bar, or a clock where its end is not known; elsewhere a log line every ten seconds.
//!
//! Nothing is shown of work that is over within half a second.

use crate::options::Common;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pipeline::{Archive, Stage};
use schemas::Month;
use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;

/// When something is shown first.
const SHOWN_AFTER: Duration = Duration::from_millis(500);
/// How often a log line tells how far it is.
const LOGGED_EVERY: Duration = Duration::from_secs(10);
/// How often the clock moves.
const TICK: Duration = Duration::from_millis(200);

const BAR: &str = "{msg}  {wide_bar}  {human_pos}/{human_len}, {per_sec:0}, {eta} left";
const PIECES: &str = "{msg}  {wide_bar}  {human_pos}/{human_len}, {eta} left";
const CLOCK: &str = "{spinner} {msg}  {elapsed}";

/// The bar on the terminal, if there is one.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

fn shown() -> MutexGuard<'static, Option<ProgressBar>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes to standard error with the bar out of the way.
pub(super) fn aside(write: impl FnOnce(&mut std::io::Stderr) -> std::io::Result<()>) -> std::io::Result<()> {
    // A bar is a handle; the lock is not held while it is written.
    let bar = shown().clone();
    let mut to = std::io::stderr();
    match bar {
        Some(bar) => bar.suspend(|| write(&mut to)),
        None => write(&mut to),
    }
}

/// What log lines are written to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aside;

impl Write for Aside {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        aside(|to| to.write_all(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

/// Work that is shown until this is dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Whether what is counted is so small that a rate says something.
    of_rows: bool,
    phase: Arc<Mutex<String>>,
    teller: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins work whose pieces take their time, such as documents.
    pub(crate) fn of_pieces(common: Common, what: &str) -> Self {
        Self::begin(common, what, false)
    }

    /// Begins work that is counted in rows.
    pub(crate) fn of_rows(common: Common, what: &str) -> Self {
        Self::begin(common, what, true)
    }

    fn begin(common: Common, what: &str, of_rows: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let phase = Arc::new(Mutex::new(what.to_owned()));
        style(&bar, CLOCK);
        bar.set_message(what.to_owned());
        let teller = (!common.quiet).then(|| {
            let (bar, phase) = (bar.clone(), Arc::clone(&phase));
            if std::io::stderr().is_terminal() {
                tokio::spawn(show(bar))
            } else {
                tokio::spawn(log(bar, phase, of_rows))
            }
        });
        Self { bar, of_rows, phase, teller }
    }

    /// Returns what is told of each month, from one to another, whose figures begin to be computed. There are none before the first
    /// of the archive.
    pub(crate) fn of_months(
        &self,
        archive: &Archive,
        first: Month,
        last: Month,
    ) -> impl Fn(Month) + Send + Sync + use<> {
        let first = archive.months().first().map_or(first, |earliest| first.max(*earliest));
        let months = std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month <= last);
        let (bar, of, begun) = (self.bar.clone(), months.count() as u64, Mutex::new(BTreeSet::new()));
        move |month| {
            let mut begun = begun.lock().unwrap_or_else(PoisonError::into_inner);
            begun.insert(month);
            reach(&bar, PIECES, begun.len().saturating_sub(1) as u64, of);
        }
    }

    /// Begins something of which nobody knows how long it takes.
    pub(crate) fn phase(&self, what: &str) {
        self.name(what);
        self.bar.unset_length();
        style(&self.bar, CLOCK);
    }

    /// Says what is being done now.
    pub(crate) fn name(&self, what: &str) {
        what.clone_into(&mut self.phase.lock().unwrap_or_else(PoisonError::into_inner));
        self.bar.set_message(what.to_owned());
    }

    /// Says how far a pull is. Rows are read and then added to the log; both are told where they take their time.
    pub(crate) fn of_pull(&self, stage: Stage, done: u64, of: u64) {
        let name = match stage {
            Stage::Reading => "pull",
            Stage::Logging => "log",
        };
        let is_another = *self.phase.lock().unwrap_or_else(PoisonError::into_inner) != name;
        if is_another {
            self.phase(name);
        }
        self.at(done, of);
    }

    /// Says how much is done, and of how much.
    pub(crate) fn at(&self, done: u64, of: u64) {
        reach(&self.bar, if self.of_rows { BAR } else { PIECES }, done, of);
    }
}

fn reach(bar: &ProgressBar, template: &str, done: u64, of: u64) {
    if of == 0 {
        return;
    }
    if bar.length().is_none() {
        bar.reset();
        style(bar, template);
    }
    bar.set_length(of);
    // Of two pieces that end together, the later may be told first.
    bar.update(|state| state.set_pos(state.pos().max(done)));
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(teller) = &self.teller {
            teller.abort();
        }
        let mut shown = shown();
        self.bar.finish_and_clear();
        shown.take();
    }
}

fn style(bar: &ProgressBar, template: &str) {
    // The templates are right, which a test sees; a wrong one would leave the default style.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

async fn show(bar: ProgressBar) {
    tokio::time::sleep(SHOWN_AFTER).await;
    let mut shown = shown();
    if !bar.is_finished() {
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.enable_steady_tick(TICK);
        shown.replace(bar);
    }
}

async fn log(bar: ProgressBar, phase: Arc<Mutex<String>>, of_rows: bool) {
    loop {
        tokio::time::sleep(LOGGED_EVERY).await;
        let phase = phase.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let elapsed_seconds = bar.elapsed().as_secs();
        match bar.length() {
            Some(of) => {
                let (done, eta_seconds) = (bar.position(), bar.eta().as_secs());
                if of_rows {
                    let rows_per_second = bar.per_sec().round();
                    tracing::info!(done, of, rows_per_second, eta_seconds, "{phase}");
                } else {
                    tracing::info!(done, of, eta_seconds, "{phase}");
                }
            }
            None => tracing::info!(elapsed_seconds, "{phase}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_can_be_read() {
        for template in [BAR, PIECES, CLOCK] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
