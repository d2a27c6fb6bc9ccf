//! Signed notes (C2SP signed-note): a text, and lines of signatures below it. Ed25519 keys sign them, of the office and of witnesses.
//!
//! Reads   the key file, which only its owner may read; notes of anybody
//! Gives   [`SigningKey`], [`VerifyingKey`], signature lines
//!
//! Invariant: a signature counts only under a key that the caller trusts. Lines of other keys are passed over, as the standard
//! demands, and a damaged line of a trusted key is an error.

use crate::files::{create_key_file, others_may, read_file};
use crate::hash::hex;
use crate::paper_key::PaperKey;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

/// How a signature line begins: an em dash and a blank.
const DASH: &str = "\u{2014} ";
/// The types of signatures, as they enter the id of a key.
const OF_LOG: u8 = 1;
const OF_WITNESS: u8 = 4;
/// No note and no key is longer.
pub(super) const LONGEST_NOTE_BYTES: u64 = 64 << 10;
/// A `SubjectPublicKeyInfo` of Ed25519 before the key (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Why a note or a key cannot be used. No message repeats the text of a key file.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// The key file does not exist.
    #[error("there is no signing key {path}")]
    NoKey {
        /// The file.
        path: String,
    },
    /// Others may read the key file.
    #[error("others may read the signing key {path}; run `chmod 400 {path}`, and think about who has read it")]
    Open {
        /// The file.
        path: String,
    },
    /// The file cannot be read or made.
    #[error("cannot use {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The text is no signing key.
    #[error("{path} does not hold a signing key of 64 hexadecimal digits; restore it from the paper")]
    Format {
        /// The file.
        path: String,
    },
    /// The text is no public key.
    #[error("this is no public key; it has the form NAME+8 hexadecimal digits+BASE64, as `tertib key show` prints it")]
    PublicKey,
    /// The text is no signed note.
    #[error("this is no signed note: {0}")]
    Note(&'static str),
    /// A line of a trusted key does not sign the text.
    #[error("the signature of {name} does not fit the text; the text or the signature was changed")]
    Signature {
        /// The name of the key.
        name: String,
    },
}

/// The private key of a log or of a witness.
#[derive(Clone)]
pub struct SigningKey {
    seed: [u8; 32],
    pair: Arc<Ed25519KeyPair>,
    public: [u8; 32],
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(hidden)")
    }
}

impl SigningKey {
    /// Returns the key of a seed; `None` never happens, unless the library refuses 32 bytes.
    #[must_use]
    pub fn of_seed(seed: [u8; 32]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
        let public = pair.public_key().as_ref().try_into().ok()?;
        Some(Self { seed, pair: Arc::new(pair), public })
    }

