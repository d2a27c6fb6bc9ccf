//! Options that several commands share.

use clap::{ArgAction, Args, ValueEnum};
use schemas::{Language, Month};
use std::path::PathBuf;
use tracing::level_filters::LevelFilter;

/// Under which heading the help lists what every command has.
pub(crate) const OF_EVERY_COMMAND: &str = "Options of every command";

/// Options of every command.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = OF_EVERY_COMMAND)]
pub(crate) struct Common {
    /// Say nothing but results and errors.
    #[arg(long, short, global = true, conflicts_with_all = ["verbose", "log_level"])]
    pub quiet: bool,
    /// Log more; twice for everything.
    #[arg(long, short, global = true, action = ArgAction::Count, conflicts_with = "log_level")]
    verbose: u8,
    /// Log nothing below this level [default: info].
    #[arg(long, global = true, value_enum, value_name = "LEVEL")]
    log_level: Option<LogLevel>,
    /// How log lines are written [default: text, but json for the journal of systemd].
    #[arg(long, global = true, value_enum, value_name = "FORM")]
    pub log: Option<LogFormat>,
    /// Tables with every column, and no line broken to the width of the terminal.
    #[arg(long, global = true)]
    pub wide: bool,
    /// Colour on the terminal.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
    /// Language of what tells how things are: findings, status, doctor [default: `bahasa` in tertib.toml, else id].
    #[arg(long, global = true, value_enum, value_name = "id|en", hide_possible_values = true)]
    pub lang: Option<Language>,
}

impl Common {
    /// Which log lines are written.
    pub(crate) fn log_level(self) -> LevelFilter {
        let asked = self.log_level.unwrap_or(match self.verbose {
            0 if self.quiet => LogLevel::Error,
            0 => LogLevel::Info,
            1 => LogLevel::Debug,
            _ => LogLevel::Trace,
        });
        match asked {
            LogLevel::Error => LevelFilter::ERROR,
            LogLevel::Warn => LevelFilter::WARN,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Debug => LevelFilter::DEBUG,
            LogLevel::Trace => LevelFilter::TRACE,
        }
    }
}

/// How weighty a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// How log lines are written to standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For a person, in the office's time; in the journal of systemd, which knows the time, without it.
    Text,
    /// For programs: an object on each line.
    Json,
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
#[derive(Clone, Debug, Args)]
pub(crate) struct Where {
    /// Configuration file [default: ./tertib.toml, ./work/tertib.toml, /etc/tertib/tertib.toml].
    #[arg(long, value_name = "FILE", help_heading = OF_EVERY_COMMAND, display_order = 0)]
    pub config: Option<PathBuf>,
}

/// An archive that is read without an office's configuration, as an auditor has it.
#[derive(Debug, Default, Args)]
pub(crate) struct ArchiveCopy {
    /// Folder of an archive, or of a copy of its public part; no configuration, key or source is needed.
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub(crate) archive: Option<PathBuf>,
}

/// What is asked of one month.
#[derive(Debug, Args)]
pub(crate) struct OfMonth {
    /// The month, for example 2026-10 [default: the last one].
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Option<Month>,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Which configuration to use.
    #[command(flatten)]
    pub(crate) place: Where,
}
