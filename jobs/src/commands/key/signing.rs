//! The key that signs the log.

use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::SigningKey;

/// Options of `tertib key show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The key as PEM, as openssl reads it.
    #[arg(long)]
    pem: bool,
    #[command(flatten)]
    place: Where,
}

/// Makes the key, and signs what the archive has so far. An archive whose log is signed already goes on with its own key, or with one
/// that `rotate` declares.
pub(super) fn new(place: &Where, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(place.config.as_deref())?;
    let path = workspace.config.signing_key_path();
    if path.symlink_metadata().is_ok() {
        bail!("{} is there already; `tertib key show` prints its public part", path.display());
    }
    if workspace.archive()?.checkpoint()?.is_some_and(|(_, note)| note.is_some()) {
        bail!(
            "the log of this archive is signed with a key of its own; restore {} or enter it from the paper (`tertib key enter`)\n  \
             only where it is lost for ever: `tertib key rotate --signing --lost`",
            path.display()
        );
    }
    let signing = SigningKey::random(&path)?;
    signing.keep(&path)?;
    print::data(&format!("{}\n", path.display()))?;
    if !workspace.archive()?.is_empty() {
        let key = workspace.config.key()?;
        let bar = Progress::of_rows(common, "log");
        let told = &mut |done, of| bar.at(done, of);
        pipeline::sign_log(&workspace.config.archive_path(), (&key, &signing), workspace.fence(), told)?;
    }
    Ok(Outcome::Done)
}

/// Prints the public key. Its name is that of the archive's log, so there must be an archive.
pub(super) fn show(options: &Show) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    let key = workspace.config.held_signing_key()?;
    let archive = workspace.archive()?;
    let origin =
        archive.origin().context("the archive is empty, and its log has no name yet; run `tertib pull` first")?;
    let public = key.verifying(&origin);
    print::data(&if options.pem { public.pem() } else { format!("{public}\n") })?;
    Ok(Outcome::Done)
}
