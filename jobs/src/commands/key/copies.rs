//! `tertib key backup`: the key files on a medium that goes into the safe.

use super::paper::note;
use crate::config::Config;
use crate::key_files;
use crate::options::Where;
use crate::outcome::Outcome;
use crate::print;
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::{Key, Readers, SigningKey};
use std::path::{Path, PathBuf};

/// Options of `tertib key backup`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The folder to make, which is not there yet: on a medium that goes into the safe, never beside a backup of the archive.
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    #[command(flatten)]
    place: Where,
}

/// Exit code 2 when a key cannot be read, or the folder is there already or inside the archive or the documents.
pub(super) async fn run(options: &Options) -> Result<Outcome> {
    let config = Config::find(options.place.config.as_deref())?;
    let folder = &options.output;
    if folder.symlink_metadata().is_ok() {
        bail!("{} is there already; name a folder that is not", folder.display());
    }
    refuse_within(folder, &config)?;
    let key = config.key()?;
    let signing = config.signing_key()?;
    pipeline::make_folder(folder, Readers::Owner).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut kept: Vec<(PathBuf, String)> = Vec::new();
    let place = |path: &Path| folder.join(path.file_name().unwrap_or_default());
    let path = place(&config.key_path());
    key.keep(&path)?;
    kept.push((path, format!("the key {}", key.id())));
    for earlier in key_files::earlier(&config.key_path()) {
        let path = place(&key_files::beside(&config.key_path(), &earlier.id()));
        earlier.keep(&path)?;
        kept.push((path, format!("the earlier key {}", earlier.id())));
    }
    if let Some(signing) = &signing {
        let path = place(&config.signing_key_path());
        signing.keep(&path)?;
        kept.push((path, format!("the signing key {}", signing.id())));
    }
    key_files::flush(&place(&config.key_path()))?;
    prove(&config, folder, (&key, signing.as_ref()))?;
    note(&config, &key.id()).await?;
    if let Some(signing) = &signing {
        note(&config, &signing.id()).await?;
    }
    let lines: String = kept.iter().map(|(path, name)| format!("{}: {name}\n", path.display())).collect();
    print::data(&format!("{lines}all were read again there; put the medium into the safe, apart from the backups\n"))?;
    Ok(Outcome::Done)
}

/// Reads the copies as a restored office would.
fn prove(config: &Config, folder: &Path, (key, signing): (&Key, Option<&SigningKey>)) -> Result<()> {
    let place = |path: &Path| folder.join(path.file_name().unwrap_or_default());
    let is_same = Key::load(&place(&config.key_path()))?.id() == key.id()
        && match signing {
            Some(signing) => SigningKey::load(&place(&config.signing_key_path()))?.id() == signing.id(),
            None => true,
        };
    if is_same {
        Ok(())
    } else {
        bail!("{} does not hold what was written there; use another medium", folder.display())
    }
}

/// Whoever holds the archive together with its keys can recognise residents, so the copy lies in neither of its places.
fn refuse_within(folder: &Path, config: &Config) -> Result<()> {
    let above = folder.parent().filter(|above| *above != Path::new("")).unwrap_or(Path::new("."));
    let above = above.canonicalize().with_context(|| format!("cannot find {}", above.display()))?;
    for place in [config.archive_path(), config.reports_path()] {
        if place.canonicalize().is_ok_and(|place| above.starts_with(place)) {
            bail!("{} lies in {}; keys are kept apart from what they protect", folder.display(), place.display());
        }
    }
    Ok(())
}
