//! `tertib witness`: a second party signs what it has seen of the office's log, so that nobody can make another history of it.

use crate::clock;
use crate::examples;
use crate::options::Where;
use crate::outcome::Outcome;
use crate::print;
use crate::public_keys;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use chrono::DateTime;
use clap::{Args, Subcommand};
use pipeline::{Checkpoint, ConsistencyProof, Readers, SigningKey, VerifyingKey};
use std::path::{Path, PathBuf};

/// No checkpoint or proof is longer.
const LONGEST_BYTES: u64 = 1 << 20;

/// What to do as a witness, or with one.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// At the witness: make its key, and print the public key for the office.
    #[command(after_help = examples::WITNESS_NEW)]
    New(New),
    /// At the witness: sign a checkpoint that continues the last one that it signed.
    #[command(after_help = examples::WITNESS_SIGN)]
    Sign(Sign),
    /// At the office: keep the signature of a witness beside the checkpoint.
    #[command(after_help = examples::WITNESS_ACCEPT)]
    Accept(Accept),
}

/// Options of `tertib witness new`.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The key file to make.
    #[arg(long, value_name = "FILE", default_value = "saksi.key")]
    key: PathBuf,
    /// The name of the witness, without blanks, for example `inspektorat.tanggamus`.
    #[arg(long, value_name = "NAME")]
    name: String,
}

/// Options of `tertib witness sign`.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// A proof of consistency from the office (`tertib prove --consistency`), or at the first time its checkpoint.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The key file of the witness.
    #[arg(long, value_name = "FILE", default_value = "saksi.key")]
    key: PathBuf,
    /// The name of the witness.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// The public key of the office's log, which the office handed over on paper, or a file of such keys.
    #[arg(long, value_name = "KEY", required = true)]
    public_key: Vec<String>,
    /// Where the witness keeps the last checkpoint that it signed.
    #[arg(long, value_name = "FILE", default_value = "saksi.checkpoint")]
    state: PathBuf,
    /// The file for the office.
    #[arg(long, value_name = "FILE", default_value = "checkpoint.saksi")]
    output: PathBuf,
}

/// Options of `tertib witness accept`.
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// The file from the witness.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The public key of the witness, which it handed over on paper, or a file of such keys.
    #[arg(long, value_name = "KEY", required = true)]
    witness: Vec<String>,
    #[command(flatten)]
    place: Where,
}

/// Exit code 2 when a checkpoint does not continue the last one, or is signed with another key.
pub(crate) fn run(action: &Action) -> Result<Outcome> {
    match action {
        Action::New(options) => new(options),
        Action::Sign(options) => sign(options),
        Action::Accept(options) => accept(options),
    }
}

fn new(options: &New) -> Result<Outcome> {
    let key = SigningKey::random(&options.key)?;
    let public = key.of_witness(&options.name);
    // A name that no key could have would be refused by whoever reads the public key.
    let public: VerifyingKey = public.to_string().parse().context("choose a name without blanks and without +")?;
    key.keep(&options.key)?;
    print::data(&format!("{public}\n"))?;
    Ok(Outcome::Done)
}

fn sign(options: &Sign) -> Result<Outcome> {
    let key = SigningKey::load(&options.key).context("`tertib witness new` makes the key of a witness")?;
    let trusted = public_keys::of_logs(&options.public_key)?;
    let text = read(&options.file)?;
    let last = if options.state.symlink_metadata().is_ok() {
        let note = read(&options.state)?;
        let state = || format!("{} is not the last checkpoint that was signed", options.state.display());
        Some(Checkpoint::signed_by(&note, &trusted).with_context(state)?)
    } else {
        None
    };
    let note = match (ConsistencyProof::read(&text), &last) {
        // What was signed last may be signed again: the office may not have got it.
        (Ok(proof), Some(last)) if Checkpoint::unchecked(&proof.note).is_ok_and(|stated| stated == *last) => proof.note,
        (Ok(proof), Some(last)) => {
            proof.check(last, &trusted).with_context(|| {
                format!(
                    "{} does not continue the checkpoint of {} leaves; sign nothing, and ask the office why",
                    options.file.display(),
                    last.size
                )
            })?;
            proof.note
        }
        (Ok(proof), None) => proof.note,
        (Err(_), _) => text,
    };
    let checkpoint = Checkpoint::signed_by(&note, &trusted)?;
    match &last {
        Some(last) if last.size == checkpoint.size && last.root != checkpoint.root => {
            bail!(
                "the office has signed two different logs of {} leaves; sign nothing, and keep both files as evidence",
                last.size
            )
        }
        Some(last) if last.size != checkpoint.size && ConsistencyProof::read(&read(&options.file)?).is_err() => {
            bail!(
                "the last checkpoint that was signed has {} leaves; ask the office for `tertib prove --consistency {}`",
                last.size,
                last.size
            )
        }
        _ => {}
    }
    let at_s = u64::try_from(clock::now().timestamp()).context("the clock is before 1970; set it")?;
    let cosigned = Checkpoint::cosigned(&note, &key, &options.name, at_s)?;
    // First the state: a witness never forgets what it has signed.
    for path in [&options.state, &options.output] {
        let written = pipeline::replace_file(path, cosigned.as_bytes(), Readers::Usual);
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }
    let shown = options.output.display();
    print::data(&format!(
        "{shown}: {} leaves of {}, signed as {}\n",
        checkpoint.size, checkpoint.origin, options.name
    ))?;
    Ok(Outcome::Done)
}

fn accept(options: &Accept) -> Result<Outcome> {
    let archive = Workspace::open(options.place.config.as_deref())?.archive()?;
    let note = read(&options.file)?;
    let seen = archive.accept_witnesses(&note, &public_keys::of_witnesses(&options.witness)?)?;
    let size = Checkpoint::unchecked(&note)?.size;
    for witness in seen {
        let at = i64::try_from(witness.at_s).ok().and_then(|at_s| DateTime::from_timestamp(at_s, 0));
        let at = at.map_or_else(String::new, |at| at.format(" at %Y-%m-%d %H:%M UTC").to_string());
        print::data(&format!("{} has seen {size} leaves{at}\n", witness.name))?;
    }
    Ok(Outcome::Done)
}

fn read(path: &Path) -> Result<String> {
    let bytes = pipeline::read_file(path, LONGEST_BYTES).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
