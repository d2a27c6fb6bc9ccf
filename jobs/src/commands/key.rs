//! `tertib key`: the keys of the office, their copies on paper, and new keys.

mod rotate;
mod signing;

use crate::config::Config;
use crate::examples;
use crate::history::{BackupRecord, History, RecordKind, RecordOutcome};
use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::workspace::Workspace;
use crate::{clock, print};
use anyhow::{Context, Result, bail};
use clap::Subcommand;
use pipeline::Key;
use std::io::{BufRead, IsTerminal, Read};

/// A key on paper is no longer.
const LONGEST_BYTES: u64 = 4_096;

/// What to do with the key.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Make the key that signs the log of the archive, where there is none yet.
    #[command(after_help = examples::KEY_NEW)]
    New(Where),
    /// Print the public key of the log, for whoever verifies the archive.
    #[command(after_help = examples::KEY_SHOW)]
    Show(signing::Show),
    /// Print the key for the safe: a QR code, digits and words. Nothing is kept of it: `tertib key print | lp`.
    #[command(after_help = examples::KEY_PRINT)]
    Print(Where),
    /// Compare the copy on paper with the key, and note the date. Type the 17 words or the 64 digits, then an empty line.
    #[command(after_help = examples::KEY_CONFIRM)]
    Confirm(Where),
    /// Make the key file anew from the paper, after a restore. Type the 17 words or the 64 digits, then an empty line.
    #[command(after_help = examples::KEY_ENTER)]
    Enter(Where),
    /// Change the key of the pseudonyms: because somebody else may know it, or because it is lost for ever.
    #[command(after_help = examples::KEY_ROTATE)]
    Rotate(rotate::Options),
}

/// Exit code 1 when the copy is of another key, 2 when it cannot be read.
pub(crate) async fn run(action: &Action, common: Common) -> Result<Outcome> {
    match action {
        Action::New(place) => signing::new(place, common),
        Action::Show(options) => signing::show(options),
        Action::Print(place) => print_key(&Config::find(place.config.as_deref())?),
        Action::Confirm(place) => confirm(&Config::find(place.config.as_deref())?, common).await,
        Action::Enter(place) => enter(place, common),
        Action::Rotate(options) => rotate::run(options, common),
    }
}

fn print_key(config: &Config) -> Result<Outcome> {
    let key = Key::load(&config.key_path())?;
    let (digits, words) = (key.digits(), key.words());
    let groups: Vec<&str> = (0..digits.len()).step_by(8).map(|i| &digits[i..i + 8]).collect();
    let lines: String = words.chunks(6).map(|line| format!("    {}\n", line.join("  "))).collect();
    print::data(&format!(
        "KUNCI TERTIB — RAHASIA. Simpan dalam brankas, terpisah dari cadangan.\n\
         {}\n{}\nkunci {}\n\n{}\nAngka:\n    {}\n    {}\n\nKata:\n{lines}\n\
         Sesudah tersimpan, cocokkan: tertib key confirm\n\
         Sesudah komputer diganti:    tertib restore …, lalu tertib key enter\n",
        config.office.pemerintah,
        config.office.dinas,
        key.id(),
        reports::block_code(&digits, !std::io::stdout().is_terminal())?,
        groups[..4].join(" "),
        groups[4..].join(" "),
    ))?;
    Ok(Outcome::Done)
}

async fn confirm(config: &Config, common: Common) -> Result<Outcome> {
    let key = Key::load(&config.key_path())?;
    let copy = typed(common)?;
    if copy.id() != key.id() {
        print::data("the paper is the copy of another key; print it anew with `tertib key print`\n")?;
        return Ok(Outcome::Findings);
    }
    let mut history = History::open(&config.history_path()).await?;
    let record = BackupRecord {
        message: key.id(),
        ..BackupRecord::new(("", ""), RecordKind::Key, clock::now(), RecordOutcome::Done)
    };
    history.keep_backup(&record).await?;
    print::data(&format!("the paper is a copy of the key {}; the date is noted\n", key.id()))?;
    Ok(Outcome::Done)
}

fn enter(place: &Where, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(place.config.as_deref())?;
    let path = workspace.config.key_path();
    if path.symlink_metadata().is_ok() {
        bail!("{} is there already; `tertib key confirm` compares the paper with it", path.display());
    }
    let key = typed(common)?;
    workspace.archive()?.check_key(&key)?;
    key.keep(&path)?;
    print::data(&format!("{}: the key {}\n", path.display(), key.id()))?;
    Ok(Outcome::Done)
}

/// The key that somebody types, or that comes from a scanner; an empty line ends it.
fn typed(common: Common) -> Result<Key> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        print::words(common, "Type the 17 words or the 64 digits of the paper, then an empty line:");
    }
    let mut text = String::new();
    for line in stdin.lock().take(LONGEST_BYTES).lines() {
        let line = line.context("cannot read what was typed")?;
        if line.trim().is_empty() && !text.trim().is_empty() {
            break;
        }
        text.push_str(&line);
        text.push('\n');
    }
    Ok(Key::of_paper(&text)?)
}
