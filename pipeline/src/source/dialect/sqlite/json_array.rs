//! Rows that SQLite wrote as JSON arrays, each behind the digits that say which of its values are BLOBs.
//!
//! Reads   the bytes of a row, whatever they are
//! Gives   a cell for each of its values
//! Rule    a row that is not of this form is refused; it never stops the program

use crate::source::RowSink;
use crate::source::chunk::Cell;
use memchr::memchr2;

/// Hands on the values of an array that SQLite wrote. Its strings are the bytes of the column, UTF-8 or not, which is why
/// no reader of JSON takes them.
pub(super) fn push_row(row: &[u8], width: usize, sink: &mut RowSink) -> Option<()> {
    let (mask, mut rest) = row.split_at_checked(row.iter().position(|b| *b == b'[')?)?;
    for place in 0..width {
        let before = if place == 0 { b'[' } else { b',' };
        let (_, list) = rest.split_first().filter(|(b, _)| **b == before)?;
        // Nearly all values are texts without escapes.
        if let Some((b'"', text)) = list.split_first()
            && let Some((text, [b'"', after @ ..])) = text.split_at_checked(memchr2(b'"', b'\\', text)?)
        {
            sink.push(Cell::Bytes(text));
            rest = after;
            continue;
        }
        let (value, after) = list.split_at_checked(length_of(list)?)?;
        rest = after;
        match value {
            [b'"', text @ .., b'"'] => sink.push(Cell::Bytes(&unescaped(text)?)),
            b"null" if mask.get(place) == Some(&b'1') => sink.push(Cell::Unreadable("BLOB")),
            b"null" => sink.push(Cell::Null),
            // What a view makes with SQLite's JSON functions is no string to them.
            [b'{' | b'[', ..] => sink.push(Cell::Bytes(value)),
            number => {
                let number = std::str::from_utf8(number).ok()?;
                sink.push(match number.parse() {
                    Ok(integer) => Cell::Integer(integer),
                    Err(_) => Cell::Real(number.parse().ok()?),
                });
            }
        }
    }
    (rest == b"]").then_some(())
}

/// How long the value is with which these bytes begin.
fn length_of(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        match bytes.get(at)? {
            b'"' => loop {
                at += 1 + memchr2(b'"', b'\\', bytes.get(at + 1..)?)?;
                if bytes[at] == b'"' {
                    break;
                }
                at += 1;
            },
            b'[' | b'{' => depth += 1,
            b',' | b']' if depth == 0 => return Some(at),
            b']' | b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
    }
}

fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(|b| *b == b'\\') {
        plain.extend_from_slice(&rest[..at]);
        let (escape, after) = rest[at + 1..].split_first()?;
        rest = after;
        plain.push(match escape {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            // SQLite writes only control characters this way.
            b'u' => {
                let (digits, after) = rest.split_at_checked(4)?;
                rest = after;
                u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?
            }
            other => *other,
        });
    }
    plain.extend_from_slice(rest);
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn what_is_no_array_of_that_width_is_refused() {
        for array in [
            &b"[1,2]"[..],
            b"[1,2,3",
            b"[1,2,3]x",
            b"",
            b"[1,\"a,3]",
            b"[1,2,3,4]",
            b"1,2,3]",
            b"[1,\"\\",
            b"[1,2,z]",
            b"[1},2,3]",
            b"[1,2,}]",
        ] {
            assert_eq!(push_row(array, 3, &mut RowSink::new(3, None)), None, "{}", String::from_utf8_lossy(array));
        }
    }

    #[test]
    fn garbled_bytes_are_refused_or_a_whole_row_and_never_a_panic() {
        let row = br#"0100[7,null,"a \"b\"\u0001",{"c":[1,"]}"]}]"#;
        let cells = |bytes: &[u8]| {
            let mut sink = RowSink::new(4, None);
            push_row(bytes, 4, &mut sink).map(|()| sink.keep().len())
        };
        assert_eq!(cells(row), Some(1));
        for at in 0..row.len() {
            assert_eq!(cells(&row[..at]), None, "cut at {at}");
            for byte in 0..=u8::MAX {
                let mut garbled = row.to_vec();
                garbled[at] = byte;
                assert!(matches!(cells(&garbled), None | Some(1)), "byte {at} as {byte}");
            }
        }
        // The characters that mean something, in any order.
        let signs = br#"[]{}"\,u0n1"#;
        let mut random = ChaCha8Rng::seed_from_u64(17);
        for _ in 0..50_000 {
            let length = random.random_range(0..24);
            let row: Vec<u8> = (0..length).map(|_| signs[random.random_range(0..signs.len())]).collect();
            assert!(matches!(cells(&row), None | Some(1)), "{}", String::from_utf8_lossy(&row));
        }
    }
}
