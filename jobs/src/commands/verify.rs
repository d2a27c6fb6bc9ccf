//! `tertib verify`

mod bag;
mod printed;
mod statement;

pub(crate) use bag::{Examine, examine_bag};
pub(crate) use printed::is_of_archive;
pub(crate) use statement::statement;

use crate::key_files;
use crate::options::{ArchiveCopy, Common, Where};
use crate::outcome::Outcome;
use crate::print::{self, Progress};
use crate::public_keys;
use crate::stop;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::{Archive, BagTrust, Checkpoint, Examination, FigureBook, KeptHead, Verification, VerifyingKey};
use schemas::document::{BookCode, PdfStandard, Unchecked};
use schemas::{Facts, Finding, Speech};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Options of `tertib verify`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A document as PDF: whether it says what the archive gives, and the file is the one that it gives. Of the statement of a
    /// verification only the archive's version and head.
    #[arg(long, value_name = "FILE")]
    book: Option<PathBuf>,
    /// The code of a printed document, as its QR code says it: whether the document says what the archive gives.
    #[arg(long, value_name = "TEXT", conflicts_with = "book")]
    code: Option<String>,
    /// A bag from elsewhere: whether it holds its files unchanged and no others. It is read by a process of its own, which may use so
    /// much memory and time and no more.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["book", "code", "report", "head", "heads", "public", "since", "archive"])]
    bag: Option<PathBuf>,
    /// Also writes the statement of the verification (berita acara), dated today: a PDF, or by its ending XLSX, CSV or JSON.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["book", "code"])]
    report: Option<PathBuf>,
    /// What that PDF keeps to.
    #[arg(long, value_enum, default_value_t = PdfStandard::A2b, requires = "report")]
    standard: PdfStandard,
    /// A kept head, as the footer of a document shows it: whether the archive still holds what it stood for.
    #[arg(long, value_name = "SIDIK[@VERSION]", conflicts_with_all = ["book", "code"])]
    head: Vec<KeptHead>,
    /// A file of kept heads, one a line: version and sidik, or a footer as it was printed.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["book", "code"])]
    heads: Option<PathBuf>,
    /// A checkpoint that somebody kept, as a file: the signed note, or its three lines as a document prints them.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["book", "code"])]
    checkpoint: Vec<PathBuf>,
    /// The public key of the office's log, as `tertib key show` prints it, or a file of such keys; without it the office's own.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["book", "code"])]
    public_key: Vec<String>,
    /// The public key of a witness, or a file of such keys.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["book", "code"])]
    witness: Vec<String>,
    /// How many witnesses must have seen a checkpoint of the log [default: 1 where a witness is named].
    #[arg(long, value_name = "N", requires = "witness")]
    quorum: Option<usize>,
    /// The private tables are not there: check the public part alone, and say what was not checked.
    #[arg(long, conflicts_with_all = ["book", "code", "report"])]
    public: bool,
    /// Read only the files that were added after this version, or after this checkpoint, which was verified before; the commits are
    /// checked whole.
    #[arg(long, value_name = "VERSION|FILE", conflicts_with_all = ["book", "code", "report"])]
    since: Option<String>,
    #[command(flatten)]
    copy: ArchiveCopy,
    #[command(flatten)]
    place: Where,
}

/// No volume of a book is longer.
const LONGEST_BOOK_BYTES: u64 = 256 << 20;
/// Heads of a century fit in it.
const LONGEST_HEADS_BYTES: u64 = 1 << 20;

/// Exit code 1 when a file is missing, altered or unknown to the log, rows or commits are not what they must be, kept figures are
/// not what the events give, a kept head is not in the log, or a printed book is not the archive's.
pub(crate) async fn run(options: &Options, common: Common) -> Result<Outcome> {
    if let Some(folder) = &options.bag {
        let kept = checkpoints(options)?.into_iter().map(|(place, note)| {
            let statement = Checkpoint::printed(&note).map_or_else(|| Checkpoint::unchecked(&note), Ok);
            Ok((place.clone(), statement.with_context(|| format!("{place} is no checkpoint"))?))
        });
        let trust = BagTrust {
            keys: public_keys::of_verifier(&options.public_key, &options.witness)?,
            kept: kept.collect::<Result<_>>()?,
        };
        return bag::run(folder, &trust, &options.place, common).await;
    }
    let heads = heads(options)?;
    let (trusted, mut checkpoints) =
        (public_keys::of_verifier(&options.public_key, &options.witness)?, checkpoints(options)?);
    let quorum = options.quorum.unwrap_or(usize::from(!options.witness.is_empty()));
    let bar = Progress::of_pieces(common, "verify");
    let told = |done: u64, of: u64| bar.at(done, of);
    if let Some(root) = &options.copy.archive {
        if options.book.is_some() || options.code.is_some() || options.report.is_some() {
            bail!(
                "--archive needs no configuration, but --book, --code and --report do; run them where the office is installed"
            );
        }
        let since = since(options, || Ok(Archive::open(root)?), &mut checkpoints)?;
        let examination = Examination {
            public_only: options.public,
            heads: &heads,
            since,
            trusted: &trusted,
            checkpoints: &checkpoints,
            quorum,
            ..Examination::of(root)
        };
        let mut result = verified(examination, &told)?;
        result.unchecked.insert(Unchecked::KeptFigures);
        let facts = Facts::embedded()?;
        drop(bar);
        return tell(facts.speech(common.lang.unwrap_or_default()), &facts, &result);
    }
    let workspace = Workspace::open(options.place.config.as_deref())?;
    match (&options.book, &options.code) {
        (Some(path), _) => book(&workspace, path, common),
        (None, Some(text)) => {
            let Some(code) = BookCode::find(text) else { bail!("`{text}` is no code of a document") };
            let findings = printed::findings(&workspace, &code, None)?;
            conclude(&workspace, &code, findings, common)
        }
        (None, None) => {
            let since = since(options, || workspace.archive(), &mut checkpoints)?;
            let kept = Kept { heads: &heads, trusted: &trusted, checkpoints: &checkpoints, quorum };
            let scope = Scope { public_only: options.public, kept, since };
            let result = examine(&workspace, scope, &told)?;
            drop(bar);
            if let Some(path) = &options.report {
                statement::write(&workspace, &result, path, options.standard)?;
            }
            tell(workspace.speech(common), &workspace.facts, &result)
        }
    }
}

