//! A PDF whose objects are compressed.
//!
//! The tags of a file are one small object for each word of a table, and would be five times as long as the pages themselves. Since
//! PDF 1.5 such objects may lie together in compressed streams, and so may the table of their places.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::collections::BTreeMap;
use std::io::Write;

/// The objects in a stream at most: a reader must unpack all of them for one.
const TOGETHER: usize = 500;
/// The length of an entry of the table of places: its kind, where it is, and which one in a stream.
const ENTRY: usize = 7;

/// Where an object is.
#[derive(Clone, Copy)]
enum Place {
    /// From this byte on.
    At(u32),
    /// In that stream, as which one.
    Within(u32, u16),
}

/// Returns the file with its objects compressed; `None` if it is not written as our typesetter writes it.
pub(crate) fn packed(pdf: &[u8]) -> Option<Vec<u8>> {
    let table = number_at(pdf, find_last(pdf, b"startxref")? + b"startxref".len())?;
    let (offsets, trailer) = offsets(pdf, table)?;
    let header = offsets.values().copied().min()?;
    let mut file = pdf.get(..header)?.to_vec();
    let mut places: BTreeMap<u32, Place> = BTreeMap::new();
    let mut small = Vec::new();
    for (number, offset) in &offsets {
        let object = pdf.get(*offset..)?;
        let begin = find(object, b"obj")? + b"obj".len();
        let body = object.get(begin..begin + end_of_body(object.get(begin..)?)?)?.trim_ascii();
        if body.ends_with(b"endstream") {
            places.insert(*number, Place::At(u32::try_from(file.len()).ok()?));
            write(&mut file, *number, body)?;
        } else {
            small.push((*number, body));
        }
    }
    let mut next = offsets.keys().last()? + 1;
    for together in small.chunks(TOGETHER) {
        for ((number, _), index) in together.iter().zip(0..) {
            places.insert(*number, Place::Within(next, index));
        }
        places.insert(next, Place::At(u32::try_from(file.len()).ok()?));
        write(&mut file, next, &object_stream(together)?)?;
        next += 1;
    }
    let begin = file.len();
    places.insert(next, Place::At(u32::try_from(begin).ok()?));
    write(&mut file, next, &table_of(&places, next + 1, &trailer)?)?;
    write!(file, "startxref\n{begin}\n%%EOF").ok()?;
    Some(file)
}

/// Returns where the objects are that a table of places names, and the entries of its trailer but for its size.
fn offsets(pdf: &[u8], table: usize) -> Option<(BTreeMap<u32, usize>, String)> {
    let text = std::str::from_utf8(pdf.get(table..)?).ok()?;
    let (entries, trailer) = text.strip_prefix("xref")?.split_once("trailer")?;
    let mut offsets = BTreeMap::new();
    let mut number: u32 = 0;
    for line in entries.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            [first, _] => number = first.parse().ok()?,
            [offset, _, kind] => {
                if *kind == "n" {
                    offsets.insert(number, offset.parse().ok()?);
                }
                number += 1;
            }
            _ => return None,
        }
    }
    let (trailer, _) = trailer.trim_start().strip_prefix("<<")?.split_once(">>")?;
    let (size, others) = trailer.split_once("/Root")?;
    size.starts_with("/Size").then(|| (offsets, format!("/Root{others}")))
}

/// Returns how long the body of an object is.
fn end_of_body(object: &[u8]) -> Option<usize> {
    let end = find(object, b"endobj")?;
    // The bytes of a stream may hold the word.
    match find(object.get(..end)?, b">>\nstream\n") {
        Some(_) => Some(find(object, b"\nendstream")? + b"\nendstream".len()),
        None => Some(end),
    }
}

fn object_stream(objects: &[(u32, &[u8])]) -> Option<Vec<u8>> {
    let (mut index, mut bodies) = (String::new(), Vec::new());
    for (number, body) in objects {
        index.push_str(&format!("{number} {} ", bodies.len()));
        bodies.extend_from_slice(body);
        bodies.push(b'\n');
    }
    let entries = format!("/Type/ObjStm/N {}/First {}", objects.len(), index.len());
    stream(&entries, &[index.as_bytes(), &bodies].concat())
}

