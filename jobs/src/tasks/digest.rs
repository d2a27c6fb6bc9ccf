//! Tells the summary of the day through the channels: how far the archive reaches, what waits, what is wrong.

use super::Report;
use crate::history::History;
use crate::messages::Messages;
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use anyhow::Result;
use chrono::{DateTime, Utc};

pub(super) async fn run(workspace: &Workspace, now: DateTime<Utc>) -> Result<Report> {
    let speech = workspace.facts.speech(workspace.config.bahasa);
    let messages = Messages::open(workspace)?;
    let mut history = History::open(&workspace.config.history_path()).await?;
    let db = history.connection();
    let mut lines = Vec::new();
    let archive = workspace.archive()?;
    if let Ok(provenance) = archive.provenance() {
        let (version, events, until) = (provenance.archive_version, provenance.events, provenance.complete_until());
        lines.push(speech.say("message.archive", &[("version", &version), ("events", &events), ("until", &until)]));
        let rows = pipeline::waiting_in_quarantine(&archive)?;
        lines.push(speech.say("message.quarantine", &[("rows", &rows)]));
    }
    let count = messages.unsent(db).await?.len();
    if count > 0 {
        lines.push(speech.say("message.unsent", &[("count", &count)]));
    }
    messages.daily(db, &lines, now).await?;
    let channels = messages.channels().count();
    Ok(Report { outcome: Outcome::Done, message: format!("summary of the day for {channels} channels") })
}
