//! `tertib restore`

use crate::backup::{self, Restoration};
use crate::config::{BackupSection, Config};
use crate::options::{Common, Where};
use crate::outcome::Outcome;
use crate::print;
use anyhow::{Result, bail};
use clap::Args;
use schemas::{Facts, Finding};
use std::path::{Path, PathBuf};

/// Options of `tertib restore`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A folder, `s3://BUCKET/PREFIX`, or the name of a `[[backup]]` of the configuration.
    #[arg(value_name = "TARGET")]
    target: String,
    /// The folder to make.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The last version of the archive to restore [default: the newest].
    #[arg(long, value_name = "VERSION")]
    until: Option<u64>,
    /// The address of the S3 server.
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// The region of the S3 server.
    #[arg(long, value_name = "NAME")]
    region: Option<String>,
    /// The file with the id of its access key.
    #[arg(long, value_name = "FILE")]
    access_key_file: Option<PathBuf>,
    /// The file with the secret of its access key.
    #[arg(long, value_name = "FILE")]
    secret_key_file: Option<PathBuf>,
    /// The certificates of the office's own authority.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    #[command(flatten)]
    place: Where,
}

/// Exit code 1 when something of the backup is gone that the archive does not need, 2 when nothing was restored.
pub(crate) fn run(options: &Options, common: Common) -> Result<Outcome> {
    let (section, home) = target(options)?;
    let bar = print::Progress::of_pieces(common, "restore");
    let mut advance = |done, total| bar.at(done, total);
    let restored =
        tokio::task::block_in_place(|| backup::restore(&section, &home, &options.dir, options.until, &mut advance));
    drop(bar);
    tell(&restored?, common)
}

/// The target: one of the configuration, if there is one of that name; otherwise what the command line says.
fn target(options: &Options) -> Result<(BackupSection, PathBuf)> {
    let is_place = options.target.contains(['/', '\\']) || Path::new(&options.target).is_dir();
    if options.place.config.is_some() || !is_place {
        let config = Config::find(options.place.config.as_deref())?;
        if let Some(section) = config.backups.iter().find(|section| section.name == options.target) {
            return Ok((section.clone(), config.folder.clone()));
        }
        if !is_place {
            let names: Vec<&str> = config.backups.iter().map(|section| section.name.as_str()).collect();
            bail!("`{}` is neither a folder nor a [[backup]]; there are {}", options.target, names.join(", "));
        }
    }
    let section = BackupSection {
        endpoint: options.endpoint.clone(),
        region: options.region.clone(),
        access_key_file: options.access_key_file.clone(),
        secret_key_file: options.secret_key_file.clone(),
        ca_file: options.ca_file.clone(),
        ..BackupSection::bare(&options.target)
    };
    Ok((section, PathBuf::from(".")))
}

/// Says what was restored, what is missing, and what to do next.
fn tell(restored: &Restoration, common: Common) -> Result<Outcome> {
    let Restoration { folder, version, head, events, files, public_only, at, faults, unnamed } = restored;
    let facts = Facts::embedded()?;
    let mut said = format!(
        "{}: archive version {version} with {events} events, verified; {files} files of the office\nhead {head}\n",
        folder.display()
    );
    match at {
        Some(at) => {
            said.push_str(&format!("the last backup in this target is of {}\n", at.format("%Y-%m-%d %H:%M UTC")));
        }
        None => {
            let lacks = "configuration, history and documents are missing";
            said.push_str(&format!("the only backup in this target was cut off: {lacks}\n"));
        }
    }
    if *unnamed > 0 {
        said.push_str(&format!(
            "{unnamed} more files belong to a backup that was cut off, or whose manifest is gone\n"
        ));
    }
    let mut findings = Vec::new();
    if !faults.is_empty() {
        let place = faults.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        findings.push(Finding { code: "K013", place, count: faults.len() as u64 });
    }
    if *public_only {
        findings.push(Finding { code: "K017", place: folder.display().to_string(), count: 1 });
    }
    let speech = facts.speech(common.lang.unwrap_or_default());
    said.push_str(&print::findings(speech, &findings));
    print::data(&said)?;
    let config = folder.join("tertib.toml");
    let mut next = String::from("missing: the key and the passwords, which are in no backup; next:\n");
    if !config.is_file() {
        next.push_str(&format!("{}\n", print::command(&format!("init {} --source URL", folder.display()), None)));
    }
    for command in ["key enter", "doctor", "verify"] {
        next.push_str(&format!("{}\n", print::command(command, Some(&config))));
    }
    print::words(common, next.trim_end());
    Ok(Outcome::of(!faults.is_empty() || *unnamed > 0 || at.is_none()))
}
