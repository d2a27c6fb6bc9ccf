//! Proofs in files, which anybody can check without the log: that a record is in it (C2SP tlog-proof), and that a later checkpoint
//! continues an earlier one.

use super::checkpoint::{Checkpoint, CheckpointError};
use super::merkle::{Hash, is_consistent, is_included};
use super::note::VerifyingKey;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

const INCLUSION: &str = "c2sp.org/tlog-proof@v1";
const CONSISTENCY: &str = "tertib/bukti-kelanjutan@v1";

/// Why a proof proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// It is not written as a proof.
    #[error("this is no proof: {0}")]
    Text(&'static str),
    /// Its checkpoint cannot be relied on.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// It does not lead to the root of the checkpoint.
    #[error(
        "the proof does not lead to the root of the checkpoint; the record, the proof or the checkpoint was changed"
    )]
    Root,
}

/// The proof that a record is in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// The record itself, which anybody may hash.
    pub record: Vec<u8>,
    /// Its place in the log.
    pub index: u64,
    /// The nodes beside the way from the record to the root.
    pub path: Vec<[u8; 32]>,
    /// The signed checkpoint.
    pub note: String,
}

impl InclusionProof {
    /// Returns the file. The record is its extra data.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { record, index, path, note } = self;
        let path: String = path.iter().map(|hash| BASE64_STANDARD.encode(hash) + "\n").collect();
        format!("{INCLUSION}\nextra {}\nindex {index}\n{path}\n{note}", BASE64_STANDARD.encode(record))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ProofError::Text`] when it is no proof.
    pub fn read(text: &str) -> Result<Self, ProofError> {
        let (head, note) = text.split_once("\n\n").ok_or(ProofError::Text("it has no checkpoint"))?;
        let mut lines = head.lines();
        if lines.next() != Some(INCLUSION) {
            return Err(ProofError::Text("its first line is another"));
        }
        let record = lines.next().and_then(|line| BASE64_STANDARD.decode(line.strip_prefix("extra ")?).ok());
        let record = record.ok_or(ProofError::Text("it does not hold the record as extra data"))?;
        let index = lines.next().and_then(|line| line.strip_prefix("index ")?.parse().ok());
        let index = index.ok_or(ProofError::Text("it does not say which record it is of"))?;
        Ok(Self { record, index, path: hashes(lines)?, note: note.to_owned() })
    }

    /// Checks the proof with the public keys of the log, and returns the checkpoint that it leads to.
    ///
    /// # Errors
    /// [`ProofError`] when it proves nothing.
    pub fn check(&self, keys: &[VerifyingKey]) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::signed_by(&self.note, keys)?;
        let leaf = super::merkle::leaf_hash(&self.record);
        let leads = is_included(&leaf, (self.index, checkpoint.size), &self.path, &checkpoint.root);
        if leads { Ok(checkpoint) } else { Err(ProofError::Root) }
    }
}

/// The proof that a log only grew between two checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// The size of the earlier checkpoint.
    pub old: u64,
    /// The nodes that both trees consist of.
    pub path: Vec<[u8; 32]>,
    /// The later checkpoint, signed.
    pub note: String,
}

impl ConsistencyProof {
    /// Returns the file: what C2SP tlog-witness sends to a witness, below a line of its own.
    #[must_use]
    pub fn text(&self) -> String {
        let path: String = self.path.iter().map(|hash| BASE64_STANDARD.encode(hash) + "\n").collect();
        format!("{CONSISTENCY}\nold {}\n{path}\n{}", self.old, self.note)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ProofError::Text`] when it is no proof.
    pub fn read(text: &str) -> Result<Self, ProofError> {
        let (head, note) = text.split_once("\n\n").ok_or(ProofError::Text("it has no checkpoint"))?;
        let mut lines = head.lines();
        if lines.next() != Some(CONSISTENCY) {
            return Err(ProofError::Text("its first line is another"));
        }
        let old = lines.next().and_then(|line| line.strip_prefix("old ")?.parse().ok());
        let old = old.ok_or(ProofError::Text("it does not say which size it continues"))?;
        Ok(Self { old, path: hashes(lines)?, note: note.to_owned() })
    }

    /// Checks with the public keys of the log that the later checkpoint continues an earlier one, and returns the later one.
    ///
    /// # Errors
    /// [`ProofError`] when it does not, or the proof is of other checkpoints.
    pub fn check(&self, earlier: &Checkpoint, keys: &[VerifyingKey]) -> Result<Checkpoint, ProofError> {
        let later = Checkpoint::signed_by(&self.note, keys)?;
        if later.origin != earlier.origin {
            let (found, wanted) = (later.origin, earlier.origin.clone());
            return Err(CheckpointError::Origin { found, wanted }.into());
        }
        let continues = is_consistent((earlier.size, &earlier.root), (later.size, &later.root), &self.path);
        if continues && self.old == earlier.size { Ok(later) } else { Err(ProofError::Root) }
    }
}