/// The kept heads that the command line names.
fn heads(options: &Options) -> Result<Vec<KeptHead>> {
    let mut heads = options.head.clone();
    if let Some(path) = &options.heads {
        let bytes = pipeline::read_file(path, LONGEST_HEADS_BYTES);
        let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
        heads.extend(
            KeptHead::all(&String::from_utf8_lossy(&bytes))
                .with_context(|| format!("{} is no file of kept heads", path.display()))?,
        );
    }
    Ok(heads)
}

/// The checkpoints that the command line names, each with its file.
fn checkpoints(options: &Options) -> Result<Vec<(String, String)>> {
    options.checkpoint.iter().map(|path| checkpoint(path)).collect()
}

fn checkpoint(path: &Path) -> Result<(String, String)> {
    let shown = path.display().to_string();
    let bytes = pipeline::read_file(path, LONGEST_HEADS_BYTES).with_context(|| format!("cannot read {shown}"))?;
    Ok((shown, String::from_utf8_lossy(&bytes).into_owned()))
}

/// The version after which files are read. A checkpoint that names it is compared, too.
fn since(
    options: &Options,
    archive: impl FnOnce() -> Result<Archive>,
    checkpoints: &mut Vec<(String, String)>,
) -> Result<Option<u64>> {
    let Some(since) = &options.since else { return Ok(None) };
    if let Ok(version) = since.parse() {
        return Ok(Some(version));
    }
    let (path, note) = checkpoint(Path::new(since))?;
    let statement = Checkpoint::printed(&note).map_or_else(|| Checkpoint::unchecked(&note), Ok);
    let statement = statement.with_context(|| format!("{path} is neither a version nor a checkpoint"))?;
    let version = archive()?.version_of(&statement);
    checkpoints.push((path, note));
    Ok(version)
}

/// Checks an archive; who stops it is told how far it was.
fn verified(examination: Examination<'_>, told: &dyn Fn(u64, u64)) -> Result<Verification> {
    let checked = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    let _reading = stop::reading({
        let checked = Arc::clone(&checked);
        move || {
            let (done, of) = (checked.0.load(Ordering::Relaxed), checked.1.load(Ordering::Relaxed));
            format!("{done} of {of} files were checked, which says nothing of the others; verify again")
        }
    });
    let told = |done: u64, of: u64| {
        checked.0.store(done, Ordering::Relaxed);
        checked.1.store(of, Ordering::Relaxed);
        told(done, of);
    };
    Ok(pipeline::verify(examination, &told)?)
}

/// How much of the office's archive is checked, and against which kept heads.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scope<'a> {
    /// Only the public part.
    pub public_only: bool,
    /// What somebody has kept elsewhere.
    pub kept: Kept<'a>,
    /// Only files that were added after this version.
    pub since: Option<u64>,
}

/// What was kept away from the archive, to compare it with.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kept<'a> {
    /// Heads.
    pub heads: &'a [KeptHead],
    /// The public keys that count, besides the office's own.
    pub trusted: &'a [VerifyingKey],
    /// Checkpoints.
    pub checkpoints: &'a [(String, String)],
    /// How many witnesses must have signed one.
    pub quorum: usize,
}

