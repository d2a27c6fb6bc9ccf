//! `findings`: what `tertib quality` finds in each month.

use super::super::datum::{Datum, Kind};
use super::super::{QueryError, refused};
use super::{Subject, count, month, text};
use crate::figures::{FigureError, quality};
use schemas::{Language, Month};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// The columns of `findings`.
pub(super) const COLUMNS: [(&str, Kind); 9] = [
    ("bulan", Kind::Text),
    ("code", Kind::Text),
    ("place", Kind::Text),
    ("langkah", Kind::Integer),
    ("n", Kind::Integer),
    ("pekon", Kind::Text),
    ("jenis", Kind::Text),
    ("petugas_id", Kind::Text),
    ("kalimat", Kind::Text),
];

/// Returns one row per finding of each month. `detail` of a finding is left out, since it may repeat what was typed.
pub(super) fn rows(subject: &Subject, read: &RefCell<BTreeSet<Month>>) -> Result<Vec<Vec<Datum>>, QueryError> {
    let mut rows = Vec::new();
    for of in subject.archive.months() {
        read.borrow_mut().insert(of);
        let found = quality(&subject.archive, &subject.facts, of).map_err(|fault| match fault {
            FigureError::Archive(fault) => QueryError::Archive(fault),
            other => refused(format!("the findings of {of} are not computed: {other}"), "see `tertib quality`"),
        })?;
        for finding in &found.findings {
            let filled = |words: &str| text(Some(words).filter(|words| !words.is_empty()));
            let sentence = subject.facts.findings.get(finding.code);
            rows.push(vec![
                month(Some(of)),
                text(Some(finding.code)),
                filled(&finding.place),
                if finding.step == 0 { Datum::Null } else { Datum::Integer(finding.step.into()) },
                count(finding.n),
                filled(&finding.pekon),
                filled(&finding.jenis),
                filled(&finding.officer),
                text(sentence.map(|texts| texts.sentence.of(Language::Indonesian))),
            ]);
        }
    }
    Ok(rows)
}