/// Each entry is written as what differs from the one before, since most of them are counted up.
fn table_of(places: &BTreeMap<u32, Place>, size: u32, trailer: &str) -> Option<Vec<u8>> {
    let mut rows = Vec::new();
    let mut before = [0; ENTRY];
    for number in 0..size {
        let (kind, place, index): (u8, u32, u16) = match places.get(&number) {
            None => (0, 0, u16::MAX),
            Some(Place::At(offset)) => (1, *offset, 0),
            Some(Place::Within(stream, index)) => (2, *stream, *index),
        };
        let mut entry = [kind; ENTRY];
        entry[1..5].copy_from_slice(&place.to_be_bytes());
        entry[5..].copy_from_slice(&index.to_be_bytes());
        rows.push(2);
        rows.extend(entry.iter().zip(before).map(|(now, before)| now.wrapping_sub(before)));
        before = entry;
    }
    let parameters = format!("/DecodeParms<</Predictor 12/Columns {ENTRY}>>");
    stream(&format!("/Type/XRef/Size {size}/W[1 4 2]{parameters}{trailer}"), &rows)
}

fn stream(entries: &str, content: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).ok()?;
    let content = encoder.finish().ok()?;
    let head = format!("<<{entries}/Filter/FlateDecode/Length {}>>\nstream\n", content.len());
    Some([head.as_bytes(), &content, b"\nendstream"].concat())
}

fn write(file: &mut Vec<u8>, number: u32, body: &[u8]) -> Option<()> {
    writeln!(file, "{number} 0 obj").ok()?;
    file.extend_from_slice(body);
    file.extend_from_slice(b"\nendobj\n");
    Some(())
}

fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, word)
}

fn find_last(bytes: &[u8], word: &[u8]) -> Option<usize> {
    memchr::memmem::rfind(bytes, word)
}

fn number_at(bytes: &[u8], from: usize) -> Option<usize> {
    let digits = bytes.get(from..)?.trim_ascii_start();
    let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file as our typesetter writes it: a page whose stream holds words of the syntax, and more small objects than one stream takes.
    fn plain() -> Vec<u8> {
        let content = "BT (endobj) Tj ET";
        let mut objects = vec![
            "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
            "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>".to_owned(),
            format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
        ];
        objects.extend((0..TOGETHER + 7).map(|n| format!("<</Type/StructElem/S/TD/P {n} 0 R/K[{n}]>>")));
        let mut pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f\r\n", objects.len() + 1);
        for (object, number) in objects.iter().zip(1..) {
            table.push_str(&format!("{:010} 00000 n\r\n", pdf.len()));
            write(&mut pdf, number, object.as_bytes()).unwrap();
        }
        let begin = pdf.len();
        pdf.extend_from_slice(table.as_bytes());
        let size = objects.len() + 1;
        pdf.extend_from_slice(format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{begin}\n%%EOF").as_bytes());
        pdf
    }

    #[test]
    fn a_packed_file_has_the_same_page_and_is_much_shorter() {
        let plain = plain();
        let packed = packed(&plain).unwrap();
        assert!(packed.len() * 4 < plain.len(), "{} of {} bytes", packed.len(), plain.len());
        let read = hayro_syntax::Pdf::new(packed).unwrap();
        let pages = read.pages();
        assert_eq!(pages.len(), 1);
        assert_eq!(pages[0].page_stream().unwrap().trim_ascii(), b"BT (endobj) Tj ET");
    }

    #[test]
    fn what_is_written_otherwise_is_left_alone() {
        assert!(packed(b"").is_none() && packed(b"%PDF-1.7 startxref 0 %%EOF").is_none());
        let twice = packed(&plain()).unwrap();
        assert!(packed(&twice).is_none(), "its table is a stream already");
    }
}
