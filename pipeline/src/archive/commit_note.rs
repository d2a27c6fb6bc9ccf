//! What a commit records beyond the Delta protocol, under `commitInfo.tertib`.

use schemas::{Horizon, Identity, InputFile, Month};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A file of the archive that a commit names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// The path within the archive folder.
    pub path: String,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// The number of its bytes.
    pub size_bytes: u64,
    /// The number of its rows.
    pub rows: u64,
}

impl From<&FileEntry> for InputFile {
    fn from(file: &FileEntry) -> Self {
        Self { path: file.path.clone(), sha256: file.sha256.clone(), rows: file.rows }
    }
}

/// What a commit records beyond the Delta protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitNote {
    /// The SHA-256 of the previous commit file; `None` in the first commit.
    pub previous: Option<String>,
    /// The number of events in the archive after this commit, which is also the next `seq`.
    pub next_seq: i64,
    /// How many events replace an earlier one with the same `event_id`.
    pub corrections: u64,
    /// How many rows were put into quarantine.
    pub quarantined: u64,
    /// The number of findings by code.
    pub findings: BTreeMap<String, u64>,
    /// The source of the rows.
    pub source: Option<SourceNote>,
    /// The private parts.
    pub persons: Vec<FileEntry>,
    /// The parts of the quarantine table.
    pub quarantine: Vec<FileEntry>,
    /// A snapshot of the outage log, if it changed.
    pub outages: Option<FileEntry>,
    /// A snapshot of the blank-card stock, if it changed.
    pub stock: Option<FileEntry>,
    /// Every row recorded before this instant has been seen by this pull or an earlier one; microseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_until_us: Option<i64>,
    /// The month whose books this commit closes. Rows of the month that arrive afterwards appear in later books.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Month>,
    /// Why the books were closed although more rows of the month might still arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_incomplete: Option<String>,
    /// The bag that was made of a closed month. Since form 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bag: Option<BagNote>,
    /// A change of the office's key with this commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_change: Option<KeyChange>,
    /// A change of the key that signs the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer_change: Option<SignerChange>,
    /// A hold on a month, or its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// Private files that are destroyed with this commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposal: Option<Disposal>,
}

/// The bag of a closed month, as a commit records it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BagNote {
    /// The month.
    pub month: Month,
    /// The SHA-256 of its tag manifest, on which every file of it hangs.
    pub tagmanifest_sha256: String,
    /// All files of it.
    pub files: Vec<FileEntry>,
}

impl CommitNote {
    /// Returns what the commit declares besides the rows that it brings; it stands in the commit's record in the log.
    pub(crate) fn declared(&self) -> Value {
        json!(Declared {
            seal: self.seal,
            sealed_incomplete: self.sealed_incomplete.as_deref(),
            bag: self
                .bag
                .as_ref()
                .map(|bag| DeclaredBag { month: bag.month, tagmanifest_sha256: &bag.tagmanifest_sha256 }),
            key_change: self.key_change.as_ref(),
            signer_change: self.signer_change.as_ref(),
            hold: self.hold.as_ref(),
            disposal: self.disposal.as_ref(),
        })
    }

    /// Returns the files that it names, but for those of the public events, with whether each holds personal data.
    pub(super) fn files(&self) -> impl Iterator<Item = (&FileEntry, bool)> {
        let private = self.private_files().map(|file| (file, true));
        private.chain(self.public_files().map(|file| (file, false)))
    }

    /// Returns those of them that only the office has.
    pub(super) fn private_files(&self) -> impl Iterator<Item = &FileEntry> {
        self.persons.iter().chain(&self.quarantine).chain(self.bag_files())
    }

    /// Returns the files of the bag that it records.
    pub(super) fn bag_files(&self) -> impl Iterator<Item = &FileEntry> {
        self.bag.iter().flat_map(|bag| &bag.files)
    }

    /// Returns those of them that a public copy holds.
    pub(super) fn public_files(&self) -> impl Iterator<Item = &FileEntry> {
        let pseudonyms = self.key_change.iter().map(|change| &change.pseudonyms);
        self.outages.iter().chain(&self.stock).chain(pseudonyms)
    }
}

/// What a commit records about a change of the office's key. The rows before it were written under the key before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyChange {
    /// The id of the key before.
    pub from: String,
    /// The id of the new key.
    pub to: String,
    /// Whether the key before was lost, so that nobody could show it.
    pub lost: bool,
    /// Why it was changed.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// The table that gives for each pseudonym under the key before the one under the new key.
    pub pseudonyms: FileEntry,
}

/// What a commit records about a change of the key that signs the log. Checkpoints from this commit on are signed by the new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignerChange {
    /// The public key before, as a verifier key of C2SP signed-note.
    pub from: String,
    /// The new public key.
    pub to: String,
    /// Whether the key before was lost, so that it has not signed this.
    pub lost: bool,
    /// Why it was changed.
    pub reason: String,
    /// By whom.
    pub by: String,
}

/// What a commit records about a month that must not be destroyed, whatever the retention schedule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The month.
    pub month: Month,
    /// Whether the hold begins or ends.
    pub held: bool,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
}

/// What a commit records about private files that are destroyed with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disposal {
    /// The SHA-256 of the proposal that was approved.
    pub proposal: String,
    /// The months whose personal data are destroyed.
    pub months: Vec<Month>,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who approved it.
    pub approved_by: String,
    /// The private files, each as an earlier commit names it.
    pub files: Vec<FileEntry>,
    /// How many of their rows were in quarantine and of other months, and are in this commit's quarantine instead.
    pub moved: u64,
}

/// What a commit may declare, by the names of the note.
#[derive(Serialize)]
struct Declared<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    seal: Option<Month>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed_incomplete: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bag: Option<DeclaredBag<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_change: Option<&'a KeyChange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signer_change: Option<&'a SignerChange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<&'a Hold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disposal: Option<&'a Disposal>,
}

/// What a commit declares of a bag: the digest on which all files of it hang.
#[derive(Serialize)]
struct DeclaredBag<'a> {
    month: Month,
    tagmanifest_sha256: &'a str,
}

/// What a commit records about the source for the next pull from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceNote {
    /// The name of the source in the configuration.
    pub name: String,
    /// The instant at which the first pull was told to begin, in microseconds; earlier rows are never requested.
    pub from_us: Option<i64>,
    /// The position of the earliest snapshot since the last complete pull among PostgreSQL's transactions.
    pub horizon: Option<Horizon>,
    /// Whether every row up to the horizon was read; if not, only those recorded before the cursor were.
    pub complete: bool,
    /// The SHA-256 of each file that was read completely.
    pub files: Vec<String>,
    /// The identity of the database, if it states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
}
