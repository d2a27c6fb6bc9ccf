//! What the archive computes of what is personal about a row: pseudonym, salt and commitment.

use crate::key::{Key, Keyed};
use crate::time;
use ahash::RandomState;
use schemas::Person;
use sha2::{Digest, Sha256};
use std::io::Write;

/// Residents whose digests are remembered: a batch's rows lie near each other, and one resident's are ten or more.
const REMEMBERED: usize = 4_096;
/// A remark of megabytes is not worth remembering.
const LONGEST_REMEMBERED: usize = 1_024;

/// What the digests of the personal columns are.
#[derive(Clone, Debug)]
pub(crate) struct PersonDigest {
    /// Public: same NIK, same pseudonym; only the key's holder can tell whose.
    pub(crate) pseudonym: Option<[u8; 16]>,
    /// Private: salts the commitment. It depends on the key and the personal columns only, so the same columns give the same
    /// commitment, and a pull repeated after a crash writes the same bytes.
    pub(crate) salt: [u8; 16],
    /// Public: SHA-256 of the salt and the personal columns as JSON with sorted keys and no blanks.
    pub(crate) commitment: [u8; 32],
}

/// Digests of the personal columns, some of them remembered.
#[derive(Debug)]
pub(crate) struct Residents {
    nik: Keyed,
    salt: Keyed,
    message: Vec<u8>,
    json: Vec<u8>,
    persons: Remembered<PersonDigest>,
    /// Pseudonyms by NIK: a row with a remark of its own is a person of its own, but of the same NIK.
    niks: Remembered<[u8; 16]>,
    places: RandomState,
}

impl Residents {
    pub(crate) fn new(key: &Key) -> Self {
        let nobody = PersonDigest { pseudonym: None, salt: [0; 16], commitment: [0; 32] };
        Self {
            nik: key.keyed("nik"),
            salt: key.keyed("salt"),
            message: Vec::new(),
            json: Vec::new(),
            persons: Remembered::new(nobody),
            niks: Remembered::new([0; 16]),
            places: RandomState::with_seeds(1, 2, 3, 4),
        }
    }

    pub(crate) fn digest(&mut self, person: &Person<'_>) -> &PersonDigest {
        write_message(&mut self.message, person);
        let (message, digest) = self.persons.at(self.places.hash_one(self.message.as_slice()));
        if *message != self.message {
            let salt = self.salt.digest(&[&self.message]);
            write_json(&mut self.json, person);
            let commitment = Sha256::new().chain_update(salt).chain_update(&self.json).finalize();
            let pseudonym = person.nik.map(|nik| {
                let (known, pseudonym) = self.niks.at(self.places.hash_one(nik.as_bytes()));
                if known.as_slice() != nik.as_bytes() || known.is_empty() {
                    *pseudonym = self.nik.digest(&[nik.as_bytes()]);
                    remember(known, nik.as_bytes());
                }
                *pseudonym
            });
            *digest = PersonDigest { pseudonym, salt, commitment: commitment.into() };
            remember(message, &self.message);
        }
        digest
    }
}

/// What was computed of some inputs, each at one place; what is computed of another takes the place.
#[derive(Debug)]
struct Remembered<T>(Vec<(Vec<u8>, T)>);

impl<T: Clone> Remembered<T> {
    fn new(nothing: T) -> Self {
        Self(vec![(Vec::new(), nothing); REMEMBERED])
    }

    /// The input that was remembered there last, empty where none was, and what is known of it.
    fn at(&mut self, hash: u64) -> &mut (Vec<u8>, T) {
        &mut self.0[usize::try_from(hash % REMEMBERED as u64).unwrap_or(0)]
    }
}

fn remember(place: &mut Vec<u8>, input: &[u8]) {
    place.clear();
    if input.len() <= LONGEST_REMEMBERED {
        place.extend_from_slice(input);
    }
}

