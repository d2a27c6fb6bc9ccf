//! Options that several commands share.

use clap::{Args, ValueEnum};
use schemas::{Language, Month};
use std::path::PathBuf;

/// Options of every command.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Common {
    /// Say nothing but results and errors.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Colour on the terminal.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Language of what tells how things are: findings, status, doctor [default: `bahasa` in tertib.toml, else id].
    #[arg(long, global = true, value_enum, value_name = "id|en", hide_possible_values = true)]
    pub lang: Option<Language>,
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
    /// Configuration file [default: ./tertib.toml, ./work/tertib.toml, /etc/tertib/tertib.toml].
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
