//! The picture in the letterhead.

use std::path::Path;

/// The picture in the letterhead, with the name by which layouts refer to it.
#[derive(Debug)]
pub struct Crest {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Crest {
    /// Creates the crest from a picture file. The ending of the path is the kind of picture.
    #[must_use]
    pub fn new(path: &Path, bytes: Vec<u8>) -> Self {
        let ending = path.extension().map_or_else(String::new, |e| e.to_string_lossy().to_lowercase());
        Self { name: format!("lambang.{ending}"), bytes }
    }
}
