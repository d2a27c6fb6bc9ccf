//! Tokens of machines: a program of the office reads data with one, and nothing else.
//!
//! Reads   `Authorization: Bearer` of a request
//! Gives   a new token, which is shown once, and what a request presents
//! Rule    what is kept of a token is its digest; it has 256 random bits, a last day, and begins no session

use super::people::is_account;
use anyhow::{Result, anyhow, bail};
use axum::http::{HeaderMap, header};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// With what every token begins, so that one that lies where it should not is recognised.
const BEGINS: &str = "tertib_";

/// A machine that may read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Token {
    /// By which the office knows it.
    pub nama: String,
    /// The id of its role.
    pub peran: String,
    /// The SHA-256 of the token.
    sidik: String,
    /// The last day on which it counts.
    pub sampai: NaiveDate,
}

impl Token {
    /// A new token: its entry, and the token itself.
    ///
    /// # Errors
    /// When the name cannot be used, or the system gives no random bytes.
    pub(crate) fn new(nama: &str, peran: &str, sampai: NaiveDate) -> Result<(Self, String)> {
        if !is_account(nama) {
            bail!("the name of a token has 1 to 32 lower-case letters, digits, dots or hyphens, and at most 8 digits");
        }
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|fault| anyhow!("the system gives no random bytes: {fault}"))?;
        let secret: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let secret = format!("{BEGINS}{secret}");
        Ok((Self { nama: nama.to_owned(), peran: peran.to_owned(), sidik: digest(&secret), sampai }, secret))
    }

    /// Whether a token is this one, on a day on which it counts.
    pub(super) fn counts(&self, secret: &str, today: NaiveDate) -> bool {
        self.sidik == digest(secret) && today <= self.sampai
    }
}

fn digest(secret: &str) -> String {
    pipeline::sha256(secret.as_bytes())
}

/// The token that a request presents, be it one or not; nothing where it presents none.
pub(super) fn presented(headers: &HeaderMap) -> Option<&str> {
    let scheme = |value: &&str| value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "));
    let mut all = headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| value.to_str().ok());
    all.find(scheme).map(|value| value[7..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_token_counts_until_its_last_day_and_is_not_kept() {
        let (entry, secret) = Token::new("dasbor-1", "pelihat", day("2026-12-31")).unwrap();
        assert!(secret.len() == 71 && secret.starts_with(BEGINS) && !format!("{entry:?}").contains(&secret[7..]));
        assert!(entry.counts(&secret, day("2026-12-31")) && !entry.counts(&secret, day("2027-01-01")));
        assert!(!entry.counts(&secret[7..], day("2026-12-01")) && !entry.counts("", day("2026-12-01")));
        assert_ne!(Token::new("dasbor-1", "pelihat", day("2026-12-31")).unwrap().1, secret);
        for name in ["", "Dasbor", "a b", "a/b", "1806010101809001", "a\r\nb"] {
            assert!(Token::new(name, "pelihat", day("2026-12-31")).is_err(), "{name:?}");
        }
    }

    #[test]
    fn only_a_bearer_presents_a_token() {
        let of = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            presented(&headers).map(str::to_owned)
        };
        assert_eq!(of("Bearer tertib_1").as_deref(), Some("tertib_1"));
        assert_eq!(of("bearer   tertib_1").as_deref(), Some("tertib_1"));
        assert_eq!((of("Basic dGVydGli"), of("Bearer"), presented(&HeaderMap::new())), (None, None, None));
        assert_eq!(of("Bearer x y").as_deref(), Some("x y"), "it is none, but it is presented");
    }
}
