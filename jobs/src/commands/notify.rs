//! `tertib notify`

use crate::examples;
use crate::history::History;
use crate::messages::{Messages, Pace, Tried};
use crate::options::{Common, Format, Where};
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use crate::{clock, print};
use anyhow::{Result, bail};
use chrono::{DateTime, Utc};
use clap::Subcommand;
use schemas::Finding;
use sqlx::SqliteConnection;

/// What to do with messages.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Send a test message through each channel, and say what became of it.
    #[command(after_help = examples::NOTIFY_TEST)]
    Test {
        /// Only through the channel of this name.
        #[arg(long, value_name = "NAME")]
        channel: Option<String>,
        /// Which configuration to use.
        #[command(flatten)]
        place: Where,
    },
    /// List the messages that wait or were given up, and what is wrong with the channels.
    #[command(after_help = examples::NOTIFY_LIST)]
    List {
        /// How to write it.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        /// Which configuration to use.
        #[command(flatten)]
        place: Where,
    },
    /// Send now what waits or was given up, without the pauses between attempts.
    #[command(after_help = examples::NOTIFY_SEND)]
    Send {
        /// Which configuration to use.
        #[command(flatten)]
        place: Where,
    },
    /// Tell that `tertib serve` broke off; the service manager runs it (systemd: `OnFailure=`).
    #[command(after_help = examples::NOTIFY_CRASH)]
    Crash {
        /// Which configuration to use.
        #[command(flatten)]
        place: Where,
    },
}

/// Exit code 1 when something is not sent.
pub(crate) async fn run(action: &Action, common: Common) -> Result<Outcome> {
    let (Action::Test { place, .. } | Action::List { place, .. } | Action::Send { place } | Action::Crash { place }) =
        action;
    let workspace = Workspace::open(place.config.as_deref())?;
    let messages = Messages::open(&workspace)?;
    match action {
        Action::Test { channel, .. } => test(&messages, channel.as_deref()).await,
        Action::List { format, .. } => list(&workspace, &messages, *format, common).await,
        Action::Send { .. } => send(&workspace, &messages, common).await,
        Action::Crash { .. } => crash(&workspace, &messages, common).await,
    }
}

async fn test(messages: &Messages, only: Option<&str>) -> Result<Outcome> {
    let names: Vec<&str> = messages.channels().collect();
    if names.is_empty() {
        bail!("the configuration has no [[channel]]; its comments say how to add one");
    }
    if let Some(unknown) = only.filter(|only| !names.contains(only)) {
        bail!("there is no channel `{unknown}`; the configuration has {}", names.join(", "));
    }
    say(&messages.test(only, clock::now()).await)
}

/// Says what became of each message.
fn say(tried: &[Tried]) -> Result<Outcome> {
    for Tried { channel, receiver, answer } in tried {
        let answer = answer.as_ref().map_or_else(|reason| format!("not sent: {reason}"), |()| "sent".to_owned());
        let to = if receiver.is_empty() { String::new() } else { format!(" to {receiver}") };
        print::data(&format!("{channel}{to}: {answer}\n"))?;
    }
    Ok(Outcome::of(tried.iter().any(|tried| tried.answer.is_err())))
}

async fn list(workspace: &Workspace, messages: &Messages, format: Format, common: Common) -> Result<Outcome> {
    let mut history = History::open(&workspace.config.history_path()).await?;
    let unsent = messages.unsent(history.connection()).await?;
    let zone = workspace.config.zone();
    let shown = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
    let rows = unsent.iter().map(|message| {
        let next = if message.given_up { "given up".to_owned() } else { shown(message.not_before) };
        let (channel, receiver, subject) = (message.channel.clone(), message.receiver.clone(), message.subject.clone());
        let attempts = message.attempts.to_string();
        vec![shown(message.since), channel, receiver, subject, attempts, next, message.fault.clone()]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let head = ["since", "channel", "to", "subject", "attempts", "next", "reason"];
    print::data(&match format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&unsent)?),
        Format::Csv => print::csv(&head, &rows)?,
        Format::Table if rows.is_empty() => "no message waits\n".to_owned(),
        Format::Table => print::table(&head, &rows),
    })?;
    wrong_channels(workspace, messages, history.connection(), common).await
}

async fn send(workspace: &Workspace, messages: &Messages, common: Common) -> Result<Outcome> {
    let mut history = History::open(&workspace.config.history_path()).await?;
    let Some(delivered) = messages.deliver(history.connection(), Pace::AtOnce, clock::now()).await? else {
        bail!("another process of tertib is sending messages; ask again when it is done");
    };
    print::data(&format!("{} sent, {} not sent\n", delivered.sent, delivered.refused))?;
    let wrong = wrong_channels(workspace, messages, history.connection(), common).await?;
    Ok(wrong.and(Outcome::of(delivered.refused > 0)))
}

/// The news is sent at once, and where the history cannot be written, past it.
async fn crash(workspace: &Workspace, messages: &Messages, common: Common) -> Result<Outcome> {
    let now = clock::now();
    let finding = Finding { code: "N003", place: "tertib serve".to_owned(), count: 1 };
    print::words(common, print::findings(workspace.speech(common), &[finding]).trim_end());
    let written = async {
        let mut history = History::open(&workspace.config.history_path()).await?;
        messages.crashed(history.connection(), now).await?;
        anyhow::Ok(history)
    };
    match written.await {
        Ok(mut history) => {
            let delivered = messages.deliver(history.connection(), Pace::Due, now).await?;
            Ok(Outcome::of(delivered.is_some_and(|delivered| delivered.refused > 0)))
        }
        Err(fault) => {
            tracing::error!("{fault:#}\n  the message is sent without it");
            say(&messages.crashed_without_history(now).await)
        }
    }
}

/// Prints what is wrong with the channels themselves.
async fn wrong_channels(
    workspace: &Workspace,
    messages: &Messages,
    db: &mut SqliteConnection,
    common: Common,
) -> Result<Outcome> {
    let conditions = messages.conditions(db).await?;
    let findings: Vec<Finding> =
        conditions.into_iter().map(|of| Finding { code: of.code, place: of.of, count: of.count }).collect();
    if !findings.is_empty() {
        print::words(common, print::findings(workspace.speech(common), &findings).trim_end());
    }
    Ok(Outcome::of(!findings.is_empty()))
}
