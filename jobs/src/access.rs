//! Who looked: what is shown of the archive is noted in its second log first.
//!
//! Rule    what discloses personal data is noted durably before the first byte of it leaves, and again with its digest when it is
//!         done; where that cannot be written, nothing is shown. What names nobody is shown all the same, with a warning

use crate::clock;
use crate::config::text;
use crate::documents::{Rendition, Written};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use pipeline::{Access, Disclosure};
use schemas::{Month, Speech, numbers_a_person};

/// What somebody is about to be shown.
#[derive(Clone, Debug)]
pub(crate) struct Look<'a> {
    /// The account of the portal that asks; none for the user of this machine.
    pub by: Option<&'a str>,
    /// The kind of access.
    pub act: &'static str,
    /// What was asked for, without a NIK.
    pub what: String,
    /// The SHA-256 of the answer, as far as it is known.
    pub answer: String,
    /// How many rows it has.
    pub rows: u64,
    /// Whether it discloses personal data.
    pub discloses: bool,
    /// In which role.
    pub role: &'a str,
    /// Why.
    pub purpose: Option<&'a str>,
}

/// The role of whoever works at the office's own machine.
pub(crate) const OF_THE_OFFICE: &str = "pengelola";
/// How many characters a purpose may have.
const LONGEST_PURPOSE: usize = 200;

/// Checks the words of a purpose.
///
/// # Errors
/// When it is empty, too long, or holds a number that could be a NIK.
pub(crate) fn check_purpose(purpose: &str) -> Result<()> {
    let has_nik = numbers_a_person(purpose);
    let is_one_line = !purpose.trim().is_empty() && !purpose.chars().any(char::is_control);
    if !is_one_line || purpose.chars().count() > LONGEST_PURPOSE || has_nik {
        bail!("--purpose must be one line of 1 to {LONGEST_PURPOSE} characters, without a NIK");
    }
    Ok(())
}

/// What somebody did, in words; a word of the log that is not known stands for itself.
pub(crate) fn said(act: &str, speech: Speech<'_>) -> String {
    match act {
        "query" => speech.say("act.query", &[]),
        "trace" => speech.say("act.trace", &[]),
        "traced" => speech.say("act.traced", &[]),
        "render" => speech.say("act.render", &[]),
        "rendered" => speech.say("act.rendered", &[]),
        "bundle" => speech.say("act.bundle", &[]),
        "seal" => speech.say("act.seal", &[]),
        "dispose" => speech.say("act.dispose", &[]),
        other => other.to_owned(),
    }
}

/// Notes what somebody is about to be shown. Returns the number of the entry; none where it could not be written.
///
/// # Errors
/// When it discloses personal data and cannot be noted.
pub(crate) fn note(workspace: &Workspace, look: &Look<'_>) -> Result<Option<u64>> {
    look.purpose.map_or(Ok(()), check_purpose)?;
    let access = Access {
        at: clock::now().timestamp(),
        by: look.by.map_or_else(user, by_account),
        role: look.role.to_owned(),
        purpose: look.purpose.map(str::to_owned),
        act: look.act.to_owned(),
        what: look.what.clone(),
        answer: look.answer.clone(),
        rows: look.rows,
        discloses: look.discloses,
    };
    let noted = || -> Result<u64> {
        let key = workspace.config.signing_key()?;
        Ok(workspace.archive()?.note_access(&access, key.as_ref())?)
    };
    match noted() {
        Ok(number) => Ok(Some(number)),
        Err(fault) if look.discloses => {
            Err(fault.context("nothing is shown, since it cannot be noted who looked (folder access of the archive)"))
        }
        Err(fault) => {
            tracing::warn!("it is not noted that somebody looked: {fault:#}");
            Ok(None)
        }
    }
}

/// Writes copies of documents that name residents, noted before the first and after the last of them. Masked copies are noted
/// nowhere, since they name nobody.
pub(crate) fn of_copies(
    workspace: &Workspace,
    (month, disclosure): (Month, Disclosure),
    purpose: Option<&str>,
    write: impl FnOnce() -> Result<Rendition<Written>>,
) -> Result<Rendition<Written>> {
    if disclosure == Disclosure::Masked {
        return write();
    }
    let mut look = Look {
        by: None,
        act: "render",
        what: format!("{month}"),
        answer: String::new(),
        rows: 0,
        discloses: true,
        role: OF_THE_OFFICE,
        purpose,
    };
    note(workspace, &look)?;
    let rendition = write()?;
    let mut digests = String::new();
    for file in &rendition.files {
        let bytes = std::fs::read(&file.path).with_context(|| format!("cannot read {}", file.path.display()))?;
        let name = file.path.file_name().unwrap_or_default().to_string_lossy();
        digests.push_str(&format!("{}  {name}\n", pipeline::sha256(&bytes)));
    }
    look.act = "rendered";
    look.what = format!("{month}: {}", names(&rendition));
    (look.answer, look.rows) = (pipeline::sha256(digests.as_bytes()), rendition.files.len() as u64);
    note(workspace, &look)?;
    Ok(rendition)
}

/// The ids of the documents that were written.
fn names(rendition: &Rendition<Written>) -> String {
    let mut ids: Vec<&str> = rendition.files.iter().map(|file| file.id.as_str()).collect();
    ids.dedup();
    ids.join(", ")
}

/// What an entry says of an account of the portal.
pub(crate) fn by_account(account: &str) -> String {
    format!("portal: {account}")
}

/// The user of this machine: who called the program, and through whom where that was `sudo`.
fn user() -> String {
    let own = name_of(own_number());
    match text::environment("SUDO_USER").ok().flatten().filter(|caller| *caller != own) {
        Some(caller) => format!("{caller} ({own})"),
        None => own,
    }
}

#[cfg(unix)]
fn own_number() -> u32 {
    rustix::process::getuid().as_raw()
}

#[cfg(not(unix))]
fn own_number() -> u32 {
    0
}

/// The name of a user, or the number where it has none.
fn name_of(number: u32) -> String {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, own) = (fields.next()?, fields.nth(1)?);
        (own.parse() == Ok(number)).then(|| name.to_owned())
    });
    named.unwrap_or_else(|| format!("uid {number}"))
}
