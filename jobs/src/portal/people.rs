//! The persons who may use the pages.
//!
//! Reads   what somebody typed
//! Gives   a person's entry, and whether a password is theirs
//! Rule    a password is never kept, only what argon2id makes of it; an unknown account takes as long as a known one

use anyhow::{Result, anyhow, bail};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A password has at least so many characters.
const SHORTEST: usize = 12;

/// And at most so many bytes, so that nobody lets argon2 read a book.
const LONGEST_BYTES: usize = 512;

/// What an unknown account is compared with, of the same cost as every other: what argon2id made of random bytes.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$dGVydGliLXRpZGFrLWFkYQ$QYdOs6vVmoQTnlOCrtHQKDMgkOfv1u9/EB0LAv7H1OA";

/// Somebody who may use the pages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    /// By which they come in.
    pub akun: String,
    /// Their name.
    pub nama: String,
    /// Their post.
    pub jabatan: String,
    /// The id of their role.
    pub peran: String,
    /// What argon2id made of their password.
    sandi: String,
    /// The last day on which they may come in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampai: Option<NaiveDate>,
    /// The day on which the account was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ditutup: Option<NaiveDate>,
}

impl Person {
    /// A new person, with an account that a URL and a log can hold.
    ///
    /// # Errors
    /// When the account or the password cannot be used.
    pub(crate) fn new(akun: &str, nama: &str, jabatan: &str, peran: &str, password: &str) -> Result<Self> {
        if !is_account(akun) {
            bail!("an account has 1 to 32 lower-case letters, digits, dots or hyphens, and at most 8 digits");
        }
        if [nama, jabatan].iter().any(|text| text.trim().is_empty() || text.chars().count() > 80) {
            bail!("name and post have 1 to 80 characters each");
        }
        let [akun, nama, jabatan, peran] = [akun, nama, jabatan, peran].map(|text| text.trim().to_owned());
        Ok(Self { akun, nama, jabatan, peran, sandi: kept(password)?, sampai: None, ditutup: None })
    }

    /// Whether they may come in on that day.
    pub(crate) fn may_enter(&self, today: NaiveDate) -> bool {
        self.ditutup.is_none() && self.sampai.is_none_or(|last| today <= last)
    }

    /// Takes another password.
    ///
    /// # Errors
    /// When it cannot be used.
    pub(crate) fn set_password(&mut self, password: &str) -> Result<()> {
        self.sandi = kept(password)?;
        Ok(())
    }

    /// What tells whether password, role or time of an entry changed since somebody came in by it.
    pub(super) fn mark(&self) -> String {
        pipeline::sha256(format!("{} {} {:?} {:?}", self.sandi, self.peran, self.sampai, self.ditutup).as_bytes())
    }
}

/// Whether a word can be an account: URLs and logs can hold it.
pub(super) fn is_account(word: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    // Twelve digits and more could be a resident's number, which stands in no log.
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    (1..=32).contains(&word.len()) && word.bytes().all(is_plain) && digits <= 8
}

/// What is kept of a password.
fn kept(password: &str) -> Result<String> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST_BYTES {
        bail!("a password has at least {SHORTEST} characters, and at most {LONGEST_BYTES} bytes");
    }
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|fault| anyhow!("the system gives no random bytes: {fault}"))?;
    let hash: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    Ok(hash.map_err(|fault| anyhow!("the password cannot be kept: {fault}"))?.to_string())
}

/// A password that nobody chose, in a form that can be typed: 60 random bits.
///
/// # Errors
/// When the system gives no random bytes.
pub(crate) fn random_password() -> Result<String> {
    const LETTERS: [u8; 32] = *b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(|fault| anyhow!("the system gives no random bytes: {fault}"))?;
    let letters: Vec<u8> = bytes.iter().map(|byte| LETTERS[usize::from(byte % 32)]).collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    Ok(groups.join("-"))
}

/// Whether a password is that of a person, or of nobody. Takes the same time and memory for both.
pub(super) fn is_right(person: Option<&Person>, password: &str) -> bool {
    let hash = PasswordHash::new(person.map_or(NOBODY, |person| &person.sandi));
    let password = if password.len() > LONGEST_BYTES { "" } else { password };
    let is_right = hash.is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    is_right && person.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_of_a_known_account_is_right() {
        let person = Person::new("kadis", "Sri Rekaan", "Kepala Dinas", "kepala", "sandi yang panjang").unwrap();
        assert!(is_right(Some(&person), "sandi yang panjang"));
        assert!(!is_right(Some(&person), "sandi yang panjan") && !is_right(Some(&person), ""));
        assert!(!is_right(None, "sandi yang panjang"));
        assert!(PasswordHash::new(NOBODY).is_ok() && person.sandi.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        for account in ["", "Kadis", "a b", "a/b", "1234567890123456", "a\r\nb"] {
            assert!(Person::new(account, "A", "B", "kepala", "sandi yang panjang").is_err(), "{account:?}");
        }
        assert!(Person::new("a", "A", "B", "kepala", "pendek").is_err());
    }

    #[test]
    fn an_account_ends_with_its_last_day_or_when_it_is_closed() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut person = Person::new("a", "A", "B", "kepala", "sandi yang panjang").unwrap();
        person.sampai = Some(day("2026-12-31"));
        assert!(person.may_enter(day("2026-12-31")) && !person.may_enter(day("2027-01-01")));
        person.ditutup = Some(day("2026-11-30"));
        assert!(!person.may_enter(day("2026-11-30")));
    }
}
