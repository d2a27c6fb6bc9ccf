//! A secret key on paper: as digits, for a scanner, and as words, for a person who types them.
//!
//! Each word stands for 16 bits (proquint, <https://arxiv.org/html/0901.4016>): consonant, vowel, consonant, vowel, consonant, of
//! sixteen and four letters that are easy to tell apart. Sixteen words are the key, and a seventeenth is the beginning of its SHA-256.

use crate::hash::hex;
use sha2::{Digest, Sha256};
use std::fmt;

const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
const VOWELS: &[u8; 4] = b"aiou";
/// The words of a key, with the one that checks them.
const WORDS: usize = 17;

/// Why a text is not the copy of a key. The text itself is secret and is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// It has neither 64 digits nor 17 words.
    #[error("it has {0} words; the copy of a key has 17 words, or 64 hexadecimal digits")]
    Count(usize),
    /// A word is none of those that a key is written with.
    #[error("word {0} is misspelt; each word has five letters, such as `lusab`")]
    Word(usize),
    /// The words do not belong together.
    #[error("the last word does not fit the others; one of them is misspelt, or two have changed places")]
    Sum,
}

/// The 32 bytes of a secret key: of the office's pseudonyms, or the one that signs its log.
#[derive(Clone, PartialEq, Eq)]
pub struct PaperKey([u8; 32]);

impl fmt::Debug for PaperKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PaperKey(hidden)")
    }
}

impl PaperKey {
    /// Takes the bytes of a key.
    pub(crate) fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes of the key.
    pub(crate) fn bytes(&self) -> [u8; 32] {
        self.0
    }

    /// Reads 64 hexadecimal digits.
    pub(crate) fn of_digits(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 64 {
            return None;
        }
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Returns the key as 64 hexadecimal digits, as its file holds it.
    #[must_use]
    pub fn digits(&self) -> String {
        hex(&self.0)
    }

    /// Returns the key as words.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let sum = Sha256::digest(self.0);
        self.0.chunks_exact(2).chain([&sum[..2]]).map(|pair| word(u16::from_be_bytes([pair[0], pair[1]]))).collect()
    }

    /// Reads the digits or the words of a key. Line breaks, blanks and capital letters do not matter.
    ///
    /// # Errors
    /// [`PaperError`] says what is wrong, without repeating it.
    pub fn read(text: &str) -> Result<Self, PaperError> {
        let text = text.to_lowercase();
        let digits: String = text.split_whitespace().collect();
        if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Self::of_digits(&digits).ok_or(PaperError::Count(1));
        }
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let numbers = words.iter().enumerate().map(|(i, word)| number(word).ok_or(PaperError::Word(i + 1)));
        if words.len() != WORDS {
            return Err(PaperError::Count(words.len()));
        }
        let numbers = numbers.collect::<Result<Vec<u16>, _>>()?;
        let mut key = [0; 32];
        for (pair, number) in key.chunks_exact_mut(2).zip(&numbers) {
            pair.copy_from_slice(&number.to_be_bytes());
        }
        let key = Self(key);
        if key.words().last().map(String::as_str) == words.last().copied() { Ok(key) } else { Err(PaperError::Sum) }
    }
}

fn word(number: u16) -> String {
    let consonant = |shift: u16| CONSONANTS[usize::from(number >> shift & 15)];
    let vowel = |shift: u16| VOWELS[usize::from(number >> shift & 3)];
    [consonant(12), vowel(10), consonant(6), vowel(4), consonant(0)].into_iter().map(char::from).collect()
}

fn number(word: &str) -> Option<u16> {
    let &[a, b, c, d, e] = word.as_bytes() else { return None };
    let of = |letters: &[u8], letter| u16::try_from(letters.iter().position(|known| *known == letter)?).ok();
    let (consonant, vowel) = (|letter| of(CONSONANTS, letter), |letter| of(VOWELS, letter));
    Some(consonant(a)? << 12 | vowel(b)? << 10 | consonant(c)? << 6 | vowel(d)? << 4 | consonant(e)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_proposal() {
        // Its own example: 127.0.0.1 is `lusab-babad`.
        assert_eq!([word(0x7f00), word(0x0001)], ["lusab", "babad"]);
        assert!((0..=u16::MAX).all(|n| number(&word(n)) == Some(n)));
    }

    #[test]
    fn a_key_is_read_from_its_paper_and_from_no_other() {
        let key = PaperKey::of_bytes(std::array::from_fn(|i| u8::try_from(i * 7 + 3).unwrap()));
        let words = key.words();
        let read = |text: &str| PaperKey::read(text).map(|key| key.0);
        for text in [words.join(" "), words.join("-\n").to_uppercase(), key.digits(), key.digits().to_uppercase()] {
            assert_eq!(read(&text), Ok(key.0));
        }
        assert_eq!(read(&words[..16].join(" ")), Err(PaperError::Count(16)));
        assert_eq!(read(""), Err(PaperError::Count(0)));
        for i in 0..WORDS {
            let mut misspelt = words.clone();
            misspelt[i] = "eeeee".to_owned();
            assert_eq!(read(&misspelt.join(" ")), Err(PaperError::Word(i + 1)));
            misspelt[i] = word(number(&words[i]).unwrap() ^ 1);
            assert_eq!(read(&misspelt.join(" ")), Err(PaperError::Sum));
        }
        let mut changed = words;
        changed.swap(2, 5);
        assert_eq!(read(&changed.join(" ")), Err(PaperError::Sum));
    }
}
