//! Writes a bag: first its files, then its manifests, then its signature; at the end the folder gets its name.

use super::error::BagError;
use super::layout::{DECLARATION, INFO, MANIFEST, PAYLOAD, SIGNATURE, TAG_MANIFEST, signed_lines};
use super::manifest::{Files, check_own, written};
use super::packing;
use super::staging::{StagedFile, Staging};
use crate::files::Readers;
use crate::hash::sha256;
use crate::transparency::SigningKey;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// A bag that is being filled.
#[derive(Debug)]
pub struct BagWriter {
    staging: Staging,
    payload: Files,
    tags: Files,
    payload_bytes: u64,
}

/// A bag with its manifests, which only needs its name, and perhaps a signature.
#[derive(Debug)]
pub struct ClosedBag {
    staging: Staging,
    tag_manifest: Vec<u8>,
}

impl BagWriter {
    /// Begins a bag that will be at the target. What names residents (`data/pribadi`) is the owner's alone in any case.
    ///
    /// # Errors
    /// [`BagError::Busy`] while another program makes a bag beside it, [`BagError::Io`] when the system refuses.
    pub fn begin(target: &Path, readers: Readers) -> Result<Self, BagError> {
        let staging = Staging::begin(target, readers)?;
        let mut bag = Self { staging, payload: Files::new(), tags: Files::new(), payload_bytes: 0 };
        let (name, text) = DECLARATION;
        bag.put(name, text)?;
        Ok(bag)
    }

    /// Adds a file.
    ///
    /// # Errors
    /// [`BagError::Name`] for a name that a bag does not have, [`BagError::Io`] when the system refuses.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), BagError> {
        let mut file = self.file(path)?;
        file.put(bytes)?;
        self.named(path, file)
    }

    /// Adds a file with all that can be read; `place` names it where reading fails.
    ///
    /// # Errors
    /// As for [`Self::put`].
    pub fn copy(&mut self, path: &str, from: &mut dyn Read, place: &Path) -> Result<(), BagError> {
        let mut file = self.file(path)?;
        file.copy(from, place)?;
        self.named(path, file)
    }

    /// Adds a file that `write` writes piece by piece.
    ///
    /// # Errors
    /// As for [`Self::put`], and what `write` returns.
    pub fn write<E: From<BagError>>(
        &mut self,
        path: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut file = self.file(path)?;
        write(&mut file)?;
        Ok(self.named(path, file)?)
    }

    fn file(&mut self, path: &str) -> Result<StagedFile, BagError> {
        check_own(path)?;
        self.staging.create(path)
    }

    fn named(&mut self, path: &str, file: StagedFile) -> Result<(), BagError> {
        let (digest, bytes) = file.finish()?;
        if path.starts_with(PAYLOAD) {
            self.payload_bytes += bytes;
            self.payload.insert(path.to_owned(), digest);
        } else {
            self.tags.insert(path.to_owned(), digest);
        }
        Ok(())
    }

    /// Writes what the bag says of itself, in this order, and the manifests.
    ///
    /// # Errors
    /// [`BagError::Io`] when the system refuses.
    pub fn close(mut self, info: &[(&str, String)]) -> Result<ClosedBag, BagError> {
        let oxum = format!("{}.{}", self.payload_bytes, self.payload.len());
        let fields =
            info.iter().map(|(label, value)| (*label, value.as_str())).chain([("Payload-Oxum", oxum.as_str())]);
        let line = |(label, value): (&str, &str)| format!("{label}: {}\n", in_one_line(value));
        let text: String = fields.map(line).collect();
        self.put(INFO, text.as_bytes())?;
        let manifest = written(&self.payload);
        self.put(MANIFEST, &manifest)?;
        let tag_manifest = written(&self.tags);
        let mut file = self.file(TAG_MANIFEST)?;
        file.put(&tag_manifest)?;
        file.finish()?;
        Ok(ClosedBag { staging: self.staging, tag_manifest })
    }
}

impl ClosedBag {
    /// Returns the SHA-256 of the manifest of tags, in hexadecimal digits: it stands for every byte of the bag but its signature.
    #[must_use]
    pub fn digest(&self) -> String {
        sha256(&self.tag_manifest)
    }

    /// Adds a signature of the digest, under the name of the log. What is signed is no statement of the log itself: its second line is
    /// the digest.
    ///
    /// # Errors
    /// [`BagError::Io`] when the system refuses.
    pub fn sign(&mut self, key: &SigningKey, origin: &str) -> Result<(), BagError> {
        let note = key.note(origin, &signed_lines(origin, &self.digest()));
        let mut file = self.staging.create(SIGNATURE)?;
        file.put(note.as_bytes())?;
        file.finish().map(drop)
    }

    /// Returns the folder as it is called before it has its name.
    pub(super) fn folder(&self) -> &Path {
        self.staging.folder()
    }

    /// Returns the files of the bag, in the order of their paths within it.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.staging.files()
    }

    /// Carries the bag to another place instead, where it gets that name; where the same bag has it already, nothing is left to do.
    /// Returns the folder there.
    ///
    /// # Errors
    /// [`BagError::Taken`] when something else has the name, [`BagError::Io`] when the system refuses. The place is then as it was.
    pub fn carry(self, to: &Path) -> Result<PathBuf, BagError> {
        self.staging.carry(to, &self.digest())
    }

    /// Packs the bag as a ZIP, below a folder of a name; the same bag gives the same bytes. Returns what it was written into.
    ///
    /// # Errors
    /// [`BagError::Changed`] when somebody changed it meanwhile, [`BagError::Io`] when the system refuses.
    pub fn pack<W: Write + Seek>(&self, out: W, name: &str) -> Result<W, BagError> {
        packing::packed(self.folder(), &self.digest(), out, name)
    }

    /// Gives the bag its name; where the same bag has it already, nothing is left to do. Returns the folder.
    ///
    /// # Errors
    /// [`BagError::Taken`] when something else has the name, [`BagError::Io`] when the system refuses.
    pub fn publish(self) -> Result<PathBuf, BagError> {
        self.staging.publish()
    }
}

