//! Tells the summary of the day through the channels: how far the archive reaches, what waits, what is wrong.

use super::Report;
use crate::health::Health;
use crate::history::History;
use crate::messages::{Day, Messages};
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use anyhow::Result;
use chrono::{DateTime, Utc};

pub(super) async fn run(workspace: &Workspace, now: DateTime<Utc>) -> Result<Report> {
    let messages = Messages::open(workspace)?;
    let Health { provenance, quarantined, unsent, .. } = Health::examine(workspace, now).await?;
    let mut history = History::open(&workspace.config.history_path()).await?;
    messages.daily(history.connection(), &Day { archive: provenance, quarantined, unsent }, now).await?;
    let channels = messages.channels().count();
    Ok(Report { outcome: Outcome::Done, message: format!("summary of the day for {channels} channels") })
}
