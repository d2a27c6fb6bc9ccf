//! `tertib init`

use crate::config::{Beginning, SIGNING_KEY, optional_tables, source_url};
use crate::options::Common;
use crate::outcome::Outcome;
use crate::proposal::{Proposal, SqlDialect, View, propose};
use crate::{packaged, print};
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::{Archive, Key, PullError, Sample, SigningKey, Source, SourceConfig, SourceError, sample};
use schemas::{Facts, Language, Speech};
use std::io::IsTerminal;
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

/// Rows of the source that are looked at.
const SAMPLE_ROWS: usize = 1_000;

impl Options {
    /// Where the archive will be.
    fn archive_path(&self) -> PathBuf {
        let state = if self.system { Path::new(packaged::STATE) } else { &self.dir };
        self.archive.clone().unwrap_or_else(|| state.join("archive"))
    }

    /// Whether the key is there already; otherwise it is made, unless there is an archive of another one.
    fn has_key(&self, key: &Path) -> Result<bool> {
        let found = key.symlink_metadata().is_ok();
        if found {
            Key::load(key)?;
        } else if Archive::open(&self.archive_path())?.is_empty() {
            Key::create(key)?;
            let signing = self.dir.join(SIGNING_KEY);
            if signing.symlink_metadata().is_err() {
                SigningKey::random(&signing)?.keep(&signing)?;
            }
        } else {
            bail!(
                "{} holds an archive, but its key is not there; restore kunci.key from the backup",
                self.dir.display()
            );
        }
        Ok(found)
    }
}

/// What is already there is never overwritten, and nothing is written before it is known what.
pub(crate) async fn run(mut options: Options, common: Common) -> Result<Outcome> {
    if options.system {
        packaged::check()?;
        options.dir = packaged::CONFIGURATION.into();
    }
    let options = options;
    let (config, sql) = (options.dir.join("tertib.toml"), options.dir.join("view.sql"));
    if config.symlink_metadata().is_ok() {
        bail!("{} is there already; edit it, or choose another folder", config.display());
    }
    let key = options.dir.join("kunci.key");
    let named = named(&options)?;
    let Some(url) = named.clone().map_or_else(source_url, |url| Ok(Some(url)))? else {
        bail!("name the office's database with --source, or in TERTIB_SOURCE_URL");
    };
    let source = SourceConfig::new(url.clone(), options.view.clone());
    source.check()?;
    let facts = Facts::embedded()?;
    let seen = Seen::of(source, &facts).await;
    std::fs::create_dir_all(&options.dir).with_context(|| format!("cannot make {}", options.dir.display()))?;
    let found = options.has_key(&key)?;
    let speech = facts.speech(common.lang.unwrap_or_default());
    let (statement, entries) = match &seen.proposal {
        Some(proposal) => (Some(proposal.view.statement(&facts, speech.language())?), proposal.entries.text(&facts)?),
        None => (seen.blank(&facts, speech.language())?, String::new()),
    };
    if let Some(text) = &statement {
        let written = pipeline::create_private_file(&sql, text.as_bytes());
        written.with_context(|| format!("cannot write {}; move it away", sql.display()))?;
    }
    let written_url = named.as_deref().unwrap_or_default();
    let (outages, stock) = (seen.config.outages.is_some(), seen.config.stock.is_some());
    let beginning = Beginning { url: written_url, view: &options.view, outages, stock, entries: &entries };
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
    let paths = [Some(&config), Some(&key), statement.as_ref().map(|_| &sql)];
    print::data(&paths.into_iter().flatten().map(|path| format!("{}\n", path.display())).collect::<String>())?;
    if found {
        let words = "was there already and is kept; if it is not this office's, remove it together with tertib.toml and begin anew";
        print::words(common, &format!("{} {words}", key.display()));
    }
    let outcome = seen.report(common, speech, &config, &sql);
    let next = if options.system {
        ["sudo -u tertib tertib doctor", "systemctl enable --now tertib"].map(str::to_owned)
    } else {
        ["doctor", "pull"].map(|command| print::command(command, Some(&config)))
    };
    print::words(
        common,
        &format!("keep copies of kunci.key and penanda.key in a safe place; next:\n{}", next.join("\n")),
    );
    Ok(outcome)
}

/// The source that was named, to be written down; `None` where the environment names it.
fn named(options: &Options) -> Result<Option<String>> {
    match (&options.source, source_url()?) {
        (Some(url), _) => absolute(url).map(Some),
        (None, Some(_)) => Ok(None),
        (None, None) => asked()?.map(|url| absolute(&url)).transpose(),
    }
}

/// Asks a person at a terminal for the source.
fn asked() -> Result<Option<String>> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(None);
    }
    print::line(
        "the office's database (sqlite:PATH, postgres://user:password@host/database, mysql://… or csv:FOLDER):",
    );
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("cannot read the answer")?;
    Ok(Some(line.trim().to_owned()).filter(|url| !url.is_empty()))
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

/// What was seen of the source.
struct Seen {
    /// With the optional tables that it has.
    config: SourceConfig,
    /// What the first rows of the view are like, or why it cannot be read.
    view: Result<Sample, PullError>,
    /// The view that is proposed where there is none that keeps the contract.
    proposal: Option<Proposal>,
    /// What trying the proposal gave.
    tried: Option<Result<Tried, String>>,
}