/// A value stands in one line, whatever is in it.
fn in_one_line(value: &str) -> String {
    value.split(char::is_control).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bag::{BAG_MONTHS, BagTrust, LogExtract, LoggedCommit, examine_bag, put_log};
    use crate::transparency::Checkpoint;
    use std::fs;

    fn sealed(target: &Path) -> ClosedBag {
        let mut bag = BagWriter::begin(target, Readers::Usual).unwrap();
        for (path, bytes) in [
            ("data/events/bulan=2026-10/part-00000000-0000.parquet", &[1; 9][..]),
            ("data/pribadi/persons/bulan=2026-10/part-00000000-0001.parquet", &[2; 9]),
            ("data/pribadi/buku/buku_2026-10.pdf", b"%PDF"),
            ("data/events/diganti.csv", b"seq\n4\n7\n"),
            ("BACA-SAYA.md", b"# Paket\n"),
        ] {
            bag.put(path, bytes).unwrap();
        }
        let log = LogExtract {
            statement: Checkpoint { origin: "tertib/a".to_owned(), size: 2, root: [0; 32] },
            key: "keys/00000000.pem".to_owned(),
            files: vec![("tile/0/000.p/2".to_owned(), vec![0; 64])],
            commits: vec![LoggedCommit {
                version: 0,
                first_seq: 0,
                next_seq: 1,
                statement: "{\"commit\":0}".to_owned(),
            }],
        };
        put_log(&mut bag, &log).unwrap();
        let info = [
            ("Bagging-Date", "2026-11-03".to_owned()),
            ("Note", "a\nb\t c".to_owned()),
            (BAG_MONTHS, "2026-10".to_owned()),
        ];
        bag.close(&info).unwrap()
    }

    #[test]
    fn a_bag_says_what_is_in_it() {
        let dir = tempfile::TempDir::new().unwrap();
        let bag = dir.path().join("segel/2026-10");
        let mut closed = sealed(&bag);
        assert!(!bag.exists(), "it has no name before it is whole");
        let digest = closed.digest();
        let key = SigningKey::of_seed([1; 32]).unwrap();
        closed.sign(&key, "tertib/a").unwrap();
        assert_eq!(closed.publish().unwrap(), bag);
        let text = |name: &str| fs::read_to_string(bag.join(name)).unwrap();
        assert_eq!(
            text("bag-info.txt"),
            "Bagging-Date: 2026-11-03\nNote: a b c\nTertib-Months: 2026-10\nPayload-Oxum: 153.6\n"
        );
        assert_eq!(text("data/log/commits.csv").lines().last(), Some("0,0,1,\"{\"\"commit\"\":0}\""));
        let examined = examine_bag(&bag, &BagTrust::default());
        assert_eq!((examined.faults.as_slice(), examined.digest, examined.log), (&[][..], digest, None));
        // Made again, it is the same; another is not put in its place.
        assert!(sealed(&bag).publish().is_err(), "the signature is missing");
        let mut again = sealed(&bag);
        again.sign(&key, "tertib/a").unwrap();
        again.publish().unwrap();
        fs::write(bag.join("data/x"), "x").unwrap();
        let mut again = sealed(&bag);
        again.sign(&key, "tertib/a").unwrap();
        assert!(matches!(again.publish(), Err(BagError::Taken { .. })));
        assert_eq!(fs::read_dir(bag.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[cfg(unix)]
    #[test]
    fn what_names_residents_is_the_owners() {
        let dir = tempfile::TempDir::new().unwrap();
        let bag = sealed(&dir.path().join("bag")).publish().unwrap();
        let others = |name: &str| crate::files::others_may(&bag.join(name)).unwrap();
        assert_eq!(others("data/pribadi"), 0);
        assert_eq!(others("data/pribadi/persons/bulan=2026-10/part-00000000-0001.parquet"), 0);
        assert_eq!(others("data/pribadi/buku/buku_2026-10.pdf"), 0);
    }

    #[test]
    fn two_make_no_bag_in_one_folder_at_once() {
        let dir = tempfile::TempDir::new().unwrap();
        fs::create_dir(dir.path().join(".tertib-a.tmp")).unwrap();
        fs::write(dir.path().join(".tertib-a.tmp/left"), "x").unwrap();
        let first = BagWriter::begin(&dir.path().join("a"), Readers::Owner).unwrap();
        assert!(!dir.path().join(".tertib-a.tmp/left").exists(), "what a killed program left is gone");
        let second = BagWriter::begin(&dir.path().join("a"), Readers::Owner);
        if cfg!(target_os = "linux") {
            assert!(matches!(second, Err(BagError::Busy { .. })), "{second:?}");
        }
        drop(first);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "what got no name goes");
    }

    #[test]
    fn only_plain_names_are_in_a_bag() {
        let dir = tempfile::TempDir::new().unwrap();
        let mut bag = BagWriter::begin(&dir.path().join("a"), Readers::Usual).unwrap();
        for name in ["../x", "data/nama saya.pdf", "/x", "data/\u{1b}"] {
            assert!(matches!(bag.put(name, b"x"), Err(BagError::Name { .. })), "{name}");
        }
        assert!(bag.put("bagit.txt", b"x").is_err(), "a name is given once");
    }
}
