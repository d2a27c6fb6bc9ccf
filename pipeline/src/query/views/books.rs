//! `books`: the entries of the official books, without what names a person.
//!
//! Rule    an entry stands in the first month from its own on whose books were still open when it came; the book of a closed
//!         month has the form of each event that was known at the closing

use super::super::QueryError;
use super::super::datum::{Datum, Kind};
use super::super::node::Node;
use super::super::scan::{Origin, Scan};
use super::{Subject, month, text};
use schemas::{Month, WorkingClock};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::rc::Rc;

/// The columns of `books`.
pub(super) const COLUMNS: [(&str, Kind); 16] = [
    ("buku", Kind::Text),
    ("bulan", Kind::Text),
    ("bulan_peristiwa", Kind::Text),
    ("tanda", Kind::Text),
    ("nomor_register", Kind::Text),
    ("selesai", Kind::Instant),
    ("event_id", Kind::Text),
    ("seq", Kind::Integer),
    ("berkas_id", Kind::Text),
    ("kolektif_id", Kind::Text),
    ("langkah", Kind::Integer),
    ("hasil", Kind::Text),
    ("jenis", Kind::Text),
    ("kewarganegaraan", Kind::Text),
    ("pekon", Kind::Text),
    ("petugas_id", Kind::Text),
];

/// The columns of the parts, in the order in which they are read.
pub(super) const READ: [&str; 13] = [
    "nomor_register",
    "selesai",
    "event_id",
    "seq",
    "berkas_id",
    "kolektif_id",
    "langkah",
    "hasil",
    "jenis",
    "kewarganegaraan",
    "pekon",
    "petugas_id",
    "correction_of",
];
const SELESAI: usize = 1;
const EVENT_ID: usize = 2;
const SEQ: usize = 3;
const LANGKAH: usize = 6;
const CORRECTION_OF: usize = 12;

/// Returns one row per entry.
pub(super) fn rows(
    subject: &Subject,
    clock: &Rc<WorkingClock>,
    read: &Rc<RefCell<BTreeSet<Month>>>,
) -> Result<Vec<Vec<Datum>>, QueryError> {
    let archive = &subject.archive;
    let mut closed: BTreeMap<Month, i64> = BTreeMap::new();
    for seal in archive.seals() {
        closed.entry(seal.month).or_insert(seal.next_seq);
    }
    let ledgers: BTreeMap<i64, &str> =
        subject.facts.ledgers.iter().map(|ledger| (i64::from(ledger.step), ledger.id.as_str())).collect();
    let scan = Scan::new(archive, clock, READ.map(Origin::Part).to_vec(), (false, false), read);
    let used: Vec<usize> = (0..READ.len()).collect();
    // Which row replaces which, and the entries with the month of their book.
    let (mut replaced_by, mut entries) = (BTreeMap::new(), Vec::new());
    scan.each(&used, None, &mut |frame| {
        let columns = used.iter().map(|place| frame.value(&Node::Column(*place))).collect::<Result<Vec<_>, _>>()?;
        for at in 0..frame.rows {
            let seq = columns[SEQ].at(at).integer();
            let corrects = columns[CORRECTION_OF].at(at);
            if !corrects.is_null() {
                replaced_by.insert(corrects.integer(), seq);
            }
            let Some(ledger) = ledgers.get(&columns[LANGKAH].at(at).integer()) else { continue };
            let second = columns[SELESAI].at(at).integer().div_euclid(1_000_000);
            let Some(own) = subject.facts.zone.month(second) else { continue };
            let mut book = own;
            while closed.get(&book).is_some_and(|next_seq| *next_seq <= seq) {
                book = book.next();
            }
            let mark = match (book == own, corrects.is_null()) {
                (true, _) => None,
                (false, true) => Some("Susulan"),
                (false, false) => Some("Koreksi"),
            };
            let mut row = vec![text(Some(ledger)), month(Some(book)), month(Some(own)), text(mark)];
            row.extend(columns[..CORRECTION_OF].iter().map(|column| column.at(at)));
            let event_id = &mut row[4 + EVENT_ID];
            if let Datum::Integer(id) = event_id {
                *event_id = Datum::Text(id.to_string().into());
            }
            entries.push((book, seq, row));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let stands = |(book, seq, _): &(Month, i64, Vec<Datum>)| {
        let until = closed.get(book).copied().unwrap_or(i64::MAX);
        replaced_by.get(seq).is_none_or(|by| *by >= until)
    };
    Ok(entries.into_iter().filter(stands).map(|(_, _, row)| row).collect())
}
