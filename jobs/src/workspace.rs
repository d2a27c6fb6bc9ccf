//! What every command works with: the configuration, the facts and the decisions of one office, and its archive.

mod snapshot;

pub(crate) use snapshot::Snapshot;

use crate::config::{Config, place, text};
use crate::options::{ArchiveCopy, Common, Where};
use crate::print;
use crate::stop;
use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, Utc};
use pipeline::{Archive, FigureBook, Key, KeyError, Progress, PullOptions, PullReport, WriterLock};
use schemas::{ApprovalFile, Decisions, FactFiles, Facts, FactsError, Language, Month, OfficeDays, Remarks, Speech};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Which events to pull, and when it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PullRequest {
    /// Now.
    pub at: DateTime<Utc>,
    /// Whether to leave the archive as it is.
    pub dry_run: bool,
    /// At the first pull: only rows recorded from this instant on.
    pub from: Option<DateTime<Utc>>,
    /// Only rows recorded before this instant.
    pub until: Option<DateTime<Utc>>,
    /// A month to be read again, instead of what is new.
    pub again: Option<Month>,
    /// Whether many corrections at once are meant.
    pub accept_corrections: bool,
}

impl PullRequest {
    /// Everything that is new.
    pub(crate) fn everything(at: DateTime<Utc>) -> Self {
        Self { at, dry_run: false, from: None, until: None, again: None, accept_corrections: false }
    }
}

/// What every command works with.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The configuration.
    pub config: Config,
    /// The facts of law and office.
    pub facts: Arc<Facts>,
    /// What the office decided about targets.
    pub decisions: Decisions,
    /// What the Kepala Dinas remarked on findings.
    pub remarks: Remarks,
}

impl Workspace {
    /// Reads the configuration, the facts and the decisions.
    pub(crate) fn open(config: Option<&Path>) -> Result<Arc<Self>> {
        Self::of(Config::find(config)?)
    }

    /// Reads the facts and the decisions of a configuration.
    ///
    /// # Errors
    /// Says which file cannot be used.
    pub(crate) fn of(config: Config) -> Result<Arc<Self>> {
        print::in_zone(config.office.zone());
        tracing::debug!(folder = %config.folder.display(), "configuration read");
        let (calendar, targets) = (config.calendar_path(), config.targets_path());
        let own = config.facts_path().map(|folder| own_facts(&folder)).transpose()?.unwrap_or_default();
        let files = FactFiles::new(own).context("the folder of `facts` cannot be used; mend or remove the file")?;
        let facts = Facts::load(&files, &entries(&calendar)?, config.office.zone()).map_err(|fault| match fault {
            FactsError::Calendar(_) => anyhow!(fault).context(unusable(&calendar)),
            FactsError::File { .. } => anyhow!(fault).context("a fact file cannot be used; mend or remove it"),
        })?;
        config.check_with(&facts)?;
        let decisions = Decisions::of(entries(&targets)?, &facts).with_context(|| unusable(&targets))?;
        let path = config.remarks_path();
        let remarks = Remarks::of(entries(&path)?, &facts).with_context(|| unusable(&path))?;
        Ok(Arc::new(Self { config, facts: Arc::new(facts), decisions, remarks }))
    }

    /// The office before it entered what it entered after an instant, in milliseconds since 1970 UTC.
    pub(crate) fn entered_until(&self, at_ms: i64) -> Arc<Self> {
        Arc::new(Self {
            config: self.config.clone(),
            facts: Arc::clone(&self.facts),
            decisions: self.decisions.entered_until(at_ms),
            remarks: self.remarks.entered_until(at_ms),
        })
    }

