//! The code by which a printed document is checked against the archive. It is short enough for a QR code.

use crate::Month;
use crate::document::LogStatement;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What a printed document says about itself: which document it is, from which state of the archive, and the digest of its
/// content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct BookCode {
    /// The id of the document.
    pub id: String,
    /// The month of the document.
    pub month: Month,
    /// The day, if the document is of one alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
    /// Whether NIK and names are masked.
    pub masked: bool,
    /// The version of the archive.
    pub version: u64,
    /// How many rows, batches, judgements or findings it has.
    pub rows: u64,
    /// The first 32 hexadecimal digits of the SHA-256 of its rows (a book or list) or its data (any other document) as JSON.
    pub digest: String,
    /// The first 16 hexadecimal digits of the archive's last commit; empty where an earlier program printed it.
    #[serde(default)]
    pub head: String,
    /// How many rows and commits the archive's log had, and the beginning of its root; `None` where an earlier program printed it, or
    /// the log did not reach the commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogPosition>,
}

/// How far a log had come, as short as a code needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct LogPosition {
    /// How many rows and commits it had.
    pub size: u64,
    /// The first 16 characters of its root, in Base64 with `-` and `_` for `+` and `/`.
    pub root: String,
}

impl LogPosition {
    /// Returns what a code says of a statement.
    #[must_use]
    pub fn of(statement: &LogStatement) -> Self {
        Self { size: statement.size, root: statement.root.chars().take(ROOT_LETTERS).map(url_safe).collect() }
    }
}

/// How many letters of a root a code has: 96 bits.
const ROOT_LETTERS: usize = 16;

/// Base64 for URLs, since a code is found by its letters, digits, `-` and `_`.
fn url_safe(letter: char) -> char {
    match letter {
        '+' => '-',
        '/' => '_',
        other => other,
    }
}

/// The words for a masked copy and for the office's own full copy.
const MASKED: &str = "kerja";
const FULL: &str = "dinas";

impl std::fmt::Display for BookCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, month, day, masked, version, rows, digest, head, log } = self;
        let period = day.map_or_else(|| month.to_string(), |day| day.to_string());
        let copy = if *masked { MASKED } else { FULL };
        write!(f, "{} {id} {period} {copy} v{version} n{rows} {digest}", Self::MARK)?;
        if !head.is_empty() {
            write!(f, " h{head}")?;
        }
        log.as_ref().map_or(Ok(()), |LogPosition { size, root }| write!(f, " t{size}.{root}"))
    }
}

impl BookCode {
    /// The word with which a code begins.
    pub const MARK: &str = "TERTIB1";

    /// Returns the beginning of a head, as far as a code has it.
    #[must_use]
    pub fn short_head(head: &str) -> String {
        head.chars().take(16).collect()
    }

    /// Whether the other code is of the same document with the same content.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let said = |code: &Self| Self { head: String::new(), log: None, ..code.clone() };
        said(self) == said(other)
    }

    /// Finds the code in a text, such as a scanned QR code or the bytes of a PDF.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let code = text.get(text.find(Self::MARK)?..)?;
        let mut words = code.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).skip(1);
        let mut word = || words.next();
        let (id, period, copy) = (word()?, word()?, word()?);
        let day: Option<NaiveDate> = period.parse().ok();
        let (version, rows, digest) = (word()?.strip_prefix('v')?, word()?.strip_prefix('n')?, word()?);
        let head = word().and_then(|word| word.strip_prefix('h')).filter(|head| is_of_digits(head, 16));
        let log = word().and_then(|size| size.strip_prefix('t')?.parse().ok()).zip(word());
        let log = log.filter(|(_, root)| root.len() == ROOT_LETTERS);
        let log = log.map(|(size, root)| LogPosition { size, root: root.to_owned() });
        let masked = match copy {
            MASKED => true,
            FULL => false,
            _ => return None,
        };
        Some(Self {
            id: id.to_owned(),
            month: day.map_or_else(|| period.parse().ok(), |day| Some(Month::of_date(day)))?,
            day,
            masked,
            version: version.parse().ok()?,
            rows: rows.parse().ok()?,
            digest: Some(digest).filter(|digest| is_of_digits(digest, 32))?.to_owned(),
            head: head.unwrap_or_default().to_owned(),
            log,
        })
    }
}

fn is_of_digits(text: &str, n: usize) -> bool {
    text.len() == n && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::{BookCode, LogPosition};

    #[test]
    fn a_code_is_found_again_among_other_words() {
        let earlier = "TERTIB1 buku_registrasi_arsip 2026-10 dinas v12 n345 0123456789abcdef0123456789abcdef";
        assert_eq!(BookCode::find(&format!("{earlier} hari ini")).unwrap().to_string(), earlier);
        let text = &format!("{earlier} h0123456789abcdef");
        let code = BookCode::find(&format!("<pdf:Keywords>{text}</pdf:Keywords>")).unwrap();
        assert_eq!((code.id.as_str(), code.masked, code.version, code.rows), ("buku_registrasi_arsip", false, 12, 345));
        assert_eq!(&code.to_string(), text);
        let longer = format!("{text} t33612.nf9n1mv-EBgSap_4");
        let code = BookCode::find(&format!("{longer} lagi")).unwrap();
        assert_eq!(code.log, Some(LogPosition { size: 33_612, root: "nf9n1mv-EBgSap_4".to_owned() }));
        assert_eq!(code.to_string(), longer);
        let text = text.replace("2026-10", "2026-10-14");
        let code = BookCode::find(&text).unwrap();
        assert_eq!((code.month.to_string().as_str(), code.day), ("2026-10", "2026-10-14".parse().ok()));
        assert_eq!(code.to_string(), text);
        for broken in [
            "",
            "TERTIB1 x 2026-10-32 dinas v1 n1 0123456789abcdef0123456789abcdef",
            "TERTIB1",
            "TERTIB1 x 2026-13 dinas v1 n1 ab",
            "TERTIB1 x 2026-10 dinas 1 n1 ab",
            "TERTIB1 x 2026-10 resmi v1 n1 ab",
            "TERTIB1 x 2026-10 lain v1 n1 0123456789abcdef0123456789abcdef",
            "TERTIB1 x 2026-10 dinas v1 n1 0123",
        ] {
            assert_eq!(BookCode::find(broken), None, "{broken}");
        }
    }
}
