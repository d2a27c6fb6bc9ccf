//! The log of a run as it grows, as events at the address of its page.
//!
//! Rule    a stream ends with its run, its session and the portal; while nobody listens, nothing wakes

use super::super::Portal;
use super::super::answer::{Answer, Answered};
use super::super::listener::over;
use super::super::refusal::{Reason, Refusal};
use super::super::visit::{Visit, Visitor};
use super::apart;
use super::run::{known_lines, number};
use crate::history::History;
use crate::run_log;
use anyhow::Result;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use schemas::Language;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How often the log is looked at.
const LOOK: Duration = Duration::from_millis(400);

/// After so many looks without a line something is sent all the same, so that a listener who has gone is noticed.
const SILENT: u32 = 25;

/// A listener.
struct Listener {
    portal: Arc<Portal>,
    visitor: Visitor,
    run: i64,
    sent: usize,
    has_ended: bool,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.portal.sessions.close_stream(&self.visitor.session);
    }
}

/// The events: a `message` for each line from the one that is asked for on, and `selesai` when the run has ended.
pub(super) async fn stream(visit: &Visit) -> Answered {
    let (run, known) = (number(visit)?, known_lines(visit)?);
    let visitor = visit.visitor.clone().ok_or_else(|| Refusal::of(StatusCode::UNAUTHORIZED))?;
    if look(&visit.portal, run).await?.is_none() {
        return Err(Refusal::of(StatusCode::NOT_FOUND));
    }
    if !visit.portal.sessions.open_stream(&visitor.session) {
        return Err(Reason::Streams.into());
    }
    // A browser that comes back says which line it had last.
    let last = visit.headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let sent = last.unwrap_or(known);
    let listener = Listener { portal: Arc::clone(&visit.portal), visitor, run, sent, has_ended: false };
    let events = futures_util::stream::unfold(listener, |mut listener| async move {
        let bytes = listener.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(bytes)), listener))
    });
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(Answer::Whole(response))
}

impl Listener {
    /// What is to be sent next; nothing when it is over.
    async fn next(&mut self) -> Option<String> {
        if self.has_ended {
            return None;
        }
        let mut stop = self.portal.stop.clone();
        for _ in 0..SILENT {
            if !self.portal.lasts(&self.visitor) {
                return None;
            }
            let (lines, has_ended) = match look(&self.portal, self.run).await {
                Ok(Some(seen)) => seen,
                Ok(None) => return None,
                Err(fault) => {
                    tracing::error!("the log of a run cannot be shown as it grows: {fault:#}");
                    return None;
                }
            };
            let mut events = String::new();
            for (n, line) in lines.iter().enumerate().skip(self.sent) {
                // Lines hold no line break and no control character.
                events.push_str(&format!("id: {}\ndata: {line}\n\n", n + 1));
            }
            self.sent = self.sent.max(lines.len());
            self.has_ended = has_ended;
            if has_ended {
                events.push_str("event: selesai\ndata: selesai\n\n");
            }
            if !events.is_empty() {
                return Some(events);
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = over(&mut stop) => return None,
            }
        }
        Some(":\n\n".to_owned())
    }
}

/// The lines of a run, and whether it has ended; nothing where there is no such run.
async fn look(portal: &Arc<Portal>, id: i64) -> Result<Option<(Vec<String>, bool)>> {
    let workspace = portal.office.now();
    if !workspace.config.history_path().exists() {
        return Ok(None);
    }
    apart(move || async move {
        let mut history = History::open(&workspace.config.history_path()).await?;
        let Some(run) = history.run(id).await? else { return Ok(None) };
        let speech = workspace.facts.speech(Language::Indonesian);
        Ok(Some((run_log::lines(&workspace.config, speech, &run)?, run.outcome != "running")))
    })
    .await
}
