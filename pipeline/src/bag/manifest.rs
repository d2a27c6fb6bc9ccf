//! The lines of a manifest, and which names a file of a bag may have.

use super::error::BagError;
use crate::hash::hex;
use std::collections::BTreeMap;
use std::io::{BufRead, ErrorKind, Read};

/// A SHA-256 digest.
pub(super) type Digest = [u8; 32];

/// The files that a manifest names, by path.
pub(super) type Files = BTreeMap<String, Digest>;

/// Returns the bytes of a manifest: a line for each file, in order of the paths.
pub(super) fn written(files: &Files) -> Vec<u8> {
    let line = |(path, digest): (&String, &Digest)| format!("{}  {path}\n", hex(digest));
    files.iter().map(line).collect::<String>().into_bytes()
}

/// Refuses a name that a bag of ours does not have. Ours have only names that every system can hold and no tool must escape.
pub(super) fn check_own(path: &str) -> Result<(), BagError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-=/".contains(&byte);
    if stays_inside(path) && path.bytes().all(is_plain) {
        return Ok(());
    }
    Err(BagError::Name { name: path.chars().flat_map(char::escape_default).take(LONGEST_NAME).collect() })
}

/// Whether a path leads to something inside of its folder, by every system's reading.
pub(super) fn stays_inside(path: &str) -> bool {
    let has_drive = path.as_bytes().get(1) == Some(&b':');
    let is_name = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.starts_with('~');
    !has_drive && !path.contains(['\\', '\0']) && path.split('/').all(is_name)
}

/// Names are not longer in messages.
const LONGEST_NAME: usize = 200;
/// A line of a manifest is not longer: a digest and a path that a system can hold.
const LONGEST_LINE: u64 = 4_400;
/// A bag has no more files.
const MOST_FILES: usize = 1_000_000;

/// Why a manifest of a bag from elsewhere cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It cannot be read.
    Io(ErrorKind),
    /// The line of that number is none of a manifest.
    Line(usize),
    /// The line of that number names a file again.
    Again(usize),
    /// It names too many files.
    Long,
}

/// Reads a manifest. `outside` is told the paths that lead out of the bag, which are left out.
pub(super) fn read(mut text: impl BufRead, mut outside: impl FnMut(&str)) -> Result<Files, Unusable> {
    let mut files = Files::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let length =
            text.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(|e| Unusable::Io(e.kind()))?;
        if length == 0 {
            break;
        }
        let is_whole = line.ends_with(b"\n") || (length as u64) < LONGEST_LINE;
        let (path, digest) = entry(&line).filter(|_| is_whole).ok_or(Unusable::Line(number))?;
        if !stays_inside(&path) {
            outside(&path);
        } else if files.insert(path, digest).is_some() {
            return Err(Unusable::Again(number));
        }
        if files.len() > MOST_FILES {
            return Err(Unusable::Long);
        }
    }
    Ok(files)
}

/// Reads a line: a digest in hexadecimal digits, blanks, perhaps an asterisk, and a path in which line ends are written in percent.
fn entry(line: &[u8]) -> Option<(String, Digest)> {
    let text = std::str::from_utf8(line).ok()?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    let (digits, path) = text.split_once([' ', '\t'])?;
    let path = path.trim_start_matches([' ', '\t']);
    let path = path.strip_prefix('*').unwrap_or(path);
    let path = path.strip_prefix("./").unwrap_or(path);
    let path = path.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
    Some((path, digest(digits)?)).filter(|(path, _)| !path.is_empty())
}

/// Reads a digest from 64 hexadecimal digits.
pub(super) fn digest(digits: &str) -> Option<Digest> {
    let mut digest = Digest::default();
    if digits.len() != 2 * digest.len() || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

    fn read_all(text: &str) -> (Result<Files, Unusable>, Vec<String>) {
        let mut outside = Vec::new();
        let files = read(text.as_bytes(), |path| outside.push(path.to_owned()));
        (files, outside)
    }

    #[test]
    fn what_is_written_is_read() {
        let files = Files::from([("data/a.csv".to_owned(), [7; 32]), ("data/b/c.pdf".to_owned(), [255; 32])]);
        let text = written(&files);
        assert_eq!(read(&text[..], |_| panic!()).unwrap(), files);
        assert!(text.starts_with(b"0707") && text.ends_with(b"ffff  data/b/c.pdf\n"));
    }

    #[test]
    fn other_programs_write_other_lines() {
        for line in [" *data/x", "  ./data/x", "\tdata/x\n", "  data/x\r\n"] {
            let (files, _) = read_all(&format!("{ZEROS}{line}"));
            assert_eq!(files.unwrap().into_keys().collect::<Vec<_>>(), ["data/x"], "{line:?}");
        }
        let (files, _) = read_all(&format!("{ZEROS}  data/a%0Ab%2525\n"));
        assert_eq!(files.unwrap().into_keys().collect::<Vec<_>>(), ["data/a\nb%25"]);
    }

    #[test]
    fn what_is_no_manifest_is_refused_by_its_line() {
        for text in ["x", "\n", &ZEROS[1..], ZEROS, &format!("{ZEROS}  \n")] {
            assert_eq!(read_all(text).0, Err(Unusable::Line(1)), "{text:?}");
        }
        let line = format!("{ZEROS}  data/a\n");
        assert_eq!(read_all(&line.repeat(2)).0, Err(Unusable::Again(2)));
        assert_eq!(read_all(&format!("{line}{}", "0".repeat(9_000))).0, Err(Unusable::Line(2)));
    }

    #[test]
    fn no_name_leads_out() {
        for path in ["../x", "data/../../x", "/etc/passwd", "~/x", "data//x", "data/.", "C:/x", "data\\x", "data/x\0"] {
            assert!(!stays_inside(path) && check_own(path).is_err(), "{path}");
            let (files, outside) = read_all(&format!("{ZEROS}  {path}\n"));
            assert_eq!((files.unwrap().len(), outside), (0, vec![path.to_owned()]));
        }
        assert!(stays_inside("data/nama lain.pdf") && check_own("data/nama lain.pdf").is_err());
        assert!(check_own("data/events/bulan=2026-10/part-00000000-0001.parquet").is_ok());
    }
}
