//! What the archive computes of every row: digest, pseudonym, salt and commitment.

use crate::key::{Key, Keyed};
use crate::time;
use schemas::{Event, EventId, Person};
use sha2::{Digest, Sha256};
use std::io::Write;

/// The keyed functions of an archive, each made once for many rows.
#[derive(Clone, Debug)]
pub(crate) struct RowDigests {
    row: Keyed,
    nik: Keyed,
    scratch: Vec<u8>,
}

/// What the keyed digest of a row gives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowDigest {
    /// Public: a row whose content changes in the source has another.
    pub(crate) content: [u8; 16],
    /// Private: salts the commitment to the personal columns. It depends on the key and the row only, so a pull repeated
    /// after a crash writes the same bytes.
    pub(crate) salt: [u8; 16],
}

impl RowDigests {
    pub(crate) fn new(key: &Key) -> Self {
        Self { row: key.keyed("row"), nik: key.keyed("nik"), scratch: Vec::new() }
    }

    /// Keyed digest of every column of the contract: HMAC-SHA256, the two halves for the two uses.
    ///
    /// No value is a 0; text is its length plus one, seven bits a byte, and its bytes; a number is a 1 and eight bytes. So
    /// no two rows have the same message.
    pub(crate) fn of_row(&mut self, event: &Event<'_>) -> RowDigest {
        let mut message = std::mem::take(&mut self.scratch);
        message.clear();
        let m = &mut message;
        let p = &event.person;
        match event.event_id {
            EventId::Integer(n) => number(m, Some(n)),
            EventId::Text(id) => text(m, Some(id)),
        }
        for required in [event.berkas_id, event.kolektif_id, event.pelaksana, event.hasil, event.jenis] {
            text(m, Some(required));
        }
        for required in [event.kewarganegaraan, event.pekon, p.pembawa] {
            text(m, Some(required));
        }
        for optional in [event.petugas_id, event.kekurangan, event.nomor_register, p.keterangan] {
            text(m, optional);
        }
        for optional in [p.nik, p.nama, p.jenis_kelamin, p.tempat_lahir] {
            text(m, optional);
        }
        for required in [event.recorded_at_us, event.selesai_us, event.diterima_us, event.langkah.into()] {
            number(m, Some(required));
        }
        number(m, event.mulai_us);
        number(m, p.tanggal_lahir_days.map(i64::from));
        let (content, salt) = self.row.halves(&[&message]);
        self.scratch = message;
        RowDigest { content, salt }
    }

    /// Same NIK, same pseudonym; only the key's holder can tell whose.
    pub(crate) fn pseudonym(&self, nik: &str) -> [u8; 16] {
        self.nik.digest(&[nik.as_bytes()])
    }

    /// SHA-256 of the salt's digits and the personal columns as JSON with sorted keys and no blanks.
    pub(crate) fn commitment(&mut self, salt: &[u8; 32], person: &Person<'_>) -> [u8; 32] {
        let birth = person.tanggal_lahir_days.and_then(time::date_of).map(|d| d.to_string());
        let json = &mut self.scratch;
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
        let mut hash = Sha256::new();
        hash.update(salt);
        hash.update(&*json);
        hash.finalize().into()
    }
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
        let wanted: [u8; 32] = Sha256::digest(format!("{}{canonical}", "0f".repeat(16))).into();
        let key = Key::from_bytes([7; 32]);
        assert_eq!(RowDigests::new(&key).commitment(b"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f", &person), wanted);
    }
}
