//! What a printed book is checked by: short enough for a QR code.

use crate::Month;
use serde::{Deserialize, Serialize};

/// What a printed book says of itself: which it is, of which state of the archive, and a digest of its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookCode {
    /// Id of the book or list.
    pub id: String,
    /// Its month.
    pub month: Month,
    /// Whether NIK and names are masked.
    pub masked: bool,
    /// Version of the archive.
    pub version: u64,
    /// How many rows.
    pub rows: u64,
    /// SHA-256 of the rows as JSON, the first 32 hexadecimal digits.
    pub digest: String,
}

/// How a code begins.
const CODE: &str = "TERTIB1";
/// What a copy is called: the working copy, and that of the office itself.
const MASKED: &str = "kerja";
const FULL: &str = "dinas";

impl std::fmt::Display for BookCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, month, masked, version, rows, digest } = self;
        let copy = if *masked { MASKED } else { FULL };
        write!(f, "{CODE} {id} {month} {copy} v{version} n{rows} {digest}")
    }
}

impl BookCode {
    /// The code in a text: a scanned one, or the bytes of a PDF as text.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let code = text.get(text.find(CODE)?..)?;
        let mut words = code.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).skip(1);
        let mut word = || words.next();
        let (id, month, copy) = (word()?, word()?, word()?);
        let (version, rows, digest) = (word()?.strip_prefix('v')?, word()?.strip_prefix('n')?, word()?);
        let masked = match copy {
            MASKED => true,
            FULL => false,
            _ => return None,
        };
        Some(Self {
            id: id.to_owned(),
            month: month.parse().ok()?,
            masked,
            version: version.parse().ok()?,
            rows: rows.parse().ok()?,
            digest: digest.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::BookCode;

    #[test]
    fn a_code_is_found_again_among_other_words() {
        let text = "TERTIB1 buku_registrasi_arsip 2026-10 dinas v12 n345 0123456789abcdef0123456789abcdef";
        let code = BookCode::find(&format!("<pdf:Keywords>{text}</pdf:Keywords>")).unwrap();
        assert_eq!((code.id.as_str(), code.masked, code.version, code.rows), ("buku_registrasi_arsip", false, 12, 345));
        assert_eq!(code.to_string(), text);
        for broken in [
            "",
            "TERTIB1",
            "TERTIB1 x 2026-13 dinas v1 n1 ab",
            "TERTIB1 x 2026-10 dinas 1 n1 ab",
            "TERTIB1 x 2026-10 resmi v1 n1 ab",
        ] {
            assert_eq!(BookCode::find(broken), None, "{broken}");
        }
    }
}
