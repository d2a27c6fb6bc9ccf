//! `tertib key rotate`

use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::workspace::Workspace;
use crate::{clock, key_files};
use anyhow::Result;
use clap::Args;
use pipeline::{Key, KeyRotation, RotationError, SignerRotation, SigningKey};

/// Options of `tertib key rotate`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Change the key of the pseudonyms; the key in force is at hand.
    #[arg(long, required_unless_present_any = ["lost", "signing"])]
    pseudonym: bool,
    /// Change the key that signs the log, which both keys then sign.
    #[arg(long, conflicts_with = "pseudonym")]
    signing: bool,
    /// The same, although the key in force is lost for ever: its file, and its paper too. Without `--signing`, that of the pseudonyms.
    #[arg(long, conflicts_with = "pseudonym")]
    lost: bool,
    /// Why the key is changed, without NIK; it is kept in the archive's log.
    #[arg(long)]
    reason: String,
    /// Who changes it, with their post.
    #[arg(long, value_name = "NAME")]
    by: String,
    #[command(flatten)]
    place: Where,
}

/// Exit code 2 when the key in force is not at hand and not said to be lost, or the archive is empty, damaged or a public copy.
pub(super) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let workspace = Workspace::open(options.place.config.as_deref())?;
    if options.signing { change_signer(options, &workspace) } else { change_pseudonyms(options, common, &workspace) }
}

fn change_pseudonyms(options: &Options, common: Common, workspace: &Workspace) -> Result<Outcome> {
    let path = workspace.config.key_path();
    let (new, is_made_now): (Key, bool) = key_files::new(&path)?;
    let at_hand = Key::load(&path).ok();
    let signing = workspace.config.signing_key()?;
    let asked = KeyRotation {
        at_hand: at_hand.as_ref(),
        lost: options.lost,
        new: &new,
        reason: &options.reason,
        by: &options.by,
        at_ms: clock::now().timestamp_millis(),
        signing: signing.as_ref(),
    };
    let bar = Progress::of_pieces(common, "rotate");
    let rotated = pipeline::rotate_key(&workspace.config.archive_path(), workspace.fence(), asked);
    if is_made_now && rotated.as_ref().is_err_and(RotationError::is_refusal) {
        key_files::forget_new(&path);
    }
    let (version, persons) = rotated?;
    drop(bar);
    let kept = key_files::put_in_force(&path, &new)?;
    workspace.sign_log()?;
    let kept = kept.map_or_else(String::new, |kept| {
        format!("the key before lies in {}: `tertib verify` proves by it what was written under it\n", kept.display())
    });
    let next = |command| print::command(command, options.place.config.as_deref());
    print::data(&format!(
        "{}: the key {} is in force since version {version} of the archive; the pseudonyms of {persons} persons go on\n{kept}\
         next, since the copy on paper is of the key before:\n{}\n{}\n",
        path.display(),
        new.id(),
        next("key print"),
        next("key confirm")
    ))?;
    Ok(Outcome::Done)
}

fn change_signer(options: &Options, workspace: &Workspace) -> Result<Outcome> {
    let path = workspace.config.signing_key_path();
    let (new, is_made_now): (SigningKey, bool) = key_files::new(&path)?;
    let (key, at_hand) = (workspace.config.key()?, workspace.config.signing_key()?);
    let asked = SignerRotation {
        key: &key,
        at_hand: at_hand.as_ref(),
        lost: options.lost,
        new: &new,
        reason: &options.reason,
        by: &options.by,
        at_ms: clock::now().timestamp_millis(),
    };
    let rotated = pipeline::rotate_signer(&workspace.config.archive_path(), workspace.fence(), asked);
    if is_made_now && rotated.as_ref().is_err_and(RotationError::is_refusal) {
        key_files::forget_new(&path);
    }
    let version = rotated?;
    let kept = key_files::put_in_force(&path, &new)?;
    let kept = kept.map_or_else(String::new, |kept| format!("the key before lies in {}\n", kept.display()));
    let learns = if options.lost {
        "the key before has not signed this: hand the new public key over on paper to whoever verifies the archive"
    } else {
        "whoever trusts the key before learns of the new one from the log, which both have signed"
    };
    let next = |command| print::command(command, options.place.config.as_deref());
    print::data(&format!(
        "{}: the signing key {} is in force since version {version} of the archive\n{kept}{learns}; next:\n{}\n{}\n{}\n",
        path.display(),
        new.id(),
        next("key show"),
        next("key print --signing"),
        next("key confirm")
    ))?;
    Ok(Outcome::Done)
}