/// Checks the office's archive, with all that is at hand: files, log, rows, digests, kept figures. Nothing is written. `told` learns
/// how many of the files were checked, of how many.
pub(crate) fn examine(workspace: &Workspace, scope: Scope<'_>, told: &dyn Fn(u64, u64)) -> Result<Verification> {
    let root = workspace.config.archive_path();
    let key = workspace.key_if_there()?;
    let earlier = key_files::earlier(&workspace.config.key_path());
    let Scope { public_only, kept, since } = scope;
    let mut trusted = kept.trusted.to_vec();
    // The office's own key counts unless another one is named.
    if trusted.iter().all(VerifyingKey::is_of_witness)
        && let (Some(signing), Ok(archive)) = (workspace.config.signing_key()?, workspace.archive())
    {
        trusted.extend(archive.origin().map(|origin| signing.verifying(&origin)));
    }
    let examination = Examination {
        root: &root,
        public_only,
        key: key.as_ref(),
        earlier_keys: &earlier,
        heads: kept.heads,
        since,
        trusted: &trusted,
        checkpoints: kept.checkpoints,
        quorum: kept.quorum,
    };
    let mut result = verified(examination, told)?;
    let is_whole = since.is_none() && result.commits > 0 && !workspace.facts.need_attention(&result.findings);
    match key.filter(|_| is_whole) {
        Some(key) => {
            let book = FigureBook::open(&workspace.archive()?, &workspace.facts)?;
            result.findings.extend(book.altered(&key)?);
        }
        None => drop(result.unchecked.insert(Unchecked::KeptFigures)),
    }
    Ok(result)
}

/// Says what was checked, what was not, and what is wrong. Where nothing was ever committed there is nothing to vouch for.
fn tell(speech: Speech<'_>, facts: &Facts, result: &Verification) -> Result<Outcome> {
    let Verification { commits, files, rows, events, heads, head, findings, unchecked, destroyed, .. } = result;
    let head = if head.is_empty() { "none" } else { head };
    let unchecked = unchecked.iter().map(|what| format!("not checked: {}", unchecked_words(*what)));
    let unchecked: String = unchecked.map(|what| print::paragraph(&what, 2)).collect();
    let checked = format!(
        "{commits} commits, {files} files, {rows} rows checked, {events} events row by row, {heads} kept heads; {} findings",
        findings.len()
    );
    let checked = print::paragraph(&checked, 2);
    let destroyed = destroyed.iter().map(|(version, (files, rows))| {
        format!("destroyed by decision: {files} private files with {rows} rows, as version {version} says")
    });
    let destroyed: String = destroyed.map(|what| print::paragraph(&what, 2)).collect();
    let of_log = of_log(result);
    print::data(&format!("{checked}head {head}\n{of_log}{destroyed}{unchecked}{}", print::findings(speech, findings)))?;
    Ok(Outcome::of(*commits == 0 || facts.need_attention(findings)))
}

/// What is told of the log of rows and commits.
fn of_log(result: &Verification) -> String {
    let Verification { leaves, checkpoint, witnessed, .. } = result;
    let mut said = checkpoint.as_ref().map_or_else(String::new, |checkpoint| {
        format!("log {leaves} leaves, checkpoint {} {}\n", checkpoint.size, checkpoint.root_text())
    });
    if let Some((size, witnesses)) = witnessed {
        let names: Vec<&str> = witnesses.iter().map(|witness| witness.name.as_str()).collect();
        said.push_str(&print::paragraph(&format!("{size} of them seen by {}", names.join(", ")), 2));
    }
    said
}

/// Returns what was not checked, and why, in words.
pub(crate) fn unchecked_words(unchecked: Unchecked) -> &'static str {
    match unchecked {
        Unchecked::PrivateTables => "the private tables and, with them, commitments, pseudonyms and salts (--public)",
        Unchecked::KeyMissing => "pseudonyms and salts, since the office's key is not at hand",
        Unchecked::KeyOfAnother => "pseudonyms and salts, since the key at hand is not the archive's",
        Unchecked::EarlierKey => {
            "the salts of rows that were written under an earlier key, which is not at hand; their pseudonyms were compared by the present key"
        }
        Unchecked::OlderFiles => "the files that were added before, which were checked then",
        Unchecked::Log => "the log of rows and commits, which the next pull makes",
        Unchecked::Signature => "who signed the checkpoints of the log, since no public key was given (--public-key)",
        Unchecked::KeptFigures => {
            "the kept figures, which takes the office's key and configuration and an archive without findings"
        }
        Unchecked::Completeness => {
            "whether the end of the log was cut off or the whole written anew, since no kept head or checkpoint was given (--head, --heads, --checkpoint)"
        }
    }
}

fn book(workspace: &Arc<Workspace>, path: &Path, common: Common) -> Result<Outcome> {
    let bytes = pipeline::read_file(path, LONGEST_BOOK_BYTES);
    let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
    let Some(code) = BookCode::find(&String::from_utf8_lossy(&bytes)) else {
        bail!("{} holds no code of a document; it is none of tertib", path.display())
    };
    let findings = printed::findings(workspace, &code, Some((path, &pipeline::sha256(&bytes))))?;
    conclude(workspace, &code, findings, common)
}

fn conclude(workspace: &Workspace, code: &BookCode, findings: Vec<Finding>, common: Common) -> Result<Outcome> {
    let said = print::findings(workspace.speech(common), &findings);
    let BookCode { id, month, version, rows, .. } = code;
    print::data(&format!("{id} {month}: {rows} rows, archive version {version}; {} findings\n{said}", findings.len()))?;
    Ok(Outcome::of(!findings.is_empty()))
}
