//! What the archive computes of what is personal about a row: pseudonym, salt and commitment.

use crate::key::{Key, Keyed};
use crate::time;
use ahash::RandomState;
use schemas::Person;
use sha2::{Digest, Sha256};
use std::io::Write;

/// Residents whose digests are remembered: a batch's rows lie near each other, and one resident's are ten or more.
const REMEMBERED: usize = 4_096;
/// What is remembered of a resident has a place of fixed size, so that one look at the memory tells; few need more.
const LONGEST_REMEMBERED: usize = 160;
/// A longer remark is the only one of its kind nearly always; a short one, or an empty text, may stand in every row.
const LONGEST_COMMON_REMARK: usize = 16;

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

/// Computes the digests, and remembers those of residents who may soon come again with the same remark. Of one who will not,
/// only the pseudonym is looked up.
#[derive(Debug)]
pub(crate) struct Residents {
    nik: Keyed,
    salt: Keyed,
    message: Vec<u8>,
    json: Vec<u8>,
    /// Each has one place; who comes later takes it.
    remembered: Vec<Remembered>,
    places: RandomState,
    /// What was computed last and is not remembered.
    passing: PersonDigest,
}

#[derive(Clone, Debug)]
struct Remembered {
    message: [u8; LONGEST_REMEMBERED],
    length: usize,
    digest: PersonDigest,
}

impl Remembered {
    /// Of which message the digests are; empty where there is none.
    fn message(&self) -> &[u8] {
        &self.message[..self.length]
    }

    /// Whether there was room for it.
    fn take(&mut self, message: &[u8], digest: &PersonDigest) -> bool {
        let Some(place) = self.message.get_mut(..message.len()) else { return false };
        place.copy_from_slice(message);
        self.length = message.len();
        self.digest = digest.clone();
        true
    }
}

impl Residents {
    pub(crate) fn new(key: &Key) -> Self {
        let none = PersonDigest { pseudonym: None, salt: [0; 16], commitment: [0; 32] };
        let nobody = Remembered { message: [0; LONGEST_REMEMBERED], length: 0, digest: none.clone() };
        Self {
            nik: key.keyed("nik"),
            salt: key.keyed("salt"),
            message: Vec::new(),
            json: Vec::new(),
            remembered: vec![nobody; REMEMBERED],
            places: RandomState::with_seeds(1, 2, 3, 4),
            passing: none,
        }
    }

    pub(crate) fn digest(&mut self, person: &Person<'_>) -> &PersonDigest {
        let hash = self.places.hash_one((person.nik, person.nama));
        let remembered = &mut self.remembered[usize::try_from(hash % REMEMBERED as u64).unwrap_or(0)];
        let may_come_again = person.keterangan.is_none_or(|remark| remark.len() <= LONGEST_COMMON_REMARK);
        if may_come_again && begins_with(remembered.message(), |piece| each_piece(person, piece)) {
            return &remembered.digest;
        }
        let pseudonym = person.nik.map(|nik| {
            let is_same_nik = begins_with(remembered.message(), |piece| each_piece_of_text(person.nik, piece));
            let known = remembered.digest.pseudonym.filter(|_| is_same_nik);
            known.unwrap_or_else(|| self.nik.digest(&[nik.as_bytes()]))
        });
        self.message.clear();
        each_piece(person, |piece| self.message.extend_from_slice(piece));
        let salt = self.salt.digest(&[&self.message]);
        let commitment = commitment(&salt, person, &mut self.json);
        self.passing = PersonDigest { pseudonym, salt, commitment };
        let is_remembered = may_come_again && remembered.take(&self.message, &self.passing);
        if is_remembered { &remembered.digest } else { &self.passing }
    }
}

/// SHA-256 of a salt and the personal columns; `json` is where these are written.
pub(super) fn commitment(salt: &[u8], person: &Person<'_>, json: &mut Vec<u8>) -> [u8; 32] {
    write_json(json, person);
    Sha256::new().chain_update(salt).chain_update(json).finalize().into()
}

/// Whether a message begins with these pieces. None is the beginning of another, so one that has all pieces of a person's is it.
fn begins_with(message: &[u8], pieces: impl FnOnce(&mut dyn FnMut(&[u8]))) -> bool {
    let mut rest = Some(message);
    pieces(&mut |piece| rest = rest.and_then(|rest| rest.strip_prefix(piece)));
    rest.is_some()
}

/// The message of which the salt is a keyed digest (HMAC-SHA256, 128 bits), piece by piece, never empty: no value is a 0; text
/// is its length plus one, seven bits a byte, and its bytes; a number is a 1 and eight bytes. So no two persons have the same.
fn each_piece(person: &Person<'_>, mut piece: impl FnMut(&[u8])) {
    for text in [person.nik, person.nama, person.jenis_kelamin, person.tempat_lahir, person.keterangan] {
        each_piece_of_text(text, &mut piece);
    }
    each_piece_of_text(Some(person.pembawa), &mut piece);
    match person.tanggal_lahir_days {
        Some(days) => {
            piece(&[1]);
            piece(&i64::from(days).to_le_bytes());
        }
        None => piece(&[0]),
    }
}

fn each_piece_of_text(text: Option<&str>, mut piece: impl FnMut(&[u8])) {
    let Some(text) = text else { return piece(&[0]) };
    let low_bits = |n: u64| n.to_le_bytes()[0] & 127;
    let mut length = text.len() as u64 + 1;
    while length >= 128 {
        piece(&[128 | low_bits(length)]);
        length >>= 7;
    }
    piece(&[low_bits(length)]);
    piece(text.as_bytes());
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
        let remembered = residents.digest(&person).clone();
        for other in [
            Person { keterangan: None, ..person },
            Person { keterangan: Some(""), ..person },
            Person { pembawa: "ANDIN", ..person },
            Person { tempat_lahir: None, ..person },
            Person { tanggal_lahir_days: None, ..person },
            Person { tanggal_lahir_days: Some(10_091), ..person },
        ] {
            let other = residents.digest(&other).clone();
            assert_ne!(other.salt, remembered.salt);
            assert_eq!(other.pseudonym, remembered.pseudonym);
        }
        assert_eq!(residents.digest(&person).salt, remembered.salt);
    }

    #[test]
    fn residents_who_share_a_place_are_not_taken_for_each_other() {
        let key = Key::from_bytes([7; 32]);
        let mut residents = Residents::new(&key);
        let niks: Vec<String> = (0..3 * REMEMBERED).map(|n| format!("18060157089{n:05}")).collect();
        let mut salts = Vec::new();
        for nik in niks.iter().chain(&niks) {
            for keterangan in [None, Some(""), Some("catatan yang panjang")] {
                let person = Person {
                    nik: Some(nik),
                    nama: Some("SITI"),
                    jenis_kelamin: None,
                    tempat_lahir: None,
                    tanggal_lahir_days: None,
                    pembawa: "ANDI",
                    keterangan,
                };
                let digest = residents.digest(&person);
                assert_eq!(digest.pseudonym, Some(key.keyed("nik").digest(&[nik.as_bytes()])));
                salts.push(digest.salt);
            }
        }
        let (first, again) = salts.split_at(3 * niks.len());
        assert_eq!(first, again);
        salts.sort_unstable();
        salts.dedup();
        assert_eq!(salts.len(), 3 * niks.len());
    }
}
