//! Computes the digests of the personal columns of a row: pseudonym, salt and commitment. The pull archives them; `verify` computes
//! them again.
//!
//! Reads   the columns that the facts classify as personal, and the office's key
//! Gives   a [`PersonDigest`] for each row
//! Rule    the public table holds the pseudonym and the commitment, the private table the salt. A column that came with a later form
//!         enters a digest only where it has a value, so that a row without one has the digests that it has in every form
//!
//! Invariant: the same key and the same personal columns always give the same digests.

use super::form::came_later;
use super::{Archive, ArchiveError};
use crate::archive::event_batch::Values;
use crate::archive::key::{Key, Keyed};
use ahash::RandomState;
use chrono::NaiveDate;
use schemas::{Column, ColumnFacts, ColumnKind, Presence};
use sha2::{Digest, Sha256};
use std::io::Write;

/// How many digests the cache holds. A resident has ten or more rows, and they arrive close to each other.
const REMEMBERED: usize = 4_096;
/// The longest message that is cached. Cache slots have a fixed size, so that a lookup reads one place in memory; few messages are
/// longer.
const LONGEST_REMEMBERED: usize = 160;
/// The longest remark that is expected in several rows of a resident. A longer one is almost always unique, so caching its digests
/// would be useless.
const LONGEST_COMMON_REMARK: usize = 16;

impl Archive {
    /// Returns the pseudonym by which the archive knows the person of a NIK.
    ///
    /// # Errors
    /// [`ArchiveError::WrongKey`] when the archive was written with another key.
    pub fn pseudonym_of(&self, nik: &str, key: &Key) -> Result<String, ArchiveError> {
        self.check_key(key)?;
        Ok(key.pseudonym(nik))
    }
}

/// The digests of the personal columns of one row.
#[derive(Clone, Debug)]
pub(crate) struct PersonDigest {
    /// Public: equal for equal NIKs; only the holder of the key can tell whose it is. `None` without a NIK.
    pub(crate) pseudonym: Option<[u8; 16]>,
    /// Private: the salt of the commitment. It depends only on the key and the personal columns, so the same columns give the same
    /// commitment, and a pull that is repeated after a crash writes the same bytes.
    pub(crate) salt: [u8; 16],
    /// Public: the SHA-256 of the salt and of the personal columns as JSON with sorted keys and no blanks, without those that came
    /// later and have no value.
    pub(crate) commitment: [u8; 32],
}

/// The columns from which digests are computed: those that the facts classify as personal.
#[derive(Clone, Debug)]
pub(crate) struct DigestForm {
    /// In the order in which they enter the salt: the NIK, optional texts, required texts, other types, and what came later.
    columns: Vec<Column>,
    /// The index of the first one that came later.
    first_later: usize,
    /// Their indices sorted by column name, each with the key of the JSON.
    json: Vec<(usize, String)>,
    /// The index of the remark.
    remark: Option<usize>,
}

impl DigestForm {
    /// The personal ones of the columns, less those that `lacks` names.
    pub(crate) fn of(columns: &ColumnFacts, lacks: &[Column]) -> Self {
        let is_held = |column| columns.is_personal(column) && !lacks.contains(&column);
        let mut personal: Vec<_> = columns.iter().filter(|fact| is_held(fact.column)).collect();
        personal.sort_by_key(|fact| {
            let of_first_form = (fact.column != Column::Nik, fact.kind != ColumnKind::Text);
            (came_later(fact.column), of_first_form, fact.presence != Presence::Optional)
        });
        let columns: Vec<Column> = personal.into_iter().map(|fact| fact.column).collect();
        let mut names: Vec<(usize, &str)> = columns.iter().map(|column| column.name()).enumerate().collect();
        names.sort_unstable_by_key(|(_, name)| *name);
        Self {
            json: names.into_iter().map(|(place, name)| (place, format!("\"{name}\":"))).collect(),
            first_later: columns.iter().position(|column| came_later(*column)).unwrap_or(columns.len()),
            remark: columns.iter().position(|column| *column == Column::Keterangan),
            columns,
        }
    }

    /// Selects the personal columns with `values`, which returns an error for a column that is missing.
    pub(crate) fn persons<'a>(
        &self,
        values: impl Fn(Column) -> Result<Values<'a>, ArchiveError>,
    ) -> Result<Persons<'a>, ArchiveError> {
        let columns = self.columns.iter().map(|column| values(*column)).collect::<Result<_, _>>()?;
        Ok(Persons { columns, first_later: self.first_later })
    }
}

