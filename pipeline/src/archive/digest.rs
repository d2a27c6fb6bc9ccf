//! What the archive computes of every row: digest, pseudonym, salt and commitment.

use crate::key::{Key, Keyed, hex_digits};
use crate::time;
use ahash::RandomState;
use schemas::{Event, EventId, Person};
use sha2::{Digest, Sha256};
use std::io::Write;

/// Residents whose digests are remembered: a batch's rows lie near each other, and one resident's are ten or more.
const REMEMBERED: usize = 4_096;
/// A remark of megabytes is not worth remembering.
const LONGEST_REMEMBERED: usize = 1_024;

/// What the archive computes of rows, with keyed functions that are made once.
#[derive(Debug)]
pub(crate) struct RowDigests {
    row: Keyed,
    message: Vec<u8>,
    residents: Residents,
}

/// What the digests of a row are, as hexadecimal digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowDigest<'d> {
    /// Public: a row whose content changes in the source has another.
    pub(crate) content: [u8; 32],
    /// What is said of its resident.
    pub(crate) person: &'d PersonDigest,
}

/// What the digests of the personal columns are, as hexadecimal digits.
#[derive(Clone, Debug)]
pub(crate) struct PersonDigest {
    /// Public: same NIK, same pseudonym; only the key's holder can tell whose.
    pub(crate) pseudonym: Option<[u8; 32]>,
    /// Private: salts the commitment. It depends on the key and the personal columns only, so a pull repeated after a crash
    /// writes the same bytes.
    pub(crate) salt: [u8; 32],
    /// Public: SHA-256 of the salt's digits and the personal columns as JSON with sorted keys and no blanks.
    pub(crate) commitment: [u8; 64],
}

impl RowDigests {
    pub(crate) fn new(key: &Key) -> Self {
        Self { row: key.keyed("row"), message: Vec::new(), residents: Residents::new(key) }
    }

    /// Keyed digest of every column of the contract: HMAC-SHA256, 128 bits. The personal columns enter as their salt, which
    /// is such a digest of them.
    ///
    /// No value is a 0; text is its length plus one, seven bits a byte, and its bytes; a number is a 1 and eight bytes. So
    /// no two rows have the same message.
    pub(crate) fn of_row(&mut self, event: &Event<'_>) -> RowDigest<'_> {
        let person = self.residents.digest(&event.person);
        let m = &mut self.message;
        m.clear();
        m.extend_from_slice(&person.salt);
        match event.event_id {
            EventId::Integer(n) => number(m, Some(n)),
            EventId::Text(id) => text(m, Some(id)),
        }
        for required in [event.berkas_id, event.kolektif_id, event.pelaksana, event.hasil, event.jenis] {
            text(m, Some(required));
        }
        for required in [event.kewarganegaraan, event.pekon] {
            text(m, Some(required));
        }
        for optional in [event.petugas_id, event.kekurangan, event.nomor_register] {
            text(m, optional);
        }
        for required in [event.recorded_at_us, event.selesai_us, event.diterima_us, event.langkah.into()] {
            number(m, Some(required));
        }
        number(m, event.mulai_us);
        RowDigest { content: hex_digits(&self.row.digest(&[m])), person }
    }
}

/// Digests of the personal columns, some of them remembered.
#[derive(Debug)]
struct Residents {
    nik: Keyed,
    salt: Keyed,
    message: Vec<u8>,
    json: Vec<u8>,
    /// Messages with their digests; no message is empty.
    remembered: Vec<(Vec<u8>, PersonDigest)>,
    places: RandomState,
}

impl Residents {
    fn new(key: &Key) -> Self {
        let nobody = PersonDigest { pseudonym: None, salt: [0; 32], commitment: [0; 64] };
        Self {
            nik: key.keyed("nik"),
            salt: key.keyed("salt"),
            message: Vec::new(),
            json: Vec::new(),
            remembered: vec![(Vec::new(), nobody); REMEMBERED],
            places: RandomState::with_seeds(1, 2, 3, 4),
        }
    }

    fn digest(&mut self, person: &Person<'_>) -> &PersonDigest {
        let m = &mut self.message;
        m.clear();
        for optional in [person.nik, person.nama, person.jenis_kelamin, person.tempat_lahir, person.keterangan] {
            text(m, optional);
        }
        text(m, Some(person.pembawa));
        number(m, person.tanggal_lahir_days.map(i64::from));
        let place = usize::try_from(self.places.hash_one(m.as_slice()) % REMEMBERED as u64).unwrap_or(0);
        let (message, digest) = &mut self.remembered[place];
        if message != m {
            let salt = hex_digits(&self.salt.digest(&[m]));
            canonical_json(&mut self.json, person);
            let mut hash = Sha256::new();
            hash.update(salt);
            hash.update(&self.json);
            *digest = PersonDigest {
                pseudonym: person.nik.map(|nik| hex_digits(&self.nik.digest(&[nik.as_bytes()]))),
                salt,
                commitment: hex_digits::<32, 64>(&hash.finalize().into()),
            };
            message.clear();
            if m.len() <= LONGEST_REMEMBERED {
                message.extend_from_slice(m);
            }
        }
        digest
    }
}

/// The personal columns as JSON with sorted keys and no blanks.
fn canonical_json(json: &mut Vec<u8>, person: &Person<'_>) {
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
            let salt = std::str::from_utf8(&digest.salt).unwrap();
            let wanted: [u8; 32] = Sha256::digest(format!("{salt}{canonical}")).into();
            assert_eq!(digest.commitment, hex_digits::<32, 64>(&wanted));
        }
        let other = Person { keterangan: None, ..person };
        let (other, same) = (residents.digest(&other).clone(), residents.digest(&person));
        assert_ne!(other.salt, same.salt);
        assert_eq!(other.pseudonym, same.pseudonym);
    }
}
