//! SHA-256 digests and hexadecimal digits.

use sha2::{Digest, Sha256};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Returns lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut digits = Vec::new();
    push_hex(bytes, &mut digits);
    String::from_utf8(digits).unwrap_or_default()
}

/// Adds the same digits to a buffer.
pub(crate) fn push_hex(bytes: &[u8], digits: &mut Vec<u8>) {
    digits.reserve(2 * bytes.len());
    for byte in bytes {
        digits.extend_from_slice(&[byte >> 4, byte & 15].map(|n| DIGITS[usize::from(n)]));
    }
}

/// Returns the SHA-256 digest as hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
