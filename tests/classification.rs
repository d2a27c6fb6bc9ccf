//! `columns.toml` says who may see a column. That decides in which table the column is archived, which commitment covers it, what
//! a question may ask of it, and what working copies hide.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use parquet::file::reader::{FileReader, SerializedFileReader};
use pipeline::{BookWriter, Disclosure, Examination};
use schemas::document::Cell;
use schemas::figures::RegisterNumbers;
use schemas::{Align, Column, ColumnFact, ColumnFacts, Facts, LedgerColumn, LedgerField, Month, Visibility};
use std::collections::BTreeSet;
use std::fs::File;
use tests::generated::{Made, Pulled, again, office, pulled, straight};

/// What is public is personal in these columns, and the other way round.
fn turned(columns: &[Column]) -> Facts {
    let mut facts = Facts::embedded().unwrap();
    let turn = |fact: &ColumnFact| {
        let visibility = match fact.visibility {
            Visibility::Public => Visibility::Personal,
            Visibility::Personal => Visibility::Public,
        };
        if columns.contains(&fact.column) { ColumnFact { visibility, ..fact.clone() } } else { fact.clone() }
    };
    facts.columns = ColumnFacts::new(facts.columns.iter().map(turn).collect()).unwrap();
    facts
}

fn small() -> Made {
    office([straight("B202610-1", "K202610-1", "2026-10-01")])
}

/// The columns of every part in a folder of the archive.
fn columns_of(pulled: &Pulled, table: &str) -> BTreeSet<String> {
    let root = pulled.root();
    let parts =
        tests::tree(&root.join(table)).into_keys().filter(|path| path.extension().is_some_and(|e| e == "parquet"));
    let mut columns = BTreeSet::new();
    for part in parts {
        let reader = SerializedFileReader::new(File::open(root.join(table).join(part)).unwrap()).unwrap();
        columns.extend(reader.metadata().file_metadata().schema_descr().columns().iter().map(|c| c.name().to_owned()));
    }
    assert!(columns.contains("seq"), "{table} has no part");
    columns
}

fn is_whole(pulled: &Pulled) {
    for public_only in [false, true] {
        let key = (!public_only).then_some(&pulled.key);
        let root = pulled.root();
        let examination = Examination { public_only, key, ..Examination::of(&root) };
        let result = pipeline::verify(examination, &|_, _| {}).unwrap();
        assert!(result.findings.is_empty(), "{:?}", result.findings);
        assert_eq!(result.events, pulled.archive.provenance().unwrap().events);
    }
}

fn answer(pulled: &Pulled, column: Column) -> Result<Vec<Vec<serde_json::Value>>, String> {
    let sql = format!("SELECT DISTINCT {} FROM events", column.name());
    tests::asked(&pulled.archive, &sql).map(|answer| answer.rows).map_err(|e| e.to_string())
}

/// Of the first book that has entries, what a column shows in the working copy and in the full one.
fn printed(pulled: &Pulled, facts: &Facts, field: LedgerField) -> [Cell; 2] {
    let month: Month = "2026-10".parse().unwrap();
    let writer = BookWriter::open(&pulled.archive, facts, month, "DINAS REKAAN").unwrap();
    let mut ledger = facts.ledgers.iter().find(|ledger| ledger.step == 4).unwrap().clone();
    ledger.columns = vec![LedgerColumn {
        label: "Satu".into(),
        field,
        width: 1,
        align: Align::Left,
        text: String::new(),
        total: None,
    }];
    [Disclosure::Masked, Disclosure::Full].map(|disclosure| {
        let book = writer.book(&ledger, &RegisterNumbers::default(), disclosure).unwrap();
        book.rows[0][0].clone()
    })
}

/// What is found about the rows of the month, and about who came twice.
fn checked(pulled: &Pulled, facts: &Facts) -> String {
    let month: Month = "2026-10".parse().unwrap();
    let quality = pipeline::quality(&pulled.archive, facts, month).unwrap();
    let twice = pipeline::probable_duplicates(&pulled.archive, facts, month, 0.5).unwrap();
    assert_eq!((twice.compared, twice.left_out), (1, 0));
    format!("{quality:?} {twice:?}")
}

