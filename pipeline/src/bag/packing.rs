//! A bag as one file that every system opens: a ZIP.
//!
//! Invariant: the same bag gives the same bytes; what is compressed already is stored.

use super::error::BagError;
use super::staging::each_file;
use sha2::{Digest, Sha256};
use std::io::{Read, Seek, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// How much is read at once.
const AT_ONCE: usize = 1 << 16;
/// The endings of what is compressed already.
const COMPRESSED: [&str; 3] = ["parquet", "pdf", "xlsx"];
/// A file of so many bytes needs longer fields.
const LARGE_BYTES: u64 = 4_000_000_000;

/// Packs the bag in a folder, whose manifest of tags has that digest.
pub(super) fn packed<W: Write + Seek>(bag: &Path, digest: &str, out: W, name: &str) -> Result<W, BagError> {
    let unwritten = |fault: std::io::Error| BagError::Io { act: "write", path: format!("{name}.zip"), reason: fault };
    let mut zip = ZipWriter::new(out);
    each_file(bag, digest, |path, source, from| {
        let unread = |reason| BagError::Io { act: "read", path: from.display().to_string(), reason };
        let is_compressed = path.rsplit('.').next().is_some_and(|ending| COMPRESSED.contains(&ending));
        let method = if is_compressed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let is_large = source.metadata().map_err(unread)?.len() >= LARGE_BYTES;
        let options =
            SimpleFileOptions::default().compression_method(method).large_file(is_large).unix_permissions(0o644);
        let options = options.last_modified_time(zip::DateTime::default());
        zip.start_file(format!("{name}/{path}"), options).map_err(|fault| unwritten(fault.into()))?;
        let (mut hash, mut piece) = (Sha256::new(), vec![0; AT_ONCE]);
        loop {
            let n = source.read(&mut piece).map_err(unread)?;
            let piece = piece.get(..n).unwrap_or_default();
            if piece.is_empty() {
                return Ok(hash.finalize().into());
            }
            hash.update(piece);
            zip.write_all(piece).map_err(unwritten)?;
        }
    })?;
    zip.finish().map_err(|fault| unwritten(fault.into()))
}
