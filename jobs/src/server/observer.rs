//! Looks at how everything is, and lets it be known: messages of what changed, measures, and the request that says that all is well.

use crate::clock;
use crate::health::Health;
use crate::history::History;
use crate::messages::{Messages, Pace};
use crate::monitoring::{self, Ping};
use crate::workspace::Workspace;
use anyhow::Result;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// Everything is looked at this often, also where nothing seems to have changed.
pub(super) const LOOK_S: i64 = 300;

/// Messages that wait are sent this often.
const SEND_S: i64 = 60;

/// When it did what.
#[derive(Debug, Default)]
pub(super) struct Observer {
    looked_s: Option<i64>,
    sent_s: Option<i64>,
    pinged_s: Option<i64>,
    /// Whether messages wait.
    waits: bool,
    sending: Option<JoinHandle<()>>,
}

impl Observer {
    /// Does what is due now; with `changed`, looks at everything. What has lasted for too long is judged by the instant by which
    /// was decided, not by a clock that somebody may have set since.
    ///
    /// # Errors
    /// When the history cannot be read or written, or the archive not be read.
    pub(super) async fn observe(
        &mut self,
        workspace: &Arc<Workspace>,
        changed: bool,
        judged_s: Option<i64>,
    ) -> Result<()> {
        let now = clock::now();
        let now_s = now.timestamp();
        if changed || is_over(self.looked_s, LOOK_S, now_s) {
            let health = Health::examine(workspace, judged_s.map_or(now, clock::instant)).await?;
            let mut history = History::open(&workspace.config.history_path()).await?;
            let messages = Messages::open(workspace)?;
            messages.observe(history.connection(), &health.conditions, now).await?;
            self.waits = !messages.unsent(history.connection()).await?.is_empty();
            if let Err(fault) = monitoring::write_measures(workspace, &health, now) {
                tracing::error!("{fault:#}");
            }
            if is_over(self.pinged_s, Ping::every_s(&workspace.config), now_s) {
                self.pinged_s = Some(now_s);
                ping(Ping::of(workspace, &health));
            }
            self.looked_s = Some(now_s);
            self.sent_s = None;
        }
        if is_over(self.sent_s, SEND_S, now_s) {
            self.send(workspace)?;
            self.sent_s = Some(now_s);
        }
        Ok(())
    }

    /// Whether there is nothing to be told before everything is looked at again.
    pub(super) fn is_quiet(&self) -> bool {
        !self.waits && self.sending.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Sends what is due, beside everything else: a server may be silent for long.
    fn send(&mut self, workspace: &Arc<Workspace>) -> Result<()> {
        let messages = Messages::open(workspace)?;
        if messages.channels().next().is_none() || self.sending.as_ref().is_some_and(|sending| !sending.is_finished()) {
            return Ok(());
        }
        let (path, runtime) = (workspace.config.history_path(), Handle::current());
        self.sending = Some(tokio::task::spawn_blocking(move || {
            let delivered = runtime.block_on(async {
                let mut history = History::open(&path).await?;
                messages.deliver(history.connection(), Pace::Due, clock::now()).await
            });
            match delivered {
                Ok(Some(delivered)) if delivered.sent > 0 => {
                    tracing::info!(sent = delivered.sent, "messages were sent");
                }
                Ok(_) => {}
                Err(fault) => tracing::error!("messages cannot be sent: {fault:#}"),
            }
        }));
        Ok(())
    }

    /// Waits for what is being sent, but not for longer than that. What is cut off is sent again, with the same id.
    pub(super) async fn end(&mut self, patience: Duration) {
        if let Some(sending) = self.sending.take()
            && tokio::time::timeout(patience, sending).await.is_err()
        {
            tracing::info!("messages that are being sent are sent again at the next start");
        }
    }
}

/// Whether something that was done at an instant is due again. A clock that went back makes it due.
pub(super) fn is_over(done_s: Option<i64>, every_s: i64, now_s: i64) -> bool {
    done_s.is_none_or(|done_s| !(done_s..done_s.saturating_add(every_s)).contains(&now_s))
}

/// Makes a request beside everything else. Whoever waits for it notices when it does not come.
fn ping(ping: Option<Ping>) {
    if let Some(ping) = ping {
        drop(tokio::task::spawn_blocking(move || {
            if let Err(fault) = ping.send() {
                tracing::warn!("the request that says how things are was not taken: {fault:#}");
            }
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_in_the_future_is_due() {
        assert!(is_over(None, 300, 0));
        assert!(!is_over(Some(1_000), 300, 1_000) && !is_over(Some(1_000), 300, 1_299));
        assert!(is_over(Some(1_000), 300, 1_300) && is_over(Some(1_000), 300, 999));
    }
}