/// What a proposed SELECT gives.
struct Tried {
    sample: Sample,
    /// The rows of its joins and those of the table with the steps.
    rows: Option<(u64, u64)>,
}

impl Seen {
    async fn of(mut config: SourceConfig, facts: &Facts) -> Self {
        let [outages, stock] = optional_tables(&config.url);
        let has = async {
            let mut source = Source::open(config.clone()).await?;
            Ok::<_, SourceError>((source.has_relation(&outages).await?, source.has_relation(&stock).await?))
        };
        let has = match has.await {
            Ok(has) => has,
            Err(fault) => return Self { config, view: Err(fault.into()), proposal: None, tried: None },
        };
        // In a folder of files these two hold no events.
        config.outages = has.0.then_some(outages);
        config.stock = has.1.then_some(stock);
        let view = sample(&config, facts, SAMPLE_ROWS).await;
        let mut seen = Self { config, view, proposal: None, tried: None };
        if seen.lacks_a_view() {
            match seen.propose(facts).await {
                Ok(()) => {}
                Err(fault) => seen.tried = Some(Err(format!("{fault:#}"))),
            }
        }
        seen
    }

    /// Whether a view is all that is missing.
    fn lacks_a_view(&self) -> bool {
        matches!(
            &self.view,
            Err(PullError::Source(
                SourceError::NoRelation { .. } | SourceError::MissingColumns { .. } | SourceError::WrongTypes { .. }
            ))
        )
    }

    async fn propose(&mut self, facts: &Facts) -> Result<()> {
        let Some(dialect) = SqlDialect::of(&self.config.url) else { return Ok(()) };
        let mut source = Source::open(self.config.clone()).await?;
        self.proposal = propose(&mut source, dialect, &self.config.view, facts).await?;
        let Some(proposal) = &self.proposal else { return Ok(()) };
        let Some(tried) = proposal.tried(&self.config)? else { return Ok(()) };
        let sample = match sample(&tried, facts, SAMPLE_ROWS).await {
            Ok(sample) => sample,
            Err(fault) => {
                self.tried = Some(Err(fault.to_string()));
                return Ok(());
            }
        };
        let steps = format!("SELECT 1 AS n FROM {}", dialect.named(&proposal.steps));
        let of_steps = source.rows_of(&steps).await?;
        let joined = source.rows_of(tried.select.as_deref().unwrap_or_default()).await?;
        self.tried = Some(Ok(Tried { sample, rows: joined.zip(of_steps) }));
        Ok(())
    }

    /// A skeleton to fill in, where a view is missing and nothing can be proposed.
    fn blank(&self, facts: &Facts, language: Language) -> Result<Option<String>> {
        match SqlDialect::of(&self.config.url).filter(|_| self.lacks_a_view()) {
            Some(dialect) => View::blank(dialect, &self.config.view).statement(facts, language).map(Some),
            None => Ok(None),
        }
    }

    /// Says what was seen; a source that cannot be pulled from yet is a finding.
    fn report(&self, common: Common, speech: Speech<'_>, config: &Path, sql: &Path) -> Outcome {
        let say = |words: String| print::words(common, &words);
        let (view, file, config) = (&self.config.view, sql.display(), config.display());
        let shown = |sample: &Sample| {
            if !sample.reasons.is_empty() {
                print::words(common, print::findings(speech, &sample.findings()).trim_end());
            }
        };
        let fault = match &self.view {
            Ok(sample) => {
                say(speech.say("init.fits", &[("view", view), ("rows", &sample.rows), ("kept", &sample.kept)]));
                shown(sample);
                return Outcome::Done;
            }
            Err(fault) => fault.to_string(),
        };
        if !self.lacks_a_view() || SqlDialect::of(&self.config.url).is_none() {
            print::words(common, &format!("the source could not be examined: {fault}"));
            return Outcome::Findings;
        }
        let Some(proposal) = &self.proposal else {
            say(speech.say("init.blank", &[("view", view), ("fault", &fault), ("file", &file)]));
            return Outcome::Findings;
        };
        say(speech
            .say("init.proposed", &[("view", view), ("fault", &fault), ("steps", &proposal.steps), ("file", &file)]));
        proposal.gaps.iter().for_each(|gap| say(speech.say("init.gap", &[("gap", gap)])));
        match &self.tried {
            Some(Ok(Tried { sample, rows })) => {
                say(speech.say("init.tried", &[("rows", &sample.rows), ("kept", &sample.kept)]));
                shown(sample);
                if let Some((joined, rows)) = rows.filter(|(joined, rows)| joined != rows) {
                    say(speech.say("init.lost", &[("joined", &joined), ("rows", &rows), ("steps", &proposal.steps)]));
                }
            }
            Some(Err(fault)) => say(speech.say("init.untried", &[("fault", fault)])),
            None => {}
        }
        if !proposal.entries.is_empty() {
            say(speech.say("init.translated", &[("file", &config)]));
        }
        say(speech.say("init.owner", &[("file", &file)]));
        Outcome::Findings
    }
}