    /// What the officer is told, in the language of the command line or else of the configuration.
    pub(crate) fn speech(&self, common: Common) -> Speech<'_> {
        self.facts.speech(common.lang.unwrap_or(self.config.bahasa))
    }

    /// Who approved which proposal to destroy personal data.
    pub(crate) fn approvals(&self) -> Result<ApprovalFile> {
        entries(&self.config.approvals_path())
    }

    /// The archive as it is now, which must be of the office's zone.
    pub(crate) fn archive(&self) -> Result<Archive> {
        let archive = Archive::open(&self.config.archive_path())?;
        archive.check_zone(self.facts.zone)?;
        Ok(archive)
    }

    /// The figures of the archive as it is now, with what is kept of months that are over. Without the office's key, as an auditor
    /// has the archive, all are computed anew and nothing is kept.
    fn figures(&self, archive: &Archive) -> Result<FigureBook> {
        let book = FigureBook::open(archive, &self.facts)?;
        Ok(match self.key_if_there()? {
            Some(key) => book.keeping(&key)?,
            None => book,
        })
    }

    /// The office's key; none where there is no key file, as on an auditor's machine.
    pub(crate) fn key_if_there(&self) -> Result<Option<Key>> {
        match self.config.key() {
            Ok(key) => Ok(Some(key)),
            Err(KeyError::Missing { .. }) => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }

    /// How two writers of the archive are kept apart.
    pub(crate) fn fence(&self) -> WriterLock {
        if self.config.archive.lock { WriterLock::Lock } else { WriterLock::PutIfAbsent }
    }

    /// Signs what a commit without rows added to the archive's log, as a pull does by itself.
    ///
    /// # Errors
    /// When the log is not the one that was written, or cannot be written.
    pub(crate) fn sign_log(&self) -> Result<()> {
        let Some(signing) = self.config.signing_key()? else { return Ok(()) };
        let (root, key) = (self.config.archive_path(), self.config.key()?);
        Ok(pipeline::sign_log(&root, (&key, &signing), self.fence(), &mut |_, _| {})?)
    }

    /// Pulls what is asked for.
    ///
    /// # Errors
    /// As for [`pipeline::pull`], and when the program is asked to stop meanwhile.
    pub(crate) async fn pull(&self, request: PullRequest, progress: Progress<'_>) -> Result<PullReport> {
        let (key, signing) = (self.config.key()?, self.config.signing_key()?);
        let source = &self.config.source;
        let options = PullOptions {
            source_name: &source.name,
            lookback_s: i64::from(source.lookback_days) * 86_400,
            at_ms: request.at.timestamp_millis(),
            dry_run: request.dry_run,
            from_us: request.from.map(|t| t.timestamp_micros()),
            until_us: request.until.map(|t| t.timestamp_micros()),
            again: request.again,
            accept_corrections: request.accept_corrections,
            slice_rows: source.slice_rows.get(),
            retries: source.retries,
            may_write: source.may_write,
            fence: self.fence(),
            signing: signing.as_ref(),
        };
        let (source, archive) = (self.config.source_config()?, self.config.archive_path());
        // An archive that a crash cut short cannot be read before the pull has healed it.
        let before = Archive::open(&archive).ok().and_then(|archive| archive.version());
        tracing::debug!(?before, "pull");
        let _under_way = stop::under_way({
            let archive = archive.clone();
            move || pulled_until_now(&archive, before)
        });
        tokio::select! {
            report = pipeline::pull(&source, &archive, &key, &self.facts, options, progress) => Ok(report?),
            stopped = stop::asked() => Err(stopped.into()),
        }
    }
}

/// What a pull that is cut off has archived: whole slices, or nothing.
fn pulled_until_now(archive: &Path, before: Option<u64>) -> String {
    match Archive::open(archive).map(|archive| archive.version()) {
        Ok(Some(version)) if before != Some(version) => {
            format!("archived up to version {version}; pull again, which goes on from there")
        }
        Ok(_) => "nothing was archived; pull again".to_owned(),
        Err(fault) => format!("{fault}; pull again"),
    }
}

/// An archive that is only read: the office's own, or a copy that is somewhere without a configuration.
pub(crate) enum Readable {
    /// The office's.
    Own(Arc<Workspace>),
    /// A copy, with the facts that are built in.
    Copy {
        /// The archive.
        archive: Box<Archive>,
        /// The facts.
        facts: Arc<Facts>,
    },
}