    /// Makes a random key.
    ///
    /// # Errors
    /// [`NoteError::File`] when the system has no random bytes.
    pub fn random(path: &Path) -> Result<Self, NoteError> {
        let fault = |reason: String| NoteError::File { path: path.display().to_string(), reason };
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|e| fault(e.to_string()))?;
        Self::of_seed(seed).ok_or_else(|| fault("the key is refused".to_owned()))
    }

    /// Returns the key of an invented office. The same seed gives the same key.
    #[must_use]
    pub fn for_demo(seed: u64) -> Option<Self> {
        Self::of_seed(Sha256::digest(format!("kantor rekaan {seed}, penanda")).into())
    }

    /// Writes the key into a file that only its owner may read.
    ///
    /// # Errors
    /// [`NoteError::File`] when something of that name already exists, or the file cannot be written.
    pub fn keep(&self, path: &Path) -> Result<(), NoteError> {
        let fault = |e: std::io::Error| NoteError::File { path: path.display().to_string(), reason: e.to_string() };
        create_key_file(path, format!("{}\n", self.paper().digits()).as_bytes()).map_err(fault)
    }

    /// Reads the key file.
    ///
    /// # Errors
    /// [`NoteError`] when the file does not exist, others may read it, or it holds no key.
    pub fn load(path: &Path) -> Result<Self, NoteError> {
        match others_may(path) {
            Ok(0) => Self::handed_over(path),
            Ok(_) => Err(NoteError::Open { path: path.display().to_string() }),
            Err(reason) => Err(unread(path, &reason)),
        }
    }

    /// Reads a key file that a service manager keeps, which alone answers for who may read it.
    ///
    /// # Errors
    /// [`NoteError`] when the file does not exist, or holds no key.
    pub fn handed_over(path: &Path) -> Result<Self, NoteError> {
        let bytes = read_file(path, LONGEST_NOTE_BYTES).map_err(|reason| unread(path, &reason))?;
        let paper = std::str::from_utf8(&bytes).ok().and_then(|text| PaperKey::of_digits(text.trim()));
        paper
            .and_then(|paper| Self::of_paper(&paper))
            .ok_or_else(|| NoteError::Format { path: path.display().to_string() })
    }

    /// Returns the id of the key, which is the beginning of the SHA-256 of its public part.
    #[must_use]
    pub fn id(&self) -> String {
        hex(&Sha256::digest(self.public)[..8])
    }

    /// Returns what stands on the paper of the key.
    #[must_use]
    pub fn paper(&self) -> PaperKey {
        PaperKey::of_bytes(self.seed)
    }

    /// Returns the key of a paper; `None` never happens, unless the library refuses 32 bytes.
    #[must_use]
    pub fn of_paper(paper: &PaperKey) -> Option<Self> {
        Self::of_seed(paper.bytes())
    }

    /// Returns the public key of a log of that name.
    #[must_use]
    pub fn verifying(&self, name: &str) -> VerifyingKey {
        VerifyingKey { name: name.to_owned(), kind: OF_LOG, key: self.public }
    }

    /// Returns the public key of a witness of that name.
    #[must_use]
    pub fn of_witness(&self, name: &str) -> VerifyingKey {
        VerifyingKey { name: name.to_owned(), kind: OF_WITNESS, key: self.public }
    }

    /// Returns a text of whole lines as a note that a log of that name has signed. The text must be none that a log signs of itself.
    #[must_use]
    pub fn note(&self, name: &str, text: &str) -> String {
        format!("{text}\n{}", self.line(name, text))
    }

    /// Returns the line by which a log of that name signs a text.
    pub(super) fn line(&self, name: &str, text: &str) -> String {
        self.verifying(name).line(self.pair.sign(text.as_bytes()).as_ref())
    }

    /// Returns the line by which a witness of that name says that it saw a text at an instant, in seconds since 1970 UTC
    /// (C2SP tlog-cosignature).
    pub(super) fn cosigned(&self, name: &str, text: &str, at_s: u64) -> String {
        let signature = self.pair.sign(cosigned_text(text, at_s).as_bytes());
        self.of_witness(name).line(&[at_s.to_be_bytes().as_slice(), signature.as_ref()].concat())
    }
}

fn cosigned_text(text: &str, at_s: u64) -> String {
    format!("cosignature/v1\ntime {at_s}\n{text}")
}

fn unread(path: &Path, reason: &std::io::Error) -> NoteError {
    let path = path.display().to_string();
    match reason.kind() {
        std::io::ErrorKind::NotFound => NoteError::NoKey { path },
        _ => NoteError::File { path, reason: reason.to_string() },
    }
}

/// A public key with the name under which it signs. As text it is a verifier key of C2SP signed-note.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VerifyingKey {
    name: String,
    kind: u8,
    key: [u8; 32],
}

/// A statement of a witness that it saw a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// The name of the witness.
    pub name: String,
    /// When, in seconds since 1970 UTC.
    pub at_s: u64,
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({self})")
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.kind][..], &self.key].concat();
        write!(f, "{}+{}+{}", self.name, hex(&self.id()), BASE64_STANDARD.encode(key))
    }
}

impl FromStr for VerifyingKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let read = || {
            let (name, rest) = text.trim().split_once('+')?;
            let (id, key) = rest.split_once('+')?;
            let bytes = BASE64_STANDARD.decode(key).ok()?;
            let (kind, key) = bytes.split_first()?;
            let read = Self { name: name.to_owned(), kind: *kind, key: key.try_into().ok()? };
            let is_named = is_name(name) && [OF_LOG, OF_WITNESS].contains(kind);
            (is_named && hex(&read.id()) == id).then_some(read)
        };
        read().ok_or(NoteError::PublicKey)
    }
}

