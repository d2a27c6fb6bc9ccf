//! `tertib doctor`

use crate::config::Config;
use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::{clock, doctor, print};
use anyhow::Result;
use clap::{Args, ValueEnum};
use doctor::Report;
use schemas::Facts;

/// Options of `tertib doctor`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    #[command(flatten)]
    place: Where,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// For reading.
    Text,
    /// For programs.
    Json,
}

/// Exit code 1 when something needs attention, 2 when the next jobs would fail; the last line says which.
pub(crate) async fn run(options: Options, common: Common) -> Result<Outcome> {
    let config = options.place.config.as_deref();
    let checks = doctor::examine(config, clock::now()).await;
    // What the office has wrong must not keep the doctor from saying so.
    let facts = Facts::embedded()?;
    let of_office = || Config::find(config).map_or_else(|_| Default::default(), |config| config.bahasa);
    let report = Report::new(&checks, facts.speech(common.lang.unwrap_or_else(of_office)));
    print::data(&match options.format {
        Form::Text => report.text(),
        Form::Json => report.json()?,
    })?;
    Ok(report.outcome())
}