/// The personal columns of some rows, in the order of a [`DigestForm`].
#[derive(Debug)]
pub(crate) struct Persons<'a> {
    columns: Vec<Values<'a>>,
    first_later: usize,
}

/// The personal columns of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person<'a> {
    columns: &'a [Values<'a>],
    first_later: usize,
    row: usize,
}

impl Persons<'_> {
    pub(crate) fn row(&self, row: usize) -> Person<'_> {
        Person { columns: &self.columns, first_later: self.first_later, row }
    }
}

impl<'a> Person<'a> {
    fn text(self, place: usize) -> Option<&'a str> {
        self.columns.get(place).and_then(|column| column.text(self.row))
    }

    fn nik(self) -> Option<&'a str> {
        self.text(0)
    }

    fn has(self, place: usize) -> bool {
        self.columns.get(place).is_some_and(|column| column.array().is_valid(self.row))
    }
}

/// Computes digests, and caches them by a hash of the NIK and the first text after it. Rows with a long remark are not cached, since
/// they do not recur; for them only the pseudonym is taken from the cache.
#[derive(Debug)]
pub(crate) struct Pseudonymizer {
    form: DigestForm,
    nik: Keyed,
    salt: Keyed,
    message: Vec<u8>,
    json: Vec<u8>,
    /// The cache. A new entry replaces the one in its slot.
    remembered: Vec<Remembered>,
    slot_hasher: RandomState,
    /// The digests that were computed last, if they are not cached.
    uncached: PersonDigest,
}

/// A slot of the cache.
#[derive(Clone, Debug)]
struct Remembered {
    message: [u8; LONGEST_REMEMBERED],
    length: usize,
    digest: PersonDigest,
}

impl Remembered {
    /// Returns the message whose digests are cached; empty for an unused slot.
    fn message(&self) -> &[u8] {
        &self.message[..self.length]
    }

    /// Stores a message and its digests. Returns `false` if the message is too long.
    fn take(&mut self, message: &[u8], digest: &PersonDigest) -> bool {
        let Some(slot) = self.message.get_mut(..message.len()) else { return false };
        slot.copy_from_slice(message);
        self.length = message.len();
        self.digest = digest.clone();
        true
    }
}

impl Pseudonymizer {
    pub(crate) fn new(key: &Key, form: DigestForm) -> Self {
        let none = PersonDigest { pseudonym: None, salt: [0; 16], commitment: [0; 32] };
        let unused = Remembered { message: [0; LONGEST_REMEMBERED], length: 0, digest: none.clone() };
        Self {
            form,
            nik: key.keyed("nik"),
            salt: key.keyed("salt"),
            message: Vec::new(),
            json: Vec::new(),
            remembered: vec![unused; REMEMBERED],
            slot_hasher: RandomState::with_seeds(1, 2, 3, 4),
            uncached: none,
        }
    }

    /// Returns the columns from which digests are computed.
    pub(crate) fn form(&self) -> &DigestForm {
        &self.form
    }

    /// Returns the commitment to a row under a salt that was archived with it, be it of another key.
    pub(crate) fn commitment_under(&mut self, salt: &[u8], person: Person<'_>) -> [u8; 32] {
        commitment(salt, person, &self.form, &mut self.json)
    }

    /// Returns the digests of a row, from the cache if they are there.
    pub(crate) fn digest(&mut self, person: Person<'_>) -> &PersonDigest {
        let hash = self.slot_hasher.hash_one((person.nik(), person.text(1)));
        let remembered = &mut self.remembered[usize::try_from(hash % REMEMBERED as u64).unwrap_or(0)];
        let may_recur = self
            .form
            .remark
            .and_then(|place| person.text(place))
            .is_none_or(|remark| remark.len() <= LONGEST_COMMON_REMARK);
        let rest = rest_after(remembered.message(), |piece| each_piece(person, piece));
        if may_recur && rest.is_some_and(<[u8]>::is_empty) {
            return &remembered.digest;
        }
        let pseudonym = person.nik().map(|nik| {
            let same_nik = rest_after(remembered.message(), |piece| each_piece_of_text(person.nik(), piece));
            let known = remembered.digest.pseudonym.filter(|_| same_nik.is_some());
            known.unwrap_or_else(|| self.nik.digest(&[nik.as_bytes()]))
        });
        self.message.clear();
        each_piece(person, |piece| self.message.extend_from_slice(piece));
        let salt = self.salt.digest(&[&self.message]);
        let commitment = commitment(&salt, person, &self.form, &mut self.json);
        self.uncached = PersonDigest { pseudonym, salt, commitment };
        let is_remembered = may_recur && remembered.take(&self.message, &self.uncached);
        if is_remembered { &remembered.digest } else { &self.uncached }
    }
}