fn hashes<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<Hash>, ProofError> {
    let hash = |line: &str| BASE64_STANDARD.decode(line).ok().and_then(|bytes| bytes.try_into().ok());
    let read: Option<Vec<Hash>> = lines.map(hash).collect();
    // A tree of 2^64 leaves has no longer proof.
    read.filter(|path| path.len() <= 128).ok_or(ProofError::Text("a line of it is no hash"))
}

#[cfg(test)]
mod tests {
    use super::super::merkle::{Nodes, consistency_proof, inclusion_proof, leaf_hash, root};
    use super::super::note::SigningKey;
    use super::*;

    struct Tree(Vec<Hash>);

    impl Nodes for Tree {
        type Error = ();

        fn node(&self, height: u32, index: u64) -> Result<Hash, ()> {
            let first = usize::try_from(index << height).unwrap();
            let leaves = self.0[first..first + (1 << height)].to_vec();
            Ok(super::super::merkle::root_of(leaves))
        }
    }

    #[test]
    fn a_proof_in_a_file_proves_what_it_says_and_nothing_else() {
        let key = SigningKey::of_seed([1; 32]).unwrap();
        let keys = [key.verifying("tertib/kantor")];
        let records: Vec<String> = (0..13).map(|n| format!("{{\"seq\":{n}}}")).collect();
        let tree = Tree(records.iter().map(|record| leaf_hash(record.as_bytes())).collect());
        let at = |size| Checkpoint { origin: "tertib/kantor".into(), size, root: root(&tree, size).unwrap() };
        let note = at(13).signed(&key);
        let path = inclusion_proof(&tree, 4, 13).unwrap();
        let proof = InclusionProof { record: records[4].clone().into_bytes(), index: 4, path, note: note.clone() };
        let read = InclusionProof::read(&proof.text()).unwrap();
        assert_eq!((&read, read.check(&keys).unwrap()), (&proof, at(13)));
        for (from, to) in [("index 4", "index 5"), ("\n13\n", "\n14\n")] {
            let changed = proof.text().replacen(from, to, 1);
            assert!(
                InclusionProof::read(&changed).is_err()
                    || InclusionProof::read(&changed).unwrap().check(&keys).is_err()
            );
        }
        let other = InclusionProof { record: b"{\"seq\":9}".to_vec(), ..proof.clone() };
        assert!(matches!(other.check(&keys), Err(ProofError::Root)));

        let path = consistency_proof(&tree, 6, 13).unwrap();
        let proof = ConsistencyProof { old: 6, path, note };
        let read = ConsistencyProof::read(&proof.text()).unwrap();
        assert_eq!(read.check(&at(6), &keys).unwrap(), at(13));
        assert!(read.check(&at(7), &keys).is_err());
        assert!(read.check(&Checkpoint { root: [0; 32], ..at(6) }, &keys).is_err());
        assert!(read.check(&Checkpoint { origin: "tertib/lain".into(), ..at(6) }, &keys).is_err());
        for broken in ["", "x", INCLUSION, "c2sp.org/tlog-proof@v1\nindex 1\n\nx"] {
            assert!(InclusionProof::read(broken).is_err() && ConsistencyProof::read(broken).is_err());
        }
    }
}
