//! `tertib key`: the keys of the office, their copies on paper or on a medium, and new keys.

mod copies;
mod paper;
mod rotate;
mod signing;

use crate::config::Config;
use crate::examples;
use crate::options::{Common, Where};
use crate::outcome::Outcome;
use anyhow::Result;
use clap::Subcommand;

/// What to do with the key.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Make the key that signs the log of the archive, where there is none yet.
    #[command(after_help = examples::KEY_NEW)]
    New(Where),
    /// Print the public key of the log, for whoever verifies the archive.
    #[command(after_help = examples::KEY_SHOW)]
    Show(signing::Show),
    /// Print a key for the safe: a QR code, digits and words. Nothing is kept of it: `tertib key print | lp`.
    #[command(after_help = examples::KEY_PRINT)]
    Print(paper::Print),
    /// Compare the copy on paper with the keys, and note the date. Type the 17 words or the 64 digits, then an empty line.
    #[command(after_help = examples::KEY_CONFIRM)]
    Confirm(Where),
    /// Make a key file anew from the paper, after a restore. Type the 17 words or the 64 digits, then an empty line.
    #[command(after_help = examples::KEY_ENTER)]
    Enter(Where),
    /// Copy all key files into a new folder on a medium for the safe, and read them there.
    #[command(after_help = examples::KEY_BACKUP)]
    Backup(copies::Options),
    /// Change a key: because somebody else may know it, or because it is lost for ever.
    #[command(after_help = examples::KEY_ROTATE)]
    Rotate(rotate::Options),
}

/// Exit code 1 when the copy is of another key, 2 when it cannot be read.
pub(crate) async fn run(action: &Action, common: Common) -> Result<Outcome> {
    match action {
        Action::New(place) => signing::new(place, common),
        Action::Show(options) => signing::show(options),
        Action::Print(options) => paper::print(options),
        Action::Confirm(place) => paper::confirm(&Config::find(place.config.as_deref())?, common).await,
        Action::Enter(place) => paper::enter(place, common),
        Action::Backup(options) => copies::run(options).await,
        Action::Rotate(options) => rotate::run(options, common),
    }
}
