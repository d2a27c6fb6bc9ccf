//! What the archive computes of what is personal about a row: pseudonym, salt and commitment.

use super::ArchiveError;
use crate::archive::event_batch::Values;
use crate::archive::key::{Key, Keyed};
use ahash::RandomState;
use chrono::NaiveDate;
use schemas::{Column, ColumnFacts, ColumnKind, Presence};
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

/// Which columns the digests are made of: those that the facts call personal.
#[derive(Clone, Debug)]
pub(crate) struct DigestForm {
    /// In the order in which their salt is made: the NIK, what a row may lack, what it may not, days.
    columns: Vec<Column>,
    /// Places among them in the order of their names, each with what stands before its value.
    json: Vec<(usize, String)>,
    /// Where the remark stands among them.
    remark: Option<usize>,
}

impl DigestForm {
    pub(crate) fn of(columns: &ColumnFacts) -> Self {
        let mut personal: Vec<_> = columns.iter().filter(|fact| columns.is_personal(fact.column)).collect();
        personal.sort_by_key(|fact| {
            (fact.column != Column::Nik, fact.kind != ColumnKind::Text, fact.presence != Presence::Optional)
        });
        let columns: Vec<Column> = personal.into_iter().map(|fact| fact.column).collect();
        let mut names: Vec<(usize, &str)> = columns.iter().map(|column| column.name()).enumerate().collect();
        names.sort_unstable_by_key(|(_, name)| *name);
        let before = |(at, (place, name)): (usize, (usize, &str))| {
            (place, format!("{}\"{name}\":", if at == 0 { '{' } else { ',' }))
        };
        Self {
            json: names.into_iter().enumerate().map(before).collect(),
            remark: columns.iter().position(|column| *column == Column::Keterangan),
            columns,
        }
    }

    /// The personal columns of some rows; an error names the one that is not among them.
    pub(crate) fn persons<'a>(
        &self,
        values: impl Fn(Column) -> Result<Values<'a>, ArchiveError>,
    ) -> Result<Persons<'a>, ArchiveError> {
        Ok(Persons { columns: self.columns.iter().map(|column| values(*column)).collect::<Result<_, _>>()? })
    }
}

/// The personal columns of some rows, in the order of a [`DigestForm`].
#[derive(Debug)]
pub(crate) struct Persons<'a> {
    columns: Vec<Values<'a>>,
}

/// What is personal about one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person<'a> {
    columns: &'a [Values<'a>],
    row: usize,
}

impl Persons<'_> {
    pub(crate) fn row(&self, row: usize) -> Person<'_> {
        Person { columns: &self.columns, row }
    }
}

impl<'a> Person<'a> {
    fn text(self, place: usize) -> Option<&'a str> {
        self.columns.get(place).and_then(|column| column.text(self.row))
    }

    fn nik(self) -> Option<&'a str> {
        self.text(0)
    }
}

/// Computes the digests, and remembers those of residents who may soon come again with the same remark. Of one who will not,
/// only the pseudonym is looked up.
#[derive(Debug)]
pub(crate) struct Pseudonymizer {
    form: DigestForm,
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

impl Pseudonymizer {
    pub(crate) fn new(key: &Key, form: DigestForm) -> Self {
        let none = PersonDigest { pseudonym: None, salt: [0; 16], commitment: [0; 32] };
        let nobody = Remembered { message: [0; LONGEST_REMEMBERED], length: 0, digest: none.clone() };
        Self {
            form,
            nik: key.keyed("nik"),
            salt: key.keyed("salt"),
            message: Vec::new(),
            json: Vec::new(),
            remembered: vec![nobody; REMEMBERED],
            places: RandomState::with_seeds(1, 2, 3, 4),
            passing: none,
        }
    }

    /// Of which columns the digests are made.
    pub(crate) fn form(&self) -> &DigestForm {
        &self.form
    }

