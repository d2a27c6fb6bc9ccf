//! The keys on paper: printed for the safe, compared, and entered after a restore.

use crate::clock;
use crate::config::Config;
use crate::history::{BackupRecord, History, RecordKind, RecordOutcome};
use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::print;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::{Key, PaperKey, SigningKey};
use std::io::{BufRead, IsTerminal, Read};
use std::path::Path;

/// More than the paper of a key.
const LONGEST_BYTES: u64 = 4_096;

/// Options of `tertib key print`.
#[derive(Debug, Args)]
pub(crate) struct Print {
    /// The key that signs the log, instead of the one of the pseudonyms.
    #[arg(long)]
    signing: bool,
    #[command(flatten)]
    place: Where,
}

/// Prints a key for the safe.
pub(super) fn print(options: &Print) -> Result<Outcome> {
    let config = Config::find(options.place.config.as_deref())?;
    let (title, name, paper) = if options.signing {
        let key = config.held_signing_key()?;
        ("KUNCI PENANDA TERTIB", format!("penanda {}", key.id()), key.paper())
    } else {
        let key = Key::load(&config.key_path())?;
        ("KUNCI TERTIB", format!("kunci {}", key.id()), key.paper())
    };
    let (digits, words) = (paper.digits(), paper.words());
    let groups: Vec<&str> = (0..digits.len()).step_by(8).map(|i| &digits[i..i + 8]).collect();
    let lines: String = words.chunks(6).map(|line| format!("    {}\n", line.join("  "))).collect();
    print::data(&format!(
        "{title} — RAHASIA. Simpan dalam brankas, terpisah dari cadangan.\n\
         {}\n{}\n{name}\n\n{}\nAngka:\n    {}\n    {}\n\nKata:\n{lines}\n\
         Sesudah tersimpan, cocokkan: tertib key confirm\n\
         Sesudah komputer diganti:    tertib restore …, lalu tertib key enter\n",
        config.office.pemerintah,
        config.office.dinas,
        reports::block_code(&digits, !std::io::stdout().is_terminal())?,
        groups[..4].join(" "),
        groups[4..].join(" "),
    ))?;
    Ok(Outcome::Done)
}

/// Compares the paper with both keys, and notes of which it is a copy.
pub(super) async fn confirm(config: &Config, common: Common) -> Result<Outcome> {
    let key = Key::load(&config.key_path())?;
    let signing = config.signing_key()?;
    let copy = typed(common)?;
    let is_of_signing = |signing: &SigningKey| signing.paper() == copy;
    let (id, name) = match signing.filter(is_of_signing) {
        Some(signing) => (signing.id(), "signing key"),
        None if key.paper() == copy => (key.id(), "key"),
        None => {
            print::data("the paper is the copy of another key; print it anew with `tertib key print`\n")?;
            return Ok(Outcome::Findings);
        }
    };
    note(config, &id).await?;
    print::data(&format!("the paper is a copy of the {name} {id}; the date is noted\n"))?;
    Ok(Outcome::Done)
}

/// Notes that there is a copy of a key.
pub(super) async fn note(config: &Config, id: &str) -> Result<()> {
    let mut history = History::open(&config.history_path()).await?;
    let record = BackupRecord {
        message: id.to_owned(),
        ..BackupRecord::new(("", ""), RecordKind::Key, clock::now(), RecordOutcome::Done)
    };
    history.keep_backup(&record).await
}

/// Makes the file of the key whose paper is typed: the archive tells which of both it is.
pub(super) fn enter(place: &Where, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(place.config.as_deref())?;
    if workspace.config.signing_key_path().symlink_metadata().is_ok() {
        refuse_existing(&workspace.config.key_path())?;
    }
    let paper = typed(common)?;
    let archive = workspace.archive()?;
    let signing = match SigningKey::of_paper(&paper) {
        Some(key) if archive.is_signed_with(&key)? => Some(key),
        _ => None,
    };
    let (path, name) = match signing {
        Some(signing) => {
            let path = workspace.config.signing_key_path();
            refuse_existing(&path)?;
            signing.keep(&path)?;
            (path, format!("signing key {}", signing.id()))
        }
        None => {
            let (path, key) = (workspace.config.key_path(), Key::from(paper));
            refuse_existing(&path)?;
            archive.check_key(&key)?;
            key.keep(&path)?;
            (path, format!("key {}", key.id()))
        }
    };
    print::data(&format!("{}: the {name}\n", path.display()))?;
    Ok(Outcome::Done)
}

fn refuse_existing(path: &Path) -> Result<()> {
    if path.symlink_metadata().is_ok() {
        bail!("{} is there already; `tertib key confirm` compares the paper with it", path.display());
    }
    Ok(())
}

/// The key that somebody types, or that comes from a scanner; an empty line ends it.
fn typed(common: Common) -> Result<PaperKey> {
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
    Ok(PaperKey::read(&text)?)
}
