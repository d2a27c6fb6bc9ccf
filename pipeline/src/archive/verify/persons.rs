//! Compares the private rows of a part with its public ones.
//!
//! Gives   A009 rows that do not belong together, A011 commitments, A012 pseudonyms and salts

use super::super::ArchiveError;
use super::super::pseudonyms::{DigestForm, commitment};
use super::faults::Faults;
use super::keys::{Judgement, Keys};
use crate::archive::columns::{binaries, int64s, values};
use arrow::array::{Array, RecordBatch};
use std::sync::mpsc::Receiver;

/// Checks the rows of a private part against those of its public part.
pub(super) fn of_private_part(
    keys: &mut Keys<'_>,
    form: &DigestForm,
    (public, mut private): (Receiver<RecordBatch>, impl Iterator<Item = Result<RecordBatch, String>>),
    faults: &mut Faults,
) -> Result<(), String> {
    let (mut at, mut json) = (0, Vec::new());
    for batch in public {
        let own = private.next().ok_or_else(|| "it has fewer rows".to_owned())??;
        persons(keys, (&batch, &own), form, (at, &mut json), faults).map_err(|e| e.to_string())?;
        at += batch.num_rows();
    }
    Ok(())
}

/// Checks that each private row belongs to the public row at the same index, and that its values give that row's digests.
fn persons(
    keys: &mut Keys<'_>,
    (public, private): (&RecordBatch, &RecordBatch),
    form: &DigestForm,
    (at, json): (usize, &mut Vec<u8>),
    faults: &mut Faults,
) -> Result<(), ArchiveError> {
    let (seqs, own) = (int64s(public, "seq")?, int64s(private, "seq")?);
    let (pseudonyms, commitments) = (binaries(public, "nik_pseudonym")?, binaries(public, "pii_commitment")?);
    let salts = binaries(private, "salt")?;
    let persons = form.persons(|column| values(private, column))?;
    if seqs.len() != own.len() {
        faults.add("A009", at + seqs.len().min(own.len()), || "tanpa baris pasangan".to_owned());
    }
    for (i, (seq, own)) in seqs.values().iter().zip(own.values()).enumerate() {
        if own != seq {
            faults.add("A009", at + i, || format!("seq {own}, bukan {seq}"));
            continue;
        }
        let person = persons.row(i);
        let pseudonym = pseudonyms.is_valid(i).then(|| pseudonyms.value(i));
        let (salt, committed) = (salts.value(i), commitments.value(i));
        match keys.judge(person, pseudonym, salt, committed) {
            Judgement::Proved => continue,
            Judgement::Wrong => faults.add("A012", at + i, || format!("seq {seq}")),
            Judgement::Open => {}
        }
        if commitment(salt, person, form, json) != committed {
            faults.add("A011", at + i, || format!("seq {seq}"));
        }
    }
    Ok(())
}