/// Whether a text may be the name of a key.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

impl VerifyingKey {
    /// Returns the name under which the key signs.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the same key under the name of another log of its owner.
    #[must_use]
    pub(crate) fn named(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    /// Returns whether it is the key of a witness.
    #[must_use]
    pub fn is_of_witness(&self) -> bool {
        self.kind == OF_WITNESS
    }

    /// Returns the key as PEM, as openssl reads it.
    #[must_use]
    pub fn pem(&self) -> String {
        let der = BASE64_STANDARD.encode([&SPKI[..], &self.key].concat());
        format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
    }

    /// Returns the four bytes by which a signature line names the key.
    fn id(&self) -> [u8; 4] {
        let digest = Sha256::new_with_prefix(&self.name).chain_update([b'\n', self.kind]).chain_update(self.key);
        let digest = digest.finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// Returns the id as hexadecimal digits, which name the key's files.
    #[must_use]
    pub fn digits(&self) -> String {
        hex(&self.id())
    }

    fn line(&self, signature: &[u8]) -> String {
        format!("{DASH}{} {}\n", self.name, BASE64_STANDARD.encode([&self.id(), signature].concat()))
    }

    /// Returns how each of the key's lines begins: with its name, and as much of its id as whole letters of Base64 show.
    pub(super) fn line_begin(&self) -> String {
        let id = BASE64_STANDARD.encode(self.id());
        format!("{DASH}{} {}", self.name, id.get(..5).unwrap_or_default())
    }

    fn is_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.key).verify(message, signature).is_ok()
    }

    /// Looks for this key's signature of a text among the lines; `None` if there is none of it.
    fn signature(&self, text: &str, lines: &str) -> Option<Result<u64, NoteError>> {
        let of_this_key = lines.lines().find_map(|line| {
            let (name, bytes) = line.strip_prefix(DASH)?.split_once(' ')?;
            let bytes = BASE64_STANDARD.decode(bytes).ok()?;
            let (id, signature) = bytes.split_first_chunk::<4>()?;
            (name == self.name && *id == self.id()).then(|| signature.to_vec())
        })?;
        let fault = || NoteError::Signature { name: self.name.clone() };
        let is_right = if self.kind == OF_WITNESS {
            of_this_key.split_first_chunk::<8>().and_then(|(at, signature)| {
                let at_s = u64::from_be_bytes(*at);
                self.is_signed(cosigned_text(text, at_s).as_bytes(), signature).then_some(at_s)
            })
        } else {
            self.is_signed(text.as_bytes(), &of_this_key).then_some(0)
        };
        Some(is_right.ok_or_else(fault))
    }
}

/// Splits a note into its text, with the line break at its end, and its signature lines.
pub(super) fn split(note: &str) -> Result<(&str, &str), NoteError> {
    let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Note("it has no blank line before signatures"))?;
    let text = &note[..=text.len()];
    let is_signature = |line: &str| line.starts_with(DASH) && line.split(' ').count() == 3;
    if lines.is_empty() || !lines.ends_with('\n') || !lines.lines().all(is_signature) {
        return Err(NoteError::Note("a line below the text is no signature"));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(NoteError::Note("its text has control characters"));
    }
    Ok((text, lines))
}

/// Returns the text of a note that one of the keys of a log has signed.
///
/// # Errors
/// [`NoteError`] when it is no note, or none of them signed it.
pub(crate) fn signed_text<'n>(note: &'n str, keys: &[VerifyingKey]) -> Result<&'n str, NoteError> {
    let (text, _) = split(note)?;
    if is_signed_by(note, keys)? { Ok(text) } else { Err(NoteError::Note("none of the public keys has signed it")) }
}