const MOVED: [Column; 3] = [Column::Kewarganegaraan, Column::JenisKelamin, Column::TempatLahir];

#[test]
fn a_column_stands_in_the_table_that_the_facts_say() {
    let as_it_is = Facts::embedded().unwrap();
    let usual = pulled(&small(), &as_it_is);
    for facts in [as_it_is.clone(), turned(&MOVED), turned(&MOVED[..1]), turned(&MOVED[1..])] {
        let pulled = pulled(&small(), &facts);
        let (public, private) = (columns_of(&pulled, "events"), columns_of(&pulled, "persons"));
        for column in Column::ALL {
            let is_personal = facts.columns.is_personal(column);
            let places = (public.contains(column.name()), private.contains(column.name()));
            assert_eq!(places, (!is_personal, is_personal), "{column:?}");
            // A question sees what is public, and nothing else.
            assert_eq!(answer(&pulled, column).is_ok(), !is_personal, "{column:?}: {:?}", answer(&pulled, column));
        }
        is_whole(&pulled);
        // What is read from both tables together is the same.
        assert_eq!(checked(&pulled, &facts), checked(&usual, &as_it_is));
    }
}

#[test]
fn what_is_personal_is_compared_by_its_commitment_and_what_is_public_by_its_value() {
    for facts in [Facts::embedded().unwrap(), turned(&MOVED)] {
        for column in MOVED {
            let mut pulled = pulled(&small(), &facts);
            let before = pulled.archive.provenance().unwrap().events;
            again(&mut pulled, &facts, "").unwrap();
            assert_eq!(pulled.archive.provenance().unwrap().events, before, "{column:?}: nothing was changed");
            let change = format!("update workflow_events set {} = 'OA' where event_id = 9", column.name());
            again(&mut pulled, &facts, &change).unwrap();
            assert_eq!(pulled.archive.provenance().unwrap().events, before + 1, "{column:?} was changed");
            is_whole(&pulled);
        }
    }
}

#[test]
fn a_working_copy_hides_what_the_facts_call_personal() {
    let (as_it_is, moved) = (Facts::embedded().unwrap(), turned(&MOVED));
    let text = |text: &str| Cell::Text(text.to_owned());
    let born = || text("TANGGAMUS, 01-01-1990");
    let (one, other) = (pulled(&small(), &as_it_is), pulled(&small(), &moved));
    assert_eq!(printed(&one, &as_it_is, LedgerField::JenisKelamin), [Cell::Empty, text("P")]);
    assert_eq!(printed(&other, &moved, LedgerField::JenisKelamin), [text("P"), text("P")]);
    // Half of it is still personal.
    assert_eq!(printed(&one, &as_it_is, LedgerField::TempatTanggalLahir), [Cell::Empty, born()]);
    assert_eq!(printed(&other, &moved, LedgerField::TempatTanggalLahir), [Cell::Empty, born()]);
    assert_eq!(printed(&other, &moved, LedgerField::Nama), [text("S*** R*****"), text("SITI REKAAN")]);
}

#[test]
fn an_archive_that_was_begun_otherwise_is_left_as_it_is() {
    let (as_it_is, moved) = (Facts::embedded().unwrap(), turned(&[Column::JenisKelamin]));
    for (begun, now, words) in [
        (&as_it_is, &moved, "`jenis_kelamin` is public and optional, and the archive"),
        (&moved, &as_it_is, "`jenis_kelamin` is personal and optional, and the archive"),
    ] {
        let mut pulled = pulled(&small(), begun);
        let before = tests::tree(&pulled.root().join("events"));
        let refused = again(&mut pulled, now, "update workflow_events set nama = 'LAIN'").unwrap_err();
        assert!(refused.contains(words) && refused.contains("into an empty folder"), "{refused}");
        assert_eq!(tests::tree(&pulled.root().join("events")), before);
    }
}