/// The message of which the salt is a keyed digest (HMAC-SHA256, 128 bits), never empty: no value is a 0; text is its length
/// plus one, seven bits a byte, and its bytes; a number is a 1 and eight bytes. So no two persons have the same.
fn write_message(message: &mut Vec<u8>, person: &Person<'_>) {
    message.clear();
    for optional in [person.nik, person.nama, person.jenis_kelamin, person.tempat_lahir, person.keterangan] {
        text(message, optional);
    }
    text(message, Some(person.pembawa));
    number(message, person.tanggal_lahir_days.map(i64::from));
}

/// The personal columns as JSON with sorted keys and no blanks.
fn write_json(json: &mut Vec<u8>, person: &Person<'_>) {
    let birth = person.tanggal_lahir_days.and_then(time::date_of).map(|d| d.to_string());
    json.clear();
    let fields = [
        ("{\"jenis_kelamin\":", person.jenis_kelamin),
        (",\"keterangan\":", person.keterangan),
        (",\"nama\":", person.nama),
        (",\"nik\":", person.nik),
        (",\"pembawa\":", Some(person.pembawa)),
        (",\"tanggal_lahir\":", birth.as_deref()),
        (",\"tempat_lahir\":", person.tempat_lahir),
    ];
    for (name, value) in fields {
        json.extend_from_slice(name.as_bytes());
        json_text(json, value);
    }
    json.push(b'}');
}

fn text(message: &mut Vec<u8>, value: Option<&str>) {
    let Some(text) = value else { return message.push(0) };
    let mut length = text.len() as u64 + 1;
    while length >= 128 {
        message.push(128 | low_bits(length));
        length >>= 7;
    }
    message.push(low_bits(length));
    message.extend_from_slice(text.as_bytes());
}

fn low_bits(n: u64) -> u8 {
    n.to_le_bytes()[0] & 127
}

fn number(message: &mut Vec<u8>, value: Option<i64>) {
    match value {
        Some(n) => {
            message.push(1);
            message.extend_from_slice(&n.to_le_bytes());
        }
        None => message.push(0),
    }
}

/// A JSON string; only what needs an escape takes the long way.
fn json_text(json: &mut Vec<u8>, value: Option<&str>) {
    match value {
        None => json.extend_from_slice(b"null"),
        Some(text) if text.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\') => {
            json.push(b'"');
            json.extend_from_slice(text.as_bytes());
            json.push(b'"');
        }
        Some(text) => {
            // Writing a string into memory cannot fail.
            let escaped = serde_json::Value::from(text);
            drop(write!(json, "{escaped}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_commitment_is_the_hash_of_canonical_json() {
        let person = Person {
            nik: Some("1806015708979001"),
            nama: Some("SITI \"AMINAH\"\\"),
            jenis_kelamin: None,
            tempat_lahir: Some("KOTA AGUNG"),
            tanggal_lahir_days: Some(10_090),
            pembawa: "ANDI",
            keterangan: Some("baris\ndua"),
        };
        // A map of serde_json has sorted keys and is written without blanks.
        let canonical = json!({
            "nik": "1806015708979001", "nama": "SITI \"AMINAH\"\\", "jenis_kelamin": null, "tempat_lahir": "KOTA AGUNG",
            "tanggal_lahir": "1997-08-17", "pembawa": "ANDI", "keterangan": "baris\ndua",
        });
        let mut residents = Residents::new(&Key::from_bytes([7; 32]));
        for _ in 0..2 {
            let digest = residents.digest(&person);
            let wanted: [u8; 32] = Sha256::digest([&digest.salt, canonical.to_string().as_bytes()].concat()).into();
            assert_eq!(digest.commitment, wanted);
        }
        let other = Person { keterangan: None, ..person };
        let (other, same) = (residents.digest(&other).clone(), residents.digest(&person));
        assert_ne!(other.salt, same.salt);
        assert_eq!(other.pseudonym, same.pseudonym);
    }
}