/// Returns whether one of the keys of a log has signed a note.
pub(super) fn is_signed_by(note: &str, keys: &[VerifyingKey]) -> Result<bool, NoteError> {
    let (text, lines) = split(note)?;
    let of_logs = keys.iter().filter(|key| !key.is_of_witness());
    let mut signed = of_logs.filter_map(|key| key.signature(text, lines));
    signed.next().map_or(Ok(false), |signature| signature.map(|_| true))
}

/// Returns which of the witnesses have signed a note.
pub(super) fn cosignatures(note: &str, keys: &[VerifyingKey]) -> Result<Vec<Cosignature>, NoteError> {
    let (text, lines) = split(note)?;
    let witnesses = keys.iter().filter(|key| key.is_of_witness());
    let signed = witnesses.filter_map(|key| Some((key, key.signature(text, lines)?)));
    signed.map(|(key, at_s)| Ok(Cosignature { name: key.name.clone(), at_s: at_s? })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SigningKey {
        SigningKey::of_seed([byte; 32]).unwrap()
    }

    #[test]
    fn a_note_counts_under_the_key_that_signed_it() {
        let (ours, other) = (key(1), key(2));
        let text = "tertib/kantor\n7\nAAAA\n";
        let note = format!("{text}\n{}", ours.line("tertib/kantor", text));
        let trusted = [ours.verifying("tertib/kantor")];
        assert!(is_signed_by(&note, &trusted).unwrap());
        assert!(!is_signed_by(&note, &[other.verifying("tertib/kantor")]).unwrap(), "a line of another key");
        assert!(!is_signed_by(&note, &[ours.verifying("tertib/lain")]).unwrap(), "another name");
        assert!(is_signed_by(&note.replace("\n7\n", "\n8\n"), &trusted).is_err());
        for broken in ["", "\n\n", text, &note[..note.len() - 1], &note.replace(DASH, "- ")] {
            assert!(is_signed_by(broken, &trusted).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn a_witness_says_when_it_saw_the_note() {
        let text = "tertib/kantor\n7\nAAAA\n";
        let witness = key(3);
        let lines = key(1).line("tertib/kantor", text) + &witness.cosigned("inspektorat", text, 1_796_000_000);
        let note = format!("{text}\n{lines}");
        let known = [key(4).of_witness("provinsi"), witness.of_witness("inspektorat")];
        let wanted = [Cosignature { name: "inspektorat".to_owned(), at_s: 1_796_000_000 }];
        assert_eq!(cosignatures(&note, &known).unwrap(), wanted);
        assert_eq!(cosignatures(&note, &[witness.verifying("inspektorat")]).unwrap(), []);
        let changed = note.replace("\n7\n", "\n8\n");
        assert!(cosignatures(&changed, &known).is_err());
    }

    /// The verifier key and the id of the Go module checksum database, as the standard's own example.
    #[test]
    fn a_public_key_is_read_as_it_is_written() {
        let text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
        let read: VerifyingKey = text.parse().unwrap();
        assert_eq!((read.name(), read.to_string().as_str()), ("sum.golang.org", text));
        for wrong in
            ["", "a+b", "sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", "a b+00000000+AA=="]
        {
            assert!(wrong.parse::<VerifyingKey>().is_err(), "{wrong}");
        }
        assert!(read.pem().contains("MCowBQYDK2VwAyEA"), "{}", read.pem());
    }

    #[test]
    fn a_key_file_is_the_owners_alone() {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("penanda.key");
        assert!(matches!(SigningKey::load(&path), Err(NoteError::NoKey { .. })));
        SigningKey::random(&path).unwrap().keep(&path).unwrap();
        assert!(key(1).keep(&path).is_err(), "a key is never replaced");
        assert_eq!(others_may(&path).unwrap(), 0);
        let first = SigningKey::load(&path).unwrap();
        assert_eq!(format!("{first:?}"), "SigningKey(hidden)");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o440)).unwrap();
            assert!(matches!(SigningKey::load(&path), Err(NoteError::Open { .. })));
        }
        let other = dir.path().join("lain.key");
        create_key_file(&other, b"bukan kunci\n").unwrap();
        assert!(matches!(SigningKey::load(&other), Err(NoteError::Format { .. })));
    }
}