/// Returns the SHA-256 of a salt and the personal columns. `json` is a buffer for these columns.
pub(super) fn commitment(salt: &[u8], person: Person<'_>, form: &DigestForm, json: &mut Vec<u8>) -> [u8; 32] {
    write_json(json, person, form);
    Sha256::new().chain_update(salt).chain_update(json).finalize().into()
}

/// Returns what of a message comes after these pieces; `None` if it does not begin with them.
fn rest_after(message: &[u8], pieces: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Option<&[u8]> {
    let mut rest = Some(message);
    pieces(&mut |piece| rest = rest.and_then(|rest| rest.strip_prefix(piece)));
    rest
}

/// Passes on the pieces of the message whose keyed digest (HMAC-SHA256, 128 bits) is the salt. A missing value is encoded as a 0; a
/// text as its length plus one, seven bits a byte, followed by its bytes; a number as a 1 followed by eight bytes. Of the columns that
/// came later only those with a value follow, each after its place. So the message is never empty, and rows that differ have different
/// messages.
fn each_piece(person: Person<'_>, mut piece: impl FnMut(&[u8])) {
    for (place, column) in (0_u8..).zip(person.columns) {
        if usize::from(place) >= person.first_later {
            if !person.has(usize::from(place)) {
                continue;
            }
            piece(&[place]);
        }
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

/// Writes the personal columns as JSON with sorted keys and no blanks.
fn write_json(json: &mut Vec<u8>, person: Person<'_>, form: &DigestForm) {
    json.clear();
    json.push(b'{');
    for (place, name) in &form.json {
        if *place >= form.first_later && !person.has(*place) {
            continue;
        }
        if json.len() > 1 {
            json.push(b',');
        }
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

/// Writes a JSON string or `null`. Only texts with characters to escape go through `serde_json`.
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

    /// The personal columns of one row, and one that is public in the facts as they are compiled in.
    #[derive(Clone, Copy)]
    struct Row<'a> {
        nik: Option<&'a str>,
        nama: Option<&'a str>,
        jenis_kelamin: Option<&'a str>,
        tempat_lahir: Option<&'a str>,
        tanggal_lahir_days: Option<i32>,
        pembawa: Option<&'a str>,
        penerima: Option<&'a str>,
        keterangan: Option<&'a str>,
        kewarganegaraan: Option<&'a str>,
    }

    impl Row<'_> {
        fn digest(&self, pseudonymizer: &mut Pseudonymizer) -> PersonDigest {
            let days = Date32Array::from(vec![self.tanggal_lahir_days]);
            let texts = [
                (Column::Nik, self.nik),
                (Column::Nama, self.nama),
                (Column::JenisKelamin, self.jenis_kelamin),
                (Column::TempatLahir, self.tempat_lahir),
                (Column::Pembawa, self.pembawa),
                (Column::Penerima, self.penerima),
                (Column::Keterangan, self.keterangan),
                (Column::Kewarganegaraan, self.kewarganegaraan),
            ]
            .map(|(column, text)| (column, StringArray::from(vec![text])));
            let values = |column: Column| match column {
                Column::TanggalLahir => Ok(Values::Days(&days)),
                _ => Ok(Values::Texts(&texts.iter().find(|(own, _)| *own == column).unwrap().1)),
            };
            let persons = pseudonymizer.form().persons(values).unwrap();
            pseudonymizer.digest(persons.row(0)).clone()
        }
    }

    const SITI: Row<'_> = Row {
        nik: Some("1806015708979001"),
        nama: Some("SITI \"AMINAH\"\\"),
        jenis_kelamin: None,
        tempat_lahir: Some("KOTA AGUNG"),
        tanggal_lahir_days: Some(10_090),
        pembawa: Some("ANDI"),
        penerima: None,
        keterangan: Some("baris\ndua"),
        kewarganegaraan: Some("WNI"),
    };

    fn pseudonymizer(columns: &ColumnFacts) -> Pseudonymizer {
        Pseudonymizer::new(&Key::from_bytes([7; 32]), DigestForm::of(columns, &[]))
    }

    #[test]
    fn a_commitment_is_the_hash_of_canonical_json() {
        // A map of serde_json has sorted keys and is written without blanks.
        let canonical = json!({
            "nik": "1806015708979001", "nama": "SITI \"AMINAH\"\\", "jenis_kelamin": null, "tempat_lahir": "KOTA AGUNG",
            "tanggal_lahir": "1997-08-17", "pembawa": "ANDI", "keterangan": "baris\ndua",
        });
        let mut pseudonymizer = pseudonymizer(&ColumnFacts::embedded().unwrap());
        for _ in 0..2 {
            let digest = SITI.digest(&mut pseudonymizer);
            let wanted: [u8; 32] = Sha256::digest([&digest.salt, canonical.to_string().as_bytes()].concat()).into();
            assert_eq!(digest.commitment, wanted);
        }
        let remembered = SITI.digest(&mut pseudonymizer);
        for other in [
            Row { keterangan: None, ..SITI },
            Row { keterangan: Some(""), ..SITI },
            Row { pembawa: Some("ANDIN"), ..SITI },
            Row { penerima: Some("ANDI"), ..SITI },
            Row { penerima: Some(""), ..SITI },
            Row { tempat_lahir: None, ..SITI },
            Row { tanggal_lahir_days: None, ..SITI },
            Row { tanggal_lahir_days: Some(10_091), ..SITI },
        ] {
            let other = other.digest(&mut pseudonymizer);
            assert_ne!(other.salt, remembered.salt);
            assert_eq!(other.pseudonym, remembered.pseudonym);
        }
        assert_eq!(SITI.digest(&mut pseudonymizer).salt, remembered.salt);
    }

    /// Both as the cache gives them and as they are computed anew.
    #[test]
    fn a_column_that_came_later_is_committed_to_where_it_has_a_value() {
        let facts = ColumnFacts::embedded().unwrap();
        let key = Key::from_bytes([7; 32]);
        let first_form = DigestForm::of(&facts, crate::archive::form::FORMS[0].lacks);
        let wanted = SITI.digest(&mut Pseudonymizer::new(&key, first_form));
        let with = Row { penerima: Some("ANDI"), ..SITI };
        let mut pseudonymizer = pseudonymizer(&facts);
        for row in [&with, &SITI, &with, &SITI] {
            let digest = row.digest(&mut pseudonymizer);
            let is_as_before = (digest.salt, digest.commitment) == (wanted.salt, wanted.commitment);
            assert_eq!(is_as_before, row.penerima.is_none());
            assert_eq!(digest.pseudonym, wanted.pseudonym);
        }
        let canonical = json!({
            "nik": "1806015708979001", "nama": "SITI \"AMINAH\"\\", "jenis_kelamin": null, "tempat_lahir": "KOTA AGUNG",
            "tanggal_lahir": "1997-08-17", "pembawa": "ANDI", "penerima": "ANDI", "keterangan": "baris\ndua",
        });
        let digest = with.digest(&mut pseudonymizer);
        let wanted: [u8; 32] = Sha256::digest([&digest.salt, canonical.to_string().as_bytes()].concat()).into();
        assert_eq!(digest.commitment, wanted);
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
            schemas::ColumnFact { visibility, ..fact.clone() }
        });
        let mut pseudonymizer = pseudonymizer(&ColumnFacts::new(flipped.collect()).unwrap());
        let canonical = json!({
            "nik": "1806015708979001", "nama": "SITI \"AMINAH\"\\", "jenis_kelamin": null, "kewarganegaraan": "WNI",
            "tanggal_lahir": "1997-08-17", "pembawa": "ANDI", "keterangan": "baris\ndua",
        });
        let digest = SITI.digest(&mut pseudonymizer);
        let wanted: [u8; 32] = Sha256::digest([&digest.salt, canonical.to_string().as_bytes()].concat()).into();
        assert_eq!(digest.commitment, wanted);
        assert_eq!(Row { tempat_lahir: None, ..SITI }.digest(&mut pseudonymizer).commitment, wanted);
        assert_ne!(Row { kewarganegaraan: Some("OA"), ..SITI }.digest(&mut pseudonymizer).salt, digest.salt);
    }

    #[test]
    fn residents_who_share_a_place_are_not_taken_for_each_other() {
        let key = Key::from_bytes([7; 32]);
        let mut pseudonymizer = pseudonymizer(&ColumnFacts::embedded().unwrap());
        let niks: Vec<String> = (0..3 * REMEMBERED).map(|n| format!("18060157089{n:05}")).collect();
        let mut salts = Vec::new();
        for nik in niks.iter().chain(&niks) {
            for keterangan in [None, Some(""), Some("catatan yang panjang")] {
                let person = Row {
                    nik: Some(nik),
                    nama: Some("SITI"),
                    tempat_lahir: None,
                    tanggal_lahir_days: None,
                    keterangan,
                    ..SITI
                };
                let digest = person.digest(&mut pseudonymizer);
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
