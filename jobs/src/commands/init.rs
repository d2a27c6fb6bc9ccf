//! `tertib init`

use crate::config::{Beginning, optional_tables, source_url};
use crate::options::Common;
use crate::outcome::Outcome;
use crate::{packaged, print};
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::{Archive, Key, Source, SourceConfig, SourceError};
use std::path::{Path, PathBuf};

/// Options of `tertib init`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Folder to make.
    #[arg(default_value = "work", value_name = "DIR")]
    dir: PathBuf,
    /// Set up the service of the package, as root: configuration, key and source in /etc/tertib, the rest in /var/lib/tertib.
    #[arg(long, conflicts_with = "dir")]
    system: bool,
    /// Where the service keeps the archive, if not in /var/lib/tertib.
    #[arg(long, value_name = "DIR", requires = "system")]
    archive: Option<PathBuf>,
    /// The office's database: sqlite:PATH, postgres://…, mysql://… or csv:FOLDER [default: `TERTIB_SOURCE_URL`, which is not
    /// written down].
    #[arg(long, value_name = "URL")]
    source: Option<String>,
    /// The view with one row per event.
    #[arg(long, value_name = "NAME", default_value = "workflow_events")]
    view: String,
}

impl Options {
    /// Where the archive will be.
    fn archive_path(&self) -> PathBuf {
        let state = if self.system { Path::new(packaged::STATE) } else { &self.dir };
        self.archive.clone().unwrap_or_else(|| state.join("archive"))
    }
}

/// An existing configuration is never overwritten.
pub(crate) async fn run(mut options: Options, common: Common) -> Result<Outcome> {
    if options.system {
        packaged::check()?;
        options.dir = packaged::CONFIGURATION.into();
    }
    let options = options;
    let config = options.dir.join("tertib.toml");
    if config.symlink_metadata().is_ok() {
        bail!("{} is there already; edit it, or choose another folder", config.display());
    }
    let key = options.dir.join("kunci.key");
    let named = options.source.as_deref().map(absolute).transpose()?;
    let url = match &named {
        Some(url) => Some(url.clone()),
        None => source_url()?,
    };
    let Some(url) = url else {
        bail!("name the office's database with --source, or in TERTIB_SOURCE_URL");
    };
    SourceConfig::new(url.clone(), options.view.clone()).check()?;
    let (outages, stock, fault) = probe(&url, &options.view).await;
    std::fs::create_dir_all(&options.dir).with_context(|| format!("cannot make {}", options.dir.display()))?;
    let found = key.symlink_metadata().is_ok();
    if found {
        Key::load(&key)?;
    } else if Archive::open(&options.archive_path())?.is_empty() {
        Key::create(&key)?;
    } else {
        bail!(
            "{} holds an archive, but its key is not there; restore kunci.key from the backup",
            options.dir.display()
        );
    }
    let beginning = Beginning { url: named.as_deref().unwrap_or_default(), view: &options.view, outages, stock };
    if options.system {
        beginning.write_for_the_service(&config, options.archive.as_deref())?;
        packaged::hand_over(Some(&url), options.archive.as_deref())?;
    } else {
        beginning.write(&config)?;
    }
    if !options.system && named.as_deref().is_some_and(holds_password) {
        let seen = "others may see a password in the arguments of a program, and it now stands in";
        let advice = format!("{seen} {}; TERTIB_SOURCE_URL keeps it out of both", config.display());
        print::words(common, &advice);
    }
    print::data(&format!("{}\n{}\n", config.display(), key.display()))?;
    if found {
        let words = "was there already and is kept; if it is not this office's, remove it together with tertib.toml and begin anew";
        print::words(common, &format!("{} {words}", key.display()));
    }
    if let Some(fault) = &fault {
        print::words(common, &format!("the source could not be examined: {fault}"));
    }
    let next = if options.system {
        ["sudo -u tertib tertib doctor", "systemctl enable --now tertib"].map(str::to_owned)
    } else {
        ["doctor", "pull"].map(|command| print::command(command, Some(&config)))
    };
    print::words(common, &format!("keep a copy of kunci.key in a safe place; next:\n{}", next.join("\n")));
    Ok(Outcome::of(fault.is_some()))
}

/// Makes a relative path absolute, so that the folder can be anywhere.
fn absolute(url: &str) -> Result<String> {
    match crate::config::relative_path(url) {
        Some((scheme, path)) => {
            let full = std::path::absolute(path).with_context(|| format!("cannot find {path}"))?;
            Ok(format!("{scheme}:{}", full.display()))
        }
        None => Ok(url.to_owned()),
    }
}

/// Whether a URL has a user and a password.
fn holds_password(url: &str) -> bool {
    let user = url.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@'));
    user.is_some_and(|(user, _)| user.contains(':'))
}

/// Returns whether the source has the optional tables, and what is wrong with the view.
async fn probe(url: &str, view: &str) -> (bool, bool, Option<String>) {
    let mut config = SourceConfig::new(url.to_owned(), view.to_owned());
    let [outages, stock] = optional_tables(url);
    let has = async {
        let mut source = Source::open(config.clone()).await?;
        Ok::<_, SourceError>((source.has_relation(&outages).await?, source.has_relation(&stock).await?))
    };
    let has = match has.await {
        Ok(has) => has,
        Err(fault) => return (false, false, Some(fault.to_string())),
    };
    // In a folder of files these two hold no events.
    config.outages = has.0.then_some(outages);
    config.stock = has.1.then_some(stock);
    let fault = async { Source::open(config).await?.relation_schema().await };
    (has.0, has.1, fault.await.err().map(|e| e.to_string()))
}
