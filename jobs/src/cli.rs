//! The command line. Doc comments are the help.

use crate::commands;
use clap::{Args, Parser, Subcommand, ValueEnum};
use schemas::Month;
use std::path::PathBuf;

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

/// Options of every command.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Common {
    /// Say nothing but results and errors.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Colour on the terminal.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How data are written to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For reading.
    Table,
    /// For programs.
    Json,
    /// For spreadsheets: comma, UTF-8, header line.
    Csv,
}

/// Which configuration to use.
#[derive(Debug, Args)]
pub(crate) struct Where {
    /// Configuration file [default: ./tertib.toml, then ./work/tertib.toml].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// An archive that is read without an office's configuration, as an auditor has it.
#[derive(Debug, Args)]
pub(crate) struct ArchiveCopy {
    /// Folder of an archive, or of a copy of its public part; no configuration, key or source is needed.
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub(crate) archive: Option<PathBuf>,
}

/// What is asked of one month.
#[derive(Debug, Args)]
pub(crate) struct OfMonth {
    /// The month, for example 2026-10.
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Month,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Which configuration to use.
    #[command(flatten)]
    pub(crate) place: Where,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an invented office and run everything on it.
    Demo(commands::demo::Options),
    /// Write a commented tertib.toml and the folders.
    Init(commands::init::Options),
    /// Examine configuration, source, archive, calendar, targets, disk and fonts.
    Doctor(commands::doctor::Options),
    /// Bring new events in.
    Pull(commands::pull::Options),
    /// Compute the figures of a month, or of months by area, kind, officer or month.
    Metrics(commands::metrics::Options),
    /// Print the office's working calendar of a year, for the office to check.
    Calendar(commands::calendar::Options),
    /// Judge the figures of a month by the targets in force.
    Compliance(commands::compliance::Options),
    /// List how the berkas handed over in a month depart from the SOP.
    Conformance(OfMonth),
    /// List the berkas of a month that are probably of a person who came under another NIK, with the reasons.
    Duplicates(commands::duplicates::Options),
    /// Say how good the data of a month are: findings by berkas, or the columns, or counts by area, kind or officer.
    Quality(commands::quality::Options),
    /// The targets: list, enter a value, history.
    Target {
        /// What to do with them.
        #[command(subcommand)]
        action: commands::target::Action,
    },
    /// Write the books and reports of a month.
    Render(commands::render::Options),
    /// Run one job of the configuration now.
    Run(commands::run::Options),
    /// Run the jobs of the configuration when they are due.
    Serve(commands::serve::Options),
    /// Say how the archive and the jobs stand.
    Status(commands::status::Options),
    /// Answer one SELECT over the public table `events`.
    Query(commands::query::Options),
    /// Compare a month of the archive with the source, row for row.
    Reconcile(OfMonth),
    /// Close the books of a month: later entries stand in the next books, with a reference.
    Seal(commands::seal::Options),
    /// Print the licences of everything that the program holds, fonts included.
    Licences,
    /// Compute the statistics of public event logs and compare them with what others published.
    Selftest(commands::selftest::Options),
    /// Check every file of the archive against its log.
    Verify(commands::verify::Options),
    /// Set what lies in the current folder: how tertib calls itself for templates that may never end.
    #[command(hide = true)]
    Typeset,
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
