//! Reads files and manifests of a bag that may be anybody's.
//!
//! Invariant: a link is not followed, a pipe or device is not opened, and no file is in memory as a whole.

use super::layout::{BAG_MONTHS, INFO, MANIFEST, PAYLOAD, TAG_MANIFEST};
use super::manifest::{self, Digest, Files, Unusable};
use sha2::Digest as _;
use sha2::Sha256;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read};
use std::path::Path;

/// How much of a file is in memory.
const PIECE_BYTES: usize = 256 << 10;
/// No file that says something of the bag is longer.
const LONGEST_TAG_BYTES: u64 = 1 << 20;

/// Opens an ordinary file.
pub(super) fn open(path: &Path) -> std::io::Result<File> {
    let check = |is_file: bool| {
        let foreign = || Error::new(ErrorKind::InvalidInput, "it is no ordinary file");
        if is_file { Ok(()) } else { Err(foreign()) }
    };
    check(path.symlink_metadata()?.is_file())?;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.cast_signed());
    }
    let file = options.open(path)?;
    // It may have been exchanged after the first look.
    check(file.metadata()?.is_file())?;
    Ok(file)
}

/// Returns the digest and the length of an ordinary file.
pub(super) fn digest_of(path: &Path) -> std::io::Result<(Digest, u64)> {
    let mut file = open(path)?;
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; PIECE_BYTES]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok((hash.finalize().into(), bytes)),
            Ok(length) => {
                hash.update(&piece[..length]);
                bytes += length as u64;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// Reads a file of at most so many bytes.
pub(super) fn bytes(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(Error::from(ErrorKind::FileTooLarge)) } else { Ok(bytes) }
}

/// Returns the months of a bag, as it says of itself.
pub(super) fn months(root: &Path) -> BTreeSet<String> {
    let fields = text(&root.join(INFO)).ok().and_then(|text| info(&text)).unwrap_or_default();
    let stated = fields.into_iter().filter(|(label, _)| label == BAG_MONTHS);
    stated.flat_map(|(_, value)| value.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Reads a short text of the bag.
pub(super) fn text(path: &Path) -> std::io::Result<String> {
    String::from_utf8(bytes(path, LONGEST_TAG_BYTES)?).map_err(|_| Error::from(ErrorKind::InvalidData))
}

/// The files that the two manifests of a bag name.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) payload: Files,
    pub(super) tags: Files,
}

/// What is wrong with a manifest.
#[derive(Debug)]
pub(super) enum Wrong {
    /// It cannot be used.
    Manifest(&'static str, Unusable),
    /// It names a path that leads out of the bag, or out of the part that it is about.
    Outside(String),
}

/// Reads the manifests of a bag. `wrong` is told what cannot be used.
pub(super) fn named(root: &Path, mut wrong: impl FnMut(Wrong)) -> Named {
    let mut read = |name: &'static str, is_own: fn(&str) -> bool| {
        let mut outside = Vec::new();
        let files = open(&root.join(name))
            .map_err(|e| Unusable::Io(e.kind()))
            .and_then(|file| manifest::read(BufReader::new(file), |path| outside.push(path.to_owned())));
        let mut files = files.unwrap_or_else(|fault| {
            wrong(Wrong::Manifest(name, fault));
            Files::new()
        });
        let others = files.extract_if(.., |path, _| !is_own(path)).map(|(path, _)| path);
        outside.extend(others);
        outside.into_iter().for_each(|path| wrong(Wrong::Outside(path)));
        files
    };
    Named {
        payload: read(MANIFEST, |path| path.starts_with(PAYLOAD)),
        tags: read(TAG_MANIFEST, |path| !path.starts_with(PAYLOAD) && path != TAG_MANIFEST),
    }
}

/// Returns what a bag says of itself: labels and values, in order. A line that begins with a blank continues the one before.
pub(super) fn info(text: &str) -> Option<Vec<(String, String)>> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.as_bytes().lines() {
        let line = line.ok()?;
        if let (true, Some((_, value))) = (line.starts_with([' ', '\t']), fields.last_mut()) {
            value.push(' ');
            value.push_str(line.trim());
        } else if !line.trim().is_empty() {
            let (label, value) = line.split_once(':')?;
            fields.push((label.trim().to_owned(), value.trim().to_owned()));
        }
    }
    Some(fields)
}
