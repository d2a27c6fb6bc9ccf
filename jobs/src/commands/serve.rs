//! `tertib serve`

use crate::options::Where;
use crate::outcome::Outcome;
use crate::server::Server;
use crate::{stop, systemd};
use anyhow::{Context, Result};
use clap::Args;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Options of `tertib serve`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Run what is owed now and end, for cron, a systemd timer or another task scheduler.
    #[arg(long)]
    once: bool,
    /// Which configuration to use.
    #[command(flatten)]
    pub(crate) place: Where,
}

/// How long messages that are being sent are waited for when everything that was owed is done.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long they are waited for when somebody wants it to end.
const FAREWELL: Duration = Duration::from_secs(2);

/// Runs until it is told to stop (Ctrl-C or SIGTERM). Runs that go on then are told to end; what they did not do is done at the
/// next start. SIGHUP makes it look at clock and configuration at once.
pub(crate) async fn run(options: Options) -> Result<Outcome> {
    let _runs = stop::ends_by_itself();
    let mut server = Server::open(options.place)?;
    let mut ended = signal(SignalKind::child()).context("cannot listen to signals")?;
    let mut awaken = signal(SignalKind::hangup()).context("cannot listen to signals")?;
    let mut stop = std::pin::pin!(stop::asked());
    systemd::ready();
    loop {
        systemd::alive();
        let sleep = server.wake().await;
        if options.once && server.is_idle() {
            server.stop(PATIENCE).await?;
            return Ok(Outcome::Done);
        }
        tokio::select! {
            () = tokio::time::sleep(sleep.max(Duration::from_millis(1))) => {}
            _ = ended.recv() => {}
            _ = awaken.recv() => {}
            _ = &mut stop => {
                systemd::stopping();
                tracing::info!("stopping");
                server.stop(FAREWELL).await?;
                tracing::info!("stopped");
                return Ok(Outcome::Done);
            }
        }
    }
}