impl Readable {
    /// Opens what the command line names.
    pub(crate) fn open(copy: &ArchiveCopy, place: &Where) -> Result<Self> {
        Ok(match &copy.archive {
            Some(root) => {
                let archive = Archive::open(root)?;
                let zone = archive.zone().unwrap_or_default();
                let facts = Facts::load(&FactFiles::default(), &OfficeDays::default(), zone)?;
                Self::Copy { archive: Box::new(archive), facts: Arc::new(facts) }
            }
            None => Self::Own(Workspace::open(place.config.as_deref())?),
        })
    }

    /// The figures of the archive as it is now; those of a copy are computed anew, and nothing is written.
    pub(crate) fn figures(&self, archive: &Archive) -> Result<FigureBook> {
        match self {
            Self::Own(workspace) => workspace.figures(archive),
            Self::Copy { facts, .. } => Ok(FigureBook::open(archive, facts)?),
        }
    }

    /// The facts by which it is read.
    pub(crate) fn facts(&self) -> &Facts {
        match self {
            Self::Own(workspace) => &workspace.facts,
            Self::Copy { facts, .. } => facts,
        }
    }

    /// The same for who keeps them.
    pub(crate) fn shared_facts(&self) -> &Arc<Facts> {
        match self {
            Self::Own(workspace) => &workspace.facts,
            Self::Copy { facts, .. } => facts,
        }
    }

    /// What the officer is told; beside a copy, in the language of the command line.
    pub(crate) fn speech(&self, common: Common) -> Speech<'_> {
        match self {
            Self::Own(workspace) => workspace.speech(common),
            Self::Copy { facts, .. } => facts.speech(common.lang.unwrap_or_default()),
        }
    }

    /// The archive as it is now.
    pub(crate) fn archive(&self) -> Result<Archive> {
        match self {
            Self::Own(workspace) => workspace.archive(),
            Self::Copy { archive, .. } => Ok(Archive::clone(archive)),
        }
    }
}

/// The facts and the language of the office whose configuration is named or lies here; where there is none, those that are built in.
pub(crate) fn facts_if_configured(config: Option<&Path>) -> Result<(Arc<Facts>, Language)> {
    if config.is_none() && Config::usual()?.is_none() {
        return Ok((Arc::new(Facts::embedded()?), Language::default()));
    }
    let workspace = Workspace::open(config)?;
    Ok((Arc::clone(&workspace.facts), workspace.config.bahasa))
}

/// The texts of a folder's files, by path below it.
fn own_facts(folder: &Path) -> Result<BTreeMap<String, String>> {
    let unread = || format!("cannot read the facts in {}", folder.display());
    let (mut texts, mut open) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).with_context(unread)? {
            let entry = entry.with_context(unread)?;
            let path = entry.path();
            if entry.file_type().with_context(unread)?.is_dir() {
                open.push(path);
                continue;
            }
            // A folder of something else is told by its first file, before anything of it is read.
            if !path.extension().is_some_and(|ending| ending == "toml" || ending == "csv") {
                bail!("{} is no fact file; a fact file ends in .toml or .csv", path.display());
            }
            let parts = path.strip_prefix(folder)?.components();
            let name = parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
            texts.insert(name, text::read("the fact file", &path)?);
        }
    }
    Ok(texts)
}

/// Reads a file beside the configuration; without the file, its default.
fn entries<T: Default + DeserializeOwned>(path: &Path) -> Result<T> {
    match path.symlink_metadata() {
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(T::default()),
        _ => {
            let entered = text::read("the entries", path)?;
            let read = toml::from_str(&entered).map_err(|fault| anyhow!(place::place(&fault, &entered)));
            read.with_context(|| unusable(path))
        }
    }
}

fn unusable(path: &Path) -> String {
    format!("{} cannot be used; mend it or put back a copy", path.display())
}