    pub(crate) fn digest(&mut self, person: Person<'_>) -> &PersonDigest {
        let hash = self.places.hash_one((person.nik(), person.text(1)));
        let remembered = &mut self.remembered[usize::try_from(hash % REMEMBERED as u64).unwrap_or(0)];
        let may_come_again = self
            .form
            .remark
            .and_then(|place| person.text(place))
            .is_none_or(|remark| remark.len() <= LONGEST_COMMON_REMARK);
        if may_come_again && begins_with(remembered.message(), |piece| each_piece(person, piece)) {
            return &remembered.digest;
        }
        let pseudonym = person.nik().map(|nik| {
            let is_same_nik = begins_with(remembered.message(), |piece| each_piece_of_text(person.nik(), piece));
            let known = remembered.digest.pseudonym.filter(|_| is_same_nik);
            known.unwrap_or_else(|| self.nik.digest(&[nik.as_bytes()]))
        });
        self.message.clear();
        each_piece(person, |piece| self.message.extend_from_slice(piece));
        let salt = self.salt.digest(&[&self.message]);
        let commitment = commitment(&salt, person, &self.form, &mut self.json);
        self.passing = PersonDigest { pseudonym, salt, commitment };
        let is_remembered = may_come_again && remembered.take(&self.message, &self.passing);
        if is_remembered { &remembered.digest } else { &self.passing }
    }
}

/// SHA-256 of a salt and the personal columns; `json` is where these are written.
pub(super) fn commitment(salt: &[u8], person: Person<'_>, form: &DigestForm, json: &mut Vec<u8>) -> [u8; 32] {
    write_json(json, person, form);
    Sha256::new().chain_update(salt).chain_update(json).finalize().into()
}

/// Whether a message begins with these pieces. The encoding is prefix-free, so a message that begins with all pieces of a
/// person is that person's.
fn begins_with(message: &[u8], pieces: impl FnOnce(&mut dyn FnMut(&[u8]))) -> bool {
    let mut rest = Some(message);
    pieces(&mut |piece| rest = rest.and_then(|rest| rest.strip_prefix(piece)));
    rest.is_some()
}

/// The message of which the salt is a keyed digest (HMAC-SHA256, 128 bits), piece by piece, never empty: no value is a 0; text
/// is its length plus one, seven bits a byte, and its bytes; a number is a 1 and eight bytes. So no two persons have the same.
fn each_piece(person: Person<'_>, mut piece: impl FnMut(&[u8])) {
    for column in person.columns {
        match column {
            Values::Texts(_) => each_piece_of_text(column.text(person.row), &mut piece),
            _ => match column.number(person.row) {
                Some(number) => {
                    piece(&[1]);
                    piece(&number.to_le_bytes());
                }
                None => piece(&[0]),
            },
        }
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
fn write_json(json: &mut Vec<u8>, person: Person<'_>, form: &DigestForm) {
    json.clear();
    for (place, name) in &form.json {
        json.extend_from_slice(name.as_bytes());
        match person.columns[*place] {
            column @ Values::Texts(_) => json_text(json, column.text(person.row)),
            column @ Values::Days(_) => {
                let day = column
                    .number(person.row)
                    .and_then(|days| i32::try_from(days).ok())
                    .and_then(NaiveDate::from_epoch_days);
                json_text(json, day.map(|day| day.to_string()).as_deref());
            }
            column => json_text(json, column.said(person.row).as_deref()),
        }
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
    use arrow::array::{Date32Array, StringArray};
    use schemas::Visibility;
    use serde_json::json;

    /// What one row says of a person, in the facts' order but for the day.
    #[derive(Clone, Copy)]
    struct Said<'a> {
        nik: Option<&'a str>,
        nama: Option<&'a str>,
        jenis_kelamin: Option<&'a str>,
        tempat_lahir: Option<&'a str>,
        tanggal_lahir_days: Option<i32>,
        pembawa: Option<&'a str>,
        keterangan: Option<&'a str>,
        kewarganegaraan: Option<&'a str>,
    }

    impl Said<'_> {
        fn digest(&self, residents: &mut Pseudonymizer) -> PersonDigest {
            let days = Date32Array::from(vec![self.tanggal_lahir_days]);
            let texts = [
                (Column::Nik, self.nik),
                (Column::Nama, self.nama),
                (Column::JenisKelamin, self.jenis_kelamin),
                (Column::TempatLahir, self.tempat_lahir),
                (Column::Pembawa, self.pembawa),
                (Column::Keterangan, self.keterangan),
                (Column::Kewarganegaraan, self.kewarganegaraan),
            ]
            .map(|(column, text)| (column, StringArray::from(vec![text])));
            let values = |column: Column| match column {
                Column::TanggalLahir => Ok(Values::Days(&days)),
                _ => Ok(Values::Texts(&texts.iter().find(|(own, _)| *own == column).unwrap().1)),
            };
            let persons = residents.form().persons(values).unwrap();
            residents.digest(persons.row(0)).clone()
        }
    }

    const SITI: Said<'_> = Said {
        nik: Some("1806015708979001"),
        nama: Some("SITI \"AMINAH\"\\"),
        jenis_kelamin: None,
        tempat_lahir: Some("KOTA AGUNG"),
        tanggal_lahir_days: Some(10_090),
        pembawa: Some("ANDI"),
        keterangan: Some("baris\ndua"),
        kewarganegaraan: Some("WNI"),
    };

    fn residents(columns: &ColumnFacts) -> Pseudonymizer {
        Pseudonymizer::new(&Key::from_bytes([7; 32]), DigestForm::of(columns))
    }

    #[test]
    fn a_commitment_is_the_hash_of_canonical_json() {
        // A map of serde_json has sorted keys and is written without blanks.
        let canonical = json!({
            "nik": "1806015708979001", "nama": "SITI \"AMINAH\"\\", "jenis_kelamin": null, "tempat_lahir": "KOTA AGUNG",
            "tanggal_lahir": "1997-08-17", "pembawa": "ANDI", "keterangan": "baris\ndua",
        });
        let mut residents = residents(&ColumnFacts::embedded().unwrap());
        for _ in 0..2 {
            let digest = SITI.digest(&mut residents);
            let wanted: [u8; 32] = Sha256::digest([&digest.salt, canonical.to_string().as_bytes()].concat()).into();
            assert_eq!(digest.commitment, wanted);
        }
        let remembered = SITI.digest(&mut residents);
        for other in [
            Said { keterangan: None, ..SITI },
            Said { keterangan: Some(""), ..SITI },
            Said { pembawa: Some("ANDIN"), ..SITI },
            Said { tempat_lahir: None, ..SITI },
            Said { tanggal_lahir_days: None, ..SITI },
            Said { tanggal_lahir_days: Some(10_091), ..SITI },
        ] {
            let other = other.digest(&mut residents);
            assert_ne!(other.salt, remembered.salt);
            assert_eq!(other.pseudonym, remembered.pseudonym);
        }
        assert_eq!(SITI.digest(&mut residents).salt, remembered.salt);
    }

    #[test]
    fn the_facts_say_what_is_committed_to() {
        let now = ColumnFacts::embedded().unwrap();
        let flipped = now.iter().map(|fact| {
            let visibility = match fact.column {
                Column::Kewarganegaraan => Visibility::Personal,
                Column::TempatLahir => Visibility::Public,
                _ => fact.visibility,
            };
            schemas::ColumnFact { visibility, ..*fact }
        });
        let mut residents = residents(&ColumnFacts::new(flipped.collect()).unwrap());
        let canonical = json!({
            "nik": "1806015708979001", "nama": "SITI \"AMINAH\"\\", "jenis_kelamin": null, "kewarganegaraan": "WNI",
            "tanggal_lahir": "1997-08-17", "pembawa": "ANDI", "keterangan": "baris\ndua",
        });
        let digest = SITI.digest(&mut residents);
        let wanted: [u8; 32] = Sha256::digest([&digest.salt, canonical.to_string().as_bytes()].concat()).into();
        assert_eq!(digest.commitment, wanted);
        assert_eq!(Said { tempat_lahir: None, ..SITI }.digest(&mut residents).commitment, wanted);
        assert_ne!(Said { kewarganegaraan: Some("OA"), ..SITI }.digest(&mut residents).salt, digest.salt);
    }

    #[test]
    fn residents_who_share_a_place_are_not_taken_for_each_other() {
        let key = Key::from_bytes([7; 32]);
        let mut residents = residents(&ColumnFacts::embedded().unwrap());
        let niks: Vec<String> = (0..3 * REMEMBERED).map(|n| format!("18060157089{n:05}")).collect();
        let mut salts = Vec::new();
        for nik in niks.iter().chain(&niks) {
            for keterangan in [None, Some(""), Some("catatan yang panjang")] {
                let person = Said {
                    nik: Some(nik),
                    nama: Some("SITI"),
                    tempat_lahir: None,
                    tanggal_lahir_days: None,
                    keterangan,
                    ..SITI
                };
                let digest = person.digest(&mut residents);
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
