//! The command line. Doc comments are the help.

use crate::commands::{
    calendar, compliance, conformance, contract, demo, doctor, duplicates, init, licences, manual, metrics, notify,
    pull, quality, query, reconcile, render, run, seal, selftest, serve, status, target, verify,
};
use crate::options::{Common, OfMonth, Where};
use crate::outcome::Outcome;
use anyhow::anyhow;
use clap::{CommandFactory, Parser, Subcommand};
use std::path::Path;

/// Pulls the office's workflow events into an archive, computes the service standard, prints the books.
#[derive(Debug, Parser)]
#[command(name = "tertib", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Arguments {
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an invented office and run everything on it.
    Demo(demo::Options),
    /// Print what the source must show: every column with its words, or a CREATE VIEW to fill in.
    Contract(contract::Options),
    /// Write a commented tertib.toml and the folders.
    Init(init::Options),
    /// Examine configuration, source, archive, calendar, targets, disk and fonts.
    Doctor(doctor::Options),
    /// Bring new events in.
    Pull(pull::Options),
    /// Compute the figures of a month, or of months by area, kind, officer or month.
    Metrics(metrics::Options),
    /// Print the office's working calendar of a year, for the office to check.
    Calendar(calendar::Options),
    /// Judge the figures of a month by the targets in force.
    Compliance(compliance::Options),
    /// List how the berkas handed over in a month depart from the SOP.
    Conformance(OfMonth),
    /// List the berkas of a month that are probably of a person who came under another NIK, with the reasons.
    Duplicates(duplicates::Options),
    /// Say how good the data of a month are: findings by berkas, or the columns, or counts by area, kind or officer.
    Quality(quality::Options),
    /// The targets: list, enter a value, history.
    Target {
        /// What to do with them.
        #[command(subcommand)]
        action: target::Action,
    },
    /// Messages of the office: try the channels, list what is not sent, send it.
    Notify {
        /// What to do with them.
        #[command(subcommand)]
        action: notify::Action,
    },
    /// Write the books and reports of a month.
    Render(render::Options),
    /// Run one job of the configuration now.
    Run(run::Options),
    /// Run the jobs of the configuration when they are due.
    Serve(serve::Options),
    /// Show the state of the archive and of the jobs.
    Status(status::Options),
    /// Answer one SELECT over the public table `events`.
    Query(query::Options),
    /// Compare a month of the archive with the source, row for row.
    Reconcile(OfMonth),
    /// Close the books of a month: later entries stand in the next books, with a reference.
    Seal(seal::Options),
    /// Print the licences of everything that the program holds, fonts included.
    Licences,
    /// Compute the statistics of public event logs and compare them with what others published.
    Selftest(selftest::Options),
    /// Check every file of the archive against its log.
    Verify(verify::Options),
    /// Set what lies in the current folder: how tertib calls itself for templates that may never end.
    #[command(hide = true)]
    Typeset,
    /// Make what a package of the program needs: manual pages, completions.
    #[command(hide = true)]
    Util {
        /// What to make.
        #[command(subcommand)]
        action: manual::Action,
    },
}

impl Command {
    /// Where the configuration is, for a command that pulls.
    pub(crate) fn pulls(&self) -> Option<&Where> {
        match self {
            Self::Pull(options) => Some(&options.place),
            Self::Run(options) => Some(&options.place),
            Self::Serve(options) => Some(&options.place),
            _ => None,
        }
    }
}

/// Carries out what the command line asks.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<Outcome> {
    let common = arguments.common;
    match arguments.command {
        Command::Demo(options) => demo::run(options, common).await,
        Command::Duplicates(options) => duplicates::run(&options, common),
        Command::Contract(options) => contract::run(&options, common),
        Command::Init(options) => init::run(options, common).await,
        Command::Doctor(options) => doctor::run(options).await,
        Command::Pull(options) => pull::run(options, common).await,
        Command::Metrics(options) => metrics::run(&options, common),
        Command::Calendar(options) => calendar::run(&options, common),
        Command::Compliance(options) => compliance::run(&options, common),
        Command::Conformance(options) => conformance::run(&options, common),
        Command::Quality(options) => quality::run(&options, common),
        Command::Notify { action } => notify::run(&action, common).await,
        Command::Render(options) => render::run(&options, common).await,
        Command::Run(options) => run::run(options).await,
        Command::Seal(options) => seal::run(&options, common),
        Command::Licences => licences::run(),
        Command::Selftest(options) => selftest::run(&options, common),
        Command::Serve(options) => serve::run(options).await,
        Command::Status(options) => status::run(options).await,
        Command::Query(options) => query::run(&options, common),
        Command::Reconcile(options) => reconcile::run(&options, common).await,
        Command::Target { action } => target::run(&action, common),
        Command::Verify(options) => verify::run(&options, common),
        Command::Typeset => reports::set_in(Path::new(".")).map(|()| Outcome::Done).map_err(|fault| match fault {
            reports::RenderError::Layout { reason, .. } => anyhow!("error: {reason}"),
            other => anyhow!("error: {other}"),
        }),
        Command::Util { action } => manual::run(&action, Arguments::command()),
    }
}
