//! The child that answers a question: how tertib calls itself for it.
//!
//! Reads   the order on standard input
//! Gives   the lines of the answer on standard output, or one line that says why there is none

use super::order::Order;
use super::room;
use crate::options::{ArchiveCopy, Where};
use crate::server;
use crate::workspace::Readable;
use anyhow::{Context, Result};
use clap::Args;
use pipeline::{ArchiveError, Ended, QueryError, Questions, Reads};
use serde_json::json;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

/// How much of an answer is written at once.
const BUFFER: usize = 1 << 17;

/// Options of the child.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Take the processor only while no other program wants it.
    #[arg(long)]
    pub(crate) behind: bool,
    #[command(flatten)]
    copy: ArchiveCopy,
    #[command(flatten)]
    place: Where,
}

/// Answers one question.
///
/// # Errors
/// When nobody takes the answer.
pub(crate) fn attend(options: &Options) -> Result<()> {
    let order: Order = serde_json::from_reader(std::io::stdin().lock()).context("there is no question")?;
    room::enter(&order)?;
    let mut out = BufWriter::with_capacity(BUFFER, std::io::stdout().lock());
    if let Err(fault) = answer(options, &order, &mut out) {
        let causes: Vec<String> = fault.chain().map(ToString::to_string).collect();
        let is_of_question = match fault.downcast_ref() {
            Some(QueryError::Refused { .. } | QueryError::Archive(ArchiveError::Empty { .. })) => "refused",
            _ => "broken",
        };
        writeln!(out, "{}", json!({is_of_question: causes.join(": ")}))?;
    }
    out.flush()?;
    Ok(())
}

fn answer(options: &Options, order: &Order, out: &mut dyn Write) -> Result<()> {
    // Whoever asks has opened the office, or goes on with what was kept of it; so does this.
    let readable = match &options.copy.archive {
        Some(_) => Readable::open(&options.copy, &options.place)?,
        None => Readable::Own(server::in_force(&options.place)?.0),
    };
    let archive = readable.archive()?;
    room::only_reads(Path::new(&archive.place()));
    let (facts, decisions) = match readable {
        Readable::Own(workspace) => (Arc::clone(&workspace.facts), Some(workspace.decisions.clone())),
        Readable::Copy { facts, .. } => (facts, None),
    };
    let questions = Questions::new(archive, facts, decisions);
    if !order.examined {
        return Ok(questions.write(&order.sql, &order.given, order.most, out)?);
    }
    let Reads { views, columns, months } = questions.examine(&order.sql, &order.given)?;
    let views = views.into_iter().map(str::to_owned).collect();
    let end = Ended { rows: 0, sha256: String::new(), views, columns, months };
    writeln!(out, "{}\n{}", json!({"columns": []}), json!({"end": end}))?;
    Ok(())
}
