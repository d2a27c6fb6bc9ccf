//! `tertib util`: what a package of the program is made of.

use crate::outcome::Outcome;
use crate::{config, print};
use anyhow::{Context, Result};
use clap::{Command, Subcommand};
use clap_complete::{Shell, generate};
use std::path::PathBuf;

/// What to make.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Write the manual page of every command into a folder.
    Man {
        /// The folder, which is made.
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
    /// Print what a shell needs to complete commands and options.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the JSON Schema of tertib.toml, from which editors know its keys and words.
    Schema,
}

/// Makes it from the command line as it is, so that nothing has to be kept up to date by hand.
pub(crate) fn run(action: &Action, mut command_line: Command) -> Result<Outcome> {
    match action {
        Action::Man { dir } => {
            std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
            clap_mangen::generate_to(command_line, dir)
                .with_context(|| format!("cannot write the manual pages into {}", dir.display()))?;
        }
        Action::Completions { shell } => {
            let mut script = Vec::new();
            generate(*shell, &mut command_line, "tertib", &mut script);
            print::data(&String::from_utf8(script)?)?;
        }
        Action::Schema => print::data(&config::schema()?)?,
    }
    Ok(Outcome::Done)
}
