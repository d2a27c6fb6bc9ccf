//! One command, one file.

pub(crate) mod calendar;
pub(crate) mod compliance;
pub(crate) mod conformance;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod duplicates;
pub(crate) mod init;
pub(crate) mod licences;
pub(crate) mod metrics;
pub(crate) mod pull;
pub(crate) mod quality;
pub(crate) mod query;
pub(crate) mod reconcile;
pub(crate) mod render;
pub(crate) mod run;
pub(crate) mod seal;
pub(crate) mod selftest;
pub(crate) mod serve;
pub(crate) mod status;
pub(crate) mod target;
pub(crate) mod verify;

use crate::cli::{Arguments, Command};
use crate::exit::Outcome;
use anyhow::anyhow;
use std::path::Path;

/// Carries out what the command line asks.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<Outcome> {
    let common = arguments.common;
    match arguments.command {
        Command::Demo(options) => demo::run(options, common).await,
        Command::Duplicates(options) => duplicates::run(&options, common),
        Command::Init(options) => init::run(options, common).await,
        Command::Doctor(options) => doctor::run(options).await,
        Command::Pull(options) => pull::run(options, common).await,
        Command::Metrics(options) => metrics::run(&options, common),
        Command::Calendar(options) => calendar::run(&options),
        Command::Compliance(options) => compliance::run(&options, common),
        Command::Conformance(options) => conformance::run(&options, common),
        Command::Quality(options) => quality::run(&options, common),
        Command::Render(options) => render::run(&options, common).await,
        Command::Run(options) => run::run(options).await,
        Command::Seal(options) => seal::run(&options),
        Command::Licences => licences::run(),
        Command::Selftest(options) => selftest::run(&options),
        Command::Serve(options) => serve::run(options).await,
        Command::Status(options) => status::run(options).await,
        Command::Query(options) => query::run(&options, common),
        Command::Reconcile(options) => reconcile::run(&options).await,
        Command::Target { action } => target::run(&action, common),
        Command::Verify(options) => verify::run(&options),
        Command::Typeset => reports::set_in(Path::new(".")).map(|()| Outcome::Done).map_err(|fault| match fault {
            reports::RenderError::Layout { reason, .. } => anyhow!("error: {reason}"),
            other => anyhow!("error: {other}"),
        }),
    }
}
