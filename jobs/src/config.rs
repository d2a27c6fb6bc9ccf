//! `tertib.toml`: one struct per concern, unknown keys refused.
//!
//! Looked for at `--config`, then `TERTIB_CONFIG`, then `./tertib.toml`, `./work/tertib.toml`, `/etc/tertib/tertib.toml`. Paths in it are
//! relative to the file itself. `TERTIB_SOURCE_URL` replaces the source's URL, so that a password need not be in a file.

mod backup;
mod credential;
mod job;
mod keys;
mod monitoring;
mod own_files;
pub(crate) mod place;
mod portal;
mod render;
mod schema;
mod source;
mod task;
pub(crate) mod text;
mod values;
mod write;
mod zone;

pub(crate) use backup::{BackupSection, Place};
pub(crate) use credential::handed_over;
pub(crate) use job::JobSection;
pub(crate) use portal::PortalSection;
pub(crate) use schema::schema;
pub(crate) use task::{CatchUp, Task};
pub(crate) use write::{Beginning, optional_tables};

use crate::channel::{Channel, ChannelSection};
use crate::{clock, packaged};
use anyhow::{Result, anyhow};
use monitoring::MonitoringSection;
use own_files::KEPT;
use place::At;
use render::RenderSection;
use schemars::JsonSchema;
use schemas::document::Office;
use schemas::{Facts, Language};
use serde::Deserialize;
use source::SourceSection;
use std::path::{Component, Path, PathBuf};
use toml::de::DeTable;

/// Where the configuration is looked for when nothing names it.
const PLACES: [&str; 3] = ["tertib.toml", "work/tertib.toml", "/etc/tertib/tertib.toml"];

/// What the key that signs the log is called, unless the configuration says otherwise.
pub(crate) const SIGNING_KEY: &str = "penanda.key";

/// The whole file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The language in which the officer is told how things are.
    #[serde(default)]
    pub bahasa: Language,
    /// Where events come from.
    pub source: SourceSection,
    /// Where they are kept.
    #[serde(default)]
    pub archive: ArchiveSection,
    /// Folder whose fact files (SOP, books, targets, areas) replace the built-in ones of the same name.
    pub facts: Option<PathBuf>,
    /// Who signs.
    pub office: Office,
    /// Where documents go.
    #[serde(default)]
    pub reports: ReportsSection,
    /// Who sets pages.
    #[serde(default)]
    pub render: RenderSection,
    /// Folder of what tertib keeps for itself: the run history, locks. Where the configuration may not be written beside, as in /etc.
    #[serde(default)]
    pub state: PathBuf,
    /// Where backups go.
    #[serde(default, rename = "backup")]
    pub backups: Vec<BackupSection>,
    /// What runs when.
    #[serde(default, rename = "job")]
    pub jobs: Vec<JobSection>,
    /// How the office is told what happens.
    #[serde(default, rename = "channel")]
    pub channels: Vec<ChannelSection>,
    /// What other programs are told.
    #[serde(default)]
    pub monitoring: MonitoringSection,
    /// Whether and where the pages of the office are shown.
    pub portal: Option<PortalSection>,
    /// The folder of the file; every relative path starts here.
    #[serde(skip)]
    pub folder: PathBuf,
    /// The file itself.
    #[serde(skip)]
    pub file: PathBuf,
    /// The folder of a copy of the file, the facts and the decisions, which is read in place of them.
    #[serde(skip)]
    copy: Option<PathBuf>,
}

/// `[archive]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct ArchiveSection {
    /// Folder.
    pub path: PathBuf,
    /// Secret key file.
    pub key: PathBuf,
    /// File of the key that signs the log.
    pub signing_key: PathBuf,
    /// Whether a kernel lock keeps writers apart; otherwise only the commit itself does.
    pub lock: bool,
}

/// `[reports]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReportsSection {
    /// Folder for documents.
    pub path: PathBuf,
    /// Folder whose templates replace the built-in ones of the same name.
    pub templates: Option<PathBuf>,
}

impl Default for ArchiveSection {
    fn default() -> Self {
        Self { path: "archive".into(), key: "kunci.key".into(), signing_key: SIGNING_KEY.into(), lock: true }
    }
}

