//! `tertib serve`

use crate::options::Where;
use crate::outcome::Outcome;
use crate::portal::{self, Open, Shows};
use crate::server::{Asked, LONGEST_SLEEP, Server};
use crate::{stop, systemd};
use anyhow::{Context, Result};
use clap::Args;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// Options of `tertib serve`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Run what is owed now and end, for cron, a systemd timer or another task scheduler; 1 when a run failed or had findings.
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

/// So many wishes of who uses the pages wait; they are few.
const ASKED: usize = 8;

/// Runs until it is told to stop (Ctrl-C or SIGTERM). Runs that go on then are told to end; what they did not do is done at the
/// next start. SIGHUP makes it look at clock and configuration at once.
pub(crate) async fn run(options: Options) -> Result<Outcome> {
    let _runs = stop::ends_by_itself();
    let place = options.place.clone();
    let mut server = Server::open(options.place)?;
    let mut ended = signal(SignalKind::child()).context("cannot listen to signals")?;
    let mut awaken = signal(SignalKind::hangup()).context("cannot listen to signals")?;
    let mut stop = std::pin::pin!(stop::asked());
    let (asks, mut asked) = mpsc::channel(ASKED);
    let mut portal = if options.once { None } else { shown(&mut server, place, asks).await };
    systemd::ready();
    loop {
        systemd::alive();
        let sleep = match server.wake().await {
            Ok(sleep) => sleep,
            Err(fault) if options.once => {
                server.stop(PATIENCE).await?;
                return Err(fault);
            }
            Err(fault) => {
                tracing::error!("{fault:#}\n  trying again in {} seconds", LONGEST_SLEEP.as_secs());
                LONGEST_SLEEP
            }
        };
        if options.once && server.is_idle() {
            server.stop(PATIENCE).await?;
            return Ok(Outcome::of(server.has_unwell_runs()));
        }
        tokio::select! {
            () = tokio::time::sleep(sleep.max(Duration::from_millis(1))) => {}
            _ = ended.recv() => {}
            _ = awaken.recv() => {}
            Some(asked) = asked.recv() => server.obey(asked).await,
            _ = &mut stop => {
                systemd::stopping();
                tracing::info!("stopping");
                if let Some(portal) = portal.take() {
                    portal.end().await;
                }
                server.stop(FAREWELL).await?;
                tracing::info!("stopped");
                return Ok(Outcome::Done);
            }
        }
    }
}

/// Opens the portal where the configuration has one. Jobs run also where it cannot be opened.
async fn shown(server: &mut Server, place: Where, asks: mpsc::Sender<Asked>) -> Option<Open> {
    if !server.has_portal() {
        return None;
    }
    match portal::open(place, Shows::Served(asks)).await {
        Ok(open) => Some(open),
        Err(fault) => {
            tracing::error!("the portal is not open, the jobs run: {fault:#}");
            server.without_portal();
            None
        }
    }
}
