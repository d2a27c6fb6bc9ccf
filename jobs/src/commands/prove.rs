//! `tertib prove`

use crate::options::{ArchiveCopy, Where};
use crate::outcome::Outcome;
use crate::print;
use crate::public_keys;
use crate::workspace::Readable;
use anyhow::{Context, Result, bail};
use clap::Args;
use pipeline::{Archive, Checkpoint, ConsistencyProof, InclusionProof, Provable, Readers};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// No proof of one record is longer.
const LONGEST_BYTES: u64 = 1 << 20;

/// Options of `tertib prove`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("of").required(true))]
pub(crate) struct Options {
    /// The rows of an event: a file for its first form and for each correction.
    #[arg(long, value_name = "EVENT_ID", group = "of")]
    event: Option<String>,
    /// All rows of a berkas.
    #[arg(long, value_name = "BERKAS_ID", group = "of")]
    berkas: Option<String>,
    /// A commit, for example the one that closed the books of a month.
    #[arg(long, value_name = "VERSION", group = "of")]
    commit: Option<u64>,
    /// That the newest checkpoint, or the one of B leaves, continues that of A leaves: the numbers that the second lines of both say.
    #[arg(long, value_name = "A[:B]", group = "of")]
    consistency: Option<Sizes>,
    /// Check a proof with the public key, without an archive.
    #[arg(long, value_name = "FILE", group = "of", requires = "public_key")]
    check: Option<PathBuf>,
    /// The public key of the office's log, as `tertib key show` prints it, or a file of such keys.
    #[arg(long, value_name = "KEY")]
    public_key: Vec<String>,
    /// The earlier checkpoint that a proof of consistency continues: the signed note or its three lines.
    #[arg(long, value_name = "FILE", requires = "check")]
    earlier: Option<PathBuf>,
    /// The folder for the files.
    #[arg(long, value_name = "DIR", default_value = "bukti")]
    output: PathBuf,
    #[command(flatten)]
    copy: ArchiveCopy,
    #[command(flatten)]
    place: Where,
}

/// The sizes of two checkpoints.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    old: u64,
    new: Option<u64>,
}

impl FromStr for Sizes {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.split_once(':') {
            Some((old, new)) => Self { old: old.parse()?, new: Some(new.parse()?) },
            None => Self { old: text.parse()?, new: None },
        })
    }
}

/// Exit code 2 when nothing can be proved, or a proof proves nothing.
pub(crate) fn run(options: &Options) -> Result<Outcome> {
    if let Some(path) = &options.check {
        return check(path, options);
    }
    let archive = Readable::open(&options.copy, &options.place)?.archive()?;
    let files = if let Some(Sizes { old, new }) = options.consistency {
        let proof = archive.prove_continuation(old, new)?;
        let new = Checkpoint::unchecked(&proof.note)?.size;
        vec![(format!("checkpoint-{old}-{new}.bukti"), proof.text())]
    } else {
        rows(&archive, options)?
    };
    pipeline::make_folder(&options.output, Readers::Usual)
        .with_context(|| format!("cannot use the folder {}", options.output.display()))?;
    let mut said = String::new();
    for (name, text) in files {
        let path = options.output.join(name);
        let written = pipeline::replace_file(&path, text.as_bytes(), Readers::Usual);
        written.with_context(|| format!("cannot write {}", path.display()))?;
        said.push_str(&format!("{}\n", path.display()));
    }
    print::data(&said)?;
    Ok(Outcome::Done)
}

fn rows(archive: &Archive, options: &Options) -> Result<Vec<(String, String)>> {
    let wanted = match (&options.event, &options.berkas, options.commit) {
        (Some(event), ..) => Provable::Event(event),
        (_, Some(berkas), _) => Provable::Berkas(berkas),
        (.., Some(version)) => Provable::Commit(version),
        _ => bail!("name what to prove: --event, --berkas, --commit or --consistency"),
    };
    let proved = archive.prove(wanted)?;
    Ok(proved.into_iter().map(|one| (format!("{}.tlog-proof", one.name), one.proof.text())).collect())
}

/// Checks a proof, and prints what it proves.
fn check(path: &Path, options: &Options) -> Result<Outcome> {
    let text = read(path)?;
    let keys = public_keys::of_logs(&options.public_key)?;
    let said = if let Ok(proof) = InclusionProof::read(&text) {
        let checkpoint = proof.check(&keys)?;
        let record = String::from_utf8_lossy(&proof.record).into_owned();
        format!("record {} of {} in {}:\n{record}\n", proof.index, checkpoint.size, checkpoint.origin)
    } else {
        let proof = ConsistencyProof::read(&text).with_context(|| format!("{} proves nothing", path.display()))?;
        let Some(earlier) = &options.earlier else { bail!("name the earlier checkpoint with --earlier") };
        let note = read(earlier)?;
        let before = match Checkpoint::printed(&note) {
            Some(printed) => printed,
            None => Checkpoint::signed_by(&note, &keys)?,
        };
        let after = proof.check(&before, &keys)?;
        format!("{} leaves continue {} of {}\n", after.size, before.size, after.origin)
    };
    print::data(&said)?;
    Ok(Outcome::Done)
}

fn read(path: &Path) -> Result<String> {
    let bytes = pipeline::read_file(path, LONGEST_BYTES).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