impl Default for ReportsSection {
    fn default() -> Self {
        Self { path: "laporan".into(), templates: None }
    }
}

fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

impl Config {
    /// Reads the file that the command line or the environment names, or the first of the usual places.
    ///
    /// # Errors
    /// Says which file is missing or which line of it is wrong.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self> {
        let path = match named {
            Some(path) => Some(path.to_owned()),
            None => Self::usual()?,
        };
        let none = || anyhow!("there is no tertib.toml here; run `tertib init`, or name it with --config");
        let path = path.ok_or_else(none)?;
        packaged::refuse_root(&path)?;
        Self::load(&path)
    }

    /// The file that the environment names, or the first of the usual places.
    ///
    /// # Errors
    /// When the environment's is not UTF-8.
    pub(crate) fn usual() -> Result<Option<PathBuf>> {
        let named = text::environment("TERTIB_CONFIG")?.map(PathBuf::from);
        Ok(named.or_else(|| PLACES.iter().map(PathBuf::from).find(|path| path.is_file())))
    }

    /// Reads one file.
    ///
    /// # Errors
    /// Says what is wrong with it and where.
    pub(crate) fn load(path: &Path) -> Result<Self> {
        Self::read(path, None)
    }

    /// Reads a copy of the file and of what belongs to it, which `serve` made when it was last usable.
    ///
    /// # Errors
    /// Says what is wrong with it and where.
    pub(crate) fn kept(path: &Path, copy: &Path) -> Result<Self> {
        Self::read(path, Some(copy))
    }

    fn read(path: &Path, copy: Option<&Path>) -> Result<Self> {
        let words = text::read("the configuration", &Self::read_from(path, copy))?;
        let mut config = Self::parse(&words).map_err(|fault| anyhow!("{}: {fault}", path.display()))?;
        path.clone_into(&mut config.file);
        config.copy = copy.map(Path::to_owned);
        config.folder = match path.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        if let Some(url) = source_url()? {
            config.source.url = url;
        } else if let Some(file) = &config.source.url_file {
            let both = "the source is named by `url` and by `url-file`; keep one of them";
            if !config.source.url.is_empty() {
                return Err(config.placed(anyhow!(both).context(At::key(&["source", "url-file"]))));
            }
            config.source.url = credential::url_in(config.folder.join(file))?;
        }
        config.check().map_err(|fault| config.placed(fault))?;
        Ok(config)
    }

    /// The file whose words are read.
    fn read_from(path: &Path, copy: Option<&Path>) -> PathBuf {
        copy.map_or_else(|| path.to_owned(), |copy| copy.join(KEPT[0]))
    }

    fn parse(words: &str) -> Result<Self, String> {
        toml::from_str(words).map_err(|fault| Self::misnamed(words).unwrap_or_else(|| place::place(&fault, words)))
    }

    /// What is wrong with a section or key at the top of the file that has no such name. It is told before what is missing without
    /// it.
    fn misnamed(words: &str) -> Option<String> {
        let table = DeTable::parse(words).ok()?;
        table.get_ref().keys().find_map(|key| {
            let alone = format!("{} = 0", toml::Value::String(key.get_ref().to_string()));
            let fault = toml::from_str::<Self>(&alone).err()?;
            let is_unknown = fault.message().starts_with("unknown field");
            is_unknown.then(|| place::said_at(fault.message(), key.span().start, words))
        })
    }

    /// A fault of a check, with the file, and line and column of the key at which it is.
    fn placed(&self, fault: anyhow::Error) -> anyhow::Error {
        // A file that is gone by now has no lines.
        let words =
            text::read("the configuration", &Self::read_from(&self.file, self.copy.as_deref())).unwrap_or_default();
        anyhow!("{}: {:#}", self.file.display(), place::placed(fault, &words))
    }

    /// Refuses what only the facts can tell: words that the contract does not have, and channels that cannot be meant, so that it
    /// is told now and not when something is to be sent.
    ///
    /// # Errors
    /// Says what is wrong with it and where.
    pub(crate) fn check_with(&self, facts: &Facts) -> Result<()> {
        let check = || -> Result<()> {
            self.source_config()?.check_words(facts).map_err(values::placed)?;
            drop(Channel::all(&self.channels, &facts.presets, &self.folder)?);
            self.check_posts(facts)?;
            Ok(())
        };
        check().map_err(|fault| self.placed(fault))
    }

    /// Whoever signs holds a post that the facts know, and not together with another for the same officer.
    fn check_posts(&self, facts: &Facts) -> Result<()> {
        for (n, official) in self.office.pejabat.iter().enumerate() {
            let post = &official.jabatan;
            let fault = if !facts.posts.contains_key(post) {
                let known: Vec<&str> = facts.posts.keys().map(String::as_str).collect();
                anyhow!("`{post}` is no post that signs; there are {}", known.join(", "))
            } else if self
                .office
                .official(post, official.petugas.as_deref())
                .is_some_and(|first| !std::ptr::eq(first, official))
            {
                anyhow!("`{post}` is held by two persons; tell them apart with `petugas`")
            } else {
                continue;
            };
            return Err(fault.context(At::key(&["office", "pejabat", &n.to_string(), "jabatan"])));
        }
        Ok(())
    }

    /// The archive folder.
    pub(crate) fn archive_path(&self) -> PathBuf {
        self.folder.join(&self.archive.path)
    }

    /// The folder of what tertib keeps for itself.
    pub(crate) fn state_path(&self) -> PathBuf {
        self.folder.join(&self.state)
    }

    /// The folder for documents.
    pub(crate) fn reports_path(&self) -> PathBuf {
        self.folder.join(&self.reports.path)
    }

    /// The folder of the office's own templates.
    pub(crate) fn templates_path(&self) -> Option<PathBuf> {
        self.reports.templates.as_ref().map(|templates| self.folder.join(templates))
    }

    /// The letterhead, templates and typesetter of this office for the data of another; documents go to the folder `contoh` among
    /// those of this one.
    pub(crate) fn documents_of(&self, other: Self) -> Self {
        let lambang = Some(&self.office.lambang).filter(|crest| !crest.is_empty());
        let lambang = lambang.map(|crest| absolute(self.folder.join(crest)).display().to_string());
        Self {
            office: Office { lambang: lambang.unwrap_or_default(), ..self.office.clone() },
            reports: ReportsSection {
                path: absolute(self.reports_path().join("contoh")),
                templates: self.templates_path().map(absolute),
            },
            render: RenderSection { typst: self.typst_program().map(|program| program.path), ..self.render.clone() },
            ..other
        }
    }

    /// The typst program that sets pages, where one is named.
    pub(crate) fn typst_program(&self) -> Option<reports::Program> {
        self.render.program(&self.folder)
    }

    /// The run history.
    pub(crate) fn history_path(&self) -> PathBuf {
        self.state_path().join("riwayat.sqlite")
    }

    /// Folders of tertib's own are folders of their own: not one that holds the configuration, and so perhaps all of the machine.
    fn check_folders(&self) -> Result<()> {
        let home = plain(&self.folder);
        for (section, path) in [("archive", self.archive_path()), ("reports", self.reports_path())] {
            if home.starts_with(plain(&path)) {
                let shown = path.display();
                let words = "which holds the configuration itself; name a folder of its own";
                let fault = anyhow!("path under [{section}] is {shown}, {words}");
                return Err(fault.context(At::key(&[section, "path"])));
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        self.source_config()?;
        backup::check(&self.backups)?;
        job::check(&self.jobs, self.zone(), clock::now().timestamp())?;
        self.portal.as_ref().map_or(Ok(()), PortalSection::check)?;
        self.check_folders()
    }
}

/// A path without `.` and `..`, as far as its words tell.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in absolute(path.to_owned()).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}

/// Scheme and path of a source that is a file or folder given relatively.
pub(crate) fn relative_path(url: &str) -> Option<(&str, &str)> {
    let (scheme, path) = url.split_once(':').filter(|(scheme, _)| ["sqlite", "csv"].contains(scheme))?;
    let path = path.strip_prefix("//").unwrap_or(path);
    (!path.starts_with('/') && !path.starts_with(':')).then_some((scheme, path))
}

/// The URL of the source that the environment names, so that a password need not be in a file or an argument.
///
/// # Errors
/// When it is not UTF-8.
pub(crate) fn source_url() -> Result<Option<String>> {
    text::environment("TERTIB_SOURCE_URL")
}
